"""New industries and modes: rarely, a big enterprise opens a new sector or a new mode of selling."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.declare import Column, Counters, Mechanism, Outcome, Step, assumption, evidence, parameter, switch
from sim.kernel import draws, maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.draws import block
from sim.kernel.threads import BLOCK
from sim.kernel.types import Index, b1, f4, f8, f8_2d, i1, i2, i8, typed
from sim.model.record.reading import added, counted, share
from sim.model.record.tally import NEW_MODE
from sim.model.state.accounts import OPENING_INDUSTRY, TICKS, transfer
from sim.model.state.enterprises import BIG, NEVER, OPERATING, gather, reads, writes
from sim.model.state.knowledge import distance, kept_in, shortfall
from sim.model.state.platforms import FOREIGN
from sim.model.state.sectors import MAX_SECTORS
from sim.model.state.world import World, with_none

EVENTS = Counters("sectors_opened", "modes_opened", "followers")
_OPENED_SECTORS, _OPENED_MODES, FOLLOWERS = EVENTS
_NEW_SECTOR, _NEW_MODE = 1, 2

# Opens a sector or mode, which of the two, follows into a sector, follows into a mode.
plans = block("industries", 0, "opens", "which", "into_sector", "into_mode", number=26)
plans_of = plans.of


@typed
class Rules(NamedTuple):
    """New industries and modes."""

    enabled: bool = switch()
    opening: float = parameter(
        0.015, "1/year", "hazard at which a big enterprise that scans, and knows all that the next sector asks, opens a new sector or mode",
        assumption("rare"), bounds=(0, 1), plausible=(0.004, 0.06),
    )  # fmt: skip
    scanning: float = parameter(
        50.0, "enterprises", "big enterprises of a nation that scan for new industries, whatever the sample; in a "
        "place all do", assumption("the few at the front"), bounds=(0, 1e5), plausible=(20, 200),
    )  # fmt: skip
    abroad: float = parameter(
        1.5, "", "factor on that hazard for members of platforms with foreign experts",
        assumption("the article: learn from foreign experience", "article.claims"), bounds=(0, 20), plausible=(1.0, 3.0),
    )  # fmt: skip
    size: float = parameter(
        0.06, "share", "mature demand of a new sector, relative to all demand at the start", assumption("a new industry"),
        bounds=(0, 1), plausible=(0.02, 0.15),
    )  # fmt: skip
    taken: float = parameter(
        0.4, "share", "part of a new sector's demand that old sectors lose", assumption("substitution"), bounds=(0, 1),
        plausible=(0.1, 0.8),
    )  # fmt: skip
    midpoint: float = parameter(
        60.0, "month", "months until half of the mature demand", assumption("S-curve"), bounds=(1, 600),
        plausible=(36, 120),
    )  # fmt: skip
    steepness: float = parameter(
        0.07, "1/month", "steepness of the S-curve", assumption("S-curve"), bounds=(0.001, 1), plausible=(0.03, 0.12)
    )
    follow: float = parameter(
        0.03, "1/year", "hazard at which a follower enters a new sector at double sales for its pull",
        assumption("followers are drawn"), bounds=(0, 5), plausible=(0.01, 0.1),
    )  # fmt: skip
    cost: float = parameter(
        0.05, "share of yearly sales", "cost of opening a sector or mode", assumption("set-up"), bounds=(0, 5),
        plausible=(0.01, 0.2),
    )  # fmt: skip
    mode_demand: float = parameter(
        0.08, "share", "demand that lines sold in the new mode find beyond the old", assumption("reach of the new mode"),
        bounds=(0, 2), plausible=(0.02, 0.2),
    )  # fmt: skip
    mode_cost: float = parameter(
        0.01, "share of sales", "running cost of the new mode", assumption("commissions"), bounds=(0, 1),
        plausible=(0.0, 0.03),
    )  # fmt: skip
    sector_share: float = parameter(
        0.5, "share", "openings of a new sector; the others are of a new mode", assumption("each as likely"),
        bounds=(0, 1), plausible=(0.3, 0.7),
    )  # fmt: skip
    most_a_year: float = parameter(
        0.9, "1/year", "most probability of opening, or of following, within a year", assumption("some never move"),
        bounds=(0.01, 0.99), plausible=(0.7, 0.99),
    )  # fmt: skip
    least_left: float = parameter(
        0.1, "share", "part of its opening demand that an old sector keeps", assumption("some customers stay"),
        bounds=(0, 1), plausible=(0.05, 0.3),
    )  # fmt: skip
    step: float = parameter(
        0.15, "", "distance of a new sector's base knowledge ahead of the old sector's on each axis",
        assumption("unit-free space"), bounds=(0, 1), plausible=(0.05, 0.25),
    )  # fmt: skip
    most_base: float = parameter(
        1.0, "", "upper bound of a new sector's base knowledge on each axis",
        assumption("unit-free space: the frontier of what is known to all"), bounds=(0.1, 10), plausible=(0.8, 1.2),
    )  # fmt: skip
    buyers: bool = parameter(
        True, "", "whether a new sector's demand is that of buyers who take it up; otherwise it follows a curve of its age",
        assumption("switch"),
    )  # fmt: skip
    innovation: float = parameter(
        0.02, "1/year", "rate at which buyers take up a new sector by themselves",
        evidence("coefficient of innovation: Bass 1969", "stylised_facts.adoption.innovation_p"), bounds=(0, 12),
        plausible=(0.01, 0.03),
    )  # fmt: skip
    imitation: float = parameter(
        0.4, "1/year", "rate at which they take it up where all others have",
        evidence("coefficient of imitation: Bass 1969", "stylised_facts.adoption.imitation_q"), bounds=(0, 12),
        plausible=(0.3, 0.5),
    )  # fmt: skip
    weighing: bool = parameter(
        True, "", "whether followers weigh what a move gives against what it costs; otherwise they follow at a hazard",
        assumption("switch"),
    )  # fmt: skip
    review: float = parameter(
        0.7, "1/year", "share of enterprises that consider sectors and modes opened in the run within a year",
        assumption("plans are made once a year"), bounds=(0, 0.99), plausible=(0.3, 0.9),
    )  # fmt: skip
    horizon: float = parameter(
        3.0, "year", "years over which a follower counts gains", assumption("horizon of plans"), bounds=(0.1, 30),
        plausible=(2, 5),
    )  # fmt: skip
    margin: float = parameter(
        0.12, "share of sales", "profit that a follower expects of more sales", assumption("order of founders'"),
        bounds=(0, 1), plausible=(0.05, 0.2),
    )  # fmt: skip
    unfit: float = parameter(
        1.0, "", "logarithm of the customers lost for a unit of distance that an enterprise's or founder's knowledge lies "
        "farther from the new sector's base than from the old one's", assumption("unit-free space: an opening's distance costs a fifth"),
        bounds=(0, 100), plausible=(0.3, 3.0),
    )  # fmt: skip
    preparing: bool = parameter(
        True, "", "whether the hazard of opening a sector or mode depends on what the enterprise knows of what lies ahead; "
        "otherwise on the factor `abroad`", assumption("switch"),
    )  # fmt: skip
    gap_scale: float = parameter(
        0.2, "", "gap of knowledge to the next sector's base at which that hazard is 1/e of the hazard without a gap",
        assumption("unit-free space: as projects' distances"), bounds=(0.01, 10), plausible=(0.1, 0.5),
    )  # fmt: skip
    taught: float = parameter(
        0.15, "share", "part of that gap, beyond the partner's own, that an answer closes",
        assumption("as solving a component closes"), bounds=(0, 1), plausible=(0.05, 0.4),
    )  # fmt: skip


@reads
class Reads(NamedTuple):
    identity: i8
    status: i1
    size_class: i1
    platform: i2
    knowledge_0: f8
    knowledge_1: f8
    knowledge_2: f8
    prepared: f4


@writes
class Writes(NamedTuple):
    sector: i1
    mode: i1


@reads
class LearnReads(NamedTuple):
    status: i1
    sector: i1
    project_began: i2
    asked: i2
    reached: i1
    knowledge_0: f8
    knowledge_1: f8
    knowledge_2: f8
    partner_knowledge_0: f4
    partner_knowledge_1: f4
    partner_knowledge_2: f4


@writes
class LearnWrites(NamedTuple):
    prepared: f4


@reads
class WeighReads(NamedTuple):
    identity: i8
    status: i1
    revenue: f8
    revenue_12: f8
    knowledge_0: f8
    knowledge_1: f8
    knowledge_2: f8


@writes
class WeighWrites(NamedTuple):
    sector: i1
    mode: i1
    appeal: f8
    line_size: f8
    prepared: f4
    profit_year: f8
    cash: f8


@typed
class SectorsGrowing(NamedTuple):
    """Arrays of sectors for the growth of new ones."""

    opened: i8
    opening_demand: f8
    mature_demand: f8
    taken_from: i8
    demand: f8


@typed
class SectorsTaken(NamedTuple):
    """Arrays of sectors for what their buyers take up."""

    open: i1
    opened: i8
    opening_demand: f8
    mature_demand: f8
    adopted: f8
    demand: f8


@typed
class SectorsWeighed(NamedTuple):
    """Arrays of sectors that followers consider."""

    opened: i8
    sales_factor: f8
    mode_open: i1
    base_knowledge: f8_2d


@typed
class Sums(NamedTuple):
    """Sums over followers."""

    events: i8
    flows: i8


@typed
class Chances(NamedTuple):
    """Probabilities of opening and following this month."""

    scanning: float  # enterprises that scan, per big one
    foreign: b1  # whether a platform has foreign experts; the last element is for enterprises without a platform
    newest: int  # sector, -1 if none is new
    into_sector: f8  # monthly probability of following into the newest sector, by sector
    into_mode: f8  # of following into the sector's new mode
    ahead: f8_2d  # base knowledge of the sector that an enterprise of a sector would open


@compiled
def opening_probability(foreign: bool, scanning: float, p: Rules) -> float:
    """Monthly probability that a big enterprise opens a sector or mode; higher with foreign experts."""
    return draws.monthly(min(p.most_a_year, scanning * p.opening * (p.abroad if foreign else 1.0)))


@equation
def gap_ahead(own: float, prepared: float) -> float:
    """Gap of knowledge to the next sector's base: that of own knowledge, less what answers have closed."""
    return max(0.0, own - prepared)


@equation
def closed_by_answer(gap: float, of_partner: float, p: Rules) -> float:
    """What an answer closes of the gap to the next sector's base: part of what the partner is nearer."""
    return p.taught * max(0.0, gap - of_partner)


@compiled
def prepared_probability(gap: float, scanning: float, p: Rules) -> float:
    """Monthly probability of an opening at this gap of knowledge: the time to it grows exponentially with the gap."""
    return draws.monthly(min(p.most_a_year, scanning * p.opening * maths.exp(-gap / p.gap_scale)))


@compiled
def following_probability(advantage: float, p: Rules) -> float:
    """Monthly probability of following, where the same pull sells ``advantage`` times as much."""
    return draws.monthly(min(p.most_a_year, p.follow * max(0.0, advantage - 1.0)))


@equation
def mature_part(age: float, p: Rules) -> float:
    """Share of mature demand that a new sector has reached at this age (months): a logistic curve from 0."""
    start = 1.0 / (1.0 + maths.exp(p.steepness * p.midpoint))
    now = 1.0 / (1.0 + maths.exp(-p.steepness * (age - p.midpoint)))
    return (now - start) / (1.0 - start)


@equation
def taken_up(adopted: float, p: Rules) -> float:
    """Share of buyers who have taken up a new sector a month later: by themselves and as others have (Bass 1969)."""
    return min(1.0, adopted + (p.innovation + p.imitation * adopted) * (1.0 - adopted) / 12.0)


@equation
def gain_of_moving(revenue: float, revenue_12: float, ratio: float, p: Rules) -> float:
    """Gain of a move that multiplies sales by ``ratio`` (million yuan): profit over the horizon less the cost of it."""
    return p.horizon * p.margin * 12.0 * revenue * (ratio - 1.0) - p.cost * revenue_12


@equation
def gain_of_mode(revenue: float, revenue_12: float, p: Rules) -> float:
    """Gain of selling in the new mode (million yuan): profit of more sales less its running cost and that of the change."""
    yearly = p.margin * p.mode_demand - p.mode_cost * (1.0 + p.mode_demand)
    return p.horizon * 12.0 * revenue * yearly - p.cost * revenue_12


@compiled
def learn(lo: Index, hi: Index, seed: int, month: int, r: LearnReads, w: LearnWrites, p: Rules, ahead: f8_2d) -> None:
    """Answers of last month close part of the gap to the next sector's base, as far as the partner is nearer to it."""
    for i in range(lo, hi):
        answered = (r.status[i] == OPERATING) & (r.project_began[i] != NEVER) & (r.reached[i] == 1)
        if not answered or r.asked[i] != NEVER:  # a request without an answer stays open
            continue
        b_0, b_1, b_2 = ahead[r.sector[i], 0], ahead[r.sector[i], 1], ahead[r.sector[i], 2]
        own = shortfall(r.knowledge_0[i], r.knowledge_1[i], r.knowledge_2[i], b_0, b_1, b_2)
        theirs = shortfall(
            float(r.partner_knowledge_0[i]), float(r.partner_knowledge_1[i]), float(r.partner_knowledge_2[i]),
            b_0, b_1, b_2,
        )  # fmt: skip
        prepared = float(w.prepared[i])
        w.prepared[i] = prepared + closed_by_answer(gap_ahead(own, prepared), theirs, p)


@compiled
def scan(
    lo: Index, hi: Index, seed: int, month: int, r: Reads, w: Writes, p: Rules, chances: Chances, openings: i1,
    events: i8,
) -> None:  # fmt: skip
    """Enterprises open (marked in ``openings``), or follow into the newest sector or their sector's new mode."""
    opening = opening_probability(False, chances.scanning, p)
    abroad = opening if p.preparing else opening_probability(True, chances.scanning, p)
    follows = (np.max(chances.into_sector) > 0.0) | (np.max(chances.into_mode) > 0.0)
    may, rows, identity = np.empty(BLOCK, np.int8), np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.int64)
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        for i in range(first, last):
            may[i - first] = (r.status[i] == OPERATING) & (follows | (r.size_class[i] == BIG))
        number = gather(may, first, last, r.identity, rows, identity)
        u = plans_of(seed, identity, 0, number, month)
        for k in range(number):
            i = rows[k]
            s = w.sector[i]
            if r.size_class[i] == BIG and u.opens[k] < max(opening, abroad):
                chance = abroad if chances.foreign[r.platform[i]] else opening
                if p.preparing:
                    b_0, b_1, b_2 = chances.ahead[s, 0], chances.ahead[s, 1], chances.ahead[s, 2]
                    own = shortfall(r.knowledge_0[i], r.knowledge_1[i], r.knowledge_2[i], b_0, b_1, b_2)
                    chance = prepared_probability(gap_ahead(own, float(r.prepared[i])), chances.scanning, p)
                if u.opens[k] < chance:
                    openings[i] = _NEW_SECTOR if u.which[k] < p.sector_share else _NEW_MODE
                    continue
            if u.into_sector[k] < chances.into_sector[s]:
                w.sector[i] = chances.newest
                events[FOLLOWERS] += 1
            if w.mode[i] == 0 and u.into_mode[k] < chances.into_mode[s]:
                w.mode[i] = 1
                events[FOLLOWERS] += 1


@compiled
def weigh(
    lo: Index, hi: Index, seed: int, month: int, r: WeighReads, w: WeighWrites, p: Rules, sectors: SectorsWeighed,
    heard: f8, sums: Sums,
) -> None:  # fmt: skip
    """Enterprises consider the sectors opened at their stage of the chain, and the new mode, and move where it gains.

    They hear of a sector from customers: with probability ``heard``, its share of demand at that stage. A vectorised
    loop marks those that may move.
    """
    chance, most_heard = draws.monthly(min(p.most_a_year, p.review)), heard_most(sectors, heard)
    may, hears, is_open = np.empty(BLOCK, np.int8), np.empty(BLOCK), np.empty(BLOCK, np.int8)
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        u = plans_of(seed, r.identity, first, last, month)
        for i in range(first, last):
            here: Any = np.uint8(w.sector[i])
            hears[i - first], is_open[i - first] = most_heard[here], sectors.mode_open[here]
        for i in range(first, last):
            k = i - first
            able = (r.status[i] == OPERATING) & (r.revenue[i] > 0.0) & (w.cash[i] >= p.cost * r.revenue_12[i])
            other_mode = (u.into_mode[k] < chance) & (w.mode[i] == 0) & (is_open[k] == 1)
            may[k] = able & ((u.into_sector[k] / chance < hears[k]) | other_mode)
        for i in range(first, last):
            if may[i - first]:
                move(
                    i, u.into_sector[i - first] / chance, u.into_mode[i - first] < chance, r, w, p, sectors, heard, sums
                )


@compiled
def heard_most(sectors: SectorsWeighed, heard: f8) -> f8:
    """The most that is heard of any sector to which an enterprise of each sector may move; 0 where there is none."""
    most = np.zeros(len(heard))
    for s in range(len(heard)):
        for new in range(s % 3, len(heard), 3):
            there = (new != s) & (sectors.opened[new] >= 0) & (sectors.sales_factor[s] > 0.0)
            most[s] = max(most[s], heard[new] if there else 0.0)
    return most


@compiled
def move(
    i: Index, u_hears: float, considers_mode: bool, r: WeighReads, w: WeighWrites, p: Rules, sectors: SectorsWeighed,
    heard: f8, sums: Sums,
) -> None:  # fmt: skip
    """An enterprise that operates and can pay for a move weighs the sectors that it hears of, and the new mode."""
    s = int(w.sector[i])
    if u_hears < 1.0 and sectors.sales_factor[s] > 0.0:
        new, kept = best_sector(i, s, u_hears, r, p, sectors, heard)
        if new != s:
            w.sector[i] = new
            w.appeal[i] *= kept
            w.line_size[i] *= kept
            w.prepared[i] = 0.0
            pay_for_move(i, r, w, p, sums)
            s = new
    if considers_mode and w.mode[i] == 0 and sectors.mode_open[s] == 1:
        if w.cash[i] >= p.cost * r.revenue_12[i] and gain_of_mode(r.revenue[i], r.revenue_12[i], p) > 0.0:
            w.mode[i] = 1
            pay_for_move(i, r, w, p, sums)


@compiled
def share_at_stage(demand: f8) -> f8:
    """Each sector's part in the demand of all at its stage of the chain."""
    together, part = np.zeros(3), np.zeros(len(demand))
    for s in range(len(demand)):
        together[s % 3] += demand[s]
    for s in range(len(demand)):
        part[s] = demand[s] / together[s % 3] if together[s % 3] > 0.0 else 0.0
    return part


@compiled
def next_base(base: f8_2d, p: Rules) -> f8_2d:
    """Base knowledge of the sector that an enterprise of each sector would open."""
    ahead = np.empty_like(base)
    for s in range(base.shape[0]):
        for axis in range(base.shape[1]):
            ahead[s, axis] = min(p.most_base, base[s, axis] + p.step)
    return ahead


@compiled
def best_sector(
    i: int, s: int, u: float, r: WeighReads, p: Rules, sectors: SectorsWeighed, heard: f8
) -> tuple[int, float]:
    """The new sector heard of that gains most, and the share of customers kept in it; the present one if none gains."""
    base, best, most, kept_there = sectors.base_knowledge, s, 0.0, 1.0
    k_0, k_1, k_2 = r.knowledge_0[i], r.knowledge_1[i], r.knowledge_2[i]
    here = distance(k_0, k_1, k_2, base[s, 0], base[s, 1], base[s, 2])
    for new in range(s % 3, MAX_SECTORS, 3):
        if new == s or sectors.opened[new] < 0 or u >= heard[new]:
            continue
        kept = kept_in(distance(k_0, k_1, k_2, base[new, 0], base[new, 1], base[new, 2]), here, p.unfit)
        ratio = kept * sectors.sales_factor[new] / sectors.sales_factor[s]
        gain = gain_of_moving(r.revenue[i], r.revenue_12[i], ratio, p)
        if gain > most:
            best, most, kept_there = new, gain, kept
    return best, kept_there


@compiled
def pay_for_move(i: int, r: WeighReads, w: WeighWrites, p: Rules, sums: Sums) -> None:
    """A follower pays what a move costs."""
    w.profit_year[i] += transfer(i, -p.cost * r.revenue_12[i], w.cash, sums.flows, OPENING_INDUSTRY)
    sums.events[FOLLOWERS] += 1


def apply(world: World) -> None:
    """A month of new industries: growth of demand, openings, followers."""
    rules = world.rules("industries")
    if not rules.enabled:
        return
    sectors, table = world.sectors, world.enterprises
    if rules.buyers:
        take_up(sectors.view(SectorsTaken), world.is_nation, rules)
    else:
        grow_sectors(sectors.view(SectorsGrowing), world.month, rules)
    ahead = next_base(sectors.base_knowledge, rules)
    if rules.preparing:
        world.loop(learn, LearnReads, LearnWrites, rules, ahead)
    foreign = with_none((platform.counts[FOREIGN].any() for platform in world.platforms), False)
    newest = int(np.argmax(sectors.opened))
    newest = newest if sectors.opened[newest] >= 0 else -1
    openings = world.marks()
    if rules.weighing:
        into = np.zeros(MAX_SECTORS), np.zeros(MAX_SECTORS)
        sums = Sums(world.counters("industries"), world.books.flows)
        world.loop(
            weigh,
            WeighReads,
            WeighWrites,
            rules,
            sectors.view(SectorsWeighed),
            share_at_stage(sectors.demand),
            sums=sums,
        )
    else:
        into = following(newest, sectors.sales_factor, sectors.mode_open, rules)
    chances = Chances(part_that_scans(world, rules), foreign, newest, *into, ahead)
    world.loop(scan, Reads, Writes, rules, chances, openings, sums=(world.counters("industries"),))
    for row in world.marked_by_identity(openings):
        old = int(table.sector[row])
        free = [s for s in range(old % 3, MAX_SECTORS, 3) if not sectors.open[s]]
        demand = demand_taken_along(world, row, old, rules) if openings[row] == _NEW_SECTOR and free else 0.0
        if demand > 0.0:
            open_sector(world, row, old, free[0], demand, rules)
        elif not sectors.mode_open[old]:
            sectors.mode_open[old] = 1
            table.mode[row] = 1
            world.count("modes_opened")
        else:
            continue
        world.transfer(row, -rules.cost * table.revenue_12[row], OPENING_INDUSTRY)


def part_that_scans(world: World, rules: Rules) -> float:
    """Scanning enterprises per big one: in a nation their number does not depend on the sample."""
    if not world.is_nation:
        return 1.0
    table = world.enterprises
    big = int(np.count_nonzero((table.size_class == BIG) & (table.status == OPERATING)))
    return float(rules.scanning) / max(1, big)


@compiled
def following(newest: int, factor: f8, mode_open: i1, p: Rules) -> tuple[f8, f8]:
    """Monthly probabilities by sector of following into the newest sector of the same stage, and into a new mode."""
    into_sector, into_mode = np.zeros(MAX_SECTORS), np.zeros(MAX_SECTORS)
    for s in range(MAX_SECTORS):
        if newest >= 0 and s != newest and s % 3 == newest % 3 and factor[s] > 0.0:
            into_sector[s] = following_probability(factor[newest] / factor[s], p)
        if mode_open[s] == 1:
            into_mode[s] = following_probability(1.0 + p.mode_demand - p.mode_cost, p)
    return into_sector, into_mode


def demand_taken_along(world: World, row: int, old: int, rules: Rules) -> float:
    """Demand of an opener's customers, who follow it from sector ``old``; in a nation what that sector can spare."""
    customers, sectors = float(world.enterprises.revenue_12[row]), world.sectors
    if not world.is_nation:
        return customers
    return min(customers, max(0.0, float(sectors.demand[old] - rules.least_left * sectors.opening_demand[old])))


def open_sector(world: World, row: int, old: int, new: int, seed_demand: float, rules: Rules) -> None:
    """Open sector ``new`` with the enterprise of ``row`` and this demand; it will take part of its demand from ``old``.

    In a nation the demand of the opener's customers moves with it.
    """
    sectors, table = world.sectors, world.enterprises
    sectors.open[new] = 1
    sectors.opened[new] = world.month
    sectors.taken_from[new] = old
    sectors.mature_demand[new] = rules.size * float(sectors.opening_demand.sum())
    sectors.adopted[new] = 0.0
    sectors.base_knowledge[new] = np.minimum(rules.most_base, sectors.base_knowledge[old] + rules.step)
    ratio = sectors.opening_pull[old] / max(sectors.opening_demand[old], 1e-9)
    if world.is_nation:
        sectors.demand[old] -= seed_demand
    sectors.opening_demand[new] = seed_demand
    sectors.opening_pull[new] = seed_demand * ratio
    sectors.demand[new] = seed_demand
    sectors.pull[new] = max(float(table.appeal[row]), 1e-6)
    sectors.worker_revenue[new] = sectors.worker_revenue[old]
    sectors.sales_factor[new] = sectors.sales_factor[old]
    table.sector[row] = new
    table.prepared[row] = 0.0
    world.count("sectors_opened")


@compiled
def grow_sectors(sectors: SectorsGrowing, month: int, p: Rules) -> None:
    """Grow the demand of new sectors by a month; the declared part of it comes from old sectors."""
    for s in range(MAX_SECTORS):
        if sectors.opened[s] < 0:
            continue
        old, age = sectors.taken_from[s], float(month - sectors.opened[s])
        wanted = sectors.opening_demand[s] + sectors.mature_demand[s] * mature_part(age, p)
        more = max(0.0, wanted - sectors.demand[s])
        sectors.demand[s] += more
        sectors.demand[old] = max(p.least_left * sectors.opening_demand[old], sectors.demand[old] - p.taken * more)


@equation
def spare_demand(sector: int, new: int, s: SectorsTaken, p: Rules) -> float:
    """Demand of a sector that may move to a new one at its stage of the chain: all but what the sector keeps."""
    same = (s.open[sector] == 1) & (sector != new) & (sector % 3 == new % 3)
    return max(0.0, s.demand[sector] - p.least_left * s.opening_demand[sector]) if same else 0.0


@compiled
def take_up(sectors: SectorsTaken, nation: bool, p: Rules) -> None:
    """Buyers take up new sectors for a month; they spend there what they spent in others at its stage of the chain.

    In a world that is a place, the part ``taken`` of it comes from sectors here, the rest from the market outside.
    Buyers without demand to move take up nothing.
    """
    for new in range(MAX_SECTORS):
        more = sectors.mature_demand[new] * (taken_up(sectors.adopted[new], p) - sectors.adopted[new])
        if sectors.opened[new] < 0 or more <= 0.0:
            continue
        there = 0.0
        for old in range(MAX_SECTORS):
            there += spare_demand(old, new, sectors, p)
        inside = min(more if nation else p.taken * more, there)
        moved = inside if nation else inside + (1.0 - p.taken) * more
        for old in range(MAX_SECTORS):
            if there > 0.0:
                sectors.demand[old] -= inside * (spare_demand(old, new, sectors, p) / there)
        sectors.demand[new] += moved
        sectors.adopted[new] += moved / sectors.mature_demand[new]


OUTCOMES = (
    counted("followers", "followers into new sectors and modes", 1),
    Outcome("sectors_opened", "sectors", "sectors opened since the start", 1, value=lambda m: m.cumulative("sectors_opened")),
    Outcome("modes_opened", "modes", "new ways of selling opened since the start", 1,
            value=lambda m: m.cumulative("modes_opened")),
    Outcome("new_mode_firms", "enterprises", "enterprises that sell in the new mode", 1,
            value=lambda m: m.other(NEW_MODE)),
    Outcome("new_sector_sales", "million yuan a month", "sales of sectors opened in the run", 1,
            value=lambda m: m.weight * added(m["sectors"] * m["opened"]) / TICKS),
    Outcome("new_sector_uptake", "share", "buyers who have taken up sectors opened in the run, mean over these sectors", 1,
            value=lambda m: share(added(m["adopted"]), added(m["opened"]))),
)  # fmt: skip

PREPARED = Column("prepared", "f4", "", "gap of knowledge to the next sector's base that answers have closed")
MODE = Column("mode", "i1", "", "way of selling: 0 the old one, 1 the new one")

OPEN = Step(
    "open",
    apply,
    loops=(learn, weigh, scan),
    writes=("sector", "mode", "prepared", "cash", "profit_year"),
    groups=("population",),
    transfers=("opening_industry",),
    draws=(plans,),
    state=(
        "sectors.adopted", "sectors.base_knowledge", "sectors.demand", "sectors.mature_demand", "sectors.mode_open", "sectors.open",
        "sectors.opened", "sectors.opening_demand", "sectors.opening_pull", "sectors.pull", "sectors.sales_factor",
        "sectors.taken_from", "sectors.worker_revenue",
    ),
)  # fmt: skip

MECHANISM = Mechanism(
    "industries",
    Rules,
    steps=(OPEN,),
    columns=(MODE, PREPARED),
    counters=EVENTS,
    draws=(plans,),
    outcomes=OUTCOMES,
)
