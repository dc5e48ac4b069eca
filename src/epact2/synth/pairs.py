"""What each practice is expected to prescribe in a usual month: the table of pairs.

England's items of a presentation are shared among practices by what their patients need, times tastes that
differ by ICB, PCN and practice. Then ICBs are adjusted as a whole (raking), so that each prescribes as much,
at such a price, as its real counterpart did in January 2026.
"""

from __future__ import annotations

import math

import duckdb

from epact2.synth.england import ENGLAND_PATIENTS, England
from epact2.synth.formulary import Formulary
from epact2.synth.tables import insert

# Spread of the logarithm of what is prescribed, by what it is and who differs.
SECTION_SPREAD = {"icb": 0.05, "pcn": 0.06, "practice": 0.12}
SUBSTANCE_SPREAD = {"icb": 0.11, "pcn": 0.11, "practice": 0.23}
PRESENTATION_SPREAD = {"icb": 0.25, "practice": 0.25}
BRAND_SPREAD = {"icb": 0.2, "practice": 0.35}
# A section of a practice drifts so much a year, one standard deviation.
DRIFT = 0.04
# What deprivation (in standard deviations) adds to a section (logarithm).
DEPRIVATION = {
    "0402": 0.22, "0407": 0.17, "0408": 0.15, "0410": 0.30, "0301": 0.13, "0302": 0.08, "0601": 0.13,
    "0403": 0.09, "0401": 0.08, "0103": 0.06, "0106": 0.05, "0604": -0.20, "0411": -0.10, "0606": -0.05,
    "1404": -0.06, "0404": 0.04, "0502": 0.05, "0906": 0.05, "0913": 0.10,
}  # fmt: skip
# What comparators look at is kept in finer detail: the least items of a pair, against the rest.
DETAIL = (("0403010J0", 0.02), ("0501", 0.05), ("0403", 0.2), ("1001", 0.08))
# So is what costs more than this for one item (pence × 1000), or a few lots would move a place's cost.
DEAR = 35_00_000.0
# What cost centres prescribe.
SECTIONS_OF = {
    "out of hours": ("0501", "0301", "0603", "0407", "0304", "1104", "0406", "0107", "1001"),
    "hospice": ("0407", "0401", "0406", "0106", "0402", "0102", "0603"),
}
# So many rounds of raking bring every ICB within a thousandth of its aim.
ROUNDS = 5


def detail_of(substance: str, log_price: float) -> float:
    """How fine the detail of a presentation is, against the size's own (smaller is finer)."""
    dear = min(1.0, DEAR / math.exp(log_price))
    return min(dear, next((detail for prefix, detail in DETAIL if substance.startswith(prefix)), 1.0))


def set_pairs(
    england: England,
    formulary: Formulary,
    usual: list[float],
    log_price: list[float],
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """Make the table ``pair``: practice, presentation, items of a usual month, drift a year, habit.

    ``habit`` is a number from 0 to 1 that chooses the one quantity of a small pair; NULL where all the
    presentation's quantities are written.
    """
    _set_weights(england.seed, connection)
    _rake(england, formulary, usual, log_price, connection)
    extent = england.extent
    seed, population = england.seed, england.patients / ENGLAND_PATIENTS
    # A pair with too few items is drawn by lot. Lots go round systematically: along each presentation,
    # ICB by ICB, every so many items win one lot, so that the totals of ICBs and England stay as they are.
    # They are counted in whole millionths, whose sums do not depend on the order of adding.
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE pair AS
        WITH expected AS (
            SELECT w.practice, w.presentation, w.drift, w.icb, m.quantities,
                   m.detail * {extent.least_items} AS least,
                   m.usual * {population} * w.weight * a.adjusted AS items
            FROM weight w
            JOIN presentation m USING (presentation)
            JOIN adjustment a ON a.presentation = w.presentation AND a.icb = w.icb
        ), small AS (
            SELECT practice, presentation, drift, quantities, least,
                   floor(1e6 * items / least)::BIGINT AS chance,
                   sum(floor(1e6 * items / least)::BIGINT) OVER (
                       PARTITION BY presentation
                       ORDER BY icb, hash({seed}, 19, practice, presentation), practice
                   )::BIGINT + floor(1e6 * uniform(hash({seed}, 20, presentation)))::BIGINT AS upto
            FROM expected WHERE items < least
        )
        SELECT practice, presentation, drift, items,
               CASE WHEN items >= {extent.one_quantity_below} OR quantities = 1 THEN NULL
                    ELSE uniform(hash({seed}, 23, practice, presentation)) END AS habit
        FROM (
            SELECT practice, presentation, drift, quantities, items FROM expected WHERE items >= least
            UNION ALL
            SELECT practice, presentation, drift, quantities, least FROM small
            WHERE upto // 1000000 > (upto - chance) // 1000000
        )
        ORDER BY practice, presentation;
        DROP TABLE weight; DROP TABLE adjustment;
        """  # noqa: S608 - numbers and names of this package only
    )


def _set_weights(seed: int, connection: duckdb.DuckDBPyConnection) -> None:
    """The table ``weight``: what each practice takes of each presentation, before ICBs are adjusted."""
    connection.execute(
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
        SELECT p.practice, p.icb, m.presentation, t.drift,
               (n.need * exp(
                    p.rate + t.taste + u.taste + m.deprived * p.deprivation
                    + {_spread(PRESENTATION_SPREAD, seed, "m.presentation + 100000")}
                    + CASE WHEN m.brand THEN {_spread(BRAND_SPREAD, seed, "-1")} ELSE 0 END
               ))::BIGINT AS weight
        FROM practice p
        JOIN section_taste t ON t.practice = p.practice
        JOIN presentation m ON m.section = t.section
        JOIN substance_taste u ON u.practice = p.practice AND u.substance = m.substance
        JOIN need n ON n.practice = p.practice AND n.profile = m.profile
        WHERE {_allowed()};
        DROP TABLE section_taste; DROP TABLE substance_taste;
        """  # noqa: S608 - numbers and names of this package only
    )


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


def _rake(
    england: England,
    formulary: Formulary,
    usual: list[float],
    log_price: list[float],
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """The table ``adjustment``: by ICB and presentation, what a weight is multiplied by to become a share.

    Each ICB gets a factor (for how much it prescribes) and a preference for dear or cheap presentations
    (for what an item costs it); both are found by going round, the shares of a presentation adding up to 1.
    """
    sums = connection.execute(
        """
        SELECT icb, presentation, sum(weight)::DOUBLE FROM weight
        GROUP BY icb, presentation ORDER BY icb, presentation
        """
    ).fetchall()
    mean = sum(i * x for i, x in zip(usual, log_price, strict=True)) / sum(usual)
    dear = [max(-2.5, min(2.5, x - mean)) for x in log_price]
    rows: dict[int, list[tuple[int, float]]] = {}
    for icb, presentation, weight in sums:
        rows.setdefault(icb, []).append((presentation, weight))
    rate_aim, price_aim = _aims(england, rows)
    prices = _item_prices(england, formulary, log_price)
    rate = dict.fromkeys(rows, 0.0)
    tilt = dict.fromkeys(rows, 0.0)
    adjusted: dict[int, list[float]] = {}
    for _ in range(ROUNDS):
        total = [0.0] * len(usual)
        adjusted = {}
        for icb, mine in rows.items():
            a, b = rate[icb], tilt[icb]
            factors = [math.exp(a + b * z) for z in dear]
            adjusted[icb] = factors
            for presentation, weight in mine:
                total[presentation] += weight * factors[presentation]
        found = {}
        for icb, mine in rows.items():
            price, factors = prices[icb], adjusted[icb]
            items = cost = dearer = leverage = 0.0
            for m, weight in mine:
                share = weight * factors[m] / total[m] * usual[m]
                spent = share * price[m]
                items += share
                cost += spent
                dearer += share * dear[m]
                leverage += spent * dear[m]
            # How far the price of an item moves with the preference for dear presentations.
            found[icb] = (items, cost / items, leverage / cost - dearer / items)
        all_items = sum(items for items, _, _ in found.values())
        all_price = sum(items * each for items, each, _ in found.values()) / all_items
        for icb, (items, each, slope) in found.items():
            if icb in rate_aim:
                rate[icb] += math.log(rate_aim[icb] * all_items / items)
                tilt[icb] += 0.8 * (price_aim[icb] - math.log(each / all_price)) / max(slope, 0.3)
        for icb in adjusted:
            adjusted[icb] = [
                factor / whole if whole else 0.0 for factor, whole in zip(adjusted[icb], total, strict=True)
            ]
    insert(
        connection,
        "adjustment",
        "icb INTEGER, presentation INTEGER, adjusted DOUBLE",
        (
            (icb, presentation, adjusted[icb][presentation])
            for icb, mine in rows.items()
            for presentation, _ in mine
        ),
    )


def _aims(
    england: England, rows: dict[int, list[tuple[int, float]]]
) -> tuple[dict[int, float], dict[int, float]]:
    """Of each ICB: its share of all items, and the logarithm of its price of an item against the mean."""
    codes = dict(enumerate(sorted(england.icb_rate)))
    here = {icb: codes[icb] for icb in rows if icb >= 0}
    total = sum(england.icb_items[code] for code in here.values())
    share = {icb: england.icb_items[code] / total for icb, code in here.items()}
    middle = sum(share[icb] * math.exp(england.icb_price[code]) for icb, code in here.items())
    return share, {icb: england.icb_price[code] - math.log(middle) for icb, code in here.items()}


def _item_prices(england: England, formulary: Formulary, log_price: list[float]) -> dict[int, list[float]]:
    """Of each ICB: the price of an item of each presentation, with the quantities preferred there."""
    usual = [sum(q.amount * q.share for q in each.quantities) for each in formulary.presentations]
    found = {-1: [math.exp(x) for x in log_price]}
    for icb, code in enumerate(sorted(england.icb_longer)):
        longer = england.icb_longer[code]
        mine = []
        for x, mean, each in zip(log_price, usual, formulary.presentations, strict=True):
            before = upto = amount = 0.0
            for quantity in each.quantities:
                upto += quantity.share
                amount += quantity.amount * (min(1.0, upto) ** longer - before**longer)
                before = min(1.0, upto)
            mine.append(math.exp(x) * amount / mean)
        found[icb] = mine
    return found
