"""Which pages an account may open, so that no page shows a link that would be refused.

The refusal itself is that of the policy, at every question; this only keeps people from running into it.
"""

from __future__ import annotations

from collections.abc import Callable

from epact2.access.figures import Figures
from epact2.access.policy import Action, Whose, decide, rights_of
from epact2.access.policy_tables import Grain
from epact2.access.viewer import Viewer

# Names of addresses. Those that are not named here are open to everybody, or have doors of their own.
OF_ANALYSES = frozenset({"explorer", "explorer-csv", "explorer-xlsx", "explorer-json"})
OF_TABLES = frozenset({"table-csv", "table-xlsx", "table-json"})
OF_FIGURES = OF_TABLES | frozenset({"organisation", "medicines", "medicine", "comparators", "comparator"})


def opens_for(reader: Callable[[], Viewer]) -> Callable[[str], bool]:
    """Which pages open for a reader, who is looked up at the first page that is not open to everybody: so
    that a page about a fault of ours needs no account.
    """
    return lambda name: name not in OF_ANALYSES | OF_FIGURES or may_open(reader(), name)


def may_open(viewer: Viewer, name: str) -> bool:
    """Whether an account may open the page of a name. Strangers are asked to sign in first, not refused."""
    if not viewer.is_known:
        return True
    if name in OF_ANALYSES:
        return rights_of(viewer).create_analysis
    if name in OF_TABLES and not rights_of(viewer).export_rows:
        return False
    if name in OF_FIGURES:
        return decide(viewer, Action.STANDARD, Grain.PRACTICE, Figures.OPEN, Whose.OTHERS).is_allowed
    return True
