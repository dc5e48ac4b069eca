"""The page “How age is determined”, drawn from the table of rules itself, so that it cannot say otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from epact2.model.items import AGE_SOURCE, AGE_SOURCES
from epact2.model.months import DispensingMonth, span_name
from epact2.model.patients import AGE_RULES, NOT_KNOWN, AgeEvidence, age_at_item, age_on_30_september
from epact2.model.prescribing import ITEMS, MONTH
from epact2.query.nodes import AllMonths, Amount, Latest, Query
from epact2.query.result import Result
from epact2.web.presenters import numbers

MOST_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Share:
    """The share of items whose age a rule found, in words and from 0 to 1."""

    text: str
    part: float


@dataclass(frozen=True, slots=True)
class Step:
    """One rule: its place, its name, what it does, and the shares of the latest month and of all of them."""

    number: str
    name: str
    source: str
    meaning: str
    latest: Share | None = None
    all: Share | None = None


@dataclass(frozen=True, slots=True)
class Shares:
    """The shares by rule, and the months that they are of."""

    latest_month: str
    all_months: str
    by_source: dict[str, tuple[Share, Share]]


@dataclass(frozen=True, slots=True)
class Example:
    """A case in words, with the age that the rules find and the rule that found it."""

    case: str
    age: str
    source: str
    september: str


def shares_question(item_months: tuple[DispensingMonth, ...]) -> Query:
    """Items by age source, month by month, for the latest twelve months that have items."""
    return Query(
        values=(Amount(ITEMS),),
        rows=(AGE_SOURCE,),
        columns=(MONTH,),
        months=Latest(MOST_MONTHS) if len(item_months) > MOST_MONTHS else AllMonths(),
        totals=True,
    )


def shares_of(result: Result, months: tuple[DispensingMonth, ...]) -> Shares | None:
    """The shares in the answer to ``shares_question``; None where nothing was dispensed."""
    cells = {(row[0], row[1]): int(row[2] or 0) for row in result.rows}
    latest = months[-1].code
    whole, whole_latest = cells.get((None, None), 0), cells.get((None, latest), 0)
    if not whole or not whole_latest:
        return None
    return Shares(
        latest_month=months[-1].name,
        all_months=span_name(months),
        by_source={
            code: (
                _share(cells.get((code, latest), 0), whole_latest),
                _share(cells.get((code, None), 0), whole),
            )
            for code, _ in AGE_SOURCES
        },
    )


def _share(part: int, whole: int) -> Share:
    return Share(numbers.full(part * 100 / whole, "%"), part / whole)


def steps(shares: Shares | None) -> Iterator[Step]:
    """The rules in their order, and what is left when none of them finds an age."""
    names = dict(AGE_SOURCES)
    for place, rule in enumerate(AGE_RULES, start=1):
        latest, whole = shares.by_source[rule.source] if shares else (None, None)
        yield Step(str(place), rule.name, names[rule.source], rule.meaning, latest, whole)
    latest, whole = shares.by_source[NOT_KNOWN] if shares else (None, None)
    yield Step(
        "–",
        "unknown",
        names[NOT_KNOWN],
        "No rule finds an age from 0 to 120. The item counts everywhere; its age is not known.",
        latest,
        whole,
    )


_CASES: tuple[tuple[str, AgeEvidence], ...] = (
    (
        "Electronic form of 14 January 2026, dispensed in February 2026; PDS says born in February 1980",
        AgeEvidence(DispensingMonth(2026, 2), eps=True, prescribed=20260114, pds_birth_month=198002),
    ),
    (
        "Paper form dispensed in February 2026; PDS says born in February 1980",
        AgeEvidence(DispensingMonth(2026, 2), pds_birth_month=198002),
    ),
    (
        "Electronic form of 3 March 2026; the number is not verified, the message says born in December 2020",
        AgeEvidence(DispensingMonth(2026, 3), eps=True, prescribed=20260303, eps_birth_month=202012),
    ),
    (
        "Paper form of a care home; the age 87 was read from it",
        AgeEvidence(DispensingMonth(2026, 3), captured=87),
    ),
    (
        "Paper form; 999 was read for the age, and an item of last year had a PDS birth month of May 1938",
        AgeEvidence(DispensingMonth(2026, 3), captured=999, earlier_birth_month=193805),
    ),
    ("Paper form without a number, a date or an age", AgeEvidence(DispensingMonth(2026, 3))),
)


def examples() -> Iterator[Example]:
    """Some cases, worked out by the rules when the page is made."""
    names = dict(AGE_SOURCES)
    for case, evidence in _CASES:
        found = age_at_item(evidence)
        september = age_on_30_september(evidence.pds_birth_month, evidence.month)
        yield Example(
            case=case,
            age=str(found.years) if found.years >= 0 else "Not known",
            source=names[found.source] if found.source != NOT_KNOWN else "",
            september=str(september) if september >= 0 else "Not known",
        )
