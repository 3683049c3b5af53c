"""A whole economy one to one: time and memory of ``sim run nation``, and how its sample ``economy`` agrees with it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from common import ROOT, Section, Table, number

import sim

NAME, ORDER = "nation", 2
REPLICATES = 20  # of the sample
REGISTERED = 22_000_000  # enterprises on the register in 2015, to the nearest million
MOST_GIB = 8  # of memory at the peak, for all of them
_SAID = re.compile(r"about (.+) and (.+) GiB of memory")


def run(quick: bool) -> Section:
    """``nation`` and all registered enterprises, each in a process of its own, then the sample."""
    months, size = (3, 1_200_000) if quick else (64, 8_210_000)
    sizes = [(size, months)] + ([] if quick else [(REGISTERED, 12)])
    rows, faults, data = [], [], {}
    with tempfile.TemporaryDirectory() as folder:
        for enterprises, length in sizes:
            it = _alone(enterprises, length, Path(folder))
            rows.append([
                f"{enterprises:,}", str(length), number(it["seconds"]), it["said_seconds"],
                number(it["bytes"] / 2**30), it["said_gib"],
            ])  # fmt: skip
            data[enterprises] = it
            if it["bytes"] > MOST_GIB << 30:
                faults.append(f"{enterprises:,} enterprises take {it['bytes'] / 2**30:.1f} GiB, allowed: {MOST_GIB}")
        agreement, told = _agreement(size, months, Path(folder))
    cost = Table(
        "sim run nation, the whole command on two cores, machine code compiled before",
        ["enterprises", "months", "seconds", "said before", "GiB at the peak", "said before"],
        rows,
        [f"The limit of the peak is {MOST_GIB} GiB: {'not kept' if faults else 'kept'} at every size."],
    )
    return Section([cost, agreement], {"sizes": data, "agreement": told}, {}, faults)


def _alone(enterprises: int, months: int, out: Path) -> dict[str, Any]:
    """Seconds and peak memory of a command, and what it said of them before."""
    command = [sys.executable, "-m", "sim", "run", "nation", "--set", f"population.enterprises={enterprises}",
               "--months", str(months), "--replicates", "1", "--no-figures", "--out", str(out)]  # fmt: skip
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=said, env=os.environ | {"PYTHONPATH": str(ROOT)}
        )
        _, status, used = os.wait4(process.pid, 0)
        said.seek(0)
        text = said.read()
    if status:
        raise RuntimeError(text)
    found = _SAID.search(text)
    return {
        "seconds": time.perf_counter() - began, "bytes": used.ru_maxrss * 1024,
        "said_seconds": found[1] if found else "", "said_gib": found[2] if found else "",
    }  # fmt: skip


def _agreement(enterprises: int, months: int, out: Path) -> tuple[Table, dict[str, Any]]:
    """Each main outcome of the nation, and the 90% interval of its sample over seeds."""
    nation = sim.run(
        sim.load("nation", {"population.enterprises": enterprises}), months=months, replicates=1, out=out, figures=False
    )
    start = {"run.start": str(nation.scenario.values["run.start"])}
    sample = sim.run(sim.load("economy", start), months=months, replicates=REPLICATES, out=out, figures=False)
    whole, part = ({row.outcome: row for row in it.rows} for it in (nation, sample))
    known = [name for name, row in part.items() if row.low is not None and whole[name].median is not None]
    within = [name for name in known if part[name].low <= whole[name].median <= part[name].high]
    rows = [
        [name, number(whole[name].median), f"{number(part[name].low)} to {number(part[name].high)}", whole[name].unit]
        for name in nation.scenario.headline
        if name in known
    ]
    note = (
        f"Of {len(known)} outcomes with a value in the last month, {len(within)} of the nation lie within the 90% "
        f"interval of {REPLICATES} samples of {sample.scenario.values['population.enterprises']:,} enterprises."
    )
    title = "The nation and its sample, last month"
    table = Table(title, ["outcome", "nation", "90% of samples", "unit"], rows, [note])
    return table, {"known": len(known), "within": len(within), "outside": sorted(set(known) - set(within))}
