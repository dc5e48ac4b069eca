"""What was measured, as ``build/bench.json``: one entry for each question and load.

Entries of other data than was measured now stay as they were, so that ``make bench`` does not wipe out what
``make bench-england`` took an hour to find. Every entry says when it was measured.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Entry = dict[str, Any]
FILE = "bench.json"


def read_entries(build: Path) -> list[Entry]:
    """The entries of the last runs; none before the first."""
    path = build / FILE
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


def write_entries(build: Path, found: Sequence[Entry]) -> None:
    """Put new entries in the place of those of the same data, loads and questions apart."""
    day = datetime.now(UTC).date().isoformat()
    new = [{**one, "measured": one.get("measured", day)} for one in found]
    measured = {_place(one) for one in new}
    kept = [one for one in read_entries(build) if "data" in one and _place(one) not in measured]
    text = json.dumps([*new, *kept], indent=1, ensure_ascii=False)
    (build / FILE).write_text(text + "\n", encoding="utf-8")


def _place(entry: Entry) -> tuple[str, bool]:
    return entry["data"], "load" in entry


def milliseconds(time: float | None) -> str:
    """A time for a table: one decimal below 100 ms, none above; a dash where there is none."""
    return "–" if time is None else f"{time:,.1f}" if time < 100 else f"{time:,.0f}"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the first column is text, the others are numbers."""
    lines = [heads, ["---", *("---:" for _ in heads[1:])], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
