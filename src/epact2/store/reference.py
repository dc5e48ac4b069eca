"""The reference engine: the meaning of a question, written as plainly as we can.

It answers from a list of rows by looking at every one of them, again for each group and each value. It has no
index, no rollup, no cache and no SQL, so there is little in it that can be wrong; it is the judge of every
other engine and far too slow for anything else. Where this file and another engine differ, read this file
and ``tests/spec``, then decide which one is mistaken.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from epact2.query.level import needs_items
from epact2.query.listing import Listing
from epact2.query.nodes import Query
from epact2.query.result import Cell, Page, Result
from epact2.query.scope import Scope
from epact2.store.directory import Directory
from epact2.store.published import refuse_sealed_listing
from epact2.store.reference_data import ReferenceData
from epact2.store.reference_listing import page_of
from epact2.store.reference_question import Question
from epact2.store.reference_sealed import Atoms, Seal
from epact2.store.reference_sealed_question import SealedQuestion

_EXACT = Scope(reason="Exact, to be sealed.")


class ReferenceEngine:
    """Answers from plain rows. ``directory`` gives the months, and the level of an organisation's code;
    ``seal`` the secret of sealed figures.
    """

    def __init__(self, data: ReferenceData, directory: Directory, seal: Seal | None = None) -> None:
        self.data = data
        self.directory = directory
        self.seal = seal or Seal(b"")

    def answer(self, query: Query, scope: Scope) -> Result:
        """The rows of the answer: see ``store.engine.Engine``."""
        if not scope.sealed or not needs_items(query):
            return Question(self.data, self.directory, query, scope).result()
        return SealedQuestion(self.atoms, query, scope).result()

    @cached_property
    def atoms(self) -> Atoms:
        """What is published of the data: always the same."""

        def exact(asked: Query) -> Sequence[tuple[Cell, ...]]:
            return self.answer(asked, _EXACT).rows

        return Atoms(self.data, self.directory, self.seal, exact)

    def list(self, listing: Listing, scope: Scope) -> Page:
        """A page of single items or patients: see ``store.engine.Engine``."""
        refuse_sealed_listing(scope)
        return page_of(self.data, self.directory, listing, scope)
