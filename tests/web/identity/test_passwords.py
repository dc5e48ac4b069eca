"""Which passwords are taken, how they are kept, and how a new one is had."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client

from epact2.web.identity import django_settings
from epact2.web.identity.models import SignIn
from epact2.web.identity.passwords import Argon2id
from support.identity import ADDRESS, NAME, PASSWORD, App, send_code, send_password, somebody

pytestmark = pytest.mark.django_db
NEW = "nine quiet bicycles at dawn"


def text(response):
    return response.content.decode()


@pytest.mark.parametrize(
    "taken",
    [
        PASSWORD,
        NEW,
        "correct horse battery staple",
        "lower case letters only here",
        "8372 9911 0468 2755 31",
        "ñandú über alles öl",
        "x" * 3 + "yzabcdefg hijklmnop" + "q" * 100,
    ],
)
def test_long_passwords_of_any_letters_are_taken(taken):
    validate_password(taken, get_user_model()(username=NAME))


@pytest.mark.parametrize(
    ("refused", "because"),
    [
        ("fourteen chars", "has 14 characters"),
        ("", "has 0 characters"),
        ("x1" * 65, "128 characters or fewer"),
        ("passwordpassword", "common one, or repeats"),
        ("1234567890123456", "words that anyone would try"),
        ("qwertyuiopqwertyuiop", "common one, or repeats"),
        ("abcdefghijabcdefghij", "common one, or repeats"),
        ("aaaaaaaaaaaaaaaaaa", "common one, or repeats"),
        ("aaaabbbbaaaabbbbc", "too few different"),
        ("NHS-Prescribing-2026!", "words that anyone would try"),
        ("epact2pharmacist2026", "words that anyone would try"),
        ("Sam.Example-password", "words that anyone would try"),
        ("welcome to the nhs 1", "words that anyone would try"),
    ],
)
def test_what_is_short_common_or_guessable_is_refused(refused, because):
    person = get_user_model()(username=NAME, first_name="Sam", last_name="Example", email=ADDRESS)
    with pytest.raises(ValidationError) as error:
        validate_password(refused, person)
    assert because in " ".join(error.value.messages)


def test_a_short_one_is_told_that_it_is_short_and_not_that_it_is_a_name():
    with pytest.raises(ValidationError) as error:
        validate_password("short", get_user_model()(username=NAME))
    (said,) = error.value.messages
    assert said.startswith("The password has 5 characters. Use 15 or more")


def test_they_are_kept_with_argon2id(settings):
    settings.PASSWORD_HASHERS = django_settings.PASSWORD_HASHERS
    kept = make_password(PASSWORD)
    assert kept.startswith("argon2$argon2id$v=19$m=65536,t=3,p=4$")
    assert PASSWORD not in kept
    person = get_user_model()(username=NAME, password=make_password(PASSWORD, hasher="pbkdf2_sha256"))
    person.save()
    assert person.check_password(PASSWORD)
    assert person.password.startswith("argon2$argon2id$"), "an older hash is replaced at the next sign-in"


def test_an_unknown_name_is_told_the_same_after_the_same_work(client, settings, monkeypatch):
    """What takes time is hashing: exactly one password is hashed, whoever is asked for."""
    settings.PASSWORD_HASHERS = django_settings.PASSWORD_HASHERS
    somebody()
    closed = somebody("closed.example", address="closed@practice.example")
    closed.is_active = False
    closed.save()
    no_password = get_user_model().objects.create_user("cis2.example", "cis2@practice.example")
    assert not no_password.has_usable_password()
    hashed = []
    for work in ("encode", "verify"):
        real = getattr(Argon2id, work)
        monkeypatch.setattr(
            Argon2id,
            work,
            lambda self, *args, real=real, **more: hashed.append(1) or real(self, *args, **more),
        )
    said = set()
    for name in (NAME, "nobody.example", "nobody@practice.example", "closed.example", "cis2.example"):
        hashed.clear()
        page = text(send_password(Client(), name, "a wrong password here"))
        assert len(hashed) == 1, name
        said.add(re.search(r'<div class="nhsuk-error-summary".*?</ul>', page, re.DOTALL)[0])
    hashed.clear()
    said.add(
        re.search(
            r'<div class="nhsuk-error-summary".*?</ul>',
            text(send_password(Client(), "closed.example")),
            re.DOTALL,
        )[0]
    )
    assert len(said) == 1, "the words are the same, for a closed account with its right password too"


def test_a_new_password_needs_the_old_one_and_ends_other_sign_ins(client, over_example):
    sam = somebody()
    other = Client()
    other.force_login(sam)
    client.force_login(sam)
    address = "/account/security/password"
    assert "old password is wrong" in text(client.post(address, {"old": "wrong", "new": NEW}))
    assert "has 5 characters" in text(client.post(address, {"old": PASSWORD, "new": "short"}))
    assert client.post(address, {"old": PASSWORD, "new": NEW}).headers["Location"] == "/account/security"
    assert client.get("/account").status_code == 200, "this sign-in goes on"
    assert other.get("/account").status_code == 302, "the others have ended"
    sam.refresh_from_db()
    assert sam.check_password(NEW)
    assert "Your password was changed" in mail.outbox[-1].body


def test_a_forgotten_password_is_made_anew_by_a_link(client, over_example):
    sam = somebody()
    app = App.of(sam)
    other = Client()
    other.force_login(sam)
    page = client.post("/forgotten-password", {"address": ADDRESS})
    assert "If there is an account with this address" in text(page)
    link = re.search(r"http://testserver(/new-password/\S+)", mail.outbox[-1].body)[1]
    form = client.get(link, follow=True)
    assert "/set-password" in form.request["PATH_INFO"], (
        "the secret leaves the address before the page is shown"
    )
    refused = client.post(form.request["PATH_INFO"], {"new_password1": "short"})
    assert "has 5 characters" in text(refused)
    assert client.post(form.request["PATH_INFO"], {"new_password1": NEW}).headers["Location"] == "/sign-in"
    assert other.get("/account").status_code == 302, "every sign-in has ended"
    assert client.get("/").status_code == 302, "the link opens nothing by itself"
    assert "This link no longer works" in text(Client().get(link, follow=True))
    assert send_password(client, NAME, NEW).headers["Location"] == "/sign-in/second-factor"
    assert send_code(client, app.code()).status_code == 302


def test_the_link_goes_to_the_address_that_is_kept_and_not_to_the_one_that_was_typed(client):
    """A database may take two addresses for one: PostgreSQL folds the dotless ı of some locales to i."""
    somebody()
    page = text(client.post("/forgotten-password", {"address": ADDRESS.upper()}))
    assert ADDRESS.upper() in page, "the page tells nothing of what is kept"
    assert mail.outbox[-1].to == [ADDRESS]


def test_the_answer_about_a_forgotten_password_is_the_same_for_everybody(client):
    somebody()
    get_user_model().objects.create_user("cis2.example", "cis2@practice.example")
    said = set()
    for address in (ADDRESS, "cis2@practice.example", "nobody@practice.example"):
        page = text(client.post("/forgotten-password", {"address": address}))
        said.add(re.sub(r"\w{64}", "", page.replace(address, "")))
    assert len(said) == 1
    assert len(mail.outbox) == 3, "a mail goes to each address, so that time tells nothing either"
    assert "There is no account with a password" in mail.outbox[-1].body


def test_a_mail_that_cannot_be_sent_tells_nothing(client, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    somebody()
    assert client.post("/forgotten-password", {"address": ADDRESS}).status_code == 200
    assert "could not be sent" in caplog.text
    assert ADDRESS not in caplog.text


def test_a_demo_accounts_password_stays(client, over_example):
    from epact2.web.demo_accounts import ensure_demo_accounts

    account = ensure_demo_accounts()[0]
    send_password(client, account.username, account.password)
    client.post("/account/security/password", {"old": account.password, "new": NEW})
    user = get_user_model().objects.get(username=account.username)
    assert user.check_password(account.password)
    user.email = "demo@practice.example"
    user.save()
    client.post("/sign-out")
    Client().post("/forgotten-password", {"address": user.email})
    assert "/new-password/" not in mail.outbox[-1].body, "nobody takes a demo's account from the others"
    send_password(client, account.username, account.password)
    assert SignIn.objects.count() == 1
