"""The secret that seals: a file that only the loader reads.

Who has it can narrow published counts down to fewer values, so that it is no part of a release, and the web
server's user must not be able to read it. It is made once, and never again: with another secret the same
count could be published a second time, rounded otherwise.
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from epact2.errors import Epact2Error
from epact2.query.sealing import KEY_BYTES
from epact2.store.release import Release

SETTING = "EPACT2_SEAL_KEY"
NAME = "seal-key"
_FINGERPRINT = 16  # hexadecimal digits


class SealKeyFault(Epact2Error):
    """The secret is missing, cannot be read, or is not that of the store's published figures."""


def key_path(store: Path, environment: Mapping[str, str] = os.environ) -> Path:
    """Where the secret lies: beside the store's files, or where EPACT2_SEAL_KEY says."""
    named = environment.get(SETTING, "").strip()
    return Path(named) if named else store / NAME


def read_key(path: Path, before: Release | None) -> bytes:
    """The secret, made at the first load. Raises SealKeyFault.

    ``before`` is the release in force: if its figures are sealed, no other secret will do.
    """
    sealed_before = before is not None and bool(before.seal)
    if not path.exists():
        if sealed_before:
            raise SealKeyFault(
                f"The key {path} that sealed the published figures of this store is missing.",
                f"Restore it from a copy, or name it with {SETTING}. A new one would publish the same "
                "patients a second time, rounded otherwise: then begin a new store.",
            )
        _make_key(path)
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except OSError as error:
        raise SealKeyFault(
            f"The key {path} cannot be read: {error.strerror}.", "Load as the user to whom it belongs."
        ) from error
    except ValueError as error:
        raise SealKeyFault(f"The file {path} holds no key.", "Restore it from a copy.") from error
    if len(secret) < KEY_BYTES:
        raise SealKeyFault(
            f"The key {path} is shorter than {KEY_BYTES} bytes.",
            "Restore it from a copy, or remove it before the first load so that one is made.",
        )
    if before is not None and sealed_before and before.seal != fingerprint(secret):
        raise SealKeyFault(
            f"The key {path} is not the one that sealed the published figures of this store.",
            f"Restore the old one, or name it with {SETTING}.",
        )
    return secret


def fingerprint(secret: bytes) -> str:
    """A text that tells two secrets apart without telling either."""
    return hmac.new(secret, b"fingerprint", "sha256").hexdigest()[:_FINGERPRINT]


def _make_key(path: Path) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
        with os.fdopen(handle, "w", encoding="ascii") as target:
            target.write(f"{secrets.token_hex(KEY_BYTES)}\n")
            target.flush()
            os.fsync(target.fileno())
    except OSError as error:
        raise SealKeyFault(
            f"The key {path} cannot be made: {error.strerror}.",
            f"Name a file in a folder that you may write to with {SETTING}.",
        ) from error
