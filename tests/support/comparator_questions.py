"""Questions of comparators for the specs: numerator, denominator and value of each."""

from __future__ import annotations

from epact2.comparators.read import comparators
from epact2.query.encode import Json, value_to_json


class ComparatorQuestion(dict):
    """A question as JSON. For readers, ``short`` names the comparators, and ``words`` their titles."""

    short: dict
    words: str


def asked(*keys: str, **more: Json) -> ComparatorQuestion:
    """The numerator, the denominator and the value of comparators, with other parts of the question."""
    found = [comparators()[key] for key in keys]
    parts = [part for one in found for part in (one.numerator.value, one.denominator.value, one.value)]
    made = ComparatorQuestion(values=[value_to_json(part) for part in parts], **more)
    made.short = {"comparators": list(keys), **more}
    titles = "; ".join(one.title for one in found)
    made.words = f"{titles}: numerator, denominator and value{' of each' if len(found) > 1 else ''}"
    return made
