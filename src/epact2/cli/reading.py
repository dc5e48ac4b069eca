"""What the commands that ask share: reading what was asked, formats, and cells as a table shows them."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.table import Table

from epact2.analysis.export import heading_of
from epact2.analysis.origin import WithOrigin
from epact2.cli.app import out
from epact2.query.nodes import BadQuestion
from epact2.query.result import Result, as_json

_FORMATS = ("table", "csv", "json")


def text_of(question: str) -> str:
    """The text of a file, or of standard input for “-”. Raises BadQuestion."""
    if question == "-":
        return sys.stdin.read()
    try:
        return Path(question).read_text(encoding="utf-8")
    except OSError as error:
        raise BadQuestion(
            f"The question “{question}” cannot be read: {error.strerror}.",
            "Give a file of JSON, or - to read it from standard input.",
        ) from None
    except UnicodeDecodeError:
        raise BadQuestion(f"“{question}” is not text in UTF-8.", "Save it as UTF-8.") from None


def format_named(name: str) -> str:
    """One of the formats. Raises BadQuestion."""
    if name not in _FORMATS:
        raise BadQuestion(f"“{name}” is no format.", f"Use {', '.join(_FORMATS)}.")
    return name


def cell_words(value: object) -> str:
    """A cell as a table shows it."""
    if value is None:
        return "no data"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def print_table(given: WithOrigin, result: Result, *, empty: str, more: str = "") -> None:
    """Print rows with their origin. ``empty`` stands where a field has no code; ``more`` ends the caption."""
    origin = f"Release {given.release}. {'SYNTHETIC DATA. ' if given.synthetic else ''}"
    caption = origin + " ".join(given.notes) + more
    table = Table(title=given.words, caption=caption, caption_justify="left")
    for column in result.columns:
        justify = "left" if column.kind == "field" else "right"
        table.add_column(heading_of(column), justify=justify, overflow="fold")
    for line, row in enumerate(result.rows):
        table.add_row(
            *(
                result.marks[line, place].words
                if (line, place) in result.marks
                else empty
                if cell is None and column.kind == "field"
                else cell_words(as_json(cell, column))
                for place, (cell, column) in enumerate(zip(row, result.columns, strict=True))
            )
        )
    out.print(table)
