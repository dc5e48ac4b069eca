"""What the audit keeps of an answer: how much of it left, and how much was kept back."""

from datetime import date

import pytest

from epact2.access.grants import AccountType, Grant
from epact2.access.policy import Action
from epact2.access.pseudonyms import Hiding
from epact2.access.viewer import OPERATOR, Viewer
from epact2.analysis.answer import answer
from epact2.analysis.audited import answered
from epact2.query.codec import query_from_json
from support import example_items

HIDING = Hiding(bytes(range(32)))
DEFAULT = Viewer(
    "nia", (Grant(AccountType.DEFAULT_WITH_ANALYSIS, "ICB", "QKS", date.min, date.max),)
)  # fmt: skip
# Of so few patients that some practices' are withheld.
OF_ONE_MEDICINE = {
    "values": ["identified patients"], "rows": ["practice"], "where": {"under": ["bnf", "0501021L0"]},
    "months": {"latest": 1},
}  # fmt: skip


@pytest.fixture(scope="module")
def engine():
    return example_items.engine()


def kept(engine, viewer, question):
    given = answer(engine, query_from_json(question), viewer, Action.ANALYSE)
    return given, answered(given, HIDING)


def test_cells_that_were_withheld_are_counted(engine):
    given, asked = kept(engine, DEFAULT, OF_ONE_MEDICINE)
    withheld = [row for row in given.result.rows if row[-1] is None]
    assert withheld, "the example has practices with few items"
    assert asked.withheld == len(withheld)
    assert asked.rows == len(given.result.rows)
    assert asked.scope == given.scope.reason
    assert asked.grain == ("practice",)


def test_nothing_is_withheld_from_exact_figures(engine):
    _, asked = kept(engine, OPERATOR, OF_ONE_MEDICINE)
    assert asked.withheld == 0


def test_who_sees_otherwise_has_another_text_of_the_same_question(engine):
    (_, sealed), (_, exact) = (kept(engine, who, OF_ONE_MEDICINE) for who in (DEFAULT, OPERATOR))
    assert sealed.question == exact.question
    assert sealed.digest != exact.digest, "the scope is part of what is kept"
