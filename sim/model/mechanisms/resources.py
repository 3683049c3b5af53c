"""Platform resources: recruited by interface staff and attracted by members, they have knowledge and age out."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from sim.declare import Counters, Mechanism, Outcome, Step, assumption, parameter, switch
from sim.kernel import draws, maths
from sim.kernel.compiled import compiled
from sim.kernel.draws import block
from sim.kernel.types import f8, f8_2d, i8, i8_2d, typed
from sim.model.record.reading import added
from sim.model.state.accounts import PLATFORM_STAFF, RESEARCH
from sim.model.state.knowledge import CELL
from sim.model.state.platforms import CELLS, DOMESTIC, FOREIGN, USER, PlatformState
from sim.model.state.world import World

EVENTS = Counters("resources_recruited", "resources_aged")
RECRUITED, AGED = EVENTS

# Keyed by kind and cell of a platform's resources: arrivals and departures. Keyed by the platform: success of campaigns.
turnover = block("resources", 0, "come", "leave", number=11)


@typed
class Rules(NamedTuple):
    """Platform resources."""

    enabled: bool = switch()
    spread: float = parameter(
        0.25, "", "spread of domestic resources' knowledge around the middle", assumption("unit-free space"),
        bounds=(0.01, 1), plausible=(0.15, 0.4),
    )  # fmt: skip
    middle: float = parameter(
        0.5, "", "knowledge on each axis around which domestic resources lie, and from which foreign experts are ahead",
        assumption("unit-free space"), bounds=(0, 1.2), plausible=(0.4, 0.6),
    )  # fmt: skip
    users_technical: float = parameter(
        0.4, "", "users' knowledge of materials, process, devices and electronics, the first two axes",
        assumption("users know what they need more than how it is made"), bounds=(0, 1.2), plausible=(0.2, 0.5),
    )  # fmt: skip
    users_market: float = parameter(
        0.8, "", "users' knowledge of software and markets, the third axis",
        assumption("users know what they need more than how it is made"), bounds=(0, 1.2), plausible=(0.6, 1.0),
    )  # fmt: skip
    foreign_lead: float = parameter(
        0.2, "", "distance by which foreign experts' knowledge is ahead on each axis",
        assumption("the article: learning from abroad", "article.claims"), bounds=(0, 1), plausible=(0.05, 0.35),
    )  # fmt: skip
    cloud_edge: float = parameter(
        0.0, "share", "density relative to their densest cell's below which domestic resources leave a cell empty; foreign experts then know the empty cells ahead, and no others",
        assumption("0: domestic resources know something of everything"), bounds=(0, 0.99), plausible=(0.0, 0.3),
    )  # fmt: skip


# The middle of each cell, by axis.
MIDDLES = [[(part + 0.5) * CELL for part in (cell // 9, cell // 3 % 3, cell % 3)] for cell in range(CELLS)]


def cell_weights(centre: tuple[float, float, float], spread: float) -> Any:
    """Weights of the 27 cells, summing to 1, for knowledge spread around ``centre``."""
    distances = [sum((point[axis] - centre[axis]) ** 2 for axis in range(3)) for point in MIDDLES]
    nearest = min(distances)  # subtracted, so that the largest weight is not 0
    weights = np.array([maths.exp((nearest - it) / (2.0 * spread * spread)) for it in distances])
    return weights / weights.sum()


@cache
def kind_weights(p: Rules) -> Any:
    """Weights of the cells for each kind of resource."""
    ahead, technical = p.middle + p.foreign_lead, p.users_technical
    centres = (p.middle, p.middle, p.middle), (ahead, ahead, ahead), (technical, technical, p.users_market)
    domestic, foreign, users = (cell_weights(centre, p.spread) for centre in centres)
    return np.stack([*apart(domestic, foreign, p), users])


def apart(domestic: Any, foreign: Any, p: Rules) -> tuple[Any, Any]:
    """Weights of domestic resources within their cloud, and of foreign experts in the cells ahead that it leaves empty.

    Ahead of the middle is the side of the frontier: what projects need lies above the sectors' base on every axis.
    Where no such cell is empty, foreign experts' weights stay as they are.
    """
    within = domestic >= p.cloud_edge * domestic.max()
    ahead = np.array([sum(point) > 3.0 * p.middle for point in MIDDLES])
    beyond = np.where(ahead & ~within, foreign, 0.0)
    if not beyond.any():
        return domestic, foreign
    inside = np.where(within, domestic, 0.0)
    return inside / inside.sum(), beyond / beyond.sum()


@compiled
def campaign(u: float, log_sd: float) -> float:
    """A month's recruiting success: lognormal with mean 1."""
    return maths.exp(log_sd * draws.normal(u) - 0.5 * log_sd * log_sd)


@compiled
def recruited(staff: float, contacts: float, success: float) -> float:
    """Expected resources recruited by interface staff in a month."""
    return staff * contacts * success


@compiled
def attracted(members: float, member_pull: float) -> float:
    """Expected resources attracted by members in a month."""
    return members * member_pull


@compiled
def turn_over(
    counts: i8_2d, expected: f8, weights: f8_2d, leaving: float, seed: int, identity: int, month: int, events: i8
) -> None:
    """A month of one platform's resources by kind and cell: arrivals and departures."""
    for kind in range(counts.shape[0]):
        for cell in range(counts.shape[1]):
            key = identity ^ (kind * counts.shape[1] + cell + 1)
            u = turnover(seed, key, month)
            left = draws.binomial(u.leave, counts[kind, cell], leaving)
            come = draws.poisson(u.come, expected[kind] * weights[kind, cell])
            counts[kind, cell] += come - left
            events[RECRUITED] += come
            events[AGED] += left


def apply(world: World) -> None:
    """A month of every launched platform, with its running cost."""
    rules = world.rules("resources")
    if not rules.enabled:
        return
    weights = kind_weights(rules)
    for platform in world.platforms:
        run_platform(world, platform, weights)


def running_cost(world: World, platform: PlatformState) -> float:
    """Monthly cost of a platform (million yuan): its interface staff, or the fixed cost of one founded in the run."""
    if platform.name in world.settings.platforms:
        return platform.interface_staff * float(world.group("labour").wage) / 12.0
    return float(world.rules("adoption").own_cost) / 12.0


def run_platform(world: World, platform: PlatformState, weights: Any) -> None:
    named = world.platform_rules(platform)
    success = campaign(turnover(world.seed, platform.identity, world.month).come, named.campaign_log_sd)
    come = recruited(platform.interface_staff, named.contacts_per_staff, success)
    come += attracted(platform.members * world.weight_of(platform), named.member_pull)
    shares = np.zeros(3)
    shares[FOREIGN], shares[USER] = named.foreign_share, named.user_share
    shares[DOMESTIC] = max(0.0, 1.0 - named.foreign_share - named.user_share)
    leaving = 1.0 / named.lifetime
    turn_over(
        platform.counts, come * shares, weights, leaving, world.seed, platform.identity, world.month,
        world.counters("resources"),
    )  # fmt: skip
    wages = running_cost(world, platform) / world.weight_of(platform)
    host = world.host_row(platform)
    if host < 0:
        world.books.pay(PLATFORM_STAFF, wages)
    else:
        world.transfer(host, -wages, RESEARCH)


OUTCOMES = (
    Outcome("platform_resources", "resources", "resources on named platforms", 1, True,
            lambda m: added(m["resources"])),
    Outcome("platform_resources_foreign", "resources", "foreign experts among them", 1,
            value=lambda m: m["resources"][:, FOREIGN]),
    Outcome("platform_resources_users", "resources", "users among them", 1, value=lambda m: m["resources"][:, USER]),
)  # fmt: skip

RECRUIT = Step(
    "recruit",
    apply,
    writes=("cash", "profit_year"),
    groups=("labour", "mechanisms.adoption", "platforms"),
    transfers=("research",),
    draws=(turnover,),
    state=("accounts", "platforms.counts"),
)

MECHANISM = Mechanism(
    "resources", Rules, steps=(RECRUIT,), counters=EVENTS, draws=(turnover,), outcomes=OUTCOMES
)  # fmt: skip
