"""The files beside the prescribing: organisations, the BNF hierarchy and the weights of age and sex."""

from __future__ import annotations

import csv
from itertools import pairwise
from pathlib import Path

from epact2.synth.england import England, is_open, organisation_months, pcn_at
from epact2.synth.formulary import read_data, read_formulary, read_text

SYNTHETIC = """SYNTHETIC DATA

Nothing in this directory happened. Practices, primary care networks, cost centres, postcodes, SNOMED codes
and patients are invented, and so is every number about them; their names end in "(SYNTHETIC)", their codes
begin with SY, SP, SC or SU. Real are only the codes and names of the NHS regions, integrated care boards
and sub-ICB locations, and the BNF codes and names of medicines. Figures for these places are invented, too.

Made by epact2 synth, from totals that contain public sector information licensed under the Open Government
Licence v3.0.
"""

_LEVELS = {
    2: "chapter",
    4: "section",
    6: "paragraph",
    7: "subparagraph",
    9: "chemical_substance",
    11: "product",
}


def write_rows(path: Path, header: list[str], rows: list[list[object]]) -> Path:
    """Write one CSV file with LF line ends."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        if header:
            writer.writerow(header)
        writer.writerows(rows)
    return path


def _folder(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "README.txt").write_text(SYNTHETIC, encoding="ascii")


def write_bnf(england: England, directory: Path) -> list[Path]:
    """The hierarchy of the codes that are used, and the changes of code in January."""
    _folder(directory)
    presentations = read_formulary(england.extent.presentations).presentations
    used = {each.code[:length] for each in presentations for length in _LEVELS if length < len(each.code)}
    # The hierarchy gives appliances of 11 characters a product with the same code.
    used |= {each.code for each in presentations if len(each.code) == 11}
    names = {row["code"]: row["name"] for row in read_data("bnf.csv")}
    written = []
    for length, level in _LEVELS.items():
        rows: list[list[object]] = [
            [code, names[code]] for code in sorted(used) if len(code) == length and code in names
        ]
        written.append(write_rows(directory / f"{level}.csv", ["CODE", "NAME"], rows))
    all_names: list[list[object]] = [[each.code, each.name] for each in presentations]
    written.append(write_rows(directory / "presentation.csv", ["CODE", "NAME"], all_names))
    changes: dict[int, list[list[object]]] = {}
    for each in presentations:
        codes = [before for _, before in each.earlier] + [each.code]
        for (year, _), pair in zip(each.earlier, pairwise(codes), strict=True):
            changes.setdefault(year, []).append(list(pair))
    for year, rows in sorted(changes.items()):
        header = ["old_code", "new_code"]
        written.append(write_rows(directory / f"bnf_code_changes_{year}.csv", header, rows))
    return written


def write_weights(directory: Path) -> list[Path]:
    """The published STAR-PU and ASTRO-PU weights of 2013, unchanged: these are real."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "README.txt").write_text(
        "The weights in this directory are the published ones of 2013 (HSCIC). The directories beside it\n"
        "hold SYNTHETIC data.\n",
        encoding="ascii",
    )
    written = []
    for name in ("star_pu_2013.json", "astro_pu_2013.json"):
        (directory / name).write_text(read_text(name), encoding="utf-8")
        written.append(directory / name)
    return written


def write_organisations(england: England, directory: Path) -> list[Path]:
    """Practices and networks as at several months, the places above them, and who followed whom."""
    _folder(directory)
    written = []
    months = [(index, england.months[index]) for index in organisation_months(england)]
    for index, month in months:
        written.append(_write_places(england, directory / f"ccg_stp_region_{month}.csv"))
        written.append(_write_pcns(england, index, directory / f"pcn_{month}.csv"))
        written.append(_write_practices(england, index, directory / f"practice_{month}.csv"))
    written.append(_write_ods(england, directory / f"epraccur_{england.months[-1]}.csv"))
    if any(each.successor > 0 for each in england.practices):
        written.append(_write_successors(england, directory / f"succ_{england.months[-1]}.csv"))
    return written


def _write_places(england: England, path: Path) -> Path:
    used = {each.place for each in england.practices if each.place >= 0}
    header = ["CCG_CODE", "ONS_CCG_CODE", "CCG_NAME", "STP_CODE", "ONS_STP_CODE", "STP_NAME"]
    header += ["COMM_REGION_CODE", "ONS_COMM_REGION_CODE", "COMM_REGION_NAME"]
    rows: list[list[object]] = [
        [p.code, p.ons, p.name, p.icb, p.icb_ons, p.icb_name, p.region, p.region_ons, p.region_name]
        for p in (england.places[i] for i in sorted(used))
    ]
    return write_rows(path, header, rows)


def _write_pcns(england: England, index: int, path: Path) -> Path:
    members = {
        pcn_at(each, index) for each in england.practices if each.kind == "practice" and is_open(each, index)
    }
    rows: list[list[object]] = [
        [code, name, england.places[place].code]
        for code, (name, place) in england.pcns.items()
        if code in members
    ]
    unallocated = sorted(
        {england.places[each.place].code for each in england.practices if pcn_at(each, index) == "U"
         and each.kind == "practice" and is_open(each, index)}
    )  # fmt: skip
    rows += [["U", "UNALLOCATED", place] for place in unallocated]
    return write_rows(path, ["PCN_CODE", "PCN_NAME", "CCG_CODE"], rows)


def _write_practices(england: England, index: int, path: Path) -> Path:
    header = ["PRACTICE_CODE", "PRACTICE_NAME", "PRACTICE_POSTCODE", "PCN_CODE", "CCG_CODE"]
    rows: list[list[object]] = [
        [each.code, each.name, each.postcode, pcn_at(each, index), england.places[each.place].code]
        for each in england.practices
        if each.kind == "practice" and is_open(each, index)
    ]
    return write_rows(path, header, rows)


def _day(england: England, index: int) -> str:
    return f"{england.months[index]}01"


def _write_ods(england: England, path: Path) -> Path:
    """The layout of ODS's epraccur: no header, 27 fields, each in quotes."""
    lines = []
    for each in england.practices:
        if each.place < 0:
            continue
        place = england.places[each.place]
        opened = _day(england, each.opened) if each.opened > 0 else "20130401"
        closed = _day(england, each.closed) if each.closed < len(england.months) else ""
        setting = {"practice": "4", "out of hours": "3", "hospice": "13"}.get(each.kind, "0")
        fields = [
            each.code,
            each.name,
            place.region,
            place.icb,
            each.address,
            "SYNTHETIC",
            "",
            "",
            "",
            each.postcode,
        ]
        fields += [
            opened,
            closed,
            "C" if closed else "A",
            "B",
            place.code,
            opened,
            "",
            "",
            "",
            "",
            "",
            "0",
            "",
        ]
        fields += [place.code, "", setting, ""]
        lines.append(",".join(f'"{field}"' for field in fields) + "\r\n")
    path.write_text("".join(lines), encoding="ascii", newline="")
    return path


def _write_successors(england: England, path: Path) -> Path:
    """The layout of ODS's succ: old code, new code, reason, date, whether it is the only successor."""
    codes = {each.number: each.code for each in england.practices}
    lines = [
        f'"{each.code}","{codes[each.successor]}","R","{_day(england, each.closed)}","0"\r\n'
        for each in england.practices
        if each.successor > 0
    ]
    path.write_text("".join(lines), encoding="ascii", newline="")
    return path
