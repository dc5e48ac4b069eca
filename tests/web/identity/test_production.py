"""The server behind HTTPS: Django's own check is silent, and every response carries its headers."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LOOK = """
import json, os, sys
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("collectstatic", interactive=False, verbosity=0)
from django.contrib.auth import get_user_model
from django.test import Client
get_user_model().objects.create_user("sam.example", "sam@practice.example", "seven umbrellas near lake")
client = Client(raise_request_exception=False)
host = {"SERVER_NAME": "service.example", "HTTP_X_FORWARDED_PROTO": "https"}
found = {}
for name, address in json.loads(sys.argv[1]).items():
    answer = client.get(address, **host)
    found[name] = [answer.status_code, dict(answer.headers)]
plain = client.get("/sign-in", SERVER_NAME="service.example")
found["plain http"] = [plain.status_code, dict(plain.headers)]
found["health, plain"] = [client.get("/healthz", SERVER_NAME="service.example").status_code, {}]
strange = client.get("/sign-in", SERVER_NAME="elsewhere.example", HTTP_X_FORWARDED_PROTO="https")
found["another host"] = [strange.status_code, dict(strange.headers)]
strict = Client(enforce_csrf_checks=True)
refused = strict.post("/sign-in", {"username": "a", "password": "b"}, **host)
found["without form token"] = [refused.status_code, dict(refused.headers)]
sent = client.post("/sign-in", {"username": "sam.example", "password": "seven umbrellas near lake"}, **host)
found["signed in"] = [sent.status_code, dict(sent.headers)]
cookies = {
    name: [one["secure"], one["httponly"], one["path"], one["domain"], one["samesite"]]
    for name, one in client.cookies.items()
}
print(json.dumps({"responses": found, "cookies": cookies}))
"""
ADDRESSES = {
    "page": "/sign-in",
    "redirect": "/organisations/",
    "missing page": "/no-such-page",
    "static file": "/static/app.css",
    "missing static file": "/static/no-such-file.css",
    "health": "/healthz",
    "refusal to a program": "/api/v1/query",
    "identity provider that is not there": "/sign-in/with/cis2",
}


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    folder = tmp_path_factory.mktemp("production")
    # The browser tests of the same process set the second one, which no server is to have.
    of_tests = ("EPACT2_", "DJANGO_ALLOW_ASYNC_UNSAFE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(of_tests)}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "epact2.web.settings",
        "EPACT2_STORE": str(folder / "store"),
        "EPACT2_ACCOUNTS": str(folder),
        "EPACT2_STATIC_ROOT": str(folder / "static"),
        "EPACT2_HTTPS": "1",
        "EPACT2_HOSTS": "service.example",
    }


@pytest.fixture(scope="module")
def seen(environment):
    done = subprocess.run(
        [sys.executable, "-c", LOOK, json.dumps(ADDRESSES)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_djangos_check_for_production_is_silent(environment):
    done = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:epact2", "-m", "django", "check", "--deploy"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout.strip() == "System check identified no issues (1 silenced)."


def test_the_check_would_speak_without_https(environment):
    done = subprocess.run(
        [sys.executable, "-m", "django", "check", "--deploy"],
        env=environment | {"EPACT2_HTTPS": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "security.W" in done.stderr


def test_every_response_carries_every_header(seen):
    from epact2.web.middleware import HEADERS

    expected = HEADERS | {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
    looked_at = {name: headers for name, (_, headers) in seen["responses"].items() if headers}
    assert len(looked_at) >= len(ADDRESSES) + 3
    for name, headers in looked_at.items():
        for header, value in expected.items():
            if header == "Strict-Transport-Security" and name == "plain http":
                continue  # browsers ignore it there
            assert headers.get(header) == value, (name, header)


def test_plain_http_is_sent_on_to_https_and_the_proxys_own_question_is_answered(seen):
    status, headers = seen["responses"]["plain http"]
    assert (status, headers["Location"]) == (301, "https://service.example/sign-in")
    assert seen["responses"]["health, plain"][0] in (200, 503)


def test_what_the_responses_were(seen):
    statuses = {name: status for name, (status, _) in seen["responses"].items()}
    assert statuses["static file"] == 200
    assert statuses["missing static file"] == 404
    assert statuses["another host"] == 400
    assert statuses["without form token"] == 403
    assert statuses["signed in"] == 302


def test_cookies_are_bound_to_this_host_and_to_https(seen):
    assert set(seen["cookies"]) >= {"__Host-epact2-session", "__Host-epact2-csrf"}
    for name, (secure, _, path, domain, same_site) in seen["cookies"].items():
        assert name.startswith("__Host-"), name
        assert (secure, path, domain) == (True, "/", ""), name
        assert same_site == "Lax", name
    assert seen["cookies"]["__Host-epact2-session"][1], "no script reads the session"
