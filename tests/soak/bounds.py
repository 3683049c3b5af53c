"""The hard bounds of all parameters: a covering array of strength 2 over small worlds with the ledger on.

Each world has some parameters at a bound, the others as they are, until every pair of bounds of two parameters that the
scenario allows has been in a world that ran to its end. A pair that it refuses, all others as they are, is counted
apart. A combination that it refuses is repaired: a parameter that it names goes back to its own value. A world that
stops with its reason counts for none of its pairs: a half of its parameters is tried, down to the pair that it began
with, which then counts as stopped.
"""

from __future__ import annotations

import base64
import random
import re
import warnings
import zlib
from collections.abc import Callable, Iterable, Mapping
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
    """What was tried and what came of it; texts are bits of pairs: in no world yet, not found refused or stopped."""

    parameters: list[int] = field(default_factory=list)  # and pairs of their bounds
    settled: int = 0  # pairs that were in a world, are refused, or stop a world
    worlds: int = 0
    uncovered: str = ""
    unrefused: str = ""
    unstopped: str = ""
    stopped: dict[str, int] = field(default_factory=dict)  # worlds, by column that left its range
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
    """Which pairs of bounds were in a world that ran to its end, which are refused, and which stop a world."""

    def __init__(self, known: list[Level], uncovered: str = "", unrefused: str = "", unstopped: str = "") -> None:
        self._known = known
        self._place = {level: number for number, level in enumerate(known)}
        self._keys = np.array([key for key, _ in known])
        every = np.triu(self._keys[:, None] != self._keys[None, :])
        self.all = int(every.sum())
        self._uncovered, self._unrefused, self._unstopped = (
            bits(it).reshape(every.shape) if it else every.copy() for it in (uncovered, unrefused, unstopped)
        )

    @property
    def _open(self) -> Any:
        return self._uncovered & self._unrefused & self._unstopped

    def pair(self, number: int) -> tuple[Level, Level] | None:
        """A pair of which nothing is known yet; None where there is none."""
        left = np.flatnonzero(self._open)
        if not len(left):
            return None
        one, other = divmod(int(left[random.Random(number).randrange(len(left))]), len(self._known))
        return self._known[one], self._known[other]

    def row(self, pair: tuple[Level, Level], number: int) -> dict[str, float]:
        """The bounds of a world that begins with this pair: each next one has the most new pairs with those before."""
        both = self._open | self._open.T
        tie = np.random.default_rng(number).random(len(self._known))
        gain, free = np.zeros(len(self._known)), np.ones(len(self._known), bool)
        row: dict[str, float] = {}
        for _ in range(min(AT_ONCE, len(set(self._keys)))):
            level = pair[len(row)] if len(row) < len(pair) else self._known[int(np.argmax(np.where(free, gain, -1)))]
            row[level[0]] = level[1]
            free &= self._keys != level[0]
            gain += both[self._place[level]] + (tie if len(row) == 1 else 0)
        return row

    def cover(self, kept: Iterable[Level]) -> None:
        """Count the pairs of a world that ran to its end."""
        chosen = sorted(self._place[it] for it in kept)
        self._uncovered[np.ix_(chosen, chosen)] = False

    def refuse(self, pair: tuple[Level, Level]) -> None:
        """Count a pair that the scenario refuses."""
        self._unrefused[tuple(sorted(self._place[it] for it in pair))] = False

    def stop(self, pair: tuple[Level, Level]) -> None:
        """Count a pair that stops a world of its own."""
        self._unstopped[tuple(sorted(self._place[it] for it in pair))] = False

    @property
    def settled(self) -> int:
        """How many pairs have been in a world, are refused, or stop a world."""
        return self.all - int(self._open.sum())

    def texts(self) -> tuple[str, str, str]:
        """The tables of bits."""
        return text_of(self._uncovered), text_of(self._unrefused), text_of(self._unstopped)


def every_pair() -> int:
    """How many pairs of bounds of two parameters there are."""
    return Pairs(levels(town())).all


def only(uncovered: str, other: str) -> int:
    """How many pairs were in no world and are refused, or stop a world, by the other table."""
    return int((bits(uncovered) & ~bits(other)).sum())


def text_of(table: Any) -> str:
    """A table of bits as a text."""
    packed = np.concatenate([np.array([table.size], "<u4").view(np.uint8), np.packbits(table)])
    return base64.b85encode(zlib.compress(packed.tobytes(), 9)).decode()


def bits(text: str) -> Any:
    """What ``text_of`` was given, flat."""
    data = zlib.decompress(base64.b85decode(text))
    return np.unpackbits(np.frombuffer(data[4:], np.uint8))[: int.from_bytes(data[:4], "little")].astype(bool)


def repaired(
    row: Mapping[str, float], rng: random.Random, world: Mapping[str, float] = {}, keep: Iterable[str] = ()
) -> Scenario:
    """The world of a row, without what the scenario refuses; ``world`` says how large it is, and how long.

    What is to be kept is allowed alone.
    """
    changes, kept = dict(row), set(keep)
    while True:
        try:
            return town(changes | dict(world))
        except ScenarioError as error:
            said = " ".join(f"{fault.key} {fault.message}" for fault in error.faults)
            named = {key for key in changes if key in said or re.search(rf"\b{key.rpartition('.')[2]}\b", said)}
            changes.pop(rng.choice(sorted(named - kept or set(changes) - kept)))


def is_allowed(pair: Iterable[Level]) -> bool:
    """Whether a scenario with these values, all others as they are, can be loaded."""
    try:
        town(dict(pair))
    except ScenarioError:
        return False
    return True


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
        except OutOfRange as error:
            return Ecosystem(town(), seed), f"{STOPPED}: at the founding: {error}"
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
    """Settle pairs of the covering array, on from what is ``known`` of it."""
    found, every = Bounds(), levels(town())
    pairs = Pairs(every, *(known.get(it, "") for it in ("uncovered", "unrefused", "unstopped")))
    before = pairs.settled
    found.parameters = [len({key for key, _ in every}), pairs.all]
    for number in turn.numbers(lambda: pairs.settled - before):
        if (pair := pairs.pair(number)) is None:
            break
        if not is_allowed(pair):
            pairs.refuse(pair)
            continue
        row = pairs.row(pair, number)
        while not _tried(row, pair, number, pairs, found):
            if len(row) == len(pair):
                pairs.stop(pair)
                break
            row = dict(list(row.items())[: max(len(pair), len(row) // 2)])
    found.settled = pairs.settled - before
    found.uncovered, found.unrefused, found.unstopped = pairs.texts()
    return found


def fewer(row: Mapping[str, float], breaks: Callable[[Mapping[str, float]], bool]) -> dict[str, float]:
    """Bounds of a row without which it would not break: parts are left out, halves first."""
    left, size = list(row.items()), len(row) // 2
    while size:
        parts = [left[at : at + size] for at in range(0, len(left), size)]
        for part in parts:
            rest = [it for it in left if it not in part]
            if rest and breaks(dict(rest)):
                left = rest
        size //= 2
    return dict(left)


def _tried(row: Mapping[str, float], pair: Iterable[Level], number: int, pairs: Pairs, found: Bounds) -> bool:
    """Run the world of a row; whether it ran to its end, or is wrong, which is listed."""
    scenario = repaired(row, random.Random(number), keep=[key for key, _ in pair])
    why = survives(scenario, number)
    found.worlds += 1
    if why.startswith(STOPPED):
        column = why.removeprefix(f"{STOPPED}: ").split(" of ")[0]
        found.stopped[column] = found.stopped.get(column, 0) + 1
        return False
    if why:
        fewest = fewer(row, lambda it: survives(repaired(it, random.Random(number)), number).startswith(BROKEN))
        given = ", ".join(f"{key} = {value:g}" for key, value in fewest.items())
        found.wrong.append(f"{number}: {why}; of seed {number} with {given}")
    pairs.cover(it for it in row.items() if scenario.values[it[0]] == it[1])
    return True


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
