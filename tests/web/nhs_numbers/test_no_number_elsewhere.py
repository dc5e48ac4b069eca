"""After a whole journey no NHS number stands anywhere but in the list that was released.

Looked through: every other response with its headers, the store of the analytics, the accounts database with
the audit trail, the sessions, the second place of the trail, the logs at their most talkative, the file of
numbers and its folder, and temporary files. What is looked for is each number, however it is written, and
whatever else is ten digits whose last one checks the others.
"""

from __future__ import annotations

import logging
import re
import tempfile

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client

from epact2.model.nhs_number import is_nhs_number
from support.nhs_numbers import BEHIND_A, NUMBERS, PEOPLE, written

# As words of their own: ten digits within a hash are a hash.
TEN = re.compile(rb"(?<![0-9A-Za-z])(\d{3})[ -]?(\d{3})[ -]?(\d{4})(?![0-9A-Za-z])")


def found_in(content: bytes) -> set[str]:
    """Every number that stands in some bytes."""
    known = {number for number in NUMBERS.values() if any(one.encode() in content for one in written(number))}
    ten = (b"".join(match.groups()).decode() for match in TEN.finditer(content))
    return known | {digits for digits in ten if is_nhs_number(digits)}


def everything_said(response) -> bytes:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body + str(response.headers).encode() + str(response.cookies).encode()


@pytest.fixture
def heard(monkeypatch):
    """Everything that leaves by any client, but for the lists."""
    said: list[tuple[str, bytes]] = []
    ask = Client.request

    def request(self, **asked):
        response = ask(self, **asked)
        said.append((f"{asked['REQUEST_METHOD']} {asked['PATH_INFO']}", everything_said(response)))
        return response

    monkeypatch.setattr(Client, "request", request)
    return said


def test_the_search_finds_what_it_is_to_find():
    number = BEHIND_A[0]
    for text in written(number):
        assert found_in(f"so {text}.".encode()) == {number}
    assert found_in(b"patient 9434765919") == {"9434765919"}
    assert found_in(b"abcd9434765919ef") == set(), "ten digits within a hash are a hash"


def test_after_a_whole_journey_no_number_stands_anywhere_else(world, heard, caplog, tmp_path, monkeypatch):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    for name in ("", "django", "django.request", "django.db.backends", "epact2"):
        caplog.set_level(logging.DEBUG, logger=name)
    priya = world.of("priya.gp")
    world.of("dev.services")

    # Rejected, asked again, approved, released in both forms, asked for once more; and much is looked at.
    first = world.sends()
    world.of("dev.services").post(
        f"/nhs-numbers/check/{first}", {"reject": "yes", "reason": "Say which review."}
    )
    second = world.sends()
    world.takes(second)
    world.approves(second)
    lists = [world.takes(second), world.takes(second, "file")]
    world.takes(second)
    for address in (
        "/", "/account", "/account/trail", "/account/trail.csv", "/nhs-numbers/", "/nhs-numbers/requests/",
        f"/nhs-numbers/requests/{first}", f"/nhs-numbers/requests/{second}",
        f"/nhs-numbers/requests/{second}/sent", "/items", "/data/", "/nothing",
        "/comparators/gib01-nsaid-without-gastro-protection?organisation=A",
    ):  # fmt: skip
        priya.get(address)
    for name in PEOPLE:
        for address in (
            "/nhs-numbers/",
            "/nhs-numbers/check/",
            f"/nhs-numbers/check/{second}",
            "/account/trail",
        ):
            world.of(name).get(address)

    given = {everything_said(one) for one in lists}
    assert all(found_in(one) == set(BEHIND_A) for one in given), "the lists themselves have the numbers"
    others = [(address, said) for address, said in heard if said not in given]
    assert len(others) > 50
    assert {address: found_in(said) for address, said in others if found_in(said)} == {}

    places = {
        "store": world.store,
        "numbers, key, temporary files": tmp_path,
        "audit": _config().audit,
        "accounts": _config().accounts,
    }
    for place, folder in places.items():
        for path in (one for one in folder.rglob("*") if one.is_file()):
            assert found_in(path.read_bytes()) == set(), (place, path.name)
    assert len(list(world.store.rglob("*"))) > 5, "the store was looked at"
    assert found_in(_database().encode()) == set()
    assert found_in("\n".join(map(_line, caplog.records)).encode()) == set()


def _config():
    from django.conf import settings

    return settings.CONFIG


def _line(record: logging.LogRecord) -> str:
    return f"{record.getMessage()} {record.args} {record.exc_text or ''}"


def _database() -> str:
    """Every cell of every table of the accounts database, and what its sessions hold, unpacked."""
    said = [repr(session.get_decoded()) for session in Session.objects.all()]
    assert any("_auth_user_id" in one for one in said), "the sessions were looked at"
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            said += [repr(row) for row in cursor.fetchall()]
    assert any("NHS numbers" in one for one in said), "the trail was looked at"
    return "\n".join(said)
