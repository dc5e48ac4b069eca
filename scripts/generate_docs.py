"""The reference documents that are made from the code: written, or with --check compared.

A document that no longer says what the code says fails the check.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import typer

from epact2 import cli
from epact2.comparators.read import comparators
from epact2.load import formats
from epact2.load.item_formats import EXCLUDED_WHEN
from epact2.model.costs import COST_RULES
from epact2.model.patients import AGE_RULES, NOT_KNOWN, UNKNOWN_AGE_NAME
from epact2.model.prescribing import FIELDS, POPULATION_MEASURES, PRESCRIBING_MEASURES
from epact2.query.encode import value_to_json
from epact2.query.words import value_name

REFERENCE = Path("docs/reference")
HEAD = "<!-- Made by `make docs` from the code. Do not edit. -->\n"


def dictionary() -> Iterator[str]:
    """Every field and measure, with its definition and source."""
    yield "# Data dictionary\n"
    yield "What a question may group and select by, and what it may add up.\n"
    yield "## Fields\n"
    yield "| field | dimension | meaning | source |\n| --- | --- | --- | --- |"
    for field in FIELDS:
        yield f"| {field.name} | {field.dimension.value} | {field.meaning} | {field.source} |"
    yield "\n## Measures of prescribing\n"
    yield "They add up over everything.\n"
    yield "| measure | unit | decimals | meaning | source |\n| --- | --- | --- | --- | --- |"
    for measure in PRESCRIBING_MEASURES:
        yield f"| {measure.name} | {measure.unit} | {measure.scale} | {measure.meaning} | {measure.source} |"
    yield "\n## Measures of the population\n"
    yield (
        "They add up over organisations. Over months they are averaged, and they do not vary by medicine "
        "([decision 5](../decisions/0005-list-sizes-over-months.md)).\n"
    )
    yield "| measure | unit | meaning | source |\n| --- | --- | --- | --- |"
    for measure in POPULATION_MEASURES:
        yield f"| {measure.name} | {measure.unit} | {measure.meaning} | {measure.source} |"


def comparator_pages() -> Iterator[str]:
    """Every comparator as its file defines it."""
    yield "# Comparators\n"
    yield (
        "A comparator is a ratio of sums with a clinical reason. Rank, percentile and deciles are those of "
        "OpenPrescribing: percentile = (lowest rank − 1) ÷ (number − 1) × 100 among the organisations of one "
        "level that have a value; deciles are continuous percentiles of the unweighted values.\n"
    )
    for one in comparators().values():
        yield f"## {one.title}\n"
        yield f"`{one.key}` · {one.theme} · {one.direction.value} · version {one.version}\n"
        yield f"{one.summary}\n"
        yield f"{one.why}\n"
        numerator = "items of the medicine that is asked for"
        if not one.any_medicine:
            numerator = value_name(one.numerator.amount)
        yield f"* Numerator: {one.numerator.name}: {numerator}."
        yield f"* Denominator: {one.denominator.name}: {value_name(one.denominator.amount)}."
        yield f"* Per: {one.per:,}."
        yield f"* Source: {one.source}. Reviewed {one.reviewed.isoformat()}.\n"
        if not one.any_medicine:
            yield f"```json\n{json.dumps(value_to_json(one.value), indent=1)}\n```\n"


def commands() -> Iterator[str]:
    """The command line's own help."""
    yield "# Commands\n"
    yield "`--store` and `--release` may stand before or after the command.\n"
    group = typer.main.get_command(cli.app)
    for name, command in sorted(group.commands.items()):
        yield f"## epact2 {name}\n"
        yield f"{command.help}\n"
        for parameter in command.params:
            if parameter.name == "help":
                continue
            label = ", ".join(parameter.opts) if parameter.param_type_name == "option" else parameter.name
            text = getattr(parameter, "help", "") or ""
            yield f"* `{label}`: {text}"
        yield ""


def questions() -> Iterator[str]:
    """What questions mean, by the specifications that every engine passes."""
    sys.path.insert(0, "tests")
    from spec.record import record  # the tests themselves, run with a fixture that takes notes

    yield "# What questions mean\n"
    yield (
        "Every example is a specification that each engine passes: tables, a question, the answer. `~` in an "
        "answer is no value; an empty field is a total.\n"
    )
    chapter = section = ""
    for spec in record():
        if spec.chapter != chapter:
            chapter, section = spec.chapter, ""
            yield f"## {chapter}\n"
        if spec.section != section:
            section = spec.section
            yield f"### {section}\n"
        yield f"{spec.text}\n"
        for name, table in spec.tables.items():
            yield f"_{name}_\n\n```text\n{table}\n```\n"
        yield f"**{spec.words}**{f' (seen by somebody who may see: {spec.scope})' if spec.scope else ''}\n"
        yield f"```json\n{json.dumps(spec.question, ensure_ascii=False)}\n```\n"
        yield f"```text\n{_answer(spec.expected)}\n```\n"


def _answer(expected: object) -> str:
    if isinstance(expected, dict):
        return "\n".join(f"{_shown(key)}: {_shown(value)}" for key, value in expected.items())
    return _shown(expected)


def _shown(part: object) -> str:
    if isinstance(part, (tuple, list)):
        return " | ".join(_shown(one) for one in part)
    return "~" if part is None else str(part)


def item_file() -> Iterator[str]:
    """The files of single items, column by column, and what the loader does with them."""
    yield "# Files of single items\n"
    yield (
        "`ITEMS_YYYYMM.csv` (UTF-8, comma, header; gzip and zip too) or `ITEMS_YYYYMM.parquet` with the same "
        "column names: one dispensing month, one row an element of an item of a form. All columns must be "
        "there, in any order, and none besides. Nothing is published in this form: it is the NHS warehouse's "
        "own fact (form × item × element), to be drawn from it or made by `epact2 synth --items`.\n"
    )
    yield from _columns(formats.ITEMS)
    yield (
        "In Parquet whole numbers and months may be stored as integers, quantities and money as DECIMAL, all "
        "else as text; floating point is refused, because it rounds money. An empty cell is null.\n"
    )
    yield "A file is refused, with line (or row), column and value, also when\n"
    yield "* form, item and element stand twice, or a form is of two patients or two practices;"
    yield "* a patient is identified, but has no pseudonym;"
    yield "* rows are of another month.\n"
    yield "## Which rows count\n"
    yield (
        "Rows that the standard exclusions leave out are kept, and count in no answer unless the question "
        "says so. The field “exclusion” names the first reason:\n"
    )
    yield "| exclusion | a row with |\n| --- | --- |"
    for reason, words in EXCLUDED_WHEN.items():
        yield f"| {reason} | {words} |"
    yield "\n## Ages\n"
    yield "The first rule that gives an age from 0 to 120 decides.\n"
    yield "| age source | name | how |\n| --- | --- | --- |"
    for rule in AGE_RULES:
        yield f"| {rule.source} | {rule.name} | {rule.meaning} |"
    yield f"| {NOT_KNOWN} | {UNKNOWN_AGE_NAME} | No rule gives an age: it is -1. |"
    yield (
        "\nThe age on 30 September of the financial year comes from the PDS birth month alone. An earlier "
        "item is one of a month that was loaded before, or with the same command.\n"
    )
    yield "## Actual cost\n"
    yield (
        "Rows whose ACTUAL_COST is not that of the rule of their month are counted in the load report; the "
        "figure is kept as received.\n"
    )
    yield "| rule | months | actual cost | source |\n| --- | --- | --- | --- |"
    for cost in COST_RULES:
        months = f"{cost.first.name if cost.first else ''} to {cost.last.name if cost.last else ''}".strip()
        groups = f" (groups: {', '.join(cost.groups)})" if cost.groups else ""
        payments = " + ".join(one.upper() for one in cost.payments)
        yield (
            f"| {cost.name} | {months} | NIC - DISCOUNT + {payments}; DISCOUNT is {cost.discount}{groups} | "
            f"{cost.source} |"
        )
    yield "\n## Patients verified late\n"
    yield (
        "`VERIFIED_YYYYMM.csv`: the patients of a month's items whose number PDS verified the month after. "
        "Their rows become identified, with this birth month and gender, in a new release; older releases "
        "stay as they were.\n"
    )
    yield from _columns(formats.VERIFICATION)
    yield "## Areas\n"
    yield (
        "`imd.csv` gives the deprivation of areas, `practice_lsoa.csv` the area of each practice. The area of "
        "a patient is that of the newest item of the month that names one, else that of the newest earlier "
        "month, else that of the practice. Load them before the items: a new edition writes every month of "
        "items again.\n"
    )
    for kind in (formats.IMD, formats.PRACTICE_LSOA):
        yield from _columns(kind)


def _columns(kind: str) -> Iterator[str]:
    for layout in formats.layouts_of(kind):
        yield "| column | holds | meaning |\n| --- | --- | --- |"
        for column in layout.columns:
            yield f"| {column.headers[0]} | {column.type.words} | {column.meaning} |"
        yield ""


DOCUMENTS = {
    "item-file.md": item_file,
    "questions.md": questions,
    "dictionary.md": dictionary,
    "comparators.md": comparator_pages,
    "commands.md": commands,
}


def main() -> int:
    """Write every document, or with --check name those that differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    only_check = parser.parse_args().check
    stale = []
    for name, make in DOCUMENTS.items():
        path = REFERENCE / name
        text = HEAD + "\n".join(make()).rstrip() + "\n"
        if only_check:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                stale.append(str(path))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if stale:
        print(f"Not current: {', '.join(stale)}. Run: make docs")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
