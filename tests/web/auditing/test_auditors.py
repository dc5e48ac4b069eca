"""Auditors are appointed and dismissed on the server, and both are in the trail."""

import pytest

from epact2.web.auditing import commands
from epact2.web.demo_accounts import ensure_demo_accounts
from support.audit import last_number, records_since
from support.pages import text_of
from support.people import admitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def nell(client, db):
    client.force_login(admitted("nell"))
    return client


def test_an_auditor_reads_everybodys_trail_until_dismissed(nell, capsys):
    before = last_number()
    assert nell.get("/audit/").status_code == 403
    assert commands.run(["appoint", "nell"]) == 0
    assert "nell may now read" in capsys.readouterr().out
    assert nell.get("/audit/").status_code == 200
    assert commands.run(["dismiss", "nell"]) == 0
    assert nell.get("/audit/").status_code == 403
    said = [one["details"] for one in records_since(before) if one["kind"] == "administered"]
    assert said == ["Appointed an auditor", "Ended an auditor's right"]


def test_doing_it_twice_changes_nothing(nell, capsys):
    commands.run(["appoint", "nell"])
    before = last_number()
    assert commands.run(["appoint", "nell"]) == 0
    assert "already" in capsys.readouterr().out
    assert records_since(before) == []


def test_nobody_is_appointed_who_has_no_account(capsys):
    assert commands.run(["appoint", "nobody"]) == 1
    assert "no account “nobody”" in capsys.readouterr().err


def test_the_demo_has_an_auditor_and_a_guardian(client, django_user_model):
    ensure_demo_accounts()
    for name, title in (("auditor", "everybody"), ("icb.guardian", "ICB QKS")):
        client.force_login(django_user_model.objects.get(username=name))
        page = client.get("/audit/")
        assert f"Audit trail of {title}" in text_of(page)
        own = text_of(client.get("/account/trail"))
        assert f"The audit trail of {title}" in own
    client.force_login(django_user_model.objects.get(username="icb.pharmacist"))
    assert client.get("/audit/").status_code == 403
