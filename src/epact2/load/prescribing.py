"""One month of the English Prescribing Dataset: from the received file to the month's rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from epact2.load import fast
from epact2.load.database import attached
from epact2.load.fast import Relation, fetch_one, insert_rows
from epact2.load.formats import Column
from epact2.load.read import FETCH_AGAIN, StrictReader
from epact2.load.receive import Received
from epact2.load.recognise import Recognised
from epact2.load.refusals import FileRefused, Refusal, shown
from epact2.model.months import DispensingMonth
from epact2.store.tables import PRESCRIBING, PUBLISHED_PRACTICE, PUBLISHED_PRESENTATION, ROWS_TABLES

UNIDENTIFIED = "-"

_PRACTICE_CELLS = (
    "practice", "practice_name", "postcode", "sub_icb", "sub_icb_name",
    "icb", "icb_name", "region", "region_name",
)  # fmt: skip
# An unidentified prescriber has the code “-” in every sub-ICB location: it is told apart by the location.
_IDENTITY = f"CASE WHEN practice = '{UNIDENTIFIED}' THEN practice || sub_icb ELSE practice END"


def practice_code(published: str, sub_icb: str) -> str:
    """The code under which a practice is kept: its own, or for an unidentified one that of its location.

    ``-`` stands for those whose location is not identified either; ``-11M`` for those of location 11M.
    """
    return published if published != UNIDENTIFIED or sub_icb == UNIDENTIFIED else f"-{sub_icb}"


def sub_icb_code(published: str) -> str:
    """A sub-ICB location's own code: files add 00 to codes of three characters."""
    return published[:3] if len(published) == 5 and published.endswith("00") else published


@dataclass(frozen=True, slots=True)
class PublishedPractice:
    """What one month's file says of a practice."""

    code: str
    name: str
    postcode: str
    sub_icb: str
    sub_icb_name: str
    icb: str
    icb_name: str
    region: str
    region_name: str

    @property
    def cells(self) -> tuple[str, ...]:
        """The columns of the stored table, without the key."""
        return (
            self.code, self.name, self.postcode, self.sub_icb, self.sub_icb_name,
            self.icb, self.icb_name, self.region, self.region_name,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Month:
    """A month's file that keeps to its contract, ready to be written."""

    month: DispensingMonth
    relation: Relation
    rows: int
    practices: Mapping[str, PublishedPractice]
    practice_codes: Mapping[str, str]  # by the identity that SQL makes
    presentations: Mapping[str, str]
    warnings: tuple[str, ...]


def read_month(
    connection: duckdb.DuckDBPyConnection,
    received: Received,
    recognised: Recognised,
    expected: DispensingMonth | None,
    folder: Path,
) -> Month:
    """Check a whole file in one scan. Raises FileRefused."""
    relation = fast.as_received(received, recognised)
    if relation is None or not _scan(connection, relation):
        relation = fast.rewritten(received, recognised, folder / "plain.csv")
        if not _scan(connection, relation):
            raise FileRefused(
                Refusal(
                    received.name,
                    "its rows cannot be told apart with certainty.",
                    "Save it again with every text in quotes.",
                )
            )
    month = _month(connection, received, recognised, expected)
    practices, codes, doubts = _practices(connection)
    presentations, more = _presentations(connection)
    return Month(
        month=month,
        relation=relation,
        rows=relation.rows,
        practices=practices,
        practice_codes=codes,
        presentations=presentations,
        warnings=(*doubts, *more),
    )


def _scan(connection: duckdb.DuckDBPyConnection, relation: Relation) -> bool:
    """Read the table once into the groups that the checks need; whether it may be trusted."""
    cells = ", ".join(_PRACTICE_CELLS)
    try:
        connection.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE scan AS
            SELECT {cells}, presentation, presentation_name, grouping(practice) = 0 AS of_practice,
                count(*) AS rows, bool_and({relation.plain}) AS plain,
                count_if({relation.ends_in_comma}) AS ending_in_comma,
                min(month) AS first_month, max(month) AS last_month
            FROM {relation.sql}
            GROUP BY GROUPING SETS (({cells}), (presentation, presentation_name))
            """  # noqa: S608 - the path is quoted, the rest is declared in formats
        )
    except duckdb.Error:
        return False
    rows, plain, ending_in_comma = fetch_one(
        connection,
        "SELECT coalesce(sum(rows), 0)::BIGINT, coalesce(bool_and(plain), false), "
        "coalesce(sum(ending_in_comma), 0)::BIGINT FROM scan WHERE of_practice",
    )
    commas_agree = relation.rows_ending_in_comma in (-1, ending_in_comma)
    return bool(plain) and rows == relation.rows and commas_agree


def _month(
    connection: duckdb.DuckDBPyConnection,
    received: Received,
    recognised: Recognised,
    expected: DispensingMonth | None,
) -> DispensingMonth:
    first, last = fetch_one(connection, "SELECT min(first_month), max(last_month) FROM scan")
    assert recognised.layout is not None
    if first == last:
        month = DispensingMonth.parse(str(first))
        if expected in (None, month):
            return month
    reader = StrictReader(received, recognised)
    place = [column.name for column in reader.layout.columns].index("month")
    column = reader.layout.columns[place]
    wanted = expected
    for line, cells in reader:
        month = DispensingMonth.parse(cells[place])
        wanted = wanted or month
        if month != wanted:
            why = "the file's name or --month says" if expected else "the first row says"
            reader.fault(
                f"{shown(cells[place])} is another month than {wanted.name}, as {why}.",
                "Load the file of one whole month under its own name."
                if expected
                else "A file must hold one month: split it, or fetch it again.",
                line,
                column,
            )
    reader.finish()
    assert wanted is not None
    return wanted


def _practices(
    connection: duckdb.DuckDBPyConnection,
) -> tuple[dict[str, PublishedPractice], dict[str, str], list[str]]:
    """Each practice as most of its rows have it; a practice in two locations is reported."""
    found = connection.execute(
        f"SELECT {', '.join(_PRACTICE_CELLS)}, {_IDENTITY} FROM scan WHERE of_practice "  # noqa: S608
        f"ORDER BY rows DESC, {', '.join(_PRACTICE_CELLS)}"
    ).fetchall()
    practices: dict[str, PublishedPractice] = {}
    codes: dict[str, str] = {}
    moved: set[str] = set()
    for (
        published,
        name,
        postcode,
        sub_icb,
        sub_icb_name,
        icb,
        icb_name,
        region,
        region_name,
        identity,
    ) in found:
        location = sub_icb_code(sub_icb)
        code = practice_code(published, location)
        codes[identity] = code
        practice = PublishedPractice(
            code, name, postcode, location, sub_icb_name, icb, icb_name, region, region_name
        )
        known = practices.setdefault(code, practice)
        if (known.sub_icb, known.icb, known.region) != (location, icb, region):
            moved.add(code)
    warnings = [
        f"Practice {code} stands in several places; its rows count for sub-ICB location "
        f"{practices[code].sub_icb}, which most of them name."
        for code in sorted(moved)
    ]
    return practices, codes, warnings


def _presentations(connection: duckdb.DuckDBPyConnection) -> tuple[dict[str, str], list[str]]:
    found = connection.execute(
        "SELECT presentation, presentation_name FROM scan WHERE NOT of_practice "
        "ORDER BY rows DESC, presentation, presentation_name"
    ).fetchall()
    names: dict[str, str] = {}
    renamed = set()
    for code, name in found:
        if names.setdefault(code, name) != name:
            renamed.add(code)
    warnings = []
    if renamed:
        warnings.append(
            f"{len(renamed)} presentations come under several names (for example {min(renamed)}); "
            "the commonest is kept."
        )
    odd = sorted(code for code in names if len(code) not in (11, 15) or not code.isalnum())
    if odd:
        warnings.append(
            f"{len(odd)} presentation codes have neither 15 nor 11 letters and digits "
            f"(for example {odd[0]}); their rows are kept."
        )
    return names, warnings


def write_month(
    connection: duckdb.DuckDBPyConnection,
    month: Month,
    practice_keys: Mapping[str, int],
    presentation_keys: Mapping[str, int],
    target: Path,
) -> None:
    """Write a month's rows, sorted, with what the month calls its practices and presentations."""
    connection.execute("CREATE OR REPLACE TEMP TABLE practice_key (identity VARCHAR, key INTEGER)")
    identities = [(identity, practice_keys[code]) for identity, code in month.practice_codes.items()]
    insert_rows(connection, "practice_key", identities)
    connection.execute("CREATE OR REPLACE TEMP TABLE presentation_key (code VARCHAR, key INTEGER)")
    coded = [(code, presentation_keys[code]) for code in month.presentations]
    insert_rows(connection, "presentation_key", coded)
    snomed = "snomed" if any(column.name == "snomed" for column in month.relation.order) else "''"
    with attached(connection, target, "target", new=ROWS_TABLES):
        connection.execute(
            f"""
            INSERT INTO target.{PRESCRIBING.name}
            SELECT {month.month.number}, practice_key.key AS practice, presentation_key.key AS presentation,
                {snomed}, {_scaled("quantity", 5)}, CAST(items AS BIGINT), {_scaled("total_quantity", 5)},
                {_scaled("nic", 2)}, {_scaled("actual_cost", 5)}, {_scaled("adq_usage", 5)}
            FROM {month.relation.sql} AS received
            JOIN practice_key ON practice_key.identity = {_IDENTITY}
            JOIN presentation_key ON presentation_key.code = received.presentation
            ORDER BY practice_key.key, presentation_key.key
            """  # noqa: S608 - the path is quoted, the rest is declared in formats
        )
        insert_rows(
            connection,
            f"target.{PUBLISHED_PRACTICE.name}",
            sorted((practice_keys[one.code], *one.cells) for one in month.practices.values()),
        )
        named = [(presentation_keys[code], code, name) for code, name in month.presentations.items()]
        insert_rows(connection, f"target.{PUBLISHED_PRESENTATION.name}", sorted(named))
        rows = fetch_one(connection, f"SELECT count(*) FROM target.{PRESCRIBING.name}")[0]  # noqa: S608
        assert rows == month.rows, f"{rows} rows were written of {month.rows}"


def _scaled(column: str, scale: int) -> str:
    """A plain number as a whole number of its smallest parts; exact, as plain numbers have no more digits."""
    return f"CAST(CAST({column} AS DECIMAL(18, {scale})) * {10**scale} AS BIGINT)"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a month's written rows tell about themselves."""

    repeated: tuple[tuple[str, str, str, int], ...]  # practice, presentation, SNOMED code, quantity (scale 5)
    wrong_totals: int
    wrong_total_example: str
    negative: int
    items_of_unknown: int

    def warnings(self, unknown: Sequence[str]) -> list[str]:
        """The facts that the sender of the file should hear of. ``unknown`` codes are not in the hierarchy."""
        said = []
        if unknown:
            said.append(
                f"{len(unknown)} presentations ({self.items_of_unknown} items) are not in the BNF hierarchy that "
                f"is loaded (for example {unknown[0]}); their rows are kept."
            )
        if self.wrong_totals:
            said.append(
                f"{self.wrong_totals} rows have a total quantity that is not quantity × items (for example "
                f"practice {self.wrong_total_example}); the total is kept as published."
            )
        if self.negative:
            said.append(f"{self.negative} rows have negative numbers: corrections of earlier months.")
        return said


def look_at_rows(
    connection: duckdb.DuckDBPyConnection, path: Path, most: int, unknown_keys: Sequence[int]
) -> Facts:
    """Rows that stand twice, totals that are not quantity × items, rows of unknown presentations."""
    with attached(connection, path, "written"):
        repeated = connection.execute(
            f"""
            SELECT published_practice.code, published_presentation.code, snomed, quantity
            FROM (SELECT practice, presentation, snomed, quantity FROM written.prescribing
                  GROUP BY ALL HAVING count(*) > 1)
            JOIN written.published_practice USING (practice)
            JOIN written.published_presentation USING (presentation)
            ORDER BY ALL LIMIT {most}
            """  # noqa: S608 - a number
        ).fetchall()
        wrong, example, negative = connection.execute(
            """
            SELECT count_if(wrong), any_value((practice, presentation)) FILTER (wrong),
                count_if(items < 0 OR quantity < 0 OR nic < 0)
            FROM (SELECT *, quantity::HUGEINT * items <> total_quantity AS wrong FROM written.prescribing)
            """
        ).fetchall()[0]
        said = ""
        if wrong:
            said = "{}, presentation {}".format(
                *fetch_one(
                    connection,
                    "SELECT published_practice.code, published_presentation.code "
                    "FROM written.published_practice, written.published_presentation "
                    "WHERE practice = ? AND presentation = ?",
                    list(example),
                )
            )
        (items,) = fetch_one(
            connection,
            "SELECT coalesce(sum(items), 0) FROM written.prescribing WHERE presentation IN "
            "(SELECT unnest(?::INTEGER[]))",
            [list(unknown_keys)],
        )
    return Facts(tuple(repeated), wrong, said, negative, int(str(items)))


def refuse_repeated(received: Received, recognised: Recognised, facts: Facts) -> None:
    """Name the lines of rows that stand twice. Raises FileRefused if there are any."""
    if not facts.repeated:
        return
    wanted = set(facts.repeated)
    seen: dict[tuple[str, str, str, int], int] = {}
    reader = StrictReader(received, recognised)
    names = [column.name for column in reader.layout.columns]
    columns: dict[str, Column] = {column.name: column for column in reader.layout.columns}
    for line, cells in reader:
        row = dict(zip(names, cells, strict=True))
        practice = practice_code(row["practice"], sub_icb_code(row["sub_icb"]))
        quantity = int(Decimal(row["quantity"]).scaleb(5))
        key = practice, row["presentation"], row.get("snomed", ""), quantity
        if key not in wanted:
            continue
        if key in seen:
            reader.fault(
                f"the row repeats line {seen[key]}: practice {shown(practice)}, presentation "
                f"{shown(row['presentation'])}, quantity per item {shown(row['quantity'])}.",
                f"{FETCH_AGAIN} Rows that belong together must be added up before they are published.",
                line,
                columns["presentation"],
            )
        seen.setdefault(key, line)
    reader.finish()
    raise AssertionError("rows that repeat were found by one reader and not by the other")
