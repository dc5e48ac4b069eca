"""People with two accounts each try everything, at random, against the real tables.

Whatever they reach, every grant in force was signed by different, entitled people, and no chain of grants,
roles and administrators' rights returns to its beginning. The rules alone are tried harder in
``tests/unit/access/test_no_right_by_oneself.py``; here, that they are told what is in the tables.
"""

import random
from collections import Counter

import pytest
from django.utils import timezone

from epact2.access.authorising import AuthoriserRole, signatures
from epact2.access.eligibility import OrganisationKind
from epact2.access.grants import AccountType
from epact2.access.requests import Decision
from epact2.errors import Epact2Error
from epact2.web.registration import administrators, authorisers, deciding, grants, tokens
from epact2.web.registration.authorities import able_to_sign
from epact2.web.registration.models import AccessRequest, Administrator, Authoriser, HeldGrant
from support.people import admitted
from support.registering import asked_by

pytestmark = pytest.mark.django_db
ICB, ENGLAND = ("ICB", "QKS"), ("England", "ENG")
WISHES = [
    (AccountType.DEFAULT, OrganisationKind.ICB, ICB),
    (AccountType.PRESCRIBER_LEVEL, OrganisationKind.ICB, ICB),
    (AccountType.FINANCIAL, OrganisationKind.ICB, ICB),
    (AccountType.NATIONAL, OrganisationKind.NATIONAL_BODY, ENGLAND),
    (AccountType.NATIONAL, OrganisationKind.NATIONAL_BODY, ENGLAND),
]
ROLES = [
    (AuthoriserRole.LINE_MANAGER, ICB),
    (AuthoriserRole.CALDICOTT_GUARDIAN, ICB),
    (AuthoriserRole.FINANCE_DIRECTOR, ICB),
    (AuthoriserRole.NATIONAL_PANEL, ENGLAND),
    (AuthoriserRole.NATIONAL_PANEL, ENGLAND),
]


@pytest.fixture
def accounts():
    """Six people, two accounts each: the second with dots or an addition in the same address."""
    made = {}
    for name in ("anne", "bob", "cara", "dan", "eve", "fay"):
        made[admitted(name, email=f"{name}@nhs.net")] = name
        made[admitted(f"{name}.two", email=f"{name[0]}.{name[1:]}+two@nhs.net")] = name
    administrators.make_administrator(next(iter(made)), None)
    return made


class World:
    """What may be tried. Each method is one try; a refusal is an Epact2Error."""

    def __init__(self, accounts, dice):
        self.accounts, self.dice = list(accounts), dice

    def anybody(self):
        return self.dice.choice(self.accounts)

    def one_of(self, rows):
        """Any of some rows; they come in an order, so that the same dice do the same on every database."""
        found = list(rows)
        return self.dice.choice(found) if found else None

    def appoint(self):
        by = self.one_of(one.user for one in Administrator.objects.filter(ends=None).order_by("pk"))
        role, place = self.dice.choice(ROLES)
        person = self.anybody()
        row = authorisers.appoint(person.username, person.email, role, *place, "", by)
        authorisers.prove(tokens.make(tokens.AUTHORISER, row.pk, row.nonce), user=person)

    def make_administrator(self):
        by = self.one_of(one.user for one in Administrator.objects.filter(ends=None).order_by("pk"))
        administrators.make_administrator(self.anybody(), by)

    def ask(self):
        account_type, kind, place = self.dice.choice(WISHES)
        asked_by(self.anybody(), account_type, kind, *place)

    def decide(self):
        row = self.one_of(AccessRequest.objects.filter(state="waiting").order_by("asked_at"))
        if row is None:
            return
        able = able_to_sign(row.wanted, row.level, row.code, timezone.localdate()).order_by("pk")
        entitled = self.one_of(one.user for one in able)
        by = entitled if entitled is not None and self.dice.random() < 0.8 else self.anybody()
        offered = deciding.as_value(row).offered
        deciding.decide(row.pk, by, Decision(*offered), deciding.what_is_shown(row))

    decide_again = decide_once_more = decide_yet_again = decide

    def dismiss(self):
        row = self.one_of(Authoriser.objects.filter(ends=None).order_by("pk"))
        if row is not None and self.dice.random() < 0.3:
            authorisers.dismiss(row, self.anybody())

    def withdraw(self):
        grant = self.one_of(HeldGrant.objects.filter(ended_at=None).order_by("pk"))
        if grant is not None and self.dice.random() < 0.3:
            grants.end_grant(grant, by="somebody", why="A try.", end_sign_ins=False)


TRIES = [name for name in vars(World) if name[0] != "_" and name not in ("anybody", "one_of")]


@pytest.mark.parametrize("seed", [1, 2])
def test_nobody_gets_a_right_that_no_other_entitled_person_granted(accounts, seed, monkeypatch):
    monkeypatch.setattr("epact2.web.registration.asking.MOST_WAITING", 1000)
    world = World(accounts, random.Random(seed))
    said = Counter()
    beginning = ["make_administrator"] * 3 + ["appoint"] * 25 + ["ask"] * 15
    for step in range(170):
        name = beginning[step] if step < len(beginning) else world.dice.choice(TRIES)
        try:
            getattr(world, name)()
        except Epact2Error as refused:
            said[why(refused)] += 1
        assert_sound(accounts)
    assert HeldGrant.objects.count() >= 3, "too little was granted for this to show anything"
    assert said["circle"], "no circle was tried"
    assert said["their own"], "nobody tried for themselves"


def why(refused):
    return next((word for word in ("circle", "their own", "signed this") if word in str(refused)), "other")


def assert_sound(accounts):
    above = {}
    for grant in HeldGrant.objects.filter(ended_at=None).select_related("user", "request"):
        signed = list(grant.request.signatures.select_related("signed_by", "authoriser"))
        people = [accounts[one.signed_by] for one in signed]
        assert accounts[grant.user] not in people, "somebody granted themselves a right"
        assert len(set(people)) == len(people) == len(signatures(grant.request.wanted))
        for one in signed:
            rule = next(some for some in signatures(grant.request.wanted) if some.number == one.number)
            assert AuthoriserRole(one.authoriser.role) in rule.roles
            assert one.authoriser.user == one.signed_by
            place = ENGLAND if rule.of_england else (grant.level, grant.code)
            assert (one.authoriser.level, one.authoriser.code) == place
        above.setdefault(accounts[grant.user], set()).update(people)
    today = timezone.localdate()
    appointed = [*Administrator.objects.filter(ends=None), *Authoriser.objects.exclude(ends__lt=today)]
    for row in appointed:
        if row.user is not None and row.appointed_by is not None:
            assert accounts[row.user] != accounts[row.appointed_by], "somebody appointed themselves"
            above.setdefault(accounts[row.user], set()).add(accounts[row.appointed_by])
    for start in above:
        seen, waiting = set(), list(above[start])
        while waiting:
            one = waiting.pop()
            assert one != start, "a circle"
            if one not in seen:
                seen.add(one)
                waiting.extend(above.get(one, ()))
