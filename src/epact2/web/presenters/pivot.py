"""An answer as a pivot: rows in groups with their totals, columns spread across, every number a link.

The numbers are those of the answer and nothing is added up here: totals and subtotals are rows of the answer
at their own grain, and this module only finds their place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from epact2.model.fields import Dimension, Field
from epact2.model.organisations import UNKNOWN_CODE
from epact2.query.nodes import Query
from epact2.query.result import Cell, Column, Mark, Result
from epact2.web.presenters import numbers
from epact2.web.presenters.pivot_heads import corner, headings, member_name
from epact2.web.presenters.pivot_parts import OTHERS, Key, Line, Links, NameOf, Pivot, PivotCell

MOST_COLUMNS = 50
MOST_LINES = 1000
MOST_CELL_LINKS = 1500  # a link is some 500 bytes: beyond this, rows can still be opened
MOST_BARS = 600  # a bar is some 300 bytes, and nobody compares a thousand of them by eye


@dataclass(slots=True)
class _Node:
    """One row key while the tree is built; children in the answer's own order."""

    key: Key
    cells: dict[Key, tuple[Cell, ...]] = field(default_factory=dict)
    children: dict[Cell, _Node] = field(default_factory=dict)
    marks: dict[tuple[Key, int], Mark] = field(default_factory=dict)
    rank: int = -1


def pivot(query: Query, result: Result, name_of: NameOf, links: Links) -> Pivot:
    """Lay out an answer."""
    tree, column_keys = _read(query, result)
    room = max(1, MOST_COLUMNS // max(1, len(query.values)))
    latest = bool(query.columns) and query.columns[0].dimension is Dimension.TIME
    shown_keys = _cut_columns(column_keys, room, latest)
    value_columns = [column for column in result.columns if column.kind == "value"]
    lines = list(_lines(tree, len(query.rows)))
    shown = lines[:MOST_LINES]
    totals = [tree] if query.totals or not query.rows else []
    opened = sum(links.opens(value) for value in query.values)
    link_cells = len(shown) * len(shown_keys) * opened <= MOST_CELL_LINKS
    write = _Writer(query, value_columns, shown_keys, name_of, links, link_cells, [*shown, *totals])
    return Pivot(
        corner=corner(query, links),
        heads=headings(query, value_columns, shown_keys, name_of, links),
        groups=tuple(_grouped([write.line(node) for node in shown])),
        totals=tuple(write.line(node, total=True) for node in totals),
        shown_lines=len(shown),
        all_lines=len(lines),
        shown_columns=len(shown_keys) * len(query.values),
        all_columns=len(column_keys) * len(query.values),
        latest_columns=latest,
        cells_linked=link_cells and opened > 0,
        bar_note=write.bar_note,
    )


# --- Reading the answer -------------------------------------------------------------------------------------


def _read(query: Query, result: Result) -> tuple[_Node, list[Key]]:
    """The rows as a tree, and the column keys in order.

    Row order is that of the answer at the row's own total where there is one: with columns across, the
    order of single cells says little about rows.
    """
    row_count, field_count = len(query.rows), len(query.grain)
    root = _Node(())
    column_keys: dict[Key, None] = {}
    for place, row in enumerate(result.rows):
        across: Key = row[row_count:field_count]
        column_keys.setdefault(across)
        node = root
        for code in row[:row_count]:
            if code is None:
                break
            node = node.children.setdefault(code, _Node((*node.key, code)))
        is_total = all(code is None for code in across)
        if node.rank < 0 or (is_total and across):
            node.rank = place
        node.cells[across] = row[field_count:]
        if result.marks:
            for index in range(len(query.values)):
                if (mark := result.marks.get((place, field_count + index))) is not None:
                    node.marks[across, index] = mark
    if query.top and query.columns:
        _drop_left_out(root, row_count)
    _sort(root, unknown_last=not query.order)
    return root, sorted(column_keys, key=_column_order)


def _drop_left_out(node: _Node, row_count: int) -> None:
    """Take out the lines that the top left out: the answer holds their total across, and nothing else."""
    for code, child in list(node.children.items()):
        _drop_left_out(child, row_count)
        if len(child.key) == row_count and all(all(one is None for one in key) for key in child.cells):
            del node.children[code]


def _sort(node: _Node, *, unknown_last: bool) -> None:
    # A group that the answer holds no row for (no totals were asked for) stands where its first row stood.
    for child in node.children.values():
        _sort(child, unknown_last=unknown_last)
        if child.rank < 0:
            child.rank = min((one.rank for one in child.children.values()), default=0)
    # By code the unknown ("-") would stand first, where nobody looks for it.
    node.children = dict(
        sorted(
            node.children.items(),
            key=lambda pair: (unknown_last and pair[0] == UNKNOWN_CODE, pair[1].rank),
        )
    )


def _column_order(key: Key) -> tuple[tuple[int, str], ...]:
    """By code, then the unknown, all others, and the total."""
    last = {None: 3, OTHERS: 2, UNKNOWN_CODE: 1}
    return tuple((last[code], "") if code in last else (0, str(code)) for code in key)


def _cut_columns(keys: list[Key], room: int, latest: bool) -> list[Key]:
    """As many column keys as there is room for; of months the latest. The total always stays."""
    if len(keys) <= room:
        return keys
    wholes = [key for key in keys if key and all(code is None for code in key)]
    parts = [key for key in keys if key not in wholes]
    left = max(1, room - len(wholes))
    return [*(parts[-left:] if latest else parts[:left]), *wholes]


def _lines(node: _Node, row_count: int) -> Iterator[_Node]:
    for child in node.children.values():
        yield child
        if len(child.key) < row_count:
            yield from _lines(child, row_count)


def _grouped(lines: Sequence[Line]) -> Iterator[tuple[Line, ...]]:
    """Lines in groups: each begins with a line of the first level. Plain leaves are one group."""
    group: list[Line] = []
    for line in lines:
        if line.depth == 0 and line.kind != "leaf" and group:
            yield tuple(group)
            group = []
        group.append(line)
    if group:
        yield tuple(group)


# --- Lines --------------------------------------------------------------------------------------------------


class _Writer:
    """Writes the numbers of lines: one number of decimals for a whole measure, and bars for the first."""

    def __init__(
        self,
        query: Query,
        columns: Sequence[Column],
        keys: Sequence[Key],
        name_of: NameOf,
        links: Links,
        link_cells: bool,
        nodes: Sequence[_Node],
    ) -> None:
        self.query, self.columns, self.keys = query, columns, keys
        self.name_of, self.links, self.link_cells = name_of, links, link_cells
        self.opens = [links.opens(value) for value in query.values]
        self.places = [self._places(index, nodes) for index in range(len(columns))]
        self.largest = self._largest(nodes)

    def _places(self, index: int, nodes: Sequence[_Node]) -> int:
        column = self.columns[index]
        if numbers.is_money(column.unit):
            return 2  # a table shows every penny: it must agree with the download
        cells = (row[index] for node in nodes for row in node.cells.values())
        return numbers.column_places(cells, unit_shown(column.unit), column.scale)

    def _largest(self, nodes: Sequence[_Node]) -> float:
        """The largest number that has a bar: bars belong to the finest rows, of the first measure."""
        if not self.query.rows or not self.columns or len(nodes) * len(self.keys) > MOST_BARS:
            return 0.0
        finest = [node for node in nodes if len(node.key) == len(self.query.rows)]
        found = [
            float(numbers.amount(node.cells[key][0], self.columns[0].scale) or 0)
            for node in finest
            for key in self.keys
            if key in node.cells and None not in key
        ]
        return max(found, default=0.0) if len(finest) > 1 and min(found, default=-1) >= 0 else 0.0

    @property
    def bar_note(self) -> str:
        """Where the bars begin and end."""
        if not self.largest:
            return ""
        column = self.columns[0]
        return f"Bars run from 0 to {numbers.short(self.largest, column.unit)}."

    def line(self, node: _Node, total: bool = False) -> Line:
        depth = max(0, len(node.key) - 1)
        is_leaf = len(node.key) == len(self.query.rows)
        kind = "total" if total else "leaf" if is_leaf else "subtotal" if node.cells else "group"
        if total:
            name, code = "Total", ""
        else:
            one = self.query.rows[len(node.key) - 1]
            name, code = self._named(one, node.key[-1])
        return Line(
            name=name,
            code=code,
            kind=kind,
            depth=depth,
            cells=tuple(self._cells(node)) if node.cells else (),
            href="" if total or node.key[-1] == OTHERS else self.links.row(self._padded(node.key)),
        )

    def _named(self, one: Field, code: Cell) -> tuple[str, str]:
        name = member_name(one, code, self.name_of)
        plain = str(code)
        if one.closed or plain in (OTHERS, UNKNOWN_CODE) or one.dimension is Dimension.TIME or plain in name:
            return name, ""
        return name, plain

    def _padded(self, key: Key) -> Key:
        return (*key, *(None for _ in range(len(self.query.rows) - len(key))))

    def _cells(self, node: _Node) -> Iterator[PivotCell]:
        depth_is_leaf = len(node.key) == len(self.query.rows)
        for index, column in enumerate(self.columns):
            for place, key in enumerate(self.keys):
                row = node.cells.get(key)
                yield self._cell(node, index, column, key, row, depth_is_leaf, edge=place == 0)

    def _cell(
        self,
        node: _Node,
        index: int,
        column: Column,
        key: Key,
        row: tuple[Cell, ...] | None,
        leaf: bool,
        edge: bool,
    ) -> PivotCell:
        cell = row[index] if row else None
        edge = edge and bool(self.keys[0])
        if (mark := node.marks.get((key, index))) is not None:
            return PivotCell(mark.short_words, missing=True, edge=edge)
        if not isinstance(cell, (int, float)):
            return PivotCell(numbers.NO_DATA if row else "–", missing=True, edge=edge)
        text = self._text(cell, index, column)
        href, bar = "", None
        if self.link_cells and self.opens[index] and OTHERS not in (*node.key, *key):
            href = self.links.cell((*self._padded(node.key), *key), self.query.values[index])
        if index == 0 and self.largest and leaf and None not in key:
            bar = float(numbers.amount(cell, column.scale) or 0) / self.largest
        return PivotCell(text, href, bar, edge=edge)

    def _text(self, cell: int | float, index: int, column: Column) -> str:
        if isinstance(cell, int) and column.scale == 0 and not self.places[index] and cell >= 0:
            return f"{cell:,}"  # what numbers.full says, ten times as fast: most cells are counts
        return numbers.full(cell, unit_shown(column.unit), column.scale, places=self.places[index])


def unit_shown(unit: str) -> str:
    """The unit in which a number is written: a share reads as a percentage."""
    return "relative change" if unit == "share" else unit
