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
from item_asking import PREPARED, difference, fetched, our_rows, part_of, plain_rows
from item_data import DEMO, ENGLAND, YEAR, ItemData, Made, made
from item_facts import item_facts, views
from item_questions import ITEM_QUESTIONS, ItemQuestion
from item_report import COLUMNS, print_head, print_line, print_loads
from plain_table import make_plain
from report import Entry
from timing import plan_time, turns

from epact2.store.duckdb import DuckDBEngine


@dataclass(frozen=True, slots=True)
class Machine:
    """How much of the machine each database may take, how long a question may be measured, and whether plain
    SQL is left out, which takes most of the time (then answers are not compared).
    """

    memory: str
    threads: int | None
    runs: int
    seconds: float
    ours_only: bool = False


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


def measure_england(build: Path, machine: Machine, *, part: str, only: str, load: bool | None) -> list[Entry]:
    """One month of all England, and thirteen months of one with a fifth of its items; ``part`` names one."""
    sets = {"month": (ENGLAND, ("month",)), "year": (YEAR, ("year",))}
    chosen = [sets[part]] if part else list(sets.values())
    return _measure(build, machine, chosen, only=only, load=load)


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
        release = place.engine.release
        rows = sum(one.rows for one in release.datasets_of("items"))
        print_head(data.name, rows, len(place.engine.catalogue.practices))
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
    plain = duckdb.connect(str(data_made.plain), read_only=True)
    plain.execute("SET memory_limit = $limit", {"limit": machine.memory})
    plain.execute("SET enable_progress_bar = false")
    if machine.threads is not None:
        plain.execute("SET threads = $threads", {"threads": machine.threads})
    return Place(data_made.data, ours, engine(PREPARED), plain, item_facts(ours))


def _measured(place: Place, question: ItemQuestion, machine: Machine) -> Entry:
    """All times of one question, printed as a line of the table."""
    name = question.name.format_map(place.names)
    parts = [part_of(place.engine, ask, place.names) for ask in question.asks]
    plan_ms = sum(plan_time(place.engine, part.plan) for part in parts)
    plain = [sql.format_map(place.names) for sql in question.plain]
    floors = [sql.format_map(place.names) for sql in question.floor]
    bare = place.engine._connection.cursor()
    floor_cursor = views(place.engine, place.floor_months(question))
    answers: dict[str, Callable[[], Sequence[Any]]] = {"answer": lambda: [part.run() for part in parts]}
    if any(part.is_prepared for part in parts):
        again = [part_of(place.unprepared, ask, place.names) for ask in question.asks]
        answers["unprepared"] = lambda: [part.run() for part in again]
    if not machine.ours_only:
        answers["plain"] = lambda: [place.plain.execute(sql).fetchall() for sql in plain]
    results = _first_runs(name, answers)
    timed: dict[str, Callable[[], object]] = {who: answers[who] for who in results}
    if "answer" in results:
        timed["sql"] = lambda: fetched(bare, parts)
    timed["floor"] = lambda: [floor_cursor.execute(sql).fetchall() for sql in floors]
    times = turns(timed, machine.runs, machine.seconds)
    entry: Entry = {
        "question": name,
        "data": place.data.name,
        "rows": sum(len(one.rows) for one in results.get("answer", ())),
        **{f"{who}_ms": round(times[who], 2) if who in times else None for who in COLUMNS},
        "plan_ms": round(plan_ms, 2),
        "target_ms": question.target.ms if question.target else None,
        "runs": times.count,
        "wrong": _wrong(results),
    }
    print_line(entry)
    return entry


def _first_runs(name: str, answers: dict[str, Callable[[], Sequence[Any]]]) -> dict[str, Sequence[Any]]:
    """What each way of answering gives; those that do not fit into memory are named and left out."""
    found = {}
    for who, run in answers.items():
        try:
            found[who] = run()
        except duckdb.OutOfMemoryException as error:
            print(f"\n!!! OUT OF MEMORY: {name}: {who}: {error}\n", flush=True)
    return found


def _wrong(results: dict[str, Sequence[Any]]) -> str:
    """What is wrong with the answers, in words: none, or one that differs from plain SQL."""
    if "answer" not in results:
        return "it does not fit into memory"
    for who in ("answer", "unprepared"):
        for result, rows in zip(results.get(who, ()), results.get("plain", ()), strict=False):
            if words := difference(our_rows(result), plain_rows(rows, result.columns)):
                return f"{who}: {words}"
    return ""
