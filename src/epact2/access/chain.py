"""The chain of a trail, and the verifier that finds the first record that is not what was written.

The hash of a record is SHA-256 of the hash before it followed by its own text, so no record can be changed,
removed, inserted or moved without changing every hash after it. Whoever can write the table can of course
work out all later hashes again. So each hash is also written to a second place (its *witness*), and once a
day the last hash (the *head*) is signed with a key that is kept apart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from epact2.errors import Epact2Error

BEFORE_THE_FIRST = hashlib.sha256(b"epact2 audit trail").hexdigest()
_BYTES = 32
_NONE = bytes(_BYTES)
_FURTHEST = 1_000_000  # a line about a record so far ahead is no witness, and would fill the memory


class Tampered(Epact2Error):
    """A trail is not as it was written. ``number`` is the first record that is wrong or missing."""

    def __init__(self, number: int, message: str) -> None:
        super().__init__(
            message,
            "Keep the trail, its witness and its signed heads as they are, and tell whoever is responsible "
            f"for information security. Records before {number} are as they were written.",
        )
        self.number = number


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it is kept: its number from 1, its canonical text and its hash."""

    number: int
    text: str
    hash: str


@dataclass(frozen=True, slots=True)
class Head:
    """The last record at some moment, as signed once a day. ``good`` says whether the signature fits."""

    number: int
    hash: str
    when: str
    good: bool


@dataclass(frozen=True, slots=True)
class Sound:
    """What a whole trail was found to be. ``hash`` is that of its last record."""

    records: int
    hash: str
    witnessed: int
    heads: int

    @property
    def counted(self) -> str:
        """How many records, in words."""
        return "1 record" if self.records == 1 else f"{self.records:,} records"


def link(before: str, text: str) -> str:
    """The hash of a record, from the hash before it and its text."""
    return hashlib.sha256(bytes.fromhex(before) + text.encode()).hexdigest()


class Witness:
    """The hashes that were written to the second place, by record: 32 bytes each, zeros where none is."""

    def __init__(self) -> None:
        self._hashes = bytearray()
        self.count = 0
        self.last = 0

    def saw(self, number: int, hash_: bytes) -> None:
        """Note the hash of a record. Raises Tampered where two different ones were noted."""
        start, end = (number - 1) * _BYTES, number * _BYTES
        if len(self._hashes) < end:
            self._hashes.extend(bytes(end - len(self._hashes)))
        before = self._hashes[start:end]
        if before == _NONE:
            self._hashes[start:end] = hash_
            self.count += 1
            self.last = max(self.last, number)
        elif before != hash_:
            raise Tampered(number, f"The witness has two different hashes of record {number:,}.")

    def of(self, number: int) -> str:
        """The hash of a record; empty where none was noted."""
        said = self._hashes[(number - 1) * _BYTES : number * _BYTES]
        return said.hex() if said != _NONE else ""

    @classmethod
    def read(cls, lines: Iterable[str]) -> Witness:
        """The witness of its file: a number and a hash on each line. A last line cut short is let pass."""
        witness = cls()
        for line in lines:
            if not line.endswith("\n"):
                break
            number, _, hash_ = line.rstrip().partition(" ")
            try:
                said = bytes.fromhex(hash_)
            except ValueError:
                said = b""
            place = int(number) if number.isdecimal() and len(number) < 12 else 0
            if not 0 < place < witness.last + _FURTHEST or len(said) != _BYTES:
                raise Tampered(
                    witness.last + 1, f"The witness has a line that is not its own: “{line.strip()[:80]}”."
                )
            witness.saw(place, said)
        return witness


def verify(records: Iterable[Record], witness: Witness | None = None, heads: Sequence[Head] = ()) -> Sound:
    """Check a whole trail, in the order of its numbers.

    Raises Tampered for the first record that was changed, removed, inserted or moved, for a tail that was cut
    (as far as the witness or a signed head tells of it), and for a signature that does not fit.
    """
    signed = {head.number: head for head in _good(heads)}
    witness = witness or Witness()
    before, last = BEFORE_THE_FIRST, 0
    for record in records:
        _in_its_place(record, last + 1)
        if record.hash != link(before, record.text):
            raise Tampered(record.number, f"Record {record.number:,} was changed after it was written.")
        if (witness.of(record.number) or record.hash) != record.hash:
            raise Tampered(
                record.number, f"Record {record.number:,} is not the one whose hash the witness has."
            )
        head = signed.pop(record.number, None)
        if head and head.hash != record.hash:
            raise Tampered(
                record.number,
                f"Record {record.number:,} is not the one that was signed on {head.when}: it, or one since "
                "the signed head before, was written again.",
            )
        before, last = record.hash, record.number
    furthest = max([witness.last, *signed])
    if furthest > last:
        raise Tampered(last + 1, f"Records {last + 1:,} to {furthest:,} are missing from the end.")
    return Sound(last, before, witness.count, len(heads))


def _good(heads: Sequence[Head]) -> Iterator[Head]:
    for head in heads:
        if not head.good:
            raise Tampered(head.number, f"The signed head of {head.when} does not bear its signature.")
        yield head


def _in_its_place(record: Record, expected: int) -> None:
    if record.number > expected:
        gone = f"Record {expected:,} is" if record.number == expected + 1 else (
            f"Records {expected:,} to {record.number - 1:,} are"
        )  # fmt: skip
        raise Tampered(expected, f"{gone} missing.")
    if record.number < expected:
        raise Tampered(expected, f"After record {expected - 1:,} stands record {record.number:,} again.")
    said = number_in(record.text)
    if said != record.number:
        raise Tampered(
            record.number,
            f"Record {record.number:,} says that it is record {said:,}: one was inserted or moved."
            if said
            else f"Record {record.number:,} does not say which record it is.",
        )


def number_in(text: str) -> int:
    """The number that a record's canonical text gives itself; 0 for none.

    Found without reading the JSON, so that a million records are checked in seconds. A quotation mark inside
    one of its texts has a backslash before it, so the key is met nowhere else.
    """
    digits = text.partition('"number":')[2][:20].partition(",")[0]
    return int(digits) if digits.isdecimal() else 0
