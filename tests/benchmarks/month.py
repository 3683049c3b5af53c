"""What a month costs: nanoseconds of processor time an enterprise, all threads added up. ``make bench`` runs it."""

from __future__ import annotations

import sys
import time

import sim

ENTERPRISES = 100_000
MONTHS = 12
LIMIT = 1_000.0  # nanoseconds an enterprise and month


def main() -> int:
    """Print the cost of a month for each enterprise; 1 where it is over the limit, else 0."""
    sim.EcosystemModel(sim.load("manufacturing"), rng=1).run_for(MONTHS)  # compiles
    scenario = sim.load("manufacturing", overrides={"population.enterprises": ENTERPRISES})

    began = time.perf_counter()
    model = sim.EcosystemModel(scenario, rng=1)
    print(f"founding {len(model.enterprises):,} enterprises: {time.perf_counter() - began:.2f} s")
    model.step()  # the first month fills caches and opens accounts

    began, worked = time.perf_counter(), time.process_time()
    enterprise_months = 0
    for _ in range(MONTHS):
        enterprise_months += len(model.enterprises)
        model.step()
    wall = (time.perf_counter() - began) * 1e9 / enterprise_months
    cost = (time.process_time() - worked) * 1e9 / enterprise_months
    print(f"a month: {cost:.0f} ns an enterprise on one core ({wall:.0f} ns on the clock), limit {LIMIT:.0f} ns")
    return int(cost > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
