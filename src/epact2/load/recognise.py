"""What a file is: its kind and layout, told by its header or, without one, by its first rows."""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from epact2.errors import did_you_mean
from epact2.load import formats
from epact2.load.formats import KINDS, LAYOUTS, layouts_of
from epact2.load.layouts import Column, Layout
from epact2.load.receive import Received
from epact2.load.refusals import FileRefused, Refusal, shown
from epact2.load.typed import Stored
from epact2.model.bnf import BadBnfCode, BnfCode
from epact2.model.months import BadMonth, DispensingMonth

_MONTH_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d{2})[-_]?(0[1-9]|1[0-2])(?!\d)")
_YEAR_IN_NAME = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
_ROWS_LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class Recognised:
    """A file whose kind is known; ``order`` gives the layout's columns as they stand in the file.

    Files of weights are JSON and have neither layout nor columns. Of a Parquet file, ``names`` are those of
    its columns and ``stored`` says how it stores each; CSV files store text.
    """

    kind: str
    layout: Layout | None = None
    order: tuple[Column, ...] = ()
    names: tuple[str, ...] = ()
    stored: tuple[Stored, ...] = ()

    @property
    def headed(self) -> tuple[tuple[Column, str], ...]:
        """Each column with its name in the file (Parquet)."""
        return tuple(zip(self.order, self.names, strict=True))

    def stored_of(self, name: str) -> Stored:
        """How the file stores the column with our name."""
        if not self.stored:
            return Stored.TEXT
        return next(one for column, one in zip(self.order, self.stored, strict=True) if column.name == name)


def recognise(received: Received, kind: str | None = None) -> Recognised:
    """Tell what a file is, or check that it is of the kind insisted on. Raises FileRefused."""
    if kind is not None and kind not in KINDS:
        raise FileRefused(
            Refusal(
                received.name,
                f"there is no kind of file {shown(kind)}.",
                did_you_mean(kind, KINDS) or f"The kinds are: {', '.join(KINDS)}.",
            )
        )
    found = _recognise_weights(received) or _recognise_table(received, kind)
    if kind is not None and found.kind != kind:
        raise FileRefused(
            Refusal(
                received.name,
                f"it is a file of {KINDS[found.kind]} ({found.kind}) and not of {KINDS[kind]}.",
                f"Leave out --as, or use --as {found.kind}.",
            )
        )
    return found


def _recognise_weights(received: Received) -> Recognised | None:
    with received.text.open(encoding="utf-8-sig", errors="replace") as text:
        if text.read(1000).lstrip()[:1] != "{":
            return None
        text.seek(0)
        try:
            found = json.load(text)
        except ValueError as error:
            raise FileRefused(
                Refusal(received.name, f"it is not whole JSON: {error}.", "Fetch the file again.")
            ) from error
    return Recognised(formats.ASTRO_PU if set(found) == {"cost", "items"} else formats.STAR_PU)


def _recognise_table(received: Received, kind: str | None) -> Recognised:
    rows = _first_rows(received)
    first = rows[0]
    candidates = layouts_of(kind) if kind else LAYOUTS
    for layout in candidates:
        if layout.header and layout.accepts(first):
            found = layout.by_header(first)
            return Recognised(layout.kind, layout, tuple(found[text] for text in first))
    headerless = _headerless_kind(rows, kind)
    if headerless:
        layout = next(one for one in layouts_of(headerless) if not one.header)
        return Recognised(headerless, layout, layout.columns)
    raise FileRefused(*why_not(received.name, first, candidates))


def columns_of(path: Path, kind: str) -> tuple[Column, ...] | None:
    """The columns of a file that is not received yet, if its first line is a header of the kind."""
    with path.open("rb") as source:
        first = source.readline(10_000).removeprefix(codecs.BOM_UTF8)
    try:
        header = next(csv.reader([first.decode("ascii")], strict=True), [])
    except (UnicodeDecodeError, csv.Error):
        return None
    for layout in layouts_of(kind):
        if layout.header and layout.accepts(header):
            found = layout.by_header(header)
            return tuple(found[text] for text in header)
    return None


def _first_rows(received: Received) -> list[list[str]]:
    encoding = "utf-8-sig" if received.encoding == "utf-8" else received.encoding
    with received.text.open(encoding=encoding, newline="") as text:
        rows: list[list[str]] = []
        try:
            rows.extend(islice(csv.reader(text, strict=True), _ROWS_LOOKED_AT))
        except csv.Error as error:
            # The reading proper will name this place; the header may still tell the kind.
            if not rows:
                raise FileRefused(
                    Refusal(
                        received.name,
                        f"its first line is not a row of comma-separated values: {error}.",
                        "Check that the file is the one that you meant.",
                        line=1,
                    )
                ) from error
    if not rows[0]:
        raise FileRefused(Refusal(received.name, "its first line is empty.", "Fetch the file again.", line=1))
    return rows


def _headerless_kind(rows: Sequence[Sequence[str]], kind: str | None) -> str | None:
    first = rows[0]
    # A header with 27 names is not taken for data: data has dates, or nothing, in these two places.
    if len(first) == 27 and all(re.fullmatch(r"(\d{8})?", date) for date in first[10:12]):
        return kind if kind in (formats.ODS_PRACTICES, formats.ODS_COMMISSIONERS) else _ods_kind(rows)
    if len(first) == 5 and re.fullmatch(r"\d{8}", first[3]):
        return formats.SUCCESSORS
    if len(first) == 2 and all(_is_presentation(cell) for cell in first):
        return formats.BNF_CHANGES
    return None


def _ods_kind(rows: Sequence[Sequence[str]]) -> str:
    """Practices have a type (B allocated, Z not) or a prescribing setting; commissioners have neither."""
    full = [row for row in rows if len(row) == 27]
    practices = any(row[25] or row[13] in ("B", "Z") for row in full)
    return formats.ODS_PRACTICES if practices else formats.ODS_COMMISSIONERS


def _is_presentation(text: str) -> bool:
    try:
        return len(BnfCode(text).text) >= 11
    except BadBnfCode:
        return False


def why_not(
    name: str, header: Sequence[str], candidates: Sequence[Layout], line: int | None = 1
) -> list[Refusal]:
    """The differences from the layout that comes nearest, or that no layout comes near.

    ``line`` is where the header stands, if it has a line.
    """

    def shared(layout: Layout) -> float:
        # Divided by the longer of both, so that a short layout does not win by being contained.
        ours = {text.casefold() for column in layout.columns for text in column.headers}
        return sum(text.casefold() in ours for text in header) / max(len(layout.columns), len(header))

    nearest = max((one for one in candidates if one.header), key=shared, default=None)
    if nearest is None or shared(nearest) < 0.5:
        return [
            Refusal(
                name,
                f"it is of no kind that can be loaded; its first line begins {shown(','.join(header))}.",
                f"The kinds are: {', '.join(KINDS)}. Use --as KIND to see what it lacks to be one.",
                line=line,
            )
        ]
    known = nearest.by_header(header)
    unknown = [text for text in header if text not in known]
    repeated = {text for text in header if header.count(text) > 1}
    present = {column.name for column in known.values()}
    missing = [column.headers[0] for column in nearest.columns if column.name not in present]
    advice = f"A file of {KINDS[nearest.kind]} ({nearest.version}) has {len(nearest.columns)} columns"
    advice += " and none besides; load the file as it was published."
    problems = [
        Refusal(
            name,
            f"there is no column {shown(text)} in a file of {KINDS[nearest.kind]}."
            + (f" {hint}" if (hint := did_you_mean(text, missing)) else ""),
            advice,
            line=line,
            column=text or "(no name)",
        )
        for text in unknown
    ]
    problems += [Refusal(name, "the column is missing.", advice, line=line, column=text) for text in missing]
    problems += [
        Refusal(name, "the column is there twice.", advice, line=line, column=text)
        for text in sorted(repeated)
    ]
    return problems


def month_in_name(name: str) -> DispensingMonth | None:
    """The month that a file's name gives, as in ``EPD_201709.csv``."""
    if found := _MONTH_IN_NAME.search(name):
        try:
            return DispensingMonth.parse("".join(found.groups()))
        except BadMonth:
            return None
    return None


def year_in_name(name: str) -> str:
    """The year that a file's name gives, as in ``2026.csv``; empty when it gives none."""
    found = _YEAR_IN_NAME.search(name)
    return found[1] if found else ""
