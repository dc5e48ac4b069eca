"""Questions that would lie are refused with advice; what is easy to misread is noted."""

import pytest

from epact2.query.check import NotAdditive, NotAnswerable, check
from epact2.query.codec import query_from_json

RATE = {"ratio": ["items", "list size"], "per": 1000}


def question(**parts):
    return query_from_json({"values": ["items"], **parts})


@pytest.mark.parametrize(
    ("parts", "error", "message"),
    [
        ({"values": ["list size"], "rows": ["chapter"]}, NotAdditive, "cannot be split by chapter"),
        ({"values": ["ASTRO-PU"], "rows": ["SNOMED code"]}, NotAdditive, "cannot be split by SNOMED code"),
        (
            {"values": [{"amount": "list size", "where": {"under": ["bnf", "01"]}}]},
            NotAdditive,
            "cannot be limited to a medicine",
        ),
        (
            {
                "values": [RATE],
                "where": {"any": [{"under": ["bnf", "01"]}, {"under": ["organisation", "QR1"]}]},
            },
            NotAdditive,
            "mixes organisations and medicines",
        ),
        (
            {"values": [RATE], "rows": ["chapter"], "top": {"count": 3, "others": True}},
            NotAdditive,
            "Others",
        ),
        ({"rows": ["month"], "top": {"count": 3, "others": True}}, NotAnswerable, "cannot be made of months"),
        (
            {"where": {"any": [{"is": ["month", "2017-09"]}, {"is": ["practice", "L84073"]}]}},
            NotAnswerable,
            "mixed with a condition on something else",
        ),
        (
            {"values": [{"amount": "items", "where": {"is": ["month", "2017-09"]}}]},
            NotAnswerable,
            "condition on time of its own",
        ),
        (
            {"values": [{"change": "items", "months": 1}], "rows": ["quarter"]},
            NotAnswerable,
            "multiple of 3 months",
        ),
        (
            {"values": [{"share": "items", "of": ["ICB"]}], "rows": ["practice"]},
            NotAnswerable,
            "in neither rows nor columns",
        ),
    ],
)
def test_a_question_that_would_lie_is_refused(parts, error, message):
    with pytest.raises(error) as refused:
        check(question(**parts))
    assert message in str(refused.value)
    assert refused.value.advice


def test_a_rate_by_medicine_is_answered_because_the_list_is_that_of_all_patients():
    assert check(question(values=[RATE], rows=["chapter"], columns=["month"])) == ()


def test_notes_tell_what_is_easy_to_misread():
    assert "mean of the months" in " ".join(check(question(values=["list size"])))
    assert "different units" in " ".join(check(question(values=["total quantity"])))
    assert not check(question(values=["total quantity"], where={"under": ["bnf", "0501013K0"]}))
    assert "all patients" in " ".join(
        check(question(values=[RATE], where={"under": ["bnf", "0501"]}, rows=["month"]))
    )
    assert "counted again" in " ".join(
        check(question(values=[{"distinct": "practice"}], rows=["ICB"], totals=True))
    )
