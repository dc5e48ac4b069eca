"""From a listing to one SQL statement with bound parameters.

The rows are selected by the same conditions as those of a question, put in order, and cut off after a page. A
page begins after a place in the order, so the rows before it are never counted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlglot import exp

from epact2.model.fields import Dimension, Field
from epact2.model.items import PATIENT, PRESCRIBED_DATE
from epact2.model.measures import Measure
from epact2.model.months import BadMonth, DispensingMonth
from epact2.model.organisations import ENGLAND_CODE
from epact2.model.prescribing import ENGLAND, ITEMS, MONTH, QUANTITY_PER_ITEM
from epact2.query.grains import conjuncts, split
from epact2.query.level import selections_of_condition
from epact2.query.listing import Listing, ListingRows
from epact2.query.nodes import (
    AllOf,
    Amount,
    AnyOf,
    BadQuestion,
    Exclusions,
    Is,
    Not,
    OneOf,
    Query,
    Selection,
)
from epact2.query.periods import PLAIN, months_of_listing, time_code
from epact2.query.result import Cell
from epact2.query.scope import Scope
from epact2.store.catalogue import Catalogue
from epact2.store.plan import Plan, Relation, Scan, Source
from epact2.store.planner import MAIN, absences_by_key, look_up
from epact2.store.rewrites import rewrite_listing
from epact2.store.sql_fulfilling import fulfilling
from epact2.store.sql_items import is_number
from epact2.store.sql_parts import (
    Parameter,
    Parameters,
    all_of,
    any_of,
    column,
    named,
    number,
    quantity_of_code,
)
from epact2.store.sql_scan import ScanSelect

Keys = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ListingStatement:
    """SQL with its parameters, and how its cells become those of the listing. ``columns`` are those shown,
    then those that only sort. ``plan`` reads the rows, ``judging`` the patients to whom a condition limits
    them.
    """

    sql: str
    parameters: Mapping[str, Parameter]
    tables: frozenset[str]
    plan: Plan
    columns: tuple[Field | Measure, ...]
    judging: Plan | None = None


def pseudonyms_in(listing: Listing) -> frozenset[str]:
    """The pseudonyms that a listing names, whose keys must be found before."""
    found = set(_named(listing.where))
    for order, cell in zip(listing.sort_columns, listing.after, strict=False):
        if order.by == PATIENT:
            found.add(str(cell))
    return frozenset(found)


def patients_of(listing: Listing) -> frozenset[str]:
    """The pseudonyms of the only patients whose rows a listing can have; none where they may be any."""
    wanted = [frozenset(_named(one)) for one in conjuncts(listing.where) if isinstance(one, Is | OneOf)]
    return next((names for names in wanted if names), frozenset())


def _named(selection: Selection) -> list[str]:
    match selection:
        case Is(field, code) if field == PATIENT:
            return [code]
        case OneOf(field, codes) if field == PATIENT:
            return list(codes)
        case AllOf(parts) | AnyOf(parts):
            return [code for part in parts for code in _named(part)]
        case Not(part):
            return _named(part)
        case _:
            return []


def listing_statement(
    listing: Listing,
    scope: Scope,
    catalogue: Catalogue,
    keys: Keys,
    places: tuple[int, ...] | None,
    without: Collection[str],
) -> ListingStatement:
    """The statement that reads a page. ``keys`` are those of the pseudonyms that it names, ``places`` the
    practices where the patients that it is limited to have rows.
    """
    return _Listing(listing, scope, catalogue, keys, places, without).statement()


class _Listing:
    def __init__(
        self,
        listing: Listing,
        scope: Scope,
        catalogue: Catalogue,
        keys: Keys,
        places: tuple[int, ...] | None,
        without: Collection[str],
    ) -> None:
        self.listing = listing
        self.catalogue = catalogue
        self.keys = keys
        self.parameters = Parameters()
        directory = catalogue.directory
        self.months = months_of_listing(listing, directory.item_months)
        _, organisation, rest = split(listing.where)
        asked = () if listing.condition is None else selections_of_condition(listing.condition)
        look_up((listing.where, scope.organisations, *asked), directory)
        conditions = (*conjuncts(organisation), *conjuncts(rest), *conjuncts(scope.organisations))
        wanted = (*listing.columns, *(order.by for order in listing.sort_columns))
        self.columns = tuple(dict.fromkeys(wanted))
        self.of_patients = listing.rows is ListingRows.PATIENTS
        of_identified = self.of_patients or listing.condition is not None
        scan = Scan(
            source=Source.ITEMS,
            fields=(),
            slots=(),
            counted=(PATIENT,) if of_identified else (),
            conditions=tuple(dict.fromkeys(_by_key(one, keys) for one in conditions)),
            months=tuple(month.number for month in self.months),
            of_month=True,
            databases=tuple((name, (month,)) for month, name in sorted(catalogue.items.items())),
            patients_at=places,
            absences=absences_by_key(scope.absences, catalogue),
            included_only=listing.exclusions is Exclusions.STANDARD,
        )
        # The plan of a question whose only scan this is, so that the rewrites of questions apply.
        query = Query((Amount(ITEMS),), structure=listing.structure, codes=listing.codes)
        whole = Plan(query, scan.months, (PLAIN,), (Relation(MAIN, (), (scan,)),))
        self.plan = rewrite_listing(whole, catalogue, without)
        self.reader = ScanSelect(self.plan.scans[0], self.plan, catalogue, self.parameters)
        self.fulfilling = None
        if listing.condition is not None:
            where = _by_key(listing.where, keys)
            self.fulfilling = fulfilling(
                listing, listing.condition, where, scope, catalogue, self.parameters, without
            )

    def statement(self) -> ListingStatement:
        shown = [named(self.stored(one), f"c{place}") for place, one in enumerate(self.columns)]
        where = list(self.reader.conditions())
        patient = self.reader.stored("patient") if self.fulfilling is not None else None
        select = exp.select(*shown).from_(self.reader.facts())
        select = self.reader.completed(select, where)
        if self.fulfilling is not None and patient is not None:
            select = self.fulfilling.limited(select, patient)
        if self.of_patients:
            select = self.by_patient(select)
        rows = exp.select("*").from_(select.subquery("q", copy=False))
        places = [
            (column(f"c{self.columns.index(order.by)}", "q"), order.descending)
            for order in self.listing.sort_columns
        ]
        if self.listing.after:
            rows = rows.where(self.after([place for place, _ in places]), copy=False)
        rows = rows.order_by(*(exp.Ordered(this=by, desc=down) for by, down in places), copy=False)
        rows = rows.limit(self.parameters.bind(self.listing.size + 1), copy=False)
        own = self.fulfilling.named_queries if self.fulfilling else {}
        for name, query in own.items():
            rows = rows.with_(exp.to_identifier(name), as_=query, copy=False)
        tables = frozenset(found.name for found in rows.find_all(exp.Table) if not found.catalog)
        return ListingStatement(
            rows.sql(dialect="duckdb", copy=False),
            self.parameters.values,
            tables - set(own),
            self.plan,
            self.columns,
            self.fulfilling.plan if self.fulfilling else None,
        )

    def by_patient(self, select: exp.Select) -> exp.Select:
        """What the rows of each patient add up to."""
        keys: list[exp.Expression] = []
        shown: list[exp.Expression] = []
        for place, one in enumerate(self.columns):
            cell = column(f"c{place}", "r")
            if isinstance(one, Measure):
                shown.append(named(exp.cast(exp.Sum(this=cell), "BIGINT"), f"c{place}"))
            else:
                keys.append(cell)
                shown.append(named(cell, f"c{place}"))
        return exp.select(*shown).from_(select.subquery("r", copy=False)).group_by(*keys, copy=False)

    def stored(self, one: Field | Measure) -> exp.Expression:
        """A column as it is sorted: a number where there is one, else the code."""
        if isinstance(one, Measure):
            return self.reader.stored(one.column)
        if one.dimension is Dimension.TIME:
            return self.reader.stored("month") if one == MONTH else self.period(one)
        if one == ENGLAND:
            return number(0)
        return self.reader.code_of(one)

    def period(self, field: Field) -> exp.Expression:
        """The place of a month's period among those of the listing."""
        codes = _period_codes(field, self.months)
        numbers = [codes.index(time_code(field, month)) for month in self.months]
        cases = [
            exp.If(
                this=exp.EQ(this=self.reader.stored("month"), expression=number(month.number)),
                true=number(place),
            )
            for month, place in zip(self.months, numbers, strict=True)
        ]
        return exp.Case(ifs=cases)

    def after(self, places: list[exp.Expression]) -> exp.Expression:
        """Whether a row comes after the last one of the page before."""
        found = []
        same: list[exp.Expression] = []
        values = after_parameters(self.listing, self.months, self.keys)
        for place, order, (name, value) in zip(
            places, self.listing.sort_columns, values.items(), strict=True
        ):
            bound = self.parameters.named(name, value)
            beyond = exp.LT if order.descending else exp.GT
            found.append(exp.Paren(this=all_of([*same, beyond(this=place, expression=bound)])))
            same.append(exp.EQ(this=place, expression=bound))
        return exp.Paren(this=any_of(found))


def _by_key(selection: Selection, keys: Keys) -> Selection:
    """Pseudonyms of a selection as their keys; one that nobody bears selects nobody."""
    match selection:
        case Is(field, code) if field == PATIENT:
            return Is(field, str(keys.get(code, -1)))
        case OneOf(field, codes) if field == PATIENT:
            return OneOf(field, tuple(str(keys.get(code, -1)) for code in codes))
        case AllOf(parts):
            return AllOf(tuple(_by_key(part, keys) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(_by_key(part, keys) for part in parts))
        case Not(part):
            return Not(_by_key(part, keys))
        case _:
            return selection


def after_parameters(listing: Listing, months: Sequence[DispensingMonth], keys: Keys) -> dict[str, Parameter]:
    """The place after which a page begins, as its statement has it. Raises BadQuestion."""
    cells = zip(listing.sort_columns, listing.after, strict=True)
    try:
        return {
            f"after{place}": _sorted_cell(order.by, cell, months, keys)
            for place, (order, cell) in enumerate(cells)
        }
    except (KeyError, ValueError, TypeError, BadMonth):
        raise BadQuestion(
            "The place after which to go on is of another listing.", "Begin again without “after”."
        ) from None


def _sorted_cell(of: Field | Measure, cell: Cell, months: Sequence[DispensingMonth], keys: Keys) -> Parameter:
    """A cell of a page's last row as its column is sorted."""
    if isinstance(of, Measure):
        if not isinstance(cell, int):
            raise ValueError(cell)
        return cell
    code = str(cell)
    if of == MONTH:
        return DispensingMonth.parse(code).number
    if of.dimension is Dimension.TIME:
        return _period_codes(of, months).index(code)
    if of == PATIENT:
        return keys[code] if code else 0  # rows of nobody known come first
    if of == ENGLAND:
        return 0
    if of == QUANTITY_PER_ITEM:
        found = quantity_of_code(code)
        if found is None:
            raise ValueError(code)
        return found
    if of == PRESCRIBED_DATE:
        return int(code or 0)
    if of.closed:
        return of.codes.index(code)
    return int(code) if is_number(of) else code


def _period_codes(field: Field, months: Sequence[DispensingMonth]) -> list[str]:
    return sorted({time_code(field, month) for month in months})


def readers(
    statement: ListingStatement, names: Mapping[int, str]
) -> Sequence[Callable[[int | str], str | int]]:
    """For each column of the statement, what turns its cells into those of the listing.

    ``names`` are pseudonyms by key.
    """
    months = [DispensingMonth.from_number(month) for month in statement.plan.months]
    return [_reader(of, names, months) for of in statement.columns]


def _reader(
    of: Field | Measure, names: Mapping[int, str], months: Sequence[DispensingMonth]
) -> Callable[[int | str], str | int]:
    if isinstance(of, Measure):
        return lambda cell: cell
    if of == MONTH:
        codes = {month.number: month.code for month in months}
        return lambda cell: codes[int(cell)]
    if of.dimension is Dimension.TIME:
        periods = _period_codes(of, months)
        return lambda cell: periods[int(cell)]
    if of == PATIENT:
        return lambda cell: names.get(int(cell), "")
    if of == ENGLAND:
        return lambda _: ENGLAND_CODE
    if of == QUANTITY_PER_ITEM:
        return lambda cell: f"{Decimal(cell).scaleb(-5):f}".rstrip("0").rstrip(".")
    if of == PRESCRIBED_DATE:
        return lambda cell: str(cell) if cell else ""
    if of.closed:
        closed = of.codes
        return lambda cell: closed[int(cell)]
    return str
