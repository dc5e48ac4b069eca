"""Who may authorise what: every role against every type, and everything that is refused, with its reason."""

from datetime import date, timedelta

import pytest

from epact2.access.authorising import (
    AuthoriserRole,
    Authority,
    Given,
    NotEntitled,
    Wish,
    may_become,
    require_no_circle,
    signatures,
)
from epact2.access.eligibility import OrganisationKind, types_for
from epact2.access.grants import AccountType
from epact2.access.persons import Person
from epact2.access.requests import (
    AlreadyDecided,
    Decision,
    NotLess,
    Stale,
    State,
    ask,
    decide,
    grant_of,
)

DAY = date(2026, 11, 26)
R, T = AuthoriserRole, AccountType
# Written by hand from the rules: who may sign, one line a signature.
EXPECTED = {
    T.DEFAULT: [{R.LINE_MANAGER, R.ORGANISATION_ADMINISTRATOR}],
    T.DEFAULT_WITH_ANALYSIS: [{R.LINE_MANAGER, R.ORGANISATION_ADMINISTRATOR}],
    T.GP_PRACTICE: [{R.REGISTERED_GP}],
    T.PCN: [{R.PCN_CLINICAL_DIRECTOR}],
    T.PRESCRIBER_LEVEL: [{R.CALDICOTT_GUARDIAN, R.CALDICOTT_NOMINEE}],
    T.FINANCIAL: [{R.HEAD_OF_FINANCE, R.FINANCE_DIRECTOR, R.BUDGET_HOLDER}],
    T.CONTROLLED_DRUGS: [{R.CALDICOTT_GUARDIAN}, {R.CDAO_REGISTER}],
    T.NATIONAL: [{R.NATIONAL_PANEL}, {R.NATIONAL_PANEL}],
    T.DATA_SERVICES: [{R.DATA_SERVICES_LEAD}, {R.DATA_SERVICES_LEAD}],
}
OF_ENGLAND = {R.CDAO_REGISTER, R.NATIONAL_PANEL, R.DATA_SERVICES_LEAD}
KIND = {
    T.GP_PRACTICE: OrganisationKind.GP_PRACTICE,
    T.PCN: OrganisationKind.PCN,
    T.NATIONAL: OrganisationKind.NATIONAL_BODY,
    T.DATA_SERVICES: OrganisationKind.SERVICE_TEAM,
}
ANNE = Person("anne", frozenset({"anne.smith@nhs.net"}))
BOB, CARA = Person("bob", frozenset({"bob@nhs.net"})), Person("cara", frozenset({"cara@nhs.net"}))


def wish(account_type=T.PRESCRIBER_LEVEL, applicant=ANNE):
    kind = KIND.get(account_type, OrganisationKind.ICB)
    return Wish(applicant, kind, account_type, "ICB", "QKS")


def role(person, held, level="ICB", code="QKS", starts=DAY, ends=date.max):
    if held in OF_ENGLAND and level == "ICB":
        level, code = "England", "ENG"
    return Authority(person, held, level, code, starts, ends)


def decided(request, by, decision=None, *, roles=(), given=(), day=DAY):
    account_type, months = request.offered
    chosen = decision or Decision(account_type, months)
    return decide(request, by, chosen, authorities=roles, given=given, day=day)


@pytest.mark.parametrize("account_type", AccountType, ids=str)
def test_the_table_says_who_signs(account_type):
    found = signatures(account_type)
    assert [set(one.roles) for one in found] == EXPECTED[account_type]
    for one in found:
        assert one.of_england == (set(one.roles) <= OF_ENGLAND)


@pytest.mark.parametrize("held", AuthoriserRole, ids=str)
@pytest.mark.parametrize("account_type", AccountType, ids=str)
def test_every_role_against_every_type(account_type, held):
    request = ask(wish(account_type), DAY)
    roles = [role(BOB, held)]
    if any(held in one for one in EXPECTED[account_type]):
        after = decided(request, BOB, roles=roles)
        one_is_enough = len(EXPECTED[account_type]) == 1
        assert after.state is (State.APPROVED if one_is_enough else State.WAITING)
    else:
        with pytest.raises(NotEntitled) as refused:
            decided(request, BOB, roles=roles)
        assert refused.value.advice


def test_a_caldicott_guardian_cannot_grant_financial_access_and_is_told_so():
    for held in (R.CALDICOTT_GUARDIAN, R.CALDICOTT_NOMINEE):
        with pytest.raises(NotEntitled, match="Caldicott Guardian cannot authorise financial"):
            decided(ask(wish(T.FINANCIAL), DAY), BOB, roles=[role(BOB, held)])


@pytest.mark.parametrize(
    ("level", "code"), [("ICB", "QNQ"), ("England", "ENG"), ("sub-ICB location", "QKS"), ("region", "Y59")]
)
def test_a_role_elsewhere_even_of_a_wider_organisation_does_not_count(level, code):
    with pytest.raises(NotEntitled, match="cannot authorise"):
        decided(ask(wish(), DAY), BOB, roles=[role(BOB, R.CALDICOTT_GUARDIAN, level, code)])


@pytest.mark.parametrize(
    ("starts", "ends"), [(DAY + timedelta(1), date.max), (DAY - timedelta(9), DAY - timedelta(1))]
)
def test_a_role_counts_only_while_it_is_held(starts, ends):
    with pytest.raises(NotEntitled):
        decided(ask(wish(), DAY), BOB, roles=[role(BOB, R.CALDICOTT_GUARDIAN, starts=starts, ends=ends)])


@pytest.mark.parametrize(
    "alias",
    [
        ANNE,
        Person("anne2", frozenset({"annesmith@nhs.net"})),
        Person("anne2", frozenset({"anne.smith+guardian@nhs.net"})),
    ],
)
def test_nobody_authorises_themselves_by_whatever_name(alias):
    with pytest.raises(NotEntitled, match="their own access"):
        decided(ask(wish(), DAY), alias, roles=[role(alias, R.CALDICOTT_GUARDIAN)])


def test_nor_with_another_account_of_the_same_nhs_identity():
    anne = Person("anne", frozenset({"anne@nhs.net"}), frozenset({"CIS2:1"}))
    other = Person("guardian", frozenset({"guardian@nhs.net"}), frozenset({"CIS2:1"}))
    with pytest.raises(NotEntitled, match="same NHS identity"):
        decided(ask(wish(applicant=anne), DAY), other, roles=[role(other, R.CALDICOTT_GUARDIAN)])


def test_a_circle_is_refused_whatever_its_length():
    dan, eve = Person("dan"), Person("eve")
    chain = [Given(ANNE, BOB), Given(BOB, CARA), Given(CARA, dan)]
    for authoriser in (BOB, CARA, dan):
        with pytest.raises(NotEntitled, match="circle"):
            require_no_circle(ANNE, authoriser, chain)
    require_no_circle(eve, dan, chain)
    require_no_circle(dan, ANNE, chain)


def test_a_circle_through_an_alias_is_refused():
    alias = Person("anne2", frozenset({"anne.smith+2@nhs.net"}))
    with pytest.raises(NotEntitled, match="circle"):
        require_no_circle(ANNE, BOB, [Given(alias, BOB)])


def test_two_signatures_need_two_people():
    roles = [role(BOB, R.NATIONAL_PANEL), role(CARA, R.NATIONAL_PANEL)]
    once = decided(ask(wish(T.NATIONAL), DAY), BOB, roles=roles)
    with pytest.raises(NotEntitled, match="signed this request already"):
        decided(once, BOB, roles=roles)
    twice = decided(once, CARA, roles=roles)
    assert twice.state is State.APPROVED
    assert grant_of(twice, DAY).authorised_by == "bob and cara"


def test_the_second_signature_of_somebody_with_two_accounts_does_not_count():
    bob2 = Person("bob2", frozenset({"b.o.b@nhs.net"}))
    roles = [role(BOB, R.NATIONAL_PANEL), role(bob2, R.NATIONAL_PANEL)]
    once = decided(ask(wish(T.NATIONAL), DAY), BOB, roles=roles)
    with pytest.raises(NotEntitled, match="signed this request already"):
        decided(once, bob2, roles=roles)


def test_a_first_signature_falls_when_its_role_is_lost_before_the_second():
    roles = [role(BOB, R.NATIONAL_PANEL), role(CARA, R.NATIONAL_PANEL)]
    once = decided(ask(wish(T.NATIONAL), DAY), BOB, roles=roles)
    second = decided(once, CARA, roles=[role(CARA, R.NATIONAL_PANEL)])
    assert second.state is State.WAITING
    assert [one.authoriser for one in second.signed] == [CARA]


def test_an_authoriser_may_give_less():
    request = ask(wish(), DAY)
    roles = [role(BOB, R.CALDICOTT_GUARDIAN)]
    given = grant_of(decided(request, BOB, Decision(T.DEFAULT, 3), roles=roles), DAY)
    assert (given.account_type, given.ends) == (T.DEFAULT, date(2027, 2, 25))


@pytest.mark.parametrize("more", [Decision(T.NATIONAL), Decision(T.FINANCIAL), Decision(T.DEFAULT, 0)])
def test_but_never_more_or_other(more):
    with pytest.raises(NotLess):
        decided(ask(wish(), DAY), BOB, more, roles=[role(BOB, R.CALDICOTT_GUARDIAN)])


def test_nor_more_months_than_were_asked():
    request = ask(wish(), DAY, months=3)
    with pytest.raises(NotLess):
        decided(request, BOB, Decision(T.PRESCRIBER_LEVEL, 4), roles=[role(BOB, R.CALDICOTT_GUARDIAN)])


def test_what_the_first_signature_took_away_the_second_cannot_give_back():
    roles = [role(BOB, R.NATIONAL_PANEL), role(CARA, R.NATIONAL_PANEL)]
    once = decided(ask(wish(T.NATIONAL), DAY), BOB, Decision(T.DEFAULT, 6), roles=roles)
    for more in (Decision(T.NATIONAL, 6), Decision(T.DEFAULT, 7)):
        with pytest.raises(NotLess):
            decided(once, CARA, more, roles=roles)


@pytest.mark.parametrize("kind", OrganisationKind, ids=str)
def test_a_reduction_stays_within_what_the_organisation_may_hold(kind):
    for account_type in types_for(kind):
        offered = may_become(Wish(ANNE, kind, account_type, "ICB", "QKS"))
        assert offered[0] is account_type
        assert set(offered) <= set(types_for(kind))
        assert not {T.FINANCIAL, T.DATA_SERVICES, T.NATIONAL} & set(offered[1:])


def test_a_rejection_needs_a_reason_and_an_entitled_person():
    request = ask(wish(), DAY)
    roles = [role(BOB, R.CALDICOTT_GUARDIAN)]
    with pytest.raises(NotLess, match="reason"):
        decided(request, BOB, Decision(None, reason="  "), roles=roles)
    with pytest.raises(NotEntitled):
        decided(request, CARA, Decision(None, reason="Not ours."), roles=roles)
    assert decided(request, BOB, Decision(None, reason="Left us."), roles=roles).state is State.REJECTED


def test_a_decided_request_says_how_it_was_decided():
    roles = [role(BOB, R.CALDICOTT_GUARDIAN), role(CARA, R.CALDICOTT_NOMINEE)]
    done = decided(ask(wish(), DAY), BOB, roles=roles)
    with pytest.raises(AlreadyDecided, match="already approved by bob"):
        decided(done, CARA, roles=roles)


def test_a_stale_request_must_be_asked_again():
    roles = [role(BOB, R.CALDICOTT_GUARDIAN)]
    late = DAY + timedelta(days=31)
    with pytest.raises(Stale, match="30 days"):
        decided(ask(wish(), DAY), BOB, roles=roles, day=late)
