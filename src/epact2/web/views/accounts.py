"""Sign in and sign out."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView

from epact2.web.demo_accounts import DEMO_ACCOUNTS


class SignInForm(AuthenticationForm):
    """Django's form with words that say what to do."""

    error_messages: ClassVar[dict[str, str]] = {
        "invalid_login": "The user name or the password is wrong. Capitals and small letters differ.",
        "inactive": "This account is closed. Ask the service team to open it again.",
    }


class SignIn(LoginView):
    """The sign-in page. A demo lists its accounts, each with a button that signs in with it."""

    template_name = "pages/sign_in.jinja"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the demo's accounts, and the errors as a list for the summary."""
        context = super().get_context_data(**kwargs)
        form = context["form"]
        context["demo_accounts"] = DEMO_ACCOUNTS if settings.CONFIG.demo else ()
        context["errors"] = [
            {"text": text, "href": f"#{form[name].auto_id if name in form.fields else 'id_username'}"}
            for name, texts in form.errors.items()
            for text in texts
        ]
        return context


class SignOut(LogoutView):
    """Ends the session; by POST alone, so that no link or image can do it."""

    http_method_names = ["post", "options"]  # noqa: RUF012 - as Django declares it
