"""Mails about a person's own sign-in: a forgotten password, and changes. They hold no code and no secret."""

from __future__ import annotations

import logging
import smtplib
from typing import Any

from django.core.mail import send_mail
from django.template.loader import render_to_string

from epact2.web import config

log = logging.getLogger(__name__)


def forgotten_password(address: str, link: str) -> None:
    """The link to a new password; or, with no link, that there is no account of this address."""
    _send(
        address, "Your password", "identity/mail_forgotten_password.jinja", {"link": link, "address": address}
    )


def changed(user: Any, what: str) -> None:
    """Tell a person of a change ("A passkey was added."), so that a stranger's is noticed."""
    if user.email:
        _send(
            user.email,
            "Your sign-in has changed",
            "identity/mail_changed.jinja",
            {"what": what, "user": user},
        )


def _send(address: str, subject: str, template: str, context: dict[str, Any]) -> None:
    text = render_to_string(template, {**context, "service_name": config.SERVICE_NAME})
    try:
        send_mail(f"{config.SERVICE_NAME}: {subject}", text, None, [address])
    except (OSError, smtplib.SMTPException):
        # The page says the same either way: whether a mail went out would tell whether there is an account.
        log.exception("A mail about “%s” could not be sent.", subject)
