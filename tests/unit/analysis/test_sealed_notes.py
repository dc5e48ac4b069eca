"""What an answer of published figures says about itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from epact2.access.grants import AccountType, Grant
from epact2.access.viewer import Viewer
from epact2.analysis import answer as door
from epact2.analysis.compare import ranking
from epact2.analysis.sealed_notes import FEW, ONCE_A_PRACTICE, ROUNDED, WITHHELD, with_sealed_notes
from epact2.comparators.definition import Comparator, Direction, Part
from epact2.model.months import DispensingMonth
from epact2.model.prescribing import ITEMS, PRACTICE
from epact2.query.check import COUNTED_AGAIN, COUNTED_ONCE
from epact2.query.codec import query_from_json
from epact2.query.named import IDENTIFIED_PATIENTS
from epact2.query.nodes import Amount
from epact2.query.result import Column, Mark, Result
from spec.published.test_sealed_figures import TABLES
from support.engines import reference_engine
from support.small_data import data_from_tables

# A default account with analysis sees published figures alone, of its own organisations too.
VIEWER = Viewer("nia", (Grant(AccountType.DEFAULT_WITH_ANALYSIS, "ICB", "QA1", date.min, date.max),))
EXACT = Column("items", "value", "items", 0)
PUBLISHED = replace(EXACT, name="identified patients", approximate=True)


def test_open_figures_keep_their_notes():
    assert with_sealed_notes(["a note"], Result((EXACT,), ((1,),))) == ("a note",)


def test_published_figures_say_what_they_are():
    result = Result((PUBLISHED,), ((0,), (None,)), {(0, 0): Mark.FEWER_THAN_FIVE, (1, 0): Mark.FEW_ITEMS})
    notes = with_sealed_notes([COUNTED_ONCE, COUNTED_AGAIN, "a note"], result)
    assert notes == (ROUNDED, ONCE_A_PRACTICE, FEW, WITHHELD, "a note")


def test_notes_explain_only_what_is_there():
    assert with_sealed_notes([], Result((PUBLISHED,), ((5,),))) == (ROUNDED, ONCE_A_PRACTICE)


def test_an_answer_and_its_names_keep_what_is_withheld():
    engine = reference_engine(data_from_tables(TABLES))
    given = door.answer(
        engine, query_from_json({"values": ["identified patients"], "rows": ["practice"]}), VIEWER
    )
    assert ROUNDED in given.notes
    shown = door.labelled(given.result, engine.directory)
    assert {(line, place - 1): mark for (line, place), mark in shown.marks.items()} == given.result.marks
    assert given.result.marks


def test_a_ranking_keeps_what_is_withheld():
    data = data_from_tables(TABLES)
    engine = reference_engine(replace(data, settings=dict.fromkeys("ABCDEFG", "4")))
    items, patients = Part("Items", Amount(ITEMS)), Part("Patients", IDENTIFIED_PATIENTS)
    rows = ranking(engine, VIEWER, _comparator(items, patients), PRACTICE, DispensingMonth(2021, 4)).rows
    told = {row.code: row.marks for row in rows}
    assert told["C"] == (None, Mark.FEW_ITEMS, Mark.FEW_ITEMS)
    assert told["A"][2] is Mark.FEW_PATIENTS
    assert all(row.rank is None for row in rows if row.marks[2])


def _comparator(numerator: Part, denominator: Part) -> Comparator:
    return Comparator(
        key="items-per-patient", title="Items per patient", summary="", theme="", direction=Direction.NONE,
        numerator=numerator, denominator=denominator, per=1, why="", source="", reviewed=date(2026, 11, 26),
        version=1,
    )  # fmt: skip
