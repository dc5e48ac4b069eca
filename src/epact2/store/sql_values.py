"""The arithmetic above the sums: quotients, differences, means, and what has no value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from epact2.model.fields import Field
from epact2.model.measures import Measure
from epact2.model.months import each_month
from epact2.query.conditions import Condition, leaves
from epact2.query.periods import Lens
from epact2.query.result import Mark
from epact2.query.sealing import LEAST_BELOW
from epact2.store.catalogue import Catalogue
from epact2.store.plan import Plan, Slot
from epact2.store.planner import lens_months, window_months_of
from epact2.store.published import withheld_mark
from epact2.store.sql_parts import Parameters, all_of, call, column, named, number
from epact2.store.sql_sealed import ROWS
from epact2.store.terms import Cell, Difference, Grouping, Quotient, Term

PERIOD = "d"


@dataclass(frozen=True, slots=True)
class Number:
    """A number of each group: ``whole`` in units of 10**-scale, or ``plain`` as it is.

    Both are there where one group's number is whole and another's a mean: then ``whole`` is NULL for the
    means, and ``plain`` is there for all.

    Of sealed figures: ``mark`` is the number of a ``query.result.Mark``, 0 for none; ``rows`` counts the rows
    of atoms behind a published count.
    """

    whole: exp.Expression | None
    plain: exp.Expression | None
    scale: int = 0
    mark: exp.Expression | None = None
    rows: exp.Expression | None = None

    @property
    def as_plain(self) -> exp.Expression:
        """The number as it is, in floating point."""
        if self.plain is not None:
            return self.plain
        assert self.whole is not None
        double = exp.cast(self.whole, "DOUBLE")
        return exp.Div(this=double, expression=_power_of_ten(self.scale)) if self.scale else double


NOTHING = Number(None, exp.cast(exp.Null(), "DOUBLE"))


def _power_of_ten(scale: int) -> exp.Expression:
    return exp.Literal.number(f"1e{scale}")


@dataclass
class PeriodTable:
    """The periods of a part: codes, and what differs between them. It becomes a small joined table."""

    time_fields: tuple[Field, ...]
    keys: tuple[tuple[str, ...], ...]
    columns: dict[str, tuple[list[object], str]] = field(default_factory=dict)

    def column(self, values: list[object], kind: str) -> exp.Expression:
        """A column with a value for each period; equal columns are one."""
        for name, known in self.columns.items():
            if known == (values, kind):
                return column(name, PERIOD)
        name = f"x{len(self.columns)}"
        self.columns[name] = (values, kind)
        return column(name, PERIOD)

    def select(self, parameters: Parameters) -> exp.Select:
        """The table."""
        return exp.select(
            *(
                named(call("unnest", parameters.listed(values, kind)), name)
                for name, (values, kind) in self.columns.items()
            )
        )


class Arithmetic:
    """Turns the trees of one part into SQL. ``aliases`` names the joined sums of each grouping and slot."""

    def __init__(
        self,
        plan: Plan,
        catalogue: Catalogue,
        periods: PeriodTable,
        parameters: Parameters,
        names: Mapping[Slot, str],
        aliases: Mapping[tuple[Grouping, Slot], str],
    ) -> None:
        self.plan = plan
        self.catalogue = catalogue
        self.periods = periods
        self.parameters = parameters
        self.names = names
        self.aliases = aliases
        self.sealed = {(read.slot, fields) for read in plan.sealed for fields in read.groups}

    def number(self, term: Term) -> Number:
        """The number of a tree."""
        match term:
            case Cell():
                return self.cell(term)
            case Quotient(top, bottom, per):
                above = self.number(top).as_plain
                if per != 1:
                    above = exp.Mul(this=above, expression=self.parameters.bind(per))
                below = exp.Nullif(this=self.number(bottom).as_plain, expression=number(0))
                quotient: exp.Expression = exp.Div(this=_wrapped(above), expression=below)
                return _derived(quotient, self.number(top), self.number(bottom))
            case Difference(now, before, relative):
                return self.difference(self.number(now), self.number(before), relative)

    def difference(self, now: Number, before: Number, relative: bool) -> Number:
        if relative:
            below = exp.Nullif(this=before.as_plain, expression=number(0))
            grown = exp.Div(this=_wrapped(now.as_plain), expression=below)
            return _derived(_wrapped(exp.Sub(this=grown, expression=number(1))), now, before)
        whole = plain = None
        if now.whole is not None and before.whole is not None:
            whole = _wrapped(exp.Sub(this=_wrapped(now.whole), expression=_wrapped(before.whole)))
        if now.plain is not None or before.plain is not None:
            plain = _wrapped(exp.Sub(this=_wrapped(now.as_plain), expression=_wrapped(before.as_plain)))
        rows = None
        if now.rows is not None and before.rows is not None:
            rows = _wrapped(exp.Add(this=now.rows, expression=before.rows))
        return Number(whole, plain, now.scale, _mark_of(now, before), rows)

    def cell(self, cell: Cell) -> Number:
        alias = self.aliases[cell.grouping, cell.slot]
        sums = column(f"{self.names[cell.slot]}_{self.plan.lenses.index(cell.lens)}", alias)
        months = self.months_of(cell.grouping.time_fields, cell.lens)
        if cell.slot.condition is not None:
            months = self.within_windows(cell.slot.condition, months)
        if all(seen is None for seen in months):
            return NOTHING
        if cell.slot.is_population:
            assert isinstance(cell.slot.of, Measure)
            return self.mean(sums, months, cell.slot.of.scale)
        if (cell.slot, cell.grouping.fields) in self.sealed:
            return self.published(cell, alias, sums, months)
        scale = cell.slot.of.scale if isinstance(cell.slot.of, Measure) else 0
        whole: exp.Expression = exp.Coalesce(this=sums, expressions=[number(0)])
        if any(seen is None for seen in months):
            loaded = self.periods.column([seen is not None for seen in months], "BOOLEAN")
            whole = exp.Case(ifs=[exp.If(this=loaded, true=whole)])
        return Number(whole, None, scale)

    def published(
        self, cell: Cell, alias: str, sums: exp.Expression, months: list[tuple[int, ...] | None]
    ) -> Number:
        """A number of atoms: an exact 0 where there are no rows, withheld where rows have no number."""
        name = f"{self.names[cell.slot]}_{self.plan.lenses.index(cell.lens)}_{ROWS}"
        rows: exp.Expression = exp.Coalesce(this=column(name, alias), expressions=[number(0)])
        has_rows = exp.GT(this=rows, expression=number(0))
        whole: exp.Expression = exp.Case(ifs=[exp.If(this=has_rows, true=sums)], default=number(0))
        nothing = exp.Is(this=sums, expression=exp.Null())
        withheld = withheld_mark(cell.slot, cell.grouping.fields)
        told = [exp.If(this=all_of([has_rows, nothing]), true=number(withheld))]
        one_of_none = all_of(exp.EQ(this=what, expression=number(at)) for what, at in ((rows, 1), (sums, 0)))
        told.append(exp.If(this=one_of_none, true=number(Mark.FEWER_THAN_FIVE)))
        mark: exp.Expression = exp.Case(ifs=told, default=number(0))
        if any(seen is None for seen in months):
            loaded = self.periods.column([seen is not None for seen in months], "BOOLEAN")
            whole = exp.Case(ifs=[exp.If(this=loaded, true=whole)])
            mark = exp.Case(ifs=[exp.If(this=loaded, true=mark)], default=number(0))
            rows = exp.Case(ifs=[exp.If(this=loaded, true=rows)], default=number(0))
        return Number(whole, None, 0, mark, rows)

    def months_of(self, time_fields: tuple[Field, ...], lens: Lens) -> list[tuple[int, ...] | None]:
        """The months seen by a lens for each of the part's periods."""
        seen = lens_months(lens, time_fields, self.plan, self.catalogue.directory)
        places = [self.periods.time_fields.index(one) for one in time_fields]
        return [seen[tuple(key[place] for place in places)] for key in self.periods.keys]

    def within_windows(
        self, condition: Condition, months: list[tuple[int, ...] | None]
    ) -> list[tuple[int, ...] | None]:
        """The months of each period; None also where a window needs one that is not loaded."""
        loaded = frozenset(self.catalogue.directory.item_months)

        def whole(seen: tuple[int, ...] | None) -> bool:
            of_period = None if seen is None else list(each_month(seen))
            return all(window_months_of(leaf, of_period, loaded) is not None for leaf in leaves(condition))

        return [seen if whole(seen) else None for seen in months]

    def mean(self, sums: exp.Expression, months: list[tuple[int, ...] | None], scale: int) -> Number:
        """The mean over the months that have lists: exact where there is one such month."""
        lists = {month.number for month in self.catalogue.directory.list_months}
        counts = [sum(month in lists for month in seen or ()) for seen in months]
        different = set(counts)
        if different == {0}:
            return NOTHING
        if different == {1}:
            return Number(sums, None, scale)
        divisor: exp.Expression
        if len(different) == 1:
            divisor = self.parameters.bind(counts[0])
        else:
            divisor = self.periods.column(list(counts), "INTEGER")
        # The divisor of the scale is joined to that of the months, so that there is one rounding.
        units = exp.Mul(this=exp.cast(divisor, "DOUBLE"), expression=_power_of_ten(scale))
        plain = exp.Div(
            this=exp.cast(sums, "DOUBLE"), expression=exp.Nullif(this=units, expression=number(0))
        )
        if 1 not in different:
            return Number(None, plain)
        is_one = exp.EQ(this=divisor, expression=number(1))
        return Number(exp.Case(ifs=[exp.If(this=is_one, true=sums)]), plain, scale)


def _wrapped(what: exp.Expression) -> exp.Expression:
    return exp.Paren(this=what)


def _derived(what: exp.Expression, top: Number, bottom: Number) -> Number:
    """A ratio of two numbers, withheld where either is, or where too few patients are below the line."""
    if top.mark is None and bottom.mark is None:
        return Number(None, what)
    small = _is_small(bottom)
    if small is None:
        return Number(None, what, mark=_mark_of(top, bottom))
    shown = exp.Case(ifs=[exp.If(this=small, true=exp.cast(exp.Null(), "DOUBLE"))], default=what)
    return Number(None, shown, mark=_mark_of(top, bottom, small))


def _is_small(bottom: Number) -> exp.Expression | None:
    """Whether a published count is too small to stand below the line. An exact 0 gives no value at all."""
    if bottom.rows is None or bottom.whole is None:
        return None
    few = exp.LT(this=_wrapped(bottom.whole), expression=number(LEAST_BELOW))
    return all_of([exp.GT(this=bottom.rows, expression=number(0)), few])


def _mark_of(top: Number, bottom: Number, small: exp.Expression | None = None) -> exp.Expression | None:
    """What is told of a number made of two: withheld as its parts are."""
    marks = [one.mark for one in (top, bottom) if one.mark is not None]
    told = [exp.If(this=exp.GTE(this=mark, expression=number(Mark.FEW_ITEMS)), true=mark) for mark in marks]
    if small is not None:
        told.append(exp.If(this=small, true=number(Mark.FEW_PATIENTS)))
    return exp.Case(ifs=told, default=number(0)) if told else None
