"""Links in mails: signed, for one use, and for a limited time.

The link carries the row's key and a random word that is kept with the row until the link is used. A link that
is opened changes nothing: mail scanners open links, so only the button on its page does.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.core import signing

from epact2.errors import Epact2Error

CONFIRM_HOURS = 48
AUTHORISER_DAYS = 14


class BadLink(Epact2Error):
    """A link that was changed, was used before, or is too old."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a link is for: its salt keeps one kind from being used as another. ``lasts`` is in seconds."""

    salt: str
    lasts: int


CONFIRM = Kind("registration.confirm", CONFIRM_HOURS * 3600)
AUTHORISER = Kind("registration.authoriser", AUTHORISER_DAYS * 24 * 3600)


def fresh_nonce() -> str:
    """A random word for one link."""
    return secrets.token_urlsafe(24)


def make(kind: Kind, key: object, nonce: str) -> str:
    """The token of a link."""
    return signing.dumps([str(key), nonce], salt=kind.salt)


def read(kind: Kind, token: str) -> tuple[str, str]:
    """The key and the random word of a token. Raises BadLink."""
    try:
        key, nonce = signing.loads(token, salt=kind.salt, max_age=kind.lasts)
    except (signing.BadSignature, ValueError, TypeError):
        raise bad_link() from None
    return str(key), str(nonce)


def bad_link() -> BadLink:
    """The one answer to every link that cannot be used: it does not say which reason it is."""
    return BadLink(
        "This link cannot be used any more.",
        "A link works once and for a limited time. If you still need it, start again and a new one is sent.",
    )
