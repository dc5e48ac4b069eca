"""Measure the named questions about prescribing, and the load of a month's file.

For each question: the time through ``analysis.answer``; DuckDB's own time for the same SQL, fetched into
Python; and the floor, the smallest scan of the columns needed. All are medians of runs that take turns in one
process, with plans already made; the time for making one is shown beside.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import duckdb
from england import MONTHS, england_store
from loads import load_once, own_load
from questions import QUESTIONS, Question
from report import Entry
from timing import filled, plan_time, ranges_of_codes, turns

from epact2.access.viewer import OPERATOR
from epact2.analysis.answer import answer
from epact2.model.months import DispensingMonth
from epact2.query.codec import query_from_json
from epact2.query.scope import ALL_OF_ENGLAND
from epact2.store.duckdb import DuckDBEngine
from epact2.synth.files import LAST_MONTH

VIEWER = OPERATOR
DATA = f"prescribing, england, {MONTHS} months"


def measure_prescribing(build: Path, *, runs: int, only: str, load: bool | None) -> list[Entry]:
    """The questions whose name holds a text; without one the load of a month, too."""
    asked = [one for one in QUESTIONS if only.casefold() in one.name.casefold()]
    if not asked:
        return []
    engine = DuckDBEngine(england_store(build / "bench"))
    names = _facts(engine)
    print(f"{names['rows']:,} rows of practice × presentation × month, {names['practices']:,} practices\n")
    print(f"{'question':64} {'rows':>6} {'answer':>8} {'sql':>8} {'floor':>8}  over sql  × floor  first")
    found = [_measured(engine, question, names, runs) for question in asked]
    engine.close()
    if not only and load is not False:
        found.append(_load(build))
    return found


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


def _floor_sql(engine: DuckDBEngine, floor: str, names: dict[str, Any]) -> str:
    """The floor with the ranges of keys of the BNF codes that stand after its dashes."""
    sql, _, codes = floor.partition(" -- ")
    return sql.format(**names, ranges=ranges_of_codes(engine, codes.format(**names)))


def _measured(engine: DuckDBEngine, question: Question, names: dict[str, Any], runs: int) -> Entry:
    query = query_from_json(filled(question.json, names))
    first = plan_time(engine, lambda: engine.compiled(query, ALL_OF_ENGLAND))
    compiled = engine.compiled(query, ALL_OF_ENGLAND)
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
    times = turns({"answer": ask, "sql": sql, "floor": floor}, runs)
    over, ratio = times["answer"] - times["sql"], times["answer"] / times["floor"]
    print(
        f"{question.name:64} {rows:6} {times['answer']:8.1f} {times['sql']:8.1f} {times['floor']:8.1f}  "
        f"{over:8.1f}  {ratio:7.1f}  {first:5.1f}{'  over 2 × floor' if question.held and ratio > 2 else ''}"
        f"{'  over sql + 5 ms' if over > 5 else ''}",
        flush=True,
    )
    return {
        "question": question.name,
        "data": DATA,
        "rows": rows,
        "answer_ms": round(times["answer"], 2),
        "sql_ms": round(times["sql"], 2),
        "floor_ms": round(times["floor"], 2),
    }


def _load(build: Path) -> Entry:
    """The load of one month into a store that has all else, against DuckDB alone."""
    files = build / "bench" / "files"
    (month,) = (files / "epd").glob("*.csv")
    with tempfile.TemporaryDirectory(dir=build / "bench") as folder:
        rest = Path(folder) / "rest"
        rest.mkdir()
        for path in files.rglob("*"):
            if path.suffix in {".csv", ".json"} and path != month:
                (rest / path.name).symlink_to(path)
        base = Path(folder) / "base"
        load_once(base, sorted(rest.iterdir()))
        loads, owns = [], []
        for turn in range(3):
            store = Path(folder) / f"store-{turn}"
            shutil.copytree(base, store)
            loads.append(load_once(store, [month]))
            owns.append(own_load(Path(folder) / f"own-{turn}.duckdb", month))
    load, own = (sorted(one, key=lambda each: each.load_s)[1] for one in (loads, owns))
    print(
        f"\nLoad of one month: {load.load_s:.1f} s; DuckDB alone (all columns tokenised, ten kept, "
        f"sorted, written; nothing checked): {own.load_s:.1f} s "
        f"(× {load.load_s / own.load_s:.1f}), peak {load.peak_mb:.0f} MB"
    )
    return {
        "load": month.name,
        "data": DATA,
        "load_s": round(load.load_s, 2),
        "duckdb_s": round(own.load_s, 2),
        "peak_mb": round(load.peak_mb),
    }
