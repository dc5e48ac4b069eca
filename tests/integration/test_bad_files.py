"""Bad and odd files: each is loaded as if it were the good one, or refused whole, with the place.

The good file is ``support.epd.GOOD_ROWS``. Every case starts from a store that holds August 2017, which must
be untouched after a refusal.
"""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from epact2.load.publish import load_files
from epact2.load.refusals import LoadRefused
from epact2.store.release import list_releases, read_release
from support.epd import AREA_TEAM, GOOD_ROWS, SNOMED, epd_row, epd_text, write_epd
from support.stores import dimension_rows, stored_rows


@dataclass(frozen=True)
class Case:
    name: str
    content: bytes
    says: Sequence[str] = ()
    file: str = "EPD_201709.csv"

    @property
    def is_refused(self) -> bool:
        return bool(self.says)


GOOD = epd_text()


def text_with(change: tuple[str, str], times: int = 1) -> bytes:
    old, new = change
    assert GOOD.count(old) >= 1, f"{old!r} is not in the good file"
    return GOOD.replace(old, new, times).encode()


def with_row(**cells: str) -> bytes:
    """The good file with one more row, in line 8."""
    return epd_text([*GOOD_ROWS, epd_row(PRACTICE_CODE="A81001", **cells)]).encode()


def zipped(*members: tuple[str, bytes]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, content in members:
            writer.writestr(name, content)
    return archive.getvalue()


def without_column(name: str, header: Sequence[str] = AREA_TEAM) -> bytes:
    return epd_text(header=[one for one in header if one != name]).encode()


LINES = GOOD.splitlines(keepends=True)
ACCENTED = GOOD.replace("ACORN PRACTICE", "CAFÉ PRACTICE")

REFUSED = [
    # Columns
    Case("an unknown column", text_with(("NIC,", "NIC_GBP,")), ["line 1", "column NIC_GBP", "column NIC:"]),
    Case("a missing column", without_column("ITEMS"), ["line 1", "column ITEMS", "missing"]),
    Case(
        "a missing SNOMED column", without_column("SNOMED_CODE", SNOMED), ["line 1", "SNOMED_CODE", "missing"]
    ),
    Case(
        "one column more",
        epd_text(header=(*AREA_TEAM, "EXTRA")).encode(),
        ["line 1", "column EXTRA", "no column “EXTRA”"],
    ),
    Case(
        "a column twice",
        epd_text(header=(*AREA_TEAM[:-1], "NIC")).encode(),
        ["line 1", "column NIC", "twice"],
    ),
    Case(
        "a header in lower case",
        text_with((LINES[0], LINES[0].lower())),
        ["line 1", "column year_month", "Did you mean “YEAR_MONTH”"],
    ),
    Case("no header", "".join(LINES[1:]).encode(), ["line 1"]),
    Case("the columns of something else", b"a,b,c\r\n1,2,3\r\n", ["line 1", "“a,b,c”"]),
    # Months
    Case(
        "a row of another month", with_row(YEAR_MONTH="2017_10"), ["line 8", "column YEAR_MONTH", "“2017_10”"]
    ),
    Case(
        "all rows of another month",
        GOOD.replace("2017_09", "2017_08").encode(),
        ["line 2", "YEAR_MONTH", "“2017_08”"],
    ),
    Case("a month that is none", with_row(YEAR_MONTH="2017_13"), ["line 8", "YEAR_MONTH", "“2017_13”"]),
    Case("no month", with_row(YEAR_MONTH=""), ["line 8", "YEAR_MONTH", "empty"]),
    # Whole files
    Case("an empty file", b"", ["is empty"]),
    Case("no rows", LINES[0].encode(), ["no rows"]),
    Case("cut off in a number", GOOD[: GOOD.rindex("3.69123") + 4].encode(), ["line 7", "values"]),
    Case("cut off after the last value", GOOD.removesuffix("\r\n").encode(), ["line 7", "cut off"]),
    Case("a short row", text_with((",N\r\n", "\r\n")), ["line 2", "column UNIDENTIFIED", "25 values"]),
    Case("a long row", text_with((",N\r\n", ",N,7\r\n")), ["line 2", "27 values", "“7”"]),
    Case("a comma too many", text_with((",N\r\n", ",N,\r\n")), ["line 2", "27 values"]),
    Case("an empty line", text_with((LINES[2], "\r\n" + LINES[2])), ["line 3", "empty"]),
    Case("an empty line at the end", (GOOD + "\r\n").encode(), ["line 8", "empty"]),
    Case(
        "a quote never closed",
        GOOD.replace("Amoxicillin_Cap 250mg", '"Amoxicillin_Cap 250mg').encode(),
        ["line 7", "never closed"],
    ),
    Case("text after a quote", text_with(('TEAM",', 'TEAM"S,')), ["line 2", "closing quote"]),
    # Numbers
    Case("a word for a number", with_row(ITEMS="three"), ["line 8", "column ITEMS", "“three”"]),
    Case("no number", with_row(NIC=""), ["line 8", "column NIC", "empty"]),
    Case("a third of a penny", with_row(NIC="1.333"), ["line 8", "column NIC", "“1.333”", "2 decimals"]),
    Case("half a penny", with_row(NIC="1.005"), ["line 8", "column NIC", "“1.005”"]),
    Case("six decimals", with_row(ACTUAL_COST="1.000001"), ["line 8", "column ACTUAL_COST", "“1.000001”"]),
    Case("part of an item", with_row(ITEMS="1.5"), ["line 8", "column ITEMS", "“1.5”"]),
    Case("a thousands comma", with_row(NIC="1,234.50"), ["line 8", "column NIC", "“1,234.50”"]),
    Case("a pound sign", with_row(NIC="£3"), ["line 8", "column NIC", "“£3”"]),
    Case("an underscore", with_row(ITEMS="1_000"), ["line 8", "column ITEMS", "“1_000”"]),
    Case("a hexadecimal number", with_row(ITEMS="0x1F"), ["line 8", "column ITEMS", "“0x1F”"]),
    Case("blanks around a number", with_row(NIC=" 3.87 "), ["line 8", "column NIC", "“ 3.87 ”"]),
    Case("not a number", with_row(QUANTITY="NaN"), ["line 8", "column QUANTITY", "“NaN”"]),
    Case("infinity", with_row(QUANTITY="Infinity"), ["line 8", "column QUANTITY", "“Infinity”"]),
    Case("NULL", with_row(ADQUSAGE="NULL"), ["line 8", "column ADQUSAGE", "“NULL”"]),
    Case("a number without end", with_row(NIC="9" * 20), ["line 8", "column NIC", "too large"]),
    Case("an exponent without end", with_row(NIC="1e999"), ["line 8", "column NIC", "“1e999”"]),
    # Codes
    Case(
        "no practice",
        with_row(BNF_CODE="0501013B0AAAAAA").replace(b",A81001,,", b",,,", 2),
        ["line", "PRACTICE_CODE"],
    ),
    Case("no presentation", with_row(BNF_CODE=""), ["line 8", "column BNF_CODE", "empty"]),
    Case(
        "a blank in a code", with_row(BNF_CODE="0501013B0 AABAB"), ["line 8", "BNF_CODE", "“0501013B0 AABAB”"]
    ),
    Case("an unknown flag", with_row(UNIDENTIFIED="X"), ["line 8", "column UNIDENTIFIED", "“X”"]),
    Case(
        "letters in a SNOMED code",
        epd_text([epd_row(SNOMED_CODE="32201EC")], SNOMED).encode(),
        ["line 2", "column SNOMED_CODE", "“32201EC”"],
    ),
    # Repeated rows
    Case(
        "a row twice", (GOOD + LINES[1]).encode(), ["line 8", "repeats line 2", "L84073", "0501013B0AAABAB"]
    ),
    Case(
        "the key of a row twice",
        with_row(QUANTITY="1.00", BNF_CODE="21010230116"),
        ["line 8", "repeats line 5"],
    ),
    # Encodings
    Case("UTF-16", GOOD.encode("utf-16"), ["line 1", "UTF-16"]),
    Case("UTF-16 without a mark", GOOD.encode("utf-16-le"), ["line 1", "byte of value zero"]),
    Case("a byte of value zero", text_with(("ACORN", "AC\0RN")), ["line 2", "zero"]),
    Case("an unknown encoding", ACCENTED.encode("utf-8").replace(b"\xc3\x89", b"\x81"), ["line 2", "0x81"]),
    Case(
        "two encodings",
        ACCENTED.encode("utf-8").replace("CAFÉ".encode(), b"CAF\xc9", 1),
        ["encoding"],
    ),
    # Compressed files
    Case("a gzip file cut off", gzip.compress(GOOD.encode())[:-20], ["gzip"], "EPD_201709.csv.gz"),
    Case(
        "a damaged gzip file", gzip.compress(GOOD.encode())[:-8] + b"12345678", ["gzip"], "EPD_201709.csv.gz"
    ),
    Case("a zip file cut off", zipped(("a.csv", GOOD.encode()))[:-30], ["zip"], "EPD_201709.zip"),
    Case("an empty zip file", zipped(), ["zip", "0 files"], "EPD_201709.zip"),
    Case(
        "two files in one zip",
        zipped(("a.csv", GOOD.encode()), ("b.csv", GOOD.encode())),
        ["zip", "2 files"],
        "EPD_201709.zip",
    ),
]

LOADED = [
    Case("as it is", GOOD.encode()),
    Case("LF line ends", epd_text(newline="\n").encode()),
    Case("mixed line ends", GOOD.replace("\r\n", "\n", 3).encode()),
    Case("a byte-order mark", GOOD.encode("utf-8-sig")),
    Case("gzip", gzip.compress(GOOD.encode()), file="EPD_201709.csv.gz"),
    Case("gzip without saying so", gzip.compress(GOOD.encode())),
    Case("zip", zipped(("EPD_201709.csv", GOOD.encode())), file="EPD_201709.zip"),
    Case("columns in another order", epd_text(header=sorted(AREA_TEAM)).encode()),
    Case("rows in another order", epd_text(GOOD_ROWS[::-1]).encode()),
    Case("month written with a dash", GOOD.replace("2017_09", "2017-09").encode()),
    Case("month written in two ways", GOOD.replace("2017_09", "201709", 2).encode()),
    Case("all texts in quotes", GOOD.replace(",L84073,", ',"L84073",').encode()),
    Case("trailing zeros", GOOD.replace(",3.87,", ",3.8700000,").encode()),
    Case("a number that ends in a point", GOOD.replace(",63.0,", ",63.,").encode()),
    Case("an exponent", GOOD.replace(",63.0,", ",6.3E+1,").encode()),
    Case("a plus sign", GOOD.replace(",63.0,", ",+63,").encode()),
    Case("a name without its month", GOOD.encode(), file="prescribing.csv"),
]


@pytest.fixture(scope="module")
def august(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("august")
    rows = [epd_row(YEAR_MONTH="2017_08")]
    load_files(folder / "store", [write_epd(folder, rows, month="201708")])
    return folder / "store"


def snapshot(store: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(store)): path.read_bytes() for path in sorted(store.rglob("*")) if path.is_file()
    }


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.name)
def test_refused_whole(case: Case, august: Path, tmp_path: Path) -> None:
    before = snapshot(august)
    path = tmp_path / case.file
    path.write_bytes(case.content)
    with pytest.raises(LoadRefused) as refused:
        load_files(august, [path])
    for words in (case.file, *case.says):
        assert words in refused.value.message
    assert refused.value.advice
    assert snapshot(august) == before
    assert [one.number for one in list_releases(august)] == [1]


@pytest.mark.parametrize("case", LOADED, ids=lambda case: case.name)
def test_loaded_identically(case: Case, tmp_path: Path) -> None:
    path = tmp_path / case.file
    path.write_bytes(case.content)
    outcome = load_files(tmp_path / "store", [path])
    assert outcome.files[0].rows == len(GOOD_ROWS)
    good = tmp_path / "good"
    good.mkdir()
    load_files(good / "store", [write_epd(good)])
    assert stored_rows(tmp_path / "store") == stored_rows(good / "store")
    names = "SELECT code, name FROM f.practice ORDER BY code"
    assert dimension_rows(tmp_path / "store", names) == dimension_rows(good / "store", names)


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "cp1252"])
def test_accents_are_kept_in_every_encoding(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "EPD_201709.csv"
    path.write_bytes(ACCENTED.encode(encoding))
    load_files(tmp_path / "store", [path])
    assert ("CAFÉ PRACTICE",) in dimension_rows(tmp_path / "store", "SELECT name FROM f.practice")


def test_a_line_end_within_quotes_belongs_to_the_value(tmp_path: Path) -> None:
    path = tmp_path / "EPD_201709.csv"
    path.write_bytes(GOOD.replace("ACORN PRACTICE", '"ACORN\nPRACTICE"').encode())
    load_files(tmp_path / "store", [path])
    assert ("ACORN\nPRACTICE",) in dimension_rows(tmp_path / "store", "SELECT name FROM f.practice")
    assert len(stored_rows(tmp_path / "store")) == len(GOOD_ROWS)


def test_all_faults_of_all_files_are_told_at_once(august: Path, tmp_path: Path) -> None:
    first = tmp_path / "EPD_201709.csv"
    first.write_bytes(with_row(NIC="x", ITEMS="y"))
    second = tmp_path / "EPD_201710.csv"
    second.write_bytes(b"")
    with pytest.raises(LoadRefused) as refused:
        load_files(august, [first, second])
    assert [one.column for one in refused.value.refusals] == ["ITEMS", "NIC", None]
    assert "Nothing was loaded." in refused.value.advice


def test_a_good_file_is_not_loaded_beside_a_bad_one(august: Path, tmp_path: Path) -> None:
    good = write_epd(tmp_path)
    bad = tmp_path / "EPD_201710.csv"
    bad.write_bytes(b"nothing\n")
    with pytest.raises(LoadRefused):
        load_files(august, [good, bad])
    assert read_release(august).months == (201708,)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LoadRefused, match="No such file"):
        load_files(tmp_path / "store", [tmp_path / "EPD_201709.csv"])
