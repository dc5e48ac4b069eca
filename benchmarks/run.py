"""Measure named questions and loads; print tables and write ``build/bench.json``.

``make bench`` measures prescribing of all England over 60 months, and items of a small England;
``make bench-england`` items of all England. ``--markdown`` measures nothing: it prints the last figures as
tables for the documentation. Ends with 1 if plain SQL has another answer than epact2.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from items import Machine, measure_england, measure_items
from markdown import markdown
from prescribing import measure_prescribing
from report import read_entries, write_entries

BUILD = Path(__file__).parents[1] / "build"


def main() -> int:
    """Measure everything, or only what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--what", choices=("all", "prescribing", "items", "england", "england-month", "england-year"),
        default="all",
        help="all: prescribing, and items of a small England; england: items of all England in one month, "
        "and of thirteen months of a fifth of it; either alone",
    )  # fmt: skip
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument(
        "--seconds", type=float, default=60, help="for one question about items; three runs it gets anyway"
    )
    parser.add_argument("--only", default="", help="questions whose name holds this text; writes nothing")
    parser.add_argument("--load", action="store_true", help="measure loads again, also of all England")
    parser.add_argument("--no-load", action="store_true", help="measure no load again")
    parser.add_argument(
        "--memory", default="6GB", help="of each of three databases, for questions about items"
    )
    parser.add_argument("--threads", type=int, help="of each database; all processors unless given")
    parser.add_argument("--ours-only", action="store_true", help="no plain SQL, for a quick look")
    parser.add_argument("--size", default="", help="another size of the small England: tiny, small, icb")
    parser.add_argument("--markdown", action="store_true", help="print the last figures as tables")
    asked = parser.parse_args()
    if asked.markdown:
        print(markdown(read_entries(BUILD)))
        return 0
    load = True if asked.load else False if asked.no_load else None
    machine = Machine(asked.memory, asked.threads, asked.runs, asked.seconds, asked.ours_only)
    BUILD.mkdir(exist_ok=True)
    found = []
    if asked.what in ("all", "prescribing"):
        found += measure_prescribing(BUILD, runs=asked.runs, only=asked.only, load=load)
    if asked.what in ("all", "items"):
        found += measure_items(BUILD, machine, size=asked.size, only=asked.only, load=load)
    if asked.what.startswith("england"):
        part = asked.what.removeprefix("england").removeprefix("-")
        found += measure_england(BUILD, machine, part=part, only=asked.only, load=load)
    if not asked.only and not asked.ours_only:
        write_entries(BUILD, found)
    wrong = [one["question"] for one in found if one.get("wrong")]
    if wrong:
        print(f"\n!!! WRONG ANSWERS, which are not those of plain SQL: {'; '.join(wrong)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
