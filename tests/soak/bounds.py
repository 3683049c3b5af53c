"""The hard bounds of all parameters: a covering array of strength 2 over small worlds with the ledger on.

Each world has some parameters at a bound, the others as they are, until every pair of bounds of two parameters has been
in one world. A combination that the scenario refuses is repaired: a parameter that it names goes back to its own value.
"""

from __future__ import annotations

import base64
import random
import re
import warnings
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.model.catalogue import load
from sim.model.ecosystem import Ecosystem
from sim.model.record.ranges import OutOfRange
from sim.scenario import Scenario, ScenarioError, Schedule
from soak.clock import Turn

# What says which world is run, and not how it behaves.
FIXED = ("run.", "population.enterprises", "population.represents", "population.world", "population.sectors")
AT_ONCE = 60  # parameters of one world at a bound
STOPPED, BROKEN = "stopped with its reason", "broken"
Level = tuple[str, float]


@dataclass
class Bounds:
    """What was tried and what came of it; texts are bits, of pairs that nothing has yet covered, or found refused."""

    parameters: list[int] = field(default_factory=list)  # and pairs of their bounds
    worlds: int = 0
    uncovered: str = ""
    unrefused: str = ""
    stopped: dict[str, int] = field(default_factory=dict)  # by column that left its range
    wrong: list[str] = field(default_factory=list)


@dataclass
class Alone:
    """What came of worlds with one parameter at a bound."""

    levels: int = 0
    refused: list[str] = field(default_factory=list)  # the scenario says that they contradict another value
    stopped: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


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

    def __init__(self, known: list[Level], uncovered: str = "", unrefused: str = "") -> None:
        self._known = known
        self._place = {level: number for number, level in enumerate(known)}
        keys = np.array([key for key, _ in known])
        every = np.triu(keys[:, None] != keys[None, :])
        self.all = int(every.sum())
        self._uncovered, self._unrefused = (
            bits(it).reshape(every.shape) if it else every.copy() for it in (uncovered, unrefused)
        )

    def row(self, number: int) -> dict[str, float]:
        """The bounds of a world, which begins with a pair that was in none yet; empty where there is no such pair."""
        rng, left = random.Random(number), np.flatnonzero(self._uncovered & self._unrefused)
        if not len(left):
            return {}
        pair = divmod(int(left[rng.randrange(len(left))]), len(self._known))
        row = dict(self._known[it] for it in pair)
        for level in rng.sample(self._known, len(self._known)):
            if len(row) == AT_ONCE:
                break
            row.setdefault(*level)
        self._unrefused[pair] = False  # it is covered now, or refused
        return row

    def cover(self, kept: Iterable[Level]) -> None:
        """Count the pairs of a world."""
        chosen = sorted(self._place[it] for it in kept)
        self._uncovered[np.ix_(chosen, chosen)] = False

    @property
    def covered(self) -> int:
        """How many pairs have been in one world."""
        return self.all - int(self._uncovered.sum())

    @property
    def refused(self) -> int:
        """How many pairs the scenario refuses."""
        return int((self._uncovered & ~self._unrefused).sum())

    def texts(self) -> tuple[str, str]:
        """Both tables of bits."""
        return text_of(self._uncovered), text_of(self._unrefused)


def text_of(table: Any) -> str:
    """A table of bits as a text."""
    packed = np.concatenate([np.array([table.size], "<u4").view(np.uint8), np.packbits(table)])
    return base64.b85encode(zlib.compress(packed.tobytes(), 9)).decode()


def bits(text: str) -> Any:
    """What ``text_of`` was given, flat."""
    data = zlib.decompress(base64.b85decode(text))
    return np.unpackbits(np.frombuffer(data[4:], np.uint8))[: int.from_bytes(data[:4], "little")].astype(bool)


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


def attack(turn: Turn, known: Mapping[str, Any]) -> Bounds:
    """Run worlds of the covering array, on from what is ``known`` of it."""
    found, every = Bounds(), levels(town())
    pairs = Pairs(every, known.get("uncovered", ""), known.get("unrefused", ""))
    found.parameters = [len({key for key, _ in every}), pairs.all]
    for number in turn.numbers(lambda: found.worlds):
        if not (row := pairs.row(number)):
            break
        scenario = repaired(row, random.Random(number))
        kept = [it for it in row.items() if scenario.values[it[0]] == it[1]]
        pairs.cover(kept)
        why = survives(scenario, number)
        found.worlds += 1
        if why.startswith(BROKEN):
            found.wrong.append(f"{number}: {why}")
        elif why:
            column = why.removeprefix(f"{STOPPED}: ").split(" of ")[0]
            found.stopped[column] = found.stopped.get(column, 0) + 1
    found.uncovered, found.unrefused = pairs.texts()
    return found


def attack_alone(turn: Turn) -> Alone:
    """Run a world with each bound alone, all other parameters as they are; a number is that of a bound."""
    found, every = Alone(), levels(town())
    for number in turn.numbers(lambda: found.levels, len(every)):
        key, value = every[number]
        found.levels += 1
        try:
            scenario = town({key: value})
        except ScenarioError as error:
            found.refused.append(f"{key} = {value}: {error.faults[0].message}")
            continue
        why = survives(scenario, 1)
        if why.startswith(BROKEN):
            found.wrong.append(f"{key} = {value}: {why}")
        elif why:
            found.stopped.append(f"{key} = {value}: {why.removeprefix(f'{STOPPED}: ')}")
    return found
