"""Who may ask for NHS numbers of which patients: every combination of account, role, practice and month."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from epact2.access.grants import AccountType, Grant
from epact2.access.nhs_numbers import (
    KEPT_FOR,
    LONGEST_TEXT,
    SAME_RELEASE,
    AlreadyReleased,
    BadRequest,
    Form,
    Request,
    Role,
    State,
    Wanted,
    WrongStep,
    approve,
    may_ask,
    may_check,
    own_practices,
    plain_words,
    reject,
    release,
    require_may_check,
    require_wanted,
    withdraw,
)
from epact2.access.persons import Person
from epact2.access.policy import Refused
from epact2.access.viewer import ANYONE, OPERATOR, Viewer
from epact2.model.months import DispensingMonth
from epact2.model.organisations import Organisation
from epact2.store.directory import Directory, EarlierPlace

JANUARY, FEBRUARY, MARCH = (DispensingMonth(2026, month) for month in (1, 2, 3))
# Two ICBs with two practices each; P2 belonged to ICB Q2 until February.
PARENTS = {"P1": "Q1", "P2": "Q1", "P3": "Q2", "P4": "Q2"}
ASKING = {AccountType.GP_PRACTICE, AccountType.PCN, AccountType.PRESCRIBER_LEVEL}
GIVEN = {Role.GP, Role.PHARMACIST, Role.REVIEWER}


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


def viewer(account_type: AccountType, level: str = "ICB", code: str = "Q1") -> Viewer:
    return Viewer("nia", (Grant(account_type, level, code, date(2026, 1, 1), date(2026, 12, 31)),))


ICB_PHARMACIST = viewer(AccountType.PRESCRIBER_LEVEL)
WANTED = Wanted(
    comparator="opioid-with-gabapentinoid",
    practice="P1",
    month=MARCH,
    role=Role.PHARMACIST,
    purpose="Structured medication reviews of these patients in April.",
    declared=True,
)


def allowed(who: Viewer, wanted: Wanted) -> bool:
    try:
        require_wanted(who, wanted, DIRECTORY)
    except (Refused, BadRequest):
        return False
    return True


# --- Who may ask for what ---------------------------------------------------------------------------------


@pytest.mark.parametrize("account_type", AccountType, ids=str)
@pytest.mark.parametrize("role", Role, ids=str)
def test_every_combination_is_refused_but_those_of_the_table(account_type, role):
    """Of all types, roles, practices, months and declarations: only people who see patients of their own
    practices, in a role that NHS numbers are given to, for the months in which the practice was theirs.
    """
    who = viewer(account_type)
    for practice, month, declared in product(PARENTS, (JANUARY, FEBRUARY, MARCH), (True, False)):
        wanted = replace(WANTED, role=role, practice=practice, month=month, declared=declared)
        own = practice == "P1" or (practice == "P2" and month == MARCH)
        expected = account_type in ASKING and role in GIVEN and own and declared
        assert allowed(who, wanted) is expected, (practice, month, declared)


@pytest.mark.parametrize("account_type", AccountType, ids=str)
def test_a_way_to_ask_is_shown_to_those_who_may(account_type):
    assert may_ask(viewer(account_type)) is (account_type in ASKING)


def test_practice_managers_are_told_whom_to_ask():
    with pytest.raises(Refused, match="cannot be given to practice managers") as caught:
        require_wanted(ICB_PHARMACIST, replace(WANTED, role=Role.PRACTICE_MANAGER), DIRECTORY)
    assert "Ask a GP or a clinical pharmacist" in caught.value.advice


@pytest.mark.parametrize(
    "who",
    [
        ANYONE,
        OPERATOR,
        Viewer("nia"),
        Viewer("nia", may_list_items=True),
        Viewer("", ICB_PHARMACIST.grants),
        replace(OPERATOR, may_list_items=True),
    ],
    ids=[
        "a visitor",
        "the operator",
        "no grant",
        "listings open",
        "a visitor with a grant",
        "operator, listings open",
    ],
)
def test_no_setting_of_a_server_and_no_operator_opens_nhs_numbers(who):
    assert not may_ask(who)
    with pytest.raises(Refused):
        require_wanted(who, WANTED, DIRECTORY)


def test_whoever_checks_requests_makes_none_also_in_an_emergency():
    """Data services who break the glass hold prescriber level for an hour; that opens no NHS numbers."""
    emergency = Grant(AccountType.PRESCRIBER_LEVEL, "ICB", "Q1", date(2026, 1, 1), date(2026, 1, 1))
    who = viewer(AccountType.DATA_SERVICES, "England", "ENG")
    who = replace(who, grants=(*who.grants, emergency))
    assert not may_ask(who)
    with pytest.raises(Refused, match="they cannot make any"):
        require_wanted(who, WANTED, DIRECTORY)


def test_own_practices_are_those_of_grants_that_see_patients():
    """A default grant for another ICB beside it gives no practice of that ICB."""
    both = replace(
        ICB_PHARMACIST, grants=(*ICB_PHARMACIST.grants, *viewer(AccountType.DEFAULT, "ICB", "Q2").grants)
    )
    assert own_practices(both, DIRECTORY).practices == {"P1", "P2"}
    cd_officer = viewer(AccountType.CONTROLLED_DRUGS)
    assert own_practices(cd_officer, DIRECTORY).practices == frozenset()


def test_a_month_before_the_practice_joined_is_refused_with_its_name():
    with pytest.raises(Refused, match="In January 2026 this practice did not belong"):
        require_wanted(ICB_PHARMACIST, replace(WANTED, practice="P2", month=JANUARY), DIRECTORY)


@pytest.mark.parametrize("purpose", ["", "  \n", "x" * (LONGEST_TEXT + 1), "review of 999 000 0018"])
def test_a_purpose_is_words_without_an_nhs_number(purpose):
    with pytest.raises(BadRequest) as caught:
        require_wanted(ICB_PHARMACIST, replace(WANTED, purpose=purpose), DIRECTORY)
    assert caught.value.about == "purpose"
    assert "0018" not in str(caught.value)


def test_words_are_kept_as_they_were_written_but_for_the_space_around_them():
    assert plain_words("purpose", " Review in 2026, phone 01234 567890 \n", "") == (
        "Review in 2026, phone 01234 567890"
    )


@pytest.mark.parametrize("account_type", AccountType, ids=str)
def test_data_services_alone_check(account_type):
    who = viewer(account_type, "England", "ENG")
    assert may_check(who) is (account_type is AccountType.DATA_SERVICES)
    assert not may_check(replace(who, name="")), "without a name nobody has signed in"
    if not may_check(who):
        with pytest.raises(Refused, match="data services"):
            require_may_check(who)


# --- Steps ------------------------------------------------------------------------------------------------

NOON = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
NIA, DEV = Person("nia", frozenset({"n.shah@nhs.net"})), Person("dev", frozenset({"dev@nhs.net"}))
WAITING = Request(applicant="nia")
APPROVED = approve(WAITING, NIA, DEV, NOON)


def later(**how: float) -> datetime:
    return NOON + timedelta(**how)


def test_a_list_is_released_after_a_second_person_approved_it():
    released = release(APPROVED, "nia", Form.PAGE, later(hours=1))
    assert (released.state, released.decided_by, released.released_at) == (
        State.RELEASED, "dev", later(hours=1),
    )  # fmt: skip


@pytest.mark.parametrize(
    "alias",
    [
        NIA,
        Person("NIA"),
        Person("other", frozenset({"nshah+work@nhs.net"})),
        Person("other", frozenset({"N.Shah@NHS.net"})),
    ],
)
@pytest.mark.parametrize("step", [approve, lambda *known: reject(*known, "no")])
def test_nobody_checks_their_own_request_nor_by_an_alias(alias, step):
    with pytest.raises(Refused, match="Nobody checks a request of their own"):
        step(WAITING, NIA, alias, NOON)


def test_a_rejection_says_why():
    assert reject(WAITING, NIA, DEV, NOON, " Which review is this? ").reason == "Which review is this?"
    with pytest.raises(BadRequest, match="Say why"):
        reject(WAITING, NIA, DEV, NOON, " ")


def test_a_request_is_decided_once():
    for decided in (APPROVED, reject(WAITING, NIA, DEV, NOON, "no"), withdraw(WAITING, "nia", NOON)):
        with pytest.raises(WrongStep, match="already"):
            approve(decided, NIA, DEV, later(hours=1))
        with pytest.raises(WrongStep, match="already"):
            reject(decided, NIA, DEV, later(hours=1), "no")


def test_the_second_time_says_that_it_was_released_and_when():
    released = release(APPROVED, "nia", Form.PAGE, later(hours=1))
    with pytest.raises(AlreadyReleased, match="released on 26 November 2026 at 13:00"):
        release(released, "nia", Form.PAGE, later(hours=1, minutes=1))


def test_page_and_file_are_two_forms_of_one_release_within_a_quarter_of_an_hour():
    released = release(APPROVED, "nia", Form.PAGE, NOON)
    assert released.forms_at(NOON) == (Form.FILE,)
    just, too_late = NOON + SAME_RELEASE - timedelta(seconds=1), NOON + SAME_RELEASE
    both = release(released, "nia", Form.FILE, just)
    assert both.released_at == NOON
    assert both.forms_at(just) == ()
    with pytest.raises(AlreadyReleased):
        release(released, "nia", Form.FILE, too_late)
    with pytest.raises(AlreadyReleased):
        release(both, "nia", Form.FILE, just)


def test_a_clock_that_runs_backwards_opens_nothing():
    released = release(APPROVED, "nia", Form.PAGE, later(hours=1))
    with pytest.raises(AlreadyReleased):
        release(released, "nia", Form.FILE, NOON)


def test_a_list_expires_seven_days_after_its_approval_to_the_second():
    assert timedelta(days=7) == KEPT_FOR
    last = NOON + KEPT_FOR - timedelta(seconds=1)
    assert APPROVED.state_at(last) is State.APPROVED
    assert release(APPROVED, "nia", Form.FILE, last).state is State.RELEASED
    assert APPROVED.state_at(NOON + KEPT_FOR) is State.EXPIRED
    with pytest.raises(WrongStep, match="has expired"):
        release(APPROVED, "nia", Form.FILE, NOON + KEPT_FOR)
    with pytest.raises(WrongStep, match="expired and cannot be withdrawn"):
        withdraw(APPROVED, "nia", NOON + KEPT_FOR)


def test_only_whoever_asked_is_given_the_list_or_withdraws():
    for step in (lambda: release(APPROVED, "dev", Form.PAGE, NOON), lambda: withdraw(WAITING, "dev", NOON)):
        with pytest.raises(Refused, match="somebody else"):
            step()


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (WAITING, "not been checked"),
        (reject(WAITING, NIA, DEV, NOON, "no"), "was rejected"),
        (withdraw(APPROVED, "nia", NOON), "was withdrawn"),
    ],
)
def test_nothing_is_released_without_an_approval_in_force(request_, said):
    for form in Form:
        with pytest.raises(WrongStep, match=said):
            release(request_, "nia", form, later(hours=1))
    assert request_.forms_at(NOON) == ()
