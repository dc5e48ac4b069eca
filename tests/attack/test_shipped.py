"""The counts of the comparators that are shipped: whether any add up to another.

In the attacked worlds comparators are published that add up on purpose (``truth.ADD_UP``). Here those that
are shipped are held to be no worse: an equation among them must be one that the attack knows.
"""

from __future__ import annotations

import numpy
import pytest

from attack.shipped import (
    NOW,
    columns,
    counted,
    counter,
    draw_patients,
    equations,
    published_counts,
)
from attack.truth import ADD_UP, OPIOIDS, WITH, WITHOUT
from epact2.comparators.read import comparators
from epact2.query.nodes import Amount
from epact2.query.words import value_name

PATIENTS = 2000  # with fewer, counts that differ in rare patients alone look alike
Table = tuple[list[str], numpy.ndarray]


def of_patients() -> list[str]:
    """The names of the counts of patients."""
    return [value_name(one) for one in published_counts() if not isinstance(one, Amount)]


@pytest.fixture(scope="module")
def table() -> Table:
    return columns(draw_patients(PATIENTS))


def test_every_count_counts_somebody_and_leaves_somebody_out(table):
    names, told = table
    assert len(of_patients()) > 80
    for place, name in enumerate(of_patients()):
        assert names[place] == name
        assert {0, 1} <= set(told[:, place])


def test_one_family_adds_up_and_the_attack_knows_its_like(table):
    """Of a cohort, those with a medicine and those without are both published, and the cohort, too.

    It stands in the attacked worlds as the patients on opioids, with and without medicines of dependence.
    """
    names, told = table
    stopped = comparators()["sglt2-inhibitor-stopped"]
    switched = comparators()["sglt2-inhibitor-switched-to-dapagliflozin"]
    family = {
        value_name(stopped.numerator.value),
        value_name(stopped.denominator.value),
        value_name(switched.denominator.value),
    }
    assert [set(one) for one in equations(names, told, len(of_patients()))] == [family]
    assert ADD_UP[OPIOIDS] == (WITH, WITHOUT)


def test_a_complement_would_be_seen(table):
    """The check of the check: opioids without a gabapentinoid, beside all and those with one."""
    names, told = table
    one = comparators()["opioid-with-gabapentinoid"]
    both, all_of = (names.index(value_name(part.value)) for part in (one.numerator, one.denominator))
    without = told[:, all_of] - told[:, both]
    found = equations(["without", *names], numpy.column_stack([without, told]), 1)
    assert {"without", names[both], names[all_of]} in [set(way) for way in found]


def test_no_count_that_names_medicines_counts_who_takes_others():
    """So that a counter may pass them over."""
    counters = {count: counter(count) for count in published_counts()}
    for rows in draw_patients(60, seed=2)[-60:]:
        for count, made in counters.items():
            assert made(rows) == counted(count, rows)
        assert all(row.month <= NOW for row in rows)
