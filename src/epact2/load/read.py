"""The strict reader: one row at a time, every cell checked, the place of every fault known.

It is slow and boring, and it is the authority. Small files are read by it alone; a large file is read by it
only when the fast reader found something that is not plain, and then either its faults are named or it is
written again in plain form.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from epact2.load.columns import BadCell
from epact2.load.layouts import Column, Layout
from epact2.load.receive import Received
from epact2.load.recognise import Recognised
from epact2.load.refusals import FileRefused, Refusal, shown
from epact2.model.months import DispensingMonth

MOST_FAULTS = 20  # of one file; a thousand wrong cells usually have one cause

FETCH_AGAIN = "Fetch the file again; if it is as published, report the row to its publisher."
_CSV_PROBLEMS = {
    "unexpected end of data": "a quote is opened and never closed; the file may be cut off",
    "',' expected after '\"'": "text follows a closing quote (a quote within a value must be doubled)",
}


class Reader:
    """Reads a received table. Iterating yields ``(line, cells)`` in the order of the layout's columns.

    Faulty rows are gathered and raised as FileRefused once all rows were seen, or when there are many.
    """

    has_lines = True

    def __init__(self, received: Received, recognised: Recognised) -> None:
        assert recognised.layout is not None, "weights are not tables"
        self.name = received.name
        self.layout: Layout = recognised.layout
        self._received = received
        self._order = recognised.order
        self._faults: list[Refusal] = []

    def fault(self, problem: str, advice: str, line: int | None, column: Column | None = None) -> None:
        """Note a fault; raises FileRefused when there are many already."""
        place = (line, None) if self.has_lines else (None, line)
        header = self._header_of(column)
        self._faults.append(Refusal(self.name, problem, advice, place[0], header, place[1]))
        if len(self._faults) >= MOST_FAULTS:
            raise FileRefused(*self._faults)

    def _header_of(self, column: Column | None) -> str | None:
        if column is None:
            return None
        return column.headers[0] if self.layout.header else f"{column.headers[0]} ({column.name})"

    def finish(self) -> None:
        """Raise FileRefused if any fault was noted."""
        if self._faults:
            raise FileRefused(*self._faults)

    def __iter__(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Every row with its place; raises FileRefused at the end, or earlier, if there are faults."""
        raise NotImplementedError

    def _bad_cells(self, line: int, cells: Sequence[str]) -> None:
        for column, cell in zip(self._order, cells, strict=True):
            try:
                column.type.canonical(cell)
            except BadCell as bad:
                self.fault(f"{shown(cell)} is {bad}.", FETCH_AGAIN, line, column)


class StrictReader(Reader):
    """Reads a text of comma-separated values, with the csv module."""

    def __iter__(self) -> Iterator[tuple[int, tuple[str, ...]]]:
        """See ``Reader``."""
        places = [self._order.index(column) for column in self.layout.columns]
        checks = [(self._order[place].type.canonical, place) for place in places]
        rows = 0
        for line, cells in self._records():
            rows += 1
            if len(cells) != len(self._order):
                self._wrong_length(line, cells)
                continue
            try:
                yield line, tuple([check(cells[place]) for check, place in checks])
            except BadCell:
                self._bad_cells(line, cells)
        if self._received.cut_off:
            self.fault(
                "the last line has no end, so the file may be cut off.",
                "Fetch the file again; if it is whole, add a line end after the last line.",
                self._received.lines + 1,
            )
        if rows == 0 and not self._faults:
            self.fault("it has no rows.", "Fetch the file again: a month without rows is not loaded.", None)
        self.finish()

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        encoding = "utf-8-sig" if self._received.encoding == "utf-8" else self._received.encoding
        with self._received.text.open(encoding=encoding, newline="") as text:
            reader = csv.reader(text, strict=True)
            if self.layout.header:
                next(reader)
            line = reader.line_num + 1
            try:
                for cells in reader:
                    yield line, cells
                    line = reader.line_num + 1
            except csv.Error as error:
                known = _CSV_PROBLEMS.get(str(error), f"the row cannot be read: {error}")
                self.fault(f"{known}.", FETCH_AGAIN, line)

    def _wrong_length(self, line: int, cells: list[str]) -> None:
        if not cells:
            self.fault("the line is empty.", "Remove the empty line, or fetch the file again.", line)
            return
        few = len(cells) < len(self._order)
        self.fault(
            f"the row has {len(cells)} values, and the columns are {len(self._order)}; "
            f"its last value is {shown(cells[-1])}.",
            "Fetch the file again: the row is cut off."
            if few
            else "Fetch the file again; a value that holds a comma must stand in quotes.",
            line,
            self._order[len(cells)] if few else None,
        )


def rewrite_plainly(reader: StrictReader, target: Path) -> int:
    """Write a table again in UTF-8, in plain form and with its layout's columns in order; the rows written.

    Raises FileRefused when the table has a fault.
    """
    rows = 0
    with target.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow([column.headers[0] for column in reader.layout.columns])
        for _, cells in reader:
            writer.writerow(cells)
            rows += 1
    return rows


def month_of_rows(reader: Reader, expected: DispensingMonth | None) -> DispensingMonth:
    """The month of all rows, read one by one: ``expected``, else that of the first.

    Raises FileRefused with the rows of other months.
    """
    place = [column.name for column in reader.layout.columns].index("month")
    wanted = expected
    for line, cells in reader:
        month = DispensingMonth.parse(cells[place])
        wanted = wanted or month
        if month != wanted:
            why = "the file's name or --month says" if expected else "the first row says"
            reader.fault(
                f"{shown(cells[place])} is another month than {wanted.name}, as {why}.",
                "Load the file of one whole month under its own name."
                if expected
                else "A file must hold one month: split it, or fetch it again.",
                line,
                reader.layout.columns[place],
            )
    reader.finish()
    assert wanted is not None, "a file without rows is refused"
    return wanted
