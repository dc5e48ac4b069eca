"""The last figures as Markdown tables, ready to stand in ``docs/explanation/speed.md``."""

from __future__ import annotations

from collections.abc import Sequence

from item_report import COLUMNS, missed
from report import Entry, milliseconds, table


def markdown(entries: Sequence[Entry]) -> str:
    """One table of questions for each set of data, then one of the loads, and one of the tables stored."""
    blocks = []
    for data in dict.fromkeys(one["data"] for one in entries if "question" in one):
        of_data = [one for one in entries if one["data"] == data and "question" in one]
        with_plain = any("plain_ms" in one for one in of_data)
        days = " and ".join(sorted({one["measured"] for one in of_data}))
        blocks.append(f"{data[:1].upper()}{data[1:]}, measured {days}, in milliseconds:")
        blocks.append(_with_plain(of_data) if with_plain else _prescribing(of_data))
    loads = [one for one in entries if "parts_s" in one]
    if loads:
        blocks += ["Loads of items:", _loads(loads)]
    stored = [one for one in loads if "tables" in one]
    if stored:
        blocks += ["Bytes a stored row:", _tables(stored)]
    return "\n\n".join(blocks)


def _prescribing(entries: Sequence[Entry]) -> str:
    rows = [
        [one["question"], f"{one['rows']:,}"]
        + [milliseconds(one[name]) for name in ("answer_ms", "sql_ms", "floor_ms")]
        for one in entries
    ]
    return table(("question", "rows", "answer", "SQL", "floor"), rows)


def _with_plain(entries: Sequence[Entry]) -> str:
    rows = []
    for one in entries:
        target = f"< {one['target_ms']:,}" if one["target_ms"] else ""
        known = one["plain_ms"] and one["answer_ms"]
        rows.append(
            [
                one["question"],
                f"{one['rows']:,}",
                *(milliseconds(one[f"{name}_ms"]) for name in COLUMNS),
                f"{one['plain_ms'] / one['answer_ms']:.1f}" if known else "–",
                f"{target}{_verdict(one)}",
            ]
        )
    heads = ("question", "rows", "answer", "unprepared", "SQL", "plain SQL", "floor", "× plain", "target")
    return table(heads, rows)


def _verdict(entry: Entry) -> str:
    words = missed(entry)
    return f" ({words.lower().replace(' the target', '')})" if words else ""


def _loads(entries: Sequence[Entry]) -> str:
    heads = ("load", "rows", "rows a second", "seconds", "read and write", "derived tables", "comparators",
             "DuckDB alone", "ratio", "peak MB")  # fmt: skip
    rows = []
    for one in entries:
        parts = (one["parts_s"].get(part, 0.0) for part in heads[4:7])
        rows.append(
            [
                f"{one['load']} ({one['data']})",
                f"{one['rows']:,}",
                f"{one['rows_a_second']:,}",
                f"{one['load_s']:.1f}",
                *(f"{seconds:.1f}" for seconds in parts),
                f"{one['duckdb_s']:.1f}" if "duckdb_s" in one else "–",
                f"{one['ratio']:.1f}" if "ratio" in one else "–",
                f"{one['peak_mb']:,}",
            ]
        )
    return table(heads, rows)


def _tables(entries: Sequence[Entry]) -> str:
    names = list(dict.fromkeys(name for one in entries for name in one["tables"]))
    rows = []
    for name in names:
        sizes = [one["tables"].get(name) for one in entries]
        cells = [f"{size['rows']:,} × {size['bytes_a_row']:.1f}" if size else "–" for size in sizes]
        rows.append([f"`{name}`", *cells])
    return table(("table: rows × bytes", *(str(one["data"]) for one in entries)), rows)
