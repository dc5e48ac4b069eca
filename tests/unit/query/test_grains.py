from __future__ import annotations

from epact2.model.bnf import BnfCode
from epact2.model.fields import Dimension
from epact2.model.prescribing import ICB, ITEMS, MONTH, PRACTICE, QUARTER, REGION, SECTION
from epact2.query.grains import conjuncts, dimensions_of, grains, split
from epact2.query.nodes import (
    EVERYTHING,
    AllOf,
    Amount,
    AnyOf,
    Is,
    Not,
    Query,
    UnderMedicine,
    UnderOrganisation,
)

ITEMS_ONLY = (Amount(ITEMS),)
IN_MAY = Is(MONTH, "2021-05")
OF_QE1 = UnderOrganisation("QE1")
ANTIBACTERIALS = UnderMedicine(BnfCode("0501"))


def test_without_totals_there_is_one_grain():
    assert grains(Query(ITEMS_ONLY, rows=(ICB,), columns=(MONTH,))) == ((ICB, MONTH),)
    assert grains(Query(ITEMS_ONLY)) == ((),)


def test_rows_give_way_before_columns():
    query = Query(ITEMS_ONLY, rows=(REGION, ICB), columns=(QUARTER,), totals=True)
    assert grains(query) == (
        (REGION, ICB, QUARTER),
        (REGION, QUARTER),
        (QUARTER,),
        (REGION, ICB),
        (REGION,),
        (),
    )


def test_a_total_of_nothing_is_asked_once():
    assert grains(Query(ITEMS_ONLY, totals=True)) == ((),)


def test_conjuncts_open_nested_conditions():
    nested = AllOf((IN_MAY, AllOf((OF_QE1, EVERYTHING)), AnyOf((ANTIBACTERIALS,))))
    assert conjuncts(nested) == (IN_MAY, OF_QE1, AnyOf((ANTIBACTERIALS,)))
    assert conjuncts(EVERYTHING) == ()


def test_dimensions():
    mixed = AnyOf((Not(OF_QE1), AllOf((ANTIBACTERIALS, Is(SECTION, "0501")))))
    assert dimensions_of(mixed) == {Dimension.ORGANISATION, Dimension.MEDICINE}
    assert dimensions_of(EVERYTHING) == frozenset()


def test_split_in_time_organisation_and_rest():
    mixed = AnyOf((OF_QE1, ANTIBACTERIALS))
    time, organisation, rest = split(AllOf((IN_MAY, Is(PRACTICE, "A"), ANTIBACTERIALS, mixed)))
    assert time == AllOf((IN_MAY,))
    assert organisation == AllOf((Is(PRACTICE, "A"),))
    assert rest == AllOf((ANTIBACTERIALS, mixed))


def test_a_condition_on_nothing_holds_for_people_too():
    """No code can be of no field: what selects nothing selects nobody."""
    _, organisation, rest = split(AnyOf(()))
    assert organisation == AllOf((AnyOf(()),))
    assert rest == AllOf(())
