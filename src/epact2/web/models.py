"""What we know of a person beyond their account."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Profile(models.Model):
    """A person's job and home organisation, so that pages can show "your organisation" first."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile")
    job = models.CharField(max_length=100, blank=True)
    # The code, not the name: names come from the release that is being read. Empty means England.
    organisation_level = models.CharField(max_length=20, blank=True)
    organisation_code = models.CharField(max_length=12, blank=True)

    def __str__(self) -> str:
        return f"{self.user.get_username()} ({self.organisation_code or 'England'})"
