"""What each practice prescribes in a month, row by row, as SQL.

A table of pairs (practice, presentation) holds what a practice is expected to prescribe in a usual month;
a month's rows are drawn from it by hashes of the seed, the month, the practice and the presentation, so
that they do not depend on order or threads. Sums that rows depend on are sums of whole numbers, for the
same reason. One version of DuckDB always gives the same rows; another might hash otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import duckdb

from epact2.synth.chance import SQL_MACROS
from epact2.synth.england import LIST_GROWTH, England
from epact2.synth.formulary import (
    Formulary,
    Presentation,
    national_items,
    price_after_discount,
    prices,
    read_formulary,
)
from epact2.synth.needs import NEEDS, need_of
from epact2.synth.pairs import DEPRIVATION, detail_of, set_pairs
from epact2.synth.patients import profile_of, set_patients
from epact2.synth.tables import insert

# Chance beyond that of counting: one month of one practice.
MONTH_SPREAD = 0.025


class Prescribing:
    """The pairs of one England in a DuckDB connection, and the SQL of a month's rows."""

    def __init__(self, england: England, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the tables that every month's rows are drawn from; months come later, one by one."""
        self.england = england
        self.connection = connection
        self.formulary: Formulary = read_formulary(england.extent.presentations)
        self._usual, self._log_price = self._find_usual()
        connection.execute(SQL_MACROS)
        set_patients(england, connection)
        self._set_practices()
        self._set_presentations()
        set_pairs(england, self.formulary, self._usual, self._log_price, connection)

    def _set_practices(self) -> None:
        england = self.england
        pcn = {code: i for i, code in enumerate(england.pcns)}
        icb = {code: i for i, code in enumerate(sorted(england.icb_rate))}
        insert(
            self.connection,
            "practice",
            "practice INTEGER, icb INTEGER, pcn INTEGER, kind VARCHAR, rate DOUBLE, deprivation DOUBLE, "
            "longer DOUBLE",
            (
                (
                    each.number,
                    icb[england.places[each.place].icb] if each.place >= 0 else -1,
                    pcn.get(each.pcn, -1),
                    each.kind,
                    each.rate,
                    each.deprivation,
                    each.longer,
                )
                for each in england.practices
            ),
        )

    def _find_usual(self) -> tuple[list[float], list[float]]:
        """Of each presentation: England's items in the mean month, and the logarithm of an item's price."""
        months = self.england.months
        self._items = by_month = [national_items(self.formulary, month) for month in months]
        level = prices(self.formulary, months[len(months) // 2])
        return (
            [sum(values) / len(months) for values in zip(*by_month, strict=True)],
            [
                math.log(p * sum(q.amount * q.share for q in each.quantities))
                for p, each in zip(level, self.formulary.presentations, strict=True)
            ],
        )

    def _set_presentations(self) -> None:
        presentations = self.formulary.presentations
        substance = {code: i for i, code in enumerate(self.formulary.substances)}
        usual, logs = self._usual, self._log_price
        insert(
            self.connection,
            "presentation",
            "presentation INTEGER, code VARCHAR, section INTEGER, section_code VARCHAR, substance INTEGER, "
            "profile VARCHAR, brand BOOLEAN, usual DOUBLE, deprived DOUBLE, detail DOUBLE, "
            "adq BIGINT, quantities INTEGER, acute DOUBLE",
            (
                (
                    i,
                    each.code,
                    int(each.section),
                    each.section,
                    substance[each.substance],
                    profile_of(each.substance),
                    each.is_brand,
                    usual[i],
                    DEPRIVATION.get(each.section, 0.0),
                    detail_of(each.substance, logs[i]),
                    each.adq,
                    len(each.quantities),
                    NEEDS[need_of(each.code)].acute,
                )
                for i, each in enumerate(presentations)
            ),
        )
        insert(
            self.connection,
            "quantity",
            "presentation INTEGER, place INTEGER, amount BIGINT, before DOUBLE, upto DOUBLE, "
            "container BOOLEAN, snomed VARCHAR",
            _quantity_rows(presentations),
        )

    def set_month(self, index: int) -> None:
        """Make the small tables that a month's rows need: prices, codes and practices of that month."""
        england = self.england
        month = england.months[index]
        usual = self._usual
        now = self._items[index]
        level = prices(self.formulary, month)
        insert(
            self.connection,
            "presentation_now",
            "presentation INTEGER, factor DOUBLE, price BIGINT, code VARCHAR",
            (
                (i, now[i] / usual[i] if usual[i] else 0.0, level[i], each.code_in(month))
                for i, each in enumerate(self.formulary.presentations)
            ),
        )
        year = (index - len(england.months) / 2) / 12
        insert(
            self.connection,
            "practice_now",
            "practice INTEGER, factor DOUBLE",
            (
                (
                    each.number,
                    math.exp(each.growth * index / 12)
                    * (1 + (each.grows_by if index >= each.takes_over else 0.0)),
                )
                for each in england.practices
                if each.opened <= index < each.closed
            ),
        )
        insert(
            self.connection,
            "time_now",
            "years DOUBLE, each DOUBLE",
            [(year, math.exp(-LIST_GROWTH * index / 12))],
        )

    def month_sql(self, index: int) -> str:
        """SQL of the rows of a month, after ``set_month``; in no order.

        Columns, scaled as the store has them: practice (its number), code, snomed, quantity (5 decimals),
        items, total_quantity (5), nic (pence), actual_cost (5), adq_usage (5), presentation (its place in
        the formulary), place (of the quantity within the presentation).
        """
        seed, month = self.england.seed, self.england.months[index]
        left = price_after_discount(month)
        return f"""
        WITH expected AS (
            SELECT a.practice, a.presentation, a.habit, m.code, m.price,
                   a.items * m.factor * p.factor * t.each * (1 + a.drift * t.years)
                   * exp({MONTH_SPREAD} * normal(hash({seed}, 29, {month}, a.practice))) AS items,
                   hash({seed}, {month}, a.practice, a.presentation) AS chance, r.acute
            FROM pair a
            JOIN presentation r USING (presentation)
            JOIN presentation_now m USING (presentation)
            JOIN practice_now p USING (practice)
            CROSS JOIN time_now t
            WHERE m.factor > 0
        ), drawn AS (
            SELECT *, {self._count_sql()} AS n
            FROM expected
        ), split AS (
            SELECT d.practice, d.presentation, d.code, d.price, q.place, q.amount, q.container, q.snomed,
                   r.adq,
                   CASE WHEN d.habit IS NULL THEN
                       floor(d.n * pow(q.upto, p.longer) + uniform(hash(d.chance, 31)))::BIGINT
                       - floor(d.n * pow(q.before, p.longer) + uniform(hash(d.chance, 31)))::BIGINT
                   WHEN d.habit >= pow(q.before, p.longer) AND d.habit < pow(q.upto, p.longer) THEN d.n
                   ELSE 0 END AS items
            FROM drawn d
            JOIN quantity q USING (presentation)
            JOIN practice p USING (practice)
            JOIN presentation r USING (presentation)
            WHERE d.n > 0
        ), priced AS (
            SELECT *, items * ((amount * price + 50000000) // 100000000) AS nic FROM split WHERE items > 0
        )
        SELECT practice, code, snomed, amount AS quantity, items, items * amount AS total_quantity, nic,
               (nic * {left} + 50) // 100 + items * (1240 + CASE WHEN container THEN 10000 ELSE 0 END)
                   AS actual_cost,
               (items * amount::HUGEINT * adq // 1000000000)::BIGINT AS adq_usage,
               presentation, place
        FROM priced
        """  # noqa: S608 - numbers of this package only

    def _count_sql(self) -> str:
        if self.england.items:
            # The same people come back every month: only what is acute varies as chance would have it, and
            # what is rounded up is so in every month.
            steady = f"uniform(hash(hash({self.england.seed}, 33, practice, presentation)))"
            return f"greatest(0, floor(items + sqrt(items * acute) * normal(chance) + {steady}))::BIGINT"
        # Poisson: by its second-order normal approximation, which is good from half an item upwards.
        return """CASE WHEN items < 0.5 THEN (uniform(chance) < items)::BIGINT
                      ELSE greatest(0, floor(items + sqrt(items) * normal(chance)
                                             + (normal(chance) * normal(chance) - 1) / 6 + 0.5))::BIGINT
                      END"""


def _quantity_rows(presentations: list[Presentation]) -> Iterable[tuple[object, ...]]:
    for i, each in enumerate(presentations):
        total = sum(q.share for q in each.quantities)
        upto = 0.0
        for place, quantity in enumerate(each.quantities):
            before, upto = upto, upto + quantity.share / total
            last = place == len(each.quantities) - 1
            yield (
                i, place, round(quantity.amount * 100_000), before, 1.0 if last else upto,
                quantity.container, quantity.snomed,
            )  # fmt: skip
