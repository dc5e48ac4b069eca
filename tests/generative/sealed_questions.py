"""Questions about what is published of other organisations, by chance: most are answered, some refused."""

from __future__ import annotations

from hypothesis import strategies as st

from epact2.model.bnf import BnfCode
from epact2.model.items import (
    AGE_BAND_5,
    AGE_BAND_20,
    EPS,
    GENDER,
    IMD_QUINTILE,
    PATIENT,
    PATIENT_IDENTIFIED,
)
from epact2.model.prescribing import (
    CHAPTER,
    CHEMICAL_SUBSTANCE,
    ENGLAND,
    ICB,
    ITEMS,
    LIST_SIZE,
    MONTH,
    NIC,
    PCN,
    PRACTICE,
    QUARTER,
    REGION,
    SECTION,
    SUB_ICB_LOCATION,
)
from epact2.query.nodes import (
    EVERYTHING,
    AllMonths,
    AllOf,
    Amount,
    Change,
    Distinct,
    Is,
    Latest,
    MonthRange,
    OneOf,
    Order,
    Query,
    Ratio,
    Rolling,
    Selection,
    Share,
    Top,
    UnderMedicine,
    UnderOrganisation,
    Value,
)
from epact2.query.scope import Scope
from generative.questions import PREPARED
from generative.vocabulary import CODES, ITEM_MONTHS, ORGANISATION_CODES

COLUMNS: tuple[Value, ...] = (
    *PREPARED,
    Amount(ITEMS, Is(EPS, "Y")),
    Amount(ITEMS, Is(GENDER, "2")),
    Amount(ITEMS, AllOf((UnderMedicine(BnfCode("0501")), Is(PATIENT_IDENTIFIED, "Y")))),
    Distinct((PATIENT, CHEMICAL_SUBSTANCE), UnderMedicine(BnfCode("05"))),
)
_PLACES = ((), (ENGLAND,), (REGION,), (ICB,), (SUB_ICB_LOCATION,), (PCN,), (PRACTICE,), (ICB, PRACTICE),
           (REGION, ICB))  # fmt: skip
_GRAINS = ((), (), (CHAPTER,), (SECTION,), (CHEMICAL_SUBSTANCE,), (SECTION, CHEMICAL_SUBSTANCE))
_PEOPLE = ((), (), (), (GENDER,), (AGE_BAND_5, GENDER), (AGE_BAND_20,), (IMD_QUINTILE,))
_NODES = ("", "04", "05", "0501", "0501013B0", "0601", "2101", "A1")


def _medicines(code: str) -> Selection:
    return UnderMedicine(BnfCode(code)) if code else EVERYTHING


@st.composite
def sealed_questions(draw: st.DrawFn) -> Query:
    rows = draw(st.sampled_from(_PLACES))
    node = draw(
        st.sampled_from(
            ((), (), (CHAPTER,), (SECTION,), (CHEMICAL_SUBSTANCE,), (SECTION, CHEMICAL_SUBSTANCE))
        )
    )
    time = draw(st.sampled_from(((MONTH,), (MONTH,), (MONTH,), (), (QUARTER,))))
    wide = not {PRACTICE, PCN} & set(rows)
    people = draw(st.sampled_from(_PEOPLE)) if wide else ()
    fields = (*rows, *node, *people)
    columns: tuple = ()
    if draw(st.booleans()):
        columns = time
    else:
        fields = (*fields, *time)
    chosen = tuple(dict.fromkeys(draw(st.lists(_values(bool(node)), min_size=1, max_size=3))))
    where: list[Selection] = []
    if draw(st.integers(0, 3)) == 0:
        where.append(UnderOrganisation(draw(st.sampled_from(ORGANISATION_CODES))))
    if draw(st.integers(0, 3)) == 0:
        where.append(OneOf(PRACTICE, tuple(draw(st.lists(st.sampled_from(CODES[PRACTICE]), max_size=3)))))
    if draw(st.integers(0, 3)) == 0:
        where.append(_medicines(draw(st.sampled_from(_NODES))))
    months = draw(
        st.sampled_from(
            (Latest(1), Latest(1), Latest(3), AllMonths(), MonthRange(ITEM_MONTHS[2], ITEM_MONTHS[2]))
        )
    )
    shape = draw(st.sampled_from(("plain", "plain", "totals", "top", "order", "percentiles")))
    if not fields:
        shape = "plain"
    return Query(
        chosen,
        rows=fields,
        columns=columns,
        where=AllOf(tuple(where)),
        months=months,
        totals=shape == "totals",
        top=Top(2) if shape == "top" else None,
        order=(Order(chosen[0], descending=draw(st.booleans())),) if shape in ("order", "top") else (),
        percentiles=(10, 50, 90) if shape == "percentiles" else (),
    )


def _counts(by_node: bool) -> st.SearchStrategy[Value]:
    nodes = st.sampled_from(_NODES).map(lambda code: Distinct((PATIENT,), _medicines(code)))
    return nodes if by_node else nodes | st.sampled_from(COLUMNS)


def _values(by_node: bool) -> st.SearchStrategy[Value]:
    count = _counts(by_node)
    below = count if by_node else count | st.just(Amount(LIST_SIZE))
    return (
        count
        | st.sampled_from((Amount(ITEMS), Amount(NIC)))
        | st.builds(Ratio, count | st.just(Amount(ITEMS)), below, st.sampled_from((1, 100)))
        | st.builds(Share, count)
        | st.builds(Change, count, st.sampled_from((1, 3)), st.booleans())
        | st.builds(Rolling, count, st.sampled_from((1, 2)))
    )


def sealed_scopes() -> st.SearchStrategy[Scope]:
    """Mostly all of England; some of one organisation."""
    england = st.just(Scope(reason="published", sealed=True))
    return (
        england
        | england
        | st.sampled_from(ORGANISATION_CODES).map(
            lambda code: Scope(UnderOrganisation(code), "published", sealed=True)
        )
    )
