"""From what a practice dispenses to single items of patients on prescription forms.

A month's rows (practice, presentation, quantity, so many items) are what is dispensed, whoever receives it.
Here every item of such a row is given to a person: a steady one by a ticket of the need it meets, always the
same ticket for the same place in the row, so that the same people get the same medicine every month; an
acute one by chance. Then items of one person, on one occasion, are put on forms.

All is drawn by hashes of the seed, the place and the month; nothing depends on order or threads.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from epact2.synth.england import England
from epact2.synth.formulary import Formulary, price_after_discount
from epact2.synth.needs import (
    NEEDS,
    given_by_practice,
    is_appliance,
    is_claimed_in_bulk,
    is_free,
    is_in_instalments,
    is_medically_exempt,
    need_of,
    schedule_of,
    unit_of,
)
from epact2.synth.occasions import (
    BULK,
    EXCLUSION,
    GIVEN,
    INSTALMENTS,
    REPEAT_DISPENSED,
    dispensers_sql,
    kinds_sql,
    known_sql,
    prescribers_sql,
)
from epact2.synth.seats import AGE_BITS, BINS, SEAT_BITS, area_of, set_tickets
from epact2.synth.surroundings import distance_sellers
from epact2.synth.tables import insert

# About so many rows more, of every thousand, that the standard exclusions take away again.
EXCLUDED = 3.0
# Of so many items one is split into two elements.
ELEMENTS_OF = 1000
# A person has one move to another practice of the place in so many months, from a month on (2015).
MOVES, FIRST_MOVES = 480, 2015 * 12
# A seat gets a person new to the NHS in England once in so many months.
NEWCOMERS = 240
# Of a thousand people with acute items, those who are visitors or newly registered, each month.
VISITORS = 25
# Two medicines that exclude each other change places in so many months (doses change, too).
SWITCHES = 120
# Numbers whose multiples fill a circle evenly, however few or many are taken (the golden ratio and its kin).
_GOLDEN = (5**0.5 - 1) / 2
EVEN = tuple(
    1 / (a + 1 / (b + 1 / (c + _GOLDEN))) for a in (1, 2, 3, 4) for b in (1, 2, 3) for c in (1, 2, 3)
)


@dataclass(frozen=True, slots=True)
class Batch:
    """Practices that are made together: whole places, so that moves and cost centres find their people."""

    first: int
    last: int
    others: tuple[int, ...]  # cost centres


def set_presentation_needs(formulary: Formulary, connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table ``presentation_need``: what each presentation is for, and how it is supplied."""
    units: dict[str, int] = {}
    paid = _paid(formulary)
    rows = []
    for i, each in enumerate(formulary.presentations):
        need = need_of(each.code)
        rule = NEEDS[need]
        unit = units.setdefault(unit_of(each.code), len(units))
        schedule = schedule_of(each.code)
        rows.append(
            (
                i, need, unit, round(1024 * rule.acute), round(1024 * rule.two_monthly),
                round(1024 * (rule.two_monthly + rule.three_monthly)),
                round(1024 * given_by_practice(each.code)), is_claimed_in_bulk(each.code),
                is_medically_exempt(each.code), is_in_instalments(each.code), is_appliance(each.code),
                is_free(each.code), schedule, schedule not in (2, 3) and rule.acute < 0.5,
                _preparation_class(each.code, i in paid), paid.get(i, i),
            )
        )  # fmt: skip
    insert(
        connection,
        "presentation_need",
        "presentation INTEGER, need INTEGER, unit INTEGER, acute INTEGER, two INTEGER, three INTEGER, "
        "given INTEGER, bulk BOOLEAN, medical BOOLEAN, instalments BOOLEAN, appliance BOOLEAN, free BOOLEAN, "
        "schedule INTEGER, steady BOOLEAN, class INTEGER, paid INTEGER",
        rows,
    )


def _preparation_class(code: str, only_proprietary: bool) -> int:
    if len(code) == 11:
        return 4
    if code[9:11] != "AA":
        return 3
    return 2 if only_proprietary else 1


def _paid(formulary: Formulary) -> dict[int, int]:
    """Generic presentations for which only a proprietary product exists, with the product that is paid."""
    brands: dict[tuple[str, str], tuple[float, int]] = {}
    for i, each in enumerate(formulary.presentations):
        if each.is_brand and not each.until:
            key = (each.code[:9], each.code[13:15])
            brands[key] = max(brands.get(key, (-1.0, -1)), (each.share, i))
    found = {}
    for i, each in enumerate(formulary.presentations):
        key = (each.code[:9], each.code[13:15])
        # Where the brand is ordered as often as the generic, there is most likely no other product.
        if (
            len(each.code) == 15
            and not each.is_brand
            and key in brands
            and brands[key][0] > 0.25 * each.share
        ):
            found[i] = brands[key][1]
    return found


def set_slots(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table ``pair_slot``: of each pair, its first place among those of its unit, and their number."""
    connection.execute(
        """
        CREATE OR REPLACE TABLE pair_slot AS
        WITH wide AS (
            SELECT practice, presentation, unit, ceil(1.25 * items)::INTEGER + 1 AS width
            FROM pair JOIN presentation_need USING (presentation)
        )
        SELECT practice, presentation, unit,
               (sum(width) OVER (PARTITION BY practice, unit ORDER BY presentation) - width)::INTEGER AS first,
               (sum(width) OVER (PARTITION BY practice, unit))::INTEGER AS span
        FROM wide ORDER BY practice, presentation
        """
    )


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


ITEM_COLUMNS = (
    "form BIGINT, item UTINYINT, element UTINYINT, count INTEGER, form_type UTINYINT, eps BOOLEAN, erd BOOLEAN, "
    "day INTEGER, practice INTEGER, prescriber INTEGER, dispenser INTEGER, dispenser_type UTINYINT, "
    "presentation INTEGER, place INTEGER, quantity BIGINT, adq BIGINT, nic BIGINT, discounted BIGINT, "
    "consumables BIGINT, containers BIGINT, exemption VARCHAR, charge VARCHAR, reason UTINYINT, "
    "odd BOOLEAN, person BIGINT, captured BOOLEAN, identified BOOLEAN, fresh BOOLEAN, pds_born INTEGER, "
    "eps_born INTEGER, age INTEGER, gender UTINYINT, area INTEGER, sex UTINYINT, born INTEGER"
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
        """The rows of a batch, each with all that its items need; how many items, and how many are excluded."""
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
               n.need, n.unit, n.acute, n.two, n.three, n.given, n.bulk, n.medical, n.instalments, n.appliance,
               n.free, n.steady, s.first, s.span, r.quantity,
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
        number, month = self._number, self._month
        people = _person_sql(_seated_sql(self._seed, month, number), self._seed, number)
        items = dispensers_sql(kinds_sql(people), number)
        items = known_sql(prescribers_sql(items, number, month), number, last=self._last)
        return _formed_sql(items, number, month, price_after_discount(month), start)


def _seated_sql(seed: int, month: int, number: int) -> str:
    """Every item with its seat: by its ticket when it is steady, else by chance."""
    even = ", ".join(f"{each!r}::DOUBLE" for each in EVEN)
    return f"""
        WITH line AS (
            SELECT *, unnest(range(lines))::INTEGER AS j FROM batch_row
        ), slot AS (
            SELECT *, before + j AS rank_in_pair,
                   lot({seed}, 72, practice, presentation, before + j) AS lasting,
                   lot({seed}, 73, {month}, practice, presentation, before + j) AS passing
            FROM line
        ), listed AS (
            SELECT *, CASE WHEN kind = 'practice' THEN CASE WHEN rank_in_pair >= own THEN other ELSE practice END
                           WHEN home = 0 THEN NULL
                           ELSE home + (passing >> 40) % near END::INTEGER AS list,
                   first + rank_in_pair - CASE WHEN rank_in_pair >= own THEN own ELSE 0 END AS s
            FROM slot
        ), turned AS (
            SELECT *, lot({seed}, 74, list, unit) AS unit_chance,
                   -- Doses and medicines of one unit are exchanged between two people, once in a while.
                   ((lot({seed}, 75, list, unit) % span)::INTEGER + span - s % span) % span AS swap,
                   CASE WHEN lasting & 1023 < acute THEN NULL
                        WHEN (lasting >> 10) & 1023 < two THEN 2
                        WHEN (lasting >> 10) & 1023 < three THEN 3 ELSE 1 END AS every
            FROM listed
        ), drawn AS (
            SELECT *, CASE WHEN (({number} + (lot({seed}, 76, list, unit, least(s, swap)) % {SWITCHES})::INTEGER)
                                 // {SWITCHES}) % 2 = 1 AND s < span THEN swap ELSE s END AS now
            FROM turned
        ), numbered AS (
            SELECT d.*, CASE WHEN every IS NULL THEN NULL ELSE
                   t.base + least(t.count - 1, floor(t.count * fmod(
                        fraction(unit_chance) + (now + span * (({number} + s) % every))
                        * ([{even}])[1 + ((unit_chance & 1023) % {len(EVEN)})::INTEGER], 1.0))::BIGINT) END AS ticket_key
            FROM drawn d LEFT JOIN tickets t ON t.practice = d.list AND t.need = d.need
        )
        SELECT n.* EXCLUDE (ticket_key), k.seat, b.cell, b.n AS seats
        FROM numbered n
        LEFT JOIN ticket k ON k.key = n.ticket_key
        LEFT JOIN bin b ON b.key = CASE WHEN n.ticket_key IS NULL
                                   THEN (list::BIGINT * 64 + need) * {BINS} + (passing & {BINS - 1})::BIGINT END
    """  # noqa: S608 - numbers of this package only


def _person_sql(seated: str, seed: int, number: int) -> str:
    """Who sits in the seat in this month: birth month (in months since the year 0), person, area."""
    mask = 2**SEAT_BITS - 1
    return f"""
        SELECT * EXCLUDE (origin, residue, twin),
               (((((CASE WHEN visits THEN {number} % 127 + 1 ELSE 0 END::BIGINT * 8192 + origin) * 2 + sex) * 512
                 + born // 60) * {mask + 1} + i) * 8) + ({number} + (self % {NEWCOMERS})::INTEGER) // {NEWCOMERS} % 8
                   AS person,
               visits OR born = {number} OR ({number} + (self % {NEWCOMERS})::INTEGER) % {NEWCOMERS} = 0 AS new
        FROM (
            SELECT *, lot({seed}, 81, origin, sex, born, i) AS self,
                   acutely AND lot({seed}, 83, list, sex, born, i, {number}) % 1000 < {VISITORS} AS visits,
                   {area_of("list", "sex", "i", seed)} AS living
            FROM (
                SELECT *, home + CASE WHEN {number} >= {FIRST_MOVES} + ((twin >> 20) % {MOVES})::INTEGER
                                      THEN ((twin % near)::INTEGER + near - rank) % near ELSE rank END AS origin
                FROM (
                    SELECT *, lot({seed}, 82, home, sex, born, i) AS twin
                    FROM (
                        SELECT *, {number} - (60 * age_group + ({number} - residue) % 60) AS born
                        FROM (
                            SELECT *, (37 * i + 7 * (i // 60)
                                       + CASE sex WHEN 0 THEN men ELSE women END) % 60 AS residue
                            FROM (
                                SELECT z.* EXCLUDE (seat, cell, seats, home, near),
                                       seat IS NULL AS acutely, g.home, g.near, g.rank, g.men, g.women, g.areas,
                                       g.pharmacies, g.pharmacy_count, g.pharmacy,
                                       coalesce(seat >> {SEAT_BITS + AGE_BITS}, cell >> {AGE_BITS}) AS sex,
                                       coalesce((seat >> {SEAT_BITS}) & {2**AGE_BITS - 1},
                                                cell & {2**AGE_BITS - 1}) AS age_group,
                                       -- The frail, who have the high numbers, get more of what is acute, too.
                                       coalesce(seat & {mask}, least(seats - 1, floor(seats
                                            * CASE WHEN passing & 512 = 0 THEN uniform(hash(passing, 77))
                                                   ELSE sqrt(uniform(hash(passing, 77))) END)))::INTEGER AS i
                                FROM ({seated}) z LEFT JOIN surgery g ON g.practice = z.list
                            )
                        )
                    )
                )
            )
        )
    """  # noqa: S608 - numbers of this package only


def _formed_sql(items: str, number: int, month: int, left: int, start: int) -> str:
    """Items put on forms, priced, and a few of them split into two elements; in order."""
    menopause = next(i for i, each in enumerate(NEEDS) if each.name == "menopause")
    years = f"(({number} - born) // 12)"
    return f"""
        WITH grouped AS (
            SELECT *, row_number() OVER (PARTITION BY practice, key, occasion
                                         ORDER BY presentation, place, j) AS nth,
                   bool_and(free) OVER (PARTITION BY practice, key, occasion) AS all_free,
                   count(*) OVER (PARTITION BY practice, key) AS together,
                   bool_or(medical) OVER (PARTITION BY practice, key) AS certified,
                   bool_or(need = {menopause}) OVER (PARTITION BY practice, key) AS replaced
            FROM ({items})
        ), declared AS (
            SELECT *, (nth - 1) % CASE WHEN eps THEN 4 ELSE 10 END + 1 AS item,
                   CASE WHEN bulk THEN items ELSE 1 END AS count,
                   CASE WHEN occasion IN ({GIVEN}, {BULK}) THEN '-'
                        WHEN person IS NULL OR (whim >> 52) % 100 < 2 THEN 'Z'
                        WHEN {years} < 16 THEN 'A' WHEN {years} >= 60 THEN 'C'
                        WHEN {years} <= 18 AND (whim >> 48) % 100 < 75 THEN 'B'
                        WHEN certified AND (whim >> 44) % 1000 < 820 THEN 'E'
                        WHEN (whim >> 44) % 1000 < 230 THEN 'U'
                        WHEN (whim >> 44) % 1000 < 260 THEN 'K'
                        WHEN (whim >> 44) % 1000 < 268 THEN 'L'
                        WHEN sex = 1 AND {years} BETWEEN 18 AND 42 AND (whim >> 44) % 1000 < 350 THEN 'D'
                        WHEN together >= 3 AND (whim >> 44) % 1000 < 800 THEN 'F'
                        WHEN replaced AND (whim >> 44) % 1000 < 640 THEN 'W'
                        WHEN all_free THEN 'X' ELSE '-' END AS exemption
            FROM grouped
        ), counted AS (
            SELECT *, row_number() OVER () AS serial
            FROM (SELECT * FROM declared ORDER BY practice, key, occasion, nth)
        ), priced AS (
            SELECT *, price * count AS nic_all,
                   (price * (j + count) * {left} + 50) // 100 - (price * j * {left} + 50) // 100 AS discounted_all,
                   adq_whole * count + (adq_part * (j + count)) // 1000000000 - (adq_part * j) // 1000000000
                       AS adq_all,
                   CASE WHEN quantity >= 200000 AND NOT bulk AND occasion < {EXCLUSION}
                             AND (lasting >> 30) % {ELEMENTS_OF} = 0 THEN 2 ELSE 1 END AS elements
            FROM counted
        ), split AS (
            SELECT *, unnest(range(1, elements + 1)) AS element, elements = 2 AS halved,
                   quantity // 200000 * 100000 AS part
            FROM priced
        )
        SELECT {month % 10000} * 10000000000 + {start} + serial - item + 1 AS form, item, element,
               CASE WHEN element = 1 THEN count ELSE 0 END AS count,
               CASE WHEN bulk THEN 4 WHEN occasion = {INSTALMENTS} THEN 2 WHEN eps OR occasion = {GIVEN} THEN 0
                    WHEN kind = 'hospice' THEN 5 WHEN prescriber % 100 > 50 THEN 3 ELSE 1 END AS form_type,
               eps, eps AND occasion = {REPEAT_DISPENSED} AS erd, day, practice, prescriber, dispenser,
               dispenser_type, presentation, place,
               CASE WHEN NOT halved THEN quantity * count WHEN element = 1 THEN part ELSE quantity - part END,
               CASE WHEN NOT halved THEN adq_all WHEN element = 1 THEN adq_all // 2 ELSE adq_all - adq_all // 2 END,
               CASE WHEN NOT halved THEN nic_all WHEN element = 1 THEN nic_all // 2 ELSE nic_all - nic_all // 2 END,
               CASE WHEN NOT halved THEN discounted_all WHEN element = 1 THEN discounted_all // 2
                    ELSE discounted_all - discounted_all // 2 END,
               CASE WHEN element = 1 THEN 1240 * count ELSE 0 END,
               CASE WHEN element = 1 THEN container * count ELSE 0 END,
               exemption,
               CASE WHEN free OR occasion IN ({GIVEN}, {BULK}) THEN 'F' WHEN exemption = '-' THEN 'C' ELSE 'E' END,
               CASE WHEN occasion BETWEEN {EXCLUSION} AND {BULK - 1} THEN occasion - {EXCLUSION} ELSE 0 END,
               chance & 1 = 0,
               CASE WHEN captured THEN person END, captured, identified, fresh, pds_born, eps_born, aged, gender,
               area, sex, born
        FROM split
    """  # noqa: S608 - numbers of this package only
