"""Reading a page as a person does: its words, the words of one card, the rows of a table."""

from __future__ import annotations

import html
import re
from typing import Any


def words(markup: str) -> str:
    """The words of some markup, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def text_of(response: Any) -> str:
    """All words of a page."""
    return words(response.content.decode())


def part(response: Any, name: str) -> str:
    """The words of the card with an id."""
    return words(response.content.decode().split(f'id="{name}"', 1)[1].split("</section>", 1)[0])


def rows_of(response: Any, name: str) -> list[list[str]]:
    """The rows of the first table behind an id, cell by cell."""
    table = response.content.decode().split(f'id="{name}"', 1)[1].split("</table>", 1)[0]
    body = table.split("<tbody>", 1)[1]
    return [
        [words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.S)
    ]
