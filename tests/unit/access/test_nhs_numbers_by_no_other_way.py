"""Whatever people do, in whatever order: no list of NHS numbers leaves twice, late or without a check.

A small world of people with two accounts each, who ask, check, withdraw, take lists and let time pass. The
rules see accounts, addresses and NHS identities; the test knows who is who, and keeps its own books.
"""

import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from epact2.access.nhs_numbers import Form, Request, approve, reject, release, withdraw
from epact2.access.persons import Person
from epact2.errors import Epact2Error

# Two accounts of each of three people: one pair shares an address but for dots, one an addition, one an NHS
# identity.
PAIRS = [
    (Person("a1", frozenset({"a.a@nhs.net"})), Person("a2", frozenset({"aa@nhs.net"}))),
    (Person("b1", frozenset({"b@nhs.net"})), Person("b2", frozenset({"b+2@nhs.net"}))),
    (Person("c1", subjects=frozenset({"CIS2:3"})), Person("c2", subjects=frozenset({"CIS2:3"}))),
]
PERSON = {account.account: number for number, pair in enumerate(PAIRS) for account in pair}
ACCOUNTS = {account.account: account for pair in PAIRS for account in pair}
LARGE = os.environ.get("EPACT2_HYPOTHESIS") == "large"
accounts = st.sampled_from(sorted(ACCOUNTS))


class Lists(RuleBasedStateMachine):
    """The world: its requests as the rules leave them, and beside them what really happened."""

    @initialize()
    def begin(self):
        self.now = datetime(2026, 11, 26, 12, tzinfo=UTC)
        self.requests: list[Request] = []
        self.approvals: list[tuple[int, datetime] | None] = []  # by which person, and when
        self.ended: list[bool] = []  # rejected or withdrawn
        self.given: list[list[tuple[Form, datetime]]] = []

    @precondition(lambda self: all(self.ended[-1:]) or self.given[-1])
    @rule(who=accounts)
    def ask(self, who):
        self.requests.append(Request(applicant=who))
        self.approvals.append(None)
        self.ended.append(False)
        self.given.append([])

    @precondition(lambda self: self.requests)
    @rule(data=st.data(), who=accounts, yes=st.sampled_from([True, True, True, False]))
    def check(self, data, who, yes):
        at = self._one(data)
        request = self.requests[at]
        applicant = ACCOUNTS[request.applicant]
        with suppress(Epact2Error):
            if yes:
                self.requests[at] = approve(request, applicant, ACCOUNTS[who], self.now)
                assert self.approvals[at] is None, "approved twice"
                assert not self.ended[at], "approved after it had ended"
                self.approvals[at] = (PERSON[who], self.now)
            else:
                self.requests[at] = reject(request, applicant, ACCOUNTS[who], self.now, "not clear")
                self.ended[at] = True

    @precondition(lambda self: self.requests)
    @rule(data=st.data(), who=accounts)
    def withdraw(self, data, who):
        at = self._one(data)
        if not self.given[at] and data.draw(st.booleans()):
            return  # most are not withdrawn before anything else happened to them
        with suppress(Epact2Error):
            self.requests[at] = withdraw(self.requests[at], who, self.now)
            assert who == self.requests[at].applicant
            self.ended[at] = True

    @precondition(lambda self: self.requests)
    @rule(data=st.data(), who=st.one_of(st.none(), st.none(), accounts), form=st.sampled_from(Form))
    def take(self, data, who, form):
        at = self._one(data)
        who = who or self.requests[at].applicant
        offered = self.requests[at].forms_at(self.now)
        try:
            self.requests[at] = release(self.requests[at], who, form, self.now)
        except Epact2Error:
            mine = who == self.requests[at].applicant
            assert not (mine and form in offered), "what is offered to the applicant is given"
            return
        approval, before = self.approvals[at], self.given[at]
        assert approval is not None, "a list left that nobody approved"
        by, when = approval
        assert by != PERSON[who], "somebody approved their own list"
        assert who == self.requests[at].applicant, "somebody else was given the list"
        assert not self.ended[at], "a list left that was rejected or withdrawn"
        assert form in offered, "a list left in a form that was not offered"
        assert form not in [one for one, _ in before], "the same form left twice"
        if before:
            assert self.now - before[0][1] < timedelta(minutes=15), "the other form left late"
        else:
            assert self.now - when < timedelta(days=7), "a list left after it had expired"
        before.append((form, self.now))

    @rule(minutes=st.sampled_from([1, 14, 15, 60 * 24 * 3.5, 60 * 24 * 7]))
    def time_passes(self, minutes):
        self.now += timedelta(minutes=minutes)

    def _one(self, data) -> int:
        # The newest or the one before: a few requests that go far tell more than many that nobody touches.
        newest = len(self.requests) - 1
        return newest - data.draw(st.sampled_from([0, 0, 0, min(newest, 1)]))


TestLists = Lists.TestCase
TestLists.settings = settings(
    max_examples=2000 if LARGE else 150, stateful_step_count=60 if LARGE else 30, deadline=None
)
