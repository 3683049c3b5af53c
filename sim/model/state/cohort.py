"""Newcomers: the ideas of a month, and the traits of the new-firm cohort, drawn as functions of identity."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from sim.declare import assumption, evidence, fitted, parameter, switch
from sim.kernel import draws, maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.draws import block
from sim.kernel.types import f8, i8, typed
from sim.parameters import Population

_COHORT = "SAIC survey of the cohort founded in 2015 Q3"

idea_luck = block("entry", 1, "merit", "sector", "wealth", "finance", number=5)
plan_luck = block("newborns", 0, "staff", "sales", "sells", "worker_revenue", number=7)
trait_luck = block("newborns", 3, "lines", "productivity", "energy", "capital_intensity", number=8)
skill_luck = block("newborns", 4, "knowledge_0", "knowledge_1", "knowledge_2", "quality", number=2)
life_luck = block("newborns", 1, "starts", "resumes", "struck_off", "stops", number=9)
team_luck = block("newborns", 2, "starts", "joins", "skilled", "first_customer", number=35)


@typed
class Cohort(NamedTuple):
    """Newborns: the cohort of 2015."""

    enabled: bool = switch()
    staff_mean: float = parameter(
        9.267, "people", "mean staff that founders plan; larger plans find finance less often",
        fitted(f"6.2 staff at the start, {_COHORT}", "new_firm_cohort_2015q3.staff.at_start"), bounds=(1, 1000),
    )  # fmt: skip
    staff_log_sd: float = parameter(
        0.8, "", "spread of the logarithm of staff", assumption("not published"), bounds=(0, 3), plausible=(0.5, 1.2)
    )
    opening_team: float = parameter(
        0.8969, "share", "part of the planned team that works at the start",
        fitted(f"staff of 6.2 at the start and 7.0 a year later, {_COHORT}", "new_firm_cohort_2015q3.staff"),
        bounds=(0, 1),
    )  # fmt: skip
    joining: float = parameter(
        0.15, "1/month", "part of the missing team that joins in a month", evidence("hiring: 0.05 to 0.3 a month"),
        bounds=(0, 1), plausible=(0.05, 0.3),
    )  # fmt: skip
    settling: float = parameter(
        24.0, "month", "months after the start in which a team grows and finds first customers",
        assumption("founders' patience"), bounds=(1, 240), plausible=(12, 36),
    )  # fmt: skip
    with_revenue: float = parameter(
        0.8016, "share", "newborns with sales from their start",
        fitted(f"82.7% with revenue within a year, {_COHORT}", "new_firm_cohort_2015q3.with_revenue"),
        bounds=(0, 1),
    )  # fmt: skip
    first_sale: float = parameter(
        0.03, "1/month", "hazard at which a young team without customers finds its first", assumption("slow starts"),
        bounds=(0, 1), plausible=(0.01, 0.1),
    )  # fmt: skip
    runway: float = parameter(
        0.4594, "year", "wages that founders invest beyond the capital that they need",
        fitted("survival of the first year", "survival.eu.y1", "survival.us_1994_cohort.y1"),
        bounds=(0, 10),
    )  # fmt: skip
    talent_share: float = parameter(
        0.15, "share of staff", "skilled staff of a newcomer", assumption("founders are skilled more often"),
        bounds=(0, 1),
        plausible=(0.05, 0.3),
    )  # fmt: skip
    revenue_median: float = parameter(
        0.006328, "million yuan a year", "median rate of sales at the start",
        fitted(f"median first-year revenue 0.089, {_COHORT}", "new_firm_cohort_2015q3.revenue_first_year.median"),
        bounds=(0.0001, 1000),
    )  # fmt: skip
    revenue_log_sd: float = parameter(
        3.302, "", "spread of the logarithm of the rate of sales at the start",
        fitted(f"spread of 2.08 of first-year revenue, {_COHORT}", "new_firm_cohort_2015q3.revenue_first_year.log_sd"),
        bounds=(0, 5),
    )  # fmt: skip
    revenue_staff_correlation: float = parameter(
        0.4, "", "correlation of the logarithms of staff and revenue", assumption("jointly drawn"), bounds=(-1, 1),
        plausible=(0.2, 0.7),
    )  # fmt: skip
    operating_at_registration: float = parameter(
        0.404,
        "share",
        "newborns that operate at once",
        evidence(_COHORT, "new_firm_cohort_2015q3.operating_at_registration"),
        bounds=(0, 1),
    )
    start_hazard: float = parameter(
        0.1015, "1/month", "hazard at which a registered newborn starts",
        fitted(f"69.9% operating after a year net of stops, {_COHORT}",
               "new_firm_cohort_2015q3.operating_after_a_year"),
        bounds=(0, 1),
    )  # fmt: skip
    worker_revenue: float = parameter(
        0.85, "", "revenue per worker at maturity, relative to the sector's",
        assumption("entrants are less productive"),
        bounds=(0.01, 5), plausible=(0.5, 1.0),
    )  # fmt: skip
    worker_revenue_log_sd: float = parameter(
        0.5, "", "spread of the logarithm of revenue per worker at maturity, around that mean",
        assumption("near that of the stock"), bounds=(0, 2), plausible=(0.3, 0.9),
    )  # fmt: skip
    productivity_log_sd: float = parameter(
        0.45, "", "spread of the logarithm of productivity around the sector's", assumption("as the population"),
        bounds=(0, 1),
        plausible=(0.3, 0.6),
    )  # fmt: skip
    quality_log_sd: float = parameter(
        0.3, "", "spread of the logarithm of quality around the sector's", assumption("as the population"),
        bounds=(0, 1), plausible=(0.1, 0.5),
    )  # fmt: skip
    gap: float = parameter(
        0.2, "", "logarithm by which productivity and quality of newcomers lie below their sector's",
        assumption("newcomers start below the incumbents: Foster, Haltiwanger & Krizan 2001"),
        bounds=(0, 3), plausible=(0.0, 0.6),
    )  # fmt: skip
    energy_log_sd: float = parameter(
        0.3, "", "spread of the logarithm of energy and material per output", assumption("as the stock's"),
        bounds=(0, 2),
        plausible=(0.2, 0.6),
    )  # fmt: skip
    most_lines: int = parameter(
        2, "lines", "most product lines of a newborn, each number from one on as likely",
        assumption("one product or two"),
        bounds=(1, 100), plausible=(1, 3),
    )  # fmt: skip


def cohort_of(rules: Any) -> Cohort:
    """The cohort's parameters, among those of a mechanism that may replace newborns."""
    return rules if type(rules) is Cohort else Cohort(*[getattr(rules, name) for name in Cohort._fields])


@typed
class Ideas(NamedTuple):
    """Ideas of a month as columns; those from ``sector`` on are set when they are considered."""

    identity: i8
    source: i8
    parent: i8
    platform: i8
    sector: i8
    merit: f8
    channel: i8
    home: i8  # sector in which the founder learned the trade
    hours: i8  # equipment hours a month that the founder plans to borrow at the posted price


@equation
def staff_planned(seed: int, identity: int, p: Cohort) -> int:
    """Staff that a newcomer's founders plan: lognormal with the cohort's mean."""
    if not p.enabled:
        return max(1, int(p.staff_mean))
    middle = maths.log(p.staff_mean) - 0.5 * p.staff_log_sd * p.staff_log_sd
    z = draws.normal(plan_luck(seed, identity, 0).staff)
    return max(1, int(maths.floor(maths.exp(middle + p.staff_log_sd * z) + 0.5)))


@equation
def team_at_start(planned: int, u: float, p: Cohort) -> int:
    """Staff at the start: part of the planned team, at least one person."""
    return max(1, int(draws.round_stochastically(p.opening_team * planned, u))) if p.enabled else planned


@compiled
def staff_at_start(seed: int, identity: int, month: int, p: Cohort) -> int:
    """Staff of a newcomer that starts in this month."""
    return team_at_start(staff_planned(seed, identity, p), team_luck(seed, identity, month).starts, p)


@compiled
def has_customers(seed: int, identity: int, p: Cohort) -> bool:
    """Whether a newcomer has sales from its start."""
    return not p.enabled or plan_luck(seed, identity, 0).sells < p.with_revenue


@compiled
def first_sales(seed: int, identity: int, merit: float, p: Cohort) -> float:
    """A newcomer's first sales (million yuan a year), drawn jointly with planned staff."""
    if not p.enabled:
        return p.revenue_median * merit
    u = plan_luck(seed, identity, 0)
    rho = p.revenue_staff_correlation
    z = rho * draws.normal(u.staff) + math.sqrt(1.0 - rho * rho) * draws.normal(u.sales)
    return p.revenue_median * maths.exp(p.revenue_log_sd * z)


@compiled
def inherited(own: float, of_parent: float, share: float) -> float:
    """A newcomer's knowledge or revenue per worker, with the parent's share where the parent has more."""
    return max(own, (1.0 - share) * own + share * of_parent)


@equation
def skill(base: float, u: float, spread: float) -> float:
    """A founder's knowledge on one axis: normal around the base of the sector where the founder learned the trade."""
    return max(0.0, base + spread * draws.normal(u))


@equation
def assets_per_worker(u_revenue: float, u_own: float, p: Population) -> float:
    """Assets per worker of a firm of 100 staff (million yuan), drawn jointly with revenue per worker."""
    rho = p.capital_revenue_correlation
    z = rho * draws.normal(u_revenue) + math.sqrt(1.0 - rho * rho) * draws.normal(u_own)
    return p.capital_intensity * maths.exp(p.capital_intensity_log_sd * z)


def entry_cost(entry: Any, levers: Any) -> float:
    """Administrative cost of founding (million yuan), less what levers cut."""
    return float(entry.administrative_cost * (1.0 - levers.entry_cost_cut))


@compiled
def founder_wealth(u: float, median: float, log_sd: float) -> float:
    """Wealth of a founder (million yuan): lognormal around the median."""
    return median * maths.exp(log_sd * draws.normal(u))


@compiled
def idea_merit(u: float, log_sd: float) -> float:
    """Merit of an idea: lognormal with mean 1."""
    return maths.exp(log_sd * draws.normal(u) - 0.5 * log_sd * log_sd)
