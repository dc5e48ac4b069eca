"""What the small files say together: the latest code of each code, names, weights.

Pure functions; nothing here touches a database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from epact2.load import formats
from epact2.load.reference_files import ReferenceFile, Row, Weights
from epact2.model import bnf

_APPLIANCES = ("20", "21", "22", "23")


def follow(code: str, next_code: Mapping[str, str]) -> str:
    """The end of a chain of replacements; a chain that comes back to itself ends before it repeats."""
    seen = {code}
    while (following := next_code.get(code)) is not None and following not in seen:
        code = following
        seen.add(code)
    return code


def latest_codes(lists: Iterable[tuple[str, Sequence[Row]]]) -> dict[str, str]:
    """The latest code of every replaced code, from lists of changes by year.

    A later list prevails over an earlier one, and a later line over an earlier one of the same list. Chains
    are followed to their end, also where a list of 2024 goes on from one of 2025: the latest of a latest
    code is itself. New codes of a wrong length are ignored.
    """
    direct: dict[str, str] = {}
    for _, rows in sorted(lists, key=lambda one: one[0]):
        for row in rows:
            if len(row["new"]) in (11, 15) and row["new"] != row["old"]:
                direct[row["old"]] = row["new"]
    latest = {old: follow(old, direct) for old in direct}
    return {old: new for old, new in latest.items() if new != old}


@dataclass(slots=True)
class Reference:
    """All small files of a release, by kind, each kind in order of month and part."""

    files: dict[str, list[tuple[int, ReferenceFile]]] = field(default_factory=dict)

    def add(self, kind: str, month: int | None, file: ReferenceFile) -> None:
        """Add one file."""
        self.files.setdefault(kind, []).append((month or 0, file))
        self.files[kind].sort(key=lambda one: (one[0], one[1].part))

    def of(self, kind: str) -> list[tuple[int, ReferenceFile]]:
        """The files of a kind with their months."""
        return self.files.get(kind, [])

    def has(self, *kinds: str) -> bool:
        """Whether any file of these kinds is loaded."""
        return any(self.of(kind) for kind in kinds)

    def by_code(self, kind: str, code: str = "code") -> list[tuple[int, dict[str, Row]]]:
        """Each file of a kind as a mapping from its codes, oldest first."""
        return [(month, {row[code]: row for row in file.rows}) for month, file in self.of(kind)]

    @property
    def bnf_names(self) -> dict[str, dict[str, str]]:
        """The hierarchy: names by level and code; appliances of the product file are presentations too."""
        names: dict[str, dict[str, str]] = {level: {} for level in bnf.LEVELS}
        for _, file in self.of(formats.BNF):
            names[file.part].update((row["code"], row["name"].strip()) for row in file.rows)
        for code, name in names[bnf.PRODUCT].items():
            if code.startswith(_APPLIANCES):
                names[bnf.PRESENTATION].setdefault(code, name)
        return names

    def latest_codes(self) -> dict[str, str]:
        """See ``latest_codes``."""
        return latest_codes((file.part, file.rows) for _, file in self.of(formats.BNF_CHANGES))

    def weights(self, kind: str) -> Mapping[str, Weights]:
        """The sets of weights of a kind; none when no file is loaded."""
        found = self.of(kind)
        return found[-1][1].weights if found else {}
