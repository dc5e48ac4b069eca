"""Who somebody is: their account, the addresses that are theirs, and the NHS identities they sign in with."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from epact2.access.persons import Person, plain_address
from epact2.web.registration.models import MadeInDemo, Mailbox


def identity_of(user: Any) -> Person:
    """A person as the rules compare them."""
    addresses = frozenset(user.mailboxes.values_list("address", flat=True))
    return Person(user.get_username(), addresses, _subjects(user))


def _subjects(user: Any) -> frozenset[str]:
    """The identifiers of NHS CIS2 and others that sign in to this account, once such sign-in is set up."""
    if not apps.is_installed("allauth.socialaccount"):
        return frozenset()
    known = apps.get_model("socialaccount", "SocialAccount").objects.filter(user=user)
    return frozenset(f"{provider}:{uid}" for provider, uid in known.values_list("provider", "uid"))


def add_mailbox(user: Any, address: str) -> None:
    """Note that an address is somebody's."""
    Mailbox.objects.get_or_create(user=user, address=address, defaults={"plain": plain_address(address)})


def note_address(sender: Any, instance: Any, **_: Any) -> None:
    """Keep an account's own address, whichever way it came into the account."""
    if instance.email:
        add_mailbox(instance, instance.email)


def mark_if_demo(user: Any) -> None:
    """Mark an account that is made on a demo, where anybody can read the mails that prove an address."""
    if settings.CONFIG.demo:
        MadeInDemo.objects.get_or_create(user=user)


def was_made_in_demo(user: Any) -> bool:
    """Whether an account was made on a demo."""
    return MadeInDemo.objects.filter(user_id=user.pk).exists()


def account_with_address(address: str) -> Any | None:
    """The account that an address belongs to, to the letter; None when nobody has it."""
    box = Mailbox.objects.filter(address__iexact=address.strip()).select_related("user").first()
    return box.user if box else None


def accounts_of(user: Any) -> QuerySet[Any]:
    """Every account of the same person, their own included: those with the same address or NHS identity."""
    users = get_user_model().objects
    plain = user.mailboxes.values_list("plain", flat=True)
    same = set(users.filter(mailboxes__plain__in=list(plain)).values_list("pk", flat=True))
    if apps.is_installed("allauth.socialaccount"):
        known = apps.get_model("socialaccount", "SocialAccount").objects
        for provider, uid in known.filter(user=user).values_list("provider", "uid"):
            same.update(known.filter(provider=provider, uid=uid).values_list("user_id", flat=True))
    return users.filter(pk__in={user.pk, *same})
