"""The chart of an answer, chosen by its shape: lines where time runs, bars where one field is compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from epact2.model.fields import Dimension, Field
from epact2.model.organisations import PLURALS, UNKNOWN_CODE
from epact2.query.nodes import Query
from epact2.query.result import Cell, Column, Mark, Result
from epact2.web.charts.bars import bars
from epact2.web.charts.chart import Bar, Chart, Line
from epact2.web.charts.trend import trend
from epact2.web.presenters import numbers, told
from epact2.web.presenters.pivot import unit_shown
from epact2.web.presenters.pivot_heads import member_name
from epact2.web.presenters.pivot_parts import OTHERS, NameOf

MOST_LINES = 5
MOST_BARS = 40

Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class ChartChoice:
    """The chart, or the reason why there is none; ``note`` says what it leaves out."""

    chart: Chart | None
    note: str = ""


def chart_of(query: Query, result: Result, which: int, names: NameOf, subtitle: str) -> ChartChoice:
    """The chart of the value number ``which`` (from 0) of an answer."""
    values = [column for column in result.columns if column.kind == "value"]
    column = values[min(which, len(values) - 1)]
    at = len(query.grain) + values.index(column)
    finest = [row for row in result.rows if None not in row[: len(query.grain)]]
    time = [one for one in query.grain if one.dimension is Dimension.TIME]
    if not query.grain or len(finest) < 2:
        return ChartChoice(None, "One number needs no chart. Add a row or a column to compare.")
    marks = {result.rows[line]: mark for (line, place), mark in result.marks.items() if place == at}
    drawing = _Drawing(query, column, at, names, subtitle, _first_seen(query, result), marks)
    made = drawing.choose(result.rows, finest, time)
    if made.chart is None or not column.approximate:
        return made
    return replace(made, chart=made.chart.saying(told.APPROXIMATE))


@dataclass(frozen=True, slots=True)
class _Drawing:
    query: Query
    column: Column
    at: int
    names: NameOf
    subtitle: str
    order: dict[Row, int]
    marks: dict[Row, Mark]

    def choose(self, rows: Sequence[Row], finest: Sequence[Row], time: Sequence[Field]) -> ChartChoice:
        """Lines or bars, by the fields of the question."""
        if len(time) == 1:
            return self.lines(finest, time[0])
        if len(time) > 1:
            return ChartChoice(None, "There is no chart of more than one field of time. Keep one of them.")
        if len(self.query.grain) == 1:
            return self.bars(finest, self.query.grain[0], 0)
        return self.bars_of_first_field(rows)

    def lines(self, rows: Sequence[Row], time: Field) -> ChartChoice:
        """One line for each member of the other fields, the first five in the order of the table."""
        fields = self.query.grain
        place = fields.index(time)
        periods = sorted({str(row[place]) for row in rows})
        if len(periods) < 2:
            others = [index for index in range(len(fields)) if index != place]
            if len(others) == 1:
                return self.bars(rows, fields[others[0]], others[0])
            return ChartChoice(None, "One period makes no line. Choose more months.")
        series: dict[Row, dict[str, Cell]] = {}
        marks: dict[tuple[Row, str], Mark] = {}
        for row in rows:
            key = (*row[:place], *row[place + 1 : len(fields)])
            series.setdefault(key, {})[str(row[place])] = row[self.at]
            if row in self.marks:
                marks[key, str(row[place])] = self.marks[row]
        others = [one for one in fields if one != time]
        with_numbers = [
            key for key, cells in series.items() if any(one is not None for one in cells.values())
        ]
        keys = sorted(with_numbers, key=lambda key: (UNKNOWN_CODE in key, self.order.get(key, 0)))
        if not keys:
            return ChartChoice(None, _nothing_to_draw(list(marks.values())))
        shown = keys[:MOST_LINES]
        lines = [
            Line(
                self._name(others, key) or _capital(self.column.name),
                [_number(series[key].get(period)) for period in periods],
                "own" if len(keys) == 1 else "series",
                [marks.get((key, period)) for period in periods] if marks else (),
            )
            for key in shown
        ]
        chart = trend(
            title=_capital(self.column.name),
            subtitle=self.subtitle,
            periods=periods,
            lines=_told_apart(lines),
            unit=unit_shown(self.column.unit),
            scale=self.column.scale,
        )
        note = ""
        if len(keys) > MOST_LINES:
            what = _plural(others[0]) if len(others) == 1 else "rows"
            note = f"The lines are the first {MOST_LINES} of {len(keys):,} {what}, in the order of the table."
        if (left := len(series) - len(keys)) and marks:
            note += f" {left:,} more {'has' if left == 1 else 'have'} no value that is shown."
        return ChartChoice(chart, note.strip())

    def bars(self, rows: Sequence[Row], one: Field, place: int) -> ChartChoice:
        """The highest first, whatever the order of the table: that is how bars are read."""
        there = [row for row in rows if row[place] != OTHERS and isinstance(row[self.at], (int, float))]
        ranked = sorted(there, key=lambda row: -float(_number(row[self.at]) or 0))
        made = [
            Bar(
                member_name(one, row[place], self.names),
                _number(row[self.at]),
                mark=self.marks.get(row),
            )
            for row in ranked[:MOST_BARS]
        ]
        withheld = [self.marks[row] for row in rows if told.is_withheld(self.marks.get(row))]
        if not made:
            return ChartChoice(None, _nothing_to_draw(withheld))
        chart = bars(
            title=_capital(self.column.name),
            subtitle=self.subtitle,
            rows=made,
            unit=unit_shown(self.column.unit),
            scale=self.column.scale,
            value_name=_capital(self.column.name),
        )
        note = ""
        if len(there) > MOST_BARS:
            note = f"The bars are the {MOST_BARS} highest of {len(there):,} {_plural(one)}."
        if withheld:
            # Bars without a value are not drawn at all, so the chart cannot count them itself.
            everyone = [*withheld, *(None for _ in there)]
            chart = chart.saying(told.caption(everyone, _plural(one)))
        return ChartChoice(chart, note)

    def bars_of_first_field(self, rows: Sequence[Row]) -> ChartChoice:
        """With several fields, the totals of the first one, if the answer has them."""
        fields = self.query.grain
        subtotals = [
            row for row in rows if row[0] is not None and all(code is None for code in row[1 : len(fields)])
        ]
        if not subtotals:
            return ChartChoice(None, "Add totals to see a chart of the first field, or keep one field.")
        made = self.bars(subtotals, fields[0], 0)
        note = f"The bars are the totals of each {fields[0].name}. {made.note}".strip()
        return ChartChoice(made.chart, note)

    def _name(self, fields: Sequence[Field], key: Row) -> str:
        return ", ".join(member_name(one, code, self.names) for one, code in zip(fields, key, strict=True))


def _nothing_to_draw(marks: Sequence[Mark]) -> str:
    """Why there is no chart: every number is withheld, or there is none."""
    why = told.why_withheld(marks)
    return f"Every number is withheld: {why.reason}." if why else "There is no number to draw."


def _first_seen(query: Query, result: Result) -> dict[Row, int]:
    """The order of the table's rows: where the row's own total stands, or else its first cell."""
    time = [place for place, one in enumerate(query.grain) if one.dimension is Dimension.TIME]
    order: dict[Row, int] = {}
    if len(time) != 1:
        return order
    for number, row in enumerate(result.rows):
        key = (*row[: time[0]], *row[time[0] + 1 : len(query.grain)])
        if None in key:
            continue
        if row[time[0]] is None or key not in order:
            # Totals come after the finest rows; among themselves they keep the order that was asked for.
            order[key] = number
    return order


def _told_apart(lines: Sequence[Line]) -> list[Line]:
    """Lines of one name (two practices called The Surgery) get a number, for a chart names each line once."""
    seen: dict[str, int] = {}
    made = []
    for line in lines:
        seen[line.name] = seen.get(line.name, 0) + 1
        name = line.name if seen[line.name] == 1 else f"{line.name} ({seen[line.name]})"
        made.append(replace(line, name=name))
    return made


def _number(cell: Cell) -> numbers.Number | None:
    return cell if isinstance(cell, (int, float)) else None


def _plural(one: Field) -> str:
    return PLURALS.get(one.name, f"{one.name}s")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
