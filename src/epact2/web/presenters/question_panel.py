"""The question as a form: what is chosen, what can be added, and what was wrong with what was typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from epact2.model import organisations
from epact2.model.fields import Dimension, Field
from epact2.model.items import AGE, OLDEST
from epact2.model.months import DispensingMonth
from epact2.model.prescribing import FIELDS, MEASURES, PRACTICE_SETTING, STAR_PUS
from epact2.query.codec import dumps
from epact2.query.encode import value_to_json
from epact2.query.grains import conjuncts
from epact2.query.nodes import (
    AllMonths,
    AnyOf,
    Between,
    Codes,
    Exclusions,
    Is,
    Latest,
    MonthRange,
    Not,
    Query,
    Selection,
    Structure,
    UnderMedicine,
    UnderOrganisation,
    Value,
)
from epact2.query.packed import packed_if_long
from epact2.query.words import Names, joined, months_words, selection_words, value_name
from epact2.web import explorer_patients as patients
from epact2.web.engine import Directory
from epact2.web.explorer_filters import members_of
from epact2.web.explorer_form import Edited
from epact2.web.explorer_measures import PERS, WAYS, capital, offered_name, offers
from epact2.web.presenters.dressed import DressedNames
from epact2.web.presenters.sentence import as_json

LATEST = (1, 3, 6, 12, 24, 36, 60)
SETTINGS = (
    ("4", "GP practices only"),
    ("not 4", "All but GP practices"),
    ("0", "Other prescribing cost centres only"),
)
_GROUPS = {
    Dimension.ORGANISATION: "Organisation",
    Dimension.MEDICINE: "Medicine",
    Dimension.TIME: "Time",
    Dimension.LINE: "Prescription line",
    Dimension.PATIENT: "Patient",
    Dimension.ITEM: "Item",
}


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a list."""

    value: str
    text: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class OptionGroup:
    """Choices under a heading."""

    name: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Button:
    """A small button beside something that was chosen: what it does, and its sign."""

    do: str
    label: str
    sign: str


@dataclass(frozen=True, slots=True)
class Pick:
    """Something that was chosen. ``members`` are the parts of an “any of these”."""

    text: str
    note: str
    buttons: tuple[Button, ...]
    excluded: bool = False
    members: tuple[Pick, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemChoices:
    """What the form offers where single items are loaded."""

    conditions: tuple[OptionGroup, ...]
    which: tuple[Option, ...]
    periods: tuple[Option, ...]
    shown: tuple[Option, ...]
    no_exclusions: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything that the form shows."""

    question: str
    measures: tuple[Pick, ...]
    rows: tuple[Pick, ...]
    columns: tuple[Pick, ...]
    filters: tuple[Pick, ...]
    measure_options: tuple[OptionGroup, ...]
    field_options: tuple[OptionGroup, ...]
    settings: tuple[Option, ...]
    periods: tuple[Option, ...]
    first_months: tuple[Option, ...]
    last_months: tuple[Option, ...]
    period_words: str
    as_at: bool
    as_published: bool
    totals: bool
    top: str
    others: bool
    sorts: tuple[Option, ...]
    own_measures: tuple[Option, ...]
    own_pers: tuple[Option, ...]
    own_ways: tuple[Option, ...]
    typed: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    items: ItemChoices | None = None
    choices: Mapping[str, tuple[Option, ...]] = field(default_factory=dict)

    @property
    def patients_open(self) -> bool:
        """Whether the fields of a count of patients hold something, and so must be seen."""
        return any(name.startswith("pat_") for name in (*self.typed, *self.wrong))

    @property
    def own_open(self) -> bool:
        """Whether the fields of one's own measure hold something, and so must be seen."""
        return any(name.startswith("own_") for name in (*self.typed, *self.wrong))


def panel(work: Edited, directory: Directory) -> Panel:
    """The form for a question."""
    query = work.query
    names = DressedNames(directory)
    first, last = _ends(query, directory.months)
    has_items = bool(directory.item_months)
    typed = work.typed
    return Panel(
        question=packed_if_long(dumps(query)),
        measures=tuple(_measure(value, place, query, names) for place, value in enumerate(query.values)),
        rows=tuple(_field("rows", place, one) for place, one in enumerate(query.rows)),
        columns=tuple(_field("columns", place, one) for place, one in enumerate(query.columns)),
        filters=tuple(
            _filter(part, place, directory, names) for place, part in enumerate(conjuncts(query.where))
        ),
        measure_options=_measure_options(query, has_items),
        field_options=_field_options(query, has_items),
        settings=tuple(Option(value, text) for value, text in SETTINGS),
        periods=_periods(query, typed.get("period", "")),
        first_months=_months(directory.months, typed.get("from", first)),
        last_months=_months(directory.months, typed.get("to", last)),
        period_words=capital(months_words(query.months)),
        as_at=query.structure is Structure.AS_AT,
        as_published=query.codes is Codes.AS_PUBLISHED,
        totals=query.totals,
        top=typed.get("top", str(query.top.count) if query.top else ""),
        others=bool(query.top and query.top.others),
        sorts=_sorts(query),
        own_measures=tuple(
            Option(one.name, capital(one.name)) for one in MEASURES if one not in STAR_PUS.values()
        )
        + tuple(Option(one.name, capital(one.name)) for one in STAR_PUS.values()),
        own_pers=tuple(Option(str(per), f"{per:,}", str(per) == typed.get("own_per")) for per in PERS),
        own_ways=tuple(Option(key, text, key == typed.get("own_way")) for key, text in WAYS.items()),
        items=_item_choices(query, typed) if has_items else None,
        typed=typed,
        wrong={problem.field: problem.message for problem in reversed(work.problems)},
        choices={
            name: tuple(Option(one.code, f"{one.name} ({one.kind} {one.code})") for one in meant.choices)
            for name, meant in work.choices.items()
        },
    )


# --- What is chosen -----------------------------------------------------------------------------------------


def _measure(value: Value, place: int, query: Query, names: Names) -> Pick:
    name = capital(value_name(value, names))
    offered = offered_name(value)
    buttons = [Button(f"measure-remove-{place}", f"Remove {name}", "remove")]
    if place:
        buttons.insert(0, Button(f"measure-up-{place}", f"Move {name} up", "up"))
    # A comparator's title says more than its formula; the formula stands beneath it.
    text, note = (offered, name) if offered and offered != name else (name, "")
    return Pick(text, note, tuple(buttons) if len(query.values) > 1 else ())


def _field(side: str, place: int, one: Field) -> Pick:
    name = capital(one.name)
    other, sign = ("columns", "across") if side == "rows" else ("rows", "down")
    buttons = [
        Button(f"{side}-across-{place}", f"Move {name} to the {other}", sign),
        Button(f"{side}-remove-{place}", f"Remove {name} from the {side}", "remove"),
    ]
    if place:
        buttons.insert(0, Button(f"{side}-up-{place}", f"Move {name} up", "up"))
    return Pick(name, "", tuple(buttons))


def _filter(part: Selection, place: int, directory: Directory, names: Names) -> Pick:
    excluded = isinstance(part, Not)
    inner = part.part if isinstance(part, Not) else part
    members = members_of(inner)
    note, text = said(inner, directory, names)
    turn = Button(f"filter-flip-{place}", f"{'Include' if excluded else 'Exclude'} {text}", "turn")
    remove = Button(f"filter-remove-{place}", f"Remove {text}", "remove")
    if not isinstance(inner, AnyOf) or len(members) < 2:
        return Pick(text, note, (turn, remove), excluded)
    parts = []
    for at, member in enumerate(members):
        note, text = said(member, directory, names)
        out = Button(f"filter-remove-{place}-{at}", f"Remove {text}", "remove")
        parts.append(Pick(text, note, (out,)))
    whole = joined([one.text for one in parts], "or")
    return Pick(
        whole,
        "Any of these",
        (Button(turn.do, f"{'Include' if excluded else 'Exclude'} {whole}", "turn"),),
        excluded,
        tuple(parts),
    )


def said(part: Selection, directory: Directory, names: Names) -> tuple[str, str]:
    """A condition as its kind and its name: ("ICB", "Kent and Medway (QKS)")."""
    match part:
        case UnderMedicine(code):
            return f"BNF {code.level}", _with_code(names.medicine_name(code.text), code.text)
        case UnderOrganisation(code):
            return _level(code, directory), _with_code(names.any_organisation_name(code), code)
        case Is(one, code) if one == PRACTICE_SETTING:
            names = dict(SETTINGS)
            return "Prescribers", names.get(code, code)
        case Between(one, low, high) if one == AGE:
            return "Age", f"{low} and over" if int(high) >= OLDEST else f"{low} to {high}"
        case Is(one, _):
            words = selection_words(part, names).removeprefix(f"{one.name} is ")
            return capital(one.name), words
        case _:
            return "Condition", capital(selection_words(part, names))


def _level(code: str, directory: Directory) -> str:
    for level in organisations.LEVELS:
        if directory.organisation_name(level, code) != code:
            return level
    return "Organisation"


def _with_code(name: str, code: str) -> str:
    return f"{name} ({code})" if name and name != code else code


# --- What can be chosen -------------------------------------------------------------------------------------


def _measure_options(query: Query, has_items: bool) -> tuple[OptionGroup, ...]:
    return tuple(
        OptionGroup(
            group.name,
            tuple(
                Option(offer.word or as_json(value_to_json(offer.value)), offer.name)
                for offer in group.offers
                if offer.value not in query.values
            ),
        )
        for group in offers(items_loaded=has_items)
    )


def _field_options(query: Query, has_items: bool) -> tuple[OptionGroup, ...]:
    groups: dict[str, list[Option]] = {name: [] for name in _GROUPS.values()}
    for one in FIELDS:
        if not one.groups or (one.of_items and not has_items):
            continue
        if one not in query.grain and one.name != organisations.ENGLAND:
            groups[_GROUPS[one.dimension]].append(Option(one.name, capital(one.name)))
    return tuple(OptionGroup(name, tuple(options)) for name, options in groups.items())


def _item_choices(query: Query, typed: Mapping[str, str]) -> ItemChoices:
    return ItemChoices(
        conditions=tuple(
            OptionGroup(
                capital(name), tuple(Option(value, f"{capital(name)}: {text}") for value, text in found)
            )
            for name, found in patients.conditions()
        ),
        which=tuple(
            Option(which.value, words, which.value == typed.get("pat_which"))
            for which, words in patients.WHICH_WORDS.items()
        ),
        periods=tuple(
            Option(key, text, key == typed.get("pat_period")) for key, text in patients.PERIODS.items()
        ),
        shown=tuple(Option(key, text, key == typed.get("pat_shown")) for key, text in patients.SHOWN.items()),
        no_exclusions=query.exclusions is Exclusions.NONE,
    )


def _periods(query: Query, typed: str) -> tuple[Option, ...]:
    match query.months:
        case Latest(count):
            now = f"latest-{count}"
        case MonthRange():
            now = "range"
        case AllMonths():
            now = "all"
    now = typed or now
    counts = sorted({*LATEST, *([query.months.months] if isinstance(query.months, Latest) else [])})
    options = [(f"latest-{one}", "Latest month" if one == 1 else f"Latest {one} months") for one in counts]
    options += [("all", "All months"), ("range", "From one month to another")]
    return tuple(Option(value, text, value == now) for value, text in options)


def _ends(query: Query, loaded: Sequence[DispensingMonth]) -> tuple[str, str]:
    match query.months:
        case MonthRange(first, last):
            return first.code, last.code
        case Latest(count) if loaded:
            first = max(loaded[-1].plus(1 - count), loaded[0])
            return first.code, loaded[-1].code
        case _:
            return (loaded[0].code, loaded[-1].code) if loaded else ("", "")


def _months(loaded: Sequence[DispensingMonth], chosen: str) -> tuple[Option, ...]:
    """The loaded months, newest first, and the one that the question names even if it is not loaded."""
    codes = {month.code for month in loaded}
    if chosen:
        codes.add(chosen)
    return tuple(
        Option(code, DispensingMonth.parse(code).name, code == chosen) for code in sorted(codes, reverse=True)
    )


def _sorts(query: Query) -> tuple[Option, ...]:
    options = list(_sort_options(query))
    order = query.order
    if not order:
        now = "codes"
    else:
        now = "keep"
        if len(order) == 1:
            way = "high" if order[0].descending else "low"
            if order[0].by in query.values:
                now = f"value-{query.values.index(order[0].by)}-{way}"  # type: ignore[arg-type]
            elif query.grain and order[0].by == query.grain[0]:
                now = "field-high" if order[0].descending else "codes"
    if now == "keep":
        options.append(("keep", "As in the question"))
    return tuple(Option(value, text, value == now) for value, text in options)


def _sort_options(query: Query) -> Iterator[tuple[str, str]]:
    yield "codes", "By code or in time"
    if query.grain:
        yield "field-high", "By code or in time, last first"
    for place, value in enumerate(query.values):
        name = capital(offered_name(value) or value_name(value))
        yield f"value-{place}-high", f"{name}, highest first"
        yield f"value-{place}-low", f"{name}, lowest first"
