"""The user agreement: its versions in the repository, the one in force, and who has accepted it.

A version is a file ``agreement/N.md`` and never changes once it was in force: its hash is kept with every
acceptance, and a changed file is refused.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from django.db import transaction

from epact2.errors import Epact2Error
from epact2.web.registration import history
from epact2.web.registration.history import Happened
from epact2.web.registration.models import Acceptance, AgreementVersion


class AgreementChanged(Epact2Error):
    """A version's text is not what was put in force, or the version is not there."""


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the text: a heading, a paragraph, or a list."""

    heading: str = ""
    paragraph: str = ""
    points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Agreement:
    """One version with its text."""

    number: int
    text: str

    @property
    def text_hash(self) -> str:
        """SHA-256 of the text, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The text without its title, for the page."""
        made = []
        for part in self.text.strip().split("\n\n")[1:]:
            if part.startswith("## "):
                made.append(Block(heading=part.removeprefix("## ")))
            elif part.startswith("* "):
                made.append(Block(points=tuple(line.removeprefix("* ") for line in part.splitlines())))
            else:
                made.append(Block(paragraph=part))
        return tuple(made)


@cache
def written() -> dict[int, Agreement]:
    """Every version in the repository, by number."""
    found = {}
    for file in files("epact2.web.registration").joinpath("agreement").iterdir():
        if file.name.endswith(".md"):
            number = int(file.name.removesuffix(".md"))
            found[number] = Agreement(number, file.read_text(encoding="utf-8"))
    return dict(sorted(found.items()))


def in_force() -> Agreement:
    """The version in force: the newest that was published, or the first where none was. Raises
    AgreementChanged.
    """
    row = AgreementVersion.objects.order_by("-number").first()
    if row is None:
        return written()[1]
    agreement = written().get(row.number)
    if agreement is None or agreement.text_hash != row.text_hash:
        raise AgreementChanged(
            f"The text of version {row.number} of the user agreement is not the one that was put in force.",
            "The service team must put the text back, or write a new version.",
        )
    return agreement


def has_accepted(user: Any) -> bool:
    """Whether somebody has accepted the text in force."""
    agreement = in_force()
    return Acceptance.objects.filter(
        user=user, version=agreement.number, text_hash=agreement.text_hash
    ).exists()


def accept(user: Any, number: int, text_hash: str) -> None:
    """Note that somebody accepts the text that they were shown. Raises AgreementChanged."""
    agreement = in_force()
    if (number, text_hash) != (agreement.number, agreement.text_hash):
        raise AgreementChanged(
            "The agreement has changed since you opened the page.", "Read the new version and accept that."
        )
    with transaction.atomic():
        _, new = Acceptance.objects.get_or_create(
            user=user, version=number, defaults={"text_hash": text_hash}
        )
        if new:
            name = user.get_username()
            history.record(Happened.ACCEPTED, by=name, about=name, words=f"Version {number}")


def publish(number: int, by: Any) -> None:
    """Put a version in force; everybody must then accept it. Raises AgreementChanged."""
    newest = AgreementVersion.objects.order_by("-number").first()
    agreement = written().get(number)
    if agreement is None or (newest and number <= newest.number):
        raise AgreementChanged(
            f"Version {number} cannot be put in force.", "Only a newer version than the one in force can be."
        )
    with transaction.atomic():
        AgreementVersion.objects.create(
            number=number, text_hash=agreement.text_hash, published_by=by.get_username()
        )
        history.record(Happened.PUBLISHED, by=by.get_username(), words=f"Version {number}")
