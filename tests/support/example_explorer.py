"""Eight practices with names, three medicines and fourteen months: small, and shaped like the real thing."""

from __future__ import annotations

from epact2.model import organisations
from epact2.model.bnf import BnfCode
from epact2.model.months import DispensingMonth, month_span
from epact2.model.organisations import Organisation
from epact2.model.prescribing import LIST_SIZE
from epact2.store.directory import Directory, Medicine
from epact2.store.reference import ReferenceEngine
from epact2.store.reference_data import Parents, PopulationRow, PrescribingRow, ReferenceData

MONTHS = month_span(DispensingMonth(2024, 8), DispensingMonth(2025, 9))
REGIONS = {"Y59": "South East", "Y60": "Midlands"}
ICBS = {
    "QKS": ("Kent and Medway", "Y59"),
    "QNX": ("Sussex", "Y59"),
    "QHL": ("Birmingham and Solihull", "Y60"),
}
SUB_ICBS = {
    "91Q": ("Kent", "QKS"),
    "97R": ("East Sussex", "QNX"),
    "70F": ("West Sussex", "QNX"),
    "15E": ("Birmingham", "QHL"),
}
PRACTICES = {
    "G82001": ("Acorn Surgery", "91Q"),
    "G82002": ("Bridge Street Practice", "91Q"),
    "G82003": ("Castle Medical Centre", "91Q"),
    "G81001": ("Downs View", "97R"),
    "G81002": ("Elm Tree Surgery", "97R"),
    "H82001": ("Fairfield Practice", "70F"),
    "M85001": ("Greenway Medical Practice", "15E"),
    "M85002": ("Highgate Surgery", "15E"),
}
NAMES = {
    "05": "Infections",
    "0501": "Antibacterial drugs",
    "050101": "Penicillins",
    "0501013": "Broad-spectrum penicillins",
    "0501013B0": "Amoxicillin",
    "0501013B0AA": "Amoxicillin",
    "0501013B0AAAAAA": "Amoxicillin 250mg capsules",
    "050102": "Cephalosporins; carbapenems",
    "0501021": "Cephalosporins",
    "0501021L0": "Cefalexin",
    "0501021L0AA": "Cefalexin",
    "0501021L0AAABAB": "Cefalexin 500mg capsules",
    "02": "Cardiovascular system",
    "0212": "Lipid-regulating drugs",
    "021200": "Lipid-regulating drugs",
    "0212000": "Lipid-regulating drugs",
    "0212000B0": "Atorvastatin",
    "0212000B0AA": "Atorvastatin",
    "0212000B0AAABAB": "Atorvastatin 20mg tablets",
}
PRESENTATIONS = [code for code in NAMES if len(code) == 15]


def directory() -> Directory:
    """The names of the example."""
    found = [Organisation("region", code, name) for code, name in REGIONS.items()]
    found += [Organisation("ICB", code, name, (("region", region),)) for code, (name, region) in ICBS.items()]
    for code, (name, icb) in SUB_ICBS.items():
        above = (("region", ICBS[icb][1]), ("ICB", icb))
        found.append(Organisation("sub-ICB location", code, name, above))
    for code, (name, sub) in PRACTICES.items():
        icb = SUB_ICBS[sub][1]
        above = (("region", ICBS[icb][1]), ("ICB", icb), ("sub-ICB location", sub))
        found.append(Organisation(organisations.PRACTICE, code, name, above, setting="4"))
    return Directory(
        release=3,
        made="2025-11-20T09:00:00Z",
        months=MONTHS,
        list_months=MONTHS,
        organisations=found,
        medicines=[Medicine(code, name, BnfCode(code).level) for code, name in NAMES.items()],
        synthetic=True,
    )


def data() -> ReferenceData:
    """The rows of the example: numbers that differ, by a rule."""
    prescribing, population = [], []
    for month_number, month in enumerate(MONTHS):
        for practice_number, practice in enumerate(PRACTICES, start=1):
            population.append(PopulationRow(month, practice, {LIST_SIZE: 4000 + 900 * practice_number}))
            for medicine_number, presentation in enumerate(PRESENTATIONS, start=1):
                items = 20 * practice_number + 7 * medicine_number + month_number
                prescribing.append(
                    PrescribingRow(
                        month,
                        practice,
                        presentation,
                        items,
                        quantity=2_800_000,
                        total_quantity=2_800_000 * items,
                        nic=items * (120 + 35 * medicine_number),
                        actual_cost=items * (115_431 + 33_217 * medicine_number),
                    )
                )
    parents = {}
    for practice, (_, sub) in PRACTICES.items():
        icb = SUB_ICBS[sub][1]
        parents[practice] = Parents(sub_icb_location=sub, icb=icb, region=ICBS[icb][1])
    then = {(month, practice): parents[practice] for month in MONTHS for practice in PRACTICES}
    return ReferenceData(
        prescribing,
        population,
        parents_now=parents,
        parents_then=then,
        settings=dict.fromkeys(PRACTICES, "4"),
    )


def engine() -> ReferenceEngine:
    """An engine over the example."""
    return ReferenceEngine(data(), directory())
