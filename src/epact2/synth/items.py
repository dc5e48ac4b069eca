"""From what a practice dispenses to single items of patients on prescription forms.

A month's rows (practice, presentation, quantity, so many items) are what is dispensed, whoever receives it.
Here every item of such a row is given to a person: a steady one by a ticket of the need that it meets, always
the same ticket for the same place in the row, so that the same people get the same medicine every month; an
acute one by chance. Then the items of one person on one occasion are put on forms.

All is drawn by hashes of the seed, the place and the month; nothing depends on order or threads.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from epact2.synth.draws import draw_sql
from epact2.synth.england import England
from epact2.synth.formulary import price_after_discount
from epact2.synth.occasions import BULK, EXCLUSION, GIVEN, INSTALMENTS, REPEAT_DISPENSED, occasion_sql
from epact2.synth.seats import set_tickets
from epact2.synth.surroundings import distance_sellers
from epact2.synth.tables import insert

# About so many rows more, of every thousand, that the standard exclusions take away again.
EXCLUDED = 3.0
# Of so many items one is split into two elements.
ELEMENTS_OF = 1000

ITEM_COLUMNS = (
    "form BIGINT, item UTINYINT, element UTINYINT, count INTEGER, form_type UTINYINT, eps BOOLEAN, "
    "erd BOOLEAN, day INTEGER, practice INTEGER, prescriber INTEGER, dispenser INTEGER, "
    "dispenser_type UTINYINT, presentation INTEGER, place INTEGER, quantity BIGINT, adq BIGINT, nic BIGINT, "
    "discounted BIGINT, consumables BIGINT, containers BIGINT, exemption VARCHAR, charge VARCHAR, "
    "reason UTINYINT, odd BOOLEAN, person BIGINT, captured BOOLEAN, identified BOOLEAN, fresh BOOLEAN, "
    "pds_born INTEGER, eps_born INTEGER, age INTEGER, gender UTINYINT, area INTEGER, sex UTINYINT, born INTEGER"
)


@dataclass(frozen=True, slots=True)
class Batch:
    """Practices that are made together: whole places, so that moves and cost centres find their people."""

    first: int
    last: int
    others: tuple[int, ...]  # cost centres


def batches(england: England, people: int) -> list[Batch]:
    """Places put together until they have about so many patients."""
    groups: list[tuple[int, int, set[int], float]] = []
    for each in england.practices:
        if each.kind != "practice":
            continue
        if groups and (each.place in groups[-1][2] or groups[-1][3] < people):
            first, _, places, patients = groups[-1]
            groups[-1] = (first, each.number, places | {each.place}, patients + each.patients)
        else:
            groups.append((each.number, each.number, {each.place}, each.patients))
    found = []
    for number, (first, last, places, _) in enumerate(groups):
        others = tuple(
            each.number
            for each in england.practices
            if each.kind != "practice" and (each.place in places or (each.place < 0 and number == 0))
        )
        found.append(Batch(first, last, others))
    return found


def set_slots(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table ``pair_slot``: each pair's first place among those of its unit, and their number."""
    connection.execute(
        """
        CREATE OR REPLACE TABLE pair_slot AS
        WITH wide AS (
            SELECT practice, presentation, unit, ceil(1.1 * items)::INTEGER + 1 AS width
            FROM pair JOIN presentation_need USING (presentation)
        )
        SELECT practice, presentation, unit,
               (sum(width) OVER (PARTITION BY practice, unit ORDER BY presentation) - width)::INTEGER
                   AS first,
               (sum(width) OVER (PARTITION BY practice, unit))::INTEGER AS span
        FROM wide ORDER BY practice, presentation
        """
    )


class ItemMaker:
    """Makes the items of one month into the table ``item_row``, batch by batch."""

    def __init__(self, england: England, index: int, connection: duckdb.DuckDBPyConnection) -> None:
        """Take the month's rows from the table ``month_row``, and what belongs to the month."""
        self._england = england
        self._seed = england.seed
        self._month = england.months[index]
        self._number = self._month // 100 * 12 + self._month % 100 - 1
        self._last = index == len(england.months) - 1
        self._connection = connection
        self._made = 0
        merged = [
            (each.number, heir.number, 1 / (1 + heir.grows_by))
            for heir in england.practices
            for each in england.practices
            if each.successor == heir.number and index >= heir.takes_over
        ]
        insert(connection, "merged", "other INTEGER, practice INTEGER, own DOUBLE", merged)
        connection.execute(f"CREATE OR REPLACE TABLE item_row ({ITEM_COLUMNS})")

    def make(self, batch: Batch) -> int:
        """Add the items of a batch of practices, in order of practice, person and form; answers how many."""
        self._connection.execute(self._rows_sql(batch))
        start = self._made
        [(added,)] = self._connection.execute(f"INSERT INTO item_row {self._items_sql(start)}").fetchall()
        self._made += added
        return int(added)

    def tickets(self, batch: Batch) -> None:
        """Make what the items of a batch draw from."""
        set_tickets(self._connection, self._seed, batch.first, batch.last)

    def _rows_sql(self, batch: Batch) -> str:
        """The rows of a batch with all that their items need, and how many items and exclusions they have."""
        seed, month = self._seed, self._month
        left = price_after_discount(month)
        others = ", ".join(map(str, (*batch.others, 0)))
        sellers = distance_sellers(self._england)
        return f"""
        CREATE OR REPLACE TEMP TABLE batch_row AS
        SELECT r.practice, r.presentation, r.place, r.items, r.nic // r.items AS price,
               (r.actual_cost - (r.nic * {left} + 50) // 100) // r.items - 1240 AS container,
               (r.quantity::HUGEINT * adq // 1000000000)::BIGINT AS adq_whole,
               (r.quantity::HUGEINT * adq % 1000000000)::BIGINT AS adq_part,
               n.need, n.unit, n.acute, n.two, n.three, n.few, n.given, n.bulk, n.medical, n.instalments,
               n.appliance, n.free, n.steady, s.first, s.span, r.quantity,
               g.kind, g.home, g.near, g.gps, g.nurses, g.dispensing, m.other, {sellers} AS sellers,
               (sum(r.items) OVER w - r.items)::INTEGER AS before,
               floor(sum(r.items) OVER (PARTITION BY r.practice, r.presentation) * m.own)::INTEGER AS own,
               CASE WHEN n.bulk THEN 1 ELSE r.items
                    + floor(r.items * {EXCLUDED / 1000}
                            + uniform(hash({seed}, 71, {month}, r.practice, r.presentation, r.place)))
               END::INTEGER AS lines
        FROM month_row r
        JOIN presentation USING (presentation)
        JOIN presentation_need n USING (presentation)
        JOIN pair_slot s USING (practice, presentation)
        JOIN surgery g USING (practice)
        LEFT JOIN merged m USING (practice)
        WHERE r.practice BETWEEN {batch.first} AND {batch.last} OR r.practice IN ({others})
        WINDOW w AS (PARTITION BY r.practice, r.presentation ORDER BY r.place)
        """  # noqa: S608 - numbers of this package only

    def _items_sql(self, start: int) -> str:
        """The batch's items as they are kept, in order; ``start`` of the month's items are made already."""
        number, month = self._number, self._month
        left = price_after_discount(month)
        return f"""
        WITH {draw_sql(self._seed, month, number)},
        {occasion_sql(number, month, last=self._last)},
        counted AS (
            SELECT *, row_number() OVER () AS serial, CASE WHEN bulk THEN items ELSE 1 END AS count
            FROM (SELECT * FROM formed ORDER BY practice, holder, occasion, nth)
        ), priced AS (
            -- What is rounded over many items of a row is shared so that their sum is the row's amount.
            SELECT *, price * count AS nic_all,
                   (price * (j + count) * {left} + 50) // 100 - (price * j * {left} + 50) // 100 AS left_all,
                   adq_whole * count + (adq_part * (j + count)) // 1000000000 - (adq_part * j) // 1000000000
                       AS adq_all,
                   CASE WHEN quantity >= 200000 AND NOT bulk AND occasion < {EXCLUSION}
                             AND (lasting >> 30) % {ELEMENTS_OF} = 0 THEN 2 ELSE 1 END AS elements
            FROM counted
        ), split AS (
            SELECT *, unnest(range(1, elements + 1)) AS element FROM priced
        )
        SELECT {month % 10000} * 10000000000 + {start} + serial - item + 1 AS form, item, element,
               CASE WHEN element = 1 THEN count ELSE 0 END AS count,
               CASE WHEN bulk THEN 4 WHEN occasion = {INSTALMENTS} THEN 2
                    WHEN eps OR occasion = {GIVEN} THEN 0 WHEN kind = 'hospice' THEN 5
                    WHEN prescriber % 100 > 50 THEN 3 ELSE 1 END AS form_type,
               eps, eps AND occasion = {REPEAT_DISPENSED} AS erd, day, practice, prescriber, dispenser,
               dispenser_type, presentation, place,
               {_part("quantity * count", "quantity // 200000 * 100000")} AS quantity,
               {_part("adq_all", "adq_all // 2")} AS adq,
               {_part("nic_all", "nic_all // 2")} AS nic,
               {_part("left_all", "left_all // 2")} AS discounted,
               CASE WHEN element = 1 THEN 1240 * count ELSE 0 END AS consumables,
               CASE WHEN element = 1 THEN container * count ELSE 0 END AS containers,
               exemption,
               CASE WHEN free OR occasion IN ({GIVEN}, {BULK}) THEN 'F' WHEN exemption = '-' THEN 'C'
                    ELSE 'E' END AS charge,
               CASE WHEN occasion >= {EXCLUSION} AND NOT bulk THEN occasion - {EXCLUSION} ELSE 0 END AS reason,
               chance & 1 = 0 AS odd, CASE WHEN captured THEN person END AS person, captured, identified, fresh,
               pds_born, eps_born, age, gender, area, sex, born
        FROM split
        """  # noqa: S608 - numbers of this package only


def _part(whole: str, first: str) -> str:
    """SQL of an amount that is split between two elements of one item."""
    return f"CASE WHEN elements = 1 THEN {whole} WHEN element = 1 THEN {first} ELSE {whole} - {first} END"
