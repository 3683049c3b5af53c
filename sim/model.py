"""The model: a Mesa model whose month is the ordered list of mechanisms below."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from sim import founding, review
from sim.agents import IdleSite, InnovationPlatform, LazyAgents
from sim.economy import TRANSFERS, transfer
from sim.ledger import Ledger
from sim.mechanisms import (
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
from sim.outcomes import OUTCOMES, Record
from sim.scenario import Scenario, load
from sim.tally import Recorder
from sim.world import World


class EcosystemModel(LazyAgents):
    """An ecosystem of big, medium and small enterprises that share innovation platforms and idle resources.

    ``scenario`` is a ``Scenario``, a path or the name of a shipped one; ``rng`` an integer seed, a numpy Generator
    that gives one, or None for a fresh one. With ``ledger`` the books are checked after every mechanism.
    """

    def __init__(
        self,
        scenario: Scenario | str | Path = "manufacturing",
        rng: int | np.random.Generator | None = None,
        ledger: bool = False,
    ) -> None:
        seed = int(np.random.default_rng(rng).integers(2**63)) if not isinstance(rng, int) else rng
        super().__init__(rng=seed)
        self.seed = seed
        self.settings = scenario if isinstance(scenario, Scenario) else load(scenario)
        self.world = World(self.settings, seed)
        self.ledger = Ledger(self.world) if ledger else None
        self.recorder = Recorder(self.world)
        self._record = Record(self.recorder)
        self.watchers: list[Callable[[str, World], None]] = []  # told of each mechanism that has run
        self.platforms: list[InnovationPlatform] = []
        founding.found(self.world)
        self.sites = [IdleSite(self, site.name, site.number, site) for site in self.world.sites]
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
        self.agents.reclass(changed)
        self._run("demand", demand.close)
        self._run("jobs", jobs.close)
        self._run("record", lambda _: self.recorder.record())
        world.month += 1

    def _run(self, mechanism: str, apply: Callable[[World], Any]) -> Any:
        """Run one mechanism, book its transfers, show what it made, and check the books if asked to."""
        result = apply(self.world)
        self.world.books.settle()
        self._settle_agents()
        self._check(mechanism)
        for watch in self.watchers:
            watch(mechanism, self.world)
        return result

    def _check(self, mechanism: str) -> None:
        if self.ledger is not None:
            self.ledger.check(mechanism)

    def _settle_agents(self) -> None:
        """Views of enterprises that left end; new platforms become agents."""
        if len(self.world.left):
            self.agents.forget(self.world.left)
            self.world.release()
        if len(self.platforms) == len(self.world.platforms):
            return
        for state in self.world.platforms[len(self.platforms) :]:
            self.platforms.append(InnovationPlatform(self, state.name, state.number, state))

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

    @property
    def sector_names(self) -> tuple[str, ...]:
        places = ("suppliers", "makers", "sellers")
        return tuple(f"{places[number % 3]} {number // 3 + 1}" for number in range(len(self.world.sectors.open)))

    def leave(self, rows: Any) -> None:
        """Strike the enterprises in ``rows`` off, booked as any other exit."""
        finance.leave(self.world, np.asarray(rows, np.int64))
        self.world.books.settle()
        self._settle_agents()

    def transfer(self, agent: Any, amount: float, purpose: str) -> None:
        """Book ``amount`` (million yuan, positive to the enterprise) under one of the named transfers."""
        if purpose not in TRANSFERS:
            raise ValueError(f"{purpose!r} is no named transfer; there are {', '.join(TRANSFERS)}")
        table = self.enterprises
        row = int(np.flatnonzero(table.identity == agent.unique_id)[0])
        transfer(row, amount, table.cash, self.world.books.flows, list(TRANSFERS).index(purpose))
        self.world.books.settle()


__all__ = ["OUTCOMES", "EcosystemModel"]
