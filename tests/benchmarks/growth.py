"""How the cost of a month grows with the number of enterprises: processor time, memory, threads, the same bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from common import ROOT, Section, Table, Timing, count, number, summary

from sim.model.catalogue import model_catalogue

NAME, ORDER = "growth", 1
SCENARIO = "manufacturing"
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
    return Section([Table(title, columns, rows, notes)], {"sizes": data, "spread": spread}, {}, faults)
