"""How the cost of a month grows with the number of enterprises: processor time, memory, threads, the same bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from common import ROOT, Section, Table, Timing, count, number, summary

from sim.kernel.compiled import LOOPS
from sim.model.catalogue import load, model_catalogue
from sim.model.ecosystem import Ecosystem

NAME, ORDER = "growth", 1
SCENARIO, SMALL = "manufacturing", "shougang"
SMALL_SIZES = {300: 2.0, 4_000: 1.35}  # most of a month over its compiled code, by enterprises
WITHIN = 1.3  # of the cheapest, from 10^4 enterprises up
MOST_BYTES = 300  # of memory an enterprise

YEARS = {1_000: 10, 10_000: 10, 100_000: 3, 1_000_000: 3, 10_000_000: 1}  # that are timed, by enterprises

WORLD = Path(__file__).with_name("growth_world.py")


class World:
    """A world in a process of its own that steps when it is told to."""

    def __init__(self, enterprises: int, threads: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(WORLD), SCENARIO, str(enterprises)],
            env=os.environ | {"SIM_THREADS": str(threads), "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.founding: float = self._answer()["founding"]
        self._months: dict[str, list[float]] = {"done": [], "clock": [], "processor": []}

    def _answer(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise RuntimeError(f"a world ended: {self._process.args}")
        found: dict[str, Any] = json.loads(line)
        return found

    def step(self, months: int) -> None:
        """Step so many months, and note what each took."""
        assert self._process.stdin is not None
        print(months, file=self._process.stdin, flush=True)
        for name, values in self._answer().items():
            self._months[name] += values

    def end(self) -> tuple[str, float]:
        """A digest of state and outcomes, and bytes an enterprise at the peak; the process ends."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        last = self._answer()
        self._process.wait()
        return last["digest"], last["bytes"]

    def cost(self, kind: str) -> Timing:
        """Nanoseconds an enterprise and month, of ``clock`` or ``processor``, a run a year."""
        years = range(0, len(self._months["done"]), 12)
        return summary(
            [1e9 * sum(self._months[kind][k : k + 12]) / sum(self._months["done"][k : k + 12]) for k in years]
        )


def machine_code_of(size: int, months: int = 24, runs: int = 9) -> list[str]:
    """Microseconds of a month of a small world, those in compiled code, the ratio, and calls of compiled code."""
    scenario = load(SMALL, {"population.enterprises": size})

    def once() -> float:
        world = Ecosystem(scenario, 1)
        world.run_for(2)
        spent.clear()
        began = time.perf_counter()
        world.run_for(months)
        return (time.perf_counter() - began) / months

    spent: list[float] = []
    once()
    taken = summary([1e6 * once() for _ in range(runs)])
    spaces = [vars(type(it))["__call__"].__globals__ for loops in LOOPS.values() for it in loops if it.is_loaded]
    kept = [space["_then"] for space in spaces]
    for space, call in zip(spaces, kept, strict=True):
        space["_then"] = clocked(call, spent)
    inside = []
    for _ in range(runs):
        once()
        inside.append(1e6 * sum(spent) / months)
    for space, call in zip(spaces, kept, strict=True):
        space["_then"] = call
    machine = summary(inside)
    ratio = taken.median / machine.median
    return [f"{size:,}", str(taken), str(machine), number(ratio), number(len(spent) / months)]


def clocked(call: Callable[..., Any], spent: list[float]) -> Callable[..., Any]:
    """A call of compiled code that adds its seconds to ``spent``."""

    def timed_call(*given: Any) -> Any:
        began = time.perf_counter()
        found = call(*given)
        spent.append(time.perf_counter() - began)
        return found

    return timed_call


def run(quick: bool) -> Section:
    """Sizes from 10^3 to 10^7, each on one thread and on all; they take turns, for a machine is faster at one time."""
    sizes = [size for size in YEARS if not quick or size <= 100_000]
    cores = len(os.sched_getaffinity(0))
    worlds = {(size, threads): World(size, threads) for size in sizes for threads in (1, cores)}
    for _ in range(12):
        for (size, _threads), world in worlds.items():
            world.step(YEARS[size])
    rows, faults, data = [], [], {}
    for size in sizes:
        one, many = worlds[size, 1], worlds[size, cores]
        (digest, _), (other, memory) = one.end(), many.end()
        if digest != other:
            faults.append(f"{size:,} enterprises: {cores} threads give other bytes than one")
        alone, clock = one.cost("processor"), many.cost("clock")
        rows.append([count(size), str(alone), str(clock), number(many.founding * 1e9 / size), number(memory)])
        data[size] = {"processor": alone.median, "clock": clock.median, "bytes": memory}
    from_here = [it for size, it in data.items() if size >= 10_000]
    spread = {
        key: max(it[key] for it in from_here) / min(it[key] for it in from_here) for key in ("processor", "clock")
    }
    if spread["processor"] > WITHIN:
        faults.append(f"from 10^4 up the cost differs by a factor of {spread['processor']:.2f}, aim {WITHIN}")
    row = sum(np.dtype(column.dtype).itemsize for column in model_catalogue().all_columns)
    title = f"A month of one enterprise, {SCENARIO}, all mechanisms on, a December among every twelve"
    columns = [
        "enterprises", "ns on one thread", f"ns on {cores} threads", "ns to found", "bytes an enterprise, at the peak",
    ]  # fmt: skip
    notes = [
        (
            f"From 10^4 up, largest over smallest: {spread['processor']:.2f} on one thread, {spread['clock']:.2f} on "
            f"{cores}; the aim is {WITHIN}. Sizes took turns, some months at a time. State and outcomes are the same "
            f"bytes on one thread and on {cores}."
        ),
        (
            f"A row of the table takes {row} bytes; the peak has links, ring and scratch in it, and "
            "where the table grew, its old columns."
        ),
    ]
    small = Table(
        f"A month of a small world, {SMALL}: what of it is compiled code",
        ["enterprises", "us a month", "us in compiled code", "ratio", "calls a month"],
        [machine_code_of(size) for size in SMALL_SIZES],
        [f"The aim is a ratio of at most {SMALL_SIZES[300]} at 300 enterprises, {SMALL_SIZES[4_000]} at 4,000."],
    )
    return Section([Table(title, columns, rows, notes), small], {"sizes": data, "spread": spread}, {}, faults)
