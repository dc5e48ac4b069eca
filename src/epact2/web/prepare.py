"""What must be in place before the first request: the accounts database and, in a demo, its accounts."""

from __future__ import annotations

import fcntl

from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError

from epact2.errors import Epact2Error
from epact2.model import organisations
from epact2.web import engine
from epact2.web.config import WrongSetting
from epact2.web.databases import unreachable
from epact2.web.demo_accounts import ensure_demo_accounts
from epact2.web.identity.sign_ins import forget_old


def prepare() -> None:
    """Bring the accounts database up to date. Workers that start at once take turns."""
    folder = settings.CONFIG.accounts
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            call_command("migrate", interactive=False, verbosity=0)
            call_command("createcachetable", verbosity=0)
            forget_old()
            if settings.CONFIG.demo:
                ensure_demo_accounts(demo_homes())
    except OSError as error:
        raise WrongSetting(
            f"The accounts database cannot be kept in {folder}: {error.strerror}.",
            "Set EPACT2_ACCOUNTS to a folder that this user may write.",
        ) from error
    except OperationalError as error:
        raise unreachable(error) from error


def demo_homes() -> dict[str, tuple[str, str]]:
    """Homes that the loaded release really holds: the demo's practice account works at one of them."""
    try:
        directory = engine.current().directory
        practices = directory.children(directory.organisation("QKS"), organisations.PRACTICE)
    except Epact2Error:
        return {}
    settled = [one for one in practices if one.setting == "4" and not one.closed]
    return {"practice.pharmacist": (organisations.PRACTICE, settled[0].code)} if settled else {}


def warm_engine() -> None:
    """Open the release and its search index, so that no reader waits for them; an empty store may wait."""
    try:
        engine.current().directory.find("0501", 1)
    except Epact2Error:
        return
