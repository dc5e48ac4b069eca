"""``manage.py demo_accounts``: make the accounts of the demo and print them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from epact2.errors import Epact2Error
from epact2.web.demo_accounts import ensure_demo_accounts


class Command(BaseCommand):
    """Make the demo accounts."""

    help = "Make the demo accounts (only where EPACT2_DEMO=1)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make them and print them."""
        try:
            accounts = ensure_demo_accounts()
        except Epact2Error as error:
            raise CommandError(str(error)) from error
        for account in accounts:
            self.stdout.write(f"{account.username:24}{account.password:24}{account.job}")
