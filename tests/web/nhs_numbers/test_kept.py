"""The file of NHS numbers: nothing in it can be read without its key, and nothing in it can be exchanged."""

from __future__ import annotations

import os
import sqlite3
import stat
from itertools import islice

import pytest

from epact2.model.nhs_number import numbers_of_tests
from epact2.web.nhs_numbers.kept import Loaded, NoNhsNumbers, NumberInUse, NumberStore
from epact2.web.nhs_numbers.sealing import NoNhsNumberKey, Sealing, made_key, read_key

NUMBERS = list(islice(numbers_of_tests(), 20))
ROWS = [(f"PSEUDO{place}", number) for place, number in enumerate(NUMBERS)]
KEY = Sealing(b"k" * 32)


@pytest.fixture
def store(tmp_path):
    return NumberStore(tmp_path / "numbers.sqlite3", KEY)


def test_what_was_loaded_is_found(store):
    assert store.load(ROWS) == Loaded(20, 0)
    assert store.numbers_of(["PSEUDO3", "PSEUDO7", "PSEUDOnobody"]) == {
        "PSEUDO3": NUMBERS[3], "PSEUDO7": NUMBERS[7],
    }  # fmt: skip
    assert store.count() == 20


def test_loading_the_same_again_changes_nothing(store):
    store.load(ROWS)
    assert store.load([*ROWS, ("PSEUDOnew", "9990000948")]) == Loaded(21, 20)
    assert store.count() == 21


def test_the_file_has_no_number_and_no_pseudonym(store, tmp_path):
    store.load(ROWS)
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        assert b"PSEUDO" not in content
        assert not [number for number in NUMBERS if number.encode() in content]
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


def test_the_same_number_looks_different_each_time():
    mark = KEY.mark_of_patient("PSEUDO1")
    assert KEY.seal(NUMBERS[0], mark) != KEY.seal(NUMBERS[0], mark)


@pytest.mark.parametrize(
    ("row", "column"),
    [(("PSEUDO0", NUMBERS[5]), "PATIENT_ID"), (("PSEUDOnew", NUMBERS[0]), "NHS_NUMBER")],
    ids=["another number for a pseudonym", "another pseudonym for a number"],
)
def test_what_contradicts_what_is_kept_is_refused_and_nothing_is_loaded(store, row, column):
    store.load(ROWS[:5])
    with pytest.raises(NumberInUse, match=column) as caught:
        store.load([("PSEUDOfirst", NUMBERS[10]), row])
    assert row[0] not in str(caught.value)
    assert row[1] not in str(caught.value)
    assert store.count() == 5


def test_numbers_exchanged_in_the_file_are_not_given(store):
    """Somebody who can write the file, and has no key, gives patients each other's numbers."""
    store.load(ROWS[:2])
    connection = sqlite3.connect(store.path)
    (one, sealed_one), (other, sealed_other) = connection.execute("SELECT patient, sealed FROM number")
    with connection:
        connection.execute("UPDATE number SET sealed = ? WHERE patient = ?", (sealed_other, one))
        connection.execute("UPDATE number SET sealed = ? WHERE patient = ?", (sealed_one, other))
    connection.close()
    with pytest.raises(NoNhsNumberKey, match="cannot be decrypted"):
        store.numbers_of(["PSEUDO0"])


def test_another_key_opens_nothing_and_adds_nothing(store):
    store.load(ROWS[:2])
    other = NumberStore(store.path, Sealing(b"o" * 32))
    with pytest.raises(NoNhsNumberKey, match="does not belong"):
        other.numbers_of(["PSEUDO0"])
    with pytest.raises(NoNhsNumberKey, match="does not belong"):
        other.load(ROWS[5:6])
    assert store.count() == 2


def test_without_a_file_there_are_no_numbers(store):
    with pytest.raises(NoNhsNumbers, match="No NHS numbers are kept"):
        store.numbers_of(["PSEUDO0"])
    assert not store.path.exists(), "asking makes no file"


def test_a_file_that_is_none_is_refused_in_words(store):
    store.path.write_text("not a database, though it is long enough to look like one" * 20)
    with pytest.raises(NoNhsNumbers, match="cannot be used"):
        store.numbers_of(["PSEUDO0"])


# --- The key ----------------------------------------------------------------------------------------------


def test_the_key_is_made_once_and_readable_by_its_owner_alone(tmp_path):
    path = tmp_path / "keys" / "nhs-number-key"
    mark = made_key(path).mark_of_patient("PSEUDO1")
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert made_key(path).mark_of_patient("PSEUDO1") == mark == read_key(path).mark_of_patient("PSEUDO1")
    assert [one.name for one in path.parent.iterdir()] == ["nhs-number-key"], "nothing is left beside it"


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o620, 0o604, 0o444])
def test_a_key_that_others_may_read_or_write_is_refused(tmp_path, mode):
    path = tmp_path / "key"
    made_key(path)
    path.chmod(mode)
    with pytest.raises(NoNhsNumberKey, match="by others") as caught:
        read_key(path)
    assert "chmod 0400" in caught.value.advice


@pytest.mark.parametrize("text", ["", "too short", "zz" * 32, "ab" * 31, "ü" * 64])
def test_a_file_that_holds_no_key_is_refused_without_repeating_it(tmp_path, text):
    path = tmp_path / "key"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o400)
    os.write(descriptor, text.encode())
    os.close(descriptor)
    with pytest.raises(NoNhsNumberKey, match="holds no key") as caught:
        read_key(path)
    assert not text or text not in str(caught.value)


def test_a_key_that_is_not_there_is_said(tmp_path):
    with pytest.raises(NoNhsNumberKey, match="There is no key"):
        read_key(tmp_path / "key")
