"""A release's names as pages show them: unshouted, and short."""

from __future__ import annotations

from epact2.analysis.answer import name_of
from epact2.comparators.words import WithLists
from epact2.model.fields import Field
from epact2.model.prescribing import BNF_FIELDS, ORGANISATION_FIELDS
from epact2.query.nodes import Selection
from epact2.query.result import Cell
from epact2.web.engine import Directory
from epact2.web.presenters.names import medicine_name, place_name


class DressedNames:
    """The names of a directory, for sentences and tables (``query.words.Names``)."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory

    def organisation_name(self, level: str, code: str) -> str:
        """The name of an organisation's code."""
        return place_name(self.directory.organisation_name(level, code))

    def any_organisation_name(self, code: str) -> str:
        """The name of an organisation's code of whatever level."""
        return place_name(self.directory.any_organisation_name(code))

    def medicine_name(self, code: str) -> str:
        """The name of a BNF code."""
        return medicine_name(self.directory.medicine_name(code))

    def list_name(self, selection: Selection) -> str:
        """The name of a shared list of medicines that a selection is; empty for any other."""
        return WithLists().list_name(selection)

    def name_of(self, field: Field, code: Cell) -> str:
        """The name that goes with a field's code in an answer."""
        name = name_of(field, code, self.directory)
        if name == code:
            return name
        if field in ORGANISATION_FIELDS:
            return place_name(name)
        return medicine_name(name) if field in BNF_FIELDS else name
