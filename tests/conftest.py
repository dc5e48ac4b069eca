"""What all tests share: what Django's ``force_login`` stands for."""

from __future__ import annotations

import pytest
from django.contrib.auth.signals import user_logged_in


def _with_both_factors(sender, request, user, **_):
    from epact2.web.identity.models import SignIn

    if (
        "REQUEST_METHOD" not in request.META
    ):  # force_login makes a bare request of its own; one of a browser is never bare
        SignIn.objects.filter(session_key=request.session.session_key).update(second_factor="of a test")


@pytest.fixture(autouse=True, scope="session")
def _force_login_shows_both_factors():
    """``client.force_login`` stands for somebody who has shown a password and a second factor.

    Tests of signing in send the forms; ``support.identity.password_alone`` takes the second factor away.
    """
    user_logged_in.connect(_with_both_factors)
    yield
    user_logged_in.disconnect(_with_both_factors)
