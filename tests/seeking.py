"""Toys with a known best mix: two levers, what they cost, what they bring, and how much luck there is.

Net jobs are 180 at the best mix (rent subsidy at 0.6 of ``MOST``, tax relief 0.3), which costs 48 million yuan.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from sim.declare import Outcome
from sim.model.state.accounts import TICKS
from sim.runs.follow import STREAMS, Firms, Followed, Reached
from sim.runs.record_bytes import to_bytes
from sim.runs.replicate import Cells, Model
from sim.scenario import Scenario

SUBSIDY, RELIEF = "levers.rent_subsidy", "levers.tax_relief"
MOST = 0.0003
LEVERS = {SUBSIDY: f"0:{MOST}", RELIEF: "0:1"}
BEST, NET, COST = {SUBSIDY: 0.6 * MOST, RELIEF: 0.3}, 180.0, 48.0
OUTCOMES = {
    it.name: it
    for it in (
        Outcome("startups", "enterprises", "founded so far", better=1, headline=True),
        Outcome("site_taxes", "million yuan", "paid", better=1),
    )
}
_DULL = 100.0  # people by which luck moves jobs in a world, whatever the mix


def jobs(a: float, b: float) -> float:
    """Jobs that a mix brings, as parts of the levers' ranges."""
    return NET - 400.0 * ((a - 0.6) ** 2 + (b - 0.3) ** 2)


def cost(a: float, b: float) -> float:
    """What a mix costs, million yuan."""
    return 60.0 * a + 40.0 * b


def parts(scenario: Scenario) -> tuple[float, float]:
    a, b = (float(scenario.values[key]) for key in (SUBSIDY, RELIEF))  # type: ignore[arg-type]
    return a / MOST, b


def _world(scenario: Scenario, seed: int, months: int, luck: float, *, growth: bool = False) -> tuple[Cells, bytes]:
    """A world in which luck of a mix's own moves its jobs by about ``luck`` people."""
    a, b = parts(scenario)
    rng = np.random.default_rng(seed)
    common, more, less = rng.normal(size=3)
    turned = growth and float(scenario.values["market.growth"]) < 0.0  # type: ignore[arg-type]
    people = (-1 if turned else 1) * jobs(a, b) + luck * (more * a + less * b)
    spent = round(cost(a, b) * TICKS)
    streams = np.zeros((months, len(STREAMS)), np.int64)
    streams[0, STREAMS.index("rent_subsidy")] = spent
    staff = round(10_000 + _DULL * common + people)
    return _outcomes(people, months), _record(streams, staff)


def _outcomes(people: float, months: int) -> Cells:
    return np.column_stack((np.full(months, 500.0 + people), np.full(months, 50.0 + people / 10)))


def _record(streams: Any, staff: int) -> bytes:
    one, none = np.ones(1, np.int64), np.zeros(0, np.int64)
    given = {"identity": one, "jobs": one * staff, "operating": one, "newcomer": np.zeros(1, bool)}
    firms = Firms(**{name: given.get(name, 0 * one) for name in Firms._fields})
    reached = Reached(none, none.astype(np.int8), *(none.astype(np.int16) for _ in range(3)))
    return to_bytes(Followed(streams, firms, reached, ()))


def calm(scenario: Scenario, seed: int, months: int) -> tuple[Cells, bytes]:
    return _world(scenario, seed, months, luck=10.0)


def turning(scenario: Scenario, seed: int, months: int) -> tuple[Cells, bytes]:
    """Where the market shrinks, what was good is bad."""
    return _world(scenario, seed, months, luck=1.0, growth=True)


def noisy(scenario: Scenario, seed: int, months: int) -> tuple[Cells, bytes]:
    """Nothing but luck: every mix has its own on every seed."""
    told = hashlib.sha256(repr((parts(scenario), seed)).encode()).digest()
    people = 100.0 * np.random.default_rng(int.from_bytes(told[:8], "big")).normal()
    return _outcomes(people, months), _record(np.zeros((months, len(STREAMS)), np.int64), round(10_000 + people))


def failing(scenario: Scenario, seed: int, months: int) -> tuple[Cells, bytes]:
    if seed % 5 == 0:
        raise ArithmeticError("the books do not balance")
    return calm(scenario, seed, months)


def run_calm(scenario: Scenario, seed: int, months: int) -> Cells:
    return calm(scenario, seed, months)[0]


def run_luck(scenario: Scenario, seed: int, months: int) -> Cells:
    """Startups that rise with the market's growth, from 500 at 0 by 1,000 for each unit, with luck of 20."""
    rng = np.random.default_rng(seed)
    growth = float(scenario.values["market.growth"])  # type: ignore[arg-type]
    startups = 500.0 + 1000.0 * growth + 20.0 * rng.normal() + 50.0 * growth * rng.normal()
    return np.column_stack((np.full(months, startups), np.full(months, 1.0)))


def model(recorded: Any = calm, run: Any = run_calm) -> Model:
    return Model(run, OUTCOMES, "toy", recorded=recorded)
