"""Rewrites for questions about items and patients: which table is read, and how patients are counted.

Like all rewrites they are pure functions of a plan and the release's catalogue, and the answers do not change
without them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from epact2.model.bnf import code_at
from epact2.model.fields import Dimension, Field
from epact2.model.items import (
    ADULT,
    AGE,
    AGE_BAND_5,
    AGE_BAND_5_SEPTEMBER,
    AGE_BAND_20,
    AGE_SEPTEMBER,
    CD_SCHEDULE,
    CHARGE_STATUS,
    DISPENSER_TYPE,
    EPS,
    EXCLUSION,
    EXEMPTION,
    FORM_TYPE,
    GENDER,
    IMD_QUINTILE,
    PATIENT,
    PATIENT_IDENTIFIED,
    PREPARATION_CLASS,
    PRESCRIBER_TYPE,
    REPEAT_DISPENSING,
)
from epact2.model.measures import Measure
from epact2.model.organisations import LEVELS
from epact2.model.prescribing import CHEMICAL_SUBSTANCE, ENGLAND, PRACTICE
from epact2.query.conditions import (
    AtLeast,
    Here,
    Leaf,
    Score,
    fulfilled_by_none,
    leaves,
    on_nothing,
    required,
)
from epact2.query.nodes import Distinct
from epact2.store.catalogue import Catalogue
from epact2.store.plan import (
    MedicineTests,
    Plan,
    Relation,
    Scan,
    Source,
    each_scan,
    looks_only_at,
)
from epact2.store.terms import answer_parts, cells_of, ranking_part

# What the narrow tables know of a row beside its practice, presentation and month.
_ATTRIBUTES = frozenset(
    {
        PATIENT,
        PATIENT_IDENTIFIED,
        AGE,
        AGE_BAND_5,
        AGE_BAND_20,
        ADULT,
        AGE_SEPTEMBER,
        AGE_BAND_5_SEPTEMBER,
        GENDER,
        IMD_QUINTILE,
    }
)
_KINDS = frozenset(
    {
        PATIENT_IDENTIFIED,
        EPS,
        REPEAT_DISPENSING,
        FORM_TYPE,
        PRESCRIBER_TYPE,
        DISPENSER_TYPE,
        PREPARATION_CLASS,
        CD_SCHEDULE,
        EXEMPTION,
        CHARGE_STATUS,
        EXCLUSION,
    }
)
_OF_PRACTICES = frozenset({Dimension.ORGANISATION, Dimension.TIME})
FEW_RANGES = 64  # of presentation keys: more cost more to test than reading on does
_MOST_SUBSTANCES = 127  # bits of a HUGEINT without its sign
_MOST_BITS = 512 << 23  # of all groups' bit strings together: 512 MB


def agreeing_items(plan: Plan, catalogue: Catalogue) -> Plan:
    """What a scan needs no items for is read from the prescribing of months that their items add up to."""
    return each_scan(plan, lambda scan: _as_prescribing(scan, catalogue))


def _as_prescribing(scan: Scan, catalogue: Catalogue) -> Scan:
    fits = (
        scan.source is Source.ITEMS
        and scan.included_only
        and not scan.of_patients
        and not any(slot.of.of_items for slot in scan.slots if isinstance(slot.of, Measure))
        and not any(
            _is_of(field, Dimension.PATIENT, Dimension.ITEM, Dimension.LINE) for field in scan.fields_used
        )
        and set(scan.months) <= catalogue.items_agree
    )
    if not fits:
        return scan
    return replace(
        scan,
        source=Source.ROWS,
        databases=tuple((database, (month,)) for month, database in sorted(catalogue.rows.items())),
        reasons=(*scan.reasons, "the months' items add up to their prescribing"),
    )


def _is_of(field: Field | None, *dimensions: Dimension) -> bool:
    return field is not None and field.dimension in dimensions


def item_rollups(plan: Plan, catalogue: Catalogue) -> Plan:
    """Amounts that need no medicines are read from what practices' items add up to, by patient or by kind."""
    return each_scan(plan, lambda scan: _rolled_up(scan, catalogue))


def _rolled_up(scan: Scan, catalogue: Catalogue) -> Scan:
    used = {field for field in scan.fields_used if field is None or field.dimension not in _OF_PRACTICES}
    plain = not any(slot.of.of_items for slot in scan.slots if isinstance(slot.of, Measure))
    known = set(scan.months) <= catalogue.patients.keys()
    if scan.source is not Source.ITEMS or scan.counted or not plain or not known:
        return scan
    if used <= _ATTRIBUTES - {PATIENT} and scan.included_only:
        return _from_rollup(scan, Source.ITEMS_BY_ATTRIBUTES, "what patients are", catalogue)
    if used <= _KINDS:
        return _from_rollup(scan, Source.ITEMS_BY_KIND, "what items are", catalogue)
    return scan


def _from_rollup(scan: Scan, source: Source, by: str, catalogue: Catalogue) -> Scan:
    reason = f"practices' items are added up by {by}"
    return replace(scan, source=source, databases=derived(catalogue), reasons=(*scan.reasons, reason))


def items_by_presentation(plan: Plan, catalogue: Catalogue) -> Plan:
    """A condition on medicines is read from the narrow copy that lies presentation by presentation."""
    return each_scan(plan, lambda scan: _by_presentation(scan, catalogue))


def _by_presentation(scan: Scan, catalogue: Catalogue) -> Scan:
    limited = any(looks_only_at(one, Dimension.MEDICINE) for one in scan.conditions) or scan.only_tested
    if scan.source is not Source.ITEMS or not limited or not is_narrow(scan, catalogue):
        return scan
    return replace(
        scan,
        source=Source.ITEMS_BY_PRESENTATION,
        databases=derived(catalogue),
        reasons=(*scan.reasons, "items of one presentation lie together"),
    )


def is_narrow(scan: Scan, catalogue: Catalogue) -> bool:
    """Whether the narrow tables know all that a scan needs."""
    return (
        scan.included_only
        and not any(slot.of.of_items for slot in scan.slots if isinstance(slot.of, Measure))
        and not any(measure.of_items for measure in scan.amounts)
        and all(
            not _is_of(field, Dimension.LINE, Dimension.ITEM, Dimension.PATIENT) or field in _ATTRIBUTES
            for field in scan.fields_used
        )
        and set(scan.months) <= catalogue.patients.keys()
    )


def derived(catalogue: Catalogue) -> tuple[tuple[str, tuple[int, ...] | None], ...]:
    """The files of what is derived from each month's items."""
    return tuple((database, (month,)) for month, database in sorted(catalogue.patients.items()))


def only_what_is_tested(plan: Plan, catalogue: Catalogue) -> Plan:
    """Of patients' rows only those that a leaf selects, where the others make no difference."""

    def limited(scan: Scan) -> Scan:
        return replace(
            scan, only_tested=True, reasons=(*scan.reasons, "only rows that the condition looks at")
        )

    changed = []
    for read in plan.patients:
        assert read.slot.condition is not None
        scan = limited(read.scan) if on_nothing(read.slot.condition) is False else read.scan
        windows = tuple((place, limited(window)) for place, window in read.windows)
        changed.append(replace(read, scan=scan, windows=windows))
    return replace(plan, patients=tuple(changed))


def required_windows(plan: Plan, catalogue: Catalogue) -> Plan:
    """Only patients who fulfil a window that the condition cannot do without, which most do not."""
    changed = []
    for read in plan.patients:
        assert read.slot.condition is not None
        must = required(read.slot.condition)
        found = tuple(leaves(read.slot.condition))
        wanted = tuple(
            place for place, _ in read.windows if place in must and not fulfilled_by_none(found[place])
        )
        changed.append(replace(read, required=wanted))
    return replace(plan, patients=tuple(changed))


def medicines_by_table(plan: Plan, catalogue: Catalogue) -> Plan:
    """What is tested of medicines alone is looked up by presentation, all tests in one small table."""
    return each_scan(plan, lambda scan: _with_medicine_tests(scan, plan, catalogue))


def _with_medicine_tests(scan: Scan, plan: Plan, catalogue: Catalogue) -> Scan:
    places = tuple(place for place, one in enumerate(scan.tested) if looks_only_at(one, Dimension.MEDICINE))
    if not places or len(places) < len(scan.tested) or not scan.only_tested:
        return scan
    medicines = catalogue.medicines(plan.query.codes)
    selected = [medicines.selected(scan.tested[place]) for place in places]
    positions = sorted(frozenset().union(*selected))
    tests = MedicineTests(
        places=places,
        keys=tuple(medicines.keys[position] for position in positions),
        selected=tuple(tuple(position in one for position in positions) for one in selected),
    )
    ranges = medicines.key_ranges(positions)
    reason = f"the medicines are {len(positions)} presentations in {len(ranges)} ranges of keys"
    return replace(
        scan,
        medicine_tests=tests,
        presentation_ranges=ranges if len(ranges) <= FEW_RANGES else scan.presentation_ranges,
        reasons=(*scan.reasons, reason),
    )


def substances_by_bits(plan: Plan, catalogue: Catalogue) -> Plan:
    """Different chemical substances of a patient are counted by setting a bit for each, if they are few."""
    changed = []
    for read in plan.patients:
        assert read.slot.condition is not None
        found = tuple(leaves(read.slot.condition))
        here = [leaf for leaf in found if isinstance(leaf.window, Here)]
        changed.append(
            replace(
                read,
                scan=_with_bits(read.scan, here, plan, catalogue),
                windows=tuple(
                    (place, _with_bits(scan, [found[place]], plan, catalogue)) for place, scan in read.windows
                ),
            )
        )
    return replace(plan, patients=tuple(changed))


def _with_bits(scan: Scan, found: Sequence[Leaf], plan: Plan, catalogue: Catalogue) -> Scan:
    """A scan that needs no substances of its rows, as those of each test have their bits."""
    if scan.medicine_tests is None or CHEMICAL_SUBSTANCE not in scan.counted:
        return scan
    if any(fields != (CHEMICAL_SUBSTANCE,) for leaf in found for fields in _counted_by(leaf)):
        return scan
    medicines = catalogue.medicines(plan.query.codes)
    codes = dict(zip(medicines.keys, medicines.codes, strict=True))
    tests = scan.medicine_tests
    substances = [code_at(codes[key], CHEMICAL_SUBSTANCE.name) for key in tests.keys]
    bits = []
    for selected in tests.selected:
        mine = sorted({one for one, is_selected in zip(substances, selected, strict=True) if is_selected})
        if len(mine) > _MOST_SUBSTANCES:
            return scan
        place = {one: 1 << number for number, one in enumerate(mine)}
        pairs = zip(substances, selected, strict=True)
        bits.append(tuple(place[one] if is_selected else 0 for one, is_selected in pairs))
    return replace(
        scan,
        medicine_tests=replace(tests, substances=tuple(bits)),
        counted=tuple(field for field in scan.counted if field != CHEMICAL_SUBSTANCE),
        reasons=(*scan.reasons, "different chemical substances are counted as bits"),
    )


def _counted_by(leaf: Leaf) -> Iterator[tuple[Field, ...]]:
    """The fields whose codes a leaf counts, apart from the patient."""
    match leaf:
        case AtLeast(Distinct(fields)):
            yield tuple(field for field in fields if field != PATIENT)
        case Score():
            yield (CHEMICAL_SUBSTANCE,)
        case _:
            return


def from_mixed(scan: Scan, catalogue: Catalogue) -> Scan:
    """A scan of the rows of patients who are in several places in a month."""
    return replace(
        scan,
        source=Source.MIXED_ITEMS,
        databases=derived(catalogue),
        reasons=(*scan.reasons, "the rows of the other patients"),
    )


# --- Bit strings -----------------------------------------------------------------------------------------


def bit_strings(plan: Plan, catalogue: Catalogue) -> Plan:
    """Patients of few groups are counted by setting a bit for each: the keys of patients are dense."""
    ranking = ranking_part(plan.query)
    parts = (*answer_parts(plan.query), *((ranking[0],) if ranking else ()))
    periods = len(plan.months) * len(plan.lenses)

    def few(relation: Relation) -> bool:
        groupings = {
            cell.grouping
            for part in parts
            for term in part.terms
            for cell in cells_of(term)
            if cell.slot in relation.scans[0].slots
        }
        groups = max((_groups(grouping.fields, periods, catalogue) for grouping in groupings), default=1)
        return groups * catalogue.highest_patient <= _MOST_BITS

    relations = tuple(
        replace(relation, by_bits=True)
        if relation.counted == (PATIENT,)
        and not relation.one_a_month
        and catalogue.highest_patient
        and few(relation)
        else relation
        for relation in plan.relations
    )
    return replace(plan, relations=relations)


def _groups(fields: Iterable[Field], periods: int, catalogue: Catalogue) -> int:
    """At most so many groups."""
    count = 1
    for field in fields:
        count *= _codes_of(field, periods, catalogue)
    return count


def _codes_of(field: Field, periods: int, catalogue: Catalogue) -> int:
    if field.dimension is Dimension.TIME:
        return periods
    if field == ENGLAND:
        return 1
    if field == PRACTICE:
        return len(catalogue.practices)
    if field.name in LEVELS:
        return len(catalogue.directory.organisations_at(field.name)) + 1
    return len(field.closed) or 1_000_000
