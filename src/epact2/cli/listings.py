"""The commands that list: list, patient. Both are closed unless EPACT2_UNSAFE_OPEN_ITEMS=1."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from epact2.access.audit import Kind
from epact2.access.listing_policy import require_listings, scope_for_listing
from epact2.access.policy import Refused
from epact2.access.viewer import viewer_as
from epact2.analysis.answer import labelled
from epact2.analysis.listing import Listed, history, list_rows
from epact2.analysis.listing_export import listed_csv, listed_json
from epact2.cli.app import app, engine, viewer
from epact2.cli.audited import refusals_kept, rows_kept
from epact2.cli.reading import format_named, print_table, text_of
from epact2.comparators.words import WithLists
from epact2.model.items import PATIENT
from epact2.model.months import span_name
from epact2.query.codec import parse, wants_labels
from epact2.query.encode import Json
from epact2.query.listing import Listing
from epact2.query.listing_check import check_listing
from epact2.query.listing_json import listing_from_json, listing_words
from epact2.query.nodes import BadQuestion, Exclusions, Is
from epact2.query.periods import months_of_listing
from epact2.store.directory import Directory

FormatOption = Annotated[str, typer.Option("--format", help="table, csv or json.")]


@app.command(name="list")
def list_command(
    listing: Annotated[str, typer.Argument(help="A file with the listing as JSON, or - for standard input.")],
    format_: FormatOption = "table",
    labels: Annotated[bool, typer.Option("--labels", help="Names beside codes in JSON too.")] = False,
) -> None:
    """List single items or patients, one page. Needs EPACT2_UNSAFE_OPEN_ITEMS=1.

    “next” of a page goes into “after” of the listing for the page that follows.
    """
    chosen = format_named(format_)
    data = parse(text_of(listing))
    asked = listing_from_json(data)
    who = viewer()
    with refusals_kept(asked, "list"):
        require_listings(who)
        here = engine()
        page = list_rows(here, asked, who)
    rows_kept(page, "list")
    _write(page, here.directory, chosen, labels=labels or wants_labels(data))


@app.command()
def patient(
    pseudonym: Annotated[
        str,
        typer.Argument(help="The pseudonym, or - to be asked for it or to read it from standard input."),
    ] = "-",
    format_: FormatOption = "table",
    labels: Annotated[bool, typer.Option("--labels", help="Names beside codes in JSON too.")] = False,
    exclusions: Annotated[
        str, typer.Option(help="standard, or none to list what does not count too.")
    ] = "standard",
) -> None:
    """List all items of one patient, newest first. Needs EPACT2_UNSAFE_OPEN_ITEMS=1.

    Use - so that the pseudonym does not stand in the history of your shell.
    """
    chosen = format_named(format_)
    left_out = _exclusions(exclusions)
    who = viewer()
    with refusals_kept(Listing(columns=(PATIENT,)), "patient"):
        require_listings(who)  # before anybody is asked for a pseudonym
    here = engine()
    named = _pseudonym(pseudonym).strip()
    with refusals_kept(Listing(columns=(PATIENT,), where=Is(PATIENT, named)), "patient"):
        found = history(here, named, who, exclusions=left_out)
    rows_kept(found, "patient", Kind.PATIENT)
    _write(found, here.directory, chosen, labels=labels)


def explain_listing(data: Json, as_: str) -> None:
    """Say how a listing is understood: words, notes, whether it is open, release and months."""
    asked = listing_from_json(data)
    notes = check_listing(asked)
    directory = engine().directory
    who = viewer_as(as_, directory) if as_ else viewer()
    try:
        scope = scope_for_listing(who, asked, directory).reason
    except Refused as refused:
        scope = str(refused)
    months = months_of_listing(asked, directory.item_months)
    order = asked.sort_columns
    for line in (
        f"Listing    {listing_words(asked, WithLists(directory))}",
        *(f"Note       {note}" for note in notes),
        f"Viewer     {who.name}",
        f"Scope      {scope}",
        f"Release    {directory.release}",
        f"Months     {span_name(months)}",
        f"Order      {', '.join(f'{one.by} descending' if one.descending else str(one.by) for one in order)}",
    ):
        typer.echo(line)


def _pseudonym(given: str) -> str:
    if given != "-":
        return given
    if sys.stdin.isatty():
        return str(typer.prompt("Pseudonym", err=True))
    return sys.stdin.readline()


def _exclusions(text: str) -> Exclusions:
    known = {one.value: one for one in Exclusions}
    if text.casefold() not in known:
        raise BadQuestion(f"“{text}” is no choice of exclusions.", f"Use {' or '.join(known)}.")
    return known[text.casefold()]


def _write(page: Listed, directory: Directory, format_: str, *, labels: bool) -> None:
    match format_:
        case "json":
            result = labelled(page.result, directory) if labels else page.result
            typer.echo(json.dumps(listed_json(page, result), ensure_ascii=False))
        case "csv":
            for chunk in listed_csv([page], directory):
                sys.stdout.write(chunk)
        case _:
            more = " More rows follow: the JSON format gives the token of the next page." if page.next else ""
            print_table(page, labelled(page.result, directory), empty="", more=more)
