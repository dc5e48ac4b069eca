"""Journeys of registration for tests: fill in the pages, open the mails, appoint authorisers."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from epact2.access.authorising import AuthoriserRole
from epact2.access.eligibility import OrganisationKind
from epact2.access.grants import AccountType
from epact2.access.requests import Decision
from epact2.web.registration import asking, deciding
from epact2.web.registration.models import AccessRequest, Authoriser, Mail
from support.people import admitted

NEW_PASSWORD = "a new and rather long password"
ANSWERS = {
    "you": {"full_name": "Test Person (invented)", "job": "Pharmacist", "address": "test.person@nhs.net"},
    "kind": {"kind": "ICB", "employer": ""},
    "organisation": {"place": "QKS", "place_text": ""},
    "access": {"account_type": "prescriber level"},
    "reason": {
        "reason": "Reviews of high-dose opioids.",
        "authoriser_name": "A Guardian (invented)",
        "authoriser_address": "guardian@nhs.net",
    },
    "agreement": {"agree": "on"},
}


def fill_in(client: Client, name: str, **changed: str) -> Any:
    """Open a page of the journey and send it with the usual answers, some of them changed."""
    address = reverse("register-step", args=[name])
    page = client.get(address)
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode()))
    return client.post(address, {**hidden, **ANSWERS.get(name, {}), **changed})


def register(client: Client, **changed: dict[str, str]) -> Any:
    """Go through all pages and send the request; the last response."""
    for name in ANSWERS:
        response = fill_in(client, name, **changed.get(name, {}))
        assert response.status_code == 302, (name, response.content.decode()[:2000])
    return fill_in(client, "check")


def link_in_newest_mail(to: str) -> str:
    """The path of the link in the newest mail to an address."""
    letter = Mail.objects.filter(recipient=to).first()
    assert letter is not None, f"no mail to {to}"
    found = re.search(r"https?://[^/\s]+(/\S*)", letter.body)
    assert found is not None, letter.body
    return found[1]


def authoriser(
    name: str = "guardian",
    role: AuthoriserRole = AuthoriserRole.CALDICOTT_GUARDIAN,
    level: str = "ICB",
    code: str = "QKS",
    **more: Any,
) -> Any:
    """An account that holds a role, confirmed and not ended."""
    user = admitted(name, email=more.pop("email", f"{name}@nhs.net"), first_name=name.title())
    give_role(user, role, level, code)
    return user


def give_role(user: Any, role: AuthoriserRole, level: str = "ICB", code: str = "QKS") -> Authoriser:
    """A role for an account."""
    return Authoriser.objects.create(
        user=user, name=user.username, address=user.email, role=str(role), level=level, code=code,
        verified_at=timezone.now(),
    )  # fmt: skip


def asked_by(
    user: Any,
    account_type: AccountType = AccountType.PRESCRIBER_LEVEL,
    kind: OrganisationKind = OrganisationKind.ICB,
    level: str = "ICB",
    code: str = "QKS",
) -> AccessRequest:
    """A request that waits, of somebody with an account."""
    wanted = asking.Asked(
        full_name=user.get_full_name() or user.username, job="Pharmacist", address=user.email, kind=kind,
        employer="", level=level, code=code, organisation_name="Kent and Medway", account_type=account_type,
        months=12, reason="Reviews.", authoriser_name="A Guardian", authoriser_address="other@nhs.net",
    )  # fmt: skip
    return asking.ask(wanted, user)


def decided(request: AccessRequest, by: Any, decision: Decision | None = None) -> AccessRequest:
    """What becomes of a request when somebody decides it as it was shown."""
    request = AccessRequest.objects.get(pk=request.pk)
    offered = deciding.as_value(request).offered
    return deciding.decide(request.pk, by, decision or Decision(*offered), deciding.what_is_shown(request))


def shown_on(page: Any) -> str:
    """The fingerprint of what an authoriser's page shows."""
    found = re.search(r'name="shown" value="([^"]+)"', page.content.decode())
    assert found is not None, page.content.decode()[:3000]
    return found[1]
