from __future__ import annotations

import pytest

from epact2.model.bnf import BadBnfCode
from epact2.model.months import DispensingMonth
from epact2.model.organisations import Organisation
from epact2.store.directory import Directory, Medicine, UnknownCode

NORTH = (("region", "Y63"), ("ICB", "QHM"), ("sub-ICB location", "84H"))


@pytest.fixture(scope="module")
def directory():
    return Directory(
        release=7,
        months=[DispensingMonth(2021, 5), DispensingMonth(2021, 4)],
        list_months=[DispensingMonth(2021, 4)],
        organisations=[
            Organisation("region", "Y63", "North East and Yorkshire"),
            Organisation("ICB", "QHM", "North East and North Cumbria", NORTH[:1]),
            Organisation("sub-ICB location", "84H", "County Durham", NORTH[:2]),
            Organisation("PCN", "U123", "Durham West"),
            Organisation("practice", "A81002", "Queens Park", (*NORTH, ("PCN", "U123"))),
            Organisation("practice", "A81001", "The Densham Surgery", (*NORTH, ("PCN", "-"))),
            Organisation("ICB", "-", "Unknown"),
        ],
        medicines=[
            Medicine("05", "Infections", "chapter"),
            Medicine("0501", "Antibacterial drugs", "section"),
            Medicine("0501013B0", "Amoxicillin", "chemical substance"),
            Medicine("0501013B0AAAAAA", "Amoxicillin 250mg capsules", "presentation"),
            Medicine("0501080W0AAAEAE", "", "presentation"),
        ],
        latest_codes={"0501013A0AAAAAA": "0501013B0AAAAAA"},
    )


def test_months_are_in_order(directory):
    assert [month.code for month in directory.months] == ["2021-04", "2021-05"]
    assert directory.list_months == {DispensingMonth(2021, 4)}


@pytest.mark.parametrize(
    ("code", "level"),
    [("ENG", "England"), ("qhm", "ICB"), (" A81001 ", "practice"), ("84H00", "sub-ICB location")],
)
def test_organisation_of_any_level(directory, code, level):
    assert directory.organisation(code).level == level


def test_organisation_of_one_level(directory):
    assert directory.organisation("QHM", "ICB").name == "North East and North Cumbria"
    with pytest.raises(UnknownCode) as caught:
        directory.organisation("QHM", "region")
    assert caught.value.message == "No region with the code “QHM” is in release 7."


def test_unknown_organisation(directory):
    with pytest.raises(UnknownCode) as caught:
        directory.organisation("A81003")
    assert caught.value.message == "No organisation with the code “A81003” is in release 7."
    assert "“A81001”" in caught.value.advice


def test_organisations_at_a_level_by_name(directory):
    assert [one.code for one in directory.organisations_at("practice")] == ["A81002", "A81001"]
    assert [one.code for one in directory.organisations_at("ICB")] == ["QHM"]


def test_children(directory):
    def beneath(code, level=None):
        return [one.code for one in directory.children(directory.organisation(code), level)]

    assert beneath("ENG") == ["Y63"]
    assert beneath("QHM") == ["84H"]
    assert beneath("QHM", "practice") == ["A81002", "A81001"]
    assert beneath("U123") == ["A81002"]


def test_names(directory):
    assert directory.organisation_name("practice", "A81001") == "The Densham Surgery"
    assert directory.organisation_name("PCN", "-") == "Unknown"
    assert directory.organisation_name("PCN", "U999") == "U999"
    assert directory.any_organisation_name("84H") == "County Durham"
    assert directory.medicine_name("0501") == "Antibacterial drugs"
    assert directory.medicine_name("0501080W0AAAEAE") == "0501080W0AAAEAE"


def test_medicine(directory):
    assert directory.medicine("0501013b0").name == "Amoxicillin"
    assert directory.medicine("0501013A0AAAAAA").code == "0501013B0AAAAAA"
    with pytest.raises(UnknownCode) as caught:
        directory.medicine("0502")
    assert str(caught.value) == (
        "No medicine with the BNF code “0502” is in release 7. Did you mean “0501” or “05”?"
    )
    with pytest.raises(BadBnfCode):
        directory.medicine("050")


def test_medicines_under(directory):
    assert [one.code for one in directory.medicines_under("05", "presentation")] == [
        "0501013B0AAAAAA",
        "0501080W0AAAEAE",
    ]
    assert [one.code for one in directory.medicines_under("0501013", "chemical substance")] == ["0501013B0"]


def test_latest_code(directory):
    assert directory.latest_code("0501013A0AAAAAA") == "0501013B0AAAAAA"
    assert directory.latest_code("0501080W0AAAEAE") == "0501080W0AAAEAE"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", []),
        ("a81001", ["A81001"]),
        ("north east", ["Y63", "QHM"]),
        ("durham", ["U123", "84H"]),
        ("surgery dens", ["A81001"]),
        ("0501", ["0501", "0501013B0", "0501013B0AAAAAA"]),
        ("amox 250", ["0501013B0AAAAAA"]),
        ("urham", ["84H", "U123"]),
        ("nothing of the kind", []),
    ],
)
def test_find(directory, text, codes):
    assert [one.code for one in directory.find(text)] == codes


def test_find_only_so_many(directory):
    assert len(directory.find("a", limit=2)) == 2
