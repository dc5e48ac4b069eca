"""What accounts of each type obtain: the same bytes, whichever patients stand behind the published numbers.

P4 of the reference: two Englands with other counts of 1 to 4 and the same published numbers are loaded by the
real loader; every page, download and answer of the API must be the same. A3 and A12: own rows are exact, and
change nothing of what is seen of others.
"""

from __future__ import annotations

import io
import json
import random
import re
from datetime import date
from pathlib import Path
from urllib.parse import quote

import openpyxl
import pytest

from attack.attempts import LARGE, figures_of_rule
from attack.loading import load_world
from attack.questions import by_chance
from attack.rules import Figure
from attack.truth import Cell, Truth, truth_of
from attack.twins import changed_counts, twin_of
from attack.worlds import SUBSTANCES, World, draw_world
from epact2.access.grants import AccountType, Grant
from epact2.access.policy_tables import Grain, Sight, tables
from epact2.comparators.read import comparators
from epact2.query.encode import query_to_json
from epact2.query.sealing import Enters
from epact2.store.duckdb import DuckDBEngine
from epact2.web import engine as engines
from support.people import reader_of_england

pytestmark = pytest.mark.django_db

OWN, OWN_PLACE = "SY0001", "00T"
GRANTED = {
    AccountType.GP_PRACTICE: ("practice", OWN),
    AccountType.PCN: ("PCN", "SP0001"),
    AccountType.NATIONAL: ("England", "ENG"),
}
# National accounts see exact figures of everybody, by right: what they see is not hidden from them.
TYPES = [one for one in AccountType if one is not AccountType.NATIONAL]
PATIENTS = {"values": ["identified patients", "items"], "months": {"latest": 1}}
QUESTIONS = [
    {**PATIENTS, "rows": ["practice"]},
    {**PATIENTS, "rows": ["practice", "chemical substance"]},
    {**PATIENTS, "rows": ["sub-ICB location", "section"], "totals": True},
    {**PATIENTS, "rows": ["ICB", "chapter"], "order": [{"by": "identified patients", "descending": True}]},
    {**PATIENTS, "rows": ["practice"], "order": [{"by": "identified patients"}], "top": {"count": 3}},
    {**PATIENTS, "rows": ["practice"], "percentiles": [10, 50, 90]},
    {**PATIENTS, "rows": ["practice", "5-year age band"]},
    {**PATIENTS, "rows": ["England"], "where": {"not": {"is": ["practice", "SY0004"]}}},
    {"values": [{"ratio": ["items", "identified patients"]}], "rows": ["practice", "month"]},
    {"values": [{"share": "identified patients"}], "rows": ["practice"], "months": {"latest": 1}},
]  # fmt: skip
ANALYSTS = [one for one in TYPES if tables().rights[one].create_analysis]
READERS = [one for one in TYPES if one not in ANALYSTS]
BY_CHANCE = 2_200 if LARGE else 12  # questions for each type of account that may ask its own
BY_PAGE = 800 if LARGE else 8  # pages for each of the others
PAGES = (
    "/", "/organisations/", "/organisations/England/ENG", "/organisations/ICB/QOP",
    "/organisations/practice/SY0001", "/organisations/practice/SY0004", "/medicines/", "/medicines/0407",
    "/medicines/0410030C0?organisation=QOP", "/comparators/", "/comparators/opioid-with-gabapentinoid",
    "/comparators/patients-on-opioids", "/data/", "/search?q=synthetic", "/account/sight", "/items",
    "/patient", "/explorer/",
)  # fmt: skip


@pytest.fixture(scope="module")
def pair(tmp_path_factory) -> tuple[World, list[DuckDBEngine]]:
    """An England and its twin, loaded, with the same moment of making."""
    world = draw_world(3, practices=6, months=1)
    own = frozenset(one for one, place in world.places.items() if place.sub_icb_location == OWN_PLACE)
    twin = twin_of(world, own, tries=400 if LARGE else 60)
    assert changed_counts(world, twin) >= 3, "a twin has other counts, else the test shows nothing"
    folder = tmp_path_factory.mktemp("twins")
    stores = [load_world(folder / name, one) for name, one in (("one", world), ("other", twin))]
    for store in stores:
        _made_at_noon(store)
    found = [DuckDBEngine(store, threads=1) for store in stores]
    yield world, found
    for one in found:
        one.close()


def _made_at_noon(store: Path) -> None:
    for path in store.glob("releases/*"):
        said = json.loads(path.read_text(encoding="utf-8"))
        said["made"] = "2026-01-01T12:00:00+00:00"
        path.write_text(json.dumps(said), encoding="utf-8")


@pytest.fixture
def asked(client, monkeypatch, pair):
    """What an account of a type obtains from each of the two Englands at an address."""
    user = reader_of_england("reader of the attacked", password="a-long-password")
    client.force_login(user)

    def given(account_type: AccountType, engine: DuckDBEngine):
        level, code = GRANTED.get(account_type, ("sub-ICB location", OWN_PLACE))
        grants = (Grant(account_type, level, code, date.min, date.max),)
        monkeypatch.setattr(engines, "grants_named", lambda name: grants)
        monkeypatch.setattr(engines, "current", lambda: engine)
        monkeypatch.setattr(engines, "_CACHE", engines.AnswerCache())
        return client

    return given


def _told(response) -> tuple[int, object]:
    """Status and body, without what is drawn anew for each request."""
    body = response.getvalue() if response.streaming else response.content
    if "spreadsheet" in response.headers.get("Content-Type", ""):
        book = openpyxl.load_workbook(io.BytesIO(body))
        cells = [(sheet.title, list(sheet.iter_rows(values_only=True))) for sheet in book]
        return response.status_code, re.sub(_CHANGING, "", repr(cells))
    return response.status_code, re.sub(_CHANGING, "", body.decode())


_CHANGING = re.compile(
    r'name="csrfmiddlewaretoken" value="[^"]*"|nonce-?=?"?[A-Za-z0-9+/=_-]{16,}"?'
    r"|\"X-CSRFToken\": \"\w+\"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[^\" <]*|\b\d\d:\d\d(:\d\d)?\b"
)


def _difference(first: tuple[int, object], second: tuple[int, object]) -> str:
    one, other = str(first[1]), str(second[1])
    place = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    return (
        f"{first[0]} {one[max(place - 80, 0) : place + 80]!r} and {second[0]} {other[place : place + 80]!r}"
    )


def _obtain(client, question: dict[str, object]) -> list[tuple[int, object]]:
    text = json.dumps(question)
    told = [_told(client.post("/api/v1/query", text, content_type="application/json"))]
    return told + [_told(client.get(f"/explorer.{kind}", {"q": text})) for kind in ("csv", "json", "xlsx")]


@pytest.mark.parametrize("account_type", TYPES if LARGE else TYPES[1:5:2], ids=str)
def test_every_byte_is_the_same(asked, pair, account_type):
    """Pages, the API, CSV, JSON and XLSX, refusals and error texts among them."""
    _, both = pair
    told = []
    for engine in both:
        client = asked(account_type, engine)
        found: list[object] = [_told(client.get(page)) for page in PAGES]
        for question in QUESTIONS if LARGE else QUESTIONS[:: 1 if account_type is TYPES[1] else 3]:
            found += _obtain(client, question)
        listing = {"columns": ["practice", "items"], "where": {"is": ["practice", "SY0004"]}, "size": 100}
        found.append(_told(client.post("/api/v1/list", json.dumps(listing), content_type="application/json")))
        told.append(found)
    for number, (first, second) in enumerate(zip(*told, strict=True)):
        assert first == second, f"answer {number} tells two Englands apart: {_difference(first, second)}"
    assert any(status == 200 for status, _ in told[0])


@pytest.mark.parametrize("account_type", ANALYSTS if LARGE else ANALYSTS[:1], ids=str)
def test_every_answer_to_questions_by_chance_is_the_same(asked, pair, account_type):
    """As JSON, from the API: answers, refusals and faults alike."""
    world, both = pair
    questions = [
        json.dumps(query_to_json(one)) for one in by_chance(world, BY_CHANCE, TYPES.index(account_type))
    ]
    told: list[list[tuple[int, object]]] = []
    for engine in both:
        client = asked(account_type, engine)
        told.append(
            [_told(client.post("/api/v1/query", one, content_type="application/json")) for one in questions]
        )
    _require_same(account_type, questions, told)


@pytest.mark.parametrize("account_type", READERS if LARGE else READERS[:1], ids=str)
def test_every_page_by_chance_is_the_same(asked, pair, account_type):
    """Accounts without analyses of their own read pages: of any organisation, medicine and month."""
    world, both = pair
    pages = _pages_by_chance(world, BY_PAGE, TYPES.index(account_type))
    told = []
    for engine in both:
        client = asked(account_type, engine)
        told.append([_told(client.get(page)) for page in pages])
    with_figures = tables().sight[account_type, Grain.PRACTICE, False] is not Sight.NONE
    _require_same(account_type, pages, told, with_figures=with_figures)


def _require_same(account_type, asked_for, told, *, with_figures: bool = True) -> None:
    """Both Englands tell the same; and they tell something, unless the account is shown no figures: it may
    open pages of words alone.
    """
    for one, first, second in zip(asked_for, *told, strict=True):
        assert first == second, f"{one} tells two Englands apart: {_difference(first, second)}"
    answered = sum(status == 200 for status, _ in told[0])
    print(f"\n{account_type}: {len(asked_for):,} paired answers, {answered:,} of them no refusal", flush=True)
    assert answered > 0 or not with_figures


def _pages_by_chance(world: World, count: int, seed: int) -> list[str]:
    """So many addresses of pages with figures, the same for the same seed."""
    chance = random.Random(f"pages {seed}")
    places = [("England", "ENG")]
    for practice, place in world.places.items():
        places += [
            ("practice", practice), ("PCN", place.pcn), ("sub-ICB location", place.sub_icb_location),
            ("ICB", place.icb), ("region", place.region),
        ]  # fmt: skip
    medicines = sorted({code[:cut] for code in SUBSTANCES for cut in (2, 4, 9)})
    keys = sorted(comparators())
    levels = ("practice", "PCN", "sub-ICB location", "ICB", "region")
    pages = []
    for _ in range(count):
        level, code = chance.choice(places)
        address = chance.choice(
            (
                f"/organisations/{quote(level)}/{code}",
                f"/medicines/{chance.choice(medicines)}?organisation={code}&level={quote(chance.choice(levels))}",
                f"/comparators/{chance.choice(keys)}?organisation={code}&level={quote(chance.choice(levels))}",
                f"/comparators/?organisation={code}",
            )
        )
        pages.append(address)
    return pages


def test_patients_of_everybody_are_told_apart_by_who_may_see_them(asked, pair):
    """A test of the test: to a national account, which sees exact figures, the two Englands differ."""
    _, both = pair
    question = {**PATIENTS, "rows": ["practice", "chemical substance"]}
    told = [_obtain(asked(AccountType.NATIONAL, engine), question)[0] for engine in both]
    assert told[0] != told[1]


@pytest.mark.parametrize(
    "account_type", [one for one in TYPES if tables().rights[one].create_analysis], ids=str
)
def test_own_are_exact_and_others_published(asked, pair, account_type):
    """A3 and A12: what is seen of others is the same published number for every account."""
    world, (engine, _) = pair
    truth: Truth = truth_of(world)
    figures = figures_of_rule(world, truth)
    exact = _sees_exactly(account_type)
    given = _rows(asked(account_type, engine), {**PATIENTS, "rows": ["practice"]})
    assert set(given) == set(world.places)
    month = world.months[-1]
    for practice, count in given.items():
        own = world.places[practice].sub_icb_location == OWN_PLACE
        if own and exact:
            assert count == truth.counts[Cell(practice, "", month)]
        else:
            assert count == figures[Figure(frozenset([practice]), "", month, Enters.PRACTICE)]


def _sees_exactly(account_type: AccountType) -> bool:
    return account_type is AccountType.PRESCRIBER_LEVEL


def _rows(client, question: dict[str, object]) -> dict[str, object]:
    response = client.post("/api/v1/query", json.dumps(question), content_type="application/json")
    assert response.status_code == 200, response.content
    return {row[0]: row[1] for row in response.json()["rows"]}
