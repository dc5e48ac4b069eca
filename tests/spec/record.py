"""The specs as data, for the reference of questions."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from epact2.query.codec import query_from_json, selection_from_json
from epact2.query.encode import Json
from epact2.query.listing_json import listing_from_json, listing_words
from epact2.query.words import question_words, selection_words

# The order in which a reader wants them; a chapter that is missing here comes last.
CHAPTERS = (
    "selecting",
    "grouping",
    "adding_up",
    "ratios_and_shares",
    "months_and_change",
    "people",
    "patients",
    "comparators",
    "two_histories",
    "top_and_order",
    "percentiles",
    "scope",
    "published",
)


@dataclass(frozen=True, slots=True)
class Spec:
    """One paragraph: what is asked of which tables, and the answer."""

    chapter: str
    section: str
    text: str
    tables: Mapping[str, str]
    question: Mapping[str, Json]
    words: str
    expected: object
    scope: str


def record() -> list[Spec]:
    """Every spec, in reading order, found by running the tests with a fixture that takes notes."""
    specs: list[Spec] = []
    for chapter in _packages():
        package = importlib.import_module(f"spec.{chapter.name}")
        # A section of the chapter's own name comes first; the others follow in the order of their names.
        for path in sorted(chapter.glob("test_*.py")):
            module = importlib.import_module(f"spec.{chapter.name}.{path.stem}")
            for name, test in _tests(module):
                specs += _run(_title(package), _title(module), name, test)
    return specs


def _packages() -> list[Path]:
    found = [path.parent for path in Path(__file__).parent.glob("*/__init__.py")]
    order = {name: place for place, name in enumerate(CHAPTERS)}
    return sorted(found, key=lambda path: (order.get(path.name, len(order)), path.name))


def _tests(module: ModuleType):
    return [(name, test) for name, test in vars(module).items() if name.startswith("test_")]


def _title(module: ModuleType) -> str:
    return (module.__doc__ or module.__name__).strip().splitlines()[0].rstrip(".")


def _run(chapter: str, section: str, name: str, test) -> list[Spec]:
    text = inspect.getdoc(test) or name.removeprefix("test_").replace("_", " ").capitalize() + "."
    specs: list[Spec] = []

    def take_note(tables, question, expected, scope=None, offsets=None) -> None:
        drawn = {"prescribing": tables} if isinstance(tables, str) else dict(tables)
        if offsets is not None:
            drawn["the secret's offsets"] = offsets
        specs.append(
            Spec(
                chapter=chapter,
                section=section,
                text=text,
                tables={kind: inspect.cleandoc(table) for kind, table in drawn.items()},
                question=getattr(question, "short", question),
                words=getattr(question, "words", "") or _words(question),
                expected=expected,
                scope=_scope_words(scope, sealed=offsets is not None),
            )
        )

    test(take_note)
    return specs


def _words(question: dict[str, Json]) -> str:
    """The question, or the listing, in English."""
    if "values" in question:
        return question_words(query_from_json(question))
    return listing_words(listing_from_json(question))


def _scope_words(scope: Mapping[str, Json] | None, *, sealed: bool) -> str:
    said = selection_words(selection_from_json(scope)) if scope is not None else ""
    return f"{said}{' ' if said else ''}published figures" if sealed else said
