"""Where a month's time goes, mechanism by mechanism."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.kernel.threads import thread_count
from sim.model.ecosystem import Ecosystem
from sim.model.state.world import World
from sim.runs.seeds import world_seed

if TYPE_CHECKING:
    from sim.scenario import Scenario

REST = "between mechanisms"  # the ring of partners, the month's closing


class ProfiledModel(Ecosystem):
    """A model that adds up the seconds (on the clock) of each mechanism."""

    seconds: defaultdict[str, float]

    def __init__(self, *given: Any, **named: Any) -> None:
        self.seconds = defaultdict(float)
        super().__init__(*given, **named)

    def clear(self) -> None:
        self.seconds.clear()

    def step(self) -> None:
        inside = sum(self.seconds.values())
        began = time.perf_counter()
        super().step()
        self.seconds[REST] += time.perf_counter() - began - (sum(self.seconds.values()) - inside)

    def _apply(self, mechanism: str, apply: Callable[[World], Any]) -> None:
        began = time.perf_counter()
        super()._apply(mechanism, apply)
        self.seconds[mechanism] += time.perf_counter() - began


@dataclass(frozen=True)
class Profile:
    """Nanoseconds an enterprise and month by mechanism, on the clock."""

    scenario: str
    enterprises: float  # mean over months
    months: int
    threads: int
    nanoseconds: dict[str, float]  # the costliest first

    @property
    def total(self) -> float:
        return sum(self.nanoseconds.values())


def profile(scenario: Scenario) -> Profile:
    """Replicate 0 of a scenario in this process, timed after a first world."""
    seed = world_seed(scenario, 0)
    ProfiledModel(scenario, seed).run_for(min(13, scenario.months))
    model, enterprise_months = ProfiledModel(scenario, seed), 0
    for _ in range(scenario.months):
        enterprise_months += len(model.enterprises)
        model.step()
    slowest_first = sorted(model.seconds.items(), key=lambda it: -it[1])
    spent = {name: seconds * 1e9 / enterprise_months for name, seconds in slowest_first}
    return Profile(scenario.name, enterprise_months / scenario.months, scenario.months, thread_count(), spent)
