"""Signed heads: once a day the number and the hash of the last record, signed with a key that is kept apart.

Whoever can write the trail and its witness, and work out every hash again, still cannot sign.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from epact2.access.audit import canonical
from epact2.access.chain import Head
from epact2.errors import Epact2Error

PUBLIC_ENDING = ".pub"


class NoKey(Epact2Error):
    """The key of the signed heads cannot be used."""


def signed_head(key: Ed25519PrivateKey, number: int, hash_: str, when: str) -> str:
    """A signed head as one line of JSON. ``when`` is the moment of signing."""
    signature = key.sign(_said(number, hash_, when)).hex()
    return canonical({"number": number, "hash": hash_, "when": when, "signature": signature})


def read_heads(lines: Iterable[str], key: Ed25519PublicKey) -> list[Head]:
    """The signed heads of a file's lines; one that cannot be read has no good signature."""
    return [_read(line, key) for line in lines if line.strip()]


def _read(line: str, key: Ed25519PublicKey) -> Head:
    try:
        data = json.loads(line)
        number, hash_, when = int(data["number"]), str(data["hash"]), str(data["when"])
        key.verify(bytes.fromhex(data["signature"]), _said(number, hash_, when))
    except InvalidSignature:
        return Head(number, hash_, when, good=False)
    except (ValueError, KeyError, TypeError):
        return Head(1, "", "an unknown day", good=False)
    return Head(number, hash_, when, good=True)


def _said(number: int, hash_: str, when: str) -> bytes:
    return f"epact2 audit head\n{number}\n{hash_}\n{when}".encode()


def kept_signing_key(path: Path) -> Ed25519PrivateKey:
    """The key of a file, made (with its public half beside it) when it is not there. Raises NoKey."""
    try:
        if not path.is_file():
            _make(path)
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise NoKey(
            f"The key that signs audit heads cannot be read or made in {path}: {error.strerror}.",
            "Give this user the right to the file, or name another one with EPACT2_AUDIT_KEY.",
        ) from error
    except ValueError as error:
        raise _no_key(path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(path)
    return key


def public_key(path: Path) -> Ed25519PublicKey:
    """The public half of the key of a file, which needs no right to the key itself. Raises NoKey."""
    beside = path.with_name(path.name + PUBLIC_ENDING)
    try:
        key = load_pem_public_key(beside.read_bytes())
    except OSError as error:
        raise NoKey(
            f"The public half of the audit key cannot be read in {beside}: {error.strerror}.",
            "Put it there; or name the key, beside which it lies, with EPACT2_AUDIT_KEY.",
        ) from error
    except ValueError as error:
        raise _no_key(beside) from error
    if not isinstance(key, Ed25519PublicKey):
        raise _no_key(beside)
    return key


def _no_key(path: Path) -> NoKey:
    return NoKey(f"The file {path} holds no Ed25519 key.", "Put the key back from your backup.")


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    fresh = path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(private)
    try:
        os.link(fresh, path)  # two processes may start at once: the first one wins
    except FileExistsError:
        return
    finally:
        fresh.unlink()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    path.with_name(path.name + PUBLIC_ENDING).write_bytes(public)
