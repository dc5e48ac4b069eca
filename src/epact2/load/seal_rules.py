"""The rules of ``query.sealing`` in SQL: offsets, rounding, pools. Tests hold the two together."""
# ruff: noqa: S608 - every name in these statements is the program's own; the key is bound, never written

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from epact2.load.fast import quoted
from epact2.model.organisations import UNKNOWN_CODE
from epact2.query.sealing import BASE, LEAST_POOL, Enters

_BLOCK = 64  # bytes in which SHA-256 takes a key


def offset_sql(message: str) -> str:
    """``query.sealing.offset`` in SQL: HMAC-SHA256 by its definition. Bind ``key_parameters``."""
    inner = f"unhex(sha256($inner || encode({message})))"
    return f"(CAST('0x' || left(sha256($outer || {inner}), 15) AS BIGINT) % {BASE})"


def key_parameters(secret: bytes) -> dict[str, bytes]:
    """The two halves of the key that HMAC hashes with."""
    key = secret if len(secret) <= _BLOCK else hashlib.sha256(secret).digest()
    padded = key.ljust(_BLOCK, b"\0")
    return {"inner": bytes(byte ^ 0x36 for byte in padded), "outer": bytes(byte ^ 0x5C for byte in padded)}


def rounded_sql(count: str, offset: str) -> str:
    """``query.sealing.rounded`` in SQL."""
    return f"{BASE} * ((greatest({count}, 0) + {offset}) // {BASE})"


def pooling(keys: Sequence[str], numbers: Sequence[str]) -> Iterator[str]:
    """The steps that give each hidden atom its pool: the first of a pool bears the sum of all.

    ``hidden0`` … ``hidden4`` are those that no pool has taken yet; ``keys`` name a node and cell.
    """
    known = {
        Enters.SUB_ICB_LOCATION: ("sub_icb", "icb", "region"),
        Enters.ICB: ("icb", "region"),
        Enters.REGION: ("region",),
        Enters.ENGLAND: (),
    }
    shown = ", ".join((*keys, "practice"))
    taken = []
    for place, (level, codes) in enumerate(known.items()):
        within = f"OVER (PARTITION BY {', '.join((*keys, *codes))})"
        sums = ", ".join(
            f"CASE WHEN practice = min(practice) {within} THEN sum({name}) {within} END AS {name}"
            for name in numbers
        )
        # A level whose code is not known is passed over.
        large = f"members >= {LEAST_POOL}" + (f" AND {codes[0]} <> {quoted(UNKNOWN_CODE)}" if codes else "")
        yield f"level{place} AS MATERIALIZED (SELECT *, count(*) {within} AS members FROM hidden{place})"
        given = f"{shown}, {sums}, {int(level)} AS enters"
        yield f"pool{place} AS (SELECT {given} FROM level{place} WHERE {large})"
        yield f"hidden{place + 1} AS (SELECT * EXCLUDE (members) FROM level{place} WHERE NOT ({large}))"
        taken.append(f"SELECT * FROM pool{place}")
    nothing = ", ".join(f"NULL AS {name}" for name in numbers)
    never = f"SELECT {shown}, {nothing}, {int(Enters.NEVER)} AS enters FROM hidden{len(known)}"
    yield f"pooled AS ({' UNION ALL '.join((*taken, never))})"
