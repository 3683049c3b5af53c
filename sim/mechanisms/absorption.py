"""9 Absorption and spill-over: contact teaches what the other knows better; talent decides how much stays.

v_i += chi_i max(0, v_j - v_i) on each contact (Cohen & Levinthal 1989); knowledge above the sector's base fades.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim import draws
from sim.compiled import compiled
from sim.enterprises import OPERATING
from sim.knowledge import ring_place
from sim.world import COUNT, World

_CONTACTS = COUNT["contacts"]


class Reads(NamedTuple):
    identity: Any
    status: Any
    sector: Any
    site: Any
    staff: Any
    talent: Any
    met_0: Any
    met_1: Any
    met_2: Any


class Writes(NamedTuple):
    knowledge_0: Any
    knowledge_1: Any
    knowledge_2: Any
    productivity: Any


@compiled
def absorptive_capacity(talent: int, staff: int, programme: float, p: Any) -> float:
    """Part of a gap that one contact closes: half of ``rate`` where the share of talent is ``talent_half``."""
    share = talent / max(staff, 1)
    return min(1.0, p.rate * (1.0 + programme) * share / (share + p.talent_half))


@compiled
def learned(own: float, other: float, capacity: float) -> float:
    """Knowledge gained on one axis from one contact."""
    return capacity * max(0.0, other - own)


@compiled
def kept(own: float, base: float, p: Any) -> float:
    """Knowledge after a month's fading towards what anyone in the sector knows."""
    return own - p.depreciation / 12.0 * max(0.0, own - base)


@compiled
def teach(i: int, k_0: float, k_1: float, k_2: float, capacity: float, w: Any, p: Any) -> None:
    """One contact of row ``i`` with knowledge (k_0, k_1, k_2); what is learned raises efficiency a little."""
    gain_0 = learned(w.knowledge_0[i], k_0, capacity)
    gain_1 = learned(w.knowledge_1[i], k_1, capacity)
    gain_2 = learned(w.knowledge_2[i], k_2, capacity)
    w.knowledge_0[i] += gain_0
    w.knowledge_1[i] += gain_1
    w.knowledge_2[i] += gain_2
    w.productivity[i] *= math.exp(p.efficiency * (gain_0 + gain_1 + gain_2))


@compiled
def absorb(
    lo: int, hi: int, seed: int, month: int, r: Any, w: Any, p: Any, programme: float, base: Any, before: Any,
    chain_partner: Any, tenants: Any, tenant_rows: Any, events: Any,
) -> None:  # fmt: skip
    """Contacts of a month with the partner met, one firm of the chain and one neighbour at the site.

    ``before`` holds knowledge as it was before the loop, shape (3, rows), so that no order of rows matters.
    """
    for i in range(lo, hi):
        if r.status[i] != OPERATING:
            continue
        s = r.sector[i]
        w.knowledge_0[i] = kept(w.knowledge_0[i], base[s, 0], p)
        w.knowledge_1[i] = kept(w.knowledge_1[i], base[s, 1], p)
        w.knowledge_2[i] = kept(w.knowledge_2[i], base[s, 2], p)
        if r.talent[i] == 0:
            continue
        u_chain, u_neighbour, u_point, _ = draws.uniforms(seed, r.identity[i], month, draws.CONTACT)
        capacity = absorptive_capacity(r.talent[i], r.staff[i], programme, p)
        if r.met_0[i] >= 0.0:
            teach(i, r.met_0[i], r.met_1[i], r.met_2[i], capacity, w, p)
            events[_CONTACTS] += 1
        j = chain_partner[i]
        if j >= 0 and u_chain < p.contact:
            teach(i, before[0, j], before[1, j], before[2, j], capacity, w, p)
            events[_CONTACTS] += 1
        if r.site[i] >= 0 and u_neighbour < p.contact and len(tenants) > 1:
            j = tenant_rows[ring_place(tenants, u_point)]
            if j != i and r.site[j] == r.site[i]:
                teach(i, before[0, j], before[1, j], before[2, j], capacity, w, p)
                events[_CONTACTS] += 1


def apply(world: World) -> None:
    rules = world.rules("absorption")
    if not rules.enabled:
        return
    table = world.enterprises
    before = np.stack([table.knowledge_0, table.knowledge_1, table.knowledge_2])
    here = table.site[world.ring_row] >= 0
    world.loop(
        absorb, Reads, Writes, rules, world.group("levers").knowledge_programme, world.sectors.base_knowledge, before,
        world.links.partners(world), world.ring_identity[here], world.ring_row[here], world.counts,
    )  # fmt: skip
