"""Chance that can be repeated: numbers that depend on a seed and a key alone.

The same rule stands twice, in Python for hundreds of thousands of numbers and in SQL for hundreds of
millions; they need not agree with each other, only each with itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from statistics import NormalDist

_NORMAL = NormalDist()


def _lots() -> Iterator[str]:
    for count in range(1, 9):
        key = ", ".join("abcdefgh"[:count])
        yield f"({key}) AS (hash(hash({key})) >> 1)::BIGINT"


# A whole number of 63 bits that depends on the key alone (``lot``), and from it one between 0 and 1. DuckDB
# does not stir the last part of a key, so that lots of two keys would go together: hence a second hash.
# Numbers between 0 and 1, and standard normal ones (Box and Muller; two halves of one hash), from a hash.
SQL_MACROS = f"""
CREATE OR REPLACE MACRO uniform(h) AS ((h >> 32)::DOUBLE + 0.5) / 4294967296.0;
CREATE OR REPLACE MACRO lot {", ".join(_lots())};
CREATE OR REPLACE MACRO fraction(lot) AS ((lot >> 31)::DOUBLE + 0.5) / 4294967296.0;
CREATE OR REPLACE MACRO normal(h) AS
    sqrt(-2.0 * ln(uniform(h))) * cos(6.283185307179586 * (h & 4294967295)::DOUBLE / 4294967296.0);
"""


def unit(seed: int, *key: object) -> float:
    """A number between 0 and 1 that depends on the seed and the key alone."""
    digest = blake2b(repr((seed, *key)).encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") + 0.5) / 2**64


def normal(seed: int, *key: object) -> float:
    """A standard normal number that depends on the seed and the key alone."""
    return _NORMAL.inv_cdf(unit(seed, *key))
