"""Each rewrite by itself: what it changes, when it keeps away, and that it can be left out."""

from __future__ import annotations

import pytest

from epact2.query.codec import query_from_json
from epact2.query.scope import ALL_OF_ENGLAND
from epact2.store.plan import Plan, Scan, Source
from epact2.store.planner import make_plan
from epact2.store.rewrites import REWRITES, rewrite
from unit.store.sql_examples import ANTIBACTERIALS, DOSULEPIN, EXAMPLES, engine, question

OTHERS = {name: tuple(other for other, _ in REWRITES if other != name) for name, _ in REWRITES}


def _plan(asked: dict, without: tuple[str, ...] = ()) -> Plan:
    catalogue = engine().catalogue
    return rewrite(make_plan(query_from_json(asked), ALL_OF_ENGLAND, catalogue), catalogue, without)


def _scan(asked: dict, without: tuple[str, ...] = ()) -> Scan:
    return _plan(asked, without).scans[0]


@pytest.mark.parametrize(
    ("asked", "source"),
    [
        ({"values": ["items"]}, Source.BY_PRACTICE),
        ({"values": ["items"], "rows": ["region"], "columns": ["quarter"]}, Source.BY_PRACTICE),
        ({"values": ["items"], "rows": ["chapter"]}, Source.BY_SECTION),
        ({"values": ["items"], "where": ANTIBACTERIALS}, Source.BY_SECTION),
        ({"values": ["items"], "where": DOSULEPIN}, Source.BY_PRESENTATION),
        ({"values": ["items"], "rows": ["section"], "codes": "as published"}, Source.BY_PRESENTATION),
        ({"values": ["items"], "rows": ["paragraph"]}, Source.BY_PRESENTATION),
        ({"values": ["items"], "rows": ["SNOMED code"]}, Source.ROWS),
        ({"values": [{"distinct": ["practice"]}]}, Source.BY_PRACTICE),
        ({"values": [{"distinct": ["quantity per item"]}]}, Source.ROWS),
    ],
)
def test_the_smallest_table_that_can_tell(asked, source):
    assert _scan(asked, OTHERS["choose_rollup"]).source is source
    assert _scan(asked, ("choose_rollup", "choose_projection")).source is Source.ROWS


def test_a_prefix_is_a_range_of_keys():
    asked = {"values": ["items"], "where": {"under": ["bnf", "05"]}, "rows": ["presentation"]}
    scan = _scan(asked, OTHERS["key_ranges"])
    # The two antibacterials lie together, though one of them counts under a later code.
    assert len(scan.presentation_ranges) == 1
    assert scan.conditions == ()


def test_a_condition_on_medicines_and_organisations_together_stays_a_condition():
    asked = {"values": ["items"], "where": {"any": [ANTIBACTERIALS, {"is": ["practice", "A1"]}]}}
    scan = _scan(asked)
    assert scan.presentation_ranges is None
    assert scan.practice_keys is None
    assert len(scan.conditions) == 1


def test_few_practices_become_keys():
    asked = {"values": ["items"], "where": {"under": ["organisation", "Q1"]}}
    assert _scan(asked, OTHERS["organisation_keys"]).practice_keys == (0,)
    assert _scan(asked, ("organisation_keys",)).practice_keys is None


def test_a_dated_organisation_is_not_a_list_of_practices():
    asked = {"values": ["items"], "where": {"under": ["organisation", "Q1"]}, "structure": "as at"}
    assert _scan(asked).practice_keys is None
    by_practice = {"values": ["items"], "where": {"is": ["practice", "A1"]}, "structure": "as at"}
    assert _scan(by_practice).practice_keys == (0,)


def test_one_practice_is_read_from_its_rows():
    assert _scan(EXAMPLES["one-practice"]).source is Source.ROWS
    asked = EXAMPLES["one-practice"] | {"where": {"all": [{"is": ["practice", "A1"]}, DOSULEPIN]}}
    assert _scan(asked).source is Source.BY_PRESENTATION


def test_only_the_files_of_the_months_asked_for():
    latest = {"values": ["items"], "months": {"latest": 1}}
    assert [name for name, _ in _scan(latest).databases] == ["totals_2021"]
    assert len(_scan(latest, ("prune_years",)).databases) == 2
    lines = latest | {"rows": ["SNOMED code"]}
    assert [name for name, _ in _scan(lines).databases] == ["rows_202102"]
    assert len(_scan(lines, ("prune_months",)).databases) == 3


def test_who_prescribes_is_not_read_from_the_lists_again():
    listing = {scan.source for scan in _plan(EXAMPLES["trend"]).scans if not scan.slots}
    assert listing == {Source.LISTED_PRESCRIBERS}
    plain = {scan.source for scan in _plan(EXAMPLES["trend"], ("prescriber_runs",)).scans if not scan.slots}
    assert plain == {Source.POPULATION}


def test_most_practices_are_left_to_the_end_only_where_each_group_is_a_practice():
    assert _plan(EXAMPLES["comparator"], ("organisation_keys",)).practices_where
    by_icb = EXAMPLES["comparator"] | {"rows": ["ICB"]}
    assert not _plan(by_icb, ("organisation_keys",)).practices_where


@pytest.mark.parametrize("name", [name for name, _ in REWRITES])
def test_an_answer_does_not_depend_on_a_rewrite(name):
    for example in EXAMPLES:
        wanted = engine().answer(question(example), ALL_OF_ENGLAND)
        assert engine(name).answer(question(example), ALL_OF_ENGLAND) == wanted
        assert name not in engine(name).explain(question(example), ALL_OF_ENGLAND).rewrites
