"""Which organisation may hold which account: the table, cell by cell; kind words for those that may not."""

import pytest

from epact2.access.eligibility import (
    NotEligible,
    OrganisationKind,
    chosen_level,
    in_words,
    require_eligible,
    types_for,
)
from epact2.access.grants import AccountType
from epact2.access.tables import rows
from epact2.model.organisations import LEVELS

# Written by hand from the registration rules, so that a slip in the file is found:
# D default, A with analysis, G GP practice, P PCN, L prescriber level, F financial, C controlled drugs,
# N national, S data services.
EXPECTED = {
    "GP practice": "DG",
    "PCN": "DAP",
    "ICB": "DALFC",
    "sub-ICB location": "DALF",
    "local authority": "DALF",
    "NHS trust": "DALFC",
    "independent provider of NHS services": "DALFC",
    "commissioning support unit": "DAL",
    "health innovation network": "D",
    "NHS England region": "DA",
    "national NHS or government body": "DAFN",
    "another public body": "D",
    "team that runs this service": "DS",
    "pharmacy contractor": "",
    "commercial organisation": "",
}
LETTERS = dict(zip("DAGPLFCNS", AccountType, strict=True))


@pytest.mark.parametrize("kind", OrganisationKind, ids=str)
@pytest.mark.parametrize("account_type", AccountType, ids=str)
def test_every_kind_of_organisation_and_type_is_as_expected(kind, account_type):
    may_hold = account_type in [LETTERS[one] for one in EXPECTED[kind.value]]
    if may_hold:
        require_eligible(kind, account_type)
    else:
        with pytest.raises(NotEligible) as refused:
            require_eligible(kind, account_type)
        assert refused.value.advice


def test_the_table_has_one_row_for_each_kind_and_says_yes_or_no_alone():
    table = rows("eligibility")
    assert [row["kind of organisation"] for row in table] == [kind.value for kind in OrganisationKind]
    for row in table:
        assert {row[one.value] for one in AccountType} <= {"yes", "no"}
        assert row["source"], row


@pytest.mark.parametrize("kind", [OrganisationKind.PHARMACY_CONTRACTOR, OrganisationKind.COMMERCIAL], ids=str)
def test_those_who_cannot_register_are_told_kindly_where_the_open_data_is(kind):
    assert types_for(kind) == ()
    with pytest.raises(NotEligible, match="cannot have an account") as refused:
        require_eligible(kind)
    assert "Open Data Portal" in refused.value.advice


def test_everyone_else_names_an_organisation_of_a_level_of_the_data():
    for kind in OrganisationKind:
        if types_for(kind):
            assert chosen_level(kind) in LEVELS


@pytest.mark.parametrize("account_type", AccountType, ids=str)
def test_every_type_is_explained_in_plain_words(account_type):
    words = in_words(account_type)
    assert words.sees.endswith(".")
    assert words.for_whom.endswith(".")
