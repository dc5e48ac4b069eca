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
        Literal["verify", "sign"], typer.Argument(help="verify: check every record. sign: sign the last one.")
    ] = "verify",
) -> None:
    """Check that no audit record was changed, removed, inserted or moved; or sign the head of the trail.

    First the commands' trail beside the store, then that of the web application, with its second place.
    """
    if what == "verify":
        started = time.monotonic()
        sound = verify_file(folder() / COMMANDS)
        typer.echo(f"Commands: {sound.counted}, as written ({time.monotonic() - started:.1f} seconds).")
    os.environ["EPACT2_STORE"] = str(place.store)
    sys.stdout.flush()
    words = [sys.executable, "-m", "epact2.web", "audit", what]
    os.execv(sys.executable, words)  # noqa: S606  no shell is wanted
