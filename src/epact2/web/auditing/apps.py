"""The Django application of the audit trail."""

from __future__ import annotations

from django.apps import AppConfig


class AuditingConfig(AppConfig):
    """The trail, its pages, and what it hears from Django about signing in."""

    name = "epact2.web.auditing"
    label = "auditing"
    verbose_name = "Audit trail"

    def ready(self) -> None:
        """Hear of everyone who signs in or out."""
        from epact2.web.auditing import signing_in

        signing_in.listen()
