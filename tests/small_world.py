"""Three small worlds, their books checked after every mechanism, and the numbers that are kept of them.

A town with everything in it, a nation of manufacturers with a spin-up, and a place with a register, without what the
town has switched on.

A changed number is seen wherever it comes from. Where a change of the model is meant, ``python small_world.py`` in the
folder of the tests keeps the new ones.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from worlds import LEFT_OFF, flat, nation, town

from sim.agents.model import EcosystemModel
from sim.model.record.ledger import LedgerError
from sim.model.record.ranges import OutOfRange
from sim.scenario import Scenario
from sim.scenario.register import HEADER

Kept = dict[str, dict[str, dict[str, Any]]]
Sums = defaultdict[str, float]  # over all months, of each event of a mechanism and of each posted number
KEPT = Path(__file__).with_name("small_world.json")
MONTHS = 14  # with a December and its income tax
_LOOKED_AT = (1, 2, 4, 8, MONTHS)  # months, so that a change is seen soon
_NEAR: dict[str, Any] = {"atol": 1e-9, "equal_nan": True}
_SAME = 1e-9
# A host, firms of which revenue or assets are known, a platform closed by its reserve, floor and money that come later.
_FIRMS = [
    f"{3 + k**3 // 200},{0.5 * k + 1 if k % 2 else ''},{0.2 * k + 1 if k % 3 else ''},{k % 5 if k % 4 else ''},"
    f"{f'{1990 + k % 20}-05' if k % 5 else ''}"
    for k in range(80)
]
_PLACE: dict[str, Any] = {
    "population__world": "place",
    "population__enterprises": len(_FIRMS),
    "population__host_staff": 500,
    "mechanisms__population__register": "\n".join([HEADER, *_FIRMS]),
    "market__rivals_growth": 0.1,
    "market__local_share": 0.3,
    "mechanisms__adoption__innovation": 1.0,
    "mechanisms__adoption__quit": 0.4,
    "mechanisms__industries__opening": 0.6,
    "mechanisms__industries__follow": 2.0,
    "mechanisms__industries__least_left": 0.9999,
    "mechanisms__matching__rate": 10.0,
    "mechanisms__chain__part_asked": 1.0,
    "mechanisms__projects__abandon": 0.2,
    "platforms__exchange__reserve": 0.8,
    "sites__mill__floor": {"2011-01": 6000.0, "2011-08": 18000.0},
    "sites__mill__fund": {"2011-01": 0.2, "2011-08": 0.5},
}


def fault(kept: Kept) -> str:
    """What is wrong with the worlds: their books, or a number that is not as kept; empty where nothing is."""
    try:
        for name, settings in _settings().items():
            world, sums = EcosystemModel(settings, rng=3, ledger=True), Sums(float)
            for month in _LOOKED_AT:
                _run_to(world, month, sums)
                for outcome, values in _numbers(world).items():
                    if not np.allclose(values, kept[name]["outcomes"][outcome][:month], rtol=_SAME, **_NEAR):
                        return f"numbers: {name}: {outcome} in the first {month} months"
            for path, value in (_state(world) | sums).items():
                if not np.isclose(value, kept[name]["state"].get(path, np.nan), rtol=_SAME, **_NEAR):
                    return f"numbers: {name}: {path} after {MONTHS} months"
    except (LedgerError, OutOfRange) as error:
        return f"books: {error}"
    return ""


def kept() -> Kept:
    """Numbers of each world: outcomes by month, NaN where one has no value, sums of its state, and sums over months."""
    return dict(json.loads(KEPT.read_text(encoding="utf-8")))


def _settings() -> dict[str, Scenario]:
    return {
        "town": town(population__enterprises=100, **LEFT_OFF),
        "nation": nation(population__enterprises=60, population__host_staff=400, run__spin_up=4),
        "place": town(**_PLACE),
    }


def _run_to(world: Any, month: int, sums: Sums) -> None:
    """Run a world to a month and add what happened in each month to the sums."""
    while world.month < month:
        world.run_for(1)
        for name, place in world.settings.catalogue.counters.items():
            sums[f"sums.{name}"] += int(world.world.counts[place])
        for name, value in world.world.posted._asdict().items():
            sums[f"sums.posted.{name}"] += float(value)


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
        made, in_all = EcosystemModel(given, rng=3, ledger=True), Sums(float)
        _run_to(made, MONTHS, in_all)
        parts = {"outcomes": _numbers(made), "state": _state(made) | in_all}
        tables = (
            f"  {json.dumps(part)}: {{\n"
            + ",\n".join(f"   {json.dumps(key)}: {json.dumps(value)}" for key, value in table.items())
            + "\n  }"
            for part, table in parts.items()
        )
        rows.append(f" {json.dumps(named)}: {{\n" + ",\n".join(tables) + "\n }")
    KEPT.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")
