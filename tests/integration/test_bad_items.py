"""Bad and odd files of items: each is loaded as if it were the good one, or refused whole, with the place.

The good file is ``support.items.GOOD_ITEMS``. Every case starts from a store that holds December 2025, which
must be untouched after a refusal.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from epact2.load.publish import load_files
from epact2.load.refusals import LoadRefused
from epact2.store.release import list_releases
from support.items import (
    GOOD_ITEMS,
    HEADER,
    PARQUET_TYPES,
    UNKNOWN_PATIENT,
    boring_items,
    item_row,
    items_text,
    write_items,
    write_parquet,
)
from support.stores import stored_items

GOOD = items_text()
LINES = GOOD.splitlines(keepends=True)
NOBODY = {**UNKNOWN_PATIENT, "PATIENT_IDENTIFIED": "Y"}
LAST = len(GOOD_ITEMS) + 1  # the line of the last row
MORE = LAST + 1


@dataclass(frozen=True)
class Case:
    name: str
    rows: Sequence[Mapping[str, str]] = GOOD_ITEMS
    says: Sequence[str] = ()
    text: str = ""
    file: str = "ITEMS_202601.csv"

    @property
    def content(self) -> str:
        return self.text or items_text(self.rows)


def more(name: str, *says: str, line: int = MORE, **cells: str) -> Case:
    """The good file with one more row, of a form of its own unless it says which."""
    row = item_row(**{"FORM_ID": "2000", **cells})
    return Case(name, (*GOOD_ITEMS, row), (f"line {line}", *says))


REFUSED = [
    # Columns
    Case(
        "a missing column",
        text=items_text(header=[one for one in HEADER if one != "GENDER"]),
        says=["line 1", "column GENDER", "missing"],
    ),
    Case("one column more", text=items_text(header=(*HEADER, "NHS_NUMBER")), says=["no column “NHS_NUMBER”"]),
    # Months
    more("a row of another month", "column YEAR_MONTH", "“2026-02”", YEAR_MONTH="2026-02"),
    Case(
        "all rows of another month than the name says",
        text=GOOD.replace("2026-01", "2026-02"),
        says=["line 2", "column YEAR_MONTH", "January 2026"],
    ),
    Case(
        "two months in a file that names none",
        (*GOOD_ITEMS, item_row(FORM_ID="2000", YEAR_MONTH="202602")),
        [f"line {MORE}", "column YEAR_MONTH", "the first row says"],
        file="items.csv",
    ),
    # Keys
    Case(
        "a row twice",
        (*GOOD_ITEMS, GOOD_ITEMS[0]),
        [f"line {MORE}", "column ELEMENT_ID", "repeats line 2", "form 1001, item 1, element 1"],
    ),
    Case(
        "the key of a row twice",
        (*GOOD_ITEMS, item_row(FORM_ID="01007", **UNKNOWN_PATIENT, PRACTICE_CODE="L84073")),
        [f"line {MORE}", "column ELEMENT_ID", "repeats line 10"],
    ),
    Case(
        "a form with two patients",
        (*GOOD_ITEMS, item_row(ITEM_ID="3", PATIENT_ID="P2")),
        [f"line {MORE}", "column PATIENT_ID", "form 1001", "“P2”", "“P1” in line 2"],
    ),
    Case(
        "a form with two practices",
        (*GOOD_ITEMS, item_row(ITEM_ID="3", PRACTICE_CODE="L84073")),
        [f"line {MORE}", "column PRACTICE_CODE", "form 1001", "“L84073”"],
    ),
    more("element 0", "column ELEMENT_ID", "“0”", ELEMENT_ID="0"),
    more("no form", "column FORM_ID", "empty", FORM_ID=""),
    more("a form of 19 digits", "column FORM_ID", FORM_ID="1" * 19),
    more("letters in a form", "column FORM_ID", "“F12”", FORM_ID="F12"),
    # Numbers
    more("a negative count", "column ITEM_COUNT", "“-1”", ITEM_COUNT="-1"),
    more("part of an item", "column ITEM_COUNT", "“0.5”", ITEM_COUNT="0.5"),
    more("a word for a cost", "column NIC", "“free”", NIC="free", ACTUAL_COST="0"),
    more("a third of a penny", "column NIC", "2 decimals", NIC="1.333", ACTUAL_COST="0"),
    more("six decimals", "column DISCOUNT", "“0.000001”", DISCOUNT="0.000001", ACTUAL_COST="0"),
    more("too much money", "column NIC", "too large", NIC="123456789", ACTUAL_COST="0"),
    more("no quantity", "column QUANTITY", "empty", QUANTITY=""),
    # Flags and choices
    more("an unknown flag", "column DISALLOWED", "“X”", DISALLOWED="X"),
    more("a small letter", "column EPS_FLAG", "“y”", EPS_FLAG="y"),
    more("a letter for a digit", "column PRIVATE", "“N”", PRIVATE="N"),
    more("an unknown gender", "column GENDER", "“3”", GENDER="3"),
    more("an unknown class", "column PREPARATION_CLASS", "“6”", PREPARATION_CLASS="6"),
    more("an unknown schedule", "column CD_SCHEDULE", "“1”", CD_SCHEDULE="1"),
    more("two letters", "column EXEMPTION_CATEGORY", "“AB”", EXEMPTION_CATEGORY="AB"),
    more("no charge status", "column CHARGE_STATUS", "“”", CHARGE_STATUS=""),
    # Patients
    more("an age of 400", "column AGE", "“400”", AGE="400"),
    more("an age below zero", "column AGE", "“-2”", AGE="-2"),
    more("a day of birth", "column PDS_BIRTH_MONTH", "“19800312”", PDS_BIRTH_MONTH="19800312"),
    more("a month 13", "column EPS_BIRTH_MONTH", "“198013”", EPS_BIRTH_MONTH="198013"),
    more("identified, but nobody", "column PATIENT_ID", "pseudonym", **NOBODY),
    more("a pseudonym with a dash", "column PATIENT_ID", "“A-1”", PATIENT_ID="A-1"),
    more("a pseudonym without end", "column PATIENT_ID", PATIENT_ID="A" * 65),
    more("a name for an area", "column PATIENT_LSOA_CODE", "“Leeds 1”", PATIENT_LSOA_CODE="Leeds 1"),
    more("a day that is none", "column PRESCRIBED_DATE", "“20261332”", PRESCRIBED_DATE="20261332"),
    # Codes
    more("no practice", "column PRACTICE_CODE", "empty", PRACTICE_CODE=""),
    more("a blank in a code", "BNF_PRESENTATION_CODE", "“0501 013”", BNF_PRESENTATION_CODE="0501 013"),
    more("letters in a SNOMED code", "column SNOMED_CODE", "“32201EC”", SNOMED_CODE="32201EC"),
    more("no dispenser type", "column DISPENSER_TYPE", "empty", DISPENSER_TYPE=""),
    # Whole files
    Case("no rows", text=LINES[0], says=["no rows"]),
    Case("cut off", text=GOOD[:-40], says=[f"line {LAST}"]),
]  # fmt: skip

LOADED = [
    Case("as it is"),
    Case("LF line ends", text=items_text(newline="\n")),
    Case("columns in another order", text=items_text(header=sorted(HEADER))),
    Case("rows in another order", GOOD_ITEMS[::-1]),
    Case("month written in another way", text=GOOD.replace("2026-01,", "01-Jan-26,")),
    Case("month written in two ways", text=GOOD.replace("2026-01,", "202601,", 3)),
    Case("all texts in quotes", text=GOOD.replace(",A81001,", ',"A81001",')),
    Case("a number that ends in a point", text=GOOD.replace(",21,21,", ",21.,21.,")),
    Case("an exponent", text=GOOD.replace(",21,21,", ",2.1E+1,21,")),
    Case("leading zeros", text=GOOD.replace(",1001,", ",0001001,")),
    Case("an unknown age written -1", [{**row, "AGE": row["AGE"] or "-1"} for row in GOOD_ITEMS]),
]


@pytest.fixture(scope="module")
def december(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("december")
    load_files(folder / "store", [write_items(folder, GOOD_ITEMS[:3], "202512")])
    return folder / "store"


def snapshot(store: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(store)): path.read_bytes() for path in sorted(store.rglob("*")) if path.is_file()
    }


def refused(store: Path, path: Path) -> LoadRefused:
    before = snapshot(store)
    with pytest.raises(LoadRefused) as found:
        load_files(store, [path])
    assert path.name in found.value.message
    assert found.value.advice
    assert snapshot(store) == before
    assert [one.number for one in list_releases(store)] == [1]
    return found.value


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_refused_whole(case: Case, december: Path, tmp_path: Path) -> None:
    path = tmp_path / case.file
    path.write_text(case.content, encoding="utf-8", newline="")
    error = refused(december, path)
    for words in case.says:
        assert words in error.message


@pytest.mark.parametrize("case", LOADED, ids=lambda case: case.name)
def test_loaded_identically(case: Case, tmp_path: Path) -> None:
    path = tmp_path / case.file
    path.write_text(case.content, encoding="utf-8", newline="")
    outcome = load_files(tmp_path / "store", [path])
    assert outcome.files[0].rows == len(GOOD_ITEMS)
    assert outcome.files[0].warnings == ()
    assert stored_items(tmp_path / "store") == boring_items(write_items(tmp_path / "good"))


def test_gzip(tmp_path: Path) -> None:
    path = tmp_path / "ITEMS_202601.csv.gz"
    path.write_bytes(gzip.compress(GOOD.encode()))
    load_files(tmp_path / "store", [path])
    assert stored_items(tmp_path / "store") == boring_items(write_items(tmp_path / "good"))


# --- Parquet --------------------------------------------------------------------------------------------


def typed(**types: str) -> Callable[[Path], Path]:
    def write(folder: Path) -> Path:
        return write_parquet(folder / "ITEMS_202601.parquet", GOOD_ITEMS, {**PARQUET_TYPES, **types})

    return write


def with_parquet_row(**cells: str) -> Callable[[Path], Path]:
    row = item_row(**{"FORM_ID": "2000", **cells})
    return lambda folder: write_items(folder, (*GOOD_ITEMS, row), suffix="parquet")


def truncated(folder: Path) -> Path:
    path = write_items(folder, suffix="parquet")
    path.write_bytes(path.read_bytes()[:-100])
    return path


def damaged(folder: Path) -> Path:
    path = write_items(folder, suffix="parquet")
    content = bytearray(path.read_bytes())
    content[4:400] = b"\xff" * 396
    path.write_bytes(bytes(content))
    return path


def without_rows(folder: Path) -> Path:
    return write_items(folder, (), suffix="parquet")


def without_gender(folder: Path) -> Path:
    kept = {name: kind for name, kind in PARQUET_TYPES.items() if name != "GENDER"}
    return write_parquet(folder / "ITEMS_202601.parquet", GOOD_ITEMS, kept)


ROW = len(GOOD_ITEMS) + 1
REFUSED_PARQUET = {
    "a truncated file": (truncated, ["Parquet"]),
    "a damaged file": (damaged, ["Parquet"]),
    "no rows": (without_rows, ["no rows"]),
    "a missing column": (without_gender, ["column GENDER", "missing"]),
    "money in floating point": (typed(NIC="DOUBLE"), ["column NIC", "DOUBLE", "a decimal number"]),
    "a SNOMED code as a number": (typed(SNOMED_CODE="BIGINT"), ["column SNOMED_CODE", "BIGINT", "text"]),
    "flags as numbers": (with_parquet_row(OUT_OF_HOURS="2"), [f"row {ROW}", "column OUT_OF_HOURS", "“2”"]),
    "a negative count": (with_parquet_row(ITEM_COUNT="-1"), [f"row {ROW}", "column ITEM_COUNT", "“-1”"]),
    "an age of 400": (with_parquet_row(AGE="400"), [f"row {ROW}", "column AGE", "“400”"]),
    "an unknown gender": (with_parquet_row(GENDER="3"), [f"row {ROW}", "column GENDER", "“3”"]),
    "an unknown flag": (with_parquet_row(IGNORED="x"), [f"row {ROW}", "column IGNORED", "“x”"]),
    "no number": (with_parquet_row(QUANTITY=""), [f"row {ROW}", "column QUANTITY", "empty"]),
    "a month of birth that is none": (
        with_parquet_row(PDS_BIRTH_MONTH="198013"), [f"row {ROW}", "column PDS_BIRTH_MONTH", "“198013”"],
    ),
    "a bad pseudonym": (with_parquet_row(PATIENT_ID="A-1"), [f"row {ROW}", "column PATIENT_ID", "“A-1”"]),
    "identified, but nobody": (
        with_parquet_row(**NOBODY),
        [f"row {ROW}", "column PATIENT_ID"],
    ),
    "a row twice": (
        with_parquet_row(FORM_ID="1001"), [f"row {ROW}", "column ELEMENT_ID", "repeats row 1"],
    ),
    "a form with two patients": (
        with_parquet_row(FORM_ID="1001", ITEM_ID="3", PATIENT_ID="P7"), [f"row {ROW}", "column PATIENT_ID"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED_PARQUET)
def test_parquet_refused_whole(name: str, december: Path, tmp_path: Path) -> None:
    write, says = REFUSED_PARQUET[name]
    error = refused(december, write(tmp_path))
    for words in says:
        assert words in error.message


@pytest.mark.parametrize(
    "types",
    [
        {},
        {
            "YEAR_MONTH": "VARCHAR",
            "FORM_ID": "VARCHAR",
            "NIC": "VARCHAR",
            "AGE": "VARCHAR",
            "GENDER": "VARCHAR",
        },
        {"NIC": "DECIMAL(18, 5)", "QUANTITY": "VARCHAR", "ITEM_ID": "UTINYINT", "AGE": "SMALLINT"},
    ],
    ids=["as it is", "as text", "other numbers"],
)
def test_parquet_in_other_types_is_the_same(types: dict[str, str], tmp_path: Path) -> None:
    path = typed(**types)(tmp_path)
    load_files(tmp_path / "store", [path])
    assert stored_items(tmp_path / "store") == boring_items(write_items(tmp_path / "good"))


def test_another_kind_may_not_be_parquet(tmp_path: Path) -> None:
    with pytest.raises(LoadRefused, match="Parquet"):
        load_files(tmp_path / "store", [write_items(tmp_path, suffix="parquet")], kind="epd")
