"""The people on practices' lists, and which of them have which need.

A practice's list has one *seat* for each patient of a sex and age group, as many as its list size says. The
person in a seat was born in one month of sixty: which one follows from the seat's number, so that everybody
moves to the next age group's seat of the same number on a fifth birthday, and leaves the list where that
group has fewer seats. Nobody is stored; who sits where can be worked out for any month.

Seats with high numbers are the frailest of their group: they are the first to be lost when it gets smaller.
A need is held by those seats whose own luck is below what age, sex, frailty and area make of it. On each need
a practice has *tickets*: one or a few for each seat that holds it. Items draw tickets, always the same ones.
"""

from __future__ import annotations

import math

import duckdb

from epact2.synth.england import England
from epact2.synth.needs import NEEDS
from epact2.synth.tables import insert

# Nearly everybody may have a need, but never all.
MOST = 0.93
# A need that fewer than one in so many have is not looked for.
LEAST = 0.0002
SEAT_BITS, AGE_BITS, TICKET_BITS = 13, 5, 23
# Quantiles from which an item that is dispensed once draws its sex and age group.
BINS = 512
# Of so many seats beside each other one is of a person who never has anything acute.
NEIGHBOURS = 2


def set_needs(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables ``need_rule`` (one line a need) and ``need_shape`` (its shape over sex and age)."""
    clusters = sorted({each.cluster for each in NEEDS if each.cluster})
    insert(
        connection,
        "need_rule",
        "need INTEGER, people DOUBLE, w0 DOUBLE, w1 DOUBLE, w5 DOUBLE, deprived DOUBLE, cluster INTEGER, "
        "shared INTEGER, several BOOLEAN, most DOUBLE",
        (
            (
                i,
                each.people,
                1 - each.frail - each.very_frail,
                each.frail,
                each.very_frail,
                each.deprived,
                1000 + clusters.index(each.cluster) if each.cluster else i,
                round(each.shared * 1024) if each.cluster else 0,
                each.several,
                # At most so much more than on average have it, the frailest of the most deprived areas.
                (1 + each.frail + 5 * each.very_frail) * (1 + 2 * abs(each.deprived)),
            )
            for i, each in enumerate(NEEDS)
        ),
    )
    insert(
        connection,
        "need_shape",
        "need INTEGER, sex INTEGER, age INTEGER, shape INTEGER",
        (
            (i, sex, age, round(1000 * value))
            for i, each in enumerate(NEEDS)
            for sex in (0, 1)
            for age, value in enumerate(each.shape(sex))
            if value > 0
        ),
    )


def set_cells(england: England, connection: duckdb.DuckDBPyConnection) -> None:
    """Make ``cell`` (practice, sex, age, seats) and ``aim`` (what part of a cell has a need, on average).

    Needs the tables ``patients``, ``pair``, ``surgery`` and ``presentation_need``. Seats are those of the
    last month: a list that grows by a few per cent a year has them in earlier months, too.
    """
    years = (len(england.months) - 1) / 12
    insert(
        connection,
        "list_factor",
        "practice INTEGER, factor DOUBLE",
        ((each.number, math.exp(each.growth * years)) for each in england.practices),
    )
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE cell AS
        SELECT practice, sex, age, least(round(patients / 1000.0 * factor)::INTEGER, {2**SEAT_BITS - 1}) AS n
        FROM patients JOIN list_factor USING (practice) JOIN surgery USING (practice)
        WHERE kind = 'practice' AND round(patients / 1000.0 * factor) > 0;

        CREATE OR REPLACE TABLE aim AS
        WITH wanted AS (
            SELECT practice, need, sum(round(items * 1000)::BIGINT) / 1000.0 * any_value(people) AS people
            FROM pair JOIN presentation_need USING (presentation) JOIN need_rule USING (need)
            JOIN surgery USING (practice)
            WHERE people > 0 AND kind = 'practice'
            GROUP BY practice, need
        ), first AS (
            SELECT practice, need, people, people * 1000 / sum(n * shape) AS rate
            FROM wanted JOIN cell USING (practice) JOIN need_shape USING (need, sex, age)
            GROUP BY practice, need, people
        ), second AS (
            -- What the ceiling takes from the old is made up by the others.
            SELECT practice, need, any_value(rate) * any_value(people)
                   / sum(n * least({MOST}, rate * shape / 1000)) AS rate
            FROM first JOIN cell USING (practice) JOIN need_shape USING (need, sex, age)
            GROUP BY practice, need
        )
        SELECT practice, need, sex, age, least({MOST}, rate * shape / 1000)::FLOAT AS part
        FROM second JOIN cell USING (practice) JOIN need_shape USING (need, sex, age)
        WHERE rate * shape / 1000 > {LEAST};
        """  # noqa: S608 - numbers of this module
    )


def set_tickets(connection: duckdb.DuckDBPyConnection, seed: int, first: int, last: int) -> None:
    """Make the tables of the practices from ``first`` to ``last`` that items draw from.

    ``ticket`` (key: seat), ``tickets`` (practice, need: where its tickets begin and how many there are),
    ``bin`` (key: sex and age group, its seats).
    """
    top = f"(1 << {TICKET_BITS})"
    connection.execute(
        f"""
        -- A table of its own: what comes from a join must not go through unnest (DuckDB 2.0 then mistakes
        -- the dictionaries of the join's columns, and stops).
        CREATE OR REPLACE TEMP TABLE wish AS
        SELECT a.practice, a.need, a.sex, a.age, part, n, areas, w0, w1, w5, deprived, several, most, cluster,
               shared
        FROM (SELECT * FROM aim WHERE practice BETWEEN {first} AND {last}) a
        JOIN (SELECT * FROM cell WHERE practice BETWEEN {first} AND {last}) c USING (practice, sex, age)
        JOIN need_rule USING (need)
        JOIN surgery USING (practice);

        CREATE OR REPLACE TEMP TABLE holder AS
        WITH candidate AS (
            SELECT *, unnest(range(n)) AS i FROM wish
        ), lucky AS (
            SELECT *, lot({seed}, {seat_code("practice", "sex", "i")}, need) AS luck FROM candidate
        ), shares AS (
            -- For a part of the people the luck is that of all needs of the cluster.
            SELECT *, CASE WHEN luck & 1023 < shared
                           THEN lot({seed}, {seat_code("practice", "sex", "i")}, cluster)
                           ELSE luck END AS mine
            FROM lucky
        ), near AS (
            SELECT *, fraction(mine) AS below, (i + 0.5) / n AS rho FROM shares
            WHERE fraction(mine) < part * most
        ), living AS (
            SELECT *, {area_of("practice", "sex", "i", seed)} AS number FROM near
        ), chance AS (
            SELECT l.*, least({MOST}, part * (w0 + w1 * 2 * rho + w5 * 6 * rho * rho * rho * rho * rho)
                                      * greatest(0.3, 1 + deprived * dev)) AS own
            FROM living l JOIN area a ON a.practice = l.practice AND a.number = l.number
        )
        SELECT practice, need, sex, age, i,
               CASE WHEN several THEN 1 + ((luck >> 10) & 1023 < 900 * rho * rho)::INTEGER
                                        + (rho > 0.93)::INTEGER
                    ELSE 1 END AS weight
        FROM chance WHERE below < own;

        CREATE OR REPLACE TEMP TABLE numbered AS
        SELECT practice, need, (sex << {SEAT_BITS + AGE_BITS}) | (age << {SEAT_BITS}) | i AS seat, weight,
               (sum(weight) OVER (PARTITION BY practice ORDER BY need, sex, age, i) - weight)::BIGINT AS start
        FROM holder;

        CREATE OR REPLACE TEMP TABLE tickets AS
        SELECT practice, need, practice::BIGINT * {top} + min(start) AS base, sum(weight)::INTEGER AS count
        FROM numbered GROUP BY practice, need;

        CREATE OR REPLACE TEMP TABLE ticket AS
        SELECT practice::BIGINT * {top} + start + unnest(range(weight)) AS key, seat::INTEGER AS seat
        FROM numbered;

        CREATE OR REPLACE TEMP TABLE bin AS
        WITH weighed AS (
            SELECT practice, need, sex, age, n, n * shape AS weight,
                   sum(n * shape) OVER (PARTITION BY practice, need ORDER BY sex, age) AS upto,
                   sum(n * shape) OVER (PARTITION BY practice, need) AS total
            FROM cell JOIN need_shape USING (sex, age)
            WHERE practice BETWEEN {first} AND {last}
        ), cut AS (
            SELECT practice, need, sex, age, n,
                   floor({BINS} * (upto - weight) / total
                         + fraction(lot({seed}, 63, practice, need)))::INTEGER AS a,
                   floor({BINS} * upto / total + fraction(lot({seed}, 63, practice, need)))::INTEGER AS b
            FROM weighed
        )
        SELECT (practice::BIGINT * 64 + need) * {BINS} + greatest(a, 0) + unnest(range(b - a)) AS key,
               ((sex << {AGE_BITS}) | age)::INTEGER AS cell, n
        FROM cut WHERE b > a;
        DROP TABLE wish; DROP TABLE holder; DROP TABLE numbered;
        """  # noqa: S608 - numbers of this package only
    )


def seat_code(practice: str, sex: str, seat: str) -> str:
    """SQL of one number for a seat of any age group: people keep it for life."""
    return f"(({practice}::BIGINT * 2 + {sex}) * {2**SEAT_BITS} + {seat})"


def area_of(practice: str, sex: str, seat: str, seed: int) -> str:
    """SQL of the number of the area in which the person of a seat lives, given ``areas``."""
    return f"(1 + lot({seed}, {seat_code(practice, sex, seat)}, 64) % areas)::INTEGER"
