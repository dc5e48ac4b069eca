"""Whatever people do, in whatever order, nobody holds a right that no different, entitled person granted.

A small world of people with two accounts each, who ask, sign, appoint, withdraw and let time pass. The rules
see accounts, addresses and NHS identities; the test knows who is who.
"""

import os
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from epact2.access.authorising import (
    AuthoriserRole,
    Authority,
    Given,
    NotEntitled,
    Wish,
    require_another_person,
    require_no_circle,
    signatures,
)
from epact2.access.eligibility import NotEligible, OrganisationKind, types_for
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

PLACES = [("ICB", "QKS"), ("practice", "Y00001"), ("England", "ENG")]
KINDS = [
    OrganisationKind.ICB,
    OrganisationKind.GP_PRACTICE,
    OrganisationKind.NATIONAL_BODY,
    OrganisationKind.SERVICE_TEAM,
    OrganisationKind.COMMERCIAL,
]
# What may be asked for, twice where two signatures are needed; and what may not.
ELIGIBLE = [(kind, one) for kind in KINDS for one in types_for(kind)]
ASKED = [
    *ELIGIBLE,
    *[pair for pair in ELIGIBLE if len(signatures(pair[1])) > 1],
    (OrganisationKind.COMMERCIAL, AccountType.DEFAULT),
    (OrganisationKind.GP_PRACTICE, AccountType.NATIONAL),
]
# Two accounts of each of four people: one pair shares an address but for dots, one an addition, one an NHS
# identity, one the spelling of its domain.
PAIRS = [
    (Person("a1", frozenset({"a.a@nhs.net"})), Person("a2", frozenset({"aa@nhs.net"}))),
    (Person("b1", frozenset({"b@nhs.net"})), Person("b2", frozenset({"b+2@nhs.net"}))),
    (Person("c1", subjects=frozenset({"CIS2:3"})), Person("c2", subjects=frozenset({"CIS2:3"}))),
    (Person("d1", frozenset({"d@nhs.net"})), Person("d2", frozenset({"D@NHS.NET."}))),
]
WHO = {account.account: number for number, pair in enumerate(PAIRS) for account in pair}
ACCOUNTS = [account for pair in PAIRS for account in pair]
ROOT = Person("root")

accounts = st.sampled_from(ACCOUNTS)
LARGE = os.environ.get("EPACT2_HYPOTHESIS") == "large"


class People(RuleBasedStateMachine):
    """The world: its roles, requests and grants in force."""

    @initialize()
    def begin(self):
        self.day = date(2026, 1, 1)
        self.roles = []
        self.requests = []
        self.grants = []  # (grant, approved request, the roles that were held at the decision)

    def in_force(self):
        return [one for one in self.grants if one[0].holds_on(self.day)]

    def links(self):
        appointed = [
            Given(self.named(one.given_by), one.person) for one in self.roles if one.holds_on(self.day)
        ]
        granted = [
            Given(signed.authoriser, request.wish.applicant)
            for _, request, _ in self.in_force()
            for signed in request.signed
        ]
        return appointed + granted

    @staticmethod
    def named(name):
        return ROOT if name == "root" else next(one for one in ACCOUNTS if one.account == name)

    @rule(person=accounts, by=st.sampled_from([*ACCOUNTS, ROOT]), role=st.sampled_from(AuthoriserRole),
          place=st.sampled_from(PLACES))  # fmt: skip
    def appoint(self, person, by, role, place):
        try:
            require_another_person(person, by)
            require_no_circle(person, by, self.links())
        except NotEntitled:
            return
        self.roles.append(Authority(person, role, *place, self.day, given_by=by.account))

    @rule(person=accounts, asked=st.sampled_from(ASKED),
          place=st.sampled_from(PLACES), months=st.integers(-1, 20))  # fmt: skip
    def ask_for(self, person, asked, place, months):
        kind, account_type = asked
        with suppress(NotEligible):
            self.requests.append(ask(Wish(person, kind, account_type, *place), self.day, months))

    @rule(data=st.data(), by=accounts)
    def decide_one(self, data, by):
        if not self.requests:
            return
        at = data.draw(st.integers(0, len(self.requests) - 1))
        request = self.requests[at]
        what = data.draw(st.sampled_from([None, *AccountType, request.offered[0], request.offered[0]]))
        months = data.draw(st.integers(0, 13))
        self._decide(at, by, Decision(what, months, "Because."))

    @rule(person=accounts, asked=st.sampled_from(ELIGIBLE), place=st.sampled_from(PLACES), data=st.data())
    def ask_and_have_it_signed(self, person, asked, place, data):
        """Entitled people sign at once, so that rights are granted often."""
        self.requests.append(ask(Wish(person, asked[0], asked[1], *place), self.day))
        for _ in range(2):
            request = self.requests[-1]
            for signature in request.needed[:1]:
                where = ("England", "ENG") if signature.of_england else place
                # The first signer, or their other account, would most likely try the second signature.
                again = [one for signed in request.signed for one in PAIRS[WHO[signed.authoriser.account]]]
                by = data.draw(st.sampled_from([*again, *again, *ACCOUNTS]))
                self.appoint(by, ROOT, data.draw(st.sampled_from(signature.roles)), where)
                self._decide(len(self.requests) - 1, by, Decision(*request.offered))

    def _decide(self, at, by, decision):
        before = self.requests[at]
        try:
            after = decide(before, by, decision, authorities=self.roles, given=self.links(), day=self.day)
        except (NotEntitled, AlreadyDecided, Stale, NotLess):
            return
        self.requests[at] = after
        if after.state is State.APPROVED:
            self.grants.append((grant_of(after, self.day), after, tuple(self.roles)))

    @rule(data=st.data())
    def a_role_ends(self, data):
        if self.roles:
            at = data.draw(st.integers(0, len(self.roles) - 1))
            self.roles[at] = replace(self.roles[at], ends=self.day - timedelta(days=1))

    @rule(data=st.data())
    def a_grant_is_withdrawn(self, data):
        if self.grants:
            del self.grants[data.draw(st.integers(0, len(self.grants) - 1))]

    @rule(days=st.sampled_from([1, 20, 31, 366]))
    def time_passes(self, days):
        self.day += timedelta(days=days)

    @invariant()
    def every_right_was_granted_by_different_entitled_people(self):
        for grant, request, roles in getattr(self, "grants", []):
            holder = WHO[request.wish.applicant.account]
            signers = [WHO[one.authoriser.account] for one in request.signed]
            assert holder not in signers, "somebody granted a right to themselves"
            assert len(set(signers)) == len(signers), "one person signed twice"
            needed = signatures(request.wish.account_type)
            assert len(signers) == len(needed)
            for one in request.signed:
                signature = next(some for some in needed if some.number == one.number)
                place = ("England", "ENG") if signature.of_england else (grant.level, grant.code)
                assert any(
                    role.person.account == one.authoriser.account
                    and role.role in signature.roles
                    and (role.level, role.code) == place
                    and role.starts <= grant.starts <= role.ends
                    for role in roles
                ), "the signer did not hold the role"
            assert (grant.ends - grant.starts).days <= 366

    @invariant()
    def no_chain_of_rights_in_force_returns_to_its_beginning(self):
        above = {}
        for link in self.links() if hasattr(self, "roles") else []:
            giver = -1 if link.giver is ROOT else WHO[link.giver.account]
            above.setdefault(WHO[link.receiver.account], set()).add(giver)
        for start in above:
            seen, waiting = set(), list(above[start])
            while waiting:
                one = waiting.pop()
                assert one != start, "a circle of authorisers"
                if one not in seen:
                    seen.add(one)
                    waiting.extend(above.get(one, ()))


TestPeople = People.TestCase
TestPeople.settings = settings(
    max_examples=2_000 if LARGE else 250, stateful_step_count=60 if LARGE else 40, deadline=None
)
