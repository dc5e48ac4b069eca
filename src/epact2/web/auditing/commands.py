"""``python -m epact2.web audit``: what ``epact2 audit`` becomes for the trail of the web application."""

from __future__ import annotations

import argparse
import os
import sys
import time

import django

from epact2.errors import Epact2Error


def run(arguments: list[str]) -> int:
    """Check the trail, or sign its head, and say what was found. Gives 1 where something is wrong."""
    parser = argparse.ArgumentParser(
        prog="epact2 audit", description="The audit trail of the web application."
    )
    parser.add_argument("what", choices=("verify", "sign"))
    what = parser.parse_args(arguments).what
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "epact2.web.settings")
    try:
        django.setup()
        sys.stdout.write(f"{_verify() if what == 'verify' else _sign()}\n")
    except Epact2Error as error:
        sys.stderr.write(f"epact2: {error.message}\n{error.advice}\n")
        return 1
    return 0


def _verify() -> str:
    from epact2.web.auditing.verifying import verify_database
    from epact2.web.databases import is_there

    if not is_there():
        return "Web: there is no accounts database here, so no trail."
    started = time.monotonic()
    sound = verify_database()
    return (
        f"Web: {sound.counted}, as written ({time.monotonic() - started:.1f} seconds).\n"
        f"  Second place: {sound.witnessed:,} hashes and {sound.heads:,} signed heads, which all fit.\n"
        f"  The last hash is {sound.hash}."
    )


def _sign() -> str:
    from epact2.web.auditing.verifying import sign_now

    return f"Web: signed record {sign_now():,} as the head."
