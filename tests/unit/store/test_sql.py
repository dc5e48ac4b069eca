"""The SQL of twenty questions, to be read; and what holds of every statement.

After a deliberate change write the texts anew with EPACT2_WRITE_SQL=1 and read the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from epact2.model.bnf import BnfCode
from epact2.model.prescribing import ITEMS, PRACTICE, PRESENTATION, QUANTITY_PER_ITEM, SNOMED_CODE
from epact2.query.nodes import Amount, AnyOf, Between, Is, OneOf, Query, UnderMedicine
from epact2.query.scope import ALL_OF_ENGLAND, Scope
from epact2.store.duckdb import DuckDBEngine
from epact2.store.rewrites import REWRITES
from unit.store.sql_examples import EXAMPLES, engine, question

TEXTS = Path(__file__).parent / "sql"
ALL = tuple(name for name, _ in REWRITES)


def _described(found: DuckDBEngine, query: Query) -> str:
    explained = found.explain(query, ALL_OF_ENGLAND)
    lines = [f"-- {source.table}: {'; '.join(source.reasons) or 'as asked'}" for source in explained.sources]
    lines += [f"-- ${name} = {value!r}" for name, value in explained.parameters.items()]
    return "\n".join([*lines, explained.sql, ""])


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_sql_is_as_kept(name):
    text = _described(engine(), question(name))
    path = TEXTS / f"{name}.sql"
    if os.environ.get("EPACT2_WRITE_SQL"):
        path.write_text(text)
    assert path.read_text() == text


def test_every_kept_text_belongs_to_an_example():
    assert {path.stem for path in TEXTS.glob("*.sql")} == set(EXAMPLES)


@pytest.mark.parametrize("without", [(), ALL], ids=["fast", "plain"])
@pytest.mark.parametrize("name", EXAMPLES)
def test_every_statement_parses_binds_all_its_parameters_and_runs(name, without):
    made = engine(*without)
    statement = made.compiled(question(name), ALL_OF_ENGLAND).statement
    parsed = sqlglot.parse_one(statement.sql, dialect="duckdb")
    assert {one.name for one in parsed.find_all(exp.Parameter, exp.Placeholder)} == set(statement.parameters)
    assert (
        made.answer(question(name), ALL_OF_ENGLAND).rows
        == engine().answer(question(name), ALL_OF_ENGLAND).rows
    )


_EVIL = "x' OR 1=1; DROP TABLE practices; --"


@pytest.mark.parametrize(
    "selection",
    [
        Is(PRACTICE, _EVIL),
        OneOf(PRACTICE, (_EVIL, "A1")),
        Is(PRESENTATION, _EVIL),
        Is(SNOMED_CODE, _EVIL),
        Between(PRESENTATION, _EVIL, _EVIL),
        Is(QUANTITY_PER_ITEM, _EVIL),
        AnyOf((Is(PRACTICE, _EVIL), UnderMedicine(BnfCode("0501")))),
    ],
    ids=repr,
)
@pytest.mark.parametrize("without", [(), ALL], ids=["fast", "plain"])
def test_no_text_of_a_question_reaches_the_sql(selection, without):
    made = engine(*without)
    for query, scope in (
        (Query((Amount(ITEMS, selection),)), ALL_OF_ENGLAND),
        (Query((Amount(ITEMS),), rows=(PRACTICE,), where=selection), ALL_OF_ENGLAND),
        (Query((Amount(ITEMS),)), Scope(Is(PRACTICE, _EVIL))),
    ):
        statement = made.compiled(query, scope).statement
        assert "DROP" not in statement.sql
        assert "1=1" not in statement.sql
        made.answer(query, scope)
