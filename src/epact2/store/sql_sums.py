"""The sums of a question: rows of the scans brought together by each grouping that the answer needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlglot import exp

from epact2.model.fields import Dimension, Field
from epact2.model.months import DispensingMonth
from epact2.model.prescribing import MONTH, PRACTICE
from epact2.query.periods import PLAIN, Lens, periods
from epact2.store.catalogue import Catalogue
from epact2.store.plan import Plan, Relation, Scan, Slot, Source, column_of
from epact2.store.planner import COLUMNS, MAIN, PEOPLE, lens_months
from epact2.store.published import is_split
from epact2.store.sql_left_out import left_out
from epact2.store.sql_parts import Parameters, aggregate, call, column, named, number, stack, table_of
from epact2.store.sql_patients import patients_summed
from epact2.store.sql_scan import ALONE, LISTED, scan_select
from epact2.store.sql_scan import MONTH as DISPENSED
from epact2.store.sql_sealed import sealed_summed, split_listing
from epact2.store.terms import Grouping, Part, cells_of

Sums = tuple[Grouping, str]  # what one aggregation is: its grouping, and the relation that it reads


class Summing:
    """The aggregations of one statement. What is used once stands in its place; the rest gets a name, in
    ``named_queries``, each after those that it reads.
    """

    def __init__(
        self, plan: Plan, parts: Sequence[Part], catalogue: Catalogue, parameters: Parameters
    ) -> None:
        self.plan = plan
        self.query = plan.query
        self.parts = parts
        self.catalogue = catalogue
        self.parameters = parameters
        self.relations = {relation.name: relation for relation in plan.relations}
        slots = dict.fromkeys(slot for scan in plan.scans for slot in scan.slots)
        self.highest = catalogue.highest_patient
        self.names = {slot: f"s{index}" for index, slot in enumerate(slots)}
        self.patients = {read.name: read for read in plan.patients}
        self.sealed = {read.name: read for read in plan.sealed}
        self.months = tuple(DispensingMonth.from_number(month) for month in plan.months)
        self.named_queries: dict[str, exp.Query] = {}
        self.sums: dict[Sums, dict[tuple[Slot, Lens], None]] = {}
        self.listed: set[Grouping] = set()
        self.uses: Counter[Sums] = Counter()
        self.reads: Counter[str] = Counter()
        self.count_uses()

    # --- What is used, and how often ----------------------------------------------------------------------

    def count_uses(self) -> None:
        if COLUMNS in self.relations:
            self.uses[self.column_groups] += 1
            self.sums[self.column_groups] = {}
        for part in self.parts:
            if COLUMNS not in self.relations and (part.grouping.fields or part.grouping.others):
                self.listed.add(part.grouping)
            for sums in self.sums_of(part):
                self.uses[sums] += 1
                self.sums.setdefault(sums, {})
            for term in part.terms:
                for cell in cells_of(term):
                    wanted = self.sums[cell.grouping, self.kind_of(cell.slot, cell.grouping)]
                    wanted[cell.slot, cell.lens] = None
        for sums in self.sums:
            for relation in self.relations_of(sums):
                self.reads[relation.name] += 1

    @property
    def column_groups(self) -> Sums:
        """The column groups of percentiles, where they are listed by themselves."""
        return Grouping(self.query.columns), COLUMNS

    def kind_of(self, slot: Slot, grouping: Grouping) -> str:
        for name, read_of_atoms in self.sealed.items():
            if read_of_atoms.slot == slot and grouping.fields in read_of_atoms.groups:
                return name
        if not slot.is_count:
            return MAIN
        for name, read in self.patients.items():
            if read.slot == slot:
                return name
        return self.relation_of(slot).name

    def relation_of(self, slot: Slot) -> Relation:
        """The relation that reads what a slot counts."""
        return next(
            one
            for one in self.plan.relations
            if one.name not in (MAIN, PEOPLE, COLUMNS) and slot in one.scans[0].slots
        )

    def sums_of(self, part: Part) -> list[Sums]:
        """The sums that a part reads, its own first."""
        own = [(part.grouping, MAIN)] if self.has_own(part) else []
        cells = (cell for term in part.terms for cell in cells_of(term))
        return list(
            dict.fromkeys(
                [*own, *((cell.grouping, self.kind_of(cell.slot, cell.grouping)) for cell in cells)]
            )
        )

    def has_own(self, part: Part) -> bool:
        if part.grouping.fields or part.grouping.others:
            return True
        cells = [cell for term in part.terms for cell in cells_of(term)]
        return any(
            cell.grouping == part.grouping and self.kind_of(cell.slot, cell.grouping) == MAIN
            for cell in cells
        )

    def relations_of(self, sums: Sums) -> list[Relation]:
        grouping, kind = sums
        if kind in self.patients or kind in self.sealed or self.is_split(sums):
            return []
        if kind != MAIN:
            return [self.relations[kind]]
        wanted = {slot for slot, _ in self.sums[sums]}
        found = []
        for name in (MAIN, PEOPLE):
            relation = self.relations.get(name)
            if relation is None or (name == PEOPLE and not grouping.is_of_people):
                continue
            lists = self.lists(sums) and not (name == PEOPLE and grouping.others)
            if any((lists and scan.listing) or wanted.intersection(scan.slots) for scan in relation.scans):
                found.append(relation)
        return found

    def is_split(self, sums: Sums) -> bool:
        """Whether groups are told apart by what patients are, of sealed figures, so that these list them."""
        return bool(self.sealed) and sums[1] == MAIN and is_split(sums[0].fields)

    def lists(self, sums: Sums) -> bool:
        return sums[1] == MAIN and sums[0] in self.listed

    def needs_flag(self, sums: Sums) -> bool:
        """Whether some groups are not listed: rows that do not list theirs, or one group without rows."""
        if not self.lists(sums) or self.is_split(sums):
            return False
        scans = [scan for relation in self.relations_of(sums) for scan in relation.scans]
        all_list = len(self.plan.lenses) == 1 and all(scan.listing for scan in scans)
        return not all_list or not self.key_fields(sums[0])

    # --- Rows and sums -----------------------------------------------------------------------------------

    def rows_of(self, relation: Relation, sums: Sums) -> exp.Expression:
        """The rows of a relation, as a named or nested table with the alias ``r``."""
        if self.reads[relation.name] == 1:
            if self.is_mapped(sums[0]) and (len(self.plan.lenses) > 1 or PRACTICE not in relation.fields):
                # Brought together by month first, since a month may count for many periods.
                return self.gathered(relation, sums).subquery("r", copy=False)
            return self.stacked(relation, sums).subquery("r", copy=False)
        if relation.name not in self.named_queries:
            self.named_queries[relation.name] = self.gathered(relation)
        return table_of(relation.name, alias="r")

    def stacked(self, relation: Relation, sums: Sums | None) -> exp.Query:
        slots, flag, scans = self.wanted_of(relation, sums)
        selects = [
            scan_select(scan, slots, self.plan, self.catalogue, self.parameters, with_listing=flag)
            for scan in scans
        ]
        return stack(selects)

    def wanted_of(
        self, relation: Relation, sums: Sums | None
    ) -> tuple[dict[Slot, str], bool, tuple[Scan, ...]]:
        """What is wanted of a relation, by one aggregation or by all: slots, the listing, and so scans."""
        slots = {slot: self.names[slot] for scan in relation.scans for slot in scan.slots}
        if relation.counted or relation.name == COLUMNS or sums is None:
            return slots, sums is None and not relation.counted, relation.scans
        wanted = {slot for slot, _ in self.sums[sums]}
        lists = self.lists(sums)
        scans = tuple(
            scan for scan in relation.scans if (lists and scan.listing) or wanted.intersection(scan.slots)
        )
        held = {slot: name for slot, name in slots.items() if slot in wanted}
        return held, self.needs_flag(sums), scans

    def is_mapped(self, grouping: Grouping) -> bool:
        """Whether months become periods by a table, and not by being months."""
        return self.plan.lenses != (PLAIN,) or not set(grouping.time_fields) <= {MONTH}

    def gathered(self, relation: Relation, sums: Sums | None = None) -> exp.Query:
        """The rows brought together as far as every grouping allows, by month."""
        slots, flag, _ = self.wanted_of(relation, sums)
        rows = self.stacked(relation, sums).subquery("q", copy=False)
        keys = [column_of(field) for field in relation.fields]
        keys += [DISPENSED] if relation.scans[0].of_month else []
        keys += [f"counted_{index}" for index in range(len(relation.counted))]
        shown: list[exp.Expression] = [column(key, "q") for key in keys]
        if not relation.counted:
            shown += [named(_total(slot, column(name, "q")), name) for slot, name in slots.items()]
        if flag:
            shown.append(named(exp.Max(this=column(LISTED, "q")), LISTED))
        shown = shown or [named(number(1), "one")]
        select = exp.select(*shown).from_(rows)
        return select.group_by(*(column(key, "q") for key in keys), copy=False) if keys else select

    def sum_table(self, sums: Sums, alias: str) -> exp.Expression:
        name = f"by_{list(self.sums).index(sums)}"
        if self.uses[sums] == 1:
            return self.summed(sums).subquery(alias, copy=False)
        if name not in self.named_queries:
            query = self.summed(sums)  # may itself add what it reads, which must come first
            self.named_queries[name] = query
        return table_of(name, alias=alias)

    def key_fields(self, grouping: Grouping) -> tuple[Field, ...]:
        """The fields that identify a group: others also belong to the group that they were left out of."""
        top = self.query.top
        if not grouping.others or top is None:
            return grouping.fields
        return tuple(dict.fromkeys((*top.within, *grouping.fields)))

    def summed(self, sums: Sums) -> exp.Query:
        """The aggregation of one grouping: its keys, its sums through each lens, whether it is listed."""
        if sums[1] in self.patients:
            return patients_summed(self, sums[0], self.patients[sums[1]])
        if sums[1] in self.sealed:
            return sealed_summed(self, sums[0], self.sealed[sums[1]])
        if self.is_split(sums):
            return split_listing(self, sums[0])
        relations = self.relations_of(sums)
        if relations and relations[0].one_a_month:
            return self.summed_months(relations[0], sums)
        if len(relations) == 1:
            pieces = [self.rows_of(one, sums) for one in self.by_file(relations[0], sums)]
        else:
            pieces = [self.under_one_another(relations, sums)]
        return stack([self.summed_rows(rows, sums) for rows in pieces])

    def summed_months(self, relation: Relation, sums: Sums) -> exp.Query:
        """What has one row for each patient of a month, and the rows of the other patients, added up apart.

        Together they would all be counted as different, which takes ten times as long.
        """
        pieces = []
        for scans in ((relation.scans[0],), relation.scans[1:]):
            piece = replace(relation, scans=scans)
            rows = self.stacked(piece, sums).subquery("r", copy=False)
            pieces.append(self.summed_rows(rows, sums, piece))
        keys = [column_of(field) for field in self.key_fields(sums[0])]
        names = [f"{self.names[slot]}_{self.plan.lenses.index(lens)}" for slot, lens in self.sums[sums]]
        both = stack(pieces).subquery("q", copy=False)
        totals = [named(exp.cast(exp.Sum(this=column(name, "q")), "BIGINT"), name) for name in names]
        select = exp.select(*(column(key, "q") for key in keys), *totals).from_(both)
        return select.group_by(*(column(key, "q") for key in keys), copy=False) if keys else select

    def by_file(self, relation: Relation, sums: Sums) -> list[Relation]:
        """The relation in pieces whose groups never meet: practices by month are added up file by file.

        There are so many of these groups that adding up a year at a time takes half the time: its months are
        few, so that a group's place can be worked out instead of looked up.
        """
        fields = sums[0].fields
        _, _, scans = self.wanted_of(relation, sums)
        apart = {scan.databases for scan in scans}
        if (
            self.reads[relation.name] > 1
            or self.is_mapped(sums[0])
            or not {MONTH, PRACTICE} <= set(fields)
            or len(apart) != 1
            or any(months is None for _, months in scans[0].databases)
        ):
            return [relation]
        return [
            replace(
                relation,
                scans=tuple(
                    replace(
                        scan,
                        databases=((database, months),),
                        months=tuple(month for month in scan.months if month in (months or ())),
                    )
                    for scan in relation.scans
                    if scan in scans
                ),
            )
            for database, months in scans[0].databases
        ] or [relation]

    def summed_rows(self, rows: exp.Expression, sums: Sums, piece: Relation | None = None) -> exp.Select:
        grouping, _ = sums
        wanted = self.sums[sums]
        flag = self.needs_flag(sums)
        select = exp.select().from_(rows)
        plain = [PLAIN] if self.lists(sums) or not wanted else []
        lenses = dict.fromkeys([*plain, *(lens for _, lens in wanted)])
        mapped = self.is_mapped(grouping)
        if mapped:
            on = exp.EQ(this=column(DISPENSED, "w"), expression=column(DISPENSED, "r"))
            months = self.month_map(grouping, tuple(lenses)).subquery("w", copy=False)
            select = select.join(months, on=on, copy=False)
        by_lens = len(lenses) > 1

        def through(lens: Lens) -> exp.Expression | None:
            index = number(self.plan.lenses.index(lens))
            return exp.EQ(this=column("lens", "w"), expression=index) if by_lens else None

        def key(field: Field) -> exp.Expression:
            if field.dimension is not Dimension.TIME:
                return column(column_of(field), "r")
            return column(column_of(field), "w") if mapped else column(DISPENSED, "r")

        keys = {field: key(field) for field in grouping.fields}
        if grouping.others:
            select, keys = left_out(self.query, select, keys)
        shown = [named(found, column_of(field)) for field, found in keys.items()]
        for slot, lens in wanted:
            name = f"{self.names[slot]}_{self.plan.lenses.index(lens)}"
            shown.append(named(self.total(slot, through(lens), piece), name))
        if flag:
            shown.append(named(aggregate(exp.Max, column(LISTED, "r"), through(PLAIN)), LISTED))
        select = select.select(*(shown or [named(number(1), "one")]), copy=False)
        return select.group_by(*keys.values(), copy=False) if keys else select

    def total(self, slot: Slot, lens: exp.Expression | None, piece: Relation | None = None) -> exp.Expression:
        relation = piece or (self.relation_of(slot) if slot.is_count else None)
        if relation is not None and relation.scans[0].source is not Source.PREPARED:
            assert isinstance(slot.of, tuple)
            if relation.by_bits:
                bits = call("bitstring_agg", column("counted_0", "r"), number(0), number(self.highest))
                where = bits if lens is None else exp.Filter(this=bits, expression=exp.Where(this=lens))
                return exp.cast(call("bit_count", where), "BIGINT")
            if relation.scans[0].source is Source.PATIENT_MONTH:
                return aggregate(exp.Sum, column(ALONE, "r"), lens)
            counted = [column(f"counted_{index}", "r") for index in range(len(slot.of))]
            what = counted[0] if len(counted) == 1 else exp.Tuple(expressions=counted)
            return aggregate(exp.Count, exp.Distinct(expressions=[what]), lens)
        return _total(slot, column(self.names[slot], "r"), lens)

    def under_one_another(self, relations: Iterable[Relation], sums: Sums) -> exp.Expression:
        """The rows of several relations with the fields that they share."""
        grouping, _ = sums
        slots = dict.fromkeys(slot for slot, _ in self.sums[sums])
        selects = []
        for relation in relations:
            held = {slot for scan in relation.scans for slot in scan.slots}
            fields = [field for field in grouping.fields if field.dimension is not Dimension.TIME]
            shown: list[exp.Expression] = [column(column_of(field), "r") for field in fields]
            if relation.scans[0].of_month:
                shown.append(column(DISPENSED, "r"))
            for slot in slots:
                name = self.names[slot]
                shown.append(column(name, "r") if slot in held else named(exp.Null(), name))
            if self.needs_flag(sums):
                shown.append(column(LISTED, "r"))
            selects.append(exp.select(*shown).from_(self.rows_of(relation, sums)))
        return stack(selects).subquery("r", copy=False)

    def month_map(self, grouping: Grouping, lenses: tuple[Lens, ...]) -> exp.Select:
        """Which months count for which period, through which lens."""
        fields = grouping.time_fields
        numbers = {field: self.period_numbers(field) for field in fields}
        months: list[int] = []
        lens_numbers: list[int] = []
        ids: dict[Field, list[int]] = {field: [] for field in fields}
        for lens in lenses:
            for key, seen in lens_months(lens, fields, self.plan, self.catalogue.directory).items():
                for month in seen or ():
                    months.append(month)
                    lens_numbers.append(self.plan.lenses.index(lens))
                    for field, code in zip(fields, key, strict=True):
                        ids[field].append(numbers[field][code])
        shown = [self.unnested(months, DISPENSED)]
        if len(lenses) > 1:
            shown.append(self.unnested(lens_numbers, "lens"))
        shown += [self.unnested(ids[field], column_of(field)) for field in fields]
        return exp.select(*shown)

    def unnested(self, values: list[int], name: str) -> exp.Expression:
        return named(call("unnest", self.parameters.listed(values, "INTEGER")), name)

    def period_numbers(self, field: Field) -> dict[str, int]:
        """A number for each code of a time field, in the order of the codes."""
        codes = periods((field,), self.months)
        if field == MONTH:
            return {code: months[0].number for (code,), months in codes.items()}
        return {code: index for index, (code,) in enumerate(sorted(codes))}


def _total(slot: Slot, what: exp.Expression, lens: exp.Expression | None = None) -> exp.Expression:
    """A sum. Prescribing fits 64 bits whatever is loaded; prescribing units with nine decimals may not."""
    total = aggregate(exp.Sum, what, lens)
    return total if slot.is_population else exp.cast(total, "BIGINT")
