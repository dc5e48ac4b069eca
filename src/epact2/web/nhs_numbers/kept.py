"""The file of NHS numbers by pseudonym: SQLite of its own, which no other part of the system opens.

It holds marks and encrypted numbers alone (``sealing``). The analytics, the accounts database, caches and
logs never have a number; whoever copies this file without the key has nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from epact2.errors import Epact2Error
from epact2.web.nhs_numbers.sealing import NoNhsNumberKey, Sealing

_TABLES = """
CREATE TABLE IF NOT EXISTS number (
    patient BLOB NOT NULL PRIMARY KEY, sealed BLOB NOT NULL, mark BLOB NOT NULL UNIQUE) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS witness (id INTEGER PRIMARY KEY CHECK (id = 1), sealed BLOB NOT NULL);
"""
_WITNESS, _OF_WITNESS = "epact2", b"witness of the key"
_CHANGED = (
    "Nothing was loaded. If this file is right and what is kept is not, move the file of NHS numbers away, "
    "and load all again."
)


class NoNhsNumbers(Epact2Error):
    """No NHS numbers are kept here, or the file cannot be used."""


class NumberInUse(Epact2Error):
    """A number or a pseudonym that is kept already, with another. Names neither."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did: how many numbers it brought, and how many of them were kept already."""

    rows: int
    known: int


class NumberStore:
    """The file ``path``, with the key that opens it."""

    def __init__(self, path: Path, sealing: Sealing) -> None:
        self.path = path
        self.sealing = sealing

    def numbers_of(self, pseudonyms: Iterable[str]) -> dict[str, str]:
        """The numbers of those pseudonyms that have one here. Raises NoNhsNumbers or NoNhsNumberKey."""
        found: dict[str, str] = {}
        with self._opened("ro") as connection:
            self._require_key(connection)
            for pseudonym in pseudonyms:
                mark = self.sealing.mark_of_patient(pseudonym)
                row = connection.execute("SELECT sealed FROM number WHERE patient = ?", (mark,)).fetchone()
                if row is not None:
                    found[pseudonym] = self.sealing.open(row[0], mark)
        return found

    def count(self) -> int:
        """How many numbers are kept. Raises NoNhsNumbers."""
        with self._opened("ro") as connection:
            return int(connection.execute("SELECT count(*) FROM number").fetchone()[0])

    def load(self, rows: Iterable[tuple[str, str]]) -> Loaded:
        """Keep pseudonyms with their numbers, all or none of them.

        Raises NumberInUse for one that is kept with another, whatever ``rows`` raises, and NoNhsNumbers.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._opened("rwc") as connection:
            self.path.chmod(0o600)
            # Marks come in no order, so every row is somewhere else: keep 256 MB of the file at hand.
            connection.execute("PRAGMA cache_size = -262144")
            connection.executescript(_TABLES)
            connection.execute("BEGIN IMMEDIATE")
            try:
                self._require_key(connection)
                loaded = self._load(connection, rows)
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise
        return loaded

    def _load(self, connection: sqlite3.Connection, rows: Iterable[tuple[str, str]]) -> Loaded:
        count, known = 0, 0
        for pseudonym, number in rows:
            count += 1
            patient, mark = self.sealing.mark_of_patient(pseudonym), self.sealing.mark_of_number(number)
            try:
                connection.execute(
                    "INSERT INTO number (patient, sealed, mark) VALUES (?, ?, ?)",
                    (patient, self.sealing.seal(number, patient), mark),
                )
            except sqlite3.IntegrityError:
                _require_same(connection, patient, mark)
                known += 1
        return Loaded(count, known)

    def _require_key(self, connection: sqlite3.Connection) -> None:
        """Refuse a key that is not the one of this file: it would mix numbers that no key opens together."""
        row = connection.execute("SELECT sealed FROM witness").fetchone()
        if row is None:
            if connection.in_transaction:
                sealed = self.sealing.seal(_WITNESS, _OF_WITNESS)
                connection.execute("INSERT INTO witness (id, sealed) VALUES (1, ?)", (sealed,))
            return
        try:
            self.sealing.open(row[0], _OF_WITNESS)
        except NoNhsNumberKey:
            raise NoNhsNumberKey(
                f"The key does not belong to the NHS numbers in {self.path}.",
                "Put the key back that EPACT2_NHS_NUMBER_KEY named when the numbers were loaded.",
            ) from None

    @contextmanager
    def _opened(self, mode: str) -> Iterator[sqlite3.Connection]:
        if mode == "ro" and not self.path.exists():
            raise NoNhsNumbers(
                "No NHS numbers are kept on this server.",
                "Whoever runs the service loads them: epact2 nhs-numbers load FILE.",
            )
        try:
            connection = sqlite3.connect(
                f"{self.path.as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=10
            )
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        try:
            # What SQLite puts aside while it works stays in memory, though it is encrypted, too.
            connection.execute("PRAGMA temp_store = MEMORY")
            yield connection
        except sqlite3.IntegrityError:
            raise
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        finally:
            connection.close()

    def _unusable(self, error: sqlite3.Error) -> NoNhsNumbers:
        return NoNhsNumbers(
            f"The NHS numbers in {self.path} cannot be used: {error}.",
            "Check that this user may read the file and that it is whole; the numbers can be loaded again.",
        )


def _require_same(connection: sqlite3.Connection, patient: bytes, mark: bytes) -> None:
    """Refuse a row that contradicts what is kept."""
    row = connection.execute("SELECT mark FROM number WHERE patient = ?", (patient,)).fetchone()
    if row is None:
        raise NumberInUse("column NHS_NUMBER: this number is kept for another pseudonym already.", _CHANGED)
    if row[0] != mark:
        raise NumberInUse("column PATIENT_ID: this pseudonym is kept with another number already.", _CHANGED)
