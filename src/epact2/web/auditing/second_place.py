"""The second place: a folder apart from the database that has every record's hash, and a signed head a day.

``witness.txt`` has a line for each record, ``heads.jsonl`` the signed heads. Whoever runs the service copies
both elsewhere; a trail that was written again no longer fits them.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from epact2.access.chain import Head, Witness
from epact2.access.heads import PUBLIC_ENDING, kept_signing_key, public_key, read_heads, signed_head

WITNESS, HEADS = "witness.txt", "heads.jsonl"


class SecondPlace:
    """The folder ``folder``, and the key that signs heads.

    Where this process cannot read the key, somebody else signs each day: ``epact2 audit sign``.
    """

    def __init__(self, folder: Path, key: Path) -> None:
        self.folder = folder
        self.key = key
        self._signed_on = ""  # the day of the newest head that this process knows of
        self._lock = threading.Lock()

    def wrote(self, number: int, hash_: str, when: str) -> None:
        """Note a record that is in the trail, and sign it if it is the first of its day. Raises OSError."""
        self._append(WITNESS, f"{number} {hash_}\n")
        if when[:10] != self._signed_on:
            self._sign_once_a_day(number, hash_, when)

    def sign(self, number: int, hash_: str, when: str) -> None:
        """Sign a record as the head. Raises NoKey or OSError."""
        self._append(HEADS, signed_head(kept_signing_key(self.key), number, hash_, when) + "\n", wait=True)

    def _sign_once_a_day(self, number: int, hash_: str, when: str) -> None:
        with self._lock:
            day = when[:10]
            if day == self._signed_on:
                return
            newest = max((line["when"][:10] for line in self._said()), default="")
            if newest < day and self.may_sign:
                self.sign(number, hash_, when)
            self._signed_on = day

    @property
    def may_sign(self) -> bool:
        """Whether this process may use the key, or make the first one."""
        public = self.key.with_name(self.key.name + PUBLIC_ENDING)
        return os.access(self.key, os.R_OK) or not (self.key.exists() or public.exists())

    def _said(self) -> Iterator[dict[str, str]]:
        path = self.folder / HEADS
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                yield json.loads(line)

    def _append(self, name: str, line: str, *, wait: bool = False) -> None:
        """Add one line; short appends of several processes do not mix. ``wait``: until it is on the disk."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.folder / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            os.write(descriptor, line.encode())
            if wait:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def witness(self) -> Witness:
        """What was noted of every record. Raises Tampered for a file that was written over."""
        path = self.folder / WITNESS
        if not path.exists():
            return Witness()
        with path.open(encoding="ascii", errors="replace") as lines:
            return Witness.read(lines)

    def heads(self) -> list[Head]:
        """The signed heads, each with whether its signature fits. Raises NoKey where there are some and the
        public key is not there.
        """
        path = self.folder / HEADS
        if not path.exists():
            return []
        with path.open(encoding="utf-8") as file:
            return read_heads(file, public_key(self.key))
