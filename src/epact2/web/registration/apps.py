"""The Django application of accounts and access."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.auth import get_user_model
from django.db.models.signals import post_save


class RegistrationConfig(AppConfig):
    """Requests, grants, authorisers, the agreement, and their history."""

    name = "epact2.web.registration"
    label = "registration"
    verbose_name = "Accounts and access"

    def ready(self) -> None:
        """Keep what we know of people's addresses in step with their accounts."""
        from epact2.web.registration.persons import note_address

        post_save.connect(note_address, sender=get_user_model(), dispatch_uid="registration-address")
