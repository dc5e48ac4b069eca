"""What the audit keeps of an answer, of a page of rows, and of a refusal."""

from __future__ import annotations

from epact2.access.audit import Asked
from epact2.access.pseudonyms import Hiding
from epact2.analysis.answer import Answer
from epact2.analysis.listing import Listed
from epact2.errors import Epact2Error
from epact2.query.listing import Listing
from epact2.query.nodes import Query
from epact2.query.words import question_words


def answered(given: Answer, hiding: Hiding) -> Asked:
    """An answer: its question without pseudonyms, its scope, its rows and the cells that were kept back."""
    hidden = hiding.query(given.query, given.words)
    return Asked(
        words=hidden.words,
        question=hidden.question,
        grain=grain_of(given.query),
        scope=given.scope.reason,
        rows=len(given.result.rows),
        withheld=sum(mark.is_withheld for mark in given.result.marks.values()),
    )


def listed(page: Listed, hiding: Hiding) -> tuple[Asked, tuple[str, ...]]:
    """A page of rows, and the hashes of the patients whom the listing names."""
    hidden = hiding.listing(page.listing)
    asked = Asked(
        words=hidden.words,
        question=hidden.question,
        grain=(page.listing.rows.value,),
        scope=page.scope.reason,
        rows=len(page.result.rows),
    )
    return asked, hidden.patients


def refused(asked: Query | Listing, error: Epact2Error, hiding: Hiding) -> tuple[Asked, tuple[str, ...]]:
    """What somebody asked and was not given, with the reason."""
    if isinstance(asked, Query):
        hidden, grain = hiding.query(asked, question_words(asked)), grain_of(asked)
    else:
        hidden, grain = hiding.listing(asked), (asked.rows.value,)
    said = Asked(words=hidden.words, question=hidden.question, grain=grain, refused=error.message)
    return said, hidden.patients


def grain_of(query: Query) -> tuple[str, ...]:
    """The fields that make one cell of an answer; none for a single figure."""
    return tuple(field.name for field in (*query.rows, *query.columns))
