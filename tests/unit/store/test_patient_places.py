"""One patient's rows are looked for where that patient has any, and nowhere else."""

from __future__ import annotations

import pytest

from epact2.query.listing_json import listing_from_json
from epact2.query.scope import ALL_OF_ENGLAND
from epact2.store.duckdb import DuckDBEngine
from support import example_items
from support.engines import duckdb_engines
from support.example_items import pseudonym

ME, ANOTHER = pseudonym("G82001", 1), pseudonym("G82002", 1)
AT_G82001 = {"is": ["practice", "G82001"]}


_ENGINES = ((), ("patient_places",))


@pytest.fixture(scope="module")
def engines() -> dict[tuple[str, ...], DuckDBEngine]:
    return duckdb_engines(example_items.data(), _ENGINES)


@pytest.fixture
def engine(engines) -> DuckDBEngine:
    return engines[()]


def _listing(where):
    return listing_from_json({"columns": ["month", "practice", "patient"], "where": where})


def _practices(engine, where) -> list[str] | None:
    """The practices whose rows are read; None is all."""
    keys = engine.listing_statement(_listing(where), ALL_OF_ENGLAND).plan.scans[0].practice_keys
    codes = {practice.key: practice.code for practice in engine.catalogue.practices}
    return keys if keys is None else [codes[key] for key in keys]


def test_a_patient_is_looked_for_at_one_practice(engine):
    assert _practices(engine, {"is": ["patient", ME]}) == ["G82001"]
    assert _practices(engine, {"in": ["patient", [ME, ANOTHER]]}) == ["G82001", "G82002"]
    assert _practices(engine, {"is": ["patient", "nobody"]}) == []


def test_with_other_conditions_only_where_both_may_be(engine):
    assert _practices(engine, {"all": [{"is": ["patient", ME]}, AT_G82001]}) == ["G82001"]
    assert _practices(engine, {"all": [{"is": ["patient", ANOTHER]}, AT_G82001]}) == []


def test_a_condition_that_others_may_fulfil_too_is_looked_for_everywhere(engine):
    assert _practices(engine, {"not": {"is": ["patient", ME]}}) is None
    assert _practices(engine, {"any": [{"is": ["patient", ME]}, {"is": ["gender", "2"]}]}) is None


def test_the_rows_are_those_that_looking_everywhere_finds(engines):
    asked = _listing({"is": ["patient", ME]})
    aimed, everywhere = (engines[without] for without in _ENGINES)
    assert everywhere.listing_statement(asked, ALL_OF_ENGLAND).plan.scans[0].practice_keys is None
    assert aimed.list(asked, ALL_OF_ENGLAND) == everywhere.list(asked, ALL_OF_ENGLAND)
    assert len(aimed.list(asked, ALL_OF_ENGLAND).result.rows) > 1
