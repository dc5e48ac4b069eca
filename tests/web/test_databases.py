"""Where accounts are kept: SQLite without a word, PostgreSQL as its own addresses name it."""

from dataclasses import replace

import pytest
from django.conf import settings

from epact2.access.opening import WrongSetting
from epact2.web import databases
from epact2.web.databases import unreachable


def accounts(url=""):
    return databases.accounts(replace(settings.CONFIG, database_url=url))


def test_without_a_word_it_is_a_file_whose_commits_are_on_the_disk():
    found = accounts()
    assert found["ENGINE"].endswith("sqlite3")
    assert found["NAME"] == settings.CONFIG.accounts / "accounts.sqlite3"
    assert "synchronous=FULL" in found["OPTIONS"]["init_command"]


def test_an_address_is_read_as_postgresql_reads_it():
    found = accounts(
        "postgresql://nia:pass%20word@db.example:5433/epact2?sslmode=verify-full&connect_timeout=3"
    )
    assert found["ENGINE"].endswith("postgresql")
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "nia", "pass word", "db.example", "5433", "epact2",
    )  # fmt: skip
    assert found["OPTIONS"]["sslmode"] == "verify-full"
    assert found["OPTIONS"]["connect_timeout"] == "3"
    assert found["OPTIONS"]["options"] == "-c lock_timeout=10s"
    assert found["CONN_HEALTH_CHECKS"]


def test_a_socket_of_the_same_machine_needs_no_password():
    found = accounts("postgres:///epact2?host=/run/postgresql&user=epact2")
    assert (found["HOST"], found["USER"], found["PASSWORD"]) == ("/run/postgresql", "epact2", "")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://nia:hidden-word@db/epact2", "not the address"),
        ("nia:hidden-word@db/epact2", "not the address"),
        ("postgresql://nia:hidden-word@db/epact2?nonsense=1", "not an address"),
        ("postgresql://nia:hidden-word@db", "names no database"),
    ],
)
def test_an_address_that_names_no_database_is_refused_without_its_password(url, said):
    with pytest.raises(WrongSetting, match=said) as found:
        accounts(url)
    assert "hidden-word" not in str(found.value)
    assert "postgresql://" in found.value.advice


def test_a_database_that_does_not_answer_is_told_in_its_own_words():
    error = unreachable(Exception("connection failed:\n  No such file or directory"))
    assert str(error).startswith("The accounts database does not answer: connection failed: No such file")
    assert "DATABASE_URL" in error.advice


def test_the_address_is_never_shown_with_the_settings():
    assert "hidden-word" not in repr(replace(settings.CONFIG, database_url="postgresql://a:hidden-word@b/c"))
