"""Asking for NHS numbers, a question to a page: role, comparator, practice, month, purpose, and a check.

What was answered stays in the applicant's own session until it is sent. A page whose earlier answers are
missing leads back to the first that is.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from epact2.access import nhs_numbers as rules
from epact2.access.nhs_numbers import Role, Wanted
from epact2.access.policy import Refused
from epact2.errors import Epact2Error
from epact2.model.months import DispensingMonth
from epact2.web.asking import Asking
from epact2.web.engine import viewer_of
from epact2.web.nhs_numbers import steps
from epact2.web.nhs_numbers.choices import Offered, named
from epact2.web.nhs_numbers.forms import (
    DECLARATION,
    DECLARATION_POINTS,
    ROLES,
    DeclarationForm,
    OneOf,
    PurposeForm,
    RoleForm,
    patients_words,
    summary,
)
from epact2.web.nhs_numbers.views.shown import not_stored

KEPT, HINTED = "nhs-numbers", "nhs-numbers-hint"
STEPS = ("role", "comparator", "practice", "month", "purpose", "check")
Answers = dict[str, str]


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Who may ask, what happens, and what to have at hand. From a comparator's page it knows which one."""
    viewer = viewer_of(request)
    hints = {name: request.GET[name][:100] for name in STEPS[1:4] if request.GET.get(name)}
    if hints:
        request.session[HINTED] = hints
    context = {"may_ask": rules.may_ask(viewer), "may_check": rules.may_check(viewer), "first": STEPS[0]}
    return render(request, "nhs_numbers/start.jinja", context)


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, name: str) -> HttpResponse:
    """One page of the journey."""
    if name not in STEPS:
        raise Http404("There is no such step.")
    asking = Asking.of(request)
    rules.require_may_ask(asking.viewer)
    answers: Answers = dict(request.session.get(KEPT, {}))
    missing = next((one for one in STEPS[: STEPS.index(name)] if one not in answers), None)
    if missing:
        return redirect("nhs-numbers-step", missing)
    if name == "check":
        return _check(request, asking, answers)
    offered = Offered.of(asking)
    form = _form(name, request, answers, offered)
    if request.method == "POST" and form.is_valid():
        answers = _answered(name, form.cleaned_data[name], answers)
        if name == "role":
            try:
                rules.require_role(Role(answers["role"]))
            except Refused as no:
                request.session.pop(KEPT, None)
                return render(request, "nhs_numbers/cannot.jinja", {"error": no})
        return _go_on(request, name, answers, offered)
    context = {
        "form": form,
        "errors": summary(form) if form.is_bound else [],
        "back": _before(name),
        "hints": getattr(form, "hints", {}),
    }
    return render(request, "nhs_numbers/question.jinja", context)


def _form(name: str, request: HttpRequest, answers: Answers, offered: Offered) -> forms.Form:
    """The form of a page, filled with what was answered before, or with what a comparator's page knew."""
    known = {**request.session.get(HINTED, {}), **answers}
    how: dict[str, Any] = {"data": request.POST if request.method == "POST" else None, "initial": known}
    if name == "role":
        return RoleForm(**how)
    if name == "comparator":
        hint = "The list has the patients whom its numerator counts."
        return OneOf(name, "Which comparator?", offered.comparators(), hint, **how)
    if name == "practice":
        return OneOf(name, "Patients of which practice?", offered.practices(), "Your own practices.", **how)
    if name == "month":
        months = offered.months(named(answers["comparator"]), answers["practice"])
        hint = "In a provisional month some patients are missing: their NHS numbers are not verified yet."
        return OneOf(name, "In which dispensing month?", months, hint, **how)
    return PurposeForm(**how)


def _answered(name: str, given: str, answers: Answers) -> Answers:
    """The answers with that of a page; what hung on an answer that changed must be given again."""
    made = {**answers, name: given}
    if name in ("comparator", "practice") and answers.get(name) not in (None, given):
        made.pop("month", None)
    return made


def _go_on(request: HttpRequest, name: str, answers: Answers, offered: Offered) -> HttpResponseRedirect:
    """Keep the answers; to the check where all is answered (a change), else to the first that is missing.

    Whoever has one practice is not asked which.
    """
    practices = offered.practices()
    if len(practices) == 1:
        answers = {**answers, "practice": practices[0][0]}
    request.session[KEPT] = answers
    return redirect("nhs-numbers-step", next((one for one in STEPS[:-1] if one not in answers), "check"))


def _before(name: str) -> str:
    at = STEPS.index(name)
    return STEPS[at - 1] if at else ""


def _check(request: HttpRequest, asking: Asking, answers: Answers) -> HttpResponse:
    """Everything that was answered, with how many patients it is, to be changed, or declared and sent."""
    comparator = named(answers["comparator"])
    sent = request.method == "POST"
    form = DeclarationForm(request.POST if sent else None)
    wanted = Wanted(
        comparator=comparator.key,
        practice=answers["practice"],
        month=DispensingMonth.parse(answers["month"]),
        role=Role(answers["role"]),
        purpose=answers["purpose"],
        declared=sent and form.is_valid(),
    )
    rules.require_own(asking.viewer, wanted.practice, wanted.month, asking.directory)
    errors, patients, may_send = [], 0, False
    try:
        patients = len(steps.pseudonyms_of(asking, wanted, comparator)[0])
        steps.number_store().count()  # without any, say so now and not when the list is opened
        may_send = bool(patients)
        if sent and form.is_valid() and patients:
            made = steps.ask(request.user, asking, wanted, comparator, DECLARATION)
            request.session.pop(KEPT, None)
            request.session.pop(HINTED, None)
            return redirect("nhs-numbers-sent", made.pk)
        errors = summary(form) if sent else []
    except Refused:
        raise
    except Epact2Error as no:
        errors = [{"text": str(no), "href": ""}]
    context = {
        "rows": _rows(answers, wanted, comparator.title, asking, patients),
        "form": form,
        "points": DECLARATION_POINTS,
        "errors": errors,
        "nobody": not patients and not errors,
        "may_send": may_send,
        "back": _before("check"),
    }
    return not_stored(render(request, "nhs_numbers/check.jinja", context))


def _rows(
    answers: Answers, wanted: Wanted, title: str, asking: Asking, patients: int
) -> list[dict[str, str]]:
    """The answers for the check: question, answer, and where to change it."""
    practices = dict(Offered.of(asking).practices())
    made = [
        ("Your role", ROLES[wanted.role][0], "role"),
        ("Comparator", title, "comparator"),
        ("Practice", practices[wanted.practice], "practice" if len(practices) > 1 else ""),
        ("Dispensing month", wanted.month.name, "month"),
        ("Purpose", answers["purpose"], "purpose"),
        ("The list would have", patients_words(patients), ""),
    ]
    return [{"key": key, "value": value, "step": step} for key, value, step in made]
