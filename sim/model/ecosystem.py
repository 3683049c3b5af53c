"""An ecosystem month by month, without Mesa: what ensembles run, for importing Mesa takes longer than a short world."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sim.model.mechanisms import (
    absorption,
    adoption,
    chain,
    demand,
    entry,
    exports,
    finance,
    idle_space,
    industries,
    jobs,
    letting,
    levers,
    matching,
    newborns,
    projects,
    resources,
    taxes,
)
from sim.model.mechanisms import population as founding
from sim.model.record import review
from sim.model.record.ledger import Ledger
from sim.model.record.outcomes import Record
from sim.model.record.tally import Recorder
from sim.model.state.world import World
from sim.scenario import Scenario, load


class Ecosystem:
    """One world that is founded and steps; ``EcosystemModel`` is the same as a Mesa model.

    With ``ledger`` the books are checked after every mechanism.
    """

    def __init__(self, scenario: Scenario | str | Path, seed: int, ledger: bool = False) -> None:
        self.seed = seed
        self.settings = scenario if isinstance(scenario, Scenario) else load(scenario)
        self.world = World(self.settings, seed)
        self.ledger = Ledger(self.world) if ledger else None
        self.recorder = Recorder(self.world)
        self._record = Record(self.recorder)
        self.watchers: list[Callable[[str, World], None]] = []  # told of each mechanism that has run
        founding.found(self.world)
        self._check("population")

    def step(self) -> None:
        """One month, in order."""
        world = self.world
        world.begin_month()
        self._run("levers", levers.apply)
        self._run("industries", industries.apply)
        self._run("idle_space", idle_space.apply)
        self._run("adoption", adoption.apply)
        self._run("resources", resources.apply)
        ideas = self._run("entry", entry.apply)
        self._run("newborns", lambda world: newborns.apply(world, ideas))
        self._run("letting", letting.apply)
        self._run("matching", matching.apply)
        self._run("finance", finance.finance)
        self._run("projects", projects.apply)
        self._run("absorption", absorption.apply)
        self._run("chain", chain.apply)
        self._run("demand", demand.apply)
        self._run("exports", exports.apply)
        self._run("jobs", jobs.apply)
        self._run("letting", letting.pay)
        self._run("taxes", taxes.apply)
        self._run("finance", finance.invest_and_pay_owners)
        self._run("finance", finance.stop_and_strike_off)
        changed = self._run("review", review.apply)
        self._reclass(changed)
        self._run("demand", demand.close)
        self._run("jobs", jobs.close)
        world.books.settle()
        self._run("record", lambda _: self.recorder.record())
        world.month += 1

    def _run(self, mechanism: str, apply: Callable[[World], Any]) -> Any:
        """Run one mechanism and show what it made to whoever looks: where nobody does, the month is booked in one."""
        result = apply(self.world)
        self._settle()
        if self.ledger or self.watchers:
            self.world.books.settle()
        self._check(mechanism)
        for watch in self.watchers:
            watch(mechanism, self.world)
        return result

    def _check(self, mechanism: str) -> None:
        if self.ledger:
            self.ledger.check(mechanism)

    def _settle(self) -> None:
        """Free the rows of enterprises that left."""
        if len(self.world.left):
            self.world.release()

    def _reclass(self, rows: Any) -> None:
        """Told of the rows whose class has changed."""

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
