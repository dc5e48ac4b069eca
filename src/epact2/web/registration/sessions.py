"""Ending everything that somebody has open: an open page stops working at its next request."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone


def end_sessions(user: Any) -> int:
    """End every sign-in of a person at once; give how many. Tokens for programs end, too.

    Sessions that no sign-in knows of are ended as well. Their table does not say whose they are, so all that
    are alive are read: some microseconds each, and only where access is withdrawn.
    """
    from epact2.web.identity import sign_ins  # which knows accounts, and they know grants

    ended: int = sign_ins.end_all(user)
    store = import_module(settings.SESSION_ENGINE).SessionStore
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get(SESSION_KEY) == str(user.pk):
            store(session.session_key).delete()
            ended += 1
    return ended
