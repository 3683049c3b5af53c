"""Many worlds on many workers: 1,000 worlds and a sweep of 1,000 points on 1, 2 and 4 of them, and a store of values.

Worlds are small, so that a thousand of them take a minute. What is said of more workers than this machine has cores is
computed from the client's processor time a world, and says so.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from cluster import WHO, Silent, costs, echo, spent, used
from common import Section, Table, cores, number
from stores import StoringCluster

import sim
from sim.kernel.draws import seed_of
from sim.runs import groups
from sim.runs.batch import run_batch
from sim.runs.cluster import Cluster, pack
from sim.runs.options import RunOptions
from sim.runs.replicate import Cells, ecosystem
from sim.studies.questions.sweep import run_sweep

NAME, ORDER = "many", 7
SCENARIO = "shougang"
SMALL = {"population.enterprises": 400, "run.spin_up": 24, "run.months": 24}
COUNTS = (1, 2, 4)
VARY = ("levers.tax_relief", "levers.entry_cost_cut", "levers.platform_support")
JOBS = ("worlds", "points of a sweep", "the same, each from its opening")

Job = Callable[[Cluster, Path], None]


def worlds(count: int) -> Job:
    """So many worlds of one request, with all their outcomes of all months."""
    scenario = sim.load(SCENARIO, {**SMALL, "run.replicates": count})
    return lambda there, out: void(run_batch([scenario], ecosystem(), RunOptions(out, there, Silent())))


def points(side: int, *, fresh: bool) -> Job:
    """A grid of policies, of ``side`` values of each of three levers; ``fresh`` shares no months before the first."""
    scenario = sim.load(SCENARIO, {**SMALL, "run.replicates": 1})
    vary = dict.fromkeys(VARY, f"0:0.9:{side}")

    def run(there: Cluster, out: Path) -> None:
        options = RunOptions(out, there, Silent(), fresh=fresh, allow_long=True)
        run_sweep(scenario, vary, ecosystem(), options, outcomes=scenario.headline)

    return run


def void(_: object) -> None:
    """Nothing."""


def measured(there: Cluster, job: Job) -> list[float]:
    """Seconds on the clock, and of processor time of client, scheduler and workers, of a job in an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        began, before = time.perf_counter(), used(there)
        job(there, Path(folder))
        after = used(there)
        return [time.perf_counter() - began, *(b - a for a, b in zip(before, after, strict=True))]


def run(quick: bool) -> Section:
    """Jobs on 1, 2 and 4 workers; then values sent beside values stored, without work."""
    count, side = (64, 4) if quick else (1_000, 10)
    jobs = dict(zip(JOBS, (worlds(count), points(side, fresh=False), points(side, fresh=True)), strict=True))
    numbers = dict(zip(JOBS, (count, side**3, side**3), strict=True))
    small = sim.load(SCENARIO, SMALL)
    found: dict[str, dict[int, list[float]]] = {name: {} for name in JOBS}
    for workers in COUNTS:
        with Cluster("local", workers) as there:
            one = median([value for _, value in there.run(spent, [(small, it) for it in range(12 * workers)])])
            for name, job in jobs.items():
                if workers == COUNTS[-1] or name != JOBS[-1]:
                    found[name][workers] = measured(there, job)
    back = _back(small)
    rows = [
        _row(name, workers, numbers[name], it, found[name].get(1), back[name])
        for name in JOBS
        for workers, it in found[name].items()
    ]
    client = {name: found[name][COUNTS[-1]][1] / numbers[name] for name in JOBS}
    beside = {name: found[name][COUNTS[-1]][3] / numbers[name] for name in JOBS}
    shared = beside[JOBS[1]] / beside[JOBS[2]]
    title = f"{count:,} worlds and {side**3:,} points of {SMALL['population.enterprises']} enterprises on few workers"
    columns = ["", "workers", "seconds", "a second", "efficiency", *(f"{who}, ms" for who in WHO), "bytes back"]
    notes = [
        (
            f"Worlds of {SMALL['run.months']} months after {SMALL['run.spin_up']} before the first, {1e3 * one:.0f} ms "
            f"of one core each; {cores()} cores. Processor time and bytes are those of a world. Efficiency is the rate "
            f"over that of one worker, for each core that the workers have; the client, on the same cores, takes its "
            f"part of them. Points of policy share their months before the first: their worlds take {shared:.0%} of "
            f"the workers' time of worlds that do not."
        ),
        "A sweep's worker returns the outcomes of the last month, as no others of its worlds are kept.",
    ]
    tables = [
        Table(title, columns, rows, notes),
        _paper({JOBS[0]: client[JOBS[0]], JOBS[1]: client[JOBS[1]]}),
    ]
    stored, data = _stored(100 if quick else 500, 1 if quick else 3)
    return Section([*tables, stored], {"found": found, "world": one, "client": client, "stored": data})


def _back(small: sim.Scenario) -> dict[str, int]:
    """Bytes that a worker returns of a world of each job."""
    cells = ecosystem().run(small, seed_of(small.seed, 0), small.months)
    all_months, last = len(pack(cells)), len(pack(cells[-1].copy()))
    return dict(zip(JOBS, (all_months, last, last), strict=True))


def _row(name: str, workers: int, count: int, it: list[float], one: list[float] | None, back: int) -> list[str]:
    seconds, *processor = it
    efficiency = f"{one[0] / (seconds * min(workers, cores())):.0%}" if one else ""
    each = [number(1e3 * part / count) for part in processor]
    return [name, str(workers), number(seconds), number(count / seconds), efficiency, *each, f"{back:,}"]


def _paper(client: dict[str, float]) -> Table:
    """What the client's time a world allows, whatever the workers."""
    rows = [
        [name, number(1e3 * each), number(1 / each), *(number(seconds / each) for seconds in (0.2, 1.0, 10.0)),
         number(1_000 * each / 0.95)]
        for name, each in client.items()
    ]  # fmt: skip
    heads = ["", "client, ms a world", "a second at most", *(f"full at, worlds of {it} s" for it in ("0.2", "1", "10"))]
    note = (
        "Computed. The client is full at so many workers where each of their worlds takes so long. In the last column "
        "are the seconds that a world takes at least where 1,000 workers are to be 95% busy."
    )
    return Table("On paper: many workers", [*heads, "s a world for 1,000"], rows, [note])


def _stored(replicates: int, rounds: int) -> tuple[Table, dict[str, Any]]:
    """Processor time a replicate without work, of values that are sent, and that workers write to a store."""
    scenario = sim.load(SCENARIO)
    ways = ("sent", "stored, read one by one", "stored, read at the end")
    found: dict[str, list[list[float]]] = {way: [] for way in ways}
    during: list[float] = []
    with Cluster("local", 2) as sent, StoringCluster("local", 2) as storing:
        for there in (sent, storing):
            there.start()
        for _ in range(rounds + 1):
            for way, there in zip(ways, (sent, storing, storing), strict=True):
                with tempfile.TemporaryDirectory() as folder:
                    storing.url, storing.late = f"file://{folder}", way == ways[2]
                    if not found[way] and not during:
                        list(there.run(echo, [(scenario, 0, scenario.months)] * 20))  # each worker's first
                    began = time.process_time()
                    found[way].append(costs(there, replicates, groups.MOST))
                    if storing.late:
                        during.append((storing.waited - began) / replicates)
    each = {way: [median(part) for part in zip(*them[1:], strict=True)] for way, them in found.items()}
    busy = median(during[1:])
    work = median([spent(scenario, it) for it in range(5)])
    whole = {way: work + each[way][2] for way in ways}
    rows = [[way, *(number(1e3 * it) for it in each[way]), number(whole[way] / each[way][0])] for way in ways]
    rows[2][-1] = number(whole[ways[2]] / busy)
    back: Cells = ecosystem().run(scenario, seed_of(scenario.seed, 0), scenario.months)
    notes = [
        (
            f"Replicates of {SCENARIO} without work, {len(pack(back)):,} bytes each, in groups of {groups.MOST}; "
            f"written through fsspec to a folder of this machine, each checked by its digest when it is read. Read at "
            f"the end, {1e3 * busy:.2g} ms of the client's time fall before the last worker is done, so it is full at "
            f"so many workers; the rest falls after it. What the client does with a value (unpack it, keep it, put it "
            f"into the table) is the same in each way."
        )
    ]
    columns = ["", *(f"{who}, ms" for who in WHO), "client full at, workers"]
    table = Table("Values sent, and values written to a store by the workers", columns, rows, notes)
    return table, {"each": each, "during": busy, "replicate": work}
