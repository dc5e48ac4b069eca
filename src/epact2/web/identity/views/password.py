"""Change a password; ask for a new one when it is forgotten."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user_model, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.contrib.auth.views import PasswordResetConfirmView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from epact2.errors import Epact2Error
from epact2.web.auth import DEMO_NAMES, is_open_demo_account
from epact2.web.identity import mails, sign_ins, throttle
from epact2.web.identity.events import Event, tell
from epact2.web.identity.forms import Fault, fault, faults, form_faults


@never_cache
@sensitive_post_parameters("old", "new")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest) -> HttpResponse:
    """A new password, for whoever knows the old one. All other sign-ins end."""
    demo = is_open_demo_account(request.user)
    errors = _changed(request) if request.method == "POST" and not demo else []
    if request.method == "POST" and not errors and not demo:
        messages.success(request, "Your password is changed, and your other sign-ins were ended.")
        return HttpResponseRedirect(reverse("security"))
    return render(request, "identity/password.jinja", {"errors": errors, "demo_account": demo})


def _changed(request: HttpRequest) -> list[Fault]:
    """Change the password, or say what is wrong."""
    user: Any = request.user
    tried = throttle.counters(request, "step-up", user.get_username())
    try:
        throttle.begin(tried)
    except throttle.TooManyTries as error:
        return [fault("old", error)]
    if not user.check_password(request.POST.get("old", "")):
        return [fault("old", "Your old password is wrong. Capitals and small letters differ.")]
    throttle.succeeded(tried)
    new = request.POST.get("new", "")
    try:
        validate_password(new, user)
    except ValidationError as error:
        return faults("new", error)
    tell(Event.PASSWORD_CHANGED, user, request)
    user.set_password(new)
    user.save(update_fields=["password"])
    sign_ins.end_all(user, keep=sign_ins.current(request))
    update_session_auth_hash(request, user)
    sign_ins.moved(request)
    mails.changed(user, "Your password was changed.")
    return []


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a link by mail. The answer, and the time it takes, are the same whoever has that address."""
    errors: list[Fault] = []
    address = request.POST.get("address", "").strip()
    if request.method == "POST":
        if "@" not in address or len(address) > 254:
            errors = [fault("address", "Type an e-mail address, for instance name@example.org.")]
        else:
            try:
                throttle.begin(throttle.counters(request, "forgotten", address))
            except Epact2Error as error:
                errors = [fault("address", error)]
            else:
                owner = _owner(address)
                # To the address that is kept: another may be the same in the database's eyes alone.
                mails.forgotten_password(
                    owner.email if owner else address, _link(request, owner) if owner else ""
                )
                return render(request, "identity/forgotten_sent.jinja", {"address": address})
    return render(request, "identity/forgotten.jinja", {"errors": errors, "typed": address})


def _owner(address: str) -> Any | None:
    """The account with a password that has this address; None where there is none, or there are several."""
    users = get_user_model().objects.filter(email__iexact=address, is_active=True)
    # A demo's passwords are public, and stay as the page shows them.
    real = users.exclude(username__in=DEMO_NAMES)
    with_password = [one for one in real[:2] if one.has_usable_password()]
    return with_password[0] if len(with_password) == 1 else None


def _link(request: HttpRequest, user: Any) -> str:
    """The link to a new password."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse("new-password", args=(uid, default_token_generator.make_token(user)))
    return request.build_absolute_uri(path)


class NewPassword(PasswordResetConfirmView):
    """Where the link in the mail leads. It opens nothing else: signing in still needs the second factor."""

    template_name = "identity/new_password.jinja"
    success_url = reverse_lazy("sign-in")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the faults as a list for the summary."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        form = context.get("form")
        context["errors"] = list(form_faults(form)) if form is not None else []
        return context

    def get_form_class(self) -> type[OneField]:
        """One field: a second one to repeat it would only hide mistakes of those who paste."""
        return OneField

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep the password, end every sign-in, and tell the person."""
        tell(Event.PASSWORD_RESET, self.user, self.request)
        response = super().form_valid(form)
        sign_ins.end_all(self.user)
        mails.changed(self.user, "Your password was changed by a link in a mail.")
        messages.success(self.request, "Your password is changed. Sign in with it.")
        return response


class OneField(SetPasswordForm):  # type: ignore[type-arg]  # not generic when it runs
    """Django's form, asking once."""

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        del self.fields["new_password2"]

    def clean(self) -> dict[str, Any] | None:
        """Judge the password by our rules."""
        new = self.cleaned_data.get("new_password1")
        if new:
            try:
                validate_password(new, self.user)
            except ValidationError as error:
                self.add_error("new_password1", error)
        return self.cleaned_data

    def save(self, commit: bool = True) -> Any:
        """Keep the password."""
        self.user.set_password(self.cleaned_data["new_password1"])
        if commit:
            self.user.save(update_fields=["password"])
        return self.user


new_password = login_not_required(NewPassword.as_view())
