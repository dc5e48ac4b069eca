"""The page “What you can see, and why”: each cell is a decision of the policy; it cannot say otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from epact2.access.figures import Figures
from epact2.access.grants import AccountType, Grant
from epact2.access.policy import Action, Decision, Whose, decide, own_territory, rights_of
from epact2.access.policy_tables import Grain, Rights, Sight, tables
from epact2.access.viewer import Viewer
from epact2.model.place_names import place_name
from epact2.web.engine import Directory


@dataclass(frozen=True, slots=True)
class Seen:
    """One sort of figures: what is seen of one's own organisations and of others, each with its reason."""

    what: str
    example: str
    own: Cell
    others: Cell


@dataclass(frozen=True, slots=True)
class Cell:
    """A decision in words. ``shown`` is false where nothing is seen."""

    text: str
    reason: str
    shown: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One account type in the whole table: a word for each grain, own and others."""

    name: str
    words: tuple[str, ...]
    yours: bool


_SORTS = (
    ("Items, cost and quantity", "of every practice and presentation", Grain.PRACTICE, Figures.OPEN),
    ("Patients, counted and by what they are", "age, gender …", Grain.PRACTICE, Figures.PROTECTED),
    ("Prescribers, dispensers, other details", "of items", Grain.PRESCRIBER, Figures.CLOSED),
    ("Single items", "one row for each", Grain.ITEM, Figures.CLOSED),
    ("Single patients", "by pseudonym, with their history", Grain.PATIENT, Figures.CLOSED),
)
_SIGHT_WORDS = {
    Sight.EXACT: "Exact",
    Sight.SEALED: "Published figures",
    Sight.CONTROLLED_DRUGS: "Exact, of controlled drugs",
    Sight.NONE: "Not shown",
}
GRAIN_WORDS = {
    Grain.NATIONAL: "England, regions, ICBs",
    Grain.LOCAL: "Sub-ICB locations, PCNs",
    Grain.PRACTICE: "Practices",
    Grain.PRESCRIBER: "Prescribers",
    Grain.ITEM: "Items",
    Grain.PATIENT: "Patients",
}


def seen(viewer: Viewer) -> Iterator[Seen]:
    """What the viewer sees of each sort of figures."""
    for what, example, grain, figures in _SORTS:
        action = Action.LIST if grain in (Grain.ITEM, Grain.PATIENT) else Action.STANDARD
        own, others = (_cell(viewer, action, grain, figures, whose) for whose in Whose)
        yield Seen(what, example, own, others)


def _cell(viewer: Viewer, action: Action, grain: Grain, figures: Figures, whose: Whose) -> Cell:
    plain = decide(viewer, action, grain, figures, whose)
    controlled = decide(viewer, action, grain, figures, whose, controlled_only=True)
    if controlled.sight is Sight.EXACT and plain.sight is not Sight.EXACT:
        rest = "" if plain.sight is Sight.NONE else "; published figures of the rest"
        return Cell(f"{_SIGHT_WORDS[Sight.CONTROLLED_DRUGS]}{rest}", _reason(controlled), shown=True)
    return Cell(_SIGHT_WORDS[plain.sight], _reason(plain), plain.is_allowed)


def _reason(decision: Decision) -> str:
    reason = f"{decision.reason[:1].upper()}{decision.reason[1:]}"
    return reason if reason.endswith(".") else f"{reason}."


def may_do(viewer: Viewer) -> list[tuple[str, str]]:
    """What the viewer may do with figures, as pairs of words."""
    rights = rights_of(viewer)
    items = f"{rights.item_export_rows:,} rows at a time" if rights.item_export_rows else "No"
    if rights.item_export_rows and rights.purpose_for_items:
        items += ", each with its purpose"
    return [
        ("Analyses of your own", "Yes" if rights.create_analysis else "No"),
        ("Downloads of figures", _downloads(rights)),
        ("Downloads of single items", items),
    ]


def _downloads(rights: Rights) -> str:
    if not rights.export_rows:
        return "No"
    of_pages = "" if rights.create_analysis else ", of the tables of pages"
    return f"{rights.export_rows:,} rows at a time{of_pages}"


def grants(viewer: Viewer, directory: Directory | None) -> list[dict[str, str]]:
    """The grants in force in words; without a release, organisations by code."""
    return [_grant(one, directory) for one in viewer.grants]


def _grant(one: Grant, directory: Directory | None) -> dict[str, str]:
    name = place_name(directory.organisation_name(one.level, one.code)) if directory else one.code
    return {
        "type": f"{one.account_type.value[:1].upper()}{one.account_type.value[1:]}",
        "organisation": "England" if one.is_of_england else f"{name} ({one.level} {one.code})",
    }


def own_words(viewer: Viewer, directory: Directory) -> str:
    """How many practices are the viewer's own today, and how many of them joined lately."""
    own = own_territory(viewer, directory)
    if not own.practices:
        return ""
    said = f"{len(own.practices):,} practices and cost centres are your own today."
    if len(own.practices) == 1:
        said = "One practice is your own."
    moved = len({one.practice for one in own.absences})
    if moved:
        said += f" {moved} of them belonged to others in some months: those months count as others’."
    return said


def whole_table(viewer: Viewer) -> list[Line]:
    """The policy of all account types."""
    mine = {one.account_type for one in viewer.grants}
    sight = tables().sight
    return [
        Line(
            one.value,
            tuple(_both(sight[one, grain, True], sight[one, grain, False]) for grain in Grain),
            one in mine,
        )
        for one in AccountType
    ]


def _both(own: Sight, others: Sight) -> str:
    if own is others:
        return _SIGHT_WORDS[own]
    return f"{_SIGHT_WORDS[own]}; others: {_SIGHT_WORDS[others].lower()}"


def version() -> str:
    """The version of the tables, as audits name it."""
    return tables().version
