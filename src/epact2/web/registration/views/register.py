"""Asking for access, a question to a page: who you are, where you work, what you need, why, and a check.

What was answered stays in the visitor's own session until it is sent. A page whose earlier answers are
missing leads back to the first that is.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from epact2.access.eligibility import (
    NotEligible,
    OrganisationKind,
    chosen_level,
    in_words,
    require_eligible,
)
from epact2.access.grants import AccountType
from epact2.errors import Epact2Error
from epact2.model.organisations import ENGLAND, ENGLAND_CODE, LEVELS, Organisation
from epact2.web.context import person
from epact2.web.engine import NoRelease
from epact2.web.presenters.names import organisation_name, with_code
from epact2.web.registration import agreement_text, asking, places
from epact2.web.registration.errors_shown import summary
from epact2.web.registration.forms import (
    KIND_HINTS,
    AgreeForm,
    KindForm,
    ReasonForm,
    TypeForm,
    YouForm,
    type_name,
)

KEPT = "registration"
STEPS = ("you", "kind", "organisation", "access", "reason", "agreement", "check")
# Whoever is signed in has a name, an address and an accepted agreement already.
STEPS_OF_MEMBERS = ("kind", "organisation", "access", "reason", "check")
TITLES = {
    "you": "Who you are",
    "kind": "Where you work",
    "access": "What you need",
    "reason": "Why you need it",
}
Answers = dict[str, Any]


@login_not_required
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What an account is, who can have one, and what to have at hand."""
    types = [in_words(one) for one in AccountType]
    first = steps_of(request)[0]
    context = {
        "types": [{"name": type_name(one.account_type), "words": one} for one in types],
        "first": first,
    }
    return render(request, "registration/start.jinja", context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, name: str) -> HttpResponse:
    """One page of the journey."""
    steps = steps_of(request)
    if name not in steps:
        raise Http404("There is no such step.")
    answers: Answers = dict(request.session.get(KEPT, {}))
    missing = next((one for one in steps[: steps.index(name)] if one not in answers), None)
    if missing:
        return redirect("register-step", missing)
    if name == "check":
        return check(request, answers)
    if name == "organisation":
        return organisation(request, answers)
    if name == "agreement":
        return agreement(request, answers)
    form = form_of(name, request, answers)
    if request.method == "POST" and form.is_valid():
        try:
            answers = answered(name, form.cleaned_data, answers)
        except NotEligible as no:
            return render(request, "registration/cannot.jinja", {"error": no})
        return go_on(request, name, answers)
    context = {
        "form": form, "title": TITLES[name], "errors": summary(form) if form.is_bound else [],
        "back": before(request, name), "hints": hints_of(name, form),
    }  # fmt: skip
    return render(request, "registration/question.jinja", context)


def steps_of(request: HttpRequest) -> tuple[str, ...]:
    """The pages of this visitor's journey."""
    return STEPS_OF_MEMBERS if request.user.is_authenticated else STEPS


def before(request: HttpRequest, name: str) -> str:
    """The page before, for the link back; empty at the first."""
    steps = steps_of(request)
    at = steps.index(name)
    return steps[at - 1] if at else ""


def go_on(request: HttpRequest, name: str, answers: Answers) -> HttpResponseRedirect:
    """Keep the answers; to the check where all is answered (a change), else to the next page."""
    request.session[KEPT] = answers
    steps = steps_of(request)
    missing = next((one for one in steps[:-1] if one not in answers), "check")
    return redirect("register-step", missing if missing == "check" else steps[steps.index(name) + 1])


def form_of(name: str, request: HttpRequest, answers: Answers) -> forms.Form:
    """The form of a page, filled with what was answered before."""
    data = request.POST if request.method == "POST" else None
    known = answers.get(name)
    if name == "you":
        return YouForm(data, initial=known)
    if name == "kind":
        return KindForm(data, initial=known)
    if name == "access":
        return TypeForm(data, initial=known, kind=OrganisationKind(answers["kind"]["kind"]))
    return ReasonForm(data, initial=known, own_address=own_address(request, answers))


def own_address(request: HttpRequest, answers: Answers) -> str:
    """The address of whoever asks."""
    if request.user.is_authenticated:
        return str(request.user.email)
    return str(answers["you"]["address"])


def hints_of(name: str, form: forms.Form) -> dict[str, str]:
    """A line under each choice."""
    if name == "kind":
        return {str(kind): words for kind, words in KIND_HINTS.items()}
    return dict(getattr(form.fields.get("account_type"), "hints", {}))


def answered(name: str, given: Answers, answers: Answers) -> Answers:
    """The answers with those of a page. Raises NotEligible for organisations that cannot register."""
    made = {**answers, name: given}
    if name == "kind":
        kind = OrganisationKind(given["kind"])
        require_eligible(kind)
        if answers.get("kind", {}).get("kind") != given["kind"]:  # what hung on it must be asked again
            made.pop("organisation", None)
            made.pop("access", None)
        if chosen_level(kind) == ENGLAND:
            made["organisation"] = {"level": ENGLAND, "code": ENGLAND_CODE, "name": "England"}
    return made


def organisation(request: HttpRequest, answers: Answers) -> HttpResponse:
    """Find the organisation whose prescribing is meant, by name or code."""
    kind = OrganisationKind(answers["kind"]["kind"])
    level = chosen_level(kind)
    if level == ENGLAND:
        return go_on(request, "organisation", answers)
    typed = " ".join(request.POST.get("place_text", request.GET.get("q", "")).split())[:200]
    code = request.POST.get("place", "").strip()
    known = answers.get("organisation", {})
    errors: list[dict[str, str]] = []
    found: list[dict[str, str]] = []
    try:
        # A code of the box counts while the words beside it are still those of the suggestion.
        is_choice = "chosen" in request.POST
        if code and (chosen := places.named(level, code)) and (is_choice or typed in ("", with_code(chosen))):
            return keep_place(request, answers, chosen)
        matches = places.find(typed, level) if typed else ()
        if request.method == "POST" and len(matches) == 1 and typed.casefold() == matches[0].code.casefold():
            return keep_place(request, answers, matches[0])
        found = [{"value": one.code, "text": with_code(one)} for one in matches]
    except NoRelease as empty:
        errors = [{"text": str(empty), "href": "#place"}]
    except Epact2Error as unknown:
        errors = [{"text": str(unknown), "href": "#place"}]
    if request.method == "POST" and not errors and not found:
        words = f"No {level} fits “{typed}”" if typed else f"Enter the name or code of the {level}"
        errors = [{"text": words, "href": "#place"}]
    elif request.method == "POST" and found and "chosen" in request.POST:
        errors = [{"text": f"Choose your {places.kind_words(level)}, or search again", "href": "#place_0"}]
    context = {
        "level": level, "word": places.kind_words(level),
        "direct": str(kind) in (level, "GP practice"), "typed": typed or known.get("name", ""),
        "found": found, "errors": errors, "back": before(request, "organisation"),
    }  # fmt: skip
    return render(request, "registration/organisation.jinja", context)


def keep_place(request: HttpRequest, answers: Answers, chosen: Organisation) -> HttpResponse:
    """Keep the organisation and go on."""
    kept = {"level": chosen.level, "code": chosen.code, "name": organisation_name(chosen)}
    return go_on(request, "organisation", {**answers, "organisation": kept})


def agreement(request: HttpRequest, answers: Answers) -> HttpResponse:
    """Read and accept the user agreement."""
    text = agreement_text.in_force()
    shown = {"version": text.number, "text_hash": text.text_hash}
    form = AgreeForm(request.POST if request.method == "POST" else None, initial=shown)
    if request.method == "POST" and form.is_valid():
        if {key: form.cleaned_data[key] for key in shown} == shown:
            return go_on(request, "agreement", {**answers, "agreement": shown})
        form.add_error("agree", "The agreement has changed since you opened the page; read it again")
    context = {
        "agreement": text, "form": form, "errors": summary(form) if form.is_bound else [],
        "back": before(request, "agreement"), "action": request.path,
    }  # fmt: skip
    return render(request, "registration/agreement.jinja", context)


def check(request: HttpRequest, answers: Answers) -> HttpResponse:
    """Everything that was answered, to be changed or sent."""
    errors: list[dict[str, str]] = []
    if request.method == "POST":
        try:
            asking.ask(asked(request, answers), request.user if request.user.is_authenticated else None)
        except Epact2Error as no:
            errors = [{"text": str(no), "href": ""}]
        else:
            del request.session[KEPT]
            request.session["registration-sent"] = own_address(request, answers)
            return redirect("register-done")
    context = {"rows": rows(request, answers), "errors": errors, "back": before(request, "check")}
    return render(request, "registration/check.jinja", context)


def asked(request: HttpRequest, answers: Answers) -> asking.Asked:
    """The answers as a request."""
    member = person(request)
    you = answers.get("you") or {
        "full_name": member.name if member else "", "job": member.job if member else "",
        "address": own_address(request, answers),
    }  # fmt: skip
    kind, place, reason = answers["kind"], answers["organisation"], answers["reason"]
    return asking.Asked(
        **you, kind=OrganisationKind(kind["kind"]), employer=kind["employer"], level=place["level"],
        code=place["code"], organisation_name=place["name"],
        account_type=AccountType(answers["access"]["account_type"]), months=12, **reason,
    )  # fmt: skip


def rows(request: HttpRequest, answers: Answers) -> list[dict[str, str]]:
    """The answers for the check: question, answer, and where to change it."""
    made = []
    if "you" in answers:
        you = answers["you"]
        made += [
            ("Name", you["full_name"], "you"),
            ("Job title", you["job"], "you"),
            ("Work e-mail address", you["address"], "you"),
        ]
    kind, place, reason = answers["kind"], answers["organisation"], answers["reason"]
    made += [
        ("Kind of organisation", kind["kind"], "kind"),
        *([("Name of your organisation", kind["employer"], "kind")] if kind["employer"] else []),
        ("Whose prescribing", f"{place['name']} ({place['code']})", "organisation"),
        ("Access", type_name(AccountType(answers["access"]["account_type"])), "access"),
        ("Reason", reason["reason"], "reason"),
        ("Authoriser", f"{reason['authoriser_name']}, {reason['authoriser_address']}", "reason"),
    ]
    fixed = place["level"] == ENGLAND
    return [
        {"key": key, "value": value, "step": "kind" if fixed and step == "organisation" else step}
        for key, value, step in made
    ]


@login_not_required
@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """What happens next. The same whether or not the address has an account already."""
    address = request.session.pop("registration-sent", "")
    if not address:
        return redirect("register")
    return render(request, "registration/done.jinja", {"address": address})


@login_not_required
@require_safe
def suggest(request: HttpRequest) -> JsonResponse:
    """Organisations for the search box: names and codes are public."""
    level = request.GET.get("level", "")
    try:
        found = places.find(request.GET.get("q", "")[:200], level) if level in LEVELS else ()
    except NoRelease:
        found = ()
    lines = [{"label": with_code(one), "kind": one.level, "code": one.code, "href": ""} for one in found]
    return JsonResponse({"suggestions": lines})
