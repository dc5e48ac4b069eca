"""From what a person types to a condition, and how conditions stand together in a question."""

from __future__ import annotations

import re
from dataclasses import dataclass

from epact2.errors import Epact2Error, did_you_mean
from epact2.model import bnf, organisations
from epact2.model.bnf import BnfCode
from epact2.model.prescribing import BNF_FIELDS, FIELD_BY_NAME, ORGANISATION_FIELDS, PRACTICE_SETTING
from epact2.query.grains import conjuncts
from epact2.query.nodes import (
    EVERYTHING,
    AllOf,
    AnyOf,
    Is,
    Not,
    OneOf,
    Selection,
    UnderMedicine,
    UnderOrganisation,
)
from epact2.web.engine import Directory
from epact2.web.presenters.names import medicine_name, place_name

MOST_CHOICES = 10
_NAME_AND_CODE = re.compile(r".*\((?P<code>[A-Za-z0-9-]{2,15})\)\s*\Z")
_NEAR_LEVELS = bnf.LEVELS[: bnf.LEVELS.index(bnf.PRODUCT)]


class NothingFound(Epact2Error):
    """No organisation or medicine has this name or code."""


@dataclass(frozen=True, slots=True)
class Named:
    """An organisation or a medicine that was meant: its level, code and name."""

    kind: str
    code: str
    name: str

    @property
    def is_medicine(self) -> bool:
        """Whether this is of the BNF."""
        return self.kind in bnf.LEVELS

    @property
    def selection(self) -> Selection:
        """The condition: at or beneath it."""
        return UnderMedicine(BnfCode(self.code)) if self.is_medicine else UnderOrganisation(self.code)


def named(kind: str, code: str, name: str) -> Named:
    """Something with its name as people write it, and as every page shows it."""
    return Named(kind, code, medicine_name(name) if kind in bnf.LEVELS else place_name(name))


@dataclass(frozen=True, slots=True)
class Meant:
    """What a text can mean: exactly one, or the first of ``count`` to choose from."""

    choices: tuple[Named, ...]
    count: int

    @property
    def only(self) -> Named | None:
        """The one thing that is meant, if there is just one."""
        return self.choices[0] if self.count == 1 else None


def meaning_of(text: str, directory: Directory, *, code: str = "", medicines_only: bool = False) -> Meant:
    """What a person means by a name or a code.

    ``code`` is that of a suggestion which was chosen; it counts only while the text is still the name that
    it was chosen under. Raises NothingFound.
    """
    text = " ".join(text.split())
    if code and (chosen := _chosen(text, code, directory, medicines_only)):
        return Meant((chosen,), 1)
    found = _found(text, directory, 400, medicines_only)
    same_code = [one for one in found if one.code.casefold() == text.casefold()]
    same_name = [one for one in found if one.name.casefold() == text.casefold()]
    for exact in (same_code, same_name):
        if len(exact) == 1 or (exact and _is_one_branch(exact)):
            return Meant((exact[0],), 1)
        if exact:
            return Meant(tuple(exact[:MOST_CHOICES]), len(exact))
    if found:
        return Meant(tuple(found[:MOST_CHOICES]), len(found))
    if with_code := _NAME_AND_CODE.match(text):
        return meaning_of(with_code["code"], directory, medicines_only=medicines_only)
    return _by_other_spelling(text, directory, medicines_only)


def _chosen(text: str, code: str, directory: Directory, medicines_only: bool) -> Named | None:
    """The suggestion of that code, as long as the text still names it."""
    for one in _found(code, directory, 20, medicines_only):
        if one.code == code and (one.name.casefold() in text.casefold() or one.code in text):
            return one
    return None


def _found(text: str, directory: Directory, limit: int, medicines_only: bool) -> list[Named]:
    found = [named(one.kind, one.code, one.name) for one in directory.find(text, limit)]
    return [
        one for one in found if one.kind != organisations.ENGLAND and (one.is_medicine or not medicines_only)
    ]


def _is_one_branch(same: list[Named]) -> bool:
    """Whether medicines of one name are one thing at several levels, widest first.

    In the BNF a section, its only paragraph and its only sub-paragraph often share their name.
    """
    return all(one.is_medicine and one.code.startswith(same[0].code) for one in same)


def _by_other_spelling(text: str, directory: Directory, medicines_only: bool) -> Meant:
    """A code that was replaced, or one with the ``00`` that NHS files append; else nothing, with advice."""
    try:
        medicine = directory.medicine(text)
        return Meant((named(medicine.level, medicine.code, medicine.name),), 1)
    except Epact2Error:
        pass
    if not medicines_only:
        try:
            place = directory.organisation(text)
            if place.level != organisations.ENGLAND:
                return Meant((named(place.level, place.code, place.name),), 1)
        except Epact2Error:
            pass
    what = "medicine" if medicines_only else "organisation or medicine"
    near = did_you_mean(text, _near_names(text, directory, medicines_only))
    advice = near or "Check the spelling, or type part of the name or a code."
    raise NothingFound(f"No {what} is called “{text}”, and none has that code.", advice)


def _near_names(text: str, directory: Directory, medicines_only: bool) -> list[str]:
    """Names that begin with the same letter: comparing with every name of England would take seconds."""
    first = text[:1].casefold()
    names = [one.name for level in _NEAR_LEVELS for one in directory.medicines_under("", level)]
    if not medicines_only:
        for level in organisations.LEVELS:
            names += [one.name for one in directory.organisations_at(level)]
    dressed = dict.fromkeys(place_name(name) for name in names)
    return [name for name in dressed if name[:1].casefold() == first]


# --- How conditions stand together --------------------------------------------------------------------------


def added(where: Selection, part: Selection, *, exclude: bool, directory: Directory) -> Selection:
    """A question's selection with one more condition.

    Two places (or two medicines) of which neither holds the other would select nothing together, so the
    second one widens the first: “any of these”. One inside the other narrows it. What is excluded always
    stands by itself.
    """
    parts = conjuncts(where)
    if exclude:
        return joined((*parts, Not(part)))
    for place, existing in enumerate(parts):
        members = members_of(existing)
        if any(_kind(one) != _kind(part) or not _kind(one) for one in members):
            continue
        if part in members:
            return where
        if not any(_nested(one, part, directory) for one in members):
            return joined((*parts[:place], AnyOf((*members, part)), *parts[place + 1 :]))
    return joined((*parts, part))


def joined(parts: tuple[Selection, ...]) -> Selection:
    """Conditions that must all hold, each once."""
    kept = tuple(dict.fromkeys(parts))
    if not kept:
        return EVERYTHING
    return kept[0] if len(kept) == 1 else AllOf(kept)


def members_of(part: Selection) -> tuple[Selection, ...]:
    """The members of an “any of these”; a plain condition is its own only member."""
    return part.parts if isinstance(part, AnyOf) else (part,)


def removed(where: Selection, place: int, member: int | None = None) -> Selection:
    """A selection without one of its conditions, or without one member of it."""
    parts = list(conjuncts(where))
    if not 0 <= place < len(parts):
        return where
    inner = parts[place].part if isinstance(parts[place], Not) else parts[place]
    members = [one for at, one in enumerate(members_of(inner)) if at != member]
    if member is None or not members:
        del parts[place]
    else:
        kept = members[0] if len(members) == 1 else AnyOf(tuple(members))
        parts[place] = Not(kept) if isinstance(parts[place], Not) else kept
    return joined(tuple(parts))


def flipped(where: Selection, place: int) -> Selection:
    """A selection in which one condition includes what it excluded, or the other way round."""
    parts = list(conjuncts(where))
    if not 0 <= place < len(parts):
        return where
    part = parts[place]
    parts[place] = part.part if isinstance(part, Not) else Not(part)
    return joined(tuple(parts))


def _kind(part: Selection) -> str:
    match part:
        case UnderMedicine():
            return "medicine"
        case UnderOrganisation():
            return "organisation"
        case Is(field) | OneOf(field) if field in BNF_FIELDS:
            return "medicine"
        case Is(field) | OneOf(field) if field in ORGANISATION_FIELDS:
            return "organisation"
        case Is(field) | OneOf(field) if field == PRACTICE_SETTING:
            return "setting"
        case Is(field) | OneOf(field) if field.closed:
            return field.name  # two genders widen each other, a gender and an age band do not
        case _:
            return ""


def _nested(one: Selection, other: Selection, directory: Directory) -> bool:
    """Whether one of two conditions of a kind lies within the other, or may (a network and a place)."""
    if _kind(one) == "medicine":
        codes = [_medicine_code(one), _medicine_code(other)]
        return bool(codes[0].startswith(codes[1]) or codes[1].startswith(codes[0]))
    if _kind(one) != "organisation":
        return False
    places = [_place(one, directory), _place(other, directory)]
    if None in places:
        return True
    (level, parents, code), (other_level, other_parents, other_code) = places  # type: ignore[misc]
    if (level, code) == (other_level, other_code):
        return True
    return parents.get(other_level) == other_code or other_parents.get(level) == code


def _medicine_code(part: Selection) -> str:
    match part:
        case UnderMedicine(code):
            return code.text
        case Is(_, code):
            return code
        case _:
            return ""  # a list of codes: within everything, so it narrows


def _place(part: Selection, directory: Directory) -> tuple[str, dict[str, str], str] | None:
    try:
        match part:
            case UnderOrganisation(code):
                found = directory.organisation(code)
            case Is(field, code) if field in FIELD_BY_NAME.values():
                found = directory.organisation(code, field.name)
            case _:
                return None
    except Epact2Error:
        return None
    return found.level, dict(found.parents), found.code
