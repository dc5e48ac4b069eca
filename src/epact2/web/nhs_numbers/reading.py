"""Reads a file of pseudonyms and NHS numbers: CSV, or CSV in gzip. Refused whole, with line and column.

No message repeats a pseudonym or a number: messages stand on terminals and in logs.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from epact2.errors import Epact2Error
from epact2.model.nhs_number import BadNhsNumber, nhs_number

COLUMNS = ("PATIENT_ID", "NHS_NUMBER")
_PSEUDONYM = re.compile(r"[A-Za-z0-9]{1,64}")


class BadNumberFile(Epact2Error):
    """A file of NHS numbers that cannot be loaded: where and why, and what to do."""


class Lines:
    """The rows of a file; ``at`` is the line that was read last."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.at = 0

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Pseudonym and number of each row. Raises BadNumberFile."""
        try:
            with self.path.open("rb") as raw:
                zipped = raw.read(2) == b"\x1f\x8b"
                raw.seek(0)
                unpacked = gzip.GzipFile(fileobj=raw) if zipped else raw
                with io.TextIOWrapper(unpacked, encoding="utf-8-sig", newline="") as text:
                    yield from self._rows(csv.reader(text, strict=True))
        except UnicodeDecodeError:
            raise self.refused("it is not written in UTF-8") from None
        except csv.Error as error:
            self.at += 1
            raise self.refused(f"it is no line of CSV ({error})") from None
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise self.refused("the packed file is broken off or damaged") from None
        except OSError as error:
            raise BadNumberFile(
                f"{self.path.name} cannot be read: {error.strerror or error}.",
                "Check its name and your rights.",
            ) from error

    def _rows(self, lines: Any) -> Iterator[tuple[str, str]]:
        heading = next(lines, None)
        self.at = 1
        if heading is None or tuple(heading) != COLUMNS:
            raise self.refused(f"the columns must be {' and '.join(COLUMNS)}, in this order")
        for row in lines:
            self.at = lines.line_num
            if len(row) != len(COLUMNS):
                raise self.refused(f"it has {len(row)} columns and not {len(COLUMNS)}")
            if not _PSEUDONYM.fullmatch(row[0]):
                raise self.refused("column PATIENT_ID: a pseudonym is 1 to 64 letters and digits")
            try:
                yield row[0], nhs_number(row[1])
            except BadNhsNumber as error:
                raise self.refused(
                    f"column NHS_NUMBER: {error.message[:1].lower()}{error.message[1:-1]}"
                ) from None
        if self.at == 1:
            raise self.refused("no row follows the heading")

    def refused(
        self, why: str, advice: str = "Nothing was loaded. Mend the file and load it again."
    ) -> BadNumberFile:
        """The error for the line that was read last."""
        return BadNumberFile(f"{self.path.name}, line {self.at:,}: {why.rstrip('.')}.", advice)
