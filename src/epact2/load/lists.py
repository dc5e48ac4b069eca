"""Patients registered at GP practices, from the long files of a month and the wide files of a quarter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb

from epact2.load import fast
from epact2.load.fast import Relation, fetch_one, insert_rows, quoted
from epact2.load.formats import NINE_BANDS
from epact2.load.prescribing import PublishedPractice, sub_icb_code
from epact2.load.read import FETCH_AGAIN, StrictReader
from epact2.load.receive import Received
from epact2.load.recognise import Recognised
from epact2.load.refusals import FileRefused, Refusal, shown
from epact2.model.months import BadMonth, DispensingMonth

ALL = "ALL"
PRACTICES_ONLY = "GP"


_CELLS = "(practice VARCHAR, sex VARCHAR, age_band VARCHAR, patients INTEGER)"
_NOWHERE = ("-", "", "-", "", "-", "")


@dataclass(frozen=True, slots=True)
class Lists:
    """List sizes that hold for one month or for the three months of a quarter.

    The cells (practice, sex, age band, patients) wait in a temporary table: England has 280,000 a month.
    """

    months: tuple[DispensingMonth, ...]
    table: str
    listed: Mapping[str, PublishedPractice]
    rows: int
    warnings: tuple[str, ...]


def read_lists(
    connection: duckdb.DuckDBPyConnection,
    received: Received,
    recognised: Recognised,
    expected: DispensingMonth | None,
) -> Lists:
    """Read a file of list sizes. Raises FileRefused."""
    assert recognised.layout is not None
    table = f"cells_{received.content_sha256[:16]}"
    if any(column.name == "sex" for column in recognised.layout.columns):
        found = _read_long_fast(connection, received, recognised, expected, table)
        return found or _read_long(connection, received, recognised, expected, table)
    if expected is None:
        raise FileRefused(
            Refusal(
                received.name,
                "the quarter to which it belongs is not known.",
                "Name it practice_list_YYYYMM.csv, or give --month.",
            )
        )
    return _read_wide(connection, received, recognised, expected, table)


def _keep_cells(
    connection: duckdb.DuckDBPyConnection, table: str, cells: Iterable[tuple[str, str, str, int]]
) -> None:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} {_CELLS}")
    insert_rows(connection, table, list(cells))


def _listed(postcodes: Mapping[str, str]) -> dict[str, PublishedPractice]:
    """The practices of a long file, which says nothing of their names and places."""
    return {code: PublishedPractice(code, "", postcode, *_NOWHERE) for code, postcode in postcodes.items()}


def _left_out(counts: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(
        f"{count} rows of other organisations ({kind}) add practices up and are left out."
        for kind, count in sorted(counts.items())
    )


def _read_long_fast(
    connection: duckdb.DuckDBPyConnection,
    received: Received,
    recognised: Recognised,
    expected: DispensingMonth | None,
    table: str,
) -> Lists | None:
    """The lists, if nothing at all is odd about the file; else None, and the strict reader must look."""
    relation = fast.as_received(received, recognised)
    if relation is None:
        return None
    try:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE received_lists AS SELECT *, {relation.plain()} AS is_plain, "  # noqa: S608
            f"{relation.ends_in_comma} AS ends_in_comma, TRY_CAST(patients AS INTEGER) AS counted "
            f"FROM {relation.sql}"
        )
    except duckdb.Error:
        return None
    month = _sound_month(connection, relation, expected)
    if month is None:
        return None
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE {table} AS
        SELECT practice, lower(sex) AS sex, replace(age, '_', '-') AS age_band, counted AS patients
        FROM received_lists WHERE kind = {quoted(PRACTICES_ONLY)} AND sex <> 'ALL' AND age <> 'ALL'
        """  # noqa: S608 - a name made of a checksum
    )
    postcodes = connection.execute(
        "SELECT practice, any_value(postcode) FROM received_lists WHERE kind = ? GROUP BY practice",
        [PRACTICES_ONLY],
    ).fetchall()
    others = connection.execute(
        "SELECT kind, count(*) FROM received_lists WHERE kind <> ? GROUP BY kind", [PRACTICES_ONLY]
    ).fetchall()
    return Lists((month,), table, _listed(dict(postcodes)), relation.rows, _left_out(dict(others)))


def _sound_month(
    connection: duckdb.DuckDBPyConnection, relation: Relation, expected: DispensingMonth | None
) -> DispensingMonth | None:
    """The month of lists that were read for certain, are of one month, and add up; None otherwise."""
    rows, plain, commas, first, last = fetch_one(
        connection,
        "SELECT count(*), coalesce(bool_and(is_plain), false), count_if(ends_in_comma), "
        "min(month), max(month) FROM received_lists",
    )
    if not plain or rows != relation.rows or commas != relation.rows_ending_in_comma or first != last:
        return None
    try:
        month = DispensingMonth.parse(str(first))
    except BadMonth:
        return None
    (sound,) = fetch_one(
        connection,
        """
        WITH cell AS (SELECT * FROM received_lists WHERE kind = ?),
        practice AS (
            SELECT practice, count(*) AS rows, count(DISTINCT (sex, age)) AS cells,
                count_if(sex <> 'ALL' AND age <> 'ALL') AS parts,
                sum(counted) FILTER (sex = 'ALL' AND age = 'ALL') AS total,
                sum(counted) FILTER (sex = 'MALE' AND age = 'ALL') AS male_total,
                sum(counted) FILTER (sex = 'FEMALE' AND age = 'ALL') AS female_total,
                coalesce(sum(counted) FILTER (sex = 'MALE' AND age <> 'ALL'), 0) AS male,
                coalesce(sum(counted) FILTER (sex = 'FEMALE' AND age <> 'ALL'), 0) AS female,
                count_if(sex = 'ALL' AND age <> 'ALL') AS ages
            FROM cell GROUP BY practice
        )
        -- Totals by age are rare: the strict reader checks those.
        SELECT coalesce(bool_and(rows = cells AND parts > 0 AND ages = 0
            AND coalesce(total, male + female) = male + female
            AND coalesce(male_total, male) = male AND coalesce(female_total, female) = female), false)
        FROM practice
        """,
        [PRACTICES_ONLY],
    )
    return month if sound and expected in (None, month) else None


def _read_long(
    connection: duckdb.DuckDBPyConnection,
    received: Received,
    recognised: Recognised,
    expected: DispensingMonth | None,
    table: str,
) -> Lists:
    reader = StrictReader(received, recognised)
    columns = {column.name: column for column in reader.layout.columns}
    place = {name: number for number, name in enumerate(columns)}
    month_at, kind_at, practice_at = place["month"], place["kind"], place["practice"]
    sex_at, age_at, patients_at, postcode_at = (
        place["sex"],
        place["age"],
        place["patients"],
        place["postcode"],
    )
    month = expected
    month_text = ""
    cells: dict[str, dict[tuple[str, str], int]] = {}
    first_line: dict[str, int] = {}
    postcodes: dict[str, str] = {}
    left_out: dict[str, int] = {}
    rows = 0
    for line, row in reader:
        rows += 1
        if row[month_at] != month_text:
            found = DispensingMonth.parse(row[month_at])
            month = month or found
            if found != month:
                reader.fault(
                    f"{shown(row[month_at])} is another month than {month.name}.",
                    "A file must hold one month, that of its name: split it, or fetch it again.",
                    line,
                    columns["month"],
                )
                continue
            month_text = row[month_at]
        if row[kind_at] != PRACTICES_ONLY:
            left_out[row[kind_at]] = left_out.get(row[kind_at], 0) + 1
            continue
        practice, key = row[practice_at], (row[sex_at], row[age_at])
        of_practice = cells.setdefault(practice, {})
        if key in of_practice:
            reader.fault(
                f"practice {shown(practice)} has two rows for {key[0]}, {key[1]}.",
                FETCH_AGAIN,
                line,
                columns["age"],
            )
        of_practice[key] = int(row[patients_at])
        first_line.setdefault(practice, line)
        postcodes[practice] = row[postcode_at]
    for practice, of_practice in cells.items():
        problem = _does_not_add_up(of_practice)
        if problem:
            reader.fault(
                f"practice {shown(practice)}: {problem}.",
                FETCH_AGAIN,
                first_line[practice],
                columns["patients"],
            )
    if not cells:
        reader.fault("it has no row of a practice (ORG_TYPE GP).", "Load the file that has practices.", None)
    reader.finish()
    assert month is not None, "a file without rows was refused"
    _keep_cells(
        connection,
        table,
        (
            (practice, sex.lower(), band.replace("_", "-"), patients)
            for practice, found in cells.items()
            for (sex, band), patients in found.items()
            if ALL not in (sex, band)
        ),
    )
    return Lists((month,), table, _listed(postcodes), rows, _left_out(left_out))


def _does_not_add_up(cells: Mapping[tuple[str, str], int]) -> str:
    """The totals that stand among the parts must be their sums; the difference in words, or nothing."""
    parts = {key: patients for key, patients in cells.items() if ALL not in key}
    if not parts:
        return "it has totals but no row by sex and age"
    for (sex, band), stated in cells.items():
        if ALL not in (sex, band):
            continue
        summed = sum(
            patients for (one, age), patients in parts.items() if sex in (ALL, one) and band in (ALL, age)
        )
        if summed != stated:
            return f"the total for {sex}, {band} is {stated}, and its parts add up to {summed}"
    return ""


def _read_wide(
    connection: duckdb.DuckDBPyConnection,
    received: Received,
    recognised: Recognised,
    expected: DispensingMonth,
    table: str,
) -> Lists:
    reader = StrictReader(received, recognised)
    columns = {column.name: column for column in reader.layout.columns}
    place = {name: number for number, name in enumerate(columns)}
    bands = [((sex, band), place[f"{sex} {band}"]) for band in NINE_BANDS for sex in ("male", "female")]
    cells: dict[str, dict[tuple[str, str], int]] = {}
    listed: dict[str, PublishedPractice] = {}
    for line, row in reader:
        practice = row[place["practice"]]
        if practice in cells:
            reader.fault(f"practice {shown(practice)} has two rows.", FETCH_AGAIN, line, columns["practice"])
        cells[practice] = {key: int(row[at]) for key, at in bands}
        listed[practice] = PublishedPractice(
            code=practice,
            name=row[place["practice_name"]],
            postcode="",
            sub_icb=sub_icb_code(row[place["sub_icb"]]),
            sub_icb_name=row[place["sub_icb_name"]],
            icb=row[place["icb"]],
            icb_name=row[place["icb_name"]],
            region=row[place["region"]],
            region_name=row[place["region_name"]],
        )
    reader.finish()
    _keep_cells(
        connection,
        table,
        ((practice, *key, patients) for practice, of in cells.items() for key, patients in of.items()),
    )
    first = expected.plus(-((expected.month - 1) % 3))
    return Lists(tuple(first.plus(step) for step in range(3)), table, listed, len(cells), ())
