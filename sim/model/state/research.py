"""Projects' parameters, and the equations of their size, effort, chance and gain, which several mechanisms use."""

from __future__ import annotations

from typing import NamedTuple

from sim.declare import assumption, fitted, parameter, switch
from sim.kernel import maths
from sim.kernel.compiled import equation
from sim.kernel.types import typed


@typed
class Rules(NamedTuple):
    """Projects."""

    enabled: bool = switch()
    begin: float = parameter(
        0.02637, "1/year", "rate at which each team of skilled staff begins a project while the enterprise has none",
        fitted("11.5 to 13.7% of enterprises do R&D, 2011 to 2012", "all_firms.doing_rd_share.y2011", "all_firms.doing_rd_share.y2012"), bounds=(0, 12),
    )  # fmt: skip
    reach: float = parameter(
        0.15, "", "spread of needed knowledge on each axis",
        assumption("unit-free space"), bounds=(0.01, 2), plausible=(0.08, 0.3),
    )  # fmt: skip
    lead: float = parameter(
        0.10, "", "distance of needed knowledge ahead of the sector's base on each axis",
        assumption("projects need more than what is known to all"), bounds=(0, 1), plausible=(0.0, 0.25),
    )  # fmt: skip
    learned: float = parameter(
        0.15, "share", "part of the gap to a component's knowledge that solving it closes",
        assumption("learning by doing"), bounds=(0, 1), plausible=(0.05, 0.4),
    )  # fmt: skip
    solve: float = parameter(
        0.45, "1/month", "probability that a component is solved with full effort and all knowledge available",
        assumption("fitted with the duration"), bounds=(0, 1), plausible=(0.3, 0.9),
    )  # fmt: skip
    distance_scale: float = parameter(
        0.1954, "", "distance over which that probability falls to 1/e",
        fitted("success and private return of research", "stylised_facts.open_innovation_effect.base_success",
               "stylised_facts.spillovers.private_return"), bounds=(0.01, 2), plausible=(0.15, 0.5),
    )  # fmt: skip
    capital_share: float = parameter(
        0.4, "", "elasticity of effort on capital; talent's is the rest", assumption("Cobb-Douglas"), bounds=(0, 1),
        plausible=(0.2, 0.6),
    )  # fmt: skip
    team: float = parameter(
        6.0, "people", "talent at which its part of effort is one half", assumption("size of a team"), bounds=(0.1, 1000),
        plausible=(2, 15),
    )  # fmt: skip
    most_teams: float = parameter(
        2.0, "teams", "most teams on a project, per unit of its size",
        assumption("diminishing returns to larger teams"), bounds=(0.1, 100), plausible=(1.0, 4.0),
    )  # fmt: skip
    team_share: float = parameter(
        0.6448, "share", "part of all skilled staff who work on a project where that is more than one team",
        fitted("0.71% of sales spent on research in 2011; that it grows with sales: Cohen & Klepper 1996", "all_firms.doing_rd_share.rd_to_sales_2011"), bounds=(0, 1),
        plausible=(0.1, 0.7),
    )  # fmt: skip
    capital: float = parameter(
        4.0, "million yuan", "cash at which its part of effort is one half", assumption("budget of a project"), bounds=(0.01, 1000),
        plausible=(1, 15),
    )  # fmt: skip
    contact_hours: float = parameter(
        0.04, "share", "part of the team's hours that each kind of partner takes", assumption("costs of coordination"),
        bounds=(0, 0.5), plausible=(0.03, 0.15),
    )  # fmt: skip
    abandon: float = parameter(
        0.1307, "1/month", "hazard at which a project is abandoned by an enterprise without cash",
        fitted("35% of projects succeed", "stylised_facts.open_innovation_effect.base_success"), bounds=(0, 1),
        plausible=(0.02, 0.2),
    )  # fmt: skip
    cover: float = parameter(
        60.0, "month", "months of a project's spending at which, as cash, owners abandon it half as often, and less often with more; 0: cash does not matter",
        assumption("research is cut where cash is short: Hall & Lerner 2010; 0: one hazard for all"), bounds=(0, 600), plausible=(12.0, 120.0),
    )  # fmt: skip
    parallel: float = parameter(
        0.005, "share", "units of a project's size beyond the first whose teams try the open components in a way of their own; the others share the first one's",
        assumption("few: parallel paths where it is not known which one leads on: Nelson 1961"), bounds=(0, 1), plausible=(0.0, 0.03),
    )  # fmt: skip
    routine: float = parameter(
        0.05, "", "elasticity on the number of lines of the distance at which a need lies from an enterprise's own knowledge",
        assumption("what a firm does in many lines binds it to its ways: Leonard-Barton 1992"), bounds=(0, 1), plausible=(0.0, 0.3),
    )  # fmt: skip
    past_years: float = parameter(
        20.0, "year", "most years before the opening whose research adds to what enterprises know at the opening, in expectation; 0: none",
        assumption("what was learned longer ago is out of date"), bounds=(0, 100), plausible=(0.0, 30.0),
    )  # fmt: skip
    cost: float = parameter(
        0.03, "million yuan a person and month", "materials and tests a project spends, per skilled person of the team",
        assumption("order of R&D spending per head"), bounds=(0, 10), plausible=(0.01, 0.06),
    )  # fmt: skip
    gain: float = parameter(
        0.07188, "", "largest gain of productivity or quality from one success",
        fitted("private return to research of 0.21", "stylised_facts.spillovers.private_return"), bounds=(0, 1),
        plausible=(0.02, 0.2),
    )  # fmt: skip
    productivity_share: float = parameter(
        0.5, "share", "successes that raise productivity; the others raise quality", assumption("each as likely"),
        bounds=(0, 1), plausible=(0.3, 0.7),
    )  # fmt: skip
    by_market: bool = parameter(
        True, "", "whether what a partner knows of software and markets beyond the enterprise turns successes from productivity to quality, over distance_scale",
        assumption("switch; users say what they would buy: von Hippel 1986"),
    )  # fmt: skip
    new_lines: float = parameter(
        0.04, "share of lines", "new lines from one success, at least one", assumption("renewal of the range"),
        bounds=(0, 1), plausible=(0.01, 0.1),
    )  # fmt: skip
    energy_saving: float = parameter(
        0.02, "share", "energy and material per output that a success saves where energy has no price", assumption("cleaner processes"),
        bounds=(0, 1), plausible=(0.005, 0.05),
    )  # fmt: skip
    most_saved: float = parameter(
        0.3, "share", "largest part of energy and material per output that one project can save where energy is bought",
        assumption("audits of plants find savings of a tenth to a third"), bounds=(0, 1), plausible=(0.1, 0.4),
    )  # fmt: skip


@equation
def project_size(talent: float, p: Rules) -> float:
    """Size of a project in units of ``most_teams`` teams: projects of large enterprises take more of their staff."""
    return max(1.0, p.team_share * talent / (p.most_teams * p.team))


@equation
def project_staff(talent: float, size: float, p: Rules) -> float:
    """Skilled staff who work on a project (people): all, up to ``most_teams`` teams per unit of its size."""
    return min(talent, p.most_teams * p.team * size)


@equation
def effort(talent: float, cash: float, p: Rules) -> float:
    """Effort, 0 to 1: Cobb-Douglas in cash and skilled staff, each per unit of the project's size."""
    capital = max(cash, 0.0) / (max(cash, 0.0) + p.capital)
    people = talent / (talent + p.team)
    together = p.capital_share * maths.log(capital) + (1.0 - p.capital_share) * maths.log(people)
    return maths.exp(together) if (capital > 0.0) & (people > 0.0) else 0.0


@equation
def hours_left(breadth: int, p: Rules) -> float:
    """Share of the team's hours left after coordination with its partners."""
    return 1.0 - p.contact_hours * breadth


@equation
def solve_probability(gap: float, effort_level: float, p: Rules) -> float:
    """Monthly probability that a component is solved, at distance ``gap`` to the nearest available knowledge."""
    return p.solve * effort_level * maths.exp(-gap / p.distance_scale)


@equation
def gain(u: float, p: Rules) -> float:
    """Relative gain of one success, from a uniform."""
    return p.gain * u * u
