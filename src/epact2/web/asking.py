"""Everything that a page needs to ask for one reader: engine, viewer and home organisation, taken once."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.http import HttpRequest

from epact2.access.policy import Action
from epact2.access.viewer import Viewer
from epact2.analysis import compare
from epact2.analysis.answer import Answer
from epact2.analysis.compare import Ranking
from epact2.comparators.definition import Comparator
from epact2.model.fields import Field
from epact2.model.months import DispensingMonth
from epact2.model.organisations import Organisation
from epact2.query.nodes import MonthRange, Query
from epact2.query.result import Result
from epact2.query.scope import Scope
from epact2.web import engine as engines
from epact2.web.context import Person, person
from epact2.web.engine import Directory, Engine


@dataclass(frozen=True, slots=True)
class _Remembering:
    """The engine with answers from memory, for the methods of ``analysis`` that ask an engine themselves.

    The scope is not passed on, because ``ask`` decides it again for the same viewer.
    """

    engine: Engine
    viewer: Viewer

    @property
    def directory(self) -> Directory:
        return self.engine.directory

    def answer(self, query: Query, scope: Scope) -> Result:
        del scope
        return engines.ask(self.engine, query, self.viewer, Action.STANDARD).result


@dataclass(frozen=True, slots=True)
class Asking:
    """One request's engine and viewer. All answers of a page come from one release.

    ``action`` is what the page's questions are for: most pages show standard reports.
    """

    engine: Engine
    viewer: Viewer
    person: Person | None
    action: Action = Action.STANDARD

    @classmethod
    def of(cls, request: HttpRequest) -> Asking:
        """For a request. Raises NoRelease for an empty store."""
        return cls(engines.current(), engines.viewer_of(request), person(request))

    @property
    def directory(self) -> Directory:
        """The names, codes and months of the release."""
        return self.engine.directory

    def ask(self, query: Query) -> Answer:
        """The answer, from memory where it was given before."""
        return engines.ask(self.engine, query, self.viewer, self.action)

    def whole(self, query: Query) -> Answer:
        """The answer to all that is asked for. Raises NotPublished where it would be of one's own alone."""
        return engines.whole(self.ask(query))

    def ranking(
        self,
        comparator: Comparator,
        level: Field,
        month: DispensingMonth,
        within: Organisation | None = None,
    ) -> Ranking:
        """The ranking of a level, in England or within one organisation."""
        remembering = _Remembering(self.engine, self.viewer)
        made = compare.ranking(remembering, self.viewer, comparator, level, month, within=within)
        # What its figures are of is known to the answer that was remembered, not to the rows passed on.
        query = compare.ranking_query(comparator, level, MonthRange(month, month), within=within)
        return replace(made, answer=self.ask(query))
