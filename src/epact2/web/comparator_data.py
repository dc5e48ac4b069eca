"""The questions behind a comparator's page, asked once, and their answers as plain series.

Six questions at most: the peers' percentiles by month, the organisation by month, the ranking, the practices
of England, the rows of the ranking that are shown by month, and the substances of the numerator.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from epact2.analysis import compare
from epact2.analysis.compare import DECILES, Ranked, Ranking
from epact2.analysis.sealed_notes import is_approximate
from epact2.comparators.definition import Comparator
from epact2.model import organisations
from epact2.model.fields import Field
from epact2.model.months import DispensingMonth, month_span
from epact2.model.organisations import ENGLAND, Organisation
from epact2.model.prescribing import CHEMICAL_SUBSTANCE, FIELD_BY_NAME, MONTH, PRACTICE
from epact2.query.nodes import (
    EVERYTHING,
    AllOf,
    Everything,
    MonthRange,
    OneOf,
    Order,
    Patients,
    Query,
    Selection,
    UnderOrganisation,
)
from epact2.query.result import Cell, Mark, Result
from epact2.query.words import value_unit
from epact2.web.asking import Asking
from epact2.web.choices import Choices

Series = list[float | None]
Marks = list[Mark | None]


def plain(cell: Cell) -> float | None:
    """A ratio's cell as a number."""
    return None if cell is None else float(cell)


def marks_by(result: Result, place: int, fields: int = 1) -> dict[tuple[str, ...], Mark]:
    """What is told of the values in one column, by the codes of their rows: withheld, or fewer than five."""
    return {
        tuple(str(code) for code in row[:fields]): mark
        for line, row in enumerate(result.rows)
        if (mark := result.marks.get((line, place))) is not None
    }


def within(selection: Selection, organisation: Organisation) -> Selection:
    """A selection limited to an organisation; England limits nothing."""
    if organisation.level == ENGLAND:
        return selection
    under = UnderOrganisation(organisation.code)
    return under if isinstance(selection, Everything) else AllOf((selection, under))


@dataclass
class ComparatorData:
    """The answers of one comparator's page."""

    asking: Asking
    comparator: Comparator
    choices: Choices

    @property
    def level(self) -> Field:
        """The level of the peers."""
        return FIELD_BY_NAME[self.choices.level]

    @property
    def unit(self) -> str:
        """The unit of the value."""
        return value_unit(self.comparator.value)

    @property
    def month(self) -> DispensingMonth:
        """The month of the ranking."""
        return self.choices.month

    @cached_property
    def months(self) -> tuple[DispensingMonth, ...]:
        """Every month of the period, in order; those that are not loaded have no values."""
        return month_span(self.choices.months.first, self.choices.months.last)

    @cached_property
    def periods(self) -> list[str]:
        """The codes of the months."""
        return [month.code for month in self.months]

    # --- Over time ----------------------------------------------------------------------------------------

    @property
    def bands_query(self) -> Query:
        """The peers' deciles by month."""
        return compare.bands_query(self.comparator, self.level, self.choices.months)

    @cached_property
    def percentiles(self) -> dict[int, Series]:
        """The peers' deciles, one series for each."""
        given = self.asking.ask(self.bands_query)
        rows = () if given.only_own else given.result.rows
        found = {(str(row[0]), str(row[1])): plain(row[2]) for row in rows}
        return {key: [found.get((code, str(key))) for code in self.periods] for key in DECILES}

    @property
    def trend_query(self) -> Query:
        """The organisation by month."""
        return compare.trend_query(self.comparator, self.choices.organisation, self.choices.months)

    @cached_property
    def trend(self) -> list[tuple[Cell, Cell, float | None]]:
        """The organisation's numerator, denominator and value, month by month.

        Raises NotPublished where they are shown of one's own alone, and it is another or wider than that.
        """
        found = {
            str(row[0]): (row[1], row[2], plain(row[3]))
            for row in self.asking.whole(self.trend_query).result.rows
        }
        return [found.get(code, (None, None, None)) for code in self.periods]

    @cached_property
    def own(self) -> Series:
        """The organisation's values, month by month."""
        return [value for _, _, value in self.trend]

    @cached_property
    def own_marks(self) -> Marks:
        """What is told of the organisation's values, month by month."""
        return self._trend_marks(3)

    @property
    def own_mark(self) -> Mark | None:
        """What is told of the organisation's value in the month."""
        return self.own_marks[-1]

    @property
    def difference_mark(self) -> Mark | None:
        """Why there is no difference from the median: it, the value or what is below the line is withheld."""
        return self.own_mark or self._trend_marks(2)[-1] or self.median_mark

    def _trend_marks(self, place: int) -> Marks:
        found = marks_by(self.asking.ask(self.trend_query).result, place)
        return [found.get((code,)) for code in self.periods]

    @property
    def own_is_approximate(self) -> bool:
        """Whether the organisation's own values are published figures; those of one's own are exact."""
        return is_approximate(self.asking.ask(self.trend_query))

    @property
    def peers_are_approximate(self) -> bool:
        """Whether the values of the peers are published figures."""
        return is_approximate(self.peers.answer)

    @property
    def own_now(self) -> tuple[Cell, Cell, float | None]:
        """The organisation's numerator, denominator and value in the month."""
        return self.trend[-1]

    def year_before(self, values: Sequence[float | None]) -> float | None:
        """The value twelve months before the last, where the period reaches back so far."""
        return values[-13] if len(values) >= 13 else None

    # --- Among peers --------------------------------------------------------------------------------------

    @property
    def ranking_query(self) -> Query:
        """The ranking that the page shows: of all England, or of what lies within the organisation."""
        inside = None if self.choices.is_peer else self.choices.organisation
        return compare.ranking_query(
            self.comparator, self.level, MonthRange(self.month, self.month), within=inside
        )

    @cached_property
    def peers(self) -> Ranking:
        """Every peer of England in the month."""
        return self._ranking(self.level)

    def _ranking(self, level: Field, inside: Organisation | None = None) -> Ranking:
        """A ranking. Where only one's own is shown, the organisation itself and what lies within it stay:
        the row of a wider one would hold one's own practices alone.
        """
        made = self.asking.ranking(self.comparator, level, self.month, inside)
        if not made.answer.only_own:
            return made
        chosen = self.choices.organisation
        own = {chosen.code, *(one.code for one in self.asking.directory.children(chosen, level.name))}
        return replace(made, rows=tuple(row for row in made.rows if row.code in own))

    @property
    def has_peers(self) -> bool:
        """Whether figures of other organisations are published at all."""
        return not self.peers.answer.only_own

    @cached_property
    def shown(self) -> Ranking:
        """The ranking that the page shows."""
        if self.choices.is_peer or self.choices.organisation.level == ENGLAND:
            return self.peers
        if self.choices.level == organisations.PRACTICE:
            return self._own_practices_ranked()  # they are among the practices of England already
        return self._ranking(self.level, self.choices.organisation)

    def _own_practices_ranked(self) -> Ranking:
        rows = self.own_practices
        values = [row.value for row in rows]
        ranked = [
            replace(row, rank=rank, percentile=percentile)
            for row, rank, percentile in zip(
                rows, compare.ranks(values), compare.percentiles(values), strict=True
            )
        ]
        return replace(self.practices, rows=tuple(ranked))

    @property
    def median(self) -> float | None:
        """The peers' median in the month: that of the bands, the same for every reader. Worked out from
        the ranking, in which one's own values are exact, it would be another than the chart's beside it.
        """
        return self.percentiles[50][-1]

    @property
    def median_mark(self) -> Mark | None:
        """Why there is no median: the values of all peers are withheld."""
        if self.median is not None:
            return None
        return next((row.marks[2] for row in self.peers.rows if row.marks[2] is not None), None)

    @property
    def place(self) -> Ranked | None:
        """The organisation's own row, where it is one of those compared."""
        return self.peers.of(self.choices.organisation.code) if self.choices.is_peer else None

    @cached_property
    def practices(self) -> Ranking:
        """Every practice of England in the month."""
        return self._ranking(PRACTICE)

    @property
    def practices_query(self) -> Query:
        """The question of the practices' distribution."""
        return compare.ranking_query(self.comparator, PRACTICE, MonthRange(self.month, self.month))

    @cached_property
    def own_practices(self) -> list[Ranked]:
        """The organisation's practices among those of England."""
        organisation = self.choices.organisation
        if organisation.level == ENGLAND:
            return []
        if organisation.level == organisations.PRACTICE:
            codes = {organisation.code}
        else:
            inside = self.asking.directory.children(organisation, organisations.PRACTICE)
            codes = {one.code for one in inside}
        return [row for row in self.practices.rows if row.code in codes]

    def series_query(self, codes: Sequence[str]) -> Query:
        """Some of the ranked organisations, month by month."""
        return Query(
            values=(self.comparator.value,),
            rows=(self.level,),
            columns=(MONTH,),
            where=OneOf(self.level, tuple(sorted(codes))),
            months=self.choices.months,
        )

    def series(self, codes: Sequence[str]) -> dict[str, tuple[Series, Marks]]:
        """The values of some organisations, month by month, and what is told of them."""
        if not codes:
            return {}
        result = self.asking.ask(self.series_query(codes)).result
        found = {(str(row[0]), str(row[1])): plain(row[2]) for row in result.rows}
        marks = marks_by(result, 2, fields=2)
        return {
            code: (
                [found.get((code, month)) for month in self.periods],
                [marks.get((code, month)) for month in self.periods],
            )
            for code in codes
        }

    # --- Behind it ----------------------------------------------------------------------------------------

    @property
    def substances_query(self) -> Query | None:
        """The numerator by chemical substance, the most first.

        None for patients who fulfil a condition: what they had is not what makes them count.
        """
        numerator = self.comparator.numerator.value
        if isinstance(numerator, Patients) or self.comparator.counts_pairs:
            return None
        value = replace(numerator, where=EVERYTHING)
        return Query(
            values=(value,),
            rows=(CHEMICAL_SUBSTANCE,),
            where=within(numerator.where, self.choices.organisation),
            months=MonthRange(self.month, self.month),
            order=(Order(value, descending=True),),
            totals=True,
        )

    @cached_property
    def substances(self) -> tuple[list[tuple[str, Cell]], Cell]:
        """The substances of the numerator with their amounts, and the amount of all together.

        Patients with two of the substances count once in all together.
        """
        if self.substances_query is None:
            return [], None
        rows = self.asking.ask(self.substances_query).result.rows
        whole = next((row[1] for row in rows if row[0] is None), None)
        return [(str(row[0]), row[1]) for row in rows if row[0] is not None and row[1]], whole

    @property
    def substances_told(self) -> tuple[Marks, bool]:
        """What is told of each substance of the numerator, and whether the amounts are approximate."""
        if self.substances_query is None:
            return [], False
        given = self.asking.ask(self.substances_query)
        marks = given.result.marks
        each = [marks.get((line, 1)) for line, row in enumerate(given.result.rows) if row[0] is not None]
        return each, is_approximate(given)


def england_query(comparators: Sequence[Comparator], months: MonthRange, organisation: Organisation) -> Query:
    """Several comparators of one organisation, month by month."""
    return Query(
        values=tuple(one.value for one in comparators),
        rows=(MONTH,),
        where=within(EVERYTHING, organisation),
        months=months,
    )


def peers_query(comparators: Sequence[Comparator], level: Field, month: DispensingMonth) -> Query:
    """Several comparators of every organisation of a level."""
    return Query(
        values=tuple(one.value for one in comparators),
        rows=(level,),
        where=compare.peers(level),
        months=MonthRange(month, month),
    )
