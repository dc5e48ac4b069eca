"""``python -m django make_administrator NAME``: the first administrator of a new service."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from epact2.errors import Epact2Error
from epact2.web.registration.administrators import make_administrator


class Command(BaseCommand):
    """Give the right to administer accounts; whoever may run this may change the database anyway."""

    help = "Make an account an administrator. Later ones are made by administrators, on the pages."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The account's name, and its address where it is to be made."""
        parser.add_argument("name", help="User name of the account.")
        parser.add_argument("--address", help="Make the account with this e-mail address if there is none.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, or say why not. A new account has no password: its owner asks for one as forgotten."""
        users = get_user_model().objects
        user = users.filter(username=options["name"]).first()
        if user is None and options["address"]:
            user = users.create_user(options["name"], options["address"])
        if user is None:
            raise CommandError(f"There is no account “{options['name']}”. Give --address to make it.")
        try:
            make_administrator(user, None)
        except Epact2Error as no:
            raise CommandError(str(no)) from no
        self.stdout.write(f"{user.get_username()} administers accounts now.")
