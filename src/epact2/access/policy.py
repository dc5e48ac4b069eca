"""Who may see what. Every question and every listing passes here; what no table allows is refused.

``decide`` reads the tables for one action. ``ruling`` turns its decisions into the scope in which an engine
answers: all of England, a viewer's own practices, or the sealed figures that are the same for everybody.
``listing_policy`` does so for rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from epact2.access.figures import (
    Asked,
    Figures,
    asked_by,
)
from epact2.access.grants import AccountType, Grant
from epact2.access.policy_tables import EVERY_RIGHT, Grain, Rights, Sight, tables
from epact2.access.territory import Territory, practices_selected, territory
from epact2.access.viewer import Viewer
from epact2.errors import Epact2Error
from epact2.model.place_names import place_name
from epact2.query.grains import split
from epact2.query.nodes import Query, Selection
from epact2.query.scope import ALL_OF_ENGLAND, SEALED_FIGURES, Scope
from epact2.store.directory import Directory

OPEN_ITEMS = Scope(reason="Items and patients are open to everyone here (EPACT2_UNSAFE_OPEN_ITEMS).")
_ALL_EXACT = Scope(reason="Exact figures of all of England.")


class Refused(Epact2Error):
    """The viewer may not see this answer; the message is the reason."""


class Action(Enum):
    """What is done with an answer. A bespoke question needs the right to create analyses."""

    STANDARD = "standard report"
    ANALYSE = "create analysis"
    LIST = "list items and patients"
    EXPORT = "export"

    def __str__(self) -> str:
        return self.value


class Whose(Enum):
    """Of which organisations a figure is."""

    OWN = "own"
    OTHERS = "others"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Decision:
    """What is decided: the sight (NONE is a refusal), why, what to do instead, by which grant and tables."""

    sight: Sight
    reason: str
    advice: str = ""
    grant: Grant | None = None
    policy: str = ""

    @property
    def is_allowed(self) -> bool:
        """Whether anything is seen."""
        return self.sight is not Sight.NONE


@dataclass(frozen=True, slots=True)
class Ruling:
    """How a question is answered for a viewer.

    ``scope`` is that of the answer. ``own`` is a second one: where the answer is sealed, rows of
    organisations that are wholly the viewer's own are given exactly, from this scope. ``note`` tells readers.
    """

    scope: Scope
    own: Scope | None = None
    note: str = ""
    decision: Decision | None = None  # the one that gave most

    @property
    def seen(self) -> tuple[Scope, Scope | None, str]:
        """What the answer depends on: equal for viewers who see the same."""
        return self.scope, self.own, self.note

    def lines(self) -> tuple[str, ...]:
        """What was decided, as lines that begin with a word each."""
        assert self.decision is not None
        return (
            f"Sight      {self.decision.sight}: {self.decision.reason}",
            f"Scope      {self.scope.reason}",
            *((f"Own        exact for {self.own.reason}",) if self.own else ()),
            *((f"Note       {self.note}",) if self.note else ()),
            f"Policy     {self.decision.policy}",
        )


def decide(
    viewer: Viewer,
    action: Action,
    grain: Grain,
    figures: Figures,
    whose: Whose,
    *,
    controlled_only: bool = False,
    purpose: str = "",
) -> Decision:
    """What a viewer sees, by the tables: the best that any grant in force gives.

    ``whose`` has been judged before, at the month of the data and today (``access.territory``);
    ``controlled_only`` says that all that is asked for is of controlled drugs. The purpose is needed where
    the rights say so, of lists of items.
    """
    version = tables().version
    if not viewer.is_known:
        return Decision(
            Sight.NONE, "You have not signed in.", "Sign in to see prescribing data.", None, version
        )
    if viewer.may_list_items:
        return Decision(Sight.EXACT, OPEN_ITEMS.reason, policy=version)
    if viewer.is_operator:
        return _for_operator(grain, version)
    if not viewer.grants:
        return Decision(
            Sight.NONE,
            "Your account has no access yet.",
            "Ask for access on your account page; an authoriser of your organisation decides.",
            None,
            version,
        )
    found = [
        _by_grant(grant, action, grain, figures, whose, controlled_only, purpose, version)
        for grant in viewer.grants
    ]
    return max(found, key=lambda one: _OPENNESS[one.sight])


_OPENNESS = {Sight.NONE: 0, Sight.SEALED: 1, Sight.CONTROLLED_DRUGS: 2, Sight.EXACT: 3}


def _for_operator(grain: Grain, version: str) -> Decision:
    """Who can read the store's files can work out every sum: only rows of people stay shut without a word."""
    if grain in (Grain.ITEM, Grain.PATIENT):
        return Decision(
            Sight.NONE,
            "Listings of single items and patients are closed on the command line.",
            "On a machine of your own, or with invented data, set EPACT2_UNSAFE_OPEN_ITEMS=1.",
            None,
            version,
        )
    return Decision(Sight.EXACT, "the operator of the machine", policy=version)


def _by_grant(
    grant: Grant,
    action: Action,
    grain: Grain,
    figures: Figures,
    whose: Whose,
    controlled_only: bool,
    purpose: str,
    version: str,
) -> Decision:
    """What one grant gives."""
    rights = tables().rights[grant.account_type]
    given = f"{grant.account_type} access"

    def refused(reason: str, advice: str) -> Decision:
        return Decision(Sight.NONE, reason, advice, grant, version)

    if action is Action.ANALYSE and not rights.create_analysis:
        return refused(
            f"Your {given} does not include analyses of your own.",
            "Use the pages of organisations, medicines and comparators, or ask for a type of access with "
            "analysis on your account page.",
        )
    sight = tables().sight[grant.account_type, grain, whose is Whose.OWN]
    of_rows = grain in (Grain.ITEM, Grain.PATIENT)
    limit = rights.item_export_rows if of_rows else rights.export_rows
    taken = action is Action.EXPORT and sight is not Sight.NONE  # what is not seen is refused as such, below
    if taken and not limit:
        return refused(f"Your {given} does not include downloads of this.", "Read it on the page.")
    if taken and of_rows and rights.purpose_for_items and not purpose.strip():
        return refused(
            "A download of items needs its purpose.", "Say in a few words what it is for; it is recorded."
        )
    of_organisations = grain in (Grain.NATIONAL, Grain.LOCAL, Grain.PRACTICE)
    if figures is Figures.OPEN and of_organisations and sight is not Sight.NONE:
        return Decision(Sight.EXACT, "these figures are published for every practice", "", grant, version)
    if sight is Sight.CONTROLLED_DRUGS:
        if controlled_only:
            return Decision(Sight.EXACT, f"{given}: controlled drugs", "", grant, version)
        beside = tables().sight[grant.account_type, grain, False]
        return Decision(
            beside,
            f"Your {given} shows exact figures of controlled drugs alone.",
            "Limit the question to controlled drug schedules 1 to 5.",
            grant,
            version,
        )
    if sight is Sight.NONE:
        if tables().sight[grant.account_type, grain, True] is Sight.NONE:
            return refused(f"Your {given} does not show {_WHAT[grain]}.", _ASK_FOR_MORE)
        return refused(
            f"Your {given} does not show {_WHAT[grain]} of organisations that are not your own.",
            "Ask about your own organisation, or for figures of practices and wider.",
        )
    shows = "published figures of these" if sight is Sight.SEALED else "these exactly"
    return Decision(sight, f"your {given} shows {shows}", "", grant, version)


_WHAT = {
    Grain.NATIONAL: "these figures",
    Grain.LOCAL: "these figures",
    Grain.PRACTICE: "these figures",
    Grain.PRESCRIBER: "prescribers, dispensers and other details of items",
    Grain.ITEM: "single items",
    Grain.PATIENT: "patients",
}
_ASK_FOR_MORE = "Ask for a type of access that does on your account page."


# --- Questions --------------------------------------------------------------------------------------------


def ruling(viewer: Viewer, query: Query, directory: Directory, action: Action = Action.ANALYSE) -> Ruling:
    """How a viewer's question is answered. Raises Refused.

    Without a word it is a bespoke analysis, which needs most.
    """
    asked = asked_by(query, directory)
    if asked.figures is Figures.OPEN:
        decision = _decided(viewer, action, asked, Whose.OTHERS)
        if not decision.is_allowed:
            raise Refused(decision.reason, decision.advice)
        return Ruling(ALL_OF_ENGLAND, decision=decision)
    of_others = _decided(viewer, action, asked, Whose.OTHERS)
    if of_others.sight is Sight.EXACT:
        return Ruling(_ALL_EXACT, decision=of_others)
    of_own = _decided(viewer, action, asked, Whose.OWN)
    exact = exact_grants(viewer, action, asked.grain, asked.figures, controlled_only=asked.controlled_only)
    mine = territory(exact, directory)
    wanted = practices_of(query.where, directory) if mine.practices else frozenset()
    words = own_words(exact, directory)
    if mine.practices and wanted <= mine.practices:
        return Ruling(mine.scope(words), note=_moved_words(mine, wanted), decision=of_own)
    if of_others.sight is Sight.SEALED:
        own = mine.scope(words) if mine.practices else None
        return Ruling(SEALED_FIGURES, own, decision=of_others)
    if mine.practices & wanted:
        return Ruling(mine.scope(words), note=f"Only of what is your own: {words}.", decision=of_own)
    refusal = of_own if not of_own.is_allowed else of_others
    raise Refused(_refusal(refusal, asked), refusal.advice)


def _decided(viewer: Viewer, action: Action, asked: Asked, whose: Whose) -> Decision:
    return decide(viewer, action, asked.grain, asked.figures, whose, controlled_only=asked.controlled_only)


def _refusal(decision: Decision, asked: Asked) -> str:
    return f"{decision.reason} The question asks for them, as {asked.because}."


def exact_grants(
    viewer: Viewer,
    action: Action,
    grain: Grain,
    figures: Figures,
    *,
    controlled_only: bool = False,
    purpose: str = "",
) -> tuple[Grant, ...]:
    """The grants that show this exactly of their own organisations.

    Only of theirs: what a practice's account shows of the practice is not shown of the ICB for which the same
    person answers for controlled drugs.
    """
    version = tables().version

    def shows(grant: Grant) -> bool:
        found = _by_grant(grant, action, grain, figures, Whose.OWN, controlled_only, purpose, version)
        return found.sight is Sight.EXACT

    return tuple(filter(shows, viewer.grants))


def own_territory(viewer: Viewer, directory: Directory) -> Territory:
    """The practices of which the viewer sees anything exactly, by any grant."""
    seeing = [one for one in viewer.grants if _sees_own(one.account_type)]
    return territory(seeing, directory)


def _sees_own(account_type: AccountType) -> bool:
    own = (tables().sight[account_type, grain, True] for grain in Grain)
    return any(sight in (Sight.EXACT, Sight.CONTROLLED_DRUGS) for sight in own)


def practices_of(where: Selection, directory: Directory) -> frozenset[str]:
    """The practices that a selection can mean today."""
    _, organisation, _ = split(where)
    return practices_selected(organisation, directory)


def own_words(grants: Iterable[Grant], directory: Directory) -> str:
    """The organisations of some grants by name."""
    return ", ".join(dict.fromkeys(_name(one, directory) for one in grants))


def _name(grant: Grant, directory: Directory) -> str:
    return place_name(directory.organisation_name(grant.level, grant.code))


def _moved_words(mine: Territory, wanted: Iterable[str]) -> str:
    moved = {one.practice for one in mine.absences} & set(wanted)
    if not moved:
        return ""
    said = f"{len(moved)} practices that joined count" if len(moved) > 1 else "A practice that joined counts"
    return f"{said} from the month of joining."


# --- What is refused before anything is asked ---------------------------------------------------------------


def require_analyses(viewer: Viewer) -> None:
    """Refuse whoever may create no analyses at all, before a question is composed. Raises Refused."""
    decision = decide(viewer, Action.ANALYSE, Grain.NATIONAL, Figures.OPEN, Whose.OTHERS)
    if not decision.is_allowed:
        raise Refused(decision.reason, decision.advice)


def require_export(viewer: Viewer, rows: int) -> None:
    """Refuse a file of figures that is larger than the viewer may take away. Raises Refused."""
    most = EVERY_RIGHT.export_rows if viewer.may_list_items else rights_of(viewer).export_rows
    if rows > most:
        raise Refused(
            f"The file would have {rows:,} rows; your access allows {most:,} in one download.",
            "Ask for fewer months, a smaller area or wider levels.",
        )


def rights_of(viewer: Viewer) -> Rights:
    """The widest rights of a viewer's grants."""
    if viewer.is_operator:
        return EVERY_RIGHT
    found = [tables().rights[one.account_type] for one in viewer.grants]
    return Rights(
        create_analysis=any(one.create_analysis for one in found),
        export_rows=max((one.export_rows for one in found), default=0),
        item_export_rows=max((one.item_export_rows for one in found), default=0),
        purpose_for_items=any(one.purpose_for_items for one in found),
    )
