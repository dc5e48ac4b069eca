"""Peers: rank, percentile and deciles of a comparator.

The method is that of OpenPrescribing, whose published values it reproduces: within a month and a kind of
organisation, the percentile of an organisation is (lowest rank − 1) ÷ (n − 1) × 100, and deciles are the
continuous percentiles (linear interpolation) of the unweighted values. Organisations without a value are left
out. England's own value is a ratio of sums, never the mean of its organisations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from epact2.access.policy import Action
from epact2.access.viewer import Viewer
from epact2.analysis.answer import Answer, answer
from epact2.comparators.definition import Comparator, Part
from epact2.model.fields import Field
from epact2.model.months import DispensingMonth
from epact2.model.organisations import ENGLAND as ENGLAND_LEVEL
from epact2.model.organisations import UNKNOWN_CODE, Organisation
from epact2.model.prescribing import MONTH, PRACTICE, PRACTICE_SETTING
from epact2.query.conditions import leaves
from epact2.query.nodes import (
    EVERYTHING,
    AllMonths,
    AllOf,
    MonthRange,
    Months,
    Not,
    OneOf,
    Patients,
    Query,
    Selection,
    Structure,
    UnderOrganisation,
    Value,
)
from epact2.query.periods import window_months, with_items
from epact2.query.result import Cell, Column, Mark, exact
from epact2.store.directory import Directory
from epact2.store.engine import Engine

DECILES = (10, 20, 30, 40, 50, 60, 70, 80, 90)
_GP_PRACTICE_SETTINGS = ("4", UNKNOWN_CODE)
_NO_ORGANISATION = (UNKNOWN_CODE, "U")  # U is what ODS calls practices without a PCN


@dataclass(frozen=True, slots=True)
class Ranked:
    """One organisation of a ranking.

    ``rank`` 1 is the lowest value, and equal values share it; ``percentile`` runs from 0 (lowest) to 100.
    Both are None without a value, and the percentile is None when there is nobody to compare with.
    ``marks`` tells, of published figures, why numerator, denominator or value is withheld.
    """

    code: str
    name: str
    numerator: Cell
    denominator: Cell
    value: float | None
    rank: int | None
    percentile: float | None
    marks: tuple[Mark | None, Mark | None, Mark | None] = (None, None, None)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Every organisation of one level in one period, lowest value first, those without a value last."""

    comparator: Comparator
    level: Field
    rows: tuple[Ranked, ...]
    numerator: Column
    denominator: Column
    answer: Answer

    @property
    def compared(self) -> int:
        """How many organisations have a value."""
        return sum(row.rank is not None for row in self.rows)

    def of(self, code: str) -> Ranked | None:
        """The row of one organisation, if it is in the ranking."""
        return next((row for row in self.rows if row.code == code), None)


def ranks(values: Sequence[float | None]) -> list[int | None]:
    """The lowest rank of each value among those that exist: equal values share the smallest."""
    ordered = sorted(value for value in values if value is not None)
    first: dict[float, int] = {}
    for position, value in enumerate(ordered, start=1):
        first.setdefault(value, position)
    return [None if value is None else first[value] for value in values]


def percentiles(values: Sequence[float | None]) -> list[float | None]:
    """The percentile of each value, 0 to 100; None without a value or without a peer."""
    known = sum(value is not None for value in values)
    return [None if rank is None or known < 2 else (rank - 1) / (known - 1) * 100 for rank in ranks(values)]


def quantile(values: Sequence[float], percentile: float) -> float | None:
    """The continuous percentile of some values: linear interpolation at (n − 1) × percentile ÷ 100."""
    ordered = sorted(values)
    if not ordered:
        return None
    place = (len(ordered) - 1) * percentile / 100
    below = int(place)
    if below + 1 == len(ordered):
        return ordered[below]
    return ordered[below] + (ordered[below + 1] - ordered[below]) * (place - below)


def peers(level: Field) -> Selection:
    """Who counts as a peer: real organisations of the level, and of practices the GP practices only."""
    if level == PRACTICE:
        return OneOf(PRACTICE_SETTING, _GP_PRACTICE_SETTINGS)
    if level.name == ENGLAND_LEVEL:
        return EVERYTHING
    return Not(OneOf(level, _NO_ORGANISATION))


def ranking_query(
    comparator: Comparator,
    level: Field,
    months: Months,
    *,
    within: Organisation | None = None,
    structure: Structure = Structure.CURRENT,
) -> Query:
    """The question whose answer is a ranking: numerator, denominator and value of every organisation."""
    return Query(
        values=_values(comparator),
        rows=(level,),
        where=_within(peers(level), within),
        months=months,
        structure=structure,
    )


def _values(comparator: Comparator) -> tuple[Value, ...]:
    return (comparator.numerator.value, comparator.denominator.value, comparator.value)


def bands_query(comparator: Comparator, level: Field, months: Months = AllMonths()) -> Query:  # noqa: B008
    """The question whose answer is the deciles of a level, month by month."""
    return Query(
        values=(comparator.value,),
        rows=(level,),
        columns=(MONTH,),
        where=peers(level),
        months=months,
        percentiles=DECILES,
    )


def trend_query(
    comparator: Comparator,
    organisation: Organisation,
    months: Months = AllMonths(),  # noqa: B008  frozen and without state
) -> Query:
    """The question whose answer is one organisation's numerator, denominator and value by month."""
    return Query(
        values=_values(comparator),
        rows=(MONTH,),
        where=_within(EVERYTHING, organisation),
        months=months,
    )


def _within(selection: Selection, organisation: Organisation | None) -> Selection:
    if organisation is None or organisation.level == ENGLAND_LEVEL:
        return selection
    under = UnderOrganisation(organisation.code)
    return under if selection == EVERYTHING else AllOf((selection, under))


def ranking(
    engine: Engine,
    viewer: Viewer,
    comparator: Comparator,
    level: Field,
    month: DispensingMonth,
    *,
    within: Organisation | None = None,
    structure: Structure = Structure.CURRENT,
) -> Ranking:
    """Rank every organisation of a level in a month, among all of England or within one organisation."""
    query = ranking_query(comparator, level, MonthRange(month, month), within=within, structure=structure)
    given = answer(engine, query, viewer, Action.STANDARD)
    numerator, denominator = (
        given.result.columns[given.result.position(part.value)]
        for part in (comparator.numerator, comparator.denominator)
    )
    marks = given.result.marks
    values = [None if row[3] is None else float(row[3]) for row in given.result.rows]
    rows = [
        Ranked(
            code=str(row[0]),
            name=engine.directory.organisation_name(level.name, str(row[0])),
            numerator=row[1],
            denominator=row[2],
            value=value,
            rank=rank,
            percentile=percentile,
            marks=(marks.get((line, 1)), marks.get((line, 2)), marks.get((line, 3))),
        )
        for line, (row, value, rank, percentile) in enumerate(
            zip(given.result.rows, values, ranks(values), percentiles(values), strict=True)
        )
    ]
    rows.sort(key=lambda one: (one.rank is None, one.rank or 0, one.name, one.code))
    return Ranking(comparator, level, tuple(rows), numerator, denominator, given)


def part_number(cell: Cell, part: Part) -> float | None:
    """A numerator or denominator as a plain number of its unit."""
    number = exact(cell, Column(part.name, "value", part.unit, part.scale))
    return None if number is None else float(number)


def months_for(comparator: Comparator, directory: Directory) -> tuple[DispensingMonth, ...]:
    """The months in which a comparator can have a value, in order.

    Those with prescribing; for one that needs single items those with items and, where a condition on
    patients looks back, with items in every month that it looks at. Raises NoData when there are no items.
    """
    if not comparator.needs_items:
        return directory.months
    loaded = frozenset(with_items(directory.item_months))
    windows = [
        leaf.window
        for part in (comparator.numerator, comparator.denominator)
        if isinstance(part.value, Patients)
        for leaf in leaves(part.value.condition)
    ]
    return tuple(
        month
        for month in sorted(loaded)
        if all(loaded.issuperset(window_months(window, (month,))) for window in windows)
    )
