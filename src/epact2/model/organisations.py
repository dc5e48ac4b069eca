"""The organisations that prescribe, and their two hierarchies.

Commissioning: England, region, ICB, sub-ICB location, practice. Network: England, PCN, practice. A PCN may
span two sub-ICB locations, so it stands beside the commissioning line and not in it.

Source: NHS Organisation Data Service; from 1 July 2022 STPs became ICBs and CCGs became sub-ICB locations,
and both kept their codes. Before that, and before STPs, the same places in a file were held by area teams.
"""

from __future__ import annotations

from dataclasses import dataclass

ENGLAND = "England"
REGION = "region"
ICB = "ICB"
SUB_ICB_LOCATION = "sub-ICB location"
PCN = "PCN"
PRACTICE = "practice"

ENGLAND_CODE = "ENG"
UNKNOWN_CODE = "-"

# The name of every invented practice ends so: prescribing that is invented can be told from its file alone,
# and a release that holds any of it is marked on every page and export.
SYNTHETIC_MARK = "(SYNTHETIC)"

# From widest to narrowest: pages and drills rely on the order.
COMMISSIONING = (ENGLAND, REGION, ICB, SUB_ICB_LOCATION, PRACTICE)
NETWORK = (ENGLAND, PCN, PRACTICE)
LEVELS = (ENGLAND, REGION, ICB, SUB_ICB_LOCATION, PCN, PRACTICE)

# ODS prescribing settings, as the epraccur file numbers them.
SETTING_NAMES = {
    "0": "other prescribing cost centre",
    "1": "walk-in centre",
    "2": "out-of-hours service",
    "3": "walk-in centre and out-of-hours service",
    "4": "GP practice",
    "8": "public health service",
    "9": "community health service",
    "10": "hospital service",
    "11": "optometry service",
    "12": "urgent and emergency care",
    "13": "hospice",
    "14": "care home or nursing home",
    "15": "Border Force",
    "16": "young offender institution",
    "17": "secure training centre",
    "18": "secure children's home",
    "19": "immigration removal centre",
    "20": "court",
    "21": "police custody",
    "22": "sexual assault referral centre",
    "24": "other justice estate",
    "25": "prison",
    UNKNOWN_CODE: "not known",
}

PLURALS = {
    ENGLAND: "England",
    REGION: "regions",
    ICB: "ICBs",
    SUB_ICB_LOCATION: "sub-ICB locations",
    PCN: "PCNs",
    PRACTICE: "practices",
}


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation as it is now. ``parents`` gives its codes at the levels above, widest first."""

    level: str
    code: str
    name: str
    parents: tuple[tuple[str, str], ...] = ()
    setting: str = ""
    postcode: str = ""
    opened: int | None = None
    closed: int | None = None

    def parent(self, level: str) -> str:
        """The code of the organisation above at ``level``; ``-`` when it is not known."""
        return dict(self.parents).get(level, UNKNOWN_CODE)


def level_below(level: str) -> str:
    """The next commissioning level down; a PCN's and a sub-ICB location's is the practice."""
    if level in (SUB_ICB_LOCATION, PCN, PRACTICE):
        return PRACTICE
    return COMMISSIONING[COMMISSIONING.index(level) + 1]
