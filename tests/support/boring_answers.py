"""What an answer must hold, counted with plain Python for one group of lines at a time.

Each case says a value as a question writes it, and how a person would count it from the lines of a group.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from support.boring_patients import BoringEngland, Line

Number = int | Fraction | None


@dataclass(frozen=True)
class Group:
    """The lines of an organisation (or of another code) in some months, and the England around them."""

    england: BoringEngland
    months: tuple[int, ...]
    by_month: Mapping[int, Sequence[Line]]

    @cached_property
    def lines(self) -> list[Line]:
        return [line for month in self.months for line in self.by_month.get(month, ())]

    @cached_property
    def by_patient(self) -> dict[str, list[Line]]:
        return by_patient(self.lines)

    def over(self, months: Iterable[int]) -> Group:
        """The same organisation in other months."""
        return replace(self, months=tuple(months))

    def is_known(self, months: Iterable[int]) -> bool:
        return set(months) <= set(self.england.months)

    def window(self, patient: str, months: Iterable[int]) -> list[Line]:
        """What a patient received in some months, at whatever practice."""
        return [line for line in self.england.received.get(patient, ()) if line.month in months]

    def before(self, count: int) -> tuple[int, ...]:
        return tuple(earlier(min(self.months), step) for step in range(1, count + 1))

    def last(self, count: int) -> tuple[int, ...]:
        return tuple(earlier(max(self.months), step) for step in range(count))


def earlier(month: int, count: int) -> int:
    at = month // 100 * 12 + month % 100 - 1 - count
    return at // 12 * 100 + at % 12 + 1


def by_patient(lines: Iterable[Line]) -> dict[str, list[Line]]:
    found = defaultdict(list)
    for line in lines:
        if line.patient:
            found[line.patient].append(line)
    return found


# --- What is looked at in a line ----------------------------------------------------------------------------

Test = Callable[[Line], bool]


def under(*codes: str) -> Test:
    return lambda line: line.presentation.startswith(codes)


def patients(lines: Iterable[Line], test: Test | None = None) -> int:
    return len({line.patient for line in lines if line.patient and (test is None or test(line))})


def substances(lines: Iterable[Line], test: Test | None = None) -> int:
    return len({line.substance for line in lines if test is None or test(line)})


def items(lines: Iterable[Line], test: Test | None = None) -> int:
    return sum(line.items for line in lines if test is None or test(line))


def share(part: int, whole: int, per: int = 1) -> Number:
    return Fraction(part * per, whole) if whole else None


# --- Cases ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A value: as a question says it, and as it is counted. ``windows`` are the months that it needs."""

    name: str
    value: object
    count: Callable[[Group], Number]


def amount(name: str, attribute: str) -> Case:
    return Case(name, name, lambda group: sum(getattr(line, attribute) for line in group.lines))


MEDICINES = ("01", "02", "03", "04", "06", "07", "08", "09", "10")  # that polypharmacy counts
_MEDICINES = {"any": [{"under": ["bnf", code]} for code in MEDICINES]}
NSAID, PPI, STATIN, OPIOID, SSRI, PARACETAMOL = "1001010", "0103", "0212", "040702", "0403030", "040701"
# A substance that has its own code only since 2026: items of before have another.
RECODED = "0302000AB"
ANTICHOLINERGIC = (("0206", 1), ("0403", 2), ("0704", 3))


def on_many(least: int) -> Case:
    """Four numbers have names of their own; any other can be asked for as well."""
    name = f"patients on {least} or more unique medicines"
    condition = {"at least": [{"distinct": "chemical substance", "where": _MEDICINES}, least]}
    return Case(
        name,
        name if least in (8, 10, 15, 20) else {"patients": condition},
        lambda group: sum(
            substances(lines, under(*MEDICINES)) >= least for lines in group.by_patient.values()
        ),
    )


def burden(lines: Sequence[Line]) -> int:
    return sum(points * substances(lines, under(code)) for code, points in ANTICHOLINERGIC)


def scored(least: int) -> Case:
    score = [[{"under": ["bnf", code]}, points] for code, points in ANTICHOLINERGIC]
    return Case(
        f"score of {least} or more",
        {"patients": {"score": score, "at least": least}},
        lambda group: sum(burden(lines) >= least for lines in group.by_patient.values()),
    )


def had(code: str, **window: object) -> dict[str, object]:
    return {"had": {"under": ["bnf", code]}, **window}


def those_who(
    name: str,
    condition: object,
    test: Callable[[Group, str, list[Line]], bool],
    where: object = None,
    only: Test | None = None,
    needs: Callable[[Group], Iterable[int]] = lambda group: (),
) -> Case:
    """Patients who fulfil a condition, among the lines that ``where`` selects, as ``only`` does."""

    def count(group: Group) -> Number:
        if not group.is_known(needs(group)):
            return None
        people = by_patient(filter(only, group.lines)) if only else group.by_patient
        return sum(test(group, patient, lines) for patient, lines in people.items())

    value = {"patients": condition} if where is None else {"patients": condition, "where": where}
    return Case(name, value, count)


def got(lines: Iterable[Line], code: str) -> bool:
    return any(line.presentation.startswith(code) for line in lines)


def rolling(inner: Case, months: int) -> Case:
    def count(group: Group) -> Number:
        seen = group.last(months)
        return inner.count(group.over(seen)) if group.is_known(seen) else None

    return Case(f"{inner.name}, {months} months", {"rolling": inner.value, "months": months}, count)


def change(inner: Case, months: int, *, relative: bool) -> Case:
    def count(group: Group) -> Number:
        before = [earlier(month, months) for month in group.months]
        if not group.is_known(before):
            return None
        now, then = inner.count(group), inner.count(group.over(before))
        if now is None or then is None:
            return None
        if not relative:
            return now - then
        return Fraction(now - then) / then if then else None

    how = "relative" if relative else "difference"
    value = {"change": inner.value, "months": months, "as": how}
    return Case(f"{how} change of {inner.name} on {months} months before", value, count)


def to_date(inner: Case) -> Case:
    def count(group: Group) -> Number:
        last = max(group.months)
        april = (last // 100 - (last % 100 < 4)) * 100 + 4
        months = [month for month in range(april, last + 1) if 1 <= month % 100 <= 12]
        return inner.count(group.over(months)) if group.is_known(months) else None

    return Case(f"{inner.name}, year to date", {"year to date": inner.value}, count)


ITEMS = amount("items", "items")
PATIENTS = Case("identified patients", "identified patients", lambda group: len(group.by_patient))
WITH_PARACETAMOL = Case(
    "identified patients with paracetamol",
    {"amount": "identified patients", "where": {"under": ["bnf", PARACETAMOL]}},
    lambda group: patients(group.lines, under(PARACETAMOL)),
)


def rate(name: str, field: str, codes: str, among: str = "") -> Case:
    """A named share of items, in per cent."""

    def count(group: Group) -> Number:
        whole = [line for line in group.lines if not among or line.cell[field] in among]
        return share(items(whole, lambda line: line.cell[field] in codes), items(whole), 100)

    return Case(name, name, count)


AMOUNTS = (
    ITEMS,
    amount("NIC", "nic"),
    amount("actual cost", "cost"),
    amount("total quantity", "quantity"),
    amount("ADQ usage", "adqs"),
    amount("discount", "discount"),
    rate("EPS rate", "EPS", "Y"),
    rate("repeat dispensing rate", "repeat dispensing", "Y"),
    rate("generic prescribing rate", "preparation class", "125", among="1235"),
    Case(
        "capture rate",
        "capture rate",
        lambda group: share(items(group.lines, lambda line: line.patient != ""), items(group.lines), 100),
    ),
    Case("forms", {"distinct": "form"}, lambda group: len({(line.form) for line in group.lines})),
    Case(
        "prescribers",
        {"distinct": "prescriber", "where": {"is": ["prescriber type", "Nurse"]}},
        lambda group: len(
            {
                line.cell["prescriber"]
                for line in group.lines
                if line.cell["prescriber type"] == "Nurse"
            }
        ),
    ),
)  # fmt: skip
PEOPLE = (
    PATIENTS,
    Case(
        "medicines per patient",
        "average unique medicines",
        lambda group: share(
            sum(substances(lines, under(*MEDICINES)) for lines in group.by_patient.values()),
            patients(group.lines, under(*MEDICINES)),
        ),
    ),
    Case(
        "items per patient",
        "items per patient",
        lambda group: share(
            items(group.lines, lambda line: line.patient != ""), len(group.by_patient)
        ),
    ),
    *(on_many(least) for least in (8, 10, 15, 20)),
    scored(3),
    scored(6),
    those_who(
        "A with B",
        {"all": [had(NSAID), had(PPI)]},
        lambda _, __, lines: got(lines, NSAID) and got(lines, PPI),
    ),
    those_who(
        "A without B at 65 or over",
        {"all": [had(NSAID), {"not": had(PPI)}]},
        lambda _, __, lines: got(lines, NSAID) and not got(lines, PPI),
        where={"between": ["age", 65, 120]},
        only=lambda line: line.age >= 65,
    ),
    those_who(
        "A or B of children",
        {"any": [had("05"), had("0301")]},
        lambda _, __, lines: got(lines, "05") or got(lines, "0301"),
        where={"is": ["adult or child", "child"]},
        only=lambda line: 0 <= line.age < 18,
    ),
    those_who(
        "women of 20 to 59 with an antidepressant",
        had("0403"),
        lambda _, __, lines: got(lines, "0403"),
        where={"all": [{"is": ["gender", "2"]}, {"in": ["20-year age band", ["20-39", "40-59"]]}]},
        only=lambda line: line.gender == "2" and 20 <= line.age <= 59,
    ),
    those_who(
        "from the most deprived places, ten medicines",
        {"at least": [{"distinct": "chemical substance", "where": _MEDICINES}, 10]},
        lambda _, __, lines: substances(lines, under(*MEDICINES)) >= 10,
        where={"is": ["IMD quintile", "1"]},
        only=lambda line: line.quintile == "1",
    ),
    those_who(
        "cost of 30 pounds or more",
        {"at least": ["actual cost", 30]},
        lambda _, __, lines: sum(line.cost for line in lines) >= 30 * 100_000,
    ),
    those_who(
        "five items or more of one chapter, of two prescribers or more",
        {
            "all": [
                {"at least": [{"amount": "items", "where": {"is": ["chapter", "02"]}}, 5]},
                {"at least": [{"distinct": "prescriber"}, 2]},
            ]
        },
        lambda _, __, lines: items(lines, under("02")) >= 5
        and len({line.cell["prescriber"] for line in lines}) >= 2,
    ),
)  # fmt: skip
