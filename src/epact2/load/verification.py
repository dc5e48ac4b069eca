"""Patients whose captured numbers PDS verified the month after: they revise the items of their month."""

from __future__ import annotations

from dataclasses import dataclass

from epact2.load.items import one_month
from epact2.load.read import FETCH_AGAIN, StrictReader
from epact2.load.receive import Received
from epact2.load.recognise import Recognised
from epact2.load.refusals import shown
from epact2.model.months import DispensingMonth


@dataclass(frozen=True, slots=True)
class Verified:
    """Patients of a month: pseudonym, month of birth from PDS (None when it has none), code of the gender."""

    month: DispensingMonth
    patients: tuple[tuple[str, int | None, str], ...]


def read_verification(
    received: Received, recognised: Recognised, expected: DispensingMonth | None
) -> Verified:
    """Read a whole file. Raises FileRefused."""
    reader = StrictReader(received, recognised)
    places = {column.name: place for place, column in enumerate(reader.layout.columns)}
    seen: dict[str, int] = {}
    months: set[str] = set()
    found: list[tuple[str, int | None, str]] = []
    for line, cells in reader:
        pseudonym = cells[places["patient"]]
        if pseudonym in seen:
            reader.fault(
                f"{shown(pseudonym)} stands in line {seen[pseudonym]} already.",
                FETCH_AGAIN,
                line,
                reader.layout.column("patient"),
            )
        seen.setdefault(pseudonym, line)
        birth = cells[places["pds_birth_month"]]
        months.add(cells[places["month"]])
        found.append((pseudonym, int(birth) if birth else None, cells[places["gender"]]))
    reader.finish()
    month = one_month(frozenset(months), expected, lambda: StrictReader(received, recognised))
    return Verified(month, tuple(found))
