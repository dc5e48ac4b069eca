"""The command line: load, ask, list, explain, compare, the audit, NHS numbers, synthetic data, serve."""

from __future__ import annotations

import sys

from epact2.cli import audit, data, listings, nhs_numbers, questions, serve
from epact2.cli.app import app, run

__all__ = ["app", "audit", "data", "listings", "main", "nhs_numbers", "questions", "serve"]


def main() -> None:
    """The entry point of the ``epact2`` command."""
    sys.exit(run(sys.argv[1:]))
