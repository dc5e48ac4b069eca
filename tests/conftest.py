"""What all tests share."""

from __future__ import annotations

import os

import pytest
from django.contrib.auth.signals import user_logged_in


@pytest.fixture(scope="session", autouse=True)
def _audit_of_tests(tmp_path_factory):
    """What commands record in tests is left in no folder of a developer's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EPACT2_AUDIT", os.fspath(tmp_path_factory.mktemp("audit")))
        yield


@pytest.fixture(autouse=True, scope="session")
def _force_login_shows_both_factors():
    """``client.force_login`` stands for somebody who has shown a password and a second factor.

    Tests of signing in send the forms; ``support.identity.password_alone`` takes the second factor away.
    """
    user_logged_in.connect(_with_both_factors)
    yield
    user_logged_in.disconnect(_with_both_factors)


def _with_both_factors(sender, request, user, **_):
    from epact2.web.identity.models import SignIn

    # force_login makes a bare request of its own; a browser's always has a method.
    if "REQUEST_METHOD" not in request.META:
        SignIn.objects.filter(session_key=request.session.session_key).update(second_factor="of a test")
