"""Projects: each needs three components of knowledge.

An open component is solved with a probability that falls with the distance to the nearest available knowledge and rises
with effort, from capital and talent. A partner brings knowledge and costs hours; platforms have no other effect here, so
that duration, success, gain and their dependence on breadth are outcomes.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim.declare import Column, Counters, Mechanism, Outcome, Step
from sim.kernel import draws, maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.draws import block
from sim.kernel.threads import BLOCK
from sim.kernel.types import Index, f4, f8, f8_2d, i1, i2, i4, i8, typed, u4
from sim.model.record.reading import Months, counted, in_a_year, share
from sim.model.record.tally import YEAR
from sim.model.state.accounts import RESEARCH, SALES_ABROAD, SALES_HOME, TICKS, ticks, transfer
from sim.model.state.cohort import trait_luck
from sim.model.state.enterprises import BIG, CLASSES, MEDIUM, NEVER, OPERATING, gather, reads, writes
from sim.model.state.knowledge import NEEDS, Frontier, distance, needs
from sim.model.state.platforms import KINDS, USER
from sim.model.state.research import Rules, effort, gain, hours_left, project_size, project_staff, solve_probability
from sim.model.state.sectors import wage_of_worker
from sim.model.state.world import World
from sim.parameters import Labour

project = block("projects", 0, "begins", "breadth", "gain", "kind", number=21)
saving = block("projects", 2, "saved", number=71)
tries = block("projects", 1, "first", "second", "third", "abandoned", number=22)
tries_of = tries.of
ENERGY_POINT = 9  # index of the lattice point of energy per output

EVENTS = Counters(
    "projects_begun",
    "project_months",
    "projects_succeeded",
    "projects_abandoned",
    "succeeded_reached",
    "succeeded_alone",
    "reached_months",
    "alone_months",
    "begun_big",
    "begun_medium",
    "begun_small",
    "succeeded_big",
    "succeeded_medium",
    "succeeded_small",
    "succeeded_member",
    "succeeded_outsider",
    "member_months",
    "outsider_months",
    "breadth",
    "succeeded_breadth_0",
    "succeeded_breadth_1",
    "succeeded_breadth_2",
    "succeeded_breadth_3",
    "succeeded_breadth_4",
    "abandoned_breadth_0",
    "abandoned_breadth_1",
    "abandoned_breadth_2",
    "abandoned_breadth_3",
    "abandoned_breadth_4",
    "private_gain",
    "rd_wages",
    "saving_projects",
    "energy_saved",
    "abandoned_big",
    "abandoned_medium",
    "abandoned_small",
    "months_big",
    "months_medium",
    "months_small",
    "succeeded_domestic",
    "succeeded_foreign",
    "succeeded_user",
    "abandoned_domestic",
    "abandoned_foreign",
    "abandoned_user",
    "months_domestic",
    "months_foreign",
    "months_user",
    "raised_quality",
    "abandoned_member",
    "abandoned_outsider",
)
(
    BEGUN, MONTHS, SUCCEEDED, ABANDONED, REACHED, ALONE, REACHED_MONTHS, ALONE_MONTHS,
    BEGUN_BIG, BEGUN_MEDIUM, BEGUN_SMALL, SUCCEEDED_BIG, SUCCEEDED_MEDIUM, SUCCEEDED_SMALL,
    MEMBER, OUTSIDER, MEMBER_MONTHS, OUTSIDER_MONTHS, BREADTH,
    SUCCEEDED_BREADTH, _, _, _, _, ABANDONED_BREADTH, _, _, _, _,  # each the first of five
    PRIVATE_GAIN, RD_WAGES, SAVING, ENERGY_SAVED,
    ABANDONED_BIG, ABANDONED_MEDIUM, ABANDONED_SMALL, MONTHS_BIG, MONTHS_MEDIUM, MONTHS_SMALL,
    SUCCEEDED_WITH, _, _, ABANDONED_WITH, _, _, MONTHS_WITH, _, _,  # each the first of three kinds of resource
    RAISED_QUALITY, ABANDONED_MEMBER, ABANDONED_OUTSIDER,
) = EVENTS  # fmt: skip
SOLVED = 7  # all three bits


@reads
class Reads(NamedTuple):
    identity: i8
    status: i1
    size_class: i1
    sector: i1
    platform: i2
    staff: i4
    talent: i4
    line_size: f8
    worker_revenue: f8
    revenue: f8
    partner_knowledge_0: f4
    partner_knowledge_1: f4
    partner_knowledge_2: f4
    borrowed_budget: f4
    borrowed_people: f4
    partner_source: i1


@writes
class Writes(NamedTuple):
    project_began: i2
    solved: i1
    breadth: i1
    reached: i1
    researched: i1
    asked: i2
    lines: i4
    appeal: f8
    productivity: f8
    quality: f8
    energy: f4
    knowledge_0: f8
    knowledge_1: f8
    knowledge_2: f8
    profit_year: f8
    cash: f8


@typed
class Terms(NamedTuple):
    """Wages and needed knowledge in a month's work on projects."""

    labour: Labour
    talent_wage: float  # relative to a worker's at the start
    sector_revenue: f8  # per worker, by sector
    frontier: Frontier
    energy_bought: bool
    energy_price: float  # share of sales for a unit of energy per output
    value_added: float  # share of sales


@typed
class Sums(NamedTuple):
    """Sums of a month's work on projects."""

    counts: i8
    flows: i8


@equation
def begin_probability(talent: int, cash: float, p: Rules) -> float:
    """Monthly probability that an enterprise without a project begins one: in proportion to teams of skilled staff."""
    return min(1.0, p.begin / 12.0 * talent / p.team) if cash > 0.0 else 0.0


@equation
def breadth_chosen(u: float) -> int:
    """Kinds of partner that the team uses, 0 to 4, with equal probability."""
    return int(5.0 * u)


@equation
def wages_at_work(
    people: float, revenue: float, staff: float, usual: float, sector_mean: float, talent_wage: float, labour: Labour
) -> float:
    """Wages of those who work on a project (million yuan a month), at last month's revenue per worker."""
    return people * talent_wage * wage_of_worker(12.0 * revenue / max(staff, 1.0), usual, sector_mean, labour)


@equation
def any_of(chance: float, tries: float) -> float:
    """Probability that one of several tries succeeds, each with the same chance."""
    return chance if tries <= 1.0 else 1.0 - maths.exp(tries * maths.log(1.0 - min(chance, 0.999999)))


@equation
def ways_tried(talent: float, p: Rules) -> float:
    """Ways in which the teams of a project try its open components, each on its own."""
    return 1.0 + p.parallel * (project_size(talent, p) - 1.0)


@equation
def felt_gap(gap: float, lines: int, p: Rules) -> float:
    """Distance of a need from own knowledge, as it counts for an enterprise of so many lines."""
    return gap * maths.exp(p.routine * maths.log(max(1.0, float(lines))))


@equation
def monthly_spending(talent: float, talent_wage: float, wage: float, p: Rules) -> float:
    """Spending on a project in a month (million yuan): materials, and wages of a skilled person at the mean."""
    return project_staff(talent, project_size(talent, p), p) * (p.cost + talent_wage * wage / 12.0)


@equation
def abandon_probability(cash: float, spending: float, p: Rules) -> float:
    """Monthly probability that a project is abandoned: it falls with cash over months of the project's spending."""
    budget = p.cover * spending
    return p.abandon * (budget / (budget + max(cash, 0.0)) if budget > 0.0 else 1.0)


@equation
def saved(u: float, p: Rules) -> float:
    """Relative saving of energy that a project can reach, from a uniform."""
    return p.most_saved * u * u


@equation
def worth_of_saving(energy: float, price: float, part: float) -> float:
    """What saving this part of energy per output saves at its price, over sales."""
    return price * energy * part


@equation
def worth_of_gain(relative: float, value_added: float) -> float:
    """What a relative gain in productivity or quality adds to value added, over sales."""
    return value_added * relative


@equation
def productivity_probability(own: float, partner: float, p: Rules) -> float:
    """Probability that a success raises productivity, and not quality, at knowledge of software and markets.

    A partner who knows more of markets than the enterprise says what would be bought.
    """
    return p.productivity_share * (maths.exp(-max(0.0, partner - own) / p.distance_scale) if p.by_market else 1.0)


@compiled
def work(
    lo: Index, hi: Index, seed: int, month: int, r: Reads, w: Writes, p: Rules, terms: Terms, succeeded: i1, sums: Sums
) -> None:
    """A month's work on projects; ``succeeded`` marks rows whose project succeeded.

    In each block of rows projects under way advance first, then new ones begin.
    """
    begins, goes_on = np.empty(BLOCK, np.int8), np.empty(BLOCK, np.int8)
    rows, identity = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.int64)
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        for i in range(first, last):
            chance = project(seed, r.identity[i], month)
            idle = (r.status[i] == OPERATING) & (w.project_began[i] == NEVER)
            goes_on[i - first] = (r.status[i] == OPERATING) & (w.project_began[i] != NEVER)
            begins[i - first] = idle & (chance.begins < begin_probability(r.talent[i], w.cash[i], p))
        number = gather(goes_on, first, last, r.identity, rows, identity)
        sums.counts[MONTHS] += number
        effort_level = exert_effort(rows[:number], r, w, p, terms, sums)
        u = tries_of(seed, identity, 0, number, month)
        try_components(rows[:number], u.first, u.second, u.third, effort_level, seed, r, w, p, terms.frontier)
        end_projects(rows[:number], u.abandoned, seed, month, r, w, p, terms, succeeded, sums.counts)
        for i in range(first, last):
            if begins[i - first]:
                begin_project(i, seed, month, r, w, sums.counts)


@compiled
def exert_effort(rows: u4, r: Reads, w: Writes, p: Rules, terms: Terms, sums: Sums) -> f8:
    """Effort in the projects of ``rows`` in a month; spending and wages are booked."""
    number = len(rows)
    size, workers, effort_level = np.empty(number), np.empty(number), np.empty(number)
    capital, people = np.empty(number), np.empty(number)
    for k in range(number):
        talent = float(r.talent[rows[k]])
        size[k] = project_size(talent, p)
        workers[k] = project_staff(talent, size[k], p)
    sums.counts[RD_WAGES] += wages_of(rows, workers, r, terms)
    for k in range(number):
        i = rows[k]
        w.profit_year[i] += transfer(i, -p.cost * workers[k], w.cash, sums.flows, RESEARCH)
        w.researched[i] = 1
        capital[k] = (w.cash[i] + r.borrowed_budget[i]) / size[k]
        people[k] = (r.talent[i] + r.borrowed_people[i]) / size[k]
    for k in range(number):
        effort_level[k] = effort(people[k], capital[k], p)
    for k in range(number):
        effort_level[k] *= hours_left(w.breadth[rows[k]], p)
    return effort_level


@compiled
def wages_of(rows: u4, workers: f8, r: Reads, terms: Terms) -> int:
    """Monthly wages (ticks) of the ``workers`` on the projects of ``rows``; they are paid with all other wages."""
    number = len(rows)
    staff, revenue, usual, mean = np.empty(number), np.empty(number), np.empty(number), np.empty(number)
    for k in range(number):
        i = rows[k]
        staff[k], revenue[k], mean[k] = r.staff[i], r.revenue[i], terms.sector_revenue[r.sector[i]]
        usual[k] = r.worker_revenue[i]
    wages = 0
    for k in range(number):
        wage = wages_at_work(workers[k], revenue[k], staff[k], usual[k], mean[k], terms.talent_wage, terms.labour)
        wages += ticks(wage)
    return wages


@compiled
def try_components(
    rows: u4, u_first: f8, u_second: f8, u_third: f8, effort_level: f8, seed: int, r: Reads, w: Writes, p: Rules,
    frontier: Frontier,
) -> None:  # fmt: skip
    """Try the open components, except those whose draw fails at any distance."""
    most = 3 * len(rows)
    project, component, u = np.empty(most, np.uint32), np.empty(most, np.int64), np.empty(most)
    identity, began, sector = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most, np.int8)
    most_likely, tries, number = np.empty(len(rows)), np.ones(len(rows)), 0
    for k in range(len(rows)):
        most_likely[k] = solve_probability(0.0, effort_level[k], p)
    if p.parallel > 0.0:
        for k in range(len(rows)):
            tries[k] = ways_tried(float(r.talent[rows[k]]), p)
            most_likely[k] = any_of(most_likely[k], tries[k])
    for k in range(len(rows)):
        for c in range(3):
            draw = u_first[k] if c == 0 else (u_second[k] if c == 1 else u_third[k])
            if w.solved[rows[k]] & (1 << c) == 0 and draw < most_likely[k]:
                project[number], component[number], u[number] = k, c, draw
                identity[number], began[number] = r.identity[rows[k]], w.project_began[rows[k]]
                sector[number] = r.sector[rows[k]]
                number += 1
    need = needs(seed, identity[:number], began[:number], component[:number], sector[:number], frontier)
    for t in range(number):
        i, k, c = rows[project[t]], project[t], component[t]
        t_0, t_1, t_2 = need[0, t], need[1, t], need[2, t]
        gap = distance(w.knowledge_0[i], w.knowledge_1[i], w.knowledge_2[i], t_0, t_1, t_2)
        if p.routine > 0.0:
            gap = felt_gap(gap, w.lines[i], p)
        if r.partner_knowledge_0[i] >= 0.0:
            p_0, p_1, p_2 = r.partner_knowledge_0[i], r.partner_knowledge_1[i], r.partner_knowledge_2[i]
            gap = min(gap, distance(p_0, p_1, p_2, t_0, t_1, t_2))
        if u[t] < any_of(solve_probability(gap, effort_level[k], p), tries[k]):
            w.solved[i] |= 1 << c
            w.knowledge_0[i] += p.learned * max(0.0, t_0 - w.knowledge_0[i])
            w.knowledge_1[i] += p.learned * max(0.0, t_1 - w.knowledge_1[i])
            w.knowledge_2[i] += p.learned * max(0.0, t_2 - w.knowledge_2[i])


@compiled
def end_projects(
    rows: u4, u_abandoned: f8, seed: int, month: int, r: Reads, w: Writes, p: Rules, terms: Terms, succeeded: i1,
    counts: i8,
) -> None:  # fmt: skip
    """End the projects of ``rows`` whose components are all solved, and those that are abandoned."""
    for k in range(len(rows)):
        i, chance = rows[k], p.abandon
        if p.cover > 0.0:
            spending = monthly_spending(float(r.talent[i]), terms.talent_wage, terms.labour.wage, p)
            chance = abandon_probability(w.cash[i], spending, p)
        if w.solved[i] == SOLVED:
            succeed(i, seed, month, r, w, p, terms, succeeded, counts)
        elif u_abandoned[k] < chance:
            counts[ABANDONED] += 1
            counts[ABANDONED_BREADTH + w.breadth[i]] += 1
            by_class(r.size_class[i], ABANDONED_SMALL, ABANDONED_MEDIUM, ABANDONED_BIG, 1, counts)
            counts[ABANDONED_MEMBER if r.platform[i] >= 0 else ABANDONED_OUTSIDER] += 1
            if has_resource(i, r):
                counts[ABANDONED_WITH + r.partner_source[i]] += 1
            w.project_began[i] = NEVER
            w.asked[i] = NEVER


@compiled
def begin_project(i: int, seed: int, month: int, r: Reads, w: Writes, counts: i8) -> None:
    """One enterprise begins a project."""
    w.project_began[i] = month
    w.solved[i] = 0
    w.reached[i] = 0
    w.breadth[i] = breadth_chosen(project(seed, r.identity[i], month).breadth)
    counts[BEGUN] += 1
    counts[BREADTH] += w.breadth[i]
    by_class(r.size_class[i], BEGUN_SMALL, BEGUN_MEDIUM, BEGUN_BIG, 1, counts)


@compiled
def succeed(
    i: int, seed: int, month: int, r: Reads, w: Writes, p: Rules, terms: Terms, succeeded: i1, counts: i8
) -> None:
    """One project succeeds: new lines, and a gain in productivity or quality, or energy saved where that is worth more."""
    u = project(seed, r.identity[i], month)
    months = month - w.project_began[i]
    count_success(months, w.reached[i], r.platform[i], counts)
    by_class(r.size_class[i], SUCCEEDED_SMALL, SUCCEEDED_MEDIUM, SUCCEEDED_BIG, 1, counts)
    by_class(r.size_class[i], MONTHS_SMALL, MONTHS_MEDIUM, MONTHS_BIG, months, counts)
    if has_resource(i, r):
        counts[SUCCEEDED_WITH + r.partner_source[i]] += 1
        counts[MONTHS_WITH + r.partner_source[i]] += months
    counts[SUCCEEDED_BREADTH + w.breadth[i]] += 1
    part = saved(saving(seed, r.identity[i], month).saved, p) if terms.energy_bought else 0.0
    spares = worth_of_saving(float(w.energy[i]), terms.energy_price, part)
    saves = spares > worth_of_gain(gain(u.gain, p), terms.value_added)
    if not saves:
        counts[PRIVATE_GAIN] += ticks(12.0 * r.revenue[i] * gain(u.gain, p))
    succeeded[i] = 1
    more = max(1, int(p.new_lines * w.lines[i]))
    w.appeal[i] += more * r.line_size[i]
    w.lines[i] += more
    if saves:
        counts[SAVING] += 1
        counts[ENERGY_SAVED] += ticks(12.0 * r.revenue[i] * spares)
        w.energy[i] = float(w.energy[i]) * (1.0 - part)
    elif u.kind < productivity_probability(w.knowledge_2[i], partner_knows(i, r), p):
        w.productivity[i] *= 1.0 + gain(u.gain, p)
    else:
        w.quality[i] *= 1.0 + gain(u.gain, p)
        counts[RAISED_QUALITY] += 1
    if not terms.energy_bought:
        w.energy[i] = float(w.energy[i]) * (1.0 - p.energy_saving)
    w.project_began[i] = NEVER
    w.asked[i] = NEVER


@compiled
def by_class(size_class: int, small: int, medium: int, big: int, number: int, counts: i8) -> None:
    """Count under the enterprise's class."""
    counts[big if size_class == BIG else (medium if size_class == MEDIUM else small)] += number


@compiled
def has_resource(i: int, r: Reads) -> bool:
    """Whether the project's partner is a resource of a platform."""
    return (r.partner_knowledge_0[i] >= 0.0) & (r.partner_source[i] <= USER)


@compiled
def partner_knows(i: int, r: Reads) -> float:
    """What the project's partner knows of software and markets; nothing without a partner."""
    return float(r.partner_knowledge_2[i]) if r.partner_knowledge_0[i] >= 0.0 else 0.0


@compiled
def count_success(months: int, reached: int, platform: int, counts: i8) -> None:
    """Count a success and its duration, with or without a partner, with or without a platform."""
    counts[SUCCEEDED] += 1
    counts[REACHED if reached == 1 else ALONE] += 1
    counts[REACHED_MONTHS if reached == 1 else ALONE_MONTHS] += months
    counts[MEMBER if platform >= 0 else OUTSIDER] += 1
    counts[MEMBER_MONTHS if platform >= 0 else OUTSIDER_MONTHS] += months


def apply(world: World) -> None:
    """A month's work on projects."""
    rules = world.rules("projects")
    world.succeeded = world.marks()
    if not rules.enabled:
        return
    sectors = world.sectors
    frontier = Frontier(sectors.base_knowledge, rules.lead, rules.reach)
    talent_wage = world.posted.wage * world.posted.talent_wage
    market = world.group("market")
    energy = market.energy_bought, market.energy_price, 1.0 - market.input_share
    terms = Terms(world.group("labour"), talent_wage, sectors.worker_revenue, frontier, *energy)
    sums = Sums(world.counters("projects"), world.books.flows)
    world.loop(work, Reads, Writes, rules, terms, world.succeeded, sums=sums)


@equation
def energy_drawn(u: float, middle: float, log_sd: float) -> float:
    """Energy and material per output (tce per million yuan): lognormal."""
    return middle * maths.exp(log_sd * draws.normal(u))


@compiled
def energy_at_founding(lo: int, hi: int, points: f8_2d, energy: f4, middle: float, log_sd: float) -> None:
    """Energy per output of rows ``lo`` to ``hi`` of the opening population, from their lattice points."""
    for i in range(lo, hi):
        energy[i] = energy_drawn(points[i - lo, ENERGY_POINT], middle, log_sd)


@compiled
def energy_at_birth(seed: int, month: int, rows: i8, identity: i8, energy: f4, middle: float, log_sd: float) -> None:
    """Energy per output of newcomers."""
    for i in rows:
        energy[i] = energy_drawn(trait_luck(seed, identity[i], month).energy, middle, log_sd)


@equation
def upward(mean: float, spread: float) -> float:
    """Mean of the part above 0 of a normal number."""
    z = mean / spread
    below = 0.5 * math.erfc(-z / math.sqrt(2.0))
    return mean * below + spread * maths.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)


@equation
def components_a_year(talent: float, chance: float, p: Rules) -> float:
    """Components that an enterprise solves in a year, each month with this chance while open, in expectation.

    A project is under way until its three components are solved or it is abandoned; then a new one begins at its rate.
    """
    left, two, one = p.abandon + 3.0 * chance, p.abandon + 2.0 * chance, p.abandon + chance
    first, second, third = 3.0 * chance / left, 2.0 * chance / two, chance / one
    solved = first * (1.0 + second * (1.0 + third))
    months = 1.0 / left + first * (1.0 / two + second / one)
    begins = p.begin * talent / p.team
    return begins * solved / (1.0 + begins * months / 12.0)


@compiled
def known_before(talent: float, cash: float, years: int, lost: float, p: Rules) -> float:
    """Knowledge above the sector's base on each axis after years of own research, in expectation.

    Year by year, the solved components teach as in the run, and knowledge above the base is lost at the rate ``lost``.
    """
    size, known = project_size(talent, p), 0.0
    level, tries = effort(talent / size, cash / size, p), ways_tried(talent, p)
    for _ in range(years):
        ahead = p.lead - known
        gap = math.sqrt(3.0 * (ahead * ahead + p.reach * p.reach))  # root of the mean square
        chance = any_of(solve_probability(gap, level, p), tries)
        if chance > 0.0:
            known += p.learned * components_a_year(talent, chance, p) * upward(ahead, p.reach)
        known -= lost * known
    return known


@reads
class HistoryReads(NamedTuple):
    talent: i4
    born: i2
    cash: f8


@writes
class HistoryWrites(NamedTuple):
    knowledge_0: f8
    knowledge_1: f8
    knowledge_2: f8


@compiled
def add_history(
    lo: int, hi: int, month: int, r: HistoryReads, w: HistoryWrites, lost: float, most: float, p: Rules
) -> None:
    """Add to knowledge what research before the opening taught, as far back as an enterprise's age and the most years."""
    for i in range(lo, hi):
        years = int(min(p.past_years, (month - r.born[i]) / 12.0))
        more = known_before(float(r.talent[i]), r.cash[i], years, lost, p)
        w.knowledge_0[i] = min(max(most, w.knowledge_0[i]), w.knowledge_0[i] + more)
        w.knowledge_1[i] = min(max(most, w.knowledge_1[i]), w.knowledge_1[i] + more)
        w.knowledge_2[i] = min(max(most, w.knowledge_2[i]), w.knowledge_2[i] + more)


def at_founding(world: World, lo: int, hi: int, points: Any) -> None:
    """Draw energy per output of the opening population, and add what its past research taught."""
    population, rules, table = world.settings.group("population"), world.rules("projects"), world.enterprises
    energy_at_founding(lo, hi, points, table.energy, population.energy, population.energy_log_sd)
    if rules.enabled and rules.past_years > 0.0:
        columns, learning = (table.view(HistoryReads), table.view(HistoryWrites)), world.rules("absorption")
        lost = learning.depreciation if learning.enabled else 0.0
        add_history(lo, hi, world.month, *columns, lost, population.most_knowledge, rules)


def at_birth(world: World, rows: Any) -> None:
    """Draw energy per output of newcomers."""
    table, middle = world.enterprises, world.settings.group("population").energy
    spread = world.rules("newborns").energy_log_sd
    energy_at_birth(world.seed, world.month, rows, table.identity, table.energy, middle, spread)


def openness_peak(m: Months) -> Any:
    """Breadth at which a weighted quadratic fit of success rates peaks: least squares by Cramer's rule."""
    pairs = [ended(m, f"breadth_{breadth}") for breadth in range(5)]
    s = [sum(1.0 * n * k**power for k, (_, n) in enumerate(pairs)) for power in range(5)]
    t = [sum(1.0 * won * k**power for k, (won, _) in enumerate(pairs)) for power in range(3)]
    bend = determinant((s[0], s[1], t[0]), (s[1], s[2], t[1]), (s[2], s[3], t[2]))
    slope = determinant((s[0], t[0], s[2]), (s[1], t[1], s[3]), (s[2], t[2], s[4]))
    peak = share(-slope, 2.0 * bend)
    return np.where((bend < 0.0) & (peak > 0.0) & (peak < 4.0), peak / 4.0, np.nan)


def determinant(a: Any, b: Any, c: Any) -> Any:
    """Determinant of three rows of three."""
    return a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0])


def ended(m: Months, kind: str) -> tuple[Any, Any]:
    """Projects of a kind since the start: those that succeeded, and all that ended."""
    succeeded = m.cumulative(f"succeeded_{kind}")
    return succeeded, succeeded + m.cumulative(f"abandoned_{kind}")


RESOURCES = dict(zip(KINDS, ("a domestic resource", "a foreign expert", "a user"), strict=True))


OUTCOMES = (
    Outcome("research", "million yuan a month", "spending on projects and platforms", 1,
            value=lambda m: -m.flow(RESEARCH)),
    Outcome("rd_wages", "million yuan a month", "wages of the skilled staff who work on projects, paid with all others", 1,
            value=lambda m: m.money_of("rd_wages")),
    counted("projects_begun", "projects begun", 1),
    counted("projects_succeeded", "projects that succeeded", 1),
    counted("projects_abandoned", "projects abandoned", -1),
    counted("saving_projects", "successes that saved energy instead of raising productivity or quality"),
    Outcome("energy_saved", "million yuan a year", "energy that successes saved at the price of their month, a year of sales, added up since the start", 1,
            value=lambda m: m.weight * m.cumulative("energy_saved") / TICKS),
    counted("begun_small", "projects begun by small enterprises", 1),
    counted("begun_medium", "by medium ones", 1),
    counted("begun_big", "by big ones", 1),
    counted("succeeded_small", "successes of small enterprises", 1),
    counted("succeeded_medium", "of medium ones", 1),
    counted("succeeded_big", "of big ones", 1),
    *(
        Outcome(f"duration_{kind}", "month", f"mean duration of successful projects {words}, since the start; longer ones had more time to find a partner", -1,
                value=lambda m, k=kind: share(m.cumulative(f"{k}_months"), m.cumulative(f"succeeded_{k}")))  # type: ignore[misc]
        for kind, words in (
            ("reached", "with a partner found"), ("alone", "without a partner"), ("member", "of platform members"),
            ("outsider", "of enterprises without a platform"),
        )
    ),
    Outcome("rd_cycle", "month", "months of work on projects for each success in the last 12 months: the mean time to a success", -1, True,
            lambda m: share(m.in_a_year("project_months"), m.in_a_year("projects_succeeded"))),
    Outcome("success_rate", "share", "successes among projects that ended in the last 12 months", 1,
            value=lambda m: share(m.in_a_year("projects_succeeded"), m.in_a_year("projects_succeeded") + m.in_a_year("projects_abandoned"))),
    Outcome("breadth", "kinds of partner", "mean breadth of projects begun since the start",
            value=lambda m: share(m.cumulative("breadth"), m.cumulative("projects_begun"))),
    *(
        Outcome(f"success_rate_breadth_{breadth}", "share", f"successes among ended projects that drew on {breadth} {'kind' if breadth == 1 else 'kinds'} of partner, since the start", 1,
                value=lambda m, b=breadth: share(*ended(m, f"breadth_{b}")))  # type: ignore[misc]
        for breadth in range(5)
    ),
    *(
        Outcome(f"success_rate_{name}", "share", f"successes among ended projects of {name} enterprises, since the start", 1,
                value=lambda m, c=name: share(*ended(m, c)))  # type: ignore[misc]
        for name in CLASSES
    ),
    *(
        Outcome(f"success_rate_{kind}", "share", f"successes among ended projects {words}, since the start", 1,
                value=lambda m, k=kind: share(*ended(m, k)))  # type: ignore[misc]
        for kind, words in (("member", "of platform members"), ("outsider", "of enterprises without a platform"))
    ),
    *(
        Outcome(f"duration_{name}", "month", f"mean duration of successful projects of {name} enterprises, since the start", -1,
                value=lambda m, c=name: share(m.cumulative(f"months_{c}"), m.cumulative(f"succeeded_{c}")))  # type: ignore[misc]
        for name in CLASSES
    ),
    *(
        Outcome(f"success_rate_{kind}", "share", f"successes among ended projects whose partner was {words} of the platform, since the start", 1,
                value=lambda m, k=kind: share(*ended(m, k)))  # type: ignore[misc]
        for kind, words in RESOURCES.items()
    ),
    *(
        Outcome(f"duration_{kind}", "month", f"mean duration of successful projects whose partner was {words} of the platform, since the start", -1,
                value=lambda m, k=kind: share(m.cumulative(f"months_{k}"), m.cumulative(f"succeeded_{k}")))  # type: ignore[misc]
        for kind, words in RESOURCES.items()
    ),
    Outcome("quality_share", "share", "successes that raised quality, since the start",
            value=lambda m: share(m.cumulative("raised_quality"), m.cumulative("projects_succeeded"))),
    Outcome("openness_peak", "share", "share of kinds of partner at which success peaks: a quadratic through the rates by breadth, weighted",
            value=openness_peak),
    Outcome("rd_share", "share", "operating enterprises with a project under way in the last calendar year", 1,
            value=lambda m: m["year"][:, YEAR.index("rd_share")]),
    Outcome("rd_intensity", "share", "spending on projects and platforms, and wages for work on projects, over sales, in the last 12 months", 1,
            value=lambda m: share(m.in_a_year("rd_wages") - in_a_year(m.spent(RESEARCH)), in_a_year(m.spent(SALES_HOME, SALES_ABROAD) + m.cumulative("ordered")))),
    Outcome("private_gain", "million yuan a year", "yearly sales times the relative gain of own successes, added up since the start", 1,
            value=lambda m: m.weight * m.cumulative("private_gain") / TICKS),
    Outcome("private_return", "share a year", "value added by the gains of own successes over spending on research, wages for it among it, since the start", 1,
            value=lambda m: share((1.0 - m["input_share"]) * m.cumulative("private_gain") + m.cumulative("energy_saved"),
                                  m.cumulative("rd_wages") - m.spent(RESEARCH))),
)  # fmt: skip

ENERGY = Column("energy", "f4", "tce per million yuan", "energy and material per output, in coal equivalent")

MECHANISM = Mechanism(
    "projects", Rules, columns=(ENERGY,), counters=EVENTS, draws=(project, tries, saving, *NEEDS, trait_luck),
    outcomes=OUTCOMES, founding=at_founding, birth=at_birth, steps=(
        Step(
            "work", apply, loops=(work,), groups=("labour", "market"), transfers=("research",),
            draws=(project, tries, saving, *NEEDS),
            state=("world.succeeded",),
        ),
    ),
)  # fmt: skip
