"""Supply chain: buyers choose suppliers one stage up the chain; after a success they ask them for new parts, and pay for them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.declare import Counters, Mechanism, Step, assumption, parameter, switch
from sim.kernel import draws, maths, threads
from sim.kernel.compiled import compiled, equation
from sim.kernel.threads import BLOCK
from sim.kernel.types import Index, f8, i1, i2, i4, i8, typed, u4
from sim.model.record.reading import counted
from sim.model.state.accounts import ORDERS, transfer
from sim.model.state.enterprises import NEVER, OPERATING, reads, writes
from sim.model.state.knowledge import distance, pair_taste, taste_of_pair
from sim.model.state.links import renewal
from sim.model.state.ring import OnRing, successors
from sim.model.state.sectors import SUPPLIERS
from sim.model.state.world import World

EVENTS = Counters("links_renewed", "parts_asked")
LINKS_RENEWED, PARTS_ASKED = EVENTS
_AT_A_TIME = 65_536  # newcomers whose links are made together


@typed
class Rules(NamedTuple):
    """Industrial chain."""

    enabled: bool = switch()
    staff_per_link: float = parameter(
        150.0, "people", "staff for each supplier link beyond the first", assumption("number of suppliers ∝ size"),
        bounds=(1, 1e6), plausible=(50, 500),
    )  # fmt: skip
    most_links: int = parameter(
        6, "links", "most supplier links of one enterprise", assumption("main suppliers"), bounds=(1, 50),
        plausible=(3, 12),
    )  # fmt: skip
    renewal: float = parameter(
        0.15, "1/year", "hazard at which a link is renewed", assumption("links last for years"), bounds=(0, 1),
        plausible=(0.05, 0.3),
    )  # fmt: skip
    candidates: int = parameter(
        4, "enterprises", "candidates that a buyer compares", assumption("short lists"), bounds=(1, 50),
        plausible=(2, 10),
    )  # fmt: skip
    circle: int = parameter(
        24, "enterprises", "enterprises among which candidates of the right stage are searched",
        assumption("a circle of acquaintances"), bounds=(1, 1000), plausible=(12, 60),
    )  # fmt: skip
    taste: float = parameter(
        0.2, "", "scale of the taste for a supplier, in logarithm of quality over price", assumption("unseen reasons"),
        bounds=(0, 5), plausible=(0.05, 0.5),
    )  # fmt: skip
    part_asked: float = parameter(
        0.3, "share", "suppliers that a buyer asks for a new part after a success", assumption("co-development"),
        bounds=(0, 1), plausible=(0.1, 0.6),
    )  # fmt: skip
    part_price: float = parameter(
        0.5, "million yuan", "what a buyer pays a supplier for developing a new part; it asks for none that it cannot pay",
        assumption("tools and samples of a part; 0: suppliers develop at their own cost"), bounds=(0, 1000), plausible=(0.0, 5.0),
    )  # fmt: skip


@reads
class Reads(NamedTuple):
    identity: i8
    status: i1
    sector: i1
    talent: i4
    quality: f8
    productivity: f8
    knowledge_0: f8
    knowledge_1: f8
    knowledge_2: f8


@writes
class Writes(NamedTuple):
    project_began: i2
    solved: i1
    breadth: i1
    reached: i1
    profit_year: f8
    cash: f8


@reads
class NewReads(NamedTuple):
    status: i1
    sector: i1
    started: i2


@typed
class Supply(NamedTuple):
    """Supply links: buyer, supplier (-1 without), ordinal among the buyer's, and whether all are new."""

    buyer: u4
    supplier: i4
    ordinal: i1
    new: bool


@equation
def links_wanted(staff: int, p: Rules) -> int:
    """Supplier links of an enterprise: one, and more in proportion to staff."""
    return min(int(p.most_links), 1 + int(staff / p.staff_per_link))


@equation
def supplier_utility(
    quality: float, productivity: float, gap: float, taste: float, p: Rules, price_share: float
) -> float:
    """Utility of a supplier: log of quality over price, less distance of knowledge, plus a taste keyed by the pair."""
    return maths.log(quality) + price_share * maths.log(productivity) - gap + p.taste * taste


@equation
def affordable(cash: float, p: Rules) -> bool:
    """Whether a buyer can pay for a new part."""
    return (p.part_price <= 0.0) | (cash >= p.part_price)


@compiled
def find_candidates(i: int, start: int, wanted: int, p: Rules, ring: OnRing, found: u4) -> int:
    """Put ring indices of firms at stage ``wanted`` of the chain, except ``i``, into ``found``; returns their number."""
    count, index, most = 0, np.uint32(start), int(p.candidates)
    for _ in range(min(int(p.circle), len(ring.row))):
        found[count] = index
        count += (ring.stage[index] == wanted) & (ring.row[index] != i) & (count < most)
        index = np.uint32(index + 1 if index + 1 < len(ring.row) else 0)
    return count


@compiled
def choose_suppliers(
    renewing: u4, points: f8, links: Supply, seed: int, month: int, r: Reads, p: Rules, price_share: float, ring: OnRing
) -> int:
    """Give each link of ``renewing`` its best candidate, if there is any; returns the number of links renewed.

    All candidates are gathered first, then their columns one after the other, so that memory accesses overlap.
    """
    buyer, supplier, most = links.buyer, links.supplier, len(renewing) * int(p.candidates) + 1
    whose, found, utility = np.empty(most, np.uint32), np.empty(most, np.uint32), np.empty(most)
    start, wanted, end = successors(ring.identity, points), np.empty(len(renewing), np.int8), 0
    for k in range(len(renewing)):
        wanted[k] = r.sector[buyer[renewing[k]]] % 3 - 1
    for k in range(len(renewing)):
        count = find_candidates(buyer[renewing[k]], start[k], wanted[k], p, ring, found[end:])
        whose[end : end + count] = k
        end += count
    who, known = np.empty((2, end), np.int64), np.empty((8, end))
    for c in range(end):
        who[1, c], found[c] = ring.identity[found[c]], ring.row[found[c]]
    for c in range(end):
        i, j = buyer[renewing[whose[c]]], found[c]
        who[0, c] = r.identity[i]
        known[0, c], known[1, c], known[2, c] = r.knowledge_0[i], r.knowledge_1[i], r.knowledge_2[i]
        known[3, c], known[4, c], known[5, c] = r.knowledge_0[j], r.knowledge_1[j], r.knowledge_2[j]
        known[6, c], known[7, c] = r.quality[j], r.productivity[j]
    for c in range(np.uint64(end)):
        gap = distance(known[0, c], known[1, c], known[2, c], known[3, c], known[4, c], known[5, c])
        taste = pair_taste(seed, who[0, c], who[1, c], month)
        utility[c] = supplier_utility(known[6, c], known[7, c], gap, taste, p, price_share)
    renewed, best = 0, -1
    for c in range(end):
        if c == 0 or whose[c] != whose[c - 1]:
            best, renewed = c, renewed + 1
        elif utility[c] > utility[best]:
            best = c
        supplier[renewing[whose[c]]] = found[best]
    return renewed


@compiled
def renew(
    lo: Index, hi: Index, seed: int, month: int, links: Supply, r: Reads, p: Rules, price_share: float, ring: OnRing,
    events: i8,
) -> None:  # fmt: skip
    """Choose a supplier for links that come up for renewal or are open, and for all new ones.

    Links of several blocks choose together, so that memory accesses overlap.
    """
    buyer, supplier, ordinal, hazard = links.buyer, links.supplier, links.ordinal, draws.monthly(p.renewal)
    key, renewing = np.empty(BLOCK, np.int64), np.empty(np.uint64(2) * BLOCK, np.uint32)
    u_renew, point, points = np.empty(BLOCK), np.empty(BLOCK), np.empty(np.uint64(2) * BLOCK)
    count = 0
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        for link in range(first, last):
            key[link - first] = r.identity[buyer[link]] ^ (ordinal[link] + 1)
        for link in range(first, last):
            k = link - first
            u = renewal(seed, key[k], month)
            u_renew[k], point[k] = u.renewed, u.point
        for link in range(first, last):
            k = link - first
            renewing[count], points[count] = link, point[k]
            count += links.new | (u_renew[k] < hazard) | (supplier[link] < 0)
        if count < BLOCK and last < hi:
            continue
        found = choose_suppliers(renewing[:count], points[:count], links, seed, month, r, p, price_share, ring)
        events[LINKS_RENEWED] += 0 if links.new else found
        count = 0


@compiled
def new_buyers(size: int, r: NewReads, month: int, everyone: bool) -> i8:
    """Rows of operating enterprises that buy along the chain and started this month, or of all that do."""
    rows, number = np.empty(size, np.int64), 0
    for i in range(size):
        rows[number] = i
        new = (r.started[i] == month) | everyone
        number += (r.status[i] == OPERATING) & new & (r.sector[i] % 3 != SUPPLIERS)
    return rows[:number].copy()


@compiled
def open_links(newcomers: i8, staff: i4, p: Rules) -> tuple[u4, i4, i1]:
    """The open links of newcomers: buyers, suppliers (-1) and ordinals."""
    size = 0
    for i in newcomers:
        size += links_wanted(staff[i], p)
    buyer, supplier, ordinal = np.empty(size, np.uint32), np.full(size, -1, np.int32), np.empty(size, np.int8)
    link = 0
    for i in newcomers:
        for position in range(links_wanted(staff[i], p)):
            buyer[link], ordinal[link] = i, position
            link += 1
    return buyer, supplier, ordinal


@compiled
def ask_parts(
    buyer: u4, supplier: i4, seed: int, month: int, r: Reads, w: Writes, p: Rules, succeeded: i1, flows: i8, events: i8
) -> None:
    """After a buyer's success some suppliers without a project begin one, for a new part that the buyer pays."""
    for link in range(len(buyer)):
        i, j = buyer[link], supplier[link]
        if j < 0 or succeeded[i] == 0 or r.status[j] != OPERATING or r.talent[j] == 0 or w.project_began[j] != NEVER:
            continue
        u = renewal(seed, r.identity[i] ^ (r.identity[j] >> 1), month)
        if u.asked < p.part_asked and affordable(w.cash[i], p):
            w.profit_year[i] += transfer(i, -p.part_price, w.cash, flows, ORDERS)
            w.profit_year[j] += transfer(j, p.part_price, w.cash, flows, ORDERS)
            w.project_began[j] = month
            w.solved[j] = 0
            w.reached[j] = 0
            w.breadth[j] = max(w.breadth[j], 1)
            events[PARTS_ASKED] += 1


def apply(world: World) -> None:
    """A month of the chain: links of new buyers, renewals and requests for parts."""
    rules = world.rules("chain")
    if not rules.enabled:
        return
    table, links = world.enterprises, world.links
    price_share = world.group("market").price_share
    newcomers = new_buyers(table.size, table.view(NewReads), world.month, world.month == world.first_month)
    ring = world.ring.everyone

    def choose(supply: Supply) -> None:
        given = world.seed, world.month, supply, table.view(Reads), rules, price_share, ring
        threads.run(renew, len(supply.buyer), (world.counters("chain"),), given)

    for first in range(0, len(newcomers) if len(world.ring) else 0, _AT_A_TIME):
        buyer, supplier, ordinal = open_links(newcomers[first : first + _AT_A_TIME], table.staff, rules)
        choose(Supply(buyer, supplier, ordinal, True))
        found = supplier >= 0
        links.add(buyer[found], supplier[found], ordinal[found])
    choose(Supply(links.buyer, links.supplier, links.ordinal, False))
    ask_parts(
        links.buyer, links.supplier, world.seed, world.month, table.view(Reads), table.view(Writes), rules,
        world.succeeded, world.books.flows, world.counters("chain"),
    )  # fmt: skip


OUTCOMES = (
    counted("parts_asked", "requests to suppliers for new parts", 1),
    counted("links_renewed", "supply links renewed"),
)

MECHANISM = Mechanism(
    "chain", Rules, counters=EVENTS, draws=(renewal, taste_of_pair), outcomes=OUTCOMES, steps=(
        Step(
            "renew", apply, loops=(new_buyers, renew, ask_parts), groups=("market",), transfers=("orders",), draws=(renewal, taste_of_pair),
            state=("links",),
        ),
    ),
)  # fmt: skip
