"""Absorption and spill-over: contacts transfer knowledge, in proportion to absorptive capacity.

v_i += chi_i max(0, v_j - v_i) on each contact (Cohen & Levinthal 1989). Knowledge above the sector's base depreciates.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from sim.declare import Counters, Mechanism, Outcome, Step, assumption, fitted, parameter, switch
from sim.kernel import maths, threads
from sim.kernel.compiled import compiled, equation
from sim.kernel.draws import block
from sim.kernel.threads import BLOCK
from sim.kernel.types import Index, f4, f8, f8_2d, i1, i2, i4, i8, typed
from sim.model.record.reading import counted, share
from sim.model.state.accounts import TICKS, ticks
from sim.model.state.enterprises import OPERATING, NoWrites, reads, writes
from sim.model.state.links import renewal
from sim.model.state.ring import Tenants, successors
from sim.model.state.world import World

contact = block("absorption", 0, "chain", "neighbour", "point", number=33)

EVENTS = Counters("contacts", "spillover_gain")
CONTACTS, SPILLOVER_GAIN = EVENTS
CHAIN, NEIGHBOUR, PARTNER = 1, 2, 4  # bits of the kinds of contact that a row has in a month


@typed
class Rules(NamedTuple):
    """Absorption and spill-over."""

    enabled: bool = switch()
    rate: float = parameter(
        0.05, "", "part of the gap to a partner's knowledge that a contact closes at full talent",
        assumption("Cohen & Levinthal 1989", "stylised_facts.absorptive_capacity"), bounds=(0, 1), plausible=(0.02, 0.15),
    )  # fmt: skip
    talent_half: float = parameter(
        0.08, "share of staff", "share of talent at which absorption is half of the full", assumption("rises in talent"),
        bounds=(0.001, 1), plausible=(0.03, 0.2),
    )  # fmt: skip
    contact: float = parameter(
        0.10, "1/month", "probability of a contact with a chain partner or neighbour in a month",
        assumption("contacts that teach"), bounds=(0, 1), plausible=(0.03, 0.3),
    )  # fmt: skip
    depreciation: float = parameter(
        0.10, "1/year", "knowledge above the sector's base that is lost", assumption("order of R&D stocks' 0.15"),
        bounds=(0, 1), plausible=(0.05, 0.2),
    )  # fmt: skip
    efficiency: float = parameter(
        0.6594, "", "productivity that a unit of knowledge learned from a partner adds",
        fitted("social over private return to research", "stylised_facts.spillovers.social_return", "stylised_facts.spillovers.private_return"), bounds=(0, 2),
        plausible=(0.05, 1.0),
    )  # fmt: skip


@reads
class MeetReads(NamedTuple):
    identity: i8
    status: i1
    site: i2
    talent: i4
    partner_knowledge_0: f4


@reads
class KnowledgeReads(NamedTuple):
    identity: i8
    site: i2
    knowledge_0: f8
    knowledge_1: f8
    knowledge_2: f8


@reads
class Reads(NamedTuple):
    status: i1
    sector: i1
    staff: i4
    talent: i4
    revenue: f8
    partner_knowledge_0: f4
    partner_knowledge_1: f4
    partner_knowledge_2: f4


@writes
class Writes(NamedTuple):
    knowledge_0: f8
    knowledge_1: f8
    knowledge_2: f8
    productivity: f8


@typed
class Contacts(NamedTuple):
    """The contacts of a month, and the knowledge of partners in the chain and at the site."""

    contacts: i1  # bits of the kinds of contact of each row
    rows: i8  # with a contact
    of_chain: f8_2d  # knowledge of the chain partner of each of them, shape (rows, axes)
    of_site: f8_2d  # of the neighbour


@typed
class Environment(NamedTuple):
    """The sectors' base knowledge, and what a public programme adds to absorption."""

    base: f8_2d
    programme: float


@equation
def absorptive_capacity(talent: int, staff: int, programme: float, p: Rules) -> float:
    """Part of a gap that one contact closes: half of ``rate`` at a share of talent of ``talent_half``."""
    share = talent / max(staff, 1)
    return min(1.0, p.rate * (1.0 + programme) * share / (share + p.talent_half))


@equation
def knowledge_gain(own: float, other: float, capacity: float) -> float:
    """Knowledge gained on one axis from one contact."""
    return capacity * max(0.0, other - own)


@equation
def depreciated(own: float, base: float, p: Rules) -> float:
    """Knowledge after a month's depreciation towards the sector's base."""
    return own - p.depreciation / 12.0 * max(0.0, own - base)


@equation
def learn_from(i: int, k_0: float, k_1: float, k_2: float, capacity: float, w: Writes, p: Rules) -> None:
    """One contact of row ``i`` with knowledge (k_0, k_1, k_2); knowledge gained raises productivity."""
    gain_0 = knowledge_gain(w.knowledge_0[i], k_0, capacity)
    gain_1 = knowledge_gain(w.knowledge_1[i], k_1, capacity)
    gain_2 = knowledge_gain(w.knowledge_2[i], k_2, capacity)
    w.knowledge_0[i] += gain_0
    w.knowledge_1[i] += gain_1
    w.knowledge_2[i] += gain_2
    w.productivity[i] *= maths.exp(p.efficiency * (gain_0 + gain_1 + gain_2))


@compiled
def meet(lo: Index, hi: Index, seed: int, month: int, r: MeetReads, w: NoWrites, p: Rules, contacts: i1) -> None:
    """Mark the kinds of contact that each row may have this month."""
    for i in range(lo, hi):
        u = contact(seed, r.identity[i], month)
        able = (r.status[i] == OPERATING) & (r.talent[i] > 0)
        chain = CHAIN if able & (u.chain < p.contact) else 0
        neighbour = NEIGHBOUR if able & (u.neighbour < p.contact) & (r.site[i] >= 0) else 0
        partner = PARTNER if able & (r.partner_knowledge_0[i] >= 0.0) else 0
        contacts[i] = chain | neighbour | partner


@compiled
def find_contacts(
    lo: Index, hi: Index, seed: int, month: int, known: KnowledgeReads, partner: i8, tenants: Tenants, met: Contacts
) -> None:
    """Knowledge of the chain ``partner`` and the neighbour of each row before the month's learning."""
    contacts, rows, of_chain, of_site = met.contacts, met.rows, met.of_chain, met.of_site
    points, there = np.zeros(hi - lo), len(tenants.identity) > 1
    for k in range(lo, hi if there else lo):
        points[k - lo] = contact(seed, known.identity[rows[k]], month).point
    nearest = successors(tenants.identity, points)
    for k in range(lo, hi):
        i, chain, neighbour = rows[k], np.int64(partner[k]), np.int64(-1)
        if contacts[i] & NEIGHBOUR and there:
            j = tenants.row[nearest[k - lo]]
            if j != i and known.site[j] == known.site[i]:
                neighbour = j
        contacts[i] = (contacts[i] & PARTNER) | (CHAIN if chain >= 0 else 0) | (NEIGHBOUR if neighbour >= 0 else 0)
        if chain >= 0:
            of_chain[k, 0] = known.knowledge_0[chain]
            of_chain[k, 1] = known.knowledge_1[chain]
            of_chain[k, 2] = known.knowledge_2[chain]
        if neighbour >= 0:
            of_site[k, 0] = known.knowledge_0[neighbour]
            of_site[k, 1] = known.knowledge_1[neighbour]
            of_site[k, 2] = known.knowledge_2[neighbour]


@compiled
def absorb(
    lo: Index, hi: Index, seed: int, month: int, r: Reads, w: Writes, p: Rules, environment: Environment, met: Contacts,
    events: i8,
) -> None:  # fmt: skip
    """Knowledge depreciates; then rows learn from a project partner, a chain partner and a neighbour."""
    contacts, rows, of_chain, of_site = met.contacts, met.rows, met.of_chain, met.of_site
    base, here = environment.base, np.empty((3, BLOCK))
    k: Any = np.searchsorted(rows, np.int64(lo))
    taught, gained = 0, 0
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        for i in range(first, last):
            s = np.uint8(r.sector[i])
            here[0, i - first], here[1, i - first], here[2, i - first] = base[s, 0], base[s, 1], base[s, 2]
        for i in range(first, last):
            if r.status[i] == OPERATING:
                w.knowledge_0[i] = depreciated(w.knowledge_0[i], here[0, i - first], p)
                w.knowledge_1[i] = depreciated(w.knowledge_1[i], here[1, i - first], p)
                w.knowledge_2[i] = depreciated(w.knowledge_2[i], here[2, i - first], p)
        while k < len(rows) and rows[k] < last:
            i = rows[k]
            capacity, before = absorptive_capacity(r.talent[i], r.staff[i], environment.programme, p), w.productivity[i]
            if contacts[i] & PARTNER:
                learn_from(
                    i, r.partner_knowledge_0[i], r.partner_knowledge_1[i], r.partner_knowledge_2[i], capacity, w, p
                )
                taught += 1
            if contacts[i] & CHAIN:
                learn_from(i, of_chain[k, 0], of_chain[k, 1], of_chain[k, 2], capacity, w, p)
                taught += 1
            if contacts[i] & NEIGHBOUR:
                learn_from(i, of_site[k, 0], of_site[k, 1], of_site[k, 2], capacity, w, p)
                taught += 1
            gained += ticks(12.0 * r.revenue[i] * (w.productivity[i] / before - 1.0))
            k += 1
    events[CONTACTS] += taught
    events[SPILLOVER_GAIN] += gained


def apply(world: World) -> None:
    """A month of contacts and learning."""
    rules = world.rules("absorption")
    if not rules.enabled:
        return
    table, contacts = world.enterprises, world.marks()
    world.loop(meet, MeetReads, NoWrites, rules, contacts)
    rows = world.marked(contacts)
    met = Contacts(contacts, rows, np.empty((len(rows), 3)), np.empty((len(rows), 3)))
    partner = world.links.partners(world, rows, contacts)
    given = world.seed, world.month, table.view(KnowledgeReads), partner, world.ring.tenants(table), met
    threads.run(find_contacts, len(rows), (), given)
    environment = Environment(world.sectors.base_knowledge, world.group("levers").knowledge_programme)
    world.loop(absorb, Reads, Writes, rules, environment, met, sums=(world.counters("absorption"),))


OUTCOMES = (
    counted("contacts", "contacts that transferred knowledge", 1),
    Outcome("spillover_gain", "million yuan a year", "yearly sales times the relative gain from knowledge of partners, chain and neighbours, since the start", 1,
            value=lambda m: m.weight * m.cumulative("spillover_gain") / TICKS),
    Outcome("social_to_private", "", "gains from own successes and from spill-overs, over those from own successes, since the start", 1,
            value=lambda m: share(m.cumulative("private_gain") + m.cumulative("spillover_gain"), m.cumulative("private_gain"))),
)  # fmt: skip

MECHANISM = Mechanism(
    "absorption", Rules, counters=EVENTS, draws=(contact, renewal), outcomes=OUTCOMES, steps=(
        Step("learn", apply, loops=(meet, find_contacts, absorb), groups=("levers",), draws=(contact, renewal)),
    ),
)  # fmt: skip
