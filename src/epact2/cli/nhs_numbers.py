"""The command that keeps NHS numbers of patients, for those who may be given them.

It becomes the web application's own process: the numbers are none of the analytics' business, and the command
line and the pages do not import each other.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from epact2.cli.app import app, place


@app.command("nhs-numbers")
def nhs_numbers(
    what: Annotated[
        Literal["load", "invent", "count"],
        typer.Argument(help="load: a file. invent: numbers for synthetic patients. count: what is kept."),
    ],
    file: Annotated[
        Path | None, typer.Argument(help="load: a CSV file (or .gz) with the columns PATIENT_ID,NHS_NUMBER.")
    ] = None,
) -> None:
    """Keep the NHS numbers of patients, encrypted and apart from the data, for requests that were approved.

    A file is loaded whole, or refused with the line and the column that are wrong.
    """
    if (what == "load") != (file is not None):
        raise typer.BadParameter("Name the file to load." if what == "load" else "Only load takes a file.")
    os.environ["EPACT2_STORE"] = str(place.store)
    sys.stdout.flush()
    words = [sys.executable, "-m", "epact2.web", "nhs-numbers", what, *([str(file)] if file else [])]
    os.execv(sys.executable, words)  # noqa: S606  no shell is wanted
