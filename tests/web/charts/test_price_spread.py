"""What something costs among peers: ranges, medians and one's own, on one scale from nought."""

from epact2.web.charts.geometry import Ticks
from epact2.web.charts.price_spread import Spread, axis_labels, money, price_spread

ROWS = [
    Spread("Edoxaban 60mg tablets", 1.45, 1.5, 1.62, 1.51),
    Spread("Apixaban 5mg tablets", 0.08, 0.0962, 0.12, None),
    Spread("Nobody has this", None, None, None, None),
]


def chart():
    return price_spread(
        title="Title",
        subtitle="Net ingredient cost of one unit",
        rows=ROWS,
        unit="£",
        own_name="Devon",
        peers="ICBs",
        median_name="Median ICB",
    )


def test_the_table_holds_every_number():
    table = chart().table
    assert table.columns == ("Presentation", "Devon", "10th percentile", "Median ICB", "90th percentile")
    assert table.rows[0] == ("Edoxaban 60mg tablets", "£1.51", "£1.45", "£1.50", "£1.62")
    assert table.rows[1][1] == "No data"
    assert table.rows[1][3] == "£0.0962"


def test_readings_say_a_row_in_words():
    assert chart().readings[0].say == (
        "Edoxaban 60mg tablets: Devon £1.51, median £1.50, 10th to 90th percentile £1.45 to £1.62."
    )
    assert len(chart().readings) == 3


def test_both_pictures_have_their_own_size_and_begin_at_nought():
    made = chart()
    assert made.wide["width"] + made.wide["padding"]["left"] + made.wide["padding"]["right"] == 900
    assert made.narrow["width"] + made.narrow["padding"]["left"] + made.narrow["padding"]["right"] == 358
    assert made.wide["encoding"]["x"]["scale"]["domain"][0] == 0
    assert [row["low"] for row in made.wide["data"]["values"]] == [1.45, 0.08]


def test_prices_show_pence_and_parts_of_them():
    assert [money(one, "£") for one in (12.3, 0.25, 0.0362, None)] == [
        "£12.30",
        "£0.250",
        "£0.0362",
        "No data",
    ]


def test_the_axis_has_one_number_of_decimals():
    assert axis_labels(Ticks((0.0, 0.025, 0.05)), "£") == ["£0.000", "£0.025", "£0.050"]
    assert axis_labels(Ticks((0.0, 0.4, 0.8)), "£") == ["£0.00", "£0.40", "£0.80"]
    assert axis_labels(Ticks((0.0, 5.0, 10.0)), "£") == ["£0", "£5", "£10"]
