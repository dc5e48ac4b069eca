"""What is kept of sign-ins: those in force, failed tries, and tokens for programs. No password, no code."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class SignIn(models.Model):
    """One sign-in in force: a browser's session, with what was shown and when it ends.

    A session without its row is nobody's: deleting the row ends the sign-in at the next request.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, unique=True)
    began_at = models.DateTimeField(default=timezone.now)
    # The last request, exact to half a minute on the early side.
    seen_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    # When the person last showed a password or a second factor: what step-up looks at.
    confirmed_at = models.DateTimeField(default=timezone.now)
    # By which second factor; empty for a password alone.
    second_factor = models.CharField(max_length=40, blank=True)
    # By what: "password", or the name of an identity provider.
    method = models.CharField(max_length=40)
    device = models.CharField(max_length=100, blank=True)
    # The identity provider's name for its own session, so that it can end this one (``sid``).
    provider_session = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ("began_at", "pk")

    def __str__(self) -> str:
        return f"{self.user_id} since {self.began_at:%Y-%m-%d %H:%M}"


class Tries(models.Model):
    """Failed tries of one kind against one account or from one network, named by a keyed hash."""

    key = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()
    open_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.failures} failures, open at {self.open_at:%Y-%m-%d %H:%M:%S}"


class ApiToken(models.Model):
    """A person's token for programs. Only its hash is kept; its first letters tell it from others."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60)
    start = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    # Whether it may list items and patients: then it lasts no longer than a sign-in does.
    for_items = models.BooleanField(default=False)
    made_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("made_at", "pk")

    def __str__(self) -> str:
        return f"{self.start}… of {self.user_id}, until {self.ends_at:%Y-%m-%d}"
