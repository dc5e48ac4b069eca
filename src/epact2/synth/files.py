"""The files of a synthetic England, in the layouts in which the NHS publishes the real ones.

They enter the system where real files do: through the loader. Every folder says that it is synthetic.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb

from epact2.errors import Epact2Error
from epact2.model.months import MONTH_NAMES, DispensingMonth
from epact2.synth.england import EXTENTS, England, Practice, Size, make_england, months_until
from epact2.synth.formulary import read_data
from epact2.synth.item_files import MEMORY, ItemFiles
from epact2.synth.patients import AGE_GROUPS, SEXES
from epact2.synth.prescribing import Prescribing
from epact2.synth.reference_files import SYNTHETIC, write_bnf, write_organisations, write_weights
from epact2.synth.tables import insert

LAST_MONTH = 202603
# The last month of the model's own figures is January 2026; a little beyond is still believable.
EARLIEST, LATEST = 201901, 202712
MOST_MONTHS = 84

EPD_HEADER = (
    "YEAR_MONTH,REGIONAL_OFFICE_NAME,REGIONAL_OFFICE_CODE,ICB_NAME,ICB_CODE,PCO_NAME,PCO_CODE,PRACTICE_NAME,"
    "PRACTICE_CODE,ADDRESS_1,ADDRESS_2,ADDRESS_3,ADDRESS_4,POSTCODE,BNF_CHEMICAL_SUBSTANCE_CODE,"
    "BNF_CHEMICAL_SUBSTANCE,BNF_PRESENTATION_CODE,BNF_PRESENTATION_NAME,BNF_CHAPTER_PLUS_CODE,QUANTITY,ITEMS,"
    "TOTAL_QUANTITY,ADQ_USAGE,NIC,ACTUAL_COST,UNIDENTIFIED,SNOMED_CODE"
)
LIST_HEADER = (
    "PUBLICATION,EXTRACT_DATE,ORG_TYPE,ORG_CODE,ONS_CODE,POSTCODE,SEX,AGE_GROUP_5,NUMBER_OF_PATIENTS"
)

Progress = Callable[[str, int, int], None]


class BadSynthesis(Epact2Error):
    """A synthetic England that cannot be made as asked."""


def write_england(
    directory: Path,
    *,
    size: Size = "icb",
    months: int = 36,
    seed: int = 1,
    last_month: int = LAST_MONTH,
    gzip: bool = False,
    items: bool = False,
    item_months: int | None = None,
    parquet: bool = False,
    threads: int | None = None,
    progress: Progress | None = None,
) -> list[Path]:
    """Write all files of a synthetic England into a directory; answers their paths, in loading order.

    The same size, months, seed and last month give the same bytes, whatever the number of threads.
    ``gzip`` writes the prescribing as ``.csv.gz``. ``progress`` is told what is being written, how many
    months are done and how many there are.

    ``items`` writes single items of patients, too, for the last ``item_months`` months (none given: all), as
    CSV or as Parquet; the prescribing of all months is then in finer detail, and that of those months is the
    sum of their items. ``items/later`` holds what becomes known a month later; it is not among the paths.
    """
    _check(directory, size, months, seed, last_month)
    _check_items(months, items=items, item_months=item_months, parquet=parquet)
    england = make_england(size, months_until(last_month, months), seed, items=items)
    written = write_bnf(england, directory / "bnf")
    written += write_organisations(england, directory / "organisations")
    written += write_weights(directory / "weights")
    scratch = directory / ".scratch"
    if items:
        # Items of a large England do not fit into memory: what is made of a month waits on disk.
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
    connection = duckdb.connect(str(scratch / "items.duckdb") if items else ":memory:")
    try:
        if items:
            connection.execute(f"SET memory_limit = '{MEMORY}'")
        if threads:
            connection.execute(f"SET threads = {int(threads)}")
        if progress:
            progress("practices", 0, months)
        prescribing = Prescribing(england, connection)
        for folder in ("list-size", "epd"):
            (directory / folder).mkdir(parents=True, exist_ok=True)
            (directory / folder / "README.txt").write_text(SYNTHETIC, encoding="ascii")
        (directory / "README.txt").write_text(SYNTHETIC, encoding="ascii")
        _set_prefixes(prescribing)
        if items:
            prescribing.set_month(months - 1)
            files = ItemFiles(prescribing, directory)
            written += files.write_places()
        for index, month in enumerate(england.months):
            prescribing.set_month(index)
            name = directory / "list-size" / f"gp-reg-pat-prac-quin-age_{month}.csv"
            _write_list(connection, england, index, name)
            written.append(name)
            name = directory / "epd" / f"EPD_SNOMED_{month}.csv{'.gz' if gzip else ''}"
            with_items = items and index >= months - (item_months or months)
            rows = prescribing.month_sql(index)
            if with_items:
                connection.execute(f"CREATE OR REPLACE TABLE month_row AS {rows}")
                rows = "SELECT * FROM month_row"
            _write_epd(prescribing, index, rows, name)
            written.append(name)
            called = f"{MONTH_NAMES[month % 100 - 1]} {month // 100}"
            if with_items:
                if progress:
                    progress(f"the items of {called}", index, months)
                written.append(files.write_month(index, parquet=parquet, gzip=gzip))
            if progress:
                progress(called, index + 1, months)
    finally:
        connection.close()
        shutil.rmtree(scratch, ignore_errors=True)
    return written


def _check(directory: Path, size: str, months: int, seed: int, last_month: int) -> None:
    if size not in EXTENTS:
        raise BadSynthesis(f"There is no size “{size}”.", f"Choose one of {', '.join(EXTENTS)}.")
    if not 1 <= months <= MOST_MONTHS:
        raise BadSynthesis(
            f"{months} months cannot be made.", f"Ask for a number of months from 1 to {MOST_MONTHS}."
        )
    if not 0 <= seed < 2**31:
        raise BadSynthesis(f"{seed} is no seed.", "Choose a whole number from 0 to 2147483647.")
    DispensingMonth.from_number(last_month)
    first = months_until(last_month, months)[0]
    if first < EARLIEST or last_month > LATEST:
        raise BadSynthesis(
            f"The months from {first} to {last_month} lie outside what the synthetic England models.",
            f"Choose months from {EARLIEST} to {LATEST}.",
        )
    if directory.exists() and not directory.is_dir():
        raise BadSynthesis(f"{directory} is a file.", "Name a directory, new or empty.")
    if directory.exists() and any(directory.iterdir()):
        mark = directory / "README.txt"
        if not mark.is_file() or "SYNTHETIC" not in mark.read_text(encoding="utf-8", errors="replace"):
            raise BadSynthesis(
                f"{directory} holds other files.",
                "Name a new or empty directory, so that none is overwritten.",
            )


def _check_items(months: int, *, items: bool, item_months: int | None, parquet: bool) -> None:
    if not items and (parquet or item_months is not None):
        raise BadSynthesis(
            "Parquet files and a number of months of items were asked for, but no items.",
            "Ask for items, too (--items).",
        )
    if item_months is not None and not 1 <= item_months <= months:
        raise BadSynthesis(
            f"Items of {item_months} months cannot be made of {months} months.",
            f"Ask for a number of months of items from 1 to {months}.",
        )


def quoted(text: str) -> str:
    """A field of a CSV file, in quotes only when it needs them (as NHS files have it)."""
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\r\n') else text


def _set_prefixes(prescribing: Prescribing) -> None:
    """The parts of a line that are the same in all months, made once: a line is then five numbers long."""
    england = prescribing.england
    practices = (
        (each.number, _practice_text(england, each), "Y" if each.kind == "unidentified" else "N")
        for each in england.practices
    )
    columns = "practice INTEGER, line VARCHAR, flag VARCHAR"
    insert(prescribing.connection, "practice_text", columns, practices)
    names = {row["code"]: row["name"] for row in read_data("bnf.csv")}
    rows: dict[str, str] = {}
    for each in prescribing.formulary.presentations:
        for code in (each.code, *(before for _, before in each.earlier)):
            substance = code[:4] if len(code) == 11 else code[:9]
            fields = (substance, names[substance], code, each.name, f"{code[:2]}: {names[code[:2]]}")
            rows[code] = ",".join(quoted(field) for field in fields)
    insert(prescribing.connection, "presentation_text", "code VARCHAR, line VARCHAR", sorted(rows.items()))
    # As ENUMs the texts go through sorting as numbers; they become text when the line is written.
    for table in ("practice", "presentation"):
        prescribing.connection.execute(
            f"""
            CREATE TYPE {table}_line AS ENUM (SELECT line FROM {table}_text ORDER BY ALL);
            ALTER TABLE {table}_text ALTER line TYPE {table}_line;
            """  # noqa: S608 - names of this function
        )


def _practice_text(england: England, practice: Practice) -> str:
    if practice.place < 0:
        above = ("UNIDENTIFIED", "-", "UNIDENTIFIED", "-", "UNIDENTIFIED", "-")
        address = ("-", "-", "-", "-", "-")
    else:
        place = england.places[practice.place]
        above = (place.region_name, place.region, place.icb_name, place.icb, place.name, place.pco_code)
        address = (practice.address, "SYNTHETIC", "", "", practice.postcode)
    return ",".join(quoted(field) for field in (*above, practice.name, practice.code, *address))


def _write_epd(prescribing: Prescribing, index: int, rows: str, path: Path) -> None:
    month = prescribing.england.months[index]
    # Numbers as in the current files: no trailing zeros, and a point even when nothing follows it.
    numbers = [_decimal("r.quantity", 5), "r.items", _decimal("r.total_quantity", 5)]
    numbers += [_decimal("r.adq_usage", 5), _decimal("r.nic", 2), _decimal("r.actual_cost", 5)]
    sql = f"""
        SELECT '{month // 100}-{month % 100:02},' || who || ',' || what || ','
               || {" || ',' || ".join(numbers)} || ',' || flag || ',' || r.snomed
        FROM (
            SELECT r.*, p.line AS who, m.line AS what, p.flag
            FROM ({rows}) r
            JOIN practice_text p USING (practice)
            JOIN presentation_text m USING (code)
            ORDER BY r.practice, r.presentation, r.place
        ) r
    """  # noqa: S608 - numbers of this package only
    _copy(prescribing.connection, sql, EPD_HEADER, path)


def _decimal(column: str, places: int) -> str:
    return f"rtrim(CAST({column} * CAST(1e-{places} AS DECIMAL({places + 1},{places})) AS VARCHAR), '0')"


def _write_list(connection: duckdb.DuckDBPyConnection, england: England, index: int, path: Path) -> None:
    """A month's list sizes: for each practice the total, the totals of the sexes, and forty cells."""
    month = england.months[index]
    day = f"01{MONTH_NAMES[month % 100 - 1][:3].upper()}{month // 100}"
    insert(
        connection,
        "listed",
        "practice INTEGER, code VARCHAR, postcode VARCHAR",
        ((each.number, each.code, each.postcode) for each in england.practices if each.kind == "practice"),
    )
    ages = ", ".join(f"'{age}'" for age in AGE_GROUPS)
    sql = f"""
        WITH cell AS (
            SELECT practice, sex, age, round(patients / 1000.0 * factor)::BIGINT AS n
            FROM patients JOIN practice_now USING (practice) JOIN listed USING (practice)
        ), line AS (
            SELECT practice, CASE WHEN grouping(sex) = 1 THEN -1 ELSE 1 - sex END AS sex,
                   CASE WHEN grouping(age) = 1 THEN 99 ELSE age END AS age, sum(n)::BIGINT AS n
            FROM cell GROUP BY GROUPING SETS ((practice), (practice, sex), (practice, sex, age))
        )
        SELECT 'GP_PRAC_PAT_LIST,{day},GP,' || code || ',,' || postcode || ','
               || CASE sex WHEN -1 THEN 'ALL' WHEN 0 THEN '{SEXES[1]}' ELSE '{SEXES[0]}' END || ','
               || CASE age WHEN 99 THEN 'ALL' ELSE ([{ages}])[age + 1] END || ',' || n
        FROM line JOIN listed USING (practice)
        ORDER BY practice, sex, age
    """  # noqa: S608 - numbers of this package only
    _copy(connection, sql, LIST_HEADER, path)


def _copy(connection: duckdb.DuckDBPyConnection, sql: str, header: str, path: Path) -> None:
    """Write lines that are already text, ending in CRLF: one unquoted column whose name is the header."""
    part = path.with_name(path.name + ".part")
    target = str(part).replace("'", "''")
    compression = "gzip" if path.suffix == ".gz" else "none"
    connection.execute(
        f"""
        COPY (SELECT line || chr(13) AS "{header}\r" FROM ({sql}) AS t(line)) TO '{target}'
        (FORMAT csv, HEADER true, QUOTE '', ESCAPE '', DELIMITER '\x01', COMPRESSION {compression})
        """  # noqa: S608 - text of this module, and a quoted path
    )
    part.replace(path)
