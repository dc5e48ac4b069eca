"""What a question is: frozen values whose parts are objects of the model, never names in strings.

A question means something by itself; engines only interpret it. A node that cannot mean anything cannot be
built: construction raises BadQuestion. Whether a question that has a meaning would lie (a list size added
over months) is for ``query.check``, since the answer to that depends on the whole question.

Nothing here computes. Totals are the same question at a coarser grain (``query.grains``); the months that a
value covers are worked out in ``query.periods``; names become objects in ``query.codec`` only.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING

from epact2.errors import Epact2Error
from epact2.model.bnf import BnfCode
from epact2.model.fields import Dimension, Field
from epact2.model.items import PATIENT
from epact2.model.measures import Measure
from epact2.model.months import DispensingMonth

if TYPE_CHECKING:
    from epact2.query.conditions import Condition


class BadQuestion(Epact2Error):
    """A question, or a part of one, that cannot mean anything."""


# --- Selections: which prescriptions count -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Everything:
    """Selects every row."""


@dataclass(frozen=True, slots=True)
class Is:
    """The field has exactly this code."""

    field: Field
    code: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """The field has one of these codes. No codes select nothing."""

    field: Field
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UnderMedicine:
    """At or beneath a BNF code of any level."""

    code: BnfCode


@dataclass(frozen=True, slots=True)
class UnderOrganisation:
    """At or beneath an organisation of any level, found by its code in the release's directory."""

    code: str


@dataclass(frozen=True, slots=True)
class Between:
    """From ``low`` to ``high``, both included: in time for months, in number for quantities, else in
    alphabetical order of the code.
    """

    field: Field
    low: str
    high: str

    def __post_init__(self) -> None:
        if self.field == PATIENT:
            raise BadQuestion("Patients stand in no order.", "Name them one by one, with “is” or “in”.")
        if self.field.numeric and Decimal(self.low) > Decimal(self.high):
            raise BadQuestion(
                f"“{self.field}” between {self.low} and {self.high} selects nothing.",
                "Put the smaller number first.",
            )


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part selects the row. No parts select everything."""

    parts: tuple[Selection, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part selects the row. No parts select nothing."""

    parts: tuple[Selection, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not select the row."""

    part: Selection


Selection = Everything | Is | OneOf | UnderMedicine | UnderOrganisation | Between | AllOf | AnyOf | Not
EVERYTHING = Everything()


# --- Values: what is worked out for each group ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Amount:
    """A measure added up over the rows of a group that ``where`` selects too."""

    measure: Measure
    where: Selection = EVERYTHING


@dataclass(frozen=True, slots=True)
class Distinct:
    """How many different combinations of the fields' codes occur among the selected rows of a group.

    A row counts when it is there, even if its items are 0.
    """

    fields: tuple[Field, ...]
    where: Selection = EVERYTHING

    def __post_init__(self) -> None:
        if not self.fields:
            raise BadQuestion("A distinct count needs at least one field.", "Name what to count.")
        if any(field.dimension is Dimension.TIME for field in self.fields):
            raise BadQuestion(
                "Months and years cannot be counted as distinct.", "Put the time field in rows or columns."
            )


@dataclass(frozen=True, slots=True)
class Ratio:
    """``top`` × ``per`` ÷ ``bottom``, from the sums of the group; no value where ``bottom`` is 0 or missing.

    A ratio is worked out again at every level of a table, never averaged or added.
    """

    top: Value
    bottom: Value
    per: int = 1

    def __post_init__(self) -> None:
        if self.per < 1:
            raise BadQuestion(f"A ratio per {self.per} has no meaning.", "Use 1, 100 or 1000, for example.")


@dataclass(frozen=True, slots=True)
class Share:
    """The value of a group ÷ the same value of the wider group that keeps only the fields ``of``.

    ``of=()`` is the share of everything that the question covers.
    """

    value: Value
    of: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """The value compared with that of the same period so many months earlier.

    ``relative``: now ÷ before − 1; otherwise now − before. No value where the earlier months are not loaded.
    """

    value: Value
    months: int = 12
    relative: bool = True

    def __post_init__(self) -> None:
        if self.months < 1:
            raise BadQuestion(
                f"A change on {self.months} months earlier has no meaning.", "Use 12 for a year."
            )


@dataclass(frozen=True, slots=True)
class Rolling:
    """The value over so many months that end with the last month of the group's period.

    No value where any of these months is not loaded.
    """

    value: Value
    months: int = 12

    def __post_init__(self) -> None:
        if self.months < 1:
            raise BadQuestion(f"A rolling window of {self.months} months has no meaning.", "Use 12, say.")


@dataclass(frozen=True, slots=True)
class YearToDate:
    """The value from April of the financial year to the last month of the group's period.

    No value where any of these months is not loaded.
    """

    value: Value


@dataclass(frozen=True, slots=True)
class Patients:
    """How many identified patients of a group fulfil a condition on what they received.

    A patient counts who has at least one row in the group that ``where`` selects, and whose rows fulfil the
    condition (see ``query.conditions``). Counted again for every row of a table, so rows do not add up.
    """

    condition: Condition
    where: Selection = EVERYTHING


Value = Amount | Distinct | Patients | Ratio | Share | Change | Rolling | YearToDate


# --- The question ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MonthRange:
    """From one month to another, both included."""

    first: DispensingMonth
    last: DispensingMonth

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise BadQuestion(
                f"The months run backwards, from {self.first.name} to {self.last.name}.",
                "Put the earlier month first.",
            )


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest so many months of the release. It follows the data, never the clock."""

    months: int

    def __post_init__(self) -> None:
        if self.months < 1:
            raise BadQuestion("The latest 0 months are no months.", "Ask for at least the latest 1.")


@dataclass(frozen=True, slots=True)
class AllMonths:
    """Every month of the release."""


Months = MonthRange | Latest | AllMonths
ALL_MONTHS = AllMonths()


@dataclass(frozen=True, slots=True)
class Order:
    """Sort by a field's code or by a value; what has no value comes last either way."""

    by: Field | Value
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Top:
    """Only the first ``count`` row groups (within each group of the fields ``within``), by the first value in
    the question's order, highest first when the order says nothing.

    Ranked over all columns together. With ``others``, one more row holds all that was left out. Rows that are
    left out are left out of the totals over columns too; totals over rows are of everything.
    """

    count: int
    within: tuple[Field, ...] = ()
    others: bool = False

    def __post_init__(self) -> None:
        if self.count < 1:
            raise BadQuestion("The top 0 are none.", "Ask for at least the top 1.")


class Structure(Enum):
    """Which organisation structure a row is counted under."""

    CURRENT = "current"
    AS_AT = "as at"


class Codes(Enum):
    """Which BNF code a row is counted under."""

    LATEST = "latest"
    AS_PUBLISHED = "as published"


class Exclusions(Enum):
    """Which items are left out: those under the standard exclusions, or none."""

    STANDARD = "standard"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Query:
    """A question: values, for each combination of row and column fields, over a selection and months.

    ``totals`` adds the same question at every coarser grain: subtotals of the rows from the right, totals
    over the columns, and the whole. ``percentiles`` asks, instead of one row for each row group, for the
    distribution of each value over the row groups: one row for each column group and percentile.
    """

    values: tuple[Value, ...]
    rows: tuple[Field, ...] = ()
    columns: tuple[Field, ...] = ()
    where: Selection = EVERYTHING
    months: Months = ALL_MONTHS
    order: tuple[Order, ...] = ()
    top: Top | None = None
    totals: bool = False
    structure: Structure = Structure.CURRENT
    codes: Codes = Codes.LATEST
    percentiles: tuple[int, ...] = ()
    exclusions: Exclusions = Exclusions.STANDARD

    def __post_init__(self) -> None:
        if not self.values:
            raise BadQuestion("The question asks for no value.", "Add at least one, for example items.")
        fields = self.grain
        for field in fields:
            if fields.count(field) > 1:
                raise BadQuestion(f"“{field}” is used twice.", "Use each field once, in rows or in columns.")
        self._check_top(self.top)
        for order in self.order:
            known: tuple[object, ...] = (*fields, *self.values)
            if order.by not in known:
                raise BadQuestion(
                    "The order names something that the question does not show.",
                    "Order by one of its fields or values.",
                )
        self._check_percentiles()

    def _check_top(self, top: Top | None) -> None:
        if top is None:
            return
        if not self.rows:
            raise BadQuestion("A top needs rows to choose from.", "Add a row field, for example practice.")
        if top.within != self.rows[: len(top.within)] or len(top.within) == len(self.rows):
            raise BadQuestion(
                "The top is within fields that do not lead the rows.",
                "Name the first row fields, in their order, and leave at least one to choose from.",
            )

    def _check_percentiles(self) -> None:
        if not self.percentiles:
            return
        if not self.rows or self.totals or self.top or self.order:
            raise BadQuestion(
                "Percentiles need rows, and go with no totals, top or order.",
                "Name the organisations to compare in rows, the months in columns.",
            )
        if any(not 0 <= percentile <= 100 for percentile in self.percentiles):
            raise BadQuestion("A percentile lies from 0 to 100.", "Use 10, 20 … 90 for deciles.")

    @property
    def grain(self) -> tuple[Field, ...]:
        """The fields of one row of the answer: row fields, then column fields."""
        return (*self.rows, *self.columns)
