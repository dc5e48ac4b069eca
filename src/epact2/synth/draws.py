"""Who gets an item: SQL from rows of a batch to items with the person of each.

Steps, each a named query that reads the one before (``batch_row`` is the first):

* ``slot``: one line for each item of a row, with a lot that lasts (the same in every month) and one that
  passes (of this month alone);
* ``listed``: on whose list the patient is, and the item's place among those of its unit;
* ``drawn``: whether it is acute; the place after exchanges; the number of the ticket;
* ``seated``: the seat that holds the ticket; for what is acute, a seat by age, sex and frailty;
* ``person``: who sits there in this month.
"""

from __future__ import annotations

from epact2.synth.seats import AGE_BITS, BINS, NEIGHBOURS, SEAT_BITS, area_of

# A person has one move to another practice of the place in so many months, from a month on (2015).
MOVES, FIRST_MOVES = 480, 2015 * 12
# A seat gets a person new to the NHS in England once in so many months.
NEWCOMERS = 240
# Of a thousand people with acute items, those who are visitors or newly registered, each month.
VISITORS = 25
# Two places of a unit change their people once in so many months: doses and medicines are changed.
SWITCHES = 240
# Numbers whose multiples fill a circle evenly, however few or many are taken (the golden ratio and its kin).
_GOLDEN = (5**0.5 - 1) / 2
_EVEN = tuple(
    1 / (a + 1 / (b + 1 / (c + _GOLDEN))) for a in (1, 2, 3, 4) for b in (1, 2, 3) for c in (1, 2, 3)
)


def draw_sql(seed: int, month: int, number: int) -> str:
    """The steps from ``batch_row`` to ``person``; ``number`` is the month in months since the year 0."""
    return ",\n".join(
        [_slots(seed, month), _listed(), _drawn(seed, number), _seated(), _people(seed, number)]
    )


def _slots(seed: int, month: int) -> str:
    return f"""
        line AS (
            SELECT *, unnest(range(lines))::INTEGER AS j FROM batch_row
        ), slot AS (
            SELECT *, before + j AS nth_of_pair, lot({seed}, 72, practice, presentation, before + j) AS lasting,
                   lot({seed}, 73, {month}, practice, presentation, before + j) AS passing
            FROM line
        )"""


def _listed() -> str:
    # Of a practice that has taken over another, the items beyond its own are of the other's patients. Cost
    # centres have the patients of their place's practices.
    return """
        listed AS (
            SELECT *, first + nth_of_pair - CASE WHEN nth_of_pair >= own THEN own ELSE 0 END AS s,
                   CASE WHEN home = 0 THEN NULL WHEN kind <> 'practice' THEN home + (passing >> 40) % near
                        WHEN nth_of_pair >= own THEN other ELSE practice END::INTEGER AS list
            FROM slot
        )"""


def _drawn(seed: int, number: int) -> str:
    even = ", ".join(f"{each!r}::DOUBLE" for each in _EVEN)
    return f"""
        ring AS (
            SELECT *, lot({seed}, 74, list, unit) AS unit_lot, lasting & 1023 < acute AS acutely,
                   CASE WHEN (lasting >> 10) & 1023 < two THEN 2
                        WHEN (lasting >> 10) & 1023 < three THEN 3 ELSE 1 END AS every
            FROM listed
        ), partner AS (
            -- Places s and swap are partners of each other: their sum is the same modulo the span.
            SELECT *, ((unit_lot >> 20) % span + span - s % span) % span AS swap,
                   -- A need that nobody on the list is known to have is still the same person's every month.
                   CASE WHEN acutely THEN passing ELSE lasting END AS draw
            FROM ring
        ), exchanged AS (
            SELECT *, CASE WHEN s < span AND ({number} + lot(unit_lot, least(s, swap)) % {SWITCHES})
                                 // {SWITCHES} % 2 = 1 THEN swap ELSE s END AS now
            FROM partner
        ), drawn AS (
            SELECT e.*, CASE WHEN NOT acutely THEN
                   t.base + least(t.count - 1, floor(t.count * fmod(
                       fraction(unit_lot) + (now + span * (({number} + s) % every))
                       * ([{even}])[1 + (unit_lot & 1023) % {len(_EVEN)}], 1.0))::BIGINT) END AS ticket_key
            FROM exchanged e LEFT JOIN tickets t ON t.practice = e.list AND t.need = e.need
        )"""


def _seated() -> str:
    # Of neighbouring seats one never has anything acute. Of ``few`` groups of neighbours the items of a need
    # go to one, always the same. The frail, who have the high numbers, get more.
    mask = 2**SEAT_BITS - 1
    frailty = "CASE WHEN draw & 512 = 0 THEN fraction(lot(draw, 77)) ELSE sqrt(fraction(lot(draw, 77))) END"
    return f"""
        sat AS (
            SELECT d.* EXCLUDE (ticket_key, home, near), k.seat, b.cell, b.n,
                   coalesce(k.seat >> {SEAT_BITS}, b.cell) AS group_of,
                   least(floor(b.n / {NEIGHBOURS} * {frailty}), (b.n - 1) // {NEIGHBOURS})::INTEGER AS block
            FROM drawn d
            LEFT JOIN ticket k ON k.key = d.ticket_key
            LEFT JOIN bin b ON b.key = CASE WHEN d.ticket_key IS NULL
                                       THEN (list::BIGINT * 64 + need) * {BINS} + (draw >> 30) % {BINS} END
        ), few_of AS (
            SELECT *, (block // few * few + lot(list, need) % few) % ((n + {NEIGHBOURS - 1}) // {NEIGHBOURS}) AS chosen
            FROM sat
        ), seated AS (
            SELECT z.* EXCLUDE (seat, cell, n, group_of, block, chosen),
                   (group_of >> {AGE_BITS})::INTEGER AS sex, (group_of & {2**AGE_BITS - 1})::INTEGER AS age_group,
                   coalesce(seat & {mask}, least(n - 1, chosen * {NEIGHBOURS} + (lot(list, chosen)
                       + 1 + draw % ({NEIGHBOURS} - 1)) % {NEIGHBOURS}))::INTEGER AS i,
                   g.home, g.near, g.rank, g.men, g.women, g.areas, g.pharmacies, g.pharmacy_count, g.pharmacy
            FROM few_of z LEFT JOIN surgery g ON g.practice = z.list
        )"""


def _people(seed: int, number: int) -> str:
    generation = f"({number} + self % {NEWCOMERS})"
    return f"""
        born_in AS (
            SELECT *, {number} - 60 * age_group
                   - ({number} - (37 * i + 7 * (i // 60) + CASE sex WHEN 0 THEN men ELSE women END) % 60) % 60
                   AS born
            FROM seated
        ), met AS (
            -- Partners for a move: seats of the same number, in two practices whose ranks have the same sum.
            SELECT *, lot({seed}, 82, home, sex, born, i) AS twin FROM born_in
        ), moved AS (
            SELECT *, (home + CASE WHEN {number} >= {FIRST_MOVES} + (twin >> 20) % {MOVES}
                              THEN (twin % near + near - rank) % near ELSE rank END)::INTEGER AS origin
            FROM met
        ), itself AS (
            SELECT *, lot({seed}, 81, origin, sex, born, i) AS self, {area_of("list", "sex", "i", seed)} AS living
            FROM moved
        ), stays AS (
            SELECT *, acutely AND lot(self, {number}) % 1000 < {VISITORS} AS visits FROM itself
        ), person AS (
            SELECT * EXCLUDE (twin, origin),
                   visits OR born = {number} OR {generation} % {NEWCOMERS} = 0 AS new,
                   (((((CASE WHEN visits THEN {number % 127 + 1} ELSE 0 END::BIGINT << 13 | origin) << 1 | sex) << 9
                     | born // 60) << {SEAT_BITS} | i) << 3) | {generation} // {NEWCOMERS} % 8 AS person
            FROM stays
        )"""
