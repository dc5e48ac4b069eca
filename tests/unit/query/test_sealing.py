"""The arithmetic of sealed figures, by itself: what is promised of every published number."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from epact2.model.months import DispensingMonth
from epact2.query.sealing import (
    BASE,
    LEAST_POOL,
    Enters,
    Place,
    at_most_items,
    cell_of_age,
    cell_of_deprivation,
    chain_message,
    entries,
    is_shown,
    lone_message,
    offset,
    patients_between,
    pool_of,
    room,
    rounded,
    rounded_alone,
    split_fits,
    split_message,
    split_place,
)

SECRET = b"not a secret at all, but 32 byte"
APRIL, MARCH = DispensingMonth(2026, 4), DispensingMonth(2026, 3)
COUNTS = st.integers(0, 10**6)
OFFSETS = st.integers(0, BASE - 1)
_PUBLISHED = st.integers(0, 40).map(lambda one: BASE * one)


@given(count=COUNTS)
def test_published_numbers_are_right_on_average(count):
    assert sum(rounded(count, one) for one in range(BASE)) == BASE * count


@given(count=COUNTS, of=OFFSETS)
def test_published_numbers_are_multiples_of_five_and_at_most_four_away(count, of):
    published = rounded(count, of)
    assert published % BASE == 0
    assert abs(published - count) <= 4


@pytest.mark.parametrize("of", range(BASE))
def test_nobody_stays_nobody(of):
    assert rounded(0, of) == 0


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_one_to_four_become_nothing_or_five(count):
    assert {rounded(count, of) for of in range(BASE)} == {0, 5}


@pytest.mark.parametrize("published", [0, 5, 10, 95])
def test_a_published_number_leaves_at_least_five_counts_open(published):
    """Without the offset, at least five counts could stand behind each published number."""
    could_be = {count for count in range(200) for of in range(BASE) if rounded(count, of) == published}
    assert len(could_be) >= 5


@given(part=COUNTS, more=COUNTS, of=OFFSETS)
def test_along_a_chain_the_order_is_kept(part, more, of):
    """Patients of a substance are among those of its section; so published, under the same offset."""
    assert rounded(part, of) <= rounded(part + more, of)


def test_a_sum_of_items_below_nothing_is_nothing():
    assert rounded(-3, 4) == 0


def test_offsets_are_spread_evenly():
    drawn = Counter(offset(SECRET, chain_message(f"P{number:05}", APRIL)) for number in range(20_000))
    assert set(drawn) == set(range(BASE))
    assert all(abs(count - 4_000) < 300 for count in drawn.values()), drawn


def test_an_offset_needs_the_secret():
    mine = [offset(SECRET, f"{number}") for number in range(50)]
    assert mine != [offset(b"another secret of thirty-two byt", f"{number}") for number in range(50)]
    assert mine == [offset(SECRET, f"{number}") for number in range(50)]


def test_one_offset_for_all_that_a_practice_prescribes_in_a_year():
    """So the same patients have the same number under every name: a clinic's section is all that it has."""
    of_year = chain_message("A81001", APRIL)
    assert of_year == chain_message("A81001", DispensingMonth(2027, 3))
    assert of_year != chain_message("A81001", MARCH)
    assert of_year != chain_message("A81002", APRIL)


def test_an_atom_that_is_not_shown_shares_its_offset_with_none():
    messages = {
        lone_message(practice, node, month)
        for practice in ("A81001", "A81002")
        for node in ("", "05", "0501", "0501013B0", "0501080W0")
        for month in (MARCH, APRIL)
    }
    assert len(messages) == 2 * 5 * 2
    assert not messages & {chain_message("A81001", month) for month in (MARCH, APRIL)}


@given(count=st.integers(1, 9), of=OFFSETS)
def test_an_atom_of_a_pool_is_nothing_or_five_and_both_can_be_one_patient(count, of):
    assert rounded_alone(count, of) in (0, 5)
    assert {rounded_alone(1, one) for one in range(BASE)} == {0, 5}


@pytest.mark.parametrize(("items", "shown"), [(0, False), (9, False), (10, True), (500, True)])
def test_ten_open_items_show_an_atom(items, shown):
    assert is_shown(items) is shown


@pytest.mark.parametrize(
    ("published", "items", "told"), [(15, 14, 10), (15, 15, 15), (5, 40, 5), (10, 10, 10)]
)
def test_never_more_patients_than_items(published, items, told):
    """15 published of 14 items would say that the offset is at least 1, for all that the practice has."""
    assert at_most_items(published, items) == told


@given(items=st.integers(10, 60), count=COUNTS, of=OFFSETS)
def test_the_limit_of_items_tells_no_offset(items, count, of):
    """Whatever is published beside open items, every offset remains possible."""
    told = at_most_items(rounded(min(count, items), of), items)
    for other in range(BASE):
        assert any(at_most_items(rounded(one, other), items) == told for one in range(items + 1))


def test_a_whole_leaves_its_parts_four_patients_of_room():
    """One shown part of 0 (at most 4 patients) and two hidden of 3 items each: 10 patients at most together.

    Published as 10, everybody would know that all are as many as they can be; so as 5 at most.
    """
    assert room([(0, 12), (None, 3), (None, 3)]) == 5
    assert room([(10, 10)]) == 10  # no less than its only part


@given(st.lists(st.tuples(st.none() | st.integers(0, 10).map(lambda one: 5 * one), st.integers(10, 60))))
def test_every_part_keeps_its_values_beside_the_whole(drawn):
    """With the offset 0, each part alone may be four fewer than it can be at most, whatever the whole is."""
    parts = [(None if told is None else at_most_items(told, items), items) for told, items in drawn]
    tops = [items if told is None else min(told + 4, items) for told, items in parts]
    greatest = max((told or 0 for told, _ in parts), default=0)
    assert room(parts) <= max(greatest, sum(tops) - 4)
    assert room(parts) >= greatest


@given(st.lists(_PUBLISHED, min_size=1, max_size=30), st.integers(0, 2000), st.integers(0, 40))
def test_a_split_that_fits_tells_nothing_more_of_any_cell(published, total, more):
    """Beside their total, each cell could still be anything from four below to four above its number, even if
    cells of 0 are known to be empty.
    """
    if not split_fits(published, total, total + more):
        return
    low = [max(one - 4, 0) for one in published]
    high = [one + 4 if one else 0 for one in published]
    for place in (place for place, one in enumerate(published) if one):
        least = total - (sum(high) - high[place])
        most = total + more - (sum(low) - low[place])
        assert max(least, low[place]) == low[place]
        assert min(most, high[place]) == high[place]


@pytest.mark.parametrize(
    ("published", "total", "fits"),
    [
        pytest.param([10, 30, 15, 0, 0], 57, True, id="three cells leave room"),
        pytest.param([25, 35, 0, 0, 0, 0], 57, False, id="two cells do not"),
        pytest.param([5, 5, *[0] * 78], 20, False, id="nor do many that may be empty"),
        pytest.param([0] * 80, 20, False, id="nothing but cells of 0"),
        pytest.param([20], 20, False, id="one cell is the total"),
    ],
)
def test_splits_beside_an_open_total(published, total, fits):
    assert split_fits(published, total, total) is fits


@pytest.mark.parametrize(
    ("practices", "between"),
    [
        pytest.param([(10, 40), (0, 12)], (6, 18), id="four more or less"),
        pytest.param([(10, 12)], (6, 12), id="no more than items"),
        pytest.param([(None, 3), (None, 9)], (2, 7), id="of hidden ones a pool may have told 1 or 4"),
        pytest.param([], (0, 0), id="nobody"),
    ],
)
def test_patients_of_practices_together(practices, between):
    assert patients_between(practices) == between


@pytest.mark.parametrize(
    ("cells", "items", "practices"),
    [
        pytest.param(5, 200, 40, id="fifths of a place"),
        pytest.param(6, 1000, 60, id="fifths of a large place"),
        pytest.param(40, 10, 40, id="ages with few items"),
        pytest.param(40, 1000, 60, id="ages of a large place"),
    ],
)
def test_places_of_real_size_are_nearly_always_split(cells, items, practices):
    """What the rule costs: of chapters of invented places at least 97 % may be shown."""
    chance = random.Random(cells * items)
    shown = 0
    for _ in range(400):
        of_items = [max(0, int(chance.gauss(items, items / 2))) for _ in range(cells)]
        of_people = [one * 11 // 20 for one in of_items]
        told = [rounded(one, chance.randrange(BASE)) for one in of_items]
        people = [
            min(rounded(one, chance.randrange(BASE)), most) for one, most in zip(of_people, told, strict=True)
        ]
        each, more = divmod(sum(of_people), practices)
        known = [
            (rounded(one, chance.randrange(BASE)) if one >= 5 else None, 2 * one)
            for one in [each + 1] * more + [each] * (practices - more)
        ]
        total = sum(of_items)
        shown += split_fits(told, total, total) and split_fits(people, *patients_between(known))
    assert shown >= 0.97 * 400


def test_cells_of_a_split_have_offsets_of_their_own():
    """Patients and items of a cell, and the cells of a place, share none; the months of a year do."""
    cells = [cell_of_age(3, 1), cell_of_age(3, 2), cell_of_age(4, 1), cell_of_deprivation(3)]
    messages = [
        split_message(split_place("01A", cell, of_items=of_items), chapter, APRIL)
        for cell in cells
        for of_items in (False, True)
        for chapter in ("", "05")
    ]
    assert len(set(messages)) == len(messages)
    later = DispensingMonth(2027, 3)
    place = split_place("01A", cells[0], of_items=False)
    assert split_message(place, "05", later) == split_message(place, "05", APRIL)


# --- Pools ------------------------------------------------------------------------------------------------


def _place(code: str) -> Place:
    """``Y1 Q1 01A`` as region, ICB and sub-ICB location."""
    region, icb, sub_icb = code.split()
    return Place(sub_icb, icb, region)


def test_three_of_a_place_are_counted_together_there():
    hidden = dict.fromkeys(("A", "B", "C"), _place("Y1 Q1 01A"))
    assert set(entries(hidden).values()) == {Enters.SUB_ICB_LOCATION}


def test_what_is_left_over_is_counted_together_further_up():
    hidden = {
        **dict.fromkeys(("A", "B", "C"), _place("Y1 Q1 01A")),
        **dict.fromkeys(("D", "E"), _place("Y1 Q1 02B")),
        "F": _place("Y1 Q1 03C"),
        "G": _place("Y1 Q2 04D"),
        "H": _place("Y2 Q3 05E"),
        "I": _place("Y3 Q4 06F"),
    }
    found = entries(hidden)
    assert {found[one] for one in "ABC"} == {Enters.SUB_ICB_LOCATION}
    assert {found[one] for one in "DEF"} == {Enters.ICB}
    assert {found[one] for one in "GHI"} == {Enters.ENGLAND}


def test_two_alone_in_england_are_never_counted():
    assert set(entries({"A": _place("Y1 Q1 01A"), "B": _place("Y2 Q2 02B")}).values()) == {Enters.NEVER}


def test_nobody_is_pooled_in_a_place_that_is_not_known():
    hidden = {code: Place("-", "-", "Y1") for code in "ABC"}
    assert set(entries(hidden).values()) == {Enters.REGION}
    assert set(entries({code: Place() for code in "ABC"}).values()) == {Enters.ENGLAND}


@given(
    st.dictionaries(
        st.integers(0, 40).map(str),
        st.sampled_from(["Y1 Q1 01A", "Y1 Q1 02B", "Y1 Q2 03C", "Y2 Q3 04D", "- - -", "Y1 Q1 -"]),
    )
)
def test_every_pool_has_three_at_least_and_lies_in_one_organisation(drawn):
    hidden = {practice: _place(code) for practice, code in drawn.items()}
    pools = Counter(
        (enters, pool_of(hidden[practice], enters))
        for practice, enters in entries(hidden).items()
        if enters is not Enters.NEVER
    )
    assert all(members >= LEAST_POOL for members in pools.values())
    never = [practice for practice, enters in entries(hidden).items() if enters is Enters.NEVER]
    assert len(never) < LEAST_POOL
