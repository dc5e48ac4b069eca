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
from epact2.synth.england import EXTENTS, England
from epact2.synth.formulary import (
    Formulary,
    Presentation,
    national_items,
    price_after_discount,
    prices,
    read_formulary,
)
from epact2.synth.patients import profile_of, set_patients
from epact2.synth.tables import insert

# Spread of the logarithm of what is prescribed, by what it is and who differs.
SECTION_SPREAD = {"icb": 0.07, "pcn": 0.08, "practice": 0.17}
SUBSTANCE_SPREAD = {"icb": 0.13, "pcn": 0.14, "practice": 0.30}
PRESENTATION_SPREAD = {"icb": 0.25, "practice": 0.25}
BRAND_SPREAD = {"icb": 0.2, "practice": 0.35}
# A section of a practice drifts so much a year, one standard deviation.
DRIFT = 0.04
# Chance beyond that of counting: one month of one practice.
MONTH_SPREAD = 0.025
# What deprivation (in standard deviations) adds to a section (logarithm).
DEPRIVATION = {
    "0402": 0.22, "0407": 0.17, "0408": 0.15, "0410": 0.30, "0301": 0.13, "0302": 0.08, "0601": 0.13,
    "0403": 0.09, "0401": 0.08, "0103": 0.06, "0106": 0.05, "0604": -0.20, "0411": -0.10, "0606": -0.05,
    "1404": -0.06, "0404": 0.04, "0502": 0.05, "0906": 0.05, "0913": 0.10,
}  # fmt: skip
# Sections that comparators look at are kept in finer detail: the least items of a pair, against the rest.
DETAIL = {"0501": 0.12, "0403": 0.25, "1001": 0.12}
# What cost centres prescribe.
SECTIONS_OF = {
    "out of hours": ("0501", "0301", "0603", "0407", "0304", "1104", "0406", "0107", "1001"),
    "hospice": ("0407", "0401", "0406", "0106", "0402", "0102", "0603"),
}


class Prescribing:
    """The pairs of one England in a DuckDB connection, and the SQL of a month's rows."""

    def __init__(self, england: England, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the tables that every month's rows are drawn from; months come later, one by one."""
        self.england = england
        self.connection = connection
        extent = EXTENTS[england.size]
        self.formulary: Formulary = read_formulary(extent.presentations)
        self._least_items = extent.least_items
        self._one_quantity_below = extent.one_quantity_below
        self._usual, self._log_price = self._find_usual()
        connection.execute(SQL_MACROS)
        set_patients(england, connection)
        self._set_practices()
        self._set_presentations()
        self._set_pairs()

    def _set_practices(self) -> None:
        england = self.england
        pcn = {code: i for i, code in enumerate(england.pcns)}
        icb = {code: i for i, code in enumerate(sorted(england.icb_rate))}
        insert(
            self.connection,
            "practice",
            "practice INTEGER, icb INTEGER, pcn INTEGER, kind VARCHAR, rate DOUBLE, deprivation DOUBLE, "
            "shorter DOUBLE",
            (
                (
                    each.number,
                    icb[england.places[each.place].icb] if each.place >= 0 else -1,
                    pcn.get(each.pcn, -1),
                    each.kind,
                    each.rate
                    + (england.icb_rate[england.places[each.place].icb] if each.place >= 0 else 0.0),
                    each.deprivation,
                    each.twenty_eight,
                )
                for each in england.practices
            ),
        )
        tilts = self._price_tilts()
        insert(
            self.connection,
            "icb_tilt",
            "icb INTEGER, tilt DOUBLE",
            ((icb[code], tilt) for code, tilt in tilts),
        )

    def _price_tilts(self) -> list[tuple[str, float]]:
        """For each ICB, how much it prefers dear presentations, so that an item costs what it does there."""
        items, logs = self._usual, self._log_price
        mean = sum(i * x for i, x in zip(items, logs, strict=True)) / sum(items)
        pairs = [(i, x, max(-2.5, min(2.5, x - mean))) for i, x in zip(items, logs, strict=True) if i]
        plain = sum(i * math.exp(x) for i, x, _ in pairs) / sum(i for i, _, _ in pairs)
        found = []
        for code, target in sorted(self.england.icb_price.items()):
            tilt = 0.0
            for _ in range(4):
                weight = [(i * math.exp(tilt * z), x, z) for i, x, z in pairs]
                total = sum(w for w, _, _ in weight)
                cost = sum(w * math.exp(x) for w, x, _ in weight)
                middle = sum(w * z for w, _, z in weight) / total
                slope = sum(w * math.exp(x) * z for w, x, z in weight) / cost - middle
                tilt += (target - math.log(cost / total / plain)) / slope
            found.append((code, tilt))
        return found

    def _find_usual(self) -> tuple[list[float], list[float]]:
        """Of each presentation: England's items in the mean month, and the logarithm of an item's price."""
        months = self.england.months
        by_month = [national_items(self.formulary, month) for month in months]
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
        mean = sum(i * x for i, x in zip(usual, logs, strict=True)) / sum(usual)
        insert(
            self.connection,
            "presentation",
            "presentation INTEGER, code VARCHAR, section INTEGER, section_code VARCHAR, substance INTEGER, "
            "profile VARCHAR, brand BOOLEAN, usual DOUBLE, dear DOUBLE, deprived DOUBLE, detail DOUBLE, "
            "adq BIGINT, quantities INTEGER",
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
                    max(-2.5, min(2.5, logs[i] - mean)),
                    DEPRIVATION.get(each.section, 0.0),
                    DETAIL.get(each.section, 1.0),
                    each.adq,
                    len(each.quantities),
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

    def _set_pairs(self) -> None:
        seed = self.england.seed
        population = self.england.patients / 63_600_000
        # Whole numbers: 2⁴⁰ weights of up to a million still add up exactly in a HUGEINT.
        self.connection.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE section_taste AS
            SELECT p.practice, s.section, s.section_code,
                   {_spread(SECTION_SPREAD, seed, "s.section")} AS taste,
                   {DRIFT} * normal(hash({seed}, 17, p.practice, s.section)) AS drift
            FROM practice p, (SELECT DISTINCT section, section_code FROM presentation) s;

            CREATE OR REPLACE TEMP TABLE substance_taste AS
            SELECT p.practice, s.substance, {_spread(SUBSTANCE_SPREAD, seed, "s.substance")} AS taste
            FROM practice p, (SELECT DISTINCT substance FROM presentation) s;

            CREATE OR REPLACE TEMP TABLE weight AS
            SELECT p.practice, m.presentation, m.usual, m.detail, t.drift, m.quantities,
                   (n.need * exp(
                        p.rate + t.taste + u.taste + m.deprived * p.deprivation
                        + coalesce(c.tilt, 0) * m.dear
                        + {_spread(PRESENTATION_SPREAD, seed, "m.presentation + 100000")}
                        + CASE WHEN m.brand THEN {_spread(BRAND_SPREAD, seed, "-1")} ELSE 0 END
                   ))::BIGINT AS weight
            FROM practice p
            JOIN section_taste t ON t.practice = p.practice
            JOIN presentation m ON m.section = t.section
            JOIN substance_taste u ON u.practice = p.practice AND u.substance = m.substance
            JOIN need n ON n.practice = p.practice AND n.profile = m.profile
            LEFT JOIN icb_tilt c ON c.icb = p.icb
            WHERE {_allowed()};

            CREATE OR REPLACE TEMP TABLE weight_total AS
            SELECT presentation, sum(weight)::DOUBLE AS total FROM weight GROUP BY presentation;

            CREATE OR REPLACE TEMP TABLE pair AS
            WITH expected AS (
                SELECT practice, presentation, drift, quantities, detail * {self._least_items} AS least,
                       usual * {population} * weight / total AS items
                FROM weight JOIN weight_total USING (presentation)
            )
            SELECT practice, presentation, drift, greatest(items, least) AS items,
                   CASE WHEN greatest(items, least) >= {self._one_quantity_below} OR quantities = 1 THEN NULL
                        ELSE uniform(hash({seed}, 23, practice, presentation)) END AS habit
            FROM expected
            WHERE items >= least OR uniform(hash({seed}, 19, practice, presentation)) * least < items
            ORDER BY practice, presentation;
            DROP TABLE weight; DROP TABLE section_taste; DROP TABLE substance_taste;
            """  # noqa: S608 - numbers and names of this package only
        )

    def set_month(self, index: int) -> None:
        """Make the small tables that a month's rows need: prices, codes and practices of that month."""
        england = self.england
        month = england.months[index]
        usual = self._usual
        now = national_items(self.formulary, month)
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
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE time_now AS SELECT {year}::DOUBLE AS years")

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
                   a.items * m.factor * p.factor * (1 + a.drift * t.years)
                   * exp({MONTH_SPREAD} * normal(hash({seed}, 29, {month}, a.practice))) AS items,
                   hash({seed}, {month}, a.practice, a.presentation) AS chance
            FROM pair a
            JOIN presentation_now m USING (presentation)
            JOIN practice_now p USING (practice)
            CROSS JOIN time_now t
            WHERE m.factor > 0
        ), drawn AS (
            -- Poisson: by its second-order normal approximation, which is good from half an item upwards.
            SELECT *, CASE WHEN items < 0.5 THEN (uniform(chance) < items)::BIGINT
                      ELSE greatest(0, floor(items + sqrt(items) * normal(chance)
                                             + (normal(chance) * normal(chance) - 1) / 6 + 0.5))::BIGINT
                      END AS n
            FROM expected
        ), split AS (
            SELECT d.practice, d.presentation, d.code, d.price, q.place, q.amount, q.container, q.snomed,
                   r.adq,
                   CASE WHEN d.habit IS NULL THEN
                       floor(d.n * pow(q.upto, p.shorter) + uniform(hash(d.chance, 31)))::BIGINT
                       - floor(d.n * pow(q.before, p.shorter) + uniform(hash(d.chance, 31)))::BIGINT
                   WHEN d.habit >= pow(q.before, p.shorter) AND d.habit < pow(q.upto, p.shorter) THEN d.n
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


def _allowed() -> str:
    clauses = [
        f"(p.kind = '{kind}' AND m.section_code IN {sections!r})" for kind, sections in SECTIONS_OF.items()
    ]
    return " OR ".join(["p.kind IN ('practice', 'unidentified')", *clauses])


def _spread(spread: dict[str, float], seed: int, key: str) -> str:
    """SQL of a logarithm that differs by ICB, PCN and practice, each with its own spread."""
    parts = [
        f"{size} * normal(hash({seed}, {number}, p.{who}, {key}))"
        for number, (who, size) in enumerate(spread.items(), start=41)
    ]
    return "(" + " + ".join(parts) + ")"


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
