"""Commands of scripts/manage.py."""
