"""The organisations of a release as a tree to walk down, and as results of a search."""

from __future__ import annotations

from collections import Counter

from epact2.model.organisations import (
    ENGLAND,
    ENGLAND_CODE,
    ICB,
    LEVELS,
    PCN,
    PLURALS,
    PRACTICE,
    REGION,
    SUB_ICB_LOCATION,
    UNKNOWN_CODE,
    Organisation,
)
from epact2.web import links
from epact2.web.engine import Directory
from epact2.web.presenters import names, numbers
from epact2.web.presenters.organisation import address

MOST_FOUND = 100


def counts(directory: Directory) -> list[dict[str, str]]:
    """How many organisations there are of each level, England first."""
    england = directory.organisation(ENGLAND_CODE, ENGLAND)
    made = [{"text": "England", "href": address(england), "note": "Profile of the whole country"}]
    for level in LEVELS[1:]:
        found = len(directory.organisations_at(level))
        if found:
            made.append(
                {
                    "text": numbers.counted(found, level, PLURALS[level]),
                    "href": links.part_of(address(england, beneath=level), "beneath"),
                    "note": "Ranked by items and cost",
                }
            )
    return made


def regions(directory: Directory, home: Organisation) -> list[dict[str, object]]:
    """Each region with its ICBs, each with how many practices belong to it; the home's region stands open."""
    practices = directory.organisations_at(PRACTICE)
    by_icb = Counter(one.parent(ICB) for one in practices)
    locations = Counter(one.parent(ICB) for one in directory.organisations_at(SUB_ICB_LOCATION))
    made: list[dict[str, object]] = []
    for region in directory.organisations_at(REGION):
        icbs = directory.children(region, ICB)
        made.append(
            {
                "name": names.organisation_name(region),
                "code": region.code,
                "href": address(region),
                "note": f"{numbers.counted(len(icbs), 'ICB')}, "
                f"{numbers.counted(sum(by_icb[one.code] for one in icbs), 'practice')}",
                "open": home == region or home.parent(REGION) == region.code,
                "icbs": [_icb(one, by_icb, locations, home) for one in icbs],
            }
        )
    apart = [one for one in directory.organisations_at(ICB) if one.parent(REGION) == UNKNOWN_CODE]
    if apart:
        made.append(
            {
                "name": "Region not known",
                "code": "",
                "href": "",
                "note": numbers.counted(len(apart), "ICB"),
                "open": True,
                "icbs": [_icb(one, by_icb, locations, home) for one in apart],
            }
        )
    return made


def _icb(
    one: Organisation, practices: Counter[str], locations: Counter[str], home: Organisation
) -> dict[str, str]:
    parts = [
        numbers.counted(locations[one.code], SUB_ICB_LOCATION),
        numbers.counted(practices[one.code], PRACTICE),
    ]
    own = home == one or home.parent(ICB) == one.code
    return {
        "text": names.organisation_name(one),
        "href": address(one),
        "note": f"{one.code}: {', '.join(parts)}",
        "tag": names.YOURS[ICB] if own else "",
        "colour": "own",
    }


def found(directory: Directory, text: str) -> list[dict[str, str]]:
    """Organisations whose name or code fits the words, best first."""
    made = []
    for one in directory.find(text, 1000):
        if one.kind in LEVELS and len(made) < MOST_FOUND:
            made.append(as_link(directory.organisation(one.code, one.kind), directory))
    return made


def as_link(one: Organisation, directory: Directory) -> dict[str, str]:
    """An organisation in a list: its name, what it is and where it belongs."""
    above = [one.parent(level) for level in (ICB, REGION) if level != one.level]
    parent = next((code for code in above if code != UNKNOWN_CODE), "")
    where = f", {names.place_name(directory.any_organisation_name(parent))}" if parent else ""
    kind = {ENGLAND: "Country", PRACTICE: "Practice", PCN: "PCN"}.get(one.level, one.level)
    kind = kind[:1].upper() + kind[1:]
    code = "" if one.level == ENGLAND else f" {one.code}"
    return {
        "text": names.organisation_name(one),
        "href": address(one),
        "note": f"{kind}{code}{where}",
    }
