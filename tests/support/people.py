"""People with accounts, for tests: they accepted the agreement, and hold access where it is said."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from epact2.access.eligibility import OrganisationKind
from epact2.access.grants import AccountType
from epact2.access.life import end_after
from epact2.model.organisations import ENGLAND, ENGLAND_CODE
from epact2.web.registration import agreement_text
from epact2.web.registration.models import AccessRequest, HeldGrant

PASSWORD = "a-password-for-tests"


def admitted(name: str = "nia", *, password: str = PASSWORD, email: str = "", **more: Any) -> Any:
    """An account that has accepted the agreement in force. It holds no grant."""
    user = get_user_model().objects.create_user(name, email, password, **more)
    accept(user)
    return user


def accept(user: Any) -> None:
    """Accept the agreement in force."""
    agreement = agreement_text.in_force()
    agreement_text.accept(user, agreement.number, agreement.text_hash)


def granted(
    user: Any,
    account_type: AccountType = AccountType.NATIONAL,
    level: str = ENGLAND,
    code: str = ENGLAND_CODE,
    *,
    starts: date | None = None,
    months: int = 12,
) -> HeldGrant:
    """A grant, put straight into the database: for tests of what a grant shows, not of how it is come by."""
    agreement = agreement_text.in_force()
    first = starts or timezone.localdate()
    request = AccessRequest.objects.create(
        applicant=user, full_name=user.get_full_name() or user.username, job="Tester", address="t@nhs.net",
        kind=str(OrganisationKind.NATIONAL_BODY), level=level, code=code, account_type=str(account_type),
        months=months, reason="For a test.", authoriser_name="A", authoriser_address="a@nhs.net",
        agreement_version=agreement.number, agreement_hash=agreement.text_hash,
        state=AccessRequest.State.APPROVED, asked_at=timezone.now() - timedelta(days=1),
    )  # fmt: skip
    return HeldGrant.objects.create(
        user=user, request=request, account_type=str(account_type), level=level, code=code, starts=first,
        ends=end_after(first, months), authorised_by="somebody.else",
    )  # fmt: skip


def reader_of_england(name: str = "nia", *, password: str = PASSWORD) -> Any:
    """Somebody who may ask about all of England: for tests of pages, whose matter is not access."""
    user = admitted(name, password=password)
    granted(user)
    return user
