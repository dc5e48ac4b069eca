"""The policy as tables: data files that a Caldicott Guardian can read, and that tests go through row by row.

``sight.csv`` says for each account type and grain what is seen of one's own organisations and of others;
``rights.csv`` what may be done. Source: ePACT2's registration pages; what they leave open is our proposal,
and docs/explanation/access.md says which.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files

from epact2.access.grants import AccountType


class Grain(Enum):
    """How finely a figure looks: at organisations of some width, or at prescribers, items, patients."""

    NATIONAL = "national"  # England, regions, ICBs
    LOCAL = "local"  # sub-ICB locations, PCNs
    PRACTICE = "practice"
    PRESCRIBER = "prescriber"  # also dispensers, and what else only single items know
    ITEM = "item"  # rows of single items
    PATIENT = "patient"  # rows of patients

    def __str__(self) -> str:
        return self.value


class Sight(Enum):
    """What is seen of protected figures. Open figures are seen wherever any figure of organisations is."""

    EXACT = "exact"
    SEALED = "sealed"  # published figures of patients: see docs/explanation/disclosure.md
    CONTROLLED_DRUGS = "controlled drugs"  # exact, of controlled drugs alone
    NONE = "none"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Rights:
    """What an account type may do with figures. Limits are rows; 0 is no export at all."""

    create_analysis: bool
    export_rows: int
    item_export_rows: int
    purpose_for_items: bool


EVERY_RIGHT = Rights(create_analysis=True, export_rows=10**9, item_export_rows=10**9, purpose_for_items=False)


@dataclass(frozen=True, slots=True)
class Tables:
    """Both tables. ``version`` is that of their contents: an audit tells under which a thing was decided."""

    sight: Mapping[tuple[AccountType, Grain, bool], Sight]  # the last says whether it is one's own
    rights: Mapping[AccountType, Rights]
    version: str


@cache
def tables() -> Tables:
    """The tables in force. A type or grain that they lack is an error, never a right."""
    folder = files("epact2.access") / "tables"
    texts = [(folder / name).read_text(encoding="utf-8") for name in ("sight.csv", "rights.csv")]
    sight: dict[tuple[AccountType, Grain, bool], Sight] = {}
    for row in csv.DictReader(texts[0].splitlines()):
        for column, own in (("own", True), ("others", False)):
            sight[AccountType(row["account type"]), Grain(row["grain"]), own] = Sight(row[column])
    rights = {
        AccountType(row["account type"]): Rights(
            create_analysis=_yes(row["create analysis"]),
            export_rows=int(row["rows of an export"]),
            item_export_rows=int(row["rows of an export of items"]),
            purpose_for_items=_yes(row["purpose for items"]),
        )
        for row in csv.DictReader(texts[1].splitlines())
    }
    for one in AccountType:
        assert one in rights, f"rights.csv has no row for {one}"
        for grain in Grain:
            assert (one, grain, True) in sight, f"sight.csv has no row for {one}, {grain}"
    digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]
    return Tables(sight, rights, digest)


def _yes(text: str) -> bool:
    return {"yes": True, "no": False}[text]
