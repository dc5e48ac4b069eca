"""Own and other organisations in one answer: exact rows of one's own among published rows of the others."""

from datetime import date

import pytest

from epact2.access.grants import AccountType, Grant
from epact2.access.policy import Action
from epact2.access.viewer import OPERATOR, Viewer
from epact2.analysis.answer import answer
from epact2.query.codec import query_from_json
from epact2.query.sealing import NotPublished
from support import example_items

KENT = ("G82001", "G82002", "G82003")


def viewer(account_type, level="ICB", code="QKS"):
    return Viewer("nia", (Grant(account_type, level, code, date.min, date.max),))


PHARMACIST = viewer(AccountType.PRESCRIBER_LEVEL)
DEFAULT = viewer(AccountType.DEFAULT_WITH_ANALYSIS)
PATIENTS = {"values": ["identified patients"], "rows": ["practice"], "months": {"latest": 1}}


@pytest.fixture(scope="module")
def engine():
    return example_items.engine()


def rows(engine, who, question):
    given = answer(engine, query_from_json(question), who, Action.ANALYSE)
    return {row[:-1] if len(row) > 2 else row[0]: row[-1] for row in given.result.rows}, given


def test_one_s_own_practices_are_exact_and_the_others_published(engine):
    exact, _ = rows(engine, OPERATOR, PATIENTS)
    published, everybody = rows(engine, DEFAULT, PATIENTS)
    mine, given = rows(engine, PHARMACIST, PATIENTS)
    assert set(mine) == set(published)
    for practice, count in mine.items():
        assert count == (exact if practice in KENT else published)[practice]
    assert given.scope.sealed
    assert "Exact for your own: Kent and Medway." in " ".join(given.notes)
    assert "Exact for your own" not in " ".join(everybody.notes)


def test_published_figures_are_multiples_of_five_and_the_same_for_everybody(engine):
    published, _ = rows(engine, DEFAULT, PATIENTS)
    assert all(count is None or count % 5 == 0 for count in published.values())
    elsewhere = viewer(AccountType.PRESCRIBER_LEVEL, "ICB", "QHL")
    for who in (PHARMACIST, elsewhere, viewer(AccountType.CONTROLLED_DRUGS)):
        seen, given = rows(engine, who, PATIENTS)
        own = KENT if who == PHARMACIST else ("M85001", "M85002") if who == elsewhere else ()
        assert {code: seen[code] for code in seen if code not in own} == {
            code: published[code] for code in seen if code not in own
        }
        assert given.scope.sealed


def test_marks_belong_to_published_rows_alone(engine):
    _, given = rows(engine, PHARMACIST, PATIENTS)
    places = {number for number, row in enumerate(given.result.rows) if row[0] in KENT}
    assert not places & {row for row, _ in given.result.marks}


@pytest.mark.parametrize(
    "more",
    [
        {"top": 2, "order": [{"by": "identified patients", "descending": True}]},
        {"values": [{"share": "identified patients", "of": []}]},
    ],
    ids=["top", "share"],
)
def test_where_one_row_depends_on_others_all_are_published(engine, more):
    _, mine = rows(engine, PHARMACIST, PATIENTS | more)
    _, everybody = rows(engine, DEFAULT, PATIENTS | more)
    assert mine.result == everybody.result


def test_what_is_not_published_is_answered_for_one_s_own_alone(engine):
    by_age = {"values": ["identified patients"], "rows": ["practice", "age"], "months": {"latest": 1}}
    mine, given = rows(engine, PHARMACIST, by_age)
    assert {practice for practice, _ in mine} <= set(KENT)
    assert not given.scope.sealed
    assert "Only of what is your own: Kent and Medway." in " ".join(given.notes)
    with pytest.raises(NotPublished) as refused:
        rows(engine, DEFAULT, by_age)
    assert refused.value.advice
