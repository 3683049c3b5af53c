"""Two small worlds, their books checked after every mechanism, and the numbers that are kept of them.

A town with everything in it, and a nation of manufacturers.

A changed number is seen wherever it comes from. Where a change of the model is meant, ``python small_world.py`` in the
folder of the tests keeps the new ones.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from worlds import LEFT_OFF, flat, nation, town

from sim.agents.model import EcosystemModel
from sim.model.record.ledger import LedgerError
from sim.model.record.ranges import OutOfRange
from sim.scenario import Scenario

Kept = dict[str, dict[str, dict[str, Any]]]
KEPT = Path(__file__).with_name("small_world.json")
MONTHS = 14  # with a December and its income tax
_LOOKED_AT = (1, 2, 4, 8, MONTHS)  # months, so that a change is seen soon
_NEAR: dict[str, Any] = {"atol": 1e-9, "equal_nan": True}
_SAME, _ROUNDED = 1e-9, 1e-6  # uncompiled loops round sums in columns of 32 bits otherwise


def fault(kept: Kept) -> str:
    """What is wrong with the worlds: their books, or a number that is not as kept; empty where nothing is."""
    try:
        for name, settings in _settings().items():
            world = EcosystemModel(settings, rng=3, ledger=True)
            for month in _LOOKED_AT:
                world.run_for(month - world.month)
                for outcome, values in _numbers(world).items():
                    if not np.allclose(values, kept[name]["outcomes"][outcome][:month], rtol=_SAME, **_NEAR):
                        return f"numbers: {name}: {outcome} in the first {month} months"
            for path, value in _state(world).items():
                if not np.isclose(value, kept[name]["state"].get(path, np.nan), rtol=_ROUNDED, **_NEAR):
                    return f"numbers: {name}: {path} after {MONTHS} months"
    except (LedgerError, OutOfRange) as error:
        return f"books: {error}"
    return ""


def kept() -> Kept:
    """The numbers of each world: of outcomes by month, NaN where one has no value, and sums of its state at the end."""
    return dict(json.loads(KEPT.read_text(encoding="utf-8")))


def _settings() -> dict[str, Scenario]:
    return {"town": town(population__enterprises=100, **LEFT_OFF), "nation": nation(population__enterprises=60)}


def _numbers(world: Any) -> dict[str, list[float]]:
    cells = world.record.cells()[: world.month]
    return {name: cells[:, place].tolist() for place, name in enumerate(world.settings.catalogue.outcomes)}


def _state(world: Any) -> dict[str, float]:
    """Every number of the state, of a column a sum in which rows count differently."""
    found = {}
    for path, value in flat(world.world).items():
        if isinstance(value, np.ndarray | np.generic | int | float) and np.asarray(value).dtype.kind in "biuf":
            numbers = np.nan_to_num(np.asarray(value, np.float64).ravel(), nan=-1.0, posinf=-2.0, neginf=-3.0)
            found[path] = float(numbers @ (1.0 + np.arange(len(numbers)) % 7.0))
    return found


if __name__ == "__main__":
    rows = []
    for named, given in _settings().items():
        made = EcosystemModel(given, rng=3, ledger=True)
        made.run_for(MONTHS)
        parts = {"outcomes": _numbers(made), "state": _state(made)}
        tables = (
            f"  {json.dumps(part)}: {{\n"
            + ",\n".join(f"   {json.dumps(key)}: {json.dumps(value)}" for key, value in table.items())
            + "\n  }"
            for part, table in parts.items()
        )
        rows.append(f" {json.dumps(named)}: {{\n" + ",\n".join(tables) + "\n }")
    KEPT.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")
