"""An ecosystem month by month, without Mesa: what ensembles run, for importing Mesa takes longer than a short world."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sim.model.catalogue import Own, load
from sim.model.mechanisms import population
from sim.model.record.ledger import Ledger
from sim.model.record.reading import Record
from sim.model.record.tally import Recorder
from sim.model.state.world import World
from sim.scenario import Scenario


class Ecosystem:
    """One world that is founded and steps; ``EcosystemModel`` is the same as a Mesa model.

    With ``ledger`` the books are checked after every mechanism.
    """

    def __init__(
        self, scenario: Scenario | str | Path, seed: int, ledger: bool = False, mechanisms: Sequence[Own] = ()
    ) -> None:
        self.seed = seed
        self.settings = settled(scenario, mechanisms)
        self.world = World(self.settings, seed)
        self.ledger = Ledger(self.world) if ledger else None
        self.recorder = Recorder(self.world)
        self._record = Record(self.recorder)
        self.watchers: list[Callable[[str, World], None]] = []  # told of each mechanism that has run
        population.found(self.world)
        self._check("population")

    def step(self) -> None:
        """One month: the steps of ``sim.model.month.MONTH``, with those of other mechanisms in their places."""
        world = self.world
        world.begin_month()
        for mechanism, step in world.catalogue.steps:
            self._apply(mechanism.name, step.apply)
        world.books.settle()
        self._apply("record", self._record_month)
        world.month += 1

    def _record_month(self, _: World) -> None:
        self.recorder.record()

    def _apply(self, mechanism: str, apply: Callable[[World], Any]) -> None:
        """Apply a step, and show what it made to ledger and watchers; without any, the month is booked in one."""
        apply(self.world)
        self._settle()
        if self.ledger or self.watchers:
            self.world.books.settle()
        self._check(mechanism)
        for watch in self.watchers:
            watch(mechanism, self.world)

    def _check(self, mechanism: str) -> None:
        if self.ledger:
            self.ledger.check(mechanism)

    def _settle(self) -> None:
        """Free the rows of enterprises that left."""
        if len(self.world.struck_off):
            self.world.release()

    def run_for(self, months: int) -> None:
        """Step ``months`` months."""
        for _ in range(months):
            self.step()

    @property
    def month(self) -> int:
        """Months done."""
        return self.world.month

    @property
    def enterprises(self) -> Any:
        """The table of enterprises."""
        return self.world.enterprises

    @property
    def record(self) -> Record:
        """Every outcome, one value a month done."""
        return self._record


def settled(scenario: Scenario | str | Path, mechanisms: Sequence[Own]) -> Scenario:
    """The scenario to run: as it is, or that of a name or file, read with mechanisms of the user's own."""
    if not isinstance(scenario, Scenario):
        return load(scenario, mechanisms=mechanisms)
    if mechanisms:
        raise TypeError("a scenario that is loaded has its mechanisms: give them to load(..., mechanisms=...)")
    return scenario
