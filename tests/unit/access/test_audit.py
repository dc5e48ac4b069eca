"""What a trail keeps of an event: the same bytes for the same event, and nothing of a patient."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from epact2.access.audit import Asked, Event, Kind, canonical, digest_of, moment
from epact2.access.pseudonyms import Hiding
from epact2.query.codec import query_from_json
from epact2.query.listing_json import listing_from_json, token_of

HIDING = Hiding(bytes(range(32)))
NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)
PSEUDONYM = "PSEUDOA81001N3"
QUESTION = {"version": 1, "values": ["items"], "rows": ["ICB"]}


def test_an_event_is_one_text():
    event = Event(
        kind=Kind.ASKED, who="nia", when=NOON, organisations=("ICB QKS",), place="/explorer/", release=3,
        asked=(Asked(words="Items by ICB", question=QUESTION, grain=("ICB",), scope="Open data.", rows=42),),
        software="0.1.0",
    )  # fmt: skip
    ((digest, text),) = event.questions.items()
    assert canonical(event.to_json(7)) == (
        '{"asked":[{"question":"' + digest + '","rows":42}],"channel":"page","kind":"asked","number":7,'
        '"organisations":["ICB QKS"],"place":"/explorer/","release":3,"software":"0.1.0","version":1,'
        '"when":"2026-01-14T12:00:00.000Z","who":"nia"}'
    )
    assert digest == digest_of(text)
    assert json.loads(text) == {
        "grain": ["ICB"], "question": QUESTION, "scope": "Open data.", "words": "Items by ICB",
    }  # fmt: skip


def test_a_question_that_is_asked_twice_has_one_text_whatever_came_of_it():
    first = Asked(words="Items", question=QUESTION, rows=1)
    second = Asked(words="Items", question=dict(reversed(QUESTION.items())), rows=2, withheld=1)
    assert first.text == second.text


def test_moments_are_written_in_utc_and_sort_by_time():
    summer = datetime(2026, 7, 1, 0, 30, tzinfo=timezone(timedelta(hours=1)))
    assert moment(summer) == "2026-06-30T23:30:00.000Z"
    with pytest.raises(ValueError, match="time zone"):
        Event(kind=Kind.ASKED, who="nia", when=datetime(2026, 7, 1))  # noqa: DTZ001 - that is the point


# --- Nothing of a patient ---------------------------------------------------------------------------------


def test_a_listing_of_one_patient_keeps_a_hash_in_its_place():
    listing = listing_from_json(
        {
            "columns": ["month", "presentation", "patient"],
            "where": {"all": [{"is": ["patient", PSEUDONYM]}, {"under": ["bnf", "0501"]}]},
        }
    )
    hidden = HIDING.listing(listing)
    assert hidden.patients == (HIDING.of(PSEUDONYM),)
    assert {"is": ["patient", HIDING.of(PSEUDONYM)]} in hidden.question["where"]["all"]
    assert {"under": ["bnf", "0501"]} in hidden.question["where"]["all"], "the rest is kept"
    assert "patient is one patient" in hidden.words
    assert PSEUDONYM not in canonical([hidden.question, hidden.words, list(hidden.patients)])


@pytest.mark.parametrize(
    "where",
    [
        {"is": ["patient", PSEUDONYM]},
        {"in": ["patient", ["OTHER", PSEUDONYM]]},
        {"not": {"any": [{"is": ["patient", PSEUDONYM]}, {"is": ["gender", "1"]}]}},
    ],
)
def test_no_way_of_naming_a_patient_reaches_the_trail(where):
    value = {"amount": "items", "where": where}
    condition = {"patients": {"not": {"had": where}}, "where": where}
    question = query_from_json({"values": [value, condition, {"ratio": [value, "items"]}], "where": where})
    for hidden in (
        HIDING.query(question, "Items"),
        HIDING.listing(listing_from_json({"columns": ["items"], "where": where})),
    ):
        assert HIDING.of(PSEUDONYM) in hidden.patients
        assert PSEUDONYM not in canonical([hidden.question, hidden.words])


@pytest.mark.parametrize(
    "where",
    [
        {"is": ["form", "900123456"]},
        {"in": ["form", ["900123456", "900123457"]]},
        {"between": ["form", "900123456", "900123457"]},
    ],
)
def test_a_forms_number_is_hidden_too_and_is_no_patient(where):
    plain = listing_from_json({"columns": ["items"], "where": where})
    of_patients = listing_from_json({"columns": ["items"], "patients": {"had": where}})
    for hidden in (HIDING.listing(plain), HIDING.listing(of_patients)):
        kept = canonical([hidden.question, hidden.words])
        assert "90012345" not in kept
        assert "one that was named" in hidden.words
        assert hidden.patients == ()


def test_a_condition_that_names_a_patient_is_hidden():
    condition = {"all": [{"had": {"is": ["patient", PSEUDONYM]}}, {"had": {"under": ["bnf", "0501"]}}]}
    hidden = HIDING.listing(listing_from_json({"columns": ["items"], "patients": condition}))
    assert hidden.patients == (HIDING.of(PSEUDONYM),)
    assert PSEUDONYM not in canonical([hidden.question, hidden.words])


def test_the_place_where_a_later_page_begins_is_left_out():
    listing = listing_from_json({"columns": ["patient", "items"], "rows": "patients"})
    after = token_of((PSEUDONYM,))
    later = listing_from_json({"columns": ["patient", "items"], "rows": "patients", "after": after})
    hidden = HIDING.listing(later)
    assert hidden.question == HIDING.listing(listing).question
    assert hidden.words.endswith(", a later page")
    assert after not in canonical(hidden.question)


def test_hashes_differ_by_patient_and_by_key_and_not_by_time():
    other_key = Hiding(bytes(32))
    assert HIDING.of(PSEUDONYM) == Hiding(bytes(range(32))).of(PSEUDONYM)
    assert len({HIDING.of(PSEUDONYM), HIDING.of("PSEUDOA81001N4"), other_key.of(PSEUDONYM)}) == 3
    assert "0001" not in repr(HIDING), "the key is not shown by accident"
    with pytest.raises(ValueError, match="32 bytes"):
        Hiding(b"short")
