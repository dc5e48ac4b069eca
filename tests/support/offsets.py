"""The offsets that the tests' secret gives, drawn in the specifications of published figures."""

from __future__ import annotations

from epact2.model.items import AGE_BAND_5, GENDER, IMD_QUINTILE
from epact2.model.months import DispensingMonth
from epact2.query.sealing import (
    cell_of_age,
    cell_of_deprivation,
    chain_message,
    lone_message,
    offset,
    split_message,
    split_place,
)
from support.drawn import read_table
from support.engines import SECRET
from support.small_data import USUAL_MONTH

_EVERYTHING = "everything"
_SHOWN = "shown"


def check_offsets(drawn: str) -> None:
    """Hold a drawn table to what the secret gives.

    Its rows are practice, what the offset is keyed by, and the offset: “shown” for all that is shown in the
    usual financial year, “alone: 0501” in the usual month, or the cell of a split of a sub-ICB location:
    “patients: …”, or “items of 05: …” of a chapter.
    """
    month = DispensingMonth.parse(USUAL_MONTH)
    for row in read_table(drawn):
        practice, keyed_by = row["practice"], row["keyed by"]
        kind, _, keyed = keyed_by.partition(": ")
        if kind == "patients" or kind.startswith("items of "):
            chapter = kind.removeprefix("items of ") if kind != "patients" else ""
            message = split_message(
                split_place(practice, _cell(keyed), of_items=bool(chapter)), chapter, month
            )
        elif kind == "alone":
            message = lone_message(practice, keyed.replace(_EVERYTHING, ""), month)
        else:
            assert keyed_by == _SHOWN, f"no such key: {keyed_by}"
            message = chain_message(practice, month)
        found = offset(SECRET, message)
        assert found == int(row["offset"]), f"{practice}, {keyed_by}: the secret gives {found}"


def _cell(words: str) -> str:
    """``65-69, gender 1`` or ``quintile 5``."""
    if words.startswith("quintile "):
        return cell_of_deprivation(IMD_QUINTILE.codes.index(words.removeprefix("quintile ")))
    band, _, gender = words.partition(", gender ")
    return cell_of_age(AGE_BAND_5.codes.index(band), GENDER.codes.index(gender))
