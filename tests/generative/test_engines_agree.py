"""Every engine gives the answer of the reference engine."""

from __future__ import annotations

import os

from hypothesis import given, note, settings
from hypothesis import strategies as st

from epact2.query.check import check
from epact2.query.codec import dumps
from generative.conftest import SEEDS, VARIANTS
from generative.outcomes import differences, outcome
from generative.questions import questions, scopes

# A large run asks every variant every question; a small one always the whole engine and one other.
ASK_ALL = os.environ.get("EPACT2_HYPOTHESIS") == "large"


@settings(max_examples=3000 if ASK_ALL else 100)
@given(query=questions(), scope=scopes(), seed=st.sampled_from(SEEDS), other=st.sampled_from(VARIANTS[1:]))
def test_engines_agree(judges, judged, query, scope, seed, other):
    check(query)
    note(dumps(query))
    wanted = outcome(judges[seed], query, scope)
    for without in VARIANTS if ASK_ALL else ((), other):
        found = outcome(judged[seed][without], query, scope)
        assert not differences(found, wanted), f"without {without}"
