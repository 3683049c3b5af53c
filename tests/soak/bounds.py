"""The hard bounds of all parameters: a covering array of strength 2 over small worlds with the ledger on.

Each world has some parameters at a bound, the others as they are, until every pair of bounds of two parameters has been
in one world. A combination that the scenario refuses is repaired: a parameter that it names goes back to its own value.
"""

from __future__ import annotations

import itertools
import random
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from sim.model.catalogue import load
from sim.model.ecosystem import Ecosystem
from sim.model.record.ranges import OutOfRange
from sim.scenario import Scenario, ScenarioError, Schedule
from soak.clock import is_over

# What says which world is run, and not how it behaves.
FIXED = ("run.", "population.enterprises", "population.represents", "population.world", "population.sectors")
AT_ONCE = 60  # parameters of one world at a bound
STOPPED, BROKEN = "stopped with its reason", "broken"
Level = tuple[str, float]


@dataclass
class Bounds:
    """What was tried and what came of it."""

    parameters: int = 0
    pairs: int = 0
    covered: int = 0
    refused: int = 0  # the scenario says that they contradict each other
    worlds: int = 0
    stopped: Counter[str] = field(default_factory=Counter)  # by column that left its range
    broken: list[tuple[str, Mapping[str, float]]] = field(default_factory=list)
    deadly: Counter[Level] = field(default_factory=Counter)  # bounds in worlds that stopped
    tried: Counter[Level] = field(default_factory=Counter)


def town(changes: Mapping[str, object] = {}, *, enterprises: int = 60, months: int = 24) -> Scenario:
    """A small place with a platform and a site that opens, for so many months."""
    given = {"population.enterprises": enterprises, "run.months": months, "run.spin_up": 0}
    return load("shougang", given | {"run.start": "2015-01"} | dict(changes))


def levels(scenario: Scenario) -> list[Level]:
    """Both bounds of every parameter, each with its key; a switch has its other state."""
    found: list[Level] = []
    for key, own in scenario.values.items():
        declared = scenario.catalogue.declaration(_pattern(key))
        if declared is None or key.startswith(FIXED) or declared.type is str:
            continue
        if declared.type is bool:
            value = own.at(0) if isinstance(own, Schedule) else own
            found.append((key, not value))
            continue
        found += [(key, declared.type(it)) for it in (declared.low, declared.high) if it is not None and it != own]
    return found


def _pattern(key: str) -> str:
    group, _, rest = key.partition(".")
    return f"{group}.NAME.{rest.rpartition('.')[2]}" if group in ("platforms", "sites") else key


class Pairs:
    """Which pairs of bounds were in one world; a pair that the scenario refuses is asked for once."""

    def __init__(self, known: list[Level], seed: int) -> None:
        self._known, self._rng = known, random.Random(seed)
        self._place = {level: number for number, level in enumerate(known)}
        keys = np.array([key for key, _ in known])
        self._open = np.triu(keys[:, None] != keys[None, :])
        self.all, self.covered, self.refused = int(self._open.sum()), 0, 0

    def rows(self) -> Iterator[dict[str, float]]:
        """The bounds of one world after another; each begins with a pair that was in none yet."""
        while self._open.any():
            left = np.flatnonzero(self._open)
            pair = divmod(int(left[self._rng.randrange(len(left))]), len(self._known))
            row = dict(self._known[it] for it in pair)
            for level in self._rng.sample(self._known, len(self._known)):
                if len(row) == AT_ONCE:
                    break
                row.setdefault(*level)
            yield row
            self.refused += int(self._open[pair])
            self._open[pair] = False

    def cover(self, kept: Iterable[Level]) -> None:
        """Count the pairs of a world."""
        chosen = sorted(self._place[it] for it in kept)
        at = np.ix_(chosen, chosen)
        self.covered += int(self._open[at].sum())
        self._open[at] = False


def repaired(row: Mapping[str, float], rng: random.Random, world: Mapping[str, float] = {}) -> Scenario:
    """The world of a row, without what the scenario refuses; ``world`` says how large it is, and how long."""
    changes = dict(row)
    while True:
        try:
            return town(changes | dict(world))
        except ScenarioError as error:
            said = " ".join(f"{fault.key} {fault.message}" for fault in error.faults)
            named = {key for key in changes if key in said or re.search(rf"\b{key.rpartition('.')[2]}\b", said)}
            changes.pop(rng.choice(sorted(named or changes)))


def survives(scenario: Scenario, seed: int) -> str:
    """Why a world stopped, with its reason or broken; empty where it ran to its end.

    The ledger is checked within a month, the ranges at its end: a book that no longer balances because a sum has left
    its range in this month is a world that stopped with its reason, as it does without the ledger.
    """
    model, why = _run(scenario, seed, ledger=True)
    if why.startswith(f"{BROKEN}: LedgerError"):
        plain, reason = _run(scenario, seed, ledger=False)
        return reason if reason.startswith(STOPPED) and plain.month == model.month else why
    if why:
        return why
    if np.isinf(model.record.cells()).any():
        return f"{BROKEN}: an outcome is infinite"
    table = model.enterprises
    negative = [name for name in ("staff", "lines", "floor", "talent") if (getattr(table, name)[table.alive] < 0).any()]
    return f"{BROKEN}: negative {', '.join(negative)}" if negative else ""


def _run(scenario: Scenario, seed: int, *, ledger: bool) -> tuple[Ecosystem, str]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            model = Ecosystem(scenario, seed, ledger=ledger)
        except Exception as error:  # noqa: BLE001  whatever it is, it is what is looked for
            return Ecosystem(town(), seed), f"{BROKEN}: at the founding: {type(error).__name__}: {error}"
        try:
            model.run_for(scenario.months)
        except OutOfRange as error:
            return model, f"{STOPPED}: {error}"
        except Exception as error:  # noqa: BLE001  likewise
            return model, f"{BROKEN}: {type(error).__name__}: {error}"
    return model, ""


def attack(most: int, seed: int = 1) -> Bounds:
    """Run at most so many worlds of the covering array."""
    found, rng = Bounds(), random.Random(seed)
    known = levels(town())
    pairs = Pairs(known, seed)
    found.parameters, found.pairs = len({key for key, _ in known}), pairs.all
    for row in itertools.islice(pairs.rows(), most):
        if is_over():
            break
        scenario = repaired(row, rng)
        kept = [it for it in row.items() if scenario.values[it[0]] == it[1]]
        pairs.cover(kept)
        why = survives(scenario, found.worlds)
        found.worlds += 1
        found.tried.update(kept)
        if why.startswith(BROKEN):
            found.broken.append((why, dict(kept)))
        elif why:
            found.stopped[why.removeprefix(f"{STOPPED}: ").split(" of ")[0]] += 1
            found.deadly.update(kept)
    found.covered, found.refused = pairs.covered, pairs.refused
    return found
