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
            call_command("clearsessions")
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
    """Homes that the loaded release holds: a practice, of Kent and Medway if there is one, and a PCN."""
    try:
        directory = engine.current().directory
        everywhere = directory.organisations_at(organisations.PRACTICE)
    except Epact2Error:
        return {}
    practices = [one for one in everywhere if one.parent(organisations.ICB) == "QKS"] or everywhere
    settled = [one for one in practices if one.setting == "4" and not one.closed]
    if not settled:
        return {}
    homes = {"practice.pharmacist": (organisations.PRACTICE, settled[0].code)}
    # In NHS files a code of one letter stands for practices that belong to no network.
    in_network = [one for one in settled if len(one.parent(organisations.PCN)) > 1]
    if in_network:
        homes["pcn.pharmacist"] = (organisations.PCN, in_network[0].parent(organisations.PCN))
    return homes


def warm_engine() -> None:
    """Open the release and its search index, so that no reader waits for them; an empty store may wait."""
    try:
        engine.current().directory.find("0501", 1)
    except Epact2Error:
        return
