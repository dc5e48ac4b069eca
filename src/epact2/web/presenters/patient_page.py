"""One patient's page: who it is as far as the data knows, medicines now, a timeline, and every item.

Made from the rows of ``analysis.listing.history``; nothing here asks for data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from epact2.analysis.listing import Listed
from epact2.model import bnf
from epact2.model.bnf import code_at
from epact2.model.fields import Field
from epact2.model.items import (
    AGE,
    AGE_SOURCE,
    EPS,
    EXCLUSION,
    GENDER,
    IMD_QUINTILE,
    PATIENT_IDENTIFIED,
    PRESCRIBED_DATE,
    PRESCRIBER,
    PRESCRIBER_TYPE,
)
from epact2.model.measures import Measure
from epact2.model.months import DispensingMonth, span_name
from epact2.model.prescribing import (
    CHEMICAL_SUBSTANCE,
    ITEMS,
    MONTH,
    NIC,
    PRACTICE,
    PRESENTATION,
    TOTAL_QUANTITY,
)
from epact2.query.named import POLYPHARMACY_CHAPTERS
from epact2.query.result import Cell
from epact2.web import links
from epact2.web.presenters import dates, numbers
from epact2.web.presenters.dressed import DressedNames
from epact2.web.presenters.listing_table import NOT_KNOWN, cell_of, day_words

COLUMNS: tuple[Field | Measure, ...] = (
    MONTH, PRESCRIBED_DATE, PRESENTATION, TOTAL_QUANTITY, ITEMS, NIC, PRACTICE, PRESCRIBER, PRESCRIBER_TYPE,
    EPS, AGE, AGE_SOURCE, GENDER, IMD_QUINTILE, PATIENT_IDENTIFIED, EXCLUSION,
)  # fmt: skip
NOW_MONTHS = 3
YEAR_MONTHS = 12
TIMELINE_MONTHS = 24
MOST_ROWS = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the history: its cells by column, and what most is asked of it."""

    cells: dict[Field | Measure, Cell]
    month: DispensingMonth
    presentation: str
    substance: str
    items: int
    nic: int
    counts: bool


@dataclass(frozen=True, slots=True)
class Medicine:
    """A chemical substance that the patient has now: newest presentation, newest month, how often."""

    name: str
    code: str
    href: str
    presentation: str
    last: str
    months: str
    items: str
    nic: str


@dataclass(frozen=True, slots=True)
class TimelineMonth:
    """The heading of a month of the timeline."""

    short: str
    name: str


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """A substance's items month by month; 0 where there were none. ``now`` ones are had in these months."""

    name: str
    code: str
    href: str
    counts: tuple[int, ...]
    now: bool


@dataclass(frozen=True, slots=True)
class MonthGroup:
    """The items of one month: its name, what they add up to, and their cells in words."""

    name: str
    sums: str
    rows: tuple[dict[str, str], ...]


class PatientHistory:
    """A history, read once. ``months`` are those of the release that have items."""

    def __init__(self, page: Listed, months: Sequence[DispensingMonth], names: DressedNames) -> None:
        self.page = page
        self.names = names
        self.months = tuple(months)
        self.rows = tuple(_row(cells) for cells in page.result.rows)
        self._counting = tuple(row for row in self.rows if row.counts)
        self._scales = {of: column.scale for of, column in zip(COLUMNS, page.result.columns, strict=True)}

    # --- Who -------------------------------------------------------------------------------------------

    def facts(self) -> list[dict[str, str]]:
        """What the newest items know of the person."""
        newest = self.rows[0].cells
        age, source = str(newest[AGE]), self.names.name_of(AGE_SOURCE, newest[AGE_SOURCE])
        known = age.isdigit()
        made = [
            {
                "term": f"Age in {self.rows[0].month.name}",
                "text": age if known else NOT_KNOWN,
                "note": source if known else "",
            }
        ]
        made.append({"term": "Gender", "text": self.names.name_of(GENDER, newest[GENDER])})
        quintile = self.names.name_of(IMD_QUINTILE, newest[IMD_QUINTILE])
        made.append({"term": "Deprivation quintile (IMD)", "text": quintile})
        practice = str(newest[PRACTICE])
        made.append(
            {
                "term": "Practice of the newest item",
                "text": self.names.name_of(PRACTICE, practice),
                "href": links.address("organisation", PRACTICE.name, practice) if practice != "-" else "",
                "note": practice,
            }
        )
        verified = newest[PATIENT_IDENTIFIED] == "Y"
        made.append(
            {
                "term": "Number",
                "text": "Verified by PDS" if verified else "Not verified yet",
                "note": "" if verified else "does not count as identified",
            }
        )
        return made

    def finding(self) -> tuple[str, str]:
        """The first clause and the rest of the sentence under the title."""
        substances = len(self._substances(self._counting))
        items = sum(row.items for row in self._counting)
        first, last = self.rows[-1].month, self.rows[0].month
        said = f"{numbers.counted(items, 'item')} of {numbers.counted(substances, 'medicine')}."
        when = f"in {first.name}" if first == last else f"from {first.name} to {last.name}"
        practices = len({row.cells[PRACTICE] for row in self.rows})
        where = f", prescribed at {numbers.counted(practices, 'practice')}" if practices > 1 else ""
        return said, f"Dispensed {when}{where}."

    def figures(self) -> list[dict[str, object]]:
        """Four numbers: medicines now, by two rules, and the year."""
        latest = self.months[-1]
        unique = {
            row.substance
            for row in self._counting
            if row.month == latest and row.presentation[:2] in POLYPHARMACY_CHAPTERS
        }
        now = self._substances(self._now())
        year = [row for row in self._counting if row.month > latest.plus(-YEAR_MONTHS)]
        held = [month for month in self.months if month > latest.plus(-YEAR_MONTHS)]
        span = f"In {span_name(held)}"
        return [
            {
                "label": f"Unique medicines, {latest.name}",
                "value": numbers.count(len(unique)),
                "note": "By the polypharmacy rule: chapters 1 to 4 and 6 to 10",
                "own": True,
            },
            {
                "label": f"Medicines, latest {numbers.counted(len(self._now_months()), 'month')}",
                "value": numbers.count(len(now)),
                "note": f"In {span_name(self._now_months())}",
            },
            {
                "label": f"Items, latest {numbers.counted(len(held), 'month')}",
                "value": numbers.count(sum(row.items for row in year)),
                "note": span,
            },
            {
                "label": f"Net ingredient cost, latest {numbers.counted(len(held), 'month')}",
                "value": numbers.short(sum(row.nic for row in year), "£", NIC.scale),
                "note": span,
            },
        ]

    # --- Now -------------------------------------------------------------------------------------------

    def _now_months(self) -> tuple[DispensingMonth, ...]:
        since = self.months[-1].plus(1 - NOW_MONTHS)
        return tuple(month for month in self.months if month >= since)

    def _now(self) -> list[Row]:
        return [row for row in self._counting if row.month in self._now_months()]

    @staticmethod
    def _substances(rows: Sequence[Row]) -> set[str]:
        return {row.substance for row in rows}

    def medicines(self) -> list[Medicine]:
        """The medicines of the latest three months, in the order of the BNF."""
        made = []
        for substance in sorted(self._substances(self._now())):
            of_it = [row for row in self._counting if row.substance == substance]
            now = [row for row in of_it if row.month in self._now_months()]
            held = [month for month in self.months if month > self.months[-1].plus(-YEAR_MONTHS)]
            had = {row.month for row in of_it if row.month in held}
            made.append(
                Medicine(
                    name=self._medicine_name(substance),
                    code=substance,
                    href=links.medicine(substance),
                    presentation=self.names.medicine_name(now[0].presentation),
                    last=dates.short_month(now[0].month),
                    months=f"{len(had)} of {len(held)}",
                    items=numbers.count(sum(row.items for row in now)),
                    nic=numbers.full(sum(row.nic for row in now), "£", NIC.scale, places=2),
                )
            )
        return made

    def now_words(self) -> str:
        """The months that “now” stands for."""
        return span_name(self._now_months())

    def year_words(self) -> str:
        """How many months the column of regularity looks at."""
        return str(sum(month > self.months[-1].plus(-YEAR_MONTHS) for month in self.months))

    # --- The timeline --------------------------------------------------------------------------------------

    def timeline_months(self) -> tuple[DispensingMonth, ...]:
        """The latest months that have items, 24 at most."""
        return self.months[-TIMELINE_MONTHS:]

    def timeline_years(self) -> list[tuple[int, int]]:
        """The years over the months, each with how many of them it spans."""
        years = groupby(self.timeline_months(), lambda month: month.year)
        return [(year, len(list(months))) for year, months in years]

    def timeline_heads(self) -> list[TimelineMonth]:
        """The headings of the months."""
        return [TimelineMonth(dates.short_month(month)[:3], month.name) for month in self.timeline_months()]

    def timeline(self) -> list[TimelineLine]:
        """A line for each substance of these months, those had most recently first."""
        months = self.timeline_months()
        place = {month: at for at, month in enumerate(months)}
        counts: dict[str, list[int]] = {}
        for row in self._counting:
            if row.month in place:
                line = counts.setdefault(row.substance, [0] * len(months))
                line[place[row.month]] += row.items

        def order(substance: str) -> tuple[int, int, str]:
            line = counts[substance]
            last = max((at for at, count in enumerate(line) if count), default=-1)
            return (-last, -sum(map(bool, line)), substance)

        now = self._substances(self._now())
        return [
            TimelineLine(
                name=self._medicine_name(substance),
                code=substance,
                href=links.medicine(substance),
                counts=tuple(counts[substance]),
                now=substance in now,
            )
            for substance in sorted(counts, key=order)
        ]

    # --- Every item --------------------------------------------------------------------------------------

    def groups(self) -> list[MonthGroup]:
        """The items month by month, newest first; 500 at most."""
        made = []
        for month, rows in groupby(self.rows[:MOST_ROWS], lambda row: row.month):
            of_month = list(rows)
            counting = [row for row in of_month if row.counts]
            cost = numbers.full(sum(row.nic for row in counting), "£", NIC.scale, places=2)
            sums = f"{numbers.counted(sum(row.items for row in counting), 'item')}, {cost}"
            made.append(MonthGroup(month.name, sums, tuple(self._words(row) for row in of_month)))
        return made

    def cut_words(self) -> str:
        """What the page leaves out; empty where it shows all."""
        if len(self.rows) <= MOST_ROWS:
            return ""
        return f"The newest {MOST_ROWS} of {len(self.rows):,} rows are shown. The CSV holds all of them."

    def _words(self, row: Row) -> dict[str, str]:
        cells = row.cells

        def said(of: Field | Measure, places: int = 0) -> str:
            return cell_of(of, cells[of], self._scales[of], places, self.names).text

        quantity = numbers.amount(_whole(cells[TOTAL_QUANTITY]), TOTAL_QUANTITY.scale)
        date = str(cells[PRESCRIBED_DATE] or "")
        reason = str(cells[EXCLUSION])
        age = str(cells[AGE])
        return {
            "date": day_words(date) if date else "",
            "medicine": self.names.medicine_name(row.presentation),
            "href": links.medicine(row.presentation),
            "quantity": numbers.plain(quantity) if quantity is not None else numbers.NO_DATA,
            "count": numbers.count(row.items),
            "nic": said(NIC, 2),
            "practice": said(PRACTICE),
            "practice_code": str(cells[PRACTICE]),
            "prescriber": str(cells[PRESCRIBER]) if cells[PRESCRIBER] != "-" else NOT_KNOWN,
            "prescriber_type": str(cells[PRESCRIBER_TYPE]) if cells[PRESCRIBER_TYPE] != "-" else "",
            "eps": "Electronic" if cells[EPS] == "Y" else "Paper",
            "age": age if age.isdigit() else NOT_KNOWN,
            "age_source": self.names.name_of(AGE_SOURCE, cells[AGE_SOURCE]) if age.isdigit() else "",
            "exclusion": "" if row.counts else self.names.name_of(EXCLUSION, reason),
        }

    def _medicine_name(self, substance: str) -> str:
        return self.names.name_of(CHEMICAL_SUBSTANCE, substance)


def _row(cells: Sequence[Cell]) -> Row:
    by = dict(zip(COLUMNS, cells, strict=True))
    presentation = str(by[PRESENTATION])
    return Row(
        cells=by,
        month=DispensingMonth.parse(str(by[MONTH])),
        presentation=presentation,
        substance=code_at(presentation, bnf.CHEMICAL_SUBSTANCE),
        items=_whole(by[ITEMS]),
        nic=_whole(by[NIC]),
        counts=by[EXCLUSION] == "included",
    )


def _whole(cell: Cell) -> int:
    return int(cell or 0)
