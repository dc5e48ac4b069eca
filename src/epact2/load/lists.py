"""Patients registered at GP practices, from the long files of a month and the wide files of a quarter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from epact2.load.formats import NINE_BANDS
from epact2.load.prescribing import PublishedPractice, sub_icb_code
from epact2.load.read import FETCH_AGAIN, StrictReader
from epact2.load.receive import Received
from epact2.load.recognise import Recognised
from epact2.load.refusals import FileRefused, Refusal, shown
from epact2.model.months import DispensingMonth

ALL = "ALL"
PRACTICES_ONLY = "GP"


@dataclass(frozen=True, slots=True)
class Lists:
    """List sizes that hold for one month or for the three months of a quarter."""

    months: tuple[DispensingMonth, ...]
    cells: Mapping[str, Mapping[tuple[str, str], int]]  # practice, then sex and age band
    listed: Mapping[str, PublishedPractice]
    rows: int
    warnings: tuple[str, ...]

    def cell_rows(self) -> Iterator[tuple[str, str, str, int]]:
        """Practice, sex, age band, patients."""
        for practice, cells in self.cells.items():
            for (sex, band), patients in cells.items():
                yield practice, sex, band, patients


def read_lists(received: Received, recognised: Recognised, expected: DispensingMonth | None) -> Lists:
    """Read a file of list sizes. Raises FileRefused."""
    assert recognised.layout is not None
    if any(column.name == "sex" for column in recognised.layout.columns):
        return _read_long(received, recognised, expected)
    if expected is None:
        raise FileRefused(
            Refusal(
                received.name,
                "the quarter to which it belongs is not known.",
                "Name it practice_list_YYYYMM.csv, or give --month.",
            )
        )
    return _read_wide(received, recognised, expected)


def _read_long(received: Received, recognised: Recognised, expected: DispensingMonth | None) -> Lists:
    reader = StrictReader(received, recognised)
    columns = {column.name: column for column in reader.layout.columns}
    place = {name: number for number, name in enumerate(columns)}
    month_at, kind_at, practice_at = place["month"], place["kind"], place["practice"]
    sex_at, age_at, patients_at, postcode_at = (
        place["sex"],
        place["age"],
        place["patients"],
        place["postcode"],
    )
    month = expected
    month_text = ""
    cells: dict[str, dict[tuple[str, str], int]] = {}
    first_line: dict[str, int] = {}
    postcodes: dict[str, str] = {}
    left_out: dict[str, int] = {}
    rows = 0
    for line, row in reader:
        rows += 1
        if row[month_at] != month_text:
            found = DispensingMonth.parse(row[month_at])
            month = month or found
            if found != month:
                reader.fault(
                    f"{shown(row[month_at])} is another month than {month.name}.",
                    "A file must hold one month, that of its name: split it, or fetch it again.",
                    line,
                    columns["month"],
                )
                continue
            month_text = row[month_at]
        if row[kind_at] != PRACTICES_ONLY:
            left_out[row[kind_at]] = left_out.get(row[kind_at], 0) + 1
            continue
        practice, key = row[practice_at], (row[sex_at], row[age_at])
        of_practice = cells.setdefault(practice, {})
        if key in of_practice:
            reader.fault(
                f"practice {shown(practice)} has two rows for {key[0]}, {key[1]}.",
                FETCH_AGAIN,
                line,
                columns["age"],
            )
        of_practice[key] = int(row[patients_at])
        first_line.setdefault(practice, line)
        postcodes[practice] = row[postcode_at]
    for practice, of_practice in cells.items():
        problem = _does_not_add_up(of_practice)
        if problem:
            reader.fault(
                f"practice {shown(practice)}: {problem}.",
                FETCH_AGAIN,
                first_line[practice],
                columns["patients"],
            )
    if not cells:
        reader.fault("it has no row of a practice (ORG_TYPE GP).", "Load the file that has practices.", None)
    reader.finish()
    assert month is not None, "a file without rows was refused"
    warnings = tuple(
        f"{count} rows of other organisations ({kind}) add practices up and are left out."
        for kind, count in sorted(left_out.items())
    )
    parts = {
        practice: {
            (sex.lower(), band.replace("_", "-")): patients
            for (sex, band), patients in found.items()
            if ALL not in (sex, band)
        }
        for practice, found in cells.items()
    }
    listed = {
        practice: PublishedPractice(practice, "", postcode, "-", "", "-", "", "-", "")
        for practice, postcode in postcodes.items()
    }
    return Lists((month,), parts, listed, rows, warnings)


def _does_not_add_up(cells: Mapping[tuple[str, str], int]) -> str:
    """The totals that stand among the parts must be their sums; the difference in words, or nothing."""
    parts = {key: patients for key, patients in cells.items() if ALL not in key}
    if not parts:
        return "it has totals but no row by sex and age"
    for (sex, band), stated in cells.items():
        if ALL not in (sex, band):
            continue
        summed = sum(
            patients for (one, age), patients in parts.items() if sex in (ALL, one) and band in (ALL, age)
        )
        if summed != stated:
            return f"the total for {sex}, {band} is {stated}, and its parts add up to {summed}"
    return ""


def _read_wide(received: Received, recognised: Recognised, expected: DispensingMonth) -> Lists:
    reader = StrictReader(received, recognised)
    columns = {column.name: column for column in reader.layout.columns}
    place = {name: number for number, name in enumerate(columns)}
    bands = [((sex, band), place[f"{sex} {band}"]) for band in NINE_BANDS for sex in ("male", "female")]
    cells: dict[str, dict[tuple[str, str], int]] = {}
    listed: dict[str, PublishedPractice] = {}
    for line, row in reader:
        practice = row[place["practice"]]
        if practice in cells:
            reader.fault(f"practice {shown(practice)} has two rows.", FETCH_AGAIN, line, columns["practice"])
        cells[practice] = {key: int(row[at]) for key, at in bands}
        listed[practice] = PublishedPractice(
            code=practice,
            name=row[place["practice_name"]],
            postcode="",
            sub_icb=sub_icb_code(row[place["sub_icb"]]),
            sub_icb_name=row[place["sub_icb_name"]],
            icb=row[place["icb"]],
            icb_name=row[place["icb_name"]],
            region=row[place["region"]],
            region_name=row[place["region_name"]],
        )
    reader.finish()
    first = expected.plus(-((expected.month - 1) % 3))
    return Lists(tuple(first.plus(step) for step in range(3)), cells, listed, len(cells), ())
