"""How a number is calculated, in words: which medicines count, with their codes and names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from epact2.comparators.definition import Comparator, Part
from epact2.model.prescribing import ITEMS
from epact2.query.nodes import AllOf, AnyOf, Everything, Not, Selection, UnderMedicine
from epact2.query.words import Names, selection_words


@dataclass(frozen=True, slots=True)
class CodeLine:
    """One BNF code of a definition; the name is empty where the release does not know the code."""

    code: str
    name: str
    level: str


@dataclass(frozen=True, slots=True)
class PartWords:
    """A numerator or a denominator: what it is called, what is counted, which codes count and which do not.

    ``words`` stands in for the codes where a definition is no plain list of them.
    """

    name: str
    measure: str
    meaning: str
    included: tuple[CodeLine, ...] = ()
    excluded: tuple[CodeLine, ...] = ()
    words: str = ""


def part_words(part: Part, names: Names) -> PartWords:
    """A part of a comparator, explained."""
    measure = part.amount.measure
    where = part.amount.where
    listed = code_lists(where, names)
    plain = "" if listed or isinstance(where, Everything) else selection_words(where, names)
    included, excluded = listed or ((), ())
    return PartWords(part.name, measure.name, measure.meaning, included, excluded, plain)


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
        code = selection.code
        name = names.medicine_name(code.text)
        return [CodeLine(code.text, "" if name == code.text else name, code.level)]
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
    measure = comparator.numerator.amount.measure
    return "Items" if measure == ITEMS else f"{measure.name[:1].upper()}{measure.name[1:]}"
