"""Two ICBs with networks, a cost centre without patients, and 26 months: for pages about organisations.

Amounts follow rules that tests can work out: see ``ITEMS`` and ``price``.
"""

from __future__ import annotations

from epact2.model.bnf import BnfCode
from epact2.model.months import DispensingMonth, month_span
from epact2.model.organisations import Organisation
from epact2.model.prescribing import LIST_SIZE, STAR_PUS
from epact2.store.directory import Directory, Medicine
from epact2.store.reference import ReferenceEngine
from epact2.store.reference_data import Parents, PopulationRow, PrescribingRow, ReferenceData

MONTHS = month_span(DispensingMonth(2023, 8), DispensingMonth(2025, 9))
LATEST = MONTHS[-1]
ICBS = {
    "QKS": ("NHS KENT AND MEDWAY INTEGRATED CARE BOARD", "Y59"),
    "QNX": ("NHS SUSSEX INTEGRATED CARE BOARD", "Y59"),
}
SUB_ICBS = {"91Q": ("NHS KENT AND MEDWAY ICB - 91Q", "QKS"), "97R": ("NHS SUSSEX ICB - 97R", "QNX")}
PCNS = {"U00001": ("MEDWAY VALLEY PCN", "91Q"), "U00002": ("DOWNS PCN", "97R")}
# code: name, sub-ICB location, PCN, setting, patients
PRACTICES = {
    "G82001": ("ACORN SURGERY", "91Q", "U00001", "4", 5000),
    "G82002": ("BRIDGE STREET PRACTICE", "91Q", "U00001", "4", 8000),
    "G81001": ("DOWNS VIEW SURGERY", "97R", "U00002", "4", 6000),
    "G81002": ("ELM TREE SURGERY", "97R", "U00002", "4", 12000),
    "Y00001": ("NIGHT SERVICE", "97R", "-", "0", 0),
}
NAMES = {
    "05": "Infections",
    "0501": "Antibacterial drugs",
    "0501013": "Broad-spectrum penicillins",
    "0501013B0": "Amoxicillin",
    "0501013B0AA": "Amoxicillin",
    "0501013B0AAAAAA": "Amoxicillin 250mg capsules",
    "0501013K0": "Co-amoxiclav",
    "0501013K0AA": "Co-amoxiclav",
    "0501013K0AAAJAJ": "Co-amoxiclav 250mg/125mg tablets",
    "04": "Central nervous system",
    "0403": "Antidepressant drugs",
    "0403030Q0": "Sertraline hydrochloride",
    "0403030Q0AA": "Sertraline hydrochloride",
    "0403030Q0AAAAAA": "Sertraline 50mg tablets",
    "0403010J0": "Dosulepin hydrochloride",
    "0403010J0AA": "Dosulepin hydrochloride",
    "0403010J0AAAAAA": "Dosulepin 25mg capsules",
    "10": "Musculoskeletal and joint diseases",
    "1001": "Drugs used in rheumatic diseases and gout",
    "1001010P0": "Naproxen",
    "1001010P0AA": "Naproxen",
    "1001010P0AAAAAA": "Naproxen 250mg tablets",
    "1001010C0": "Diclofenac sodium",
    "1001010C0AA": "Diclofenac sodium",
    "1001010C0AAAAAA": "Diclofenac sodium 25mg tablets",
}
PRESENTATIONS = [code for code in NAMES if len(code) == 15]
# Items of each medicine for 1,000 patients in the first month; sertraline grows by one each month.
ITEMS = dict(zip(PRESENTATIONS, (60, 10, 80, 2, 40, 10), strict=True))
GROWING = "0403030Q0AAAAAA"


def price(presentation: str) -> int:
    """The actual cost of one item in 1/100000 pounds: £2, £3, £4 and so on down the list."""
    return 100_000 * (2 + PRESENTATIONS.index(presentation))


def directory() -> Directory:
    """The names of the example."""
    found = [Organisation("region", "Y59", "SOUTH EAST")]
    found += [Organisation("ICB", code, name, (("region", region),)) for code, (name, region) in ICBS.items()]
    above = {}
    for code, (name, icb) in SUB_ICBS.items():
        above[code] = (("region", "Y59"), ("ICB", icb))
        found.append(Organisation("sub-ICB location", code, name, above[code]))
    for code, (name, sub) in PCNS.items():
        found.append(Organisation("PCN", code, name, (*above[sub], ("sub-ICB location", sub))))
    for code, (name, sub, pcn, setting, _) in PRACTICES.items():
        parents = (*above[sub], ("sub-ICB location", sub), ("PCN", pcn))
        found.append(Organisation("practice", code, name, parents, setting, "ME7 1AA", opened=19740401))
    return Directory(
        release=3,
        made="2025-11-20T09:00:00Z",
        months=MONTHS,
        list_months=MONTHS,
        organisations=found,
        medicines=[Medicine(code, name, BnfCode(code).level) for code, name in NAMES.items()],
        synthetic=True,
    )


def items_of(presentation: str, practice: str, month_number: int) -> int:
    """The items of a medicine: by the list, or for 2,000 people at the service without one."""
    rate = ITEMS[presentation] + (month_number if presentation == GROWING else 0)
    patients = PRACTICES[practice][4] or 2000
    # The second practice of each list prescribes a tenth more, so that ranks differ.
    more = 1.1 if practice.endswith("2") else 1.0
    return round(rate * patients / 1000 * more)


def data() -> ReferenceData:
    """The rows of the example."""
    prescribing, population, parents = [], [], {}
    for practice, (_, sub, pcn, _, _) in PRACTICES.items():
        icb = SUB_ICBS[sub][1]
        parents[practice] = Parents(pcn=pcn, sub_icb_location=sub, icb=icb, region="Y59")
    star_pu = STAR_PUS["oral_antibacterials_item"]
    for number, month in enumerate(MONTHS):
        for practice, (*_, patients) in PRACTICES.items():
            if patients:
                amounts = {LIST_SIZE: patients, star_pu: patients * 10**9 // 2}
                population.append(PopulationRow(month, practice, amounts))
            for presentation in PRESENTATIONS:
                items = items_of(presentation, practice, number)
                cost = items * price(presentation)
                prescribing.append(
                    PrescribingRow(
                        month, practice, presentation, items,
                        quantity=2_800_000, total_quantity=2_800_000 * items,
                        nic=cost // 1000, actual_cost=cost,
                    )
                )  # fmt: skip
    return ReferenceData(
        prescribing,
        population,
        parents_now=parents,
        parents_then={(month, practice): parents[practice] for month in MONTHS for practice in PRACTICES},
        settings={code: setting for code, (_, _, _, setting, _) in PRACTICES.items()},
    )


def engine() -> ReferenceEngine:
    """An engine over the example."""
    return ReferenceEngine(data(), directory())
