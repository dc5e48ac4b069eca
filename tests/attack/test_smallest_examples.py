"""The smallest Englands in which a rejected rule told a count of 1 to 4, and that today's rule keeps it.

Each is a mechanism that the attacker's program found. The rejected rule must fall here, else the program
would be too weak to say anything of today's.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from attack.attacker import Found
from attack.attempts import attack_rules
from attack.rules import NOW, OLD, ONE, PARTED, POOLED, WITH_PAIRS, Rule
from attack.truth import Cell
from attack.worlds import FIRST, SUBSTANCES, Item, World, presentation_of
from epact2.query import sealing
from epact2.store.reference_data import Parents

CODEINE, MORPHINE, COCODAMOL = "0407020C0", "0407020Q0", "0407010F0"
METHADONE = "0410030C0"
VACCINE, OTHER_VACCINE = "1404000H0", "1404000L0"


def england(*counts: tuple[str, str, int, int], months: int = 1) -> World:
    """An England from practice, substance, patients, and items of each; no patient has two substances."""
    span = tuple(FIRST.plus(number) for number in range(months))
    items = tuple(
        Item(month, practice, f"{practice} {substance} {patient}", presentation_of(substance))
        for month in span
        for practice, substance, patients, each in counts
        for patient in range(patients)
        for _ in range(each)
    )
    practices = sorted({practice for practice, *_ in counts})
    places = {practice: Parents("SP0001", "00T", "QOP", "Y62") for practice in practices}
    return World("drawn", 0, places, items, months=span)


def with_offset(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Every secret offset is this one: by chance, one practice in five has it."""
    monkeypatch.setattr(sealing, "offset", lambda secret, message: number)


def found(world: World, rule: Rule, practice: str, node: str, *, pairs: bool = False) -> Found:
    """What the program finds of one count of the first month."""
    outcome = attack_rules(world, rule, partitions=False, pairs=pairs)
    return next(one for one in outcome.found if one.cell == Cell(practice, node, FIRST))


def test_a_section_published_as_the_most_that_its_substances_can_be(monkeypatch):
    """Codeine is published as 0, so at most 4 patients; morphine and co-codamol are hidden with 3 items each.

    The section has 10 patients. Published as 10, all three must be as many as they can be: 3 and 3 exactly.
    """
    with_offset(monkeypatch, 0)
    world = england(("SY0001", CODEINE, 4, 3), ("SY0001", MORPHINE, 3, 1), ("SY0001", COCODAMOL, 3, 1))
    for rule in (OLD, ONE):
        told = found(world, rule, "SY0001", MORPHINE)
        assert told.is_recovered
        assert told.span.least == told.count == 3
    kept = found(world, NOW, "SY0001", MORPHINE)
    assert (kept.span.least, kept.span.greatest) == (1, 3)


def test_a_clinic_whose_section_is_all_that_it_has(monkeypatch):
    """The same 2 patients are a section's, a chapter's and everybody: three offsets were three draws.

    Under 0, 2 and 3 they are published as 0, 0 and 5, and 4 patients as 0, 5 and 5. So the offsets differ,
    the second is at least 1, and 2 patients can only be 1, 2 or 3.
    """
    offsets = {"chain|SY0001||2025/26": 0, "chain|SY0001|04|2025/26": 2, "chain|SY0001|0410|2025/26": 3}
    monkeypatch.setattr(sealing, "offset", lambda secret, message: offsets.get(message, 3))
    months = england(("SY0001", METHADONE, 2, 6), months=2)
    # In the second month 4 patients: 0, 5 and 5 show that the second offset is more than the first.
    second = england(("SY0001", METHADONE, 4, 6), months=2)
    items = (
        *(one for one in months.items if one.month == FIRST),
        *(one for one in second.items if one.month != FIRST),
    )
    world = replace(months, items=items)
    assert found(world, OLD, "SY0001", "0410").span.values == 3
    kept = found(world, NOW, "SY0001", "0410")
    assert kept.span.values >= 5


def test_vaccines_of_which_everybody_has_one(monkeypatch):
    """14 items of 14 patients, published as 15: the offset is at least 1, and the same for the whole section.

    Beside it 1 patient with 12 items is published as 0: 3 at most, and not 4.
    """
    with_offset(monkeypatch, 2)
    world = england(("SY0001", VACCINE, 14, 1), ("SY0001", OTHER_VACCINE, 1, 12))
    assert found(world, OLD, "SY0001", OTHER_VACCINE).span.greatest < 4
    assert found(world, NOW, "SY0001", OTHER_VACCINE).span.greatest == 4


def test_a_pool_is_not_rounded_as_one(monkeypatch):
    """Nine practices with a patient each, published as 5 together: nobody can have a second patient.

    Rounded one by one, each is 0 or 5 whether it has 1 patient or 4.
    """
    with_offset(monkeypatch, 0)
    world = england(*((f"SY000{number}", METHADONE, 1, 2) for number in range(1, 10)))
    assert found(world, POOLED, "SY0001", METHADONE).is_recovered
    assert found(world, NOW, "SY0001", METHADONE).span.values == 2


def test_pairs_of_patient_and_medicine_are_not_published(monkeypatch):
    """Nine substances with a patient and two items each: 9 pairs of patient and medicine, published as 5.

    At most 9, and nobody less than one each: so every substance has exactly one patient.
    """
    with_offset(monkeypatch, 0)
    substances = SUBSTANCES[:9]
    world = england(*(("SY0001", substance, 1, 2) for substance in substances))
    assert found(world, WITH_PAIRS, "SY0001", substances[0], pairs=True).is_recovered
    assert not found(world, NOW, "SY0001", substances[0], pairs=True).is_recovered


def test_a_pool_atom_of_six_patients_is_not_told_as_ten(monkeypatch):
    """Three practices with 6 items of 6 patients of a section, 3 of each of two substances.

    Each was published as 10, together 30: then each has 6 patients, and 3 of each substance. Now each is 5.
    """
    with_offset(monkeypatch, 4)
    counts = [
        (f"SY000{number}", substance, 3, 1) for number in (1, 2, 3) for substance in (CODEINE, MORPHINE)
    ]
    world = england(*counts)
    assert found(world, PARTED, "SY0001", CODEINE).is_recovered
    assert found(world, NOW, "SY0001", CODEINE).span.values == 3
