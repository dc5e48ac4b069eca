"""One question in a sealed scope, for the reference engine: published numbers alone, and what is withheld."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from epact2.model.items import PATIENT
from epact2.model.months import DispensingMonth
from epact2.query.conditions import NotCondition, leaves, on_nothing
from epact2.query.grains import Grain
from epact2.query.level import selections_of_value
from epact2.query.nodes import (
    Amount,
    Change,
    Distinct,
    Patients,
    Query,
    Ratio,
    Rolling,
    Share,
    Value,
    YearToDate,
)
from epact2.query.periods import PLAIN, Lens, Shift, ToDate, Window, months_of, through, window_months
from epact2.query.result import Cell, Column, Mark
from epact2.query.scope import Scope
from epact2.query.sealing import LEAST_BELOW
from epact2.store.plan import slot_of
from epact2.store.published import check_published, is_approximate, is_split, withheld_mark
from epact2.store.reference_data import look_up_organisations
from epact2.store.reference_question import Group, Number, Question, code_order
from epact2.store.reference_sealed import Atoms, Published, Sealed

Marks = tuple[Mark | None, ...]


class SealedQuestion(Question):
    """A question whose counts of patients are published ones. Raises NotPublished."""

    def __init__(
        self,
        atoms: Atoms,
        query: Query,
        scope: Scope,
    ) -> None:
        months_of(query, atoms.directory.months_for(query))
        wheres = (where for value in query.values for where in selections_of_value(value))
        for selection in (query.where, scope.organisations, *wheres):
            look_up_organisations(selection, atoms.directory)
        check_published(query)  # before open rows are asked what they do not know
        super().__init__(atoms.data, atoms.directory, query, scope)
        self.sealed = Sealed(atoms, query, scope, self.months, self.loaded)
        self.marked: dict[tuple[str | None, ...], Marks] = {}

    def listed(self, grain: Grain) -> list[Group]:
        """The groups; those told apart by what patients are, from the published cells."""
        if not is_split(grain):
            return super().listed(grain)
        keys = self.sealed.split_keys(grain, self.months)
        return [self.group(grain, key) for key in sorted(keys, key=partial(code_order, grain))]

    # --- What is told beside the numbers -------------------------------------------------------------------

    def answer_row(self, group: Group) -> tuple[Cell, ...]:
        """The row, with a note of what is withheld in it."""
        codes = tuple(group.code(field) for field in self.query.grain)
        self.marked[codes] = tuple(self.mark(value, group, PLAIN) for value in self.query.values)
        return super().answer_row(group)

    def marks(self, rows: Sequence[tuple[Cell, ...]]) -> dict[tuple[int, int], Mark]:
        """What cells say beside their numbers, by row and column."""
        width = len(self.query.grain)
        return {
            (line, width + place): mark
            for line, row in enumerate(rows)
            for place, mark in enumerate(self.marked[row[:width]])  # type: ignore[index]  # codes come first
            if mark is not None
        }

    def value_columns(self) -> list[Column]:
        """The columns of values; those of published counts are approximate."""
        return [
            replace(column, approximate=is_approximate(value, self.query))
            for column, value in zip(super().value_columns(), self.query.values, strict=True)
        ]

    def mark(self, value: Value, group: Group, lens: Lens) -> Mark | None:
        """What is told of a value: withheld as its parts are, or where too few are below the line."""
        match value:
            case Amount() | Distinct() | Patients():
                return self.mark_of_count(value, group, lens)
            case Ratio(top, bottom):
                return self.mark_of_two((top, group, lens), (bottom, group, lens), divides=True)
            case Share(inner, of):
                return self.mark_of_two(
                    (inner, group, lens), (inner, self.wider(group, of), lens), divides=True
                )
            case Change(inner, months, relative):
                before = (*lens, Shift(months))
                return self.mark_of_two((inner, group, lens), (inner, group, before), divides=relative)
            case Rolling(inner, months):
                return self.mark(inner, group, (*lens, Window(months)))
            case YearToDate(inner):
                return self.mark(inner, group, (*lens, ToDate()))

    def mark_of_count(self, value: Amount | Distinct | Patients, group: Group, lens: Lens) -> Mark | None:
        if not self.sealed.holds(value, group.fields):
            return None
        if isinstance(value, Patients) and on_nothing(value.condition):
            everyone, unfulfilled = _parts_of(value)
            return self.mark_of_two((everyone, group, lens), (unfulfilled, group, lens), divides=False)
        found = self.published(value, group, lens)
        if found is None or not found.atoms:
            return None
        if found.number is None:
            return withheld_mark(slot_of(value), group.fields)
        return Mark.FEWER_THAN_FIVE if found.number == 0 and found.atoms == 1 else None

    def mark_of_two(
        self, first: tuple[Value, Group, Lens], second: tuple[Value, Group, Lens], *, divides: bool
    ) -> Mark | None:
        for part in (first, second):
            mark = self.mark(*part)
            if mark is not None and mark.is_withheld:
                return mark
        return Mark.FEW_PATIENTS if divides and self.is_small(*second) else None

    def is_small(self, value: Value, group: Group, lens: Lens) -> bool:
        """Whether a published count is too small to stand below the line; an exact 0 gives no value."""
        number = self.number(value, group, lens)
        return (
            isinstance(number, int)
            and number < LEAST_BELOW
            and (self.atoms_behind(value, group, lens) or 0) > 0
        )

    def atoms_behind(self, value: Value, group: Group, lens: Lens) -> int | None:
        """How many atoms a count is made of; None for what is no published count."""
        match value:
            case Patients(condition) if on_nothing(condition) and self.sealed.holds(value, group.fields):
                everyone, unfulfilled = _parts_of(value)
                return (self.atoms_behind(everyone, group, lens) or 0) + (
                    self.atoms_behind(unfulfilled, group, lens) or 0
                )
            case Amount() | Distinct() | Patients():
                if not self.sealed.holds(value, group.fields):
                    return None
                found = self.published(value, group, lens)
                return found.atoms if found else 0
            case Change(inner, months, False):
                now = self.atoms_behind(inner, group, lens)
                before = self.atoms_behind(inner, group, (*lens, Shift(months)))
                return None if now is None or before is None else now + before
            case Rolling(inner, months):
                return self.atoms_behind(inner, group, (*lens, Window(months)))
            case YearToDate(inner):
                return self.atoms_behind(inner, group, (*lens, ToDate()))
            case _:
                return None

    # --- The numbers ----------------------------------------------------------------------------------------

    def number(self, value: Value, group: Group, lens: Lens) -> Number:
        """The published number of a value; None where there is none, or it is withheld."""
        match value:
            case Patients(condition) if on_nothing(condition) and self.sealed.holds(value, group.fields):
                everyone, unfulfilled = (self.number(part, group, lens) for part in _parts_of(value))
                return None if everyone is None or unfulfilled is None else everyone - unfulfilled
            case Amount() | Distinct() | Patients() if self.sealed.holds(value, group.fields):
                found = self.published(value, group, lens)
                return found.number if found else None
            case Ratio(_, bottom) if self.is_small(bottom, group, lens):
                return None
            case Share(inner, of) if self.is_small(inner, self.wider(group, of), lens):
                return None
            case Change(inner, months, True) if self.is_small(inner, group, (*lens, Shift(months))):
                return None
            case _:
                return super().number(value, group, lens)

    def published(self, value: Amount | Distinct | Patients, group: Group, lens: Lens) -> Published | None:
        """The published sum of a group; None where its month, or one of a window, is not loaded."""
        months = through(lens, group.months, frozenset(self.loaded))
        if months is None or not self._windows_are_loaded(value, months):
            return None
        (month,) = months
        return self.sealed.number(value, group.fields, group.codes, month)

    def _windows_are_loaded(self, value: Value, months: Sequence[DispensingMonth]) -> bool:
        if not isinstance(value, Patients):
            return True
        loaded = frozenset(self.loaded)
        return all(loaded.issuperset(window_months(leaf.window, months)) for leaf in leaves(value.condition))


def _parts_of(value: Patients) -> tuple[Distinct, Patients]:
    """All patients, and those who do not fulfil a condition that nothing fulfils: published as two counts."""
    return Distinct((PATIENT,), value.where), Patients(NotCondition(value.condition), value.where)
