"""What an engine is: something that answers a question within a scope.

Both arguments are required, so that access cannot be forgotten. An engine stands for one release; a reader
keeps the engine that it was given until its request ends.
"""

from __future__ import annotations

from typing import Protocol

from epact2.query.listing import Listing
from epact2.query.nodes import Query
from epact2.query.result import Page, Result
from epact2.query.scope import Scope
from epact2.store.directory import Directory


class Engine(Protocol):
    """Answers questions from one release."""

    @property
    def directory(self) -> Directory:
        """The names, codes and months of the release."""
        ...

    def answer(self, query: Query, scope: Scope) -> Result:
        """The rows of the answer, totals included, in the order asked for.

        Raises NoData when no loaded month is covered, UnknownCode for a code of a selection that the release
        does not know. The question has passed ``query.check``.
        """
        ...

    def list(self, listing: Listing, scope: Scope) -> Page:
        """A page of single items or patients, in the order asked for, ended by the identity of rows.

        Raises NoData when no month with items is covered, UnknownCode as ``answer`` does.
        """
        ...
