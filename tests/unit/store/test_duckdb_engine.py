"""The engine around the SQL: releases, limits, threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import duckdb
import pytest

from epact2.query.codec import query_from_json
from epact2.query.scope import ALL_OF_ENGLAND
from epact2.store.duckdb import DuckDBEngine, TooSlow, open_engine
from epact2.store.release import NoRelease, StoreDamaged, publish_release, read_release
from support.engines import new_store
from support.release_builder import build_release
from support.small_data import data_from_tables
from unit.store.sql_examples import EXAMPLES, TABLES, engine, question


@pytest.fixture
def store():
    made = new_store()
    build_release(made, data_from_tables(TABLES))
    return made


def test_a_new_release_is_noticed_and_the_old_one_stays_with_its_readers(store):
    before = open_engine(store)
    assert open_engine(store) is before
    publish_release(store, replace(read_release(store), number=2, base=1))
    after = open_engine(store)
    assert (before.directory.release, after.directory.release) == (1, 2)
    assert before.answer(question("whole"), ALL_OF_ENGLAND).rows == ((18,),)
    assert open_engine(store, 1).directory.release == 1


def test_an_empty_store_has_no_engine(tmp_path):
    with pytest.raises(NoRelease):
        open_engine(tmp_path)


def test_a_file_that_is_no_database_is_named(store):
    release = read_release(store)
    (store / "files" / release.dimensions.name).write_bytes(b"rubbish" * 1000)
    with pytest.raises(StoreDamaged, match=release.dimensions.name):
        DuckDBEngine(store)


def test_the_database_reaches_nothing_but_the_store(store, tmp_path):
    made = DuckDBEngine(store)
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    for statement in (
        f"SELECT * FROM read_csv('{secret}')",
        f"ATTACH '{tmp_path}/other.duckdb' AS other",
        "SET enable_external_access = true",
        f"COPY (SELECT 1) TO '{secret}'",
    ):
        with pytest.raises(duckdb.Error):
            made._connection.cursor().execute(statement)


def test_a_question_that_takes_too_long_is_stopped(store):
    made = DuckDBEngine(store, timeout_s=0.2)
    slow = replace(
        made.compiled(question("whole"), ALL_OF_ENGLAND).statement,
        sql="SELECT count(*) FROM range(1000000) AS a(i), range(1000000) AS b(i) WHERE a.i * b.i % 7 = 3",
        parameters={},
    )
    with pytest.raises(TooSlow, match=r"0\.2 seconds"):
        made.run(slow)
    assert made.answer(question("whole"), ALL_OF_ENGLAND).rows == ((18,),)


def test_threads_share_an_engine(store):
    made = DuckDBEngine(store, threads=2)
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda name: (name, made.answer(question(name), ALL_OF_ENGLAND)), list(EXAMPLES) * 3)
        )
    for name, found in answers:
        assert found == engine().answer(question(name), ALL_OF_ENGLAND)


def test_a_plan_is_made_once_for_a_question_and_a_scope(store):
    made = DuckDBEngine(store)
    first = made.compiled(question("trend"), ALL_OF_ENGLAND)
    assert made.compiled(query_from_json(EXAMPLES["trend"]), ALL_OF_ENGLAND) is first


def test_big_sums_are_exact():
    data = data_from_tables(
        {
            "prescribing": """
                practice | items            | NIC               | total quantity
                A        | 4503599627370497 | 45035996273704.97 | 0
                B        | 4503599627370498 | 45035996273704.98 | 0
            """
        }
    )
    made = new_store()
    build_release(made, data)
    found = DuckDBEngine(made).answer(query_from_json({"values": ["items", "NIC"]}), ALL_OF_ENGLAND)
    assert found.rows == ((9007199254740995, 9007199254740995),)
