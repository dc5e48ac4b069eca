"""On which occasion a person gets an item: who prescribes it, who dispenses it, on which form, and when.

SQL of the middle of the road from rows to items; ``items`` puts it together.
"""

from __future__ import annotations

from epact2.synth.days import prescribing_days

# Of a thousand people, those who have electronic repeat dispensing.
REPEAT_DISPENSING = 170
ELECTRONIC = 0.963
# Of paper forms, those whose NHS number is read; of electronic ones nearly all.
READ_ON_PAPER, READ_ELECTRONICALLY = 94_700, 99_900
# Kinds of occasion: each has its own prescriber, dispenser and day, hence its own forms.
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


def kinds_sql(people: str) -> str:
    """Adds ``occasion`` (its kind) and ``key`` (the person, or for nobody in particular a number below 0)."""
    reasons = ", ".join(map(str, _REASON_OF_24))
    return f"""
        SELECT *,
               coalesce(person, -1 - (passing >> 2)::BIGINT) AS key,
               CASE WHEN bulk THEN {BULK}
                    WHEN j >= items THEN {EXCLUSION} + ([{reasons}])[1 + (passing >> 16) % 24]
                    WHEN kind = 'practice' AND (lasting >> 20) & 1023 < given THEN {GIVEN}
                    WHEN instalments THEN {INSTALMENTS}
                    WHEN appliance AND whim % 100 < 55 THEN {CONTRACTOR}
                    WHEN acutely OR kind <> 'practice' THEN {ACUTE} + (passing >> 12) % 3
                    WHEN steady AND (whim >> 8) % 1000 < {REPEAT_DISPENSING} THEN {REPEAT_DISPENSED}
                    WHEN lot(whim, unit) % 100 < 12 THEN {OTHER_STEADY}
                    ELSE {STEADY} END::UTINYINT AS occasion
        FROM (SELECT *, lot(person, 80) AS whim FROM ({people}))
    """  # noqa: S608 - numbers of this package only


def dispensers_sql(items: str, number: int) -> str:
    """Adds who dispenses (``dispenser_type``, ``dispenser``), and whether the form is electronic (``eps``)."""
    return f"""
        SELECT *,
               CASE dispenser_type
                    WHEN {PHARMACY} THEN coalesce(pharmacies, 1) + (coalesce(pharmacy, 0) + CASE
                        WHEN near_by < 54 THEN 0 WHEN near_by < 74 THEN 1 WHEN near_by < 86 THEN 2
                        WHEN near_by < 93 THEN 3 WHEN near_by < 97 THEN 4 ELSE 7 END) % coalesce(pharmacy_count, 1)
                    WHEN {APPLIANCES} THEN 1 + (whim >> 12) % {APPLIANCE_CONTRACTORS}
                    WHEN {DISTANCE} THEN 1 + floor(sellers * fraction(whim) * fraction(whim) * fraction(whim))
                    ELSE practice END::INTEGER AS dispenser,
               CASE WHEN dispenser_type IN ({DISPENSING}, {PERSONALLY}) OR occasion = {INSTALMENTS}
                         OR kind = 'unidentified' THEN false
                    WHEN dispenser_type = {DISTANCE} THEN true
                    ELSE uniform(hash(chance, 1)) < {ELECTRONIC} END AS eps
        FROM (
            SELECT *,
                   CASE WHEN occasion IN ({GIVEN}, {BULK}) THEN {PERSONALLY}
                        WHEN occasion = {CONTRACTOR} THEN {APPLIANCES}
                        WHEN dispensing AND (whim >> 16) % 100 < 60 THEN {DISPENSING}
                        WHEN occasion < {ACUTE} AND age_group > 3 AND (whim >> 24) % 1000 < 90 THEN {DISTANCE}
                        ELSE {PHARMACY} END::UTINYINT AS dispenser_type,
                   CASE WHEN chance % 100 < 8 THEN (chance >> 8) % 100 ELSE (whim >> 32) % 100 END AS near_by
            FROM (SELECT *, lot(key, {number}, occasion, 83) AS chance FROM ({items}))
        )
    """  # noqa: S608 - numbers of this package only


def prescribers_sql(items: str, number: int, month: int) -> str:
    """Adds ``prescriber`` (0 unknown; 1 GPs, 51 nurses, 71 pharmacists, 91 others of a practice) and ``day``."""
    earlier, own = (", ".join(map(str, days)) for days in prescribing_days(month))
    days = f"([{earlier}, {own}])"
    count = sum(len(each) for each in prescribing_days(month))
    usual = "1 + (whim >> 40) % gps"
    gp, nurse, pharmacist = (
        "1 + (chance >> 36) % gps",
        "51 + (chance >> 36) % nurses",
        "71 + (chance >> 36) % nurses",
    )
    return f"""
        SELECT * EXCLUDE (role, drawn),
               practice * 100 + CASE
                    WHEN kind = 'unidentified' THEN 0
                    WHEN occasion IN ({INSTALMENTS}, {BULK}) THEN {usual}
                    WHEN occasion = {GIVEN} THEN CASE WHEN role < 60 THEN {nurse} ELSE {usual} END
                    WHEN occasion BETWEEN {ACUTE} AND {ACUTE + 2} THEN CASE WHEN role < 54 THEN {gp}
                         WHEN role < 79 THEN {nurse} WHEN role < 88 THEN {pharmacist} WHEN role < 97 THEN {usual}
                         ELSE 91 END
                    ELSE CASE WHEN role < 74 THEN {usual} WHEN role < 85 THEN {pharmacist}
                         WHEN role < 89 THEN {nurse} WHEN role < 98 THEN {gp} ELSE 91 END
                    END::INTEGER AS prescriber,
               CASE WHEN NOT eps AND (chance >> 12) % 100 >= 8 THEN NULL
                    WHEN born >= {number} - 1 THEN ([{own}])[1 + drawn % {len(prescribing_days(month)[1])}]
                    ELSE {days}[1 + drawn % {count}] END::INTEGER AS day
        FROM (SELECT *, (chance >> 20) % 100 AS role, lot(chance, 2) AS drawn FROM ({items}))
    """  # noqa: S608 - numbers of this package only


def known_sql(items: str, number: int, *, last: bool) -> str:
    """Adds what is known of the person: ``identified``, ``captured``, ``fresh``, birth months, age.

    Age follows the rule for ages: by the birth month on the prescribed day of an electronic form, else at the
    end of the month.
    """
    fresh = "new" if last else "false"
    aged = f"""(CASE WHEN eps THEN day // 10000 * 12 + day // 100 % 100 - 1 ELSE {number} END - born) // 12"""
    return f"""
        SELECT * EXCLUDE (read),
               CASE WHEN identified THEN born END AS pds_born,
               CASE WHEN eps AND (read >> 20) % 1000 < 995 THEN born END AS eps_born,
               CASE WHEN captured OR eps OR (person IS NOT NULL AND (read >> 10) % 2 = 0)
                    THEN greatest({aged}, 0) ELSE -1 END::INTEGER AS aged,
               CASE WHEN NOT identified OR (self >> 50) % 4000 = 0 THEN 0
                    WHEN (self >> 50) % 4000 = 1 THEN 9 ELSE 1 + sex END::UTINYINT AS gender,
               CASE WHEN eps AND (read >> 32) % 1000 < 993 THEN
                    CASE WHEN (self >> 30) % 100 < 88 OR near = 1 THEN list * 100 + living
                         ELSE (home + (rank + 1 + (self >> 40) % 3) % near) * 100 + 1 + (self >> 45) % 2
                    END END::INTEGER AS area
        FROM (
            SELECT *, captured AND {fresh} AS fresh,
                   captured AND NOT {fresh} AND read % 100000 < CASE WHEN eps THEN {READ_ELECTRONICALLY}
                                                   ELSE {READ_ON_PAPER} END AS identified
            FROM (
                SELECT *, person IS NOT NULL AND read % 100000 < CASE WHEN eps THEN {READ_ELECTRONICALLY} + 50
                                                              ELSE {READ_ON_PAPER} + 2000 END AS captured
                FROM (SELECT *, lot(chance, 3) AS read FROM ({items}))
            )
        )
    """  # noqa: S608 - numbers of this package only
