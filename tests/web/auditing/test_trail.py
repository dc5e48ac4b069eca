"""The trail of the database: one chain, nothing changed, nothing shown that is not in it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction

from epact2.access.audit import Asked, AuditFailed, Event, Kind
from epact2.access.chain import Tampered
from epact2.web.auditing.models import Concerned, Question, Record
from epact2.web.auditing.trail import keep
from epact2.web.auditing.verifying import verify_database
from support.audit import altered, hidden_table, last_records

pytestmark = pytest.mark.django_db
QUESTION = Asked(words="Items by ICB", question={"values": ["items"]}, grain=("ICB",), rows=42)


@pytest.fixture(autouse=True)
def second_place(settings, tmp_path):
    """Each test has a second place of its own: some of them remove records that others wrote."""
    settings.CONFIG = replace(settings.CONFIG, audit=tmp_path / "audit", audit_key=tmp_path / "key")


def event(who="nia", **more):
    return Event(kind=Kind.ASKED, who=who, asked=(QUESTION,), **more)


def test_events_are_numbered_one_after_the_other():
    first = keep(event())
    assert [keep(event()) for _ in range(3)] == [first + 1, first + 2, first + 3]
    assert verify_database().records == first + 3


def test_a_record_is_found_by_person_kind_and_organisation():
    number = keep(event(organisations=("ICB QKS", "practice A81001")))
    record = Record.objects.get(number=number)
    assert (record.who, record.kind) == ("nia", "asked")
    concerned = Concerned.objects.filter(number=number).values_list("organisation", flat=True)
    assert sorted(concerned) == ["ICB QKS", "practice A81001"]


def test_a_question_is_kept_once_however_often_it_is_asked():
    keep(event())
    keep(event("imani"))
    assert Question.objects.filter(digest=QUESTION.digest).count() == 1
    assert QUESTION.words in Question.objects.get(digest=QUESTION.digest).text


def test_what_did_not_happen_is_not_in_the_trail():
    before = keep(event())
    with transaction.atomic():
        keep(Event(kind=Kind.GRANTED, who="nia", subject="imani"))
        transaction.set_rollback(True)
    assert last_records(1)[0].number == before


# --- Nothing is changed ------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["auditing_record", "auditing_concerned", "auditing_question"])
@pytest.mark.parametrize("what", ["UPDATE {0} SET number = 1", "DELETE FROM {0}", "REPLACE", "TRUNCATE {0}"])
def test_the_database_refuses_every_change(table, what):
    keep(event(organisations=("ICB QKS",)))
    statement = what.format(table).replace(
        "number = 1", "digest = 'x'" if "question" in table else "number = 1"
    )
    if what == "REPLACE":
        if connection.vendor != "sqlite" or table == "auditing_concerned":
            pytest.skip("only SQLite has it, and a link says nothing more than its key")
        other = "text" if table == "auditing_question" else "who"
        columns = [column.column for column in (Question if "question" in table else Record)._meta.fields]
        chosen = ", ".join("'x'" if column == other else column for column in columns)
        statement = f"REPLACE INTO {table} ({', '.join(columns)}) SELECT {chosen} FROM {table}"
    elif what.startswith("TRUNCATE") and connection.vendor == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    with pytest.raises(DatabaseError, match="audit records"), transaction.atomic():
        connection.cursor().execute(statement)


def test_the_database_refuses_a_gap():
    last = keep(event())
    with pytest.raises(DatabaseError, match="without a gap"), transaction.atomic():
        connection.cursor().execute(
            "INSERT INTO auditing_record (number, at, kind, who, text, hash) VALUES (%s, '', '', '', '', '')",
            [last + 2],
        )


# --- Whoever owns the tables can change them, and is found out ----------------------------------------------


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("auditing_record", "UPDATE auditing_record SET who = 'imani' WHERE number = {n}"),
        ("auditing_record", "UPDATE auditing_record SET at = '2020-01-01T00:00:00.000Z' WHERE number = {n}"),
        ("auditing_record", "UPDATE auditing_record SET kind = 'signed in' WHERE number = {n}"),
        ("auditing_record", "UPDATE auditing_record SET text = replace(text, '42', '41') WHERE number = {n}"),
        ("auditing_record", "UPDATE auditing_record SET hash = '" + "0" * 64 + "' WHERE number = {n}"),
        ("auditing_record", "DELETE FROM auditing_record WHERE number = {n}"),
        ("auditing_question", "UPDATE auditing_question SET text = replace(text, 'ICB', 'PCN')"),
        ("auditing_question", "DELETE FROM auditing_question"),
        ("auditing_concerned", "DELETE FROM auditing_concerned WHERE number = {n}"),
        ("auditing_concerned", "UPDATE auditing_concerned SET organisation = 'x' WHERE number = {n}"),
        ("auditing_concerned", "INSERT INTO auditing_concerned VALUES ('ICB QXX', {n})"),
    ],
)
def test_the_verifier_finds_every_change(table, change):
    n = keep(event(organisations=("ICB QKS",)))
    for _ in range(3):
        keep(event(organisations=("ICB QKS",)))
    altered(table, change.format(n=n))
    with pytest.raises(Tampered) as found:
        verify_database()
    # A question that was changed is found at the first record that asked it.
    assert found.value.number == n


@pytest.mark.django_db(transaction=True)
def test_a_cut_tail_and_a_chain_written_again_are_found_by_the_second_place(tmp_path):
    numbers = [keep(event(f"person {n}")) for n in range(5)]
    sound = verify_database()
    assert (sound.records, sound.witnessed, sound.heads) == (5, 5, 1)
    altered("auditing_record", f"DELETE FROM auditing_record WHERE number > {numbers[2]}")
    with pytest.raises(Tampered, match="Records 4 to 5 are missing from the end"):
        verify_database()
    keep(event("somebody else"))
    with pytest.raises(Tampered, match="two different hashes of record 4"):
        verify_database()
    (tmp_path / "audit" / "witness.txt").unlink()
    assert verify_database().records == 4, "only the head of the first record is left to tell"
    altered("auditing_record", "DELETE FROM auditing_record")
    with pytest.raises(Tampered, match="Records 1 to 1 are missing"):
        verify_database()
    keep(event("somebody else"))
    with pytest.raises(Tampered, match="not the one that was signed"):
        verify_database()


@pytest.mark.django_db(transaction=True)
def test_threads_that_write_at_once_make_one_chain():
    if connection.vendor == "sqlite":
        pytest.skip("the SQLite of tests is in memory, where threads do not wait; see test_writers.py")
    before = keep(event())

    def write(name):
        try:
            for _ in range(10):
                keep(event(name))
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, (f"person {n}" for n in range(6))))
    assert verify_database().records == before + 60


@pytest.mark.django_db(transaction=True)
def test_a_writer_that_hangs_stops_others_with_a_word():
    if connection.vendor == "sqlite":
        pytest.skip("SQLite's own time to wait is in web/databases.py")
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor, connection.cursor() as mine:
            cursor.execute("SELECT id FROM auditing_turn WHERE id = 1 FOR UPDATE")
            mine.execute("SHOW lock_timeout")
            assert mine.fetchone() == ("10s",)
            mine.execute("SET lock_timeout = '100ms'")
            with pytest.raises(AuditFailed):
                keep(event())
            other.rollback()
            keep(event())
            mine.execute("SET lock_timeout = '10s'")
    finally:
        other.close()


# --- Nothing happens that cannot be kept --------------------------------------------------------------------


def test_without_its_table_nothing_can_be_kept():
    with hidden_table(), pytest.raises(AuditFailed, match="not shown"):
        keep(event())


@pytest.mark.django_db(transaction=True)
def test_without_its_second_place_nothing_can_be_kept(tmp_path, settings):
    (tmp_path / "file").write_text("not a folder")
    settings.CONFIG = replace(settings.CONFIG, audit=tmp_path / "file")
    with pytest.raises(AuditFailed):
        keep(event())
    settings.CONFIG = replace(settings.CONFIG, audit=tmp_path / "audit", audit_key=tmp_path)
    with pytest.raises(AuditFailed):
        keep(event())
