"""What a newcomer is like: draws of the new-firm cohort, each a pure function of its identity."""

from __future__ import annotations

import math
from typing import Any

from sim.kernel import draws, maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.draws import block

traits_of_newcomer = block("newborns", 0, "lines", "productivity", "energy", "capital_intensity", number=8)


@equation
def staff_planned(seed: int, identity: int, p: Any) -> int:
    """Staff with which a newcomer starts (people): lognormal with the cohort's mean."""
    if not p.enabled:
        return max(1, int(p.staff_mean))
    u, _, _, _ = draws.uniforms(seed, identity, 0, draws.NEWBORN)
    middle = maths.log(p.staff_mean) - 0.5 * p.staff_log_sd * p.staff_log_sd
    return max(1, int(maths.floor(maths.exp(middle + p.staff_log_sd * draws.normal(u)) + 0.5)))


@equation
def team_at_start(planned: int, u: float, p: Any) -> int:
    """People with whom a newcomer starts: part of the team that its founders plan, at least one."""
    return max(1, int(draws.whole(p.opening_team * planned, u))) if p.enabled else planned


@compiled
def staff_at_start(seed: int, identity: int, month: int, p: Any) -> int:
    """People with whom a newcomer starts in this month."""
    u_team, _, _, _ = draws.uniforms(seed, identity, month, draws.TEAM)
    return team_at_start(staff_planned(seed, identity, p), u_team, p)


@compiled
def has_customers(seed: int, identity: int, p: Any) -> bool:
    """Whether a newcomer sells from its start on."""
    return not p.enabled or draws.uniforms(seed, identity, 0, draws.NEWBORN)[2] < p.with_revenue


@compiled
def first_sales(seed: int, identity: int, merit: float, p: Any) -> float:
    """Rate of a newcomer's first sales (million yuan a year), drawn jointly with staff; a better idea sells more."""
    if not p.enabled:
        return p.revenue_median * merit
    u_staff, u_sales, _, _ = draws.uniforms(seed, identity, 0, draws.NEWBORN)
    rho = p.revenue_staff_correlation
    z = rho * draws.normal(u_staff) + math.sqrt(1.0 - rho * rho) * draws.normal(u_sales)
    return p.revenue_median * maths.exp(p.revenue_log_sd * z)


@compiled
def founders_means(u: float, p: Any) -> float:
    """Founders' own means (million yuan): lognormal around the median."""
    return p.wealth_median * maths.exp(p.wealth_log_sd * draws.normal(u))


@compiled
def idea_merit(u: float, log_sd: float) -> float:
    """Merit of an idea: lognormal with mean 1."""
    return maths.exp(log_sd * draws.normal(u) - 0.5 * log_sd * log_sd)
