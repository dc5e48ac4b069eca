"""``python -m epact2.web audit``: what ``epact2 audit`` becomes for the trail of the web application."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
import time
from collections.abc import Callable

import django

from epact2.access.file_trail import operator_here
from epact2.errors import Epact2Error


def run(arguments: list[str]) -> int:
    """Do one of the things of ``_WHAT``, and say what was found. Gives 1 where something is wrong."""
    parser = argparse.ArgumentParser(
        prog="epact2 audit", description="The audit trail of the web application."
    )
    parser.add_argument("what", choices=tuple(_WHAT))
    parser.add_argument("account", nargs="?", default="", help="of appoint and dismiss: the account's name")
    asked = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "epact2.web.settings")
    try:
        django.setup()
        sys.stdout.write(f"{_WHAT[asked.what](asked.account)}\n")
    except Epact2Error as error:
        sys.stderr.write(f"epact2: {error.message}\n{error.advice}\n")
        return 1
    return 0


def _verify(_: str) -> str:
    from epact2.web.auditing.verifying import verify_database
    from epact2.web.databases import is_there

    if not is_there():
        return "Web: there is no accounts database here, so no trail."
    started = time.monotonic()
    sound = verify_database()
    return (
        f"Web: {sound.counted}, as written ({time.monotonic() - started:.1f} seconds).\n"
        f"  Second place, all of which fits: hashes {sound.witnessed:,}, signed heads {sound.heads:,}.\n"
        f"  The last hash is {sound.hash}."
    )


def _sign(_: str) -> str:
    from epact2.web.auditing.verifying import sign_now

    return f"Web: signed record {sign_now():,} as the head."


def _patient(_: str) -> str:
    """Every record that names one patient, whose pseudonym comes by standard input and is shown nowhere."""
    from epact2.web.auditing.looking_back import records_of_patient

    pseudonym = getpass.getpass("Pseudonym: ") if sys.stdin.isatty() else sys.stdin.readline()
    found = records_of_patient(pseudonym.strip())
    lines = [f"  {one.number:>9,}  {one.at}  {one.who}  {one.kind}" for one in found]
    return "\n".join((f"Web: records that name this patient: {len(lines):,}", *lines))


def _appoint(account: str) -> str:
    from epact2.web.auditing.auditors import appoint

    done = appoint(account, operator_here())
    return f"{account} may {'now' if done else 'already'} read everybody's trail."


def _dismiss(account: str) -> str:
    from epact2.web.auditing.auditors import dismiss

    done = dismiss(account, operator_here())
    return f"{account} may {'no longer' if done else 'not'} read everybody's trail."


_WHAT: dict[str, Callable[[str], str]] = {
    "verify": _verify, "sign": _sign, "patient": _patient, "appoint": _appoint, "dismiss": _dismiss,
}  # fmt: skip
