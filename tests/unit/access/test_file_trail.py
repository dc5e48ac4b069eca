"""The trail of a file: on the disk before anything is shown, one writer at a time, no line altered."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from epact2.access.audit import Asked, AuditFailed, Event, Kind
from epact2.access.chain import Tampered
from epact2.access.file_trail import FileTrail, kept_hiding, verify_file

QUESTION = {"version": 1, "values": ["items"]}


def event(who="operator of this machine"):
    asked = Asked(words="Items", question=QUESTION, scope="All of England.", rows=1)
    return Event(kind=Kind.ASKED, who=who, when=datetime(2026, 1, 14, tzinfo=UTC), asked=(asked,))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "audit" / "commands.jsonl"


def write(path, lines):
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def test_events_are_numbered_and_readable_by_their_owner_alone(path):
    trail = FileTrail(path)
    assert [trail.record(event()) for _ in range(3)] == [1, 2, 3]
    assert verify_file(path).records == 3
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    line = json.loads(path.read_text(encoding="utf-8").splitlines()[2])
    assert line["record"]["who"] == "operator of this machine"
    assert [one["words"] for one in line["questions"].values()] == ["Items"]


def test_a_long_record_is_found_again(path):
    trail = FileTrail(path)
    long = Asked(words="x" * 200_000, question=QUESTION)
    for number in (1, 2, 3):
        assert trail.record(Event(kind=Kind.ASKED, who="nia", asked=(long,))) == number


def test_writers_at_once_make_one_chain(path):
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda n: FileTrail(path).record(event(f"person {n}")), range(40)))
    assert sorted(numbers) == list(range(1, 41))
    assert verify_file(path).records == 40


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda lines: [lines[0], lines[1].replace('"rows":1', '"rows":0'), *lines[2:]], 2),
        (lambda lines: [lines[0], lines[1].replace('"words":"Items"', '"words":"NIC"'), *lines[2:]], 2),
        (lambda lines: [lines[0], lines[1].replace("operator", "nobody"), *lines[2:]], 2),
        (lambda lines: [lines[0], "{}", *lines[2:]], 2),
        (lambda lines: [lines[0], *lines[2:]], 2),
        (lambda lines: lines[1:], 1),
        (lambda lines: [lines[1], lines[0], *lines[2:]], 1),
        (lambda lines: [lines[0], lines[0], *lines[1:]], 2),
    ],
    ids=["rows", "question", "person", "nonsense", "removed", "first", "swapped", "repeated"],
)
def test_no_line_can_be_altered(path, change, where):
    trail = FileTrail(path)
    for _ in range(5):
        trail.record(event())
    write(path, change(path.read_text(encoding="utf-8").splitlines()))
    with pytest.raises(Tampered) as found:
        verify_file(path)
    assert found.value.number == where


def test_a_trail_that_cannot_be_written_says_so(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(AuditFailed, match=r"nothing is shown.*EPACT2_AUDIT"):
        FileTrail(tmp_path / "file" / "commands.jsonl").record(event())


def test_nothing_is_written_after_half_a_record(path):
    trail = FileTrail(path)
    trail.record(event())
    with path.open("a", encoding="utf-8") as file:
        file.write('{"hash": "ab')
    with pytest.raises(AuditFailed, match="cut short"):
        trail.record(event())


def test_the_key_of_hashes_is_made_once_and_kept(tmp_path):
    path = tmp_path / "audit" / "patient-key"
    first = kept_hiding(path)
    assert kept_hiding(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("lost")
    with pytest.raises(AuditFailed, match="backup"):
        kept_hiding(path)
