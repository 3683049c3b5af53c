"""10 Industrial chain: buyers choose suppliers one place up the chain; a success asks them for new parts."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim import draws
from sim.compiled import compiled
from sim.economy import SUPPLIERS
from sim.enterprises import NEVER, OPERATING
from sim.knowledge import distance, pair_taste, ring_place
from sim.world import COUNT, World

_RENEWED, _ASKED = COUNT["links_renewed"], COUNT["parts_asked"]
_STEPS = 24  # places of the ring looked at for candidates of the right place in the chain


class Reads(NamedTuple):
    identity: Any
    status: Any
    sector: Any
    talent: Any
    quality: Any
    productivity: Any
    knowledge_0: Any
    knowledge_1: Any
    knowledge_2: Any


class Writes(NamedTuple):
    project_began: Any
    solved: Any
    breadth: Any
    reached: Any


@compiled
def links_wanted(staff: int, p: Any) -> int:
    """Supplier links of an enterprise: one, and more in proportion to its staff."""
    return min(int(p.most_links), 1 + int(staff / p.staff_per_link))


@compiled
def liking(quality: float, productivity: float, gap: float, taste: float, p: Any, price_share: float) -> float:
    """Utility of a supplier: quality over price, nearness of knowledge, and a taste keyed by the pair."""
    return math.log(quality) + price_share * math.log(productivity) - gap + p.taste * taste


@compiled
def choose_supplier(
    i: int, u: float, seed: int, month: int, r: Any, p: Any, price_share: float, ring: Any, ring_row: Any
) -> int:
    """Row of the supplier liked best among candidates one place up the chain; -1 where none is found."""
    best, best_liking, seen = -1, -1e9, 0
    start = ring_place(ring, u)
    for step in range(min(_STEPS, len(ring))):
        j = ring_row[(start + step) % len(ring)]
        if j == i or r.sector[j] % 3 != r.sector[i] % 3 - 1:
            continue
        gap = distance(
            r.knowledge_0[i], r.knowledge_1[i], r.knowledge_2[i], r.knowledge_0[j], r.knowledge_1[j], r.knowledge_2[j]
        )
        taste = pair_taste(seed, r.identity[i], r.identity[j], month)
        now = liking(r.quality[j], r.productivity[j], gap, taste, p, price_share)
        if now > best_liking:
            best, best_liking = j, now
        seen += 1
        if seen == p.candidates:
            break
    return best


@compiled
def renew(
    buyer: Any, supplier: Any, ordinal: Any, fresh: bool, seed: int, month: int, r: Any, p: Any, price_share: float,
    ring: Any, ring_row: Any, events: Any,
) -> None:  # fmt: skip
    """Look again at links that come up for renewal (all where ``fresh``), one at a time."""
    hazard = draws.monthly(p.renewal)
    for link in range(len(buyer)):
        i = buyer[link]
        key = r.identity[i] ^ (ordinal[link] + 1)
        u_look, u_point, _, _ = draws.uniforms(seed, key, month, draws.CHAIN)
        if not fresh and u_look >= hazard and supplier[link] >= 0:
            continue
        j = choose_supplier(i, u_point, seed, month, r, p, price_share, ring, ring_row)
        if j >= 0:
            supplier[link] = j
            events[_RENEWED] += not fresh


@compiled
def ask_parts(
    buyer: Any, supplier: Any, seed: int, month: int, r: Any, w: Any, p: Any, succeeded: Any, events: Any
) -> None:
    """A buyer's success asks suppliers for a new part: a project with a customer begins where none is under way."""
    for link in range(len(buyer)):
        i, j = buyer[link], supplier[link]
        if j < 0 or succeeded[i] == 0 or r.status[j] != OPERATING or r.talent[j] == 0 or w.project_began[j] != NEVER:
            continue
        _, _, u_asked, _ = draws.uniforms(seed, r.identity[i] ^ (r.identity[j] >> 1), month, draws.CHAIN)
        if u_asked < p.part_asked:
            w.project_began[j] = month
            w.solved[j] = 0
            w.reached[j] = 0
            w.breadth[j] = max(w.breadth[j], 1)
            events[_ASKED] += 1


def apply(world: World) -> None:
    """A month of the chain: new buyers' links, renewals, parts asked."""
    rules = world.rules("chain")
    if not rules.enabled:
        return
    table, links = world.enterprises, world.links
    price_share = world.group("market").price_share
    if world.month == 0:
        newcomers = np.flatnonzero(table.status == OPERATING)
    else:
        newcomers = np.flatnonzero((table.status == OPERATING) & (table.started == world.month))
    newcomers = newcomers[table.sector[newcomers] % 3 != SUPPLIERS]
    reads = table.view(Reads)
    ring = world.ring_identity, world.ring_row
    if len(newcomers) and len(world.ring_row):
        numbers = [links_wanted(int(staff), rules) for staff in table.staff[newcomers]]
        buyer = np.repeat(newcomers, numbers)
        ordinal = np.concatenate([np.arange(number) for number in numbers])
        supplier = np.full(len(buyer), -1, np.int64)
        renew(buyer, supplier, ordinal, True, world.seed, world.month, reads, rules, price_share, *ring, world.counts)
        found = supplier >= 0
        links.add(buyer[found], supplier[found], ordinal[found])
    renew(
        links.buyer, links.supplier, links.ordinal, False, world.seed, world.month, reads, rules, price_share, *ring,
        world.counts,
    )  # fmt: skip
    ask_parts(
        links.buyer, links.supplier, world.seed, world.month, reads, table.view(Writes), rules, world.succeeded,
        world.counts,
    )  # fmt: skip
