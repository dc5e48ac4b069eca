"""What an engine knows of a release before the first question: its directory and its catalogue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from epact2.model import bnf, organisations
from epact2.model.bnf import BadBnfCode, BnfCode
from epact2.model.months import DispensingMonth, each_month
from epact2.model.organisations import SYNTHETIC_MARK, UNKNOWN_CODE, Organisation
from epact2.store.catalogue import Catalogue, Medicines, Practice
from epact2.store.directory import Directory, EarlierPlace, Medicine
from epact2.store.release import Release

Fetch = Callable[[str], Sequence[tuple[Any, ...]]]


def rows_database(month: int) -> str:
    """The name under which a month's rows are attached."""
    return f"rows_{month}"


def totals_database(year: int) -> str:
    """The name under which a year's rollups are attached."""
    return f"totals_{year}"


def items_database(month: int) -> str:
    """The name under which a month's items are attached."""
    return f"items_{month}"


def patients_database(month: int) -> str:
    """The name under which what is derived from a month's items is attached."""
    return f"patients_{month}"


def prepared_database(month: int) -> str:
    """The name under which a month's prepared results are attached."""
    return f"prepared_{month}"


def sealed_database(month: int) -> str:
    """The name under which a month's sealed figures are attached."""
    return f"sealed_{month}"


def read_catalogue(release: Release, fetch: Fetch) -> Catalogue:
    """The catalogue of a release. ``fetch`` asks the attached database of the dimensions."""
    practices = fetch(
        "SELECT practice, code, setting, pcn, sub_icb, icb, region, name, postcode, opened, closed "
        "FROM dimensions.practice ORDER BY code"
    )
    # Releases of before items were loaded say nothing of them.
    of_items = "items_agree, provisional, highest_patient" if release.items else "false, false, 0"
    months = fetch(f"SELECT month, prescribing, lists, {of_items} FROM dimensions.month")  # noqa: S608
    medicines = fetch("SELECT presentation, code, latest FROM dimensions.medicine ORDER BY presentation")
    keys = [key for key, _, _ in medicines]
    latest = [found for _, _, found in medicines]
    return Catalogue(
        directory=_read_directory(
            release, fetch, months, practices, {old: new for _, old, new in medicines if old != new}
        ),
        rows={month: rows_database(month) for month in release.rows},
        totals={year: totals_database(year) for year in release.totals},
        practices=tuple(Practice(*row[:7]) for row in practices),
        latest=Medicines(keys, latest),
        published=Medicines(keys, [code for _, code, _ in medicines]),
        items={month: items_database(month) for month in release.items},
        patients={month: patients_database(month) for month in release.patients},
        prepared={month: prepared_database(month) for month in release.prepared},
        prepared_columns=frozenset(release.prepared_columns),
        sealed={month: sealed_database(month) for month in release.sealed},
        sealed_columns=frozenset(release.sealed_columns),
        items_agree=frozenset(month for month, *_, agree, _, _ in months if agree),
        highest_patient=max((highest or 0 for *_, highest in months), default=0),
        sections_are_numbers=all(code[:4].isdecimal() and code[:4].isascii() for code in latest),
    )


def _read_directory(
    release: Release,
    fetch: Fetch,
    months: Sequence[tuple[Any, ...]],
    practices: Sequence[tuple[Any, ...]],
    latest_codes: dict[str, str],
) -> Directory:
    rows = fetch("SELECT level, code, name, parent_level, parent FROM dimensions.organisation")
    above = {(level, code): (parent_level, parent) for level, code, _, parent_level, parent in rows}
    found = [
        Organisation(level, code, name, _parents(level, code, above))
        for level, code, name, _, _ in rows
        if level != organisations.PRACTICE
    ]
    found += [
        Organisation(
            organisations.PRACTICE,
            code,
            name,
            (
                (organisations.REGION, region),
                (organisations.ICB, icb),
                (organisations.SUB_ICB_LOCATION, sub_icb),
                (organisations.PCN, pcn),
            ),
            setting,
            postcode,
            opened,
            closed,
        )
        for _, code, setting, pcn, sub_icb, icb, region, name, postcode, opened, closed in practices
    ]
    return Directory(
        release=release.number,
        made=release.made,
        months=list(each_month(month for month, prescribing, *_ in months if prescribing)),
        list_months=each_month(month for month, _, lists, *_ in months if lists),
        item_months=each_month(release.items),
        provisional_months=each_month(month for month, *_, provisional, _ in months if provisional),
        organisations=found,
        medicines=[
            Medicine(code, name, level)
            for level, code, name in fetch("SELECT level, code, name FROM dimensions.bnf_name")
            if _is_of_level(code, level)
        ],
        latest_codes=latest_codes,
        earlier_places=_earlier_places(release, fetch),
        synthetic=any(one.name.endswith(SYNTHETIC_MARK) for one in found),
    )


def _earlier_places(release: Release, fetch: Fetch) -> list[EarlierPlace]:
    """Runs of months with items in which practices belonged elsewhere than today."""
    months = sorted(release.items)
    if not months:
        return []
    rows = fetch(
        f"""
        SELECT now.code, month, earlier.region, earlier.icb, earlier.sub_icb, earlier.pcn
        FROM dimensions.practice_month AS earlier JOIN dimensions.practice AS now USING (practice)
        WHERE month IN ({", ".join(map(str, months))})
            AND (earlier.region, earlier.icb, earlier.sub_icb, earlier.pcn)
                IS DISTINCT FROM (now.region, now.icb, now.sub_icb, now.pcn)
        ORDER BY now.code, month
        """  # noqa: S608 - numbers
    )
    levels = (organisations.REGION, organisations.ICB, organisations.SUB_ICB_LOCATION, organisations.PCN)
    found: list[EarlierPlace] = []
    for code, number, *codes in rows:
        month = DispensingMonth.from_number(number)
        parents = tuple(zip(levels, codes, strict=True))
        before = found[-1] if found else None
        goes_on = (
            before is not None
            and (before.practice, before.parents) == (code, parents)
            and months.index(before.last.number) + 1 == months.index(number)
        )
        if before is not None and goes_on:
            found[-1] = replace(before, last=month)
            continue
        found.append(EarlierPlace(code, month, month, parents))
    return found


def _parents(
    level: str, code: str, above: dict[tuple[str, str], tuple[str, str]]
) -> tuple[tuple[str, str], ...]:
    """The chain of organisations above one, widest first."""
    chain: list[tuple[str, str]] = []
    here = above.get((level, code), ("", UNKNOWN_CODE))
    while here[0] and here not in chain:
        chain.append(here)
        here = above.get(here, ("", UNKNOWN_CODE))
    return tuple(reversed(chain))


def _is_of_level(code: str, level: str) -> bool:
    """Whether a code stands for that level by itself; an appliance's code also fills the levels it lacks."""
    try:
        return BnfCode(code).level == level
    except BadBnfCode:
        return level == bnf.PRESENTATION
