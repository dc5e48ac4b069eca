"""What all measurements share: names put into questions, and runs that take turns."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

from epact2.model.bnf import BnfCode
from epact2.query.nodes import Selection, UnderMedicine
from epact2.store.duckdb import DuckDBEngine

WARM_UP = 2


def filled(data: Any, names: Mapping[str, Any]) -> Any:
    """JSON with names in braces replaced; a text that is nothing but one name becomes what it stands for."""
    if isinstance(data, dict):
        return {key: filled(value, names) for key, value in data.items()}
    if isinstance(data, list):
        return [filled(value, names) for value in data]
    if not isinstance(data, str):
        return data
    if data[:1] == "{" and data[1:-1] in names and data[-1:] == "}":
        return names[data[1:-1]]
    return data.format_map(names)


def turns(timed: Mapping[str, Callable[[], object]], runs: int, seconds: float | None = None) -> Turns:
    """The median time of each, in milliseconds; they take turns, so that all meet the same machine.

    The first two turns warm up (only one does if a turn takes long). After ``seconds`` no further turn
    begins, but three are measured at least.
    """
    times: dict[str, list[float]] = {name: [] for name in timed}
    began = time.perf_counter()
    warm_up = WARM_UP
    turn = 0
    while turn < runs + warm_up:
        for name, run in timed.items():
            started = time.perf_counter()
            run()
            if turn >= warm_up:
                times[name].append((time.perf_counter() - started) * 1000)
        turn += 1
        spent = time.perf_counter() - began
        if seconds is not None and turn == 1 and spent > seconds / 4:
            warm_up = 1
        if seconds is not None and spent > seconds and turn - warm_up >= 3:
            break
    return Turns({name: statistics.median(found) for name, found in times.items()}, turn - warm_up)


class Turns(dict[str, float]):
    """Medians by name, in milliseconds, and the number of turns that they are of."""

    def __init__(self, medians: Mapping[str, float], count: int) -> None:
        super().__init__(medians)
        self.count = count


def ranges(engine: DuckDBEngine, *selections: Selection) -> str:
    """A condition on the column ``presentation``: the keys of all that is selected, as ranges."""
    medicines = engine.catalogue.latest
    positions = frozenset[int]().union(*(medicines.selected(one) for one in selections))
    found = [f"presentation BETWEEN {low} AND {high}" for low, high in medicines.key_ranges(positions)]
    return f"({' OR '.join(found) or 'false'})"


def ranges_of_codes(engine: DuckDBEngine, codes: str) -> str:
    """The same for BNF codes of any level, with blanks between them."""
    return ranges(engine, *(UnderMedicine(BnfCode(code)) for code in codes.split()))


def plan_time(engine: DuckDBEngine, plan: Callable[[], object]) -> float:
    """Milliseconds to plan something again, when its files and tables are in place."""
    plan()
    engine._plans = type(engine._plans)()  # none is kept from before
    started = time.perf_counter()
    plan()
    return (time.perf_counter() - started) * 1000
