"""The patients of each practice by sex and age, and what their age makes them need.

Lists are drawn from the population of the practice's sub-ICB location; some practices are older, some are
full of students. What a practice is expected to prescribe follows from its patients: by ASTRO-PU or
STAR-PU weights where these exist for a section, else by a profile of our own.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import duckdb

from epact2.synth.england import England
from epact2.synth.formulary import BANDS, astro_pu, weights
from epact2.synth.tables import insert

# Each of nine bands in the two bands of five years within it (75+: in five), men and women: our estimate
# from England's lists.
WITHIN = {
    "0-4": ((1.0,), (1.0,)),
    "5-14": ((0.48, 0.52), (0.48, 0.52)),
    "15-24": ((0.50, 0.50), (0.49, 0.51)),
    "25-34": ((0.47, 0.53), (0.48, 0.52)),
    "35-44": ((0.51, 0.49), (0.51, 0.49)),
    "45-54": ((0.48, 0.52), (0.48, 0.52)),
    "55-64": ((0.52, 0.48), (0.52, 0.48)),
    "65-74": ((0.54, 0.46), (0.53, 0.47)),
    "75+": ((0.46, 0.28, 0.17, 0.07, 0.02), (0.40, 0.28, 0.19, 0.10, 0.03)),
}
# As the list size files write them.
AGE_GROUPS = (
    "0_4", "5_9", "10_14", "15_19", "20_24", "25_29", "30_34", "35_39", "40_44", "45_49", "50_54", "55_59",
    "60_64", "65_69", "70_74", "75_79", "80_84", "85_89", "90_94", "95+",
)  # fmt: skip
SEXES = ("MALE", "FEMALE")

# Profiles of need of our own, for nine bands of men, then of women.
_OWN: dict[str, tuple[float, ...]] = {
    "contraception": (0, 0, 0.3, 0.1, 0, 0, 0, 0, 0, 0, 0.4, 10, 9, 6, 2, 0.2, 0, 0),
    "urology": (0.1, 0.3, 0.3, 0.5, 1, 3, 8, 16, 22, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 4, 6, 9),
    "menopause": (0, 0, 0.1, 0.1, 0.2, 0.3, 0.5, 1, 1, 0, 0, 0.4, 1, 4, 22, 20, 7, 3),
    "attention": (0.1, 9, 8, 3.5, 2.5, 1.5, 0.5, 0.1, 0, 0, 3, 5, 4, 3, 1.5, 0.5, 0.1, 0),
    "vaccination": (0.3, 0.2, 0.3, 0.5, 0.8, 1.5, 4, 12, 14, 0.3, 0.2, 0.6, 0.9, 1, 1.6, 4, 12, 14),
    "skin": (2.4, 1.3, 1.2, 1.1, 1.2, 1.4, 1.8, 2.4, 3.2, 2.1, 1.4, 1.9, 1.6, 1.7, 1.9, 2.1, 2.5, 3.2),
    "eyes": (0.5, 0.4, 0.4, 0.5, 0.8, 1.8, 4, 9, 17, 0.5, 0.4, 0.5, 0.7, 1, 2.2, 5, 10, 18),
    "feeding": (3, 1.2, 0.6, 0.5, 0.6, 1, 1.8, 3, 7, 2.5, 1, 0.7, 0.6, 0.7, 1.1, 1.8, 3, 8),
    "diabetes": (0, 0.2, 0.5, 1, 2.6, 6, 10, 13, 12, 0, 0.2, 0.5, 1, 2, 4, 7, 9, 9),
}
# Which profile a substance has: the first prefix that fits.
_PROFILES = (
    ("0501", "oral_antibacterials_item"),
    ("0502", "oral_antibacterials_item"),
    ("0403", "antidepressants_adq"),
    ("0401", "hypnotics_adq"),
    ("0402", "antidepressants_adq"),
    ("0404", "attention"),
    ("0407", "analgesics_cost"),
    ("0408", "antiepileptic_drugs_cost"),
    ("0409", "drugs_used_in_parkinsonism_and_related_disorders_cost"),
    ("0411", "drugs_for_dementia_cost"),
    ("0301", "bronchodilators_cost"),
    ("0302", "inhaled_corticosteroids_cost"),
    ("0303", "bronchodilators_cost"),
    ("0103", "proton_pump_inhibitors_cost"),
    ("0106", "laxatives_cost"),
    ("0212", "statins_cost"),
    ("0209", "antiplatelet_drugs_cost"),
    ("0206", "calcium-channel_blockers_cost"),
    ("0205", "drugs_affecting_the_renin_angiotensin_system_cost"),
    ("0208", "antiplatelet_drugs_cost"),
    ("0601", "diabetes"),
    ("0604", "menopause"),
    ("0606", "bisphosphonates_and_other_drugs_cost"),
    ("0703", "contraception"),
    ("0704", "urology"),
    ("0913", "feeding"),
    ("0914", "feeding"),
    ("1001", "oral_nsaids_cost"),
    ("1103", "skin"),
    ("11", "eyes"),
    ("12", "skin"),
    ("13", "skin"),
    ("14", "vaccination"),
    ("2122", "skin"),
    ("2130", "eyes"),
    ("2148", "diabetes"),
)


def profile_of(substance: str) -> str:
    """The name of the profile of need of a substance; most follow ASTRO-PU items."""
    return next((name for prefix, name in _PROFILES if substance.startswith(prefix)), "astro_pu")


@cache
def profiles() -> dict[str, tuple[float, ...]]:
    """All profiles: weights of nine bands of men, then of women."""
    star = weights("star_pu_2013.json")
    used = {name for _, name in _PROFILES}
    return {"astro_pu": astro_pu("items")} | _OWN | {name: star[name] for name in sorted(used - set(_OWN))}


def set_patients(england: England, connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables ``patients`` (practice, sex, age group: patients at the first month) and ``need``."""
    insert(
        connection,
        "cell_share",
        "place INTEGER, sex INTEGER, age INTEGER, band INTEGER, share DOUBLE",
        _cell_shares(england),
    )
    insert(
        connection,
        "list",
        "practice INTEGER, place INTEGER, patients DOUBLE, older DOUBLE, students DOUBLE",
        (
            (each.number, each.place, float(each.patients), each.older, each.students)
            for each in england.practices
        ),
    )
    insert(
        connection,
        "profile",
        "profile VARCHAR, sex INTEGER, band INTEGER, weight BIGINT",
        (
            (name, i // 9, i % 9, round(weight * 1000))
            for name, values in profiles().items()
            for i, weight in enumerate(values)
        ),
    )
    # Patients in thousandths: whole numbers, so that sums do not depend on the order of adding.
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE patients AS
        WITH tilted AS (
            SELECT practice, l.patients, sex, age, band,
                   (share * exp(older * (age - 8) / 5.0)
                    * (1 + CASE WHEN age IN (3, 4) THEN students ELSE 0 END) * 1e9)::BIGINT AS weight
            FROM list l JOIN cell_share USING (place)
        )
        SELECT practice, sex, age, band,
               (1000 * patients * weight / sum(weight) OVER (PARTITION BY practice))::BIGINT AS patients
        FROM tilted ORDER BY practice, sex, age;

        CREATE OR REPLACE TEMP TABLE need AS
        SELECT practice, profile, (sum(patients * weight) / 1000)::DOUBLE AS need
        FROM patients JOIN profile USING (sex, band) GROUP BY practice, profile;
        """
    )


def _cell_shares(england: England) -> Iterator[tuple[object, ...]]:
    # −1, which belongs to no place, has the ages of the first place.
    for place in (-1, *sorted({each.place for each in england.practices if each.place >= 0})):
        patients = england.places[max(place, 0)].patients
        total = sum(patients)
        for sex in (0, 1):
            age = 0
            for band, name in enumerate(BANDS):
                for part in WITHIN[name][sex]:
                    yield (place, sex, age, band, patients[sex * 9 + band] / total * part)
                    age += 1
