"""The command that keeps NHS numbers: what it says, what it refuses, and that it says no number."""

from __future__ import annotations

import stat
from dataclasses import replace

import pytest

from epact2.model.nhs_number import is_nhs_number
from epact2.web.nhs_numbers import commands
from epact2.web.nhs_numbers.invented import NotSynthetic, with_invented_numbers
from epact2.web.nhs_numbers.steps import number_store
from support.audit import last_number, records_since
from support.nhs_numbers import NUMBERS, PATIENTS

PSEUDONYMS = [f"PSEUDO{name}" for name in PATIENTS]


@pytest.fixture
def command(monkeypatch, capsys, world):
    """The command, in this process: its exit code, and what it says."""
    monkeypatch.setattr("django.setup", lambda: None)
    monkeypatch.setattr("epact2.web.prepare.prepare", lambda: None)

    def run(*words):
        code = commands.run(list(words))
        heard = capsys.readouterr()
        return code, heard.out, heard.err

    return run


@pytest.fixture
def empty(settings, tmp_path):
    """A server to which no number was loaded yet."""
    settings.CONFIG = replace(
        settings.CONFIG, nhs_numbers=tmp_path / "new" / "n.sqlite3", nhs_number_key=tmp_path / "new-key"
    )


def test_a_file_is_loaded_and_counted_and_makes_the_key(command, empty, settings, tmp_path):
    path = tmp_path / "numbers.csv"
    rows = "".join(f"{name},{number}\n" for name, number in NUMBERS.items())
    path.write_text(f"PATIENT_ID,NHS_NUMBER\n{rows}")
    before = last_number()
    code, out, err = command("load", str(path))
    assert (code, err) == (0, "")
    assert "6 NHS numbers from numbers.csv, 6 of them new" in out
    assert "6 are kept" in out
    assert stat.S_IMODE(settings.CONFIG.nhs_number_key.stat().st_mode) == 0o400
    assert number_store().numbers_of(PSEUDONYMS) == NUMBERS
    assert command("count") == (0, "6 NHS numbers are kept.\n", "")
    began, loaded = records_since(before)
    assert (began["kind"], began["who"], began["channel"]) == (
        "administered", "operator of this machine", "command line",
    )  # fmt: skip
    assert loaded["details"] == "Loaded 6 NHS numbers from numbers.csv, 6 of them new"


def test_a_bad_row_is_refused_with_its_line_and_nothing_is_loaded(command, empty, tmp_path):
    path = tmp_path / "numbers.csv"
    path.write_text("PATIENT_ID,NHS_NUMBER\nPSEUDO1,9990000018\nPSEUDO2,9990000019\n")
    code, out, err = command("load", str(path))
    assert (code, out) == (1, "")
    assert "numbers.csv, line 3: column NHS_NUMBER: its last digit does not fit the others." in err
    assert "9990000" not in err
    assert command("count")[1] == "0 NHS numbers are kept.\n"


def test_a_number_of_another_patient_is_refused_with_its_line(command, tmp_path):
    path = tmp_path / "numbers.csv"
    path.write_text(f"PATIENT_ID,NHS_NUMBER\nPSEUDOnew,9990000018\nPSEUDOnewer,{NUMBERS['PSEUDOann']}\n")
    code, _, err = command("load", str(path))
    assert code == 1
    assert "line 3: column NHS_NUMBER: this number is kept for another pseudonym already" in err
    assert command("count")[1] == "6 NHS numbers are kept.\n"


def test_numbers_are_invented_for_every_synthetic_patient(command, empty, settings, world, monkeypatch):
    from epact2.store.directory import Directory

    settings.CONFIG = replace(settings.CONFIG, store=world.store)
    code, _, err = command("invent")
    assert code == 1
    assert "not synthetic" in err, "the small England does not say that it is synthetic"
    monkeypatch.setattr(Directory, "synthetic", True, raising=False)
    monkeypatch.setattr("epact2.web.nhs_numbers.invented.require_synthetic", lambda synthetic: None)
    code, out, _ = command("invent")
    assert code == 0
    assert "6 NHS numbers invented for synthetic patients" in out
    found = number_store().numbers_of(PSEUDONYMS)
    assert set(found) == set(PSEUDONYMS)
    assert len(set(found.values())) == 6
    assert all(one.startswith("999") and is_nhs_number(one) for one in found.values())
    assert command("invent")[1].startswith("6 NHS numbers invented for synthetic patients, 0 of them new")


def test_invented_numbers_depend_on_the_patient_alone_and_never_meet():
    some = dict(with_invented_numbers((key, f"P{key}") for key in range(1, 5000)))
    assert len(set(some.values())) == 4999
    assert dict(with_invented_numbers([(77, "P77")])) == {"P77": some["P77"]}
    with pytest.raises(NotSynthetic, match="more patients than"):
        list(with_invented_numbers([(10**6, "P")]))
