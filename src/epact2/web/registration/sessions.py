"""Ending everything that somebody has open: an open page stops working at its next request."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone


def end_sessions(user: Any) -> int:
    """End every session of a person at once; give how many. Tokens for programs end, too.

    The session table does not know whose a session is, so all that are alive are read: some microseconds
    each, and only where access is withdrawn.
    """
    if apps.is_installed("epact2.web.identity"):
        import_module("epact2.web.identity.sign_ins").end_all(user)
    store = import_module(settings.SESSION_ENGINE).SessionStore
    ended = 0
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            store(session.session_key).delete()
            ended += 1
    return ended
