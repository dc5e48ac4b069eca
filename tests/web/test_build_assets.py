"""The set-up of the front end: by hash, from no named host, and stopping when a package has changed."""

import importlib.util
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def build_assets():
    found = importlib.util.spec_from_file_location("build_assets", ROOT / "scripts" / "build_assets.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_the_lock_file_holds_hashes_and_no_address():
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    installed = {name: about for name, about in packages.items() if name}
    assert all("integrity" in about for about in installed.values())
    assert not any("resolved" in about for about in installed.values())
    assert "omit-lockfile-registry-resolved=true" in (ROOT / ".npmrc").read_text()


def test_versions_are_fixed():
    package = json.loads((ROOT / "package.json").read_text())
    for version in (package["dependencies"] | package["devDependencies"]).values():
        assert version[0].isdigit()


def test_a_pattern_that_is_gone_stops_the_build(build_assets):
    assert build_assets.replace("a", "b", "aa", at_least=2, what="letters") == "bb"
    with pytest.raises(SystemExit, match=r"Expected at least 3 of the letters; found 2\."):
        build_assets.replace("a", "b", "aa", at_least=3, what="letters")


def test_a_file_that_is_gone_stops_the_build(build_assets):
    with pytest.raises(SystemExit, match="no-such-file is gone"):
        build_assets.existing(ROOT / "no-such-file")
