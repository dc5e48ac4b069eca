"""Who may sign in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest

from epact2.web.demo_people import DEMO_ACCOUNTS
from epact2.web.registration.persons import was_made_in_demo

DEMO_NAMES = frozenset(account.username for account in DEMO_ACCOUNTS)


class Accounts(ModelBackend):
    """Django's accounts, found by user name or e-mail address; a demo's work only while the server is a demo.

    Their passwords are public, or their addresses were proven by mails that are, so a database that once
    served a demo must not let them in, nor keep a session of theirs alive.
    """

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> AbstractBaseUser | None:
        """The account, if name and password fit. One password is hashed whoever is asked for, or nobody."""
        if username is None or password is None:
            return None
        user = _named(username.strip())
        if user is None:
            get_user_model()().set_password(password)  # as slow as a check, so that time tells nothing
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None

    def user_can_authenticate(self, user: AbstractBaseUser | None) -> bool:
        """Whether this person may sign in, and stay signed in."""
        if user is not None and not settings.CONFIG.demo and is_of_demo(user):
            return False
        return super().user_can_authenticate(user)


def is_open_demo_account(user: Any) -> bool:
    """Whether this is one of the demo's public accounts, on a server that is a demo."""
    return bool(settings.CONFIG.demo) and user.get_username() in DEMO_NAMES


def is_of_demo(user: Any) -> bool:
    """Whether an account is one of the public ones, or was made on a server that was a demo then."""
    return user.get_username() in DEMO_NAMES or was_made_in_demo(user)


def _named(name: str) -> Any:
    """The account of a user name, or the only one of an e-mail address."""
    users = get_user_model().objects
    found = users.filter(username=name).first()
    if found is None and "@" in name:
        with_address = list(users.filter(email__iexact=name, is_active=True)[:2])
        found = with_address[0] if len(with_address) == 1 else None
    return found
