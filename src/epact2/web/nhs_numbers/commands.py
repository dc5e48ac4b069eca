"""``python -m epact2.web nhs-numbers``: what ``epact2 nhs-numbers`` becomes.

No number and no pseudonym is ever said on the terminal.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import django

from epact2.errors import Epact2Error


def run(arguments: list[str]) -> int:
    """Load a file, invent numbers for synthetic patients, or count. Gives 1 where something is wrong."""
    parser = argparse.ArgumentParser(
        prog="epact2 nhs-numbers", description="The NHS numbers of patients, encrypted, by pseudonym."
    )
    parser.add_argument("what", choices=("load", "invent", "count"))
    parser.add_argument("file", nargs="?", help="load: a CSV file (or .gz) with PATIENT_ID,NHS_NUMBER.")
    wanted = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "epact2.web.settings")
    try:
        django.setup()
        sys.stdout.write(f"{_done(wanted.what, wanted.file or '')}\n")
    except Epact2Error as error:
        sys.stderr.write(f"epact2: {error.message}\n{error.advice}\n")
        return 1
    return 0


def _done(what: str, file: str) -> str:
    if what == "count":
        return _count()
    return _load(Path(file)) if what == "load" else _invent()


def _count() -> str:
    from epact2.web.nhs_numbers.steps import number_store

    return f"{number_store().count():,} NHS numbers are kept."


def _load(path: Path) -> str:
    from epact2.web.nhs_numbers.kept import NumberInUse
    from epact2.web.nhs_numbers.reading import Lines

    lines = Lines(path)
    try:
        return _kept(lines, f"from {path.name}")
    except NumberInUse as error:
        raise lines.refused(error.message, error.advice) from None


def _invent() -> str:
    from django.conf import settings

    from epact2.load.pseudonyms import pseudonyms
    from epact2.web import engine
    from epact2.web.nhs_numbers.invented import require_synthetic, with_invented_numbers

    require_synthetic(engine.current().directory.synthetic)
    return _kept(with_invented_numbers(pseudonyms(settings.CONFIG.store)), "invented for synthetic patients")


def _kept(rows: Iterable[tuple[str, str]], words: str) -> str:
    """Load rows, and keep in the audit trail that it was done. What cannot be recorded is not loaded."""
    from django.conf import settings

    from epact2.access.audit import Channel, Event, Kind
    from epact2.web.auditing.trail import keep
    from epact2.web.nhs_numbers.kept import NumberStore
    from epact2.web.nhs_numbers.sealing import made_key
    from epact2.web.prepare import prepare

    prepare()
    started = time.monotonic()

    def event(details: str) -> None:
        keep(Event(kind=Kind.ADMINISTERED, who="operator of this machine", channel=Channel.COMMAND,
                   details=details))  # fmt: skip

    event(f"Began to load NHS numbers {words}")
    store = NumberStore(settings.CONFIG.nhs_numbers, made_key(settings.CONFIG.nhs_number_key))
    loaded = store.load(rows)
    said = f"{loaded.rows:,} NHS numbers {words}, {loaded.rows - loaded.known:,} of them new"
    event(f"Loaded {said}")
    return f"{said} ({time.monotonic() - started:.1f} seconds). {store.count():,} are kept."
