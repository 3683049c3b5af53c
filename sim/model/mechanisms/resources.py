"""Platform resources: recruited by interface staff, drawn by members and requests, they have knowledge and leave.

Where it is asked for, they come for requests in what they know, answer more the more they are asked, and leave when
nobody asks.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from sim.declare import Counters, Mechanism, Outcome, Step, assumption, parameter, switch
from sim.kernel import draws, maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.draws import block
from sim.kernel.threads import BLOCK
from sim.kernel.types import Index, f8, f8_2d, i1, i2, i8, i8_2d, typed
from sim.model.record.reading import added
from sim.model.state.accounts import PLATFORM_STAFF, RESEARCH
from sim.model.state.enterprises import NEVER, OPERATING, NoWrites, gather, reads
from sim.model.state.knowledge import CELL, NEEDS, Frontier, cell_at, first_open, needs
from sim.model.state.platforms import CELLS, DOMESTIC, FOREIGN, KINDS, USER, PlatformState
from sim.model.state.world import World

EVENTS = Counters("resources_recruited", "resources_aged")
RECRUITED, AGED = EVENTS

# Keyed by kind and cell of a platform's resources: arrivals and departures. Keyed by the platform: success of campaigns.
turnover = block("resources", 0, "come", "leave", number=11)
NONE_MORE = np.zeros((len(KINDS), CELLS))  # resources that come for requests, where none does


@typed
class Rules(NamedTuple):
    """Platform resources."""

    enabled: bool = switch()
    spread: float = parameter(
        0.25, "", "spread of domestic resources' knowledge around the middle", assumption("unit-free space"),
        bounds=(0.01, 1), plausible=(0.15, 0.4),
    )  # fmt: skip
    middle: float = parameter(
        0.5, "", "knowledge on each axis around which domestic resources lie, and from which foreign experts are ahead",
        assumption("unit-free space"), bounds=(0, 1.2), plausible=(0.4, 0.6),
    )  # fmt: skip
    users_technical: float = parameter(
        0.4, "", "users' knowledge of materials, process, devices and electronics, the first two axes",
        assumption("users know what they need more than how it is made"), bounds=(0, 1.2), plausible=(0.2, 0.5),
    )  # fmt: skip
    users_market: float = parameter(
        0.8, "", "users' knowledge of software and markets, the third axis",
        assumption("users know what they need more than how it is made"), bounds=(0, 1.2), plausible=(0.6, 1.0),
    )  # fmt: skip
    foreign_lead: float = parameter(
        0.2, "", "distance by which foreign experts' knowledge is ahead on each axis",
        assumption("the article: learning from abroad", "article.claims"), bounds=(0, 1), plausible=(0.05, 0.35),
    )  # fmt: skip
    request_pull: float = parameter(
        0.05, "resources a request and month", "resources that come to a platform for an open request in what they know",
        assumption("one in twenty questions a month brings somebody new"), bounds=(0, 1000), plausible=(0.0, 5.0),
    )  # fmt: skip
    patience: float = parameter(
        36.0, "month", "months without a question after which a resource leaves, in the mean; 0: none leaves for that",
        assumption("years: a profile costs nothing to keep"), bounds=(0, 1200), plausible=(0.0, 60.0),
    )  # fmt: skip
    habit: float = parameter(
        0.0, "month", "months over which the part of resources who look at questions comes to that of those who get any; 0: all look at all times",
        assumption("0: all answer; with habits that form within months (Lally et al. 2010, from memory) few on a large platform get a question, and it adds nothing to research"), bounds=(0, 120), plausible=(0.0, 12.0),
    )  # fmt: skip
    cloud_edge: float = parameter(
        0.2, "share", "density relative to their densest cell's below which domestic resources leave a cell empty; foreign experts then know the empty cells ahead, and no others",
        assumption("the sparse fifth; 0: domestic resources know something of everything"), bounds=(0, 1), plausible=(0.0, 0.3),
    )  # fmt: skip


# The middle of each cell, by axis.
MIDDLES = [[(part + 0.5) * CELL for part in (cell // 9, cell // 3 % 3, cell % 3)] for cell in range(CELLS)]


def cell_weights(centre: tuple[float, float, float], spread: float) -> Any:
    """Weights of the 27 cells, summing to 1, for knowledge spread around ``centre``."""
    distances = [sum((point[axis] - centre[axis]) ** 2 for axis in range(3)) for point in MIDDLES]
    nearest = min(distances)  # subtracted, so that the largest weight is not 0
    weights = np.array([maths.exp((nearest - it) / (2.0 * spread * spread)) for it in distances])
    return weights / weights.sum()


@cache
def kind_weights(p: Rules) -> Any:
    """Weights of the cells for each kind of resource."""
    ahead, technical = p.middle + p.foreign_lead, p.users_technical
    centres = (p.middle, p.middle, p.middle), (ahead, ahead, ahead), (technical, technical, p.users_market)
    domestic, foreign, users = (cell_weights(centre, p.spread) for centre in centres)
    return np.stack([*apart(domestic, foreign, p), users])


def apart(domestic: Any, foreign: Any, p: Rules) -> tuple[Any, Any]:
    """Weights of domestic resources in the cells that they fill, and of foreign experts in the other cells ahead.

    Ahead of the middle is the side of the frontier: what projects need lies above the sectors' base on every axis.
    Where no such cell is empty, foreign experts' weights stay as they are.
    """
    within = domestic >= p.cloud_edge * domestic.max()
    ahead = np.array([sum(point) > 3.0 * p.middle for point in MIDDLES])
    beyond = np.where(ahead & ~within, foreign, 0.0)
    if not beyond.any():
        return domestic, foreign
    inside = np.where(within, domestic, 0.0)
    return inside / inside.sum(), beyond / beyond.sum()


@compiled
def campaign(u: float, log_sd: float) -> float:
    """A month's recruiting success: lognormal with mean 1."""
    return maths.exp(log_sd * draws.normal(u) - 0.5 * log_sd * log_sd)


@compiled
def recruited(staff: float, contacts: float, success: float) -> float:
    """Expected resources recruited by interface staff in a month."""
    return staff * contacts * success


@compiled
def attracted(members: float, member_pull: float) -> float:
    """Expected resources attracted by members in a month."""
    return members * member_pull


@reads
class QuestionReads(NamedTuple):
    identity: i8
    status: i1
    sector: i1
    platform: i2
    project_began: i2
    solved: i1


@compiled
def ask(
    lo: Index, hi: Index, seed: int, month: int, r: QuestionReads, w: NoWrites, frontier: Frontier, asked: i8_2d
) -> None:  # fmt: skip
    """Count members' open requests by platform and by the cell of knowledge in which the answer lies."""
    asks, rows, identity = np.empty(BLOCK, np.int8), np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.int64)
    began, component, sector = np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int8)
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        for i in range(first, last):
            asks[i - first] = (r.status[i] == OPERATING) & (r.project_began[i] != NEVER) & (r.platform[i] >= 0)
        number = gather(asks, first, last, r.identity, rows, identity)
        for k in range(number):
            i = rows[k]
            began[k], component[k], sector[k] = r.project_began[i], first_open(r.solved[i]), r.sector[i]
        need = needs(seed, identity[:number], began[:number], component[:number], sector[:number], frontier)
        for k in range(number):
            asked[r.platform[rows[k]], cell_at(need[0, k], need[1, k], need[2, k])] += 1


@equation
def unasked(requests: float, looking: float, resources: float) -> float:
    """Probability that a resource gets no question in a month: ``looking`` of them look into each request."""
    return maths.exp(-looking * requests / max(resources, looking))


@equation
def leaving_probability(lifetime: float, without: float, patience: float) -> float:
    """Monthly probability that a resource leaves: by age, and when nobody asks, for the share ``without`` a question."""
    return min(1.0, 1.0 / lifetime + (without / patience if patience > 0.0 else 0.0))


@equation
def next_ready(ready: float, without: float, habit: float) -> float:
    """Part of resources who look at questions after a month in which the share ``without`` got none."""
    return ready + (1.0 - without - ready) / max(habit, 1.0) if habit > 0.0 else 1.0


@compiled
def expected_arrivals(
    seed: int, identity: int, month: int, staff: float, contacts: float, log_sd: float, members: float, member_pull: float
) -> float:  # fmt: skip
    """Expected resources that come to a platform in a month, but for those that come for requests."""
    success = campaign(turnover(seed, identity, month).come, log_sd)
    return recruited(staff, contacts, success) + attracted(members, member_pull)


@compiled
def pull(requests: f8, shares: f8, weights: f8_2d, p: Rules, more: f8_2d) -> None:
    """Expected resources that come for requests by kind and cell: in proportion to those who know the cell."""
    for cell in range(weights.shape[1]):
        knowing = 0.0
        for kind in range(weights.shape[0]):
            knowing += shares[kind] * weights[kind, cell]
        for kind in range(weights.shape[0]):
            share = shares[kind] * weights[kind, cell] / knowing if knowing > 0.0 else 0.0
            more[kind, cell] = p.request_pull * requests[cell] * share


@compiled
def mind_questions(
    counts: i8_2d, requests: f8, lifetime: float, looking: float, p: Rules, leaving: f8_2d, ready: f8_2d
) -> None:  # fmt: skip
    """Monthly probabilities of leaving, and the next shares of resources that answer, by kind and cell."""
    for kind in range(counts.shape[0]):
        for cell in range(counts.shape[1]):
            without = unasked(requests[cell], looking, float(counts[kind, cell]))
            leaving[kind, cell] = leaving_probability(lifetime, without, p.patience)
            ready[kind, cell] = next_ready(ready[kind, cell], without, p.habit)


@compiled
def turn_over(
    counts: i8_2d, expected: f8, weights: f8_2d, more: f8_2d, leaving: f8_2d, seed: int, identity: int, month: int,
    events: i8,
) -> None:  # fmt: skip
    """A month of one platform's resources by kind and cell: arrivals and departures."""
    for kind in range(counts.shape[0]):
        for cell in range(counts.shape[1]):
            key = identity ^ (kind * counts.shape[1] + cell + 1)
            u = turnover(seed, key, month)
            left = draws.binomial(u.leave, counts[kind, cell], leaving[kind, cell])
            come = draws.poisson(u.come, expected[kind] * weights[kind, cell] + more[kind, cell])
            counts[kind, cell] += come - left
            events[RECRUITED] += come
            events[AGED] += left


def apply(world: World) -> None:
    """A month of every launched platform, with its running cost."""
    rules = world.rules("resources")
    if not rules.enabled:
        return
    weights = kind_weights(rules)
    asked = questions(world, rules)
    for platform in world.platforms:
        if not platform.closed:
            run_platform(world, platform, weights, rules, asked[platform.index])


def questions(world: World, rules: Rules) -> Any:
    """Members' open requests by platform and cell; none where no resource minds them, or none is matched."""
    asked = np.zeros((len(world.platforms), CELLS), np.int64)
    if minds_questions(rules) and world.rules("matching").enabled:
        projects = world.rules("projects")
        frontier = Frontier(world.sectors.base_knowledge, projects.lead, projects.reach)
        world.loop(ask, QuestionReads, NoWrites, frontier, sums=(asked,))
    return asked


def running_cost(world: World, platform: PlatformState) -> float:
    """Monthly cost of a platform (million yuan): its interface staff, or the fixed cost of one founded in the run."""
    if platform.name in world.settings.platforms:
        return platform.interface_staff * float(world.group("labour").wage) / 12.0
    return float(world.rules("adoption").own_cost) / 12.0


def run_platform(world: World, platform: PlatformState, weights: Any, rules: Rules, asked: Any) -> None:
    """A month of one platform: resources come for staff, members and requests, and leave; its cost is paid."""
    named = world.platform_rules(platform)
    members = platform.members * world.weight_of(platform)
    come = expected_arrivals(
        world.seed, platform.identity, world.month, platform.interface_staff, named.contacts_per_staff,
        named.campaign_log_sd, members, named.member_pull,
    )  # fmt: skip
    shares = np.zeros(3)
    shares[FOREIGN], shares[USER] = named.foreign_share, named.user_share
    shares[DOMESTIC] = max(0.0, 1.0 - named.foreign_share - named.user_share)
    more, leaving = NONE_MORE, leaving_by_age(float(named.lifetime))
    if minds_questions(rules):
        requests = asked * world.weight_of(platform)
        more, leaving, ready = (np.empty((len(KINDS), CELLS)) for _ in range(3))
        pull(requests, shares, weights, rules, more)
        ready[:] = 1.0 if platform.ready is None else platform.ready
        looking = float(world.rules("matching").looking)
        mind_questions(platform.counts, requests, float(named.lifetime), looking, rules, leaving, ready)
        platform.ready = ready
    turn_over(
        platform.counts, come * shares, weights, more, leaving, world.seed, platform.identity, world.month,
        world.counters("resources"),
    )  # fmt: skip
    cost = running_cost(world, platform)
    wages = cost / world.weight_of(platform)
    host = world.host_row(platform)
    if host < 0:
        world.books.pay(PLATFORM_STAFF, wages)
        platform.balance -= cost
    else:
        world.transfer(host, -wages, RESEARCH)


def minds_questions(rules: Rules) -> bool:
    """Whether resources come, leave or answer by what they are asked."""
    return max(rules.request_pull, rules.patience, rules.habit) > 0.0


@cache
def leaving_by_age(lifetime: float) -> Any:
    """Monthly probabilities that resources leave where questions do not matter, by kind and cell."""
    return np.full((len(KINDS), CELLS), 1.0 / lifetime)


OUTCOMES = (
    Outcome("platform_resources", "resources", "resources on named platforms", 1, True,
            lambda m: added(m["resources"])),
    Outcome("platform_resources_foreign", "resources", "foreign experts among them", 1,
            value=lambda m: m["resources"][:, FOREIGN]),
    Outcome("platform_resources_users", "resources", "users among them", 1, value=lambda m: m["resources"][:, USER]),
)  # fmt: skip

RECRUIT = Step(
    "recruit",
    apply,
    loops=(ask,),
    writes=("cash", "profit_year"),
    groups=("labour", "mechanisms.adoption", "mechanisms.matching", "mechanisms.projects", "platforms"),
    transfers=("research",),
    draws=(turnover, *NEEDS),
    state=("accounts", "platforms.balance", "platforms.counts", "platforms.ready"),
)

MECHANISM = Mechanism(
    "resources", Rules, steps=(RECRUIT,), counters=EVENTS, draws=(turnover, *NEEDS), outcomes=OUTCOMES
)  # fmt: skip
