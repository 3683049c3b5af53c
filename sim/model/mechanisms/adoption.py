"""Platform adoption by expected net benefit: Bass (1969) by class, or by contact with members; an own platform if affordable.

Who considers a platform follows Bass, times knowledge programmes. Or, with ``considers``, enterprises hear of platforms
from members among their partners in the chain and neighbours at a site. Platforms review their fees; third parties
close those that do not pay.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim.declare import Column, Counters, Mechanism, Outcome, Step, assumption, evidence, parameter, switch
from sim.kernel import draws, maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.draws import block
from sim.kernel.threads import BLOCK
from sim.kernel.types import Index, f8, f8_2d, i1, i2, i8, i8_2d, typed
from sim.model.record.reading import added, counted, share
from sim.model.state.accounts import FEE_SUPPORT, FEES, PLATFORM_INCOME, TICKS, ticks, transfer
from sim.model.state.enterprises import BIG, CLASSES, MEDIUM, OPERATING, NoWrites, reads, writes
from sim.model.state.links import renewal
from sim.model.state.platforms import PlatformState
from sim.model.state.ring import Tenants, successors
from sim.model.state.world import World, with_none

EVENTS = Counters("adopted", "quit", "heard_of_platforms", "platforms_closed")
ADOPTED, QUIT, HEARD, CLOSED = EVENTS

adopting = block("adoption", 0, "move", "which", "worth", number=10)  # adopts or quits, which platform, whether it pays
hearing = block("adoption", 1, "chain", "neighbour", "point", number=60)  # contacts in which one hears of a platform
MOST_NAMED = 62  # platforms told apart in the bits of ``heard``


@typed
class Rules(NamedTuple):
    """Platform adoption: Bass (1969) by class."""

    enabled: bool = switch()
    innovation: float = parameter(
        0.02, "1/year", "adoption by own initiative", evidence("Bass p 0.01 to 0.03 a year", "stylised_facts.adoption.innovation_p"), bounds=(0, 1),
        plausible=(0.01, 0.03),
    )  # fmt: skip
    imitation: float = parameter(
        0.4, "1/year", "adoption by imitation of the share that has adopted", evidence("Bass q 0.3 to 0.5 a year", "stylised_facts.adoption.imitation_q"),
        bounds=(0, 5), plausible=(0.3, 0.5),
    )  # fmt: skip
    at_start: float = parameter(
        0.05, "share", "share of big enterprises that are members at the start", assumption("the early stage"),
        bounds=(0, 1), plausible=(0.0, 0.5),
    )  # fmt: skip
    medium_factor: float = parameter(
        0.7, "", "rates of medium enterprises relative to big ones'", assumption("fewer interfaces"), bounds=(0, 5),
        plausible=(0.4, 1.0),
    )  # fmt: skip
    small_factor: float = parameter(
        0.4, "", "rates of small enterprises relative to big ones'", assumption("fewer interfaces"), bounds=(0, 5),
        plausible=(0.2, 0.8),
    )  # fmt: skip
    worth: float = parameter(
        0.003, "share of sales", "yearly worth that an enterprise expects from a platform's services of 1; half of those who consider join at a fee of as much",
        assumption("half of what firms spend on research; 0: fees keep nobody away"), bounds=(0, 1), plausible=(0.001, 0.01),
    )  # fmt: skip
    by_answers: float = parameter(
        0.5, "share", "part of a platform's expected worth that is in proportion to the share of requests it answered last month; the rest is in its services",
        assumption("half; 0: what is answered is not known beforehand"), bounds=(0, 1), plausible=(0.0, 1.0),
    )  # fmt: skip
    secrecy: float = parameter(
        0.01, "share of sales", "yearly loss that an enterprise expects from what members learn of it, for a unit of knowledge by which it is ahead of them, mean over the axes",
        assumption("secrecy matters more than patents to most firms: Cohen, Nelson & Walsh 2000"), bounds=(0, 10), plausible=(0.0, 0.03),
    )  # fmt: skip
    considers: float = parameter(
        1.0, "1/year", "rate at which a big enterprise that knows of a platform considers joining it, and a member whether to stay; 0: adoption by Bass, and all know all platforms",
        assumption("memberships are reviewed about once a year"), bounds=(0, 12), plausible=(0.0, 2.0),
    )  # fmt: skip
    own_cost: float = parameter(
        60.0, "million yuan a year", "fixed cost of an own platform", assumption("hundreds of staff"), bounds=(0, 1e5),
        plausible=(20, 200),
    )  # fmt: skip
    own_share: float = parameter(
        0.005, "share of sales", "part of sales up to which an enterprise can afford that cost", assumption("part of R&D"),
        bounds=(0, 1), plausible=(0.002, 0.02),
    )  # fmt: skip
    most_own: int = parameter(
        240, "platforms", "most own platforms; later hosts join third parties",
        assumption("a limit of detail"), bounds=(0, 1000), plausible=(100, 1000),
    )  # fmt: skip
    own_interface_staff: float = parameter(
        60.0, "people", "staff that recruits and serves resources at an own platform founded in the run, set at its launch",
        assumption("a department; Haier's has a thousand"), bounds=(0, 1e5), plausible=(20, 200),
    )  # fmt: skip
    own_foreign_share: float = parameter(
        0.2, "share", "foreign experts among the resources that an own platform founded in the run recruits",
        assumption("fewer than the named ones'"), bounds=(0, 0.7), plausible=(0.05, 0.3),
    )  # fmt: skip
    quit: float = parameter(
        0.05, "1/year", "hazard at which a member leaves", assumption("churn of subscriptions"), bounds=(0, 1),
        plausible=(0.02, 0.15),
    )  # fmt: skip


@reads
class Reads(NamedTuple):
    identity: i8
    status: i1
    size_class: i1
    revenue_12: f8
    knowledge_0: f8
    knowledge_1: f8
    knowledge_2: f8


@writes
class Writes(NamedTuple):
    platform: i2
    heard: i8


@equation
def class_factor(size_class: int, p: Rules) -> float:
    """Rates of a class relative to those of big enterprises."""
    return 1.0 if size_class == BIG else (p.medium_factor if size_class == MEDIUM else p.small_factor)


@equation
def adoption_probability(adopted_share: float, factor: float, programme: float, p: Rules) -> float:
    """Monthly probability of adoption: p + q F (Bass), times the factors of class and knowledge programmes."""
    yearly = (p.innovation + p.imitation * adopted_share) * factor * (1.0 + programme)
    return 1.0 - maths.exp(-yearly / 12.0)


@equation
def expected_worth(services: float, answered: float, revenue_12: float, p: Rules) -> float:
    """Yearly worth that an enterprise expects of a platform (million yuan), at the share of requests it answered."""
    return p.worth * services * revenue_12 * (1.0 - p.by_answers * (1.0 - answered))


@equation
def expected_cost(fee: float, ahead: float, revenue_12: float, p: Rules) -> float:
    """Yearly cost that it expects (million yuan): the fee, and what members learn of it where it knows more than they."""
    return fee + p.secrecy * ahead * revenue_12


@equation
def joining_probability(worth: float, cost: float, p: Rules) -> float:
    """Probability that an enterprise which considers a platform joins it: a logit in the logarithm of worth over cost.

    McFadden (1974).
    """
    return worth / (worth + cost) if (p.worth > 0.0) & (cost > 0.0) else 1.0


@equation
def considering_probability(factor: float, p: Rules) -> float:
    """Monthly probability that an enterprise which knows of platforms considers them, at its class's factor."""
    return 1.0 - maths.exp(-p.considers * factor / 12.0)


@equation
def ahead_of(own: float, others: float) -> float:
    """Knowledge on an axis by which an enterprise is ahead of the members of a platform."""
    return max(0.0, own - others)


@equation
def next_fee(fee: float, members: int, before: int, step: float, least: float, most: float) -> float:
    """Fee after a review (million yuan a year): it rises where membership held, and is cut where it fell."""
    return min(most, max(least, fee * (1.0 + step if members >= before else 1.0 - step)))


@equation
def can_afford_own(revenue_12: float, p: Rules) -> bool:
    """Whether an enterprise can afford the fixed cost of an own platform."""
    return p.own_share * revenue_12 >= p.own_cost


@typed
class Conditions(NamedTuple):
    """Conditions of adoption this month."""

    programme: float  # effort of knowledge programmes
    shares: f8  # of members among operating enterprises, by class
    attraction: f8  # of each platform
    hosts: i8  # identity of each platform's host
    fees: f8  # million yuan a year of each platform, less support
    services: f8  # of each platform
    answered: f8  # share of each platform's requests answered last month
    known: f8_2d  # mean knowledge of each platform's members, by axis
    bits: i8  # of each named platform that is open, in ``heard``


@compiled
def net_benefit(i: int, platform: int, r: Reads, p: Rules, conditions: Conditions) -> float:
    """Probability that an enterprise finds a platform worth its cost."""
    known, ahead = conditions.known, 0.0
    if p.secrecy > 0.0:
        ahead += ahead_of(r.knowledge_0[i], known[platform, 0]) / 3.0
        ahead += ahead_of(r.knowledge_1[i], known[platform, 1]) / 3.0
        ahead += ahead_of(r.knowledge_2[i], known[platform, 2]) / 3.0
    worth = expected_worth(conditions.services[platform], conditions.answered[platform], r.revenue_12[i], p)
    return joining_probability(worth, expected_cost(conditions.fees[platform], ahead, r.revenue_12[i], p), p)


@compiled
def adopt(
    lo: Index, hi: Index, seed: int, month: int, r: Reads, w: Writes, p: Rules, conditions: Conditions, wishes: i1, events: i8
) -> None:  # fmt: skip
    """Enterprises join and leave platforms; those that found their own are marked in ``wishes``."""
    quits, by_contact = draws.monthly(p.quit), p.considers > 0.0
    chance: Any = np.empty(len(conditions.shares))
    considering: Any = np.zeros(len(conditions.shares))
    for size_class in range(len(conditions.shares)):
        factor = class_factor(size_class, p)
        shares = 0.0 if by_contact else conditions.shares[size_class]
        chance[size_class] = adoption_probability(shares, factor, conditions.programme, p)
        if by_contact:
            considering[size_class] = considering_probability(factor, p)
    if month == 0:
        chance[BIG] = p.at_start
    most = max(quits, chance.max()) + considering.max()
    everything = conditions.bits.sum()
    moves = np.empty(BLOCK, np.int8)
    for first in range(lo, hi, BLOCK):
        last = min(first + BLOCK, hi)
        for i in range(first, last):
            moves[i - first] = adopting(seed, r.identity[i], month).move < most
        for i in range(first, last):
            if not moves[i - first] or r.status[i] != OPERATING:
                continue
            u = adopting(seed, r.identity[i], month)
            size_class = r.size_class[i]
            if w.platform[i] >= 0:
                if u.move >= quits + considering[size_class] or conditions.hosts[w.platform[i]] == r.identity[i]:
                    continue
                if u.move < quits or u.worth >= net_benefit(i, w.platform[i], r, p, conditions):
                    w.platform[i] = -1
                    events[QUIT] += 1
            elif u.move < chance[size_class]:  # by its own search, which finds every platform
                if size_class == BIG and can_afford_own(r.revenue_12[i], p):
                    wishes[i] = 1
                else:
                    chosen = choose(u.which, conditions.attraction)
                    w.heard[i] |= everything
                    if chosen >= 0 and u.worth < net_benefit(i, chosen, r, p, conditions):
                        w.platform[i] = chosen
                        events[ADOPTED] += 1
            elif u.move < chance[size_class] + considering[size_class] and w.heard[i] & everything:
                chosen = choose(u.which, heard_of(w.heard[i], conditions))
                if chosen >= 0 and u.worth < net_benefit(i, chosen, r, p, conditions):
                    w.platform[i] = chosen
                    events[ADOPTED] += 1


@compiled
def heard_of(heard: int, conditions: Conditions) -> f8:
    """Attraction of the platforms that an enterprise knows of."""
    attraction = conditions.attraction.copy()
    for platform in range(len(attraction)):
        if conditions.bits[platform] & heard == 0:
            attraction[platform] = 0.0
    return attraction


@compiled
def choose(u: float, attraction: f8) -> int:
    """Index of a platform drawn in proportion to attraction; -1 if none is open."""
    total = attraction.sum()
    if total <= 0.0:
        return -1
    below = 0.0
    for platform in range(len(attraction)):
        below += attraction[platform]
        if u * total < below:
            return platform
    return len(attraction) - 1


@reads
class FeeReads(NamedTuple):
    identity: i8
    status: i1
    platform: i2


@writes
class FeeWrites(NamedTuple):
    profit_year: f8
    cash: f8


@typed
class Fees(NamedTuple):
    """Members' fees this month."""

    yearly: f8  # million yuan, by platform
    hosts: i8  # identity of each platform's host, which pays nothing
    support: float  # part that government pays


@compiled
def charge(
    lo: Index, hi: Index, seed: int, month: int, r: FeeReads, w: FeeWrites, fees: Fees, income: i8, flows: i8
) -> None:
    """Members pay the fees of a month (ticks by platform in ``income``), partly refunded by government."""
    for i in range(lo, hi):
        if r.status[i] != OPERATING or r.platform[i] < 0 or fees.hosts[r.platform[i]] == r.identity[i]:
            continue
        paid = transfer(i, -fees.yearly[r.platform[i]] / 12.0, w.cash, flows, FEES)
        back = transfer(i, -fees.support * paid, w.cash, flows, FEE_SUPPORT)
        income[r.platform[i]] -= int(paid * TICKS)
        w.profit_year[i] += paid + back


def apply(world: World) -> None:
    """A month of adoption, at last month's shares of members, and of fees."""
    rules, levers = world.rules("adoption"), world.group("levers")
    world.launch_platforms()
    if not rules.enabled:
        return
    review_platforms(world)
    bits = platform_bits(world, rules)
    if rules.considers > 0.0:
        spread_word(world, bits)
    table, hosts = world.enterprises, hosts_of(world)
    wishes = world.marks()
    attraction = np.array([platform_attraction(platform) for platform in world.platforms], np.float64)
    fees = (1.0 - levers.platform_support) * with_none(platform.fee for platform in world.platforms)
    services = with_none(platform.services for platform in world.platforms)
    conditions = Conditions(
        levers.knowledge_programme, world.member_shares, attraction, hosts, fees, services, answered_of(world),
        known_to_members(world, rules), bits,
    )  # fmt: skip
    world.loop(adopt, Reads, Writes, rules, conditions, wishes, sums=(world.counters("adoption"),))
    for row in world.marked_by_identity(wishes):
        own = sum(platform.kind == "own" for platform in world.platforms)
        if own < rules.most_own:
            world.host_platform(row)
            world.count("adopted")
        elif len(attraction):
            table.platform[row] = choose(0.5, attraction)  # the median by attraction, without a draw
            world.count("adopted", int(table.platform[row] >= 0))
    collect_fees(world, levers.platform_support)
    count_members(world)


def review_platforms(world: World) -> None:
    """Platforms set their fees by last month's members, and third parties close those that lost their reserve."""
    for platform in world.platforms:
        if platform.host and not platform.open_to_members:
            continue  # it serves its host alone
        named = world.platform_rules(platform)
        age = world.month - platform.opens
        if named.fee_step > 0.0 and age > 0 and age % named.fee_review == 0:
            members, before = platform.members, platform.members_reviewed
            platform.fee = next_fee(platform.fee, members, before, named.fee_step, named.least_fee, named.most_fee)
            platform.members_reviewed = members
        if platform.kind == "third-party" and not platform.closed and 0.0 < named.reserve < -platform.balance:
            left = world.enterprises.platform == platform.index
            world.enterprises.platform[left] = -1
            world.count("quit", int(left.sum()))
            world.count("platforms_closed")
            platform.close()


def platform_bits(world: World, rules: Rules) -> Any:
    """The bit in ``heard`` of each named platform that is open, 0 for others and for none; none where all are known."""
    bits = np.zeros(len(world.platforms) + 1, np.int64)
    if rules.considers > 0.0:
        for platform in world.platforms:
            ordinal = world.settings.platforms.index(platform.name) if platform.open_to_members else MOST_NAMED
            bits[platform.index] = 1 << ordinal if ordinal < MOST_NAMED else 0
    return bits


def answered_of(world: World) -> Any:
    """Share of requests that each platform answered last month; 1 where none was made, so that nothing is known."""
    return with_none(it.answers / it.requests if it.requests else 1.0 for it in world.platforms)


@reads
class KnowReads(NamedTuple):
    status: i1
    platform: i2
    knowledge_0: f8
    knowledge_1: f8
    knowledge_2: f8


@compiled
def know(lo: Index, hi: Index, seed: int, month: int, r: KnowReads, w: NoWrites, known: i8_2d) -> None:
    """Add members' knowledge by platform and axis, in ticks, and their number."""
    for i in range(lo, hi):
        platform = r.platform[i]
        if r.status[i] == OPERATING and platform >= 0:
            known[platform, 0] += ticks(r.knowledge_0[i])
            known[platform, 1] += ticks(r.knowledge_1[i])
            known[platform, 2] += ticks(r.knowledge_2[i])
            known[platform, 3] += 1


def known_to_members(world: World, rules: Rules) -> Any:
    """Mean knowledge of each platform's members by axis, without limit where there are none; 0 where secrecy is nothing."""
    known = np.zeros((len(world.platforms) + 1, 4), np.int64)
    if rules.secrecy <= 0.0:
        return np.zeros((len(known), 3))
    world.loop(know, KnowReads, NoWrites, sums=(known,))
    return mean_known(known)


@compiled
def mean_known(known: i8_2d) -> f8_2d:
    """Means of sums in ticks, shape (platforms, axes), with the number in the last column; without limit of none."""
    means = np.full((len(known), 3), np.inf)
    for platform in range(len(known)):
        for axis in range(3 if known[platform, 3] > 0 else 0):
            means[platform, axis] = known[platform, axis] / TICKS / known[platform, 3]
    return means


@reads
class HearReads(NamedTuple):
    identity: i8
    status: i1
    site: i2
    platform: i2


@writes
class HearWrites(NamedTuple):
    heard: i8


@compiled
def meet(
    lo: Index, hi: Index, seed: int, month: int, r: HearReads, w: HearWrites, everything: int, contact: float, meets: i1
) -> None:  # fmt: skip
    """Mark the contacts of enterprises that do not know every platform yet: 1 in the chain, 2 with a neighbour."""
    for i in range(lo, hi):
        u = hearing(seed, r.identity[i], month)
        may = (r.status[i] == OPERATING) & (w.heard[i] & everything != everything)
        meets[i] = (may & (u.chain < contact)) | ((may & (u.neighbour < contact) & (r.site[i] >= 0)) << 1)


@compiled
def hear(
    seed: int, month: int, r: HearReads, w: HearWrites, rows: i8, meets: i1, partner: i8, tenants: Tenants, bits: i8
) -> int:  # fmt: skip
    """Rows hear of the platform of the partner and of the neighbour whom they meet; returns how many heard."""
    points, there, number = np.zeros(len(rows)), len(tenants.identity) > 1, 0
    for k in range(len(rows)):
        points[k] = hearing(seed, r.identity[rows[k]], month).point
    nearest = successors(tenants.identity, points)
    for k in range(len(rows)):
        i, heard = rows[k], 0
        if partner[k] >= 0:
            heard |= bits[r.platform[partner[k]]]
        if there and meets[i] & 2:
            j = tenants.row[nearest[k]]
            if j != i and r.site[j] == r.site[i]:
                heard |= bits[r.platform[j]]
        number += w.heard[i] | heard != w.heard[i]
        w.heard[i] |= heard
    return number


def spread_word(world: World, bits: Any) -> None:
    """Members tell chain partners and neighbours whom they meet of their platform; none where nobody meets."""
    everything, contacts = int(bits.sum()), world.rules("absorption")
    if not everything or not contacts.enabled:
        return
    table, meets = world.enterprises, world.marks()
    world.loop(meet, HearReads, HearWrites, everything, contacts.contact, meets)
    rows = world.marked(meets)
    partner = world.links.partners(world, rows, meets)
    columns = table.view(HearReads), table.view(HearWrites)
    number = hear(world.seed, world.month, *columns, rows, meets, partner, world.ring.tenants(table), bits)
    world.count("heard_of_platforms", number)


def hosts_of(world: World) -> Any:
    """Identity of each platform's host, 0 for a third party's and for none (platform -1)."""
    return with_none((platform.host for platform in world.platforms), 0)


def platform_attraction(platform: PlatformState) -> float:
    """Attraction of an open platform: its services times the logarithm of its resources."""
    return platform.services * math.log1p(platform.resources + 1.0) if platform.open_to_members else 0.0


@reads
class CountReads(NamedTuple):
    status: i1
    size_class: i1
    platform: i2


@compiled
def count(
    lo: Index, hi: Index, seed: int, month: int, r: CountReads, w: NoWrites, firms: i8, members: i8, of_platform: i8
) -> None:  # fmt: skip
    """Count operating enterprises and members by class, and members of each platform."""
    for i in range(lo, hi):
        if r.status[i] == OPERATING:
            firms[r.size_class[i]] += 1
            if r.platform[i] >= 0:
                members[r.size_class[i]] += 1
                of_platform[r.platform[i]] += 1


def count_members(world: World) -> None:
    """Update the share of members in each class, and the members of each platform."""
    firms, joined = np.zeros(len(CLASSES), np.int64), np.zeros(len(CLASSES), np.int64)
    of_platform = np.zeros(len(world.platforms), np.int64)
    world.loop(count, CountReads, NoWrites, sums=(firms, joined, of_platform))
    world.member_shares = joined / np.maximum(firms, 1)
    for platform in world.platforms:
        platform.members = int(of_platform[platform.index])


def collect_fees(world: World, support: float) -> None:
    """Members pay fees to the platforms' account, which passes them on to hosts."""
    platforms = world.platforms
    yearly = with_none(platform.fee for platform in platforms)
    fees = Fees(yearly, hosts_of(world), support)
    income = np.zeros(len(yearly), np.int64)
    world.loop(charge, FeeReads, FeeWrites, fees, sums=(income, world.books.flows))
    for platform in platforms:
        host, earned = world.host_row(platform), float(income[platform.index] / TICKS)
        if host >= 0 and income[platform.index]:
            world.transfer(host, earned, PLATFORM_INCOME)
        elif host < 0:
            platform.balance += earned * world.weight_of(platform)


OUTCOMES = (
    counted("adopted", "platform adoptions", 1),
    Outcome("platforms", "platforms", "platforms launched", 1, value=lambda m: m["platforms"]),
    Outcome("platforms_closed", "platforms", "platforms of third parties that closed since the start", -1,
            value=lambda m: m.cumulative("platforms_closed")),
    counted("heard_of_platforms", "times that an enterprise heard of a platform from a member", 1),
    Outcome("platform_members", "enterprises", "members of platforms", 1, value=lambda m: m.weight * added(m["members"])),
    *(
        Outcome(f"member_share_{name}", "share", f"platform members among operating {name} enterprises",
                value=lambda m, c=code: share(m["members"][:, c], added(m["firms"][:, c, :, OPERATING])))  # type: ignore[misc]
        for code, name in enumerate(CLASSES)
    ),
)  # fmt: skip

JOIN = Step(
    "join",
    apply,
    loops=(adopt, charge, count, know, meet, hear),
    writes=("platform", "cash", "profit_year"),
    groups=("levers", "mechanisms.absorption", "platforms"),
    transfers=("fees", "fee_support", "platform_income"),
    draws=(adopting, hearing, renewal),
    state=("platforms", "platforms.balance", "platforms.fee", "platforms.members", "world.member_shares"),
)

COLUMNS = (
    Column("heard", "i8", "", "bits of the named platforms that it has heard of, in the scenario's order; used where platforms are heard of"),
)  # fmt: skip

MECHANISM = Mechanism(
    "adoption", Rules, steps=(JOIN,), columns=COLUMNS, counters=EVENTS, draws=(adopting, hearing, renewal), outcomes=OUTCOMES
)  # fmt: skip
