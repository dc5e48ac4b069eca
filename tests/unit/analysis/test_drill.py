"""From a row to the question beneath it."""

import pytest

from epact2.analysis.drill import drill
from epact2.query.codec import query_from_json
from epact2.query.encode import query_to_json


def question(**parts):
    return query_from_json({"values": ["items"], **parts})


@pytest.mark.parametrize(
    ("parts", "chosen", "rows", "where"),
    [
        ({"rows": ["region"]}, ["Y58"], ["ICB"], {"is": ["region", "Y58"]}),
        ({"rows": ["ICB"]}, ["QR1"], ["sub-ICB location"], {"is": ["ICB", "QR1"]}),
        ({"rows": ["PCN"]}, ["U1"], ["practice"], {"is": ["PCN", "U1"]}),
        ({"rows": ["practice"]}, ["L84073"], ["chapter"], {"is": ["practice", "L84073"]}),
        ({"rows": ["chapter"]}, ["05"], ["section"], {"is": ["chapter", "05"]}),
        (
            {"rows": ["presentation"]},
            ["0501013K0AAAJAJ"],
            ["region"],
            {"is": ["presentation", "0501013K0AAAJAJ"]},
        ),
        ({"rows": ["financial year"]}, ["2017/18"], ["quarter"], {"is": ["financial year", "2017/18"]}),
    ],
)
def test_a_row_leads_one_level_down(parts, chosen, rows, where):
    beneath = query_to_json(drill(question(**parts), chosen))
    assert beneath["rows"] == rows
    assert beneath["where"] == where


def test_a_cell_keeps_its_column_as_a_condition():
    beneath = query_to_json(drill(question(rows=["ICB"], columns=["month"]), ["QR1", "2017-09"]))
    assert beneath["where"] == {"all": [{"is": ["ICB", "QR1"]}, {"is": ["month", "2017-09"]}]}
    assert "columns" not in beneath


def test_a_total_chooses_nothing_in_its_field():
    beneath = query_to_json(drill(question(rows=["ICB"], columns=["month"]), [None, "2017-09"]))
    assert beneath["where"] == {"is": ["month", "2017-09"]}


def test_a_practice_of_a_section_leads_to_the_paragraphs_of_the_section():
    beneath = drill(question(rows=["practice"], where={"under": ["bnf", "0501"]}), ["L84073"])
    assert query_to_json(beneath)["rows"] == ["paragraph"]


def test_a_presentation_of_a_practice_has_nothing_beneath():
    asked = question(rows=["presentation"], where={"is": ["practice", "L84073"]})
    assert drill(asked, ["0501013K0AAAJAJ"]) is None


def test_all_others_cannot_be_opened():
    assert drill(question(rows=["practice"], top={"count": 1, "others": True}), ["others"]) is None
