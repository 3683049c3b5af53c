"""An ecosystem without Mesa, for ensembles: importing Mesa takes longer than a short world."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from sim.model.catalogue import MechanismLike, load
from sim.model.mechanisms import population
from sim.model.record.ledger import Ledger
from sim.model.record.ranges import check_ranges
from sim.model.record.reading import Record
from sim.model.record.tally import Recorder
from sim.model.state.world import World
from sim.scenario import Scenario

SWITCHED = (
    "levers",
    "industries",
    "idle_space",
    "lending",
    "adoption",
    "resources",
)  # mechanisms that are off before month 0

Applier = Callable[[str, Callable[[World], Any]], None]


class Past(Protocol):
    """Worlds kept from other runs, from which a new one may continue."""

    def restore(self, world: World) -> bool:
        """Whether the world is now in a kept state, of month 0 before accounts begin anew, or of a later month."""

    def keep(self, world: World) -> None:
        """Keep the state of a world at month 0, before its accounts begin anew."""


class Ecosystem:
    """One world, from its opening on; ``EcosystemModel`` is the same as a Mesa model.

    With ``ledger`` the books are checked after every mechanism. ``past`` has worlds of the same spin-up, whose months
    are not run again.
    """

    def __init__(
        self,
        scenario: Scenario | str | Path,
        seed: int,
        ledger: bool = False,
        mechanisms: Sequence[MechanismLike] = (),
        past: Past | None = None,
    ) -> None:
        self.seed = seed
        self.settings = resolved_scenario(scenario, mechanisms)
        self.world = World(self.settings, seed)
        self.ledger = Ledger(self.world) if ledger else None
        self.recorder = Recorder(self.world)
        self._record = Record(self.recorder)
        self.watchers: list[Callable[[str, World], None]] = []  # called after each mechanism
        if past is None or not past.restore(self.world):
            self._found(past)
        if self.world.first_month < 0 and self.month == 0:
            population.begin_anew(self.world)
            self._check("spin-up")

    def _found(self, past: Past | None) -> None:
        """The opening, and the months before the first: nothing is switched on or recorded."""
        population.found(self.world)
        self._check("population")
        if self.month == 0:
            return
        while self.month < 0:
            self.apply_steps(without=SWITCHED, apply=partial(Ecosystem._apply, self))  # nobody records or times these
            self.world.month += 1
        if past is not None:
            past.keep(self.world)

    def step(self) -> None:
        """One month: the steps of ``sim.model.month.MONTH``, with those of users' mechanisms."""
        self.apply_steps()
        self._apply("record", self._record_month)
        self.world.month += 1

    def apply_steps(self, without: Collection[str] = (), apply: Applier | None = None) -> None:
        """The steps of a month, but those of the mechanisms ``without``."""
        world, apply = self.world, apply or self._apply
        world.begin_month()
        for mechanism, step in world.catalogue.steps:
            if mechanism.name not in without:
                apply(mechanism.name, step.apply)
        world.books.settle()

    def _record_month(self, _: World) -> None:
        check_ranges(self.world)
        self.recorder.record()

    def _apply(self, mechanism: str, apply: Callable[[World], Any]) -> None:
        """Apply a step, then check the ledger and call watchers; without either, the books are settled monthly."""
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


def resolved_scenario(scenario: Scenario | str | Path, mechanisms: Sequence[MechanismLike]) -> Scenario:
    """The scenario to run: as given, or loaded by name or file with a user's mechanisms."""
    if not isinstance(scenario, Scenario):
        return load(scenario, mechanisms=mechanisms)
    if mechanisms:
        raise TypeError("a loaded scenario has its mechanisms: give them to load(..., mechanisms=...)")
    return scenario
