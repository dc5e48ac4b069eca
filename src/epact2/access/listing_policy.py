"""Who may list which single items and patients: the decisions of ``policy`` as scopes of rows."""

from __future__ import annotations

from dataclasses import replace

from epact2.access.figures import CONTROLLED, Figures, is_controlled, windows_are_controlled
from epact2.access.policy import (
    OPEN_ITEMS,
    Action,
    Refused,
    Whose,
    decide,
    exact_grants,
    own_words,
    practices_of,
)
from epact2.access.policy_tables import Grain
from epact2.access.territory import territory
from epact2.access.viewer import Viewer
from epact2.model.items import CD_SCHEDULE, PATIENT
from epact2.query.grains import conjuncts
from epact2.query.listing import Listing, ListingRows
from epact2.query.nodes import AllOf, OneOf, Selection
from epact2.query.scope import Scope
from epact2.store.directory import Directory


def require_listings(viewer: Viewer) -> None:
    """Refuse whoever may list no items or patients at all, before anything is read. Raises Refused."""
    decision = decide(viewer, Action.LIST, Grain.PATIENT, Figures.CLOSED, Whose.OWN, controlled_only=True)
    if not decision.is_allowed:
        raise Refused(decision.reason, decision.advice)


def within_rights(viewer: Viewer, listing: Listing) -> Listing:
    """The listing, limited to controlled drugs where that is all that the viewer may list."""
    grain = Grain.PATIENT if _shows_patients(listing) else Grain.ITEM

    def allowed(*, controlled_only: bool) -> bool:
        return decide(
            viewer, Action.LIST, grain, Figures.CLOSED, Whose.OWN, controlled_only=controlled_only
        ).is_allowed

    if is_controlled(listing.where) or allowed(controlled_only=False) or not allowed(controlled_only=True):
        return listing
    return replace(listing, where=AllOf((*conjuncts(listing.where), OneOf(CD_SCHEDULE, CONTROLLED))))


def scope_for_listing(
    viewer: Viewer, listing: Listing, directory: Directory, *, action: Action = Action.LIST, purpose: str = ""
) -> Scope:
    """The scope in which a viewer's listing of items or patients is given. Raises Refused."""
    grain = Grain.PATIENT if _shows_patients(listing) else Grain.ITEM
    controlled = _is_controlled(listing)
    decision = decide(
        viewer, action, grain, Figures.CLOSED, Whose.OWN, controlled_only=controlled, purpose=purpose
    )
    if not decision.is_allowed:
        raise Refused(decision.reason, decision.advice)
    if viewer.may_list_items:
        return OPEN_ITEMS
    exact = exact_grants(viewer, action, grain, Figures.CLOSED, controlled_only=controlled, purpose=purpose)
    mine = territory(exact, directory)
    if not mine.practices & practices_of(listing.where, directory):
        others = decide(viewer, action, grain, Figures.CLOSED, Whose.OTHERS, purpose=purpose)
        raise Refused(others.reason, others.advice)
    return mine.scope(own_words(exact, directory))


def may_list(viewer: Viewer, directory: Directory, where: Selection, *, wholly: bool = False) -> bool:
    """Whether a door to the items of a selection is worth showing to a viewer, who then lists those of the
    viewer's own practices. ``wholly``: only where that is all of them, as beneath a number that counts all.
    """
    controlled = is_controlled(where)
    decision = decide(viewer, Action.LIST, Grain.ITEM, Figures.CLOSED, Whose.OWN, controlled_only=controlled)
    if not decision.is_allowed:
        return False
    if viewer.may_list_items:
        return True
    exact = exact_grants(viewer, Action.LIST, Grain.ITEM, Figures.CLOSED, controlled_only=controlled)
    own, wanted = territory(exact, directory).practices, practices_of(where, directory)
    return bool(own & wanted) and (not wholly or wanted <= own)


def _shows_patients(listing: Listing) -> bool:
    of_patients = listing.rows is ListingRows.PATIENTS or PATIENT in listing.columns
    return of_patients or listing.condition is not None  # a condition tells what patients had


def _is_controlled(listing: Listing) -> bool:
    """Whether a listing shows, and looks at, controlled drugs alone."""
    return is_controlled(listing.where) and (
        listing.condition is None or windows_are_controlled(listing.condition)
    )
