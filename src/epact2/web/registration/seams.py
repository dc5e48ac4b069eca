"""Where parts of the site that are made apart from this one are joined to it."""

from __future__ import annotations

from typing import Any

try:
    from epact2.web.identity.step_up import step_up_required
except ImportError:

    def step_up_required(view: Any) -> Any:  # until sign-in asks for a second factor again
        """The view as it is."""
        return view


__all__ = ["step_up_required"]
