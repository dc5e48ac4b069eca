"""Every value that is offered has a meaning, a name of its own, and survives the address."""

import pytest

from epact2.model.prescribing import ITEMS, LIST_SIZE
from epact2.query.check import check
from epact2.query.codec import value_from_json
from epact2.query.encode import value_to_json
from epact2.query.nodes import Amount, Change, Query, Ratio, Rolling, Share, YearToDate
from epact2.web.explorer_measures import WAYS, offered_name, offers, put_together

ALL = [offer for group in offers() for offer in group.offers]


@pytest.mark.parametrize("offer", ALL, ids=lambda offer: offer.name)
def test_an_offer_is_answerable_and_survives_the_address(offer):
    check(Query((offer.value,)))
    assert value_from_json(value_to_json(offer.value)) == offer.value
    assert offered_name(offer.value) == offer.name


def test_no_two_offers_have_one_name():
    names = [offer.name for offer in ALL]
    assert len(set(names)) == len(names)


def test_the_ready_made_rates_are_there():
    names = [offer.name for offer in ALL]
    for name in (
        "Items per 1,000 patients",
        "Actual cost per item",
        "NIC per item",
        "Items, rolling 12 months",
        "Actual cost, change on a year earlier",
        "Items, financial year to date",
    ):
        assert name in names
    assert sum("STAR-PU" in name for name in names) >= 25


def test_ways_of_showing_a_value():
    kinds = {way: type(put_together(ITEMS, way=way)) for way in WAYS}
    assert kinds == {
        "plain": Amount, "share": Share, "change": Change, "difference": Change, "rolling": Rolling,
        "year-to-date": YearToDate,
    }  # fmt: skip
    assert put_together(ITEMS, LIST_SIZE, per=1000) == Ratio(Amount(ITEMS), Amount(LIST_SIZE), 1000)
