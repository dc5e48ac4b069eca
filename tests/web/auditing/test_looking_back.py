"""Who looked at this patient? A Caldicott Guardian's question, answered without a pseudonym in the trail."""

import io

import pytest

from epact2.web.auditing import commands
from support.audit import last_number, records_since
from support.example_items import pseudonym

pytestmark = pytest.mark.django_db
ANN, BEN = pseudonym("G82001", 0), pseudonym("G82001", 1)


def test_it_names_everybody_who_read_of_the_patient_and_nobody_else(reader, opened, monkeypatch, capsys):
    reader.post("/patient", {"patient": ANN})
    ann = last_number()
    reader.post("/patient", {"patient": BEN})
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{ANN}\n"))
    assert commands.run(["patient"]) == 0
    said = capsys.readouterr().out
    assert "records that name this patient: 1" in said
    assert f"{ann:,}" in said
    assert "nia  one patient" in said
    assert "PSEUDO" not in said


def test_that_somebody_looked_is_kept(reader, opened, monkeypatch):
    before = last_number()
    monkeypatch.setattr("sys.stdin", io.StringIO(ANN))
    commands.run(["patient"])
    (record,) = records_since(before)
    assert record["kind"] == "trail read"
    assert record["patients"]
    assert "PSEUDO" not in str(record)
