"""Findings of a medicine: numbers on either side of every edge."""

import pytest

from epact2.web.presenters import medicine_findings as findings

D = "Devon dispensed"


@pytest.mark.parametrize(
    ("items", "cost", "said"),
    [
        ((61_240, 57_556), (737_00, 1084_00), D + " 6.4% more items than a year ago but spent 32% less."),
        ((106, 100), (110, 100), D + " 6.0% more items than a year ago and spent 10% more."),
        ((90, 100), (90, 100), D + " 10% fewer items than a year ago and spent 10% less."),
        ((100, 100), (120, 100), D + " as many items as a year ago and spent 20% more."),
        ((100, 90), (100, 100), D + " 11% more items than a year ago and spent as much."),
        ((1200, None), (340_000_00, None), D + " 1,200 items in May 2025, which cost £340k."),
        ((1, 0), (200, 0), D + " 1 item in May 2025, which cost £2.00."),
        ((0, 10), (0, 100), D + " none in May 2025."),
        ((None, None), (None, None), D + " none in May 2025."),
    ],
)  # fmt: skip
def test_headline(items, cost, said):
    assert findings.headline("Devon", items, cost, "May 2025", 2) == said


def year(before, now):
    return [before] * 12 + [now] * 12


@pytest.mark.parametrize(
    ("items", "cost", "title"),
    [
        (year(10.0, 11.0), year(10.0, 8.0), "Over the last year items rose while spending fell"),
        (year(10.0, 11.0), year(10.0, 12.0), "Items and spending both rose over the last year"),
        (year(10.0, 10.1), year(10.0, 8.0), "Over the last year items were steady while spending fell"),
        (year(10.0, 11.0), year(10.0, 10.0), "Over the last year items rose while spending was steady"),
        (year(10.0, 10.0), year(10.0, 10.0), "Items and spending were both steady over the last year"),
        ([10.0] * 5, [10.0] * 5, "Items and actual cost, month by month"),
    ],
)
def test_trend_title(items, cost, title):
    assert findings.trend_title(items, cost) == title


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.49, ""), (0.5, "Most of the cost is edoxaban."), (0.93, "Nearly all of the cost is edoxaban."),
        (1.0, "All of the cost is edoxaban."), (None, ""),
    ],
)  # fmt: skip
def test_largest_cost(share, said):
    assert findings.largest_cost("edoxaban", share) == said


@pytest.mark.parametrize(
    ("parts", "title"),
    [
        ([("apixaban", year(50.0, 62.0)), ("edoxaban", year(30.0, 13.0))],
         "Apixaban is 62% of items; edoxaban’s share has fallen most"),
        ([("apixaban", year(50.0, 62.0)), ("edoxaban", year(14.0, 13.0))],
         "Apixaban is 62% of items; its share has grown most"),
        ([("apixaban", year(62.0, 62.4)), ("edoxaban", year(14.0, 13.6))],
         "Apixaban is 62% of items; shares have hardly moved"),
        ([("apixaban", [62.0]), ("edoxaban", [38.0])],
         "Apixaban is 62% of items"),
        ([("penicillins", year(50.0, 62.0)), ("quinolones", year(14.0, 13.0))],
         "Penicillins are 62% of items; their share has grown most"),
        ([("apixaban", [None])], "There is no data for the parts in this month"),
    ],
)  # fmt: skip
def test_shares_title(parts, title):
    assert findings.shares_title(parts) == title


@pytest.mark.parametrize(
    ("value", "others", "title"),
    [
        (31.4, [30.0, 31.0, 35.0], "Devon prescribes more for its patients than 2 of 3 other ICBs"),
        (30.5, [30.0, 31.0, 35.0], "Devon prescribes less for its patients than 2 of 3 other ICBs"),
        (30.5, [30.0], "Devon prescribes more for its patients than 1 of 1 other ICB"),
        (30.5, [], "Devon is the only ICB with a rate"),
        (0.0, [0.0, 0.0, 35.0], "Devon prescribes none; 1 of 3 other ICBs does"),
        (0.0, [0.0, 31.0, 35.0], "Devon prescribes none; 2 of 3 other ICBs do"),
        (None, [30.0], "There is no rate for Devon in this month"),
    ],
)
def test_peers_title(value, others, title):
    assert findings.peers_title("Devon", value, others, "ICB", "ICBs") == title


def test_spread_title():
    values = [float(value) for value in range(20, 41)]
    assert findings.spread_title(values, "ICBs") == (
        "Eight in ten ICBs prescribe between 22.0 and 38.0 items per 1,000 patients"
    )
    assert findings.spread_title([0.0, 0.0, 3.0], "ICBs") == "At least one in ten ICBs prescribes none"
    assert findings.spread_title([], "ICBs") == "There is no data for ICBs in this month"


@pytest.mark.parametrize(
    ("parts", "title"),
    [
        ([("edoxaban", 0.143, 0.55), ("apixaban", 0.857, 0.45)],
         "Edoxaban is one in seven of items but more than half of spending"),
        ([("apixaban", 0.6, 0.55), ("edoxaban", 0.4, 0.45)],
         "Apixaban is more than half of items and of spending"),
        ([("generic apixaban", 0.97, 0.94), ("Eliquis", 0.03, 0.06)],
         "Nearly all items and spending are generic apixaban"),
        ([], "Nothing was dispensed in this month"),
    ],
)  # fmt: skip
def test_parts_title(parts, title):
    assert findings.parts_title(parts) == title


@pytest.mark.parametrize(
    ("generic", "items", "said"),
    [
        (97, 100, "Generic products were 97.0% of items, branded products 3.0%."),
        (100, 100, "Every item was of the generic product."),
        (0, 100, "Every item was of a branded product."),
        (0, 0, ""),
    ],
)
def test_generic_words(generic, items, said):
    assert findings.generic_words(generic, items) == said


def test_price_title():
    prices = [("rivaroxaban 20mg", 0.36, 0.24), ("apixaban 5mg", 0.08, 0.08)]
    assert findings.price_title(prices, "Devon") == (
        "Devon pays 50% more than is typical for rivaroxaban 20mg"
    )
    assert findings.price_title([("Qvar 50 inhaler", 0.08, 0.16)], "Devon") == (
        "Devon pays 50% less than is typical for Qvar 50 inhaler"
    )
    assert findings.price_title([("A", 0.102, 0.1)], "Devon") == "Devon pays about the typical price for each"
    assert findings.price_title([("A", None, 0.1)], "Devon") == "What a unit costs"
