"""The charts and key figures of a medicine's page."""

from __future__ import annotations

from epact2.model import bnf, organisations
from epact2.model.bnf import generic_equivalent
from epact2.model.organisations import ENGLAND
from epact2.model.prescribing import ACTUAL_COST
from epact2.query.result import Cell
from epact2.web import links
from epact2.web.charts.chart import Bar, Chart, Line
from epact2.web.charts.dots import dots
from epact2.web.charts.panels import DrawnPanel, Panel, panels
from epact2.web.charts.price_spread import Spread, price_spread
from epact2.web.charts.trend import trend
from epact2.web.comparator_data import Series
from epact2.web.medicine_data import MedicineData, Part, shares
from epact2.web.presenters import dates, names, numbers
from epact2.web.presenters import medicine_findings as findings
from epact2.web.presenters.comparator_findings import MONTHS_OF_TREND

MOST_PANELS = 4
SAME_PRICE = 0.02  # prices that differ by less look the same in the picture
_PRODUCT = bnf.LENGTH_OF_LEVEL[bnf.PRODUCT]
COST_SCALE = ACTUAL_COST.scale
PLURALS = {bnf.CHEMICAL_SUBSTANCE: "chemical substances"}


def level_words(level: str, count: int) -> str:
    """``1 product``, ``4 chemical substances``."""
    return numbers.counted(count, level, PLURALS.get(level, f"{level}s"))


def span(data: MedicineData) -> str:
    """The months of the charts in words."""
    return dates.period(data.months[0], data.months[-1])


def numeric(cells: list[Cell], scale: int = 0) -> Series:
    """Cells as plain numbers, for rules that compare them."""
    return [None if cell is None else float(cell) / 10**scale for cell in cells]


def trend_charts(data: MedicineData) -> tuple[str, str, list[Chart]]:
    """The title of the two charts, their subtitle, and the charts: items and actual cost."""
    items, cost = ([row[place] for row in data.trend] for place in (0, 1))
    title = findings.trend_title(numeric(items), numeric(cost, COST_SCALE))
    subtitle = f"{data.choices.name}, by month, {span(data)}"
    if len(items) >= MONTHS_OF_TREND:
        note = "; the title holds the last three months against the same three a year earlier"
    else:
        note = ""
    made = [
        trend(
            title=name,
            subtitle=f"{name}, {subtitle}",
            periods=data.periods,
            lines=[Line(name, cells, "own")],  # type: ignore[arg-type]
            unit=unit,
            scale=scale,
            from_zero=True,
            width="half",
            end_value=True,
        )
        for name, cells, unit, scale in (("Items", items, "items", 0), ("Actual cost", cost, "£", COST_SCALE))
    ]
    return title, subtitle + note, made


def share_panels(data: MedicineData) -> tuple[str, str, list[DrawnPanel]] | None:
    """The shares of the largest parts, each a small chart; nothing where there are not two parts."""
    whole = data.whole
    parts = [part for part in whole.parts if part.items_now > 0]
    if len(parts) < 2:
        return None
    shown = parts[:MOST_PANELS]
    level = data.levels[0]
    every = [(name_in_sentence(data, part), shares(part, whole)) for part in parts]
    items = [
        Panel(
            part_name(data, part),
            shares(part, whole),
            [] if data.is_england else data.england_shares.get(part.code, []),
            part_href(data, part),
        )
        for part in shown
    ]
    which = (
        f"the {len(shown)} largest of {level_words(level, len(parts))}"
        if len(parts) > len(shown)
        else level_words(level, len(parts))
    )
    subtitle = f"Share of items, {which}, {span(data)}; the same scale in every panel"
    drawn = panels(subtitle=subtitle, periods=data.periods, items=items, unit="%", own_name=data.choices.name)
    return findings.shares_title(every), subtitle, drawn


def part_name(data: MedicineData, part: Part) -> str:
    """The name of a part."""
    name = names.medicine_name(data.directory.medicine_name(part.code))
    if len(part.code) == _PRODUCT and part.code[9:] == "AA" and part.code[:2] < "20":
        # The generic product bears its substance's name: beneath the substance that would say nothing.
        return f"Generic {names.lower_first(name)}"
    return name


def name_in_sentence(data: MedicineData, part: Part) -> str:
    """The name of a part as it stands inside a sentence: ``generic apixaban``, ``Eliquis``."""
    return names.in_sentence(part_name(data, part), part.code)


def part_href(data: MedicineData, part: Part) -> str:
    """The address of a part's page, with the choices kept."""
    return links.medicine(part.code, **data.choices.kept())


def peers_chart(data: MedicineData) -> Chart:
    """Every peer a dot, by items per 1,000 patients."""
    choices = data.choices
    plural = organisations.PLURALS[choices.level]
    own = choices.organisation.code if choices.is_peer else ""
    rows = [Bar(names.place_name(row.name), row.value, own=row.code == own) for row in data.peers.rows]
    if own:
        mine = data.peers.of(own)
        others = [row.value for row in data.peers.rows if row.value is not None and row.code != own]
        title = findings.peers_title(
            choices.name, mine.value if mine else None, others, choices.level, plural
        )
    else:
        title = findings.spread_title([row.value for row in data.peers.rows if row.value is not None], plural)
    return dots(
        title=title,
        subtitle=f"Items per 1,000 patients, {names.peers_name(choices.level, data.peers.compared)}, "
        f"{data.month.name}",
        rows=rows,
        median=data.median,
        unit="items per 1,000 patients",
        peers=plural,
        median_name=f"Median {choices.level}",
    )


def price_chart(data: MedicineData) -> Chart | None:
    """What a unit of the dearest strengths and forms costs; nothing where everybody pays the same."""
    priced = [(code, prices) for code, prices in data.prices.items() if prices[1] is not None]
    priced.sort(key=lambda one: -(one[1][1] or 0))
    rows = [Spread(equivalent_name(data, code), *prices) for code, prices in priced]
    typical = [
        (names.in_sentence(equivalent_name(data, code), _own_code(data, code)), own, median)
        for code, (_, median, _, own) in priced
    ]
    if data.peers.compared < 2 or not any(_differs(row) for row in rows):
        return None
    choices = data.choices
    plural = organisations.PLURALS[choices.level]
    which = "where most is spent" if len(rows) > 1 else rows[0].name
    return price_spread(
        title=findings.price_title(typical, choices.name),
        subtitle=f"Net ingredient cost of one unit (tablet, capsule, ml, g), brands and generics, {which}, "
        f"{names.peers_name(choices.level, data.peers.compared)}, {data.month.name}",
        rows=rows,
        unit="£",
        own_name=choices.name,
        peers=plural,
        median_name=f"Median {choices.level}",
    )


def _differs(row: Spread) -> bool:
    """Whether the peers, or the organisation and its peers, pay different prices worth a picture."""
    known = [one for one in (row.low, row.high, row.own) if one is not None]
    return bool(row.median) and max(known) - min(known) > SAME_PRICE * (row.median or 0)


def equivalent_name(data: MedicineData, code: str) -> str:
    """The name of a generic equivalent; where no generic is made, that of its first brand."""
    return names.medicine_name(data.directory.medicine_name(_own_code(data, code)))


def _own_code(data: MedicineData, code: str) -> str:
    """The code of a generic equivalent; where no generic is made, that of its first brand."""
    directory = data.directory
    if directory.medicine_name(code) == code:
        for one in directory.medicines_under(code[:9], bnf.PRESENTATION):
            if generic_equivalent(one.code) == code:
                return one.code
    return code


# --- Key figures --------------------------------------------------------------------------------------------


def key_figures(data: MedicineData) -> list[dict[str, object]]:
    """Items, actual cost, cost per item, items per 1,000 patients: each with what to compare it with."""
    items, cost, per_item, per_1000 = data.trend[-1]
    before = data.trend[-13] if len(data.trend) >= 13 else (None, None, None, None)
    earlier = data.month.plus(-12).name
    figures: list[dict[str, object]] = [
        {
            "label": f"Items, {data.month.name}",
            "value": numbers.short(number(items), "items"),
            "note": sentence(numbers.more_or_less(number(items), number(before[0]), earlier)),
            "own": True,
        },
        {
            "label": "Actual cost",
            "value": numbers.short(number(cost), "£", COST_SCALE),
            "note": sentence(numbers.more_or_less(number(cost), number(before[1]), earlier)),
        },
        {
            "label": "Actual cost per item",
            "value": numbers.short(per_item, "£"),
            "note": "" if data.is_england else f"England {numbers.short(data.england[2], '£')}",
        },
    ]
    rate: dict[str, object] = {
        "label": "Items per 1,000 patients",
        "value": numbers.short(per_1000, "items per 1,000 patients"),
    }
    if data.code is not None:
        median = numbers.short(data.median, "items per 1,000 patients")
        rate["note"] = f"Median {data.choices.level} {median}"
        place = data.peers.of(data.choices.organisation.code) if data.choices.is_peer else None
        if place and place.rank is not None and place.percentile is not None:
            rate["percentile"] = place.percentile
            rate["place"] = f"{numbers.ordinal(place.rank)} of {data.peers.compared:,}"
    elif not data.is_england:
        rate["note"] = f"England {numbers.short(data.england[3], 'items per 1,000 patients')}"
    figures.append(rate)
    return figures


def number(cell: Cell) -> int | float | None:
    """A value's cell, which is never a text."""
    assert not isinstance(cell, str), "a value column holds numbers"
    return cell


def sentence(words: str) -> str:
    """With a capital at its start."""
    return words[:1].upper() + words[1:]


def finding(data: MedicineData) -> tuple[str, str]:
    """The page's first sentence, and what follows it."""
    now = data.trend[-1]
    before = data.trend[-13] if len(data.trend) >= 13 else (None, None, None, None)
    first = findings.headline(
        data.choices.name if data.choices.organisation.level != ENGLAND else "England",
        (_whole(now[0]), _whole(before[0])),
        (_whole(now[1]), _whole(before[1])),
        data.month.name,
        COST_SCALE,
    )
    parts = [part for part in data.whole.parts if part.items_now > 0] if data.levels else []
    second = ""
    if len(parts) > 1 and data.whole.cost_now > 0:
        dear = max(parts, key=lambda one: one.cost_now)
        name = name_in_sentence(data, dear)
        second = findings.largest_cost(name, dear.cost_now / data.whole.cost_now)
    return first, second


def _whole(cell: Cell) -> int | None:
    return cell if isinstance(cell, int) else None
