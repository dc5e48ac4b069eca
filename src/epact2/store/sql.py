"""From a plan to one SQL statement with bound parameters.

The statement brings the scanned rows together by each grouping that the question needs (``store.sql_sums``),
works out the values of each part of the answer from the sums (``store.sql_values``), puts the parts under one
another and orders them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from epact2.model.fields import Dimension, Field
from epact2.model.items import OPEN_FIELDS
from epact2.model.prescribing import ENGLAND, PRACTICE, QUANTITY_PER_ITEM, SNOMED_CODE
from epact2.query.periods import periods
from epact2.store.catalogue import Catalogue
from epact2.store.plan import Plan, Slot, column_of
from epact2.store.planner import COLUMNS, MAIN
from epact2.store.sql_items import is_number
from epact2.store.sql_left_out import KEPT
from epact2.store.sql_parts import (
    Parameter,
    Parameters,
    all_of,
    call,
    column,
    condition,
    is_not_null,
    named,
    number,
    quantity_text,
    stack,
    table_of,
    text,
)
from epact2.store.sql_scan import LISTED, PRACTICES
from epact2.store.sql_sums import Summing
from epact2.store.sql_values import PERIOD, Arithmetic, Number, PeriodTable
from epact2.store.terms import Grouping, Part, answer_parts, ranked_fields, ranking_part

OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with its parameters. ``either`` pairs columns whose cells are whole numbers or means: where the
    whole number is NULL, the mean at the second place counts. ``width`` counts the answer's columns.
    ``marks`` pairs columns of sealed figures with those that tell what is withheld.
    """

    sql: str
    parameters: Mapping[str, Parameter]
    tables: frozenset[str]
    width: int
    either: tuple[tuple[int, int], ...] = ()
    marks: tuple[tuple[int, int], ...] = ()


def statement_of(plan: Plan, catalogue: Catalogue) -> Statement:
    """The statement that answers a plan's question."""
    return _Statement(plan, catalogue).statement()


class _Statement:
    def __init__(self, plan: Plan, catalogue: Catalogue) -> None:
        self.plan = plan
        self.query = plan.query
        self.catalogue = catalogue
        self.parameters = Parameters()
        self.parts = answer_parts(plan.query)
        self.ranking = ranking_part(plan.query)
        self.ranked = ranked_fields(plan.query)
        shown = [*self.parts, *([self.ranking[0]] if self.ranking else [])]
        self.summing = Summing(plan, shown, catalogue, self.parameters)
        self.either: dict[int, str] = {}

    def statement(self) -> Statement:
        if self.ranking:
            kept = self.kept(*self.ranking)
            self.summing.named_queries[KEPT] = kept
        numbers = [self.part_numbers(part) for part in self.parts]
        width = len(self.query.grain) + len(self.query.values)
        value_count = len(self.query.values)
        # A column holds both kinds of number if any part gives both, or the parts give different ones;
        # percentiles are always of numbers as they are.
        mixed = [
            index
            for index in range(0 if self.query.percentiles else value_count)
            if len({(one[index].whole is None, one[index].plain is None) for _, one in numbers}) > 1
            or (numbers[0][1][index].whole is not None and numbers[0][1][index].plain is not None)
        ]
        marked = [
            index
            for index in range(0 if self.query.percentiles else value_count)
            if any(one[index].mark is not None for _, one in numbers)
        ]
        selects = [
            self.part_select(place, select, found, part, mixed, marked)
            for place, (part, (select, found)) in enumerate(zip(self.parts, numbers, strict=True))
        ]
        if COLUMNS in self.summing.relations:
            selects.append(self.column_groups())
        stacked = stack(selects).subquery("a", copy=False)
        if self.query.percentiles:
            final = self.percentiles(stacked)
            width = len(self.query.columns) + 1 + value_count
        else:
            final = self.ordered(stacked, mixed, marked)
        for name, query in self.summing.named_queries.items():
            final = final.with_(exp.to_identifier(name), as_=query, copy=False)
        tables = frozenset(found.name for found in final.find_all(exp.Table) if not found.catalog)
        own = set(self.summing.named_queries)
        return Statement(
            sql=final.sql(dialect="duckdb", copy=False),
            parameters=self.parameters.values,
            tables=tables - own,
            width=width,
            either=tuple((len(self.query.grain) + index, width + place) for place, index in enumerate(mixed)),
            marks=tuple(
                (len(self.query.grain) + index, width + len(mixed) + place)
                for place, index in enumerate(marked)
            ),
        )

    # --- One part ----------------------------------------------------------------------------------------

    def part_numbers(self, part: Part) -> tuple[exp.Select, list[Number]]:
        """The joined sums of a part, nothing shown yet, and its numbers."""
        grouping = part.grouping
        months = self.summing.months
        table = PeriodTable(grouping.time_fields, tuple(periods(grouping.time_fields, months)))
        keys = self.summing.key_fields(grouping)
        select: exp.Select | None = None
        aliases: dict[tuple[Grouping, Slot], str] = {}
        sums_of_part = self.summing.sums_of(part)
        if not sums_of_part or sums_of_part[0] != (grouping, MAIN):
            one = exp.select(named(number(1), "one"))
            select = exp.select().from_(one.subquery("a", copy=False))
        for place, sums in enumerate(sums_of_part):
            alias = f"b{place}" if select is not None else "a"
            found = self.summing.sum_table(sums, alias)
            if select is None:
                select = exp.select().from_(found)
            else:
                shared = [one for one in self.summing.key_fields(sums[0]) if one in keys]
                on = all_of(
                    exp.EQ(this=column(column_of(one), alias), expression=column(column_of(one), "a"))
                    for one in shared
                )
                select = select.join(found, on=on, join_type="left", copy=False)
            for slot, _ in self.summing.sums[sums]:
                aliases[sums[0], slot] = alias
        assert select is not None
        select = self.with_practices(select)
        arithmetic = Arithmetic(
            self.plan, self.catalogue, table, self.parameters, self.summing.names, aliases
        )
        numbers = [arithmetic.number(term) for term in part.terms]
        select = self.with_periods(select, table)
        if (grouping, MAIN) in self.summing.sums and self.summing.needs_flag((grouping, MAIN)):
            select = select.where(is_not_null(column(LISTED, "a")), copy=False)
        return select, numbers

    def with_practices(self, select: exp.Select) -> exp.Select:
        """Only the practices that the scans left to select, if they did."""
        if not self.plan.practices_where:
            return select
        on = exp.EQ(this=column("practice", "p"), expression=column("practice", "a"))
        select = select.join(table_of(PRACTICES, alias="p"), on=on, copy=False)

        def code_of(field: Field) -> exp.Expression:
            return column(f"{column_of(field)}_code", "p")

        directory = self.catalogue.directory
        return select.where(
            *(condition(one, code_of, directory, self.parameters) for one in self.plan.practices_where),
            copy=False,
        )

    def with_periods(self, select: exp.Select, table: PeriodTable) -> exp.Select:
        if not table.time_fields:
            return select
        joined = []
        for place, field in enumerate(table.time_fields):
            ids = self.summing.period_numbers(field)
            codes = [key[place] for key in table.keys]
            name = column_of(field)
            table.columns[name] = ([ids[code] for code in codes], "INTEGER")
            table.columns[f"{name}_code"] = (list(codes), "VARCHAR")
            joined.append(exp.EQ(this=column(name, PERIOD), expression=column(name, "a")))
        periods_table = table.select(self.parameters).subquery(PERIOD, copy=False)
        return select.join(periods_table, on=all_of(joined), copy=False)

    def part_select(
        self,
        place: int,
        select: exp.Select,
        numbers: list[Number],
        part: Part,
        mixed: list[int],
        marked: list[int],
    ) -> exp.Select:
        """A part's rows: its place, its codes with what they sort by, its values."""
        grouping = part.grouping
        shown: list[exp.Expression] = []
        if self.has_places:
            # Others belong to the grain that they were left out of, which is the part before.
            shown.append(named(number(place - 1 if grouping.others else place), "part"))
        if self.has_others:
            shown.append(named(exp.true() if grouping.others else exp.false(), "is_others"))
        for index, field in enumerate(self.query.grain):
            if field in grouping.fields:
                select, sort, code = self.code(select, field)
            else:
                left_out = grouping.others and field in self.ranked
                sort, code = exp.Null(), text(OTHERS) if left_out else exp.Null()
            shown += [named(sort, f"k{index}"), named(code, f"c{index}")]
        for index, found in enumerate(numbers):
            if index in mixed:
                whole = found.whole if found.whole is not None else exp.Null()
                plain = found.as_plain
                shown += [named(exp.cast(whole, "BIGINT"), f"v{index}"), named(plain, f"x{index}")]
            elif self.query.percentiles or found.whole is None:
                shown.append(named(found.as_plain, f"v{index}"))
            else:
                shown.append(named(exp.cast(found.whole, "BIGINT"), f"v{index}"))
            if index in marked:
                mark = found.mark if found.mark is not None else number(0)
                shown.append(named(exp.cast(mark, "INTEGER"), f"m{index}"))
        select = select.select(*shown, copy=False)
        if self.ranking and not grouping.others and set(self.query.rows) <= set(grouping.fields):
            same = all_of(
                exp.EQ(this=column(column_of(field), KEPT), expression=column(column_of(field), "a"))
                for field in self.query.rows
            )
            select = select.join(table_of(KEPT), on=same, join_type="semi", copy=False)
        return select

    @property
    def has_places(self) -> bool:
        return len(self.parts) > 1

    @property
    def has_others(self) -> bool:
        return any(part.grouping.others for part in self.parts)

    def code(self, select: exp.Select, field: Field) -> tuple[exp.Select, exp.Expression, exp.Expression]:
        """What a field sorts by, and its code; codes stand in a table of their own for each field."""
        name = column_of(field)
        own = column(name, "a")
        if field.dimension is Dimension.TIME:
            return select, own, column(f"{name}_code", PERIOD)
        if field == ENGLAND:
            return select, own, text("ENG")
        if field == SNOMED_CODE:
            return select, own, own
        if field == QUANTITY_PER_ITEM:
            return select, own, quantity_text(own)
        if is_number(field):
            return select, own, exp.cast(own, "VARCHAR")
        alias = f"c_{name}"
        if field == PRACTICE:
            # Keys of practices are given in the order in which they appeared, so codes sort by themselves.
            on = exp.EQ(this=column("practice", alias), expression=own)
            code = column("practice_code", alias)
            return select.join(table_of(PRACTICES, alias=alias), on=on, copy=False), code, code
        on = exp.EQ(this=column("id", alias), expression=own)
        table = f"{'keys' if field in OPEN_FIELDS else 'codes'}_{name}"
        select = select.join(table_of(table, alias=alias), on=on, copy=False)
        code = column("code", alias)
        # Keys of prescribers and their like are given as they come, so codes sort by themselves.
        return select, code if field in OPEN_FIELDS else own, code

    # --- Top, order, percentiles -------------------------------------------------------------------------

    def kept(self, part: Part, descending: bool) -> exp.Select:
        """The row groups that a top keeps: the first of each group within which it chooses."""
        top = self.query.top
        assert top is not None
        select, (found,) = self.part_numbers(part)
        sorts = []
        shown: list[exp.Expression] = []
        for field in self.query.rows:
            select, sort, _ = self.code(select, field)
            shown.append(named(column(column_of(field), "a"), column_of(field)))
            sorts.append(_ordered(sort))
        best = found.as_plain if found.whole is None or found.plain is not None else found.whole
        window = exp.Window(
            this=exp.RowNumber(),
            partition_by=[column(column_of(field), "a") for field in top.within],
            order=exp.Order(expressions=[_ordered(best, descending=descending), *sorts]),
        )
        ranked = select.select(*shown, named(window, "place"), copy=False).subquery("q", copy=False)
        return (
            exp.select(*(column(column_of(field), "q") for field in self.query.rows))
            .from_(ranked)
            .where(exp.LTE(this=column("place", "q"), expression=self.parameters.bind(top.count)), copy=False)
        )

    def ordered(self, stacked: exp.Expression, mixed: list[int], marked: list[int]) -> exp.Select:
        """The answer's columns, in the question's order, then by codes; then the means of mixed columns, and
        the marks of sealed ones.
        """
        grain, values = self.query.grain, self.query.values
        shown = [column(f"c{index}", "a") for index in range(len(grain))]
        shown += [column(f"v{index}", "a") for index in range(len(values))]
        shown += [column(f"x{index}", "a") for index in mixed]
        shown += [column(f"m{index}", "a") for index in marked]
        order = [_ordered(column("part", "a"))] if self.has_places else []
        for one in self.query.order:
            if self.has_others and (not isinstance(one.by, Field) or one.by in self.ranked):
                order.append(_ordered(column("is_others", "a")))
            if isinstance(one.by, Field):
                by = f"k{grain.index(one.by)}"
            else:
                index = values.index(one.by)
                by = f"x{index}" if index in mixed else f"v{index}"
            order.append(_ordered(column(by, "a"), descending=one.descending))
        order += [_ordered(column(f"k{index}", "a")) for index in range(len(grain))]
        select = exp.select(*shown).from_(stacked)
        return select.order_by(*order, copy=False) if order else select

    def column_groups(self) -> exp.Select:
        """A row without values for each column group, so that none is missing where nobody has a value."""
        months = self.summing.months
        grouping = Grouping(self.query.columns)
        table = PeriodTable(grouping.time_fields, tuple(periods(grouping.time_fields, months)))
        select = exp.select().from_(self.summing.sum_table(self.summing.column_groups, "a"))
        select = self.with_periods(select, table)
        shown: list[exp.Expression] = []
        for index, field in enumerate(self.query.grain):
            sort: exp.Expression = exp.Null()
            code: exp.Expression = exp.Null()
            if field in self.query.columns:
                select, sort, code = self.code(select, field)
            shown += [named(sort, f"k{index}"), named(code, f"c{index}")]
        shown += [named(exp.Null(), f"v{index}") for index in range(len(self.query.values))]
        return select.select(*shown, copy=False)

    def percentiles(self, stacked: exp.Expression) -> exp.Select:
        """The distribution of each value over the row groups, by column group."""
        first = len(self.query.rows)
        places = range(first, len(self.query.grain))
        keys = [column(f"{kind}{index}", "a") for index in places for kind in ("k", "c")]
        # Written with a decimal point each is an exact decimal, so that the place among the numbers is exact.
        wanted = [exp.Literal.number(f"{percentile / 100:.2f}") for percentile in self.query.percentiles]
        bands = [
            named(
                call("quantile_cont", column(f"v{index}", "a"), exp.Array(expressions=list(wanted))),
                f"v{index}",
            )
            for index in range(len(self.query.values))
        ]
        inner = exp.select(*keys, *bands).from_(stacked)
        inner = (
            inner.group_by(*keys, copy=False)
            if keys
            else inner.having(exp.GT(this=exp.Count(this=exp.Star()), expression=number(0)), copy=False)
        )
        shown = [
            *(column(f"{kind}{index}", "q") for index in places for kind in ("k", "c")),
            named(call("unnest", self.parameters.listed(self.query.percentiles, "INTEGER")), "percentile"),
            named(
                call("unnest", self.parameters.listed(range(len(self.query.percentiles)), "INTEGER")),
                "place",
            ),
            *(
                named(call("unnest", column(f"v{index}", "q")), f"v{index}")
                for index in range(len(self.query.values))
            ),
        ]
        unfolded = exp.select(*shown).from_(inner.subquery("q", copy=False)).subquery("b", copy=False)
        order = [_ordered(column(f"k{index}", "b")) for index in places]
        return (
            exp.select(
                *(column(f"c{index}", "b") for index in places),
                column("percentile", "b"),
                *(column(f"v{index}", "b") for index in range(len(self.query.values))),
            )
            .from_(unfolded)
            .order_by(*order, _ordered(column("place", "b")), copy=False)
        )


def _ordered(by: exp.Expression, *, descending: bool = False) -> exp.Ordered:
    """Sorted by; what has no value comes last either way."""
    return exp.Ordered(this=by, desc=descending, nulls_first=False)
