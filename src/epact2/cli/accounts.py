"""The command that keeps accounts: the daily work, and the first administrator.

It becomes the web application's own process: the command line and the pages do not import each other.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated, Literal

import typer

from epact2.cli.app import app, place


@app.command()
def accounts(
    what: Annotated[
        Literal["daily", "administrator"],
        typer.Argument(
            help="daily: reminders, revocations, what has expired. administrator: give NAME that right."
        ),
    ],
    name: Annotated[str, typer.Argument(help="The user name, for administrator.")] = "",
    on: Annotated[str, typer.Option(help="For daily: as if it were this day (2026-11-26).")] = "",
    address: Annotated[
        str, typer.Option(help="For administrator: make the account, with this e-mail address.")
    ] = "",
) -> None:
    """Do the daily work of accounts, safe to run again; or make the first administrator of a new service."""
    os.environ["EPACT2_STORE"] = str(place.store)
    words = [sys.executable, "-m", "epact2.web", "accounts", what]
    words += [name] if name else []
    words += ["--on", on] if on else []
    words += ["--address", address] if address else []
    os.execv(sys.executable, words)  # noqa: S606  no shell is wanted
