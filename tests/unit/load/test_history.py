"""Latest codes and keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epact2.load.history import follow, latest_codes
from epact2.load.keys import NoGap, append, spread

A, B, C = "0501013B0AAAAAA", "0501013B0AAABAB", "0501013B0AAACAC"


def changes(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"old": old, "new": new} for old, new in pairs]


def test_chains_are_followed_over_the_years() -> None:
    assert latest_codes([("2015", changes((A, B))), ("2020", changes((B, C)))]) == {A: C, B: C}


def test_the_order_in_which_lists_are_loaded_does_not_matter() -> None:
    assert latest_codes([("2020", changes((A, C))), ("2015", changes((A, B)))]) == {A: C}


def test_a_later_line_of_a_list_prevails() -> None:
    assert latest_codes([("2015", changes((A, B), (A, C)))]) == {A: C}


def test_a_list_without_a_year_goes_before_all_others() -> None:
    assert latest_codes([("2015", changes((A, C))), ("", changes((A, B)))]) == {A: C}


def test_a_new_code_of_a_wrong_length_is_ignored() -> None:
    assert latest_codes([("2015", changes((A, B))), ("2017", changes((A, "0301020T0AAAAA")))]) == {A: B}


def test_a_circle_ends() -> None:
    found = latest_codes([("2015", changes((A, B))), ("2016", changes((B, C))), ("2017", changes((C, A)))])
    assert set(found) == {A, B, C}
    assert latest_codes([("2015", changes((A, A)))]) == {}


def test_a_chain_ends_where_it_would_repeat() -> None:
    assert follow("a", {"a": "b", "b": "c", "c": "b"}) == "c"
    assert follow("x", {}) == "x"


_CODES = st.text(alphabet="0123456789AB", min_size=1, max_size=6)


@given(st.lists(st.sets(_CODES, max_size=30), max_size=4))
def test_keys_keep_the_order_of_the_codes_and_never_change(batches: list[set[str]]) -> None:
    keys: dict[str, int] = {}
    for batch in batches:
        after = spread(keys, batch)
        assert keys.items() <= after.items()
        ordered = [after[code] for code in sorted(after)]
        assert ordered == sorted(set(ordered))
        assert all(0 < key < 2**31 for key in ordered)
        keys = after


def test_a_full_gap_is_said() -> None:
    with pytest.raises(NoGap):
        spread({"A": 1, "C": 2}, ["B"])


@given(st.lists(st.sets(_CODES, max_size=10), max_size=4))
def test_practice_keys_are_appended(batches: list[set[str]]) -> None:
    keys: dict[str, int] = {}
    for batch in batches:
        after = append(keys, batch)
        assert keys.items() <= after.items()
        keys = after
    assert sorted(keys.values()) == list(range(1, len(keys) + 1))
