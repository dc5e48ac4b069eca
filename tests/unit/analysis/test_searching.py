"""One search over all that has a page."""

import pytest

from epact2.analysis.search import holds, search
from support import example_england as example


@pytest.fixture(scope="module")
def directory():
    return example.directory()


def test_each_group_is_found_by_itself(directory):
    found = search(directory, "anti")
    assert [one.code for one in found.medicines] == ["0501", "0403"]
    assert "antibacterial-items-per-star-pu" in [one.key for one in found.comparators]
    assert found.organisations == ()
    assert found.count == len(found.medicines) + len(found.comparators) + len(found.terms)


def test_only_what_finds_nothing_is_corrected(directory):
    assert search(directory, "acorn").corrected == ""
    mended = search(directory, "acorm")
    assert (mended.text, mended.corrected) == ("acorn", "acorn")
    assert [one.code for one in mended.organisations] == ["G82001"]
    assert search(directory, "zebra").count == 0


def test_a_kind_leaves_the_others_out(directory):
    assert search(directory, "dosulepin", kind="organisation").count == 0
    assert search(directory, "dosulepin", kind="medicine").comparators == ()


def test_titles_come_before_summaries(directory):
    keys = [one.key for one in search(directory, "dosulepin share").comparators]
    assert keys[0] == "dosulepin-share"


@pytest.mark.parametrize(
    ("text", "said"),
    [("list", True), ("lists", True), ("size list", True), ("si", True), ("", False), ("of the", False)],
)
def test_holds(text, said):
    assert holds(text, "List size") is said
