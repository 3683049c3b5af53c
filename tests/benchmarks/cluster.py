"""What a cluster costs beyond the model: bytes and processor time a replicate, and what that means for many workers.

Run it with ``python tests/benchmarks/cluster.py``. Processor time is measured in the processes that spend it, so
a busy machine changes it little; what is said of 100 workers and more is computed from it, and says so.
"""

from __future__ import annotations

import os
import pickle
import sys
import time
from functools import cache
from statistics import median

from sim.runs.executor import THREADS, Workers

os.environ.update(dict.fromkeys(THREADS, "1"))  # before numpy is imported: a replicate on one thread

import psutil

import sim
from sim.runs.cluster import Cluster, pack
from sim.runs.ensemble import run_checked
from sim.runs.replicate import Cells, ecosystem, seed_of
from sim.scenario import Scenario

SCENARIO = "shougang"
REPLICATES = 40  # for the times on the clock
TASKS = 600  # without work, for the cost of a task
COUNTS = (2, 10, 100, 1_000)


@cache
def known() -> Cells:
    """A replicate's outcomes, worked out once in each worker."""
    scenario = sim.load(SCENARIO)
    return ecosystem().run(scenario, seed_of(scenario.seed, 0), scenario.months)


def echo(scenario: Scenario, seed: int, months: int) -> Cells:  # noqa: ARG001  what a real task brings along
    """A task like a real one in what goes out and comes back, and with nothing to do."""
    return known()


def main() -> None:
    """Print the tables of docs/cluster.md."""
    from cluster import echo as empty  # by this name workers find it

    scenario, model = sim.load(SCENARIO), ecosystem()
    shape = scenario.months, len(model.outcomes)
    tasks = [(model.run, scenario, seed_of(scenario.seed, r), *shape) for r in range(REPLICATES)]
    cells = model.run(scenario, tasks[0][2], scenario.months)  # compiles, where that is still to be done
    work = median(_processor(lambda: model.run(scenario, tasks[0][2], scenario.months)) for _ in range(7))

    out, back = (run_checked, tasks[0]), cells
    print(
        f"{SCENARIO}, {shape[0]} months, {shape[1]} outcomes, {scenario.values['population.enterprises']} enterprises"
    )
    print(
        f"out:  {len(pack(out)):>7,} bytes a task, {len(pickle.dumps(out, 5)):,} uncompressed; nearly all the scenario"
    )
    print(f"back: {len(pack(back)):>7,} bytes a replicate, {len(pickle.dumps(back, 5)):,} uncompressed")
    print(f"a replicate: {1e3 * work:.0f} ms of one core\n")

    with Workers(2) as here:
        list(here.run(run_checked, tasks[:2]))
        print(f"2 processes:            {REPLICATES} replicates in {_clock(here, tasks):.2f} s")
    with Cluster("local", 2) as there:
        began = time.perf_counter()
        list(there.run(run_checked, tasks[:2]))
        start = time.perf_counter() - began
        clock = _clock(there, tasks)
        print(f"2 workers of a cluster: {REPLICATES} replicates in {clock:.2f} s, and {start:.1f} s to start it")
        nothing = [(scenario, seed, shape[0]) for seed in range(TASKS)]
        list(there.run(empty, nothing[:50]))
        assert there._process
        scheduler = psutil.Process(there._process.pid)
        workers = scheduler.children()
        before = [_spent(scheduler), time.process_time(), sum(map(_spent, workers))]
        began = time.perf_counter()
        list(there.run(empty, nothing))
        clock = (time.perf_counter() - began) / TASKS
        after = [_spent(scheduler), time.process_time(), sum(map(_spent, workers))]
    cost = dict(zip(("scheduler", "client", "worker"), ((b - a) / TASKS for a, b in zip(before, after, strict=True)),
                    strict=True))  # fmt: skip
    for who, seconds in cost.items():
        print(f"a task costs the {who}: {1e3 * seconds:.2f} ms")
    print(f"a task without work, on the clock, 2 workers, all on this machine: {1e3 * clock:.2f} ms\n")

    narrow = max(cost["scheduler"], cost["client"])
    name = "scheduler" if narrow == cost["scheduler"] else "client"
    print("on paper: E(n) = min(n / (t + w), 1 / s) * t / n")
    print(f"t = {1e3 * work:.0f} ms, w = {1e3 * cost['worker']:.2f} ms (worker), s = {1e3 * narrow:.2f} ms ({name})")
    print(f"{'workers':>8}  {'replicates/s':>12}  {'efficiency':>10}  {'MB/s back':>9}")
    for count in COUNTS:
        rate = min(count / (work + cost["worker"]), 1 / narrow)
        print(f"{count:>8,}  {rate:>12,.1f}  {rate * work / count:>10.0%}  {rate * len(pack(back)) / 1e6:>9.1f}")
    print(f"the {name} is full at {(work + cost['worker']) / narrow:,.0f} workers; "
          f"1,000 need replicates of {1e3 * narrow:.1f} s or more")  # fmt: skip


def _processor(work: object) -> float:
    began = time.process_time()
    assert callable(work)
    work()
    return time.process_time() - began


def _clock(workers: Workers, tasks: list[tuple[object, ...]]) -> float:
    began = time.perf_counter()
    list(workers.run(run_checked, tasks))
    return time.perf_counter() - began


def _spent(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


if __name__ == "__main__":
    sys.exit(main())
