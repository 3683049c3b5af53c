"""What the hardware asks at least for a month of one enterprise, and what the model takes, in one run.

What is counted is what the model's own equations ask for: a world in plain Python counts its calls of random blocks,
exponentials and logarithms. What each costs at its best is measured here, vectorised and on all threads; so is a byte
read and a byte written. The bytes are those of a month in which each column is read once and written once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from typing import Any, NamedTuple

import numpy as np
from common import ROOT, Section, Table, Timing, count, number, per, summary, timed

import sim
from sim.kernel import draws, maths, threads
from sim.kernel.compiled import compiled
from sim.kernel.threads import BLOCK
from sim.kernel.types import Index, f8_2d, i8
from sim.model.catalogue import model_catalogue

NAME, ORDER = "floor", 0
SCENARIO = "manufacturing"
COUNTED = {"draws.uniforms": "random blocks", "maths.exp": "exponentials", "maths.log": "logarithms"}
AIM = 60.0  # nanoseconds an enterprise and month on two threads

PLAIN = """
import json, sys
from collections import Counter
from sim.kernel import draws
from sim.kernel import maths
seen = Counter()

def counted(module, name):
    original = getattr(module, name)
    def wrapper(*given):
        seen[f"{module.__name__.rpartition('.')[2]}.{name}"] += 1
        return original(*given)
    setattr(module, name, wrapper)

for it in sys.argv[3:]:
    module, name = it.split(".")
    counted({"draws": draws, "maths": maths}[module], name)
import sim
model = sim.EcosystemModel(sim.load(sys.argv[1], overrides={"population.enterprises": int(sys.argv[2])}), rng=1)
model.run_for(3)
seen.clear()
enterprise_months = 0
for _ in range(6):
    enterprise_months += len(model.enterprises)
    model.step()
print(json.dumps({name: number / enterprise_months for name, number in seen.items()}))
"""


class Part(NamedTuple):
    """One thing that a month asks for: how many, and what one costs (ns)."""

    name: str
    asked: float
    cost: Timing


def asked_for(enterprises: int) -> dict[str, float]:
    """Calls an enterprise and month of what is ``COUNTED``, in a world without compiled code."""
    done = subprocess.run(
        [sys.executable, "-c", PLAIN, SCENARIO, str(enterprises), *COUNTED],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def bytes_asked() -> tuple[float, float]:
    """Bytes of the columns that any mechanism reads, and that any writes."""
    from importlib import import_module
    from pkgutil import iter_modules

    from sim.model import mechanisms

    modules = [import_module(f"sim.model.mechanisms.{it.name}") for it in iter_modules(mechanisms.__path__)]
    classes = [it for module in modules for it in vars(module).values() if isinstance(it, type)]
    groups = [it for it in classes if hasattr(it, "_fields")]
    size = {column.name: np.dtype(column.dtype).itemsize for column in model_catalogue().all_columns}
    reads = {name for it in groups if "Reads" in it.__name__ for name in it._fields}
    writes = {name for it in groups if "Wri" in it.__name__ or "Wish" in it.__name__ for name in it._fields}
    return sum(size.get(name, 0) for name in reads | writes), sum(size.get(name, 0) for name in writes)


@compiled
def fill_blocks(lo: Index, hi: Index, identity: i8, scratch: f8_2d) -> None:
    """Random blocks of all rows, one after the other into the same small place."""
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        for i in range(first, last):
            k = i - first
            scratch[0, k], scratch[1, k], scratch[2, k], scratch[3, k] = draws.uniforms(7, identity[i], 3, 1)


@compiled
def exponentials(lo: Index, hi: Index, x: f8_2d, scratch: f8_2d) -> None:
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        for i in range(first, last):
            scratch[0, i - first] = maths.exp(x[0, i - first])


@compiled
def logarithms(lo: Index, hi: Index, x: f8_2d, scratch: f8_2d) -> None:
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        for i in range(first, last):
            scratch[0, i - first] = maths.log(x[0, i - first])


@compiled
def read(lo: Index, hi: Index, x: i8, total: i8) -> None:
    """Read eight bytes of each row."""
    kept = 0
    for i in range(lo, hi):
        kept += x[i]
    total[0] += kept


@compiled
def write(lo: Index, hi: Index, x: i8) -> None:
    """Write eight bytes of each row."""
    for i in range(lo, hi):
        x[i] = 1


def costs(rows: int, runs: int) -> dict[str, Timing]:
    """Nanoseconds of each at its best, on all threads."""
    identity = np.random.default_rng(1).integers(0, 2**62, rows)
    x = np.full((1, int(BLOCK)), 1.3)

    def of(kernel: Any, *given: Any, scratch: int = 0) -> Timing:
        def once() -> None:
            own = [np.zeros((scratch, int(BLOCK)))] if scratch else []
            threads.run(lambda lo, hi, *sums: kernel(lo, hi, *given, *[it.copy() for it in own], *sums), rows, ())

        once()
        return per(timed(once, runs), rows)

    def summed() -> None:
        threads.run(lambda lo, hi, total: read(lo, hi, identity, total), rows, (np.zeros(1, np.int64),))

    summed()
    return {
        "draws.uniforms": of(fill_blocks, identity, scratch=4),
        "maths.exp": of(exponentials, x, scratch=1),
        "maths.log": of(logarithms, x, scratch=1),
        "read": per(timed(summed, runs), rows * 8),
        "write": per(timed(lambda: threads.run(lambda lo, hi: write(lo, hi, identity), rows, ()), runs), rows * 8),
    }


def month(enterprises: int, months: int, runs: int) -> tuple[Timing, dict[str, float]]:
    """Nanoseconds an enterprise and month, all mechanisms on, on all threads; and of them by mechanism."""
    from sim.runs.profile import ProfiledModel

    scenario = sim.load(SCENARIO, overrides={"population.enterprises": enterprises})
    model = ProfiledModel(scenario, 1)
    model.run_for(2)  # the first months fill caches and open accounts
    found, parts = [], Counter[str]()
    for _ in range(runs):
        model.clear()
        began, done = time.perf_counter(), 0
        for _ in range(months):
            done += len(model.enterprises)
            model.step()
        found.append((time.perf_counter() - began) * 1e9 / done)
        for name, seconds in model.seconds.items():
            parts[name] += seconds * 1e9 / done / runs
    return summary(found), dict(parts)


def run(quick: bool) -> Section:
    """The floor beside the model."""
    rows = 100_000 if quick else 1_000_000
    asked, cost = asked_for(200 if quick else 600), costs(rows, 5)
    read_bytes, written = bytes_asked()
    parts = [Part(words, asked.get(name, 0.0), cost[name]) for name, words in COUNTED.items()]
    parts += [Part("bytes read", read_bytes, cost["read"]), Part("bytes written", written, cost["write"])]
    floor = sum(part.asked * part.cost.median for part in parts)
    taken, by_mechanism = month(rows, 4 if quick else 12, 3)
    ratio = taken.median / floor
    lines = [[part.name, number(part.asked), str(part.cost), number(part.asked * part.cost.median)] for part in parts]
    lines.append(["the floor: all of it", "", "", number(floor)])
    lines.append([f"the model, {count(rows)} enterprises", "", "", f"{taken} = {number(ratio)} times the floor"])
    whole = sum(by_mechanism.values())
    spent = [
        [name, number(ns), f"{ns / whole:.0%}"] for name, ns in sorted(by_mechanism.items(), key=lambda it: -it[1])
    ]
    return Section(
        [
            Table(
                f"What a month of an enterprise asks for, on {threads.thread_count()} threads",
                ["", "an enterprise and month", "ns each", "ns"],
                lines,
                [f"The aim is {AIM:.0f} ns on two threads."],
            ),
            Table("Where the time goes", ["mechanism", "ns an enterprise and month", "share"], spent),
        ],
        {
            "floor_ns": floor, "month_ns": taken.median, "ratio": ratio, "threads": threads.thread_count(),
            "asked": asked, "bytes": [read_bytes, written], "by_mechanism": by_mechanism,
        },
    )  # fmt: skip
