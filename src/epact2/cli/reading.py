"""What the commands that ask share: reading what was asked, formats, and cells as a table shows them."""

from __future__ import annotations

import sys
from pathlib import Path

from epact2.query.nodes import BadQuestion

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
