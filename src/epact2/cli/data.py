"""The commands that bring data in: load, releases, synth."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from epact2.cli.app import app, err, out, place
from epact2.comparators.read import prepared_values
from epact2.load.publish import FileOutcome, LoadOutcome, load_files
from epact2.model.months import DispensingMonth, each_month, span_name
from epact2.store.release import Release, list_releases


@app.command()
def load(
    files: Annotated[list[Path], typer.Argument(help="Files as the NHS publishes them; gzip and zip too.")],
    kind: Annotated[str | None, typer.Option("--as", help="Insist that the files are of this kind.")] = None,
    month: Annotated[
        str | None, typer.Option(help="The month of files that do not say theirs, as 2017-09.")
    ] = None,
) -> None:
    """Load files into a new release. Either all of them are loaded, or nothing is changed."""
    wanted = DispensingMonth.parse(month) if month else None
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as bars:
        outcome = load_files(
            place.store, files, kind=kind, month=wanted, progress=_LoadBars(bars), prepared=prepared_values()
        )
    for line in _load_lines(outcome):
        out.print(line, highlight=False, markup=False)


class _LoadBars:
    """The loader's progress: a bar for the file that is being read, a line for each step after it."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._task: TaskID | None = None

    def begin(self, file: str, size: int) -> None:
        self.end()
        self._task = self._bars.add_task(f"Reading {file}", total=size)

    def advance(self, size: int) -> None:
        if self._task is not None:
            self._bars.advance(self._task, size)

    def step(self, words: str) -> None:
        self.end()
        self._task = self._bars.add_task(words, total=None)

    def end(self) -> None:
        if self._task is not None:
            self._bars.remove_task(self._task)
            self._task = None


def _load_lines(outcome: LoadOutcome) -> Iterator[str]:
    for file in outcome.files:
        yield f"{file.name}: {_what(file)}"
        for warning in file.warnings:
            yield f"  note: {warning}"
    if outcome.changed:
        yield f"Release {outcome.release} is now in force."
    else:
        yield f"Nothing is new: release {outcome.release} holds all of this already."


def _what(file: FileOutcome) -> str:
    months = f", {span_name(file.months)}" if file.months else ""
    if file.already_loaded:
        return f"already loaded ({file.kind}{months})"
    return f"loaded {file.rows:,} rows ({file.kind}{months})"


@app.command()
def releases() -> None:
    """List the releases of the store, with what each holds."""
    found = list_releases(place.store)
    if not found:
        out.print(
            f"The store {place.store} holds no release. Load a month with: epact2 load FILE", markup=False
        )
    for release in found:
        for line in _release_lines(release):
            out.print(line, highlight=False, markup=False)


def _release_lines(release: Release) -> Iterator[str]:
    held = f"{_months_of(release.months, 'prescribing') or 'no prescribing'}"
    if items := _months_of(release.item_months, "items"):
        held += f"; {items}"
    yield f"Release {release.number}, made {release.made} by epact2 {release.software}: {held}"
    for dataset in release.datasets:
        month = f" {DispensingMonth.from_number(dataset.month).name}" if dataset.month else ""
        part = f" {dataset.part}" if dataset.part else ""
        yield f"  {dataset.kind}{part}{month}: {dataset.rows:,} rows from {dataset.received_name}"


def _months_of(numbers: tuple[int, ...], what: str) -> str:
    months = tuple(each_month(numbers))
    count = "1 month" if len(months) == 1 else f"{len(months)} months"
    return f"{count} of {what}, {span_name(months)}" if months else ""


@app.command()
def synth(
    directory: Annotated[Path, typer.Argument(help="Where to write the files.")],
    size: Annotated[
        Literal["tiny", "small", "demo", "icb", "region", "england"], typer.Option(help="How much of England.")
    ] = "small",
    months: Annotated[int, typer.Option(min=1, max=120, help="How many months.")] = 12,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 1,
    items: Annotated[bool, typer.Option("--items", help="Single items of invented patients, too.")] = False,
    item_months: Annotated[
        int | None, typer.Option(min=1, help="Items of so many months only: the last ones.")
    ] = None,
    parquet: Annotated[bool, typer.Option("--parquet", help="Items as Parquet, not as CSV.")] = False,
    gzip: Annotated[
        bool, typer.Option("--gzip", help="Pack the prescribing and items of CSV files.")
    ] = False,
) -> None:
    """Write a synthetic England, in the files that the NHS publishes. Every practice in it is invented."""
    from epact2.synth.files import write_england  # it reads the formulary, which no other command needs

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as bars:
        task = bars.add_task("Writing", total=months)

        def told(stage: str, done: int, total: int) -> None:
            bars.update(task, description=f"Writing {stage}", completed=done, total=total)

        written = write_england(
            directory, size=size, months=months, seed=seed, items=items, item_months=item_months,
            parquet=parquet, gzip=gzip, progress=told,
        )  # fmt: skip
    out.print(f"Wrote {len(written)} files of synthetic data to {directory}.", highlight=False, markup=False)
