"""What can I see, and why: the page says what the policy decides."""

from datetime import date

import pytest
from django.urls import reverse

from epact2.access.grants import AccountType, Grant
from epact2.web import engine as engines
from support.pages import text_of


@pytest.fixture
def seen_by(reader, monkeypatch):
    """The page for grants of some types at Kent and Medway."""

    def page(*types: AccountType):
        grants = tuple(Grant(one, "ICB", "QKS", date.min, date.max) for one in types)
        monkeypatch.setattr(engines, "grants_named", lambda name: grants)
        response = reader.get(reverse("sight"))
        assert response.status_code == 200
        return text_of(response)

    return page


def test_an_icb_pharmacist_sees_the_icb_exactly(seen_by):
    said = seen_by(AccountType.PRESCRIBER_LEVEL)
    assert "Prescriber level: Kent and Medway (ICB QKS)" in said
    assert "practices and cost centres are your own today" in said
    assert "each with its purpose" in said
    patients = said[said.index("Patients, counted and by what they are") :]
    assert patients.index("Exact") < patients.index("Published figures") < patients.index("Prescribers, dis")
    assert (
        "Your prescriber level access does not show single items of organisations that are not your own"
        in said
    )


def test_a_default_account_sees_published_figures_alone(seen_by):
    said = seen_by(AccountType.DEFAULT)
    assert "Analyses of your own No" in said
    assert "Downloads of figures 50,000 rows at a time, of the tables of pages" in said
    assert "Downloads of single items No" in said
    assert "Your default access does not show patients." in said


def test_a_controlled_drugs_officer_reads_what_of(seen_by):
    said = seen_by(AccountType.CONTROLLED_DRUGS)
    assert "Exact, of controlled drugs; published figures of the rest" in said


def test_without_a_grant_it_says_so(seen_by):
    said = seen_by()
    assert "Your account has no access yet." in said


def test_the_whole_table_is_there_for_everybody(seen_by):
    said = seen_by(AccountType.DEFAULT)
    for one in AccountType:
        assert one.value in said
