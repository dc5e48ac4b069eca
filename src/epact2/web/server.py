"""``epact2 serve``: Gunicorn with threads, in this process."""

from __future__ import annotations

import os
import sys
from typing import Any

from gunicorn.app.base import BaseApplication

from epact2.errors import Epact2Error
from epact2.web.demo_people import DEMO_ACCOUNTS


class Server(BaseApplication):
    """Gunicorn with the few options that we set, and no configuration file."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        """Hand our options to Gunicorn."""
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application; loaded in each worker, since an open database must not be forked."""
        from epact2.web.wsgi import application

        return application


def serve(*, address: str, workers: int = 1, threads: int = 8) -> None:
    """Serve until told to stop. A wrong setting is refused here, before any worker starts."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "epact2.web.settings")
    from epact2.web import config, databases

    settings = config.from_environment()
    databases.accounts(settings)
    if not (settings.static_root / "staticfiles.json").is_file() and not settings.debug:
        raise MissingAssets(
            f"The style sheets and scripts are not in {settings.static_root}.",
            "Run scripts/build_assets.py first (make demo and make serve do so).",
        )
    sys.stderr.write(f"epact2 is served at http://{address}\n")
    if settings.demo:
        for account in DEMO_ACCOUNTS:
            sys.stderr.write(f"  {account.job}: {account.username}, password {account.password}\n")
    options = {
        "bind": address,
        "workers": workers,
        "worker_class": "gthread",
        "threads": threads,
        "timeout": 120,
        "limit_request_line": 8190,  # an address holds its whole question
        "graceful_timeout": 20,
        "loglevel": "warning",
        "control_socket_disable": True,
    }
    Server(options).run()


class MissingAssets(Epact2Error):
    """The front-end files have not been built."""
