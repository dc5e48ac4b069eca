"""The synthetic England against the real one, with the tolerance that each figure is held to.

The real figures are NHSBSA's: EPD of 2024 by chapter, substance and month, and the ICBs of January 2026.
"""

import duckdb
import pytest

from epact2.synth.england import ENGLAND_PATIENTS, make_england, months_until
from epact2.synth.formulary import read_data
from epact2.synth.prescribing import Prescribing

pytestmark = pytest.mark.slow

ITEMS_2024 = (
    104_224_099, 97_740_792, 99_426_517, 102_811_095, 105_031_259, 98_381_104,
    106_810_152, 102_208_466, 100_153_582, 111_746_085, 103_815_451, 106_178_264,
)  # fmt: skip


BROAD_SPECTRUM = "code LIKE '0501013K0%' OR code LIKE '0501021%' OR code LIKE '050112%'"


class Year:
    """2024 and January 2026 of an England of 600 practices, as sums over rows."""

    def __init__(self):
        self.connection = duckdb.connect()
        self.connection.execute("CREATE TABLE rows (month INTEGER, practice INTEGER, code VARCHAR, "
                                "items BIGINT, nic BIGINT, actual_cost BIGINT)")  # fmt: skip
        england = make_england("icb", months_until(202601, 25), 1)
        self.scale = england.patients / ENGLAND_PATIENTS
        prescribing = Prescribing(england, self.connection)
        for index, month in enumerate(england.months):
            if month // 100 == 2024 or month == 202601:
                prescribing.set_month(index)
                self.connection.execute(
                    f"INSERT INTO rows SELECT {month}, practice, code, items, nic, actual_cost "
                    f"FROM ({prescribing.month_sql(index)})"
                )
        self.england = england

    def all(self, sql):
        return self.connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def year():
    return Year()


def test_rows_for_a_quick_demo(year):
    rows, pairs = year.all(
        "SELECT count(*), count(DISTINCT (practice, code)) FROM rows WHERE month = 202410"
    )[0]
    assert 220_000 < rows < 290_000
    assert pairs > 150_000


def test_items_by_month_within_5_percent(year):
    found = year.all("SELECT sum(items) FROM rows WHERE month < 202500 GROUP BY month ORDER BY month")
    for (items,), real in zip(found, ITEMS_2024, strict=True):
        assert items / year.scale == pytest.approx(real, rel=0.05)
    total = sum(items for (items,) in found)
    assert total / year.scale == pytest.approx(sum(ITEMS_2024), rel=0.015)


def test_chapters_have_their_share(year):
    """Items within 0.15 percentage points, NIC within 0.6."""
    found = {
        chapter: (int(items), int(nic) / 100)
        for chapter, items, nic in year.all(
            "SELECT left(code, 2), sum(items), sum(nic) FROM rows WHERE month < 202500 GROUP BY 1"
        )
    }
    real = {row["code"]: (int(row["items_2024"]), int(row["nic_2024"])) for row in read_data("chapters.csv")}
    for place, tolerance in ((0, 0.0015), (1, 0.006)):
        total, real_total = (sum(each[place] for each in which.values()) for which in (found, real))
        for chapter, amounts in real.items():
            share = found.get(chapter, (0, 0))[place] / total
            assert share == pytest.approx(amounts[place] / real_total, abs=tolerance), chapter


def test_top_substances_within_5_percent(year):
    found = dict(
        year.all("SELECT left(code, 9), sum(items) FROM rows WHERE month < 202500 AND code < '20' GROUP BY 1")
    )
    rows = sorted(read_data("substances.csv"), key=lambda row: -int(row["items_2024"]))
    for row in [row for row in rows if row["code"] < "20"][:30]:
        if row["code"] != "0302000C0":  # beclometasone: some of it changes code
            assert found[row["code"]] / year.scale == pytest.approx(int(row["items_2024"]), rel=0.05), row[
                "name"
            ]


def test_concentration(year):
    """The top 10, 50, 100 and 200 substances hold 28.8, 61.0, 77.2 and 90.5 % of items (2023/24)."""
    found = [
        int(items)
        for (items,) in year.all(
            "SELECT sum(items) AS n FROM rows WHERE month < 202500 "
            "GROUP BY CASE WHEN length(code) = 11 THEN left(code, 4) ELSE left(code, 9) END ORDER BY n DESC"
        )
    ]
    for count, share in ((10, 0.288), (50, 0.610), (100, 0.772), (200, 0.905)):
        assert sum(found[:count]) / sum(found) == pytest.approx(share, abs=0.015)


def test_flu_vaccine_is_given_in_autumn(year):
    found = dict(
        year.all(
            "SELECT month, sum(items) FROM rows WHERE code LIKE '1404000H0%' AND month < 202500 GROUP BY 1"
        )
    )
    real = {202410: 5_150_000, 202411: 1_660_000, 202412: 1_010_000}
    for month, items in real.items():
        assert found[month] / year.scale == pytest.approx(items, rel=0.2)
    assert found[202406] < 0.02 * found[202410]


def test_antibiotics_are_of_winter(year):
    items = dict(
        year.all("SELECT month, sum(items) FROM rows WHERE code LIKE '0501%' AND month < 202500 GROUP BY 1")
    )
    assert 1.2 < (items[202401] + items[202412]) / (items[202407] + items[202408]) < 1.5


def test_icbs_prescribe_as_in_january_2026(year):
    """Share of items within 8 %, actual cost of an item within 15 %, for every ICB."""
    icb = {each.number: each.place for each in year.england.practices}
    found: dict[str, list[float]] = {}
    for practice, items, cost in year.all(
        "SELECT practice, sum(items), sum(actual_cost) / 1e5 FROM rows WHERE month = 202601 GROUP BY practice"
    ):
        if icb[practice] >= 0:
            totals = found.setdefault(year.england.places[icb[practice]].icb, [0.0, 0.0])
            totals[0] += int(items)
            totals[1] += cost
    real = {
        row["code"]: (int(row["items_202601"]), float(row["actual_cost_202601"]))
        for row in read_data("icbs.csv")
        if row["code"] != "-"
    }
    assert found.keys() == real.keys()
    items, real_items = sum(each[0] for each in found.values()), sum(each[0] for each in real.values())
    for code, (mine, cost) in found.items():
        assert mine / items == pytest.approx(real[code][0] / real_items, rel=0.08), code
        assert cost / mine == pytest.approx(real[code][1] / real[code][0], rel=0.15), code


@pytest.mark.parametrize(
    ("top", "bottom", "median", "spread"),
    [
        # Believable ranges for the median practice, and for the 90th against the 10th percentile.
        (BROAD_SPECTRUM, "0501", (6, 10), (1.5, 2.8)),
        ("left(code, 9) NOT IN ('1001010J0', '1001010P0')", "1001010", (14, 26), (1.5, 3.2)),
        ("code LIKE '0403010J0%'", "0403", (0.1, 0.8), (1.8, 6)),
        ("length(code) = 15 AND substr(code, 10, 2) <> 'AA'", "", (10, 17), (1.3, 3)),
    ],
    ids=["broad spectrum", "non-preferred NSAIDs", "dosulepin", "brands"],
)
def test_practices_differ_believably(year, top, bottom, median, spread):
    [(low, middle, high)] = year.all(
        f"""
        WITH share AS (
            SELECT practice, 100 * coalesce(sum(items) FILTER ({top}), 0) / sum(items) AS share
            FROM rows WHERE code LIKE '{bottom}%' AND month < 202500 GROUP BY practice
            HAVING sum(items) > 500
        )
        SELECT quantile_cont(share, 0.1), quantile_cont(share, 0.5), quantile_cont(share, 0.9) FROM share
        """
    )
    assert median[0] <= middle <= median[1]
    assert spread[0] <= high / low <= spread[1]


def test_new_medicines_grow(year):
    tirzepatide = dict(
        year.all("SELECT month, sum(items) FROM rows WHERE code LIKE '0601023AZ%' GROUP BY month")
    )
    assert tirzepatide[202601] > 2 * tirzepatide[202412] > 4 * tirzepatide[202402]
    assert tirzepatide[202601] / year.scale == pytest.approx(292_949, rel=0.12)
