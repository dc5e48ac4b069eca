"""Whatever is done to a trail, the verifier names the first record that is wrong or missing."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from epact2.access.audit import Event, Kind, canonical
from epact2.access.chain import BEFORE_THE_FIRST, Head, Record, Tampered, Witness, link, verify

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)


def chained(texts):
    records, before = [], BEFORE_THE_FIRST
    for number, text in enumerate(texts, start=1):
        before = link(before, text)
        records.append(Record(number, text, before))
    return records


def trail(length):
    people = ("nia", "imani", "priya")
    return chained(
        canonical(Event(kind=Kind.ASKED, who=people[n % 3], when=NOON).to_json(n))
        for n in range(1, length + 1)
    )


def witness_of(records):
    return Witness.read(f"{one.number} {one.hash}\n" for one in records)


def first_wrong(records, **second_place):
    with pytest.raises(Tampered) as found:
        verify(records, **second_place)
    return found.value.number


def written_again(records, number, text):
    """What somebody does who may write the table: change a record and work out every later hash."""
    return chained([text if one.number == number else one.text for one in records])


def test_a_trail_that_was_left_alone_is_sound():
    records = trail(50)
    sound = verify(records, witness_of(records), [Head(40, records[39].hash, "2026-01-14", good=True)])
    assert (sound.records, sound.hash, sound.witnessed, sound.heads) == (50, records[-1].hash, 50, 1)


def test_an_empty_trail_is_sound():
    assert verify([]).records == 0


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_change_to_one_record_is_found_at_that_record(data):
    records = trail(data.draw(st.integers(1, 30), "length"))
    number = data.draw(st.integers(1, len(records)), "number")
    wrong = records[number - 1]
    how = data.draw(st.sampled_from(["who", "hash", "any character"]))
    if how == "who":
        wrong = replace(wrong, text=wrong.text.replace('"who":"', '"who":"x'))
    elif how == "hash":
        wrong = replace(wrong, hash="0" * 64)
    else:
        place = data.draw(st.integers(0, len(wrong.text) - 1))
        letter = data.draw(st.characters(exclude_characters=wrong.text[place], codec="utf-8"))
        wrong = replace(wrong, text=wrong.text[:place] + letter + wrong.text[place + 1 :])
    records[number - 1] = wrong
    assert first_wrong(records) == number


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_removed_moved_and_inserted_records_are_found_where_it_begins(data):
    records = trail(data.draw(st.integers(3, 30), "length"))
    first = data.draw(st.integers(1, len(records) - 2), "first")
    second = data.draw(st.integers(first + 1, len(records) - 1), "second")
    how = data.draw(st.sampled_from(["removed", "moved", "inserted"]))
    texts = [one.text for one in records]
    if how == "removed":
        del records[first - 1 : second - 1]
    elif how == "moved":  # both hashes worked out again: the texts still say where they stood
        texts[first - 1], texts[second - 1] = texts[second - 1], texts[first - 1]
        records = chained(texts)
    else:  # a copy of an earlier record, all later ones numbered and linked again
        records = chained([*texts[:first], texts[first - 1], *texts[first:]])
        assert first_wrong(records) == first + 1
        return
    assert first_wrong(records) == first


def test_a_removed_record_is_called_missing():
    records = trail(9)
    with pytest.raises(Tampered, match=r"Record 4 is missing.*Records before 4 are as they were written"):
        verify([one for one in records if one.number != 4])
    with pytest.raises(Tampered, match="Records 4 to 6 are missing"):
        verify([one for one in records if not 4 <= one.number <= 6])


def test_a_chain_that_was_worked_out_again_is_found_by_the_witness():
    records = trail(20)
    changed = written_again(records, 7, records[6].text.replace('"who":"', '"who":"x'))
    assert verify(changed).records == 20, "alone the chain cannot tell"
    assert first_wrong(changed, witness=witness_of(records)) == 7


def test_a_chain_that_was_worked_out_again_is_found_by_the_next_signed_head():
    records = trail(20)
    heads = [Head(n, records[n - 1].hash, f"day {n}", good=True) for n in (5, 10, 20)]
    changed = written_again(records, 7, records[6].text.replace('"who":"', '"who":"x'))
    assert first_wrong(changed, heads=heads) == 10


@pytest.mark.parametrize("second_place", ["witness", "head"])
def test_a_cut_tail_is_found(second_place):
    records = trail(20)
    if second_place == "witness":
        known = {"witness": witness_of(records)}
    else:
        known = {"heads": [Head(20, records[-1].hash, "2026-01-14", good=True)]}
    assert first_wrong(records[:15], **known) == 16
    assert first_wrong([], **known) == 1


def test_a_head_whose_signature_does_not_fit_is_found():
    records = trail(20)
    with pytest.raises(Tampered, match="does not bear its signature"):
        verify(records, heads=[Head(10, records[9].hash, "2026-01-14", good=False)])


def test_a_witness_may_be_in_any_order_may_have_gaps_and_may_end_in_half_a_line():
    records = trail(20)
    lines = [f"{one.number} {one.hash}\n" for one in records if one.number not in (3, 4)]
    witness = Witness.read([*reversed(lines), "21 abc"])
    assert verify(records, witness).witnessed == 18


@pytest.mark.parametrize(
    "line",
    [
        "abc\n",
        "5\n",
        "5 abc\n",
        "-1 " + "a" * 64 + "\n",
        "0 " + "a" * 64 + "\n",
        "99999999999 " + "a" * 64 + "\n",
        "5 " + "a" * 63 + "\n",
    ],
)
def test_a_witness_with_another_line_is_no_witness(line):
    with pytest.raises(Tampered, match="not its own"):
        Witness.read([line])


def test_a_witness_that_was_written_over_is_found():
    records = trail(3)
    with pytest.raises(Tampered, match="two different hashes of record 2"):
        Witness.read([f"2 {records[1].hash}\n", f"2 {records[2].hash}\n"])
