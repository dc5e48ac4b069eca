"""What tests of signing in share."""

from datetime import timedelta

import pytest

from support.signed_in import example_engine, items_engine, opened, over_example, over_items

__all__ = ["example_engine", "items_engine", "opened", "over_example", "over_items", "time_machine"]


@pytest.fixture
def time_machine(monkeypatch):
    """Move the clock of the server forwards."""
    import time

    from django.utils import timezone

    real_now, real_time = timezone.now, time.time

    def forwards(**by):
        step = timedelta(**by)
        monkeypatch.setattr(timezone, "now", lambda: real_now() + step)
        monkeypatch.setattr(time, "time", lambda: real_time() + step.total_seconds())

    return forwards
