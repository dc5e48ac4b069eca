"""Whatever is asked, nothing that the audit keeps of it names a patient."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from hypothesis import given, note
from hypothesis import strategies as st

from epact2.access.audit import canonical
from epact2.access.pseudonyms import Hidden, Hiding
from epact2.model.items import PATIENT
from epact2.query.encode import query_to_json
from epact2.query.listing import Listing
from epact2.query.listing_json import listing_to_json
from epact2.query.nodes import AllOf, Not, OneOf, Query
from epact2.query.words import question_words
from generative.questions import any_questions
from generative.test_listings_agree import listings
from generative.vocabulary import PATIENTS

HIDING = Hiding(bytes(range(32)))
NAMED = re.compile(rf"\b({'|'.join(PATIENTS)})\b")


CHOSEN = st.lists(st.sampled_from(PATIENTS), min_size=1, max_size=3, unique=True).map(tuple)


def judge(plain: dict, hidden: Hidden, chosen: tuple[str, ...]) -> None:
    said = json.dumps(plain)
    note(said)
    named = set(NAMED.findall(said))
    assert named >= set(chosen), "the question names them, so there is something to hide"
    kept = canonical([hidden.question, hidden.words, list(hidden.patients)])
    assert not NAMED.search(kept)
    assert set(hidden.patients) == {HIDING.of(one) for one in named}


@given(any_questions(), CHOSEN)
def test_no_question_names_a_patient_in_the_audit(question: Query, chosen: tuple[str, ...]) -> None:
    question = replace(question, where=AllOf((question.where, Not(OneOf(PATIENT, chosen)))))
    judge(query_to_json(question), HIDING.query(question, question_words(question)), chosen)


@given(listings(), CHOSEN)
def test_no_listing_names_a_patient_in_the_audit(listing: Listing, chosen: tuple[str, ...]) -> None:
    listing = replace(listing, where=AllOf((listing.where, OneOf(PATIENT, chosen))))
    judge(listing_to_json(listing), HIDING.listing(listing), chosen)
