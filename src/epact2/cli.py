"""The command line: load, ask, explain, compare, make synthetic data, serve.

Only this module and ``web.engine`` choose which engine answers.
"""

from __future__ import annotations

import csv
import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from epact2.access.viewer import OPERATOR
from epact2.analysis.answer import Answer, answer, labelled
from epact2.analysis.compare import ranking
from epact2.analysis.export import answer_json, csv_rows
from epact2.comparators.definition import Comparator
from epact2.comparators.read import comparator_named, comparators
from epact2.errors import Epact2Error
from epact2.model.bnf import BnfCode
from epact2.model.fields import Dimension
from epact2.model.months import DispensingMonth
from epact2.query import codec
from epact2.query.check import NotAnswerable, check
from epact2.query.nodes import BadQuestion
from epact2.query.result import Result, as_json
from epact2.query.words import question_words

STORE = Path(os.environ.get("EPACT2_STORE", "store"))
_ANYWHERE = ("--store", "--release")  # these options may stand before or after the command
_FORMATS = ("table", "csv", "json")

Question = Annotated[str, typer.Argument(help="A file with the question as JSON, or - for standard input.")]

app = typer.Typer(
    name="epact2",
    help="England's prescribing data: any question answered exactly, with its origin.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True, highlight=False)


class Place:
    """Where the data is: the store's directory and, if named, the release."""

    store: Path = STORE
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


@app.command()
def load(
    files: Annotated[list[Path], typer.Argument(help="Files as the NHS publishes them; gzip and zip too.")],
    kind: Annotated[str | None, typer.Option("--as", help="Insist that the files are of this kind.")] = None,
    month: Annotated[
        str | None, typer.Option(help="The month of files that do not say theirs, as 2017-09.")
    ] = None,
) -> None:
    """Load files into a new release. Either all of them are loaded, or nothing is changed."""
    from epact2.load.publish import load_files  # not at the top: `ask` need not wait for the loader

    wanted = DispensingMonth.parse(month) if month else None
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=err
    ) as bars:
        outcome = load_files(place.store, files, kind=kind, month=wanted, progress=_Bars(bars))
    for line in outcome.lines():
        out.print(line, highlight=False, markup=False)


class _Bars:
    """The loader's progress, drawn as one bar for each stage."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, Any] = {}

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(stage, total=total)
        self._bars.update(self._tasks[stage], completed=done, total=total)


@app.command()
def releases() -> None:
    """List the releases of the store, with what each holds."""
    from epact2.load.publish import list_releases

    for line in list_releases(place.store):
        out.print(line, highlight=False, markup=False)


@app.command()
def synth(
    directory: Annotated[Path, typer.Argument(help="Where to write the files.")],
    size: Annotated[str, typer.Option(help="small, icb or england.")] = "small",
    months: Annotated[int, typer.Option(min=1, max=120, help="How many months.")] = 12,
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 1,
) -> None:
    """Write a synthetic England, in the files that the NHS publishes. Every practice in it is invented."""
    from epact2.synth.files import write_england

    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=err
    ) as bars:
        written = write_england(directory, size=size, months=months, seed=seed, progress=_Bars(bars))
    out.print(f"Wrote {len(written)} files of synthetic data to {directory}.", highlight=False)


@app.command()
def ask(
    question: Annotated[
        str, typer.Argument(help="A file with the question as JSON, or - for standard input.")
    ],
    format_: Annotated[str, typer.Option("--format", help="table, csv or json.")] = "table",
) -> None:
    """Answer one question."""
    data = codec.parse(_text_of(question))
    query = codec.query_from_json(data)
    engine = _engine()
    given = answer(engine, query, OPERATOR)
    shown = labelled(given.result, engine.directory) if codec.wants_labels(data) else given.result
    match _format(format_):
        case "json":
            typer.echo(json.dumps(answer_json(given, shown), ensure_ascii=False))
        case "csv":
            for chunk in csv_rows(given, engine.directory):
                sys.stdout.write(chunk)
        case _:
            _print_table(given, labelled(given.result, engine.directory))


@app.command()
def explain(
    question: Annotated[
        str, typer.Argument(help="A file with the question as JSON, or - for standard input.")
    ],
) -> None:
    """Say how a question is understood and answered: words, checks, release, sources and SQL."""
    from epact2.access.policy import scope_for

    query = codec.loads(_text_of(question))
    notes = check(query)
    engine = _engine()
    scope = scope_for(OPERATOR, query)
    found = engine.explain(query, scope)
    lines = [
        f"Question   {question_words(query, engine.directory)}",
        *(f"Note       {note}" for note in notes),
        f"Scope      {scope.reason}",
        f"Release    {engine.directory.release}",
        *found.lines(),
    ]
    for line in lines:
        typer.echo(line)


@app.command()
def comparator(
    name: Annotated[str, typer.Argument(help="A comparator; leave it out to list them.")] = "",
    level: Annotated[str, typer.Option(help="practice, PCN, sub-ICB location, ICB or region.")] = "practice",
    month: Annotated[str | None, typer.Option(help="The month, as 2017-10. Default: the latest.")] = None,
    bnf: Annotated[str | None, typer.Option(help="The BNF code of a comparator of any medicine.")] = None,
    format_: Annotated[str, typer.Option("--format", help="table, csv or json.")] = "table",
) -> None:
    """Rank organisations by a comparator: numerator, denominator, value, rank and percentile."""
    if not name:
        for one in comparators().values():
            typer.echo(f"{one.key:38} {one.summary}")
        return
    field = codec.field_named(level)
    if field.dimension is not Dimension.ORGANISATION:
        raise NotAnswerable(
            f"“{level}” is no level of organisation.", "Use practice, PCN or ICB, for example."
        )
    engine = _engine()
    months = engine.directory.months
    chosen = DispensingMonth.parse(month) if month else months[-1]
    found = ranking(engine, OPERATOR, _comparator(name, bnf, engine.directory), field, chosen)
    heads = ("code", "name", "numerator", "denominator", "value", "rank", "percentile")
    rows = [
        (
            row.code,
            row.name,
            as_json(row.numerator, found.numerator),
            as_json(row.denominator, found.denominator),
            row.value,
            row.rank,
            row.percentile,
        )
        for row in found.rows
    ]
    match _format(format_):
        case "json":
            document = {
                "comparator": found.comparator.key,
                "title": found.comparator.title,
                "level": field.name,
                "month": chosen.code,
                "release": found.answer.release,
                "words": found.answer.words,
                "rows": [dict(zip(heads, row, strict=True)) for row in rows],
            }
            typer.echo(json.dumps(document, ensure_ascii=False))
        case "csv":
            writer = csv.writer(sys.stdout)
            writer.writerow(heads)
            writer.writerows(rows)
        case _:
            table = Table(*heads, title=f"{found.comparator.title}, {chosen.name}")
            for row in rows:
                table.add_row(*(_cell(value) for value in row))
            out.print(table)


def _comparator(name: str, bnf: str | None, directory: Any) -> Comparator:
    key, _, code = name.partition(":")
    found = comparator_named(key)
    wanted = bnf or code
    if found.any_medicine and wanted:
        return found.for_medicine(BnfCode(wanted), directory.medicine_name(wanted))
    return found


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
    from epact2.web.server import serve as run

    run(address=address, workers=workers, threads=threads)


# --- Helpers ------------------------------------------------------------------------------------------


def _engine() -> Any:
    from epact2.store.duckdb import open_engine

    return open_engine(place.store, place.release)


def _text_of(question: str) -> str:
    if question == "-":
        return sys.stdin.read()
    try:
        return Path(question).read_text(encoding="utf-8")
    except OSError as error:
        raise BadQuestion(
            f"The question “{question}” cannot be read: {error.strerror}.",
            "Give a file of JSON, or - to read the question from standard input.",
        ) from None
    except UnicodeDecodeError:
        raise BadQuestion(f"“{question}” is not text in UTF-8.", "Save it as UTF-8.") from None


def _format(name: str) -> str:
    if name not in _FORMATS:
        raise BadQuestion(f"“{name}” is no format.", f"Use {', '.join(_FORMATS)}.")
    return name


def _print_table(given: Answer, result: Result) -> None:
    table = Table(title=given.words, caption=_caption(given), caption_justify="left")
    for column in result.columns:
        head = f"{column.name} ({column.unit})" if column.unit in ("£", "%") else column.name
        table.add_column(head, justify="left" if column.kind == "field" else "right")
    for row in result.rows:
        table.add_row(
            *(
                "Total" if cell is None and column.kind == "field" else _cell(as_json(cell, column))
                for cell, column in zip(row, result.columns, strict=True)
            )
        )
    out.print(table)


def _caption(given: Answer) -> str:
    origin = f"Release {given.release}. {'SYNTHETIC DATA. ' if given.synthetic else ''}"
    return origin + " ".join(given.notes)


def _cell(value: object) -> str:
    if value is None:
        return "no data"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


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
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1
    except KeyboardInterrupt:
        err.print("Stopped. The store is as it was.")
        return 130
    except BrokenPipeError:
        # The reader (head, less) has what it wanted; Python must not complain while it shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def main() -> None:
    """The entry point of the ``epact2`` command."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
