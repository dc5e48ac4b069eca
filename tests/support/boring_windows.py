"""Values that look at other months: patients who start, resume, stop and switch, changes, rolling months."""

from __future__ import annotations

from support.boring_answers import (
    ANTICHOLINERGIC,
    ITEMS,
    OPIOID,
    PARACETAMOL,
    PATIENTS,
    PPI,
    RECODED,
    SSRI,
    STATIN,
    WITH_PARACETAMOL,
    burden,
    change,
    got,
    had,
    on_many,
    rolling,
    substances,
    those_who,
    to_date,
)

_COHORT = {"from": "2025-10", "to": "2025-12"}
_AUTUMN = (202510, 202511, 202512)
OVER_TIME = (
    those_who(
        "starting",
        {"all": [had(STATIN), {"not": had(STATIN, before=3)}]},
        lambda group, patient, lines: got(lines, STATIN)
        and not got(group.window(patient, group.before(3)), STATIN),
        needs=lambda group: group.before(3),
    ),
    those_who(
        "starting what had another code before",
        {"all": [had(RECODED), {"not": had(RECODED, before=4)}]},
        lambda group, patient, lines: got(lines, RECODED)
        and not got(group.window(patient, group.before(4)), RECODED),
        needs=lambda group: group.before(4),
    ),
    those_who(
        "resuming",
        {"all": [had(OPIOID), {"not": had(OPIOID, before=2)}, had(OPIOID, before=4)]},
        lambda group, patient, lines: got(lines, OPIOID)
        and not got(group.window(patient, group.before(2)), OPIOID)
        and got(group.window(patient, group.before(4)), OPIOID),
        needs=lambda group: group.before(4),
    ),
    those_who(
        "stopping",
        {"all": [{"not": had(PPI)}, had(PPI, last=3)]},
        lambda group, patient, lines: not got(lines, PPI)
        and got(group.window(patient, group.last(3)), PPI),
        needs=lambda group: group.last(3),
    ),
    those_who(
        "switching",
        {"all": [had("0403"), {"not": had(SSRI)}, had(SSRI, before=4)]},
        lambda group, patient, lines: got(lines, "0403")
        and not got(lines, SSRI)
        and got(group.window(patient, group.before(4)), SSRI),
        needs=lambda group: group.before(4),
    ),
    those_who(
        "oversupply",
        {
            "all": [
                had(PARACETAMOL),
                {
                    "at least": [
                        {"amount": "total quantity", "where": {"under": ["bnf", PARACETAMOL]}},
                        450,
                    ],
                    "last": 4,
                },
            ]
        },
        lambda group, patient, lines: got(lines, PARACETAMOL)
        and sum(
            line.quantity
            for line in group.window(patient, group.last(4))
            if line.presentation.startswith(PARACETAMOL)
        )
        >= 450 * 100_000,
        needs=lambda group: group.last(4),
    ),
    those_who(
        "of a fixed cohort",
        {"all": [had("0403", **_COHORT), had("04")]},
        lambda group, patient, lines: got(group.window(patient, _AUTUMN), "0403") and got(lines, "04"),
        needs=lambda group: _AUTUMN,
    ),
    those_who(
        "score of six in five months",
        {
            "score": [[{"under": ["bnf", code]}, points] for code, points in ANTICHOLINERGIC],
            "at least": 6,
            "last": 5,
        },
        lambda group, patient, _: burden(group.window(patient, group.last(5))) >= 6,
        needs=lambda group: group.last(5),
    ),
    those_who(
        "many medicines in the year before",
        {"at least": [{"distinct": "chemical substance"}, 80], "before": 12},
        lambda group, patient, _: substances(group.window(patient, group.before(12))) >= 80,
        needs=lambda group: group.before(12),
    ),
    rolling(PATIENTS, 3),
    rolling(WITH_PARACETAMOL, 12),
    rolling(on_many(10), 2),
    change(PATIENTS, 1, relative=True),
    change(PATIENTS, 12, relative=True),
    change(rolling(PATIENTS, 3), 3, relative=False),
    change(ITEMS, 2, relative=False),
    to_date(WITH_PARACETAMOL),
)  # fmt: skip
