"""The command line: load, ask, list, explain, compare, audit, accounts, NHS numbers, synthesise, serve."""

from __future__ import annotations

import sys

from epact2.cli import accounts, audit, data, listings, nhs_numbers, questions, serve
from epact2.cli.app import app, run

__all__ = ["accounts", "app", "audit", "data", "listings", "main", "nhs_numbers", "questions", "serve"]


def main() -> None:
    """The entry point of the ``epact2`` command."""
    sys.exit(run(sys.argv[1:]))
