"""Who may see what.

Everything that is loaded today is open data, so there is one rule: whoever has signed in sees practice level
for all of England; nobody else sees anything. Every question passes here, so that finer rules have one place.
"""

from __future__ import annotations

from epact2.access.viewer import Viewer
from epact2.errors import Epact2Error
from epact2.query.nodes import Query
from epact2.query.scope import ALL_OF_ENGLAND, Scope


class Refused(Epact2Error):
    """The viewer may not see this answer; the message is the reason."""


def scope_for(viewer: Viewer, query: Query) -> Scope:
    """The scope in which a viewer's question is answered. Raises Refused.

    ``query`` takes no part in the rule for open data; rules for items and patients will look at it.
    """
    del query
    if not viewer.is_known:
        raise Refused("You have not signed in.", "Sign in to see prescribing data.")
    return ALL_OF_ENGLAND
