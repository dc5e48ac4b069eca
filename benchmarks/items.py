"""Measure the named questions about items, and print what was measured of the loads of items.

For each question: the time through ``analysis.answer`` (or ``analysis.listing``, ``analysis.compare``), once
more without prepared results where they are used, DuckDB's own time for the same SQL, plain SQL over one
table of the received rows, and the floor. All in one process, with plans already made, taking turns; the
three databases have the same memory and the same threads. Answers of ours and of plain SQL are compared.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from item_asking import PREPARED, Part, difference, fetched, our_rows, part_of, plain_rows
from item_data import DEMO, ENGLAND, YEAR, ItemData, Made, made
from item_facts import item_facts, views
from item_questions import ITEM_QUESTIONS, LOAD_PEAK_MB, LOAD_RATIO, ItemQuestion
from plain_table import make_plain
from report import Entry, milliseconds
from timing import plan_time, turns

from epact2.store.duckdb import DuckDBEngine


@dataclass(frozen=True, slots=True)
class Machine:
    """How much of the machine each database may take, and how long a question may be measured."""

    memory: str
    threads: int | None
    runs: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Place:
    """A store of items with all that questions to it are measured with."""

    data: ItemData
    engine: DuckDBEngine
    unprepared: DuckDBEngine
    plain: duckdb.DuckDBPyConnection
    names: dict[str, Any]

    def floor_months(self, question: ItemQuestion) -> list[int]:
        """The months that a floor scans: the newest, or all."""
        months = sorted(self.engine.catalogue.items)
        return months[-1:] if question.over == "month" and _is_of_one_month(question) else months

    def close(self) -> None:
        """Let go of files and memory."""
        for one in (self.engine, self.unprepared, self.plain):
            one.close()


def _is_of_one_month(question: ItemQuestion) -> bool:
    return all("question" in ask for ask in question.asks)


def measure_items(build: Path, machine: Machine, *, size: str, only: str, load: bool | None) -> list[Entry]:
    """Items of one small England in three months; ``size`` may name another one."""
    data = ItemData(size, DEMO.months, quick=True) if size else DEMO
    return _measure(build, machine, [(data, ("month", "year"))], only=only, load=load)


def measure_england(build: Path, machine: Machine, *, only: str, load: bool | None) -> list[Entry]:
    """One month of all England, and many months of one with a tenth of its items."""
    return _measure(build, machine, [(ENGLAND, ("month",)), (YEAR, ("year",))], only=only, load=load)


def _measure(
    build: Path,
    machine: Machine,
    sets: Sequence[tuple[ItemData, tuple[str, ...]]],
    *,
    only: str,
    load: bool | None,
) -> list[Entry]:
    found: list[Entry] = []
    for data, over in sets:
        asked = [one for one in ITEM_QUESTIONS if one.over in over and only.casefold() in one.name.casefold()]
        if not asked:
            continue
        # Loads come first: this process is small as long as no store is open.
        data_made = made(build, data, load=False if only else load)
        if not only:
            loads = data_made.measured_loads()
            print_loads(loads)
            found += loads
        place = _open(data_made, machine)
        print_head(place)
        try:
            found += [_measured(place, question, machine) for question in asked]
        finally:
            place.close()
    return found


def _open(data_made: Made, machine: Machine) -> Place:
    def engine(*without: str) -> DuckDBEngine:
        return DuckDBEngine(
            data_made.store,
            threads=machine.threads,
            memory_limit=machine.memory,
            without=without,
            timeout_s=None,
        )

    ours = engine()
    make_plain(ours, data_made.store, data_made.items, data_made.plain, machine.memory)
    config = {"memory_limit": machine.memory, "temp_directory": f"{data_made.plain}.spill"}
    if machine.threads is not None:
        config["threads"] = str(machine.threads)
    plain = duckdb.connect(str(data_made.plain), read_only=True, config=config)
    plain.execute("SET enable_progress_bar = false")
    return Place(data_made.data, ours, engine(PREPARED), plain, item_facts(ours))


def _measured(place: Place, question: ItemQuestion, machine: Machine) -> Entry:
    """All times of one question, printed as a line of the table."""
    name = question.name.format_map(place.names)
    parts = [part_of(place.engine, ask, place.names) for ask in question.asks]
    prepared = [part for part in parts if part.is_prepared]
    first = sum(plan_time(place.engine, part.plan) for part in parts)
    plain = [sql.format_map(place.names) for sql in question.plain]
    floors = [sql.format_map(place.names) for sql in question.floor]
    bare = place.engine._connection.cursor()
    floor_cursor = views(place.engine, place.floor_months(question))
    timed: dict[str, Callable[[], object]] = {
        "answer": lambda: [part.run() for part in parts],
        "sql": lambda: fetched(bare, parts),
        "plain": lambda: [place.plain.execute(sql).fetchall() for sql in plain],
        "floor": lambda: [floor_cursor.execute(sql).fetchall() for sql in floors],
    }
    if prepared:
        again = [part_of(place.unprepared, ask, place.names) for ask in question.asks]
        timed["unprepared"] = lambda: [part.run() for part in again]
    rows, differs = _compared(place, parts, plain)
    if prepared and not differs:
        _, differs = _compared(place, again, plain)
    times = turns(timed, machine.runs, machine.seconds)
    entry: Entry = {
        "question": name,
        "data": place.data.name,
        "rows": rows,
        "answer_ms": round(times["answer"], 2),
        "unprepared_ms": round(times["unprepared"], 2) if prepared else None,
        "sql_ms": round(times["sql"], 2),
        "plain_ms": round(times["plain"], 2),
        "floor_ms": round(times["floor"], 2),
        "plan_ms": round(first, 2),
        "target_ms": question.target.ms if question.target else None,
        "runs": times.count,
        "differs": differs,
    }
    print_line(entry)
    return entry


def _compared(place: Place, parts: Sequence[Part], plain: Sequence[str]) -> tuple[int, str]:
    """The rows of an answer, and in what it differs from plain SQL."""
    rows, differs = 0, ""
    for part, sql in zip(parts, plain, strict=True):
        result = part.run()
        rows += len(result.rows)
        others = plain_rows(place.plain.execute(sql).fetchall(), result.columns)
        differs = differs or difference(our_rows(result), others)
    return rows, differs


# --- Printing -------------------------------------------------------------------------------------------

_WIDTH = 92


def print_head(place: Place) -> None:
    """What is asked, and the heads of the columns."""
    release = place.engine.release
    rows = sum(one.rows for one in release.datasets_of("items"))
    print(f"\n{place.data.name}: {rows:,} items, {len(place.engine.catalogue.practices):,} practices\n")
    print(
        f"{'question':{_WIDTH}} {'rows':>6} {'answer':>9} {'unprep.':>9} {'sql':>9} {'plain':>9} "
        f"{'floor':>9} {'× plain':>8}  {'target':>7}  plan runs"
    )


def print_line(entry: Entry) -> None:
    """One question, with a loud line where ours and plain SQL differ."""
    target = entry["target_ms"]
    times = (milliseconds(entry[f"{one}_ms"]) for one in ("answer", "unprepared", "sql", "plain", "floor"))
    print(
        f"{entry['question']:{_WIDTH}} {entry['rows']:6} {' '.join(f'{one:>9}' for one in times)} "
        f"{entry['plain_ms'] / entry['answer_ms']:8.1f}  {f'< {target:,}' if target else '':>7}  "
        f"{entry['plan_ms']:4.0f} {entry['runs']:4}{'  ' if missed(entry) else ''}{missed(entry)}",
        flush=True,
    )
    if entry["differs"]:
        print(f"\n!!! DIFFERENT ANSWERS: {entry['question']}: {entry['differs']}\n", flush=True)


def missed(entry: Entry) -> str:
    """What a question falls short of, in words."""
    target = entry["target_ms"]
    if target and entry["answer_ms"] > target:
        return "MISSES THE TARGET"
    if target and (entry["unprepared_ms"] or 0) > target:
        return "misses the target without prepared results"
    return ""


def print_loads(loads: Sequence[Entry]) -> None:
    """The loads of items and, of the last one, the tables."""
    for one in loads:
        parts = ", ".join(f"{part} {seconds:.1f} s" for part, seconds in one["parts_s"].items())
        print(
            f"\nLoad of {one['load']} ({one['data']}): {one['rows']:,} rows in {one['load_s']:.1f} s, "
            f"{one['rows_a_second']:,} a second ({parts}); peak {one['peak_mb']:,} MB "
            f"(target < {LOAD_PEAK_MB:,}{', MISSED' if one['peak_mb'] >= LOAD_PEAK_MB else ''})"
        )
        if "duckdb_s" not in one:
            continue
        print(
            f"  DuckDB alone (read, sorted by practice and patient, written; nothing checked): "
            f"{one['duckdb_s']:.1f} s, peak {one['duckdb_peak_mb']:,} MB. The load takes "
            f"× {one['ratio']:.1f} without preparing comparators (target ≤ {LOAD_RATIO:g}"
            f"{', MISSED' if one['ratio'] > LOAD_RATIO else ''}), × {one['whole_ratio']:.1f} with it."
        )
        for name, size in one["tables"].items():
            print(f"  {name:24} {size['rows']:12,} rows {size['bytes_a_row']:7.1f} bytes a row")
