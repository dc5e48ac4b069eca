"""The application that a WSGI server runs: ``gunicorn epact2.web.wsgi``."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "epact2.web.settings")

application = get_wsgi_application()

# After Django is set up, and before the first request.
from epact2.web.jinja import warm  # noqa: E402
from epact2.web.prepare import prepare, warm_engine  # noqa: E402

prepare()
warm()
warm_engine()
