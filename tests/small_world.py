"""A small world with everything in it, its books checked after every mechanism, and the numbers that are kept of it.

A changed number is seen wherever it comes from. Where a change of the model is meant, ``python small_world.py`` in the
folder of the tests keeps the new ones.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from worlds import LEFT_OFF, town

from sim.agents.model import EcosystemModel
from sim.model.record.ledger import LedgerError
from sim.model.record.ranges import OutOfRange

KEPT = Path(__file__).with_name("small_world.json")
MONTHS = 14  # with a December and its income tax
_LOOKED_AT = (1, 2, 4, 8, MONTHS)  # months, so that a change is seen soon


def fault(kept: dict[str, list[float]]) -> str:
    """What is wrong with the world: its books, or an outcome that is not as kept; empty where nothing is."""
    try:
        world = _founded()
        for month in _LOOKED_AT:
            world.run_for(month - world.month)
            for name, values in _numbers(world).items():
                if not np.allclose(values, kept[name][:month], rtol=1e-9, atol=1e-9, equal_nan=True):
                    return f"numbers: {name} in the first {month} months"
    except (LedgerError, OutOfRange) as error:
        return f"books: {error}"
    return ""


def kept() -> dict[str, list[float]]:
    """The numbers by outcome and month; NaN where an outcome has no value."""
    return dict(json.loads(KEPT.read_text(encoding="utf-8")))


def _founded() -> EcosystemModel:
    return EcosystemModel(town(population__enterprises=100, **LEFT_OFF), rng=3, ledger=True)


def _numbers(world: Any) -> dict[str, list[float]]:
    cells = world.record.cells()[: world.month]
    return {name: cells[:, place].tolist() for place, name in enumerate(world.settings.catalogue.outcomes)}


if __name__ == "__main__":
    made = _founded()
    made.run_for(MONTHS)
    rows = (f" {json.dumps(name)}: {json.dumps(values)}" for name, values in _numbers(made).items())
    KEPT.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")
