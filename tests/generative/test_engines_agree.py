"""Every engine gives the answer of the reference engine."""

from __future__ import annotations

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from epact2.query.check import check
from epact2.query.codec import dumps
from generative.conftest import SEEDS
from generative.outcomes import differences, outcome
from generative.questions import questions, scopes
from support.engines import ENGINES

JUDGED = [name for name in ENGINES if name != "reference"]


@pytest.mark.skipif(not JUDGED, reason="no engine but the reference")
@given(query=questions(), scope=scopes(), seed=st.sampled_from(SEEDS))
def test_engines_agree(engines, query, scope, seed):
    check(query)
    note(dumps(query))
    wanted = outcome(engines[seed]["reference"], query, scope)
    for name in JUDGED:
        assert not differences(outcome(engines[seed][name], query, scope), wanted), name
