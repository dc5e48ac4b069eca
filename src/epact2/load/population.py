"""Populations: list sizes by age and sex, and the prescribing units that weights make of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import duckdb

from epact2.load import formats
from epact2.load.fast import insert_rows
from epact2.load.formats import NINE_BANDS
from epact2.load.history import Reference
from epact2.load.lists import Lists
from epact2.load.reference_files import Weights
from epact2.model.prescribing import ASTRO_PU_COST, ASTRO_PU_ITEMS, POPULATION_MEASURES, STAR_PUS
from epact2.store.tables import LISTED_PRACTICE, POPULATION, POPULATION_AGE, Table

_SCALE = 9
_CELLS = tuple((sex, band) for band in NINE_BANDS for sex in ("male", "female"))
# The first ages of the nine bands: five-year bands and the nine bands themselves both fall into them.
_FIRST_AGES = (0, 5, 15, 25, 35, 45, 55, 65, 75)


def write_population(
    connection: duckdb.DuckDBPyConnection,
    lists: Sequence[Lists],
    keys: Mapping[str, int],
    kept_months: Collection[int],
    unchanged_months: Collection[int],
    prescribing: Mapping[int, Iterable[str]],
    reference: Reference,
    carried: Collection[Table],
) -> None:
    """Write population_age and listed_practice, then population; the ``carried`` tables hold what is kept.

    ``kept_months`` are copied from the release before; of those, nothing that makes up the population of the
    ``unchanged_months`` has changed.
    """
    copied = ((POPULATION_AGE, kept_months), (LISTED_PRACTICE, kept_months), (POPULATION, unchanged_months))
    for table, table_months in copied:
        if table not in carried:
            _copy(connection, table.name, table_months)
    connection.execute("CREATE OR REPLACE TEMP TABLE practice_key (practice VARCHAR, key INTEGER)")
    insert_rows(connection, "practice_key", list(keys.items()))
    for one in lists:
        listed = [(keys[found.code], *found.cells) for found in one.listed.values()]
        for month in one.months:
            connection.execute(
                f"INSERT INTO dimensions.population_age SELECT {month.number}, key, sex, age_band, patients "  # noqa: S608
                f"FROM {one.table} JOIN practice_key USING (practice) ORDER BY key, sex, age_band"
            )
            insert_rows(
                connection, "dimensions.listed_practice", sorted((month.number, *row) for row in listed)
            )
    connection.execute("CREATE OR REPLACE TEMP TABLE prescribes (month INTEGER, practice INTEGER)")
    insert_rows(
        connection,
        "prescribes",
        [
            (month, keys[code])
            for month, codes in prescribing.items()
            if month not in unchanged_months
            for code in codes
        ],
    )
    connection.execute(_population_sql(reference, unchanged_months))


def _months(months: Collection[int]) -> str:
    """Months as SQL; no month is 0."""
    return ", ".join(str(int(month)) for month in sorted(months)) or "0"


def _copy(connection: duckdb.DuckDBPyConnection, table: str, months: Collection[int]) -> None:
    if months:
        connection.execute(
            f"INSERT INTO dimensions.{table} SELECT * FROM base.{table} WHERE month IN ({_months(months)})"  # noqa: S608
        )


def _population_sql(reference: Reference, unchanged_months: Collection[int]) -> str:
    age = "CAST(split_part(replace(age_band, '+', '-'), '-', 1) AS INTEGER)"
    bounds = [*_FIRST_AGES[1:], 1000]
    sums = ", ".join(
        f"coalesce(sum(patients) FILTER (sex = '{sex}' AND age >= {low} AND age < {high}), 0)::HUGEINT "
        f"AS {sex}_{low}"
        for low, high in zip(_FIRST_AGES, bounds, strict=True)
        for sex in ("male", "female")
    )
    astro = reference.weights(formats.ASTRO_PU)
    star = reference.weights(formats.STAR_PU)
    by_column = {measure.column: star.get(name) for name, measure in STAR_PUS.items()}
    by_column[ASTRO_PU_COST.column] = astro.get("cost")
    by_column[ASTRO_PU_ITEMS.column] = astro.get("items")
    values = ", ".join(
        f"{_units(by_column[one.column])} AS {one.column}"
        if one.column != "list_size"
        else "CAST(list_size AS BIGINT) AS list_size"
        for one in POPULATION_MEASURES
    )
    return f"""
        INSERT INTO dimensions.population
        SELECT month, practice, prescribes.practice IS NOT NULL AS prescribes, {values}
        FROM (
            SELECT month, practice, sum(patients) AS list_size, {sums}
            FROM (SELECT *, {age} AS age FROM dimensions.population_age
                  WHERE month NOT IN ({_months(unchanged_months)}))
            GROUP BY month, practice
        ) LEFT JOIN prescribes USING (month, practice)
        ORDER BY month, practice
    """  # noqa: S608 - numbers and declared names only


def _units(weights: Weights | None) -> str:
    """Patients × weights as SQL in whole numbers, rounded once (half to even) to the stored scale."""
    if weights is None:
        return "NULL"
    digits = max(_SCALE, *(-int(weight.as_tuple().exponent) for weight in weights.values()))
    total = " + ".join(
        f"{sex}_{band.split('-')[0].rstrip('+')} * {int(weights[sex, band].scaleb(digits))}::HUGEINT"
        for sex, band in _CELLS
    )
    unit = 10 ** (digits - _SCALE)
    if unit == 1:
        return f"CAST({total} AS BIGINT)"
    # Half to even without decimals: add half a unit less one, and one more if the quotient would be odd.
    quotient = f"(({total}) // {unit}::HUGEINT)"
    return f"CAST((({total}) + {unit // 2 - 1}::HUGEINT + {quotient} % 2) // {unit}::HUGEINT AS BIGINT)"
