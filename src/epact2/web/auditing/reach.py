"""Whose records somebody may read: their own always, an organisation's as its Caldicott Guardian, or all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import Permission
from django.db.models import Q

from epact2.access.policy import Refused

READ_EVERY_RECORD = "auditing.read_every_record"
Guarding = Callable[[AbstractBaseUser], Iterable[str]]
_ROLES: list[Guarding] = []


@dataclass(frozen=True, slots=True)
class Reach:
    """Records of everybody, or those that concern some organisations (as “ICB QKS”)."""

    everybody: bool = False
    organisations: frozenset[str] = field(default_factory=frozenset)

    def __bool__(self) -> bool:
        return self.everybody or bool(self.organisations)

    @property
    def words(self) -> str:
        """Whose records these are, to follow “the trail of”."""
        return "everybody" if self.everybody else ", ".join(sorted(self.organisations))


def guardians_are(guarding: Guarding) -> None:
    """Whoever keeps accounts says here which organisations somebody is the Caldicott Guardian of."""
    if guarding not in _ROLES:
        _ROLES.append(guarding)


def reach_of(user: AbstractBaseUser) -> Reach:
    """Whose records, besides their own, somebody may read. Nothing without a role."""
    if not user.is_authenticated or not user.is_active:
        return Reach()
    if _holds(user, READ_EVERY_RECORD):
        return Reach(everybody=True)
    return Reach(organisations=frozenset(one for guarding in _ROLES for one in guarding(user)))


def required_reach(user: AbstractBaseUser) -> Reach:
    """As ``reach_of``. Raises Refused for whoever may read their own trail alone."""
    reach = reach_of(user)
    if not reach:
        raise Refused(
            "You may read your own audit trail, and not that of others.",
            "An organisation's trail is read by its Caldicott Guardian, everybody's by the service's "
            "auditors. Your own is on your account page.",
        )
    return reach


def _holds(user: AbstractBaseUser, right: str) -> bool:
    """Whether somebody was given a right, alone or with a group. To be a superuser is no such right: it says
    nothing about reading what people did.
    """
    app, _, name = right.partition(".")
    given = Permission.objects.filter(content_type__app_label=app, codename=name)
    return given.filter(Q(user=user) | Q(group__user=user)).exists()
