"""The BNF code and its seven levels, in the NHSBSA's structure (that of before BNF edition 70).

A presentation code has 15 characters::

    05 01 08 0 W0 AA AE AE
    |  |  |  | |  |  |  └─ 14–15  the strength and form of the generic equivalent
    |  |  |  | |  |  └──── 12–13  strength and form
    |  |  |  | |  └─────── 10–11  product (AA is the generic)
    |  |  |  | └──────────  8–9   chemical substance
    |  |  |  └────────────  7     sub-paragraph
    |  |  └───────────────  5–6   paragraph
    |  └──────────────────  3–4   section
    └─────────────────────  1–2   chapter

Chapters 20 to 23 (dressings, appliances) have 11 characters and no levels between section and presentation.
Where a level is missing the NHSBSA's open data shows the section in its place, and so do we.

Sources: NHSBSA, "BNF code information" and Prescription Cost Analysis, background notes 1.2.3.
"""

from __future__ import annotations

from dataclasses import dataclass

from epact2.errors import Epact2Error

CHAPTER = "chapter"
SECTION = "section"
PARAGRAPH = "paragraph"
SUB_PARAGRAPH = "sub-paragraph"
CHEMICAL_SUBSTANCE = "chemical substance"
PRODUCT = "product"
PRESENTATION = "presentation"

# Ordered from widest to narrowest: callers rely on the order.
LENGTH_OF_LEVEL = {
    CHAPTER: 2,
    SECTION: 4,
    PARAGRAPH: 6,
    SUB_PARAGRAPH: 7,
    CHEMICAL_SUBSTANCE: 9,
    PRODUCT: 11,
    PRESENTATION: 15,
}
LEVELS = tuple(LENGTH_OF_LEVEL)
_LEVEL_OF_LENGTH = {length: level for level, length in LENGTH_OF_LEVEL.items()}
_APPLIANCE_CHAPTERS = frozenset({"20", "21", "22", "23"})


class BadBnfCode(Epact2Error):
    """A text that cannot be a BNF code of any level."""


@dataclass(frozen=True, slots=True, order=True)
class BnfCode:
    """A BNF code of any level. The text is checked for its form, not for being in use."""

    text: str

    def __post_init__(self) -> None:
        length_fits = len(self.text) in _LEVEL_OF_LENGTH and not (self.is_appliance and len(self.text) == 15)
        if not length_fits or not (self.text.isascii() and self.text.isalnum()):
            raise BadBnfCode(
                f"“{self.text}” is not a BNF code.",
                "A BNF code has 2 (chapter), 4 (section), 6 (paragraph), 7 (sub-paragraph), 9 (chemical "
                "substance), 11 (product) or 15 (presentation) letters and digits, for example 0501 or "
                "0501013K0; a presentation of chapters 20 to 23 has 11.",
            )

    @property
    def is_appliance(self) -> bool:
        """Whether the code is of chapters 20 to 23, which have fewer levels."""
        return self.text[:2] in _APPLIANCE_CHAPTERS

    @property
    def level(self) -> str:
        """The level that the length stands for; 11 characters of an appliance are a presentation."""
        if self.is_appliance and len(self.text) == 11:
            return PRESENTATION
        return _LEVEL_OF_LENGTH[len(self.text)]

    def at(self, level: str) -> str:
        """The code of the given level above (or at) this one: ``0501080W0AAAEAE`` at section is ``0501``."""
        return code_at(self.text, level)

    @property
    def parent(self) -> BnfCode | None:
        """The code one level up; None for a chapter. An appliance's parent is its section."""
        if self.level == CHAPTER:
            return None
        if self.is_appliance and self.level != SECTION:
            return BnfCode(self.text[:4])
        shorter = LEVELS[LEVELS.index(self.level) - 1]
        return BnfCode(self.text[: LENGTH_OF_LEVEL[shorter]])

    @property
    def ancestors(self) -> tuple[BnfCode, ...]:
        """Every level above, chapter first."""
        parent = self.parent
        return (*parent.ancestors, parent) if parent else ()

    def covers(self, presentation: str) -> bool:
        """Whether a presentation's code lies at or beneath this one."""
        return presentation.startswith(self.text)

    @property
    def generic_equivalent(self) -> str:
        """The presentation code of the same substance, strength and form as a generic.

        Characters 14 and 15 of a brand point at characters 12 and 13 of its generic, so
        ``0501080W0BBACAE`` becomes ``0501080W0AAAEAE``. Codes that are not of 15 characters are their own.
        """
        return generic_equivalent(self.text)


def code_at(presentation: str, level: str) -> str:
    """The code of ``level`` for a presentation code, with the section for an appliance's missing levels."""
    if presentation[:2] in _APPLIANCE_CHAPTERS:
        if level in (PRODUCT, PRESENTATION):
            return presentation
        return presentation[: min(LENGTH_OF_LEVEL[level], 4)]
    return presentation[: LENGTH_OF_LEVEL[level]]


def generic_equivalent(presentation: str) -> str:
    """See ``BnfCode.generic_equivalent``; for a presentation code known to be well formed."""
    if len(presentation) != 15:
        return presentation
    pointer = presentation[13:15]
    return f"{presentation[:9]}AA{pointer}{pointer}"
