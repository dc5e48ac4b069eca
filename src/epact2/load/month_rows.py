"""The rows file of one month: writing it, and what its rows tell about themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from epact2.load.database import attached
from epact2.load.fast import fetch_one, insert_rows
from epact2.load.layouts import Column
from epact2.load.prescribing import IDENTITY, Month, practice_code, sub_icb_code
from epact2.load.read import FETCH_AGAIN, StrictReader
from epact2.load.receive import Received
from epact2.load.recognise import Recognised
from epact2.load.refusals import shown
from epact2.store.tables import PRESCRIBING, PUBLISHED_PRACTICE, PUBLISHED_PRESENTATION, ROWS_TABLES


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
            JOIN practice_key ON practice_key.identity = {IDENTITY}
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
    number = f"CAST({column} AS DECIMAL(18, {scale}))"
    # Twelve digits before the point and five after, times 100,000, are more than DECIMAL(18) can hold: the
    # parts before and after the point are made whole by themselves.
    return f"(CAST(trunc({number}) AS BIGINT) * {10**scale} + CAST(({number} % 1) * {10**scale} AS BIGINT))"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a month's written rows tell about themselves."""

    repeated: tuple[tuple[str, str, str, int], ...]  # practice, presentation, SNOMED code, quantity (scale 5)
    wrong_totals: int
    wrong_total_example: str
    negative: int
    items_of_unknown: int

    def warnings(self, unknown: Sequence[str]) -> list[str]:
        """What the sender of the file should hear of. ``unknown`` are codes that the hierarchy lacks."""
        said = []
        if unknown:
            said.append(
                f"{len(unknown)} presentations ({self.items_of_unknown} items) are not in the loaded BNF "
                f"hierarchy (for example {unknown[0]}); their rows are kept."
            )
        if self.wrong_totals:
            said.append(
                f"{self.wrong_totals} rows have a total quantity that is not quantity × items "
                f"(for example practice {self.wrong_total_example}); the total is kept as published."
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
