"""Months of enterprises in random scenarios within plausible ranges, with the ledger on."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from sim.scenario import Schedule
from soak.bounds import repaired, survives, town
from soak.clock import Turn

ENTERPRISES = (400, 4_000, 20_000, 100_000)


@dataclass
class Months:
    """What was run and what came of it."""

    worlds: int = 0
    enterprise_months: int = 0
    wrong: list[str] = field(default_factory=list)


def attack(turn: Turn) -> Months:
    """Run random worlds until so many months of enterprises are done; the number of a world is its seed."""
    found = Months()
    own = town()
    ranges = {
        key: it.plausible
        for key, value in own.values.items()
        if (it := own.catalogue.declaration(key)) is not None
        and it.plausible is not None
        and it.type is float
        and not isinstance(value, Schedule)
        and not key.startswith("population.enterprises")
    }
    for number in turn.numbers(lambda: found.enterprise_months):
        rng = random.Random(number)
        moved = rng.sample(sorted(ranges), min(40, len(ranges)))
        changes: dict[str, float] = {key: rng.uniform(*ranges[key]) for key in moved}
        world = {"population.enterprises": rng.choice(ENTERPRISES), "run.months": 60}
        scenario = repaired(changes, rng, world)
        why = survives(scenario, number)
        found.worlds += 1
        found.enterprise_months += int(world["population.enterprises"]) * scenario.months
        if why:
            found.wrong.append(f"{number}: {why}")
    return found
