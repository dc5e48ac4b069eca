"""How a patient's NHS number is kept: encrypted, under a mark that only the key can make.

One secret key gives three, each for one use (HKDF): one encrypts numbers (AES-256-GCM), one makes a mark of a
pseudonym, under which its number is found, and one makes a mark of a number, so that no number is kept twice.
Without the key the file tells neither numbers nor pseudonyms, nor which belong together.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from epact2.errors import Epact2Error

_BYTES = 32
_NONCE = 12  # bytes, as AES-GCM wants them
_MARK = 16  # bytes: two of a hundred million pseudonyms share a mark once in 10²² tries


class NoNhsNumberKey(Epact2Error):
    """The key of the NHS numbers is not there, or cannot be used."""


class Sealing:
    """Seals and opens NHS numbers with one key. May be used by several threads."""

    def __init__(self, key: bytes) -> None:
        if len(key) != _BYTES:
            raise ValueError("The key of NHS numbers has 32 bytes.")
        self._cipher = AESGCM(_derived(key, b"encrypt"))
        self._of_patients = _derived(key, b"mark of a pseudonym")
        self._of_numbers = _derived(key, b"mark of a number")

    def mark_of_patient(self, pseudonym: str) -> bytes:
        """What stands in the file for a pseudonym: always the same."""
        return _marked(self._of_patients, pseudonym)

    def mark_of_number(self, number: str) -> bytes:
        """What stands in the file for a number, to tell whether it is there already."""
        return _marked(self._of_numbers, number)

    def seal(self, number: str, patient: bytes) -> bytes:
        """A number, encrypted for one patient's mark: moved to another patient it can not be opened."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, number.encode("ascii"), patient)

    def open(self, sealed: bytes, patient: bytes) -> str:
        """The number that was sealed. Raises NoNhsNumberKey when it was changed or the key is another."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], patient).decode("ascii")
        except (InvalidTag, ValueError):
            raise NoNhsNumberKey(
                "An NHS number cannot be decrypted: its key is another one, or the file was changed.",
                "Put the key back that EPACT2_NHS_NUMBER_KEY named when the numbers were loaded.",
            ) from None


def _derived(key: bytes, use: bytes) -> bytes:
    return HKDF(SHA256(), _BYTES, salt=None, info=b"epact2 NHS numbers: " + use).derive(key)


def _marked(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), hashlib.sha256)[:_MARK]


def read_key(path: Path) -> Sealing:
    """The key of a file of 64 hexadecimal digits that its owner alone may read. Raises NoNhsNumberKey."""
    try:
        with path.open(encoding="ascii") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(1000).strip()
    except FileNotFoundError:
        raise NoNhsNumberKey(
            f"There is no key of the NHS numbers at {path}.",
            "It is made when numbers are first loaded: epact2 nhs-numbers load FILE. If it was lost, the "
            "numbers are lost, too, and must be loaded again.",
        ) from None
    except OSError as error:
        raise NoNhsNumberKey(
            f"The key of the NHS numbers at {path} cannot be read: {error.strerror}.",
            "Give this user alone the right to read it, or set EPACT2_NHS_NUMBER_KEY to the right file.",
        ) from error
    except ValueError:
        text, mode = "", 0
    if mode & 0o077:
        raise NoNhsNumberKey(
            f"The key of the NHS numbers at {path} may be read or written by others.",
            f"Take their rights away: chmod 0400 {path}. If others could read it, load the numbers again "
            "with a new key.",
        )
    try:
        return Sealing(bytes.fromhex(text))
    except ValueError:
        raise NoNhsNumberKey(
            f"The file {path} holds no key of NHS numbers.",
            "Put the key back from your backup: 64 hexadecimal digits.",
        ) from None


def made_key(path: Path) -> Sealing:
    """The key of a file, made there if there is none: readable by its owner, writable by nobody (0400).

    Raises NoNhsNumberKey.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
        if not path.exists():
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w") as file:
                file.write(secrets.token_hex(_BYTES) + "\n")
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(fresh, path)  # two processes may start at once: the first one wins
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
    except OSError as error:
        raise NoNhsNumberKey(
            f"The key of the NHS numbers cannot be made at {path}: {error.strerror}.",
            "Set EPACT2_NHS_NUMBER_KEY to a file that this user may write.",
        ) from error
    return read_key(path)
