"""7 Matching: open requests for knowledge meet resources at a rate bounded by both sides.

Who meets whom hangs on the knowledge that resources hold: a partner is of use when it is understood (near enough)
and near to what the project needs. A partner stays with the project until one nearer to its open component is met.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim import draws
from sim.compiled import compiled
from sim.economy import FOREIGN_CONTACTS, transfer
from sim.enterprises import NEVER, OPERATING
from sim.knowledge import distance, in_cell, needed, pair_taste, pick_cell, ring_place
from sim.world import CELLS, COUNT, FOREIGN, KINDS, World

_REQUESTS, _ANSWERS, _MONTHS = COUNT["requests"], COUNT["answers"], COUNT["answer_months"]
_FOREIGN, _FOREIGN_MONTHS = COUNT["answers_foreign"], COUNT["answer_months_foreign"]
_ELSEWHERE, _CROSSING = COUNT["answers_elsewhere"], COUNT["answers_crossing"]
_MEMBER, _ALONE = 3, 4  # sources after the three kinds of resource
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
    booked: Any


@compiled
def meeting_probability(resources: float, requests: float, services: float, p: Any) -> float:
    """Probability that an open request meets a resource in a month: mu R^e Q^(1-e) meetings over Q requests.

    ``rate`` is the probability where a thousand resources stand behind each request.
    """
    if resources <= 0.0:
        return 0.0
    ratio = resources / (1000.0 * max(requests, 1.0))
    return min(1.0, services * p.rate * math.exp(p.resource_elasticity * math.log(ratio)))


@compiled
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
    lo: int, hi: int, seed: int, month: int, r: Any, w: Any, p: Any, o: Any, base: Any, counts: Any, requests: Any,
    services: Any, ring: Any, ring_row: Any, asked_of: Any, answered_by: Any, events: Any, flows: Any,
) -> None:  # fmt: skip
    """Requests of all enterprises with a project under way; ``counts`` has shape (platforms + 1, kinds, cells)."""
    nowhere = len(services) - 1
    for i in range(lo, hi):
        if r.status[i] != OPERATING or r.project_began[i] == NEVER or w.reached[i] == 0:
            w.met_0[i] = -1.0
        if r.status[i] != OPERATING or r.project_began[i] == NEVER:
            continue
        if w.asked[i] == NEVER:
            w.asked[i] = month
        platform = r.platform[i] if r.platform[i] >= 0 else nowhere
        events[_REQUESTS] += 1
        asked_of[platform] += 1
        began, component, s = r.project_began[i], first_open(r.solved[i]), r.sector[i]
        t_0 = needed(seed, r.identity[i], began, component, 0, base[s, 0], o.lead, o.reach)
        t_1 = needed(seed, r.identity[i], began, component, 1, base[s, 1], o.lead, o.reach)
        t_2 = needed(seed, r.identity[i], began, component, 2, base[s, 2], o.lead, o.reach)
        meet = draws.uniforms(seed, r.identity[i], month, draws.MATCHING)
        cell = draws.uniforms(seed, r.identity[i], month, draws.MATCHING_CELL)
        nearest, source, crossing = 1e9, -1, 0
        engaged = 1e9
        if w.met_0[i] >= 0.0:
            engaged = distance(w.met_0[i], w.met_1[i], w.met_2[i], t_0, t_1, t_2)
        for k in range(5):
            k_0, k_1, k_2, other = -1.0, -1.0, -1.0, r.size_class[i]
            if k < 3:
                if k >= r.breadth[i] or platform == nowhere:
                    continue
                there = counts[platform, k].sum()
                chance = meeting_probability(there, requests[platform], services[platform], p)
                if (meet[0] if k == 0 else (meet[1] if k == 1 else meet[2])) >= chance:
                    continue
                u_cell = cell[0] if k == 0 else (cell[1] if k == 1 else cell[2])
                c = pick_cell(u_cell, counts[platform, k], t_0, t_1, t_2, p.taste)
                looking = min(int(p.looking), int(counts[platform, k, c]))
                k_0, k_1, k_2 = best_in_cell(c, looking, seed, r.identity[i], month, k, t_0, t_1, t_2)
            else:
                if len(ring) < 2:
                    continue
                if k == _MEMBER:
                    chance = meeting_probability(asked_members(platform, requests), 1.0, services[platform], p)
                    if r.breadth[i] < 4 or platform == nowhere or meet[3] >= min(chance, p.rate):
                        continue
                elif draws.uniforms(seed, r.identity[i], month, draws.MATCHING_FOREIGN)[3] >= p.alone:
                    continue
                j = best_on_ring(i, cell[3], k == _MEMBER, seed, month, r, p, ring, ring_row)
                if j < 0:
                    continue
                k_0, k_1, k_2, other = r.knowledge_0[j], r.knowledge_1[j], r.knowledge_2[j], r.size_class[j]
            far = distance(r.knowledge_0[i], r.knowledge_1[i], r.knowledge_2[i], k_0, k_1, k_2)
            if far > p.tolerance:
                continue
            gap = distance(k_0, k_1, k_2, t_0, t_1, t_2)
            if gap < nearest:
                nearest, source = gap, k
                crossing = 1 if other != r.size_class[i] else 0
                if gap < engaged:
                    w.met_0[i], w.met_1[i], w.met_2[i] = k_0, k_1, k_2
        if source < 0:
            continue
        w.reached[i] = 1
        waited = month - w.asked[i]
        w.asked[i] = NEVER
        events[_ANSWERS] += 1
        events[_MONTHS] += waited
        events[_CROSSING] += crossing
        if source == _ALONE:
            events[_ELSEWHERE] += 1
        else:
            answered_by[platform] += 1
        if source == FOREIGN:
            events[_FOREIGN] += 1
            events[_FOREIGN_MONTHS] += waited
            w.profit_year[i] += transfer(i, -p.foreign_cost, w.cash, w.booked, flows, FOREIGN_CONTACTS)


@compiled
def asked_members(platform: int, requests: Any) -> float:
    """Other members with a request open, as resources to each other."""
    return max(0.0, requests[platform] - 1.0)


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
    world.loop(
        match, Reads, Writes, rules, world.rules("projects"), world.sectors.base_knowledge, counts, requests, services,
        world.ring_identity, world.ring_row, asked_of, answered_by, world.counts, world.books.flows,
    )  # fmt: skip
    for platform in platforms:
        platform.requests = int(asked_of[platform.number])
        platform.answers = int(answered_by[platform.number])
    asked, answered = int(asked_of[:-1].sum()), int(answered_by[:-1].sum())
    if world.group("market").coupled:
        world.posted = world.posted._replace(answered=answered / asked if asked else 0.0)
