"""Matching: open requests for knowledge meet resources at a rate that depends on both sides.

A partner answers if its knowledge is near enough to be understood, and the one nearest to the project's need is chosen.
It stays with the project until one nearer to the open component is met.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.declare import Column, Counters, Mechanism, Outcome, Step, assumption, parameter, switch
from sim.kernel import draws, maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.draws import block
from sim.kernel.threads import BLOCK
from sim.kernel.types import Index, f4, f8, f8_3d, i1, i2, i8, i8_3d, typed, u4
from sim.model.record.reading import counted, share
from sim.model.state.accounts import FOREIGN_CONTACTS, transfer
from sim.model.state.enterprises import NEVER, OPERATING, gather, reads, writes
from sim.model.state.knowledge import (
    NEEDS,
    Frontier,
    distance,
    first_open,
    in_cell,
    needs,
    pair_taste,
    pick_cell,
    taste_of_pair,
)
from sim.model.state.platforms import CELLS, DOMESTIC, FOREIGN, KINDS, USER
from sim.model.state.ring import OnRing, successors
from sim.model.state.world import World, with_none

meeting = block("matching", 0, "domestic", "foreign", "user", "member", number=14)
chosen = block("matching", 1, "domestic", "foreign", "user", "point", number=15)
domestic_one = block("matching", 2, "materials", "devices", "software", number=16)
foreign_one = block("matching", 3, "materials", "devices", "software", "met_alone", number=17)
user_one = block("matching", 4, "materials", "devices", "software", number=18)
meeting_of, chosen_of = meeting.of, chosen.of

EVENTS = Counters(
    "answers_crossing",
    "requests",
    "answers",
    "answers_foreign",
    "answer_months",
    "answer_months_foreign",
    "answers_elsewhere",
    "first_answers",
    "first_answer_months",
)
(
    ANSWERS_CROSSING, REQUESTS, ANSWERS, ANSWERS_FOREIGN, MONTHS, MONTHS_FOREIGN, ANSWERS_ELSEWHERE, FIRST,
    FIRST_MONTHS,
) = EVENTS  # fmt: skip
MEMBER, ALONE, SOURCES = 3, 4, 5  # sources after the three kinds of resource
ONE_OF = (domestic_one.number, foreign_one.number, user_one.number)  # position of a resource in its cell, by kind
BREADTHS = 5  # 0 to 4 kinds of partner


@typed
class Rules(NamedTuple):
    """Matching of open requests and resources."""

    enabled: bool = switch()
    rate: float = parameter(
        0.25, "1/month", "meetings of one open request at a thousand resources per request",
        assumption("platforms answer within weeks"), bounds=(0, 10), plausible=(0.1, 0.6),
    )  # fmt: skip
    resource_elasticity: float = parameter(
        0.5, "", "elasticity of meetings on resources, one minus it on requests", assumption("matching functions: 0.3 "
        "to 0.7"), bounds=(0, 1), plausible=(0.3, 0.7),
    )  # fmt: skip
    tolerance: float = parameter(
        0.6, "", "distance of knowledge beyond which a partner is not understood", assumption("absorptive capacity"),
        bounds=(0.01, 2), plausible=(0.3, 0.9),
    )  # fmt: skip
    looking: int = parameter(
        6, "resources", "resources of a kind that consider a request", assumption("a handful of answers"),
        bounds=(1, 64), plausible=(2, 20),
    )  # fmt: skip
    alone: float = parameter(
        0.08, "1/month", "meetings of an open request without a platform", assumption("fairs, universities, friends"),
        bounds=(0, 1), plausible=(0.01, 0.08),
    )  # fmt: skip
    candidates: int = parameter(
        3, "enterprises", "enterprises met together, on a platform or elsewhere, of which the nearest may answer",
        assumption("short lists"), bounds=(1, 50), plausible=(2, 10),
    )  # fmt: skip
    circle: int = parameter(
        12, "enterprises", "enterprises among which those met are searched; few of them are members of the same platform",
        assumption("a circle of acquaintances"), bounds=(1, 1000), plausible=(6, 40),
    )  # fmt: skip
    taste: float = parameter(
        0.05, "", "scale of the taste for a partner, in distance of knowledge", assumption("unseen reasons"),
        bounds=(0.001, 1), plausible=(0.02, 0.15),
    )  # fmt: skip
    foreign_cost: float = parameter(
        0.01, "million yuan", "cost of an answer from a foreign expert", assumption("a consultant's day or two"),
        bounds=(0, 10), plausible=(0.003, 0.03),
    )  # fmt: skip
    foreign_months: float = parameter(
        1.0, "month", "mean months by which a foreign expert's answer comes later than others', except on platforms with real-time interaction",
        assumption("time zones, language and translation cost weeks"), bounds=(0, 24), plausible=(0.0, 3.0),
    )  # fmt: skip


@reads
class Reads(NamedTuple):
    identity: i8
    status: i1
    size_class: i1
    sector: i1
    platform: i2
    project_began: i2
    solved: i1
    breadth: i1
    knowledge_0: f8
    knowledge_1: f8
    knowledge_2: f8


@writes
class Writes(NamedTuple):
    asked: i2
    reached: i1
    partner_knowledge_0: f4
    partner_knowledge_1: f4
    partner_knowledge_2: f4
    partner_source: i1
    profit_year: f8
    cash: f8


@typed
class Partners(NamedTuple):
    """Possible partners and probabilities of meeting them, by platform; the last element is for none."""

    counts: i8_3d  # resources, shape (platforms + 1, kinds, cells)
    chances: f8_3d  # of a meeting by breadth and source, shape (platforms + 1, 5, 5)
    ring: OnRing


@typed
class Sums(NamedTuple):
    """Sums of a month of matching; requests and answers by platform."""

    asked_of: i8
    answered_by: i8
    events: i8
    flows: i8


@equation
def meeting_probability(resources: float, requests: float, services: float, p: Rules) -> float:
    """Probability that an open request meets a resource in a month: a matching function mu R^e Q^(1-e), over Q requests.

    ``rate`` is the probability at a thousand resources per request.
    """
    if resources <= 0.0:
        return 0.0
    ratio = resources / (1000.0 * max(requests, 1.0))
    return min(1.0, services * p.rate * maths.exp(p.resource_elasticity * maths.log(ratio)))


@equation
def answered_within_month(meeting: float, months: float) -> float:
    """Probability that a resource is met and answers this month, where its answers take ``months`` longer on average.

    Each month the question is still open it is answered with the same probability.
    """
    return meeting / (1.0 + months)


@compiled
def best_on_ring(
    source: int, rows: u4, met: i8, start: i8, seed: int, month: int, r: Reads, p: Rules, ring_row: u4
) -> i8:
    """Row of the best partner for each of ``rows`` among the next firms of the ring; -1 without one.

    All candidates are gathered first, then their knowledge, so that memory accesses overlap.
    """
    each = int(p.candidates)
    whose, found, number = np.empty(each * len(rows), np.uint32), np.empty(each * len(rows), np.uint32), 0
    for k in range(len(rows)):
        index, most = start[k], number + each
        for _ in range(min(int(p.circle), len(ring_row)) if met[k] & (1 << source) else 0):
            i, j = rows[k], ring_row[index]
            whose[number], found[number] = k, j
            number += j != i and (source != MEMBER or r.platform[j] == r.platform[i])
            index = index + 1 if index + 1 < len(ring_row) else 0
            if number == most:
                break
    who, known = np.empty((2, number), np.int64), np.empty((6, number))
    for c in range(number):
        i, j = rows[whose[c]], found[c]
        who[0, c], who[1, c] = r.identity[i], r.identity[j]
        known[0, c], known[1, c], known[2, c] = r.knowledge_0[i], r.knowledge_1[i], r.knowledge_2[i]
        known[3, c], known[4, c], known[5, c] = r.knowledge_0[j], r.knowledge_1[j], r.knowledge_2[j]
    liking = np.empty(number)
    for c in range(number):
        gap = distance(known[0, c], known[1, c], known[2, c], known[3, c], known[4, c], known[5, c])
        liking[c] = -gap + p.taste * pair_taste(seed, who[0, c], who[1, c], month)
    best, highest = np.full(len(rows), -1), np.full(len(rows), -1e9)
    for c in range(number):
        k = whose[c]
        if liking[c] > highest[k]:
            best[k], highest[k] = found[c], liking[c]
    return best


@compiled
def best_in_cell(
    cell: int, looking: int, seed: int, identity: int, month: int, kind: int, t_0: float, t_1: float, t_2: float
) -> tuple[float, float, float]:
    """Knowledge of the resource nearest to the need, among those of a cell that consider the request."""
    best, b_0, b_1, b_2 = 1e9, 0.0, 0.0, 0.0
    for one in range(looking):
        u_0, u_1, u_2, _ = draws.uniforms(seed, identity ^ (one << 1), month, ONE_OF[kind])
        k_0, k_1, k_2 = in_cell(cell, 0, u_0), in_cell(cell, 1, u_1), in_cell(cell, 2, u_2)
        gap = distance(k_0, k_1, k_2, t_0, t_1, t_2)
        if gap < best:
            best, b_0, b_1, b_2 = gap, k_0, k_1, k_2
    return b_0, b_1, b_2


@compiled
def match(
    lo: Index, hi: Index, seed: int, month: int, r: Reads, w: Writes, p: Rules, frontier: Frontier, partners: Partners,
    sums: Sums,
) -> None:  # fmt: skip
    """Match the requests of all enterprises with a project."""
    asks, rows, identity = np.empty(BLOCK, np.int8), np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.int64)
    u_alone = np.empty(BLOCK)
    answered, met = np.empty(np.uint64(2) * BLOCK, np.uint32), np.empty(np.uint64(2) * BLOCK, np.int64)
    number = 0
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        for i in range(first, last):
            asks[i - first] = (r.status[i] == OPERATING) & (r.project_began[i] != NEVER)
            engaged = (asks[i - first] == 1) & (w.reached[i] == 1)
            w.partner_knowledge_0[i] = w.partner_knowledge_0[i] if engaged else np.float32(-1.0)
        asking = gather(asks, first, last, r.identity, rows, identity)
        u = meeting_of(seed, identity, 0, asking, month)
        for k in range(asking):
            u_alone[k] = foreign_one(seed, identity[k], month).met_alone
        sums.events[REQUESTS] += asking
        for k in range(asking):
            i = rows[k]
            platform = platform_index(r.platform[i], len(partners.chances) - 1)
            w.asked[i] = month if w.asked[i] == NEVER else w.asked[i]
            sums.asked_of[platform] += 1
            chances = partners.chances[platform, r.breadth[i]]
            answered[number] = i
            met[number] = sources_met(u.domestic[k], u.foreign[k], u.user[k], u.member[k], u_alone[k], chances)
            number += met[number] != 0
        if number < BLOCK and last < hi:
            continue
        answer(answered[:number], met[:number], seed, month, r, w, p, frontier, partners, sums)
        number = 0


@equation
def platform_index(platform: int, none: int) -> int:
    """The index of a platform, or that of none."""
    return platform if platform >= 0 else none


@compiled
def record_answer(i: int, source: int, month: int, began: int, w: Writes, p: Rules, sums: Sums) -> None:
    """Record that a request of a project is answered, and pay a foreign expert."""
    waited = month - w.asked[i]
    sums.events[FIRST] += w.reached[i] == 0
    sums.events[FIRST_MONTHS] += month - began if w.reached[i] == 0 else 0
    w.reached[i] = 1
    w.asked[i] = NEVER
    sums.events[ANSWERS] += 1
    sums.events[MONTHS] += waited
    sums.events[ANSWERS_ELSEWHERE] += source == ALONE
    if source == FOREIGN:
        sums.events[ANSWERS_FOREIGN] += 1
        sums.events[MONTHS_FOREIGN] += waited
        w.profit_year[i] += transfer(i, -p.foreign_cost, w.cash, sums.flows, FOREIGN_CONTACTS)


@equation
def chance_elsewhere(breadth: int, alone: float) -> float:
    """Probability of a meeting outside platforms: each kind of partner is one more chance."""
    return 1.0 - maths.exp(breadth * maths.log(1.0 - alone))


@compiled
def sources_met(
    u_domestic: float, u_foreign: float, u_user: float, u_member: float, u_alone: float, chances: f8
) -> int:
    """Bits of the sources that a request meets this month: kinds of resource, another member, others."""
    return (
        ((u_domestic < chances[DOMESTIC]) << DOMESTIC)
        | ((u_foreign < chances[FOREIGN]) << FOREIGN)
        | ((u_user < chances[USER]) << USER)
        | ((u_member < chances[MEMBER]) << MEMBER)
        | ((u_alone < chances[ALONE]) << ALONE)
    )


@compiled
def answer(
    rows: u4, met: i8, seed: int, month: int, r: Reads, w: Writes, p: Rules, frontier: Frontier, partners: Partners,
    sums: Sums,
) -> None:  # fmt: skip
    """The partner nearest to the need, among those ``met`` and understood, answers each request.

    It stays with the project if it is nearer than the present partner.
    """
    number = len(rows)
    identity, began, component = np.empty(number, np.int64), np.empty(number, np.int64), np.empty(number, np.int64)
    sector = np.empty(number, np.int8)
    for k in range(number):
        i = rows[k]
        identity[k], sector[k] = r.identity[i], r.sector[i]
        began[k], component[k] = r.project_began[i], first_open(r.solved[i])
    need = needs(seed, identity, began, component, sector, frontier)
    u = chosen_of(seed, identity, 0, number, month)
    start = successors(partners.ring.identity, u.point)
    members = best_on_ring(MEMBER, rows, met, start, seed, month, r, p, partners.ring.row)
    others = best_on_ring(ALONE, rows, met, start, seed, month, r, p, partners.ring.row)
    for k in range(number):
        i, platform = rows[k], platform_index(r.platform[rows[k]], len(partners.counts) - 1)
        t_0, t_1, t_2 = need[0, k], need[1, k], need[2, k]
        nearest, source, crossing = 1e9, -1, False
        p_0, p_1, p_2 = w.partner_knowledge_0[i], w.partner_knowledge_1[i], w.partner_knowledge_2[i]
        engaged = distance(p_0, p_1, p_2, t_0, t_1, t_2) if p_0 >= 0.0 else 1e9
        for kind in range(SOURCES):
            if met[k] & (1 << kind) == 0:
                continue
            other = r.size_class[i]
            if kind < MEMBER:
                u_cell = u.domestic[k] if kind == DOMESTIC else (u.foreign[k] if kind == FOREIGN else u.user[k])
                counts = partners.counts[platform, kind]
                c = pick_cell(u_cell, counts, t_0, t_1, t_2, p.taste)
                looking = min(int(p.looking), int(counts[c]))
                k_0, k_1, k_2 = best_in_cell(c, looking, seed, identity[k], month, kind, t_0, t_1, t_2)
            else:
                j = members[k] if kind == MEMBER else others[k]
                if j < 0:
                    continue
                k_0, k_1, k_2, other = r.knowledge_0[j], r.knowledge_1[j], r.knowledge_2[j], r.size_class[j]
            if distance(r.knowledge_0[i], r.knowledge_1[i], r.knowledge_2[i], k_0, k_1, k_2) > p.tolerance:
                continue
            gap = distance(k_0, k_1, k_2, t_0, t_1, t_2)
            if gap < nearest:
                nearest, source, crossing = gap, kind, other != r.size_class[i]
                if gap < engaged:
                    w.partner_knowledge_0[i], w.partner_knowledge_1[i], w.partner_knowledge_2[i] = k_0, k_1, k_2
                    w.partner_source[i] = kind
        sums.events[ANSWERS_CROSSING] += crossing
        if source >= 0:
            record_answer(i, source, month, began[k], w, p, sums)
            sums.answered_by[platform] += source != ALONE


@compiled
def meeting_chances(counts: i8_3d, requests: f8, services: f8, later: f8, p: Rules) -> f8_3d:
    """Monthly probabilities of a meeting, shape (platforms + 1, breadths, sources); the last is for no platform.

    Each unit of breadth adds one source; without breadth there are none. ``later`` has the mean months by which foreign
    experts' answers come later, by platform.
    """
    by_breadth = np.zeros((len(services), BREADTHS, SOURCES))
    for breadth in range(BREADTHS):
        by_breadth[:, breadth, ALONE] = chance_elsewhere(breadth, p.alone)
    for platform in range(len(services) - 1):
        served = services[platform]
        for kind in range(MEMBER):
            there = float(counts[platform, kind].sum())
            chance = meeting_probability(there, requests[platform], served, p)
            if kind == FOREIGN:
                chance = answered_within_month(chance, later[platform])
            by_breadth[platform, kind + 1 :, kind] = chance
        # Members with an open request are resources to each other.
        others = max(0.0, requests[platform] - 1.0)
        by_breadth[platform, MEMBER + 1 :, MEMBER] = min(meeting_probability(others, 1.0, served, p), p.rate)
    return by_breadth


def apply(world: World) -> None:
    """A month of matching, on last month's requests."""
    rules = world.rules("matching")
    table = world.enterprises
    if not rules.enabled:
        table.partner_knowledge_0[:] = -1.0
        return
    platforms = world.platforms
    counts = np.zeros((len(platforms) + 1, len(KINDS), CELLS), np.int64)
    for platform in platforms:
        counts[platform.index] = platform.answering
    requests = with_none(platform.requests * world.weight_of(platform) for platform in platforms)
    services = with_none(platform.services for platform in platforms)
    asked_of, answered_by = np.zeros(len(services), np.int64), np.zeros(len(services), np.int64)
    chances = meeting_chances(counts, requests, services, later_answers(world, rules), rules)
    if len(world.ring) < 2:
        chances[:, :, MEMBER:] = 0.0
    projects = world.rules("projects")
    frontier = Frontier(world.sectors.base_knowledge, projects.lead, projects.reach)
    partners = Partners(counts, chances, world.ring.everyone)
    sums = Sums(asked_of, answered_by, world.counters("matching"), world.books.flows)
    world.loop(match, Reads, Writes, rules, frontier, partners, sums=sums)
    for platform in platforms:
        platform.requests = int(asked_of[platform.index])
        platform.answers = int(answered_by[platform.index])
    asked, answered = int(asked_of[:-1].sum()), int(answered_by[:-1].sum())
    if world.group("market").coupled:
        world.posted = world.posted._replace(answered=answered / asked if asked else 0.0)


def later_answers(world: World, rules: Any) -> Any:
    """Mean months by which foreign experts' answers come later, by platform; the last is for none."""
    months = float(rules.foreign_months)
    if months == 0.0:
        return np.zeros(len(world.platforms) + 1)
    return with_none(0.0 if world.platform_rules(platform).real_time else months for platform in world.platforms)


OUTCOMES = (
    counted("requests", "months of open requests"),
    counted("answers", "requests answered", 1),
    counted("answers_foreign", "requests answered by foreign experts", 1),
    counted("answers_crossing", "requests answered by an enterprise of another class", 1),
    Outcome("answer_time", "month", "mean time from request to answer since the start", -1,
            value=lambda m: share(m.cumulative("answer_months"), m.cumulative("answers"))),
    Outcome("answer_time_foreign", "month", "the same for foreign experts' answers", -1,
            value=lambda m: share(m.cumulative("answer_months_foreign"), m.cumulative("answers_foreign"))),
    Outcome("first_answer_time", "month", "mean time from the beginning of a project to its first answer, since the start", -1,
            value=lambda m: share(m.cumulative("first_answer_months"), m.cumulative("first_answers"))),
)  # fmt: skip

COLUMNS = (
    *(
        Column(f"partner_knowledge_{axis}", "f4", "", f"knowledge of {what} of the project's partner, -1 without one", birth=birth)
        for axis, (what, birth) in enumerate((("materials and process", -1), ("devices and electronics", 0), ("software and markets", 0)))
    ),
    Column("partner_source", "i1", "", "what the project's partner is: 0 a domestic resource, 1 a foreign expert, 2 a user, 3 another member, 4 met elsewhere"),
)  # fmt: skip

DRAWS = (meeting, chosen, domestic_one, foreign_one, user_one, *NEEDS, taste_of_pair)

MECHANISM = Mechanism(
    "matching", Rules, columns=COLUMNS, counters=EVENTS, draws=DRAWS, outcomes=OUTCOMES, steps=(
        Step(
            "match", apply, loops=(match,), writes=("partner_knowledge_0",), groups=("market", "mechanisms.adoption", "mechanisms.projects", "platforms"),
            transfers=("foreign_contacts",), draws=DRAWS,
            state=("platforms.answers", "platforms.requests", "posted.answered"),
        ),
    ),
)  # fmt: skip
