"""Growth of the whole firm: permanent shocks to all its lines at once, and a drift that fades with age and saturation.

Independent lines alone leave a firm's relative size almost fixed: the more lines, the smaller their sum's shocks. Shocks
to the whole firm give sizes a stationary distribution with a Pareto tail, as newcomers enter and firms of any size close
(Gabaix 2009; Luttmer 2007, 2011). Shocks are rare and Laplace distributed, so that yearly growth rates are too (Bottazzi
& Secchi 2006), and their spread falls with size as a power (Stanley et al. 1996).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.declare import Mechanism, Step, assumption, evidence, fitted, parameter
from sim.kernel import maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.draws import block
from sim.kernel.threads import BLOCK
from sim.kernel.types import Index, f8, i1, i2, i4, i8, typed
from sim.model.state.enterprises import OPERATING, reads, writes
from sim.model.state.world import World

growth_luck = block("growth", 0, "comes", "size", number=36)
growth_luck_of = growth_luck.of


@typed
class Rules(NamedTuple):
    """Growth of the whole firm."""

    enabled: bool = parameter(True, "", "whether the mechanism runs", assumption("switch"))
    shocks: float = parameter(
        0.53, "1/year", "permanent shocks to a firm's demand in a year", assumption("one in two years"),
        bounds=(0, 12), plausible=(0.2, 1.0),
    )  # fmt: skip
    spread: float = parameter(
        0.17, "", "mean absolute size of the logarithm of a shock to a firm of 100 staff",
        assumption("gross job flows of 0.10 a year", "stylised_facts.job_flows"), bounds=(0, 0.9), plausible=(0.1, 0.25),
    )  # fmt: skip
    spread_exponent: float = parameter(
        0.127, "", "exponent at which that size falls with staff", evidence("0.12 to 0.2: Stanley et al. 1996"),
        bounds=(0, 1), plausible=(0.1, 0.2),
    )  # fmt: skip
    young: float = parameter(
        0.04519, "1/year", "growth of demand of a firm that has just started, beyond its mature growth",
        fitted("staff of the cohort of 2015 after a year", "new_firm_cohort_2015q3.staff.at_start", "new_firm_cohort_2015q3.staff.after_a_year"),
        bounds=(0, 2),
    )  # fmt: skip
    fading: float = parameter(
        46.0, "month", "months in which that growth falls to 1/e", assumption("about four years"), bounds=(1, 1200),
        plausible=(24, 72),
    )  # fmt: skip
    crowding: float = parameter(
        0.3, "1/year", "fall of a firm's growth with the logarithm of its sector's saturation",
        assumption("a crowded sector leaves each firm less room"), bounds=(0, 10), plausible=(0.1, 1.0),
    )  # fmt: skip


@reads
class Reads(NamedTuple):
    identity: i8
    status: i1
    sector: i1
    started: i2
    staff: i4


@writes
class Writes(NamedTuple):
    line_size: f8
    appeal: f8


@equation
def shock_scale(staff: int, p: Rules) -> float:
    """Mean absolute size of a shock's logarithm; below 1, so that the mean factor is finite."""
    return min(0.9, p.spread * maths.exp(-p.spread_exponent * maths.log(max(staff, 1) / 100.0)))


@equation
def shock(u_comes: float, u_size: float, scale: float, p: Rules) -> float:
    """Logarithm of a month's permanent shock: none in most months, else Laplace distributed."""
    size = maths.log(2.0 * (u_size if u_size < 0.5 else 1.0 - u_size))
    return (scale * size if u_size < 0.5 else -scale * size) if u_comes < p.shocks / 12.0 else 0.0


@equation
def drift(age: int, saturation: float, p: Rules) -> float:
    """Growth of a month (logarithm): it fades with months of age, and falls as the sector is more saturated."""
    return (p.young * maths.exp(-age / p.fading) - p.crowding * maths.log(saturation)) / 12.0


@compiled
def grow(lo: Index, hi: Index, seed: int, month: int, r: Reads, w: Writes, p: Rules, saturation: f8) -> None:
    """Grow or shrink every operating enterprise for a month; ``saturation`` is by sector."""
    crowded, scale, growth = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        u = growth_luck_of(seed, r.identity, first, last, month)
        for i in range(first, last):
            crowded[i - first] = saturation[np.uint8(r.sector[i])]
        for i in range(first, last):
            scale[i - first] = shock_scale(r.staff[i], p)
        for i in range(first, last):
            k = i - first
            age = max(0, month - r.started[i])
            growth[k] = drift(age, crowded[k], p) + shock(u.comes[k], u.size[k], scale[k], p)
        for i in range(first, last):
            factor = maths.exp(growth[i - first]) if r.status[i] == OPERATING else 1.0
            w.line_size[i] *= factor
            w.appeal[i] *= factor


def apply(world: World) -> None:
    """A month of growth, at last month's saturation."""
    rules = world.rules("growth")
    if rules.enabled:
        world.loop(grow, Reads, Writes, rules, world.sectors.saturation)


MECHANISM = Mechanism(
    "growth", Rules, steps=(Step("grow", apply, loops=(grow,), draws=(growth_luck,)),), draws=(growth_luck,)
)
