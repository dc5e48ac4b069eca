"""Asks the questions of a profile: a handful for a whole page, kept by the answer cache between pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from epact2.access.policy import Action
from epact2.access.viewer import Viewer
from epact2.analysis import profile
from epact2.analysis.answer import Answer
from epact2.analysis.profile import BASIC, LIST, Figure
from epact2.analysis.standing import Peers, Series, Standing
from epact2.model.months import DispensingMonth
from epact2.model.organisations import ENGLAND, ENGLAND_CODE, Organisation
from epact2.query.nodes import Query
from epact2.query.periods import NoData
from epact2.query.result import Result
from epact2.web.engine import Directory, Engine, ask
from epact2.web.items_door import ItemsDoor


@dataclass(frozen=True, slots=True)
class Profile:
    """One organisation's figures through time, England's, and those of its peers in the latest month."""

    organisation: Organisation
    directory: Directory
    month: DispensingMonth
    comparators: tuple[Figure, ...]
    own: Series
    england: Series
    peers: Peers | None
    has_list: bool

    @property
    def is_england(self) -> bool:
        """Whether there is nobody to compare with."""
        return self.organisation.level == ENGLAND

    @property
    def year_earlier(self) -> DispensingMonth:
        """The month that the latest is compared with."""
        return self.month.plus(-profile.YEAR)

    def standing(self, figure: Figure) -> Standing | None:
        """The organisation's place among its peers; None for England and for those who have no peers."""
        return self.peers.standing(figure, self.organisation.code) if self.peers else None


class Asker:
    """One engine and one viewer for the length of a request."""

    def __init__(self, engine: Engine, viewer: Viewer) -> None:
        self.engine = engine
        self.viewer = viewer

    @property
    def directory(self) -> Directory:
        """The names and months of the release."""
        return self.engine.directory

    @property
    def month(self) -> DispensingMonth:
        """The latest month with prescribing. Raises NoData."""
        if not self.directory.months:
            raise NoData("No prescribing data has been loaded yet.", "Load a month: epact2 load FILE…")
        return self.directory.months[-1]

    def __call__(self, query: Query) -> Result:
        """The answer's rows."""
        return self.answer(query).result

    def answer(self, query: Query) -> Answer:
        """The answer with its origin."""
        return ask(self.engine, query, self.viewer, Action.STANDARD)

    @property
    def door(self) -> ItemsDoor:
        """The way from counts to single items."""
        return ItemsDoor(self.viewer, self.directory)

    def peers(self, organisation: Organisation, figures: Sequence[Figure]) -> Peers | None:
        """The figures of every organisation of the same level in the latest month; none for England."""
        if organisation.level == ENGLAND or not figures:
            return None
        level = profile.level_field(organisation)
        return Peers(self(profile.peers_question(level, figures, self.month)), figures)

    def profile(self, organisation: Organisation) -> Profile:
        """The figures of a profile: three questions."""
        comparators = profile.comparator_figures()
        figures = (*BASIC, *comparators)
        own = self.series(organisation, figures)
        england_itself = self.directory.organisation(ENGLAND_CODE, ENGLAND)
        return Profile(
            organisation=organisation,
            directory=self.directory,
            month=self.month,
            comparators=comparators,
            own=own,
            england=self.series(england_itself, figures),
            peers=self.peers(organisation, figures),
            has_list=bool(own.now(LIST)),
        )

    def series(self, organisation: Organisation, figures: Sequence[Figure]) -> Series:
        """Figures month by month."""
        return Series(self(profile.series_question(organisation, figures)), figures, self.month)
