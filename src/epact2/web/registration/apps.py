"""The Django application of accounts and access."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.auth import get_user_model
from django.db.models.signals import post_save, pre_save


class RegistrationConfig(AppConfig):
    """Requests, grants, authorisers, the agreement, and their history."""

    name = "epact2.web.registration"
    label = "registration"
    verbose_name = "Accounts and access"

    def ready(self) -> None:
        """Keep people's addresses in step with their accounts, and tell the audit who guards what."""
        from epact2.web.auditing.reach import guardians_are
        from epact2.web.registration.authorities import guarded_by
        from epact2.web.registration.grants import note_sign_in
        from epact2.web.registration.persons import note_address

        post_save.connect(note_address, sender=get_user_model(), dispatch_uid="registration-address")
        pre_save.connect(note_sign_in, sender=get_user_model(), dispatch_uid="registration-sign-in")
        guardians_are(guarded_by)
