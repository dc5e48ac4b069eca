"""What a search found: groups of links for the page of results, and suggestions for a box."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import TypedDict

from django.urls import reverse

from epact2.analysis.search import SearchResults
from epact2.comparators.definition import Comparator
from epact2.model.fields import Field
from epact2.model.measures import Measure
from epact2.model.organisations import ENGLAND
from epact2.web import links
from epact2.web.engine import Directory
from epact2.web.presenters import names, numbers
from epact2.web.presenters.organisation_tree import as_link

MOST_SUGGESTIONS = 10


class Suggestion(TypedDict):
    """One line under a search box, as its script expects it."""

    label: str
    kind: str
    code: str
    href: str


def groups(results: SearchResults, directory: Directory) -> list[dict[str, object]]:
    """The groups that found something, each with its heading."""
    organisations = [
        as_link(directory.organisation(one.code, one.kind), directory) for one in results.organisations
    ]
    medicines = [
        {
            "text": names.medicine_name(one.name),
            "href": links.medicine(one.code),
            "note": f"BNF {one.kind} {one.code}{_beneath(one.code, one.kind, directory)}",
        }
        for one in results.medicines
    ]
    comparators = [
        {"text": one.title, "href": links.comparator(one.key), "note": one.summary}
        for one in results.comparators
    ]
    terms = [
        {"text": one.name[:1].upper() + one.name[1:], "href": term_address(one), "note": one.meaning}
        for one in results.terms
    ]
    every = (
        ("Organisations", "organisation", organisations),
        ("Medicines", "medicine", medicines),
        ("Comparators", "comparator", comparators),
        ("Fields and measures", "", terms),
    )
    return [{"title": title, "kind": kind, "items": items} for title, kind, items in every if items]


def _beneath(code: str, kind: str, directory: Directory) -> str:
    """Where a medicine stands in the BNF: its section, for everything narrower."""
    if len(code) <= 4:
        return ""
    section = directory.medicine_name(code[:4])
    return f", in {names.medicine_name(section)}" if section != code[:4] else ""


def term_address(term: Field | Measure) -> str:
    """The entry of a field or measure in the dictionary."""
    return f"{reverse('dictionary')}#{term_id(term)}"


def term_id(term: Field | Measure) -> str:
    """The identifier of an entry, from its name."""
    return term.name.casefold().replace(" ", "-").replace("/", "-")


def suggestions(results: SearchResults, directory: Directory) -> list[Suggestion]:
    """At most ten: the groups take turns, so that none hides the others."""
    organisations = [_organisation(one.kind, one.code, directory) for one in results.organisations]
    medicines: list[Suggestion] = [
        {
            "label": names.medicine_name(one.name),
            "kind": one.kind,
            "code": one.code,
            "href": links.medicine(one.code),
        }
        for one in results.medicines
    ]
    comparators = [_comparator(one) for one in results.comparators]
    return in_turns((organisations, medicines, comparators), MOST_SUGGESTIONS)


def in_turns(groups: Sequence[Sequence[Suggestion]], most: int) -> list[Suggestion]:
    """As many as there is room for: the first of each group before the second of any, groups together."""
    taken = [0] * len(groups)
    for row in zip_longest(*groups):
        for place, one in enumerate(row):
            if one is not None and sum(taken) < most:
                taken[place] += 1
    return [one for group, count in zip(groups, taken, strict=True) for one in group[:count]]


def _organisation(kind: str, code: str, directory: Directory) -> Suggestion:
    one = directory.organisation(code, kind)
    return {
        "label": names.with_code(one) if kind != ENGLAND else one.name,
        "kind": kind,
        "code": one.code,
        "href": links.address("organisation", kind, one.code),
    }


def _comparator(one: Comparator) -> Suggestion:
    return {"label": one.title, "kind": "comparator", "code": "", "href": links.comparator(one.key)}


def heading(results: SearchResults, text: str, limit: int) -> str:
    """``12 results for “amox”``; says when there may be more than are shown."""
    if not text:
        return "Search"
    if not results.count:
        return f"Nothing fits “{text}”"
    more = len(results.organisations) >= limit or len(results.medicines) >= limit
    shown = results.corrected or text
    if more:
        return f"The best results for “{shown}”"
    return f"{numbers.counted(results.count, 'result')} for “{shown}”"
