"""Questions about items and patients as people write them in a hurry: each is refused with what to do."""

import json

import pytest

from epact2.errors import Epact2Error
from epact2.model.months import DispensingMonth
from epact2.query.check import check
from epact2.query.codec import loads
from epact2.query.listing_check import check_listing
from epact2.query.listing_json import listing_from_text, token_of
from epact2.query.nodes import Latest
from epact2.query.periods import Shift, Window, covered_months, through

MEDICINE = {"under": ["bnf", "0403"]}


def who(condition):
    return {"values": [{"patients": condition}]}


def of(where):
    return {"values": ["items"], "where": where}


REFUSED = [
    ({"values": ["items"], "rows": ["agee"]}, "“agee” is no field"),
    ({"values": ["items"], "rows": ["patient"]}, "no rows for each patient"),
    ({"values": ["items"], "columns": ["form"]}, "no rows for each form"),
    ({"values": ["identified patient"]}, "Did you mean “identified patients”"),
    ({"values": ["patients on 9 or more unique medicines"]}, "Did you mean “patients on 8 or more"),
    ({"values": ["items"], "exclusions": "some"}, "Choose standard or none"),
    ({"columns": ["practice", "patient"], "size": 5}, "as if it were a listing"),
    ({"values": ["items"], "rows": ["PCN"], "top": {"count": 2, "within": ["ICB"]}}, "do not lead the rows"),
    ({"values": ["list size"], "rows": ["gender"]}, "cannot be split by gender"),
    # Who is asked about.
    (of({"is": ["patient", "J001"]}), "cannot be about one patient"),
    (of({"between": ["patient", "A", "Z"]}), "no order"),
    (of({"in": ["form", [1]]}), "cannot be about one form"),
    (of([]), "[] is no selection"),
    (of(""), "is no selection"),
    (of(False), "is no selection"),
    (of({"is": ["prescriber", "\ud800"]}), "half a character"),
    # Ages that nobody has, and numbers that are none.
    (of({"is": ["age", "old"]}), "“old” is no age"),
    (of({"is": ["age", 121]}), "Nobody has the age 121"),
    (of({"in": ["age", [64, 200]]}), "Nobody has the age 200"),
    (of({"between": ["age", 200, 300]}), "Nobody has the age 200 to 300"),
    (of({"between": ["age", -9, -2]}), "Nobody has the age -9 to -2"),
    (of({"between": ["age on 30 September", 121, 130]}), "Ages are from 0 to 120"),
    (of({"between": ["age", 65, 18]}), "Put the smaller number first"),
    (of({"is": ["age", 64.5]}), "Write a whole number"),
    (of({"is": ["age", "NaN"]}), "“NaN” is no age"),
    (of({"between": ["age", "NaN", 5]}), "“NaN” is no age"),
    (of({"between": ["age", "-Infinity", "Infinity"]}), "“-Infinity” is no age"),
    (of({"is": ["age", "1e400000"]}), "too long"),
    (of({"is": ["quantity per item", "1e999999999"]}), "too long"),
    (of({"is": ["quantity per item", "1e-400000"]}), "too long"),
    (of({"is": ["gender", "3"]}), "It may be: 0, 1, 2, 9"),
    (of({"is": ["IMD quintile", 6]}), "“6” is no IMD quintile"),
    (of({"is": ["5-year age band", "65-70"]}), "Did you mean"),
    (of({"is": ["exclusion", "nonsense"]}), "is no exclusion"),
    (of({"is": ["EPS", True]}), "true where a text belongs"),
    # Conditions on patients.
    (who({"hadd": MEDICINE}), "Did you mean “had”"),
    (who({}), "is no condition"),
    (who(None), "is no condition"),
    (who({"had": "0403"}), "is no selection"),
    (who({"had": []}), "is no selection"),
    (who({"had": {"under": ["bnf", "9"]}}), "is not a BNF code"),
    (who({"had": {"is": ["month", "2025-12"]}}), "condition on time of its own"),
    (who({"had": {"is": ["patient", "x"]}}), "cannot be about one patient"),
    (who({"all": {}}), "“all” is not a list"),
    (who({"not": []}), "is no condition"),
    (who({"at least": ["items"]}), "has 1 parts"),
    (who({"at least": ["items", "ten"]}), "where a number belongs"),
    (who({"at least": ["items", 10**60]}), "too long"),
    (who({"score": [[MEDICINE, 2**63 - 1]], "at least": 1}), "1,000,000,000 at most"),
    (who({"score": [[MEDICINE, 1]], "at least": -(10**60)}), "1,000,000,000 at most"),
    ({"values": [{"ratio": ["items", "NIC"], "per": 10**60}]}, "too large"),
    ({"values": ["items"], "rows": ["practice"], "top": 10**60}, "too large"),
    ({"values": ["items"], "months": {"latest": 10**12}}, "too large"),
    (who({"at least": ["list size", 10]}), "One patient has no list size"),
    (who({"at least": [{"distinct": "month"}, 10]}), "cannot be counted as distinct"),
    (who({"at least": [{"distinct": "element"}, 1]}), "cannot be counted as distinct"),
    (who({"score": [], "at least": 1}), "at least one selection"),
    (who({"score": [[MEDICINE, 1]]}), "no “at least”"),
    (who({"score": [[MEDICINE, "1"]], "at least": 1}), "whole number"),
    (who({"had": MEDICINE, "last": 0}), "has no meaning"),
    (who({"had": MEDICINE, "before": 1000}), "120 at most"),
    (who({"had": MEDICINE, "last": "12"}), "whole number"),
    (who({"had": MEDICINE, "last": 3, "before": 2}), "cannot be given by last and before"),
    (who({"had": MEDICINE, "from": "2025-04"}), "cannot be given by from"),
    (who({"had": MEDICINE, "from": "2025-06", "to": "2025-04"}), "run backwards"),
    (who({"had": MEDICINE, "window": 12}), "“window” is unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "message"), REFUSED, ids=lambda part: json.dumps(part)[:80])
def test_questions(question, message):
    with pytest.raises(Epact2Error) as refused:
        check(loads(json.dumps(question)))
    assert message in str(refused.value)
    assert refused.value.advice


def rows(**parts):
    return {"columns": ["patient", "items"], **parts}


LISTINGS_REFUSED = [
    ({}, "The listing has no “columns”"),
    ({"columns": []}, "shows no column"),
    ({"columns": "items"}, "“columns” is not a list"),
    ({"columns": ["itemz"]}, "Did you mean “items”"),
    ({"columns": ["items", "items"]}, "shown twice"),
    ({"columns": ["list size"]}, "An item has no list size"),
    ({"values": ["items"]}, "as if it were a question"),
    ({"columns": ["presentation"], "rows": "patients"}, "A patient has no one presentation"),
    (rows(rows="people"), "Choose items or patients"),
    (rows(size=0), "1 to 1000 rows"),
    (rows(size=10**6), "1 to 1000 rows"),
    (rows(size="many"), "whole number"),
    (rows(after="rubbish"), "cannot be read"),
    (rows(after="WzFd"), "of another listing"),
    (rows(after="é"), "cannot be read"),
    (rows(after=token_of((10**40,))), "cannot be read"),
    (rows(after=[]), "where a text belongs"),
    (rows(order=[{"by": "NIC"}]), "which it does not show"),
    (rows(totals=True), "“totals” is unknown"),
    (rows(where={"between": ["patient", "A", "Z"]}), "no order"),
    (rows(where={"is": ["form", "x"]}), "“x” is no form"),
    (rows(where={"is": ["form", "NaN"]}), "“NaN” is no form"),
    (rows(where={"is": ["item number", 1.5]}), "Write a whole number"),
    (rows(where={"is": ["prescribed date", "yesterday"]}), "Write it like 20260114"),
    (rows(where={"between": ["prescribed date", "20260101", "20260231"]}), "is no prescribed date"),
    (rows(where={"any": [{"is": ["month", "2026-01"]}, {"is": ["gender", "1"]}]}), "condition on time"),
    (rows(patients="NSAID"), "is no condition"),
    (rows(patients={"has": {}}), "Did you mean “had”"),
    (rows(patients={"had": {"is": ["month", "2026-01"]}}), "Give it a window"),
    (rows(patients={"had": {"is": ["patient", "A"]}}), "cannot be about one patient"),
    (rows(patients={"had": {"is": ["form", "7"]}}), "cannot be about one form"),
    (rows(patients={"at least": [{"distinct": "item number"}, 2]}), "cannot be counted as distinct"),
]


@pytest.mark.parametrize(("listing", "message"), LISTINGS_REFUSED, ids=lambda part: json.dumps(part)[:80])
def test_listings(listing, message):
    with pytest.raises(Epact2Error) as refused:
        check_listing(listing_from_text(json.dumps(listing)))
    assert message in str(refused.value)
    assert refused.value.advice


def test_what_is_odd_and_still_means_something_is_answered():
    for question in (
        of({}),
        of(None),
        of({"between": ["age", 65, 999]}),
        of({"is": ["age", -1]}),
        of({"is": ["age", "65.0"]}),
        of({"between": ["quantity per item", 0.5, 28]}),
        who({"had": {}}),
        who({"at least": ["NIC", 12.5]}),
    ):
        check(loads(json.dumps(question)))


@pytest.mark.parametrize("number", ["1e400000", "1e-400000", "0.1234567890123456789"])
def test_a_number_without_end(number):
    with pytest.raises(Epact2Error, match="too long"):
        loads('{"values": [{"patients": {"at least": ["NIC", ' + number + "]}}]}")


def test_a_mark_before_the_text_does_not_matter():
    assert loads('\ufeff{"values": ["items"]}') == loads('{"values": ["items"]}')


def test_a_day_may_be_written_with_hyphens():
    first, second = (
        listing_from_text(json.dumps(rows(where={"is": ["prescribed date", day]}))).where
        for day in ("2026-01-14", "20260114")
    )
    assert first == second


def test_more_months_than_there_ever_were_are_all_months_or_no_value():
    loaded = (DispensingMonth(2025, 12), DispensingMonth(2026, 1))
    assert (
        covered_months(Latest(10**9), loads('{"values": ["items"]}').where, loaded, of_items=True) == loaded
    )
    for lens in (Window(10**9), Shift(10**9)):
        assert through((lens,), loaded, frozenset(loaded)) is None
