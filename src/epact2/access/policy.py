"""Who may see what.

Sums are for whoever has signed in: practice level for all of England, counts of patients too. Rows of single
items and patients are for those to whom listings are open. Nobody else sees anything. Every question and
every listing passes here, so that finer rules have one place.
"""

from __future__ import annotations

from epact2.access.viewer import Viewer
from epact2.errors import Epact2Error
from epact2.query.listing import Listing
from epact2.query.nodes import Query
from epact2.query.scope import ALL_OF_ENGLAND, Scope

OPEN_ITEMS = Scope(
    reason="Listings of items and patients are open to everyone here (EPACT2_UNSAFE_OPEN_ITEMS)."
)


class Refused(Epact2Error):
    """The viewer may not see this answer; the message is the reason."""


def scope_for(viewer: Viewer, query: Query) -> Scope:
    """The scope in which a viewer's question is answered. Raises Refused.

    ``query`` takes no part in today's rule: finer ones will look at it.
    """
    del query
    _known(viewer)
    return ALL_OF_ENGLAND


def scope_for_listing(viewer: Viewer, listing: Listing) -> Scope:
    """The scope in which a viewer's listing of items or patients is given. Raises Refused.

    ``listing`` takes no part in today's rule, as in ``scope_for``.
    """
    del listing
    require_open_listings(viewer)
    return OPEN_ITEMS


def require_open_listings(viewer: Viewer) -> None:
    """Refuse whoever may list no items or patients at all, before anything is read. Raises Refused."""
    _known(viewer)
    if not viewer.may_list_items:
        raise Refused(
            "Listings of single items and patients are closed.",
            "They need rights that accounts do not carry yet. With invented data, or on a machine of your "
            "own, set EPACT2_UNSAFE_OPEN_ITEMS=1 for the server or the command.",
        )


def _known(viewer: Viewer) -> None:
    if not viewer.is_known:
        raise Refused("You have not signed in.", "Sign in to see prescribing data.")
