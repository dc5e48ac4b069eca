"""What somebody would try who wants the counts of other practices: scripted, through the engine's own door.

Named after the attacks that the published statistics of others fell to. A small world is drawn; the attacker
has every answer, knows the rules, and knows the open items of every practice exactly.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace
from itertools import product

import pytest

from epact2.errors import Epact2Error
from epact2.model.months import DispensingMonth
from epact2.query.codec import query_from_json
from epact2.query.nodes import EVERYTHING, Not, UnderOrganisation
from epact2.query.result import Mark
from epact2.query.scope import Scope
from epact2.query.sealing import (
    LEAST_POOL,
    NotPublished,
    at_most_items,
    chain_message,
    lone_message,
    offset,
    rounded,
    rounded_alone,
)
from epact2.store.reference_data import ItemRow, Parents, ReferenceData
from support.engines import SECRET, duckdb_engines
from support.small_data import prescribing_of

MONTH = DispensingMonth(2026, 1)
SEALED = Scope(reason="published", sealed=True)
SUBSTANCE = "0501013B0AAAAAA"
# Sub-ICB location: ICB, region. QB2 has a single one, so that the two are the same practices.
PLACES = {"01A": ("QA1", "Y1"), "02B": ("QA1", "Y1"), "03C": ("QB2", "Y1")}
PRACTICES = {f"{place}{number}": place for place in PLACES for number in range(8)}


def world(patients: dict[str, int], items: dict[str, int]) -> ReferenceData:
    """Practices with so many patients and so many items, all of one substance."""
    rows = []
    for practice in PRACTICES:
        for form in range(items[practice]):
            name = f"{practice} {form % patients[practice]}"
            rows.append(ItemRow(MONTH, practice, SUBSTANCE, 1, patient=name, identified=True, form=form + 1))
    parents = {
        practice: Parents(f"U{practice[-1]}", place, *PLACES[place]) for practice, place in PRACTICES.items()
    }
    return ReferenceData(prescribing_of(rows), parents_now=parents, items=rows)


def drawn(seed: int) -> tuple[dict[str, int], dict[str, int]]:
    """Mostly few patients; half of the practices have fewer than ten items."""
    chance = random.Random(seed)
    patients, items = {}, {}
    for practice in PRACTICES:
        items[practice] = chance.randint(1, 9) if chance.random() < 0.5 else chance.randint(10, 40)
        patients[practice] = min(items[practice], chance.choice((1, 2, 3, 4, 4, 9)))
    return patients, items


@pytest.fixture(scope="module", params=range(4))
def england(request):
    patients, items = drawn(request.param)
    return duckdb_engines(world(patients, items), ((),))[()], patients, items


def published(engine, scope=SEALED, **question) -> dict[tuple, tuple]:
    asked = {"values": ["identified patients"], **question}
    result = engine.answer(query_from_json(asked), scope)
    width = len(asked.get("rows", ()))
    return {
        row[:width]: (row[width], result.marks.get((line, width))) for line, row in enumerate(result.rows)
    }


def shown(engine) -> dict[str, int]:
    rows = published(engine, rows=["practice"])
    return {practice: number for (practice,), (number, _) in rows.items() if number is not None}


def test_a1_parts_from_a_total(england):
    """A total less the practices that are shown is a sum over three hidden practices at least, or nothing."""
    engine, _, items = england
    of_practices = shown(engine)
    for (place,), (total, mark) in published(engine, rows=["sub-ICB location"]).items():
        hidden = [one for one, where in PRACTICES.items() if where == place and one not in of_practices]
        assert all(items[one] < 10 for one in hidden)
        if mark is not None:
            continue
        rest = total - sum(
            of_practices[one] for one in PRACTICES if PRACTICES[one] == place and one in of_practices
        )
        if len(hidden) < LEAST_POOL:
            assert rest == 0
        else:
            assert rest % 5 == 0


def test_a2_a8_overlapping_filters_and_all_but_one(england):
    """No sum over chosen practices, so none that differ by one practice."""
    engine, _, _ = england
    some = [*PRACTICES][:5]
    for where in (
        {"in": ["practice", some]},
        {"not": {"is": ["practice", some[0]]}},
        {"any": [{"is": ["ICB", "QB2"]}, {"is": ["practice", some[0]]}]},
        {"in": ["sub-ICB location", ["01A", "03C"]]},
    ):
        with pytest.raises(NotPublished):
            published(engine, where=where)
        for level in ("ICB", "sub-ICB location", "PCN"):
            try:
                found = published(engine, rows=[level], where=where)
            except NotPublished:
                continue
            assert found.items() <= published(engine, rows=[level]).items()
        assert (
            published(engine, rows=["practice"], where=where).items()
            <= published(engine, rows=["practice"]).items()
        )


def test_a3_own_rows_are_no_offset(england):
    """A published number is the same in whatever scope it is asked."""
    engine, _, _ = england
    everywhere = published(engine, rows=["practice"])
    for organisations in (EVERYTHING, UnderOrganisation("QA1"), Not(UnderOrganisation("01A0"))):
        scope = Scope(organisations, "published", sealed=True)
        found = published(engine, scope, rows=["practice"])
        assert found
        assert found.items() <= everywhere.items()


def test_a4_rates_say_what_the_published_numbers_say(england):
    """A rate is of published numbers, and there is none over fewer than 20 patients."""
    engine, _, items = england
    rate = {"ratio": ["items", "identified patients"]}
    numbers = published(engine, rows=["practice"])
    for (practice,), (value, mark) in published(engine, values=[rate], rows=["practice"]).items():
        count, _ = numbers[practice,]
        if count is None or count < 20:
            assert value is None
            assert mark is (Mark.FEW_ITEMS if count is None else Mark.FEW_PATIENTS)
        else:
            assert value == items[practice] / count


@pytest.mark.parametrize("measure", ["NIC", "actual cost", "total quantity"])
@pytest.mark.parametrize("field", ["gender", "5-year age band", "age", "prescriber", "patient identified"])
def test_a5_money_of_patients_by_what_they_are(england, measure, field):
    engine, _, _ = england
    try:
        published(engine, values=[measure], rows=["ICB", field])
    except NotPublished:
        return
    pytest.fail("published")


def test_a6_order_and_top(england):
    """Sorted by patients, practices stand as their published numbers do, and equals by their codes."""
    engine, _, _ = england
    order = [{"by": "identified patients", "descending": True}]
    found = published(engine, rows=["practice"], order=order)
    keys = [(number is None, -(number or 0), practice) for (practice,), (number, _) in found.items()]
    assert keys == sorted(keys)
    top = published(engine, rows=["practice"], order=order, top={"count": 5})
    assert list(top) == list(found)[:5]


def test_a7_a_parent_with_one_child(england):
    """QB2 is 03C alone. The two numbers differ by nothing, or by a pool of three practices."""
    engine, _, _ = england
    of_icb, of_place = (
        published(engine, rows=["ICB"])["QB2",],
        published(engine, rows=["sub-ICB location"])["03C",],
    )
    hidden = [one for one in PRACTICES if PRACTICES[one] == "03C" and one not in shown(engine)]
    assert of_icb == of_place or len(hidden) < LEAST_POOL


def test_a13_hidden_atoms_tell_nothing_of_offsets(england):
    """Few open items would tell an offset: such an atom shares its own with nothing that is shown."""
    engine, patients, _ = england
    hidden = [one for one in PRACTICES if one not in shown(engine)]
    pooled = defaultdict(int)
    for one in hidden:
        pooled[PRACTICES[one]] += rounded_alone(patients[one], offset(SECRET, lone_message(one, "", MONTH)))
    for (place,), (total, mark) in published(engine, rows=["sub-ICB location"]).items():
        if mark is None and sum(PRACTICES[one] == place for one in hidden) >= LEAST_POOL:
            of_shown = sum(number for one, number in shown(engine).items() if PRACTICES[one] == place)
            assert total - of_shown == pooled[place]


@pytest.mark.parametrize("seed", range(2))
def test_other_counts_behind_the_same_numbers_change_no_answer(seed):
    """Non-interference: whoever could tell two such worlds apart would know more than what is published."""
    patients, items = drawn(seed)
    others = {practice: _another(practice, patients[practice], items[practice]) for practice in PRACTICES}
    assert others != patients
    one, other = (duckdb_engines(world(found, items), ((),))[()] for found in (patients, others))
    places = ("practice", "sub-ICB location", "ICB", "PCN")
    nodes = (None, "chapter", "section", "chemical substance")
    shapes = ({"order": [{"by": "identified patients"}]}, {"totals": True}, {"percentiles": [10, 50, 90]})
    asked = 0
    for place, node, more in product(places, nodes, shapes):
        rows = [place] if node is None else [place, node]
        question = {
            "values": [
                "identified patients",
                {"share": "identified patients"},
                {"ratio": ["items", "identified patients"]},
            ],
            "rows": rows,
            **more,
        }
        found, wanted = _outcome(one, question), _outcome(other, question)
        assert found == wanted, question
        asked += not isinstance(found, str)
    assert asked > 30


def _another(practice: str, count: int, items: int) -> int:
    """Another count that is published alike at every node, if there is one."""
    if items >= 10:
        messages = [chain_message(practice, MONTH)]
    else:
        nodes = ("", "05", "0501", "0501013B0")
        messages = [lone_message(practice, node, MONTH) for node in nodes]
    offsets = [offset(SECRET, message) for message in messages]

    def told(number: int) -> list[int]:
        if items < 10:
            return [rounded_alone(number, of) for of in offsets]
        return [at_most_items(rounded(number, of), items) for of in offsets]

    return next((one for one in range(1, items + 1) if one != count and told(one) == told(count)), count)


def _outcome(engine, question):
    try:
        result = engine.answer(query_from_json(question), replace(SEALED))
    except Epact2Error as error:
        return f"{type(error).__name__}: {error.message}"
    return result.rows, result.marks
