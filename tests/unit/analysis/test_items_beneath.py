"""From a number to its rows: what is listed beneath each kind of cell."""

import pytest

from epact2.access.viewer import OPERATOR
from epact2.analysis import compare
from epact2.analysis.items_beneath import PATIENT_COLUMNS, items_beneath
from epact2.comparators.read import comparators
from epact2.model.months import DispensingMonth
from epact2.model.prescribing import PRACTICE
from epact2.query.codec import query_from_json
from epact2.query.listing import ListingRows
from epact2.query.listing_json import listing_to_json
from epact2.query.nodes import Distinct, MonthRange, Patients
from epact2.query.periods import NoData
from epact2.query.scope import ALL_OF_ENGLAND
from support.engines import reference_engine
from support.medicine_names import PRESENTATIONS
from support.small_data import data_from_tables

MARCH = DispensingMonth(2025, 3)
UNPROTECTED = {"all": [{"had": {"under": ["bnf", "1001"]}}, {"not": {"had": {"under": ["bnf", "0103"]}}}]}


def question(value, **parts):
    return query_from_json({"values": [value], "rows": ["ICB"], **parts})


def beneath(query, *chosen):
    return items_beneath(query, chosen, query.values[0], (MARCH,))


def test_beneath_patients_who_fulfil_a_condition_lie_these_patients():
    query = question(
        {"patients": UNPROTECTED, "where": {"between": ["age", 65, 120]}},
        where={"is": ["gender", "female"]},
        exclusions="none",
        structure="as at",
    )
    listing = beneath(query, "QKS")
    assert listing.rows is ListingRows.PATIENTS
    assert listing.columns == PATIENT_COLUMNS
    assert listing_to_json(listing)["patients"] == UNPROTECTED
    assert listing_to_json(listing)["where"] == {
        "all": [{"is": ["gender", "2"]}, {"is": ["ICB", "QKS"]}, {"between": ["age", "65", "120"]}]
    }
    assert (listing.exclusions, listing.structure) == (query.exclusions, query.structure)
    assert listing.months == MonthRange(MARCH, MARCH)


@pytest.mark.parametrize(
    ("value", "rows"),
    [("items", ListingRows.ITEMS), ("identified patients", ListingRows.PATIENTS)],
)
def test_beneath_other_counts_lie_rows_without_a_condition(value, rows):
    listing = beneath(question(value), "QKS")
    assert (listing.rows, listing.condition) == (rows, None)


@pytest.mark.parametrize(
    "value",
    [
        {"ratio": [{"patients": UNPROTECTED}, "identified patients"]},
        {"rolling": {"patients": UNPROTECTED}},
        {"change": {"patients": UNPROTECTED}},
        {"distinct": ["patient", "chemical substance"]},
        "list size",
    ],
)
def test_beneath_what_is_worked_out_from_counts_lies_nothing(value):
    assert beneath(question(value), "QKS") is None


def test_a_whole_row_leads_to_its_items_without_a_condition():
    """A row may hold several values, so what lies beneath it is limited by none of them."""
    listing = items_beneath(question({"patients": UNPROTECTED}), ("QKS",), None, (MARCH,))
    assert (listing.rows, listing.condition) == (ListingRows.ITEMS, None)


@pytest.fixture(scope="module")
def everything():
    """Six patients of 70 at two practices, on a half to a seventh of many medicines, for 14 months."""
    rows = ["month | practice | patient | age | presentation | total quantity"]
    for step in range(14):
        for number in range(6):
            for place, medicine in enumerate(PRESENTATIONS):
                if place % (number + 2) < 2:
                    practice = "AB"[number % 2]
                    rows.append(f"{MARCH.plus(-step).code} | {practice} | p{number} | 70 | {medicine} | 400")
    return reference_engine(data_from_tables({"items": "\n".join(rows)}))


COUNTS = [
    one
    for one in comparators().values()
    if isinstance(one.numerator.value, Patients)
    or (isinstance(one.numerator.value, Distinct) and len(one.numerator.value.fields) == 1)
]


def test_beneath_every_comparator_s_numerator_lie_as_many_patients_as_it_counts(everything):
    found = 0
    for comparator in COUNTS:
        value = comparator.numerator.value
        query = compare.ranking_query(comparator, PRACTICE, MonthRange(MARCH, MARCH))
        for row in compare.ranking(everything, OPERATOR, comparator, PRACTICE, MARCH).rows:
            listing = items_beneath(query, (row.code,), value, (MARCH,))
            if row.numerator is None:
                with pytest.raises(NoData, match="looks at a month"):  # it looks back further than 14 months
                    everything.list(listing, ALL_OF_ENGLAND)
                continue
            page = everything.list(listing, ALL_OF_ENGLAND)
            assert len(page.result.rows) == row.numerator, comparator.key
            found += bool(row.numerator)
    assert len(COUNTS) > 50
    assert found > 50
