"""How the fast engine finds the patients to whom a condition limits a listing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from epact2.query.codec import query_from_json
from epact2.query.listing_json import listing_from_json
from epact2.query.nodes import Query
from epact2.query.periods import NoData
from epact2.query.scope import ALL_OF_ENGLAND
from epact2.store.plan import Source
from support import example_items
from support.engines import duckdb_engines, reference_engine

STATIN, PENICILLIN = {"under": ["bnf", "0212"]}, {"under": ["bnf", "050101"]}
STARTED = {"all": [{"had": STATIN}, {"had": PENICILLIN, "before": 1}]}
AT_ONE_PRACTICE = {"where": {"is": ["practice", "G82001"]}, "months": "2025-09"}
COUNTED = query_from_json({"values": [{"patients": {"had": STATIN}}], **AT_ONE_PRACTICE})


@pytest.fixture(scope="module")
def engine():
    """With every rewrite, and numbers of the condition prepared when the release was made."""
    return duckdb_engines(example_items.data(), ((),), prepared=COUNTED.values)[()]


def _listing(condition, **parts):
    asked = {"columns": ["patient", "presentation", "NIC"], "patients": condition, **AT_ONE_PRACTICE, **parts}
    return listing_from_json(asked)


def _statement(engine, *asked, **parts):
    return engine.listing_statement(_listing(*asked, **parts), ALL_OF_ENGLAND)


def test_patients_are_never_read_from_prepared_counts(engine):
    assert "prepared_results" in engine.compiled(COUNTED, ALL_OF_ENGLAND).plan.rewrites
    plan = _statement(engine, {"had": STATIN}).judging
    assert plan is not None
    assert "prepared_results" not in plan.rewrites
    assert plan.patients[0].scan.source in (Source.ITEMS, Source.ITEMS_BY_PRESENTATION)


def test_what_is_known_of_each_patient_of_a_month_is_read_from_one_row(engine):
    """Ten or more medicines, say: from a table with a row for each patient, as a question reads it."""
    many = {"at least": [{"distinct": "chemical substance", "where": {"under": ["bnf", "05"]}}, 2]}
    (read,) = _statement(engine, many).judging.patients
    assert read.prepared.source is Source.PATIENT_MONTH
    judge = reference_engine(example_items.data())
    for condition in (many, {"not": many}):
        for months in ("2025-08", "2025-09", {"latest": 2}):
            asked = _listing(
                condition, months=months, rows="patients", columns=["patient", "NIC"], where=None
            )
            page = engine.list(asked, ALL_OF_ENGLAND)
            assert page.result.rows
            assert page == judge.list(asked, ALL_OF_ENGLAND)


def test_only_what_the_condition_looks_at_is_read(engine):
    plan = _statement(engine, {"had": STATIN}).judging
    assert {"only_what_is_tested", "medicines_by_table", "prune_months"} <= set(plan.rewrites)


def test_who_had_nothing_of_it_is_found_by_leaving_out_who_had(engine):
    """So that the rows of everything else need not be read for each patient."""
    statement = _statement(engine, {"not": {"had": PENICILLIN}})
    assert "ANTI JOIN" in statement.sql.upper()
    assert statement.judging.patients[0].scan.only_tested
    assert "SEMI JOIN" in _statement(engine, {"had": PENICILLIN}).sql.upper()


def test_a_window_is_read_from_its_own_months(engine):
    (read,) = _statement(engine, STARTED).judging.patients
    ((_, window),) = read.windows
    assert [len(scan.months) for scan in (read.scan, window)] == [1, 1]
    assert window.months[0] == read.scan.months[0] - 1
    with pytest.raises(NoData, match="looks at a month"):
        _statement(engine, {"had": PENICILLIN, "before": 12})


def test_later_pages_share_one_statement(engine):
    """Only the place after which a page begins differs, so nothing is planned again."""
    asked = _listing(STARTED, size=1)
    first = engine.list(asked, ALL_OF_ENGLAND)
    second = engine.list(replace(asked, after=first.after), ALL_OF_ENGLAND)
    assert second.after
    known = engine.listing_statement(replace(asked, after=first.after), ALL_OF_ENGLAND)
    again = engine.listing_statement(replace(asked, after=second.after), ALL_OF_ENGLAND)
    assert known.sql is again.sql
    assert known.parameters != again.parameters
    judge = reference_engine(example_items.data())
    assert judge.list(asked, ALL_OF_ENGLAND) == first
    assert judge.list(replace(asked, after=first.after), ALL_OF_ENGLAND) == second


def test_no_medicine_of_a_condition_becomes_sql(engine):
    statement = _statement(engine, {"had": {"is": ["SNOMED code", "'; DROP TABLE item; --"]}})
    assert "DROP TABLE" not in statement.sql
    assert engine.list(_listing({"had": {"is": ["SNOMED code", "'"]}}), ALL_OF_ENGLAND).result.rows == ()


def test_the_question_s_own_plan_is_used(engine):
    """A list and a count that were planned apart could come to differ."""
    listing = _listing(STARTED)
    query = Query((query_from_json({"values": [{"patients": STARTED}]}).values[0],), where=listing.where)
    counted = engine.compiled(replace(query, months=listing.months), ALL_OF_ENGLAND).plan
    listed = engine.listing_statement(listing, ALL_OF_ENGLAND).judging
    assert listed.patients == counted.patients
