"""What a cluster costs beyond the model: bytes and processor time a replicate, and what that means for many workers.

Processor time is measured in the processes that spend it, so a busy machine changes it little; what is said of more
workers than this machine has cores is computed from it, and says so.
"""

from __future__ import annotations

import pickle
import tempfile
import time
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

from common import Section, Table, number

import sim
from sim.kernel.draws import seed_of
from sim.runs import groups
from sim.runs.batch import run_batch
from sim.runs.cluster import Cluster, pack
from sim.runs.executor import Workers
from sim.runs.options import RunOptions, Watcher
from sim.runs.replicate import Cells, Model, ecosystem, run_checked
from sim.scenario import Scenario

NAME, ORDER = "cluster", 6
SCENARIO = "shougang"
COUNTS = (2, 10, 30, 100, 300, 1_000)
WHO = ("client", "scheduler", "worker")


class Silent(Watcher):
    def say(self, text: str) -> None:
        """Nothing."""


def spent(scenario: Scenario, replicate: int) -> float:
    """Seconds of processor time that a replicate takes."""
    began = time.process_time()
    ecosystem().run(scenario, seed_of(scenario.seed, replicate), scenario.months)
    return time.process_time() - began


@cache
def known() -> Cells:
    """A replicate's outcomes, worked out once in each worker."""
    scenario = sim.load(SCENARIO)
    return ecosystem().run(scenario, seed_of(scenario.seed, 0), scenario.months)


def echo(scenario: Scenario, seed: int, months: int) -> Cells:  # noqa: ARG001  what a real task brings along
    """A task like a real one in what goes out and comes back, and with nothing to do."""
    return known()


def used(there: Cluster) -> list[float]:
    """Seconds of processor time so far, of client, scheduler and workers of a cluster on this machine."""
    import psutil

    assert there._process
    scheduler = psutil.Process(there._process.pid)
    times = [process.cpu_times() for process in (scheduler, *scheduler.children())]
    first, *others = [it.user + it.system for it in times]
    return [time.process_time(), first, sum(others)]


def costs(there: Cluster, replicates: int, size: int) -> list[float]:
    """Seconds of processor time a replicate without work, of client, scheduler and workers; groups of ``size``."""
    scenario = sim.load(SCENARIO, {"run.replicates": replicates})
    before = groups.PACE, groups.MOST
    groups.PACE, groups.MOST = 1, size
    try:
        with tempfile.TemporaryDirectory() as folder:
            began = used(there)
            run_batch([scenario], Model(echo, ecosystem().outcomes, "bench"), RunOptions(Path(folder), there, Silent()))
            return [(now - then) / replicates for then, now in zip(began, used(there), strict=True)]
    finally:
        groups.PACE, groups.MOST = before


def size_at(workers: int, seconds: float) -> int:
    """Replicates in a group, of which each takes so long."""
    return max(1, min(groups.MOST, int(workers / (groups.PACE * seconds))))


def clock(workers: Workers, tasks: list[tuple[Any, ...]]) -> float:
    """Seconds that the tasks take."""
    began = time.perf_counter()
    list(workers.run(run_checked, tasks))
    return time.perf_counter() - began


def run(quick: bool) -> Section:
    """Measured on two workers of this machine; on paper for up to a thousand."""
    replicates, empty, rounds = (20, 300, 1) if quick else (100, 1_000, 5)
    scenario, model = sim.load(SCENARIO), ecosystem()
    shape = scenario.months, len(model.outcomes)
    tasks = [(model.run, scenario, seed_of(scenario.seed, r), *shape) for r in range(replicates)]
    with Workers(2) as here:
        list(here.run(run_checked, tasks[:4]))
        pool = clock(here, tasks)
    with Cluster("local", 2) as there:
        times = [value for _, value in there.run(spent, [(scenario, r) for r in range(30)])]
        work = median(times[10:])  # each worker's first one loads the model
        dask = clock(there, tasks)
        list(there.run(echo, [(scenario, 0, shape[0])] * 20))
        single = [median(found) for found in zip(*(costs(there, empty, 1) for _ in range(rounds)), strict=True)]
        grouped = [median(found) for found in zip(*(costs(there, empty, groups.MOST) for _ in range(rounds)),
                                                  strict=True)]  # fmt: skip
    # cost(g) = group / g + replicate, from what was measured at g = 1 and g = MOST
    group = [(one - many) / (1 - 1 / groups.MOST) for one, many in zip(single, grouped, strict=True)]
    replicate = [one - it for one, it in zip(single, group, strict=True)]
    back = model.run(*tasks[0][1:4])
    out = [len(pack((run_checked, [task[:] for task in tasks[:size]]))) for size in (1, groups.MOST)]
    sizes = len(pack(back)), len(pickle.dumps(back, pickle.HIGHEST_PROTOCOL))

    def cost(who: str, size: int) -> float:
        place = WHO.index(who)
        return group[place] / size + replicate[place]

    def rate(workers: int, seconds: float, size: int) -> float:
        full = min(1 / cost(who, size) for who in WHO[:2])
        return min(workers / (seconds + cost("worker", size)), full)

    def efficiency(workers: int, seconds: float, size: int) -> float:
        return rate(workers, seconds, size) * seconds / workers

    paper = []
    for workers in COUNTS:
        size = size_at(workers, work)
        found = rate(workers, work, size)
        paper.append([
            f"{workers:,}", str(size), number(found), f"{efficiency(workers, work, size):.0%}",
            f"{efficiency(workers, work, 1):.0%}", number(found * sizes[0] / 1e6),
        ])  # fmt: skip
    narrow = max(WHO[:2], key=lambda who: cost(who, groups.MOST))
    most = (work + cost("worker", groups.MOST)) / cost(narrow, groups.MOST)
    alone = (work + cost("worker", 1)) / max(cost(who, 1) for who in WHO[:2])
    lengths = [tenths / 10 for tenths in range(1, 100)]
    enough = next((t for t in lengths if efficiency(1_000, t, size_at(1_000, t)) > 0.95), None)
    title = f"{SCENARIO}, {shape[0]} months, {shape[1]} outcomes: what a replicate costs beyond the model"
    rows = [
        [f"{who}: processor time, ms", *map(number, (1e3 * a, 1e3 * b, 1e3 * one, 1e3 * many))]
        for who, a, b, one, many in zip(WHO, group, replicate, single, grouped, strict=True)
    ]
    columns = ["", "a group", "a replicate", "a replicate sent singly", f"in a group of {groups.MOST}"]
    notes = [
        (
            f"Replicates without work, results kept in their folder; a replicate sent singly costs a group and a "
            f"replicate. Out go {out[0]:,} bytes with one replicate and {out[1]:,} with {groups.MOST}, as they share "
            f"the scenario; back come {sizes[0]:,} bytes a replicate ({sizes[1]:,} uncompressed)."
        ),
        (
            f"A replicate takes {1e3 * work:.0f} ms of one core. {replicates} of them: {pool:.1f} s on the clock with "
            f"2 processes, {dask:.1f} s with 2 workers of a cluster on this machine."
        ),
    ]
    on_paper = [
        (
            f"The {narrow} is full at {most:,.0f} workers, with single tasks at {alone:,.0f}."
            + (f" 1,000 workers are over 95% busy with replicates of {enough:.1f} s and more." if enough else "")
        )
    ]
    heads = ["workers", "replicates in a group", "replicates a second", "efficiency", "sent singly", "MB/s back"]
    tables = [
        Table(title, columns, rows, notes),
        Table(f"On paper: {SCENARIO} on many workers", heads, paper, on_paper),
    ]
    data = {
        "replicate": work, "pool": pool, "cluster": dask, "bytes_back": sizes[0], "full": most, "full_singly": alone,
        "group": dict(zip(WHO, group, strict=True)), "each": dict(zip(WHO, replicate, strict=True)),
    }  # fmt: skip
    return Section(tables, data)
