"""What the answers of a profile say: values through time, the place among peers, what medicines changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from epact2.analysis.compare import quantile
from epact2.analysis.profile import YEAR, Figure
from epact2.model.months import DispensingMonth, month_span
from epact2.query.result import Cell, Result, exact


@dataclass(frozen=True, slots=True)
class Standing:
    """One organisation's value among its peers: rank 1 is the lowest, the percentile runs from 0 to 100."""

    value: float | None
    rank: int | None
    percentile: float | None
    median: float | None
    compared: int


class Peers:
    """The figures of every organisation of a level in one month."""

    def __init__(self, result: Result, figures: Sequence[Figure]) -> None:
        self.codes = [str(row[0]) for row in result.rows]
        self._result = result
        self._columns = {one.key: place for place, one in enumerate(figures, start=1)}

    def values(self, figure: Figure) -> dict[str, float]:
        """The value of each organisation that has one, by code."""
        place = self._columns[figure.key]
        column = self._result.columns[place]
        return {
            code: float(number)
            for code, row in zip(self.codes, self._result.rows, strict=True)
            if (number := exact(row[place], column)) is not None
        }

    def cell(self, figure: Figure, code: str) -> Cell:
        """One cell as the engine gave it."""
        return self._rows[code][self._columns[figure.key]]

    @cached_property
    def _rows(self) -> Mapping[str, tuple[Cell, ...]]:
        return {str(row[0]): row for row in self._result.rows}

    def standing(self, figure: Figure, code: str) -> Standing:
        """Where an organisation stands. It has no place when it is no peer of the others."""
        values = self.values(figure)
        return standing(values, code)


def standing(values: Mapping[str, float], code: str) -> Standing:
    """The place of one organisation among values by code, by the rule of ``analysis.compare``."""
    known = list(values.values())
    median = quantile(known, 50)
    own = values.get(code)
    if own is None:
        return Standing(None, None, None, median, len(known))
    rank = 1 + sum(value < own for value in known)
    percentile = (rank - 1) / (len(known) - 1) * 100 if len(known) > 1 else None
    return Standing(own, rank, percentile, median, len(known))


class Series:
    """The figures of one organisation, one place for each month from the first to the last, gaps as None."""

    def __init__(self, result: Result, figures: Sequence[Figure], last: DispensingMonth) -> None:
        found = {DispensingMonth.parse(str(row[0])): row for row in result.rows}
        first = min(found, default=last)
        self.months = month_span(first, last)
        self._rows = [found.get(month) for month in self.months]
        self._result = result
        self._columns = {one.key: place for place, one in enumerate(figures, start=1)}

    def cells(self, figure: Figure) -> list[Cell]:
        """The cells as the engine gave them; None for a month without data."""
        place = self._columns[figure.key]
        return [None if row is None else row[place] for row in self._rows]

    def values(self, figure: Figure) -> list[float | None]:
        """The values as plain numbers."""
        column = self._result.columns[self._columns[figure.key]]
        numbers = (exact(cell, column) for cell in self.cells(figure))
        return [None if number is None else float(number) for number in numbers]

    def scale(self, figure: Figure) -> int | None:
        """The decimals of the figure's whole-number cells."""
        return self._result.columns[self._columns[figure.key]].scale

    def now(self, figure: Figure) -> float | None:
        """The latest value."""
        values = self.values(figure)
        return values[-1] if values else None

    def before(self, figure: Figure) -> float | None:
        """The value a year earlier."""
        values = self.values(figure)
        return values[-1 - YEAR] if len(values) > YEAR else None


@dataclass(frozen=True, slots=True)
class MedicineChange:
    """A medicine's cost and items in a month and a year earlier; nothing prescribed is 0."""

    code: str
    cost: float
    cost_before: float
    items: int
    items_before: int

    @property
    def cost_change(self) -> float:
        """How much more it cost than a year earlier."""
        return self.cost - self.cost_before


def medicine_changes(result: Result, month: DispensingMonth) -> list[MedicineChange]:
    """Read the answer to ``medicines_question``."""
    cost_column, items_column = result.columns[2], result.columns[3]
    found: dict[str, dict[str, tuple[float, int]]] = {}
    for code, when, cost, items in result.rows:
        pounds, count = exact(cost, cost_column), exact(items, items_column)
        found.setdefault(str(code), {})[str(when)] = (float(pounds or 0), int(count or 0))
    now, before = month.code, month.plus(-YEAR).code
    nothing = (0.0, 0)
    made = []
    for code, months in found.items():
        (cost, items), (cost_before, items_before) = months.get(now, nothing), months.get(before, nothing)
        made.append(MedicineChange(code, cost, cost_before, items, items_before))
    return made


def chapter_series(
    result: Result, months: Sequence[DispensingMonth], patients: Sequence[float | None] | None
) -> dict[str, list[float | None]]:
    """Read the answer to ``chapters_question``: per 1,000 patients where ``patients`` are given, by chapter.

    A chapter without a row in a month with data cost nothing in it.
    """
    column = result.columns[2]
    found: dict[str, dict[str, float]] = {}
    seen: set[str] = set()
    for code, when, cost in result.rows:
        found.setdefault(str(code), {})[str(when)] = float(exact(cost, column) or 0)
        seen.add(str(when))
    made: dict[str, list[float | None]] = {}
    for code, costs in found.items():
        values = [costs.get(month.code, 0.0) if month.code in seen else None for month in months]
        if patients is not None:
            values = [
                None if value is None or not count else value / count * 1000
                for value, count in zip(values, patients, strict=True)
            ]
        made[code] = values
    return made


def nearest_in_size(sizes: Mapping[str, float], code: str, count: int = 6) -> list[str]:
    """The peers whose lists are nearest in size, by ratio (half is as far as double), nearest first."""
    own = sizes.get(code)
    if not own:
        return []
    others = [(max(size / own, own / size), one) for one, size in sizes.items() if one != code and size > 0]
    return [one for _, one in sorted(others)[:count]]
