"""The SQL of sealed figures: published atoms added up by group, and how many rows of atoms there are.

A group without a row has no open items, so that its count is an exact 0. A group with rows but no published
number among those that may enter is withheld: its sum is NULL.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlglot import exp

from epact2.model.bnf import LENGTH_OF_LEVEL
from epact2.model.fields import Dimension, Field
from epact2.model.items import AGE_BAND_5, AGE_BAND_20, IMD_QUINTILE
from epact2.model.prescribing import ENGLAND, PRACTICE
from epact2.query.nodes import Is, OneOf, Selection, UnderMedicine
from epact2.query.periods import PLAIN, Lens
from epact2.store.plan import column_of
from epact2.store.sealed_plan import LISTING, SealedRead
from epact2.store.sealed_tables import ATOM, BY_AGE, BY_DEPRIVATION, SPLIT
from epact2.store.sql_parts import all_of, call, column, condition, named, number, stack, table_of
from epact2.store.sql_scan import PRACTICES
from epact2.store.terms import Grouping

if TYPE_CHECKING:
    from epact2.store.sql_sums import Summing

_ATOMS, _PLACE, _MONTHS = "f", "p", "w"
_FIVES = "age_band_5"
ROWS = "rows"  # what the column with the number of rows ends in


def sealed_summed(summing: Summing, grouping: Grouping, read: SealedRead) -> exp.Query:
    """The published numbers of a slot by the groups of a grouping, through each lens."""
    return _Sealed(summing, grouping, read).select()


def split_listing(summing: Summing, grouping: Grouping) -> exp.Query:
    """The groups told apart by what patients are that there are: every cell of places with open items."""
    read = next(one for one in summing.plan.sealed if one.name == LISTING)
    return _Sealed(summing, grouping, read).listing()


class _Sealed:
    def __init__(self, summing: Summing, grouping: Grouping, read: SealedRead) -> None:
        self.summing = summing
        self.grouping = grouping
        self.read = read
        self.groups = read.groups[grouping.fields]
        wanted = summing.sums.get((grouping, read.name), {})
        self.lenses = [lens for slot, lens in wanted if slot == read.slot]
        self.mapped = summing.is_mapped(grouping)
        self.joined: dict[str, exp.Expression] = {}

    def select(self) -> exp.Query:
        """The sums of the published numbers, and the rows, with the keys of the groups."""
        shown: list[exp.Expression] = []
        name = self.summing.names[self.read.slot]
        for lens in self.lenses:
            index = self.summing.plan.lenses.index(lens)
            shown.append(named(self.published(lens), f"{name}_{index}"))
            shown.append(named(self.through(exp.Count(this=exp.Star()), lens), f"{name}_{index}_{ROWS}"))
        return self.grouped(shown, self.lenses)

    def listing(self) -> exp.Query:
        """The keys of the groups alone, of the months that are asked for."""
        return self.grouped([], [PLAIN])

    def grouped(self, numbers: Sequence[exp.Expression], lenses: Sequence[Lens]) -> exp.Query:
        """Numbers of the atoms, by the groups."""
        keys = {field: self.key(field) for field in self.grouping.fields}
        level = exp.EQ(this=column("level", _ATOMS), expression=number(self.groups.nodes.level))
        where: list[exp.Expression] = [level]
        where += self.of_nodes()
        if self.groups.is_split:
            kind = BY_DEPRIVATION if IMD_QUINTILE in self.grouping.fields else BY_AGE
            where.append(exp.EQ(this=column("kind", _ATOMS), expression=number(kind)))
        where += [
            condition(one, self.code_of, self.summing.catalogue.directory, self.summing.parameters)
            for one in self.read.organisations
        ]
        shown: list[exp.Expression] = [named(found, column_of(field)) for field, found in keys.items()]
        shown += numbers
        select = exp.select(*(shown or [named(number(1), "one")])).from_(self.atoms())
        for alias, on in self.joined.items():
            table = PRACTICES if alias == _PLACE else alias
            select = select.join(table_of(table, alias=alias), on=on, copy=False)
        if self.mapped:
            months = self.summing.month_map(self.grouping, tuple(lenses)).subquery(_MONTHS, copy=False)
            on = exp.EQ(this=column("dispensed", _MONTHS), expression=column("month", _ATOMS))
            select = select.join(months, on=on, copy=False)
        select = select.where(*where, copy=False)
        by = [found for field, found in keys.items() if field != ENGLAND]  # a number would be a place
        return select.group_by(*by, copy=False) if by else select

    def atoms(self) -> exp.Expression:
        """The atoms of all months that are read."""
        databases = [database for database, _ in self.read.scan.databases]
        names = ["month", "level", "node", "practice", "m", "enters"]
        table, read = ATOM.name, "m"
        if self.groups.is_split:
            names += ["kind", "age_band_5", "gender", "imd_quintile"]
            table, read = SPLIT.name, "patients" if self.read.slot.is_count else "items"
        shown = [named(column(read), "m") if name == "m" else column(name) for name in names]
        selects = [exp.select(*shown).from_(table_of(table, database)) for database in databases]
        nothing = exp.select(*(named(exp.Null(), name) for name in names)).where(exp.false())
        selects = selects or [nothing]
        return stack(selects).subquery(_ATOMS, copy=False)

    def published(self, lens: Lens) -> exp.Expression:
        """The sum of what enters at the level of the groups; NULL where nothing does."""
        enters = exp.LTE(this=column("enters", _ATOMS), expression=number(int(self.groups.enters)))
        found = exp.Filter(this=exp.Sum(this=column("m", _ATOMS)), expression=exp.Where(this=enters))
        if len(self.lenses) > 1:
            found = exp.Filter(
                this=exp.Sum(this=column("m", _ATOMS)),
                expression=exp.Where(this=all_of([enters, self.seen(lens)])),
            )
        return exp.cast(found, "BIGINT")

    def through(self, what: exp.Expression, lens: Lens) -> exp.Expression:
        if len(self.lenses) == 1:
            return what
        return exp.Filter(this=what, expression=exp.Where(this=self.seen(lens)))

    def seen(self, lens: Lens) -> exp.Expression:
        index = number(self.summing.plan.lenses.index(lens))
        return exp.EQ(this=column("lens", _MONTHS), expression=index)

    # --- Keys and conditions --------------------------------------------------------------------------------

    def key(self, field: Field) -> exp.Expression:
        if field.dimension is Dimension.TIME:
            return column(column_of(field), _MONTHS) if self.mapped else column("month", _ATOMS)
        if field == ENGLAND:
            return number(0)
        if field == PRACTICE:
            return column("practice", _ATOMS)
        if field.dimension is Dimension.ORGANISATION:
            return column(column_of(field), self.place())
        if field.of_items:
            return _of_cell(field)
        table = f"codes_{column_of(field)}"
        self.joined[table] = exp.EQ(this=column("code", table), expression=_code_at(field))
        return column("id", table)

    def place(self) -> str:
        self.joined[_PLACE] = exp.EQ(this=column("practice", _PLACE), expression=column("practice", _ATOMS))
        return _PLACE

    def code_of(self, field: Field) -> exp.Expression:
        return column(f"{column_of(field)}_code", self.place())

    def of_nodes(self) -> list[exp.Expression]:
        nodes = self.groups.nodes
        if nodes.column:
            wanted = self.summing.parameters.bind(nodes.column)
            return [exp.EQ(this=column("node", _ATOMS), expression=wanted)]
        return [self.of_node(part) for part in nodes.parts]

    def of_node(self, part: Selection) -> exp.Expression:
        parameters = self.summing.parameters
        match part:
            case UnderMedicine(code):
                return call("starts_with", column("node", _ATOMS), parameters.bind(code.text))
            case Is(field, code):
                return exp.EQ(this=_code_at(field), expression=parameters.bind(code))
            case OneOf(field, codes):
                return call("list_contains", parameters.listed(codes, "VARCHAR"), _code_at(field))
            case _:
                raise AssertionError("published.bnf_nodes lets no other condition pass")


def _of_cell(field: Field) -> exp.Expression:
    """The place of a code of what patients are. A band of twenty years is four bands of five."""
    if field != AGE_BAND_20:
        return column(_FIVES if field == AGE_BAND_5 else column_of(field), _ATOMS)
    five = column(_FIVES, _ATOMS)
    last, unknown = len(AGE_BAND_20.codes) - 2, len(AGE_BAND_5.codes) - 1
    band = exp.Least(this=exp.IntDiv(this=five, expression=number(4)), expressions=[number(last)])
    is_unknown = exp.EQ(this=five, expression=number(unknown))
    return exp.Case(ifs=[exp.If(this=is_unknown, true=number(last + 1))], default=band)


def _code_at(field: Field) -> exp.Expression:
    """The code of a node at a level above it or its own; an appliance has its section for a substance."""
    return call("left", column("node", _ATOMS), number(LENGTH_OF_LEVEL[field.name]))
