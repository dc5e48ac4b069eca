"""What is published of organisations that are not one's own, and what is asked of it by a question.

Pure questions about questions: which node of which level a count is read from, whether its groups are whole
organisations, whether it is of one month each. Everything that is not published raises NotPublished, with the
nearest thing that is. Both engines ask here, so that neither can be talked round.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from epact2.model.bnf import LENGTH_OF_LEVEL, code_at
from epact2.model.fields import Dimension, Field
from epact2.model.items import AGE_BAND_5, AGE_BAND_20, GENDER, IMD_QUINTILE, KINDS_OF_ITEMS, PATIENT
from epact2.model.measures import Measure
from epact2.model.months import DispensingMonth
from epact2.model.prescribing import (
    CHAPTER,
    CHEMICAL_SUBSTANCE,
    ENGLAND,
    ICB,
    ITEMS,
    MONTH,
    PCN,
    PRACTICE,
    REGION,
    SECTION,
    SUB_ICB_LOCATION,
)
from epact2.query.grains import conjuncts, split
from epact2.query.level import fields_of_selection, value_needs_items
from epact2.query.nodes import (
    Amount,
    Codes,
    Distinct,
    Exclusions,
    Is,
    OneOf,
    Patients,
    Query,
    Selection,
    Structure,
    UnderMedicine,
    Value,
)
from epact2.query.periods import is_about_people
from epact2.query.result import Mark
from epact2.query.scope import Scope
from epact2.query.sealing import Enters, NotPublished
from epact2.query.words import value_name
from epact2.store.catalogue import Practice, code_of, organisation_test
from epact2.store.directory import Directory
from epact2.store.plan import Slot
from epact2.store.prepared import column_name, value_of

# The levels of nodes, as stored. A code of an appliance stands for its section among the substances too.
LEVEL_OF_ALL, LEVEL_OF_COMPARATORS = 0, 4
NODE_FIELDS = (CHAPTER, SECTION, CHEMICAL_SUBSTANCE)  # the levels 1 to 3
SPLIT_FIELDS = (AGE_BAND_5, AGE_BAND_20, GENDER, IMD_QUINTILE)
# Official organisations, from wide to narrow, and where an atom must enter to count in their sums.
COMMISSIONING = (ENGLAND, REGION, ICB, SUB_ICB_LOCATION, PRACTICE)
ENTERS_AT = {
    ENGLAND: Enters.ENGLAND,
    REGION: Enters.REGION,
    ICB: Enters.ICB,
    SUB_ICB_LOCATION: Enters.SUB_ICB_LOCATION,
    PCN: Enters.PRACTICE,
    PRACTICE: Enters.PRACTICE,
}
_NEAREST = (
    "Patients are published for everything, for each BNF chapter, section and chemical substance, and for "
    "every comparator."
)


@dataclass(frozen=True, slots=True)
class Nodes:
    """The nodes that a count is read from: those of a level whose code keeps to all ``parts``, or one column
    of a comparator.
    """

    level: int
    parts: tuple[Selection, ...] = ()
    column: str = ""

    def holds(self, node: str) -> bool:
        """Whether a node of the level is one of them."""
        if self.column:
            return node == self.column
        return all(_holds(part, node) for part in self.parts)


def is_sealed(slot: Slot) -> bool:
    """Whether only single items know the number, so that it is published from atoms or not at all."""
    return value_needs_items(value_of(slot))


def is_published_column(slot: Slot) -> bool:
    """Whether a number of a comparator becomes a node: a count of patients, or items of which open data do
    not know which they are.

    What is a BNF node already is not published twice, and what is open is not published rounded: who knows a
    number exactly and rounded knows the offset of all that the practice shows in the year. Pairs of patient
    and medicine are not published: their number is a sum over substances, and where it is as small as it can
    be it tells each of them.
    """
    value = value_of(slot)
    if not value_needs_items(value):
        return False
    match value:
        case Distinct(fields) if fields == (PATIENT,):
            return not isinstance(bnf_nodes(slot, (), ()), Nodes)
        case Patients():
            return True
        case Amount(measure, where):
            return measure == ITEMS and not _selects_kinds(where)
        case _:
            return False


def _selects_kinds(where: Selection) -> bool:
    """Whether a selection looks at nothing of patients, so that its items are open to everybody."""
    of_items = {field for field in fields_of_selection(where) if field.of_items}
    return of_items <= KINDS_OF_ITEMS


def check_published(query: Query) -> None:
    """Refuse what is published for no count. Open figures by themselves need no such check."""
    if query.structure is not Structure.CURRENT:
        raise NotPublished(
            "Patients of other organisations are not published by the organisations of the time.",
            "Ask for the current structure.",
        )
    if query.codes is not Codes.LATEST:
        raise NotPublished(
            "Patients of other organisations are not published by BNF codes as published.",
            "Ask for the latest codes.",
        )
    if query.exclusions is not Exclusions.STANDARD:
        raise NotPublished(
            "Patients of other organisations are published with the standard exclusions alone.",
            "Leave “exclusions” out.",
        )
    if query.top is not None and query.top.others:
        raise NotPublished(
            "“Others” of a top are a free list of organisations, of which no patients are published.",
            "Ask for the top without others.",
        )
    _check_split([field for field in query.grain if field.of_items])
    for field in fields_of_selection(query.where):
        _check_field(field)


def _check_field(field: Field) -> None:
    if field.of_items:
        raise NotPublished(
            f"Figures of other organisations are not published by {field}.",
            f"Leave {field} out, or ask for one of the comparators.",
        )


def _check_split(fields: Sequence[Field]) -> None:
    """Refuse splits other than by age band and gender, or by deprivation."""
    for field in fields:
        if field not in SPLIT_FIELDS:
            _check_field(field)
    if IMD_QUINTILE in fields and len(fields) > 1:
        raise NotPublished(
            "Deprivation is published by itself, and not together with age or gender.",
            "Ask for the one, then for the other.",
        )
    if AGE_BAND_5 in fields and AGE_BAND_20 in fields:
        raise NotPublished("Two sorts of age bands tell the same patients apart.", "Use one of them.")


def is_split(fields: Iterable[Field]) -> bool:
    """Whether groups are told apart by what patients are."""
    return any(field.of_items for field in fields)


def split_nodes(slot: Slot, fields: Sequence[Field], query: Query) -> Nodes:
    """The nodes of patients, or of items, in a split. Raises NotPublished for everything else."""
    if slot.of not in ((PATIENT,), ITEMS):
        raise NotPublished(
            "By what patients are, only patients and items are published of other organisations.",
            "Leave the other values out; for a cost, ask for the cost of an item beside it.",
        )
    _, _, rest = split(query.where)
    medicines = [one for one in fields if one.dimension not in (Dimension.ORGANISATION, Dimension.TIME)]
    medicines = [field for field in medicines if not field.of_items]
    found = bnf_nodes(Slot((PATIENT,), slot.where), medicines, conjuncts(rest))
    if isinstance(found, Nodes) and found.level <= 1:
        return found
    raise NotPublished(
        "By what patients are, figures are published for everything and for each BNF chapter.",
        "Ask for a chapter, or leave age, gender and deprivation out.",
    )


def withheld_mark(slot: Slot, fields: Iterable[Field]) -> Mark:
    """What is told of a number that is withheld."""
    if is_split(fields):
        return Mark.TOO_FEW_TO_SPLIT
    return Mark.FEW_ITEMS if slot.is_count else Mark.FEW_OR_NEARLY_ALL


def is_approximate(value: Value, query: Query) -> bool:
    """Whether a value of a sealed answer is worked out from published counts."""
    return value_needs_items(value) or (is_split(query.grain) and not is_about_people(value))


def split_level(level: Field) -> Field:
    """The level of organisations, if splits are published of it. Raises NotPublished."""
    if level in (PRACTICE, PCN):
        raise NotPublished(
            f"By what patients are, figures are not published for each {level}.",
            "Ask for sub-ICB locations, ICBs, regions or England.",
        )
    return level


def nodes_for(slot: Slot, fields: Sequence[Field], query: Query, columns: Collection[str]) -> Nodes:
    """The nodes of a slot for groups by some fields. ``columns`` are those of the sealed comparators."""
    _, _, rest = split(query.where)
    medicines = [field for field in fields if field.dimension is not Dimension.ORGANISATION]
    medicines = [field for field in medicines if field.dimension is not Dimension.TIME]
    found = bnf_nodes(slot, medicines, conjuncts(rest))
    if isinstance(found, Nodes):
        return found
    if isinstance(slot.of, Measure) and _selects_kinds(slot.where):
        raise NotPublished(
            f"“{value_name(value_of(slot))}” is open, and is not given beside counts of patients.",
            "Ask for it by itself: it is exact for every practice.",
        )
    column = column_name(slot)
    if column in columns:
        if medicines or conjuncts(rest):
            raise NotPublished(
                "The counts of a comparator are published for all that it looks at, and not by medicine.",
                "Leave medicines out of rows, columns and the question's conditions.",
            )
        return Nodes(LEVEL_OF_COMPARATORS, column=column)
    raise found


def bnf_nodes(slot: Slot, medicines: Sequence[Field], rest: Iterable[Selection]) -> Nodes | NotPublished:
    """The BNF nodes of a count of identified patients; an error, not raised, where there are none."""
    if slot.of != (PATIENT,):
        name = value_name(value_of(slot))
        return NotPublished(f"“{name}” is not published of other organisations.", _NEAREST)
    parts = tuple(dict.fromkeys((*conjuncts(slot.where), *rest)))
    levels = [0]
    for field in medicines:
        if field not in NODE_FIELDS:
            return NotPublished(f"Patients of other organisations are not published by {field}.", _NEAREST)
        levels.append(NODE_FIELDS.index(field) + 1)
    of_grain = max(levels)
    for part in parts:
        of_part = _level_of(part)
        if of_part is None:
            return NotPublished("Patients are not published for a free selection of medicines.", _NEAREST)
        levels.append(of_part)
    level = max(levels)
    if level > of_grain and not any(_level_of(part) == level and _is_one(part) for part in parts):
        return NotPublished(
            "Patients are not published for several BNF codes together.",
            f"Put {NODE_FIELDS[level - 1]} into the rows: each code has a number of its own. {_NEAREST}",
        )
    return Nodes(level, parts)


def _level_of(part: Selection) -> int | None:
    """The level of nodes that knows whether it keeps to a condition; None where none does."""
    match part:
        case UnderMedicine(code):
            lengths = [LENGTH_OF_LEVEL[field.name] for field in NODE_FIELDS]
            return lengths.index(len(code.text)) + 1 if len(code.text) in lengths else None
        case Is(field) | OneOf(field):
            return NODE_FIELDS.index(field) + 1 if field in NODE_FIELDS else None
        case _:
            return None


def _is_one(part: Selection) -> bool:
    return not isinstance(part, OneOf) or len(part.codes) == 1


def _holds(part: Selection, node: str) -> bool:
    match part:
        case UnderMedicine(code):
            return node.startswith(code.text)
        case Is(field, wanted):
            return code_at(node, field.name) == wanted
        case OneOf(field, codes):
            return code_at(node, field.name) in codes
        case _:
            raise AssertionError("bnf_nodes lets no other condition pass")


def level_for(
    fields: Sequence[Field],
    selections: Iterable[Selection],
    practices: Sequence[Practice],
    directory: Directory,
) -> Field:
    """The level of official organisations that the groups by some fields are.

    Raises NotPublished where a group is part of one, or made of several. ``selections`` are the conditions on
    organisations, of the question and of the scope.
    """
    by = [field for field in fields if field.dimension is Dimension.ORGANISATION]
    if PRACTICE in by:
        return PRACTICE
    tests = [organisation_test(one, directory) for one in selections]
    selected = [one for one in practices if all(test(one) for test in tests)]
    levels = [field for field in by if field != ENGLAND]
    if not levels:
        return _one_organisation(selected, practices)
    level = PCN if levels == [PCN] else max(levels, key=_narrowness)
    if level not in ENTERS_AT or (PCN in levels and levels != [PCN]):
        raise NotPublished(
            "Patients are published for whole practices, PCNs, sub-ICB locations, ICBs, regions and England.",
            "Put practice into the rows beside the other fields, or leave those out.",
        )
    if not _are_whole(level, selected, practices):
        raise _part_of(f"one {level}")
    return level


def _narrowness(field: Field) -> int:
    return COMMISSIONING.index(field) if field in COMMISSIONING else len(COMMISSIONING)


def _are_whole(level: Field, selected: Sequence[Practice], practices: Sequence[Practice]) -> bool:
    """Whether no organisation of the level is selected in part only."""
    read = code_of(level)
    chosen = {one.code for one in selected}
    touched = {read(one) for one in selected}
    return all(one.code in chosen for one in practices if read(one) in touched)


def _one_organisation(selected: Sequence[Practice], practices: Sequence[Practice]) -> Field:
    """The level of the one organisation that the selected practices are: the widest, where several are."""
    if len(selected) == len(practices):
        return ENGLAND
    for level in (REGION, ICB, SUB_ICB_LOCATION, PCN, PRACTICE):
        read: Callable[[Practice], str] = code_of(level)
        if len({read(one) for one in selected}) <= 1 and _are_whole(level, selected, practices):
            return level
    raise _part_of("several organisations together, or a part of one")


def _part_of(what: str) -> NotPublished:
    return NotPublished(
        f"The organisations that are selected are {what}, and patients are published for whole ones only.",
        "Put practice, sub-ICB location or ICB into the rows, or select one organisation. Totals over a "
        "free list are not published.",
    )


def check_one_month(seen: Sequence[DispensingMonth] | None) -> None:
    """Refuse a number over several months together: patients are published month by month."""
    if seen is not None and len(seen) > 1:
        raise NotPublished(
            "Patients of other organisations are published month by month, not over several months.",
            f"Put {MONTH} into the rows or columns, or ask for one month.",
        )


def check_months(seen: Iterable[DispensingMonth], sealed: Collection[int]) -> None:
    """Refuse months of which no figures were made to be published."""
    for month in sorted(set(seen)):
        if month.number not in sealed:
            raise NotPublished(
                f"No figures of patients of {month.name} were made to be published.",
                "They are made when items are loaded: ask whoever runs epact2 to load a file again with "
                "this version.",
            )


def refuse_sealed_listing(scope: Scope) -> None:
    """Refuse rows of items and patients in a sealed scope."""
    if scope.sealed:
        raise NotPublished(
            "Single items and patients are not published.",
            "Ask for counts, or list items within an organisation of your own.",
        )
