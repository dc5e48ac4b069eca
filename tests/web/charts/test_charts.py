"""Charts as data and as text: no browser is needed to know that they are right."""

import json
import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from epact2.query.result import Mark
from epact2.web.charts import render
from epact2.web.charts.bars import bars
from epact2.web.charts.chart import Bar, Line
from epact2.web.charts.distribution import distribution
from epact2.web.charts.dots import dots
from epact2.web.charts.geometry import nice_ticks, shorten, spread, text_width
from epact2.web.charts.marks import cell_bar, percentile_strip, sparkline
from epact2.web.charts.periods import period_labels
from epact2.web.charts.ranked import TooManyBars, ranked
from epact2.web.charts.trend import TooManySeries, trend
from epact2.web.presenters import told
from web.charts.samples import MONTHS, RISING, one_of_each

CHARTS = one_of_each()
WORDS = {"title": "A finding", "subtitle": "What", "unit": "%"}
IDS = [f"{index}-{chart.kind}" for index, chart in enumerate(CHARTS)]


@pytest.mark.parametrize("chart", CHARTS, ids=IDS)
@pytest.mark.parametrize("width", ["wide", "narrow"])
class TestEveryPicture:
    def svg(self, chart, width):
        return str(getattr(render.draw(chart), width))

    def test_has_a_role_a_name_and_a_description(self, chart, width):
        root = ElementTree.fromstring(self.svg(chart, width))
        assert root.attrib["role"] == "img"
        title, description = list(root)[:2]
        assert (title.text, description.text) == (chart.title, chart.description)
        assert root.attrib["aria-labelledby"] == f"{title.attrib['id']} {description.attrib['id']}"
        assert chart.description

    def test_keeps_the_strict_policy(self, chart, width):
        svg = self.svg(chart, width)
        assert " style=" not in svg
        assert "<style" not in svg
        assert "<script" not in svg
        assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")

    def test_has_text_of_14_pixels_or_more(self, chart, width):
        sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)', self.svg(chart, width))]
        assert sizes
        assert min(sizes) >= 14

    def test_fits_its_view_box(self, chart, width):
        svg = self.svg(chart, width)
        found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
        assert found
        for reading in chart.readings:
            x, y = getattr(reading, width)
            assert 0 <= x <= float(found[1])
            assert 0 <= y <= float(found[2])

    def test_has_few_enough_nodes(self, chart, width):
        assert self.svg(chart, width).count("<") < 1500


@pytest.mark.parametrize("chart", CHARTS, ids=IDS)
def test_every_chart_has_its_table(chart):
    assert chart.table.rows
    assert all(len(row) == len(chart.table.columns) for row in chart.table.rows)


@pytest.mark.parametrize("chart", CHARTS, ids=IDS)
def test_what_goes_to_the_browser_cannot_leave_its_script_element(chart):
    data = str(render.draw(chart, redraw=True).data)
    assert "<" not in data
    loaded = json.loads(data)
    assert len(loaded["readings"]) == len(chart.readings)
    assert ("vega" in loaded) is not isinstance(chart.wide, str)


def test_a_picture_is_drawn_once():
    before = render.rendered.cache_info().misses
    render.draw(CHARTS[0])
    render.draw(CHARTS[0])
    assert render.rendered.cache_info().misses <= before + 2
    assert render.rendered.cache_info().hits > 0


def test_files_to_keep():
    file = render.svg_file(CHARTS[0])
    assert file.startswith('<svg width="900" height="390"')
    assert 'fill="#fff"' in file
    assert render.png_file(CHARTS[0])[:8] == b"\x89PNG\r\n\x1a\n"
    assert render.png_file(CHARTS[8])[:8] == b"\x89PNG\r\n\x1a\n"


class TestTrend:
    def test_amounts_keep_their_scale(self):
        chart = trend(
            title="t", subtitle="s", periods=MONTHS, unit="£", scale=2,
            lines=[Line("Cost", [123_456_789] * 24)],
        )  # fmt: skip
        assert chart.table.rows[0] == ("December 2024", "£1,234,568")
        assert "£1.2m in January 2023" in chart.description

    def test_a_gap_stays_a_gap_and_is_said(self):
        values = [None if index == 4 else 5.0 for index in range(24)]
        chart = trend(periods=MONTHS, lines=[Line("Kent", values, "own")], **WORDS)
        assert ("May 2023", "No data") in chart.table.rows
        assert chart.readings[4].say == "May 2023: Kent No data"

    def test_a_withheld_value_is_said_and_never_called_no_data(self):
        values, marks = [5.0] * 24, [None] * 24
        values[4], marks[4] = None, Mark.FEW_ITEMS
        values[5], marks[5] = 0, Mark.FEWER_THAN_FIVE
        chart = trend(periods=MONTHS, lines=[Line("Kent", values, "own", marks)], **WORDS)
        assert ("May 2023", "withheld: fewer than 10 items") in chart.table.rows
        assert ("June 2023", "fewer than 5") in chart.table.rows
        assert chart.readings[4].say == "May 2023: Kent withheld: fewer than 10 items"
        assert "1 of 24 values of Kent is not shown: withheld, fewer than 10 items." in chart.told
        assert "No data" not in str(chart.table) + chart.description

    def test_an_axis_that_does_not_start_at_nought_says_so(self):
        high = trend(periods=MONTHS, lines=[Line("A", RISING)], **WORDS)
        assert high.note == "The vertical axis starts at 8%."
        assert trend(periods=MONTHS, lines=[Line("A", RISING)], from_zero=True, **WORDS).note == ""

    def test_no_more_than_five_series(self):
        with pytest.raises(TooManySeries):
            trend(periods=MONTHS, lines=[Line(str(i), RISING) for i in range(6)], **WORDS)

    def test_no_values_at_all(self):
        chart = trend(periods=MONTHS, lines=[Line("A", [None] * 24, "own")], **WORDS)
        assert chart.description == "A: no data."
        assert render.draw(chart).wide

    def test_one_period(self):
        chart = trend(periods=["2025-09"], lines=[Line("A", [3.0], "own")], **WORDS)
        assert render.draw(chart).narrow


def test_ranked_bars_stand_in_order_and_leave_out_who_has_no_value():
    rows = [Bar("B", 5.0), Bar("A", 2.0, True), Bar("None", None)]
    chart = ranked(bars=rows, median=3.0, peers="ICBs", **WORDS)
    assert [row[0] for row in chart.table.rows] == ["A", "B"]
    assert chart.description.startswith("A: 2.0%, rank 1 of 2")
    with pytest.raises(TooManyBars):
        ranked(bars=[Bar(str(i), 1.0) for i in range(151)], median=1.0, **WORDS)


def test_withheld_peers_have_no_bar_but_a_row_and_are_counted():
    rows = [Bar("A", 5.0), Bar("B", None, True, Mark.FEW_PATIENTS), Bar("C", 0, mark=Mark.FEWER_THAN_FIVE)]
    for chart in (ranked(bars=rows, median=3.0, peers="ICBs", **WORDS), dots(rows=rows, median=3.0, **WORDS)):
        assert [row[0] for row in chart.table.rows] == ["C", "A", "B"]
        assert [row[2] for row in chart.table.rows] == [
            "fewer than 5",
            "5.0%",
            "withheld: fewer than 20 patients",
        ]
        assert "1 of 3 " in chart.told
        assert "is not shown: withheld, fewer than 20 patients." in chart.told
        assert "is drawn at 0 and means fewer than 5." in chart.told
        assert chart.told in str(render.draw(chart).wide)
    many = [Bar(str(i), None, mark=Mark.FEW_ITEMS) for i in range(200)]
    assert "200 of 200 ICBs are not shown" in ranked(bars=many, median=None, peers="ICBs", **WORDS).told


def test_a_distribution_counts_who_is_withheld_in_its_caption_and_its_table():
    chart = distribution(
        values=[1.0, 2.0], own=[], median=1.5, own_name="Practices in Kent",
        marks=[None, None, Mark.FEW_ITEMS], own_marks=[Mark.FEW_ITEMS, None], **WORDS,
    )  # fmt: skip
    assert "1 of 3 practices in England is not shown: withheld, fewer than 10 items." in chart.told
    assert "1 of 2 practices in Kent is not shown" in chart.told
    assert chart.table.rows[-1] == ("Withheld", "1", "1")


def test_reasons_are_counted_where_there_are_several():
    marks = [Mark.FEW_ITEMS, Mark.FEW_ITEMS, Mark.TOO_FEW_TO_SPLIT, None, Mark.FEWER_THAN_FIVE]
    assert told.caption(marks) == (
        "3 of 5 values are not shown: withheld, fewer than 10 items (2); too few items to split (1). "
        "1 of 5 values is drawn at 0 and means fewer than 5."
    )
    assert told.caption([None, None]) == ""
    assert told.caption([]) == ""


def test_bars_start_at_nought_even_when_all_are_high():
    chart = bars(rows=[Bar("A", 99.0), Bar("B", 98.0)], **WORDS)
    assert chart.wide["encoding"]["x"]["scale"]["domain"][0] == 0


def test_a_histogram_counts_everyone():
    chart = distribution(values=[*range(500), None], own=[3, 4], median=250, own_name="Ours", **WORDS)
    assert sum(int(row[1].replace(",", "")) for row in chart.table.rows) == 500
    assert sum(int(row[2]) for row in chart.table.rows) == 2
    assert "0 of 2 above it" in chart.description


def test_thousands_of_dots_are_one_path():
    rows = [Bar(f"P{i}", (i * 7919 % 997) / 10, i == 77) for i in range(7000)]
    chart = dots(rows=rows, median=50.0, **WORDS)
    assert chart.wide.count("<path") == 1
    assert chart.wide.count("h0") == 6999
    assert chart.readings == ()


class TestGeometry:
    @pytest.mark.parametrize(
        ("low", "high"), [(0, 1), (5.3, 12.4), (0.001, 0.0042), (3e6, 9e6), (-4, 7), (5, 5), (0, 0)]
    )
    def test_ticks_are_round_few_and_hold_everything(self, low, high):
        ticks = nice_ticks(low, high)
        assert 2 <= len(ticks.values) <= 6
        assert ticks.low <= low
        assert ticks.high >= high

    def test_labels_are_pushed_apart_and_stay_inside(self):
        places = spread([100.0, 101.0, 102.0, 300.0], 20, 0, 300)
        ordered = sorted(places)
        assert all(b - a >= 19.5 for a, b in pairwise(ordered))
        assert ordered[-1] <= 300

    def test_texts_are_cut_to_fit(self):
        assert shorten("Somerset", 16, 200) == "Somerset"
        cut = shorten("Beclometasone dipropionate and formoterol", 16, 150)
        assert cut.endswith("…")
        assert text_width(cut, 16) <= 150

    def test_months_are_labelled_at_january_counted_from_the_newest(self):
        many = [f"{2015 + index // 12}-{index % 12 + 1:02}" for index in range(120)]
        labels = period_labels(many, 14, 300)
        assert labels[108] == "Jan 2024"
        assert len(labels) <= 4
        assert period_labels(["2025-01", "2025-02", "2025-03"], 16, 800) == {
            0: "Jan 2025", 1: "Feb 2025", 2: "Mar 2025",
        }  # fmt: skip
        assert period_labels(["2023/24", "2024/25"], 16, 800) == {0: "2023/24", 1: "2024/25"}


class TestTinyPictures:
    def test_a_sparkline_keeps_its_gaps(self):
        drawn = sparkline([1, 2, None, 3, 4])
        assert drawn.count("M") == 2
        assert 'aria-hidden="true"' in drawn
        assert sparkline([None, 1.0]) == ""

    def test_a_strip_and_a_bar(self):
        assert 'cx="64.0"' in percentile_strip(50)
        assert percentile_strip(None) == ""
        assert 'width="30.0"' in cell_bar(25, 50)
        assert cell_bar(None, 50) == ""


def test_chart_modules_know_neither_store_nor_requests():
    import epact2.web.charts as package

    for module in Path(package.__path__[0]).glob("*.py"):
        text = module.read_text()
        assert "django" not in text
        assert "epact2.store" not in text


def test_shortening_a_picture_never_shortens_its_words():
    assert render.tidy('<path d="M1.23456,2"/><text x="10.98765">0.053</text>') == (
        '<path d="M1.23,2"/><text x="10.98">0.053</text>'
    )


def test_januaries_have_the_room_between_them_only():
    months = [f"{2023 + (3 + step) // 12}-{(3 + step) % 12 + 1:02}" for step in range(36)]
    labels = period_labels(months, 14, 170)
    places = sorted(labels)
    room = 170 / (len(months) - 1)
    assert all(
        (later - earlier) * room > text_width("Jan 2025", 14) + 4 for earlier, later in pairwise(places)
    )
