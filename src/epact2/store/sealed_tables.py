"""The table of sealed figures, as declared: the loader writes it and the engine reads it."""

from __future__ import annotations

from epact2.store.tables import MONTH, PRACTICE_KEY, Column, Table

BY_AGE, BY_DEPRIVATION = 0, 1

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

# Sub-ICB locations by what patients are, for everything and each chapter: every cell of each split has a row.
# ``practice`` is the first practice of the place: it tells all organisations above.
SPLIT = Table(
    "split",
    (
        MONTH,
        Column("level", "UTINYINT", "0 everything, 1 chapter"),
        Column("node", "VARCHAR", "BNF chapter"),
        Column("kind", "UTINYINT", "0 by age and gender, 1 by deprivation"),
        Column("age_band_5", "UTINYINT", "place of the 5-year age band; 0 in a split by deprivation"),
        Column("gender", "UTINYINT", "place of the gender; 0 in a split by deprivation"),
        Column("imd_quintile", "UTINYINT", "place of the quintile; 0 in a split by age and gender"),
        PRACTICE_KEY,
        Column("patients", "INTEGER", "the published multiple of 5", nullable=True),
        Column("items", "INTEGER", "the same of items", nullable=True),
        Column("enters", "UTINYINT", "1 in its sub-ICB location and all above, 5 never"),
    ),
    ("level", "node", "kind", "practice"),
)
