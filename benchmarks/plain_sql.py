"""The same questions as a good analyst would put them to DuckDB without epact2: plain SQL over one table.

The table ``item`` has the received rows in the order in which they came, in DuckDB's own format. What an
analyst would do once for all questions is done once, and not measured: rows under the standard exclusions are
left out, codes are the latest, ages are worked out (by the rules of ``model.patients``, written anew here),
and medicines of a named list stand in a table of codes. Names in braces are those of ``item_facts``.
"""

from __future__ import annotations

# --- The question's SQL -----------------------------------------------------------------------------------

_KNOWN = "patient_identified = 'Y'"
_NOW = "year_month = {latest}"
_LISTED = "item JOIN listed USING (bnf_presentation_code)"

SECTION_BY_ICB = """
    SELECT icb, year_month, sum(item_count) FROM item JOIN practice USING (practice_code)
    WHERE bnf_presentation_code LIKE '{section}%' GROUP BY ALL"""

EPS_RATE = f"""
    SELECT practice_code, 1e2 * count_eps / items
    FROM (
        SELECT practice_code, sum(item_count) AS items, sum(item_count) FILTER (eps_flag = 'Y') AS count_eps
        FROM item WHERE {_NOW} GROUP BY practice_code
    )"""


def _people(first: str, second: str, where: str = "true") -> str:
    """Each identified patient of a practice and month with any of two lists, and which."""
    return f"""
        SELECT year_month, practice_code, patient_id,
            bool_or(list = '{first}') AS a, bool_or(list = '{second}') AS b
        FROM {_LISTED} WHERE list IN ('{first}', '{second}') AND {_KNOWN} AND {where} GROUP BY ALL"""


def _bands(people: str, numerator: str) -> str:
    """Deciles of the practices by month, of those in ``numerator`` among those with the first list."""
    return f"""
        WITH value AS (
            SELECT year_month, practice_code, 1e2 * count_if({numerator}) / count_if(a) AS v
            FROM ({people}) JOIN practice USING (practice_code)
            WHERE setting IN ('4', '-') GROUP BY ALL HAVING count_if(a) > 0
        )
        SELECT year_month, unnest([10, 20, 30, 40, 50, 60, 70, 80, 90]), unnest(quantiles)
        FROM (
            SELECT year_month, quantile_cont(v, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]) AS quantiles
            FROM value GROUP BY year_month
        )"""


_NSAIDS = ("nsaids", "gastro-protection")
_OPIOIDS = ("opioids", "gabapentinoids")
_OLD = "age BETWEEN 65 AND 120"
_COUNTS = "count_if(a AND NOT b), count_if(a), 1e2 * count_if(a AND NOT b) / nullif(count_if(a), 0)"

BANDS_OF_OPIOIDS = _bands(_people(*_OPIOIDS), "a AND b")
NSAID_PAGE = (
    f"""
    SELECT practice_code, {_COUNTS}
    FROM ({_people(*_NSAIDS, f"{_NOW} AND {_OLD}")}) JOIN practice USING (practice_code)
    WHERE setting IN ('4', '-') GROUP BY ALL""",
    _bands(_people(*_NSAIDS, _OLD), "a AND NOT b"),
    f"""
    SELECT year_month, {_COUNTS}
    FROM ({_people(*_NSAIDS, f"{_OLD} AND practice_code = '{{practice}}'")}) GROUP BY year_month""",
)

EVERYBODY = f"SELECT count(DISTINCT patient_id) FROM item WHERE {_NOW} AND {_KNOWN}"
SECTION = f"""
    SELECT count(DISTINCT patient_id) FROM item
    WHERE {_NOW} AND {_KNOWN} AND bnf_presentation_code LIKE '{{section}}%'"""
SECTION_BY_PRACTICE = f"""
    SELECT practice_code, count(DISTINCT patient_id) FROM item
    WHERE {_NOW} AND {_KNOWN} AND bnf_presentation_code LIKE '{{middling}}%' GROUP BY practice_code"""
BY_AGE_AND_GENDER = f"""
    SELECT CASE WHEN age < 0 THEN 'Unknown' WHEN age >= 90 THEN '90+'
            ELSE printf('%02d-%02d', age // 5 * 5, age // 5 * 5 + 4) END AS band,
        gender, count(DISTINCT patient_id)
    FROM item WHERE {_NOW} AND {_KNOWN} GROUP BY ALL"""


def _polypharmacy(level: str, rows: str) -> str:
    return f"""
        SELECT {level}, count(*) FROM (
            SELECT {level}, patient_id FROM {rows}
            WHERE {_NOW} AND {_KNOWN}
                AND left(bnf_presentation_code, 2) IN ('01', '02', '03', '04', '06', '07', '08', '09', '10')
            GROUP BY ALL HAVING count(DISTINCT left(bnf_presentation_code, 9)) >= 10
        ) GROUP BY ALL"""


TEN_MEDICINES = _polypharmacy("practice_code", "item")
TEN_MEDICINES_BY_ICB = _polypharmacy("icb", "item JOIN practice USING (practice_code)")

BURDEN = f"""
    SELECT practice_code, count(*) FROM (
        SELECT practice_code, patient_id FROM (
            SELECT DISTINCT practice_code, patient_id, left(bnf_presentation_code, 9) AS substance, list
            FROM {_LISTED} WHERE list LIKE 'acb-score-_' AND {_NOW} AND {_KNOWN}
        ) GROUP BY ALL HAVING sum(CAST(right(list, 1) AS INTEGER)) >= 6
    ) GROUP BY practice_code"""

NSAID_UNPROTECTED = f"""
    SELECT practice_code, count(*) FROM ({_people(*_NSAIDS, f"{_NOW} AND {_OLD}")})
    WHERE a AND NOT b GROUP BY practice_code"""
OPIOID_AND_GABAPENTINOID = f"""
    SELECT practice_code, count(*) FROM ({_people(*_OPIOIDS, _NOW)}) WHERE a AND b GROUP BY practice_code"""
TWO_DAMN = f"""
    SELECT practice_code, count(*) FROM (
        SELECT practice_code, patient_id FROM {_LISTED}
        WHERE list = 'damn-medicines' AND {_NOW} AND {_KNOWN}
        GROUP BY ALL HAVING count(DISTINCT left(bnf_presentation_code, 9)) >= 2
    ) GROUP BY practice_code"""

STARTING_VALPROATE = f"""
    SELECT practice_code, count(DISTINCT patient_id)
    FROM (
        SELECT practice_code, patient_id FROM {_LISTED}
        WHERE list = 'valproate' AND {_NOW} AND {_KNOWN} AND gender = 2 AND age BETWEEN 13 AND 54
    ) ANTI JOIN (
        SELECT patient_id FROM {_LISTED}
        WHERE list = 'valproate' AND year_month BETWEEN {{before_from}} AND {{before_to}} AND {_KNOWN}
    ) USING (patient_id)
    GROUP BY practice_code"""
OVERSUPPLY = f"""
    SELECT practice_code, count(DISTINCT patient_id) FROM item
    WHERE {_NOW} AND {_KNOWN} AND patient_id IN (
        SELECT patient_id FROM {_LISTED}
        WHERE list = 'statins-solid' AND year_month >= {{last_from}} AND {_KNOWN}
        GROUP BY patient_id HAVING sum(total_quantity) >= {{most_tablets}}
    ) GROUP BY practice_code"""

ITEMS_BY_AGE = f"""
    SELECT age, sum(item_count) / count(DISTINCT patient_id) FROM item
    WHERE {_NOW} AND {_KNOWN} GROUP BY age"""

_SHOWN = """
    SELECT year_month, patient_id, prescribed_date, bnf_presentation_code, form_id, item_id, element_id,
        item_count, nic
    FROM item"""
_PAGE = f"{_SHOWN} WHERE {{place}} ORDER BY year_month, form_id, item_id, element_id LIMIT 100"
FIRST_PAGE = _PAGE.replace("{place}", "practice_code = '{practice}'")
LATER_PAGE = f"{FIRST_PAGE} OFFSET {{rows_before}}"
PRESCRIBER = _PAGE.replace("{place}", "prescriber_code = '{prescriber}'")
HISTORY = """
    SELECT year_month, prescribed_date, bnf_presentation_code, total_quantity, item_count, nic, practice_code,
        prescriber_code
    FROM item WHERE patient_id = '{patient}'
    ORDER BY year_month DESC, prescribed_date DESC, form_id, item_id, element_id"""
