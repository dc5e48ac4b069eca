"""Names as people write them."""

import pytest

from epact2.model.organisations import Organisation
from epact2.web.presenters import names


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("NHS KENT AND MEDWAY INTEGRATED CARE BOARD", "Kent and Medway"),
        ("NHS Kent and Medway Integrated Care Board", "Kent and Medway"),
        ("NHS DEVON ICB - 15N", "Devon (15N)"),
        ("NHS BATH AND NORTH EAST SOMERSET, SWINDON AND WILTSHIRE ICB - 92G",
         "Bath and North East Somerset, Swindon and Wiltshire (92G)"),
        ("THE OLD SURGERY (SYNTHETIC)", "The Old Surgery (synthetic)"),
        ("ST MARY'S HEALTH CENTRE", "St Mary's Health Centre"),
        ("O'BRIEN AND PARTNERS", "O'Brien and Partners"),
        ("ALDER STREET PCN (SYNTHETIC)", "Alder Street PCN (synthetic)"),
        ("STOKE-ON-TRENT", "Stoke-on-Trent"),
        ("NORTH EAST AND YORKSHIRE", "North East and Yorkshire"),
        ("DR D'ARCY GP UNIT 2B", "Dr D'Arcy GP Unit 2B"),
        ("McDonald Practice", "McDonald Practice"),
        ("", ""),
    ],
)  # fmt: skip
def test_place_name(given, shown):
    assert names.place_name(given) == shown


def test_a_code_stands_beside_a_name_once():
    assert names.with_code(Organisation("ICB", "QKS", "NHS KENT AND MEDWAY ICB")) == "Kent and Medway (QKS)"
    assert names.with_code(Organisation("sub-ICB location", "15N", "NHS DEVON ICB - 15N")) == "Devon (15N)"
    assert names.with_code(Organisation("England", "ENG", "England")) == "England"


def test_words_of_sentences():
    assert names.of("Sussex") == "Sussex’s"
    plural = ("Penicillins", "Drugs affecting the renin system", "Amoxicillin 500mg capsules")
    assert all(names.is_plural(one) for one in plural)
    assert not any(names.is_plural(one) for one in ("Apixaban", "Eliquis", "Generic apixaban", ""))
    assert names.of("Eye Products") == "Eye Products’"
    assert names.lower_first("Eye Products") == "Eye Products"
    assert names.lower_first("Oral antibacterials item STAR-PU") == "oral antibacterials item STAR-PU"
    assert names.peers_name("ICB") == "ICBs"
    assert names.peers_name("practice", 1) == "1 practice"
    assert names.peers_name("practice", 6253) == "6,253 practices"
    assert names.lower_first("Apixaban") == "apixaban"
    assert names.lower_first("NSAIDs") == "NSAIDs"
    assert names.in_sentence("Apixaban", "0208020Z0") == "apixaban"
    assert names.in_sentence("Generic apixaban", "0208020Z0AA") == "generic apixaban"
    assert names.in_sentence("Apixaban 5mg tablets", "0208020Z0AAABAB") == "apixaban 5mg tablets"
    assert names.in_sentence("Eliquis 5mg tablets", "0208020Z0BBAAAB") == "Eliquis 5mg tablets"
    assert names.in_sentence("K-Plus bandage", "20020200831") == "K-Plus bandage"
    assert names.in_sentence("Oral anticoagulants", "020802") == "oral anticoagulants"
    assert names.short_medicine("Co-amoxiclav (Amoxicillin/clavulanic acid)") == "Co-amoxiclav"
