"""Ending everything that somebody has open: an open page stops working at its next request."""

from __future__ import annotations

from typing import Any

from epact2.web.identity import sign_ins


def end_sessions(user: Any) -> int:
    """End every sign-in of a person at once; give how many. Tokens for programs end, too.

    A session without a sign-in is nobody's, so nothing else can be open.
    """
    return sign_ins.end_all(user)
