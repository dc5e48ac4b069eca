"""What the command line reads is recorded before it is shown, and “epact2 audit” finds any change to it."""

import json
import os
import subprocess
import sys

import pytest

from epact2.access.chain import Tampered
from epact2.access.file_trail import COMMANDS, verify_file
from epact2.cli import listings, questions
from epact2.cli.app import run
from support import example_items
from support.example_items import pseudonym

ANN = pseudonym("G82001", 1)


@pytest.fixture(scope="module")
def engine():
    return example_items.engine()


@pytest.fixture
def folder(engine, monkeypatch, tmp_path):
    monkeypatch.setenv("EPACT2_UNSAFE_OPEN_ITEMS", "1")
    monkeypatch.setenv("EPACT2_AUDIT", str(tmp_path / "audit"))
    monkeypatch.setattr(listings, "engine", lambda: engine)
    monkeypatch.setattr(questions, "engine_here", lambda: engine)
    return tmp_path / "audit"


@pytest.fixture
def asked(tmp_path):
    def written(data):
        path = tmp_path / "question.json"
        path.write_text(json.dumps(data))
        return str(path)

    return written


def lines(folder):
    return [json.loads(line) for line in (folder / COMMANDS).read_text(encoding="utf-8").splitlines()]


def test_each_read_is_one_record(folder, asked, capsys):
    assert run(["ask", asked({"values": ["items"], "rows": ["ICB"], "months": {"latest": 1}})]) == 0
    assert run(["list", asked({"columns": ["month", "patient", "items"]})]) == 0
    assert run(["patient", ANN]) == 0
    assert run(["comparator", "broad-spectrum-antibiotic-share", "--level", "ICB"]) == 0
    records = [line["record"] for line in lines(folder)]
    assert [(one["kind"], one["place"]) for one in records] == [
        ("asked", "epact2 ask"),
        ("listed", "epact2 list"),
        ("one patient", "epact2 patient"),
        ("asked", "epact2 comparator"),
    ]
    assert all(one["who"].startswith("operator of this machine (") for one in records)
    assert [one["asked"][0]["rows"] > 0 for one in records] == [True] * 4
    assert verify_file(folder / COMMANDS).records == 4


def test_no_pseudonym_is_in_it(folder, asked):
    run(["patient", ANN])
    run(["patient", "PSEUDONOBODY"])
    run(["list", asked({"columns": ["items"], "where": {"is": ["patient", ANN]}})])
    text = (folder / COMMANDS).read_text(encoding="utf-8")
    assert len(text.splitlines()) == 3
    assert "PSEUDO" not in text
    assert len({line["record"]["patients"][0] for line in lines(folder)}) == 2


def test_a_refusal_is_recorded(folder, asked, monkeypatch):
    monkeypatch.delenv("EPACT2_UNSAFE_OPEN_ITEMS")
    assert run(["list", asked({"columns": ["items"]})]) == 1
    assert run(["patient", ANN]) == 1
    assert [line["record"]["kind"] for line in lines(folder)] == ["refused", "refused"]


@pytest.mark.parametrize("command", ["ask", "list", "patient"])
def test_what_cannot_be_recorded_is_not_shown(folder, asked, capsys, command):
    folder.write_text("a file where the folder should be")
    question = {"ask": {"values": ["items"]}, "list": {"columns": ["items"]}}.get(command)
    assert run([command, asked(question) if question else ANN]) == 1
    heard = capsys.readouterr()
    assert heard.out == ""
    assert "EPACT2_AUDIT" in heard.err


def test_the_command_checks_both_trails(folder, asked, tmp_path):
    run(["ask", asked({"values": ["items"]})])
    environment = {**os.environ, "EPACT2_ACCOUNTS": str(tmp_path / "accounts")}
    for name in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE"):
        environment.pop(name, None)

    def audit():
        return subprocess.run(
            [sys.executable, "-m", "epact2.cli", "--store", str(tmp_path / "store"), "audit", "verify"],
            env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

    sound = audit()
    assert sound.returncode == 0, sound.stderr
    assert "Commands: 1 record, as written" in sound.stdout
    assert "Web: there is no accounts database here" in sound.stdout
    path = folder / COMMANDS
    path.write_text(path.read_text(encoding="utf-8").replace("operator", "nobody"), encoding="utf-8")
    with pytest.raises(Tampered):
        verify_file(path)
    changed = audit()
    assert changed.returncode == 1
    assert "Record 1 was changed after it was written" in changed.stderr
