"""Make the places of the synthetic England: real regions, ICBs and sub-ICB locations, and nothing beneath.

    EPACT2_REAL_DATA=… python scripts/make_places.py

Run once, by hand; its output in ``src/epact2/synth/data`` is committed. No practice is taken over: practices
serve only to sum their patients, by age and sex, to the sub-ICB location they belong to.
"""

from __future__ import annotations

import csv
import os
import shutil
import sys
from collections import Counter, defaultdict
from pathlib import Path

SOURCE = Path(os.environ.get("EPACT2_REAL_DATA", "../shared/data"))
OUTPUT = Path(__file__).resolve().parent.parent / "src" / "epact2" / "synth" / "data"
BANDS = ("0-4", "5-14", "15-24", "25-34", "35-44", "45-54", "55-64", "65-74", "75+")
# Bassetlaw went to Nottingham and Nottinghamshire on 1 July 2022.
MOVED = {"02Q": ("QT1", "Y60", "Midlands")}


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one source file, all text."""
    with (SOURCE / name).open(encoding="ascii", newline="") as file:
        return list(csv.DictReader(file))


def main() -> int:
    """Write places.csv and icbs.csv, and copy the weights."""
    located = {row["PRACTICE_CODE"]: row["CCG_CODE"] for row in rows("organisations/practice_202201.csv")}
    practices = Counter(located.values())
    # Practices that closed between 2016 and 2022 have no location of 2022: their patients went to practices
    # nearby, so they are counted with the location to which most practices of their old group belong.
    of_old: dict[str, Counter[str]] = defaultdict(Counter)
    lists = rows("list-size/practice_list_201601.csv")
    for row in lists:
        if row["Practice Code"] in located:
            of_old[row["PCO Code"]][located[row["Practice Code"]]] += 1
    patients: dict[str, Counter[str]] = defaultdict(Counter)
    for row in lists:
        old = of_old[row["PCO Code"]]
        place = located.get(row["Practice Code"]) or (old.most_common(1)[0][0] if old else "")
        for band in BANDS:
            for sex in ("Male", "Female"):
                patients[place][f"{sex.lower()}_{band}"] += int(row[f"{sex} {band}"])
    columns = [f"{sex}_{band}" for sex in ("male", "female") for band in BANDS]
    icb_names = {row["ICB_CODE"]: row for row in rows("epd/icb_202601.csv")}
    places = []
    for row in rows("organisations/ccg_stp_region_202201.csv"):
        code = row["CCG_CODE"]
        icb, region_code, region = MOVED.get(
            code, (row["STP_CODE"], row["COMM_REGION_CODE"], row["COMM_REGION_NAME"])
        )
        mine = patients[code]
        places.append(
            [code, row["ONS_CCG_CODE"], icb, row["ONS_STP_CODE"], region_code, row["ONS_COMM_REGION_CODE"]]
            + [region, practices[code]]
            + [mine[column] for column in columns]
        )
    ons_icb = {
        row["STP_CODE"]: row["ONS_STP_CODE"] for row in rows("organisations/ccg_stp_region_202201.csv")
    }
    ons_region = {place[4]: place[5] for place in places if place[0] not in MOVED}
    for place in places:
        place[3], place[5] = ons_icb[place[2]], ons_region[place[4]]
    write(
        "places.csv",
        ["code", "ons", "icb", "icb_ons", "region", "region_ons", "region_name", "practices", *columns],
        sorted(places, key=lambda place: (place[4], place[2], place[0])),
    )
    write(
        "icbs.csv",
        ["code", "name", "items_202601", "actual_cost_202601"],
        [[c, r["ICB_NAME"], r["ITEMS"], r["ACTUAL_COST_GBP"]] for c, r in sorted(icb_names.items())],
    )
    for name in ("star_pu_2013.json", "astro_pu_2013.json"):
        shutil.copyfile(SOURCE / "weights" / name, OUTPUT / name)
    return 0


def write(name: str, header: list[str], lines: list[list[object]]) -> None:
    """Write one file of the places."""
    with (OUTPUT / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(lines)


if __name__ == "__main__":
    sys.exit(main())
