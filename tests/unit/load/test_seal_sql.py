"""What sealing says in SQL is what ``query.sealing`` says in Python."""

from __future__ import annotations

import duckdb
import pytest

from epact2.load.seal_rules import key_parameters, offset_sql
from epact2.query.sealing import offset


@pytest.mark.parametrize("length", [16, 32, 64, 65, 200])
def test_offsets(length):
    """HMAC by its definition, also for keys that are longer than a block."""
    secret = bytes(range(length))
    messages = [f"chain|A{number:05}|0501|2026/27" for number in range(300)] + ["", "é|…"]
    found = duckdb.execute(
        f"SELECT message, {offset_sql('message')} FROM (SELECT unnest($messages) AS message)",
        {"messages": messages, **key_parameters(secret)},
    ).fetchall()
    assert dict(found) == {message: offset(secret, message) for message in messages}
