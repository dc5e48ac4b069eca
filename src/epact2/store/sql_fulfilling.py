"""The patients to whom a listing is limited by a condition, as SQL beside its rows.

A listing asks for them as a question would count them: all its rows are one group, all its months one period.
So what is judged, and every rewrite that makes it quick, is the question's own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlglot import exp

from epact2.query.conditions import Condition, NotCondition, on_nothing
from epact2.query.listing import Listing
from epact2.query.nodes import Patients, Query, Selection
from epact2.query.scope import Scope
from epact2.store.catalogue import Catalogue
from epact2.store.plan import Plan
from epact2.store.planner import make_plan
from epact2.store.rewrites import rewrite_condition
from epact2.store.sql_parts import Parameters, column
from epact2.store.sql_patients import patients_fulfilling
from epact2.store.sql_sums import Summing
from epact2.store.terms import answer_parts

_ALIAS = "who"


@dataclass(frozen=True, slots=True)
class Fulfilling:
    """The patients who fulfil a condition (``left_out``: who do not), by key, and what must be read for it.

    ``named_queries`` belong into the statement's WITH.
    """

    patients: exp.Query
    left_out: bool
    named_queries: Mapping[str, exp.Query]
    plan: Plan

    def limited(self, rows: exp.Select, patient: exp.Expression) -> exp.Select:
        """Only the rows of these patients. Every row must be of an identified patient."""
        on = exp.EQ(this=column("patient", _ALIAS), expression=patient)
        kind = "anti" if self.left_out else "semi"
        return rows.join(self.patients.subquery(_ALIAS, copy=False), on=on, join_type=kind, copy=False)


def fulfilling(
    listing: Listing,
    condition: Condition,
    where: Selection,
    scope: Scope,
    catalogue: Catalogue,
    parameters: Parameters,
    without: Collection[str],
) -> Fulfilling:
    """The patients of a listing's rows who fulfil a condition. ``where`` is its selection with patients by
    key. Raises NoData or UnknownCode.
    """
    # Who had none of what is looked at fulfils it: those who do not are found from fewer rows.
    left_out = bool(on_nothing(condition))
    judged = NotCondition(condition) if left_out else condition
    query = Query(
        values=(Patients(judged),),
        where=where,
        months=listing.months,
        structure=listing.structure,
        codes=listing.codes,
        exclusions=listing.exclusions,
    )
    plan = rewrite_condition(make_plan(query, scope, catalogue), catalogue, without)
    (read,) = plan.patients
    summing = Summing(plan, answer_parts(query), catalogue, parameters)
    patients = patients_fulfilling(summing, read)
    return Fulfilling(patients, left_out, summing.named_queries, plan)
