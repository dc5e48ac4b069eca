"""How many patients an organisation has, and what they get: the figures of its panel, and the questions."""

from __future__ import annotations

from epact2.analysis.profile import YEAR, Figure, within
from epact2.comparators.definition import Direction
from epact2.model.months import DispensingMonth
from epact2.model.organisations import Organisation
from epact2.model.prescribing import MONTH
from epact2.query.named import IDENTIFIED_PATIENTS, NAMED, patients_on
from epact2.query.nodes import AllOf, Everything, MonthRange, OneOf, Query, Ratio

MANY = 10  # unique medicines: the level that the polypharmacy comparators watch most
PATIENTS = Figure("identified-patients", "Identified patients", IDENTIFIED_PATIENTS)
ITEMS_EACH = Figure("items-per-patient", "Items per identified patient", NAMED["items per patient"])
ON_MANY = Figure(
    "patients-on-10-medicines",
    f"Patients on {MANY} or more unique medicines",
    Ratio(patients_on(MANY), IDENTIFIED_PATIENTS, 100),
)
CAPTURE = Figure("capture-rate", "Items of identified patients", NAMED["capture rate"])
ELECTRONIC = Figure("eps-rate", "Items sent electronically (EPS)", NAMED["EPS rate"])
# Asked for apart: figures of patients may be published ones, and what is open is not given beside these.
OF_PATIENTS, OPEN = (PATIENTS, ITEMS_EACH, ON_MANY, CAPTURE), (ELECTRONIC,)
FIGURES = (*OF_PATIENTS, *OPEN)
DIRECTIONS = {ELECTRONIC: Direction.HIGHER, CAPTURE: Direction.HIGHER}


def panel_questions(organisation: Organisation, month: DispensingMonth) -> tuple[Query, Query]:
    """The figures of patients, and the open ones: in a month, and a year earlier where that is loaded."""
    both = OneOf(MONTH, (month.plus(-YEAR).code, month.code))
    own = within(organisation)
    where = both if isinstance(own, Everything) else AllOf((own, both))
    of_patients, of_items = (
        Query(values=tuple(one.value for one in figures), rows=(MONTH,), where=where)
        for figures in (OF_PATIENTS, OPEN)
    )
    return of_patients, of_items


def latest_question(organisation: Organisation, month: DispensingMonth) -> Query:
    """The figures of patients in one month, for the explorer."""
    return Query(
        values=tuple(one.value for one in OF_PATIENTS),
        where=within(organisation),
        months=MonthRange(month, month),
    )
