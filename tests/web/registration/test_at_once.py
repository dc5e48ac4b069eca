"""Two server processes at one moment: one signature counts, one account is made, and the other is told."""

import os
import subprocess
import sys

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
user = get_user_model().objects.get(username=sys.argv[1])
print("ready", flush=True)
for line in sys.stdin:
    key, rest = line.split()
    try:
        if key == "link":
            asking.confirm(rest, "a new and rather long password")
        else:
            deciding.decide(key, user, Decision(AccountType.NATIONAL, 12), rest)
        print("done", flush=True)
    except Epact2Error as error:
        print(f"{type(error).__name__}: {error}", flush=True)
"""


def test_two_at_once_are_taken_one_after_the_other(tmp_path):
    environment = {
        **os.environ,
        "EPACT2_STORE": str(tmp_path / "store"),
        "EPACT2_ACCOUNTS": str(tmp_path / "accounts"),
        "EPACT2_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "epact2.web.settings",
    }
    for name in ("DATABASE_URL", "EPACT2_AUDIT", "EPACT2_AUDIT_KEY"):
        environment.pop(name, None)
    made = subprocess.run(
        [sys.executable, "-c", PREPARE], env=environment, check=True, text=True, capture_output=True
    )
    tries = made.stdout.splitlines()
    assert len(tries) == 7
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, name], env=environment, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for name in ("panel.first", "panel.second")
    ]  # fmt: skip
    for racer in racers:
        assert racer.stdout.readline() == "ready\n"
    for one in tries:
        for racer in racers:
            racer.stdin.write(f"{one}\n")
            racer.stdin.flush()
        said = sorted(racer.stdout.readline().strip() for racer in racers)
        late = next(line for line in said if line != "done")
        assert said.count("done") == 1, said
        expected = "cannot be used any more" if one.startswith("link") else "has changed since you opened it"
        assert expected in late
    for racer in racers:
        racer.communicate(timeout=60)
        assert racer.returncode == 0
