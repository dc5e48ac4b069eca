"""The SQL of patients who fulfil a condition: the rows of each patient brought together, judged, and counted.

For each group and patient the leaves of the condition become columns; leaves with a window come from rows of
their own, by patient and period. Then the patients for whom the condition holds are counted by group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING
from typing import TYPE_CHECKING

from sqlglot import exp

from epact2.model.fields import Dimension, Field
from epact2.model.items import PATIENT
from epact2.model.months import DispensingMonth, each_month
from epact2.model.prescribing import CHEMICAL_SUBSTANCE
from epact2.query.conditions import (
    AllConditions,
    AnyCondition,
    AtLeast,
    Condition,
    Had,
    Here,
    Leaf,
    NotCondition,
    Score,
    fulfilled_by_none,
    leaves,
)
from epact2.query.grains import conjuncts
from epact2.query.nodes import AllOf, Amount, Selection
from epact2.query.periods import PLAIN, Lens
from epact2.store.plan import PatientsRead, Scan, column_of
from epact2.store.planner import lens_months, window_months_of
from epact2.store.sql_left_out import left_out
from epact2.store.sql_parts import aggregate, all_of, any_of, call, column, named, number, stack, table_of
from epact2.store.sql_scan import MONTH as DISPENSED
from epact2.store.sql_scan import patient_months_select, patients_select
from epact2.store.terms import Grouping

if TYPE_CHECKING:
    from epact2.store.sql_sums import Summing

_PATIENT = "counted_0"


@dataclass(frozen=True, slots=True)
class _Leaves:
    """The columns of a scan in which its leaves look."""

    scan: Scan

    def test(self, selection: Selection) -> exp.Expression:
        place = self.scan.tested.index(AllOf(conjuncts(selection)))
        return column(f"tested_{place}", "r")

    def different(self, fields: Sequence[Field], where: Selection) -> exp.Expression:
        """How many different codes the patient's selected rows have; of patients there is one."""
        others = [field for field in fields if field != PATIENT]
        if others == [CHEMICAL_SUBSTANCE] and CHEMICAL_SUBSTANCE not in self.scan.counted:
            place = self.scan.tested.index(AllOf(conjuncts(where)))
            bits = call("bit_count", call("bit_or", column(f"bits_{place}", "r")))
            return exp.Coalesce(this=bits, expressions=[number(0)])
        codes = [column(f"counted_{self.scan.counted.index(field)}", "r") for field in others]
        what = codes[0] if len(codes) == 1 else exp.Tuple(expressions=codes or [column(_PATIENT, "r")])
        counted = exp.Count(this=exp.Distinct(expressions=[what]))
        return exp.Filter(this=counted, expression=exp.Where(this=self.test(where)))

    def fulfilled(self, leaf: Leaf) -> exp.Expression:
        """Whether the rows of one patient fulfil a leaf."""
        match leaf:
            case Had(selection):
                return call("bool_or", self.test(selection))
            case AtLeast(value, least):
                if not isinstance(value, Amount):
                    return _at_least(
                        self.different(value.fields, value.where), int(least.to_integral_value(ROUND_CEILING))
                    )
                stored = int(least.scaleb(value.measure.scale).to_integral_value(ROUND_CEILING))
                total = aggregate(exp.Sum, column(value.measure.column, "r"), self.test(value.where))
                return _at_least(exp.Coalesce(this=total, expressions=[number(0)]), stored)
            case Score(points, at_least):
                parts = [
                    exp.Mul(this=number(each), expression=self.different((CHEMICAL_SUBSTANCE,), selection))
                    for selection, each in points
                ]
                total = parts[0]
                for part in parts[1:]:
                    total = exp.Add(this=total, expression=part)
                return _at_least(exp.Paren(this=total), at_least)


def _at_least(what: exp.Expression, least: int) -> exp.Expression:
    return exp.GTE(this=what, expression=number(least))


def patients_summed(summing: Summing, grouping: Grouping, read: PatientsRead) -> exp.Query:
    """The patients who fulfil the condition of a slot, by the groups of a grouping, through each lens."""
    return _Patients(summing, grouping, read).select()


def patients_fulfilling(summing: Summing, read: PatientsRead) -> exp.Query:
    """The keys (``patient``) of the patients of all a question's rows who fulfil the condition of a slot.

    The question has no fields, and the slot no lens: all rows are one group, all months one period.
    """
    return _Patients(summing, Grouping(()), read).keys()


class _Patients:
    def __init__(self, summing: Summing, grouping: Grouping, read: PatientsRead) -> None:
        self.summing = summing
        self.grouping = grouping
        self.read = read
        self.plan = summing.plan
        assert read.slot.condition is not None
        self.condition: Condition = read.slot.condition
        self.leaves = tuple(leaves(self.condition))
        self.lenses = [lens for slot, lens in summing.sums[grouping, read.name] if slot == read.slot]
        self.mapped = summing.is_mapped(grouping)

    @property
    def by_lens(self) -> bool:
        return len(self.lenses) > 1

    def select(self) -> exp.Query:
        """The counts by group: of the rows of each patient, and of patient_month where that is read."""
        counted = self.counted()
        if self.read.prepared is None:
            return counted
        keys = [column_of(field) for field in self.summing.key_fields(self.grouping)]
        names = [self.name(lens) for lens in self.lenses]
        both = stack([counted, self.counted_months(self.read.prepared)]).subquery("q", copy=False)
        sums = [named(exp.cast(exp.Sum(this=column(name, "q")), "BIGINT"), name) for name in names]
        select = exp.select(*(column(key, "q") for key in keys), *sums).from_(both)
        return select.group_by(*(column(key, "q") for key in keys), copy=False) if keys else select

    def name(self, lens: Lens) -> str:
        return f"{self.summing.names[self.read.slot]}_{self.plan.lenses.index(lens)}"

    def counted_months(self, scan: Scan) -> exp.Select:
        """The patients of patient_month who fulfil the condition, by group."""
        select, holds = self.judged_months(scan)
        select, keys = self.by_group(select)
        shown: list[exp.Expression] = [named(found, column_of(field)) for field, found in keys.items()]
        for lens in self.lenses:
            where = [holds]
            if self.by_lens:
                where.append(exp.EQ(this=column("lens", "w"), expression=self.lens_number(lens)))
            shown.append(named(aggregate(exp.Count, exp.Star(), all_of(where)), self.name(lens)))
        select = select.select(*shown, copy=False)
        return select.group_by(*keys.values(), copy=False) if keys else select

    def judged_months(self, scan: Scan) -> tuple[exp.Select, exp.Expression]:
        """One row ``r`` for each patient of patient_month, and whether the condition holds for it."""
        months = patient_months_select(
            scan, self.plan, self.summing.catalogue, self.summing.parameters, self.leaves
        )
        facts = {place: column(f"leaf_{place}", "r") for place in range(len(self.leaves))}
        holds = self.holds(self.condition, iter(range(len(self.leaves))), facts)
        return exp.select().from_(months.subquery("r", copy=False)), holds

    def counted(self) -> exp.Select:
        """The patients whose rows fulfil the condition, by group."""
        keys = [column_of(field) for field in self.summing.key_fields(self.grouping)]
        rows, holds = self.judged()
        shown: list[exp.Expression] = [column(key, "q") for key in keys]
        for lens in self.lenses:
            where = [holds]
            if self.by_lens:
                where.append(exp.EQ(this=column("lens", "q"), expression=self.lens_number(lens)))
            shown.append(named(aggregate(exp.Count, exp.Star(), all_of(where)), self.name(lens)))
        select = rows.select(*shown, copy=False)
        return select.group_by(*(column(key, "q") for key in keys), copy=False) if keys else select

    def keys(self) -> exp.Query:
        """The keys of the patients who fulfil the condition, by their rows and by patient_month if read."""
        rows, holds = self.judged()
        by_rows = rows.select(named(column(_PATIENT, "q"), "patient"), copy=False).where(holds, copy=False)
        if self.read.prepared is None:
            return by_rows
        months, holds = self.judged_months(self.read.prepared)
        shown = named(column(_PATIENT, "r"), "patient")
        return stack([by_rows, months.select(shown, copy=False).where(holds, copy=False)])

    def judged(self) -> tuple[exp.Select, exp.Expression]:
        """One row ``q`` for each group, lens and patient, and whether the condition holds for it."""
        patients, facts = self.patients()
        rows: exp.Select = exp.select().from_(patients.subquery("q", copy=False))
        windows = dict(self.read.windows)
        for place, scan in windows.items():
            alias = f"w{place}"
            same = [*(column_of(field) for field in self.grouping.time_fields), _PATIENT]
            same += ["lens"] if self.by_lens else []
            on = all_of(exp.EQ(this=column(name, alias), expression=column(name, "q")) for name in same)
            rows = rows.join(self.window_table(place, scan, alias), on=on, join_type="left", copy=False)
            none = exp.true() if fulfilled_by_none(self.leaves[place]) else exp.false()
            facts[place] = exp.Coalesce(this=column("fulfilled", alias), expressions=[none])
        return rows, self.holds(self.condition, iter(range(len(self.leaves))), facts)

    def lens_number(self, lens: Lens) -> exp.Expression:
        return number(self.plan.lenses.index(lens))

    def patients(self) -> tuple[exp.Select, dict[int, exp.Expression]]:
        """One row for each group, lens and patient, with the leaves of the group's own rows."""
        rows = patients_select(self.read.scan, self.plan, self.summing.catalogue, self.summing.parameters)
        select = exp.select().from_(rows.subquery("r", copy=False))
        select, keys = self.by_group(select)
        for place in self.read.required:
            alias = f"n{place}"
            same = exp.EQ(this=column(_PATIENT, alias), expression=column(_PATIENT, "r"))
            found = self.window_table(place, dict(self.read.windows)[place], alias)
            on = all_of([same, column("fulfilled", alias)])
            select = select.join(found, on=on, join_type="semi", copy=False)
        shown: list[exp.Expression] = [named(found, column_of(field)) for field, found in keys.items()]
        if self.by_lens:
            shown.append(column("lens", "w"))
        shown.append(column(_PATIENT, "r"))
        grouped = [one.this if isinstance(one, exp.Alias) else one for one in shown]
        columns = _Leaves(self.read.scan)
        facts: dict[int, exp.Expression] = {}
        for place, leaf in enumerate(self.leaves):
            if isinstance(leaf.window, Here):
                shown.append(named(columns.fulfilled(leaf), f"leaf_{place}"))
                facts[place] = column(f"leaf_{place}", "q")
        return select.select(*shown, copy=False).group_by(*grouped, copy=False), facts

    def by_group(self, select: exp.Select) -> tuple[exp.Select, dict[Field, exp.Expression]]:
        """Rows ``r`` joined to the periods that their months count for, and the keys of their groups."""
        if self.mapped or self.by_lens:
            on = exp.EQ(this=column(DISPENSED, "w"), expression=column(DISPENSED, "r"))
            months = self.month_map(None).subquery("w", copy=False)
            select = select.join(months, on=on, copy=False)

        def key(field: Field) -> exp.Expression:
            if field.dimension is not Dimension.TIME:
                return column(column_of(field), "r")
            return column(column_of(field), "w") if self.mapped or self.by_lens else column(DISPENSED, "r")

        keys = {field: key(field) for field in self.grouping.fields}
        if self.grouping.others:
            select, keys = left_out(self.plan.query, select, keys)
        return select, keys

    def window_table(self, place: int, scan: Scan, alias: str) -> exp.Expression:
        """The patients of a window; worked out once where they are needed twice."""
        if place not in self.read.required:
            return self.window(place, scan).subquery(alias, copy=False)
        sums = list(self.summing.sums).index((self.grouping, self.read.name))
        name = f"window_{sums}_{place}"
        if name not in self.summing.named_queries:
            self.summing.named_queries[name] = self.window(place, scan)
        return table_of(name, alias=alias)

    def window(self, place: int, scan: Scan) -> exp.Select:
        """One row for each period, lens and patient: whether the rows of a window fulfil a leaf."""
        rows = patients_select(scan, self.plan, self.summing.catalogue, self.summing.parameters)
        leaf = self.leaves[place]
        on = exp.EQ(this=column(DISPENSED, "w"), expression=column(DISPENSED, "r"))
        keys: list[exp.Expression] = [column(column_of(field), "w") for field in self.grouping.time_fields]
        keys += [column("lens", "w")] if self.by_lens else []
        keys.append(column(_PATIENT, "r"))
        return (
            exp.select(*keys, named(_Leaves(scan).fulfilled(leaf), "fulfilled"))
            .from_(rows.subquery("r", copy=False))
            .join(self.month_map(leaf).subquery("w", copy=False), on=on, copy=False)
            .group_by(*keys, copy=False)
        )

    def month_map(self, leaf: Leaf | None) -> exp.Select:
        """Which months count for which period, through which lens; those of a leaf's window if given."""
        fields = self.grouping.time_fields
        numbers = {field: self.summing.period_numbers(field) for field in fields}
        months: list[int] = []
        lenses: list[int] = []
        ids: dict[Field, list[int]] = {field: [] for field in fields}
        for lens in self.lenses or [PLAIN]:
            seen_by_period = lens_months(lens, fields, self.plan, self.summing.catalogue.directory)
            for key, seen in seen_by_period.items():
                for month in self.window_months(leaf, seen):
                    months.append(month)
                    lenses.append(self.plan.lenses.index(lens))
                    for field, code in zip(fields, key, strict=True):
                        ids[field].append(numbers[field][code])
        shown = [self.summing.unnested(months, DISPENSED)]
        if self.by_lens:
            shown.append(self.summing.unnested(lenses, "lens"))
        shown += [self.summing.unnested(ids[field], column_of(field)) for field in fields]
        return exp.select(*shown)

    def window_months(self, leaf: Leaf | None, seen: tuple[int, ...] | None) -> tuple[int, ...]:
        if leaf is None or seen is None:
            return seen or ()
        loaded: frozenset[DispensingMonth] = frozenset(self.summing.catalogue.directory.item_months)
        found = window_months_of(leaf, list(each_month(seen)), loaded)
        return tuple(month.number for month in found or ())

    def holds(
        self, condition: Condition, places: object, facts: Mapping[int, exp.Expression]
    ) -> exp.Expression:
        """The condition over the columns of its leaves, which come in the order of ``leaves``."""
        match condition:
            case AllConditions(parts):
                return exp.Paren(this=all_of([self.holds(part, places, facts) for part in parts]))
            case AnyCondition(parts):
                return exp.Paren(this=any_of([self.holds(part, places, facts) for part in parts]))
            case NotCondition(part):
                return exp.Not(this=exp.Paren(this=self.holds(part, places, facts)))
            case Had() | AtLeast() | Score():
                return facts[next(places)]  # type: ignore[call-overload]
