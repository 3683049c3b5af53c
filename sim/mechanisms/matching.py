"""7 Matching: open requests for knowledge meet resources at a rate bounded by both sides.

Who meets whom hangs on the knowledge that resources hold: a partner is of use when it is understood (near enough)
and near to what the project needs. A partner stays with the project until one nearer to its open component is met.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim import draws, maths
from sim.compiled import compiled, equation
from sim.economy import FOREIGN_CONTACTS, transfer
from sim.enterprises import NEVER, OPERATING
from sim.knowledge import distance, in_cell, needed, pair_taste, pick_cell, ring_place
from sim.threads import BLOCK
from sim.world import CELLS, COUNT, FOREIGN, KINDS, World

_REQUESTS, _ANSWERS, _MONTHS = COUNT["requests"], COUNT["answers"], COUNT["answer_months"]
_FOREIGN, _FOREIGN_MONTHS = COUNT["answers_foreign"], COUNT["answer_months_foreign"]
_ELSEWHERE, _CROSSING = COUNT["answers_elsewhere"], COUNT["answers_crossing"]
_MEMBER, _ALONE, _SOURCES = 3, 4, 5  # sources after the three kinds of resource
_BREADTHS = 5  # a team asks 0 to 4 kinds of partner
_STEPS = 12  # places of the ring looked at for a member of the same platform


class Reads(NamedTuple):
    identity: Any
    status: Any
    size_class: Any
    sector: Any
    platform: Any
    project_began: Any
    solved: Any
    breadth: Any
    knowledge_0: Any
    knowledge_1: Any
    knowledge_2: Any


class Writes(NamedTuple):
    asked: Any
    reached: Any
    met_0: Any
    met_1: Any
    met_2: Any
    profit_year: Any
    cash: Any


@equation
def meeting_probability(resources: float, requests: float, services: float, p: Any) -> float:
    """Probability that an open request meets a resource in a month: mu R^e Q^(1-e) meetings over Q requests.

    ``rate`` is the probability where a thousand resources stand behind each request.
    """
    if resources <= 0.0:
        return 0.0
    ratio = resources / (1000.0 * max(requests, 1.0))
    return min(1.0, services * p.rate * maths.exp(p.resource_elasticity * maths.log(ratio)))


@equation
def first_open(solved: int) -> int:
    """The first component that is not solved yet, of three."""
    return 0 if solved & 1 == 0 else (1 if solved & 2 == 0 else 2)


@compiled
def best_on_ring(
    i: int, u: float, same_platform: bool, seed: int, month: int, r: Any, p: Any, ring: Any, ring_row: Any
) -> int:
    """Row of the partner liked best among the next places of the ring; -1 without one."""
    start = ring_place(ring, u)
    best, best_liking, seen = -1, -1e9, 0
    for step in range(min(_STEPS, len(ring))):
        j = ring_row[(start + step) % len(ring)]
        if j == i or (same_platform and r.platform[j] != r.platform[i]):
            continue
        gap = distance(
            r.knowledge_0[i], r.knowledge_1[i], r.knowledge_2[i], r.knowledge_0[j], r.knowledge_1[j], r.knowledge_2[j]
        )
        liking = -gap + p.taste * pair_taste(seed, r.identity[i], r.identity[j], month)
        if liking > best_liking:
            best, best_liking = j, liking
        seen += 1
        if seen == 3:
            break
    return best


@compiled
def best_in_cell(
    cell: int, looking: int, seed: int, identity: int, month: int, kind: int, t_0: float, t_1: float, t_2: float
) -> tuple[float, float, float]:
    """Of the resources of a cell that look into a request, the knowledge of the one nearest to the need."""
    best, b_0, b_1, b_2 = 1e9, 0.0, 0.0, 0.0
    for one in range(looking):
        u_0, u_1, u_2, _ = draws.uniforms(seed, identity ^ (one << 1), month, draws.MATCHING_DOMESTIC + kind)
        k_0, k_1, k_2 = in_cell(cell, 0, u_0), in_cell(cell, 1, u_1), in_cell(cell, 2, u_2)
        gap = distance(k_0, k_1, k_2, t_0, t_1, t_2)
        if gap < best:
            best, b_0, b_1, b_2 = gap, k_0, k_1, k_2
    return b_0, b_1, b_2


@compiled
def match(
    lo: int, hi: int, seed: int, month: int, r: Any, w: Any, p: Any, o: Any, base: Any, counts: Any, chances: Any,
    ring: Any, ring_row: Any, asked_of: Any, answered_by: Any, events: Any, flows: Any,
) -> None:  # fmt: skip
    """Requests of all enterprises with a project under way.

    By platform, the last one standing for none: ``counts`` of shape (platforms + 1, kinds, cells), and ``chances`` of
    a meeting by breadth and source, shape (platforms + 1, 5, 5).
    """
    rows, identity = np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64)
    u, u_alone = np.empty((4, BLOCK)), np.empty((4, BLOCK))
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        asking = 0
        for i in range(first, last):
            engaged = (r.status[i] == OPERATING) & (r.project_began[i] != NEVER) & (w.reached[i] == 1)
            w.met_0[i] = w.met_0[i] if engaged else np.float32(-1.0)
        for i in range(first, last):
            rows[asking], identity[asking] = i, r.identity[i]
            asking += (r.status[i] == OPERATING) & (r.project_began[i] != NEVER)
        draws.fill(u, seed, identity, 0, asking, month, draws.MATCHING)
        draws.fill(u_alone, seed, identity, 0, asking, month, draws.MATCHING_FOREIGN)
        for k in range(asking):
            i = rows[k]
            platform = r.platform[i] if r.platform[i] >= 0 else len(chances) - 1
            if w.asked[i] == NEVER:
                w.asked[i] = month
            events[_REQUESTS] += 1
            asked_of[platform] += 1
            met = sources_met(u[:, k], u_alone[3, k], chances[platform, r.breadth[i]])
            if met == 0:
                continue
            source = answer(i, met, platform, seed, month, r, w, p, o, base, counts, ring, ring_row, events)
            if source >= 0:
                take_answer(i, source, month, w, p, events, flows)
                answered_by[platform] += source != _ALONE


@compiled
def take_answer(i: int, source: int, month: int, w: Any, p: Any, events: Any, flows: Any) -> None:
    """A request is answered: the wait is noted, and a foreign expert paid."""
    waited = month - w.asked[i]
    w.reached[i] = 1
    w.asked[i] = NEVER
    events[_ANSWERS] += 1
    events[_MONTHS] += waited
    events[_ELSEWHERE] += source == _ALONE
    if source == FOREIGN:
        events[_FOREIGN] += 1
        events[_FOREIGN_MONTHS] += waited
        w.profit_year[i] += transfer(i, -p.foreign_cost, w.cash, flows, FOREIGN_CONTACTS)


@equation
def chance_elsewhere(breadth: int, alone: float) -> float:
    """Probability of meeting someone elsewhere: each kind that the team asks is one more chance."""
    return 1.0 - maths.exp(breadth * maths.log(1.0 - alone))


@compiled
def sources_met(u: Any, u_alone: float, chances: Any) -> int:
    """Bits of the sources that a request meets this month: kinds of resource, another member, someone elsewhere."""
    met = (u_alone < chances[_ALONE]) << _ALONE
    for source in range(_ALONE):
        met |= (u[source] < chances[source]) << source
    return met


@compiled
def answer(
    i: int, met: int, platform: int, seed: int, month: int, r: Any, w: Any, p: Any, o: Any, base: Any, counts: Any,
    ring: Any, ring_row: Any, events: Any,
) -> int:  # fmt: skip
    """The source of the partner nearest to the need among those met and understood, -1 without one.

    It stays with the project if it is nearer than the partner that the project has.
    """
    began, component, s = r.project_began[i], first_open(r.solved[i]), r.sector[i]
    t_0 = base[s, 0] + needed(seed, r.identity[i], began, component, 0, o.lead, o.reach)
    t_1 = base[s, 1] + needed(seed, r.identity[i], began, component, 1, o.lead, o.reach)
    t_2 = base[s, 2] + needed(seed, r.identity[i], began, component, 2, o.lead, o.reach)
    u_0, u_1, u_2, u_ring = draws.uniforms(seed, r.identity[i], month, draws.MATCHING_CELL)
    nearest, source, crossing = 1e9, -1, False
    engaged = distance(w.met_0[i], w.met_1[i], w.met_2[i], t_0, t_1, t_2) if w.met_0[i] >= 0.0 else 1e9
    for k in range(_SOURCES):
        if met & (1 << k) == 0:
            continue
        other = r.size_class[i]
        if k < _MEMBER:
            u_cell = u_0 if k == 0 else (u_1 if k == 1 else u_2)
            c = pick_cell(u_cell, counts[platform, k], t_0, t_1, t_2, p.taste)
            looking = min(int(p.looking), int(counts[platform, k, c]))
            k_0, k_1, k_2 = best_in_cell(c, looking, seed, r.identity[i], month, k, t_0, t_1, t_2)
        else:
            j = best_on_ring(i, u_ring, k == _MEMBER, seed, month, r, p, ring, ring_row)
            if j < 0:
                continue
            k_0, k_1, k_2, other = r.knowledge_0[j], r.knowledge_1[j], r.knowledge_2[j], r.size_class[j]
        if distance(r.knowledge_0[i], r.knowledge_1[i], r.knowledge_2[i], k_0, k_1, k_2) > p.tolerance:
            continue
        gap = distance(k_0, k_1, k_2, t_0, t_1, t_2)
        if gap < nearest:
            nearest, source, crossing = gap, k, other != r.size_class[i]
            if gap < engaged:
                w.met_0[i], w.met_1[i], w.met_2[i] = k_0, k_1, k_2
    events[_CROSSING] += crossing
    return source


def meeting_chances(world: World, counts: Any, requests: Any, services: Any, p: Any) -> Any:
    """Probabilities of a meeting in a month by breadth and source, shape (platforms + 1, 5, 5); the last is without.

    A team's breadth opens one source after the other; a team of no breadth asks nobody.
    """
    chances = np.zeros((len(services), _SOURCES))
    for platform in range(len(services) - 1):
        served = services[platform]
        for kind in range(len(KINDS)):
            there = float(counts[platform, kind].sum())
            chances[platform, kind] = meeting_probability(there, requests[platform], served, p)
        # Other members with a request open are resources to each other.
        others = max(0.0, requests[platform] - 1.0)
        chances[platform, _MEMBER] = min(meeting_probability(others, 1.0, served, p), p.rate)
    by_breadth = np.zeros((len(services), _BREADTHS, _SOURCES))
    for breadth in range(_BREADTHS):
        by_breadth[:, breadth, :breadth] = chances[:, :breadth]
        by_breadth[:, breadth, _ALONE] = chance_elsewhere(breadth, p.alone)
    if len(world.ring_identity) < 2:
        by_breadth[:, :, _MEMBER:] = 0.0
    return by_breadth


def apply(world: World) -> None:
    """A month of matching, on last month's requests."""
    rules = world.rules("matching")
    table = world.enterprises
    if not rules.enabled:
        table.met_0[:] = -1.0
        return
    platforms = world.platforms
    counts = np.zeros((len(platforms) + 1, len(KINDS), CELLS), np.int64)
    for platform in platforms:
        counts[platform.number] = platform.counts
    requests = world.platform_array([platform.requests * world.weight_of(platform) for platform in platforms])
    services = world.platform_array([platform.services for platform in platforms])
    asked_of, answered_by = np.zeros(len(services), np.int64), np.zeros(len(services), np.int64)
    chances = meeting_chances(world, counts, requests, services, rules)
    world.loop(
        match, Reads, Writes, rules, world.rules("projects"), world.sectors.base_knowledge, counts, chances,
        world.ring_identity, world.ring_row, sums=(asked_of, answered_by, world.counts, world.books.flows),
    )  # fmt: skip
    for platform in platforms:
        platform.requests = int(asked_of[platform.number])
        platform.answers = int(answered_by[platform.number])
    asked, answered = int(asked_of[:-1].sum()), int(answered_by[:-1].sum())
    if world.group("market").coupled:
        world.posted = world.posted._replace(answered=answered / asked if asked else 0.0)
