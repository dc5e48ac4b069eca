"""Who sends a request to the API by the header ``Authorization``.

A token of one's own (``Bearer``), or, in a demo, the name and password of a demo account (``Basic``): a
password alone is too little for anybody else. Browsers are never asked for either, so none can send them
unawares; that is why they need no form token.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest

from epact2.errors import Epact2Error
from epact2.web.auth import DEMO_NAMES
from epact2.web.identity import throttle, tokens


class WrongCredentials(Epact2Error):
    """The header cannot be read, or its name and password do not fit."""


def account(request: HttpRequest, *, for_items: bool) -> Any:
    """The account that the header stands for; None without one.

    Raises WrongCredentials, WrongToken or TooManyTries.
    """
    if "Authorization" not in request.headers:
        return None
    scheme, _, credentials = request.headers["Authorization"].partition(" ")
    if scheme.casefold() == "bearer":
        return _by_token(request, credentials.strip(), for_items=for_items)
    if scheme.casefold() == "basic":
        return _demo_account(request, credentials)
    raise WrongCredentials(
        "The header Authorization cannot be read.", "Send: Authorization: Bearer YOUR-TOKEN"
    )


def _by_token(request: HttpRequest, text: str, *, for_items: bool) -> Any:
    try:
        return tokens.owner(text, for_items=for_items)
    except tokens.WrongToken:
        _failed(request, "")
        raise


def _demo_account(request: HttpRequest, credentials: str) -> Any:
    """A demo account by its public password. ``authenticate`` knows these accounts in a demo alone."""
    try:
        text = base64.b64decode(credentials, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        text = ""
    name, colon, password = text.partition(":")
    if not colon:
        raise WrongCredentials("The Basic credentials cannot be read.", "Use curl -u NAME:PASSWORD")
    user = authenticate(request, username=name, password=password) if name in DEMO_NAMES else None
    if user is None and name not in DEMO_NAMES:  # ``authenticate`` tells of its own failures
        _told(request, name)
    if user is None:
        _counted(request)
        raise WrongCredentials(
            "A name and a password are for the accounts of a demo only.",
            "Make a token on the page “Tokens for programs”, and send: Authorization: Bearer YOUR-TOKEN",
        )
    return user


def _failed(request: HttpRequest, name: str) -> None:
    _counted(request)
    _told(request, name)


def _counted(request: HttpRequest) -> None:
    """Count a failure by network alone: a token belongs to nobody until it is found. Raises TooManyTries."""
    throttle.begin(throttle.counters(request, "token", ""))


def _told(request: HttpRequest, name: str) -> None:
    """Tell whoever keeps a trail, as Django does of a wrong password."""
    user_login_failed.send(sender=__name__, credentials={"username": name}, request=request)
