"""Words for the pages about the data itself: what releases hold, and the dictionary."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from epact2.analysis.releases import HeldKind, HeldRelease
from epact2.analysis.search import holds
from epact2.model.fields import Dimension, Field
from epact2.model.items import ITEM_MEASURES
from epact2.model.measures import Measure
from epact2.model.months import DispensingMonth, month_span, span_name
from epact2.model.prescribing import FIELDS, MONTH, POPULATION_MEASURES, PRESCRIBING_MEASURES
from epact2.query.formula import value_formula
from epact2.query.named import NAMED
from epact2.query.nodes import Amount, Latest, Query, Value
from epact2.query.words import value_unit
from epact2.web import links
from epact2.web.presenters import dates, numbers
from epact2.web.presenters.found import term_id
from epact2.web.presenters.names import capital

KIND_NAMES = {
    "epd": "English Prescribing Dataset",
    "items": "Single prescription items",
    "verification": "Patients verified by PDS a month later",
    "imd": "Deprivation of small areas (IMD)",
    "practice-lsoa": "Small areas (LSOA) of practices",
    "list-size": "Patients registered at GP practices",
    "bnf": "BNF hierarchy",
    "bnf-changes": "BNF code changes",
    "practices": "Practices with their PCN and sub-ICB location",
    "pcns": "Primary care networks",
    "commissioners": "Sub-ICB locations with their ICB and region",
    "ods-practices": "ODS practices",
    "ods-commissioners": "ODS commissioners",
    "successors": "ODS successors of closed organisations",
    "adq": "Average daily quantities",
    "adq-per-quantity": "Average daily quantities by unit of quantity",
    "star-pu": "STAR-PU weights",
    "astro-pu": "ASTRO-PU weights",
}
MONTHLY = frozenset({"epd", "items", "verification", "list-size"})
MOST_ADDED = 8


def size(count: int) -> str:
    """``86 MB``: a file's size, rounded."""
    for step, unit in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if count >= step:
            return f"{count / step:.0f} {unit}" if count >= 10 * step else f"{count / step:.1f} {unit}"
    return f"{count} bytes"


def months_words(months: tuple[DispensingMonth, ...]) -> str:
    """``April 2023 to March 2026, 36 months``; says when some between them are missing."""
    if not months:
        return "No months"
    whole = month_span(months[0], months[-1])
    words = f"{span_name(months)}, {numbers.counted(len(months), 'month')}"
    missing = [one for one in whole if one not in set(months)]
    if missing:
        words += f"; without {', '.join(one.name for one in missing[:3])}"
        words += f" and {len(missing) - 3} more" if len(missing) > 3 else ""
    return words


def kind_months(kind: HeldKind) -> str:
    """The months of a kind of file; registers of organisations come now and then, not every month."""
    if not kind.months:
        return "At all times"
    if kind.kind in MONTHLY:
        return months_words(kind.months)
    if len(kind.months) == 1:
        return f"As at {kind.months[0].name}"
    return f"As at {len(kind.months)} dates, {span_name(kind.months)}"


def age_words(latest: DispensingMonth, today: date) -> str:
    """``8 months old``: how long ago the latest month was."""
    months = (today.year - latest.year) * 12 + today.month - latest.month
    if months <= 0:
        return "this month"
    return f"{numbers.counted(months, 'month')} ago"


def freshness(
    release: HeldRelease, today: date, provisional: Collection[DispensingMonth] = ()
) -> list[dict[str, str]]:
    """The current release at a glance; ``provisional`` are its months with patients still to be verified."""
    prescribing = months_words(release.months)
    if release.months:
        prescribing += f" (the latest was {age_words(release.months[-1], today)})"
    return [
        {"term": "Release", "text": str(release.number)},
        {"term": "Published", "text": dates.moment(release.made)},
        {"term": "Prescribing", "text": prescribing},
        {"term": "Single items", "text": _items_words(release, provisional)},
        {"term": "Lists of patients", "text": months_words(release.list_months)},
        {"term": "Made from", "text": numbers.counted(release.files, "received file")},
        {"term": "Software", "text": f"epact2 {release.software}"},
    ]


def _items_words(release: HeldRelease, provisional: Collection[DispensingMonth]) -> str:
    if not release.item_months:
        return "None: patients and prescribers need item files"
    words = months_words(release.item_months)
    return f"{words}; patients of {span_name(provisional)} are provisional" if provisional else words


def kind_rows(release: HeldRelease) -> list[dict[str, object]]:
    """One row a kind of file."""
    return [
        {
            "cells": [
                KIND_NAMES.get(one.kind, one.kind),
                kind_months(one),
                numbers.count(len(one.files)),
                numbers.count(one.rows),
                size(sum(file.size for file in one.files)),
            ]
        }
        for one in release.kinds
    ]


def notes(release: HeldRelease) -> list[dict[str, object]]:
    """What loading had to remark, by kind of file."""
    return [
        {
            "kind": KIND_NAMES.get(one.kind, one.kind),
            "lines": [_note_words(one, at) for at in range(len(one.notes))],
        }
        for one in release.kinds
        if one.notes
    ]


def _note_words(kind: HeldKind, at: int) -> str:
    note = kind.notes[at]
    like = f" The like was said of {numbers.counted(note.others, 'other file')}." if note.others else ""
    return f"{note.file}: {note.text}{like}"


def file_rows(kind: HeldKind) -> list[dict[str, object]]:
    """One row a received file."""
    return [
        {
            "cells": [
                one.name,
                one.month.name if one.month else "",
                numbers.count(one.rows),
                size(one.size),
            ]
        }
        for one in kind.files
    ]


def history_rows(releases: tuple[HeldRelease, ...]) -> list[dict[str, object]]:
    """One row a release, newest first."""
    return [
        {
            "own": one.is_current,
            "own_tag": "Current" if one.is_current else "",
            "cells": [
                f"Release {one.number}",
                dates.moment(one.made),
                months_words(one.months),
                _added(one.added),
            ],
        }
        for one in releases
    ]


def _added(names: tuple[str, ...]) -> str:
    if len(names) > MOST_ADDED:
        return numbers.counted(len(names), "file")
    return ", ".join(names) or "Nothing new"


# --- The dictionary ------------------------------------------------------------------------------------


def dictionary(text: str, *, has_items: bool = False) -> list[dict[str, object]]:
    """The groups of entries that fit the words; all of them without words.

    What needs single items leads into the explorer only where ``has_items``.
    """
    groups: tuple[tuple[str, tuple[Field | Measure, ...]], ...] = (
        ("Measures of prescribing", PRESCRIBING_MEASURES),
        ("Measures of single items", ITEM_MEASURES),
        ("Measures of people", POPULATION_MEASURES),
        *((f"Fields: {name}", _fields_of(dimension)) for dimension, name in _DIMENSIONS.items()),
    )
    made = []
    for title, members in groups:
        shown = [
            _entry(one, has_items) for one in members if not text or holds(text, f"{one.name} {one.meaning}")
        ]
        if shown:
            made.append({"title": title, "entries": shown})
    named = [
        _named_entry(name, value, has_items)
        for name, value in NAMED.items()
        if not text or holds(text, f"{name} {value_formula(value)}")
    ]
    if named:
        made.insert(sum(one["title"] in _MEASURES for one in made), {"title": NAMED_VALUES, "entries": named})
    return made


def _named_entry(name: str, value: Value, has_items: bool) -> dict[str, object]:
    unit = value_unit(value)
    return {
        "id": name.casefold().replace(" ", "-"),
        "name": name[:1].upper() + name[1:],
        "meaning": f"{capital(value_formula(value))}.",
        "unit": {"": "A plain number", "%": "Per cent"}.get(unit, unit),
        "source": "NHSBSA, ePACT2 dashboards",
        "codes": (),
        "href": links.explorer(Query(values=(value,), rows=(MONTH,), months=Latest(12))) if has_items else "",
    }


def _opens(one: Field | Measure, has_items: bool) -> bool:
    if one.of_items and not has_items:
        return False
    return not isinstance(one, Field) or (one.groups and one.dimension is not Dimension.LINE)


_MEASURES = ("Measures of prescribing", "Measures of single items", "Measures of people")
NAMED_VALUES = "Named values of patients and items"
_DIMENSIONS = {
    Dimension.TIME: "time",
    Dimension.ORGANISATION: "organisation",
    Dimension.MEDICINE: "medicine",
    Dimension.LINE: "prescription line",
    Dimension.PATIENT: "patient (single items)",
    Dimension.ITEM: "item (single items)",
}


def _fields_of(dimension: Dimension) -> tuple[Field, ...]:
    return tuple(one for one in FIELDS if one.dimension is dimension)


def _codes(one: Field) -> Iterator[dict[str, str]]:
    """The closed codes of a field, each with its name where that says more."""
    for code, name in one.closed:
        yield {"code": code, "name": name if name != code else ""}


def _entry(one: Field | Measure, has_items: bool) -> dict[str, object]:
    if isinstance(one, Measure):
        query = Query(values=(Amount(one),), months=Latest(1))
        unit = {"£": "Pounds"}.get(one.unit, one.unit[:1].upper() + one.unit[1:])
    else:
        query = Query(values=(Amount(PRESCRIBING_MEASURES[0]),), rows=(one,), months=Latest(1))
        unit = ""
    return {
        "id": term_id(one),
        "name": one.name[:1].upper() + one.name[1:],
        "meaning": one.meaning,
        "unit": unit,
        "source": one.source,
        "codes": tuple(_codes(one)) if isinstance(one, Field) else (),
        # Rows of every quantity or product code are many: the explorer asks for a filter itself.
        "href": links.explorer(query) if _opens(one, has_items) else "",
    }
