"""Sealing at the load: the key, what is kept, and that the files hold what is published and nothing else."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from epact2.load import publish
from epact2.load.publish import load_files
from epact2.load.seal_key import SETTING, SealKeyFault
from epact2.model.months import DispensingMonth
from epact2.query.codec import query_from_json, value_from_json
from epact2.query.scope import Scope
from epact2.query.sealing import BASE, SHOWN_FROM, at_most_items, chain_message, offset, rounded
from epact2.store.duckdb import DuckDBEngine
from epact2.store.reference import ReferenceEngine
from epact2.store.reference_sealed import Seal
from epact2.store.release import Release, read_release
from generative.outcomes import differences
from support.boring_patients import rows_of
from support.dense_items import dense_england
from support.jumbled_items import write_rows
from support.reference_store import reference_data_of
from support.stores import dimension_rows, opened

MONTHS = ("202512", "202601")
EIGHT = "patients on 8 or more unique medicines"
NERVES = {"under": ["bnf", "04"]}
OF_WOMEN = {"amount": "items", "where": {"is": ["gender", "2"]}}
COLUMNS = tuple(map(value_from_json, (EIGHT, OF_WOMEN, {"patients": {"had": NERVES, "last": 2}})))
SEALED = Scope(reason="published", sealed=True)


def items(month: str) -> Path:
    (found,) = dense_england().glob(f"ITEMS_{month}.csv")
    return found


def load(store: Path, *files: Path) -> Release:
    load_files(store, files, prepared=COLUMNS)
    return read_release(store)


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("sealed")
    places = sorted((dense_england() / "organisations").glob("*_202502.csv"))
    load(folder, *places, items(MONTHS[0]))
    return folder


def atoms(store: Path, month: str) -> list[tuple]:
    stored = read_release(store).sealed[int(month)]
    with opened(store, stored) as connection:
        return connection.execute("FROM f.atom").fetchall()


def exact_patients(store: Path, month: str, code: str) -> dict[int, int]:
    """The identified patients of each practice under a BNF code, counted from the stored items."""
    with opened(store, read_release(store).items[int(month)]) as connection:
        dimensions = store / "files" / read_release(store).dimensions.name
        connection.execute(f"ATTACH '{dimensions}' AS d (READ_ONLY)")
        return dict(
            connection.execute(
                "SELECT practice, count(DISTINCT patient) FROM f.item JOIN d.medicine USING (presentation) "
                "WHERE exclusion = 0 AND patient_identified AND patient <> 0 AND starts_with(latest, ?) "
                "GROUP BY practice",
                [code],
            ).fetchall()
        )


def open_items(store: Path, month: str, code: str) -> dict[int, int]:
    """The open items of each practice under a BNF code."""
    with opened(store, read_release(store).rows[int(month)]) as connection:
        dimensions = store / "files" / read_release(store).dimensions.name
        connection.execute(f"ATTACH '{dimensions}' AS d (READ_ONLY)")
        return dict(
            connection.execute(
                "SELECT practice, sum(items) FROM f.prescribing JOIN d.medicine USING (presentation) "
                "WHERE starts_with(latest, ?) GROUP BY practice",
                [code],
            ).fetchall()
        )


def test_the_key_is_made_once_and_is_for_the_loader_alone(store):
    key = store / "seal-key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o400
    assert len(bytes.fromhex(key.read_text().strip())) == 32


def test_no_file_of_the_release_tells_the_key(store):
    secret = (store / "seal-key").read_text().strip()
    for path in store.rglob("*"):
        if path.is_file() and path.name != "seal-key":
            held = path.read_bytes()
            assert secret.encode() not in held, path
            assert bytes.fromhex(secret) not in held, path


@pytest.mark.parametrize("code", ["", "04", "0403", "0403010B0"])
def test_every_shown_number_is_the_rule_applied_to_the_exact_count(store, code):
    """Worked out again by the pure functions, from items that plain SQL counts.

    A whole may be published as less, to leave its parts room.
    """
    secret = bytes.fromhex((store / "seal-key").read_text().strip())
    month = DispensingMonth.from_number(int(MONTHS[0]))
    practices = dict(dimension_rows(store, "SELECT practice, code FROM f.practice"))
    counts = exact_patients(store, MONTHS[0], code)
    shown = {
        practice: m
        for _, level, node, practice, m, enters in atoms(store, MONTHS[0])
        if node == code and level == [0, 2, 4, 9].index(len(code)) and enters == 0
    }
    assert shown or code == "0403010B0"
    sums = open_items(store, MONTHS[0], code)
    for practice, m in shown.items():
        of = offset(secret, chain_message(practices[practice], month))
        told = at_most_items(rounded(counts.get(practice, 0), of), sums[practice])
        assert m == told or (m < told and len(code) < 9), practices[practice]


def test_the_files_hold_published_numbers_alone(store):
    """Multiples of five; below ten open items a practice's row holds no number but its pool's."""
    with opened(store, read_release(store).rows[int(MONTHS[0])]) as connection:
        total = dict(
            connection.execute("SELECT practice, sum(items) FROM f.prescribing GROUP BY 1").fetchall()
        )
    rows = atoms(store, MONTHS[0])
    assert rows
    for month, level, node, practice, m, enters in rows:
        assert month == int(MONTHS[0])
        assert m is None or (m >= 0 and m % BASE == 0), node
        if level == 0:
            assert (enters == 0) is (total[practice] >= SHOWN_FROM)
        if enters == 5:
            assert m is None, "what is published nowhere is not stored"
    pools = [row for row in rows if 0 < row[5] < 5]
    assert len([row for row in pools if row[4] is not None]) * 3 <= len(pools), "one number for three or more"


def test_the_engine_publishes_what_the_reference_engine_does(store):
    secret = bytes.fromhex((store / "seal-key").read_text().strip())
    fast = DuckDBEngine(store, threads=1)
    judge = ReferenceEngine(reference_data_of(store), fast.directory, Seal(secret, COLUMNS))
    values = ["identified patients", EIGHT, OF_WOMEN]
    for level in ("England", "ICB", "sub-ICB location", "PCN", "practice"):
        asked = query_from_json({"values": values, "rows": [level, "month"]})
        found, expected = fast.answer(asked, SEALED), judge.answer(asked, SEALED)
        assert not differences(found, expected), level
        assert found.marks == expected.marks, level
    fast.close()


def test_months_that_did_not_change_are_kept_and_corrected_ones_keep_their_offsets(store, tmp_path):
    """A9: the same counts, published again after a correction of something else, are the same numbers."""
    first = load(store, items(MONTHS[1])) if MONTHS[1] not in map(str, read_release(store).sealed) else None
    before = atoms(store, MONTHS[1])
    kept = read_release(store).sealed[int(MONTHS[0])]
    corrected = tmp_path / f"ITEMS_{MONTHS[1]}.csv"
    rows = [row for row in rows_of(items(MONTHS[1])) if not row["BNF_PRESENTATION_CODE"].startswith("0403")]
    write_rows(corrected, rows)
    release = load(store, corrected)
    assert first is None or first.sealed[int(MONTHS[1])] != release.sealed[int(MONTHS[1])]
    assert release.sealed[int(MONTHS[0])] == kept
    after = {row[:4]: row[4:] for row in atoms(store, MONTHS[1])}
    untouched = [row for row in before if row[1] == 2 and not row[2].startswith("04")]
    assert untouched
    assert all(after[row[:4]] == row[4:] for row in untouched)


def test_another_key_is_refused(store, tmp_path, monkeypatch):
    """A9: with another secret, the same patients would be published a second time, rounded otherwise."""
    other = tmp_path / "key"
    other.write_text("ab" * 32)
    monkeypatch.setenv(SETTING, str(other))
    number = read_release(store).number
    change = tmp_path / f"ITEMS_{MONTHS[0]}.csv"
    write_rows(change, list(rows_of(items(MONTHS[0])))[1:])
    with pytest.raises(SealKeyFault, match="not the one"):
        load(store, change)
    monkeypatch.setenv(SETTING, str(tmp_path / "missing"))
    with pytest.raises(SealKeyFault, match="missing"):
        load(store, change)
    assert read_release(store).number == number


def test_the_key_may_lie_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv(SETTING, str(tmp_path / "elsewhere"))
    assert load(tmp_path / "store", items(MONTHS[0])).sealed
    assert (tmp_path / "elsewhere").exists()
    assert not (tmp_path / "store" / "seal-key").exists()


@pytest.mark.parametrize(("text", "said"), [("no key", "holds no key"), ("abcd", "shorter")])
def test_a_file_that_is_no_key_is_refused(tmp_path, text, said):
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "seal-key").write_text(text)
    with pytest.raises(SealKeyFault, match=said):
        load(tmp_path / "store", items(MONTHS[0]))


def test_a_store_of_an_earlier_version_is_sealed_by_loading_a_file_again(tmp_path, monkeypatch):
    store = tmp_path / "store"
    with monkeypatch.context() as earlier:
        earlier.setattr(publish, "seal", lambda _, release, *others: release)
        assert not load(store, items(MONTHS[0])).sealed
    outcome = load_files(store, [items(MONTHS[0])], prepared=COLUMNS)
    assert outcome.changed
    release = read_release(store)
    assert (release.number, release.base) == (2, 1)
    assert set(release.sealed) == set(release.items)
    assert not load_files(store, [items(MONTHS[0])], prepared=COLUMNS).changed


def test_without_items_nothing_is_sealed_and_no_key_is_made(tmp_path):
    places = sorted((dense_england() / "organisations").glob("practice_202502.csv"))
    release = load(tmp_path / "store", *places)
    assert not release.sealed
    assert not release.seal
    assert not (tmp_path / "store" / "seal-key").exists()
