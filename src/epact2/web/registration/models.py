"""What is kept of requests, authorisers and grants. A right that ended stays, and says why.

Organisations are kept as level and code, with the name that they had when they were chosen: names come from
the release that is being read, codes stay.
"""

from __future__ import annotations

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.utils import timezone

from epact2.access import requests as pure
from epact2.access.authorising import AuthoriserRole
from epact2.access.eligibility import OrganisationKind
from epact2.access.grants import AccountType, Grant

USER = settings.AUTH_USER_MODEL


class OfOrganisation(models.Model):
    """What is about one organisation."""

    level = models.CharField(max_length=20)
    code = models.CharField(max_length=12)
    organisation_name = models.CharField(max_length=200, blank=True)

    class Meta:
        abstract = True

    @property
    def place(self) -> str:
        """The organisation in words: its name and code."""
        return f"{self.organisation_name} ({self.code})" if self.organisation_name else self.code


class Mailbox(models.Model):
    """An address that is somebody's, with its form for comparison (``access.persons.plain_address``)."""

    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="mailboxes")
    address = models.EmailField()
    plain = models.CharField(max_length=254, db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "address"), name="mailbox_once"),)

    def __str__(self) -> str:
        return self.address


class MadeInDemo(models.Model):
    """An account of a demo: its password is public, or its address was proven by an outbox that is.

    So it is good for nothing where the server is no demo.
    """

    user = models.OneToOneField(USER, on_delete=models.CASCADE, related_name="made_in_demo")

    def __str__(self) -> str:
        return str(self.user_id)


class AgreementVersion(models.Model):
    """A version of the user agreement that was put in force. Its text is in the repository."""

    number = models.PositiveIntegerField(primary_key=True)
    text_hash = models.CharField(max_length=64)
    published_at = models.DateTimeField(default=timezone.now)
    published_by = models.CharField(max_length=150)

    def __str__(self) -> str:
        return f"version {self.number}"


class Acceptance(models.Model):
    """Somebody accepted a version of the agreement: which text, and when."""

    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="acceptances")
    version = models.PositiveIntegerField()
    text_hash = models.CharField(max_length=64)
    accepted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "version"), name="acceptance_once"),)

    def __str__(self) -> str:
        return f"{self.user_id}: version {self.version}"


class Administrator(models.Model):
    """Somebody may administer accounts. Django's staff flag gives no such right."""

    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="administrator_rights")
    starts = models.DateField(default=timezone.localdate)
    ends = models.DateField(null=True, blank=True)
    # Null: whoever set the service up, by a command on the server.
    appointed_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.user_id} since {self.starts}"


class Authoriser(OfOrganisation):
    """Somebody authorises for an organisation in a role, at an address that was proven to be theirs."""

    user = models.ForeignKey(
        USER, on_delete=models.PROTECT, null=True, blank=True, related_name="authoriser_roles"
    )
    name = models.CharField(max_length=150)
    address = models.EmailField()
    role = models.CharField(max_length=40, choices=[(one.value, one.value) for one in AuthoriserRole])
    starts = models.DateField(default=timezone.localdate)
    ends = models.DateField(null=True, blank=True)
    appointed_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    verified_at = models.DateTimeField(null=True, blank=True)
    # Part of the link in the mail: empty once it was used.
    nonce = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = (models.Index(fields=("level", "code", "role")),)

    def __str__(self) -> str:
        return f"{self.name}, {self.role} of {self.level} {self.code}"

    @property
    def last_day(self) -> date:
        """The last day of the role; the end of time for one that has no end."""
        return self.ends or date.max


class AccessRequest(OfOrganisation):
    """Somebody asks for access: what exactly, why, and how it was decided."""

    class State(models.TextChoices):
        """Where it stands. Before its address is confirmed, nobody else hears of it."""

        UNCONFIRMED = "unconfirmed"
        WAITING = pure.State.WAITING.value
        APPROVED = pure.State.APPROVED.value
        REJECTED = pure.State.REJECTED.value
        WITHDRAWN = pure.State.WITHDRAWN.value
        EXPIRED = pure.State.EXPIRED.value

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    applicant = models.ForeignKey(
        USER, on_delete=models.PROTECT, null=True, blank=True, related_name="access_requests"
    )
    full_name = models.CharField(max_length=150)
    job = models.CharField(max_length=100)
    address = models.EmailField()
    kind = models.CharField(max_length=60, choices=[(one.value, one.value) for one in OrganisationKind])
    employer = models.CharField(max_length=200, blank=True)
    account_type = models.CharField(max_length=60, choices=[(one.value, one.value) for one in AccountType])
    months = models.PositiveSmallIntegerField()
    reason = models.TextField(max_length=2000)
    authoriser_name = models.CharField(max_length=150)
    authoriser_address = models.EmailField()
    agreement_version = models.PositiveIntegerField()
    agreement_hash = models.CharField(max_length=64)
    state = models.CharField(max_length=20, choices=State.choices, default=State.UNCONFIRMED, db_index=True)
    nonce = models.CharField(max_length=40, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decision_reason = models.TextField(max_length=2000, blank=True)

    class Meta:
        ordering = ("asked_at",)

    def __str__(self) -> str:
        return f"{self.account_type} for {self.level} {self.code} ({self.state})"

    @property
    def wanted(self) -> AccountType:
        """The account type that is asked for."""
        return AccountType(self.account_type)


class SignatureGiven(models.Model):
    """One signature under a request: by whom, in which role, and what they left of it."""

    request = models.ForeignKey(AccessRequest, on_delete=models.PROTECT, related_name="signatures")
    number = models.PositiveSmallIntegerField()
    authoriser = models.ForeignKey(Authoriser, on_delete=models.PROTECT, related_name="+")
    signed_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    account_type = models.CharField(max_length=60)
    months = models.PositiveSmallIntegerField()
    signed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("request", "number"), name="signature_once"),)

    def __str__(self) -> str:
        return f"signature {self.number} by {self.signed_by_id}"


class HeldGrant(OfOrganisation):
    """A right that somebody holds or held. ``ended_at`` is set when it ends before its last day."""

    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="held_grants")
    request = models.OneToOneField(AccessRequest, on_delete=models.PROTECT, related_name="grant")
    account_type = models.CharField(max_length=60)
    starts = models.DateField()
    ends = models.DateField()
    authorised_by = models.CharField(max_length=400)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=150, blank=True)
    why_ended = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = (models.Index(fields=("user", "ends")),)

    def __str__(self) -> str:
        return f"{self.account_type} for {self.level} {self.code}, to {self.ends}"

    @property
    def value(self) -> Grant:
        """The grant as the policy knows it."""
        return Grant(
            AccountType(self.account_type), self.level, self.code, self.starts, self.ends, self.authorised_by
        )

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.ended_at is None and self.value.holds_on(day)


class BreakGlass(OfOrganisation):
    """Single items for somebody without such a right, in an emergency: two people, an hour, then a review."""

    asked_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="emergencies")
    reason = models.TextField(max_length=2000)
    ticket = models.CharField(max_length=60)
    asked_at = models.DateTimeField(default=timezone.now)
    approved_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    review = models.TextField(max_length=2000, blank=True)

    class Meta:
        ordering = ("-asked_at",)

    def __str__(self) -> str:
        return f"{self.ticket} by {self.asked_by_id}"


class Reminder(models.Model):
    """A reminder that was sent, so that it is sent once: which one, and about which day."""

    user = models.ForeignKey(USER, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    about = models.DateField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "kind", "about"), name="reminder_once"),)

    def __str__(self) -> str:
        return f"{self.kind} to {self.user_id}"


class Mail(models.Model):
    """A letter that the demo shows instead of sending it, or one that still has to be sent."""

    recipient = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.subject


class Event(models.Model):
    """One line of the history: what happened, by whom, to whom. No text that anybody typed about patients."""

    happened_at = models.DateTimeField(default=timezone.now)
    kind = models.CharField(max_length=60)
    by = models.CharField(max_length=150)
    about = models.CharField(max_length=150, blank=True, db_index=True)
    request = models.UUIDField(null=True, db_index=True)
    words = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.kind} by {self.by}"
