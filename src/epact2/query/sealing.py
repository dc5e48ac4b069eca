"""The arithmetic of sealed figures: how a count of patients is published for organisations not one's own.

An *atom* is one practice, one node (everything, a BNF code, a count of a comparator) and one month. Its exact
count n is rounded once, when the month is loaded, to a multiple of five by way of a secret offset t from 0 to
4: m = 5 × floor((n + t) / 5). Every published number is a sum of such m. So no question, and no thousand
questions, say more than the atoms do. ``docs/explanation/disclosure.md`` tells why each rule is there.

Pure functions; the loader writes them down again as SQL, and tests hold the two together.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from epact2.errors import Epact2Error
from epact2.model.months import DispensingMonth
from epact2.model.organisations import UNKNOWN_CODE

BASE = 5  # what counts are rounded to
SHOWN_FROM = 10  # open items from which an atom is published by itself
LEAST_POOL = 3  # atoms that must stand together to be published as their sum
LEAST_BELOW = 20  # patients below the line of a ratio
SPLIT_FROM = 20  # open items from which a place is split by what patients are

_DIGITS = 15  # hexadecimal digits of the keyed hash: 60 bits, so that five offsets are as good as equal
KEY_BYTES = 32


class NotPublished(Epact2Error):
    """A number that is not published of organisations not one's own; the advice names the nearest."""


class Enters(IntEnum):
    """The narrowest level of organisation in whose published sum an atom counts."""

    PRACTICE = 0
    SUB_ICB_LOCATION = 1
    ICB = 2
    REGION = 3
    ENGLAND = 4
    NEVER = 5


@dataclass(frozen=True, slots=True)
class Place:
    """Where a practice belongs today: the codes above it."""

    sub_icb_location: str = UNKNOWN_CODE
    icb: str = UNKNOWN_CODE
    region: str = UNKNOWN_CODE


def offset(secret: bytes, message: str) -> int:
    """A number from 0 to 4 that nobody without the secret can tell: HMAC-SHA256 of the message, mod 5."""
    digest = hmac.new(secret, message.encode(), hashlib.sha256).hexdigest()
    return int(digest[:_DIGITS], 16) % BASE


def chain_message(where: str, month: DispensingMonth) -> str:
    """What an atom that is shown by itself is keyed by: the same for all nodes of a practice in one year.

    One offset keeps every chain in order (patients of a substance ≤ of its section ≤ of everything), so that
    comparing a part with its whole says nothing new, and the same patients have the same number whatever they
    are called: those of a clinic's one section are those of its chapter, and all that it has.
    """
    return f"chain|{where}|{month.financial_year}"


def split_message(place: str, node: str, month: DispensingMonth) -> str:
    """What a cell of a split is keyed by; ``place`` is that of ``split_place``.

    ``node`` is the chapter of items. Patients have one offset for all nodes, and so no node here: those of a
    place's one chapter are all that it has.
    """
    return f"chain|{place}|{node}|{month.financial_year}"


def lone_message(where: str, node: str, month: DispensingMonth) -> str:
    """What an atom that is published in a pool only is keyed by: used for no other atom.

    Its open items are so few that they could tell its offset; the offset must then tell nothing else.
    """
    return f"alone|{where}|{node}|{month.code}"


def rounded(count: int, offset: int) -> int:
    """The published multiple of five. 0 stays 0; otherwise at most 4 away, and right on average.

    A sum of items below 0, which corrections can leave, counts as 0.
    """
    return BASE * ((max(count, 0) + offset) // BASE)


def rounded_alone(count: int, offset: int) -> int:
    """The number of an atom that is published in a pool only: 0 or 5.

    A pool of which every atom is as large as it can be tells them all. So none is larger than 5, which a
    single patient may be: where everybody knows of one, that tells nothing.
    """
    return min(rounded(count, offset), BASE)


def is_shown(open_items: int) -> bool:
    """Whether an atom is published by itself: a function of public data alone."""
    return open_items >= SHOWN_FROM


def at_most_items(published: int, open_items: int) -> int:
    """The published number, but no more than open items: whoever saw more would learn the offset."""
    return min(published, BASE * (open_items // BASE))


def room(parts: Iterable[tuple[int | None, int]]) -> int:
    """The most that a whole may be published as, given its parts: the published number of each (None where
    it is hidden) and its open items.

    A whole is no more than its parts together. If it were published as the most that these can be, every part
    would be known. So it leaves them four patients of room; and it is no less than its greatest part.
    """
    together, greatest = 0, 0
    for published, open_items in parts:
        together += open_items if published is None else min(published + BASE - 1, open_items)
        greatest = max(greatest, published or 0)
    return max(greatest, BASE * ((together - BASE + 1) // BASE))


def patients_between(practices: Iterable[tuple[int | None, int]]) -> tuple[int, int]:
    """How many patients the practices of a place have together, at least and at most, as far as is published.

    Takes the published number of each (None where it is hidden) and its open items. Of a hidden one, which a
    pool may have told to be somebody, or four at most, the narrowest is taken.
    """
    least, greatest = 0, 0
    for published, open_items in practices:
        least += 1 if published is None else max(published - BASE + 1, 0)
        greatest += min(BASE - 1 if published is None else published + BASE - 1, open_items)
    return least, greatest


def split_fits(published: Collection[int], least: int, greatest: int) -> bool:
    """Whether the published cells of a split leave the whole range of each cell open beside their total.

    The total is known to lie between two numbers: an open total of items, or the patients of practices. Each
    cell lies at most 4 from its published number, and all add up to the total. Cells of 0 are not counted on:
    who is registered where is open, so that they may be known to be empty. Looks at published numbers only.
    """
    low = sum(max(one - BASE + 1, 0) for one in published)
    high = sum(one + BASE - 1 for one in published if one)
    widest = 2 * (BASE - 1)
    return greatest - low >= widest and high - least >= widest


def cell_of_age(age_band: int, gender: int) -> str:
    """The cell of a split by age and gender, by the places of their codes: 5-year band, gender."""
    return f"age {age_band}, gender {gender}"


def cell_of_deprivation(quintile: int) -> str:
    """The cell of a split by deprivation, by the place of its code."""
    return f"deprivation {quintile}"


def split_place(sub_icb_location: str, cell: str, *, of_items: bool) -> str:
    """What stands for the practice in the messages of a cell of a split: patients and items apart."""
    return f"{sub_icb_location}|{cell}|{'items' if of_items else 'patients'}"


def entries(hidden: Mapping[str, Place]) -> dict[str, Enters]:
    """Where atoms that are not shown by themselves enter, by practice: all of one node and month.

    Within a sub-ICB location if at least three stand together there; those left over within their ICB, else
    region, else England, else never. A level whose code is not known is passed over.
    """
    found = dict.fromkeys(hidden, Enters.NEVER)
    left = dict(hidden)
    for level in (Enters.SUB_ICB_LOCATION, Enters.ICB, Enters.REGION, Enters.ENGLAND):
        pools: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for practice, place in left.items():
            if (pool := pool_of(place, level)) is not None:
                pools[pool].append(practice)
        for members in pools.values():
            if len(members) >= LEAST_POOL:
                for practice in members:
                    found[practice] = level
                    del left[practice]
    return found


def pool_of(place: Place, level: Enters) -> tuple[str, ...] | None:
    """The pool of a level to which a practice belongs; None where its organisation there is not known."""
    codes = (place.region, place.icb, place.sub_icb_location)[: int(Enters.ENGLAND) - int(level)]
    return codes if not codes or codes[-1] != UNKNOWN_CODE else None
