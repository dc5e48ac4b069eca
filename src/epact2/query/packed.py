"""Long questions in addresses: a question's JSON pressed into a short text that is safe in an address.

An address holds its whole question, and servers stop reading at some thousand characters. A condition on
patients with its lists of medicines has more than that, but repeats itself, and presses well.
"""

from __future__ import annotations

import base64
import binascii
import zlib

from epact2.query.nodes import BadQuestion

MARK = "~"  # no JSON text begins so
LONGEST_PLAIN = 2000
_LARGEST = 1_000_000  # characters: far more than any question, far less than harms


def packed_if_long(text: str) -> str:
    """A question's text for an address: as it is when short, else pressed."""
    return text if len(text) <= LONGEST_PLAIN else packed(text)


def packed(text: str) -> str:
    """A text pressed; the same text always gives the same."""
    return MARK + base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).rstrip(b"=").decode()


def unpacked(text: str) -> str:
    """The text that was pressed; any other text as it is. Raises BadQuestion for a damaged one."""
    if not text.startswith(MARK):
        return text
    body = text[len(MARK) :]
    try:
        data = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        press = zlib.decompressobj()
        made = press.decompress(data, _LARGEST)
        if press.eof and not press.unused_data:
            return made.decode()
    except (binascii.Error, zlib.error, ValueError):
        pass
    raise BadQuestion(
        "The question of this address is damaged.", "Open the page again from which the address was taken."
    )
