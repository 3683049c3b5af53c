"""The ecosystem as a Mesa model, whose agents are views of the table's rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.agents import IdleSite, InnovationPlatform, LazyAgents
from sim.agents.recorded import RecordedOutcomes
from sim.model.catalogue import MechanismLike
from sim.model.ecosystem import Ecosystem, Past
from sim.model.mechanisms import finance
from sim.model.state.accounts import TRANSFERS, transfer
from sim.model.state.world import World
from sim.scenario import Scenario
from sim.seeds import whole


class EcosystemModel(Ecosystem, LazyAgents):
    """One world as a Mesa model: enterprises of three size classes, innovation platforms and idle sites.

    Parameters
    ----------
    scenario
        A loaded scenario, the name of a shipped one, or a TOML file.
    rng
        An integer seed of any type, from 0 to 2^63 - 1; a numpy Generator or SeedSequence that draws one; or None for
        a random seed. Floats and switches are refused.
    ledger
        Whether to check the accounts (money, people, talent, floor, equipment hours) after every mechanism.
    mechanisms
        Mechanisms of your own, or the files that declare them.
    past
        Worlds of earlier runs from which this one may continue; none by default.

    Attributes
    ----------
    month
        Number of months simulated.
    agents, agents_by_type
        The agents, as Mesa sets (``Population``).
    platforms, sites
        The innovation platforms and idle sites.
    enterprises
        The table of enterprises: ``enterprises.columns`` has an array for each attribute.
    record
        Outcomes by name, each a list of one value a month.
    datacollector
        The same as a Mesa data collector, for ``mesa.batch_run`` and ``SolaraViz``.
    running
        Whether the scenario's last month is still to come: Mesa's runners stop there, ``step`` and ``run_for`` do not.

    Raises
    ------
    ScenarioError
        With every fault of the scenario.
    ValueError
        Where ``rng`` is no seed.

    Examples
    --------
    >>> model = sim.EcosystemModel("shougang", rng=1)
    >>> model.run_for(12)
    >>> model.month, len(model.record["startups"])
    (12, 12)
    >>> model.sites
    [<IdleSite shougang>]
    >>> from sim.agents import Enterprise
    >>> model.agents.select(lambda it: it.staff > 1000, agent_type=Enterprise)
    <Population of ... agents>
    """

    def __init__(
        self,
        scenario: Scenario | str | Path = "manufacturing",
        rng: int | np.integer[Any] | np.random.Generator | np.random.SeedSequence | None = None,
        ledger: bool = False,
        mechanisms: Sequence[MechanismLike] = (),
        past: Past | None = None,
    ) -> None:
        seed = _seed(rng)
        LazyAgents.__init__(self, rng=seed)
        self.platforms: list[InnovationPlatform] = []
        Ecosystem.__init__(self, scenario, seed, ledger, mechanisms, past)
        self.sites = [IdleSite(self, site.name, site.index, site) for site in self.world.sites]
        self.datacollector = RecordedOutcomes(self.record)

    def _record_month(self, world: World) -> None:
        super()._record_month(world)
        self.running = world.month + 1 < self.settings.months

    def _settle(self) -> None:
        """Update views after a step: of reclassified and removed enterprises, and of new platforms."""
        if len(self.world.reclassed):
            self.agents.reclass(self.world.reclassed)
            self.world.reclassed = np.zeros(0, np.int64)
        if len(self.world.struck_off):
            self.agents.forget(self.world.struck_off)
        super()._settle()
        for state in self.world.platforms[len(self.platforms) :]:
            self.platforms.append(InnovationPlatform(self, state.name, state.index, state))

    @property
    def sector_names(self) -> tuple[str, ...]:
        """Name of each sector: its stage of the supply chain, and its number there."""
        stages = ("suppliers", "makers", "sellers")
        return tuple(f"{stages[number % 3]} {number // 3 + 1}" for number in range(len(self.world.sectors.open)))

    def leave(self, rows: Any) -> None:
        """Close enterprises, booked as any other exit.

        Parameters
        ----------
        rows
            Rows of the table of enterprises, as integers.

        Examples
        --------
        >>> model = sim.EcosystemModel("shougang", rng=1)
        >>> before = len(model.agents)
        >>> model.leave([0, 1])
        >>> before - len(model.agents)
        2
        """
        finance.leave(self.world, np.asarray(rows, np.int64))
        self.world.books.settle()
        self._settle()

    def transfer(self, agent: Any, amount: float, purpose: str) -> None:
        """Book a payment between an enterprise and the account at the other end of the transfer.

        Parameters
        ----------
        agent
            The enterprise.
        amount
            Million yuan, positive to the enterprise.
        purpose
            Name of a transfer (``sim.model.state.accounts.TRANSFERS``), such as ``"rent_subsidy"``.

        Raises
        ------
        ValueError
            Where ``purpose`` is no transfer.

        Examples
        --------
        >>> model = sim.EcosystemModel("shougang", rng=1, ledger=True)
        >>> firm = model.agents[0]
        >>> before = firm.cash
        >>> model.transfer(firm, 0.5, "rent_subsidy")
        >>> round(firm.cash - before, 6)
        0.5
        """
        if purpose not in TRANSFERS:
            raise ValueError(f"{purpose!r} is not a named transfer, allowed: {', '.join(TRANSFERS)}")
        table = self.enterprises
        row = int(np.flatnonzero(table.identity == agent.unique_id)[0])
        transfer(row, amount, table.cash, self.world.books.flows, list(TRANSFERS).index(purpose))
        self.world.books.settle()


def _seed(rng: Any) -> int:
    """The seed of a world, as Mesa's ``rng`` says it."""
    if rng is None or isinstance(rng, np.random.Generator | np.random.SeedSequence):
        return int(np.random.default_rng(rng).integers(2**63))
    try:
        return whole(rng)
    except ValueError as wrong:
        raise ValueError(f"rng: {wrong}; or a Generator, a SeedSequence or None") from None
