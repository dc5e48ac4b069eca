"""Measure the named questions and the load of a month; print a table and write ``build/bench.json``.

For each question: the time through ``analysis.answer``; DuckDB's own time for the same SQL, fetched into
Python; and the floor, the smallest scan of the columns needed. All are medians of runs that take turns in one
process, with plans already made; the time for making one is shown beside.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
from england import LAST_MONTH, england_store, load_once
from questions import QUESTIONS, Question

from epact2.access.viewer import Viewer
from epact2.analysis.answer import answer
from epact2.model.bnf import BnfCode
from epact2.model.months import DispensingMonth
from epact2.query.codec import query_from_json
from epact2.query.nodes import UnderMedicine
from epact2.query.scope import ALL_OF_ENGLAND
from epact2.store.duckdb import DuckDBEngine

BUILD = Path(__file__).parents[1] / "build"
VIEWER = Viewer("benchmark")


def main() -> None:
    """Measure everything, or only what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--only", default="", help="questions whose name holds this text")
    parser.add_argument("--no-load", action="store_true", help="leave out the load")
    asked = parser.parse_args()
    engine = DuckDBEngine(england_store(BUILD / "bench"))
    names = _facts(engine)
    print(f"{names['rows']:,} rows of practice × presentation × month, {names['practices']:,} practices\n")
    print(f"{'question':64} {'rows':>6} {'answer':>8} {'sql':>8} {'floor':>8}  over sql  × floor  first")
    found: list[dict[str, Any]] = []
    for question in QUESTIONS:
        if asked.only.casefold() in question.name.casefold():
            found.append(_measured(engine, question, names, asked.runs))
    if not asked.no_load:
        found.append(_load())
    if not asked.only:
        (BUILD / "bench.json").write_text(json.dumps(found, indent=1) + "\n")


def _facts(engine: DuckDBEngine) -> dict[str, Any]:
    """The practice, the presentation and the months that stand in the questions."""
    cursor = _views(engine, tuple(engine.catalogue.rows))
    latest = DispensingMonth.from_number(LAST_MONTH)
    rows = cursor.execute("SELECT count(*) FROM by_presentation").fetchall()[0][0]
    (presentation,) = cursor.execute(
        "SELECT code FROM dimensions.medicine JOIN by_section_top USING (presentation)"
    ).fetchall()[0]
    (key,) = cursor.execute(
        f"SELECT practice FROM by_practice WHERE month = {LAST_MONTH} ORDER BY items DESC LIMIT 1 OFFSET 500"
    ).fetchall()[0]
    return {
        "rows": rows,
        "practices": len(engine.catalogue.practices),
        "presentation": presentation,
        "practice": next(one.code for one in engine.catalogue.practices if one.key == key),
        "practice_key": key,
        "latest": LAST_MONTH,
        "quarter_ago": latest.plus(-2).number,
        "year_ago": latest.plus(-11).number,
        "two_years_ago": latest.plus(-23).number,
    }


def _views(engine: DuckDBEngine, months: tuple[int, ...]) -> duckdb.DuckDBPyConnection:
    """A cursor with views over the files of some months."""
    cursor = engine._connection.cursor()
    years = sorted({month // 100 for month in months})
    for database in (f"totals_{year}" for year in years):
        engine._attach(database)
    for table in ("by_presentation", "by_section", "by_practice"):
        union = " UNION ALL ".join(f"SELECT * FROM totals_{year}.{table}" for year in years)
        cursor.execute(f"CREATE OR REPLACE TEMP VIEW {table} AS {union}")
    last = sorted(months)[-12:]
    for month in last:
        engine._attach(f"rows_{month}")
    union = " UNION ALL ".join(f"SELECT * FROM rows_{month}.prescribing" for month in last)
    cursor.execute(f"CREATE OR REPLACE TEMP VIEW rows AS {union}")
    cursor.execute("CREATE OR REPLACE TEMP VIEW population AS SELECT * FROM dimensions.population")
    cursor.execute(
        "CREATE OR REPLACE TEMP VIEW by_section_top AS SELECT presentation FROM by_presentation "
        f"WHERE month = {LAST_MONTH} GROUP BY presentation ORDER BY sum(items) DESC LIMIT 1"
    )
    return cursor


def _filled(data: Any, names: dict[str, Any]) -> Any:
    if isinstance(data, dict):
        return {key: _filled(value, names) for key, value in data.items()}
    if isinstance(data, list):
        return [_filled(value, names) for value in data]
    return data.format(**names) if isinstance(data, str) else data


def _floor_sql(engine: DuckDBEngine, floor: str, names: dict[str, Any]) -> str:
    """The floor with the ranges of keys of the BNF codes that stand after its dashes."""
    sql, _, codes = floor.partition(" -- ")
    medicines = engine.catalogue.latest
    positions: set[int] = set()
    for code in codes.format(**names).split():
        positions |= medicines.selected(UnderMedicine(BnfCode(code)))
    ranges = " OR ".join(
        f"presentation BETWEEN {low} AND {high}" for low, high in medicines.key_ranges(positions)
    )
    return sql.format(**names, ranges=f"({ranges})")


def _measured(engine: DuckDBEngine, question: Question, names: dict[str, Any], runs: int) -> dict[str, Any]:
    query = query_from_json(_filled(question.json, names))
    engine.compiled(query, ALL_OF_ENGLAND)  # once for the files and tables, which stay
    engine._plans.clear()
    started = time.perf_counter()
    compiled = engine.compiled(query, ALL_OF_ENGLAND)
    first = (time.perf_counter() - started) * 1000
    statement = compiled.statement
    months = tuple(month for scan in compiled.plan.scans for month in scan.months)
    bare = engine._connection.cursor()
    floor_cursor = _views(engine, months)
    floors = [_floor_sql(engine, floor, names) for floor in question.floor]

    def ask() -> int:
        return len(answer(engine, query, VIEWER).result.rows)

    def sql() -> object:
        return bare.execute(statement.sql, statement.parameters).fetchall()

    def floor() -> None:
        for one in floors:
            floor_cursor.execute(one).fetchall()

    rows = ask()
    timed = {"answer": ask, "sql": sql, "floor": floor}
    times = _turns(timed, runs)
    over, ratio = times["answer"] - times["sql"], times["answer"] / times["floor"]
    print(
        f"{question.name:64} {rows:6} {times['answer']:8.1f} {times['sql']:8.1f} {times['floor']:8.1f}  "
        f"{over:8.1f}  {ratio:7.1f}  {first:5.1f}{'  over 2 × floor' if question.held and ratio > 2 else ''}"
        f"{'  over sql + 5 ms' if over > 5 else ''}",
        flush=True,
    )
    return {
        "question": question.name,
        "rows": rows,
        "answer_ms": round(times["answer"], 2),
        "sql_ms": round(times["sql"], 2),
        "floor_ms": round(times["floor"], 2),
    }


def _turns(timed: dict[str, Callable[[], object]], runs: int) -> dict[str, float]:
    """The median time of each, in milliseconds; they take turns, so that all meet the same machine."""
    times: dict[str, list[float]] = {name: [] for name in timed}
    for turn in range(runs + 2):
        for name, run in timed.items():
            started = time.perf_counter()
            run()
            if turn >= 2:  # the first two warm up
                times[name].append((time.perf_counter() - started) * 1000)
    return {name: statistics.median(found) for name, found in times.items()}


def _load() -> dict[str, Any]:
    """The load of one month into a store that has all else, against DuckDB alone."""
    files = BUILD / "bench" / "files"
    (month,) = (files / "epd").glob("*.csv")
    with tempfile.TemporaryDirectory(dir=BUILD / "bench") as folder:
        rest = Path(folder) / "rest"
        rest.mkdir()
        for path in files.rglob("*"):
            if path.suffix in {".csv", ".json"} and path != month:
                (rest / path.name).symlink_to(path)
        base = Path(folder) / "base"
        load_once(base, rest)
        only = Path(folder) / "month"
        only.mkdir()
        (only / month.name).symlink_to(month)
        loads, owns = [], []
        for turn in range(3):
            store = Path(folder) / f"store-{turn}"
            shutil.copytree(base, store)
            loads.append(load_once(store, only))
            owns.append(_own_load(month, Path(folder) / f"own-{turn}.duckdb"))
    measured = sorted(loads, key=lambda one: one["load_s"])[1]
    own = statistics.median(owns)
    print(
        f"\nLoad of one month: {measured['load_s']:.1f} s; DuckDB alone (all columns tokenised, ten kept, "
        f"sorted, written; nothing checked): {own:.1f} s "
        f"(× {measured['load_s'] / own:.1f}), peak {measured['peak_mb']:.0f} MB"
    )
    return {
        "load": month.name,
        "load_s": round(measured["load_s"], 2),
        "duckdb_s": round(own, 2),
        "peak_mb": round(measured["peak_mb"]),
    }


# The ten stored columns, under their published names; all other columns of the file are read as text, cut
# apart as CSV demands, and dropped.
_KEPT = {
    "YEAR_MONTH": "VARCHAR",
    "PRACTICE_CODE": "VARCHAR",
    "BNF_PRESENTATION_CODE": "VARCHAR",
    "SNOMED_CODE": "VARCHAR",
    "QUANTITY": "DECIMAL(18, 5)",
    "ITEMS": "BIGINT",
    "TOTAL_QUANTITY": "DECIMAL(18, 5)",
    "NIC": "DECIMAL(18, 2)",
    "ACTUAL_COST": "DECIMAL(18, 5)",
    "ADQ_USAGE": "DECIMAL(18, 5)",
}


def _own_load(path: Path, target: Path) -> float:
    """DuckDB's own time to parse, sort and write the same rows, with nothing checked.

    It is told the columns and types, as the loader tells it: every column of the file is tokenised, the ten
    that a store keeps are converted, and the rows are sorted by practice and presentation and written to a
    database file, which is closed. It keeps no received file, no checksum and no totals.
    """
    with path.open(encoding="utf-8") as text:
        header = text.readline().strip().split(",")
    types = ", ".join(f"'{name}': '{_KEPT.get(name, 'VARCHAR')}'" for name in header)
    started = time.perf_counter()
    connection = duckdb.connect(str(target))
    connection.execute(
        f"CREATE TABLE prescribing AS SELECT {', '.join(_KEPT)} "
        f"FROM read_csv($path, auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', "
        f"columns = {{{types}}}) ORDER BY PRACTICE_CODE, BNF_PRESENTATION_CODE",
        {"path": str(path)},
    )
    connection.execute("CHECKPOINT")
    connection.close()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
