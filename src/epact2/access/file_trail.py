"""A trail in a file: what the command line keeps, and what needs no database.

Each line is one record as canonical JSON: its hash, the record, and the texts of its questions. One writer at
a time (a lock on the file); a line is on the disk before the answer is shown.
"""

from __future__ import annotations

import fcntl
import getpass
import json
import os
import secrets
from collections.abc import Iterator
from io import BufferedRandom
from pathlib import Path

from epact2.access.audit import AuditFailed, Event, canonical, digest_of
from epact2.access.chain import BEFORE_THE_FIRST, Record, Sound, Tampered, link, number_in, verify
from epact2.access.pseudonyms import Hiding
from epact2.access.viewer import OPERATOR
from epact2.query.encode import Json

COMMANDS, PATIENT_KEY = "commands.jsonl", "patient-key"  # in the folder of the audit
_BLOCK = 64 * 1024


class FileTrail:
    """A trail whose records are lines of the file ``path``; the file and its folder are made when needed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def record(self, event: Event) -> int:
        """Keep an event on the disk and give its number. Raises AuditFailed."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "r+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                return self._append(file, event)
        except OSError as error:
            raise AuditFailed(
                f"The record of who asked what could not be written to {self.path}: {error.strerror}. "
                "So nothing is shown.",
                "Make room or rights for it, or set EPACT2_AUDIT to another folder.",
            ) from error

    def _append(self, file: BufferedRandom, event: Event) -> int:
        before, last = _last(file, self.path)
        record = event.to_json(last + 1)
        line: dict[str, Json] = {
            "hash": link(before, canonical(record)),
            "questions": {digest: json.loads(said) for digest, said in event.questions.items()},
            "record": record,
        }
        file.seek(0, os.SEEK_END)
        file.write(canonical(line).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
        return last + 1

    def records(self) -> Iterator[Record]:
        """Every record, in the order of the lines. Raises Tampered for a line that cannot be read, or whose
        questions are not those that its record names.
        """
        number = 0
        with self.path.open(encoding="utf-8") as file:
            for line in file:
                number += 1
                yield _read(line, number)


def verify_file(path: Path) -> Sound:
    """Check a trail of a file. Raises Tampered; a file that is not there is a sound trail of no records."""
    return verify(FileTrail(path).records() if path.exists() else ())


def operator_here() -> str:
    """Whoever works on this machine, with the system's name for them."""
    try:
        login = getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number without a name
        login = f"user {os.getuid()}"
    return f"{OPERATOR.name} ({login})"


def kept_hiding(path: Path) -> Hiding:
    """The key of the hashes of patients: made when first needed, and readable by its owner alone.

    Never made again for the same trail: with another key the same patient would have another hash. Raises
    AuditFailed.
    """
    try:
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            fresh = path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_hex(32))
            try:
                os.link(fresh, path)  # two processes may start at once: the first one wins
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return Hiding(bytes.fromhex(path.read_text(encoding="ascii").strip()))
    except OSError as error:
        raise AuditFailed(
            f"The key of the hashes of patients cannot be read or made in {path}: {error.strerror}.",
            "Give this user the right to the file, or set EPACT2_AUDIT to another folder.",
        ) from error
    except ValueError as error:
        raise AuditFailed(
            f"The file {path} holds no key of the hashes of patients.",
            "Put the key back from your backup: 64 hexadecimal digits.",
        ) from error


def _last(file: BufferedRandom, path: Path) -> tuple[str, int]:
    """The hash and the number of the last record, read from the end of the file."""
    end = file.seek(0, os.SEEK_END)
    tail = b""
    while end and tail.count(b"\n") < 2:
        start = max(0, end - _BLOCK)
        file.seek(start)
        tail = file.read(end - start) + tail
        end = start
    if not tail:
        return BEFORE_THE_FIRST, 0
    if not tail.endswith(b"\n"):
        raise AuditFailed(
            f"The last record in {path} was cut short while it was written.",
            "Keep the file, remove what stands after its last full line, and ask again.",
        )
    record = _read(tail.splitlines()[-1].decode(), 0)
    return record.hash, record.number


def _read(line: str, number: int) -> Record:
    try:
        data = json.loads(line)
        record, hash_, questions = data["record"], data["hash"], data["questions"]
        named = {one["question"] for one in record.get("asked", ())}
    except (ValueError, KeyError, TypeError):
        raise Tampered(number, f"Line {number:,} of the trail cannot be read.") from None
    given = {digest_of(canonical(question)) for question in questions.values()}
    if named != set(questions) or named != given:
        raise Tampered(number, f"The questions of record {number:,} were changed after it was written.")
    text = canonical(record)
    return Record(number_in(text), text, str(hash_))
