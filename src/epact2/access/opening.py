"""Whether listings of items and patients are open to everyone, as whoever runs the server or command says.

The environment is read at the rim (the server's settings, the command line) and handed over as a mapping;
the outcome travels in the ``Viewer``. Unsafe, as its name says: it is for invented data and for one's own
machine, until accounts carry grants.
"""

from __future__ import annotations

from collections.abc import Mapping

from epact2.errors import Epact2Error

OPEN_ITEMS_SETTING = "EPACT2_UNSAFE_OPEN_ITEMS"
_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"", "0", "false", "no", "off"})


class WrongSetting(Epact2Error):
    """An environment variable holds something that cannot be used."""


def switch(environment: Mapping[str, str], name: str) -> bool:
    """A setting that is on or off. Raises WrongSetting."""
    value = environment.get(name, "").strip().casefold()
    if value in _YES:
        return True
    if value in _NO:
        return False
    raise WrongSetting(f"{name} is “{environment[name]}”.", "Set it to 1 for on or 0 for off.")


def items_are_open(environment: Mapping[str, str]) -> bool:
    """Whether everybody who asks may list items and patients. Raises WrongSetting."""
    return switch(environment, OPEN_ITEMS_SETTING)
