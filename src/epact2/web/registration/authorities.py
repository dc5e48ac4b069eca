"""Authorisers' roles, and the chain of who gave what to whom, as ``access.authorising`` takes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from epact2.access.authorising import AuthoriserRole, Authority, Given, Signature, signatures
from epact2.access.grants import AccountType
from epact2.access.persons import Person
from epact2.model.organisations import ENGLAND, ENGLAND_CODE
from epact2.web.registration.models import Administrator, Authoriser, HeldGrant
from epact2.web.registration.persons import accounts_of, identity_of


def roles_in_force(day: date) -> QuerySet[Authoriser]:
    """The roles that are held on a day by people whose addresses were proven."""
    return (
        Authoriser.objects.filter(verified_at__isnull=False, user__is_active=True, starts__lte=day)
        .filter(Q(ends__isnull=True) | Q(ends__gte=day))
        .select_related("user", "appointed_by")
    )


def authorities_of(users: Iterable[Any], day: date) -> tuple[Authority, ...]:
    """The roles of some people in force on a day."""
    persons = {user.pk: identity_of(user) for user in users}
    return tuple(
        authority(one, persons[one.user_id]) for one in roles_in_force(day).filter(user_id__in=persons)
    )


def authority(row: Authoriser, person: Person) -> Authority:
    """A role as the rules know it."""
    by = row.appointed_by.get_username() if row.appointed_by else ""
    return Authority(person, AuthoriserRole(row.role), row.level, row.code, row.starts, row.last_day, by)


def able_to_sign(account_type: AccountType, level: str, code: str, day: date) -> QuerySet[Authoriser]:
    """The roles that may give one of a type's signatures for an organisation."""
    wanted = Q(pk__in=())
    for signature in signatures(account_type):
        wanted |= Q(role__in=[str(role) for role in signature.roles]) & of_place(signature, level, code)
    return roles_in_force(day).filter(wanted)


def of_place(signature: Signature, level: str, code: str) -> Q:
    """The organisation whose role a signature needs."""
    return Q(level=ENGLAND, code=ENGLAND_CODE) if signature.of_england else Q(level=level, code=code)


def guarded_by(user: Any) -> tuple[str, ...]:
    """The organisations ("ICB QKS") whose Caldicott Guardian somebody is: they read its audit trail."""
    roles = roles_in_force(timezone.localdate()).filter(
        user=user, role=str(AuthoriserRole.CALDICOTT_GUARDIAN)
    )
    return tuple(f"{one.level} {one.code}" for one in roles)


def chain_above(users: Iterable[Any], day: date) -> tuple[Given, ...]:
    """Everything in force that leads to some people's rights: grants, roles, administrators' rights.

    Followed upwards from them, and through every account of the same person, so that it stays small however
    many people there are.
    """
    found: list[Given] = []
    seen: set[int] = set()
    waiting = list(users)
    while waiting:
        account = waiting.pop()
        if account.pk in seen:
            continue
        for user in accounts_of(account):
            if user.pk in seen:
                continue
            seen.add(user.pk)
            receiver = identity_of(user)
            for giver in _givers(user, day):
                found.append(Given(identity_of(giver), receiver))
                waiting.append(giver)
    return tuple(found)


def _givers(user: Any, day: date) -> set[Any]:
    """Who gave this account the rights and roles that it holds on a day."""
    givers = {
        signature.signed_by
        for grant in HeldGrant.objects.filter(
            user=user, ended_at__isnull=True, starts__lte=day, ends__gte=day
        )
        for signature in grant.request.signatures.select_related("signed_by")
    }
    roles = Authoriser.objects.filter(user=user, starts__lte=day).filter(
        Q(ends__isnull=True) | Q(ends__gte=day)
    )
    rights = Administrator.objects.filter(user=user).filter(Q(ends__isnull=True) | Q(ends__gte=day))
    for row in (*roles.select_related("appointed_by"), *rights.select_related("appointed_by")):
        if row.appointed_by is not None:
            givers.add(row.appointed_by)
    return givers
