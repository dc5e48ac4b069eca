"""The YAML of comparators and lists, read strictly.

Scalars are texts, so that a BNF code such as 0501 cannot turn into an octal number; only whole numbers
without leading zeros are numbers (and a code made of digits alone is the same text either way).
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable
from datetime import date
from importlib import resources
from typing import Any, NoReturn

import yaml

from epact2.errors import Epact2Error, did_you_mean

try:
    from yaml import CBaseLoader as BaseLoader  # the same, read by libyaml: several times as fast
except ImportError:  # PyYAML without libyaml
    from yaml import BaseLoader  # type: ignore[assignment]

_WHOLE = "!whole"


class BadDefinition(Epact2Error):
    """A file of a comparator or of a list of medicines that cannot be read."""


class _Loader(BaseLoader):
    """Texts, whole numbers, lists and maps with text keys; nothing else."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        made: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            key = str(self.construct_object(key_node, deep=True))
            if key in made:
                raise yaml.constructor.ConstructorError(
                    None, None, f"“{key}” stands there twice", key_node.start_mark
                )
            made[key] = self.construct_object(value_node, deep=True)
        return made


def _whole(loader: _Loader, node: yaml.ScalarNode) -> int:
    return int(loader.construct_scalar(node))


_Loader.add_implicit_resolver(_WHOLE, re.compile(r"(?:0|[1-9][0-9]*)$"), list("0123456789"))
_Loader.add_constructor(_WHOLE, _whole)


def texts_of(folder: str) -> dict[str, str]:
    """The YAML files of a folder of this package, by their names without ending."""
    files = resources.files("epact2.comparators").joinpath(folder).iterdir()
    found = {file.name: file for file in files if file.name.endswith(".yaml")}
    return {
        name.removesuffix(".yaml"): file.read_text(encoding="utf-8") for name, file in sorted(found.items())
    }


def read_mapping(
    place: str, text: str, needed: Iterable[str], optional: Iterable[str] = ()
) -> dict[str, Any]:
    """The mapping of a YAML text, with the keys that it needs and no unknown ones. Raises BadDefinition."""
    try:
        data = yaml.load(text, Loader=_Loader)  # noqa: S506  see _Loader
    except yaml.YAMLError as error:
        raise BadDefinition(f"{place} is not valid YAML: {error}", "Mend the file.") from None
    keys = (*needed, *optional)
    if not isinstance(data, dict):
        raise BadDefinition(f"{place} does not hold a mapping.", f"It needs: {', '.join(needed)}.")
    only_known(place, data, keys)
    for name in needed:
        if name not in data:
            raise BadDefinition(f"{place} has no “{name}”.", f"It needs: {', '.join(needed)}.")
    return data


def only_known(place: str, data: Iterable[str], keys: Iterable[str]) -> None:
    """Refuse a key that a place does not have."""
    known = tuple(keys)
    for name in data:
        if name not in known:
            advice = did_you_mean(name, known) or f"It may have: {', '.join(known)}."
            raise BadDefinition(f"{place}: “{name}” is unknown.", advice)


def text_at(place: str, data: dict[str, Any], name: str) -> str:
    """A text of a mapping, without blanks at its ends; empty when left out."""
    found = data.get(name, "")
    if isinstance(found, int):
        found = str(found)
    if not isinstance(found, str):
        refuse(place, f"“{name}” is not a text", f"Write {name}: and a text.")
    return found.strip()


def whole_at(place: str, data: dict[str, Any], name: str) -> int:
    """A whole number of a mapping."""
    found = data[name]
    if not isinstance(found, int):
        refuse(place, f"“{name}” is not a whole number", f"Write {name}: 1, for example.")
    return found


def date_at(place: str, data: dict[str, Any], name: str) -> date:
    """A day of a mapping, written 2026-11-23."""
    try:
        return date.fromisoformat(text_at(place, data, name))
    except ValueError:
        refuse(place, f"“{name}” is not a day", f"Write {name}: 2026-11-23, for example.")


def refuse(place: str, fault: str, advice: str) -> NoReturn:
    """Refuse a file, with the place of the fault."""
    raise BadDefinition(f"{place}: {fault}.", advice)
