"""No page shows a link that its reader may not follow: the site is read as each type of account.

The crawl begins where a person begins and goes wherever the links lead, files included. Of links that differ
in their values alone (one practice or another) it follows the first two.
"""

from __future__ import annotations

import html
import re
from collections import Counter, deque
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import resolve

from epact2.access.grants import AccountType, Grant
from epact2.access.policy_tables import tables
from epact2.web import engine as engines
from epact2.web import links
from epact2.web.registration.administrators import make_administrator
from support.pages import text_of

pytestmark = pytest.mark.django_db

PLACES = {AccountType.GP_PRACTICE: ("practice", "G82001"), AccountType.NATIONAL: ("England", "ENG")}
BEGINNINGS = (
    *("/", "/account", "/organisations/", "/search?q=kent", "/search?q=simvastatin", "/data/", "/dictionary"),
    *("/help/", "/help/age", "/account/sight"),
)
OF_FIGURES = ("/medicines/", "/comparators/", "/organisations/ICB/QNX", "/organisations/practice/G82001")
OF_ONE_KIND = 2
# One memory for all accounts, to save time: it gives nobody what was made for other eyes.
CACHE = engines.AnswerCache()


def signature(address: str) -> tuple[object, ...]:
    """What links have in common that differ in their values alone."""
    parts = urlsplit(address)
    match = resolve(parts.path)
    return match.url_name, match.kwargs.get("level"), tuple(sorted(parse_qs(parts.query)))


def links_of(response) -> list[str]:
    """The addresses on this site that a page links to."""
    if not response.headers.get("Content-Type", "").startswith("text/html"):
        return []
    found = re.findall(r'<a [^>]*href="([^"#]*)', response.content.decode())
    return [html.unescape(one) for one in found if one.startswith("/") and "//" not in one[:2]]


def crawl(client) -> dict[str, str]:
    """Every page that was come to, with the page that led there. No answer may be a refusal."""
    came_from = dict.fromkeys(BEGINNINGS, "")
    waiting = deque(BEGINNINGS)
    followed: Counter[tuple[object, ...]] = Counter()
    while waiting:
        address = waiting.popleft()
        response = client.get(address, follow=True)
        if response.streaming:
            b"".join(response.streaming_content)
        assert response.status_code != 403, (
            f"{came_from[address]} leads to {address}: {text_of(response)[:300]}"
        )
        assert response.status_code < 500, address
        for link in links_of(response):
            kind = signature(link)
            if link in came_from or followed[kind] >= OF_ONE_KIND:
                continue
            followed[kind] += 1
            came_from[link] = address
            waiting.append(link)
    return came_from


def opened(came_from: dict[str, str]) -> set[str | None]:
    """The names of the pages that the crawl came to."""
    return {resolve(urlsplit(address).path).url_name for address in came_from}


@pytest.fixture
def as_account(reader, monkeypatch):
    """The reader with the grants of a type of account; None for an account without any."""

    def given(account_type: AccountType | None):
        level, code = PLACES.get(account_type, ("ICB", "QKS"))
        grants = (Grant(account_type, level, code, date.min, date.max),) if account_type else ()
        monkeypatch.setattr(engines, "grants_named", lambda name: grants)
        monkeypatch.setattr(engines, "_CACHE", CACHE)
        return reader

    return given


@pytest.mark.parametrize("account_type", [*AccountType, None], ids=str)
def test_no_link_leads_to_a_refusal(as_account, account_type):
    names = opened(crawl(as_account(account_type)))
    may_analyse = account_type is not None and tables().rights[account_type].create_analysis
    assert ("explorer" in names) is may_analyse
    assert ("explorer-csv" in names) is may_analyse
    sees_figures = account_type not in (AccountType.FINANCIAL, AccountType.DATA_SERVICES, None)
    assert ("table-csv" in names) is (sees_figures and not may_analyse)
    assert ({"organisation", "medicine", "comparator"} <= names) is sees_figures
    assert {"account", "sight", "help", "dictionary", "organisations", "releases"} <= names


def test_no_link_of_an_administrator_leads_to_a_refusal(as_account, django_user_model):
    client = as_account(None)
    make_administrator(django_user_model.objects.get(username="nia"), None)
    names = opened(crawl(client))
    assert "administration" in names


@pytest.mark.parametrize("address", OF_FIGURES)
def test_no_trace_of_the_explorer_is_left_on_a_page(as_account, address):
    """Neither a link that is hidden nor a heading of links that are all gone."""
    page = as_account(AccountType.DEFAULT).get(address)
    said = page.content.decode()
    assert page.status_code == 200
    assert 'href="/explorer' not in said
    assert 'href=""' not in said
    assert "Download:" not in said
    assert 'href="/explorer' in as_account(AccountType.NATIONAL).get(address).content.decode()


def test_help_says_why_there_is_no_explorer(as_account):
    reading = text_of(as_account(AccountType.DEFAULT).get("/help/"))
    assert "does not include questions of your own or files to keep" in reading
    analysing = text_of(as_account(AccountType.NATIONAL).get("/help/"))
    assert "does not include" not in analysing


def test_a_link_is_made_for_the_reader_of_the_request_alone():
    assert links.address("explorer") == "/explorer/"
    with links.for_reader(lambda name: name != "explorer"):
        assert links.address("explorer") == ""
        assert links.address("organisation", "ICB", "QKS") == "/organisations/ICB/QKS"
        assert links.with_query(links.address("explorer"), {"q": "x"}) == ""
    assert links.address("explorer") == "/explorer/"
