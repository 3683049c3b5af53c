"""What an appraisal says of a measure on the whole, from the months of two worlds alone: net effects, cost, balance.

It takes no record of single enterprises, so that many mixes of levers can be weighed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.model.state.accounts import TICKS
from sim.runs.follow import STREAMS, Followed
from sim.runs.replicate import Cells
from sim.scenario import Scenario
from sim.studies.appraisal.assumptions import Assumption
from sim.studies.appraisal.welfare import base_month, by_resources, pace, spent, weight_of, worth

FIRMS = ("jobs", "operating", "value_added", "taxes")  # summed over enterprises
# What is said, its unit, and whether more (1) or less (-1) is better.
TOTALS: Mapping[str, tuple[str, int]] = {
    "net_jobs": ("people", 1),
    "net_enterprises": ("enterprises", 1),
    "net_value_added": ("million yuan", 1),
    "net_taxes": ("million yuan", 1),
    "society": ("million yuan", 1),
    "cost": ("million yuan", -1),
    "public_cost": ("million yuan", -1),
}
COST = "cost"
_NET = ("net_jobs", "net_enterprises", "net_value_added", "net_taxes")


def totals_width(months: int) -> int:
    """Numbers that are kept of a world."""
    return len(FIRMS) + months * len(STREAMS)


def kept_totals(world: Followed) -> Cells:
    """What is kept of a followed world: sums over enterprises, then its months by ``STREAMS``; whole numbers."""
    sums = [int(getattr(world.firms, name).sum()) for name in FIRMS]
    return np.concatenate([np.array(sums, np.float64), world.streams.ravel().astype(np.float64)])


def totals(
    without: Cells, with_it: Cells, scenario: Scenario, assumed: Mapping[str, Assumption]
) -> dict[str, Cells]:  # fmt: skip
    """The totals of a measure on every seed, in their units: those of ``sim appraise``.

    ``without`` and ``with_it`` are what is kept of the worlds without and with it, seeds x ``totals_width``. A seed
    that either lacks is NaN.
    """
    known: Any = np.isfinite(without).all(axis=1) & np.isfinite(with_it).all(axis=1)
    found = {name: np.full(len(known), np.nan) for name in TOTALS}
    if known.any():
        for name, values in _totals(without[known], with_it[known], scenario, assumed).items():
            found[name][known] = values
    return found


def _totals(
    without: Cells, with_it: Cells, scenario: Scenario, assumed: Mapping[str, Assumption]
) -> dict[str, Cells]:  # fmt: skip
    weight = weight_of(scenario)
    money = weight / TICKS
    net = (with_it - without)[:, : len(FIRMS)] * [weight, weight, money, money]
    shape = (-1, scenario.months, len(STREAMS))
    before, after = (it[:, len(FIRMS) :].reshape(shape).astype(np.int64) for it in (without, with_it))
    streams, pay = after - before, after[..., STREAMS.index("worker_pay")]
    values = {name: it.value for name, it in assumed.items()}
    base = base_month(streams)
    society: Any = sum(worth(by_resources, (streams, pay), pace(streams, pay), base, values).values())
    costs = spent(streams, base, values)
    return {
        **dict(zip(_NET, net.T, strict=True)),
        "society": society * money,
        "cost": sum(costs.values()) * money,
        "public_cost": costs["public"] * money,
    }
