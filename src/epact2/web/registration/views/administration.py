"""For people who administer accounts: what waits, people, grants. Each page asks for the right again."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from epact2.errors import Epact2Error
from epact2.web.identity.step_up import step_up_required
from epact2.web.registration import administrators, asking, break_glass, grants, history, post, sessions
from epact2.web.registration.administrators import is_administrator, require_administrator
from epact2.web.registration.authorities import able_to_sign
from epact2.web.registration.forms import type_name
from epact2.web.registration.history import Happened
from epact2.web.registration.models import AccessRequest, Authoriser, HeldGrant
from epact2.web.registration.views.account import grant_row

View = Callable[..., HttpResponseBase]
MOST_SHOWN = 50


def administrators_only(view: View) -> View:
    """Only for people with the right, whatever Django's flags say."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require_administrator(request.user)
        return view(request, *args, **kwargs)

    return guarded


def changes(view: View) -> View:
    """A view that changes rights: by POST alone, with the right, and with a fresh second factor."""
    return administrators_only(require_POST(step_up_required(view)))


@administrators_only
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What waits: requests with nobody to decide them, unproven authorisers, emergencies, mail."""
    today = timezone.localdate()
    waiting = AccessRequest.objects.filter(state=AccessRequest.State.WAITING)
    rows = [
        {
            "row": one,
            "name": type_name(one.wanted),
            "able": able_to_sign(one.wanted, one.level, one.code, today).exclude(user=one.applicant).count(),
            "known": asking.names_known_authoriser(one),
        }
        for one in waiting
    ]
    context = {
        "waiting": rows,
        "unproven": Authoriser.objects.filter(verified_at__isnull=True, ends__isnull=True),
        "emergencies": break_glass.waiting(),
        "to_review": break_glass.to_review(),
        "kept_letters": post.kept_letters(),
    }
    return render(request, "registration/administration.jinja", context)


@administrators_only
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """People, found by a part of their name, user name or address."""
    text = " ".join(request.GET.get("q", "").split())[:100]
    users = get_user_model().objects.order_by("username")
    for word in text.split():
        users = users.filter(
            Q(username__icontains=word)
            | Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(email__icontains=word)
        )
    today = timezone.localdate()
    rows = [
        {"user": one, "held": grants.in_force(one, today), "last": one.last_login or one.date_joined}
        for one in users[:MOST_SHOWN]
    ]
    context = {"text": text, "rows": rows, "count": users.count(), "most": MOST_SHOWN}
    return render(request, "registration/people.jinja", context)


@administrators_only
@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: grants, requests, roles, history, and what can be done."""
    user = get_object_or_404(get_user_model(), pk=pk)
    held = grants.in_force(user, timezone.localdate())
    context = {
        "user_shown": user,
        "held": [grant_row(one) for one in held],
        "former": [grant_row(one) for one in user.held_grants.exclude(pk__in=[one.pk for one in held])],
        "requests": user.access_requests.order_by("-asked_at"),
        "roles": user.authoriser_roles.order_by("-starts"),
        "administers": is_administrator(user),
        "is_oneself": user.pk == request.user.pk,
        "events": history.of(user, 50),
    }
    return render(request, "registration/person.jinja", context)


@administrators_only
@require_safe
def held(request: HttpRequest) -> HttpResponse:
    """The grants in force, of everybody or of one organisation."""
    text = " ".join(request.GET.get("q", "").split())[:100]
    today = timezone.localdate()
    rows = HeldGrant.objects.filter(ended_at__isnull=True, starts__lte=today, ends__gte=today)
    if text:
        rows = rows.filter(
            Q(code__iexact=text) | Q(organisation_name__icontains=text) | Q(account_type__icontains=text)
        )
    rows = rows.select_related("user").order_by("ends", "pk")
    context = {"rows": rows[:MOST_SHOWN], "count": rows.count(), "most": MOST_SHOWN, "text": text}
    return render(request, "registration/held.jinja", context)


def done(request: HttpRequest, user: Any, words: str, change: Callable[[], Any]) -> HttpResponse:
    """Do one thing to a person, and say so, or why not; back to their page."""
    try:
        change()
    except Epact2Error as no:
        messages.error(request, str(no))
    else:
        messages.success(request, words)
    return redirect("administration-person", user.pk)


@changes
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Withdraw a grant, with a reason; the person's sign-ins end."""
    grant = get_object_or_404(HeldGrant, pk=pk)
    why = " ".join(request.POST.get("why", "").split())[:400]
    if not why:
        messages.error(request, "Say why the access is withdrawn.")
        return redirect("administration-person", grant.user_id)
    by = request.user.get_username()
    return done(
        request,
        grant.user,
        "The access is withdrawn, and the person's sign-ins have ended.",
        lambda: grants.end_grant(grant, by=by, why=why),
    )


@changes
def end_sign_ins(request: HttpRequest, pk: int) -> HttpResponse:
    """End everything that a person has open."""
    user = get_object_or_404(get_user_model(), pk=pk)
    history.record(Happened.SIGNED_OUT, by=request.user.get_username(), about=user.get_username())
    ended = sessions.end_sessions(user)
    return done(request, user, f"{ended} sign-ins ended.", lambda: None)


@changes
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an account, or open a closed one again; never one's own."""
    user = get_object_or_404(get_user_model(), pk=pk)
    if user.pk == request.user.pk:
        messages.error(request, "You cannot close your own account. Another administrator can.")
        return redirect("administration-person", user.pk)
    opened = not user.is_active
    words = "The account is open again." if opened else "The account is closed, and its sign-ins have ended."
    return done(request, user, words, lambda: administrators.close_account(user, request.user, opened=opened))


@changes
def administrator(request: HttpRequest, pk: int) -> HttpResponse:
    """Give somebody else the right to administer, or take it away."""
    user = get_object_or_404(get_user_model(), pk=pk)
    if is_administrator(user):
        if user.pk == request.user.pk:
            messages.error(request, "You cannot end your own right. Another administrator can.")
            return redirect("administration-person", user.pk)
        return done(
            request, user, "The right is ended.", lambda: administrators.end_administrator(user, request.user)
        )
    return done(
        request, user, "The person is an administrator now.",
        lambda: administrators.make_administrator(user, request.user),
    )  # fmt: skip
