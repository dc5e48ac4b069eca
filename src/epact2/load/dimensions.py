"""The dimensions of a release: practices, organisations, medicines, months and populations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import duckdb

from epact2.load import formats
from epact2.load.database import attached
from epact2.load.fast import insert_rows, quoted
from epact2.load.history import Reference
from epact2.load.places import Places, PracticeNow
from epact2.load.prescribing import PublishedPractice
from epact2.load.reference_files import ODS_AUTHORITY
from epact2.model import bnf
from epact2.model.organisations import ICB, PCN, PRACTICE, REGION, SUB_ICB_LOCATION, UNKNOWN_CODE
from epact2.store import tables
from epact2.store.tables import PRACTICE_MONTH, PUBLISHED_PRACTICE, PUBLISHED_PRESENTATION

UNALLOCATED_PCN = "U"


@dataclass(frozen=True, slots=True)
class Published:
    """What the months' rows files say, read together."""

    practices: Mapping[int, Mapping[str, PublishedPractice]]
    presentation_names: Mapping[str, str]
    row_counts: Mapping[int, int]


def read_published(connection: duckdb.DuckDBPyConnection, rows: Mapping[int, Path]) -> Published:
    """Read practices and names of presentations of every month; the newest name prevails."""
    said = {"said_of_practice": PUBLISHED_PRACTICE, "said_of_presentation": PUBLISHED_PRESENTATION}
    for name, table in said.items():
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} (month INTEGER, {table.definition})")
    counts: dict[int, int] = {}
    for month, path in sorted(rows.items()):
        with attached(connection, path, "month_rows"):
            for name, table in said.items():
                connection.execute(
                    f"INSERT INTO {name} SELECT {int(month)}, * FROM month_rows.{table.name}"  # noqa: S608
                )
            counted = connection.execute("SELECT count(*) FROM month_rows.prescribing").fetchone()
            assert counted is not None
            counts[month] = counted[0]
    practices: dict[int, dict[str, PublishedPractice]] = {month: {} for month in sorted(rows)}
    practices |= read_practices(connection, "said_of_practice")
    names = connection.execute(
        "SELECT code, arg_max(name, month) FROM said_of_presentation WHERE name <> '' GROUP BY code"
    ).fetchall()
    connection.execute("DROP TABLE said_of_practice; DROP TABLE said_of_presentation")
    return Published(practices, dict(names), counts)


def read_practices(
    connection: duckdb.DuckDBPyConnection, table: str, months: Iterable[int] | None = None
) -> dict[int, dict[str, PublishedPractice]]:
    """The practices of some or all months of a table with the columns of ``PUBLISHED_PRACTICE``, by code.

    Most months say the same of a practice: what is the same is read, and kept in memory, only once.
    """
    columns = ", ".join(PUBLISHED_PRACTICE.column_names[1:])
    chosen = "" if months is None else f"WHERE month IN ({', '.join(str(int(one)) for one in months) or '0'})"
    found = connection.execute(
        f"SELECT list(month), {columns} FROM {table} {chosen} GROUP BY {columns}"  # noqa: S608 - declared names
    ).fetchall()
    practices: dict[int, dict[str, PublishedPractice]] = {}
    for of_months, *cells in found:
        practice = PublishedPractice(*cells)
        for month in of_months:
            practices.setdefault(month, {})[practice.code] = practice
    return dict(sorted(practices.items()))


@dataclass(frozen=True, slots=True)
class Medicines:
    """Every presentation that the release knows, with its keys and latest codes."""

    keys: Mapping[str, int]
    latest: Mapping[str, str]
    names: Mapping[str, Mapping[str, str]]

    def latest_of(self, code: str) -> str:
        """The latest code of a presentation."""
        return self.latest.get(code, code)


def write_medicines(
    connection: duckdb.DuckDBPyConnection, medicines: Medicines, published_names: Mapping[str, str]
) -> None:
    """Write medicine and bnf_name."""
    known = medicines.names[bnf.PRESENTATION]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE coded "
        "(presentation INTEGER, code VARCHAR, name VARCHAR, known BOOLEAN, latest VARCHAR)"
    )
    insert_rows(
        connection,
        "coded",
        [
            (
                key,
                code,
                known.get(code) or published_names.get(code, ""),
                code in known,
                medicines.latest_of(code),
            )
            for code, key in medicines.keys.items()
        ],
    )
    levels = ", ".join(_levels_of(column) for column in ("latest", "code"))
    connection.execute(
        f"INSERT INTO dimensions.medicine SELECT *, {levels} FROM coded ORDER BY presentation"  # noqa: S608
    )
    connection.execute("CREATE OR REPLACE TEMP TABLE named (level VARCHAR, code VARCHAR, name VARCHAR)")
    hierarchy = [
        (level, code, name) for level, names in medicines.names.items() for code, name in names.items()
    ]
    insert_rows(connection, "named", hierarchy)
    codes = " UNION ".join(
        f"SELECT {quoted(level)} AS level, {prefix}{tables.level_column(level)} AS code "  # noqa: S608
        "FROM dimensions.medicine"
        for level in bnf.LEVELS
        for prefix in ("", "published_")
    )
    # A level that a code does not have is shown as its section, or as its own presentation: so is its name.
    connection.execute(
        f"""
        INSERT INTO dimensions.bnf_name
        SELECT level, code, coalesce(named.name, CASE WHEN level NOT IN ('chapter', 'section')
            THEN coalesce(section.name, coded.name) END, '')
        FROM ({codes} UNION SELECT level, code FROM named) AS used
        LEFT JOIN named USING (level, code)
        LEFT JOIN named AS section ON section.level = 'section' AND section.code = used.code
        LEFT JOIN coded ON coded.code = used.code
        ORDER BY level, code
        """  # noqa: S608 - declared names
    )


def _levels_of(column: str) -> str:
    """The codes of a column at every level as SQL, as ``bnf.code_at`` and ``bnf.generic_equivalent`` say."""
    appliances = f"left({column}, 2) IN ('20', '21', '22', '23')"
    found = []
    for level, length in bnf.LENGTH_OF_LEVEL.items():
        of_appliance = (
            column if level in (bnf.PRODUCT, bnf.PRESENTATION) else f"left({column}, {min(length, 4)})"
        )
        found.append(f"CASE WHEN {appliances} THEN {of_appliance} ELSE left({column}, {length}) END")
    pointer = f"substr({column}, 14, 2)"
    generic = f"left({column}, 9) || 'AA' || {pointer} || {pointer}"
    found.append(f"CASE WHEN length({column}) = 15 THEN {generic} ELSE {column} END")
    return ", ".join(found)


def write_practices(
    connection: duckdb.DuckDBPyConnection,
    places: Places,
    keys: Mapping[str, int],
    months: Mapping[int, Iterable[str]],
    names: Mapping[tuple[str, str], str],
) -> None:
    """Write practice, practice_month and organisation. ``months`` gives the practices of each month."""
    present = {code for codes in months.values() for code in codes}
    now = [places.now(code) for code in sorted(present)]
    current = [
        (
            *(keys[one.code], one.code, one.name, one.postcode, one.setting, one.opened, one.closed),
            *(one.successor, one.parents.pcn, one.parents.sub_icb, one.parents.icb, one.parents.region),
        )
        for one in sorted(now, key=lambda one: keys[one.code])
    ]
    insert_rows(connection, "dimensions.practice", current)
    # Most practices stay where they are: what is the same in many months goes to the database once.
    history: dict[tuple[object, ...], list[int]] = {}
    for month, codes in sorted(months.items()):
        for code in codes:
            name, at = places.as_at(code, month)
            stood = (keys[code], name, at.pcn, at.sub_icb, at.icb, at.region)
            history.setdefault(stood, []).append(month)
    columns = PRACTICE_MONTH.columns[1:]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE history (months INTEGER[], "
        f"{', '.join(f'{one.name} {one.type}' for one in columns)})"
    )
    insert_rows(connection, "history", [(of_months, *stood) for stood, of_months in history.items()])
    connection.execute(
        f"INSERT INTO dimensions.{PRACTICE_MONTH.name} SELECT unnest(months) AS month, * EXCLUDE months "  # noqa: S608
        "FROM history ORDER BY month, practice"
    )
    places_seen = connection.execute(
        "SELECT pcn, sub_icb, icb, region, min(month), max(month) FROM dimensions.practice_month "
        "GROUP BY pcn, sub_icb, icb, region ORDER BY max(month), count(*), min((month, practice))"
    ).fetchall()
    seen = connection.execute(
        "SELECT practice, min(month), max(month) FROM dimensions.practice_month GROUP BY practice"
    ).fetchall()
    key_months = {key: (first, last) for key, first, last in seen}
    found = _organisations(now, places_seen, key_months, names, keys)
    insert_rows(connection, "dimensions.organisation", found)


def _organisations(
    now: Sequence[PracticeNow],
    places_seen: Sequence[tuple[str, str, str, str, int, int]],
    key_months: Mapping[int, tuple[int, int]],
    names: Mapping[tuple[str, str], str],
    keys: Mapping[str, int],
) -> list[tuple[object, ...]]:
    """Every organisation above a practice, and the practices themselves.

    The parent of an organisation is the one that most of its practices have now; of one that has no practices
    now, the one that they had last.
    """
    above = {SUB_ICB_LOCATION: ICB, ICB: REGION, PCN: SUB_ICB_LOCATION}
    votes: dict[tuple[str, str], Counter[str]] = {}
    last_votes: dict[tuple[str, str], Counter[str]] = {}
    seen: dict[tuple[str, str], tuple[int, int]] = {}

    def vote(into: dict[tuple[str, str], Counter[str]], at: Mapping[str, str]) -> None:
        for level, parent_level in above.items():
            into.setdefault((level, at[level]), Counter())[at[parent_level]] += 1
        into.setdefault((REGION, at[REGION]), Counter())[""] += 1

    for one in now:
        parents = one.parents
        vote(
            votes,
            {PCN: parents.pcn, SUB_ICB_LOCATION: parents.sub_icb, ICB: parents.icb, REGION: parents.region},
        )
    for pcn, sub_icb, icb, region, first, last in places_seen:
        at = {PCN: pcn, SUB_ICB_LOCATION: sub_icb, ICB: icb, REGION: region}
        # Later places come last, and their vote replaces that of earlier ones.
        for level, parent_level in above.items():
            last_votes[level, at[level]] = Counter({at[parent_level]: 1})
        last_votes[REGION, region] = Counter({"": 1})
        for level, code in at.items():
            earliest, latest = seen.get((level, code), (first, last))
            seen[level, code] = (min(first, earliest), max(last, latest))
    found: list[tuple[object, ...]] = []
    for level, code in votes.keys() | last_votes.keys():
        if code == UNKNOWN_CODE:
            continue
        parent = (votes.get((level, code)) or last_votes[level, code]).most_common(1)[0][0]
        unallocated = level == PCN and code == UNALLOCATED_PCN
        name = names.get((level, code)) or ("Unallocated" if unallocated else code)
        months = seen.get((level, code), (None, None))
        found.append(
            (level, code, name, above.get(level, ""), UNKNOWN_CODE if unallocated else parent, *months)
        )
    for one in now:
        found.append(
            (PRACTICE, one.code, one.name, SUB_ICB_LOCATION, one.parents.sub_icb, *key_months[keys[one.code]])
        )
    return sorted(found, key=lambda row: (str(row[0]), str(row[1])))


def organisation_names(
    reference: Reference,
    published: Mapping[int, Mapping[str, PublishedPractice]],
    listed: Mapping[int, Mapping[str, PublishedPractice]],
) -> dict[tuple[str, str], str]:
    """The newest name of every organisation above practices; the organisations' own files before others."""
    stated: list[tuple[int, int, str, str, str]] = []
    for rank, months in ((0, listed), (1, published)):
        for month, practices in months.items():
            distinct = {
                (level, code, name)
                for one in practices.values()
                for level, code, name in (
                    (SUB_ICB_LOCATION, one.sub_icb, one.sub_icb_name),
                    (ICB, one.icb, one.icb_name),
                    (REGION, one.region, one.region_name),
                )
            }
            stated.extend((month, rank, *one) for one in sorted(distinct))
    for month, file in reference.of(formats.ODS_COMMISSIONERS):
        for row in file.rows:
            levels = (ICB, REGION) if ODS_AUTHORITY.fullmatch(row["code"]) else (SUB_ICB_LOCATION,)
            stated.extend((month, 2, level, row["code"], row["name"]) for level in levels)
    for month, file in reference.of(formats.PCNS):
        stated.extend((month, 2, PCN, row["code"], row["name"]) for row in file.rows)
    for month, file in reference.of(formats.COMMISSIONERS):
        for row in file.rows:
            stated.append((month, 3, SUB_ICB_LOCATION, row["code"], row["name"]))
            stated.append((month, 3, ICB, row["icb"], row["icb_name"]))
            stated.append((month, 3, REGION, row["region"], row["region_name"]))
    return {(level, code): name for _, _, level, code, name in sorted(stated) if name}


def write_adq(connection: duckdb.DuckDBPyConnection, reference: Reference) -> None:
    """Write the ADQ values; a code whose products have different factors is left without one."""
    values: dict[str, tuple[str, str]] = {}
    for _, file in reference.of(formats.ADQ):
        values = {row["code"]: (row["value"], row["unit"].strip()) for row in file.rows}
    factors: dict[str, set[int]] = {}
    for _, file in reference.of(formats.ADQ_PER_QUANTITY):
        for row in file.rows:
            if row["adq_per_quantity"]:
                exact = Decimal(row["adq_per_quantity"]).scaleb(9).to_integral_value(ROUND_HALF_EVEN)
                factors.setdefault(row["bnf_code"], set()).add(int(exact))
    rows = []
    for code in sorted(values.keys() | factors.keys()):
        of_code = factors.get(code, set())
        rows.append((code, *values.get(code, ("", "")), of_code.copy().pop() if len(of_code) == 1 else None))
    insert_rows(connection, f"dimensions.{tables.ADQ.name}", rows)
