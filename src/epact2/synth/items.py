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

from epact2.synth.draws import BULK, EXCLUSION, GIVEN, INSTALMENTS, REPEAT_DISPENSED, placed_sql
from epact2.synth.england import England
from epact2.synth.formulary import price_after_discount
from epact2.synth.needs import NEEDS
from epact2.synth.occasions import known_sql
from epact2.synth.seats import set_tickets
from epact2.synth.surroundings import distance_sellers
from epact2.synth.tables import insert

# DuckDB cannot know how many lines unnest makes of one, and would rather build its hash tables of millions of
# items than of the few rows that they look up: our joins have the small table on the right, and stay so.
AS_WRITTEN = "SET disabled_optimizers = 'join_order,build_side_probe_side'"
# About so many rows more, of every thousand, that the standard exclusions take away again.
EXCLUDED = 3.0
ITEM_COLUMNS = (
    "item UTINYINT, count INTEGER, halved BOOLEAN, form_type UTINYINT, eps BOOLEAN, erd BOOLEAN, "
    "day INTEGER, practice_code practice_code, setting UTINYINT, prescriber INTEGER, dispenser INTEGER, "
    "dispenser_type UTINYINT, bnf bnf_code, snomed snomed_code, paid_bnf bnf_code, paid_snomed snomed_code, "
    "class UTINYINT, schedule UTINYINT, amount BIGINT, nic BIGINT, discounted BIGINT, containers INTEGER, "
    "adq BIGINT, exemption VARCHAR, charge VARCHAR, reason UTINYINT, odd BOOLEAN, person BIGINT, "
    "captured BOOLEAN, identified BOOLEAN, fresh BOOLEAN, pds_born SMALLINT, eps_born SMALLINT, "
    "age SMALLINT, gender UTINYINT, area INTEGER, sex UTINYINT, born SMALLINT"
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
        merged = [
            (each.number, heir.number, 1 / (1 + heir.grows_by))
            for heir in england.practices
            for each in england.practices
            if each.successor == heir.number and index >= heir.takes_over
        ]
        insert(connection, "merged", "other INTEGER, practice INTEGER, own DOUBLE", merged)
        connection.execute(f"CREATE OR REPLACE TABLE item_row ({ITEM_COLUMNS})")

    def make(self, batch: Batch) -> None:
        """Add the items of a batch of practices, in order of practice, person and form."""
        execute = self._connection.execute
        execute(AS_WRITTEN)
        execute(self._rows_sql(batch))
        placed = placed_sql(self._seed, self._month, self._number)
        execute(f"CREATE OR REPLACE TEMP TABLE placed AS {placed}")
        execute(f"INSERT INTO item_row {self._items_sql()}")
        execute("DROP TABLE placed")
        execute("RESET disabled_optimizers")

    def tickets(self, batch: Batch) -> None:
        """Make what the items of a batch draw from."""
        self._connection.execute(AS_WRITTEN)
        set_tickets(self._connection, self._seed, batch.first, batch.last)
        self._connection.execute("RESET disabled_optimizers")

    def _rows_sql(self, batch: Batch) -> str:
        """The rows of a batch with all that their items need, and how many items and exclusions they have."""
        seed, month = self._seed, self._month
        left = price_after_discount(month)
        others = ", ".join(map(str, (*batch.others, 0)))
        ours = f"practice BETWEEN {batch.first} AND {batch.last} OR practice IN ({others})"
        slots = f"(SELECT * FROM pair_slot WHERE {ours})"  # noqa: S608 - numbers of this package only
        menopause = next(i for i, each in enumerate(NEEDS) if each.name == "menopause")
        sellers = distance_sellers(self._england)
        return f"""
        CREATE OR REPLACE TEMP TABLE batch_row AS
        SELECT row_number() OVER (ORDER BY r.practice, r.presentation, r.place)::INTEGER AS row,
               r.practice, r.presentation, r.place, r.items, r.nic // r.items AS price,
               lot({seed}, 72, r.practice, r.presentation) AS pair_lot,
               lot({seed}, 72, m.other, r.presentation) AS other_lot, o.first AS other_first,
               o.span AS other_span,
               (r.actual_cost - (r.nic * {left} + 50) // 100) // r.items - 1240 AS container,
               (r.quantity::HUGEINT * adq // 1000000000)::BIGINT AS adq_whole,
               (r.quantity::HUGEINT * adq % 1000000000)::BIGINT AS adq_part,
               n.need, n.unit, n.acute, n.two, n.three, n.few, n.given, n.bulk, n.medical, n.instalments,
               n.appliance, n.free, n.steady, n.need = {menopause} AS replacing, s.first, s.span, r.quantity,
               g.kind, g.home, g.near, g.gps, g.nurses, g.dispensing, m.other, {sellers} AS sellers,
               (sum(r.items) OVER w - r.items)::INTEGER AS before,
               floor(sum(r.items) OVER (PARTITION BY r.practice, r.presentation) * m.own)::INTEGER AS own,
               CASE WHEN n.bulk THEN 1 ELSE r.items
                    + floor(r.items * {EXCLUDED / 1000}
                            + fraction(lot({seed}, 71, {month}, r.practice, r.presentation, r.place)))
               END::INTEGER AS lines
        FROM (SELECT * FROM month_row WHERE {ours}) r
        JOIN presentation USING (presentation)
        JOIN presentation_need n USING (presentation)
        JOIN {slots} s USING (practice, presentation)
        JOIN surgery g USING (practice)
        LEFT JOIN merged m USING (practice)
        LEFT JOIN {slots} o ON o.practice = m.other AND o.presentation = r.presentation
        WINDOW w AS (PARTITION BY r.practice, r.presentation ORDER BY r.place)
        """  # noqa: S608 - numbers of this package only

    def _items_sql(self) -> str:
        """The batch's items as they are kept, in order."""
        left = price_after_discount(self._month)
        return f"""
        WITH {known_sql(self._number, self._month, self._seed, last=self._last)},
        counted AS (
            SELECT *, CASE WHEN bulk THEN items ELSE 1 END AS count FROM declared
        )
        SELECT item, count, halved AND quantity >= 200000 AND occasion < {EXCLUSION},
               CASE WHEN bulk THEN 4 WHEN occasion = {INSTALMENTS} THEN 2
                    WHEN eps OR occasion = {GIVEN} THEN 0 WHEN kind = 'hospice' THEN 5
                    WHEN prescriber % 100 > 50 THEN 3 ELSE 1 END,
               eps, eps AND occasion = {REPEAT_DISPENSED}, day, practice_code, setting, prescriber,
               dispenser, dispenser_type, bnf, snomed, paid_bnf, paid_snomed, class, schedule, quantity,
               price * count,
               -- What is rounded over many items of a row is shared so that their sum is the row's amount.
               (price * (j + count) * {left} + 50) // 100 - (price * j * {left} + 50) // 100,
               container * count,
               adq_whole * count + (adq_part * (j + count)) // 1000000000 - (adq_part * j) // 1000000000,
               exemption,
               CASE WHEN free OR occasion IN ({GIVEN}, {BULK}) THEN 'F' WHEN exemption = '-' THEN 'C'
                    ELSE 'E' END,
               CASE WHEN occasion >= {EXCLUSION} AND NOT bulk THEN occasion - {EXCLUSION} ELSE 0 END,
               chance & 1 = 0, CASE WHEN captured THEN holder END, captured, identified, fresh, pds_born,
               eps_born, age, gender, area, sex, born
        FROM counted JOIN product_text USING (presentation, place) JOIN home_text USING (practice)
        -- Last, because nothing after a sort may be a join: a join does not keep the order.
        ORDER BY practice, holder, sequence
        """  # noqa: S608 - numbers of this package only
