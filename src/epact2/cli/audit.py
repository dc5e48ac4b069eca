"""The command that checks the audit trails.

It becomes the web application's own process for the trail of the database: the command line and the pages do
not import each other.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Annotated, Literal

import typer

from epact2.access.file_trail import COMMANDS, verify_file
from epact2.cli.app import app, place
from epact2.cli.audited import folder


@app.command()
def audit(
    what: Annotated[
        Literal["verify", "sign", "patient", "appoint", "dismiss"],
        typer.Argument(
            help="verify: check every record. sign: sign the last one. patient: who looked at one patient, "
            "whose pseudonym is asked for or read from standard input. appoint, dismiss: who may read "
            "everybody's trail on the pages."
        ),
    ] = "verify",
    account: Annotated[str, typer.Argument(help="Of appoint and dismiss: the account's name.")] = "",
) -> None:
    """Check that no audit record was changed, removed or moved; sign, look back, or appoint auditors.

    verify reads the commands' trail beside the store, then that of the web application with its second place;
    the others are about the web application's.
    """
    if what == "verify":
        started = time.monotonic()
        sound = verify_file(folder() / COMMANDS)
        typer.echo(f"Commands: {sound.counted}, as written ({time.monotonic() - started:.1f} seconds).")
    os.environ["EPACT2_STORE"] = str(place.store)
    sys.stdout.flush()
    words = [sys.executable, "-m", "epact2.web", "audit", what, *([account] if account else [])]
    os.execv(sys.executable, words)  # noqa: S606  no shell is wanted
