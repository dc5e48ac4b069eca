"""The rewrite that reads prepared results: numbers that were worked out when the months were loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from epact2.model.fields import Dimension, Field
from epact2.model.prescribing import ENGLAND, FIELD_BY_NAME, MONTH, ORGANISATION_FIELDS, PRACTICE
from epact2.query.grains import conjuncts, split
from epact2.query.level import value_needs_items
from epact2.query.nodes import Codes, Exclusions, Selection, Structure
from epact2.query.periods import PLAIN
from epact2.store.catalogue import Catalogue, Practice, code_of, organisation_test
from epact2.store.plan import Plan, Relation, Scan, Slot, Source, looks_only_at
from epact2.store.prepared import column_name, value_of
from epact2.store.terms import answer_parts, cells_of, ranking_part


def prepared_results(plan: Plan, catalogue: Catalogue) -> Plan:
    """Numbers that were prepared at the load, where their groups are exactly organisations that have them."""
    query = plan.query
    _, _, rest = split(query.where)
    usual = (
        catalogue.prepared
        and query.structure is Structure.CURRENT
        and query.codes is Codes.LATEST
        and query.exclusions is Exclusions.STANDARD
        and not conjuncts(rest)
        and not any(scan.absences for relation in plan.relations for scan in relation.scans)
        and not any(read.scan.absences for read in plan.patients)
    )
    if not usual:
        return plan
    relations = [_with_counts(_with_amounts(one, catalogue), plan, catalogue) for one in plan.relations]
    patients = []
    for read in plan.patients:
        # A window looks at all of the scope, which was everything when the results were prepared.
        whole = not any(scan.conditions for _, scan in read.windows)
        found = _counted(read.name, read.slot, read.scan, plan, catalogue) if whole else None
        if found is None:
            patients.append(read)
        else:
            relations.append(found)
    return replace(plan, relations=tuple(relations), patients=tuple(patients))


def _is_prepared(slot: Slot, scan: Scan, catalogue: Catalogue) -> bool:
    """Whether a slot stands in the prepared results of all months of a scan, from its own sort of rows."""
    months = set(scan.months)
    if column_name(slot) not in catalogue.prepared_columns or not months <= catalogue.prepared.keys():
        return False
    from_items = value_needs_items(value_of(slot))
    return from_items is (scan.source is Source.ITEMS) or months <= catalogue.items_agree


def _with_amounts(relation: Relation, catalogue: Catalogue) -> Relation:
    if relation.counted:
        return relation
    return replace(relation, scans=tuple(_amounts(scan, catalogue) for scan in relation.scans))


def _amounts(scan: Scan, catalogue: Catalogue) -> Scan:
    """Amounts of practices, which add up to those of any organisations."""
    if scan.source not in (Source.ROWS, Source.ITEMS) or scan.listing or not scan.slots:
        return scan
    if not all(_is_prepared(slot, scan, catalogue) for slot in scan.slots):
        return scan
    own = {one for slot in scan.slots for one in conjuncts(slot.where)}
    others = tuple(one for one in scan.conditions if one not in own)
    of_practices = all(field.dimension is Dimension.ORGANISATION for field in scan.fields)
    if not of_practices or not all(looks_only_at(one, Dimension.ORGANISATION) for one in others):
        return scan
    return _prepared_scan(scan, PRACTICE, catalogue, conditions=others)


def _prepared_scan(scan: Scan, level: Field, catalogue: Catalogue, conditions: tuple[Selection, ...]) -> Scan:
    return replace(
        scan,
        source=Source.PREPARED,
        prepared_at=level,
        counted=(),
        tested=(),
        amounts=(),
        conditions=conditions,
        databases=tuple((name, (month,)) for month, name in sorted(catalogue.prepared.items())),
        reasons=(*scan.reasons, f"worked out for every {level} when the months were loaded"),
    )


def _with_counts(relation: Relation, plan: Plan, catalogue: Catalogue) -> Relation:
    if not relation.counted or len(relation.scans) != 1:
        return relation
    (slot,) = relation.scans[0].slots
    return _counted(relation.name, slot, relation.scans[0], plan, catalogue) or relation


def _counted(name: str, slot: Slot, scan: Scan, plan: Plan, catalogue: Catalogue) -> Relation | None:
    """A count as a column of the level at which the question counts; None where it is no such column."""
    if not _is_prepared(slot, scan, catalogue) or not _of_one_month_each(slot, plan):
        return None
    own = set(conjuncts(slot.where))
    others = [one for one in scan.conditions if one not in own]
    if not all(looks_only_at(one, Dimension.ORGANISATION) for one in others):
        return None
    tests = [organisation_test(one, catalogue.directory) for one in others]
    selected = [one for one in catalogue.practices if all(test(one) for test in tests)]
    fields = [field for field in scan.fields if field != ENGLAND]
    found = _by_level(fields, selected, catalogue) if fields else _one_organisation(selected, catalogue)
    if found is None:
        return None
    level, codes = found
    if level == PRACTICE:
        # As conditions: the keys of thousands of practices take longer to read than the numbers.
        read = _prepared_scan(scan, level, catalogue, conditions=tuple(others))
    else:
        read = replace(_prepared_scan(scan, level, catalogue, conditions=()), prepared_codes=codes)
    return Relation(name, scan.fields, (read,))


def _of_one_month_each(slot: Slot, plan: Plan) -> bool:
    """Whether every group of a slot is of one month, seen as it is, at the same organisations."""
    ranking = ranking_part(plan.query)
    parts = (*answer_parts(plan.query), *((ranking[0],) if ranking else ()))
    cells = [cell for part in parts for term in part.terms for cell in cells_of(term) if cell.slot == slot]
    whole = tuple(field for field in plan.query.grain if field.dimension is not Dimension.TIME)
    return all(
        cell.lens == PLAIN
        and not cell.grouping.others
        and (len(plan.months) == 1 or MONTH in cell.grouping.fields)
        and tuple(field for field in cell.grouping.fields if field.dimension is not Dimension.TIME) == whole
        for cell in cells
    )


def _by_level(
    fields: Sequence[Field], selected: Sequence[Practice], catalogue: Catalogue
) -> tuple[Field, tuple[str, ...] | None] | None:
    """The level whose organisations the groups are; None where one of them is selected in part only."""
    if len(fields) != 1 or fields[0] not in ORGANISATION_FIELDS:
        return None
    level = fields[0]
    if level == PRACTICE:
        return level, None
    read = code_of(level)
    wanted = {read(one) for one in selected}
    keys = {one.key for one in selected}
    if any(read(one) in wanted and one.key not in keys for one in catalogue.practices):
        return None
    return level, tuple(sorted(wanted))


def _one_organisation(
    selected: Sequence[Practice], catalogue: Catalogue
) -> tuple[Field, tuple[str, ...] | None] | None:
    """The organisation that the selected practices are; None where they are none."""
    if len(selected) == len(catalogue.practices):
        return ENGLAND, None
    keys = {one.key for one in selected}
    for level in (FIELD_BY_NAME[name] for name in ("region", "ICB", "sub-ICB location", "PCN")):
        read = code_of(level)
        codes = {read(one) for one in selected}
        if len(codes) == 1 and not any(
            read(one) in codes and one.key not in keys for one in catalogue.practices
        ):
            return level, tuple(codes)
    return (PRACTICE, None) if len(selected) == 1 else None
