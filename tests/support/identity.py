"""People who sign in, in tests: a real account, its authenticator app, and what a browser would send."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client

from support.people import accept, admitted, granted

PASSWORD = "seven umbrellas near lake"
NAME = "sam.example"
ADDRESS = "sam@practice.example"


def somebody(name: str = NAME, *, address: str = ADDRESS, password: str = PASSWORD) -> Any:
    """A real account: no demo's, with an e-mail address, that accepted the agreement and sees England."""
    user = admitted(name, password=password, email=address, first_name="Sam", last_name="Example")
    granted(user)
    return user


def admit_everybody() -> None:
    """Everybody who has an account accepts the agreement, and is granted to see England."""
    for user in get_user_model().objects.all():
        accept(user)
        granted(user)


def password_alone(client: Client, user: Any) -> None:
    """Sign in as after a password, with no second factor shown."""
    from epact2.web.identity.models import SignIn

    client.force_login(user)
    SignIn.objects.filter(user=user).update(second_factor="")


@dataclass
class App:
    """An authenticator app that holds one secret, and gives codes of any half minute."""

    secret: str
    used: int = field(default=0)

    @classmethod
    def of(cls, user: Any) -> App:
        """Set up for an account, as after the page."""
        from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

        secret = generate_totp_secret()
        TOTP.activate(user, secret)
        return cls(secret)

    @classmethod
    def from_page(cls, page: str) -> App:
        """Set up by typing the key that a page shows."""
        return cls(re.search(r'id-secret">([A-Z2-7 ]+)<', page)[1].replace(" ", ""))

    def code(self, steps: int = 0) -> str:
        """The code of this half minute, or of one some steps away."""
        from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

        return format_hotp_value(hotp_value(self.secret, int(time.time()) // 30 + steps))


def send_password(client: Client, name: str = NAME, password: str = PASSWORD, **more: Any) -> Any:
    """The form of the sign-in page."""
    return client.post("/sign-in", {"username": name, "password": password, **more.pop("form", {})}, **more)


def send_code(client: Client, code: str) -> Any:
    """The form of the second step."""
    return client.post("/sign-in/second-factor", {"code": code})
