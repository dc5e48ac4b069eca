"""The site's settings for tests: nothing is read from, or left in, the folder of a real server.

pytest-django imports settings before any conftest, so this cannot be a fixture.
"""

from __future__ import annotations

import os
import tempfile

# One folder for each run (and each worker of it), removed when the process ends; tests that need a store of
# their own set it themselves.
_folder = tempfile.TemporaryDirectory(prefix="epact2-tests-")
os.environ["EPACT2_STORE"] = os.path.join(_folder.name, "store")
os.environ["EPACT2_ACCOUNTS"] = os.path.join(_folder.name, "accounts")
# SQLite in memory, or the PostgreSQL of scripts/with_postgres.py; never a database of the developer's own.
os.environ["DATABASE_URL"] = os.environ.get("EPACT2_TEST_DATABASE_URL", "")
os.environ.pop("EPACT2_AUDIT", None)
os.environ.pop("EPACT2_AUDIT_KEY", None)
os.environ["EPACT2_SECRET_KEY"] = "for-tests-alone-" * 4
os.environ["EPACT2_DEMO"] = "1"
os.environ.pop("EPACT2_DEBUG", None)
os.environ.pop("EPACT2_HTTPS", None)
os.environ.pop("EPACT2_UNSAFE_OPEN_ITEMS", None)

from epact2.web.settings import *  # noqa: E402, F403
from epact2.web.settings import STORAGES  # noqa: E402

# The test server serves static files as they stand in the source, so that a test never sees stale ones.
# tests/web/test_static_files.py collects and hashes them for real.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# A strong hash is slow on purpose; tests sign in hundreds of times.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
