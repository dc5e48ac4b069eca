"""The small files: BNF codes and names, organisations, average daily quantities, weights."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from epact2.load import formats
from epact2.load.formats import NINE_BANDS
from epact2.load.read import FETCH_AGAIN, StrictReader
from epact2.load.receive import Received
from epact2.load.recognise import Recognised, year_in_name
from epact2.load.refusals import FileRefused, Refusal, shown
from epact2.model import bnf
from epact2.model.bnf import LENGTH_OF_LEVEL
from epact2.model.prescribing import STAR_PU_SETS

Row = Mapping[str, str]
ODS_AUTHORITY = re.compile(r"[QY]\d\d")  # area teams and regions of the ODS files
Weights = Mapping[tuple[str, str], Decimal]  # by sex and one of the nine age bands


@dataclass(frozen=True, slots=True)
class ReferenceFile:
    """One small file as read. ``part`` tells apart those of one kind that stand beside each other."""

    part: str
    rows: tuple[Row, ...]
    weights: Mapping[str, Weights]
    warnings: tuple[str, ...] = ()

    @property
    def row_count(self) -> int:
        """How many rows, or sets of weights, it holds."""
        return len(self.rows) or len(self.weights)


def read_reference_file(received: Received, recognised: Recognised) -> ReferenceFile:
    """Read a small file. Raises FileRefused."""
    if recognised.kind == formats.STAR_PU:
        return ReferenceFile("", (), _star_pu(received))
    if recognised.kind == formats.ASTRO_PU:
        return ReferenceFile("", (), _astro_pu(received))
    reader = StrictReader(received, recognised)
    rows = tuple(_unique(reader, recognised.kind))
    if recognised.kind == formats.BNF:
        return ReferenceFile(_bnf_level(reader, rows), rows, {})
    if recognised.kind == formats.BNF_CHANGES:
        return _changes(received, rows)
    if recognised.kind == formats.ODS_COMMISSIONERS:
        # Area teams and regions (eauth) come apart from the groups below them (eccg), for the same month.
        above = any(ODS_AUTHORITY.fullmatch(row["code"]) for row in rows)
        return ReferenceFile("authorities" if above else "commissioners", rows, {})
    if recognised.kind == formats.ADQ_PER_QUANTITY:
        return ReferenceFile("", rows, {}, _differing(rows))
    return ReferenceFile("", rows, {})


def _differing(rows: tuple[Row, ...]) -> tuple[str, ...]:
    factors: dict[str, set[str]] = {}
    for row in rows:
        factors.setdefault(row["bnf_code"], set()).add(row["adq_per_quantity"])
    codes = sorted(code for code, found in factors.items() if len(found - {""}) > 1)
    if not codes:
        return ()
    return (
        f"{len(codes)} codes have products with different factors (for example {codes[0]}): none is kept.",
    )


# What may stand only once in a file; kinds that are not named here may repeat anything but a whole row.
_UNIQUE = {
    formats.BNF: "code",
    formats.PRACTICES: "code",
    formats.COMMISSIONERS: "code",
    formats.ODS_PRACTICES: "code",
    formats.ODS_COMMISSIONERS: "code",
    formats.ADQ: "code",
    formats.IMD: "code",
    formats.PRACTICE_LSOA: "code",
}


def _unique(reader: StrictReader, kind: str) -> Iterator[Row]:
    columns = {column.name: column for column in reader.layout.columns}
    key = _UNIQUE.get(kind)
    seen: dict[object, int] = {}
    for line, cells in reader:
        row = dict(zip(columns, cells, strict=True))
        identity: object = row[key] if key else cells
        if identity in seen:
            what = shown(row[key]) if key else "the row"
            column = columns[key] if key else None
            reader.fault(f"{what} stands in line {seen[identity]} already.", FETCH_AGAIN, line, column)
        seen.setdefault(identity, line)
        yield row
    reader.finish()


def _bnf_level(reader: StrictReader, rows: tuple[Row, ...]) -> str:
    """The level of a file's codes, by their length; a file holds one level.

    Presentations have 15 characters, or 11 in chapters 20 to 23; products have 11 everywhere.
    """
    lengths = {len(row["code"]) for row in rows}
    if lengths <= {11, 15} and 15 in lengths:
        return bnf.PRESENTATION
    if len(lengths) == 1:
        for level, length in LENGTH_OF_LEVEL.items():
            if lengths == {length}:
                return level
    usual = max(lengths, key=lambda length: sum(len(row["code"]) == length for row in rows))
    odd = next(
        row["code"] for row in rows if len(row["code"]) != usual or usual not in LENGTH_OF_LEVEL.values()
    )
    raise FileRefused(
        Refusal(
            reader.name,
            f"{shown(odd)} has {len(odd)} characters, unlike the other codes of the file.",
            "A file holds the codes of one level: 2, 4, 6, 7, 9 or 11 characters, or presentations.",
            line=next(number for number, row in enumerate(rows, start=2) if row["code"] == odd),
            column="CODE",
        )
    )


def _changes(received: Received, rows: tuple[Row, ...]) -> ReferenceFile:
    year = year_in_name(received.name)
    warnings = []
    if not year:
        warnings.append(
            "Its name gives no year, so every dated list of changes goes before it where both name a code."
        )
    wrong = [row["new"] for row in rows if len(row["new"]) not in (11, 15)]
    if wrong:
        warnings.append(
            f"{len(wrong)} new codes have neither 15 nor 11 characters (for example {wrong[0]}): "
            "they are ignored."
        )
    return ReferenceFile(year, rows, {}, tuple(warnings))


def _json(received: Received) -> Mapping[str, object]:
    if received.encoding != "utf-8":
        raise FileRefused(Refusal(received.name, "it is not in UTF-8.", "Save it again as UTF-8."))
    with received.text.open(encoding="utf-8-sig") as text:
        # A float would change the last digits of the weights.
        found: Mapping[str, object] = json.load(text, parse_float=Decimal, parse_int=Decimal)
    return found


def _refuse_weight(received: Received, place: str, problem: str) -> FileRefused:
    return FileRefused(Refusal(received.name, problem, "Load the weights as published.", column=place))


def _weight(received: Received, place: str, value: object) -> Decimal:
    try:
        if isinstance(value, Decimal) and value.is_finite() and 0 <= value < 1000:
            return value
    except InvalidOperation:
        pass
    raise _refuse_weight(received, place, f"{shown(str(value))} is not a weight.")


def _star_pu(received: Received) -> dict[str, Weights]:
    found = _json(received)
    if strange := sorted(set(found) ^ set(STAR_PU_SETS)):
        raise _refuse_weight(
            received,
            strange[0],
            f"the file must hold the {len(STAR_PU_SETS)} STAR-PU sets of 2013, each once.",
        )
    sets: dict[str, Weights] = {}
    for name, bands in found.items():
        if not isinstance(bands, Mapping) or set(bands) != set(NINE_BANDS):
            raise _refuse_weight(received, name, f"its age bands must be {', '.join(NINE_BANDS)}.")
        weights: dict[tuple[str, str], Decimal] = {}
        for band, pair in bands.items():
            if not isinstance(pair, list) or len(pair) != 2:
                raise _refuse_weight(received, f"{name}, {band}", "there must be two weights: male, female.")
            weights["male", band] = _weight(received, f"{name}, {band}, male", pair[0])
            weights["female", band] = _weight(received, f"{name}, {band}, female", pair[1])
        sets[name] = weights
    return sets


def _astro_pu(received: Received) -> dict[str, Weights]:
    places = {
        f"{sex}_{band.replace('-', '_').replace('+', '_plus')}": (sex, band)
        for sex in ("male", "female")
        for band in NINE_BANDS
    }
    sets: dict[str, Weights] = {}
    for name, cells in _json(received).items():
        if not isinstance(cells, Mapping) or set(cells) != set(places):
            raise _refuse_weight(
                received, name, f"it must have {len(places)} weights, male_0_4 to female_75_plus."
            )
        sets[name] = {
            places[cell]: _weight(received, f"{name}, {cell}", value) for cell, value in cells.items()
        }
    return sets
