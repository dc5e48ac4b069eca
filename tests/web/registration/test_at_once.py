"""Two server processes at one moment: one signature counts, one account is made, and the other is told."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

PREPARE = """
import django; django.setup()
from epact2.web.prepare import prepare; prepare()
from django.contrib.auth import get_user_model
from django.utils import timezone
from epact2.access.eligibility import OrganisationKind
from epact2.access.grants import AccountType
from epact2.web.registration import asking, deciding, tokens
from epact2.web.registration.models import AccessRequest
reader = get_user_model().objects.get(username="dashboard.reader")
def wish(user, mail, type_, level, code, kind):
    return asking.ask(asking.Asked("A Person", "Analyst", mail, kind, "", level, code, "", type_, 12,
        "Race.", "B", "b@nhs.net"), user)
for n in range(4):
    body = OrganisationKind.NATIONAL_BODY
    row = wish(reader, reader.email, AccountType.NATIONAL, "England", "ENG", body)
    print(row.pk, deciding.what_is_shown(row))
# Two who may each decide for the other: with both, neither would have a right from anybody else.
from support.registering import authoriser
from epact2.access.authorising import AuthoriserRole
for n in range(4):
    one, other = (authoriser(f"{side}{n}", AuthoriserRole.LINE_MANAGER) for side in ("left", "right"))
    row, back = (
        wish(who, who.email, AccountType.DEFAULT, "ICB", "QKS", OrganisationKind.ICB) for who in (one, other)
    )
    print("cross", f"right{n}", row.pk, f"left{n}", back.pk)
for n in range(3):
    row = wish(None, f"new{n}@nhs.net", AccountType.DEFAULT, "ICB", "QKS", OrganisationKind.ICB)
    print("link", tokens.make(tokens.CONFIRM, row.pk, row.nonce))
"""
RACE = """
import sys, django; django.setup()
from django.contrib.auth import get_user_model
from epact2.access.grants import AccountType
from epact2.access.requests import Decision
from epact2.errors import Epact2Error
from epact2.web.registration import asking, deciding
from epact2.web.registration.models import AccessRequest
users = get_user_model().objects
user, place = users.get(username=sys.argv[1]), int(sys.argv[2])
print("ready", flush=True)
for line in sys.stdin:
    key, *rest = line.split()
    try:
        if key == "link":
            asking.confirm(rest[0], "a new and rather long password")
        elif key == "cross":
            name, row = rest[2 * place : 2 * place + 2]
            shown = deciding.what_is_shown(AccessRequest.objects.get(pk=row))
            deciding.decide(row, users.get(username=name), Decision(AccountType.DEFAULT, 12), shown)
        else:
            deciding.decide(key, user, Decision(AccountType.NATIONAL, 12), rest[0])
        print("done", flush=True)
    except Epact2Error as error:
        print(f"{type(error).__name__}: {error}", flush=True)
"""


LATE = {"link": "cannot be used any more", "cross": "This would be a circle"}


@pytest.fixture
def database(tmp_path):
    """A database of its own, which other processes can see: a file, or one on the tests' PostgreSQL."""
    address = os.environ.get("EPACT2_TEST_DATABASE_URL", "")
    if not address:
        yield ""
        return
    import psycopg

    parts = urlsplit(address)
    with psycopg.connect(address, autocommit=True) as server:
        server.execute("CREATE DATABASE epact2_at_once")
        yield parts._replace(path="/epact2_at_once").geturl()
        server.execute("DROP DATABASE epact2_at_once WITH (FORCE)")


def test_two_at_once_are_taken_one_after_the_other(tmp_path, database):
    environment = {
        **os.environ,
        "EPACT2_STORE": str(tmp_path / "store"),
        "EPACT2_ACCOUNTS": str(tmp_path / "accounts"),
        "EPACT2_DEMO": "1",
        "DATABASE_URL": database,
        "DJANGO_SETTINGS_MODULE": "epact2.web.settings",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    for name in ("EPACT2_AUDIT", "EPACT2_AUDIT_KEY"):
        environment.pop(name, None)
    made = subprocess.run(
        [sys.executable, "-c", PREPARE], env=environment, check=True, text=True, capture_output=True
    )
    tries = made.stdout.splitlines()
    assert len(tries) == 11
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, name, place], env=environment, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for name, place in (("panel.first", "0"), ("panel.second", "1"))
    ]  # fmt: skip
    for racer in racers:
        assert racer.stdout.readline() == "ready\n"
    for one in tries:
        for racer in racers:
            racer.stdin.write(f"{one}\n")
            racer.stdin.flush()
        said = sorted(racer.stdout.readline().strip() for racer in racers)
        assert said.count("done") == 1, (one, said)
        late = next(line for line in said if line != "done")
        assert LATE.get(one.split()[0], "has changed since you opened it") in late
    for racer in racers:
        racer.communicate(timeout=60)
        assert racer.returncode == 0
