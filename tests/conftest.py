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


@pytest.fixture(autouse=True)
def _trail_emptied(request, django_db_blocker):
    """After a test whose database is not rolled back, empty the audit trail too.

    Django empties the tables of every app then, but never those of the trail (``managed = False``), so the
    next test in the process would find the records of this one: which tests fail would hang on their order.
    """
    yield
    marker = request.node.get_closest_marker("django_db")
    if {"transactional_db", "live_server"} & set(request.fixturenames) or (
        marker and marker.kwargs.get("transaction")
    ):
        from support.audit import emptied

        with django_db_blocker.unblock():
            emptied()


def _with_both_factors(sender, request, user, **_):
    from epact2.web.identity.models import SignIn

    # force_login makes a bare request of its own; a browser's always has a method.
    if "REQUEST_METHOD" not in request.META:
        SignIn.objects.filter(session_key=request.session.session_key).update(second_factor="of a test")
