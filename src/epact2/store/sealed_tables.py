"""The table of sealed figures, as declared: the loader writes it and the engine reads it."""

from __future__ import annotations

from epact2.store.tables import MONTH, PRACTICE_KEY, Column, Table

# Holds what is published and nothing else. Every practice with open items of a node has a row. ``m`` stands
# in the row of an atom that is shown by itself, and in one row of each pool, for all of the pool.
ATOM = Table(
    "atom",
    (
        MONTH,
        Column("level", "UTINYINT", "0 everything, 1 chapter, 2 section, 3 chemical substance, 4 comparator"),
        Column("node", "VARCHAR", "BNF code, or the column of a count of the prepared results"),
        PRACTICE_KEY,
        Column("m", "INTEGER", "the published multiple of 5, of the atom or of its pool", nullable=True),
        Column("enters", "UTINYINT", "0 practice, 1 sub-ICB location, 2 ICB, 3 region, 4 England, 5 never"),
    ),
    ("level", "node", "practice"),
)
