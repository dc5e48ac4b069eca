"""Who reads whose trail: their own always, an organisation's as its Caldicott Guardian, all as an auditor."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group, Permission

from epact2.access.audit import Asked, Event, Kind
from epact2.web.auditing import reach
from epact2.web.auditing.trail import keep
from support.audit import altered, last_number, records_since
from support.pages import rows_of, text_of
from support.people import admitted

pytestmark = pytest.mark.django_db
KENT, SURREY = "ICB QKS", "ICB QXU"


def happened(who, kind=Kind.ASKED, organisations=(), words="Items by practice", **more):
    asked = (Asked(words=words, question={"values": ["items"]}, grain=("practice",), rows=7, withheld=2),)
    return keep(Event(kind=kind, who=who, organisations=organisations, asked=asked, **more))


@pytest.fixture
def account(db):
    def made(name, **more):
        return admitted(name, **more)

    return made


@pytest.fixture
def signed_in_as(client, account):
    def made(name):
        client.force_login(account(name))
        return client

    return made


@pytest.fixture
def auditor(client, account):
    person = account("audra")
    person.user_permissions.add(Permission.objects.get(codename="read_every_record"))
    client.force_login(person)
    return client


@pytest.fixture
def guardian(signed_in_as, monkeypatch):
    """The Caldicott Guardian of Kent."""
    monkeypatch.setattr(reach, "_ROLES", [lambda user: [KENT] if user.get_username() == "gwen" else []])
    return signed_in_as("gwen")


def test_you_see_your_own_trail_and_nobody_elses(signed_in_as):
    happened("nell", words="Items by practice")
    happened("imani", words="A secret of Imani")
    page = signed_in_as("nell").get("/account/trail")
    assert "Items by practice" in text_of(page)
    assert "imani" not in text_of(page).lower()
    assert page.headers["Cache-Control"] == "private, no-store"


def test_a_name_in_the_address_changes_nothing_of_your_own_trail(signed_in_as):
    happened("imani", words="A secret of Imani")
    assert "A secret" not in text_of(signed_in_as("nell").get("/account/trail?who=imani"))


@pytest.mark.parametrize("address", ["/audit/", "/audit.csv"])
def test_without_a_role_the_trail_of_others_is_closed(signed_in_as, address):
    response = signed_in_as("nell").get(address)
    assert response.status_code == 403
    assert "You may read your own audit trail" in text_of(response)


def test_a_superuser_is_no_auditor(client, account):
    client.force_login(account("root", is_superuser=True, is_staff=True))
    assert client.get("/audit/").status_code == 403


def test_an_auditor_may_have_the_right_by_a_group(client, account):
    group = Group.objects.create(name="auditors")
    group.permissions.add(Permission.objects.get(codename="read_every_record"))
    person = account("audra")
    person.groups.add(group)
    client.force_login(person)
    assert client.get("/audit/").status_code == 200


def test_a_guardian_sees_their_organisation_and_no_other(guardian):
    happened("imani", organisations=(KENT, SURREY), words="Of Kent")
    happened("priya", organisations=(SURREY,), words="Of Surrey")
    happened("nobody", words="Of no organisation")
    for page in ("/audit/", f"/audit/?organisation={SURREY}", "/audit/?who=imani"):
        words = text_of(guardian.get(page))
        assert "Of Kent" in words
        assert "Of Surrey" not in words
        assert "Of no organisation" not in words
    text = b"".join(guardian.get("/audit.csv").streaming_content).decode()
    assert "Of Kent" in text
    assert "Of Surrey" not in text


def test_a_guardian_does_not_learn_who_works_elsewhere(guardian):
    happened("nell", organisations=(SURREY,))
    told = [guardian.get("/audit/", {"who": who}) for who in ("nell", "nobody")]
    assert [one.status_code for one in told] == [400, 400]
    assert guardian.get("/audit/", {"organisation": SURREY}).status_code == 400


def test_one_record_is_there_for_whoever_may_read_it(guardian):
    kent = happened("imani", organisations=(KENT,))
    surrey = happened("priya", organisations=(SURREY,))
    assert guardian.get(f"/audit/{kent}").status_code == 200
    assert guardian.get(f"/audit/{surrey}").status_code == 404
    assert guardian.get(f"/audit/{surrey + 1000}").status_code == 404


def test_a_record_shows_its_question_scope_and_what_was_withheld(auditor):
    number = happened("nell", organisations=(KENT,), purpose="Review of antibiotics", place="/explorer/")
    words = text_of(auditor.get(f"/audit/{number}"))
    for said in ("nell", KENT, "Review of antibiotics", "/explorer/", "Items by practice",
                 "Rows 7", "Cells withheld 2", '"values"'):  # fmt: skip
        assert said in words


def test_a_question_whose_text_was_taken_away_is_said_to_be_missing(auditor):
    number = happened("imani", words="Items of a question that is lost")
    altered("auditing_question", "DELETE FROM auditing_question")
    page = text_of(auditor.get(f"/audit/{number}"))
    assert "The text of this question is missing, so the trail has been changed" in page


def test_a_decision_says_whom_it_is_about(auditor):
    keep(Event(kind=Kind.GRANTED, who="gwen", subject="nell", details="Approved access: PCN"))
    keep(Event(kind=Kind.AGREED, who="nell", subject="nell", details="Accepted the user agreement"))
    page = text_of(auditor.get("/audit/"))
    assert "gwen Granted access Approved access: PCN; about nell" in page
    assert "nell Accepted the agreement Accepted the user agreement" in page
    assert "agreement; about" not in page


def test_an_auditor_sees_everybody_and_can_choose(auditor):
    happened("nell", words="By Nell")
    happened("imani", kind=Kind.EXPORTED, organisations=(KENT,), words="By Imani")
    everything = text_of(auditor.get("/audit/"))
    assert "By Nell" in everything
    assert "By Imani" in everything
    for choice in ("who=imani", "kind=exported", f"organisation={KENT}"):
        chosen = text_of(auditor.get(f"/audit/?{choice}"))
        assert "By Imani" in chosen
        assert "By Nell" not in chosen


@pytest.mark.parametrize(
    ("choice", "there"),
    [
        ("from=2026-07-01&to=2026-07-01", True),
        ("from=2026-06-30&to=2026-06-30", False),  # half past midnight in England is still June in UTC
        ("from=2026-07-02", False),
        ("to=2026-06-30", False),
        ("from=2026-06-01&to=2026-07-31", True),
    ],
)
def test_days_are_days_in_england(auditor, choice, there):
    happened("nell", words="Just after midnight", when=datetime(2026, 6, 30, 23, 30, tzinfo=UTC))
    assert ("Just after midnight" in text_of(auditor.get(f"/audit/?{choice}"))) is there


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ("from=soon", "is no day"),
        ("from=2026-02-02&to=2026-01-01", "run backwards"),
        ("kind=magic", "no kind of event"),
        ("before=x", "no number of a record"),
        ("who=PSEUDO1", "no account of that name"),
        ("organisation=ICB+QZZ", "no such organisation"),
    ],
)
def test_a_choice_that_cannot_be_read_is_refused_in_words_and_not_recorded(auditor, choice, said):
    before = last_number()
    response = auditor.get(f"/audit/?{choice}")
    assert response.status_code == 400
    assert said in text_of(response)
    assert records_since(before) == []


def test_pages_follow_one_another_without_gap_or_repeat(signed_in_as):
    numbers = [happened("nell", words=f"Question {n}") for n in range(120)]
    client = signed_in_as("nell")
    seen, address = [], "/account/trail?kind=asked"
    while address:
        page = client.get(address)
        seen += [row[2] for row in rows_of(page, "records")]
        body = page.content.decode()
        address = body.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&") if (
            'rel="next"' in body) else ""  # fmt: skip
    assert seen == [f"Question {n}" for n in reversed(range(len(numbers)))]


def test_a_file_of_the_trail_has_every_record_and_no_formula(auditor):
    happened("nell", words="=1+1")
    happened("nell", words="Items", details="+44")
    response = auditor.get("/audit.csv?who=nell")
    rows = list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode())))
    assert [row["questions"] for row in rows] == ["Items", "'=1+1"]
    assert rows[0]["details"] == "'+44"
    assert (rows[0]["rows"], rows[0]["cells withheld"]) == ("7", "2")


@pytest.mark.parametrize("address", ["/audit/?kind=asked", "/audit.csv?kind=asked"])
def test_reading_the_trail_of_others_is_itself_recorded(auditor, address):
    happened("nell")
    before = last_number()
    auditor.get(address)
    (record,) = records_since(before)
    assert (record["kind"], record["who"]) == ("trail read", "audra")
    assert "everybody" in record["details"]
    assert record["details"].endswith("asked")


def test_a_guardians_reading_is_in_the_trail_of_the_organisation(guardian):
    before = last_number()
    guardian.get("/audit/")
    (record,) = records_since(before)
    assert record["organisations"] == [KENT]


def test_reading_ones_own_is_not(signed_in_as):
    client = signed_in_as("nell")
    before = last_number()
    client.get("/account/trail")
    client.get("/account/trail.csv")
    assert records_since(before) == []


def test_visitors_are_sent_to_sign_in(client):
    for address in ("/account/trail", "/account/trail.csv", "/audit/", "/audit.csv", "/audit/1"):
        assert client.get(address).status_code == 302


def test_what_is_in_a_record_is_text_and_no_markup(auditor):
    number = happened("nell", words="<script>alert(1)</script>", purpose="<b>bold</b>")
    for address in ("/audit/", f"/audit/{number}"):
        body = auditor.get(address).content.decode()
        assert "<script>alert" not in body
        assert "<b>bold" not in body
