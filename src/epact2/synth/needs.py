"""What people need medicines for: who has a need, how steadily it is treated, and what goes with what.

Every medicine belongs to one need. A need has its own shape over age and sex, so many people for each item
that a practice dispenses in a month, a share that is dispensed once only (acute), and a leaning towards the
frail and the deprived. Needs of one cluster fall on the same people more often than chance would have it.
The shapes are our own, from what is publicly known of who receives what; the amounts dispensed are not set
here: they come from the prescribing of each practice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

# Ages at which shapes are given; straight lines between them.
ANCHORS = (0, 10, 20, 30, 40, 50, 60, 70, 80, 90)
# Of people with the same need, the older ones have more for it: so much more a year (logarithm).
STEEPNESS = 0.015
Shape = tuple[float, float, float, float, float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Need:
    """One need: the beginnings of the BNF codes that meet it, and who has it."""

    name: str
    codes: tuple[str, ...]
    men: Shape
    women: Shape
    # People on steady treatment for each item that the practice dispenses in a month.
    people: float
    # Share of items that are dispensed once, not month after month.
    acute: float = 0.05
    # Acute items go to one in so many of the people only who ever have any.
    few: int = 40
    # How much of the need goes with frailty, and with extreme frailty.
    frail: float = 0.5
    very_frail: float = 0.1
    # By how much the need grows from an area to one that is more deprived by one standard deviation.
    deprived: float = 0.0
    # Needs of one cluster share their luck for this part of the people.
    cluster: str = ""
    shared: float = 0.5
    # Shares of steady items that are dispensed every second month, and every third.
    two_monthly: float = 0.1
    three_monthly: float = 0.03
    # Whether the frail get several medicines for it; else it is one medicine for everybody.
    several: bool = True

    def shape(self, sex: int) -> tuple[float, ...]:
        """The need of the twenty age groups of five years: men (0) or women (1)."""
        values = self.women if sex else self.men
        found = []
        for group in range(20):
            age = min(5 * group + 2.5, 90.0)
            for (a, low), (b, high) in pairwise(zip(ANCHORS, values, strict=True)):
                if a <= age <= b:
                    level = low + (high - low) * (age - a) / (b - a)
                    found.append(level * math.exp(STEEPNESS * (max(age, 30) - 50)))
                    break
        return tuple(found)


NEEDS: tuple[Need, ...] = (
    Need("clots", ("0208",),
         (0, 0, 0.1, 0.3, 1, 3, 9, 22, 40, 48), (0, 0, 0.1, 0.4, 0.8, 2, 6, 17, 36, 46),
         people=1.0, several=False, frail=0.5, very_frail=0.15, cluster="heart", shared=0.7, acute=0.03),
    Need("heart", ("02",),
         (0, 0, 0.4, 2, 7, 17, 36, 63, 82, 86), (0, 0, 0.8, 2, 5, 12, 27, 52, 78, 86),
         people=0.44, frail=0.45, very_frail=0.05, deprived=0.06, cluster="heart", shared=0.9, acute=0.02),
    Need("diabetes", ("0601", "2148"),
         (0.05, 0.3, 0.5, 1.4, 4, 10, 17, 22, 21, 14), (0.05, 0.3, 0.8, 1.8, 3.6, 7, 12, 16, 16, 11),
         people=0.5, frail=0.35, very_frail=0.1, deprived=0.26, cluster="heart", shared=0.9, acute=0.02,
         two_monthly=0.12),
    Need("breathing", ("0301", "0302", "0303", "0307"),
         (9, 10, 5, 5, 6, 7, 12, 18, 20, 17), (7, 7, 6, 7, 8, 10, 14, 19, 19, 15),
         people=1.0, few=3, frail=0.4, very_frail=0.1, deprived=0.12, acute=0.12, cluster="chest", shared=0.3,
         two_monthly=0.3, three_monthly=0.12),
    Need("stomach", ("0101", "0102", "0103"),
         (4, 1, 3.4, 6, 9, 12, 19, 32, 45, 50), (3.4, 1.2, 4.6, 8, 12, 16, 23, 37, 50, 54),
         people=0.74, few=3, several=False, two_monthly=0.08, frail=0.5, very_frail=0.1, deprived=0.08,
         cluster="pain", shared=0.85, acute=0.10),
    Need("bowel", ("0104", "0105", "0106", "0107", "0109"),
         (8, 6, 1, 1.4, 2, 3, 5, 9, 18, 32), (8, 6, 2, 2.6, 3.5, 5, 7, 12, 22, 36),
         people=0.85, few=2, frail=0.5, very_frail=0.35, cluster="pain", shared=0.5, acute=0.25,
         deprived=0.04),
    Need("mood", ("0403",),
         (0, 0.1, 6, 10, 12, 12.5, 12, 10.5, 11, 13), (0, 0.2, 13, 19, 22, 25, 24, 20, 20, 22),
         people=0.93, few=4, frail=0.4, very_frail=0.1, deprived=0.03, cluster="mind", shared=0.55,
         acute=0.03,
         two_monthly=0.5, three_monthly=0.06),
    Need("psychosis", ("0402",),
         (0, 0.05, 0.9, 1.6, 2, 2.1, 1.9, 1.5, 1.8, 2.4), (0, 0.03, 0.8, 1.3, 1.7, 2.1, 2.1, 1.8, 2.3, 3.2),
         people=0.55, frail=0.3, very_frail=0.5, deprived=0.05, cluster="mind", shared=0.6, acute=0.02),
    Need("sleep", ("0401",),
         (0.1, 0.6, 0.9, 1.4, 2, 2.4, 2.7, 3, 3.8, 5), (0.1, 0.4, 1.3, 2, 3, 3.8, 4.6, 5, 5.6, 6.4),
         people=0.62, few=16, frail=0.3, very_frail=0.4, deprived=-0.03, cluster="pain", shared=0.5,
         acute=0.2),
    Need("attention", ("0404",),
         (0, 5, 2.2, 1.4, 0.9, 0.4, 0.1, 0, 0, 0), (0, 2, 1.5, 1.3, 1, 0.5, 0.1, 0, 0, 0),
         people=0.9, two_monthly=0.25, several=False, frail=0.0, very_frail=0.1, deprived=0.05, acute=0.02),
    Need("migraine", ("040704",),
         (0, 0.2, 0.6, 0.9, 1, 1, 0.8, 0.4, 0.2, 0.1), (0, 0.3, 2.4, 3.4, 4, 4.4, 2.6, 1, 0.4, 0.2),
         people=1.6, few=2, several=False, acute=0.1, two_monthly=0.4, three_monthly=0.2),
    Need("pain", ("0407",),
         (2, 0.4, 2, 4, 6.5, 9, 13, 14, 15, 18), (1.8, 0.5, 3.4, 6, 9, 12.5, 18, 19, 20, 24),
         people=0.80, few=4, frail=0.5, very_frail=0.35, deprived=-0.05, cluster="pain", shared=0.8,
         acute=0.12,
         two_monthly=0.15),
    Need("nerve pain", ("0408010AE", "0408010G0"),
         (0, 0, 0.6, 1.8, 3.4, 5, 6, 6, 6.4, 7), (0, 0, 0.9, 2.4, 4.8, 7.6, 8.8, 8.6, 8.8, 9),
         people=0.76, frail=0.45, very_frail=0.4, deprived=-0.05, cluster="pain", shared=0.85, acute=0.04),
    Need("valproate", ("0408010W0", "0402030Q0"),
         (0.1, 0.6, 0.9, 1.1, 1.2, 1.2, 1.1, 1, 0.9, 0.7), (0.1, 0.25, 0.22, 0.22, 0.35, 0.7, 1, 1, 0.9, 0.7),
         people=0.60, frail=0.2, very_frail=0.3, deprived=0.15, cluster="mind", shared=0.2, acute=0.01),
    Need("epilepsy", ("0408",),
         (0.2, 0.8, 1, 1.2, 1.4, 1.5, 1.6, 1.7, 1.8, 1.7), (0.2, 0.7, 1.2, 1.6, 1.7, 1.7, 1.6, 1.5, 1.6, 1.6),
         people=0.62, frail=0.2, very_frail=0.3, deprived=0.15, acute=0.02),
    Need("dementia", ("0411",),
         (0, 0, 0, 0, 0, 0.03, 0.16, 0.9, 3.9, 4.6), (0, 0, 0, 0, 0, 0.03, 0.17, 1, 4.7, 5.6),
         people=0.82, several=False, frail=0.4, very_frail=0.4, deprived=-0.12, cluster="mind", shared=0.25,
         acute=0.0,
         two_monthly=0.03, three_monthly=0.0),
    Need("parkinsonism", ("0409",),
         (0, 0, 0.1, 0.2, 0.3, 0.4, 0.6, 1.4, 2.6, 2.4), (0, 0, 0.1, 0.2, 0.3, 0.4, 0.6, 1, 1.6, 1.4),
         people=0.50, frail=0.3, very_frail=0.4, acute=0.01),
    Need("dependence", ("0410",),
         (0, 0, 0.4, 1.4, 2.6, 2.2, 0.8, 0.1, 0, 0), (0, 0, 0.2, 0.6, 1, 0.8, 0.3, 0.1, 0, 0),
         people=0.33, frail=0.2, very_frail=0.3, deprived=0.45, cluster="mind", shared=0.2, acute=0.03),
    Need("sickness and dizziness", ("0406", "0405"),
         (0.2, 0.3, 0.5, 0.6, 0.8, 1, 1.4, 2, 3, 4), (0.2, 0.4, 1.4, 1.8, 1.8, 2.2, 2.6, 3.2, 4.2, 5),
         people=0.9, few=2, acute=0.5, frail=0.4, very_frail=0.4, cluster="pain", shared=0.3),
    Need("infections", ("05",),
         (20, 8, 4, 4, 4.4, 5, 6.4, 9, 13, 18), (19, 9, 9, 8.6, 8.4, 8.6, 9.4, 11.6, 15.6, 21),
         people=0.9, few=1, acute=0.82, frail=0.55, very_frail=0.15, deprived=0.04),
    Need("allergy and nose", ("0304", "0309", "12"),
         (9, 8, 4, 4.4, 5, 5.4, 6, 6.4, 6.4, 6), (8, 7, 6, 7, 7.4, 8, 8, 7.6, 7, 6.6),
         people=1.3, few=1, acute=0.4, frail=0.25, very_frail=0.1, cluster="chest", shared=0.3,
         two_monthly=0.3),
    Need("thyroid", ("0602",),
         (0, 0.05, 0.2, 0.4, 0.8, 1.4, 2.2, 3.2, 4, 4.4), (0.02, 0.1, 0.7, 2, 4.4, 7.4, 10, 12.6, 14.6, 15.4),
         people=0.9, several=False, frail=0.15, very_frail=0.05, acute=0.01, two_monthly=0.22,
         three_monthly=0.05),
    Need("steroids", ("0603",),
         (1.4, 0.8, 0.6, 0.8, 1.1, 1.6, 2.8, 4.8, 6.4, 6.6), (1, 0.6, 0.8, 1.2, 1.6, 2.4, 3.6, 5.4, 6.6, 6.6),
         people=0.50, few=2, acute=0.45, frail=0.45, very_frail=0.3, deprived=0.08, cluster="chest",
         shared=0.5),
    Need("hormones of men", ("0604020K0", "0604020T0", "0604020C0", "0604020B0", "0704010", "07040500"),
         (0, 0, 0.05, 0.1, 0.4, 1.6, 5.4, 13, 21, 25), (0, 0, 0, 0, 0, 0, 0.05, 0.05, 0.05, 0.05),
         people=0.86, several=False, frail=0.25, very_frail=0.05, acute=0.02),
    Need("menopause", ("0604", "0702"),
         (0, 0, 0, 0.01, 0.02, 0.02, 0.02, 0.01, 0, 0), (0, 0, 0.15, 0.5, 3, 19, 12.5, 4.5, 2.6, 2),
         people=2.4, frail=0.05, very_frail=0.0, deprived=-0.45, acute=0.04, two_monthly=0.22,
         three_monthly=0.62),
    Need("bones", ("0606", "0906040"),
         (0.6, 0.4, 0.3, 0.5, 0.8, 1.4, 2.4, 5, 10, 16), (0.6, 0.5, 0.9, 1.3, 1.8, 3.4, 7.4, 15, 26, 35),
         people=0.80, frail=0.5, very_frail=0.3, acute=0.06, two_monthly=0.12),
    Need("blood and vitamins", ("09010", "0906", "0902", "0905"),
         (0.8, 0.4, 0.5, 0.8, 1.6, 2.6, 4, 6.6, 11, 16), (0.8, 0.8, 3, 4.2, 4.4, 4.6, 5.4, 8, 13, 19),
         people=0.85, few=3, frail=0.5, very_frail=0.25, deprived=0.12, acute=0.16, two_monthly=0.22,
         three_monthly=0.1),
    Need("feeding", ("0913", "0914", "0904"),
         (6, 0.6, 0.3, 0.3, 0.4, 0.6, 1, 1.6, 3, 6), (5, 0.5, 0.4, 0.4, 0.4, 0.6, 1, 1.6, 3.4, 7),
         people=0.50, few=4, frail=0.3, very_frail=0.6, acute=0.1),
    Need("contraception", ("0703",),
         (0, 0, 0, 0, 0, 0, 0, 0, 0, 0), (0, 0.4, 15, 13, 9, 3, 0.05, 0, 0, 0),
         people=2.4, few=2, several=False, frail=0.0, very_frail=0.0, acute=0.12, two_monthly=0.15,
         three_monthly=0.7),
    Need("bladder and potency", ("0704",),
         (0.1, 0.3, 0.5, 0.9, 2, 3.8, 6.4, 9, 10, 9), (0.1, 0.3, 0.5, 0.8, 1.4, 2.6, 4, 6, 8.6, 9),
         people=0.90, frail=0.35, very_frail=0.2, acute=0.04, two_monthly=0.2, three_monthly=0.06),
    Need("cancer and immunity", ("08", "1001030"),
         (0, 0.05, 0.3, 0.6, 0.9, 1.3, 1.9, 2.4, 2.4, 1.6), (0, 0.05, 0.4, 0.8, 1.3, 2.4, 3.2, 3.4, 3, 2),
         people=0.85, frail=0.3, very_frail=0.2, acute=0.01, two_monthly=0.25),
    Need("gout", ("1001040",),
         (0, 0, 0.1, 0.5, 1.4, 2.6, 4.2, 6.4, 8, 7.6), (0, 0, 0, 0.05, 0.1, 0.4, 1, 1.8, 2.8, 3.2),
         people=0.95, several=False, frail=0.3, very_frail=0.05, cluster="heart", shared=0.4, acute=0.08,
         two_monthly=0.2),
    Need("NSAID", ("100101",),
         (0, 0.1, 1.2, 2.4, 3.6, 5, 5.4, 4.6, 2.6, 1.4), (0, 0.2, 2, 3.2, 4.8, 7.4, 7, 5.6, 3.2, 1.6),
         people=0.80, three_monthly=0.1, several=False, acute=0.1, few=3, frail=0.4, very_frail=0.1,
         deprived=0.05, cluster="pain", shared=0.95,
         two_monthly=0.2),
    Need("joints", ("10",),
         (0, 0.1, 1.2, 2.4, 3.6, 5, 6, 5.4, 4.4, 3.4), (0, 0.2, 2, 3.2, 4.8, 7.4, 8, 7.6, 6.4, 4.6),
         people=0.85, few=2, acute=0.55, frail=0.4, very_frail=0.1, deprived=0.10, cluster="pain",
         shared=0.55,
         two_monthly=0.25),
    Need("eyes", ("11", "2130"),
         (1.2, 1, 0.6, 0.7, 1, 1.8, 3.4, 6.6, 12, 17), (1.1, 1, 0.8, 1, 1.6, 3, 5.4, 9.4, 15, 19),
         people=0.78, few=1, acute=0.2, frail=0.25, very_frail=0.1, two_monthly=0.15),
    Need("skin", ("13", "2122"),
         (18, 6, 3.4, 3, 3, 3.4, 4.4, 6, 8.4, 11), (16, 6, 4.4, 4, 4, 4.4, 5.2, 6.4, 8.4, 11),
         people=1.0, few=1, acute=0.55, frail=0.35, very_frail=0.3, deprived=0.05, two_monthly=0.3,
         three_monthly=0.1),
    Need("vaccines", ("14",),
         (0.3, 0.2, 0.4, 0.6, 0.9, 1.8, 5, 12, 14, 13), (0.3, 0.2, 0.6, 0.9, 1, 1.9, 5, 12, 14, 13),
         people=0.0, few=1, acute=1.0, frail=0.2, very_frail=0.0),
    Need("stoma and continence", ("2102", "2113", "2116", "2128", "22", "23"),
         (0.1, 0.1, 0.2, 0.3, 0.5, 0.8, 1.6, 3, 5.4, 7), (0.1, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2, 1.8, 2.6, 3),
         people=0.30, frail=0.3, very_frail=0.3, acute=0.02, two_monthly=0.1),
    Need("wounds and appliances", ("20", "21"),
         (0.6, 0.5, 0.5, 0.6, 0.9, 1.3, 2, 3.4, 6.4, 11), (0.6, 0.5, 0.6, 0.8, 1.1, 1.6, 2.4, 3.8, 7, 12),
         people=0.55, few=4, acute=0.3, frail=0.3, very_frail=0.5, deprived=0.08),
    Need("other", ("",),
         (1.5, 1, 1, 1.2, 1.8, 2.6, 4, 6, 9, 12), (1.5, 1, 1.6, 2, 2.6, 3.4, 4.4, 6.4, 9, 12),
         people=0.8, few=2, acute=0.4, frail=0.4, very_frail=0.3),
)  # fmt: skip

# Medicines of which a person takes one at a time: one strength, and one of these.
_ONE_OF: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("statin", ("0212000AA", "0212000B0", "0212000X0", "0212000Y0")),
    ("proton pump inhibitor", ("010305",)),
    ("renin-angiotensin", ("020505",)),
    ("beta-blocker", ("0204",)),
    ("calcium channel", ("020602",)),
    ("anticoagulant", ("0208020",)),
    ("SSRI", ("040303",)),
    ("SGLT2", ("0601023AG", "0601023AL", "0601023AM", "0601023AN", "0601023AR")),
    ("GLP-1", ("0601023AB", "0601023AQ", "0601023AU", "0601023AW", "0601023AZ", "0601023Y0")),
    ("gliptin", ("0601023AC", "0601023AD", "0601023AE", "0601023AF", "0601023AJ", "0601023AK", "0601023X0")),
    ("inhaled steroid", ("0302",)),
    ("long-acting bronchodilator", ("030102", "030104")),
    ("gabapentinoid", ("0408010AE", "0408010G0")),
    ("z-drug", ("0401010Y0", "0401010Z0")),
    ("bisphosphonate", ("060602",)),
    ("alpha-blocker of the bladder", ("0704010",)),
    ("antimuscarinic of the bladder", ("070402",)),
    ("contraceptive", ("0703",)),
    ("oestrogen", ("0604011",)),
    ("dementia", ("0411000D0", "0411000E0", "0411000F0")),
    ("opioid substitution", ("0410030",)),
    ("nitrate", ("020601",)),
    ("glucose strips", ("0601060D0",)),
)
# Several strengths at once are usual: a dose is made up of them, or a long-acting and a short-acting form.
_SEVERAL = (
    "0208020V0", "0404000M0", "0407020Q0", "0407020AD", "0407020A0", "0408010H0", "0402030K0",
    "0402010AB", "0408010W0", "0603020T0", "21", "22", "23", "20",
)  # fmt: skip

# Legal schedules of controlled drugs; the first prefix that fits counts.
_SCHEDULES: tuple[tuple[str, int], ...] = (
    ("040702040", 3), ("0407020A0", 2), ("0407020AD", 2), ("0407020AG", 2), ("0407020B0", 3),
    ("0407020C0", 5), ("0407020G0", 5), ("0407020Q0", 2), ("0407020P0", 2), ("0407020K0", 2),
    ("0407020H0", 2), ("0407010F0", 5), ("0407010N0", 5), ("0408010AE", 3), ("0408010G0", 3),
    ("0408010N0", 3), ("0401010T0", 3), ("0401010Y0", 4), ("0401010Z0", 4), ("0401010W0", 4),
    ("0401010R0", 4), ("0401020K0", 4), ("0401020P0", 4), ("040801060", 4), ("0408010F0", 4),
    ("0404000L0", 2), ("0404000M0", 2), ("0404000U0", 2), ("0410030A0", 3), ("0410030C0", 2),
    ("0604020K0", 4), ("0604020T0", 4), ("0605010S0", 4), ("1501041T0", 3), ("0408020V0", 3),
    ("0408020W0", 3), ("0309010C0", 5), ("0104020L0", 0),
)  # fmt: skip
# Given by the practice itself: vaccines always, these injections for a part.
_GIVEN = (
    ("14", 1.0), ("0901020N0", 0.75), ("0703022M0", 0.8), ("0703022P0", 1.0), ("0803042", 0.7),
    ("1001022", 0.85), ("0606020Z0", 0.6), ("1502010J0", 0.35), ("0402020", 0.7), ("0703023L0", 0.9),
)  # fmt: skip
# Conditions that give a medical exemption certificate: diabetes, thyroid, epilepsy, hypoadrenalism.
_MEDICAL = ("0601", "0602", "0408010H0", "0408010W0", "040801050", "0408010A0", "0408010C0", "0603010")
_INSTALMENTS = ("0410030",)
_APPLIANCES = ("2102", "2113", "2116", "2128", "22", "23")
# Free of charge by nature.
_FREE = ("0703010", "0703021", "0703022", "0703023", "0703050")


def _first(code: str, pairs: tuple[tuple[str, int], ...] | tuple[tuple[str, float], ...]) -> float:
    return next((value for prefix, value in pairs if code.startswith(prefix)), 0)


def need_of(code: str) -> int:
    """The place of the need that a medicine meets: the longest beginning that fits."""
    best, length = len(NEEDS) - 1, 0
    for place, need in enumerate(NEEDS):
        for prefix in need.codes:
            if code.startswith(prefix) and len(prefix) > length:
                best, length = place, len(prefix)
    return best


def unit_of(code: str) -> str:
    """The name of the group of which a person takes one at a time: a class, a substance or a presentation."""
    if code.startswith(_SEVERAL):
        return code
    return next((name for name, prefixes in _ONE_OF if code.startswith(prefixes)), code[:9])


def schedule_of(code: str) -> int:
    """The schedule of a controlled drug: 2 to 5, or 0."""
    return int(_first(code, _SCHEDULES))


def given_by_practice(code: str) -> float:
    """The share of a medicine's items that the practice gives itself."""
    return _first(code, _GIVEN)


def is_claimed_in_bulk(code: str) -> bool:
    """Whether practices claim it in one line for many patients, without naming them: flu vaccine."""
    return code.startswith("1404000H0")


def is_medically_exempt(code: str) -> bool:
    """Whether who takes it may hold a medical exemption certificate."""
    return code.startswith(_MEDICAL)


def is_in_instalments(code: str) -> bool:
    """Whether it is prescribed on instalment forms."""
    return code.startswith(_INSTALMENTS)


def is_appliance(code: str) -> bool:
    """Whether appliance contractors supply it."""
    return code.startswith(_APPLIANCES)


def is_free(code: str) -> bool:
    """Whether there is never a charge: contraceptives."""
    return code.startswith(_FREE)
