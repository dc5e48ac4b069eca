"""How a number is calculated, in words: which medicines count, with their codes and names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from epact2.comparators.definition import Comparator, Part, PartValue
from epact2.comparators.lists import Codes, MedicineList, medicine_lists
from epact2.comparators.words import lists_in, part_said
from epact2.model.bnf import BnfCode
from epact2.model.items import PATIENT
from epact2.query.nodes import (
    AllOf,
    Amount,
    AnyOf,
    Distinct,
    Everything,
    Not,
    Patients,
    Selection,
    UnderMedicine,
)
from epact2.query.words import Names
from epact2.web.presenters.names import capital

_IDENTIFIED = (
    "Patients are those whose NHS number was captured and verified. Each counts once at every organisation "
    "and in every month, so that numbers do not add up."
)
_TOGETHER = (
    "What a patient had is what he or she had in the month at the organisation, unless months are named."
)
_PAIRS = "Each patient with each different medicine counts once."


@dataclass(frozen=True, slots=True)
class CodeLine:
    """One BNF code of a definition; the name is empty where neither the release nor a list has one.

    ``known`` tells whether the release has the code, and so a page for it.
    """

    code: str
    name: str
    level: str
    known: bool = True


@dataclass(frozen=True, slots=True)
class ListWords:
    """A shared list of medicines: what it is called, whose it is, which codes count and which do not."""

    name: str
    source: str
    note: str
    included: tuple[CodeLine, ...]
    excluded: tuple[CodeLine, ...]


@dataclass(frozen=True, slots=True)
class PartWords:
    """A numerator or a denominator: what it is called, what is counted, which codes count and which not.

    ``words`` say it all where a definition is no plain list of codes; ``lists`` are those that they name.
    """

    name: str
    measure: str
    meaning: str
    included: tuple[CodeLine, ...] = ()
    excluded: tuple[CodeLine, ...] = ()
    words: str = ""
    lists: tuple[ListWords, ...] = ()


def part_words(part: Part, names: Names) -> PartWords:
    """A part of a comparator, explained."""
    value = part.value
    measure, meaning = _measured(value)
    shared = lists_in(value)
    if not isinstance(value, Patients):
        if isinstance(value.where, Everything):
            return PartWords(part.name, measure, meaning)
        # One list of codes needs no list's name: the codes say it.
        listed = code_lists(value.where, names) if not shared or len(shared[0].codes.lists) == 0 else None
        if listed:
            return PartWords(part.name, measure, meaning, *listed)
    lists = tuple(_list_words(one, names) for one in shared)
    return PartWords(part.name, measure, meaning, words=capital(part_said(value, names)), lists=lists)


def _measured(value: PartValue) -> tuple[str, str]:
    match value:
        case Amount(measure):
            return measure.name, measure.meaning
        case Patients():
            return "patients", f"{_IDENTIFIED} {_TOGETHER}"
        case Distinct(fields):
            if fields == (PATIENT,):
                return "identified patients", _IDENTIFIED
            return "different " + " and ".join(one.name for one in fields), f"{_PAIRS} {_IDENTIFIED}"


def _list_words(shared: MedicineList, names: Names) -> ListWords:
    return ListWords(
        name=capital(shared.name),
        source=shared.source,
        note=shared.note,
        included=tuple(_lines(shared.codes, names)),
        excluded=tuple(_lines(shared.left_out, names)),
    )


def _lines(codes: Codes, names: Names) -> list[CodeLine]:
    found = [line for name in codes.lists for line in _lines(medicine_lists()[name].codes, names)]
    known: Mapping[str, str] = {**codes.medicines, **codes.equivalents}
    return found + [_line(code, names, name) for code, name in known.items()]


def _line(code: str, names: Names, name: str = "") -> CodeLine:
    found = names.medicine_name(code)
    known = found != code
    return CodeLine(code, found if known else name, BnfCode(code).level, known)


def code_lists(
    selection: Selection, names: Names
) -> tuple[tuple[CodeLine, ...], tuple[CodeLine, ...]] | None:
    """The codes that a selection takes in and those that it leaves out; None where it is not so simple."""
    parts: Sequence[Selection] = selection.parts if isinstance(selection, AllOf) else (selection,)
    included: list[CodeLine] = []
    excluded: list[CodeLine] = []
    for part in parts:
        codes = _codes(part.part if isinstance(part, Not) else part, names)
        if codes is None:
            return None
        if isinstance(part, Not):
            excluded += codes
        elif included:
            return None  # two lists that must both hold are not one list
        else:
            included += codes
    return (tuple(included), tuple(excluded)) if included else None


def _codes(selection: Selection, names: Names) -> list[CodeLine] | None:
    if isinstance(selection, UnderMedicine):
        return [_line(selection.code.text, names)]
    if isinstance(selection, AnyOf):
        found = [_codes(part, names) for part in selection.parts]
        if all(one is not None for one in found):
            return [line for one in found for line in one or ()]
    return None


def formula(comparator: Comparator) -> str:
    """The value in one line: ``Items of apixaban × 1,000 ÷ Patients registered``."""
    times = f" × {comparator.per:,}" if comparator.per > 1 else ""
    return f"{comparator.numerator.name}{times} ÷ {comparator.denominator.name}"


def counted(comparator: Comparator) -> str:
    """What the numerator counts, for the heading of a column."""
    value = comparator.numerator.value
    if isinstance(value, Amount):
        return capital(value.measure.name)
    return "Patients" if isinstance(value, Patients) or value.fields == (PATIENT,) else "Count"
