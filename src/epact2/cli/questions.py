"""The commands that ask: ask, explain, comparator."""

from __future__ import annotations

import csv
import json
import sys
from typing import Annotated

import typer
from rich.table import Table

from epact2.access.policy import Refused, ruling
from epact2.access.viewer import OPERATOR, viewer_as
from epact2.analysis.answer import answer, labelled
from epact2.analysis.compare import months_for, ranking
from epact2.analysis.export import answer_json, csv_rows
from epact2.cli.app import app, out
from epact2.cli.app import engine as engine_here
from epact2.cli.audited import answer_kept, refusals_kept
from epact2.cli.listings import explain_listing
from epact2.cli.reading import cell_words, format_named, print_table, text_of
from epact2.comparators.definition import Comparator
from epact2.comparators.read import comparator_named, comparators
from epact2.model.bnf import BnfCode
from epact2.model.fields import Dimension
from epact2.model.months import DispensingMonth, span_name
from epact2.query import codec
from epact2.query.check import NotAnswerable, check
from epact2.query.periods import NoData
from epact2.query.result import JsonCell, Mark, as_json
from epact2.query.words import question_words
from epact2.store.directory import Directory

Question = Annotated[str, typer.Argument(help="A file with the question as JSON, or - for standard input.")]


@app.command()
def ask(
    question: Annotated[
        str, typer.Argument(help="A file with the question as JSON, or - for standard input.")
    ],
    format_: Annotated[str, typer.Option("--format", help="table, csv or json.")] = "table",
) -> None:
    """Answer one question."""
    data = codec.parse(text_of(question))
    query = codec.query_from_json(data)
    engine = engine_here()
    with refusals_kept(query, "ask"):
        given = answer(engine, query, OPERATOR)
    answer_kept(given, "ask")
    shown = labelled(given.result, engine.directory) if codec.wants_labels(data) else given.result
    match format_named(format_):
        case "json":
            typer.echo(json.dumps(answer_json(given, shown), ensure_ascii=False))
        case "csv":
            for chunk in csv_rows(given, engine.directory):
                sys.stdout.write(chunk)
        case _:
            print_table(given, labelled(given.result, engine.directory), empty="Total")


@app.command()
def explain(
    question: Annotated[
        str, typer.Argument(help="A file with the question as JSON, or - for standard input.")
    ],
    as_: Annotated[
        str,
        typer.Option(
            "--as",
            help="What an account would see: an account type and, after a colon, its "
            "organisation’s code, as in “GP practice:G82001”.",
        ),
    ] = "",
) -> None:
    """Say how a question is understood and answered: words, checks, release, sources and SQL.

    Of a listing: words, checks, whether it is open, and the release. With --as also who sees what, and why.
    """
    data = codec.parse(text_of(question))
    if isinstance(data, dict) and "columns" in data and "values" not in data:
        explain_listing(data, as_)
        return
    query = codec.query_from_json(data)
    notes = check(query)
    engine = engine_here()
    who = viewer_as(as_, engine.directory) if as_ else OPERATOR
    said = [
        f"Question   {question_words(query, engine.directory)}",
        *(f"Note       {note}" for note in notes),
    ]
    try:
        ruled = ruling(who, query, engine.directory)
    except Refused as refused:
        for line in (
            *said,
            f"Viewer     {who.name}",
            f"Refused    {refused.message}",
            f"Advice     {refused.advice}",
        ):
            typer.echo(line)
        return
    found = engine.explain(query, ruled.scope)
    lines = [
        *said,
        f"Viewer     {who.name}",
        *ruled.lines(),
        f"Release    {engine.directory.release}",
        f"Rollups    {', '.join(found.rollups)}",
        f"Rewrites   {', '.join(found.rewrites) or 'none'}",
        *(
            f"Source     {source.table} in {', '.join(source.databases)}: {'; '.join(source.reasons)}"
            for source in found.sources
        ),
        *(f"Parameter  {name} = {value}" for name, value in found.parameters.items()),
        "SQL",
        found.sql,
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
        width = max(len(key) for key in comparators())
        for one in comparators().values():
            typer.echo(f"{one.key:{width}} {one.summary}")
        return
    field = codec.field_named(level)
    if field.dimension is not Dimension.ORGANISATION:
        raise NotAnswerable(
            f"“{level}” is no level of organisation.", "Use practice, PCN or ICB, for example."
        )
    engine = engine_here()
    wanted = _comparator(name, bnf, engine.directory)
    chosen = DispensingMonth.parse(month) if month else _latest_month(wanted, engine.directory)
    found = ranking(engine, OPERATOR, wanted, field, chosen)
    answer_kept(found.answer, "comparator")
    heads = ("code", "name", "numerator", "denominator", "value", "rank", "percentile")
    rows = [
        (
            row.code,
            row.name,
            _told(row.marks[0], as_json(row.numerator, found.numerator)),
            _told(row.marks[1], as_json(row.denominator, found.denominator)),
            _told(row.marks[2], row.value),
            row.rank,
            row.percentile,
        )
        for row in found.rows
    ]
    match format_named(format_):
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
                table.add_row(*(cell_words(value) for value in row))
            out.print(table)


def _told(mark: Mark | None, number: JsonCell) -> JsonCell:
    """A number of a ranking, or why it is withheld."""
    return number if mark is None else mark.words


def _comparator(name: str, bnf: str | None, directory: Directory) -> Comparator:
    key, _, code = name.partition(":")
    found = comparator_named(key)
    wanted = bnf or code
    if found.any_medicine and wanted:
        return found.for_medicine(BnfCode(wanted), directory.medicine_name(wanted))
    return found


def _latest_month(wanted: Comparator, directory: Directory) -> DispensingMonth:
    months = months_for(wanted, directory)
    if not months:
        raise NoData(
            f"“{wanted.title}” looks back further than the items that are loaded: "
            f"{span_name(directory.item_months)}.",
            "Load item files of earlier months.",
        )
    return months[-1]
