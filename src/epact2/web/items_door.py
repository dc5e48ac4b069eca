"""From counts on the pages of organisations and medicines to the items that were counted."""

from __future__ import annotations

from dataclasses import dataclass

from epact2.access.listing_policy import may_list
from epact2.access.viewer import Viewer
from epact2.analysis.items_beneath import items_beneath
from epact2.model.months import DispensingMonth
from epact2.model.prescribing import ITEMS
from epact2.query.nodes import Amount, Query, Selection, Value
from epact2.web.engine import Directory
from epact2.web.listing_state import address


@dataclass(frozen=True, slots=True)
class ItemsDoor:
    """Whether listings are open to a reader, and where the items of a selection stand."""

    viewer: Viewer
    directory: Directory

    def is_open(self, month: DispensingMonth, where: Selection) -> bool:
        """Whether the reader may see single items of a month that are selected, and there are some."""
        return month in self.directory.item_months and may_list(self.viewer, self.directory, where)

    def address(self, where: Selection, month: DispensingMonth) -> str:
        """The items of a selection in a month; empty where the door is closed."""
        if not self.is_open(month, where):
            return ""
        listing = items_beneath(Query((Amount(ITEMS),), where=where), (), None, (month,))
        return address(listing) if listing else ""

    def beneath(self, value: Value, where: Selection, month: DispensingMonth) -> str:
        """What a value counted in a month, one by one; empty where the door is closed to any of it, or the
        value is not made of rows.
        """
        if month not in self.directory.item_months:
            return ""
        listing = items_beneath(Query((value,), where=where), (), value, (month,))
        if listing is None or not may_list(self.viewer, self.directory, listing.where, wholly=True):
            return ""
        return address(listing)

    def cell(self, text: str, where: Selection, month: DispensingMonth) -> str | dict[str, object]:
        """A count as a cell of a table: a link to its items, or plain text."""
        href = self.address(where, month)
        return {"text": text, "href": href, "drill": True} if href else text
