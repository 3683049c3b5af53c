"""Platform adoption: Bass (1969) by class, times knowledge programmes; an own platform if the enterprise can afford it."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim.declare import Counters, Mechanism, Outcome, Step, assumption, evidence, parameter, switch
from sim.kernel import draws, maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.draws import block
from sim.kernel.threads import BLOCK
from sim.kernel.types import Index, f8, i1, i2, i8, typed
from sim.model.record.reading import added, counted, share
from sim.model.state.accounts import FEE_SUPPORT, FEES, PLATFORM_INCOME, TICKS, transfer
from sim.model.state.enterprises import BIG, CLASSES, MEDIUM, OPERATING, NoWrites, reads, writes
from sim.model.state.platforms import PlatformState
from sim.model.state.world import World, with_none

EVENTS = Counters("adopted", "quit")
ADOPTED, QUIT = EVENTS

adopting = block("adoption", 0, "move", "which", "worth", number=10)  # adopts or quits, which platform, whether it pays


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


@writes
class Writes(NamedTuple):
    platform: i2


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
def joining_probability(fee: float, services: float, revenue_12: float, p: Rules) -> float:
    """Probability that an enterprise which considers a platform joins it: a logit in the logarithm of worth over fee.

    The worth rises with the enterprise's sales and the platform's services (McFadden 1974).
    """
    worth = p.worth * services * revenue_12
    return worth / (worth + fee) if (p.worth > 0.0) & (fee > 0.0) else 1.0


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


@compiled
def adopt(
    lo: Index, hi: Index, seed: int, month: int, r: Reads, w: Writes, p: Rules, conditions: Conditions, wishes: i1, events: i8
) -> None:  # fmt: skip
    """Enterprises join and leave platforms; those that found their own are marked in ``wishes``."""
    quits = draws.monthly(p.quit)
    chance: Any = np.empty(len(conditions.shares))
    for size_class in range(len(conditions.shares)):
        factor = class_factor(size_class, p)
        chance[size_class] = adoption_probability(conditions.shares[size_class], factor, conditions.programme, p)
    if month == 0:
        chance[BIG] = p.at_start
    most = max(quits, chance.max())
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
                if u.move < quits and conditions.hosts[w.platform[i]] != r.identity[i]:
                    w.platform[i] = -1
                    events[QUIT] += 1
            elif u.move < chance[size_class]:
                if size_class == BIG and can_afford_own(r.revenue_12[i], p):
                    wishes[i] = 1
                else:
                    chosen = choose(u.which, conditions.attraction)
                    fee, services = conditions.fees[chosen], conditions.services[chosen]
                    if chosen >= 0 and u.worth < joining_probability(fee, services, r.revenue_12[i], p):
                        w.platform[i] = chosen
                        events[ADOPTED] += 1


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
    table, hosts = world.enterprises, hosts_of(world)
    wishes = world.marks()
    attraction = np.array([platform_attraction(platform) for platform in world.platforms], np.float64)
    fees = (1.0 - levers.platform_support) * with_none(platform.fee for platform in world.platforms)
    services = with_none(platform.services for platform in world.platforms)
    conditions = Conditions(levers.knowledge_programme, world.member_shares, attraction, hosts, fees, services)
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
        host = world.host_row(platform)
        if host >= 0 and income[platform.index]:
            world.transfer(host, income[platform.index] / TICKS, PLATFORM_INCOME)


OUTCOMES = (
    counted("adopted", "platform adoptions", 1),
    Outcome("platforms", "platforms", "platforms launched", 1, value=lambda m: m["platforms"]),
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
    loops=(adopt, charge, count),
    writes=("platform", "cash", "profit_year"),
    groups=("levers", "platforms"),
    transfers=("fees", "fee_support", "platform_income"),
    draws=(adopting,),
    state=("platforms", "platforms.members", "world.member_shares"),
)

MECHANISM = Mechanism(
    "adoption", Rules, steps=(JOIN,), counters=EVENTS, draws=(adopting,), outcomes=OUTCOMES
)  # fmt: skip
