"""One engine a release, and answers from memory that never cross a scope or a release."""

import pytest

from epact2.access.policy import Action, Refused, Ruling
from epact2.access.viewer import ANYONE, OPERATOR
from epact2.model.prescribing import ICB
from epact2.query.codec import query_from_json
from epact2.query.nodes import Is
from epact2.query.scope import Scope
from epact2.web import engine as engines
from epact2.web.engine import AnswerCache, Engines, NoRelease, question_key
from support import example_explorer


class Counting:
    """The example's engine, counting what it is asked."""

    def __init__(self, release=3):
        self.engine = example_explorer.engine()
        self.directory = self.engine.directory
        self.directory.release = release
        self.asked = 0

    def answer(self, query, scope):
        self.asked += 1
        return self.engine.answer(query, scope)


def question(**parts):
    return query_from_json({"values": ["items"], "months": {"latest": 1}, **parts})


def test_the_same_question_is_answered_once():
    engine, cache = Counting(), AnswerCache()
    first = cache.answer(engine, question(rows=["ICB"]), OPERATOR, Action.ANALYSE)
    assert (
        cache.answer(engine, question(rows=["icb"], structure="current"), OPERATOR, Action.ANALYSE) is first
    )
    assert (engine.asked, cache.hits, cache.misses) == (1, 1, 1)
    cache.answer(engine, question(rows=["ICB"], totals=True), OPERATOR, Action.ANALYSE)
    assert engine.asked == 2


def test_another_release_is_asked_again():
    cache, older, newer = AnswerCache(), Counting(3), Counting(4)
    cache.answer(older, question(), OPERATOR, Action.ANALYSE)
    assert cache.answer(newer, question(), OPERATOR, Action.ANALYSE).release == 4
    assert newer.asked == 1


def test_another_scope_is_asked_again(monkeypatch):
    engine, cache = Counting(), AnswerCache()
    everything = cache.answer(engine, question(), OPERATOR, Action.ANALYSE)
    kent = Ruling(Scope(Is(ICB, "QKS")))
    monkeypatch.setattr(engines, "ruling", lambda *asked: kent)
    monkeypatch.setattr("epact2.analysis.answer.ruling", lambda *asked: kent)
    some = cache.answer(engine, question(), OPERATOR, Action.ANALYSE)
    assert some.result.rows[0][0] < everything.result.rows[0][0]


def test_memory_gives_nothing_to_somebody_unknown():
    engine, cache = Counting(), AnswerCache()
    cache.answer(engine, question(), OPERATOR, Action.ANALYSE)
    with pytest.raises(Refused):
        cache.answer(engine, question(), ANYONE, Action.ANALYSE)


def test_memory_is_bounded_and_forgets_what_was_used_longest_ago():
    engine, cache = Counting(), AnswerCache(most_cells=250)
    rows = [question(rows=[name]) for name in ("ICB", "region", "chapter", "section", "practice")]
    for one in rows:
        cache.answer(engine, one, OPERATOR, Action.ANALYSE)
    assert cache.cells <= cache.most_cells
    cache.answer(engine, rows[-1], OPERATOR, Action.ANALYSE)
    cache.answer(engine, rows[0], OPERATOR, Action.ANALYSE)
    assert engine.asked == 6


def test_one_huge_answer_is_not_kept():
    engine, cache = Counting(), AnswerCache(most_cells=200)
    for _ in range(2):
        cache.answer(engine, question(rows=["practice"], columns=["section"]), OPERATOR, Action.ANALYSE)
    assert (engine.asked, cache.cells) == (2, 0)


def test_equal_questions_have_one_key():
    assert question_key(question(rows=["ICB"])) == question_key(question(rows=["icb"], totals=False))
    assert question_key(question(rows=["ICB"])) != question_key(question(columns=["ICB"]))


def test_a_new_release_opens_a_new_engine(tmp_path):
    opened = []

    def open_engine(store, number):
        opened.append(number)
        return Counting(number)

    made = Engines(tmp_path, open_engine)
    with pytest.raises(NoRelease):
        made.current()
    (tmp_path / "current").write_text("1")
    assert made.current() is made.current()
    (tmp_path / "current").write_text("2")
    assert made.current().directory.release == 2
    assert opened == [1, 2]
