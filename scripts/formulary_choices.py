"""What the published sources lack and a person had to choose, for ``make_formulary.py``.

Prices here are relative, for one item: only their proportions within a substance count, because the
substance's price is set to what England paid. Shares are relative in the same way.
"""

from __future__ import annotations

from typing import NamedTuple


class Chosen(NamedTuple):
    """One presentation of a substance whose presentations of 2018 say nothing about today."""

    code: str
    share: float
    quantity: float
    price: float
    since: int = 0
    until: int = 0
    name: str = ""


def _mounjaro(strength: str, generic: str, brand: str, share: float, price: float) -> list[Chosen]:
    # January 2026: about three of four items are prescribed as Mounjaro.
    return [
        Chosen(f"0601023AZBB{brand}", share * 0.73, 1.15, price),
        Chosen(f"0601023AZAA{generic}", share * 0.27, 1.15, price),
    ]


CHOSEN: dict[str, list[Chosen]] = {
    "0601023AZ": [
        *_mounjaro("2.5mg", "AHAH", "AHAH", 0.22, 122),
        *_mounjaro("5mg", "AGAG", "AGAG", 0.43, 166),
        *_mounjaro("7.5mg", "ACAC", "ACAC", 0.19, 232),
        *_mounjaro("10mg", "AFAF", "AFAF", 0.12, 236),
        *_mounjaro("15mg", "ADAD", "ADAD", 0.04, 270),
    ],
    "0601023AW": [
        Chosen("0601023AWBBAAAA", 0.06, 1.1, 73),
        Chosen("0601023AWBBABAB", 0.23, 1.2, 73),
        Chosen("0601023AWBBACAC", 0.30, 1.2, 73),
        Chosen("0601023AWAAABAB", 0.06, 1.2, 73),
        Chosen("0601023AWAAACAC", 0.08, 1.2, 73),
        Chosen("0601023AWBCABAE", 0.07, 31.0, 80),
        Chosen("0601023AWBCACAF", 0.12, 33.0, 85),
        Chosen("0601023AWBCAAAD", 0.08, 33.0, 85),
    ],
    "0601023AG": [
        Chosen("0601023AGAAABAB", 0.86, 34.0, 36),
        Chosen("0601023AGAAAAAA", 0.06, 34.0, 36),
        Chosen("0601023AGBBABAB", 0.06, 31.0, 36),
        Chosen("0601023AGBBAAAA", 0.02, 31.0, 36),
    ],
    "0601023AN": [
        Chosen("0601023ANAAAAAA", 0.50, 33.0, 43),
        Chosen("0601023ANAAABAB", 0.42, 34.0, 43),
        Chosen("0601023ANBBAAAA", 0.05, 30.0, 40),
        Chosen("0601023ANBBABAB", 0.03, 30.0, 40),
    ],
    "0208020AA": [
        Chosen("0208020AAAAACAC", 0.56, 35.0, 50),
        Chosen("0208020AAAAABAB", 0.38, 35.0, 50),
        Chosen("0208020AAAAAAAA", 0.02, 33.0, 50),
        Chosen("0208020AABBACAC", 0.03, 32.0, 50),
        Chosen("0208020AABBABAB", 0.01, 32.0, 50),
    ],
    "0205052AE": [
        Chosen("0205052AEAAACAC", 0.37, 56.0, 88),
        Chosen("0205052AEAAAAAA", 0.28, 57.0, 88),
        Chosen("0205052AEAAABAB", 0.24, 57.0, 88),
        Chosen("0205052AEBBACAC", 0.05, 53.0, 85),
        Chosen("0205052AEBBAAAA", 0.04, 53.0, 85),
        Chosen("0205052AEBBABAB", 0.02, 53.0, 85),
    ],
    "0302000Z0": [
        Chosen("0302000Z0BBAAAA", 0.93, 1.12, 50),
        Chosen("0302000Z0AAAAAA", 0.07, 1.12, 50),
    ],
    "0302000Y0": [
        Chosen("0302000Y0BBAAAA", 0.92, 1.1, 49),
        Chosen("0302000Y0AAAAAA", 0.08, 1.1, 49),
    ],
    # Sensors of glucose: each generation takes the place of the one before.
    "2148": [
        Chosen("21480000100", 1.00, 2.2, 80, until=202201),
        Chosen("21480000101", 1.00, 2.2, 80, since=202103, until=202509),
        Chosen("21480000109", 1.60, 2.2, 80, since=202409),
        Chosen("21480000103", 0.10, 2.9, 80, since=202211, until=202506),
        Chosen("21480000110", 0.14, 2.9, 80, since=202406),
        Chosen("21480000108", 0.02, 2.2, 80, since=202306),
        Chosen("21480000102", 0.02, 2.1, 70),
    ],
    "1404000H0": [
        Chosen("1404000H0AAANAN", 0.42, 1.0, 13.2),
        Chosen("1404000H0AAAPAP", 0.14, 1.0, 17.0),
        Chosen("1404000H0AAAKAK", 0.12, 1.0, 10.5),
        Chosen("1404000H0AAAJAJ", 0.08, 1.0, 18.0),
        Chosen("1404000H0BZAAAF", 0.16, 1.0, 13.8),
        Chosen("1404000H0CCAAAN", 0.08, 1.0, 13.2),
    ],
    "0103010H0": [
        Chosen("0103010H0AAAAAA", 0.72, 38.0, 24),
        Chosen("0103010H0AAABAB", 0.28, 36.0, 25),
    ],
    "0604012S0": [
        Chosen("0604012S0AAALAL", 0.55, 58.0, 14),
        Chosen("0604012S0AAAFAF", 0.06, 30.0, 32),
        Chosen("0604012S0AAAEAE", 0.01, 15.0, 10),
    ],
    # Generic since 2018: as in the prescribing data, nearly all are ordered by the generic name.
    "0208020Z0": [
        Chosen("0208020Z0AAABAB", 0.74, 59.0, 6.0),
        Chosen("0208020Z0AAAAAA", 0.24, 59.0, 6.0),
        Chosen("0208020Z0BBABAB", 0.015, 56.0, 50),
        Chosen("0208020Z0BBAAAA", 0.005, 56.0, 50),
    ],
}

# Chemical substances that came with the codes of January 2026 (names as the EPD of that month has them),
# and the products beneath them.
NEW_NAMES: dict[str, str] = {
    "0302000AB": "BeclometDiprop/Formoterol",
}

# Substances that a comparator or a drill of the demo needs whatever their rank.
NEEDED = {
    "0403010J0",  # dosulepin
    "0403010X0",  # trimipramine
    "1001010AJ",  # etoricoxib
    "1001010AH",  # celecoxib
    "1001010C0",  # diclofenac
    "1001010R0",  # mefenamic acid
    "1001010S0",  # nabumetone
    "1001010AA",  # meloxicam
    "0501120L0",  # ciprofloxacin
    "0501120X0",  # levofloxacin
    "0501120Y0",  # moxifloxacin
    "0501120P0",  # ofloxacin
    "0501021L0",  # cefalexin
    "0501021A0",  # cefaclor
    "0501021G0",  # cefixime
    "0501021H0",  # cefotaxime
    "0501021K0",  # ceftriaxone
    "0501021M0",  # cefradine
    "0501013K0",  # co-amoxiclav
    "0501070X0",  # vancomycin
    "0501130H0",  # methenamine
}
