"""Scale does not matter where it should not: a sample of 2,000 tells of the same economy as one of 200,000."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import pytest
from worlds import scenario

from sim.model.ecosystem import Ecosystem

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

SEEDS = {2_000: 12, 20_000: 4, 200_000: 1}
MONTHS = {"economy": 96, "manufacturing": 36}
CLOSE = 0.06  # of the value, where luck says less
RATES = (
    "job_creation_rate", "job_destruction_rate", "young_creation_share", "entry_rate", "exit_rate", "growth_shape",
    "size_tail", "newborn_staff", "newborn_with_revenue", "survival_3", "hazard_year_3", "rd_share", "success_rate",
)  # fmt: skip
LEVELS = ("firms_operating", "jobs", "revenue", "assets", "startups", "taxes", "exports")
SHARES = ("big_asset_share", "big_revenue_share", "big_export_share")


@cache
def worlds(name: str, number: int) -> dict[str, Any]:
    """Every outcome after some years, one number a seed."""
    found: dict[str, list[float]] = {}
    for seed in range(SEEDS[number]):
        world = Ecosystem(scenario(name, population__enterprises=number), seed)
        world.run_for(MONTHS[name])
        for outcome in (*RATES, *LEVELS, *SHARES):
            found.setdefault(outcome, []).append(world.record[outcome][-1])
    return {outcome: np.array(values) for outcome, values in found.items()}


def gap(small: Any, large: Any) -> tuple[float, float]:
    """How far two samples' means lie apart, and what luck and closeness allow: three standard errors and 6%."""
    luck = math.hypot(small.std(ddof=1) / math.sqrt(len(small)), small.std(ddof=1) / math.sqrt(10 * len(large)))
    return abs(small.mean() - large.mean()), 3.0 * luck + CLOSE * abs(large.mean())


@pytest.mark.once
@pytest.mark.slow
@pytest.mark.parametrize("number", [20_000, 200_000])
@pytest.mark.parametrize("outcome", [*RATES, *LEVELS, *SHARES])
def test_the_economy_is_the_same_at_any_scale(outcome: str, number: int) -> None:
    apart, allowed = gap(worlds("economy", 2_000)[outcome], worlds("economy", number)[outcome])
    assert apart <= allowed


@pytest.mark.once
@pytest.mark.slow
@pytest.mark.parametrize("number", [20_000, 200_000])
@pytest.mark.parametrize("outcome", [*SHARES, *LEVELS, "growth_shape", "size_tail", "job_creation_rate"])
def test_manufacturing_is_the_same_at_any_scale(outcome: str, number: int) -> None:
    apart, allowed = gap(worlds("manufacturing", 2_000)[outcome], worlds("manufacturing", number)[outcome])
    assert apart <= allowed


def test_what_hangs_on_the_sample_is_seen() -> None:
    """The control: another economy, not another sample of it."""
    small = worlds("economy", 2_000)
    other = []
    for seed in range(4):
        world = Ecosystem(scenario("economy", population__enterprises=2_000, mechanisms__demand__line_loss=0.03), seed)
        world.run_for(MONTHS["economy"])
        other.append(world.record["job_destruction_rate"][-1])
    apart, allowed = gap(small["job_destruction_rate"], np.array(other))
    assert apart > allowed
