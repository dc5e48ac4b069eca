"""Who may sign in."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser

from epact2.web.demo_accounts import DEMO_ACCOUNTS

DEMO_NAMES = frozenset(account.username for account in DEMO_ACCOUNTS)


class Accounts(ModelBackend):
    """Django's accounts; a demo's accounts work only while the server is a demo.

    Their passwords are public, so a database that once served a demo must not let them in, nor keep a
    session of theirs alive.
    """

    def user_can_authenticate(self, user: AbstractBaseUser | None) -> bool:
        """Whether this person may sign in, and stay signed in."""
        if user is not None and user.get_username() in DEMO_NAMES and not settings.CONFIG.demo:
            return False
        return super().user_can_authenticate(user)
