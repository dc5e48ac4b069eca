"""The command line where what is asked for is missing or odd: what to do is said, never a traceback."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from epact2.cli.app import run
from epact2.load.publish import load_files
from support.epd import write_epd
from support.items import write_items

Said = tuple[int, str, str]
PATIENTS = {"values": ["identified patients"]}
LISTING = {"columns": ["month", "practice", "patient", "presentation"], "size": 3}


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stores of September 2017 from an EPD file alone, of January 2026 from items alone, and of both."""
    folder = tmp_path_factory.mktemp("hurried")
    epd, items = write_epd(folder), write_items(folder)
    load_files(folder / "epd", [epd])
    load_files(folder / "items", [items])
    load_files(folder / "both", [epd, items])
    return folder


@pytest.fixture
def say(
    stores: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Said]:
    monkeypatch.setenv("EPACT2_UNSAFE_OPEN_ITEMS", "1")

    def said(store: str, *words: str, typed: object = "") -> Said:
        text = typed if isinstance(typed, str) else json.dumps(typed)
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))
        code = run(["--store", str(stores / store), *words])
        heard = capsys.readouterr()
        return code, heard.out, heard.err

    return said


ASKING: list[tuple[tuple[str, ...], object]] = [
    (("ask", "-"), PATIENTS),
    (("explain", "-"), PATIENTS),
    (("list", "-"), LISTING),
    (("explain", "-"), LISTING),
    (("patient", "P1"), ""),
    (("comparator", "patients-on-10-or-more-medicines"), ""),
]


@pytest.mark.parametrize(
    ("words", "typed"), ASKING, ids=lambda part: " ".join(part) if type(part) is tuple else ""
)
@pytest.mark.parametrize(
    ("store", "message"),
    [("epd", "needs single prescription items, and none are loaded"), ("nowhere", "holds no release")],
)
def test_without_items(
    say: Callable[..., Said], store: str, message: str, words: tuple[str, ...], typed: object
) -> None:
    code, out, err = say(store, *words, typed=typed)
    assert (code, out) == (1, "")
    assert message in err
    assert "epact2 load" in err or "Load an item file" in err


@pytest.mark.parametrize(
    ("words", "typed"),
    [
        (("ask", "-"), {**PATIENTS, "months": "2017-09"}),
        (("list", "-"), {**LISTING, "months": {"from": "2017-01", "to": "2017-12"}}),
        (("comparator", "patients-on-10-or-more-medicines", "--month", "2017-09"), ""),
    ],
)
def test_a_month_that_has_no_items_though_it_is_loaded(
    say: Callable[..., Said], words: tuple[str, ...], typed: object
) -> None:
    code, out, err = say("both", *words, typed=typed)
    assert (code, out) == (1, "")
    assert "covers no month that has single items" in err
    assert "Loaded with items: January 2026." in err


def test_a_look_back_further_than_the_items(say: Callable[..., Said]) -> None:
    code, out, err = say("both", "comparator", "vpa4-women-starting-valproate")
    assert (code, out) == (1, "")
    assert "looks back further than the items that are loaded" in err
    starting = {"all": [{"had": {"under": ["bnf", "05"]}}, {"not": {"had": {}, "before": 12}}]}
    code, out, _ = say("both", "ask", "-", "--format", "json", typed={"values": [{"patients": starting}]})
    assert code == 0
    assert json.loads(out)["rows"] == [[None]]


def test_items_without_a_bnf_file_and_without_organisations(say: Callable[..., Said]) -> None:
    """An item file before anything else: codes stand for names, and places are not known."""
    question = {"values": ["items", "identified patients"], "rows": ["chapter", "ICB"], "labels": True}
    code, out, _ = say("items", "ask", "-", "--format", "json", typed=question)
    assert code == 0
    assert [row[:4] for row in json.loads(out)["rows"]] == [
        [chapter, chapter, "-", "Unknown"] for chapter in ("02", "05", "21")
    ]
    code, out, _ = say("items", "list", "-", "--format", "json", typed=LISTING)
    assert code == 0
    assert len(json.loads(out)["rows"]) == 3
    code, _, _ = say("items", "patient", "P1")
    assert code == 0


@pytest.mark.parametrize(
    ("command", "typed", "message"),
    [
        ("ask", LISTING, "as if it were a listing"),
        ("list", PATIENTS, "as if it were a question"),
        ("ask", {"values": ["items"], "where": {"between": ["age", "-Infinity", 65]}}, "is no age"),
        ("ask", {"values": ["items"], "where": {"is": ["practice", "\ud800"]}}, "half a character"),
        ("list", {**LISTING, "where": {"between": ["patient", "A", "Z"]}}, "no order"),
        ("list", {**LISTING, "where": {"between": ["prescribed date", "1", "2"]}}, "Write it like 20260114"),
        # Places in other listings: a word for a month, a word for a number, nothing at all.
        ("list", {**LISTING, "after": "WyJ4IiwgMSwgMSwgMV0="}, "of another listing"),
        ("list", {**LISTING, "after": "WyIyMDI2LTAxIiwgIngiLCAxLCAxXQ=="}, "of another listing"),
        ("list", {**LISTING, "after": "W251bGwsIG51bGwsIG51bGwsIG51bGxd"}, "of another listing"),
    ],
    ids=lambda part: json.dumps(part)[:60],
)
def test_what_only_an_engine_would_stumble_over(
    say: Callable[..., Said], command: str, typed: object, message: str
) -> None:
    code, out, err = say("items", command, "-", typed=typed)
    assert (code, out) == (1, "")
    assert message in err
