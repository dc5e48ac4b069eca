"""Where practices stand: as at a month, and now.

As at a month means what that month's prescribing file says. Where it says nothing (a practice that has a
list and no prescribing), the list file speaks, then the newest organisation files that are not later, then
the nearest month in which the practice prescribed. Now means the newest organisation files, with successors
of a sub-ICB location followed; a practice that is in none keeps its last known place.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from epact2.load import formats
from epact2.load.history import Reference, follow
from epact2.load.prescribing import PublishedPractice
from epact2.load.reference_files import Row
from epact2.model.organisations import SYNTHETIC_MARK, UNKNOWN_CODE

GP_PRACTICE, OTHER_SETTING, UNKNOWN_SETTING = "4", "0", "-"

Register = list[tuple[int, dict[str, Row]]]  # files of one kind, oldest first


@dataclass(frozen=True, slots=True)
class Parents:
    """The organisations above a practice; ``-`` is not known."""

    pcn: str = UNKNOWN_CODE
    sub_icb: str = UNKNOWN_CODE
    icb: str = UNKNOWN_CODE
    region: str = UNKNOWN_CODE


@dataclass(frozen=True, slots=True)
class PracticeNow:
    """A practice as it is now, as far as anybody has said."""

    code: str
    name: str
    postcode: str
    setting: str
    opened: int | None
    closed: int | None
    successor: str
    parents: Parents


class Places:
    """Answers where a practice stood and stands, from everything that was loaded."""

    def __init__(
        self,
        reference: Reference,
        published: Mapping[int, Mapping[str, PublishedPractice]],
        listed: Mapping[int, Mapping[str, PublishedPractice]],
        invented: Collection[str] = (),
    ) -> None:
        """Take what the files say; ``invented`` practices are marked so if no file names them."""
        self._invented = frozenset(invented)
        self._published = published
        self._listed = listed
        self._practices = reference.by_code(formats.PRACTICES)
        self._commissioners = reference.by_code(formats.COMMISSIONERS)
        self._ods_practices = reference.by_code(formats.ODS_PRACTICES)
        self._ods_commissioners = reference.by_code(formats.ODS_COMMISSIONERS)
        self._seen: dict[str, list[tuple[int, PublishedPractice]]] = {}
        for month in sorted(published.keys() | listed.keys()):
            for code in published.get(month, {}).keys() | listed.get(month, {}).keys():
                practice = published.get(month, {}).get(code) or listed[month][code]
                if practice.sub_icb != UNKNOWN_CODE:
                    self._seen.setdefault(code, []).append((month, practice))
        in_lists = {code for practices in listed.values() for code in practices}
        self._gp_practices = in_lists | {code for _, rows in self._practices for code in rows}
        self._settings_known = bool(self._gp_practices or self._ods_practices)
        rows = [row for _, file in reference.of(formats.SUCCESSORS) for row in file.rows]
        rows.sort(key=lambda row: row["date"])
        self.successors = {row["old"]: row["new"] for row in rows if row["old"] != row["new"]}

    # --- As at a month --------------------------------------------------------------------------------

    def as_at(self, code: str, month: int) -> tuple[str, Parents]:
        """The name and the place of a practice in a month."""
        pcn = _at(self._practices, code, month).get("pcn", UNKNOWN_CODE)
        in_file = self._published.get(month, {}).get(code)
        # Rows that were added up from items name neither the practice nor its place.
        if in_file and (in_file.name or in_file.sub_icb != UNKNOWN_CODE):
            return in_file.name, Parents(pcn, in_file.sub_icb, in_file.icb, in_file.region)
        in_list = self._listed.get(month, {}).get(code)
        registered = _at(self._practices, code, month)
        nearest = self._nearest(code, month)
        name = (in_list.name if in_list else "") or registered.get("name", "")
        name = name or (nearest.name if nearest else "") or self._newest_name(code)
        if in_list and in_list.sub_icb != UNKNOWN_CODE:
            return name, Parents(pcn, in_list.sub_icb, in_list.icb, in_list.region)
        if registered:
            above = _at(self._commissioners, registered["sub_icb"], month)
            icb, region = above.get("icb", UNKNOWN_CODE), above.get("region", UNKNOWN_CODE)
            return name, Parents(pcn, registered["sub_icb"], icb, region)
        if nearest:
            return name, Parents(pcn, nearest.sub_icb, nearest.icb, nearest.region)
        return name, Parents(pcn)

    def _nearest(self, code: str, month: int) -> PublishedPractice | None:
        """What the last month before says of a practice, else the first month after."""
        seen = self._seen.get(code, [])
        if not seen:
            return None
        place = bisect_right([one for one, _ in seen], month)
        return seen[max(place - 1, 0)][1]

    # --- Now --------------------------------------------------------------------------------------------

    def now(self, code: str) -> PracticeNow:
        """A practice as it is now."""
        ods = _newest(self._ods_practices, code)
        names = [(month, 0, one.name, one.postcode) for month, one in self._everywhere(code)]
        names += [
            (month, 1, rows[code]["name"], rows[code]["postcode"])
            for register in (self._ods_practices, self._practices)
            for month, rows in register
            if code in rows
        ]
        names.sort(key=lambda one: one[:2], reverse=True)
        return PracticeNow(
            code=code,
            name=next((name for _, _, name, _ in names if name), self._nameless(code)),
            postcode=next((postcode for *_, postcode in names if postcode.strip("- ")), ""),
            setting=self._setting(code, ods),
            opened=_day(ods.get("opened", "")),
            closed=_day(ods.get("closed", "")),
            successor=self.successors.get(code, ""),
            parents=self.current(code),
        )

    def _everywhere(self, code: str) -> list[tuple[int, PublishedPractice]]:
        return [
            (month, practices[code])
            for months in (self._published, self._listed)
            for month, practices in months.items()
            if code in practices
        ]

    def _newest_name(self, code: str) -> str:
        for register in (self._practices, self._ods_practices):
            if name := _newest(register, code).get("name"):
                return name
        return self._nameless(code)

    def _nameless(self, code: str) -> str:
        """What stands for the name of a practice that no file names: its code."""
        return f"{code} {SYNTHETIC_MARK}" if code in self._invented else code

    def _setting(self, code: str, ods: Row) -> str:
        if ods.get("setting"):
            return ods["setting"]
        if code in self._gp_practices:
            return GP_PRACTICE
        return OTHER_SETTING if self._settings_known else UNKNOWN_SETTING

    def current(self, code: str) -> Parents:
        """Where a practice belongs now."""
        last = self._seen[code][-1][1] if code in self._seen else None
        registers = [
            (month, place, rows[code])
            for place, register in enumerate((self._ods_practices, self._practices))
            for month, rows in register
            if code in rows and rows[code]["sub_icb"]
        ]
        row: Row = max(registers, key=lambda one: one[:2])[2] if registers else {}
        stated = row.get("sub_icb") or (last.sub_icb if last else UNKNOWN_CODE)
        sub_icb = follow(stated, self.successors)
        icb, region = self._above(sub_icb)
        if icb == UNKNOWN_CODE and "icb" in row and sub_icb == stated:
            icb, region = row["icb"] or UNKNOWN_CODE, row["region"] or UNKNOWN_CODE
        if icb == UNKNOWN_CODE and last:
            # Nothing newer is known of its location, so what stood above it last is the best answer.
            icb, region = last.icb, last.region
        pcn = _newest(self._practices, code).get("pcn", UNKNOWN_CODE)
        return Parents(pcn, sub_icb, icb, region)

    def _above(self, sub_icb: str) -> tuple[str, str]:
        """The ICB and the region above a sub-ICB location in the newest file that has it."""
        for register in (self._commissioners, self._ods_commissioners):
            row = _newest(register, sub_icb)
            if row.get("icb"):
                return row["icb"], row["region"]
        return UNKNOWN_CODE, UNKNOWN_CODE


def _at(register: Register, code: str, month: int) -> Row:
    """The row of a code in the newest file that is not later than a month and has it."""
    return next((rows[code] for when, rows in reversed(register) if when <= month and code in rows), {})


def _newest(register: Register, code: str) -> Row:
    return next((rows[code] for _, rows in reversed(register) if code in rows), {})


def _day(text: str) -> int | None:
    return int(text) if text else None
