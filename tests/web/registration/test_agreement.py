"""The user agreement: nobody goes on without it, and a new version is a new question."""

import pytest
from django.contrib.auth import get_user_model
from django.urls import get_resolver, reverse

from epact2.web.identity.urls import urlpatterns as identity
from epact2.web.registration import agreement_text
from epact2.web.registration.agreement_text import Agreement, AgreementChanged
from epact2.web.registration.models import Acceptance, AgreementVersion
from support.pages import text_of
from support.people import admitted, granted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("over_example")]
# What somebody may open who has the agreement still to accept: their account, and pages for everyone.
OPEN = {
    "agreement", "account", "sign-in", "sign-out", "healthz", "about", "accessibility", "cookies", "help",
    "ages", "styleguide", "register", "register-suggest", "register-done", "demo-outbox",
    # The steps of signing in itself: before them nobody is known, who could have accepted anything.
    "mfa_authenticate", "set-up-second-factor", "authenticator", "passkey", "step-up", "forgotten-password",
}  # fmt: skip
# The steps of signing in itself come before the agreement; they show nothing of the data.
OPEN |= {one.name for one in identity if getattr(one.callback, "second_factor_not_required", False)}
OPEN |= {one.name for one in identity if not getattr(one.callback, "login_required", True)}


@pytest.fixture
def newcomer(client):
    user = get_user_model().objects.create_user("nia", "nia@nhs.net", "a-long-password")
    granted(user)
    client.force_login(user)
    return client


@pytest.fixture
def second_version(monkeypatch):
    """A second version, written but not yet in force."""
    both = {1: agreement_text.written()[1], 2: Agreement(2, "# User agreement\n\nA new first sentence.\n")}
    monkeypatch.setattr(agreement_text, "written", lambda: both)
    return both[2]


def test_every_other_page_leads_to_the_agreement(newcomer):
    blocked = 0
    for one in get_resolver().url_patterns:
        if "<" in str(one.pattern) or one.name in OPEN:
            continue
        answer = newcomer.get(reverse(one.name))
        if answer.status_code == 405 and one.name.startswith("api"):
            continue
        if answer.status_code == 403:
            assert reverse(one.name).startswith("/api/")
            continue
        assert answer.status_code == 302, one.name
        assert answer.headers["Location"].startswith("/agreement"), one.name
        blocked += 1
    assert blocked > 20


def test_forms_programs_and_fragments_are_blocked_too(newcomer):
    assert newcomer.post("/items", {"q": "{}"}).headers["Location"] == "/agreement"
    program = newcomer.post("/api/v1/query", "{}", content_type="application/json")
    assert program.status_code == 403
    assert "agreement" in program.json()["error"]
    fragment = newcomer.get("/explorer/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment.headers["HX-Redirect"]) == (403, "/agreement")


def test_the_account_the_agreement_and_sign_out_stay_open(newcomer):
    assert "The user agreement waits for you" in text_of(newcomer.get("/account"))
    assert newcomer.get("/agreement").status_code == 200
    assert newcomer.post("/sign-out").status_code == 302


def test_accepting_keeps_the_text_and_the_time_and_leads_on(newcomer):
    page = newcomer.get("/organisations/", follow=True)
    assert "Your right of access is personal" in text_of(page)
    text = agreement_text.in_force()
    sent = {"agree": "on", "version": "1", "text_hash": text.text_hash, "next": "/organisations/"}
    assert newcomer.post("/agreement", sent).headers["Location"] == "/organisations/"
    kept = Acceptance.objects.get()
    assert (kept.version, kept.text_hash) == (1, text.text_hash)
    assert newcomer.get("/organisations/").status_code == 200


@pytest.mark.parametrize(
    "wrong", [{"agree": ""}, {"text_hash": "of another text"}, {"version": "2"}, {"version": "x"}]
)
def test_only_a_yes_to_this_very_text_counts(newcomer, wrong):
    text = agreement_text.in_force()
    answer = newcomer.post(
        "/agreement", {"agree": "on", "version": "1", "text_hash": text.text_hash, **wrong}
    )
    assert answer.status_code == 200
    assert not Acceptance.objects.exists()


def test_accepting_leads_to_no_other_host(newcomer):
    text = agreement_text.in_force()
    for elsewhere in ("https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"):
        sent = {"agree": "on", "version": "1", "text_hash": text.text_hash, "next": elsewhere}
        assert newcomer.post("/agreement", sent).headers["Location"] == "/"


def test_a_new_version_blocks_until_it_is_accepted(client, second_version):
    user = admitted("nia", email="nia@nhs.net")
    granted(user)
    client.force_login(user)
    assert client.get("/organisations/").status_code == 200
    agreement_text.publish(2, admitted("ada"))
    assert client.get("/organisations/").headers["Location"].startswith("/agreement")
    assert "A new first sentence" in text_of(client.get("/agreement"))
    agreement_text.accept(user, 2, second_version.text_hash)
    assert client.get("/organisations/").status_code == 200
    assert set(user.acceptances.values_list("version", flat=True)) == {1, 2}


def test_an_older_or_unwritten_version_cannot_be_put_in_force(second_version):
    ada = admitted("ada")
    agreement_text.publish(2, ada)
    for number in (1, 2, 3):
        with pytest.raises(AgreementChanged):
            agreement_text.publish(number, ada)


def test_a_text_that_was_changed_after_it_was_in_force_is_noticed(second_version):
    agreement_text.publish(2, admitted("ada"))
    AgreementVersion.objects.update(text_hash="of the text as it was")
    with pytest.raises(AgreementChanged, match="not the one that was put in force"):
        agreement_text.in_force()


def test_then_nobody_goes_on_and_everybody_is_told_why(client, second_version):
    client.force_login(admitted("nia"))
    agreement_text.publish(2, admitted("ada"))
    AgreementVersion.objects.update(text_hash="of the text as it was")
    page = client.get("/organisations/")
    assert page.status_code == 503
    assert "not the one that was put in force" in text_of(page)


def test_every_version_in_the_repository_can_be_read():
    for number, agreement in agreement_text.written().items():
        assert agreement.text.startswith("# User agreement\n"), number
        assert len(agreement.blocks) > 5
        assert not any("* " in block.paragraph or "#" in block.paragraph for block in agreement.blocks)
