"""What was measured of items, printed for people."""

from __future__ import annotations

from collections.abc import Sequence

from item_questions import LOAD_PEAK_MB, LOAD_RATIO
from report import Entry, milliseconds

COLUMNS = ("answer", "unprepared", "sql", "plain", "floor")
_WIDTH = 92


def print_head(data: str, items: int, practices: int) -> None:
    """What is asked, and the heads of the columns."""
    print(f"\n{data}: {items:,} items, {practices:,} practices and cost centres; milliseconds\n")
    heads = " ".join(f"{one:>10}" for one in COLUMNS)
    print(f"{'question':{_WIDTH}} {'rows':>6} {heads}  × plain   target  plan runs")


def print_line(entry: Entry) -> None:
    """One question, with a loud line where ours and plain SQL differ."""
    target = entry["target_ms"]
    times = " ".join(f"{milliseconds(entry[f'{one}_ms']):>10}" for one in COLUMNS)
    known = entry["plain_ms"] and entry["answer_ms"]
    faster = f"{entry['plain_ms'] / entry['answer_ms']:.1f}" if known else "–"
    print(
        f"{entry['question']:{_WIDTH}} {entry['rows']:6} {times}  {faster:>7}  "
        f"{f'< {target:,}' if target else '':>7}  "
        f"{entry['plan_ms']:4.0f} {entry['runs']:4}{'  ' if missed(entry) else ''}{missed(entry)}",
        flush=True,
    )
    if entry["wrong"]:
        print(f"\n!!! WRONG: {entry['question']}: {entry['wrong']}\n", flush=True)


def missed(entry: Entry) -> str:
    """What a question falls short of, in words."""
    target = entry["target_ms"]
    if target and (entry["answer_ms"] is None or entry["answer_ms"] > target):
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
