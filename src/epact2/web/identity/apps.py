"""The Django application of sign-in."""

from __future__ import annotations

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """Sign-ins, tries, tokens for programs."""

    name = "epact2.web.identity"
    label = "identity"
    verbose_name = "Identity"

    def ready(self) -> None:
        """Note every sign-in, wherever it comes from."""
        from allauth.account.signals import authentication_step_completed
        from django.contrib.auth.signals import user_logged_in, user_logged_out

        from epact2.web.identity import sign_ins

        user_logged_in.connect(sign_ins.note_sign_in, dispatch_uid="epact2-note-sign-in")
        user_logged_out.connect(sign_ins.note_sign_out, dispatch_uid="epact2-note-sign-out")
        authentication_step_completed.connect(
            sign_ins.note_shown_elsewhere, dispatch_uid="epact2-note-shown-elsewhere"
        )
