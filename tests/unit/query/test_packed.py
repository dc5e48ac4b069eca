"""Long questions in addresses."""

import pytest

from epact2.comparators.read import comparators
from epact2.query.codec import loads
from epact2.query.encode import dumps
from epact2.query.nodes import BadQuestion, Query
from epact2.query.packed import LONGEST_PLAIN, packed, packed_if_long, unpacked

LONG = dumps(Query((comparators()["acb-score-of-6-or-more-at-65"].value,)))


def test_a_short_question_stays_as_it_is():
    assert packed_if_long('{"values":["items"]}') == '{"values":["items"]}'


def test_a_long_question_is_pressed_and_read_again():
    assert len(LONG) > LONGEST_PLAIN
    text = packed_if_long(LONG)
    assert text.startswith("~")
    assert len(text) < len(LONG) / 3
    assert all(letter.isalnum() or letter in "~-_" for letter in text)
    assert unpacked(text) == LONG
    assert loads(text) == loads(LONG)


@pytest.mark.parametrize("text", ["~", "~abc", "~!!!", packed(LONG)[:-6], packed(LONG) + "AAAA"])
def test_a_damaged_one_is_refused(text):
    with pytest.raises(BadQuestion, match="damaged"):
        unpacked(text)


def test_nothing_that_unfolds_without_end():
    with pytest.raises(BadQuestion, match="damaged"):
        unpacked(packed(" " * 5_000_000))


def test_a_pressed_text_that_is_no_question_is_refused_like_any_other():
    with pytest.raises(BadQuestion, match="not valid JSON"):
        loads(packed("{"))
