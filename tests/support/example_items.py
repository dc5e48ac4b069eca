"""The eight practices of ``example_explorer`` with single items of some patients in the last three months.

The prescribing of these months is what the items add up to. Every pseudonym begins with PSEUDO, so that tests
can look for it where none may stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from epact2.comparators.read import prepared_values
from epact2.model.months import DispensingMonth
from epact2.store.directory import Directory
from epact2.store.reference import ReferenceEngine
from epact2.store.reference_data import ItemRow, ReferenceData
from epact2.store.reference_sealed import Seal
from support import example_explorer
from support.example_explorer import MONTHS, PRACTICES, PRESENTATIONS
from support.small_data import prescribing_of

ITEM_MONTHS = MONTHS[-3:]
PROVISIONAL = MONTHS[-1]
PATIENTS_OF_A_PRACTICE = 6
AGES = (3, 17, 34, 68, 79, 91)


def pseudonym(practice: str, number: int) -> str:
    """The pseudonym of a practice's patient."""
    return f"PSEUDO{practice}N{number}"


def directory() -> Directory:
    """The names of the example, with the months that have items."""
    plain = example_explorer.directory()
    return Directory(
        release=plain.release,
        made=plain.made,
        months=plain.months,
        list_months=plain.list_months,
        item_months=ITEM_MONTHS,
        provisional_months=[PROVISIONAL],
        organisations=[
            one
            for level in ("region", "ICB", "sub-ICB location", "practice")
            for one in plain.organisations_at(level)
        ],
        medicines=[plain.medicine(code) for code in example_explorer.NAMES],
        synthetic=True,
    )


def items() -> Iterator[ItemRow]:
    """The items: patient n has the third presentation every month, the first if n is even, the second if n
    divides by 3. One form in each month is of nobody known, and one item was dispensed out of hours.
    """
    form = 1000
    for month in ITEM_MONTHS:
        for practice in PRACTICES:
            for number in range(PATIENTS_OF_A_PRACTICE):
                form += 1
                wanted = [number % 2 == 0, number % 3 == 0, True]
                chosen = [code for code, has in zip(PRESENTATIONS, wanted, strict=True) if has]
                for place, presentation in enumerate(chosen, start=1):
                    yield _item(month, practice, number, form, place, presentation)
            form += 1
            nobody = _item(month, practice, 0, form, 1, PRESENTATIONS[0])
            yield replace(
                nobody,
                patient="",
                identified=False,
                eps=False,
                prescribed="",
                age=-1,
                age_source="5",
                gender="0",
            )
            form += 1
            yield replace(
                _item(month, practice, 1, form, 1, PRESENTATIONS[0]), exclusion="out of hours", age=17
            )


def _item(
    month: DispensingMonth, practice: str, number: int, form: int, place: int, presentation: str
) -> ItemRow:
    verified = not (number == 5 and month == PROVISIONAL)
    quantity = 2_800_000 if presentation.startswith("02") else 2_100_000
    nic = 125 + 40 * PRESENTATIONS.index(presentation) + number
    return ItemRow(
        month=month,
        practice=practice,
        presentation=presentation,
        items=1,
        patient=pseudonym(practice, number),
        identified=verified,
        quantity=quantity,
        total_quantity=quantity,
        nic=nic,
        actual_cost=nic * 930,
        age=AGES[number],
        age_september=AGES[number] if verified else -1,
        age_source="1" if verified else "2",
        gender="2" if number % 2 else "1",
        imd_quintile=str(number % 5 + 1),
        prescriber=f"D{practice[1:]}",
        prescriber_type="GP" if number < 4 else "Nurse",
        dispenser=f"F{practice[1:4]}",
        dispenser_type="Pharmacy",
        eps=number != 2,
        repeat_dispensing=number == 3,
        exemption="B" if AGES[number] >= 60 else "-",
        charge_status="E" if AGES[number] >= 60 or AGES[number] < 18 else "C",
        form=form,
        item=place,
        prescribed=f"{month.number}{number + 10:02}" if number != 2 else "",
        paid_presentation=presentation,
    )


def data() -> ReferenceData:
    """The rows of the example."""
    plain, rows = example_explorer.data(), list(items())
    before = [row for row in plain.prescribing if row.month not in ITEM_MONTHS]
    return replace(plain, prescribing=[*before, *prescribing_of(rows)], items=rows)


SECRET = b"the example's own secret, 32 byte"


def engine() -> ReferenceEngine:
    """An engine over the example."""
    return ReferenceEngine(data(), directory(), Seal(SECRET, prepared_values()))
