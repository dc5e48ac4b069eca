"""Every page for every type of account: what it shows, what it refuses, and that it never breaks."""

import html
import json
import re
from dataclasses import replace
from datetime import date

import pytest
from django.urls import reverse

from epact2.access.grants import AccountType, Grant
from epact2.access.policy_tables import Grain, Sight, tables
from epact2.comparators.read import comparators
from epact2.query.listing_json import token_of
from epact2.web import engine as engines
from epact2.web.auditing.models import Record
from support.audit import last_number, records_since
from support.example_items import pseudonym
from support.pages import text_of

DOWNLOADS = ("explorer-csv", "explorer-xlsx", "explorer-json")

# The example has no PCNs: theirs is the whole of Kent, as for every other type.
AT_KENT = {
    AccountType.GP_PRACTICE: ("practice", "G82001"),
    AccountType.NATIONAL: ("England", "ENG"),
}
PAGES = (
    "/",
    "/organisations/",
    "/organisations/England/ENG",
    "/organisations/ICB/QKS",
    "/organisations/ICB/QNX",
    "/organisations/practice/G82001",
    "/medicines/",
    "/medicines/0212000B0",
    "/medicines/0212000B0?organisation=QKS",
    "/comparators/",
    "/comparators/opioid-with-gabapentinoid",
    "/comparators/electronic-prescription-share",
    "/data/",
    "/dictionary",
    "/search?q=kent",
    "/help/",
    "/help/age",
    "/account",
    "/account/sight",
)


@pytest.fixture
def reads(reader, monkeypatch):
    """The reader with the grants of a type of account."""

    def given(account_type: AccountType):
        level, code = AT_KENT.get(account_type, ("ICB", "QKS"))
        grants = (Grant(account_type, level, code, date.min, date.max),)
        monkeypatch.setattr(engines, "grants_named", lambda name: grants)
        monkeypatch.setattr(engines, "_CACHE", engines.AnswerCache())
        return reader

    return given


SEEING = [one for one in AccountType if one not in (AccountType.FINANCIAL, AccountType.DATA_SERVICES)]


@pytest.mark.parametrize("account_type", SEEING, ids=str)
@pytest.mark.parametrize("address", PAGES)
def test_every_page_opens(reads, account_type, address):
    response = reads(account_type).get(address)
    assert response.status_code == 200, text_of(response)[:400]


def _refuses(response) -> bool:
    return response.status_code == 403


@pytest.mark.parametrize("account_type", AccountType, ids=str)
def test_the_explorer_is_for_those_who_may_create_analyses(reads, account_type):
    may = tables().rights[account_type].create_analysis
    client = reads(account_type)
    question = {"values": ["items"], "rows": ["ICB"]}
    addresses = [reverse("explorer"), *(f"{reverse(name)}?q={json.dumps(question)}" for name in DOWNLOADS)]
    for address in addresses:
        assert _refuses(client.get(address)) is not may, address
    asked = client.post("/api/v1/query", json.dumps(question), content_type="application/json")
    assert _refuses(asked) is not may
    page = client.get(reverse("sight")).content.decode()
    assert ('href="/explorer/"' in page) is may


def test_tables_of_pages_are_files_for_those_who_ask_nothing_of_their_own(reads):
    client = reads(AccountType.DEFAULT)
    page = client.get("/comparators/items-per-1000-patients?organisation=QKS&bnf=0501").content.decode()
    files = [html.unescape(one) for one in re.findall(r'href="(/table\.\w+\?q=[^"]+)"', page)]
    assert {one.partition("?")[0] for one in files} == {"/table.csv", "/table.xlsx"}
    headings = set()
    for address in files:
        response = client.get(address)
        assert response.status_code == 200
        if address.startswith("/table.csv"):
            headings.add(response.getvalue().decode().partition(",")[0])
    assert {"ICB", "practice", "month", "chemical substance"} <= headings
    other = files[0].replace("items", "NIC", 1)
    assert other != files[0]
    for changed in (other, f"/table.csv?q={json.dumps({'values': ['items']})}", "/table.csv"):
        assert client.get(changed).status_code == 400, changed
    for nobody in (AccountType.FINANCIAL, AccountType.DATA_SERVICES):
        assert _refuses(reads(nobody).get(files[0]))


@pytest.mark.parametrize("account_type", AccountType, ids=str)
def test_items_and_patients_are_for_those_who_see_their_own(reads, items_engine, account_type):
    sees = tables().sight[account_type, Grain.PATIENT, True] is not Sight.NONE
    client = reads(account_type)
    assert _refuses(client.get(reverse("items"))) is not sees
    assert _refuses(client.get(reverse("patient"))) is not sees
    listing = {"columns": ["month", "practice", "items"], "size": 1000, "purpose": "A review"}
    listed = client.post("/api/v1/list", json.dumps(listing), content_type="application/json")
    assert _refuses(listed) is not sees
    if sees:
        level, code = AT_KENT.get(account_type, ("ICB", "QKS"))
        own = items_engine.directory.practices_of(items_engine.directory.organisation(code, level))
        found = {row[1] for row in listed.json()["rows"]}
        assert found <= own
        assert found or account_type is AccountType.CONTROLLED_DRUGS
    stranger = pseudonym("G81001", 1)
    found = client.post(reverse("patient"), {"patient": stranger})
    assert found.status_code in (400, 403)
    assert "No item of this patient" in text_of(found) or not sees


def test_a_place_in_a_listing_tells_of_no_other_patient(reads):
    """A place is forged from any pseudonym: what follows must not tell whether there is such a patient."""
    client = reads(AccountType.GP_PRACTICE)
    own, stranger, nobody = pseudonym("G82001", 1), pseudonym("G81001", 1), "NOBODY77"

    def after(patient: str):
        listing = {"columns": ["patient", "items"], "rows": "patients", "after": token_of((patient,))}
        return client.post("/api/v1/list", json.dumps(listing), content_type="application/json")

    assert after(own).json()["rows"]
    told = [after(one) for one in (stranger, nobody)]
    assert [one.status_code for one in told] == [400, 400]
    assert told[0].content == told[1].content


@pytest.mark.parametrize("account_type", [AccountType.FINANCIAL, AccountType.DATA_SERVICES], ids=str)
def test_accounts_that_see_no_figures_are_told_so(reads, account_type):
    response = reads(account_type).get("/organisations/ICB/QKS")
    assert response.status_code == 403
    assert "does not show these figures" in text_of(response)


@pytest.mark.parametrize("account_type", [AccountType.FINANCIAL, AccountType.DATA_SERVICES], ids=str)
def test_their_home_is_their_account_and_no_refusal_is_recorded(reads, account_type):
    client = reads(account_type)
    before = Record.objects.count()
    assert client.get("/").headers["Location"] == reverse("account")
    assert Record.objects.count() == before


def test_a_comparator_that_is_not_published_of_others_says_so(reads):
    response = reads(AccountType.DEFAULT).get("/comparators/average-unique-medicines")
    assert response.status_code == 200
    assert "It is not published of other organisations." in text_of(response)
    exact = reads(AccountType.NATIONAL).get("/comparators/average-unique-medicines")
    assert "not published" not in text_of(exact)


@pytest.mark.parametrize("account_type", [AccountType.DEFAULT, AccountType.PRESCRIBER_LEVEL], ids=str)
@pytest.mark.parametrize("theme", sorted({one.theme for one in comparators().values() if one.needs_items}))
def test_every_theme_of_comparators_opens(reads, account_type, theme):
    page = reads(account_type).get(reverse("comparators"), {"theme": theme, "organisation": "QKS"})
    assert page.status_code == 200, text_of(page)[:400]


def test_what_is_open_stands_in_its_theme_beside_figures_of_patients(reads):
    theme = {"theme": "Electronic prescribing and data quality", "organisation": "QNX"}
    page = text_of(reads(AccountType.DEFAULT).get(reverse("comparators"), theme))
    row = page[page.rindex("Electronic prescriptions") :]
    assert "75.0%" in row[:200]


def test_what_is_withheld_is_called_so_on_an_organisation_s_page(reads):
    page = text_of(reads(AccountType.DEFAULT).get("/organisations/practice/G81001"))
    assert "Numbers of patients are published figures: approximate" in page
    panel = page[page.index("identified patients") :]
    assert "withheld" in panel
    assert "had withheld" not in page
    exact = text_of(reads(AccountType.NATIONAL).get("/organisations/practice/G81001"))
    assert "withheld" not in exact
    assert "published figures" not in exact


@pytest.mark.parametrize("account_type", [AccountType.DEFAULT, AccountType.NATIONAL], ids=str)
def test_what_is_open_stands_beside_published_figures_as_it_is(reads, account_type):
    """Rounded beside what the comparator's page says exactly, it would tell the practice's offset."""
    page = text_of(reads(account_type).get("/organisations/practice/G81001"))
    assert "Items sent electronically (EPS) 75.0%" in page


@pytest.mark.parametrize("name", DOWNLOADS)
def test_a_download_has_no_more_rows_than_the_rights_allow(reads, monkeypatch, name):
    client = reads(AccountType.DEFAULT_WITH_ANALYSIS)
    address = f"{reverse(name)}?q={json.dumps({'values': ['items'], 'rows': ['ICB']})}"
    assert client.get(address).status_code == 200
    small = replace(tables().rights[AccountType.DEFAULT_WITH_ANALYSIS], export_rows=2)
    monkeypatch.setattr("epact2.access.policy.rights_of", lambda viewer: small)
    before = last_number()
    assert _refuses(client.get(address))
    question = json.dumps({"values": ["items"], "rows": ["ICB"]})
    assert _refuses(client.post("/api/v1/query", question, content_type="application/json"))
    for record in records_since(before):
        assert record["kind"] == "refused"
        assert [one["rows"] for one in record["asked"]] == [0]


@pytest.mark.parametrize("name", DOWNLOADS)
def test_a_copy_that_was_made_for_other_rights_does_not_count_as_the_same_file(reads, name):
    """A browser that several people use, or whose reader's access was reduced, asks for its copy again."""
    question = {"values": ["identified patients"], "rows": ["practice"], "months": {"latest": 1}}
    address = f"{reverse(name)}?q={json.dumps(question)}"
    exact = reads(AccountType.PRESCRIBER_LEVEL).get(address)
    again = {"If-None-Match": exact.headers["ETag"]}
    assert reads(AccountType.PRESCRIBER_LEVEL).get(address, headers=again).status_code == 304
    assert reads(AccountType.DEFAULT_WITH_ANALYSIS).get(address, headers=again).status_code == 200
