"""Selecting: which prescriptions count."""
