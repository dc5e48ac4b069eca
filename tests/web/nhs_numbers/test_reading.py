"""Files of NHS numbers: read whole, or refused with the line and the column, and never with a number."""

from __future__ import annotations

import gzip
from itertools import islice

import pytest

from epact2.model.nhs_number import numbers_of_tests, spaced
from epact2.web.nhs_numbers.reading import BadNumberFile, Lines

ONE, TWO, *_ = islice(numbers_of_tests(), 2)
GOOD = f"PATIENT_ID,NHS_NUMBER\nPSEUDO1,{ONE}\nPSEUDO2,{spaced(TWO)}\n"


def rows(tmp_path, content: bytes | str):
    path = tmp_path / "numbers.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(Lines(path))


@pytest.mark.parametrize(
    "content",
    [
        GOOD,
        GOOD.replace("\n", "\r\n"),
        "\ufeff" + GOOD,
        f'"PATIENT_ID","NHS_NUMBER"\n"PSEUDO1","{ONE}"\nPSEUDO2,{TWO}',
        gzip.compress(GOOD.encode()),
    ],
    ids=["plain", "Windows", "with a mark of UTF-8", "quoted, no last line end", "gzip"],
)
def test_good_files_are_read_alike(tmp_path, content):
    assert rows(tmp_path, content) == [("PSEUDO1", ONE), ("PSEUDO2", TWO)]


WRONG = f"{ONE[:-1]}{(int(ONE[-1]) + 1) % 10}"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "line 1: the columns must be PATIENT_ID and NHS_NUMBER"),
        ("NHS_NUMBER,PATIENT_ID\n", "line 1: the columns must be"),
        (f"PSEUDO1,{ONE}\n", "line 1: the columns must be"),
        ("PATIENT_ID,NHS_NUMBER\n", "line 1: no row follows the heading"),
        (f"{GOOD}PSEUDO3\n", "line 4: it has 1 columns and not 2"),
        (f"{GOOD}PSEUDO3,{ONE},more\n", "line 4: it has 3 columns"),
        (f"{GOOD},{ONE}\n", "line 4: column PATIENT_ID: a pseudonym is"),
        (f"{GOOD}PSEUDO-3,{ONE}\n", "line 4: column PATIENT_ID"),
        (f"{GOOD}PSEUDO3,{WRONG}\n", "line 4: column NHS_NUMBER: its last digit does not fit the others"),
        (f"{GOOD}PSEUDO3,{ONE[:-1]}\n", "line 4: column NHS_NUMBER: it has 9 digits"),
        (f"{GOOD}PSEUDO3,\n", "line 4: column NHS_NUMBER: it holds something else than digits"),
        (f'{GOOD}PSEUDO3,"{ONE}\n', "line 4: it is no line of CSV"),
        (GOOD.encode("utf-16"), "it is not written in UTF-8"),
        (
            gzip.compress((GOOD + "".join(f"P{place},{ONE}\n" for place in range(9999))).encode())[:-900],
            "broken off or damaged",
        ),
    ],
)
def test_bad_files_are_refused_with_the_place(tmp_path, content, said):
    with pytest.raises(BadNumberFile) as caught:
        rows(tmp_path, content)
    assert said in str(caught.value)
    assert "PSEUDO" not in str(caught.value)
    for number in (ONE, TWO, WRONG):
        assert number not in str(caught.value)


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(BadNumberFile, match="cannot be read: No such file"):
        list(Lines(tmp_path / "none.csv"))
