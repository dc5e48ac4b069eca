"""The questions behind a medicine's page, asked once, and their answers as plain series.

The organisation by month, England in the month, the parts of the medicine by month (two levels), England's
parts by month, the ranking of peers, and what a unit of each presentation costs them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from epact2.analysis import compare
from epact2.analysis.compare import Ranking
from epact2.comparators.definition import Comparator
from epact2.comparators.read import comparator_named
from epact2.model import bnf
from epact2.model.bnf import BnfCode
from epact2.model.fields import Field
from epact2.model.months import DispensingMonth, month_span
from epact2.model.organisations import ENGLAND
from epact2.model.prescribing import (
    ACTUAL_COST,
    CHAPTER,
    FIELD_BY_NAME,
    GENERIC_EQUIVALENT,
    ITEMS,
    LIST_SIZE,
    MONTH,
    NIC,
    TOTAL_QUANTITY,
)
from epact2.query.nodes import (
    EVERYTHING,
    AllOf,
    Amount,
    Is,
    MonthRange,
    OneOf,
    Order,
    Query,
    Ratio,
    Selection,
    Top,
    UnderMedicine,
)
from epact2.query.result import Cell
from epact2.store.directory import Medicine
from epact2.web.asking import Asking
from epact2.web.choices import Choices
from epact2.web.comparator_data import Series, plain, within
from epact2.web.engine import Directory

COUNT = Amount(ITEMS)
COST = Amount(ACTUAL_COST)
COST_PER_ITEM = Ratio(COST, COUNT)
PER_1000 = Ratio(COUNT, Amount(LIST_SIZE), 1000)
UNIT_PRICE = Ratio(Amount(NIC), Amount(TOTAL_QUANTITY))
ITEMS_PER_1000 = "items-per-1000-patients"
MOST_LEAVES = 300  # of the second level: a table of more is no table
MOST_PRICES = 6
PRICE_PERCENTILES = (10, 50, 90)


def levels_below(code: BnfCode) -> list[str]:
    """The BNF levels beneath a code, widest first; appliances have none between section and presentation."""
    below = list(bnf.LEVELS[bnf.LEVELS.index(code.level) + 1 :])
    if code.is_appliance:
        return [level for level in below if level in (bnf.SECTION, bnf.PRESENTATION)]
    return below


def branching_levels(code: BnfCode, directory: Directory) -> list[str]:
    """The first two levels at which a medicine has parts: levels that only repeat the one above are skipped.

    The BNF fills its tree downwards: many a paragraph has one sub-paragraph of the same name.
    """
    found: list[str] = []
    before = 1
    for level in levels_below(code):
        count = len(directory.medicines_under(code.text, level))
        if count > before and (not found or count <= MOST_LEAVES):
            found.append(level)
            before = count
        if len(found) == 2:
            break
    return found


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a medicine over the months: a section, a substance, a product.

    ``items`` are counts and ``cost`` is in 1/100000 of a pound, as the engine gives them; None is no data.
    """

    code: str
    items: tuple[int, ...]
    cost: tuple[int, ...]
    parts: tuple[Part, ...] = ()

    @property
    def items_now(self) -> int:
        """The items of the last month."""
        return self.items[-1]

    @property
    def cost_now(self) -> int:
        """The actual cost of the last month."""
        return self.cost[-1]


@dataclass
class MedicineData:
    """The answers of one medicine's page. ``code`` None stands for all medicines (the list of chapters)."""

    asking: Asking
    choices: Choices
    code: BnfCode | None

    @property
    def directory(self) -> Directory:
        """The names of the release."""
        return self.asking.directory

    @property
    def medicine(self) -> Medicine:
        """The medicine with its name."""
        assert self.code is not None, "the list of chapters is of no one medicine"
        return self.directory.medicine(self.code.text)

    @property
    def is_england(self) -> bool:
        """Whether the page shows England itself."""
        return self.choices.organisation.level == ENGLAND

    @property
    def month(self) -> DispensingMonth:
        """The month of the tables."""
        return self.choices.month

    @cached_property
    def months(self) -> tuple[DispensingMonth, ...]:
        """Every month of the period, in order."""
        return month_span(self.choices.months.first, self.choices.months.last)

    @cached_property
    def periods(self) -> list[str]:
        """The codes of the months."""
        return [month.code for month in self.months]

    @property
    def where(self) -> Selection:
        """The medicine, everywhere."""
        return EVERYTHING if self.code is None else UnderMedicine(self.code)

    @property
    def here(self) -> Selection:
        """The medicine in the organisation."""
        return within(self.where, self.choices.organisation)

    @property
    def _latest(self) -> MonthRange:
        return MonthRange(self.month, self.month)

    # --- The whole ----------------------------------------------------------------------------------------

    @property
    def trend_query(self) -> Query:
        """The organisation by month."""
        return Query(
            values=(COUNT, COST, COST_PER_ITEM, PER_1000),
            rows=(MONTH,),
            where=self.here,
            months=self.choices.months,
        )

    @cached_property
    def trend(self) -> list[tuple[Cell, Cell, float | None, float | None]]:
        """Items, actual cost, cost per item and items per 1,000 patients, month by month."""
        found = {
            str(row[0]): (row[1], row[2], plain(row[3]), plain(row[4]))
            for row in self.asking.ask(self.trend_query).result.rows
        }
        return [found.get(code, (None, None, None, None)) for code in self.periods]

    @cached_property
    def england(self) -> tuple[Cell, Cell, float | None, float | None]:
        """England's items, actual cost, cost per item and items per 1,000 patients in the month."""
        if self.is_england:
            return self.trend[-1]
        query = Query(values=(COUNT, COST, COST_PER_ITEM, PER_1000), where=self.where, months=self._latest)
        row = self.asking.ask(query).result.rows[0]
        return row[0], row[1], plain(row[2]), plain(row[3])

    # --- Its parts ----------------------------------------------------------------------------------------

    @cached_property
    def levels(self) -> list[str]:
        """The levels of the parts: none for a presentation, the chapters alone for all medicines."""
        if self.code is None:
            return [bnf.CHAPTER]
        return branching_levels(self.code, self.directory)

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """The levels as fields."""
        return tuple(FIELD_BY_NAME[level] for level in self.levels)

    @property
    def parts_query(self) -> Query:
        """The parts by month, with their totals."""
        return Query(
            values=(COUNT, COST),
            rows=self.fields or (CHAPTER,),
            columns=(MONTH,),
            where=self.here,
            months=self.choices.months,
            totals=True,
        )

    @property
    def table_query(self) -> Query:
        """The table of the parts in the month, to take away."""
        return Query(
            values=(COUNT, COST, COST_PER_ITEM),
            rows=self.fields or (CHAPTER,),
            where=self.here,
            months=self._latest,
            totals=True,
        )

    @cached_property
    def whole(self) -> Part:
        """The medicine with its parts and theirs, each in the order of its items, the most first."""
        depth = len(self.fields)
        found: dict[tuple[str, ...], dict[str, tuple[int, int]]] = {}
        for row in self.asking.ask(self.parts_query).result.rows:
            if row[depth] is None:
                continue  # the total over the months
            codes = tuple(str(code) for code in row[:depth] if code is not None)
            found.setdefault(codes, {})[str(row[depth])] = (_count(row[depth + 1]), _count(row[depth + 2]))
        parts: dict[tuple[str, ...], list[Part]] = {}
        for codes in sorted(found, key=len, reverse=True):
            if not codes:
                continue
            below = tuple(sorted(parts.get(codes, ()), key=_most_first))
            parts.setdefault(codes[:-1], []).append(self._part(codes[-1], found[codes], below))
        return self._part("", found.get((), {}), tuple(sorted(parts.get((), ()), key=_most_first)))

    def _part(self, code: str, months: dict[str, tuple[int, int]], parts: tuple[Part, ...]) -> Part:
        cells = [months.get(period, (0, 0)) for period in self.periods]
        return Part(code, tuple(items for items, _ in cells), tuple(cost for _, cost in cells), parts)

    @cached_property
    def england_shares(self) -> dict[str, Series]:
        """England's share of items of each part of the first level, month by month."""
        query = Query(
            values=(COUNT,),
            rows=self.fields[:1],
            columns=(MONTH,),
            where=self.where,
            months=self.choices.months,
            totals=True,
        )
        counts: dict[tuple[str, str], int] = {}
        for row in self.asking.ask(query).result.rows:
            counts[str(row[0] or ""), str(row[1] or "")] = _count(row[2])
        codes = {code for code, _ in counts if code}
        return {code: [share(counts, code, period) for period in self.periods] for code in codes}

    # --- Who prescribes it --------------------------------------------------------------------------------

    @cached_property
    def comparator(self) -> Comparator:
        """Items of this medicine per 1,000 patients."""
        assert self.code is not None
        return comparator_named(ITEMS_PER_1000).for_medicine(self.code, self.medicine.name)

    @property
    def level(self) -> Field:
        """The level of the peers."""
        return FIELD_BY_NAME[self.choices.level]

    @property
    def peers_query(self) -> Query:
        """The ranking of all peers."""
        return compare.ranking_query(self.comparator, self.level, self._latest)

    @cached_property
    def peers(self) -> Ranking:
        """All peers of England in the month, the least first."""
        return self.asking.ranking(self.comparator, self.level, self.month)

    @property
    def median(self) -> float | None:
        """The peers' median."""
        return compare.quantile([row.value for row in self.peers.rows if row.value is not None], 50)

    # --- What a unit costs --------------------------------------------------------------------------------

    @cached_property
    def priced(self) -> Selection | None:
        """Whose unit prices can be compared: one paragraph or narrower, brands and generics together.

        A wider selection mixes what is not alike, and an appliance has no generic equivalent.
        """
        if (
            self.code is None
            or self.code.is_appliance
            or len(self.code.text) < bnf.LENGTH_OF_LEVEL[bnf.PARAGRAPH]
        ):
            return None
        if self.code.level != bnf.PRESENTATION:
            return self.where
        substance = UnderMedicine(BnfCode(self.code.at(bnf.CHEMICAL_SUBSTANCE)))
        return AllOf((substance, Is(GENERIC_EQUIVALENT, self.code.generic_equivalent)))

    @property
    def own_prices_query(self) -> Query:
        """What a unit costs here, of the strengths and forms on which most is spent."""
        assert self.priced is not None
        return Query(
            values=(COST, UNIT_PRICE),
            rows=(GENERIC_EQUIVALENT,),
            where=within(self.priced, self.choices.organisation),
            months=self._latest,
            order=(Order(COST, descending=True),),
            top=Top(MOST_PRICES),
        )

    @cached_property
    def own_prices(self) -> dict[str, float | None]:
        """The price of one unit here, by generic equivalent, where most is spent first."""
        if self.priced is None:
            return {}
        rows = self.asking.ask(self.own_prices_query).result.rows
        return {str(row[0]): plain(row[2]) for row in rows}

    @property
    def prices_query(self) -> Query:
        """What a unit costs the peers: 10th percentile, median, 90th percentile."""
        assert self.priced is not None
        which = OneOf(GENERIC_EQUIVALENT, tuple(sorted(self.own_prices)))
        return Query(
            values=(UNIT_PRICE,),
            rows=(self.level,),
            columns=(GENERIC_EQUIVALENT,),
            where=AllOf((self.priced, which, compare.peers(self.level))),
            months=self._latest,
            percentiles=PRICE_PERCENTILES,
        )

    @cached_property
    def prices(self) -> dict[str, tuple[float | None, ...]]:
        """By generic equivalent: the peers' 10th percentile, median and 90th percentile, and here."""
        if not self.own_prices:
            return {}
        spread = {
            (str(row[0]), int(row[1] or 0)): plain(row[2])
            for row in self.asking.ask(self.prices_query).result.rows
        }
        return {
            code: (*(spread.get((code, one)) for one in PRICE_PERCENTILES), here)
            for code, here in self.own_prices.items()
        }


def share(counts: dict[tuple[str, str], int], code: str, period: str) -> float | None:
    """A part's share of the whole in a month, as a percentage."""
    whole = counts.get(("", period))
    return counts.get((code, period), 0) * 100 / whole if whole else None


def shares(part: Part, whole: Part) -> Series:
    """A part's share of the whole's items, month by month, as percentages."""
    return [mine * 100 / all_ if all_ else None for mine, all_ in zip(part.items, whole.items, strict=True)]


def ancestors(code: BnfCode, directory: Directory) -> list[Medicine]:
    """The medicines above a code, widest first; a level that only repeats the name above it is left out."""
    line: list[Medicine] = []
    for above in code.ancestors:
        known = directory.medicines_under(above.text, above.level)
        if known and (not line or known[0].name != line[-1].name):
            line.append(known[0])
    return line


def _count(cell: Cell) -> int:
    return cell if isinstance(cell, int) else 0


def _most_first(part: Part) -> tuple[int, int, str]:
    return -part.items_now, -part.cost_now, part.code
