"""The rewrite that counts patients from one row for each: see ``patient_months``."""

from __future__ import annotations

from dataclasses import replace

from epact2.model import bnf
from epact2.model.fields import Dimension
from epact2.model.items import PATIENT
from epact2.model.prescribing import CHEMICAL_SUBSTANCE, ITEMS
from epact2.query.conditions import AtLeast, Had, Here, Leaf, leaves
from epact2.query.grains import conjuncts
from epact2.query.nodes import Amount, AnyOf, Codes, Distinct, Selection, UnderMedicine
from epact2.store.catalogue import Catalogue
from epact2.store.item_rewrites import derived, from_mixed, is_narrow
from epact2.store.item_tables import CHAPTERS
from epact2.store.plan import PatientsRead, Plan, Relation, Scan, Source, looks_only_at
from epact2.store.planner import lens_months
from epact2.store.terms import answer_parts, cells_of, ranking_part

_KNOWN_COUNTS = ((PATIENT,), (PATIENT, CHEMICAL_SUBSTANCE))


def patient_months(plan: Plan, catalogue: Catalogue) -> Plan:
    """Patients of single months are counted from a table with one row for each, where what is asked of their
    medicines is how many of some chapters they had; the few who moved or had a birthday from their own rows.
    """
    relations = tuple(_counted_by_month(one, plan, catalogue) for one in plan.relations)
    patients = tuple(_prepared(one, plan, catalogue) for one in plan.patients)
    return replace(plan, relations=relations, patients=patients)


def _counted_by_month(relation: Relation, plan: Plan, catalogue: Catalogue) -> Relation:
    if relation.counted not in _KNOWN_COUNTS or len(relation.scans) != 1:
        return relation
    (scan,) = relation.scans
    (slot,) = scan.slots
    of_medicines = [one for one in scan.conditions if looks_only_at(one, Dimension.MEDICINE)]
    others = replace(scan, conditions=tuple(one for one in scan.conditions if one not in of_medicines))
    chapters = chapters_of(of_medicines[0]) if len(of_medicines) == 1 else None
    medicines_known = bool(chapters) and plan.query.codes is Codes.LATEST
    known = medicines_known if of_medicines or len(relation.counted) > 1 else True
    fits = (
        known
        and _is_of_patient_months(replace(others, counted=(PATIENT,)), catalogue)
        and _of_single_months(plan, catalogue, slot)
    )
    if not fits:
        return relation
    prepared, _ = _both_sources(replace(others, chapters=chapters), catalogue)
    _, rest = _both_sources(scan, catalogue)
    return replace(relation, scans=(prepared, rest), one_a_month=True)


def _is_of_patient_months(scan: Scan, catalogue: Catalogue) -> bool:
    medicines = any(field is None or field.dimension is Dimension.MEDICINE for field in scan.fields_used)
    return scan.source is Source.ITEMS and not medicines and is_narrow(scan, catalogue)


def _both_sources(scan: Scan, catalogue: Catalogue) -> tuple[Scan, Scan]:
    prepared = replace(
        scan,
        source=Source.PATIENT_MONTH,
        databases=derived(catalogue),
        reasons=(*scan.reasons, "one row for each patient who is in one place all the month"),
    )
    return prepared, from_mixed(scan, catalogue)


def _of_single_months(plan: Plan, catalogue: Catalogue, slot: object) -> bool:
    """Whether each number of a slot is of one month only."""
    ranking = ranking_part(plan.query)
    parts = (*answer_parts(plan.query), *((ranking[0],) if ranking else ()))
    cells = {cell for part in parts for term in part.terms for cell in cells_of(term) if cell.slot == slot}
    return all(
        len(seen or ()) <= 1
        for cell in cells
        for seen in lens_months(cell.lens, cell.grouping.time_fields, plan, catalogue.directory).values()
    )


def _prepared(read: PatientsRead, plan: Plan, catalogue: Catalogue) -> PatientsRead:
    condition = read.slot.condition
    assert condition is not None
    known = (
        not read.windows
        and plan.query.codes is Codes.LATEST
        and all(is_known(leaf) for leaf in leaves(condition))
        and _is_of_patient_months(replace(read.scan, tested=(), counted=(PATIENT,)), catalogue)
        and _of_single_months(plan, catalogue, read.slot)
    )
    if not known:
        return read
    prepared, rest = _both_sources(read.scan, catalogue)
    # All rows of a patient are needed to know what the patient had none of; they are few here.
    return replace(read, scan=replace(rest, only_tested=False), prepared=replace(prepared, only_tested=False))


def is_known(leaf: Leaf) -> bool:
    """Whether a row of patient_month knows if the patient fulfils a leaf."""
    if not isinstance(leaf.window, Here):
        return False
    match leaf:
        case Had(selection):
            return bool(chapters_of(selection))
        case AtLeast(Distinct((field,), where)) if field == CHEMICAL_SUBSTANCE:
            return bool(chapters_of(where))
        case AtLeast(Amount(measure, where)) if measure == ITEMS:
            return chapters_of(where) is None
        case _:
            return False


def chapters_of(selection: Selection) -> tuple[str, ...] | None:
    """The chapters that a selection is the union of; none when it is no such union; None for everything."""
    match selection:
        case UnderMedicine(code) if code.level == bnf.CHAPTER and code.text in CHAPTERS:
            return (code.text,)
        case AnyOf(parts):
            found = [chapters_of(part) for part in parts]
            if not found or any(not one for one in found):
                return ()
            return tuple(sorted({chapter for one in found for chapter in one or ()}))
        case _:
            parts = conjuncts(selection)
            if not parts:
                return None
            return chapters_of(parts[0]) if len(parts) == 1 and parts[0] != selection else ()
