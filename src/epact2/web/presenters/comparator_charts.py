"""The charts and key figures of a comparator's page."""

from __future__ import annotations

from epact2.analysis import compare
from epact2.analysis.sealed_notes import is_approximate
from epact2.model import organisations
from epact2.model.organisations import ENGLAND
from epact2.web.charts.bands import bands
from epact2.web.charts.bars import bars
from epact2.web.charts.chart import Bar, Chart, Line
from epact2.web.charts.distribution import distribution
from epact2.web.charts.dots import dots
from epact2.web.charts.ranked import MOST as MOST_BARS
from epact2.web.charts.ranked import ranked
from epact2.web.comparator_data import ComparatorData
from epact2.web.presenters import calculation, dates, names, numbers, told
from epact2.web.presenters import comparator_findings as findings

MOST_SUBSTANCES = 10


def value_words(data: ComparatorData) -> str:
    """What the value is, for subtitles: "Percentage of selected antibacterial items"."""
    comparator = data.comparator
    if data.unit == "%":
        whole = comparator.denominator.name
        return f"Percentage of {names.lower_first(whole)}"
    if comparator.medicine:
        name = names.lower_first(
            names.medicine_name(data.asking.directory.medicine_name(comparator.medicine.text))
        )
        return f"Items of {name} per {comparator.per:,} patients"
    if findings.measure_noun(data.unit) == "average":
        return comparator.title
    bottom = comparator.denominator
    registered = bottom.is_population and bottom.unit == "patients"
    whole = bottom.unit if registered else names.lower_first(bottom.name)
    per = f"{comparator.per:,} " if comparator.per > 1 else ""
    return f"{comparator.numerator.name} per {per}{whole}"


def peers_words(data: ComparatorData) -> str:
    """Who is compared: "42 ICBs", "178 practices in Kent and Medway"."""
    words = names.peers_name(data.choices.level, data.shown.compared)
    if data.choices.is_peer or data.choices.organisation.level == ENGLAND:
        return words
    return f"{words} in {data.choices.name}"


def peers_median(data: ComparatorData) -> str:
    """What the dashed line is called."""
    return f"Median {data.choices.level if data.choices.level != organisations.PRACTICE else 'practice'}"


def over_time(data: ComparatorData) -> Chart:
    """The percentile chart with the organisation's own line."""
    choices = data.choices
    median = data.percentiles[50]
    withheld = told.why_withheld(data.own_marks)
    if choices.organisation.level == ENGLAND:
        title = findings.own_trend_title(choices.name, data.own, data.unit, withheld)
    else:
        title = findings.trend_title(choices.name, data.own, median, data.unit, withheld)
    chart = bands(
        title=title,
        subtitle=f"{value_words(data)}, by month, {dates.period(data.months[0], data.months[-1])}",
        periods=data.periods,
        percentiles=data.percentiles,
        own=Line(choices.name, data.own, "own", data.own_marks if any(data.own_marks) else ()),
        peers=organisations.PLURALS[choices.level],
        unit=data.unit,
        median_name=peers_median(data),
        # Nobody's value is published in such a month, or nobody has one: which of both is not told.
        missing=told.NONE_PUBLISHED if data.peers_are_approximate or not data.has_peers else numbers.NO_DATA,
    )
    if data.peers_are_approximate and not data.own_is_approximate:
        return chart.saying(f"Figures of {choices.name} are exact; all others are approximate.")
    return _published(chart, data.own_is_approximate)


def _published(chart: Chart, approximate: bool) -> Chart:
    return chart.saying(told.APPROXIMATE) if approximate else chart


def ranking_chart(data: ComparatorData) -> Chart:
    """Where the organisation stands among its peers, or how what lies within it is spread."""
    choices = data.choices
    subtitle = f"{value_words(data)}, {peers_words(data)}, {data.month.name}"
    rows = [
        Bar(
            names.place_name(row.name),
            row.value,
            own=row.code == choices.organisation.code,
            mark=row.marks[2],
        )
        for row in data.shown.rows
    ]
    parts = {
        "title": ranking_title(data),
        "subtitle": subtitle,
        "median": data.median,
        "unit": data.unit,
        "peers": organisations.PLURALS[choices.level],
        "median_name": peers_median(data),
    }
    known = sum(row.value is not None for row in rows)
    if known <= MOST_BARS:
        return _published(ranked(bars=rows, **parts), data.peers_are_approximate)  # type: ignore[arg-type]
    return _published(dots(rows=rows, **parts), data.peers_are_approximate)  # type: ignore[arg-type]


def ranking_title(data: ComparatorData) -> str:
    """The finding of the ranking."""
    choices = data.choices
    plural = organisations.PLURALS[choices.level]
    if choices.is_peer:
        mine = data.place
        others = [
            row.value
            for row in data.peers.rows
            if row.value is not None and row.code != choices.organisation.code
        ]
        return findings.rank_title(
            mine.value if mine else None,
            others,
            choices.level,
            plural,
            data.unit,
            choices.name,
            mine.marks[2] if mine else None,
        )
    values = [row.value for row in data.shown.rows if row.value is not None]
    withheld = told.why_withheld([row.marks[2] for row in data.shown.rows])
    if choices.organisation.level == ENGLAND:
        low, high = compare.quantile(values, 25), compare.quantile(values, 75)
        return findings.middle_title(low, high, plural, data.unit, withheld)
    return findings.above_title(values, data.median, f"{plural} in {choices.name}", withheld)


def practices_chart(data: ComparatorData) -> Chart:
    """All practices of England, and the organisation's own as dots."""
    choices = data.choices
    values = [row.value for row in data.practices.rows if row.value is not None]
    own = [row.value for row in data.own_practices if row.value is not None]
    median = compare.quantile(values, 50)
    marks = [row.marks[2] for row in data.practices.rows]
    own_marks = [row.marks[2] for row in data.own_practices]
    of_whom = f"practices in {choices.name}"
    if choices.organisation.level == ENGLAND:
        low, high = compare.quantile(values, 25), compare.quantile(values, 75)
        title = findings.middle_title(low, high, "practices", data.unit, told.why_withheld(marks))
        subtitle = f"{value_words(data)}, {len(values):,} practices in England, {data.month.name}"
    elif choices.organisation.level == organisations.PRACTICE:
        title = ranking_title(data)
        of_whom = choices.name
        subtitle = f"{value_words(data)}, {len(values):,} practices in England, {data.month.name}"
    else:
        title = findings.above_title(own, median, of_whom, told.why_withheld(own_marks))
        subtitle = (
            f"{value_words(data)}: {len(values):,} practices in England and {len(own):,} in {choices.name} "
            f"(one dot each), {data.month.name}"
        )
    chart = distribution(
        title=title,
        subtitle=subtitle,
        values=values,
        own=own,
        median=median,
        unit=data.unit,
        own_name=f"Practices in {choices.name}" if of_whom != choices.name else choices.name,
        median_name="Median practice",
        marks=marks,
        own_marks=own_marks,
    )
    return _published(chart, is_approximate(data.practices.answer))


def substances_chart(data: ComparatorData) -> Chart | None:
    """The medicines of the numerator, the most first; nothing where there is one only."""
    rows, whole = data.substances
    if len(rows) < 2 or not whole:
        return None
    directory = data.asking.directory
    numerator = data.comparator.numerator
    short = names.short_medicine(directory.medicine_name(rows[0][0]))
    share = findings.fraction(float(rows[0][1] or 0) / float(whole))
    noun = calculation.counted(data.comparator).lower()
    title = f"{short} {'make' if names.is_plural(short) else 'makes'} up {share} of these {noun}"
    if noun == "patients":
        title = f"{names.capital(share)} of these patients had {names.lower_first(short)}"
    counted = numerator.name
    span = f"{data.choices.name}, {data.month.name}"
    more = f"; the first {MOST_SUBSTANCES} of {len(rows)} substances" if len(rows) > MOST_SUBSTANCES else ""
    marks, approximate = data.substances_told
    chart = bars(
        title=title,
        subtitle=f"{counted} by chemical substance, {span}{more}",
        rows=[
            Bar(names.short_medicine(directory.medicine_name(code)), cell)  # type: ignore[arg-type]
            for code, cell in rows[:MOST_SUBSTANCES]
        ],
        unit=numerator.unit,
        scale=numerator.scale,
        value_name=names.capital(noun),
    ).saying(told.caption(marks, "substances"))
    return _published(chart, approximate)


# --- Key figures --------------------------------------------------------------------------------------------


def key_figures(data: ComparatorData) -> list[dict[str, object]]:
    """Own value, rank or spread, the peers' median, and what the difference amounts to.

    The own value alone where nothing is published of peers.
    """
    choices, unit = data.choices, data.unit
    value = data.own_now[2]
    before = data.year_before(data.own)
    since = data.month.plus(-12).name
    figures: list[dict[str, object]] = [
        {
            "label": f"{choices.name}, {data.month.name}",
            "note": findings.difference_words(value, before, unit, since)
            or data.comparator.direction.value.capitalize(),
            **told.key_figure(data.own_mark, numbers.short(value, unit), approximate=data.own_is_approximate),
            "own": True,
        }
    ]
    if not data.has_peers:
        return figures
    plural = organisations.PLURALS[choices.level]
    if choices.is_peer:
        figures.append(_rank_figure(data))
    elif choices.organisation.level != ENGLAND:
        figures.append(_above_figure(data))
    else:
        low, high = data.percentiles[10][-1], data.percentiles[90][-1]
        figures.append(
            {
                "label": f"Eight in ten {plural}",
                "note": "10th to 90th percentile",
                **told.key_figure(
                    data.median_mark,
                    f"{numbers.short(low, unit)} to {numbers.short(high, unit)}"
                    if low is not None
                    else numbers.NO_DATA,
                    approximate=data.peers_are_approximate,
                ),
            }
        )
    figures.append(
        {
            "label": peers_median(data),
            "note": f"Half of {plural} in England are below this",
            **told.key_figure(
                data.median_mark,
                numbers.short(data.median, unit),
                approximate=data.peers_are_approximate,
            ),
        }
    )
    figures.append(_difference_figure(data))
    return figures


def _above_figure(data: ComparatorData) -> dict[str, object]:
    """How many of those within the organisation lie above the median of England's."""
    figure: dict[str, object] = {
        "label": f"Above the median, {organisations.PLURALS[data.choices.level]} within it",
        "note": _not_counted(data) or data.comparator.direction.value.capitalize(),
    }
    median = data.median
    if median is None:
        return {**figure, **told.key_figure(data.median_mark, numbers.NO_DATA)}
    values = [row.value for row in data.shown.rows if row.value is not None]
    above = sum(one > median for one in values)
    return {**figure, "value": f"{above:,}", "of": f"of {len(values):,}"}


def _not_counted(data: ComparatorData) -> str:
    """How many within the organisation are not counted, because their value is withheld."""
    count = sum(told.is_withheld(row.marks[2]) for row in data.shown.rows)
    return f"{count:,} more {'is' if count == 1 else 'are'} withheld" if count else ""


def _rank_figure(data: ComparatorData) -> dict[str, object]:
    place, level = data.place, data.choices.level
    label = f"Rank of {names.peers_name(level, data.peers.compared)}"
    if place is None or place.rank is None:
        return {"label": label, **told.key_figure(place.marks[2] if place else None, numbers.NO_DATA)}
    return {
        "label": label,
        "value": f"{place.rank:,}",
        "of": f"of {data.peers.compared:,}",
        "note": f"1 is the lowest {findings.measure_noun(data.unit)}"
        + (" of those published" if data.peers_are_approximate else ""),
        "percentile": place.percentile,
        "place": data.comparator.direction.value.capitalize() if place.percentile is not None else "",
    }


def _difference_figure(data: ComparatorData) -> dict[str, object]:
    """What the distance from the median amounts to, in units of the numerator."""
    comparator = data.comparator
    _, denominator, value = data.own_now
    unit = comparator.numerator.unit
    # “Count” says nothing of what is counted: different medicines, for example.
    noun = names.lower_first(comparator.numerator.name) if unit == "count" else unit
    bottom = compare.part_number(denominator, comparator.denominator)
    surplus = findings.surplus(value, data.median, bottom, comparator.per)
    label = "Difference from the median"
    if surplus is None:
        return {"label": label, **told.key_figure(data.difference_mark, numbers.NO_DATA)}
    size = numbers.short(float(round(abs(surplus))), unit)
    if size in ("0", "£0"):
        return {"label": label, "value": f"No {noun}", "note": f"At the median in {data.month.name}"}
    comparison = f"{'more' if surplus > 0 else 'fewer'} than at the median, in {data.month.name}"
    approximate = data.peers_are_approximate or data.own_is_approximate
    if unit == "count":
        return {
            "label": label,
            "note": f"{noun} {comparison}",
            **told.key_figure(None, size, approximate=approximate),
        }
    shown = f"{size} {noun}" if unit != "£" else size
    return {"label": label, "note": comparison, **told.key_figure(None, shown, approximate=approximate)}
