from __future__ import annotations

from decimal import Decimal

import pytest

from epact2.model.prescribing import ACTUAL_COST, ICB, ITEMS, NIC, PRACTICE
from epact2.query.nodes import EVERYTHING, AllOf, Amount, UnderOrganisation
from epact2.query.result import Column, Result, as_json, exact
from epact2.query.scope import ALL_OF_ENGLAND, Scope

FIELD = Column("practice", "field", of=PRACTICE)
COUNT = Column("items", "value", "items", 0, Amount(ITEMS))
POUNDS = Column("NIC", "value", "£", 2, Amount(NIC))
FINE_POUNDS = Column("actual cost", "value", "£", 5, Amount(ACTUAL_COST))
QUANTITY = Column("total quantity", "value", "quantity", 5)
RATIO = Column("items per item", "value")


@pytest.mark.parametrize(
    ("cell", "column", "number"),
    [
        (7538, POUNDS, Decimal("75.38")),
        (-5, POUNDS, Decimal("-0.05")),
        (123456789, FINE_POUNDS, Decimal("1234.56789")),
        (3, COUNT, Decimal(3)),
        (0.25, RATIO, 0.25),
        (None, POUNDS, None),
        (1500.5, COUNT, 1500.5),
    ],
)
def test_exact(cell, column, number):
    assert exact(cell, column) == number


@pytest.mark.parametrize(
    ("cell", "column", "written"),
    [
        ("A81001", FIELD, "A81001"),
        (None, FIELD, None),
        (7500, POUNDS, "75.00"),
        (-5, POUNDS, "-0.05"),
        (0, FINE_POUNDS, "0.00000"),
        (10**18 + 1, POUNDS, "10000000000000000.01"),
        (3, COUNT, 3),
        (2800000, QUANTITY, 28),
        (250000, QUANTITY, 2.5),
        (-150000, QUANTITY, -1.5),
        (0.25, RATIO, 0.25),
        (None, RATIO, None),
    ],
)
def test_as_json(cell, column, written):
    found = as_json(cell, column)
    assert found == written
    assert type(found) is type(written)


def test_position():
    result = Result((FIELD, COUNT, POUNDS), ())
    assert [result.position(of) for of in (PRACTICE, Amount(ITEMS), Amount(NIC))] == [0, 1, 2]
    with pytest.raises(StopIteration):
        result.position(ICB)


def test_a_scope_is_only_narrowed():
    of_icb, of_practice = UnderOrganisation("QE1"), UnderOrganisation("A")
    assert ALL_OF_ENGLAND.organisations == EVERYTHING
    narrow = Scope(reason="as granted").narrow(of_icb)
    assert narrow == Scope(of_icb, "as granted")
    assert narrow.narrow(of_practice) == Scope(AllOf((of_icb, of_practice)), "as granted")
