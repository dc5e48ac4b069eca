"""The named questions about items and patients, each with its plain SQL and its floor.

Texts in braces are names of ``item_facts``; ``{"list": …}`` is the selection of a list of medicines, and
``{"numerator of": …}`` the count of a comparator. A floor is the smallest scan of the columns that any way of
answering would have to read, from single items or from what is derived from them once for all questions; it
groups and joins nothing, and knows no prepared results. It adds up, as DuckDB knows the largest number of a
column without reading it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import plain_sql

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """What a question is held to, at the scale of England."""

    words: str
    ms: float


PATIENT_CONDITIONS = Target("polypharmacy and co-prescribing of all practices", 1000)
OF_SECTION = Target("distinct patients of a section", 1000)
OF_EVERYTHING = Target("distinct patients of everything", 3000)
ITEM_PAGE = Target("item page", 10)
COMPARATOR_PAGE = Target("comparator page", 100)
LOAD_RATIO = 2.0  # times what DuckDB alone takes
LOAD_PEAK_MB = 8 * 1024


@dataclass(frozen=True, slots=True)
class ItemQuestion:
    """One question. ``asks`` are its parts, ``plain`` an SQL text for each of them.

    A part is a ``question``, a ``listing`` (perhaps with its ``page``), the ``history`` of a pseudonym, or
    ``bands``, ``ranking`` or ``trend`` of a comparator: the calls of ``analysis.compare``. ``over`` is the
    data that it is asked of: one month of many items, or many months.
    """

    name: str
    over: Literal["month", "year"]
    asks: tuple[Json, ...]
    plain: tuple[str, ...]
    floor: tuple[str, ...]
    target: Target | None = None


def _of_practices(value: Json | str, rows: str = "practice") -> tuple[Json, ...]:
    return ({"question": {"values": [value], "rows": [rows], "months": {"latest": 1}}},)


def _distinct(where: Json | None = None, rows: tuple[str, ...] = ()) -> tuple[Json, ...]:
    value = {"amount": "identified patients", "where": where} if where else "identified patients"
    return ({"question": {"values": [value], "rows": list(rows), "months": {"latest": 1}}},)


_ITEM_COLUMNS = [
    "month", "patient", "prescribed date", "presentation", "form", "item number", "element", "items", "NIC",
]  # fmt: skip
_OF_PRACTICE: Json = {"columns": _ITEM_COLUMNS, "where": {"is": ["practice", "{practice}"]}}
_OF_PRESCRIBER: Json = {"columns": _ITEM_COLUMNS, "where": {"is": ["prescriber", "{prescriber}"]}}
_VALPROATE = {"had": {"list": "valproate"}}
_WOMEN_OF_13_TO_54 = {"all": [{"is": ["gender", 2]}, {"between": ["age", 13, 54]}]}
_STATINS = [{"amount": "total quantity", "where": {"list": "statins-solid"}}, "{most_tablets}"]
_KEYS = "sum(practice), sum(patient)"
_NARROW = "FROM item_by_presentation WHERE"
_OF_LISTS = f"SELECT {_KEYS} {_NARROW}"
_QUANTITIES = f"SELECT sum(patient), sum(total_quantity) {_NARROW}"
_SUBSTANCES = f"SELECT sum(presentation), {_KEYS} {_NARROW}"
_OF_PAGE = "SELECT sum(month), sum(form), sum(item), sum(element) FROM item WHERE"
_MEDICINES = "SELECT sum(practice), sum(unique_medicines) FROM patient_month"

ITEM_QUESTIONS = (
    ItemQuestion(
        "Trend of the largest section by ICB, {months} months",
        "year",
        (
            {
                "question": {
                    "values": ["items"],
                    "rows": ["ICB"],
                    "columns": ["month"],
                    "where": {"under": ["bnf", "{section}"]},
                }
            },
        ),
        (plain_sql.SECTION_BY_ICB,),
        ("SELECT sum(items), sum(practice), sum(month) FROM by_section WHERE section = {section_number}",),
    ),
    ItemQuestion(
        "EPS rate of all practices",
        "month",
        _of_practices("EPS rate"),
        (plain_sql.EPS_RATE,),
        ("SELECT sum(items), count_if(eps), sum(practice) FROM item_by_kind",),
    ),
    ItemQuestion(
        "Percentile bands of opioid with gabapentinoid over all practices, {months} months",
        "year",
        ({"bands": ["opioid-with-gabapentinoid", "practice"]},),
        (plain_sql.BANDS_OF_OPIOIDS,),
        (f"{_OF_LISTS} {{in_opioids}} OR {{in_gabapentinoids}}",),
    ),
    ItemQuestion(
        "Comparator page, NSAID without gastro-protection at 65: ranking, bands, one practice",
        "year",
        (
            {"ranking": ["gib01-nsaid-without-gastro-protection", "practice"]},
            {"bands": ["gib01-nsaid-without-gastro-protection", "practice"]},
            {"trend": ["gib01-nsaid-without-gastro-protection", "{practice}"]},
        ),
        plain_sql.NSAID_PAGE,
        (f"SELECT sum(month), {_KEYS}, sum(age) {_NARROW} {{in_nsaids}} OR {{in_gastro-protection}}",),
        COMPARATOR_PAGE,
    ),
    ItemQuestion(
        "Distinct patients of everything",
        "month",
        _distinct(),
        (plain_sql.EVERYBODY,),
        ("SELECT sum(patient) FROM patient_month",),
        OF_EVERYTHING,
    ),
    ItemQuestion(
        "Distinct patients of the largest section",
        "month",
        _distinct({"under": ["bnf", "{section}"]}),
        (plain_sql.SECTION,),
        (f"SELECT sum(patient) {_NARROW} {{in_section}}",),
        OF_SECTION,
    ),
    ItemQuestion(
        "Distinct patients of a middling section by practice",
        "month",
        _distinct({"under": ["bnf", "{middling}"]}, ("practice",)),
        (plain_sql.SECTION_BY_PRACTICE,),
        (f"{_OF_LISTS} {{in_middling}}",),
        OF_SECTION,
    ),
    ItemQuestion(
        "Distinct patients by age band and gender",
        "month",
        _distinct(rows=("5-year age band", "gender")),
        (plain_sql.BY_AGE_AND_GENDER,),
        ("SELECT sum(age), sum(gender) FROM patient_month",),
        OF_EVERYTHING,
    ),
    ItemQuestion(
        "10 or more medicines, all practices",
        "month",
        _of_practices("patients on 10 or more unique medicines"),
        (plain_sql.TEN_MEDICINES,),
        (_MEDICINES,),
        PATIENT_CONDITIONS,
    ),
    ItemQuestion(
        "10 or more medicines by ICB",
        "month",
        _of_practices("patients on 10 or more unique medicines", "ICB"),
        (plain_sql.TEN_MEDICINES_BY_ICB,),
        (_MEDICINES,),
        PATIENT_CONDITIONS,
    ),
    ItemQuestion(
        "Anticholinergic burden of 6 or more, all practices",
        "month",
        _of_practices({"numerator of": "acb-score-of-6-or-more"}),
        (plain_sql.BURDEN,),
        (f"{_SUBSTANCES} {{in_acb-score-1}} OR {{in_acb-score-2}} OR {{in_acb-score-3}}",),
        PATIENT_CONDITIONS,
    ),
    ItemQuestion(
        "NSAID without gastro-protection at 65, all practices",
        "month",
        _of_practices({"numerator of": "gib01-nsaid-without-gastro-protection"}),
        (plain_sql.NSAID_UNPROTECTED,),
        (f"SELECT {_KEYS}, sum(age) {_NARROW} {{in_nsaids}} OR {{in_gastro-protection}}",),
        PATIENT_CONDITIONS,
    ),
    ItemQuestion(
        "Opioid with gabapentinoid, all practices",
        "month",
        _of_practices({"numerator of": "opioid-with-gabapentinoid"}),
        (plain_sql.OPIOID_AND_GABAPENTINOID,),
        (f"{_OF_LISTS} {{in_opioids}} OR {{in_gabapentinoids}}",),
        PATIENT_CONDITIONS,
    ),
    ItemQuestion(
        "2 or more DAMN medicines, all practices",
        "month",
        _of_practices({"numerator of": "two-or-more-damn-medicines"}),
        (plain_sql.TWO_DAMN,),
        (f"{_SUBSTANCES} {{in_damn-medicines}}",),
        PATIENT_CONDITIONS,
    ),
    ItemQuestion(
        "Women starting valproate, none in the {before} months before, all practices",
        "year",
        _of_practices(
            {
                "patients": {"all": [_VALPROATE, {"not": {**_VALPROATE, "before": "{before}"}}]},
                "where": _WOMEN_OF_13_TO_54,
            }
        ),
        (plain_sql.STARTING_VALPROATE,),
        (f"SELECT sum(month), {_KEYS}, sum(age), sum(gender) {_NARROW} {{in_valproate}}",),
    ),
    ItemQuestion(
        "Oversupply of statins over {last} months, all practices",
        "year",
        _of_practices({"patients": {"at least": _STATINS, "last": "{last}"}}),
        (plain_sql.OVERSUPPLY,),
        (
            f"{_QUANTITIES} month >= {{last_from}} AND {{in_statins-solid}}",
            f"SELECT {_KEYS} FROM patient_month WHERE month = {{latest}}",
        ),
    ),
    ItemQuestion(
        "Items per patient by age",
        "month",
        _of_practices("items per patient", "age"),
        (plain_sql.ITEMS_BY_AGE,),
        ("SELECT sum(age), sum(items) FROM patient_month",),
    ),
    ItemQuestion(
        "Items of one practice, first page",
        "month",
        ({"listing": _OF_PRACTICE},),
        (plain_sql.FIRST_PAGE,),
        (f"{_OF_PAGE} practice = {{practice_key}}",),
        ITEM_PAGE,
    ),
    ItemQuestion(
        "Items of one practice, page {later_page}",
        "month",
        ({"listing": _OF_PRACTICE, "page": "{later_page}"},),
        (plain_sql.LATER_PAGE,),
        (f"{_OF_PAGE} practice = {{practice_key}}",),
        ITEM_PAGE,
    ),
    ItemQuestion(
        "One patient's history, {months} months",
        "year",
        ({"history": "{patient}"},),
        (plain_sql.HISTORY,),
        (f"{_OF_PAGE} patient = {{patient_key}}",),
        ITEM_PAGE,
    ),
    ItemQuestion(
        "Items of one prescriber, first page",
        "month",
        ({"listing": _OF_PRESCRIBER},),
        (plain_sql.PRESCRIBER,),
        (f"{_OF_PAGE} prescriber = {{prescriber_key}}",),
    ),
)
