"""Seeds of worlds: they follow from the seed of the first one, or are a user's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from itertools import pairwise
from typing import Any

from sim.formats import ranges_text
from sim.kernel.draws import seed_of
from sim.scenario import Fault, Origin, Scenario, ScenarioError
from sim.scenario.faults import shown
from sim.seeds import ALLOWED, whole

MOST = 100_000  # seeds in a list
_DIGITS = 20  # at most, of a seed
_RANGE = re.compile(r"(\d{1,20}):(\d{1,20})")


@dataclass(frozen=True)
class OwnSeeds(Scenario):
    """A scenario whose replicates have seeds of the user's own, in their order.

    ``EcosystemModel(scenario, rng=seed)`` is the same world as the replicate with that seed.
    """

    seeds: tuple[int, ...] = field(kw_only=True)

    __hash__ = Scenario.__hash__

    def to_toml(self) -> str:
        """The file, which cannot hold the seeds, and a comment that has them."""
        return f"{super().to_toml()}\n# Its worlds have seeds of their own: --seeds {seeds_option(self.seeds)}\n"


def seeds_option(seeds: Iterable[int]) -> str:
    """Seeds as a command takes them, such as ``3,7,20:30``."""
    return ranges_text(seeds, between=":", apart=",", most=MOST)


def worlds_option(scenario: Scenario, replicates: int) -> str:
    """The option by which a command runs so many worlds of a stored scenario, on the same seeds."""
    seeds = own_seeds(scenario)
    return f"--seeds {seeds_option(seeds)}" if seeds else f"--replicates {replicates}"


def world_seed(scenario: Scenario, replicate: int) -> int:
    """The seed of a replicate's world."""
    return scenario.seeds[replicate] if isinstance(scenario, OwnSeeds) else seed_of(scenario.seed, replicate)


def own_seeds(scenario: Scenario) -> tuple[int, ...]:
    """The user's own seeds; empty where seeds follow from the first one."""
    return scenario.seeds if isinstance(scenario, OwnSeeds) else ()


def begins(scenario: Scenario) -> int | tuple[int, ...]:
    """What says all seeds: that of the first world, or the user's own."""
    return own_seeds(scenario) or scenario.seed


def with_seeds(scenario: Scenario, seeds: Sequence[int]) -> Scenario:
    """The scenario with a world for each of these seeds; without any, seeds follow from its first one."""
    if not seeds and not isinstance(scenario, OwnSeeds):
        return scenario
    given: dict[str, Any] = {it.name: getattr(scenario, it.name) for it in fields(Scenario) if it.init}
    if not seeds:
        return Scenario(**given)
    given["values"] = {**scenario.values, "run.replicates": len(seeds)}
    said = Origin("override", "seeds")
    given["origins"] = {**scenario.origins, "run.replicates": said, "run.seed": said}
    return OwnSeeds(**given, seeds=tuple(seeds))


def read_seeds(given: str | Iterable[object], place: str = "seeds") -> tuple[int, ...]:
    """Seeds as a user gives them: integers of any type, or a text such as ``3,7,20:30`` with both ends of a range.

    Raises ScenarioError with every one that is wrong.
    """
    found: list[int] = []
    faults: list[Fault] = []
    for part in given.split(",") if isinstance(given, str) else given:
        try:
            found += _range(part) if isinstance(part, str) else [whole(part)]
        except ValueError as wrong:
            faults.append(Fault(place, 0, "seed", str(wrong)))
        if len(found) > MOST:
            faults.append(Fault(place, 0, "seed", f"more than {MOST:,} seeds, allowed: fewer"))
            break
    twice = sorted({seed for seed, after in pairwise(sorted(found)) if seed == after})
    faults += [Fault(place, 0, "seed", f"{seed} is given twice, allowed: each seed once") for seed in twice[:5]]
    if not found and not faults:
        faults.append(Fault(place, 0, "seed", "none is given, allowed: such as 3,7,20:30"))
    if faults:
        raise ScenarioError(faults)
    return tuple(found)


def _range(text: str) -> Iterable[int]:
    """The seeds of one part of a text."""
    part = text.strip()
    if part.isdecimal() and part.isascii() and len(part) <= _DIGITS:
        return [whole(int(part))]
    if (ends := _RANGE.fullmatch(part)) is None or int(ends[1]) > int(ends[2]):
        raise ValueError(f"{shown(part)} is no seed, allowed: {ALLOWED}, or a range such as 20:30")
    first, last = whole(int(ends[1])), whole(int(ends[2]))
    return range(first, min(last, first + MOST) + 1)
