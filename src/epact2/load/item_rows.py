"""The items file of one month: every row of the received file, with keys for codes, ages and exclusions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import ascii_uppercase

import duckdb

from epact2.load import ages, patient_keys
from epact2.load.database import attached
from epact2.load.fast import fetch_one, insert_rows, quoted
from epact2.load.items import CODED, ItemMonth, refuse_forms
from epact2.load.read import MOST_FAULTS
from epact2.load.verification import Verified
from epact2.model import items as fields
from epact2.model.fields import Field
from epact2.model.patients import imd_quintile
from epact2.store.item_tables import ITEM, ITEM_PRACTICE, ITEM_TABLES

# Stored columns that are columns of the received rows, as they are.
_AS_RECEIVED = frozenset(
    {
        *("form", "item", "element", "eps", "repeat_dispensing", "prescriber_organisation_type"),
        *("dispenser_country", "quantity", "items", "total_quantity", "nic", "actual_cost", "adq_usage"),
        *("discount", "consumables", "containers", "out_of_pocket"),
    }
)
_HASH = "hash"
_UNKNOWN_PLACE = fields.IMD_QUINTILE.codes.index(fields.UNKNOWN)


@dataclass(frozen=True, slots=True)
class ItemKeys:
    """The keys of a release: of practices, of presentations, and of the codes of item_code by field."""

    practices: Mapping[str, int]
    presentations: Mapping[str, int]
    codes: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Deprivation:
    """Deciles of areas, and the area of each practice: the fallback where a patient's is not known."""

    deciles: Mapping[str, int] = field(default_factory=dict)
    practices: Mapping[str, str] = field(default_factory=dict)

    def place(self, area: str | None) -> int:
        """The place of the quintile of an area in the codes of its field."""
        return fields.IMD_QUINTILE.codes.index(imd_quintile(self.deciles.get(area) if area else None))


def write_items(
    connection: duckdb.DuckDBPyConnection,
    month: ItemMonth,
    keys: ItemKeys,
    deprivation: Deprivation,
    verified: Verified | None,
    others: Mapping[int, Path],
    replaced: Path | None,
    target: Path,
) -> int:
    """Write the items file of a month, and refuse rows that cannot stand together (FileRefused).

    ``others`` are the items files of the other months of the release to come, ``replaced`` the one that this
    takes the place of. ``verified`` are patients whose numbers were verified later; the answer is how many of
    them have no item in the month.
    """
    _write_keys(connection, month, keys, deprivation)
    write_verified(connection, verified)
    patient_keys.find_patients(connection, month.table, month.month.number, others, replaced)
    month.source.refuse_pseudonyms("month_patient")
    with attached(connection, target, "target", new=ITEM_TABLES):
        rows_sql = _item_sql(month, hashed=_hashes_differ(connection))
        connection.execute(f"INSERT INTO target.{ITEM.name} {rows_sql} ORDER BY {', '.join(ITEM.order)}")
        rows = fetch_one(connection, f"SELECT count(*) FROM target.{ITEM.name}")[0]  # noqa: S608
        assert rows == month.rows, f"{rows} rows were written of {month.rows}"
        refuse_bad_forms(connection, month, f"target.{ITEM.name}")
        patient_keys.write_pseudonyms(connection, "target", replaced)
        patient_keys.write_places(connection, "target")
        patient_keys.write_known(connection, "target")
        practices = sorted(keys.practices[code] for code in month.practices)
        insert_rows(connection, f"target.{ITEM_PRACTICE.name}", [(one,) for one in practices])
    (strangers,) = fetch_one(
        connection, "SELECT count(*) FROM verified ANTI JOIN month_patient USING (pseudonym)"
    )
    connection.execute("DROP TABLE month_patient; DROP TABLE earlier_patient")
    return int(str(strangers))


def _write_keys(
    connection: duckdb.DuckDBPyConnection, month: ItemMonth, keys: ItemKeys, deprivation: Deprivation
) -> None:
    def table(name: str, columns: str, rows: Sequence[Sequence[object]]) -> None:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({columns})")
        insert_rows(connection, name, rows)

    # The area of a practice counts only where a patient's is not known: its quintile is all that is needed.
    table(
        "practice_key",
        "code VARCHAR, key INTEGER, quintile UTINYINT",
        [
            (code, keys.practices[code], deprivation.place(deprivation.practices.get(code)))
            for code in sorted(month.practices)
        ],
    )
    table(
        "presentation_key",
        "code VARCHAR, key INTEGER",
        [(code, keys.presentations[code]) for code in sorted(month.presentations)],
    )
    for one, codes in month.codes.items():
        coded = [(code, keys.codes[one][code]) for code in sorted(codes)]
        table(_key_table(one), "code VARCHAR, key INTEGER", coded)
    # Also the areas that only earlier months name.
    areas = sorted(month.distinct["lsoa"] - {""} | deprivation.deciles.keys())
    table(
        "area_key",
        "id INTEGER, code VARCHAR, quintile UTINYINT",
        [(number, code, deprivation.place(code)) for number, code in enumerate(areas, start=1)],
    )


def _key_table(one: str) -> str:
    return f"{one.replace(' ', '_')}_key"


def write_verified(connection: duckdb.DuckDBPyConnection, verified: Verified | None) -> None:
    """Make the temporary table of verified patients."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE verified (pseudonym VARCHAR, pds_birth_month INTEGER, gender VARCHAR)"
    )
    if verified:
        insert_rows(connection, "verified", verified.patients)


def place_of(one: Field, text: str) -> str:
    """The place of a code in a closed field, as SQL."""
    if one.codes == ("-", *ascii_uppercase):
        return f"CASE {text} WHEN '-' THEN 0 ELSE ascii({text}) - 64 END"  # far quicker than 27 comparisons
    cases = " ".join(f"WHEN {quoted(code)} THEN {place}" for place, code in enumerate(one.codes))
    return f"CASE {text} {cases} END"


_EXCLUSIONS = (
    ("disallowed", "disallowed"),
    ("not dispensed", "not_dispensed"),
    ("referred back", "referred_back"),
    ("controlled drug requisition", "requisition"),
    ("out of hours", "out_of_hours"),
    ("private", "private"),
    ("dummy form", "ignored"),
    (
        "prescriber type",
        f"prescriber_organisation_type IN ({', '.join(map(str, fields.EXCLUDED_PRESCRIBER_TYPES))})",
    ),
)


def exclusion() -> str:
    """The place of the first reason for which a row is excluded, as SQL; 0 is included."""
    places = fields.EXCLUSION.codes
    cases = " ".join(f"WHEN {test} THEN {places.index(reason)}" for reason, test in _EXCLUSIONS)
    return f"CASE {cases} ELSE 0 END"


def _hashes_differ(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether no two pseudonyms of the month have the same hash, so that it can stand for them."""
    sql = f"SELECT count(DISTINCT {_HASH}(pseudonym)) = count(*) FROM month_patient"  # noqa: S608
    return bool(fetch_one(connection, sql)[0])


def _token(pseudonym: str, hashed: bool) -> str:
    return f"{_HASH}({pseudonym})" if hashed else pseudonym


def _item_sql(month: ItemMonth, hashed: bool) -> str:
    """The rows of the stored table, in its columns; ``hashed`` says whether hashes tell pseudonyms apart."""
    stored = {
        "month": str(month.month.number),
        "practice": "practice",
        "patient": "patient",
        "presentation": "presentation",
        "product": "snomed",
        "patient_identified": "identified",
        "age": ages.age("reference", "source"),
        "age_september": ages.age_september(month.month),
        "age_source": "source",
        "gender": place_of(fields.GENDER, "gender"),
        "imd_quintile": "quintile",
        "form_type": "form_type",
        "prescribed": "coalesce(prescribed, 0)",
        "prescriber": "prescriber",
        "prescriber_type": "prescriber_type",
        "dispenser": "dispenser",
        "dispenser_type": "dispenser_type",
        "paid_presentation": "paid_presentation",
        "paid_product": "paid_snomed",
        "preparation_class": place_of(fields.PREPARATION_CLASS, "preparation_class"),
        "controlled_drug_schedule": place_of(fields.CD_SCHEDULE, "controlled_drug_schedule"),
        "exemption": place_of(fields.EXEMPTION, "exemption"),
        "charge_status": place_of(fields.CHARGE_STATUS, "charge_status"),
        "exclusion": exclusion(),
    } | {name: name for name in _AS_RECEIVED}
    columns = ", ".join(f"CAST({stored[one.name]} AS {one.type}) AS {one.name}" for one in ITEM.columns)
    coded = ", ".join(f"{name}_code.key AS {name}" for name in CODED)
    joins = "\n".join(
        f"JOIN {_key_table(one)} AS {name}_code ON {name}_code.code = received.{name}"
        for name, one in CODED.items()
    )
    # Pseudonyms may be long, and a month of England has twenty million: their hashes take less room.
    person_token = _token("pseudonym", hashed)
    person = f"SELECT {person_token} AS token, * EXCLUDE (pseudonym) FROM ({_PERSON_SQL})"  # noqa: S608
    token = f"CASE WHEN received.patient <> '' THEN {_token('received.patient', hashed)} END"
    # What verification found fills what a row lacks; what a row says of an identified patient stays.
    return f"""
        SELECT {columns} FROM (
            SELECT *, {ages.age_source("reference")} AS source FROM (
                SELECT * EXCLUDE (age), age AS captured, {ages.reference_index(month.month)} AS reference
                FROM (
                    SELECT received.* REPLACE (
                        practice_key.key AS practice,
                        coalesce(person.patient, 0) AS patient,
                        presentation_key.key AS presentation,
                        paid_key.key AS paid_presentation,
                        {coded},
                        received.identified OR coalesce(person.verified, false) AS identified,
                        coalesce(received.pds_birth_month, person.verified_birth_month) AS pds_birth_month,
                        CASE WHEN NOT received.identified AND person.verified THEN person.verified_gender
                            ELSE received.gender END AS gender
                    ),
                    person.earlier_birth_month,
                    coalesce(person.quintile, own_area.quintile, practice_key.quintile) AS quintile
                    FROM {month.table} AS received
                    JOIN practice_key ON practice_key.code = received.practice
                    JOIN presentation_key ON presentation_key.code = received.presentation
                    JOIN presentation_key AS paid_key ON paid_key.code = received.paid_presentation
                    {joins}
                    LEFT JOIN ({person}) AS person ON person.token = {token}
                    LEFT JOIN area_key AS own_area ON own_area.code = received.lsoa AND received.patient = ''
                )
            )
        )
    """  # noqa: S608 - declared names and numbers


# What is known of each patient beyond the single row. A patient has one area in a month: the newest.
_PERSON_SQL = f"""
    SELECT month_patient.pseudonym, month_patient.patient, earlier_patient.birth_month AS earlier_birth_month,
        verified.pseudonym IS NOT NULL AS verified, verified.pds_birth_month AS verified_birth_month,
        verified.gender AS verified_gender,
        CASE WHEN month_patient.area IS NOT NULL THEN month_area.quintile
            WHEN earlier_patient.lsoa IS NOT NULL THEN coalesce(earlier_area.quintile, {_UNKNOWN_PLACE})
        END AS quintile
    FROM month_patient
    LEFT JOIN earlier_patient ON earlier_patient.patient = month_patient.patient
    LEFT JOIN verified USING (pseudonym)
    LEFT JOIN area_key AS month_area ON month_area.id = month_patient.area
    LEFT JOIN area_key AS earlier_area ON earlier_area.code = earlier_patient.lsoa
"""  # noqa: S608 - a number


def refuse_bad_forms(connection: duckdb.DuckDBPyConnection, month: ItemMonth, table: str) -> None:
    """Refuse rows that stand twice, and forms of two patients or practices. Raises FileRefused.

    The rows of a form that is of one patient and practice lie together, so that whatever is wrong shows as a
    form that begins twice, or as a row that follows its like.
    """
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE form_start AS
        SELECT form, repeated FROM (
            SELECT form, patient, practice, lag(form) OVER () AS form_before,
                lag(patient) OVER () AS patient_before, lag(practice) OVER () AS practice_before,
                form = form_before AND item = lag(item) OVER () AND element = lag(element) OVER () AS repeated
            FROM {table}
        )
        WHERE form IS DISTINCT FROM form_before OR patient <> patient_before OR practice <> practice_before
            OR repeated
        """  # noqa: S608 - a declared name
    )
    twice = connection.execute(
        "SELECT form FROM form_start GROUP BY form HAVING count(*) > 1 ORDER BY form"
    ).fetchall()
    connection.execute("DROP TABLE form_start")
    if not twice:
        return
    connection.execute("CREATE OR REPLACE TEMP TABLE doubtful (form BIGINT)")
    insert_rows(connection, "doubtful", twice)
    wrong = connection.execute(
        f"""
        SELECT form FROM {table} SEMI JOIN doubtful USING (form) GROUP BY form
        HAVING count(DISTINCT nullif(patient, 0)) > 1 OR count(DISTINCT practice) > 1
            OR count(*) > count(DISTINCT (item, element))
        ORDER BY form LIMIT {MOST_FAULTS}
        """  # noqa: S608 - a declared name and a number
    ).fetchall()
    if wrong:
        refuse_forms(month, tuple(form for (form,) in wrong))
