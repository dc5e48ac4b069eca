"""Who gets an item: SQL from rows of a batch to items with the person and the occasion of each.

Steps, each a named query that reads the one before (``batch_row`` is the first):

* ``slot``: one line for each item of a row, with a lot that lasts (the same in every month) and one that
  passes (of this month alone);
* ``listed``: on whose list the patient is, and the item's place among those of its unit;
* ``drawn``: whether it is acute; the place after exchanges; the number of the ticket;
* ``seated``: the seat that holds the ticket; for what is acute, a seat by age, sex and frailty;
* ``person``: who sits there in this month;
* ``placed``: the kind of occasion, from which everything else about a form follows.
"""

from __future__ import annotations

from epact2.synth.seats import AGE_BITS, BINS, NEIGHBOURS, SEAT_BITS, seat_code

# A person has one move to another practice of the place in so many months, from a month on (2015).
MOVES, FIRST_MOVES = 240, 2015 * 12
# A seat gets a person new to the NHS in England once in so many months.
NEWCOMERS = 240
# Of a thousand people with acute items, those who are visitors or newly registered, each month.
VISITORS = 25
# Two places of a unit change their people once in so many months: doses and medicines are changed.
SWITCHES = 240
# Of a thousand people, those who have electronic repeat dispensing.
REPEAT_DISPENSING = 170
# Kinds of occasion.
STEADY, OTHER_STEADY, REPEAT_DISPENSED, ACUTE, INSTALMENTS, GIVEN, CONTRACTOR, FREE, EXCLUSION, BULK = (
    0, 1, 2, 3, 6, 7, 8, 9, 10, 30,
)  # fmt: skip
# Why a row is excluded, in the order in which the reasons are looked at, and how often of 24.
REASONS = (
    "disallowed", "not dispensed", "referred back", "controlled drug requisition", "out of hours", "private",
    "dummy form", "prescriber type",
)  # fmt: skip
_REASON_OF_24 = (1, 1, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 4, 5, 5, 5, 6, 6, 6, 7, 8, 8, 8, 8)
# Numbers whose multiples fill a circle evenly, however few or many are taken (the golden ratio and its kin).
_GOLDEN = (5**0.5 - 1) / 2
_EVEN = tuple(
    1 / (a + 1 / (b + 1 / (c + _GOLDEN))) for a in (1, 2, 3, 4) for b in (1, 2, 3) for c in (1, 2, 3)
)
# An item's place within the month's items of one person: occasion, presentation, quantity, number.
ORDER_BITS = 40


def placed_sql(seed: int, month: int, number: int) -> str:
    """SQL of ``placed``; ``number`` is the month in months since the year 0.

    Columns: row and j (which item of ``batch_row``), practice, holder (the person, or a number below 0 that
    stands for nobody in particular), list, sex, born, i (the seat), rank (in which the person's history is),
    age_group, acutely, new, whim (a lot of the person's own), occasion, sequence, and marks for exemptions.
    """
    steps = [_slots(seed, month), _listed(), _drawn(seed, number), _seated(), _people(seed, number)]
    reasons = ", ".join(map(str, _REASON_OF_24))
    return f"""
        WITH {", ".join(steps)}, whim_of AS (
            SELECT *, coalesce(person, -1 - (passing >> 2)) AS holder, lot(person) AS whim FROM person
        ), kind_of AS (
            SELECT *,
                   CASE WHEN bulk THEN {BULK}
                        WHEN j >= items THEN {EXCLUSION} + ([{reasons}])[1 + (passing >> 16) % 24]
                        WHEN kind = 'practice' AND (lasting >> 20) & 1023 < given THEN {GIVEN}
                        WHEN instalments THEN {INSTALMENTS}
                        WHEN free THEN {FREE}
                        WHEN appliance AND whim % 100 < 55 THEN {CONTRACTOR}
                        WHEN acutely OR kind <> 'practice' THEN {ACUTE} + (passing >> 12) % 3
                        WHEN steady AND (whim >> 8) % 1000 < {REPEAT_DISPENSING} THEN {REPEAT_DISPENSED}
                        WHEN lot(whim, unit) % 100 < 12 THEN {OTHER_STEADY}
                        ELSE {STEADY} END::TINYINT AS occasion
            FROM whim_of
        )
        SELECT row::INTEGER AS row, j, practice, holder, list,
               sex::TINYINT AS sex, born::INTEGER AS born, i, age_group::TINYINT AS age_group,
               new, occasion, self, medical, replacing,
               (occasion::BIGINT << {ORDER_BITS}) | (row::BIGINT << 16) | (j & 65535) AS sequence,
               (lasting >> 30) % {ELEMENTS_OF} = 0 AS halved
        FROM kind_of
    """  # noqa: S608 - numbers of this package only


# Of so many items one is split into two elements.
ELEMENTS_OF = 1000


def _slots(seed: int, month: int) -> str:
    return f"""
        line AS (
            SELECT *, unnest(range(lines))::INTEGER AS j FROM batch_row
        ), slot AS (
            -- Of a practice that has taken over another, the items beyond its own are of the other's
            -- patients, in the places that they had there.
            SELECT * EXCLUDE (before, first, span, pair_lot, own, other_first, other_span, other_lot),
                   coalesce(before + j >= own, false) AS inherited,
                   before + j - CASE WHEN inherited THEN own ELSE 0 END AS nth_of_pair,
                   CASE WHEN inherited THEN coalesce(other_first, first) ELSE first END + nth_of_pair AS s,
                   CASE WHEN inherited THEN coalesce(other_span, span) ELSE span END AS span,
                   lot(CASE WHEN inherited THEN other_lot ELSE pair_lot END, nth_of_pair) AS lasting
            FROM line
        ), passing_slot AS (
            SELECT *, lot(lasting, {month}) AS passing FROM slot
        )"""  # noqa: S608 - numbers of this package only


def _listed() -> str:
    # Cost centres have the patients of their place's practices.
    return """
        listed AS (
            SELECT *,
                   CASE WHEN home = 0 OR bulk THEN NULL
                        WHEN kind <> 'practice' THEN home + (passing >> 40) % near
                        WHEN inherited THEN other ELSE practice END::INTEGER AS list
            FROM passing_slot
        )"""


def _drawn(seed: int, number: int) -> str:
    even = ", ".join(f"{each!r}::DOUBLE" for each in _EVEN)
    return f"""
        ring AS (
            SELECT *, lot({seed}, list * 4096 + unit) AS unit_lot, lasting & 1023 < acute AS acutely,
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
        )"""  # noqa: S608 - numbers of this package only


def _seated() -> str:
    # Of neighbouring seats one never has anything acute. Of ``few`` groups of neighbours the items of a need
    # go to one, always the same. The frail, who have the high numbers, get more.
    mask = 2**SEAT_BITS - 1
    frailty = "CASE WHEN draw & 512 = 0 THEN fraction(lot(draw)) ELSE sqrt(fraction(lot(draw))) END"
    blocks = f"((n + {NEIGHBOURS - 1}) // {NEIGHBOURS})"
    return f"""
        sat AS (
            SELECT d.* EXCLUDE (ticket_key, home, near), k.seat, b.cell, b.n,
                   coalesce(k.seat >> {SEAT_BITS}, b.cell) AS group_of,
                   floor(b.n / {NEIGHBOURS} * {frailty})::INTEGER AS block
            FROM drawn d
            LEFT JOIN ticket k ON k.key = d.ticket_key
            LEFT JOIN bin b ON b.key = CASE WHEN d.ticket_key IS NULL
                                       THEN (list::BIGINT * 64 + need) * {BINS} + (draw >> 30) % {BINS} END
        ), few_of AS (
            SELECT *, (block // few * few + lot(list, need) % few) % {blocks} AS chosen FROM sat
        ), seated AS (
            SELECT z.* EXCLUDE (seat, cell, n, group_of, block, chosen),
                   (group_of >> {AGE_BITS})::INTEGER AS sex,
                   (group_of & {2**AGE_BITS - 1})::INTEGER AS age_group,
                   coalesce(seat & {mask}, least(n - 1, chosen * {NEIGHBOURS} + (lot(list, chosen)
                       + 1 + draw % ({NEIGHBOURS} - 1)) % {NEIGHBOURS}))::INTEGER AS i,
                   g.home, g.near, g.rank, g.men, g.women
            FROM few_of z LEFT JOIN surgery g ON g.practice = z.list
        )"""  # noqa: S608 - numbers of this package only


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
            SELECT *, lot({seed}, {seat_code("home", "sex", "i")}, born) AS twin FROM born_in
        ), moved AS (
            SELECT *, (home + CASE WHEN {number} >= {FIRST_MOVES} + (twin >> 20) % {MOVES}
                              THEN (twin % near + near - rank) % near ELSE rank END)::INTEGER AS origin
            FROM met
        ), itself AS (
            SELECT *, lot(twin, origin) AS self FROM moved
        ), stays AS (
            SELECT *, acutely AND lot(self, {number}) % 1000 < {VISITORS} AS visits FROM itself
        ), person AS (
            SELECT * EXCLUDE (twin, origin),
                   visits OR born = {number} OR {generation} % {NEWCOMERS} = 0 AS new,
                   (((((CASE WHEN visits THEN {number % 127 + 1} ELSE 0 END::BIGINT << 13 | origin) << 1
                     | sex)
                     << 9 | born // 60) << {SEAT_BITS} | i) << 3) | {generation} // {NEWCOMERS} % 8 AS person
            FROM stays
        )"""  # noqa: S608 - numbers of this package only
