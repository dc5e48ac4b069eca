"""Django's own commands, for development: ``.venv/bin/python scripts/manage.py migrate``."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    """Run one command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "epact2.web.settings")
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
