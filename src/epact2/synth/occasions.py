"""On which occasion a person gets an item: who prescribes it, who dispenses it, on which form, and when.

SQL from ``person`` (see ``draws``) to ``formed``. Steps:

* ``occasion``: the kind of occasion, from which everything else about a form follows;
* ``dispensed``: the dispenser, and whether the form is electronic;
* ``prescribed``: the prescriber and the day;
* ``known``: what is known of the person: the number, birth months, age, area;
* ``formed``: items put on forms, with exemption and charge.
"""

from __future__ import annotations

from epact2.synth.days import prescribing_days
from epact2.synth.needs import NEEDS

# Of a thousand people, those who have electronic repeat dispensing.
REPEAT_DISPENSING = 170
# Electronic forms of a thousand that a pharmacy in the neighbourhood dispenses.
ELECTRONIC = 963
# Of 100,000 forms, those whose NHS number is read and found; and those read, but not found, beyond them.
FOUND_ON_PAPER, FOUND_ELECTRONICALLY = 94_700, 99_900
NOT_FOUND_ON_PAPER, NOT_FOUND_ELECTRONICALLY = 2_000, 50
# Items on one form.
ON_PAPER, ON_ELECTRONIC = 10, 4
# Kinds of occasion.
STEADY, OTHER_STEADY, REPEAT_DISPENSED, ACUTE, INSTALMENTS, GIVEN, CONTRACTOR, EXCLUSION, BULK = (
    0, 1, 2, 3, 6, 7, 8, 10, 30,
)  # fmt: skip
DISPENSER_TYPES = (
    "-",
    "Pharmacy",
    "Appliance contractor",
    "Dispensing practice",
    "Personally administered",
    "Distance selling pharmacy",
)
PHARMACY, APPLIANCES, DISPENSING, PERSONALLY, DISTANCE = 1, 2, 3, 4, 5
FORM_TYPES = ("FP10", "FP10SS", "FP10MDA", "FP10PN", "FP34PD", "FP10HP")
# Why a row is excluded, in the order in which the reasons are looked at, and how often of 24.
REASONS = (
    "disallowed", "not dispensed", "referred back", "controlled drug requisition", "out of hours", "private",
    "dummy form", "prescriber type",
)  # fmt: skip
_REASON_OF_24 = (1, 1, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 4, 5, 5, 5, 6, 6, 6, 7, 8, 8, 8, 8)
APPLIANCE_CONTRACTORS = 111


def occasion_sql(number: int, month: int, *, last: bool) -> str:
    """The steps from ``person`` to ``formed``; ``last`` when the newly read are not verified yet."""
    return ",\n".join(
        [
            _occasion(number),
            _dispensed(),
            _prescribed(number, month),
            _known(number, last=last),
            _formed(number),
        ]
    )


def _occasion(number: int) -> str:
    reasons = ", ".join(map(str, _REASON_OF_24))
    return f"""
        whim_of AS (
            SELECT *, lot(person) AS whim FROM person
        ), kind_of AS (
            SELECT *,
                   -- Nobody in particular is a different nobody on every form.
                   coalesce(person, -1 - (passing >> 2)) AS holder,
                   CASE WHEN bulk THEN {BULK}
                        WHEN j >= items THEN {EXCLUSION} + ([{reasons}])[1 + (passing >> 16) % 24]
                        WHEN kind = 'practice' AND (lasting >> 20) & 1023 < given THEN {GIVEN}
                        WHEN instalments THEN {INSTALMENTS}
                        WHEN appliance AND whim % 100 < 55 THEN {CONTRACTOR}
                        WHEN acutely OR kind <> 'practice' THEN {ACUTE} + (passing >> 12) % 3
                        WHEN steady AND (whim >> 8) % 1000 < {REPEAT_DISPENSING} THEN {REPEAT_DISPENSED}
                        WHEN lot(whim, unit) % 100 < 12 THEN {OTHER_STEADY}
                        ELSE {STEADY} END::TINYINT AS occasion
            FROM whim_of
        ), occasion AS (
            SELECT *, lot(holder, {number}, occasion) AS chance FROM kind_of
        )"""


def _dispensed() -> str:
    return f"""
        supplied AS (
            SELECT *,
                   CASE WHEN occasion IN ({GIVEN}, {BULK}) THEN {PERSONALLY}
                        WHEN occasion = {CONTRACTOR} THEN {APPLIANCES}
                        WHEN dispensing AND (whim >> 16) % 100 < 60 THEN {DISPENSING}
                        WHEN occasion < {ACUTE} AND age_group > 3 AND (whim >> 24) % 1000 < 90 THEN {DISTANCE}
                        ELSE {PHARMACY} END::TINYINT AS dispenser_type,
                   CASE WHEN chance % 100 < 8 THEN (chance >> 8) % 100 ELSE (whim >> 32) % 100 END AS way
            FROM occasion
        ), dispensed AS (
            SELECT * EXCLUDE (way),
                   CASE dispenser_type
                        WHEN {PHARMACY} THEN coalesce(pharmacies + (pharmacy + CASE
                            WHEN way < 54 THEN 0 WHEN way < 74 THEN 1 WHEN way < 86 THEN 2 WHEN way < 93 THEN 3
                            WHEN way < 97 THEN 4 ELSE 7 END) % pharmacy_count, 1)
                        WHEN {APPLIANCES} THEN 1 + (whim >> 12) % {APPLIANCE_CONTRACTORS}
                        WHEN {DISTANCE} THEN 1 + floor(sellers * fraction(whim) ** 3)
                        ELSE practice END::INTEGER AS dispenser,
                   CASE WHEN dispenser_type IN ({DISPENSING}, {PERSONALLY}) OR occasion = {INSTALMENTS}
                             OR kind = 'unidentified' THEN false
                        WHEN dispenser_type = {DISTANCE} THEN true
                        ELSE (chance >> 50) % 1000 < {ELECTRONIC} END AS eps
            FROM supplied
        )"""


def _prescribed(number: int, month: int) -> str:
    earlier, own = prescribing_days(month)
    usual = "1 + (whim >> 40) % gps"
    gp, nurse, pharmacist = (
        "1 + (chance >> 36) % gps",
        "51 + (chance >> 36) % nurses",
        "71 + (chance >> 36) % nurses",
    )
    return f"""
        role_of AS (
            SELECT *, (chance >> 20) % 100 AS role, lot(chance, 2) AS date_lot FROM dispensed
        ), prescribed AS (
            SELECT * EXCLUDE (role, date_lot),
                   practice * 100 + CASE
                        WHEN kind = 'unidentified' THEN 0
                        WHEN occasion IN ({INSTALMENTS}, {BULK}) THEN {usual}
                        WHEN occasion = {GIVEN} THEN CASE WHEN role < 60 THEN {nurse} ELSE {usual} END
                        WHEN occasion BETWEEN {ACUTE} AND {ACUTE + 2} THEN
                            CASE WHEN role < 54 THEN {gp} WHEN role < 79 THEN {nurse}
                                 WHEN role < 88 THEN {pharmacist} WHEN role < 97 THEN {usual} ELSE 91 END
                        ELSE CASE WHEN role < 74 THEN {usual} WHEN role < 85 THEN {pharmacist}
                                  WHEN role < 89 THEN {nurse} WHEN role < 98 THEN {gp} ELSE 91 END
                        END::INTEGER AS prescriber,
                   -- Paper seldom has a day; who was born a moment ago was not prescribed for before.
                   CASE WHEN NOT eps AND (chance >> 12) % 100 >= 8 THEN NULL
                        WHEN born >= {number - 1} THEN ({own})[1 + date_lot % {len(own)}]
                        ELSE ({earlier + own})[1 + date_lot % {len(earlier + own)}] END::INTEGER AS day
            FROM role_of
        )"""


def _known(number: int, *, last: bool) -> str:
    # Age follows the rule for ages: on the prescribed day of an electronic form, else at the end of the month.
    age = f"(CASE WHEN eps THEN day // 10000 * 12 + day // 100 % 100 - 1 ELSE {number} END - born) // 12"
    found = f"CASE WHEN eps THEN {FOUND_ELECTRONICALLY} ELSE {FOUND_ON_PAPER} END"
    read = (
        f"CASE WHEN eps THEN {FOUND_ELECTRONICALLY + NOT_FOUND_ELECTRONICALLY} "
        f"ELSE {FOUND_ON_PAPER + NOT_FOUND_ON_PAPER} END"
    )
    return f"""
        read_lot AS (
            SELECT *, lot(chance, 3) AS form_lot FROM prescribed
        ), captured_of AS (
            SELECT *, person IS NOT NULL AND form_lot % 100000 < {read} AS captured FROM read_lot
        ), identified_of AS (
            SELECT *, captured AND {"new" if last else "false"} AS fresh,
                   captured AND form_lot % 100000 < {found} AND NOT {"new" if last else "false"} AS identified
            FROM captured_of
        ), known AS (
            SELECT * EXCLUDE (form_lot),
                   CASE WHEN identified THEN born END AS pds_born,
                   CASE WHEN eps AND (form_lot >> 20) % 1000 < 995 THEN born END AS eps_born,
                   CASE WHEN captured OR eps OR (person IS NOT NULL AND (form_lot >> 10) % 2 = 0)
                        THEN greatest({age}, 0) ELSE -1 END::INTEGER AS age,
                   CASE WHEN NOT identified OR (self >> 50) % 4000 = 0 THEN 0
                        WHEN (self >> 50) % 4000 = 1 THEN 9 ELSE 1 + sex END::TINYINT AS gender,
                   CASE WHEN eps AND (form_lot >> 32) % 1000 < 993 THEN
                        CASE WHEN (self >> 30) % 100 < 88 OR near = 1 THEN list * 100 + living
                             ELSE (home + (rank + 1 + (self >> 40) % 3) % near) * 100 + 1 + (self >> 45) % 2
                        END END::INTEGER AS area
            FROM identified_of
        )"""


def _formed(number: int) -> str:
    menopause = next(i for i, each in enumerate(NEEDS) if each.name == "menopause")
    years = f"({number} - born) // 12"
    return f"""
        grouped AS (
            SELECT *,
                   row_number() OVER (PARTITION BY practice, holder, occasion
                                      ORDER BY presentation, place, j) AS nth,
                   bool_and(free) OVER (PARTITION BY practice, holder, occasion) AS all_free,
                   count(*) OVER (PARTITION BY practice, holder) AS together,
                   bool_or(medical) OVER (PARTITION BY practice, holder) AS certified,
                   bool_or(need = {menopause}) OVER (PARTITION BY practice, holder) AS replaced
            FROM known
        ), formed AS (
            SELECT *, (nth - 1) % CASE WHEN eps THEN {ON_ELECTRONIC} ELSE {ON_PAPER} END + 1 AS item,
                   CASE WHEN occasion IN ({GIVEN}, {BULK}) THEN '-'
                        WHEN person IS NULL OR (whim >> 52) % 100 < 2 THEN 'Z'
                        WHEN {years} < 16 THEN 'A' WHEN {years} >= 60 THEN 'C'
                        WHEN {years} <= 18 AND (whim >> 48) % 100 < 75 THEN 'B'
                        WHEN certified AND (whim >> 44) % 1000 < 820 THEN 'E'
                        WHEN (whim >> 44) % 1000 < 230 THEN 'U'
                        WHEN (whim >> 44) % 1000 < 260 THEN 'K'
                        WHEN (whim >> 44) % 1000 < 268 THEN 'L'
                        WHEN sex = 1 AND {years} BETWEEN 18 AND 42 AND (whim >> 44) % 1000 < 350 THEN 'D'
                        WHEN together >= 3 AND (whim >> 44) % 1000 < 800 THEN 'F'
                        WHEN replaced AND (whim >> 44) % 1000 < 640 THEN 'W'
                        WHEN all_free THEN 'X' ELSE '-' END AS exemption
            FROM grouped
        )"""
