"""The SQL of one scan: its table, the joins that its fields need, and what it selects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from epact2.model.fields import Dimension, Field
from epact2.model.items import OPEN_FIELDS, PAID_PRESENTATION, PAID_SNOMED_CODE
from epact2.model.measures import Measure
from epact2.model.prescribing import (
    CHAPTER,
    ENGLAND,
    PRACTICE,
    PRACTICE_SETTING,
    QUANTITY_PER_ITEM,
    SNOMED_CODE,
)
from epact2.query.conditions import Leaf
from epact2.query.nodes import Codes, Structure
from epact2.store.catalogue import Catalogue
from epact2.store.plan import Plan, Scan, Slot, Source, column_of
from epact2.store.prepared import column_name
from epact2.store.sql_items import counted_of_patient, known_leaf, stored_number
from epact2.store.sql_parts import (
    Parameters,
    all_of,
    any_of,
    between,
    call,
    column,
    condition,
    named,
    number,
    stack,
    table_of,
    text,
    within,
)

# Aliases within a scan: the facts, the practice, the practice as at the month, the medicine, the months.
FACTS, NOW, THEN, MEDICINE, MONTHS, TESTS = "f", "p", "t", "m", "d", "x"
_KEYED = "i_"
PAID, CODE = "paid", "k"
MONTH = "dispensed"
LISTED = "listed"
ALONE = "alone"  # what the one row of a patient in a month counts
PRACTICES = "practices"
PRACTICES_AS_AT = "practices_as_at"
MEDICINES = {Codes.LATEST: "medicines_latest", Codes.AS_PUBLISHED: "medicines_published"}
LOADED_MONTHS = "months"
RUNS = frozenset({Source.PRESCRIBERS, Source.LISTED_PRESCRIBERS})


def scan_select(
    scan: Scan,
    slots: Mapping[Slot, str],
    plan: Plan,
    catalogue: Catalogue,
    parameters: Parameters,
    *,
    with_listing: bool,
) -> exp.Select:
    """The rows of a scan: numbers of its fields' codes, the month if kept, a column for each of ``slots``,
    named as given (NULL where the scan does not have it), and whether the row lists its group.
    """
    return ScanSelect(scan, plan, catalogue, parameters).select(slots, with_listing)


def patients_select(scan: Scan, plan: Plan, catalogue: Catalogue, parameters: Parameters) -> exp.Select:
    """The rows that conditions on patients look at.

    Their columns: numbers of the fields' codes, the month if kept, the patient (``counted_0``), other codes
    that are counted (``counted_1`` …), what is tested (``tested_0`` …), and amounts by their own names.
    """
    return ScanSelect(scan, plan, catalogue, parameters).of_patients()


def patient_months_select(
    scan: Scan, plan: Plan, catalogue: Catalogue, parameters: Parameters, leaves: Sequence[Leaf]
) -> exp.Select:
    """The rows of patient_month: numbers of the fields' codes, the month if kept, the patient, as
    ``counted_0``, and whether each leaf of a condition is fulfilled (``leaf_0`` …).
    """
    return ScanSelect(scan, plan, catalogue, parameters).of_patient_months(leaves)


class ScanSelect:
    """The pieces of one scan's SQL. Whatever is asked of it says what has to be joined and read, so its table
    (``facts``) and joins (``completed``) come last.
    """

    def __init__(self, scan: Scan, plan: Plan, catalogue: Catalogue, parameters: Parameters) -> None:
        self.scan = scan
        self.plan = plan
        self.catalogue = catalogue
        self.parameters = parameters
        self.joins: dict[str, None] = {}
        self.columns: dict[str, None] = {}  # of the stored table, in order of first use

    def select(self, slots: Mapping[Slot, str], with_listing: bool) -> exp.Select:
        scan = self.scan
        if scan.source in RUNS:
            return self.of_runs(slots, with_listing)
        shown = [named(self.id_of(field), column_of(field)) for field in scan.fields]
        if scan.of_month:
            shown.append(named(self.stored("month"), MONTH))
        counted = scan.counted if scan.source is not Source.PATIENT_MONTH else ()
        shown += [named(self.id_of(field), f"counted_{index}") for index, field in enumerate(counted)]
        if scan.source is Source.PATIENT_MONTH:
            shown.append(named(counted_of_patient(scan.counted, scan.chapters, self.stored), ALONE))
        if not scan.counted:
            shown += [named(self.amount(slot), name) for slot, name in slots.items()]
        if with_listing:
            shown.append(named(number(1) if scan.listing else exp.Null(), LISTED))
        where = list(self.conditions())
        return self.completed(exp.select(*(shown or [named(number(1), "one")])).from_(self.facts()), where)

    def of_runs(self, slots: Mapping[Slot, str], with_listing: bool) -> exp.Select:
        """Who prescribes when. Equal runs are told once before they become months: an ICB has as many runs
        as its practices, and nearly all are the same.
        """
        scan = self.scan
        first, last = self.stored("first_month"), self.stored("last_month")
        where = list(self.conditions())
        keys = [named(self.id_of(field), column_of(field)) for field in scan.fields]
        constants = [named(exp.Null(), name) for name in slots.values()]
        if with_listing:
            constants.append(named(number(1), LISTED))
        months = self.catalogue.directory.months
        low, high = scan.months[0], scan.months[-1]
        gapless = all(one.number in scan.months for one in months if low <= one.number <= high)
        if not scan.of_month and gapless:
            where.append(exp.LTE(this=first, expression=self.parameters.bind(high)))
            where.append(exp.GTE(this=last, expression=self.parameters.bind(low)))
            overlapping = exp.select(*([*keys, *constants] or [named(number(1), "one")]))
            return self.completed(overlapping.from_(self.facts()), where)
        runs = self.completed(exp.select(*keys, first, last).from_(self.facts()), where)
        if PRACTICE not in scan.fields:
            runs = runs.distinct(copy=False)
        shown: list[exp.Expression] = [column(column_of(field), "g") for field in scan.fields]
        if scan.of_month:
            shown.append(named(column("month", MONTHS), MONTH))
        shown += constants
        on = exp.Between(
            this=column("month", MONTHS), low=column("first_month", "g"), high=column("last_month", "g")
        )
        # From a table and not from a list, whose smallest and largest number the database would not know.
        month = column("month", MONTHS)
        if gapless:
            wanted = between(month, low, high, self.parameters)
        else:
            wanted = within(month, scan.months, self.parameters)
        return (
            exp.select(*(shown or [named(number(1), "one")]))
            .from_(runs.subquery("g", copy=False))
            .join(table_of(LOADED_MONTHS, alias=MONTHS), on=on, copy=False)
            .where(wanted, copy=False)
        )

    def of_patients(self) -> exp.Select:
        """See ``patients_select``."""
        scan = self.scan
        shown = [named(self.id_of(field), column_of(field)) for field in scan.fields]
        if scan.of_month:
            shown.append(named(self.stored("month"), MONTH))
        shown += [named(self.id_of(field), f"counted_{index}") for index, field in enumerate(scan.counted)]
        tests = [self.test(place) for place in range(len(scan.tested))]
        shown += [named(test, f"tested_{place}") for place, test in enumerate(tests)]
        by_bits = scan.medicine_tests.places if scan.medicine_tests and scan.medicine_tests.substances else ()
        shown += [named(self.of(TESTS, f"bits_{place}"), f"bits_{place}") for place in by_bits]
        shown += [named(self.stored(measure.column), measure.column) for measure in scan.amounts]
        where = list(self.conditions())
        if scan.only_tested:
            where.append(any_of(tests))
        return self.completed(exp.select(*shown).from_(self.facts()), where)

    def of_patient_months(self, leaves: Sequence[Leaf]) -> exp.Select:
        """See ``patient_months_select``."""
        shown = [named(self.id_of(field), column_of(field)) for field in self.scan.fields]
        if self.scan.of_month:
            shown.append(named(self.stored("month"), MONTH))
        shown.append(named(self.stored("patient"), "counted_0"))
        shown += [named(known_leaf(leaf, self.stored), f"leaf_{place}") for place, leaf in enumerate(leaves)]
        where = list(self.conditions())
        return self.completed(exp.select(*shown).from_(self.facts()), where)

    def test(self, place: int) -> exp.Expression:
        """Whether a selection of a patient's condition selects the row."""
        if self.scan.medicine_tests is not None and place in self.scan.medicine_tests.places:
            return self.of(TESTS, f"tested_{place}")
        selection = self.scan.tested[place]
        return condition(selection, self.code_of, self.catalogue.directory, self.parameters)

    def tests_of_medicines(self) -> exp.Expression:
        """A small table with the keys of the presentations that any test selects, and which tests do."""
        tests = self.scan.medicine_tests
        assert tests is not None
        shown = [named(call("unnest", self.parameters.listed(tests.keys, "INTEGER")), "key")]
        for place, selected in zip(tests.places, tests.selected, strict=True):
            listed = self.parameters.listed(selected, "BOOLEAN")
            shown.append(named(call("unnest", listed), f"tested_{place}"))
        for place, bits in zip(tests.places, tests.substances, strict=False):
            shown.append(named(call("unnest", self.parameters.listed(bits, "HUGEINT")), f"bits_{place}"))
        return exp.select(*shown).subquery(TESTS, copy=False)

    def completed(self, select: exp.Select, where: list[exp.Expression]) -> exp.Select:
        for join in self.joins:
            select = self.joined(select, join)
        return select.where(*where, copy=False) if where else select

    # --- Columns -----------------------------------------------------------------------------------------

    def stored(self, name: str) -> exp.Expression:
        self.columns[name] = None
        return column(name, FACTS)

    def of(self, alias: str, name: str) -> exp.Expression:
        self.joins[alias] = None
        return column(name, alias)

    def amount(self, slot: Slot) -> exp.Expression:
        if slot not in self.scan.slots:
            return exp.Null()
        if self.scan.source is Source.PREPARED:
            return self.stored(column_name(slot))
        assert isinstance(slot.of, Measure)
        return self.stored(slot.of.column)

    def id_of(self, field: Field) -> exp.Expression:
        """The number of a field's code; for a SNOMED code, which has none, the code."""
        if field == ENGLAND:
            return number(0)
        if field == PRACTICE:
            return self.stored("practice")
        if field == SNOMED_CODE:
            return self.snomed()
        if field == QUANTITY_PER_ITEM:
            return self.stored("quantity")
        if field.of_items:
            return stored_number(field, self.scan.source, self.stored)
        if field == self.scan.prepared_at:
            self.stored("code")
            return self.of(CODE, "id")
        if self.scan.source is Source.BY_SECTION and field.dimension is Dimension.MEDICINE:
            section = self.stored("section")
            return exp.IntDiv(this=section, expression=number(100)) if field == CHAPTER else section
        if self.is_dated(field):
            return exp.Coalesce(this=self.of(THEN, column_of(field)), expressions=[number(0)])
        return self.of(self.alias_of(field), column_of(field))

    def code_of(self, field: Field) -> exp.Expression:
        """The code of a field, as text; the number itself of a field that has no other code."""
        if field == SNOMED_CODE:
            return self.snomed()
        if field == QUANTITY_PER_ITEM:
            return self.stored("quantity")
        if field in OPEN_FIELDS:
            return self.of_key(column_of(field))
        if field == PAID_SNOMED_CODE:
            return self.of_key("paid_product")
        if field == PAID_PRESENTATION:
            self.stored("paid_presentation")
            return exp.Coalesce(this=self.of(PAID, "code"), expressions=[text("")])
        if field.of_items:
            return stored_number(field, self.scan.source, self.stored)
        if self.scan.source is Source.BY_SECTION and field.dimension is Dimension.MEDICINE:
            section = call("lpad", exp.cast(self.stored("section"), "VARCHAR"), number(4), text("0"))
            return call("left", section, number(2)) if field == CHAPTER else section
        name = f"{column_of(field)}_code"
        if self.is_dated(field):
            return exp.Coalesce(this=self.of(THEN, name), expressions=[text("-")])
        return self.of(self.alias_of(field), name)

    def snomed(self) -> exp.Expression:
        """The SNOMED code: a text in the rows of open data, a key in those of items."""
        return self.of_key("product") if self.scan.source is Source.ITEMS else self.stored("snomed")

    def of_key(self, name: str) -> exp.Expression:
        """The code of a key that is stored in a column of items."""
        self.stored(name)
        return self.of(f"{_KEYED}{name}", "code")

    def is_dated(self, field: Field) -> bool:
        return (
            self.plan.query.structure is Structure.AS_AT
            and field.dimension is Dimension.ORGANISATION
            and field not in (PRACTICE, PRACTICE_SETTING)
        )

    @staticmethod
    def alias_of(field: Field) -> str:
        return NOW if field.dimension is Dimension.ORGANISATION else MEDICINE

    # --- Tables ------------------------------------------------------------------------------------------

    def joined(self, select: exp.Select, alias: str) -> exp.Select:
        on: exp.Expression
        match alias:
            case "p":
                on = exp.EQ(this=column("practice", NOW), expression=column("practice", FACTS))
                return select.join(table_of(PRACTICES, alias=NOW), on=on, copy=False)
            case "t":
                on = all_of(
                    exp.EQ(this=column(name, THEN), expression=column(name, FACTS))
                    for name in ("practice", "month")
                )
                table = table_of(PRACTICES_AS_AT, alias=THEN)
                return select.join(table, on=on, join_type="left", copy=False)
            case "m":
                on = exp.EQ(this=column("key", MEDICINE), expression=column("presentation", FACTS))
                table = table_of(MEDICINES[self.plan.query.codes], alias=MEDICINE)
                return select.join(table, on=on, copy=False)
            case "k":
                assert self.scan.prepared_at is not None
                on = exp.EQ(this=column("code", CODE), expression=column("code", FACTS))
                codes = table_of(f"codes_{column_of(self.scan.prepared_at)}", alias=CODE)
                return select.join(codes, on=on, copy=False)
            case _ if alias.startswith(_KEYED):
                name = alias.removeprefix(_KEYED)
                on = exp.EQ(this=column("id", alias), expression=column(name, FACTS))
                keys = "keys_product" if name == "paid_product" else f"keys_{name}"
                return select.join(table_of(keys, alias=alias), on=on, copy=False)
            case "paid":
                on = exp.EQ(this=column("presentation", PAID), expression=column("paid_presentation", FACTS))
                paid = table_of("medicine", "dimensions", PAID)
                return select.join(paid, on=on, join_type="left", copy=False)
            case "x":
                on = exp.EQ(this=column("key", TESTS), expression=column("presentation", FACTS))
                return select.join(self.tests_of_medicines(), on=on, copy=False)
            case _:
                raise AssertionError(f"no table has the alias {alias}")

    def facts(self) -> exp.Expression:
        """The stored table; the files of several months or years one under another."""
        scan = self.scan
        if scan.source in RUNS:
            return table_of(scan.source.value, alias=FACTS)
        if THEN in self.joins:
            self.stored("practice"), self.stored("month")
        if NOW in self.joins:
            self.stored("practice")
        if MEDICINE in self.joins or TESTS in self.joins:
            self.stored("presentation")
        if len(scan.databases) == 1:
            return table_of(scan.table, scan.databases[0][0], FACTS)
        names = list(self.columns) or ["month"]
        branches = [
            exp.select(*(column(name) for name in names)).from_(table_of(scan.table, database))
            for database, _ in scan.databases
        ]
        if not branches:
            # No month of the question is loaded under any lens: a table without rows.
            branches = [exp.select(*(named(exp.Null(), name) for name in names)).where(exp.false())]
        return stack(branches).subquery(FACTS, copy=False)

    # --- Conditions --------------------------------------------------------------------------------------

    def conditions(self) -> list[exp.Expression]:
        scan = self.scan
        found = []
        if scan.presentation_ranges is not None:
            key = self.stored("presentation")
            found.append(
                any_of(between(key, low, high, self.parameters) for low, high in scan.presentation_ranges)
            )
        if scan.sections is not None:
            found.append(within(self.stored("section"), scan.sections, self.parameters))
        if scan.prepared_codes is not None:
            codes = self.parameters.listed(scan.prepared_codes, "VARCHAR")
            found.append(call("list_contains", codes, self.stored("code")))
        if scan.practice_keys is not None:
            found.append(within(self.stored("practice"), scan.practice_keys, self.parameters))
        if scan.source not in RUNS:
            found += self.month_conditions()
        found += [self.not_absent(*absence) for absence in scan.absences]
        if scan.prescribers_only and scan.source is Source.POPULATION:
            found.append(self.stored("prescribes"))
        if scan.source in (Source.ITEMS, Source.ITEMS_BY_KIND) and scan.included_only:
            found.append(exp.EQ(this=self.stored("exclusion"), expression=number(0)))
        if scan.of_patients:
            if scan.source is Source.ITEMS:
                found.append(self.stored("patient_identified"))
            if scan.source in (Source.ITEMS, Source.ITEMS_BY_PRESENTATION):
                found.append(exp.NEQ(this=self.stored("patient"), expression=number(0)))
        found += [
            condition(one, self.code_of, self.catalogue.directory, self.parameters) for one in scan.conditions
        ]
        return found

    def not_absent(self, practice: int, first: int, last: int) -> exp.Expression:
        """Leaves out the rows of a practice in the months in which it is not in the scope."""
        of_practice = exp.EQ(this=self.stored("practice"), expression=self.parameters.bind(practice))
        in_months = between(self.stored("month"), first, last, self.parameters)
        return exp.Not(this=exp.Paren(this=all_of([of_practice, in_months])))

    def month_conditions(self) -> list[exp.Expression]:
        """Nothing where every month of the files is wanted; else a range, or a list if there are gaps."""
        scan = self.scan
        held = [months for _, months in scan.databases]
        if None not in held:
            in_files = {month for months in held for month in months or ()}
            if in_files <= set(scan.months):
                return []
        else:
            in_files = {month.number for month in self.catalogue.directory.list_months}
        if not scan.months:
            return [exp.false()]
        low, high = scan.months[0], scan.months[-1]
        month = self.stored("month")
        if all(month in scan.months for month in in_files if low <= month <= high):
            return [between(month, low, high, self.parameters)]
        return [within(month, scan.months, self.parameters)]
