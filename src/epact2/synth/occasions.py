"""What belongs to an occasion: who prescribes, who dispenses, on which form, when, what is known of whom.

SQL from the table ``placed`` (see ``draws``) to the items as they are kept. Steps:

* ``numbered``: each item's number on its occasion, and how many items the person has in the month;
* ``occasion``: the row, the surroundings and the lots of an occasion;
* ``dispensed``: the dispenser, and whether the form is electronic;
* ``prescribed``: the prescriber and the day;
* ``known``: what is known of the person: the number, birth months, age, area;
* ``declared``: exemption.
"""

from __future__ import annotations

from epact2.synth.days import prescribing_days
from epact2.synth.draws import (
    ACUTE,
    BULK,
    CONTRACTOR,
    FREE,
    GIVEN,
    INSTALMENTS,
    ORDER_BITS,
)
from epact2.synth.seats import area_of

# Electronic forms of a thousand that a pharmacy in the neighbourhood dispenses.
ELECTRONIC = 963
# Of 100,000 forms, those whose NHS number is read and found; and those read, but not found, beyond them.
FOUND_ON_PAPER, FOUND_ELECTRONICALLY = 94_700, 99_900
NOT_FOUND_ON_PAPER, NOT_FOUND_ELECTRONICALLY = 2_000, 50
# Items on one form.
ON_PAPER, ON_ELECTRONIC = 10, 4
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
APPLIANCE_CONTRACTORS = 111


def known_sql(number: int, month: int, seed: int, *, last: bool) -> str:
    """The steps from ``placed`` to ``declared``; ``last`` when the newly read are not verified yet."""
    steps = [_numbered(), _occasion(number), _dispensed(), _prescribed(number, month)]
    steps += [_known(number, seed, last=last), _declared(number)]
    return ",\n".join(steps)


def _numbered() -> str:
    return f"""
        numbered AS (
            SELECT *,
                   count(*) OVER (PARTITION BY practice, holder ORDER BY sequence
                       RANGE BETWEEN (sequence & {2**ORDER_BITS - 1}) PRECEDING AND CURRENT ROW) AS nth,
                   count(*) OVER whole AS together,
                   bool_or(medical) OVER whole AS certified,
                   bool_or(replacing) OVER whole AS replaced
            FROM placed
            WINDOW whole AS (PARTITION BY practice, holder ORDER BY sequence
                             ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
        )"""  # noqa: S608 - numbers of this module


def _occasion(number: int) -> str:
    return f"""
        occasion AS (
            SELECT s.* EXCLUDE (medical, replacing),
                   r.* EXCLUDE (practice, row, medical, replacing, home, near),
                   g.home, g.near, g.rank, g.areas, g.pharmacies, g.pharmacy_count, g.pharmacy,
                   lot(holder) AS whim, lot(holder, {number}, occasion) AS chance
            FROM numbered s
            JOIN batch_row r ON r.row = s.row
            LEFT JOIN surgery g ON g.practice = s.list
        )"""  # noqa: S608 - numbers of this module


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
            SELECT *,
                   CASE dispenser_type
                        WHEN {PHARMACY} THEN coalesce(pharmacies + (pharmacy + CASE
                            WHEN way < 54 THEN 0 WHEN way < 74 THEN 1 WHEN way < 86 THEN 2
                            WHEN way < 93 THEN 3 WHEN way < 97 THEN 4 ELSE 7 END) % pharmacy_count, 1)
                        WHEN {APPLIANCES} THEN 1 + (whim >> 12) % {APPLIANCE_CONTRACTORS}
                        WHEN {DISTANCE} THEN 1 + floor(sellers * fraction(whim) ** 3)
                        ELSE practice END::INTEGER AS dispenser,
                   CASE WHEN dispenser_type IN ({DISPENSING}, {PERSONALLY}) OR occasion = {INSTALMENTS}
                             OR kind = 'unidentified' THEN false
                        WHEN dispenser_type = {DISTANCE} THEN true
                        ELSE (chance >> 50) % 1000 < {ELECTRONIC} END AS eps
            FROM supplied
        )"""  # noqa: S608 - numbers of this module


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
            SELECT *, (chance >> 20) % 100 AS role, lot(chance) AS form_lot FROM dispensed
        ), prescribed AS (
            SELECT *,
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
                        WHEN born >= {number - 1} THEN ({own})[1 + (form_lot >> 40) % {len(own)}]
                        ELSE ({earlier + own})[1 + (form_lot >> 40) % {len(earlier + own)}]
                        END::INTEGER AS day
            FROM role_of
        )"""  # noqa: S608 - numbers of this module


def _known(number: int, seed: int, *, last: bool) -> str:
    # Age follows the rule: on the prescribed day of an electronic form, else at the end of the month.
    age = f"(CASE WHEN eps THEN day // 10000 * 12 + day // 100 % 100 - 1 ELSE {number} END - born) // 12"
    found = f"CASE WHEN eps THEN {FOUND_ELECTRONICALLY} ELSE {FOUND_ON_PAPER} END"
    read = (
        f"CASE WHEN eps THEN {FOUND_ELECTRONICALLY + NOT_FOUND_ELECTRONICALLY} "
        f"ELSE {FOUND_ON_PAPER + NOT_FOUND_ON_PAPER} END"
    )
    fresh = "new" if last else "false"
    return f"""
        captured_of AS (
            SELECT *, holder >= 0 AND form_lot % 100000 < {read} AS captured FROM prescribed
        ), identified_of AS (
            SELECT *, captured AND {fresh} AS fresh,
                   captured AND form_lot % 100000 < {found} AND NOT {fresh} AS identified
            FROM captured_of
        ), known AS (
            SELECT *,
                   CASE WHEN identified THEN born END AS pds_born,
                   CASE WHEN eps AND (form_lot >> 20) % 1000 < 995 THEN born END AS eps_born,
                   CASE WHEN captured OR eps OR (holder >= 0 AND (form_lot >> 10) % 2 = 0)
                        THEN greatest({age}, 0) ELSE -1 END::SMALLINT AS age,
                   CASE WHEN NOT identified OR (self >> 50) % 4000 = 0 THEN 0
                        WHEN (self >> 50) % 4000 = 1 THEN 9 ELSE 1 + sex END::TINYINT AS gender,
                   CASE WHEN eps AND (form_lot >> 30) % 1000 < 993 THEN
                        CASE WHEN (self >> 30) % 100 < 88 OR near = 1
                             THEN list * 100 + {area_of("list", "sex", "i", seed)}
                             ELSE (home + (rank + 1 + (self >> 40) % 3) % near) * 100 + 1 + (self >> 45) % 2
                        END END::INTEGER AS area
            FROM identified_of
        )"""  # noqa: S608 - numbers of this module


def _declared(number: int) -> str:
    years = f"({number} - born) // 12"
    return f"""
        declared AS (
            SELECT *, (nth - 1) % CASE WHEN eps THEN {ON_ELECTRONIC} ELSE {ON_PAPER} END + 1 AS item,
                   CASE WHEN occasion IN ({GIVEN}, {BULK}) THEN '-'
                        WHEN holder < 0 OR (whim >> 52) % 100 < 2 THEN 'Z'
                        WHEN {years} < 16 THEN 'A' WHEN {years} >= 60 THEN 'C'
                        WHEN {years} <= 18 AND (whim >> 48) % 100 < 75 THEN 'B'
                        WHEN certified AND (whim >> 44) % 1000 < 820 THEN 'E'
                        WHEN (whim >> 44) % 1000 < 230 THEN 'U'
                        WHEN (whim >> 44) % 1000 < 260 THEN 'K'
                        WHEN (whim >> 44) % 1000 < 268 THEN 'L'
                        WHEN sex = 1 AND {years} BETWEEN 18 AND 42 AND (whim >> 44) % 1000 < 350 THEN 'D'
                        WHEN together >= 3 AND (whim >> 44) % 1000 < 800 THEN 'F'
                        WHEN replaced AND (whim >> 44) % 1000 < 640 THEN 'W'
                        WHEN occasion = {FREE} THEN 'X' ELSE '-' END AS exemption
            FROM known
        )"""  # noqa: S608 - numbers of this module
