"""PostgreSQL as docs/how-to/run-in-production.md sets it up: the application can add records, and no more."""

import re
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from epact2.access.audit import Asked, Event, Kind
from epact2.web.auditing.trail import keep
from support.audit import last_number

pytestmark = pytest.mark.django_db
GUIDE = Path(__file__).parents[3] / "docs" / "how-to" / "run-in-production.md"


@pytest.fixture
def as_the_application():
    """The statements of the guide, carried out; from here on as the role of the application."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles")
    rights = re.findall(r"^(?:GRANT|REVOKE) .*;$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(rights) == 4
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), current_user")
        assert cursor.fetchone()[1] == "epact2", "the tests' own role, the owner, has the application's name"
        cursor.execute("CREATE ROLE epact2_application")
        for statement in rights:
            cursor.execute(re.sub(r"\bepact2;", "epact2_application;", statement))
        cursor.execute("SET LOCAL ROLE epact2_application")
        yield
        cursor.execute("RESET ROLE")


def test_the_application_adds_records(as_the_application):
    before = last_number()
    asked = (Asked(words="Items", question={"values": ["items"]}),)
    assert keep(Event(kind=Kind.ASKED, who="nia", organisations=("ICB QKS",), asked=asked)) == before + 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE auditing_record SET who = 'x'",
        "DELETE FROM auditing_record",
        "TRUNCATE auditing_record",
        "ALTER TABLE auditing_record DISABLE TRIGGER USER",
        "DROP TABLE auditing_record",
        "DROP TRIGGER auditing_record_append_only ON auditing_record",
        "DELETE FROM auditing_question",
        "UPDATE auditing_concerned SET organisation = 'x'",
        "DELETE FROM auditing_turn",
    ],
)
def test_the_application_can_change_no_record_and_drop_no_trigger(as_the_application, statement):
    keep(Event(kind=Kind.ASKED, who="nia"))
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), transaction.atomic():
        connection.cursor().execute(statement)
