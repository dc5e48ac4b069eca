"""What all tests share."""

import os

import pytest


@pytest.fixture(scope="session", autouse=True)
def _audit_of_tests(tmp_path_factory):
    """What commands record in tests is left in no folder of a developer's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EPACT2_AUDIT", os.fspath(tmp_path_factory.mktemp("audit")))
        yield
