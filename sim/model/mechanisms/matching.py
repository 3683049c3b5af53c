"""7 Matching: open requests for knowledge meet resources at a rate bounded by both sides.

Who meets whom hangs on the knowledge that resources hold: a partner is of use when it is understood (near enough)
and near to what the project needs. A partner stays with the project until one nearer to its open component is met.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.declare import Column, Counters, Mechanism, Outcome, Step, assumption, parameter, switch
from sim.kernel import draws, maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.threads import BLOCK
from sim.kernel.types import typed
from sim.model.record.reading import counted, share
from sim.model.state.accounts import FOREIGN_CONTACTS, transfer
from sim.model.state.enterprises import NEVER, OPERATING, gather
from sim.model.state.knowledge import distance, in_cell, needs, pair_taste, pick_cell
from sim.model.state.platforms import CELLS, FOREIGN, KINDS
from sim.model.state.ring import places
from sim.model.state.world import World

EVENTS = Counters(
    "answers_crossing",
    "requests",
    "answers",
    "answers_foreign",
    "answer_months",
    "answer_months_foreign",
    "answers_elsewhere",
)
_REQUESTS, _ANSWERS, _MONTHS = EVENTS.place("requests"), EVENTS.place("answers"), EVENTS.place("answer_months")
_FOREIGN, _FOREIGN_MONTHS = EVENTS.place("answers_foreign"), EVENTS.place("answer_months_foreign")
_ELSEWHERE, _CROSSING = EVENTS.place("answers_elsewhere"), EVENTS.place("answers_crossing")
_MEMBER, _ALONE, _SOURCES = 3, 4, 5  # sources after the three kinds of resource
_BREADTHS = 5  # a team asks 0 to 4 kinds of partner


@typed
class Rules(NamedTuple):
    """Matching of open requests and resources."""

    enabled: bool = switch()
    rate: float = parameter(
        0.25, "1/month", "meetings of one open request where resources equal a thousand a request",
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
        6, "resources", "resources of the kind asked that look into a request", assumption("a handful of answers"),
        bounds=(1, 64), plausible=(2, 20),
    )  # fmt: skip
    alone: float = parameter(
        0.08, "1/month", "meetings of an open request without a platform", assumption("fairs, universities, friends"),
        bounds=(0, 1), plausible=(0.01, 0.08),
    )  # fmt: skip
    candidates: int = parameter(
        3, "enterprises", "enterprises met at once, on a platform or elsewhere, of which the nearest may answer",
        assumption("short lists"), bounds=(1, 50), plausible=(2, 10),
    )  # fmt: skip
    circle: int = parameter(
        12, "enterprises", "enterprises among which those met are looked for; members of the same platform are few among them",
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

    ``rate`` is the probability where a thousand resources, its unit, stand behind each request.
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
    source: int, rows: Any, met: Any, start: Any, seed: int, month: int, r: Any, p: Any, ring_row: Any
) -> Any:
    """Row of the partner that each of ``rows`` that met one likes best among the next places of the ring, or -1.

    All candidates first, then what is known of them: memory answers many questions at once.
    """
    each = int(p.candidates)
    whose, found, number = np.empty(each * len(rows), np.uint32), np.empty(each * len(rows), np.uint32), 0
    for k in range(len(rows)):
        place, most = start[k], number + each
        for _ in range(min(int(p.circle), len(ring_row)) if met[k] & (1 << source) else 0):
            i, j = rows[k], ring_row[place]
            whose[number], found[number] = k, j
            number += j != i and (source != _MEMBER or r.platform[j] == r.platform[i])
            place = place + 1 if place + 1 < len(ring_row) else 0
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
    asks, rows, identity = np.empty(BLOCK, np.int8), np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.int64)
    u, u_alone = np.empty((4, BLOCK)), np.empty(BLOCK)
    answered, met = np.empty(np.uint64(2) * BLOCK, np.uint32), np.empty(np.uint64(2) * BLOCK, np.int64)
    number = 0
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        for i in range(first, last):
            asks[i - first] = (r.status[i] == OPERATING) & (r.project_began[i] != NEVER)
            engaged = (asks[i - first] == 1) & (w.reached[i] == 1)
            w.met_0[i] = w.met_0[i] if engaged else np.float32(-1.0)
        asking = gather(asks, first, last, r.identity, rows, identity)
        draws.fill(u, seed, identity, 0, asking, month, draws.MATCHING)
        for k in range(asking):
            _, _, _, u_alone[k] = draws.uniforms(seed, identity[k], month, draws.MATCHING_FOREIGN)
        events[_REQUESTS] += asking
        for k in range(asking):
            i = rows[k]
            platform = platform_of(r.platform[i], chances)
            w.asked[i] = month if w.asked[i] == NEVER else w.asked[i]
            asked_of[platform] += 1
            answered[number], met[number] = i, sources_met(k, u, u_alone, platform, r.breadth[i], chances)
            number += met[number] != 0
        if number < BLOCK and last < hi:
            continue
        answer(
            answered[:number], met[:number], seed, month, r, w, p, o, base, counts, ring, ring_row, answered_by, events,
            flows,
        )  # fmt: skip
        number = 0


@equation
def platform_of(platform: int, chances: Any) -> Any:
    """The place of a platform among ``chances``, the last one of who has none."""
    return platform if platform >= 0 else len(chances) - 1


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
def sources_met(k: int, u: Any, u_alone: Any, platform: int, breadth: int, chances: Any) -> int:
    """Bits of the sources that a request meets this month: kinds of resource, another member, someone elsewhere."""
    met = (u_alone[k] < chances[platform, breadth, _ALONE]) << _ALONE
    for source in range(_ALONE):
        met |= (u[source, k] < chances[platform, breadth, source]) << source
    return met


@compiled
def answer(
    rows: Any, met: Any, seed: int, month: int, r: Any, w: Any, p: Any, o: Any, base: Any, counts: Any,
    ring: Any, ring_row: Any, answered_by: Any, events: Any, flows: Any,
) -> None:  # fmt: skip
    """Each request is answered by the partner nearest to the need among those ``met`` and understood, if there is one.

    It stays with the project if it is nearer than the partner that the project has.
    """
    number = len(rows)
    identity, began, component = np.empty(number, np.int64), np.empty(number, np.int64), np.empty(number, np.int64)
    sector, u = np.empty(number, np.int8), np.empty((4, number))
    for k in range(number):
        i = rows[k]
        identity[k], sector[k] = r.identity[i], r.sector[i]
        began[k], component[k] = r.project_began[i], first_open(r.solved[i])
    need = needs(seed, identity, began, component, sector, base, o.lead, o.reach)
    draws.fill(u, seed, identity, 0, number, month, draws.MATCHING_CELL)
    start = places(ring, u[3])
    members = best_on_ring(_MEMBER, rows, met, start, seed, month, r, p, ring_row)
    others = best_on_ring(_ALONE, rows, met, start, seed, month, r, p, ring_row)
    for k in range(number):
        i, platform = rows[k], platform_of(r.platform[rows[k]], counts)
        t_0, t_1, t_2 = need[0, k], need[1, k], need[2, k]
        nearest, source, crossing = 1e9, -1, False
        engaged = distance(w.met_0[i], w.met_1[i], w.met_2[i], t_0, t_1, t_2) if w.met_0[i] >= 0.0 else 1e9
        for kind in range(_SOURCES):
            if met[k] & (1 << kind) == 0:
                continue
            other = r.size_class[i]
            if kind < _MEMBER:
                c = pick_cell(u[kind, k], counts[platform, kind], t_0, t_1, t_2, p.taste)
                looking = min(int(p.looking), int(counts[platform, kind, c]))
                k_0, k_1, k_2 = best_in_cell(c, looking, seed, identity[k], month, kind, t_0, t_1, t_2)
            else:
                j = members[k] if kind == _MEMBER else others[k]
                if j < 0:
                    continue
                k_0, k_1, k_2, other = r.knowledge_0[j], r.knowledge_1[j], r.knowledge_2[j], r.size_class[j]
            if distance(r.knowledge_0[i], r.knowledge_1[i], r.knowledge_2[i], k_0, k_1, k_2) > p.tolerance:
                continue
            gap = distance(k_0, k_1, k_2, t_0, t_1, t_2)
            if gap < nearest:
                nearest, source, crossing = gap, kind, other != r.size_class[i]
                if gap < engaged:
                    w.met_0[i], w.met_1[i], w.met_2[i] = k_0, k_1, k_2
        events[_CROSSING] += crossing
        if source >= 0:
            take_answer(i, source, month, w, p, events, flows)
            answered_by[platform] += source != _ALONE


@compiled
def meeting_chances(counts: Any, requests: Any, services: Any, p: Any) -> Any:
    """Probabilities of a meeting in a month by breadth and source, shape (platforms + 1, 5, 5); the last is without.

    A team's breadth opens one source after the other; a team of no breadth asks nobody.
    """
    by_breadth = np.zeros((len(services), _BREADTHS, _SOURCES))
    for breadth in range(_BREADTHS):
        by_breadth[:, breadth, _ALONE] = chance_elsewhere(breadth, p.alone)
    for platform in range(len(services) - 1):
        served = services[platform]
        for kind in range(_MEMBER):
            there = float(counts[platform, kind].sum())
            by_breadth[platform, kind + 1 :, kind] = meeting_probability(there, requests[platform], served, p)
        # Other members with a request open are resources to each other.
        others = max(0.0, requests[platform] - 1.0)
        by_breadth[platform, _MEMBER + 1 :, _MEMBER] = min(meeting_probability(others, 1.0, served, p), p.rate)
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
    chances = meeting_chances(counts, requests, services, rules)
    if len(world.ring) < 2:
        chances[:, :, _MEMBER:] = 0.0
    world.loop(
        match, Reads, Writes, rules, world.rules("projects"), world.sectors.base_knowledge, counts, chances,
        world.ring.identity, world.ring.row, sums=(asked_of, answered_by, world.counters("matching"), world.books.flows),
    )  # fmt: skip
    for platform in platforms:
        platform.requests = int(asked_of[platform.number])
        platform.answers = int(answered_by[platform.number])
    asked, answered = int(asked_of[:-1].sum()), int(answered_by[:-1].sum())
    if world.group("market").coupled:
        world.posted = world.posted._replace(answered=answered / asked if asked else 0.0)


OUTCOMES = (
    counted("requests", "requests open, months added up"),
    counted("answers", "requests answered", 1),
    counted("answers_foreign", "requests answered by foreign experts", 1),
    counted("answers_crossing", "requests answered by an enterprise of another class", 1),
    Outcome("answer_time", "month", "mean time from request to answer since the start", -1,
            value=lambda m: share(m.since("answer_months"), m.since("answers"))),
    Outcome("answer_time_foreign", "month", "the same for foreign experts' answers", -1,
            value=lambda m: share(m.since("answer_months_foreign"), m.since("answers_foreign"))),
)  # fmt: skip

COLUMNS = (
    Column("met_0", "f4", "", "knowledge of materials and process of the project's partner, -1 without one", birth=-1),
    Column("met_1", "f4", "", "knowledge of devices and electronics of the project's partner, -1 without one"),
    Column("met_2", "f4", "", "knowledge of software and markets of the project's partner, -1 without one"),
)

MECHANISM = Mechanism(
    "matching", Rules, steps=(Step("match", apply),), columns=COLUMNS, counters=EVENTS, outcomes=OUTCOMES
)
