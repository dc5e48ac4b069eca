"""The age logic of ``model.patients`` as SQL, for the loader; tests compare the two over all combinations."""

from __future__ import annotations

from epact2.model.items import AGE_SOURCE, AGE_UNKNOWN, OLDEST
from epact2.model.months import DispensingMonth
from epact2.model.patients import AGE_RULES, CAPTURED, EARLIER_ITEM, FROM_EPS, FROM_PDS

_OLDEST_MONTHS = OLDEST * 12 + 11

# The column that each rule reads, of the rows that the SQL below is about.
_COLUMNS = {
    FROM_PDS: "pds_birth_month",
    FROM_EPS: "eps_birth_month",
    CAPTURED: "captured",
    EARLIER_ITEM: "earlier_birth_month",
}


def _index(month: str) -> str:
    """Months since the year 0."""
    return f"({month} // 100 * 12 + {month} % 100)"


def reference_index(month: DispensingMonth, prescribed: str = "prescribed") -> str:
    """The month for which an age is worked out, as months since the year 0, of ``eps`` and ``prescribed``."""
    return (
        f"CASE WHEN eps AND {prescribed} IS NOT NULL THEN {_index('(prescribed // 100)')} "
        f"ELSE {_index(str(month.number))} END"
    )


def gives_age(birth_month: str, reference: str) -> str:
    """Whether a month of birth gives an age that can be; of null nothing is known."""
    # Compared in months: a division would turn the months before a birth into an age of 0.
    return f"{reference} - {_index(birth_month)} BETWEEN 0 AND {_OLDEST_MONTHS}"


def years(birth_month: str, reference: str) -> str:
    """Whole years from a month of birth, if it gives an age."""
    return f"({reference} - {_index(birth_month)}) // 12"


def age_source(reference: str) -> str:
    """The place of the code of the source in its field; ``reference`` is a column made by reference_index.

    It reads the columns pds_birth_month, eps_birth_month, captured and earlier_birth_month.
    """
    cases = []
    for rule in AGE_RULES:
        column = _COLUMNS[rule.source]
        found = (
            f"{column} BETWEEN 0 AND {OLDEST}" if rule.source == CAPTURED else gives_age(column, reference)
        )
        cases.append(f"WHEN {found} THEN {AGE_SOURCE.codes.index(rule.source)}")
    return f"CASE {' '.join(cases)} ELSE {len(AGE_SOURCE.codes) - 1} END"


def age(reference: str, source: str) -> str:
    """The age in whole years; ``source`` is a column made by age_source."""
    cases = []
    for rule in AGE_RULES:
        column = _COLUMNS[rule.source]
        found = column if rule.source == CAPTURED else years(column, reference)
        cases.append(f"WHEN {AGE_SOURCE.codes.index(rule.source)} THEN {found}")
    return f"CASE {source} {' '.join(cases)} ELSE {AGE_UNKNOWN} END"


def age_september(month: DispensingMonth) -> str:
    """The age on 30 September of the financial year of the month, of pds_birth_month."""
    september = month.financial_year_start.plus(5).number
    months = f"{_index(str(september))} - {_index('pds_birth_month')}"
    return (
        f"CASE WHEN pds_birth_month <= {month.number} AND {months} <= {_OLDEST_MONTHS} "
        f"THEN greatest({months}, 0) // 12 ELSE {AGE_UNKNOWN} END"
    )
