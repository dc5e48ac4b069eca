"""Where parts of the site that are made apart from this one are joined to it."""

from __future__ import annotations

from typing import Any

from epact2.access.persons import Person

try:
    from epact2.web.identity.step_up import step_up_required
except ImportError:

    def step_up_required(view: Any) -> Any:  # until sign-in asks for a second factor again
        """The view as it is."""
        return view


try:
    from epact2.web.registration.persons import identity_of
except ImportError:

    def identity_of(user: Any) -> Person:  # until accounts have addresses and NHS identities of their own
        """A person as the rules compare them: the account and its address."""
        return Person(user.get_username(), frozenset({user.email} if user.email else ()))


__all__ = ["identity_of", "step_up_required"]
