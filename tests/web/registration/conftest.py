"""What tests of registration share."""

import pytest


@pytest.fixture(autouse=True)
def demo_outbox(settings):
    """Mails go to the demo's outbox, as they do in a demo."""
    settings.EMAIL_BACKEND = "epact2.web.registration.post.DemoOutbox"


@pytest.fixture
def granted():
    """Here accounts see what they were granted, and nothing by being in a test."""
