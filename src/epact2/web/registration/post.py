"""Mail: written in one place, sent through Django, kept for the demo's outbox or until it could be sent."""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, send_mail
from django.core.mail.backends.base import BaseEmailBackend

from epact2.web import config
from epact2.web.registration.models import Mail

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail, in plain text."""

    to: str
    subject: str
    body: str


class DemoOutbox(BaseEmailBackend):
    """Keeps every mail in the database, where /demo/outbox shows it. For demos, which send nothing."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep them; give their number."""
        for message in email_messages:
            for recipient in message.to:
                Mail.objects.create(recipient=recipient, subject=message.subject, body=str(message.body))
        return len(email_messages)


def send(letters: Iterable[Letter]) -> None:
    """Send letters; what cannot be sent now is kept. Call it after the transaction."""
    for letter in letters:
        if letter.to and not _sent(letter):
            Mail.objects.create(recipient=letter.to, subject=letter.subject, body=letter.body)


def send_kept() -> int:
    """Try again what could not be sent; give how many went out. A demo's outbox is left as it is."""
    if settings.CONFIG.demo:
        return 0
    gone = 0
    for kept in Mail.objects.order_by("pk"):
        if not _sent(Letter(kept.recipient, kept.subject, kept.body)):
            break
        kept.delete()
        gone += 1
    return gone


def kept_letters() -> int:
    """How many letters wait to be sent."""
    return 0 if settings.CONFIG.demo else Mail.objects.count()


def _sent(letter: Letter) -> bool:
    try:
        send_mail(f"{config.SERVICE_NAME}: {letter.subject}", letter.body, None, [letter.to])
    except (OSError, smtplib.SMTPException):
        log.exception("A mail could not be sent; it is kept and tried again by the daily work.")
        return False
    return True


def letter(to: str, name: str, subject: str, *paragraphs: str, **_: Any) -> Letter:
    """A letter with the usual beginning and end. A line of its own for each link."""
    parts = [f"Dear {name},", *paragraphs, f"{config.SERVICE_NAME}"]
    return Letter(to, subject, "\n\n".join(parts) + "\n")
