"""Rewrites: from a plan that is right to one that is right and fast.

Each is a pure function of a plan and the release's catalogue, and can be left out by its name: the answers
must not change. They run in the order of ``REWRITES``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from epact2.model.fields import Dimension
from epact2.model.prescribing import CHAPTER, ENGLAND, PRACTICE, PRACTICE_SETTING, SECTION
from epact2.query.nodes import Codes, Selection, Structure
from epact2.store.catalogue import Catalogue, organisation_test
from epact2.store.item_rewrites import (
    FEW_RANGES,
    agreeing_items,
    bit_strings,
    from_mixed,
    is_narrow,
    item_rollups,
    items_by_presentation,
    medicines_by_table,
    only_what_is_tested,
    required_windows,
    substances_by_bits,
)
from epact2.store.patient_months import patient_months
from epact2.store.plan import (
    ITEM_SOURCES,
    ROLLUPS,
    Plan,
    Scan,
    Source,
    each_scan,
    fields_in,
    looks_only_at,
    prefixes_in,
)
from epact2.store.planner import COLUMNS
from epact2.store.prepared_rewrite import prepared_results
from epact2.store.terms import answer_parts, cells_of, ranking_part

Rewrite = Callable[[Plan, Catalogue], Plan]
_FEW_PRACTICES = 100  # as a list of keys; for more, the database does better with a join
_OF_MIXED = (
    "organisation_keys", "only_what_is_tested", "medicines_by_table", "substances_by_bits", "key_ranges",
    "prune_months",
)  # fmt: skip
_OF_LISTINGS = ("organisation_keys", "patient_places", "key_ranges", "prune_months")
_OF_COUNTS = ("prepared_results",)  # they know how many patients, and not who
_PRACTICES_BY_ROWS = 8  # few enough to be read from each month's rows, which lie practice by practice
_BY_MONTH = frozenset({Source.ROWS, Source.PREPARED, *ITEM_SOURCES})
_UNDATED = frozenset({None, ENGLAND, PRACTICE, PRACTICE_SETTING})
_PEOPLE = (Dimension.ORGANISATION,)
_MEDICINES = (Dimension.MEDICINE,)
_BY_MEDICINE = frozenset(
    {
        Source.ROWS,
        Source.BY_PRESENTATION,
        Source.BY_SECTION,
        Source.ITEMS,
        Source.ITEMS_BY_PRESENTATION,
        Source.MIXED_ITEMS,
    }
)


def rewrite(plan: Plan, catalogue: Catalogue, without: Collection[str] = ()) -> Plan:
    """The plan after all rewrites but those named in ``without``."""
    applied = []
    for name, change in REWRITES:
        if name in without:
            continue
        changed = change(plan, catalogue)
        if changed != plan:
            applied.append(name)
        plan = changed
    return replace(plan, rewrites=tuple(applied))


def rewrite_listing(plan: Plan, catalogue: Catalogue, without: Collection[str] = ()) -> Plan:
    """The plan of a listing after those rewrites that say where its rows lie."""
    others = {name for name, _ in REWRITES if name not in _OF_LISTINGS}
    return rewrite(plan, catalogue, {*without, *others})


def rewrite_condition(plan: Plan, catalogue: Catalogue, without: Collection[str] = ()) -> Plan:
    """The plan of a listing's condition on patients after those rewrites that leave who fulfils it."""
    return rewrite(plan, catalogue, {*without, *_OF_COUNTS})


def mixed_only(plan: Plan, catalogue: Catalogue) -> Plan | None:
    """The plan that counts only patients whose rows of the month are of several practices, ages or areas.

    It gives other answers, on purpose: all others are at one practice, so their counts add up over practices,
    and only these few have to be counted again at each level. None where a count needs more than the narrow
    tables know, or looks at other months.
    """
    scans = [scan for one in plan.relations if one.counted for scan in one.scans]
    scans += [read.scan for read in plan.patients]
    if any(read.windows for read in plan.patients) or not scans:
        return None
    if not all(scan.source is Source.ITEMS and is_narrow(scan, catalogue) for scan in scans):
        return None
    mixed = each_scan(plan, lambda scan: from_mixed(scan, catalogue) if scan.source is Source.ITEMS else scan)
    others = {name for name, _ in REWRITES if name not in _OF_MIXED}
    return rewrite(mixed, catalogue, others)


def _because(scan: Scan, reason: str) -> tuple[str, ...]:
    return (*scan.reasons, reason)


def organisation_keys(plan: Plan, catalogue: Catalogue) -> Plan:
    """A condition on organisations as they are today that leaves few practices becomes their keys."""
    return each_scan(plan, lambda scan: _with_practice_keys(scan, plan, catalogue))


def _with_practice_keys(scan: Scan, plan: Plan, catalogue: Catalogue) -> Scan:
    current = plan.query.structure is Structure.CURRENT
    mine = [one for one in scan.conditions if looks_only_at(one, *_PEOPLE) and (current or _is_undated(one))]
    if not mine:
        return scan
    tests = [organisation_test(one, catalogue.directory) for one in mine]
    keys = [practice.key for practice in catalogue.practices if all(test(practice) for test in tests)]
    if len(keys) > _FEW_PRACTICES:
        return scan
    return replace(
        scan,
        practice_keys=tuple(sorted(keys)),
        conditions=tuple(one for one in scan.conditions if one not in mine),
        reasons=_because(scan, f"the organisations are {len(keys)} practices by key"),
    )


def patient_places(plan: Plan, catalogue: Catalogue) -> Plan:
    """Rows of patients who are named are read from the practices where these patients have any."""
    return each_scan(plan, _at_places)


def _at_places(scan: Scan) -> Scan:
    if scan.patients_at is None:
        return scan
    at = frozenset(scan.patients_at)
    keys = at if scan.practice_keys is None else at & frozenset(scan.practice_keys)
    reason = f"the patients have rows at {len(at)} {'practice' if len(at) == 1 else 'practices'}"
    return replace(scan, practice_keys=tuple(sorted(keys)), reasons=_because(scan, reason))


def _is_undated(selection: Selection) -> bool:
    """Whether a selection means the same under both structures. A code of any level may be dated."""
    looked_at = fields_in(selection)
    return bool(looked_at) and looked_at <= _UNDATED and not _has_any_organisation(selection)


def _has_any_organisation(selection: Selection) -> bool:
    return "UnderOrganisation" in repr(selection)


def choose_rollup(plan: Plan, catalogue: Catalogue) -> Plan:
    """The smallest table that can tell apart what a scan needs."""
    return each_scan(plan, lambda scan: _rolled_up(scan, plan, catalogue))


def _rolled_up(scan: Scan, plan: Plan, catalogue: Catalogue) -> Scan:
    if scan.source is not Source.ROWS or not catalogue.totals:
        return scan
    chosen = _rollup_for(scan, plan, catalogue)
    if chosen is None:
        return replace(scan, reasons=_because(scan, "prescription lines are only in the rows"))
    source, reason = chosen
    years = catalogue.years
    return replace(
        scan,
        source=source,
        databases=tuple((database, years[year]) for year, database in sorted(catalogue.totals.items())),
        reasons=_because(scan, reason),
    )


def _rollup_for(scan: Scan, plan: Plan, catalogue: Catalogue) -> tuple[Source, str] | None:
    used = scan.fields_used
    if any(field is not None and field.dimension is Dimension.LINE for field in used):
        return None
    of_medicine = {field for field in used if field is None or field.dimension is Dimension.MEDICINE}
    if not of_medicine:
        return Source.BY_PRACTICE, "nothing about medicines is needed"
    prefixes = {prefix for condition in scan.conditions for prefix in prefixes_in(condition)}
    if (
        of_medicine <= {None, CHAPTER, SECTION}
        and all(len(prefix) <= 4 for prefix in prefixes)
        and plan.query.codes is Codes.LATEST
        and catalogue.sections_are_numbers
    ):
        return Source.BY_SECTION, "medicines are needed by section or chapter only"
    return Source.BY_PRESENTATION, "medicines are needed by presentation, prescription lines are not"


def key_ranges(plan: Plan, catalogue: Catalogue) -> Plan:
    """A condition on medicines becomes ranges of keys, which lie together on disk."""
    return each_scan(plan, lambda scan: _with_key_ranges(scan, plan, catalogue))


def _with_key_ranges(scan: Scan, plan: Plan, catalogue: Catalogue) -> Scan:
    mine = [one for one in scan.conditions if looks_only_at(one, *_MEDICINES)]
    if not mine or scan.source not in _BY_MEDICINE:
        return scan
    medicines = catalogue.medicines(plan.query.codes)
    positions = medicines.selected(mine[0])
    for one in mine[1:]:
        positions &= medicines.selected(one)
    rest = tuple(one for one in scan.conditions if one not in mine)
    if scan.source is Source.BY_SECTION:
        sections = medicines.sections(positions)
        reason = f"the medicines are {len(sections)} sections"
        return replace(scan, sections=sections, conditions=rest, reasons=_because(scan, reason))
    ranges = medicines.key_ranges(positions)
    if len(ranges) > FEW_RANGES:
        return scan
    reason = f"the medicines are {len(positions)} presentations in {len(ranges)} ranges of keys"
    return replace(scan, presentation_ranges=ranges, conditions=rest, reasons=_because(scan, reason))


def choose_projection(plan: Plan, catalogue: Catalogue) -> Plan:
    """A few practices are read from the rows, which lie practice by practice, and not from a rollup that
    lies presentation by presentation.
    """
    return each_scan(plan, lambda scan: _by_practice(scan, catalogue))


def _by_practice(scan: Scan, catalogue: Catalogue) -> Scan:
    few = scan.practice_keys is not None and len(scan.practice_keys) <= _PRACTICES_BY_ROWS
    # With a condition on medicines the rollup is read in a few places only, which is less still.
    if scan.source is not Source.BY_PRESENTATION or not few or scan.presentation_ranges is not None:
        return scan
    return replace(
        scan,
        source=Source.ROWS,
        databases=tuple((database, (month,)) for month, database in sorted(catalogue.rows.items())),
        reasons=_because(scan, "few practices: their rows lie together"),
    )


def prescriber_runs(plan: Plan, catalogue: Catalogue) -> Plan:
    """Which practices prescribe in which months is kept as runs of months, far fewer than practice-months."""
    return each_scan(plan, lambda scan: _as_runs(scan, plan))


def _as_runs(scan: Scan, plan: Plan) -> Scan:
    proves_only = scan.listing and not scan.slots and not scan.counted
    by_rows = scan.source is Source.BY_PRACTICE
    by_lists = scan.source is Source.POPULATION and scan.prescribers_only
    undated = plan.query.structure is Structure.CURRENT or (
        all(_is_undated(one) for one in scan.conditions) and set(scan.fields) <= _UNDATED
    )
    if not proves_only or not (by_rows or by_lists) or not undated or scan.absences:
        return scan
    return replace(
        scan,
        source=Source.PRESCRIBERS if by_rows else Source.LISTED_PRESCRIBERS,
        databases=(),
        reasons=_because(scan, "who prescribes is known without reading what"),
    )


def practices_last(plan: Plan, catalogue: Catalogue) -> Plan:
    """Where most practices are selected, and every group is of one practice, those of the others are added up
    too and left out at the end: looking up the practice of each row would take longer.
    """
    parts = answer_parts(plan.query)
    ranking = ranking_part(plan.query)
    groupings = {part.grouping for part in (*parts, *((ranking[0],) if ranking else ()))}
    groupings |= {cell.grouping for part in parts for term in part.terms for cell in cells_of(term)}
    scans = [scan for relation in plan.relations if relation.name != COLUMNS for scan in relation.scans]
    shared = [
        one
        for one in (scans[0].conditions if scans else ())
        if looks_only_at(one, *_PEOPLE) and all(one in scan.conditions for scan in scans)
    ]
    of_practices = all(PRACTICE in grouping.fields and not grouping.others for grouping in groupings)
    if plan.query.structure is not Structure.CURRENT or not of_practices or not shared:
        return plan
    tests = [organisation_test(one, catalogue.directory) for one in shared]
    selected = sum(all(test(practice) for test in tests) for practice in catalogue.practices)
    if selected * 2 < len(catalogue.practices):
        return plan
    reason = f"{selected} of {len(catalogue.practices)} practices are selected, at the end"
    relations = tuple(
        relation
        if relation.name == COLUMNS
        else replace(
            relation,
            scans=tuple(
                replace(
                    scan,
                    conditions=tuple(one for one in scan.conditions if one not in shared),
                    reasons=_because(scan, reason),
                )
                for scan in relation.scans
            ),
        )
        for relation in plan.relations
    )
    return replace(plan, relations=relations, practices_where=tuple(shared))


def prune_months(plan: Plan, catalogue: Catalogue) -> Plan:
    """Only the files of months that are needed."""
    return each_scan(plan, lambda scan: _pruned(scan, lambda source: source in _BY_MONTH, "months"))


def prune_years(plan: Plan, catalogue: Catalogue) -> Plan:
    """Only the rollups of years that are needed."""
    return each_scan(plan, lambda scan: _pruned(scan, lambda source: source in ROLLUPS, "years"))


def _pruned(scan: Scan, applies: Callable[[Source], bool], unit: str) -> Scan:
    if not applies(scan.source):
        return scan
    needed = set(scan.months)
    kept = tuple(
        (database, months) for database, months in scan.databases if needed.intersection(months or ())
    )
    if len(kept) == len(scan.databases):
        return scan
    reason = f"{len(kept)} of {len(scan.databases)} {unit} are needed"
    return replace(scan, databases=kept, reasons=_because(scan, reason))


REWRITES: tuple[tuple[str, Rewrite], ...] = (
    ("prepared_results", prepared_results),
    ("agreeing_items", agreeing_items),
    ("organisation_keys", organisation_keys),
    ("patient_places", patient_places),
    ("choose_rollup", choose_rollup),
    ("item_rollups", item_rollups),
    ("patient_months", patient_months),
    ("only_what_is_tested", only_what_is_tested),
    ("required_windows", required_windows),
    ("items_by_presentation", items_by_presentation),
    ("medicines_by_table", medicines_by_table),
    ("substances_by_bits", substances_by_bits),
    ("key_ranges", key_ranges),
    ("choose_projection", choose_projection),
    ("bit_strings", bit_strings),
    ("prescriber_runs", prescriber_runs),
    ("practices_last", practices_last),
    ("prune_months", prune_months),
    ("prune_years", prune_years),
)


def rewrite_names() -> Iterable[str]:
    """The names by which rewrites can be left out."""
    return (name for name, _ in REWRITES)
