"""Who may see what: open data for whoever has signed in, nothing for others."""

import pytest

from epact2.access.policy import Refused, scope_for
from epact2.access.viewer import ANYONE, OPERATOR, Viewer
from epact2.query.codec import loads
from epact2.query.nodes import EVERYTHING, AllOf, UnderOrganisation
from epact2.query.scope import ALL_OF_ENGLAND, Scope

QUESTION = loads('{"values": ["items"], "rows": ["practice"]}')


def test_nobody_sees_anything_without_signing_in():
    with pytest.raises(Refused, match="not signed in"):
        scope_for(ANYONE, QUESTION)


@pytest.mark.parametrize("viewer", [Viewer("nia"), OPERATOR])
def test_whoever_is_known_sees_practice_level_for_all_of_england(viewer):
    scope = scope_for(viewer, QUESTION)
    assert scope == ALL_OF_ENGLAND
    assert scope.reason


def test_a_scope_is_only_ever_narrowed():
    icb, practice = UnderOrganisation("QR1"), UnderOrganisation("L84073")
    assert Scope(EVERYTHING).narrow(icb).organisations == icb
    assert Scope(icb).narrow(practice).organisations == AllOf((icb, practice))
