"""Ensembles: a thousand worlds on all cores beside the cost of their months, and whole commands."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import ROOT, Section, Table, count, number, summary

import sim
from sim.kernel.draws import seed_of

NAME, ORDER = "ensemble", 2
SCENARIO, WORLDS, MONTHS = "shougang", 1_000, 64
WITHIN = 1.3  # times worlds x months x enterprises x cost of a month / cores


def command(*arguments: str) -> float:
    """Seconds that a whole ``sim`` command takes, interpreter and imports included."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "sim", *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - began


def cost_of_a_world(scenario: sim.Scenario, worlds: int) -> tuple[float, float]:
    """Seconds of processor time of one world's months, on one thread, and its enterprise-months; means."""
    os.environ["SIM_THREADS"] = "1"
    sim.EcosystemModel(scenario, rng=seed_of(1, 0)).run_for(MONTHS)
    seconds, done = 0.0, 0
    for replicate in range(worlds):
        model = sim.EcosystemModel(scenario, rng=seed_of(1, replicate))
        began = time.process_time()
        for _ in range(MONTHS):
            done += len(model.enterprises)
            model.step()
        seconds += time.process_time() - began
    return seconds / worlds, done / worlds


def run(quick: bool) -> Section:
    """Whole commands into empty folders, with kernels compiled."""
    worlds, cores = (60 if quick else WORLDS), len(os.sched_getaffinity(0))
    scenario = sim.load(SCENARIO, overrides={"run.months": MONTHS})
    seconds, done = cost_of_a_world(scenario, 4 if quick else 12)
    with tempfile.TemporaryDirectory() as folder:
        large = command("run", SCENARIO, "--replicates", str(worlds), "--no-figures", "--out", f"{folder}/large")
        small, again = [], []
        for attempt in range(2 if quick else 5):
            out = str(Path(folder) / str(attempt))
            small.append(command("run", SCENARIO, "--replicates", "30", "--no-figures", "--out", out))
            again.append(command("run", SCENARIO, "--replicates", "30", "--no-figures", "--out", out))
        drawn = command("run", SCENARIO, "--replicates", "30", "--out", f"{folder}/drawn")
        helped = summary([command("--help") for _ in range(5)])
    least = worlds * seconds / cores
    rows = [
        [f"{count(worlds)} worlds of {SCENARIO}, {MONTHS} months, on {cores} cores", number(large)],
        ["the same, estimated: worlds x months x enterprises x cost of a month / cores", number(least)],
        ["30 worlds, without figures", str(summary(small))],
        ["30 worlds with all their figures", number(drawn)],
        ["the same 30 worlds asked for again", str(summary(again))],
        ["sim --help", str(helped)],
    ]
    notes = [
        (
            f"A month of {SCENARIO} costs {seconds * 1e9 / done:,.0f} ns an enterprise on one thread at "
            f"{done / MONTHS:,.0f} enterprises, outcomes recorded; the ensemble takes {large / least:.2f} times "
            f"the estimate, start-up and results included. The aim is {WITHIN}."
        )
    ]
    faults = [f"{worlds} worlds take {large / least:.2f} times their months' cost"] if large > WITHIN * least else []
    data = {"large": large, "estimated": least, "small": small, "help": helped.median, "drawn": drawn}
    return Section([Table("Whole commands, seconds", ["", "seconds"], rows, notes)], data, {}, faults)
