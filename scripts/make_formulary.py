"""Make the formulary of the synthetic England from published NHS data.

    EPACT2_REAL_DATA=… python scripts/make_formulary.py

Run once, by hand; its output in ``src/epact2/synth/data`` is committed. What comes from where stands in
the README beside that output.
"""

from __future__ import annotations

import csv
import os
import re
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from formulary_choices import CHOSEN, NEEDED, NEW_NAMES, Chosen
from formulary_quantities import kind_of, pack_of, quantities

SOURCE = Path(os.environ.get("EPACT2_REAL_DATA", "../shared/data"))
OUTPUT = Path(__file__).resolve().parent.parent / "src" / "epact2" / "synth" / "data"
SUBSTANCES = 640
YEARS = ("2021", "2022", "2023", "2024")
# Actual cost to NIC in January 2026, over all items.
ACTUAL_TO_NIC_2026 = 0.905


@dataclass
class Presentation:
    """One presentation of 2018, or a chosen one, on its way to the formulary."""

    code: str
    items: float
    quantity: float
    price: float
    unit: str = "1"
    since: int = 0
    until: int = 0


@dataclass
class Substance:
    """A chemical substance, or a section of appliances, with England's items and NIC by year."""

    code: str
    name: str
    items: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    nic: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    items_2026: str = ""
    nic_2026: str = ""


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one source file, all text."""
    with (SOURCE / name).open(encoding="ascii", newline="") as file:
        return list(csv.DictReader(file))


def names(level: str) -> dict[str, str]:
    """Code to name of one level of the BNF."""
    return {row["CODE"]: row["NAME"].strip() for row in rows(f"bnf/{level}.csv")}


def code_changes(first: int, last: int) -> dict[str, str]:
    """Old code to new code over some years; a later year's change of a new code is followed."""
    mapping: dict[str, str] = {}
    for year in range(first, last + 1):
        path = SOURCE / "bnf" / "code-changes" / f"{year}.csv"
        if not path.exists():
            continue
        with path.open(encoding="ascii", newline="") as file:
            changed = {old: new for old, new in csv.reader(file) if len(new) in (11, 15)}
        mapping = {old: changed.get(new, new) for old, new in mapping.items()} | changed
    return mapping


def generic(code: str) -> str:
    """The code of the generic equivalent."""
    return code if len(code) == 11 else code[:9] + "AA" + code[13:15] * 2


def substance_of(code: str) -> str:
    """What EPD shows as the chemical substance: the section, for appliances."""
    return code[:4] if len(code) == 11 else code[:9]


class Bnf:
    """The hierarchy of November 2024, and the changes since."""

    def __init__(self) -> None:
        self.presentation = {c: n for c, n in names("presentation").items() if "DO NOT USE" not in n}
        self.level = {
            level: names(level)
            for level in ("chapter", "section", "paragraph", "subparagraph", "chemical_substance", "product")
        }
        self.to_2024 = code_changes(2020, 2024)
        self.change = {year: code_changes(year, year) for year in (2025, 2026)}

    def of_2024(self, code: str) -> str | None:
        """The code of 2024 of a code of 2018, when the hierarchy has it."""
        now = self.to_2024.get(code, code)
        return next((each for each in (now, code) if each in self.presentation), None)

    def latest(self, code: str) -> tuple[str, str]:
        """The code of 2026 and, when it is another, "year:code before"."""
        for year, change in self.change.items():
            new = change.get(code)
            if new and (new[:9] in self.level["chemical_substance"] or new[:9] in NEW_NAMES):
                return new, f"{year}:{code}"
        return code, ""


def presentations_of_2018(bnf: Bnf) -> dict[str, list[Presentation]]:
    """By substance: what was dispensed in May 2018, as prescribers ordered it, under the codes of 2024.

    The source counts a generic order that was met by a brand under the brand (ITEMS_CL2); prescribing
    data has it under the generic.
    """
    found: dict[str, Presentation] = {}

    def add(code: str, items: float, quantity: float, price: float, unit: str) -> None:
        if items <= 0:
            return
        known = found.get(code)
        if known is None:
            found[code] = Presentation(code, items, quantity, price, unit)
            return
        total = known.items + items
        known.quantity = (known.quantity * known.items + quantity * items) / total
        known.price = (known.price * known.items + price * items) / total
        known.items = total

    for row in rows("pca/presentation_201805.csv"):
        items, class_2, quantity = int(row["ITEMS"]), int(row["ITEMS_CL2"]), float(row["QTY"])
        code = bnf.of_2024(row["BNF_CODE"])
        if code is None or items <= 0 or quantity <= 0:
            continue
        each, price = quantity / items, float(row["NIC_P"]) / quantity
        equivalent = generic(code)
        if class_2 and equivalent != code and equivalent in bnf.presentation:
            add(equivalent, class_2, each, price, row["STD_QTY_UNIT"])
            items -= class_2
        add(code, items, each, price, row["STD_QTY_UNIT"])
    by_substance: dict[str, list[Presentation]] = defaultdict(list)
    for presentation in found.values():
        by_substance[substance_of(presentation.code)].append(presentation)
    return by_substance


def national_substances(bnf: Bnf, of_2018: dict[str, list[Presentation]]) -> dict[str, Substance]:
    """England's items and NIC of 2021 to 2024, by code: the source has names only.

    Where one name means several codes of a section, the items are shared as they were in 2018.
    """
    section = {(code[:2], name): code for code, name in bnf.level["section"].items()}
    chemical: dict[tuple[str, str], list[str]] = defaultdict(list)
    for code, name in bnf.level["chemical_substance"].items():
        chemical[code[:4], name].append(code)
    found: dict[str, Substance] = {}
    for row in rows("england/national_year_chemical.csv"):
        chapter = row["BNF_CHAPTER"][:2]
        section_code = section.get((chapter, row["BNF_SECTION"].strip()), "")
        codes = [section_code] if chapter >= "20" else chemical.get((section_code, row["DRUG"].strip()), [])
        if not codes or not codes[0]:
            continue
        weight = {code: sum(each.items for each in of_2018.get(code, [])) for code in codes}
        total = sum(weight.values())
        for code in codes:
            share = weight[code] / total if total else 1 / len(codes)
            if share:
                entry = found.setdefault(code, Substance(code, row["DRUG"].strip()))
                entry.items[row["YEAR"]] += share * int(row["ITEMS"])
                entry.nic[row["YEAR"]] += share * float(row["COST"])
    # January 2026 has names only: a name of several codes is shared as the items of 2024 are.
    by_name: dict[str, list[Substance]] = defaultdict(list)
    for entry in found.values():
        by_name[entry.name].append(entry)
    for row in rows("epd/top20_chemicals_202601.csv"):
        matches = by_name[row["CHEMICAL_SUBSTANCE"]]
        total = sum(match.items["2024"] for match in matches)
        for match in matches:
            share = match.items["2024"] / total
            match.items_2026 = f"{share * int(row['ITEMS']):.0f}"
            match.nic_2026 = f"{share * float(row['ACTUAL_COST_GBP']) / ACTUAL_TO_NIC_2026:.0f}"
    return found


def guess_quantity(name: str) -> tuple[float, str]:
    """A usual quantity for a presentation that 2018 did not have, from its name."""
    rules = [
        (r"tablet|capsule|cap |tab ", 42.0, "1"),
        (r"lozenge|pastille|sachet|pessar|suppositor|lyophil", 20.0, "1"),
        (r"inhaler|dry pdr|/dose|Genuair|Aerosphere|inh\b|spray", 1.1, "1"),
        (r"oral sol|oral susp|syrup|elixir|mouthwash|liquid|lotion|shampoo", 250.0, "3"),
        (r"cream|ointment|gel\b|paste", 60.0, "6"),
        (r"drops", 10.0, "3"),
        (r"feed|kcal|liquid|milkshake", 14000.0, "3"),
        (r"inj|infus|pen\b|syringe|vial|ampoule|pf dis", 1.5, "1"),
    ]
    return next(((mean, unit) for pattern, mean, unit in rules if re.search(pattern, name)), (14.0, "1"))


def fallback(bnf: Bnf, code: str, per_item: float) -> list[Presentation]:
    """Presentations of a substance that 2018 does not know: the first generics, then the first brands."""
    mine = sorted(each for each in bnf.presentation if substance_of(each) == code)
    generics = [each for each in mine if each[9:11] == "AA"][:3]
    brands = [each for each in mine if each[9:11] != "AA" and len(each) == 15][:2]
    if not generics:
        brands = mine[:4]
    shares = [0.5, 0.25, 0.12][: len(generics)] + [0.2, 0.1, 0.05, 0.05][: len(brands)]
    made = []
    for each, share in zip(generics + brands, shares, strict=False):
        quantity, unit = guess_quantity(bnf.presentation[each])
        made.append(Presentation(each, share, quantity, per_item / quantity, unit))
    return made


def choose(candidates: list[Presentation], code: str, rank: int) -> list[Presentation]:
    """The commonest presentations of a substance: more of them where there is more prescribing."""
    most = 16 if len(code) == 4 else 8 if rank < 80 else 5
    ordered = sorted(candidates, key=lambda each: (-each.items, each.code))
    total = sum(each.items for each in ordered)
    chosen: list[Presentation] = []
    covered = 0.0
    for each in ordered:
        if len(chosen) >= most or (chosen and covered >= 0.985 * total):
            break
        chosen.append(each)
        covered += each.items
    return chosen


def adq_per_quantity(bnf: Bnf) -> dict[str, str]:
    """ADQ usage of one unit of quantity, by the code of 2024."""
    found: dict[str, str] = {}
    for row in rows("adq/computed_adq_per_quantity.csv"):
        code = bnf.of_2024(row["bnf_code"])
        if code and row["adq_per_quantity"]:
            found.setdefault(code, f"{float(row['adq_per_quantity']):.9f}".rstrip("0").rstrip("."))
    return found


def from_chosen(chosen: list[Chosen]) -> list[Presentation]:
    """The presentations a person chose."""
    return [
        Presentation(
            each.code, each.share, each.quantity, each.price / each.quantity, "1", each.since, each.until
        )
        for each in chosen
    ]


def write(name: str, header: str, lines: list[list[object]]) -> None:
    """Write one file of the formulary."""
    with (OUTPUT / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(lines)


def main() -> int:
    """Write substances.csv, presentations.csv and bnf.csv."""
    bnf = Bnf()
    of_2018 = presentations_of_2018(bnf)
    national = national_substances(bnf, of_2018)
    items = sum(entry.items["2024"] for entry in national.values())
    nic = sum(entry.nic["2024"] for entry in national.values())
    ranked = sorted(
        national.values(),
        key=lambda entry: (-(entry.items["2024"] / items + entry.nic["2024"] / nic), entry.code),
    )
    kept = [e for i, e in enumerate(ranked) if (i < SUBSTANCES or e.code in NEEDED) and e.items["2024"] >= 50]
    adq = adq_per_quantity(bnf)
    substance_lines: list[list[object]] = []
    presentation_lines: list[list[object]] = []
    used: dict[str, str] = {}
    for rank, entry in enumerate(kept):
        candidates = of_2018.get(entry.code, [])
        per_item = entry.nic["2024"] / entry.items["2024"]
        if entry.code in CHOSEN:
            chosen = from_chosen(CHOSEN[entry.code])
        elif sum(each.items for each in candidates) * 12 < 0.005 * entry.items["2024"]:
            chosen = fallback(bnf, entry.code, per_item)
        else:
            chosen = choose(candidates, entry.code, rank)
        if not chosen:
            sys.stderr.write(f"no presentation for {entry.code} {entry.name}\n")
            continue
        substance_lines.append(
            [entry.code, entry.name]
            + [round(entry.items[year]) for year in YEARS]
            + [round(entry.nic[year]) for year in YEARS]
            + [entry.items_2026, entry.nic_2026]
        )
        most = 4 if rank < 120 else 3 if rank < 350 else 2
        kind = {each.code: kind_of(each.code, bnf.presentation[each.code], each.unit) for each in chosen}
        shared = {each.code: quantities(each.quantity, kind[each.code], most) for each in chosen}
        # 2024's price: 2018's proportions, scaled to what England paid.
        current = [
            each for each in chosen if each.since <= 202406 and (not each.until or each.until >= 202406)
        ]
        total = sum(each.items for each in current)
        cost = sum(
            each.items / total * each.price * sum(q * s for q, s in shared[each.code]) for each in current
        )
        for each in chosen:
            latest, earlier = bnf.latest(each.code)
            shares = shared[each.code]
            presentation_lines.append(
                [
                    latest,
                    bnf.presentation.get(latest) or bnf.presentation[each.code],
                    entry.code,
                    f"{each.items / total:.6f}",
                    "|".join(f"{q:g}:{s:.3f}" for q, s in shares),
                    f"{pack_of(kind[each.code], shares):g}",
                    f"{each.price * per_item / cost * 100:.5g}",
                    adq.get(each.code, ""),
                    each.since or "",
                    each.until or "",
                    earlier,
                ]
            )
            for code in (latest, each.code):
                name_parents(bnf, code, each.code, used)
    substance_lines.sort(key=lambda line: str(line[0]))
    presentation_lines.sort(key=lambda line: str(line[0]))
    write(
        "substances.csv",
        "code,name,"
        + ",".join(f"items_{y}" for y in YEARS)
        + ","
        + ",".join(f"nic_{y}" for y in YEARS)
        + ",items_202601,nic_202601",
        substance_lines,
    )
    write(
        "presentations.csv",
        "code,name,substance,share,quantities,pack,price_pence,adq_per_quantity,since,until,earlier",
        presentation_lines,
    )
    write("bnf.csv", "code,name", [[code, name] for code, name in sorted(used.items())])
    totals: dict[str, list[float]] = defaultdict(lambda: [0.0] * 8)
    for row in rows("england/national_year_chemical.csv"):
        column = YEARS.index(row["YEAR"])
        totals[row["BNF_CHAPTER"][:2]][column] += int(row["ITEMS"])
        totals[row["BNF_CHAPTER"][:2]][column + 4] += float(row["COST"])
    write(
        "chapters.csv",
        "code," + ",".join(f"items_{y}" for y in YEARS) + "," + ",".join(f"nic_{y}" for y in YEARS),
        [[chapter, *map(round, values)] for chapter, values in sorted(totals.items())],
    )
    sys.stdout.write(f"{len(substance_lines)} substances, {len(presentation_lines)} presentations\n")
    return 0


def name_parents(bnf: Bnf, code: str, before: str, used: dict[str, str]) -> None:
    """Keep the names of everything above a presentation; a new code borrows its product's old name."""
    lengths = {
        "chapter": 2,
        "section": 4,
        "paragraph": 6,
        "subparagraph": 7,
        "chemical_substance": 9,
        "product": 11,
    }
    for level, length in lengths.items():
        key = code[:length]
        name = bnf.level[level].get(key) or NEW_NAMES.get(key) or bnf.level[level].get(before[:length])
        if name and len(key) == length:
            used.setdefault(key, name)


if __name__ == "__main__":
    sys.exit(main())
