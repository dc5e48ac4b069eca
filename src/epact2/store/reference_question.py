"""One question while the reference engine answers it: its rows, its groups, its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import partial

from epact2.model.fields import NOT_OF_PEOPLE, Dimension, Field
from epact2.model.measures import Measure
from epact2.model.months import DispensingMonth
from epact2.model.prescribing import PRACTICE
from epact2.query.grains import Grain, grains, split
from epact2.query.level import needs_items, selections_of_value
from epact2.query.nodes import (
    EVERYTHING,
    AllOf,
    Amount,
    Change,
    Codes,
    Distinct,
    Order,
    Patients,
    Query,
    Ratio,
    Rolling,
    Selection,
    Share,
    Structure,
    Value,
    YearToDate,
)
from epact2.query.periods import PLAIN, Lens, Shift, ToDate, Window, months_of, periods, through
from epact2.query.result import Cell, Column, Mark, Result
from epact2.query.scope import Scope
from epact2.query.words import value_name, value_scale, value_unit
from epact2.store.directory import Directory
from epact2.store.reference_data import (
    ReferenceData,
    Row,
    item_rows,
    look_up_organisations,
    population_rows,
    prescribing_rows,
    selected_in,
    selects,
)
from epact2.store.reference_patients import count_patients, distinct
from epact2.store.reference_rows import OTHERS, key_of, sort_key

Number = int | float | None
Codes_ = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Left:
    """What “others” holds: the rows whose codes of ``fields`` are not among those ``kept``."""

    fields: tuple[Field, ...]
    kept: frozenset[Codes_]

    def holds(self, row: Row) -> bool:
        return tuple(row.codes[field] for field in self.fields) not in self.kept


@dataclass(frozen=True, slots=True)
class Group:
    """One group: a code for each field of its grain, and the question's months that belong to it."""

    fields: Grain
    codes: Codes_
    months: tuple[DispensingMonth, ...]
    left: _Left | None = None

    def code(self, field: Field) -> str | None:
        if field in self.fields:
            return self.codes[self.fields.index(field)]
        if self.left and field in self.left.fields:
            return OTHERS
        return None

    def holds(self, row: Row) -> bool:
        """Whether the row is of this group, its month apart. A field that the row does not have (the
        medicine of a patient on a list) makes no difference.
        """
        same = all(
            row.codes[field] == code
            for field, code in zip(self.fields, self.codes, strict=True)
            if field in row.codes
        )
        return same and (self.left is None or self.left.holds(row))


class Question:
    """One question while it is answered."""

    def __init__(self, data: ReferenceData, directory: Directory, query: Query, scope: Scope) -> None:
        self.query = query
        self.directory = directory
        self.loaded = directory.months_for(query)
        self.months = months_of(query, self.loaded)
        _, self.organisation_part, rest = split(query.where)
        wheres = (where for value in query.values for where in selections_of_value(value))
        for selection in (query.where, scope.organisations, *wheres):
            look_up_organisations(selection, directory)

        as_at = query.structure is Structure.AS_AT
        as_published = query.codes is Codes.AS_PUBLISHED
        if needs_items(query) and not scope.sealed:
            source = item_rows(data, as_at=as_at, as_published=as_published, exclusions=query.exclusions)
        else:
            source = prescribing_rows(data, as_at=as_at, as_published=as_published)
        self.in_scope = [row for row in source if selected_in(scope, EVERYTHING, row, directory)]
        self.prescribing = [
            row for row in self.in_scope if selects(AllOf((self.organisation_part, rest)), row, directory)
        ]
        self.population = [
            row
            for row in population_rows(data, as_at=as_at)
            if selected_in(scope, self.organisation_part, row, directory)
        ]
        self.prescribers = {(line.month, line.practice) for line in data.prescribing}

    def result(self) -> Result:
        if self.query.percentiles:
            return Result(self.percentile_columns(), tuple(self.percentile_rows()))
        rows: list[tuple[Cell, ...]] = []
        for grain in grains(self.query):
            groups = self.listed(grain)
            if self.query.top and grain[: len(self.query.rows)] == self.query.rows:
                groups = self.top(groups, grain)
            rows += self.ordered([self.answer_row(group) for group in groups])
        return Result(self.columns(), tuple(rows), self.marks(rows))

    def marks(self, rows: Sequence[tuple[Cell, ...]]) -> dict[tuple[int, int], Mark]:
        """What cells say beside their numbers: nothing, where all are exact."""
        return {}

    def columns(self) -> tuple[Column, ...]:
        return (*map(_field_column, self.query.grain), *self.value_columns())

    def value_columns(self) -> list[Column]:
        return [
            Column(value_name(value), "value", value_unit(value), value_scale(value), value)
            for value in self.query.values
        ]

    def answer_row(self, group: Group) -> tuple[Cell, ...]:
        codes = [group.code(field) for field in self.query.grain]
        return (*codes, *(self.number(value, group, PLAIN) for value in self.query.values))

    # --- Which groups there are ---------------------------------------------------------------------------

    def listed(self, grain: Grain) -> list[Group]:
        """The groups with prescribing; without medicines in the grain, also those of practices that prescribe
        something else; for a question about people alone, all that have people. The whole is always listed.
        """
        keys = {key_of(grain, row) for row in self.prescribing if row.month in self.months}
        if not any(field.dimension in NOT_OF_PEOPLE for field in grain):
            about_people_alone = all(_is_of_people(value) for value in self.query.values)
            for row in self.population:
                if row.month in self.months and (about_people_alone or self.prescribes(row)):
                    keys.add(key_of(grain, row))
        if not grain:
            keys.add(())
        return [self.group(grain, key) for key in sorted(keys, key=partial(code_order, grain))]

    def prescribes(self, row: Row) -> bool:
        return (row.month, row.codes[PRACTICE]) in self.prescribers

    def group(self, grain: Grain, key: Codes_) -> Group:
        time_fields = [field for field in grain if field.dimension is Dimension.TIME]
        time_key = tuple(code for field, code in zip(grain, key, strict=True) if field in time_fields)
        return Group(grain, key, periods(time_fields, self.months)[time_key])

    # --- What a value is ----------------------------------------------------------------------------------

    def number(self, value: Value, group: Group, lens: Lens) -> Number:
        match value:
            case Amount(measure, where) if measure.is_population:
                return self.people(measure, where, group, lens)
            case Amount(measure, where):
                rows = self.rows_of(group, where, lens)
                return None if rows is None else sum(row.amounts[measure] or 0 for row in rows)
            case Distinct(fields, where):
                rows = self.rows_of(group, where, lens)
                return None if rows is None else len(distinct(fields, rows))
            case Patients(condition, where):
                rows = self.rows_of(group, where, lens)
                months = through(lens, group.months, frozenset(self.loaded))
                if rows is None or months is None:
                    return None
                return count_patients(
                    condition, rows, months, self.in_scope, frozenset(self.loaded), self.directory
                )
            case Ratio(top, bottom, per):
                above = _plain(self.number(top, group, lens), top)
                below = _plain(self.number(bottom, group, lens), bottom)
                return None if above is None or not below else above * per / below
            case Share(inner, of):
                part = _plain(self.number(inner, group, lens), inner)
                whole = _plain(self.number(inner, self.wider(group, of), lens), inner)
                return None if part is None or not whole else part / whole
            case Change(inner, months, relative):
                now = self.number(inner, group, lens)
                before = self.number(inner, group, (*lens, Shift(months)))
                return _change(now, before, inner, relative)
            case Rolling(inner, months):
                return self.number(inner, group, (*lens, Window(months)))
            case YearToDate(inner):
                return self.number(inner, group, (*lens, ToDate()))

    def rows_of(self, group: Group, where: Selection, lens: Lens) -> list[Row] | None:
        """The prescribing rows of a group that a value covers; None where a month is not loaded."""
        months = through(lens, group.months, frozenset(self.loaded))
        if months is None:
            return None
        return [
            row
            for row in self.prescribing
            if row.month in months and group.holds(row) and selects(where, row, self.directory)
        ]

    def people(self, measure: Measure, where: Selection, group: Group, lens: Lens) -> Number:
        """The mean over the months that have lists: exact for one month, a floating-point number for more."""
        months = through(lens, group.months, frozenset(self.loaded))
        with_lists = [month for month in months or () if month in self.directory.list_months]
        amounts = [
            row.amounts.get(measure)
            for row in self.population
            if row.month in with_lists and group.holds(row) and selects(where, row, self.directory)
        ]
        known = [amount for amount in amounts if amount is not None]
        if not known:
            return None
        if len(with_lists) == 1:
            return sum(known)
        return float(Fraction(sum(known), len(with_lists) * 10**measure.scale))

    def wider(self, group: Group, of: tuple[Field, ...]) -> Group:
        """The group that keeps only the fields ``of``. Others stay others if one of their fields is kept,
        and then keep the fields within which they are the others.
        """
        left = group.left if group.left and any(field in of for field in group.left.fields) else None
        kept = (*of, *self.query.top.within) if left and self.query.top else of
        grain = tuple(field for field in group.fields if field in kept)
        key = tuple(code for field, code in zip(group.fields, group.codes, strict=True) if field in kept)
        return replace(self.group(grain, key), left=left)

    # --- Top, order, percentiles --------------------------------------------------------------------------

    def top(self, groups: Sequence[Group], grain: Grain) -> list[Group]:
        """Only the groups of the first row groups; and one more for each set of those left out."""
        top = self.query.top
        assert top is not None
        within, ranked = len(top.within), self.query.rows[len(top.within) :]
        kept: dict[Codes_, list[Codes_]] = {}
        for group in self.ranking():
            members = kept.setdefault(group.codes[:within], [])
            if len(members) < top.count:
                members.append(group.codes[within:])
        row_count = len(self.query.rows)
        chosen: list[Group] = []
        left_out: list[Group] = []
        for group in groups:
            is_kept = group.codes[within:row_count] in kept[group.codes[:within]]
            (chosen if is_kept else left_out).append(group)
        if top.others:
            assert not any(field.dimension is Dimension.TIME for field in ranked), "query.check refuses it"
            for key in sorted({(*one.codes[:within], *one.codes[row_count:]) for one in left_out}):
                left = _Left(ranked, frozenset(kept[key[:within]]))
                chosen.append(replace(self.group((*top.within, *grain[row_count:]), key), left=left))
        return chosen

    def ranking(self) -> list[Group]:
        """The row groups, over all columns together, best first; equals by their codes."""
        by_value = [order for order in self.query.order if order.by in self.query.values]
        order = by_value[0] if by_value else Order(self.query.values[0], descending=True)
        assert not isinstance(order.by, Field)
        groups = self.listed(self.query.rows)
        numbers = [(_plain(self.number(order.by, group, PLAIN), order.by), group) for group in groups]
        known = [(number, group) for number, group in numbers if number is not None]
        known.sort(key=lambda pair: -pair[0] if order.descending else pair[0])  # stable: by code before
        return [group for _, group in known] + [group for number, group in numbers if number is None]

    def ordered(self, rows: list[tuple[Cell, ...]]) -> list[tuple[Cell, ...]]:
        """By the question's order, then by codes; what has no value, and others, last either way.

        Sorted from the least important to the most: each sorting leaves equals as they were.
        """
        columns = self.columns()
        field_count = len(self.query.grain)
        ranked = self.query.rows[len(self.query.top.within) :] if self.query.top else ()
        for index in range(field_count - 1, -1, -1):
            rows.sort(key=lambda row, at=index: sort_key(row[at], columns[at]))  # type: ignore[misc]
        for order in reversed(self.query.order):
            at = next(index for index, column in enumerate(columns) if column.of == order.by)
            rows.sort(
                key=lambda row, at=at: sort_key(row[at], columns[at]),  # type: ignore[misc]
                reverse=order.descending,
            )
            rows.sort(key=lambda row, at=at: row[at] is None)  # type: ignore[misc]
            if not isinstance(order.by, Field) or order.by in ranked:
                rows.sort(key=lambda row: OTHERS in row[:field_count])
        return rows

    def percentile_columns(self) -> tuple[Column, ...]:
        values = [replace(column, scale=None) for column in self.value_columns()]
        return (*map(_field_column, self.query.columns), Column("percentile", "field"), *values)

    def percentile_rows(self) -> Iterator[tuple[Cell, ...]]:
        row_count = len(self.query.rows)
        groups = self.listed(self.query.grain)
        for key in sorted(
            {group.codes[row_count:] for group in groups}, key=partial(code_order, self.query.columns)
        ):
            members = [group for group in groups if group.codes[row_count:] == key]
            for percentile in self.query.percentiles:
                cells = []
                for value in self.query.values:
                    numbers = [_plain(self.number(value, group, PLAIN), value) for group in members]
                    cells.append(_percentile([one for one in numbers if one is not None], percentile))
                yield (*key, percentile, *cells)


def _plain(number: Number, value: Value) -> float | None:
    """A number in its own unit: pounds and not pence. A floating-point number is so already."""
    if isinstance(number, int):
        return float(Fraction(number, 10 ** (value_scale(value) or 0)))
    return number


def _change(now: Number, before: Number, inner: Value, relative: bool) -> Number:
    if now is None or before is None:
        return None
    if not relative and isinstance(now, int) and isinstance(before, int):
        return now - before
    now, before = _plain(now, inner) or 0.0, _plain(before, inner) or 0.0
    if not relative:
        return now - before
    return now / before - 1 if before else None


def _percentile(numbers: list[float], percentile: int) -> float | None:
    """The number at (n − 1) × percentile ÷ 100 of the ordered numbers, between two of them in proportion."""
    if not numbers:
        return None
    numbers.sort()
    place = Fraction((len(numbers) - 1) * percentile, 100)
    below = int(place)
    above = min(below + 1, len(numbers) - 1)
    return numbers[below] + (numbers[above] - numbers[below]) * float(place - below)


def code_order(fields: Sequence[Field], codes: Codes_) -> list[tuple[int, Decimal | float | str]]:
    """What groups are sorted by: their codes."""
    return [sort_key(code, _field_column(field)) for field, code in zip(fields, codes, strict=True)]


def _field_column(field: Field) -> Column:
    return Column(field.name, "field", of=field)


def _is_of_people(value: Value) -> bool:
    match value:
        case Amount(measure):
            return measure.is_population
        case Distinct() | Patients():
            return False
        case Ratio(top, bottom):
            return _is_of_people(top) and _is_of_people(bottom)
        case Share(inner) | Change(inner) | Rolling(inner) | YearToDate(inner):
            return _is_of_people(inner)
