"""How the cost of a month grows with the number of enterprises: processor time, memory, threads, the same bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from common import ROOT, Section, Table, count, number, summary

from sim.enterprises import BYTES_A_ROW

NAME, ORDER = "growth", 1
SCENARIO = "manufacturing"
WITHIN = 1.3  # of the cheapest, from 10^4 enterprises up
MOST_BYTES = 300  # of memory an enterprise

WORLD = """
import hashlib, json, re, sys, time
from pathlib import Path
import numpy as np
import sim
from sim.enterprises import COLUMNS

enterprises, months, runs = map(int, sys.argv[2:5])

def most():  # kB in memory at once; what `resource` says counts the process that started this one, too
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

sim.EcosystemModel(sim.load(sys.argv[1], overrides={"population.enterprises": 2000}), rng=1).run_for(13)
before = most()
scenario = sim.load(sys.argv[1], overrides={"population.enterprises": enterprises})
began = time.perf_counter()
model = sim.EcosystemModel(scenario, rng=1)
founding = time.perf_counter() - began
model.step()
on_clock, of_processor = [], []
for _ in range(runs):
    began, worked, done = time.perf_counter(), time.process_time(), 0
    for _ in range(months):
        done += len(model.enterprises)
        model.step()
    on_clock.append((time.perf_counter() - began) * 1e9 / done)
    of_processor.append((time.process_time() - worked) * 1e9 / done)
table, digest = model.enterprises, hashlib.sha256()
for column in COLUMNS:
    digest.update(np.ascontiguousarray(getattr(table, column.name)).tobytes())
for name in sorted(model.record):
    digest.update(np.asarray(model.record[name]).tobytes())
peak = (most() - before) * 1024
print(json.dumps({"clock": on_clock, "processor": of_processor, "founding": founding, "digest": digest.hexdigest(),
                  "bytes": peak / table.size, "enterprises": len(table)}))
"""


def world(enterprises: int, months: int, runs: int, threads: int) -> dict[str, Any]:
    """A world in a process of its own: its nanoseconds an enterprise and month, its bytes, a digest of its state."""
    done = subprocess.run(
        [sys.executable, "-c", WORLD, SCENARIO, str(enterprises), str(months), str(runs)],
        env=os.environ | {"SIM_THREADS": str(threads), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def run(quick: bool) -> Section:
    """Sizes from 10^3 to 10^7, each on one thread and on all."""
    sizes = [1_000, 10_000, 100_000] if quick else [1_000, 10_000, 100_000, 1_000_000, 10_000_000]
    cores = len(os.sched_getaffinity(0))
    rows, faults, data = [], [], {}
    for size in sizes:
        months, runs = (12, 3) if size >= 100_000 else (24, 5)
        if size == 10_000_000:
            runs = 1
        one = world(size, months, runs, 1)
        many = world(size, months, runs, cores)
        if one["digest"] != many["digest"]:
            faults.append(f"{size:,} enterprises: {cores} threads give other bytes than one")
        alone, clock = summary(one["processor"]), summary(many["clock"])
        memory = many["bytes"]
        rows.append([count(size), str(alone), str(clock), number(many["founding"] * 1e9 / size), number(memory)])
        data[size] = {"processor": alone.median, "clock": clock.median, "bytes": memory}
    from_here = [it for size, it in data.items() if size >= 10_000]
    spread = {
        key: max(it[key] for it in from_here) / min(it[key] for it in from_here) for key in ("processor", "clock")
    }
    if spread["processor"] > WITHIN:
        faults.append(f"from 10^4 up the cost differs by a factor of {spread['processor']:.2f}, aim {WITHIN}")
    title = f"A month of one enterprise, {SCENARIO}, all mechanisms on, a December among every twelve"
    columns = [
        "enterprises", "ns on one thread", f"ns on {cores} threads", "ns to found", "bytes an enterprise, at the peak",
    ]  # fmt: skip
    notes = [
        (
            f"From 10^4 up, largest over smallest: {spread['processor']:.2f} on one thread, {spread['clock']:.2f} on "
            f"{cores}; the aim is {WITHIN}. State and outcomes are the same bytes on one thread and on {cores}."
        ),
        (
            f"A row of the table takes {BYTES_A_ROW} bytes; the peak has links, ring and scratch in it, and "
            "where the table grew, its old columns."
        ),
    ]
    return Section([Table(title, columns, rows, notes)], {"sizes": data, "spread": spread}, {}, faults)
