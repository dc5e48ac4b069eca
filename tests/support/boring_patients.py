"""What item files say, read with the csv module and worked out with dictionaries: no query code, no SQL.

Everything that an engine gets from tables made by the loader is found here a second time from the received
files: which rows count, how old a patient was, how deprived the place is, where a practice belongs.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from sys import intern

UNKNOWN = "-"
LEVELS = ("England", "region", "ICB", "sub-ICB location", "PCN", "practice")


@dataclass(slots=True)
class Line:
    """One row of an item file. ``patient`` is empty unless identified; amounts are whole stored units."""

    month: int
    practice: str
    form: str
    patient: str
    published: str
    presentation: str  # the latest code
    items: int
    nic: int  # pence
    cost: int  # 1/100,000 pound, as all that follows
    discount: int
    quantity: int
    adqs: int
    age: int
    age_source: str
    september: int
    gender: str
    quintile: str
    cell: dict[str, str]  # fields that are as the file has them, by the name that a question gives them
    exclusion: str

    @property
    def substance(self) -> str:
        return self.presentation[:4] if self.presentation[0] == "2" else self.presentation[:9]


AS_RECEIVED = {
    "PRESCRIBER_CODE": "prescriber",
    "PRESCRIBER_TYPE": "prescriber type",
    "DISPENSER_CODE": "dispenser",
    "DISPENSER_TYPE": "dispenser type",
    "EPS_FLAG": "EPS",
    "ERD_FLAG": "repeat dispensing",
    "FORM_TYPE": "form type",
    "EXEMPTION_CATEGORY": "exemption",
    "CHARGE_STATUS": "charge status",
    "PREPARATION_CLASS": "preparation class",
    "CD_SCHEDULE": "controlled drug schedule",
    "SNOMED_CODE": "SNOMED code",
}


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as text:
        yield from csv.DictReader(text)


def whole(text: str, decimals: int) -> int:
    """A decimal number as a whole number of its last decimal, digit by digit."""
    before, _, after = text.strip().partition(".")
    assert not after[decimals:].strip("0"), f"{text} has more than {decimals} decimals"
    sign = -1 if before.startswith("-") else 1
    return sign * int((before.lstrip("+-") or "0") + after[:decimals].ljust(decimals, "0"))


# --- One row ----------------------------------------------------------------------------------------------


def exclusion(row: dict[str, str]) -> str:
    """The first reason for which a row does not count."""
    for column, sign, reason in (
        ("DISALLOWED", "Y", "disallowed"),
        ("NOT_DISPENSED", "Y", "not dispensed"),
        ("REFERRED_BACK", "Y", "referred back"),
        ("CD_REQUISITION", "Y", "controlled drug requisition"),
        ("OUT_OF_HOURS", "1", "out of hours"),
        ("PRIVATE", "1", "private"),
        ("IGNORED", "Y", "dummy form"),
        ("PRESCRIBER_ORGANISATION_TYPE", "8", "prescriber type"),
        ("PRESCRIBER_ORGANISATION_TYPE", "54", "prescriber type"),
    ):
        if row[column] == sign:
            return reason
    return "included"


def months_between(birth: str, month: str) -> int:
    return (int(month[:4]) - int(birth[:4])) * 12 + int(month[4:6]) - int(birth[4:6])


def age_at(row: dict[str, str], month: str, pds: str, earlier: str) -> tuple[int, str]:
    """The age at the item and the code of its source, by the age logic."""
    day = row["PRESCRIBED_DATE"]
    at = day[:6] if row["EPS_FLAG"] == "Y" and day else month
    for source, birth in (("1", pds), ("2", row["EPS_BIRTH_MONTH"])):
        if birth and 0 <= months_between(birth, at) < 121 * 12:
            return months_between(birth, at) // 12, source
    if row["AGE"] and 0 <= int(row["AGE"]) <= 120:
        return int(row["AGE"]), "3"
    if earlier and 0 <= months_between(earlier, at) < 121 * 12:
        return months_between(earlier, at) // 12, "4"
    return -1, "5"


def age_in_september(month: str, pds: str) -> int:
    """The age on 30 September of the financial year."""
    if not pds or pds > month:
        return -1
    year = int(month[:4]) - (month[4:] < "04")
    age = max(months_between(pds, f"{year}09"), 0) // 12
    return age if age <= 120 else -1


def quintile(decile: str) -> str:
    return "Unknown" if not decile else str((int(decile) + 1) // 2)


# --- All files of an England ------------------------------------------------------------------------------


class Reader:
    """The lines of a folder's item files, oldest month first, with what earlier months said of patients."""

    def __init__(self, folder: Path) -> None:
        places = [row for path in folder.rglob("imd.csv") for row in rows_of(path)]
        self.deciles = {row["LSOA_CODE"]: row["IMD_DECILE"] for row in places}
        self.practice_areas = {
            row["PRACTICE_CODE"]: row["LSOA_CODE"]
            for path in folder.rglob("practice_lsoa.csv")
            for row in rows_of(path)
        }
        changes = [row for path in folder.rglob("bnf_code_changes_*.csv") for row in rows_of(path)]
        self.latest = {row["old_code"]: row["new_code"] for row in changes}
        self.verified: dict[tuple[str, str], dict[str, str]] = {}
        for path in folder.rglob("VERIFIED_*.csv"):
            for row in rows_of(path):
                self.verified[row["YEAR_MONTH"].replace("-", ""), row["PATIENT_ID"]] = row
        self.births: dict[str, str] = {}
        self.areas: dict[str, str] = {}
        self.lines: list[Line] = []
        for path in sorted(folder.rglob("ITEMS_*.csv")):
            self.read_month(list(rows_of(path)))

    def read_month(self, rows: Sequence[dict[str, str]]) -> None:
        month = rows[0]["YEAR_MONTH"].replace("-", "")
        # Of several areas (or births) that a patient has in a month, that of the newest form counts.
        areas, births = newest(rows, "PATIENT_LSOA_CODE"), newest(rows, "PDS_BIRTH_MONTH")
        self.lines += [self.line(row, month, areas) for row in rows]
        self.areas |= areas
        for patient in {row["PATIENT_ID"] for row in rows} - {""}:
            late = self.verified.get((month, patient), {})
            if birth := births.get(patient) or late.get("PDS_BIRTH_MONTH"):
                self.births[patient] = birth

    def line(self, row: dict[str, str], month: str, areas: dict[str, str]) -> Line:
        patient = row["PATIENT_ID"]
        late = self.verified.get((month, patient), {}) if patient else {}
        identified = row["PATIENT_IDENTIFIED"] == "Y" or bool(late)
        pds = row["PDS_BIRTH_MONTH"] or late.get("PDS_BIRTH_MONTH", "")
        age, source = age_at(row, month, pds, self.births.get(patient, "") if patient else "")
        own = (areas.get(patient) or self.areas.get(patient)) if patient else row["PATIENT_LSOA_CODE"]
        area = own or self.practice_areas.get(row["PRACTICE_CODE"], "")
        gender = row["GENDER"] if row["PATIENT_IDENTIFIED"] == "Y" or not late else late["GENDER"]
        published = intern(row["BNF_PRESENTATION_CODE"])
        return Line(
            month=int(month),
            practice=intern(row["PRACTICE_CODE"]),
            form=row["FORM_ID"],
            patient=intern(patient) if identified else "",
            published=published,
            presentation=self.latest.get(published, published),
            items=int(row["ITEM_COUNT"]),
            nic=whole(row["NIC"], 2),
            cost=whole(row["ACTUAL_COST"], 5),
            discount=whole(row["DISCOUNT"], 5),
            quantity=whole(row["TOTAL_QUANTITY"], 5),
            adqs=whole(row["ADQ_USAGE"], 5),
            age=age,
            age_source=source,
            september=age_in_september(month, pds),
            gender=gender,
            quintile=quintile(self.deciles.get(area, "")),
            cell={name: intern(row[header]) for header, name in AS_RECEIVED.items()},
            exclusion=exclusion(row),
        )


def newest(rows: Iterable[dict[str, str]], column: str) -> dict[str, str]:
    found: dict[str, tuple[str, str]] = {}
    for row in rows:
        if row["PATIENT_ID"] and row[column]:
            here = (row["PRESCRIBED_DATE"] or "0", row[column])
            found[row["PATIENT_ID"]] = max(found.get(row["PATIENT_ID"], here), here)
    return {patient: said for patient, (_, said) in found.items()}


# --- Organisations ----------------------------------------------------------------------------------------


class Organisations:
    """Where practices belong, from the EPD and organisation files of a folder."""

    def __init__(self, folder: Path) -> None:
        self.practices = by_month(folder, "practice_2*.csv", "PRACTICE_CODE")
        self.commissioners = by_month(folder, "ccg_stp_region_*.csv", "CCG_CODE")
        self.registered: dict[str, tuple[str, str, str]] = {}
        for path in sorted(folder.rglob("epraccur_*.csv")):
            with path.open(encoding="utf-8", newline="") as text:
                self.registered |= {row[0]: (row[14], row[3], row[2]) for row in csv.reader(text)}
        self.in_epd: dict[tuple[int, str], tuple[str, str, str]] = {}
        for path in folder.rglob("EPD_*.csv"):
            for row in rows_of(path):
                place = (row["PCO_CODE"].removesuffix("00"), row["ICB_CODE"], row["REGIONAL_OFFICE_CODE"])
                self.in_epd[int(row["YEAR_MONTH"].replace("-", "")), row["PRACTICE_CODE"]] = place

    def now(self, practice: str) -> dict[str, str]:
        """The codes above a practice today, by level."""
        row = at(self.practices, practice, 999999)
        if not row:
            return levels(practice, UNKNOWN, *self.registered.get(practice, (UNKNOWN,) * 3))
        above = at(self.commissioners, row["CCG_CODE"], 999999)
        place = (row["CCG_CODE"], above["STP_CODE"], above["COMM_REGION_CODE"])
        return levels(practice, row["PCN_CODE"], *place)

    def then(self, practice: str, month: int) -> dict[str, str]:
        """The codes above a practice in a month, by level."""
        row = at(self.practices, practice, month)
        pcn = row["PCN_CODE"] if row else UNKNOWN
        if (month, practice) in self.in_epd:
            return levels(practice, pcn, *self.in_epd[month, practice])
        if not row:
            seen = sorted((when, place) for (when, one), place in self.in_epd.items() if one == practice)
            before = [place for when, place in seen if when < month] or [UNKNOWN_PLACE]
            return levels(practice, pcn, *(before[-1] if before != [UNKNOWN_PLACE] else first_of(seen)))
        above = at(self.commissioners, row["CCG_CODE"], month)
        return levels(practice, pcn, row["CCG_CODE"], above["STP_CODE"], above["COMM_REGION_CODE"])


UNKNOWN_PLACE = (UNKNOWN, UNKNOWN, UNKNOWN)


def first_of(seen: Sequence[tuple[int, tuple[str, str, str]]]) -> tuple[str, str, str]:
    return seen[0][1] if seen else UNKNOWN_PLACE


def levels(practice: str, pcn: str, sub_icb: str, icb: str, region: str) -> dict[str, str]:
    return dict(zip(LEVELS, ("ENG", region, icb, sub_icb, pcn, practice), strict=True))


Register = list[tuple[int, dict[str, dict[str, str]]]]


def by_month(folder: Path, pattern: str, key: str) -> Register:
    found = sorted(folder.rglob(pattern))
    return [(int(path.stem[-6:]), {row[key]: row for row in rows_of(path)}) for path in found]


def at(register: Register, code: str, month: int) -> dict[str, str] | None:
    """The row of a code in the newest file that is not later than a month."""
    return next((rows[code] for when, rows in reversed(register) if when <= month and code in rows), None)


# --- Groups of an answer ----------------------------------------------------------------------------------


class BoringEngland:
    """Every line of an England, and where its practices belong."""

    def __init__(self, folder: Path) -> None:
        self.all_lines = Reader(folder).lines
        self.organisations = Organisations(folder)
        self.months = sorted({line.month for line in self.all_lines})
        self.practices_with_lists = {
            row["ORG_CODE"] for path in folder.rglob("gp-reg-pat-*.csv") for row in rows_of(path)
        }
        self._now = {
            practice: self.organisations.now(practice)
            for practice in {line.practice for line in self.all_lines}
        }
        self._then = {
            (line.month, line.practice): self.organisations.then(line.practice, line.month)
            for line in {(line.month, line.practice): line for line in self.all_lines}.values()
        }
        self._by_level: dict[tuple[str, str, str], dict[str, dict[int, list[Line]]]] = {}

    @cached_property
    def lines(self) -> list[Line]:
        """Those that the standard exclusions leave."""
        return [line for line in self.all_lines if line.exclusion == "included"]

    @cached_property
    def received(self) -> dict[str, list[Line]]:
        """What each patient received, anywhere."""
        found = defaultdict(list)
        for line in self.lines:
            if line.patient:
                found[line.patient].append(line)
        return found

    def with_lists(self, level: str) -> set[str]:
        """Organisations with patients on lists: listed by an answer even where nothing selected is theirs."""
        return {self._now[practice][level] for practice in self.practices_with_lists}

    def organisation(self, line: Line, level: str, structure: str = "current") -> str:
        """The code of the organisation of a level that a line is counted under."""
        if structure == "current":
            return self._now[line.practice][level]
        return self._then[line.month, line.practice][level]

    def by_level(
        self, level: str, structure: str = "current", exclusions: str = "standard"
    ) -> dict[str, dict[int, list[Line]]]:
        """The lines of each organisation of a level, by month."""
        kind = (level, structure, exclusions)
        if kind not in self._by_level:
            found = self._by_level[kind] = defaultdict(lambda: defaultdict(list))
            for line in self.lines if exclusions == "standard" else self.all_lines:
                found[self.organisation(line, level, structure)][line.month].append(line)
        return self._by_level[kind]
