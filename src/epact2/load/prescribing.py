"""One month of the English Prescribing Dataset: from the received file to the month's rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from epact2.load import fast, formats
from epact2.load.fast import Relation, fetch_one
from epact2.load.read import StrictReader, month_of_rows
from epact2.load.receive import Received
from epact2.load.recognise import Recognised, columns_of
from epact2.load.refusals import FileRefused, Refusal
from epact2.model.months import DispensingMonth

UNIDENTIFIED = "-"

_PRACTICE_CELLS = (
    "practice", "practice_name", "postcode", "sub_icb", "sub_icb_name",
    "icb", "icb_name", "region", "region_name",
)  # fmt: skip
_GROUPED = frozenset({*_PRACTICE_CELLS, "unidentified", "presentation", "presentation_name", "month"})
# An unidentified prescriber has the code “-” in every sub-ICB location: it is told apart by the location.
IDENTITY = f"CASE WHEN practice = '{UNIDENTIFIED}' THEN practice || sub_icb ELSE practice END"


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
    ahead: ScanAhead | None = None,
) -> Month:
    """Check a whole file in one scan, which may have been made ahead. Raises FileRefused."""
    relation = fast.as_received(received, recognised)
    ready = relation is not None and (_scanned(ahead, received) or _scan(connection, relation))
    if relation is None or not ready or not _trusted(connection, relation):
        relation = fast.rewritten(received, recognised, folder / "plain.csv")
        if not (_scan(connection, relation) and _trusted(connection, relation)):
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
    """Read the table once into the groups that the checks need; False if DuckDB cannot."""
    cells = ", ".join((*_PRACTICE_CELLS, "unidentified"))
    try:
        connection.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE scan AS
            SELECT {cells}, presentation, presentation_name, grouping(practice) = 0 AS of_practice,
                count(*) AS rows, bool_and(is_plain) AS plain,
                count_if({relation.ends_in_comma}) AS ending_in_comma,
                min(month) AS first_month, max(month) AS last_month
            FROM (SELECT *, {relation.plain(apart_from=_GROUPED)} AS is_plain FROM {relation.sql})
            GROUP BY GROUPING SETS (({cells}), (presentation, presentation_name))
            """  # noqa: S608 - the path is quoted, the rest is declared in formats
        )
    except duckdb.Error:
        return False
    return True


def _trusted(connection: duckdb.DuckDBPyConnection, relation: Relation) -> bool:
    """Whether what was scanned is certainly what the file says.

    Columns that were grouped by are checked once for each group, the others were checked in each row; the
    month is read by itself.
    """
    of_practice = " AND ".join(relation.plain_column(name) for name in (*_PRACTICE_CELLS, "unidentified"))
    rows, plain, ending_in_comma = fetch_one(
        connection,
        f"""
        SELECT coalesce(sum(rows), 0)::BIGINT, coalesce(bool_and(plain AND {of_practice}), false),
            coalesce(sum(ending_in_comma), 0)::BIGINT
        FROM scan WHERE of_practice
        """,  # noqa: S608 - declared in formats
    )
    (presentations,) = fetch_one(
        connection,
        f"SELECT bool_and({relation.plain_column('presentation')}) FROM scan WHERE NOT of_practice",  # noqa: S608
    )
    commas_agree = relation.rows_ending_in_comma in (-1, ending_in_comma)
    return bool(plain) and bool(presentations) and rows == relation.rows and commas_agree


@dataclass(frozen=True, slots=True)
class ScanAhead:
    """A scan of the original, made while it was copied; it counts if the original is what was copied."""

    state: tuple[int, int]

    @classmethod
    def state_of(cls, path: Path) -> tuple[int, int]:
        """Size and time of change."""
        found = path.stat()
        return found.st_size, found.st_mtime_ns


def scan_ahead(connection: duckdb.DuckDBPyConnection, path: Path, wait: bool) -> ScanAhead | None:
    """Scan a file that looks like a month of prescribing, before it was received; None if it does not."""
    try:
        if wait or (order := columns_of(path, formats.EPD)) is None:
            return None
        state = ScanAhead.state_of(path)
        if _scan(connection, Relation(path, order, -1, -1)):
            return ScanAhead(state)
    except OSError:
        pass  # receiving the file meets the same error, and says so
    return None


def _scanned(ahead: ScanAhead | None, received: Received) -> bool:
    if ahead is None:
        return False
    return ahead.state == ScanAhead.state_of(received.path) and ahead.state[0] == received.stored.size


def _month(
    connection: duckdb.DuckDBPyConnection,
    received: Received,
    recognised: Recognised,
    expected: DispensingMonth | None,
) -> DispensingMonth:
    first, last = fetch_one(connection, "SELECT min(first_month), max(last_month) FROM scan")
    if first == last:
        month = DispensingMonth.parse(str(first))
        if expected in (None, month):
            return month
    return month_of_rows(StrictReader(received, recognised), expected)


def _practices(
    connection: duckdb.DuckDBPyConnection,
) -> tuple[dict[str, PublishedPractice], dict[str, str], list[str]]:
    """Each practice as most of its rows have it; a practice in two locations is reported."""
    found = connection.execute(
        f"SELECT {', '.join(_PRACTICE_CELLS)}, {IDENTITY} FROM scan WHERE of_practice "  # noqa: S608
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
