"""The one door to a number.

The pages, the downloads, the API and the command line all ask here. A question is checked, the viewer's scope
is decided, an engine answers, and the answer carries its origin with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from epact2.access.policy import Action, ruling
from epact2.access.viewer import Viewer
from epact2.analysis.origin import WithOrigin
from epact2.analysis.provisional import looks_at_patients, provisional_note
from epact2.analysis.sealed_notes import with_sealed_notes
from epact2.analysis.seeing import see
from epact2.comparators.words import WithLists, heading_of
from epact2.errors import Epact2Error
from epact2.model import organisations
from epact2.model.fields import Field
from epact2.model.items import PAID_PRESENTATION
from epact2.model.prescribing import BNF_FIELDS, GENERIC_EQUIVALENT, ORGANISATION_FIELDS, PRACTICE_SETTING
from epact2.query.check import check
from epact2.query.nodes import Query
from epact2.query.periods import months_of
from epact2.query.result import Cell, Column, Result
from epact2.query.words import question_words
from epact2.store.directory import Directory
from epact2.store.engine import Engine

MOST_ROWS = 1_000_000
_LONGEST_PLAIN_HEADING = 60  # characters; what is longer may have a name of its own
MEDICINES = (*BNF_FIELDS, GENERIC_EQUIVALENT, PAID_PRESENTATION)


class TooLarge(Epact2Error):
    """An answer with more rows than anybody can use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(WithOrigin):
    """The answer to a question, with its origin.

    ``only_own``: it holds less than was asked for. Its figures are those of one's own practices alone, also
    in the row of a wider organisation. Its notes say so; pages without room for notes must not show it.
    """

    query: Query
    only_own: bool = False


def answer(engine: Engine, query: Query, viewer: Viewer, action: Action = Action.ANALYSE) -> Answer:
    """Answer one question for one viewer. ``action`` is what it is asked for: without a word an analysis of
    the viewer's own, which needs the most rights.

    Raises NotAdditive, NotAnswerable, Refused, NotPublished, NoData, UnknownCode or TooLarge, each with
    advice.
    """
    notes = check(query)
    seen = see(engine, query, ruling(viewer, query, engine.directory, action))
    result = seen.result
    if len(result.rows) > MOST_ROWS:
        raise TooLarge(
            f"The answer has {len(result.rows):,} rows, more than {MOST_ROWS:,}.",
            "Choose fewer months, a smaller area or wider levels.",
        )
    directory = engine.directory
    months = months_of(query, directory.months_for(query))
    provisional = provisional_note(months, directory) if looks_at_patients(query) else ""
    if seen.scope.sealed:
        notes = with_sealed_notes(notes, result)
    return Answer(
        query=query,
        result=_headed(result),
        words=question_words(query, WithLists(directory)),
        release=directory.release,
        months=months,
        scope=seen.scope,
        notes=tuple(note for note in (provisional, seen.note, *notes) if note),
        synthetic=directory.synthetic,
        provisional=provisional,
        only_own=seen.only_own,
    )


def _headed(result: Result) -> Result:
    """The result with headings that can be read: comparators and lists of medicines by their names."""
    return replace(result, columns=tuple(map(_with_heading, result.columns)))


def _with_heading(column: Column) -> Column:
    if len(column.name) <= _LONGEST_PLAIN_HEADING or column.of is None or isinstance(column.of, Field):
        return column
    return replace(column, name=heading_of(column.of))


def name_of(field: Field, code: Cell, directory: Directory) -> str:
    """The name that goes with a field's code in an answer; the code itself for a field without names."""
    text = str(code)
    if code is None:
        return "Total"
    if text == "others":
        return "All others"
    if field in ORGANISATION_FIELDS:
        if field.name == organisations.PCN and text == "U":
            return "Unallocated"
        return directory.organisation_name(field.name, text)
    if field in MEDICINES:
        return directory.medicine_name(text)
    if field.closed:
        return dict(field.closed).get(text, text)
    if field == PRACTICE_SETTING:
        name = organisations.SETTING_NAMES.get(text, text)
        return name[:1].upper() + name[1:]
    return text


def has_names(field: Field) -> bool:
    """Whether codes of the field have names beside them."""
    if field.closed:
        return any(code != name for code, name in field.closed)
    return field.name in organisations.LEVELS or field in (*MEDICINES, PRACTICE_SETTING)


def labelled(result: Result, directory: Directory) -> Result:
    """The same result with a column of names after each column of codes."""
    columns: list[Column] = []
    named: list[tuple[int, Field | None]] = []
    for index, column in enumerate(result.columns):
        columns.append(column)
        named.append((index, None))
        if isinstance(column.of, Field) and has_names(column.of):
            columns.append(Column(f"{column.name} name", "field"))
            named.append((index, column.of))
    rows = tuple(
        tuple(
            row[index] if field is None or row[index] is None else name_of(field, row[index], directory)
            for index, field in named
        )
        for row in result.rows
    )
    moved = {index: place for place, (index, field) in enumerate(named) if field is None}
    marks = {(line, moved[index]): mark for (line, index), mark in result.marks.items()}
    return Result(tuple(columns), rows, marks)
