"""The offsets that the tests' secret gives, drawn in the specifications of published figures."""

from __future__ import annotations

from epact2.model.months import DispensingMonth
from epact2.query.sealing import chain_message, lone_message, offset
from support.drawn import read_table
from support.engines import SECRET
from support.small_data import USUAL_MONTH

_EVERYTHING = "everything"
_ALONE = "alone: "
_SHOWN = "shown"


def check_offsets(drawn: str) -> None:
    """Hold a drawn table to what the secret gives.

    Its rows are practice, what the offset is keyed by, and the offset: “shown” for all that is shown in the
    usual financial year, or “alone: 0501” in the usual month.
    """
    month = DispensingMonth.parse(USUAL_MONTH)
    for row in read_table(drawn):
        practice, keyed_by = row["practice"], row["keyed by"]
        alone = keyed_by.startswith(_ALONE)
        node = keyed_by.removeprefix(_ALONE).replace(_EVERYTHING, "")
        assert alone or keyed_by == _SHOWN, f"no such key: {keyed_by}"
        message = lone_message(practice, node, month) if alone else chain_message(practice, month)
        found = offset(SECRET, message)
        assert found == int(row["offset"]), f"{practice}, {keyed_by}: the secret gives {found}"
