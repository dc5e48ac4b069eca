"""Who may see what: the tables, decision by decision, and the scopes that follow from them."""

import csv
from datetime import date
from importlib.resources import files
from itertools import product

import pytest

from epact2.access.figures import Figures, asked_by
from epact2.access.grants import AccountType, Grant
from epact2.access.listing_policy import may_list, scope_for_listing, within_rights
from epact2.access.policy import Action, Refused, Whose, decide, ruling
from epact2.access.policy_tables import Grain, Sight, tables
from epact2.access.territory import territory
from epact2.access.viewer import ANYONE, OPERATOR, Viewer
from epact2.model.months import DispensingMonth
from epact2.model.organisations import Organisation
from epact2.query.codec import query_from_json
from epact2.query.listing_json import listing_from_json
from epact2.query.nodes import EVERYTHING, AllOf, UnderOrganisation
from epact2.query.scope import ALL_OF_ENGLAND, SEALED_FIGURES, Absence, Scope
from epact2.store.directory import Directory, EarlierPlace

JANUARY, FEBRUARY, MARCH = (DispensingMonth(2026, month) for month in (1, 2, 3))
# Two ICBs with two practices each; P2 belonged to ICB Q2 until February.
PARENTS = {"P1": "Q1", "P2": "Q1", "P3": "Q2", "P4": "Q2"}


def parents(icb: str) -> tuple[tuple[str, str], ...]:
    return (("region", "Y1"), ("ICB", icb), ("sub-ICB location", f"{icb}S"), ("PCN", f"{icb}N"))


DIRECTORY = Directory(
    release=1,
    months=(JANUARY, FEBRUARY, MARCH),
    list_months=(),
    item_months=(JANUARY, FEBRUARY, MARCH),
    organisations=[
        Organisation("region", "Y1", "South"),
        *(Organisation("ICB", code, f"ICB {code}", (("region", "Y1"),)) for code in ("Q1", "Q2")),
        *(Organisation("sub-ICB location", f"{code}S", "S", (("ICB", code),)) for code in ("Q1", "Q2")),
        *(Organisation("PCN", f"{code}N", "N") for code in ("Q1", "Q2")),
        *(Organisation("practice", code, code, parents(icb), "4") for code, icb in PARENTS.items()),
    ],
    medicines=(),
    earlier_places=[EarlierPlace("P2", JANUARY, FEBRUARY, parents("Q2"))],
)


def viewer(account_type: AccountType, level: str = "England", code: str = "ENG") -> Viewer:
    return Viewer("nia", (Grant(account_type, level, code, date(2026, 1, 1), date(2026, 12, 31)),))


ICB_PHARMACIST = viewer(AccountType.PRESCRIBER_LEVEL, "ICB", "Q1")
GP = viewer(AccountType.GP_PRACTICE, "practice", "P1")
NATIONAL = viewer(AccountType.NATIONAL)
DEFAULT = viewer(AccountType.DEFAULT_WITH_ANALYSIS, "ICB", "Q1")
CD_OFFICER = viewer(AccountType.CONTROLLED_DRUGS, "ICB", "Q1")

OPEN = {"values": ["items"], "rows": ["practice"]}
PATIENTS = {"values": ["identified patients"], "rows": ["practice"]}
BY_AGE = {"values": ["items"], "rows": ["5-year age band"]}
BY_PRESCRIBER = {"values": ["items"], "rows": ["prescriber"]}
CHILDREN = {"between": ["age", 0, 4]}
OF_Q1 = {"where": {"under": ["organisation", "Q1"]}}
OF_Q2 = {"where": {"under": ["organisation", "Q2"]}}


def ruled(who: Viewer, asked: dict, action: Action = Action.ANALYSE):
    return ruling(who, query_from_json(asked), DIRECTORY, action)


# --- The tables -----------------------------------------------------------------------------------------


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((files("epact2.access") / "tables" / name).read_text().splitlines()))


def _written(row: dict[str, str], whose: Whose, figures: Figures, action: Action, *, controlled: bool) -> str:
    """What the tables say of one combination, written out once more, apart from the policy's own reading."""
    rights = next(one for one in _rows("rights.csv") if one["account type"] == row["account type"])
    of_rows = row["grain"] in ("item", "patient")
    limit = rights["rows of an export of items" if of_rows else "rows of an export"]
    if action is Action.ANALYSE and rights["create analysis"] == "no":
        return "none"
    if action is Action.EXPORT and (limit == "0" or (of_rows and rights["purpose for items"] == "yes")):
        return "none"
    of_organisations = row["grain"] in ("national", "local", "practice")
    if figures is Figures.OPEN and of_organisations and row[whose.value] != "none":
        return "exact"
    if row[whose.value] == "controlled drugs":
        return "exact" if controlled else row["others"]
    return row[whose.value]


@pytest.mark.parametrize("row", _rows("sight.csv"), ids=lambda row: f"{row['account type']} {row['grain']}")
def test_every_combination_is_what_the_tables_say(row):
    who = viewer(AccountType(row["account type"]), "ICB", "Q1")
    for whose, figures, action, controlled in product(Whose, Figures, Action, (False, True)):
        found = decide(who, action, Grain(row["grain"]), figures, whose, controlled_only=controlled)
        wanted = _written(row, whose, figures, action, controlled=controlled)
        assert found.sight.value == wanted, f"{whose}, {figures}, {action}, controlled only: {controlled}"
        assert found.reason
        assert found.is_allowed or found.advice
        assert found.policy == tables().version


def test_the_tables_say_nothing_twice_and_leave_nothing_out():
    rows = [(row["account type"], row["grain"]) for row in _rows("sight.csv")]
    assert sorted(rows) == sorted(product((one.value for one in AccountType), (one.value for one in Grain)))


def test_a_purpose_opens_a_download_of_items():
    asked = (ICB_PHARMACIST, Action.EXPORT, Grain.ITEM, Figures.CLOSED, Whose.OWN)
    assert not decide(*asked).is_allowed
    assert not decide(*asked, purpose="  ").is_allowed
    assert decide(*asked, purpose="Review of valproate in women").sight is Sight.EXACT


def test_the_best_of_several_grants_counts():
    both = Viewer("nia", (*DEFAULT.grants, *viewer(AccountType.GP_PRACTICE, "practice", "P1").grants))
    asked = (Action.STANDARD, Grain.PRACTICE, Figures.PROTECTED, Whose.OWN)
    assert decide(DEFAULT, *asked).sight is Sight.SEALED
    assert decide(both, *asked).sight is Sight.EXACT


@pytest.mark.parametrize(("who", "said"), [(ANYONE, "not signed in"), (Viewer("nia"), "no access yet")])
def test_nobody_sees_anything_without_a_grant(who, said):
    for asked in (OPEN, PATIENTS, BY_PRESCRIBER):
        with pytest.raises(Refused, match=said):
            ruled(who, asked)


# --- What kind of figures -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "figures", "grain"),
    [
        (OPEN, Figures.OPEN, Grain.PRACTICE),
        ({"values": ["NIC"], "rows": ["ICB", "presentation"]}, Figures.OPEN, Grain.NATIONAL),
        ({"values": ["NIC"], "rows": ["PCN"]}, Figures.OPEN, Grain.LOCAL),
        ({"values": ["NIC"], **OF_Q1}, Figures.OPEN, Grain.NATIONAL),
        ({"values": ["NIC"], "where": {"under": ["organisation", "P1"]}}, Figures.OPEN, Grain.PRACTICE),
        ({"values": ["items"], "rows": ["SNOMED code"]}, Figures.OPEN, Grain.NATIONAL),
        ({"values": ["EPS rate"], "rows": ["practice"]}, Figures.OPEN, Grain.PRACTICE),
        ({"values": ["items"], "rows": ["EPS", "SNOMED code"]}, Figures.CLOSED, Grain.PRESCRIBER),
        (PATIENTS, Figures.PROTECTED, Grain.PRACTICE),
        ({"values": ["items per patient"]}, Figures.PROTECTED, Grain.NATIONAL),
        (BY_AGE, Figures.PROTECTED, Grain.NATIONAL),
        ({"values": ["items"], "where": {"is": ["gender", "2"]}}, Figures.PROTECTED, Grain.NATIONAL),
        (
            {"values": [{"amount": "items", "where": {"between": ["age", 0, 4]}}]},
            Figures.PROTECTED,
            Grain.NATIONAL,
        ),
        ({"values": ["items"], "rows": ["exemption"]}, Figures.PROTECTED, Grain.NATIONAL),
        ({"values": [{"patients": {"had": {"under": ["bnf", "04"]}}}]}, Figures.PROTECTED, Grain.NATIONAL),
        ({"values": [{"distinct": ["prescriber"]}]}, Figures.CLOSED, Grain.PRESCRIBER),
        (
            {"values": [{"patients": {"at least": [{"distinct": "prescriber"}, 2]}}]},
            Figures.CLOSED,
            Grain.PRESCRIBER,
        ),
        (
            {"values": [{"patients": {"not": {"at least": ["discount", 1], "last": 3}}}]},
            Figures.CLOSED,
            Grain.PRESCRIBER,
        ),
        (BY_PRESCRIBER, Figures.CLOSED, Grain.PRESCRIBER),
        ({"values": ["discount"]}, Figures.CLOSED, Grain.PRESCRIBER),
        ({"values": ["items"], "exclusions": "none"}, Figures.CLOSED, Grain.PRESCRIBER),
    ],
    ids=str,
)
def test_what_is_asked_for(asked, figures, grain):
    found = asked_by(query_from_json(asked), DIRECTORY)
    assert (found.figures, found.grain) == (figures, grain)
    assert found.because


# --- Scopes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [DEFAULT, ICB_PHARMACIST, NATIONAL, CD_OFFICER, OPERATOR])
def test_open_figures_are_exact_for_all_of_england(who):
    assert ruled(who, OPEN).scope == ALL_OF_ENGLAND


def test_patients_of_ones_own_are_exact_and_of_one_s_own_alone():
    found = ruled(ICB_PHARMACIST, PATIENTS | OF_Q1)
    assert found.scope.organisations.codes == ("P1", "P2")
    assert found.scope.absences == (Absence("P2", JANUARY, FEBRUARY),)
    assert "month of joining" in found.note
    assert found.own is None


def test_patients_of_everybody_are_sealed_with_one_s_own_apart():
    found = ruled(ICB_PHARMACIST, PATIENTS)
    assert found.scope == SEALED_FIGURES
    assert found.own is not None
    assert found.own.organisations.codes == ("P1", "P2")


def test_patients_of_others_are_sealed():
    assert ruled(DEFAULT, PATIENTS | OF_Q1) == ruled(DEFAULT, PATIENTS | OF_Q2)
    assert ruled(DEFAULT, PATIENTS).scope == SEALED_FIGURES
    assert ruled(DEFAULT, PATIENTS).own is None


def test_national_accounts_see_patients_exactly_but_no_prescribers():
    assert not ruled(NATIONAL, PATIENTS).scope.sealed
    with pytest.raises(Refused, match="prescribers"):
        ruled(NATIONAL, BY_PRESCRIBER)


def test_prescribers_are_seen_of_one_s_own_alone():
    found = ruled(ICB_PHARMACIST, BY_PRESCRIBER)
    assert found.scope.organisations.codes == ("P1", "P2")
    assert "Only of what is your own: Q1." in found.note
    with pytest.raises(Refused, match="not your own"):
        ruled(ICB_PHARMACIST, BY_PRESCRIBER | OF_Q2)


def test_a_gp_practice_reads_standard_reports_and_creates_no_analyses():
    assert ruled(GP, OPEN, Action.STANDARD).scope == ALL_OF_ENGLAND
    with pytest.raises(Refused, match="analyses of your own"):
        ruled(GP, OPEN)


def test_controlled_drugs_are_exact_for_their_accountable_officer_and_nothing_else_is():
    controlled = {"in": ["controlled drug schedule", ["2", "3"]]}
    of_q1 = OF_Q1["where"]
    found = ruled(CD_OFFICER, PATIENTS | {"where": {"all": [of_q1, controlled]}})
    assert found.scope.organisations.codes == ("P1", "P2")
    assert ruled(CD_OFFICER, PATIENTS | OF_Q1).scope == SEALED_FIGURES
    all_schedules = {"in": ["controlled drug schedule", ["0", "2"]]}
    assert ruled(CD_OFFICER, PATIENTS | {"where": {"all": [of_q1, all_schedules]}}).scope == SEALED_FIGURES


def test_what_one_grant_shows_is_not_shown_of_the_organisations_of_another():
    """A GP of practice P3 who also answers for the controlled drugs of ICB Q1."""
    practice = viewer(AccountType.GP_PRACTICE, "practice", "P3")
    both = Viewer("nia", (*practice.grants, *CD_OFFICER.grants))
    controlled = {"is": ["controlled drug schedule", "2"]}
    assert ruled(both, PATIENTS | OF_Q1, Action.STANDARD).scope == SEALED_FIGURES
    assert ruled(both, PATIENTS, Action.STANDARD).own.organisations.codes == ("P3",)
    assert ruled(both, BY_PRESCRIBER, Action.STANDARD).scope.organisations.codes == ("P3",)
    assert ruled(both, BY_PRESCRIBER | {"where": controlled}).scope.organisations.codes == ("P1", "P2")
    assert _listed(both, ITEMS).organisations.codes == ("P3",)
    assert _listed(both, ITEMS | {"where": controlled}).organisations.codes == ("P1", "P2", "P3")
    with pytest.raises(Refused, match="not your own"):
        _listed(both, ITEMS | OF_Q1)
    assert not may_list(both, DIRECTORY, UnderOrganisation("Q1"))


def test_a_controlled_drugs_officer_is_shown_no_rows_of_other_medicines():
    """Rows come from what the whole question selects: a prescriber of anything would stand there with 0."""
    of_controlled = {"amount": "items", "where": {"in": ["controlled drug schedule", ["2", "3"]]}}
    for rows in (["prescriber", "presentation"], ["practice", "age"]):
        asked = {"values": [of_controlled], "rows": rows, **OF_Q1}
        whole = {
            "values": ["items"],
            "rows": rows,
            "where": {"all": [OF_Q1["where"], of_controlled["where"]]},
        }
        assert not asked_by(query_from_json(asked), DIRECTORY).controlled_only
        assert ruled(CD_OFFICER, whole).scope.organisations.codes == ("P1", "P2")
    by_practice = {"values": [of_controlled | {"amount": "discount"}], "rows": ["practice", "month"], **OF_Q1}
    assert ruled(CD_OFFICER, by_practice).scope.organisations.codes == ("P1", "P2")


# --- One's own, today and then --------------------------------------------------------------------------


def test_a_practice_that_moved_counts_from_the_move_on_and_no_more_for_whom_it_left():
    came = territory(ICB_PHARMACIST.grants, DIRECTORY)
    assert came.practices == {"P1", "P2"}
    assert came.absences == (Absence("P2", JANUARY, FEBRUARY),)
    left = territory(viewer(AccountType.PRESCRIBER_LEVEL, "ICB", "Q2").grants, DIRECTORY)
    assert left.practices == {"P3", "P4"}
    assert left.absences == ()


def test_a_practice_keeps_its_own_history_wherever_it_goes():
    own = territory(viewer(AccountType.GP_PRACTICE, "practice", "P2").grants, DIRECTORY)
    assert own.practices == {"P2"}
    assert own.absences == ()
    region = territory(viewer(AccountType.PRESCRIBER_LEVEL, "region", "Y1").grants, DIRECTORY)
    assert region.absences == ()


def test_an_organisation_without_prescribing_owns_nothing():
    assert not territory(viewer(AccountType.PRESCRIBER_LEVEL, "ICB", "Q9").grants, DIRECTORY).practices


# --- Listings -------------------------------------------------------------------------------------------

ITEMS = {"columns": ["month", "presentation", "items"]}


def _listed(who: Viewer, asked: dict, **more):
    return scope_for_listing(who, listing_from_json(asked), DIRECTORY, **more)


def test_items_are_listed_of_one_s_own_alone():
    assert _listed(ICB_PHARMACIST, ITEMS).organisations.codes == ("P1", "P2")
    assert _listed(GP, ITEMS | {"where": {"is": ["practice", "P1"]}}).organisations.codes == ("P1",)
    with pytest.raises(Refused, match="not your own"):
        _listed(ICB_PHARMACIST, ITEMS | OF_Q2)
    for who in (DEFAULT, NATIONAL, OPERATOR, ANYONE, viewer(AccountType.DATA_SERVICES)):
        with pytest.raises(Refused):
            _listed(who, ITEMS | OF_Q1)


def test_a_controlled_drugs_officer_lists_controlled_drugs():
    asked = listing_from_json(ITEMS)
    limited = within_rights(CD_OFFICER, asked)
    assert limited != asked
    assert _listed(CD_OFFICER, {**ITEMS, "where": {"is": ["controlled drug schedule", "2"]}})
    assert scope_for_listing(CD_OFFICER, limited, DIRECTORY).organisations.codes == ("P1", "P2")
    assert within_rights(ICB_PHARMACIST, asked) == asked
    assert within_rights(DEFAULT, asked) == asked
    with pytest.raises(Refused):
        _listed(CD_OFFICER, ITEMS)


def test_a_controlled_drugs_officer_learns_nothing_else_by_looking_back():
    """Who has a controlled drug now may not be told apart by what else the patient had before."""
    controlled = {"in": ["controlled drug schedule", ["2", "3"]]}
    of_controlled = {"had": controlled, "before": 3}
    of_anything = {"had": {"under": ["bnf", "0408"]}, "before": 3}
    here = {"had": {"under": ["bnf", "0408"]}}  # among the controlled drugs that are listed
    for condition in (of_controlled, here):
        assert _listed(CD_OFFICER, {**ITEMS, "where": controlled, "patients": condition})
        asked = {"values": [{"patients": condition}], "where": {"all": [OF_Q1["where"], controlled]}}
        assert not ruled(CD_OFFICER, asked).scope.sealed
    with pytest.raises(Refused, match="controlled drugs alone"):
        _listed(CD_OFFICER, {**ITEMS, "where": controlled, "patients": of_anything})
    asked = {"values": [{"patients": of_anything}], "where": {"all": [OF_Q1["where"], controlled]}}
    assert ruled(CD_OFFICER, asked).scope == SEALED_FIGURES
    assert _listed(ICB_PHARMACIST, {**ITEMS, "patients": of_anything})


def test_a_door_to_items_is_shown_where_it_opens():
    assert may_list(ICB_PHARMACIST, DIRECTORY, UnderOrganisation("Q1"))
    assert not may_list(ICB_PHARMACIST, DIRECTORY, UnderOrganisation("Q2"))
    assert not may_list(DEFAULT, DIRECTORY, UnderOrganisation("Q1"))
    assert may_list(GP, DIRECTORY, UnderOrganisation("Q1"))
    assert not may_list(GP, DIRECTORY, UnderOrganisation("Q1"), wholly=True)
    assert may_list(ICB_PHARMACIST, DIRECTORY, UnderOrganisation("Q1"), wholly=True)


def test_a_scope_is_only_ever_narrowed():
    icb, practice = UnderOrganisation("QR1"), UnderOrganisation("L84073")
    assert Scope(EVERYTHING).narrow(icb).organisations == icb
    assert Scope(icb).narrow(practice).organisations == AllOf((icb, practice))
    absent = (Absence("P2", JANUARY, FEBRUARY),)
    assert Scope(icb, absences=absent).narrow(practice).absences == absent
