"""One person under two names is found; two people are not mixed up."""

import pytest

from epact2.access.persons import (
    NotAWorkAddress,
    Person,
    plain_address,
    require_work_address,
    same_person,
)

ANNE = Person("anne", frozenset({"anne.smith@nhs.net"}), frozenset({"CIS2:1001"}))


@pytest.mark.parametrize(
    "other",
    [
        Person("ANNE"),
        Person("anne2", frozenset({"Anne.Smith@NHS.net"})),
        Person("anne2", frozenset({"anne.smith+second@nhs.net"})),
        Person("anne2", frozenset({"a.n.n.e.smith@nhs.net"})),
        Person("anne2", frozenset({"elsewhere@nhs.uk", "annesmith@nhs.net."})),
        Person("anne2", frozenset({'"anne.smith"@nhs.net'})),
        Person("anne2", frozenset({r'"anne\smith+x"@nhs.net'})),
        Person("anne2", frozenset({"private@example.org"}), frozenset({"CIS2:1001"})),
    ],
)
def test_the_same_person_under_another_name_is_found(other):
    assert same_person(ANNE, other)
    assert same_person(other, ANNE)


@pytest.mark.parametrize(
    "other",
    [
        Person("bob", frozenset({"bob.smith@nhs.net"}), frozenset({"CIS2:1002"})),
        Person("anne2", frozenset({"anne.smith2@nhs.net"})),
        Person("anne2", frozenset({"anne.smith@nhs.uk"})),
    ],
)
def test_two_people_are_two(other):
    assert same_person(ANNE, other) == ""


def test_people_without_address_and_identity_are_not_all_one():
    assert same_person(Person("a"), Person("b")) == ""


def test_what_mail_systems_ignore_is_ignored():
    assert plain_address(" J.Doe+x+y@GoogleMail.com ") == "jdoe@gmail.com"


@pytest.mark.parametrize("address", ["a@nhs.net", "a@kent.nhs.uk", "a@dhsc.gov.uk", "a@NHS.NET"])
def test_work_addresses_are_taken(address):
    require_work_address(address)


@pytest.mark.parametrize("address", ["a@gmail.com", "a@evilnhs.net", "a@nhs.net.example.com", "nhs.net", ""])
def test_others_are_refused_with_advice(address):
    with pytest.raises(NotAWorkAddress) as refused:
        require_work_address(address)
    assert "work address" in refused.value.advice


def test_an_operator_may_add_a_domain():
    require_work_address("a@hospice.example", ("hospice.example",))
