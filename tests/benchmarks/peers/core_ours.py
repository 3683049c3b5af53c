"""The core month our way: draws keyed by identity, compiled loops over columns, all cores. The rule is in RULE.md."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
from serve import serve

from sim.kernel import draws, maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.types import f8, i1, i8, typed

MONTH, NEWCOMER, OPENING = 0, 1, 2  # blocks of four uniforms
BLOCK = 4_096  # rows that stay in cache from one loop to the next
CHUNK = 8 * BLOCK  # rows of a thread's piece of work: fixed, so that their number changes nothing


@typed
class Columns(NamedTuple):
    identity: i8
    staff: f8
    sales: f8
    productivity: f8
    project: i1


@typed
class Rule(NamedTuple):
    """The values of RULE.md."""

    begin: float
    succeed: float
    gain: float
    size: float
    reversion: float
    shock: float
    speed: float
    exit: float
    entry: float
    entry_spread: float
    spread: float
    opening_spread: float


Uniforms = tuple[f8, f8, f8, f8]


@equation
def staffed(people: float, u: float) -> Any:
    """Staff in whole people, at least one."""
    return max(1.0, maths.floor(people + u))


@equation
def raised(u: float, productivity: float, p: Rule) -> Any:
    """Productivity after a success."""
    return productivity * maths.exp(-p.gain * maths.log(u))


@equation
def sold(deviate: float, sales: float, productivity: float, p: Rule) -> Any:
    """Sales after a month's reversion and shock."""
    gap = maths.log(p.size * productivity / sales)
    return sales * maths.exp(p.reversion * gap + p.shock * deviate)


@equation
def moved(u: float, staff: float, sales: float, productivity: float, p: Rule) -> Any:
    """Staff after a month's step towards what sales need."""
    return staffed(staff + p.speed * (sales / productivity - staff), u)


@compiled
def open_firms(lo: int, hi: int, seed: int, p: Rule, c: Columns) -> None:
    """Firms as they are before the first month."""
    for i in range(lo, hi):
        u_productivity, u_sales, u_staff, u_project = draws.uniforms(seed, c.identity[i], 0, OPENING)
        c.productivity[i] = maths.exp(p.spread * draws.normal(u_productivity))
        c.sales[i] = p.size * c.productivity[i] * maths.exp(p.opening_spread * draws.normal(u_sales))
        c.staff[i] = staffed(c.sales[i] / c.productivity[i], u_staff)
        c.project[i] = u_project < p.begin / (p.begin + p.succeed)


@compiled
def draw(seed: int, month: int, f: Columns, u: Uniforms) -> None:
    """The month's four uniforms of every firm."""
    for i in range(len(f.identity)):
        u[0][i], u[1][i], u[2][i], u[3][i] = draws.uniforms(seed, f.identity[i], month, MONTH)


@compiled
def projects(p: Rule, f: Columns, u: Uniforms) -> int:
    """Projects end in success or begin; the number of successes. Without branches but for the few that succeed."""
    n = len(f.project)
    succeeds = np.empty(n, np.int8)
    for i in range(n):
        done = u[0][i] < p.succeed
        succeeds[i] = f.project[i] & done
        f.project[i] = (f.project[i] & (not done)) | ((f.project[i] ^ 1) & (u[0][i] < p.begin))
    for i in np.flatnonzero(succeeds):
        f.productivity[i] = raised(u[1][i], f.productivity[i], p)
    return succeeds.sum()


@compiled
def growth(p: Rule, f: Columns, u: Uniforms) -> None:
    """Sales revert and are shocked."""
    deviate = np.empty(len(f.sales))
    draws.normals(u[2], deviate, len(f.sales))
    for i in range(len(f.sales)):
        f.sales[i] = sold(deviate[i], f.sales[i], f.productivity[i], p)


@compiled
def jobs(p: Rule, f: Columns, u: Uniforms) -> None:
    """Staff follow sales."""
    for i in range(len(f.staff)):
        f.staff[i] = moved(u[3][i], f.staff[i], f.sales[i], f.productivity[i], p)


@compiled
def leave(seed: int, month: int, p: Rule, f: Columns) -> int:
    """Firms that sell too little make room for newcomers; their number."""
    exits = 0
    for i in range(len(f.sales)):
        if f.sales[i] < p.exit:
            start_anew(i, seed, month, p, f)
            exits += 1
    return exits


@compiled
def month_of(lo: int, hi: int, seed: int, month: int, p: Rule, c: Columns, counts: i8) -> None:
    """A month of the firms from ``lo`` to ``hi``; ``counts`` of this chunk gain its successes and exits."""
    u = (np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK))
    for first in range(lo, hi, BLOCK):
        f = rows(c, first, min(first + BLOCK, hi))
        draw(seed, month, f, u)
        counts[0] += projects(p, f, u)
        growth(p, f, u)
        jobs(p, f, u)
        counts[1] += leave(seed, month, p, f)


@compiled
def rows(c: Columns, first: int, last: int) -> Any:
    """The firms from ``first`` to ``last`` as columns of their own."""
    return Columns(
        c.identity[first:last],
        c.staff[first:last],
        c.sales[first:last],
        c.productivity[first:last],
        c.project[first:last],
    )


@compiled
def start_anew(i: int, seed: int, month: int, p: Rule, c: Columns) -> None:
    """A newcomer, with an identity of its own, in the row of a firm that left."""
    c.identity[i] = draws.child_identity(c.identity[i], month, 0, 0)
    u_productivity, u_sales, u_staff, _ = draws.uniforms(seed, c.identity[i], month, NEWCOMER)
    c.productivity[i] = maths.exp(p.spread * draws.normal(u_productivity))
    c.sales[i] = p.entry * maths.exp(p.entry_spread * draws.normal(u_sales))
    c.staff[i] = staffed(c.sales[i] / c.productivity[i], u_staff)
    c.project[i] = 0


class Peer:
    def __init__(self, request: dict[str, Any]) -> None:
        rule, n = request["rule"], request["firms"]
        self.rule = Rule(**rule)
        self.seed, self.agents, self.now = request["seed"], n, 0
        self.firms = Columns(np.arange(n), np.empty(n), np.empty(n), np.empty(n), np.empty(n, np.int8))
        self.pieces = [(lo, min(lo + CHUNK, n)) for lo in range(0, n, CHUNK)]
        self.counted = np.zeros((len(self.pieces), 2), np.int64)
        self.pool = ThreadPoolExecutor(len(os.sched_getaffinity(0)))
        for lo, hi in self.pieces:
            open_firms(lo, hi, self.seed, self.rule, self.firms)

    def month(self) -> None:
        self.now += 1
        if len(self.pieces) == 1:
            self._piece(0)
        else:
            list(self.pool.map(self._piece, range(len(self.pieces))))

    def _piece(self, number: int) -> None:
        lo, hi = self.pieces[number]
        month_of(lo, hi, self.seed, self.now, self.rule, self.firms, self.counted[number])

    def parts(self) -> dict[str, list[float]]:
        """Nanoseconds a firm of each loop of a month, on one thread, for firms that stay in cache."""
        f, p, u = rows(self.firms, 0, BLOCK), self.rule, tuple(np.empty((4, BLOCK)))
        loops: dict[str, Callable[[int], Any]] = {
            "draw: one Philox block": lambda month: draw(self.seed, month, f, u),
            "projects": lambda _: projects(p, f, u),
            "growth: a normal deviate, a logarithm, an exponential": lambda _: growth(p, f, u),
            "jobs": lambda _: jobs(p, f, u),
            "exit": lambda month: leave(self.seed, month, p, f),
        }
        found: dict[str, list[float]] = {name: [] for name in loops}
        for month in range(201):
            for name, loop in loops.items():
                began = time.perf_counter()
                loop(month)
                found[name].append((time.perf_counter() - began) * 1e9 / BLOCK)
        return {name: times[1:] for name, times in found.items()}  # the first compiles

    def columns(self) -> dict[str, list[float]]:
        return {name: getattr(self.firms, name).tolist() for name in ("staff", "sales", "productivity")}

    def counts(self) -> dict[str, int]:
        successes, exits = self.counted.sum(axis=0).tolist()
        return {"successes": successes, "exits": exits}


if __name__ == "__main__":
    serve(Peer, "enterprise-ecosystem-sim", "numpy", "numba")
