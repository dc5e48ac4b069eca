"""The command and what all its parts share: where the data is, and how an error is told."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from epact2.access.opening import OPEN_ITEMS_SETTING, items_are_open
from epact2.access.viewer import OPERATOR, Viewer
from epact2.errors import Epact2Error
from epact2.store.duckdb import DuckDBEngine, open_engine

_ANYWHERE = ("--store", "--release")  # these options may stand before or after the command

app = typer.Typer(
    name="epact2",
    help="England's prescribing data: any question answered exactly, with its origin.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
# To a file or a pipe, a table is as wide as it needs; in a terminal it folds, and never cuts a number.
out = Console(width=None if sys.stdout.isatty() else 500)
err = Console(stderr=True, soft_wrap=True, highlight=False)


class Place:
    """Where the data is: the store's directory and, if named, the release."""

    store: Path = Path("store")
    release: int | None = None


place = Place()


@app.callback()
def everywhere(
    store: Annotated[
        Path | None, typer.Option(help="The directory of the data. Default: $EPACT2_STORE, else ./store.")
    ] = None,
    release: Annotated[
        int | None, typer.Option(min=1, help="The release to ask. Default: the current one.")
    ] = None,
) -> None:
    """England's prescribing data: any question answered exactly, with its origin."""
    place.store = store or Path(os.environ.get("EPACT2_STORE", "store"))
    place.release = release


def engine() -> DuckDBEngine:
    """The engine of the release that the command line names."""
    return open_engine(place.store, place.release)


def viewer() -> Viewer:
    """Whoever works on this machine; listings are open to them only where the environment opens them, which
    is said aloud each time.
    """
    if not items_are_open(os.environ):
        return OPERATOR
    err.print(f"Listings of items and patients are open ({OPEN_ITEMS_SETTING}).", markup=False)
    return replace(OPERATOR, may_list_items=True)


def _hoisted(arguments: list[str]) -> list[str]:
    """The arguments with ``--store`` and ``--release`` moved to the front, wherever they stood."""
    front: list[str] = []
    rest: list[str] = []
    waiting = list(arguments)
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            rest += [word, *waiting]
            break
        if word in _ANYWHERE and waiting:
            front += [word, waiting.pop(0)]
        elif word.startswith(tuple(f"{name}=" for name in _ANYWHERE)):
            front.append(word)
        else:
            rest.append(word)
    return [*front, *rest]


def run(arguments: list[str]) -> int:
    """Run one command line and give its exit code.

    An error that a person can act on goes to standard error and gives 1; Typer itself answers a command that
    is not well written, with 2.
    """
    try:
        app(_hoisted(arguments), prog_name="epact2")
    except Epact2Error as error:
        err.print(f"epact2: {error.message}", markup=False)
        if error.advice:
            err.print(error.advice, markup=False)
        return 1
    except BrokenPipeError:
        # The reader (head, less) has what it wanted; Python must not complain while it shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        # A full disk, a missing right: the system's own words say it best.
        err.print(f"epact2: {error.strerror or error}: {error.filename or ''}".rstrip(": "), markup=False)
        return 1
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1
    except KeyboardInterrupt:
        err.print("Stopped. The store is as it was.")
        return 130
    return 0
