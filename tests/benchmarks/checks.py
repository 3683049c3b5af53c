"""What checks cost: that of ranges, which every world has, and the ledger, which is on request."""

from __future__ import annotations

import time

from common import Section, Table, count, number, summary

from sim.model import ecosystem
from sim.model.catalogue import load
from sim.model.ecosystem import Ecosystem

NAME, ORDER = "checks", 1.5
SCENARIO = "shougang"
MOST_RANGES = 1.1  # times a world without


def _seconds(enterprises: int, months: int, *, ranges: bool, ledger: bool) -> float:
    """Processor time of the months of a world after its founding."""
    scenario = load(SCENARIO, {"population.enterprises": enterprises, "run.months": months, "run.spin_up": 0})
    checked = ecosystem.check_ranges
    model = Ecosystem(scenario, 1, ledger=ledger)
    try:
        if not ranges:
            ecosystem.check_ranges = lambda _: None
        began = time.process_time()
        model.run_for(months)
        return time.process_time() - began
    finally:
        ecosystem.check_ranges = checked


def run(quick: bool) -> Section:
    """Worlds without checks, with that of ranges, and with the ledger; they take turns."""
    sizes, months, runs = ((1_000,), 12, 3) if quick else ((1_000, 10_000, 100_000), 24, 7)
    kinds = {"none": (False, False), "ranges": (True, False), "ledger": (True, True)}
    rows, data, faults = [], {}, []
    for size in sizes:
        found: dict[str, list[float]] = {name: [] for name in kinds}
        for turn in range(runs + 1):
            for name, (ranges, ledger) in kinds.items():
                spent = _seconds(size, months, ranges=ranges, ledger=ledger)
                if turn:  # the first warms up
                    found[name].append(spent)
        plain = summary(found["none"]).median
        ratios = {name: summary([it / plain for it in found[name]]) for name in ("ranges", "ledger")}
        rows.append([count(size), number(1e9 * plain / size / months), *(str(it) for it in ratios.values())])
        data[str(size)] = {name: vars(it) for name, it in ratios.items()}
        if ratios["ranges"].median > MOST_RANGES:
            faults.append(f"{size} enterprises: ranges cost {ratios['ranges'].median:.2f} times, not {MOST_RANGES}")
    columns = ("enterprises", "ns an enterprise and month", "with ranges, times", "with the ledger, times")
    notes = ("Processor time of the months after the founding, median (lowest to highest).",)
    return Section([Table("Checks", columns, rows, notes)], data, faults=faults)
