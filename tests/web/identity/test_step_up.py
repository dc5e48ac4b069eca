"""Before items leave and roles change, a person confirms that it is they; then the request goes on."""

import json
import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from epact2.web.identity.models import SignIn
from support.example_items import pseudonym
from support.identity import PASSWORD, App, somebody

pytestmark = pytest.mark.django_db
LISTING = json.dumps({"columns": ["month", "practice", "patient", "items"], "size": 5})


@pytest.fixture
def sam(over_items, opened):
    return somebody()


@pytest.fixture
def app(sam):
    return App.of(sam)


@pytest.fixture
def client(client, sam):
    """Signed in, and working since: the confirmation of the sign-in is six minutes old."""
    client.force_login(sam)
    long_ago(sam)
    return client


def long_ago(user, minutes=6):
    SignIn.objects.filter(user=user).update(confirmed_at=timezone.now() - timedelta(minutes=minutes))


def text(response):
    return response.content.decode()


def streamed(response):
    return b"".join(response.streaming_content).decode()


def form_of(page):
    """The hidden fields of the form, as a browser would send them back."""
    form = re.search(r"<form.*?</form>", page.split("<main", 1)[1], re.DOTALL)[0]
    found = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found}


def test_signing_in_counts_for_five_minutes(client, sam):
    SignIn.objects.update(confirmed_at=timezone.now() - timedelta(minutes=4))
    assert client.post("/items.csv", {"q": LISTING, "rows": "all"}).status_code == 200
    long_ago(sam)
    assert client.post("/items.csv", {"q": LISTING, "rows": "all"}).status_code == 403


@pytest.mark.parametrize("by", ["code", "password"])
def test_the_download_goes_on_once_confirmed_and_nothing_stands_in_an_address(client, sam, app, by):
    page = client.post("/items.csv", {"q": LISTING, "rows": "all"})
    assert page.status_code == 403
    assert "Confirm that it is you" in text(page)
    assert page.headers["Cache-Control"] == "private, no-store"
    carried = form_of(text(page))
    assert carried["q"] == LISTING
    answer = {"code": {"step_up_code": app.code()}, "password": {"step_up_password": PASSWORD}}[by]
    done = client.post("/items.csv", carried | answer)
    assert done.headers["Content-Type"].startswith("text/csv")
    assert pseudonym("G82001", 0) in streamed(done)
    assert client.post("/items.csv", {"q": LISTING, "rows": "all"}).status_code == 200, "for five minutes"


@pytest.mark.parametrize(
    "wrong", [{"step_up_code": "000000"}, {"step_up_password": "wrong"}, {"step_up_passkey": "{}"}]
)
def test_a_wrong_answer_keeps_the_request_and_says_so(client, app, wrong):
    page = client.post("/items.csv", {"q": LISTING, "rows": "all"} | wrong)
    assert page.status_code == 403
    assert "There is a problem" in text(page)
    assert form_of(text(page))["q"] == LISTING


def test_guessing_is_slowed_down(client, app):
    pages = [text(client.post("/step-up", {"step_up_code": "000000"})) for _ in range(6)]
    assert "Too many tries" in pages[-1]


def test_the_form_carries_a_patient_in_its_body_alone(client, sam, app):
    patient = pseudonym("G82001", 0)
    long_ago(sam, minutes=31)
    page = client.post("/patient", {"patient": patient})
    assert page.status_code == 403
    assert form_of(text(page))["patient"] == patient
    actions = re.findall(r'(?:action|href)="([^"]*)"', text(page))
    assert not [one for one in actions if patient in one]
    assert patient not in str(dict(client.session))
    done = client.post("/patient", {"patient": patient, "step_up_code": app.code()})
    assert done.status_code == 200
    assert patient in text(done)


def test_a_page_is_asked_for_on_a_page_of_its_own_and_leads_back(client, sam, app):
    page = client.get("/account/security/authenticator")
    assert page.status_code == 403
    assert form_of(text(page))["next"] == "/account/security/authenticator"
    back = client.post("/step-up", form_of(text(page)) | {"step_up_code": app.code()})
    assert back.headers["Location"] == "/account/security/authenticator"
    long_ago(sam)
    away = client.post("/step-up", {"next": "https://elsewhere.example/", "step_up_password": PASSWORD})
    assert away.headers["Location"] == "/"


def test_fragments_lead_to_the_page_and_back_to_where_the_reader_is(client):
    from django.http import HttpResponse
    from django.test import RequestFactory

    from epact2.web.identity.step_up import step_up_required

    request = RequestFactory().get(
        "/fragment", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/explorer/?q=1"}
    )
    request.session, request.user = client.session, somebody("kim.example", address="kim@practice.example")
    answer = step_up_required(lambda _: HttpResponse("open"))(request)
    assert answer.headers["HX-Redirect"] == "/step-up?next=%2Fexplorer%2F%3Fq%3D1"


def test_a_confirmation_belongs_to_one_sign_in(client, sam, app):
    other = Client()
    other.force_login(sam)
    long_ago(sam)
    client.post("/step-up", {"step_up_code": app.code()})
    assert client.get("/account/security/authenticator").status_code == 200
    assert other.get("/account/security/authenticator").status_code == 403


def test_a_demo_account_confirms_with_the_demos_password(over_items, opened):
    from django.contrib.auth import get_user_model

    from epact2.web.demo_accounts import ensure_demo_accounts

    account = ensure_demo_accounts()[0]
    browser = Client()
    browser.force_login(get_user_model().objects.get(username=account.username))
    SignIn.objects.update(confirmed_at=timezone.now() - timedelta(minutes=6))
    page = text(browser.post("/items.csv", {"q": LISTING, "rows": "all"}))
    assert "its password is explore-the-demo" in page
    done = browser.post("/items.csv", form_of(page) | {"step_up_password": account.password})
    assert done.headers["Content-Type"].startswith("text/csv")


def test_making_a_token_and_removing_a_factor_need_it(client, app, sam):
    from epact2.web.identity.factors import Factors

    number = Factors.of(sam).authenticator.pk
    for address in (
        "/account/security/tokens/make",
        f"/account/security/factors/{number}/remove",
        "/account/security/recovery-codes",
    ):
        assert client.post(address).status_code == 403, address


def test_a_token_is_shown_once(client, sam):
    made = text(
        client.post("/account/security/tokens/make", {"name": "x", "days": "7", "step_up_password": PASSWORD})
    )
    shown = re.search(r'id-secret">(epact2_\S+)<', made)[1]
    listed = text(client.get("/account/security/tokens"))
    assert shown not in listed
    assert shown[:11] in listed
    too_long = client.post("/account/security/tokens/make", {"name": "x", "days": "3650"})
    assert "Choose 1 to 90 days" in text(too_long)
    for_items = client.post("/account/security/tokens/make", {"name": "y", "days": "90", "for": "items"})
    assert for_items.status_code == 200
    ends = sam.api_tokens.get(name="y").ends_at
    assert ends <= timezone.now() + timedelta(hours=12), "one for items lasts no longer than a sign-in"


def test_nobody_ends_another_persons_token(client):
    from epact2.web.identity import tokens

    kim = somebody("kim.example", address="kim@practice.example")
    tokens.make(kim, "theirs", days=1)
    number = tokens.of(kim).get().pk
    assert client.post(f"/account/security/tokens/{number}/end").status_code == 404
    assert tokens.of(kim).exists()
