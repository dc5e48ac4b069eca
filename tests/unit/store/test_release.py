"""Releases on disk: what is written is read back, and damage is said in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from epact2.errors import Epact2Error
from epact2.store.release import (
    Dataset,
    LoadInProgress,
    NoRelease,
    Release,
    StoreDamaged,
    StoredFile,
    current_number,
    list_releases,
    loader_lock,
    publish_release,
    read_release,
    remove_leftovers,
)

RECEIVED = StoredFile("abc-EPD_201709.csv", 10, "abc")
RELEASE = Release(
    number=1,
    made="2026-01-20T10:00:00+00:00",
    software="0.1.0",
    base=None,
    datasets=(
        Dataset("epd", 201709, "", RECEIVED, "EPD_201709.csv", "abc", 7, ("é is kept.",)),
        Dataset("list-size", 201708, "", RECEIVED, "lists.csv", "abc", 7),
        Dataset("bnf", None, "chapter", RECEIVED, "chapter.csv", "abc", 7),
    ),
    dimensions=StoredFile("dimensions-1.duckdb", 1, "1"),
    rows={201709: StoredFile("rows-201709-2.duckdb", 2, "2")},
    totals={2017: StoredFile("totals-2017-3.duckdb", 3, "3")},
)


def publish(store: Path, *releases: Release) -> None:
    with loader_lock(store):
        for release in releases:
            publish_release(store, release)


def test_a_release_is_read_as_it_was_written(tmp_path: Path) -> None:
    publish(tmp_path, RELEASE, replace(RELEASE, number=2, base=1))
    assert read_release(tmp_path, 1) == RELEASE
    assert read_release(tmp_path).number == current_number(tmp_path) == 2
    assert [one.number for one in list_releases(tmp_path)] == [1, 2]
    assert RELEASE.months == (201709,)
    assert RELEASE.list_months == (201708,)
    assert [one.part for one in RELEASE.datasets_of("bnf")] == ["chapter"]
    assert RELEASE.file_names == {"dimensions-1.duckdb", "rows-201709-2.duckdb", "totals-2017-3.duckdb"}


def test_an_empty_store(tmp_path: Path) -> None:
    assert list_releases(tmp_path / "nowhere") == ()
    with pytest.raises(NoRelease, match="holds no release") as error:
        read_release(tmp_path)
    assert "epact2 load" in error.value.advice


@pytest.mark.parametrize("number", [0, 2, -1])
def test_a_release_that_is_not_there(number: int, tmp_path: Path) -> None:
    publish(tmp_path, RELEASE)
    (tmp_path / "releases/000002.json").write_text("left by a load that was killed")
    with pytest.raises(NoRelease, match="the newest is 1"):
        read_release(tmp_path, number)


@pytest.mark.parametrize("text", ["{", "{}", '{"format": 1}', '{"format": 99, "software": "9"}', "[]"])
def test_a_damaged_manifest_is_said(text: str, tmp_path: Path) -> None:
    publish(tmp_path, RELEASE)
    (tmp_path / "releases/000001.json").write_text(text)
    with pytest.raises(StoreDamaged, match=r"000001\.json"):
        read_release(tmp_path)


@pytest.mark.parametrize("text", ["", "one", "-1"])
def test_a_damaged_current_is_said(text: str, tmp_path: Path) -> None:
    publish(tmp_path, RELEASE)
    (tmp_path / "current").write_text(text)
    with pytest.raises(StoreDamaged):
        read_release(tmp_path)


def test_leftovers_go_and_what_any_release_names_stays(tmp_path: Path) -> None:
    publish(tmp_path, RELEASE)
    with loader_lock(tmp_path) as store:
        for name in ("dimensions-1.duckdb", "dimensions-9.duckdb"):
            (store.files / name).touch()
        for name in (RECEIVED.name, "zzz-stray.csv"):
            (store.received / name).touch()
        store.manifest(2).write_text("never published")
        (store.temporary / "0001").mkdir()
        remove_leftovers(store, list_releases(tmp_path))
        assert [path.name for path in store.files.iterdir()] == ["dimensions-1.duckdb"]
        assert [path.name for path in store.received.iterdir()] == [RECEIVED.name]
        assert [path.name for path in store.releases.iterdir()] == ["000001.json"]
        assert not list(store.temporary.iterdir())


def test_the_lock_is_for_one(tmp_path: Path) -> None:
    with loader_lock(tmp_path), pytest.raises(LoadInProgress), loader_lock(tmp_path):
        pass
    with loader_lock(tmp_path):
        pass


def test_a_store_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Epact2Error, match="cannot be used"), loader_lock(tmp_path / "file/store"):
        pass
