"""``python -m django access_daily``: reminders, revocations and what has expired; once a day."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from epact2.web.registration import daily


class Command(BaseCommand):
    """The daily work of accounts."""

    help = "Send reminders, revoke unused access, end what has expired. Safe to run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--on DATE``: as if it were that day."""
        parser.add_argument("--on", metavar="DATE", help="As if it were this day (2026-11-26).")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, and say what was done."""
        try:
            day = date.fromisoformat(options["on"]) if options["on"] else timezone.localdate()
        except ValueError as error:
            raise CommandError(f"“{options['on']}” is no date. Write it like 2026-11-26.") from error
        self.stdout.write(f"{day.isoformat()}: {daily.run(day)}.")
