"""One replicate: the model run on one seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.catalogue import Catalogue, CatalogueError
from sim.declare import Outcome
from sim.model.catalogue import model_catalogue, version_of

if TYPE_CHECKING:
    from sim.model.ecosystem import Ecosystem
    from sim.runs.openings import Openings, OpeningsOfWorkers
    from sim.scenario import Scenario

    AnyOpenings = Openings | OpeningsOfWorkers

Cells = NDArray[np.float64]
Report = Callable[[int, int], None]  # of the months done, and of all


@dataclass(frozen=True)
class Model:
    """A model that an ensemble runs."""

    run: Callable[[Any, int, int], Cells]  # of scenario, seed and months: months x outcomes; workers import it by name
    outcomes: Mapping[str, Outcome]  # in the order of the columns
    version: str
    is_compiled: Callable[[], bool] = lambda: True  # on this machine
    recorded: Callable[[Any, int, int], tuple[Cells, bytes]] | None = None  # as run, with what an appraisal needs
    continues: bool = False  # whether both take ``openings``, from which worlds continue, and ``report``

    @property
    def better(self) -> dict[str, int]:
        """Whether more (1) or less (-1) of each outcome is better, or neither (0)."""
        return {name: outcome.better for name, outcome in self.outcomes.items()}

    def headline(self, scenario: Scenario) -> Sequence[str]:
        """The outcomes to show first: the scenario's own choice, else the model's."""
        return scenario.headline or [name for name, outcome in self.outcomes.items() if outcome.headline]


def run_replicate(
    scenario: Scenario,
    seed: int,
    months: int,
    openings: AnyOpenings | None = None,
    report: Report | None = None,
    *,
    ledger: bool = False,
) -> Cells:
    """Every outcome of every month of one world, months x outcomes; ``report`` is called after each month.

    With ``ledger`` all books are checked after each mechanism, those before month 0 too: no kept world is taken.
    """
    from sim.model.ecosystem import Ecosystem

    past = openings.of(scenario, seed) if openings and not ledger else None
    model = Ecosystem(scenario, seed, ledger=ledger, past=past)
    _run_for(model, months, report)
    cells: Cells = model.record.cells()
    return cells


def run_checked(run: Callable[[Any, int, int], Cells], scenario: Any, seed: int, months: int, outcomes: int) -> Cells:
    """One replicate as float64, months x outcomes; ValueError where the model gives another shape."""
    cells = np.ascontiguousarray(run(scenario, seed, months), dtype=np.float64)
    if cells.shape != (months, outcomes):
        raise ValueError(f"the model gave outcomes of shape {cells.shape}, not {(months, outcomes)}")
    return cells


def run_recorded_checked(
    recorded: Callable[[Any, int, int], tuple[Cells, bytes]], scenario: Any, seed: int, months: int, outcomes: int
) -> tuple[Cells, bytes]:
    """One replicate as by ``run_checked``, and its record."""
    records: list[bytes] = []

    def run(*world: Any) -> Cells:
        cells, record = recorded(*world)
        records.append(record)
        return cells

    return run_checked(run, scenario, seed, months, outcomes), records[0]


def run_recorded(
    scenario: Scenario, seed: int, months: int, openings: AnyOpenings | None = None, report: Report | None = None
) -> tuple[Cells, bytes]:
    """Every outcome of every month of one world, months x outcomes, and its record."""
    from sim.runs.follow import FollowedWorld
    from sim.runs.record_bytes import to_bytes

    world = FollowedWorld(scenario, seed, openings.of(scenario, seed) if openings else None)
    _run_for(world, months, report)
    return world.record.cells(), to_bytes(world.followed())


def _run_for(world: Ecosystem, months: int, report: Report | None) -> None:
    for month in range(months):
        world.run_for(1)
        if report is not None:
            report(month + 1, months)


@cache
def ecosystem(catalogue: Catalogue | None = None) -> Model:
    """The model of this package, or with the mechanisms of a catalogue."""
    known = model_catalogue() if catalogue is None else catalogue
    return Model(run_replicate, known.outcomes, version_of(known), _is_compiled, run_recorded, continues=True)


def _is_compiled() -> bool:
    from sim.runs.code import is_model_compiled

    return is_model_compiled()


def refuse_missing(catalogue: Catalogue) -> None:
    """Raise CatalogueError where the code of a mechanism is missing, as it is in a stored result."""
    if catalogue.missing:
        raise CatalogueError(
            f"needs the mechanisms of {', '.join(catalogue.missing)}, whose code no result holds, allowed: --with FILE"
        )
