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
from item_file_page import item_file

from epact2 import cli
from epact2.comparators.lists import Codes, MedicineList, medicine_lists
from epact2.comparators.read import comparators
from epact2.comparators.words import part_said, stated
from epact2.model.items import ITEM_MEASURES
from epact2.model.prescribing import FIELDS, POPULATION_MEASURES, PRESCRIBING_MEASURES
from epact2.query.formula import value_formula
from epact2.query.named import NAMED

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
    yield "\n### Codes\n"
    yield "Fields that have no codes but these. A question may give the code or its name.\n"
    yield "| field | codes |\n| --- | --- |"
    for field in FIELDS:
        if field.closed:
            codes = (f"`{code}`" if code == name else f"`{code}` {name}" for code, name in field.closed)
            yield f"| {field.name} | {'; '.join(codes)} |"
    yield "\n## Measures of prescribing\n"
    yield "They add up over everything.\n"
    yield "| measure | unit | decimals | meaning | source |\n| --- | --- | --- | --- | --- |"
    for measure in PRESCRIBING_MEASURES:
        yield f"| {measure.name} | {measure.unit} | {measure.scale} | {measure.meaning} | {measure.source} |"
    yield "\n## Measures of single items\n"
    yield "Only item files have them; they add up over everything.\n"
    yield "| measure | unit | decimals | meaning | source |\n| --- | --- | --- | --- | --- |"
    for measure in ITEM_MEASURES:
        yield f"| {measure.name} | {measure.unit} | {measure.scale} | {measure.meaning} | {measure.source} |"
    yield "\n## Named values of patients and items\n"
    yield "A name stands for a value; each is worked out again for every row and total.\n"
    yield "| value | what it is |\n| --- | --- |"
    for name, value in NAMED.items():
        yield f"| {name} | {value_formula(value)} |"
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
        "A comparator is a ratio of sums or counts with a clinical reason. Rank, percentile and deciles are "
        "those of OpenPrescribing: percentile = (lowest rank − 1) ÷ (number − 1) × 100 among the "
        "organisations of one level that have a value; deciles are continuous percentiles of the unweighted "
        "values.\n"
    )
    yield (
        "Where a source gives a count of patients and no ratio, the count is the numerator, shown beside the "
        "value, and the denominator is the patients at risk or all patients registered. Comparators *of "
        "items* need single prescription items and count identified patients. “Our list” and the like say "
        "what is ours because no public source defines it. Lists of medicines stand "
        '[at the end](#lists-of-medicines); `{"list": …}` in a definition stands for one.\n'
    )
    for one in comparators().values():
        yield f"## {one.title}\n"
        of_items = " · of items" if one.needs_items else ""
        yield f"`{one.key}` · {one.theme} · {one.direction.value} · version {one.version}{of_items}\n"
        yield f"{one.summary}\n"
        yield f"{one.why}\n"
        numerator = "items of the medicine that is asked for"
        if not one.any_medicine:
            numerator = part_said(one.numerator.value)
        yield f"* Numerator: {one.numerator.name}: {numerator}."
        yield f"* Denominator: {one.denominator.name}: {part_said(one.denominator.value)}."
        yield f"* Per: {one.per:,}."
        yield f"* Source: {one.source}. Reviewed {one.reviewed.isoformat()}.\n"
        if not one.any_medicine:
            parts = [_json(stated(one.numerator.value)), _json(stated(one.denominator.value))]
            ratio = f'{{"ratio": [{parts[0]},\n           {parts[1]}], "per": {one.per}}}'
            yield f"```json\n{ratio}\n```\n"
    yield "## Lists of medicines\n"
    yield (
        "All at or beneath a code counts; a generic presentation counts with its brands. Codes that the BNF "
        "no longer has are kept for months that still hold them.\n"
    )
    for shared in medicine_lists().values():
        yield from _list(shared)


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False)


def _list(shared: MedicineList) -> Iterator[str]:
    yield f"### {shared.name[:1].upper()}{shared.name[1:]}\n"
    yield f"`{shared.key}` · {shared.source}. Reviewed {shared.reviewed.isoformat()}.\n"
    if shared.note:
        yield f"{shared.note}\n"
    yield from _codes(shared.codes, "")
    yield from _codes(shared.left_out, "Without ")
    yield ""


def _codes(codes: Codes, before: str) -> Iterator[str]:
    kinds = (
        ("lists", [f"`{name}`" for name in codes.lists]),
        ("medicines", [f"{name} ({code})" for code, name in codes.medicines.items()]),
        ("generic presentations", [f"{name} ({code})" for code, name in codes.equivalents.items()]),
        ("codes no longer in the BNF", list(codes.withdrawn)),
    )
    for kind, found in kinds:
        if found:
            words = f"{before}{kind}"
            yield f"* {words[:1].upper()}{words[1:]}: {', '.join(found)}."


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
    if isinstance(expected, list):  # the rows of a listing
        return "\n".join(_shown(row) for row in expected) or "no rows"
    if isinstance(expected, dict):
        return "\n".join(f"{_shown(key)}: {_shown(value)}" for key, value in expected.items())
    return _shown(expected)


def _shown(part: object) -> str:
    if isinstance(part, (tuple, list)):
        return " | ".join(_shown(one) for one in part)
    return "~" if part is None else str(part)


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
