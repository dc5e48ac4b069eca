"""What a reader has chosen on a page: organisation, peers' level, month, period and medicine.

All of it stands in the address. What the address leaves out has a sensible value: the reader's own
organisation, its own level, the latest month. Every choice also works from plain text, so that the search
boxes need no script.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from epact2.analysis.search import search
from epact2.errors import Epact2Error
from epact2.model import organisations
from epact2.model.months import DispensingMonth
from epact2.model.organisations import Organisation
from epact2.query.nodes import MonthRange
from epact2.store.directory import Found
from epact2.web.context import Person
from epact2.web.engine import Directory
from epact2.web.organisation_choice import choose
from epact2.web.presenters import names

PERIODS = {"1y": 12, "2y": 24, "3y": 36, "5y": 60}
ALL = "all"
DEFAULT_PERIOD = "5y"
# From an organisation of a level one may look at its peers and at what lies within it.
LEVELS_OF = {
    organisations.ENGLAND: (
        organisations.REGION, organisations.ICB, organisations.SUB_ICB_LOCATION, organisations.PCN,
        organisations.PRACTICE,
    ),
    organisations.REGION: (
        organisations.REGION, organisations.ICB, organisations.SUB_ICB_LOCATION, organisations.PRACTICE,
    ),
    organisations.ICB: (
        organisations.ICB, organisations.SUB_ICB_LOCATION, organisations.PCN, organisations.PRACTICE,
    ),
    organisations.SUB_ICB_LOCATION: (organisations.SUB_ICB_LOCATION, organisations.PRACTICE),
    organisations.PCN: (organisations.PCN, organisations.PRACTICE),
    organisations.PRACTICE: (organisations.PRACTICE,),
}  # fmt: skip


class UnknownChoice(Epact2Error):
    """Something in the address or the form that is not there to choose."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a page shows. ``own`` tells whether the organisation is the reader's own; ``note`` says why it is
    another than one would expect. ``loaded`` are the months that there are to choose from.
    """

    organisation: Organisation
    level: str
    month: DispensingMonth
    period: str
    months: MonthRange
    own: bool
    note: str = ""
    loaded: tuple[DispensingMonth, ...] = ()

    @property
    def is_peer(self) -> bool:
        """Whether the organisation stands among those compared, and not above them."""
        return self.organisation.level == self.level

    @property
    def name(self) -> str:
        """The organisation's name for titles and sentences."""
        return names.organisation_name(self.organisation)

    @property
    def tag(self) -> str:
        """The words that mark the organisation's row."""
        return names.YOURS[self.organisation.level] if self.own else "Shown"

    def kept(self, **changed: object) -> dict[str, object]:
        """The choices as parts of an address, some of them changed."""
        return {
            "organisation": self.organisation.code,
            "level": self.level,
            "month": self.month.code,
            "period": self.period,
            **changed,
        }


def read_choices(
    form: Mapping[str, str],
    directory: Directory,
    person: Person | None,
    loaded: Sequence[DispensingMonth] | None = None,
) -> Choices:
    """The choices of a page's address. Raises UnknownChoice, UnknownCode or BadMonth, each with advice.

    ``loaded`` are the months to choose from, those with prescribing unless given.
    """
    known = directory.months if loaded is None else tuple(loaded)
    choice = choose(form, person, directory)
    organisation = choice.organisation
    levels = LEVELS_OF[organisation.level]
    usual = organisations.ICB if organisation.level == organisations.ENGLAND else organisation.level
    level = form.get("level") or usual
    if level not in levels:
        # A level that was chosen for another organisation: its own is what the reader means.
        if level not in organisations.LEVELS:
            raise UnknownChoice(f"“{level}” is no level.", f"Choose one of: {', '.join(levels)}.")
        level = usual
    month = chosen_month(form, known)
    period, months = chosen_period(form, known, month)
    return Choices(
        organisation, level, month, period, months, own=choice.is_home, note=choice.note, loaded=known
    )


def chosen_month(form: Mapping[str, str], loaded: Sequence[DispensingMonth]) -> DispensingMonth:
    """The month of the address, the latest where it names none."""
    if not loaded:
        raise UnknownChoice("No prescribing data has been loaded.", "Load a month first: epact2 load FILE")
    text = form.get("month", "").strip()
    if not text:
        return loaded[-1]
    month = DispensingMonth.parse(text)
    if month not in loaded:
        first, last = loaded[0], loaded[-1]
        raise UnknownChoice(
            f"{month.name} is not loaded.", f"Choose a month from {first.name} to {last.name}."
        )
    return month


def chosen_period(
    form: Mapping[str, str], loaded: Sequence[DispensingMonth], month: DispensingMonth
) -> tuple[str, MonthRange]:
    """How far back the charts go: so many months to the month, or all that are loaded."""
    period = form.get("period") or DEFAULT_PERIOD
    if period != ALL and period not in PERIODS:
        raise UnknownChoice(f"“{period}” is no period.", f"Choose one of: {', '.join((*PERIODS, ALL))}.")
    earliest = loaded[0]
    if period != ALL:
        earliest = max(earliest, month.plus(1 - PERIODS[period]))
    return period, MonthRange(earliest, month)


def chosen_medicine(form: Mapping[str, str], directory: Directory) -> tuple[str, tuple[Found, ...]]:
    """The BNF code of ``bnf`` or ``bnf_text``; where a text fits several medicines, those to choose from."""
    code, text = form.get("bnf", "").strip(), " ".join(form.get("bnf_text", "").split())
    if code:
        known = directory.medicine(code)
        name = names.medicine_name(known.name)
        if text in ("", name, medicine_label(name, known.code)):
            return known.code, ()
    if not text:
        return "", ()
    try:
        return directory.medicine(text).code, ()
    except Epact2Error:
        pass  # no code, then: words
    fitting = search(directory, text, 40, kind="medicine").medicines
    if not fitting:
        raise UnknownChoice(f"No medicine fits “{text}”.", "Type a part of its name, or its BNF code.")
    return (fitting[0].code, ()) if len(fitting) == 1 else ("", tuple(fitting))


def medicine_label(name: str, code: str) -> str:
    """What stands in a medicine's search box."""
    return f"{name} ({code})"


def period_options(loaded: Sequence[DispensingMonth]) -> list[dict[str, str]]:
    """The periods that the loaded months are long enough for."""
    count = len(loaded)
    made = [
        {"value": key, "text": "Last 12 months" if months == 12 else f"Last {months // 12} years"}
        for key, months in PERIODS.items()
        if months < count or key == DEFAULT_PERIOD
    ]
    if count < PERIODS[DEFAULT_PERIOD]:
        made[-1] = {"value": DEFAULT_PERIOD, "text": f"All {count} months"}
    elif count > PERIODS[DEFAULT_PERIOD]:
        made.append({"value": ALL, "text": f"All {count} months"})
    return made


def filter_fields(
    choices: Choices, suggest: str, *, counts: Mapping[str, int] | None = None
) -> list[dict[str, object]]:
    """The fields of the filter bar: organisation, compare with, month, period."""
    levels = LEVELS_OF[choices.organisation.level]
    return [
        {
            "kind": "organisation", "name": "organisation", "label": "Organisation", "suggest": suggest,
            "value": choices.organisation.code, "shown": names.with_code(choices.organisation),
        },
        {
            "kind": "select", "name": "level", "label": "Compare with", "value": choices.level,
            "options": level_options(choices, levels, counts or {}),
        },
        {
            "kind": "select", "name": "month", "label": "Month", "value": choices.month.code,
            "options": [{"value": one.code, "text": one.name} for one in reversed(choices.loaded)],
        },
        {
            "kind": "select", "name": "period", "label": "Period", "value": choices.period,
            "options": period_options(choices.loaded),
        },
    ]  # fmt: skip


def level_options(choices: Choices, levels: Sequence[str], counts: Mapping[str, int]) -> list[dict[str, str]]:
    """Peers first: "All 42 ICBs", then what lies within: "Practices within it"."""
    organisation = choices.organisation
    made = []
    for level in levels:
        plural = organisations.PLURALS[level]
        if organisation.level in (level, organisations.ENGLAND):
            text = f"All {names.peers_name(level, counts.get(level))}"
        else:
            text = f"{plural[:1].upper()}{plural[1:]} within it"
        made.append({"value": level, "text": text})
    return made
