"""``remove_second_factors``: for somebody who has lost app, passkey and recovery codes."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from epact2.web.identity import mails, sign_ins
from epact2.web.identity.events import Event, tell


class Command(BaseCommand):
    """Remove a person's second factors, end their sign-ins, and tell them by mail."""

    help = "Remove an account's second factors, after its owner has shown who they are; they set up new ones."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the account's user name."""
        parser.add_argument("name", help="The account's user name.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Remove them."""
        user = get_user_model().objects.filter(username=options["name"]).first()
        if user is None:
            raise CommandError(
                f"There is no account “{options['name']}”. Give its user name, not its address."
            )
        tell(Event.FACTORS_TAKEN_AWAY, user)
        Authenticator.objects.filter(user=user).delete()
        ended = sign_ins.end_all(user)
        mails.changed(user, "Your second factors were removed by the service team, as you asked.")
        self.stdout.write(
            f"{user.get_username()} sets up a new second factor next time; {ended} sign-ins ended."
        )
