"""The values that the explorer offers by name, and those that a person puts together from a form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from epact2.comparators.read import comparator_named, comparators
from epact2.model.measures import Measure
from epact2.model.prescribing import (
    ACTUAL_COST,
    ADQ_USAGE,
    ASTRO_PU_COST,
    ASTRO_PU_ITEMS,
    ITEMS,
    LIST_SIZE,
    NIC,
    POPULATION_MEASURES,
    PRESCRIBING_MEASURES,
    STAR_PUS,
    TOTAL_QUANTITY,
)
from epact2.query.codec import parse, value_from_json
from epact2.query.named import NAME_OF, NAMED
from epact2.query.nodes import (
    EVERYTHING,
    Amount,
    Change,
    Ratio,
    Rolling,
    Selection,
    Share,
    Value,
    YearToDate,
)
from epact2.query.words import value_name


@dataclass(frozen=True, slots=True)
class Offer:
    """One value that can be added to a question, with the name under which it is offered.

    ``word`` stands for the value in the form, where its JSON would be long.
    """

    name: str
    value: Value
    word: str = ""


@dataclass(frozen=True, slots=True)
class OfferGroup:
    """Offers that belong together."""

    name: str
    offers: tuple[Offer, ...]


PATIENT_VALUES = "Patients and items"
# How a value can be shown, by the name of the choice in the form.
WAYS = {
    "plain": "The number itself",
    "share": "Share of the total",
    "change": "Change on a year earlier, %",
    "difference": "Difference from a year earlier",
    "rolling": "Rolling 12 months",
    "year-to-date": "Financial year to date",
}
PERS = (1, 100, 1000)
_COMPARATOR = "comparator:"


def shown_as(value: Value, way: str) -> Value:
    """A value in one of the ways of ``WAYS``. A share is of everything that the question covers."""
    match way:
        case "share":
            return Share(value)
        case "change":
            return Change(value)
        case "difference":
            return Change(value, relative=False)
        case "rolling":
            return Rolling(value)
        case "year-to-date":
            return YearToDate(value)
        case _:
            return value


def put_together(
    top: Measure,
    bottom: Measure | None = None,
    *,
    per: int = 1,
    top_where: Selection = EVERYTHING,
    bottom_where: Selection = EVERYTHING,
    way: str = "plain",
) -> Value:
    """A measure, or one divided by another, each perhaps limited to a medicine, shown in some way."""
    amount = Amount(top, top_where)
    value: Value = amount if bottom is None else Ratio(amount, Amount(bottom, bottom_where), per)
    return shown_as(value, way)


@lru_cache(maxsize=2)
def offers(*, items_loaded: bool = True) -> tuple[OfferGroup, ...]:
    """Everything that is offered, in groups, in the order of the form; what needs single items only where
    they are loaded.
    """
    with_items = (
        OfferGroup(PATIENT_VALUES, tuple(named(value) for value in NAMED.values())),
        OfferGroup("Comparators of single items and patients", _comparators(of_items=True)),
    )
    items, cost, nic = Amount(ITEMS), Amount(ACTUAL_COST), Amount(NIC)
    patients = Amount(LIST_SIZE)
    over_time = [shown_as(amount, way) for amount in (items, cost) for way in WAYS if way != "plain"]
    return (
        OfferGroup("Amounts", tuple(named(Amount(one)) for one in PRESCRIBING_MEASURES)),
        OfferGroup(
            "Rates",
            tuple(
                named(value)
                for value in (
                    Ratio(items, patients, 1000),
                    Ratio(cost, patients, 1000),
                    Ratio(cost, items),
                    Ratio(nic, items),
                    Ratio(Amount(TOTAL_QUANTITY), items),
                    Ratio(items, Amount(ASTRO_PU_ITEMS)),
                    Ratio(cost, Amount(ASTRO_PU_COST)),
                )
            ),
        ),
        *(with_items[:1] if items_loaded else ()),
        OfferGroup("Shares and changes", tuple(named(value) for value in over_time)),
        OfferGroup("Comparators", _comparators(of_items=False)),
        *(with_items[1:] if items_loaded else ()),
        OfferGroup(
            "People",
            tuple(named(Amount(one)) for one in POPULATION_MEASURES if one not in STAR_PUS.values()),
        ),
        OfferGroup(
            "Per STAR-PU: limit the question to the medicines of the set",
            tuple(named(per_star_pu(name)) for name in STAR_PUS),
        ),
    )


def _comparators(*, of_items: bool) -> tuple[Offer, ...]:
    return tuple(
        Offer(one.title, one.value, f"{_COMPARATOR}{one.key}")
        for one in comparators().values()
        # Some comparators are values that have a name of their own: they are offered under that.
        if not one.any_medicine and one.needs_items == of_items and one.value not in NAME_OF
    )


def value_of_form(text: str) -> Value:
    """The value that a form names: a measure, a value as JSON, or a comparator by its key."""
    if text.startswith(_COMPARATOR):
        return comparator_named(text.removeprefix(_COMPARATOR)).value
    return value_from_json(parse(text) if text[:1] in '{"' else text)


def per_star_pu(name: str) -> Ratio:
    """What a STAR-PU set is made to be divided into: items, actual cost or ADQs, as its name says."""
    measures = {"item": ITEMS, "cost": ACTUAL_COST, "adq": ADQ_USAGE}
    return Ratio(Amount(measures[name.rsplit("_", 1)[1]]), Amount(STAR_PUS[name]))


def named(value: Value) -> Offer:
    """An offer under the value's own name."""
    return Offer(capital(value_name(value)), value)


def offered_name(value: Value) -> str:
    """The name under which a value is offered; empty for a value of somebody's own making."""
    return _offered_names().get(_whole_share(value), "")


@lru_cache(maxsize=1)
def _offered_names() -> dict[Value, str]:
    return {offer.value: offer.name for group in offers() for offer in group.offers}


def _whole_share(value: Value) -> Value:
    return replace(value, of=()) if isinstance(value, Share) else value


def capital(text: str) -> str:
    """A text that starts with a capital: ``items`` is Items, ``NIC`` stays."""
    return text[:1].upper() + text[1:]
