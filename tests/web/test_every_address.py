"""Every address of the site with every verb, for nobody, for each type of account and for an administrator.

The addresses come from the site itself, so that a new one is tried from its first day: it is closed to
strangers unless it is named here, it answers none of its verbs with a fault of ours, and whatever it answers
carries the security headers.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from epact2.access.grants import AccountType, Grant
from epact2.web import engine as engines
from epact2.web.middleware import HEADERS

# What somebody who has not signed in may open: words about the service, sign-in, asking for access, and the
# links of mails, which hold a secret of their own.
OPEN_TO_STRANGERS = frozenset(
    {
        *("help", "ages", "about", "accessibility", "cookies", "healthz", "api-nothing"),
        *("sign-in", "mfa_authenticate", "sign-in-with", "openid_connect_callback", "signed-out-elsewhere"),
        *("confirm-with", "forgotten-password", "new-password"),
        *("register", "register-suggest", "register-done", "register-confirm", "register-step"),
        *("authoriser-confirm", "demo-outbox", "demo-letter", "agreement", "styleguide"),
    }
)
# Tried for every account in test_every_account.py.
PAGES_OF_DATA = frozenset(
    {
        *("home", "organisations", "organisation", "medicines", "medicine", "comparators", "comparator"),
        *("explorer", "explorer-csv", "explorer-xlsx", "explorer-json", "items", "items-csv", "patient"),
        *("table-csv", "table-xlsx", "table-json"),
        *("patient-csv", "releases", "dictionary", "search", "suggest", "ages", "styleguide"),
    }
)
VERBS = ("get", "head", "post", "put", "patch", "delete", "options")
_SAMPLES = {
    "level": "ICB", "code": "QKS", "name": "opioid-with-gabapentinoid", "rest": "v2/nothing",
    "provider_id": "nobody", "uidb64": "MQ", "token": "no-token", "number": 1, "pk": 1,
    "row_id": uuid.UUID(int=1), "id": uuid.UUID(int=1),
}  # fmt: skip


def _patterns(found: list[URLPattern | URLResolver]) -> list[URLPattern]:
    return [
        inner
        for one in found
        for inner in (_patterns(one.url_patterns) if isinstance(one, URLResolver) else [one])
    ]


PATTERNS = {one.name: one for one in _patterns(get_resolver().url_patterns)}


def _address(name: str) -> str:
    wanted = PATTERNS[name].pattern.converters
    return reverse(name, kwargs={one: _SAMPLES[one] for one in wanted})


def _answers(client: Client, name: str, verbs: Iterable[str]):
    """The answer to each verb, the body read to its end."""
    for verb in verbs:
        response = getattr(client, verb)(_address(name))
        if response.streaming:
            b"".join(response.streaming_content)
        yield verb, response


def _is_turned_away(response) -> bool:
    """Whether nothing was given: sent to sign in, refused, or a verb that the address does not know."""
    if response.status_code in (301, 302):
        return "sign-in" in response.headers["Location"]
    return response.status_code in (401, 403, 404, 405)


@pytest.mark.django_db
def test_strangers_are_turned_away_from_what_is_not_named(client, over_items):
    for name in PATTERNS:
        for verb, response in _answers(client, name, VERBS):
            assert response.status_code < 500, f"{verb} {name}"
            if name not in OPEN_TO_STRANGERS and verb != "options":
                assert _is_turned_away(response), f"{verb} {name}: {response.status_code}"
            for header, value in HEADERS.items():
                assert response.headers.get(header) == value, f"{verb} {name} lacks {header}"
            assert "Cache-Control" in response.headers


@pytest.mark.parametrize("account_type", AccountType, ids=str)
def test_nobody_s_rights_break_an_address_or_open_administration(reader, monkeypatch, account_type):
    grants = (Grant(account_type, "ICB", "QKS", date.min, date.max),)
    monkeypatch.setattr(engines, "grants_named", lambda _: grants)
    for name in PATTERNS.keys() - PAGES_OF_DATA - {"sign-out"}:
        for verb, response in _answers(reader, name, ("get", "post")):
            assert response.status_code < 500, f"{verb} {name}"
            assert response.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]
            if name.startswith("administration"):
                assert _is_turned_away(response), f"{verb} {name}: {response.status_code}"


def test_nothing_changes_by_reading(reader):
    """GET writes nothing but the record of it: no other table has more rows, or other ones."""
    from django.apps import apps

    def everything() -> dict[str, list]:
        kept = ("auditing", "sessions", "identity")
        return {
            model.__name__: list(model.objects.order_by("pk").values_list())
            for model in apps.get_models()
            if model._meta.app_label not in kept
        }

    before = everything()
    for name in PATTERNS.keys() - PAGES_OF_DATA:
        reader.get(_address(name))
    assert everything() == before
