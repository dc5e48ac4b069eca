"""The command that serves the pages.

It becomes the server's own process: the command line and the pages do not import each other.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from epact2.cli.app import app, place


@app.command()
def serve(
    address: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1:8000",
    workers: Annotated[int, typer.Option(min=1, help="Server processes.")] = 1,
    threads: Annotated[int, typer.Option(min=1, help="Requests at once in each process.")] = 8,
) -> None:
    """Serve the web application."""
    os.environ["EPACT2_STORE"] = str(place.store)
    if place.release is not None:
        os.environ["EPACT2_RELEASE"] = str(place.release)
    options = ["--address", address, "--workers", str(workers), "--threads", str(threads)]
    os.execv(sys.executable, [sys.executable, "-m", "epact2.web", *options])  # noqa: S606  no shell is wanted
