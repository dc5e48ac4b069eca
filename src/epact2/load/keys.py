"""Integer keys for codes: dense for practices, in the order of the codes for presentations.

Keys never change once given, because old files hold them. Presentation keys leave gaps, so that a code that
appears later finds a place between its neighbours and a BNF prefix stays a contiguous range.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping

_HIGHEST = 2**31 - 1


class NoGap(Exception):
    """Two neighbouring codes have no room between them for the new ones: every key must be given again."""


def spread(known: Mapping[str, int], codes: Iterable[str]) -> dict[str, int]:
    """The known keys and one for each new code, between the keys of its neighbours. Raises NoGap."""
    keys = dict(known)
    ordered = sorted(known)
    waiting: dict[int, list[str]] = {}
    for code in sorted(set(codes) - keys.keys()):
        waiting.setdefault(bisect_left(ordered, code), []).append(code)
    for place, new in waiting.items():
        low = keys[ordered[place - 1]] if place else 0
        high = keys[ordered[place]] if place < len(ordered) else _HIGHEST
        step = (high - low) / (len(new) + 1)
        if step < 1:
            raise NoGap
        for number, code in enumerate(new, start=1):
            keys[code] = low + int(step * number)
    return keys


def append(known: Mapping[str, int], codes: Iterable[str]) -> dict[str, int]:
    """The known keys and the next free ones for the new codes, in their order."""
    keys = dict(known)
    highest = max(keys.values(), default=0)
    for number, code in enumerate(sorted(set(codes) - keys.keys()), start=highest + 1):
        keys[code] = number
    return keys
