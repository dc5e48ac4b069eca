"""``python -m epact2.web accounts``: what ``epact2 accounts`` becomes."""

from __future__ import annotations

import argparse
import os
import sys

import django

from epact2.errors import Epact2Error


def run(arguments: list[str]) -> int:
    """Do the daily work, or make an administrator, and say what was done. Gives 1 where it could not be."""
    parser = argparse.ArgumentParser(prog="epact2 accounts", description="Keep the accounts.")
    parser.add_argument("what", choices=("daily", "administrator"))
    parser.add_argument("name", nargs="?", default="")
    parser.add_argument("--on", default="")
    parser.add_argument("--address", default="")
    asked = parser.parse_args(arguments)
    if asked.what == "administrator" and not asked.name:
        parser.error("administrator needs the user name: epact2 accounts administrator NAME")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "epact2.web.settings")
    try:
        django.setup()
        from django.core.management import CommandError, call_command

        from epact2.web.prepare import prepare

        prepare()  # the tables may not be there yet
        try:
            if asked.what == "daily":
                call_command("access_daily", *(["--on", asked.on] if asked.on else []))
            else:
                more = ["--address", asked.address] if asked.address else []
                call_command("make_administrator", asked.name, *more)
        except CommandError as no:
            sys.stderr.write(f"epact2: {no}\n")
            return 1
    except Epact2Error as error:
        sys.stderr.write(f"epact2: {error.message}\n{error.advice}\n")
        return 1
    return 0
