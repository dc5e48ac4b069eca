"""Numbers as people read them: 12,345; £1.2m; 8.0%; −0.8; "No data".

A value is what an engine gives: a whole number with its ``scale`` (7538 at scale 2 is 75.38), or a float
for a ratio. Units are those of the columns of a result: ``items``, ``£``, ``%``, ``£ per 1,000 patients``,
``relative change``. Tables take ``full``; key figures and titles take ``short``; axes take ``axis``.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

Number = int | float | Decimal
MINUS = "−"
NO_DATA = "No data"
NO_CHANGE = "No change"
STEPS = ((Decimal(10) ** 9, "bn"), (Decimal(10) ** 6, "m"), (Decimal(10) ** 3, "k"))


def amount(value: Number | None, scale: int | None = None) -> Decimal | None:
    """The number that a stored value means, exactly; None stays None, and so does "not a number"."""
    if value is None:
        return None
    if isinstance(value, float):
        made = Decimal(repr(value))
        return made if made.is_finite() else None
    return Decimal(value).scaleb(-(scale or 0))


def is_money(unit: str) -> bool:
    """Whether amounts in this unit carry a pound sign: pounds, and pounds per something."""
    return unit.startswith("£")


def is_percentage(unit: str) -> bool:
    """Whether the sign % follows the number."""
    return unit in {"%", "relative change"}


def is_count(unit: str) -> bool:
    """Whether the unit is a plain count of things, so that no decimals are shown: items, patients, units."""
    return bool(unit) and not is_money(unit) and not is_percentage(unit) and " per " not in unit


def count(value: Number | None, scale: int | None = None) -> str:
    """``12,345``."""
    made = amount(value, scale)
    return NO_DATA if made is None else decimals(made, 0)


def full(value: Number | None, unit: str = "", scale: int | None = None, *, places: int | None = None) -> str:
    """The number in full, for tables: ``12,345``, ``£4.31``, ``£154,190``, ``8.0%``, ``34.2``.

    ``places`` fixes the decimals, so that one column keeps one number of them (see ``column_places``).
    """
    made = in_unit(value, unit, scale)
    if made is None:
        return NO_DATA
    return dress(made, unit, decimals(abs(made), usual_places(made, unit) if places is None else places))


def short(value: Number | None, unit: str = "", scale: int | None = None) -> str:
    """The number at a glance, for key figures and sentences: ``£1.2m``, ``£340k``, ``61,240``, ``8.0%``."""
    made = in_unit(value, unit, scale)
    if made is None:
        return NO_DATA
    from_here = 10_000 if is_money(unit) else 1_000_000
    if is_percentage(unit) or abs(made) < from_here:
        return dress(made, unit, decimals(abs(made), usual_places(made, unit)))
    return dress(made, unit, stepped(abs(made)))


def axis(value: Number, unit: str = "") -> str:
    """A label of an axis: ``80k``, ``£1.2m``, ``12.5%``, ``0.25``; never more digits than it needs."""
    made = in_unit(value, unit, None)
    assert made is not None, "an axis has no missing labels"
    size = abs(made)
    text = stepped(size) if size >= 1000 and not is_percentage(unit) else plain(size)
    return dress(made, unit, text)


def signed(
    value: Number | None, unit: str = "", scale: int | None = None, *, places: int | None = None
) -> str:
    """A difference: ``+6.4%``, ``−0.8``, ``+£38``, ``No change``."""
    made = in_unit(value, unit, scale)
    if made is None:
        return NO_DATA
    text = decimals(abs(made), usual_places(made, unit) if places is None else places)
    if not any(digit in text for digit in "123456789"):
        return NO_CHANGE
    return ("+" if made > 0 else "") + dress(made, unit, text)


def relative_change(now: Number | None, before: Number | None) -> float | None:
    """How much more ``now`` is than ``before``, in per cent; None where that has no meaning."""
    if now is None or not before:
        return None
    return float((Decimal(str(now)) / Decimal(str(before)) - 1) * 100)


def more_or_less(now: Number | None, before: Number | None, than: str) -> str:
    """``6.4% more than September 2024``, ``32% less than …``, ``the same as …``; empty if unknown.

    Changes of ten per cent and over need no decimals in a sentence.
    """
    change = relative_change(now, before)
    if change is None:
        return ""
    size = abs(amount(change) or Decimal(0))
    text = decimals(size, 0 if size >= Decimal("9.95") else 1)
    if text == "0.0":
        return f"the same as {than}"
    return f"{text}% {'more' if change > 0 else 'less'} than {than}"


def ordinal(number: int) -> str:
    """``1st``, ``22nd``, ``113th``."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"


def counted(number: int, thing: str, things: str = "") -> str:
    """``1 practice``, ``178 practices``, ``2 primary care networks``."""
    return f"{number:,} {thing if number == 1 else things or thing + 's'}"


def column_places(values: Iterable[Number | None], unit: str = "", scale: int | None = None) -> int:
    """How many decimals one column of numbers needs: as many as its most exact number would show."""
    made = [in_unit(value, unit, scale) for value in values]
    known = [number for number in made if number is not None]
    if is_money(unit) and any(abs(number) >= 1000 for number in known):
        return 0
    return max((usual_places(number, unit) for number in known), default=0)


def in_unit(value: Number | None, unit: str, scale: int | None) -> Decimal | None:
    """The number as its unit shows it: a relative change of 0.064 is 6.4%."""
    made = amount(value, scale)
    return made * 100 if made is not None and unit == "relative change" else made


def usual_places(number: Decimal, unit: str) -> int:
    """How many decimals a number of this unit and size shows."""
    size = abs(number)
    if is_percentage(unit):
        return 1
    if is_money(unit):
        return 0 if size >= 1000 else 2
    if is_count(unit) and number == number.to_integral_value():
        return 0
    if unit.startswith("count per "):
        return 2  # averages of a few: places differ in the second decimal
    if size >= 1000 or size == 0:
        return 0
    if size >= Decimal("0.995"):
        return 1
    return min(4, 1 - size.adjusted())  # two digits that mean something: 0.25, 0.043


def decimals(number: Decimal, places: int) -> str:
    """A number with thousands' commas and so many decimals, halves rounded away from zero."""
    rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{rounded:,.{places}f}".replace("-", MINUS)


def stepped(size: Decimal) -> str:
    """``1.2m``, ``340k``, ``28.9m``, ``105m``: one decimal at most, and none from a hundred upwards."""
    for index, (step, letter) in enumerate(STEPS):
        if size < step:
            continue
        text = decimals(size / step, 0 if size / step >= Decimal("99.95") else 1).removesuffix(".0")
        if text == "1,000" and index:  # 999,960 is 1m, not 1,000k
            return f"1{STEPS[index - 1][1]}"
        return text + letter
    return plain(size)


def plain(size: Decimal) -> str:
    """A number without the zeros that end its decimals: ``12.5``, ``10``, ``0.25``."""
    text = f"{size.quantize(Decimal('0.000001')).normalize():,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def dress(number: Decimal, unit: str, text: str) -> str:
    """Put the sign and the unit's own sign round a number without sign."""
    zero = not any(digit in text for digit in "123456789")
    minus = MINUS if number < 0 and not zero else ""
    return f"{minus}{'£' if is_money(unit) else ''}{text}{'%' if is_percentage(unit) else ''}"
