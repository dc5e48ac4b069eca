"""What each presentation is for, and how it is supplied: the table ``presentation_need``."""

from __future__ import annotations

import duckdb

from epact2.synth.formulary import Formulary
from epact2.synth.needs import (
    NEEDS,
    given_by_practice,
    is_appliance,
    is_claimed_in_bulk,
    is_free,
    is_in_instalments,
    is_medically_exempt,
    need_of,
    schedule_of,
    unit_of,
)
from epact2.synth.tables import insert

# A generic with a brand that is ordered by name at least this often is taken to have no other maker.
_ONLY_PROPRIETARY = 0.25


def set_presentation_needs(formulary: Formulary, connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table ``presentation_need``; shares are of 1024."""
    units: dict[str, int] = {}
    paid = _paid(formulary)
    rows = []
    for i, each in enumerate(formulary.presentations):
        need = need_of(each.code)
        rule = NEEDS[need]
        unit = units.setdefault(unit_of(each.code), len(units))
        schedule = schedule_of(each.code)
        rows.append(
            (
                i, need, unit, round(1024 * rule.acute), round(1024 * rule.two_monthly),
                round(1024 * (rule.two_monthly + rule.three_monthly)), rule.few,
                round(1024 * given_by_practice(each.code)), is_claimed_in_bulk(each.code),
                is_medically_exempt(each.code), is_in_instalments(each.code), is_appliance(each.code),
                is_free(each.code), schedule, schedule not in (2, 3) and rule.acute < 0.5,
                _preparation_class(each.code, only_proprietary=i in paid), paid.get(i, i),
            )
        )  # fmt: skip
    insert(
        connection,
        "presentation_need",
        "presentation INTEGER, need INTEGER, unit INTEGER, acute INTEGER, two INTEGER, three INTEGER, "
        "few INTEGER, given INTEGER, bulk BOOLEAN, medical BOOLEAN, instalments BOOLEAN, appliance BOOLEAN, "
        "free BOOLEAN, schedule INTEGER, steady BOOLEAN, class INTEGER, paid INTEGER",
        rows,
    )


def _preparation_class(code: str, *, only_proprietary: bool) -> int:
    if len(code) == 11:
        return 4
    if code[9:11] != "AA":
        return 3
    return 2 if only_proprietary else 1


def _paid(formulary: Formulary) -> dict[int, int]:
    """Generic presentations for which only a proprietary product exists, with the product that is paid."""
    brands: dict[tuple[str, str], tuple[float, int]] = {}
    for i, each in enumerate(formulary.presentations):
        if each.is_brand and not each.until:
            key = (each.code[:9], each.code[13:15])
            brands[key] = max(brands.get(key, (-1.0, -1)), (each.share, i))
    found = {}
    for i, each in enumerate(formulary.presentations):
        share, brand = brands.get((each.code[:9], each.code[13:15]), (0.0, -1))
        if len(each.code) == 15 and not each.is_brand and share > _ONLY_PROPRIETARY * each.share:
            found[i] = brand
    return found
