"""Every BNF code of every comparator and list is one of the BNF's, under the name that the list gives it."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from epact2.comparators.lists import medicine_lists
from epact2.comparators.read import comparators
from epact2.model.bnf import generic_equivalent
from epact2.query.level import selections_of_value
from epact2.query.nodes import AllOf, AnyOf, Not, OneOf, Selection, UnderMedicine
from support.medicine_names import PRESENTATIONS

LEVELS = ("chapter", "section", "paragraph", "subparagraph", "chemical_substance", "product", "presentation")


@pytest.fixture(scope="module")
def hierarchy(data: Path) -> Mapping[str, str]:
    """The names of all codes of November 2024; those of presentations win, appliances have no others."""
    found: dict[str, str] = {}
    for level in LEVELS:
        with (data / f"bnf/{level}.csv").open(encoding="utf-8-sig", newline="") as file:
            found.update((row["CODE"], row["NAME"].strip()) for row in csv.DictReader(file))
    return found


@pytest.fixture(scope="module")
def changes(data: Path) -> list[tuple[str, str]]:
    """The old and new codes of all yearly changes."""
    found = []
    for path in sorted((data / "bnf/code-changes").glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            found += [(old.strip(), new.strip()) for old, new in csv.reader(file)]
    return found


def codes_in(selection: Selection) -> Iterator[str]:
    match selection:
        case UnderMedicine(code):
            yield code.text
        case OneOf(field, codes) if field.name == "generic equivalent":
            yield from codes
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from codes_in(part)
        case Not(part):
            yield from codes_in(part)


def selects(selection: Selection, code: str) -> bool:
    match selection:
        case UnderMedicine(prefix):
            return code.startswith(prefix.text)
        case OneOf(_, codes):
            return generic_equivalent(code) in codes
        case AllOf(parts):
            return all(selects(part, code) for part in parts)
        case AnyOf(parts):
            return any(selects(part, code) for part in parts)
        case Not(part):
            return not selects(part, code)
    raise AssertionError(f"no list of medicines is made so: {selection}")


def test_every_code_of_a_list_is_in_the_bnf_by_the_name_of_the_list(hierarchy):
    wrong = [
        f"{one.key}: {code} is {hierarchy.get(code, 'unknown')}, not {name}"
        for one in medicine_lists().values()
        for part in (one.codes, one.left_out)
        for code, name in {**part.medicines, **part.equivalents}.items()
        if hierarchy.get(code) != name
    ]
    assert not wrong, "\n".join(wrong)


def test_a_code_that_is_called_withdrawn_is_not_in_the_bnf(hierarchy):
    alive = [
        f"{one.key}: {code} {hierarchy[code]}"
        for one in medicine_lists().values()
        for code in one.codes.withdrawn
        if code in hierarchy
    ]
    assert not alive, "\n".join(alive)


def test_every_code_of_a_definition_is_in_the_bnf_or_was(hierarchy, changes):
    withdrawn = {code for one in medicine_lists().values() for code in one.codes.withdrawn}
    unknown = {
        f"{one.key}: {code}"
        for one in comparators().values()
        for part in (one.numerator, one.denominator)
        for selection in selections_of_value(part.value)
        for code in codes_in(selection)
        if code not in hierarchy
        and code not in withdrawn
        and not any(old.startswith(code) or new.startswith(code) for old, new in changes)
    }
    assert not unknown, "\n".join(sorted(unknown))


# Reclassified for good: eye drops, a cream, a solution, a medicine for an eye disease. None belongs to its
# old list any more.
MOVED_AWAY = {"0411000H0AAAAAA", "0411000H0AAABAB", "0411000H0AAACAC", "0411000H0BBAAAC", "0702020H0BBACAC",
              "0902012L0BCAAAD", "0906031C0AABZBZ"}  # fmt: skip


def test_no_presentation_is_lost_to_a_list_by_a_change_of_its_code(changes):
    lost = {
        f"{one.key}: {old} is now {new}"
        for one in medicine_lists().values()
        for old, new in changes
        if old not in MOVED_AWAY and selects(one.selection, old) and not selects(one.selection, new)
    }
    assert not lost, "\n".join(sorted(lost))


def test_the_medicines_of_drawn_tables_have_their_real_codes(hierarchy):
    assert {code: hierarchy.get(code) for code in PRESENTATIONS.values()} == {
        code: name for name, code in PRESENTATIONS.items()
    }
