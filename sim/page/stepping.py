"""One world of the live page, month by month: it ends where nobody waits for it, and may continue from a copy.

A world that differs from another one only from a month on continues from a copy of that one at this month. Its bytes
are those of a run of its scenario from the start.
"""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.runs.follow import FollowedWorld
from sim.runs.record_bytes import to_bytes

if TYPE_CHECKING:
    from sim.runs.openings import Openings
    from sim.runs.replicate import Cells
    from sim.scenario import Scenario

Waited = Callable[[int, int], bool]  # told the months done and of how many; whether somebody still waits
World = tuple["Cells", bytes]  # outcomes, months x outcomes, and the record that an appraisal needs

_MOST_COPIES = 200_000_000  # bytes of kept pasts in a worker


class Stopped(Exception):
    """Nobody waits for the world any more."""


class SharedPast(NamedTuple):
    """What a world shares with another one: that one's scenario, and the first month in which they may differ."""

    scenario: Scenario
    month: int


class SteppedWorld(FollowedWorld):
    """A followed world that asks each month, those before its opening included, whether somebody waits for it."""

    def __init__(self, scenario: Scenario, seed: int, waited: Waited, openings: Openings | None = None) -> None:
        self.waited = waited
        super().__init__(scenario, seed, openings.of(scenario, seed) if openings else None)

    def apply_steps(self, *how: Any, **more: Any) -> None:
        first = self.world.first_month
        if not self.waited(self.world.month - first, self.settings.months - first):
            raise Stopped
        super().apply_steps(*how, **more)

    def continued(self, scenario: Scenario, waited: Waited) -> SteppedWorld:
        """A copy that goes on under another scenario."""
        old = self.settings
        same = {id(old): scenario, id(old.catalogue): old.catalogue, id(self.waited): waited}
        return copy.deepcopy(self, same)


_copies: OrderedDict[tuple[str, int, int], SteppedWorld] = OrderedDict()  # of this process, the latest used last


def step_world(
    scenario: Scenario, seed: int, past: SharedPast | None, waited: Waited, openings: Openings | None = None
) -> World:
    """Outcomes and record of a world; raises ``Stopped`` where nobody waits for it any more."""
    if past is None:
        world = SteppedWorld(scenario, seed, waited, openings)
    else:
        world = _past_world(past, seed, waited, openings).continued(scenario, waited)
    world.run_for(scenario.months - world.month)
    return world.record.cells(), to_bytes(world.followed())


def _past_world(past: SharedPast, seed: int, waited: Waited, openings: Openings | None) -> SteppedWorld:
    """The world of a past at its month, kept for the next move."""
    key = (past.scenario.digest(), past.month, seed)
    world = _copies.pop(key, None)
    if world is None:
        world = SteppedWorld(past.scenario, seed, waited, openings)
        world.run_for(past.month)
    _copies[key] = world
    while len(_copies) > 1 and sum(map(_size, _copies.values())) > _MOST_COPIES:
        _copies.popitem(last=False)
    world.waited = waited
    return world


def _size(world: SteppedWorld) -> int:
    return 2 * sum(column.nbytes for column in world.world.enterprises.columns.values())
