"""Entry: ideas from one pool of potential founders, each considered once, at its best channel.

An idea becomes an enterprise if its expected gain at last month's posted rents, vacancies, platform services and finance
exceeds its cost, and the founder can pay for it. It is *net* if it would not have been founded independently, without
the channel that it took.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from sim.declare import Counters, Mechanism, Outcome, Step, assumption, fitted, parameter, switch
from sim.kernel import draws, maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.draws import block
from sim.kernel.types import f8, f8_2d, i1, i4, i8, i8_2d, typed
from sim.model.record.reading import counted
from sim.model.state.accounts import LEAVERS
from sim.model.state.cohort import (
    Cohort,
    Ideas,
    cohort_of,
    entry_cost,
    founder_wealth,
    idea_luck,
    idea_merit,
    inherited,
    plan_luck,
    skill,
    skill_luck,
    staff_planned,
)
from sim.model.state.enterprises import (
    BIG,
    INDEPENDENT,
    MAKER,
    OPERATING,
    ORIGIN_WORDS,
    ORIGINS,
    SPIN_OFF,
    TENANT,
    reads,
)
from sim.model.state.idle import EQUIPMENT
from sim.model.state.knowledge import distance, kept_in
from sim.model.state.sites import EVERYONE, Admission, SiteState, admission_of, is_admissible, lasting_match, match
from sim.model.state.taxation import Rules as TaxRules
from sim.model.state.taxation import rules_of, taxes_of_plan
from sim.model.state.world import World

EVENTS = Counters(
    "founded_independent",
    "founded_spin_off",
    "founded_maker",
    "founded_tenant",
    "net_independent",
    "net_spin_off",
    "net_maker",
    "net_tenant",
    "ideas",
    "unfinanced_ideas",
    "makers_backed",
    "founded_new_sector",
    "founded_borrowing",
    "net_borrowing",
)
(
    FOUNDED_INDEPENDENT, _, FOUNDED_MAKER, _, NET_INDEPENDENT, _, _, _, IDEAS, UNFINANCED, BACKED,
    NEW_SECTOR, BORROWING, NET_BORROWING,
) = EVENTS  # fmt: skip
FOUNDED, NET = FOUNDED_INDEPENDENT - INDEPENDENT, NET_INDEPENDENT - INDEPENDENT  # plus the channel

count_luck = block("entry", 0, "ideas", number=4)
taste_luck = block("entry", 2, "spin_off", "maker", number=6)
admission_luck = block("entry", 3, "site", "backed", number=13)
sector_taste_luck = block("entry", 4, "taste", number=70)  # by founder and sector
appraisal_luck = block("entry", 5, "error", number=61)
RESIDENTS, RELEASED = 101, 102  # sources without an identity of their own
NOBODY = -1


@typed
class Rules(NamedTuple):
    """Entry from one pool of potential founders."""

    enabled: bool = switch()
    ideas_per_thousand: float = parameter(
        0.68, "ideas a year per 1,000 residents", "ideas of potential founders among residents at work or looking for it",
        fitted("entry of 9% of the operating stock a year (Eurostat birth rate)", "survival.eu.birth_rate"), bounds=(0, 1000),
    )  # fmt: skip
    ideas_growth: float = parameter(
        0.0, "1/year", "declared trend of residents' ideas, by which registers grow", assumption("0: no trend"),
        bounds=(-0.5, 1), plausible=(0.0, 0.15),
    )  # fmt: skip
    leavers_rate: float = parameter(
        0.006, "ideas a month a leaver", "ideas of people who left closed or relocated enterprises",
        assumption("higher than residents'"), bounds=(0, 1), plausible=(0.001, 0.02),
    )  # fmt: skip
    talent_rate: float = parameter(
        0.00012, "ideas a month a person", "ideas of big enterprises' talent, of which spin-offs come",
        assumption("rare"), bounds=(0, 1), plausible=(0.00002, 0.0005),
    )  # fmt: skip
    merit_log_sd: float = parameter(
        0.5, "", "spread of the logarithm of an idea's merit", assumption("skewed returns"), bounds=(0, 3),
        plausible=(0.4, 1.2),
    )  # fmt: skip
    margin: float = parameter(
        0.115, "share of sales", "profit before rent that a founder expects", assumption("order of small firms'"),
        bounds=(0, 1), plausible=(0.05, 0.2),
    )  # fmt: skip
    horizon: float = parameter(
        3.0, "year", "years over which a founder counts gains", assumption("horizon of plans"), bounds=(0.1, 30),
        plausible=(2, 5),
    )  # fmt: skip
    outside_option: float = parameter(
        0.06, "million yuan a year", "income that a founder gives up", assumption("a wage"), bounds=(0, 10),
        plausible=(0.03, 0.1),
    )  # fmt: skip
    administrative_cost: float = parameter(
        0.05, "million yuan", "cost of licences, time and deposit at entry", assumption("fell with the reform of 2014"),
        bounds=(0, 10), plausible=(0.04, 0.12),
    )  # fmt: skip
    capital_per_job: float = parameter(
        0.06, "million yuan", "capital that a newcomer needs for each job", assumption("light industry and services"),
        bounds=(0, 10), plausible=(0.03, 0.15),
    )  # fmt: skip
    wealth_median: float = parameter(
        0.32, "million yuan", "median wealth of a founder, with the family's", assumption("household wealth"),
        bounds=(0.001, 100), plausible=(0.1, 0.6),
    )  # fmt: skip
    wealth_log_sd: float = parameter(
        0.9, "", "spread of the logarithm of founders' wealth", assumption("household wealth"), bounds=(0, 3),
        plausible=(0.6, 1.2),
    )  # fmt: skip
    choosing: bool = parameter(
        False, "", "whether founders choose among all open sectors; otherwise each founds in the sector of its idea",
        assumption("switch"),
    )  # fmt: skip
    taste: float = parameter(
        0.08, "million yuan", "scale of the taste for a channel, and for a sector", assumption("unseen reasons"), bounds=(0, 10),
        plausible=(0.03, 0.2),
    )  # fmt: skip
    foresight: float = parameter(
        0.3, "share", "part of the taxes on their plan that founders count",
        assumption("entry falls by a sixth where effective rates are 10 points higher: Djankov et al. 2010, from memory"),
        bounds=(0, 1), plausible=(0.1, 0.6),
    )  # fmt: skip
    cost_of_capital: float = parameter(
        0.10, "1/year", "yearly cost of a founder's capital", assumption("informal credit"), bounds=(0, 2),
        plausible=(0.05, 0.2),
    )  # fmt: skip
    maker_ticket: float = parameter(
        0.5, "million yuan", "what a platform's fund invests in one maker", assumption("angel tickets"), bounds=(0, 100),
        plausible=(0.1, 2.0),
    )  # fmt: skip
    by_gain: bool = parameter(
        True,
        "",
        "whether platforms back the makers of whom they expect most for their tickets, and none at an expected loss; else any",
        assumption("switch"),
    )
    least_taking: float = parameter(
        0.05, "share", "least share of backed makers that platforms expect to found; the lower the share, the more they back per ticket",
        assumption("at most twenty are backed per ticket"), bounds=(0.001, 1), plausible=(0.02, 0.2),
    )  # fmt: skip
    inheritance: float = parameter(
        0.6, "share", "part of the parent's or host's knowledge, and of a spin-off parent's revenue per worker, that is inherited",
        assumption("spin-offs live longer: Eriksson & Kuhn; Fackler et al.", "stylised_facts.spin_offs"), bounds=(0, 1), plausible=(0.3, 0.9),
    )  # fmt: skip
    answer_worth: float = parameter(
        0.15, "million yuan", "worth to a founder of a platform that answers every request",
        assumption("a solved component saves months of a team"), bounds=(0, 10), plausible=(0.05, 0.5),
    )  # fmt: skip
    hours_worth: float = parameter(
        0.0001, "million yuan", "capital that a borrowed equipment hour a month replaces",
        assumption("machine rates near 100 yuan an hour"), bounds=(0, 0.01), plausible=(0.00005, 0.0003),
    )  # fmt: skip
    hours_per_job: float = parameter(
        20.0, "hours a month", "equipment hours that a newcomer requests for each job", assumption("part-time use"),
        bounds=(0, 1000), plausible=(5, 60),
    )  # fmt: skip


@reads
class TalentReads(NamedTuple):
    identity: i8
    status: i1
    size_class: i1
    talent: i4


@reads
class Parents(NamedTuple):
    sector: i1
    knowledge_0: f8
    knowledge_1: f8
    knowledge_2: f8


@typed
class Offer(NamedTuple):
    """What a channel offers to one more founder, at last month's posted values."""

    rent: float  # million yuan a m2 and year
    worth: float  # million yuan, beyond savings of rent
    worth_per_job: float  # million yuan, beyond that
    fund: float  # million yuan that a founder may get
    share: float  # of founders admitted
    rule: Admission  # of plans


@typed
class Offers(NamedTuple):
    """Offers to independents and spin-offs, of platforms, and of idle sites."""

    alone: Offer
    maker: Offer
    tenant: Offer
    site: int  # that makes the offer to tenants, 0 without one
    backed: i1  # whether platforms back each maker; empty where they back a share of them


@typed
class Appraising(NamedTuple):
    """What platforms know of makers."""

    offer: Offer
    wage: float  # million yuan a year
    noise: float  # standard deviation of the logarithm of merit as seen


@typed
class Borrowing(NamedTuple):
    """Equipment hours at a posted price."""

    price: float  # million yuan an hour
    fill: float  # share of hours sought that were let last month
    assets: float  # million yuan of equipment that one hour a month replaces; 0 where hours have no price


@typed
class Taxation(NamedTuple):
    """Taxes that a newcomer would pay."""

    relief: float
    input_share: float
    rules: TaxRules


@typed
class Terms(NamedTuple):
    """Terms of founding this month for all channels."""

    entry_cost: float  # million yuan
    floor_per_job: float  # m2
    hours_fill: float  # share of requested equipment hours that is lent
    finance_fill: float  # share of applicants that find outside finance
    outside_rent: float  # million yuan a m2 and year
    lending: Borrowing
    taxation: Taxation
    knowledge_spread: float
    unfit: float  # logarithm of customers lost for a unit of distance from what a founder knows


@typed
class Markets(NamedTuple):
    """Sectors' attributes that founders consider."""

    worker_revenue: f8
    saturation: f8
    open: i1
    opened: i8
    base_knowledge: f8_2d


@typed
class Means(NamedTuple):
    """Ideas to expect this month."""

    residents: float
    leavers: float
    talent: float  # a person in big enterprises
    makers: f8  # of each platform that is open to them


@compiled
def number_of_ideas(seed: int, month: int, key: int, mean: float) -> int:
    """Ideas of one source in a month."""
    return draws.poisson(count_luck(seed, key, month).ideas, mean)


@compiled
def sources_of_ideas(size: int, seed: int, month: int, r: TalentReads, means: Means, platforms: i8_2d) -> i8_2d:
    """Sources of ideas: key, number, channel, the parent's row and the platform.

    They are residents, leavers, big enterprises' talent by identity, and ``platforms``: identity, host's row and index.
    """
    big = 0
    for i in range(np.uint64(size)):
        big += (r.size_class[i] == BIG) & (r.status[i] == OPERATING)
    sources, end = np.empty((2 + big + len(platforms), 5), np.int64), 2
    sources[0] = RESIDENTS, number_of_ideas(seed, month, RESIDENTS, means.residents), INDEPENDENT, NOBODY, NOBODY
    sources[1] = RELEASED, number_of_ideas(seed, month, RELEASED, means.leavers), INDEPENDENT, NOBODY, NOBODY
    for i in range(size):
        if r.size_class[i] != BIG or r.status[i] != OPERATING:
            continue
        number = number_of_ideas(seed, month, r.identity[i], r.talent[i] * means.talent)
        if number > 0:
            index = end
            while index > 2 and sources[index - 1, 0] > r.identity[i]:
                sources[index] = sources[index - 1]
                index -= 1
            sources[index] = r.identity[i], number, SPIN_OFF, i, NOBODY
            end += 1
    for k in range(len(platforms)):
        identity, host, index = platforms[k]
        sources[end] = identity, number_of_ideas(seed, month, identity, means.makers[k]), MAKER, host, index
        end += 1
    return sources[:end]


@compiled
def list_ideas(seed: int, month: int, sources: i8_2d, ideas: Ideas, p: Rules, sectors: int) -> None:
    """List the ideas of all sources, each with a sector and its merit."""
    k = 0
    for source in range(len(sources)):
        key, number, kind, row, platform = sources[source]
        for ordinal in range(number):
            ideas.identity[k] = draws.child_identity(key, month, kind, ordinal)
            ideas.source[k] = kind
            ideas.parent[k] = row
            ideas.platform[k] = platform
            k += 1
    draw_plans(seed, month, ideas, p, sectors)


@compiled
def capital_need(jobs: float, hours_share: float, p: Rules) -> float:
    """Capital need of a newcomer (million yuan), less what borrowed equipment hours replace."""
    borrowed = jobs * p.hours_per_job * hours_share * p.hours_worth
    return max(0.0, jobs * p.capital_per_job - borrowed)


@equation
def hours_planned(jobs: float, p: Rules, b: Borrowing) -> float:
    """Equipment hours a month that a founder would borrow at the posted price: at most what replaces all capital."""
    most = min(jobs * p.hours_per_job * b.fill, jobs * p.capital_per_job / max(b.assets, 1e-9))
    return maths.floor(most) if b.assets > 0.0 else 0.0


@compiled
def expected_gain(merit: float, jobs: float, sales_per_job: float, rent: float, taxation: Taxation, p: Rules) -> float:
    """Expected yearly gain (million yuan): profit less rent, the taxes foreseen and the founder's outside option."""
    sales = merit * jobs * sales_per_job
    profit = merit * p.margin * jobs * sales_per_job - jobs * rent
    foreseen = 0.0
    if p.foresight > 0.0:
        relief, input_share, rules = taxation
        foreseen = p.foresight * taxes_of_plan(sales, profit, relief, input_share, rules)
    return profit - foreseen - p.outside_option


@compiled
def utility(gain: float, need: float, entry_cost: float, worth: float, taste: float, p: Rules) -> float:
    """Utility of a channel over the horizon (million yuan)."""
    return p.horizon * gain - entry_cost - need * p.cost_of_capital * p.horizon + worth + p.taste * taste


@compiled
def can_finance(u_wealth: float, u_finance: float, need: float, fund: float, finance_fill: float, p: Rules) -> bool:
    """Whether the founder's wealth with a channel's fund, or outside finance, covers the need."""
    return founder_wealth(u_wealth, p.wealth_median, p.wealth_log_sd) + fund >= need or u_finance < finance_fill


@equation
def sales_per_job(worker_revenue: float, saturation: float, n: Cohort) -> float:
    """Sales that a founder expects of a job (million yuan a year), at last month's saturation of the sector."""
    return worker_revenue * n.worker_revenue / saturation


@compiled
def choose_sector(
    k: int, jobs: float, seed: int, month: int, ideas: Ideas, p: Rules, n: Cohort, terms: Terms, markets: Markets,
    parents: Parents,
) -> float:  # fmt: skip
    """The sector with the highest expected gain for what the founder knows; returns the share of customers kept there.

    Founders of spin-offs learned their trade in the parent's sector, others in that of their idea.
    """
    identity, base, parent = ideas.identity[k], markets.base_knowledge, ideas.parent[k]
    spread = terms.knowledge_spread
    if ideas.source[k] == SPIN_OFF:
        ideas.home[k] = parents.sector[parent]
    h, u = ideas.home[k], skill_luck(seed, identity, month)
    k_0, k_1, k_2 = (
        skill(base[h, 0], u.knowledge_0, spread),
        skill(base[h, 1], u.knowledge_1, spread),
        skill(base[h, 2], u.knowledge_2, spread),
    )
    if parent >= 0:
        k_0 = inherited(k_0, parents.knowledge_0[parent], p.inheritance)
        k_1 = inherited(k_1, parents.knowledge_1[parent], p.inheritance)
        k_2 = inherited(k_2, parents.knowledge_2[parent], p.inheritance)
    here = distance(k_0, k_1, k_2, base[h, 0], base[h, 1], base[h, 2])
    best, most, kept_there = h, -1e9, 1.0
    for s in range(len(markets.open)):
        if markets.open[s] == 0:
            continue
        kept = kept_in(distance(k_0, k_1, k_2, base[s, 0], base[s, 1], base[s, 2]), here, terms.unfit)
        per_job = sales_per_job(markets.worker_revenue[s], markets.saturation[s], n)
        rent = terms.outside_rent * terms.floor_per_job
        gain = expected_gain(ideas.merit[k] * kept, jobs, per_job, rent, terms.taxation, p)
        value = p.horizon * gain + p.taste * draws.gumbel(sector_taste_luck(seed, identity ^ (s << 1), month).taste)
        if value > most:
            best, most, kept_there = s, value, kept
    ideas.sector[k] = best
    return kept_there


@compiled
def draw_plans(seed: int, month: int, ideas: Ideas, p: Rules, sectors: int) -> None:
    """Sector and merit of each idea, before a founder chooses another sector."""
    for k in range(len(ideas.identity)):
        u = idea_luck(seed, ideas.identity[k], month)
        s = int(u.sector * sectors)
        ideas.sector[k], ideas.home[k], ideas.merit[k] = s, s, idea_merit(u.merit, p.merit_log_sd)


@compiled
def appraise_makers(
    seed: int, month: int, ideas: Ideas, p: Rules, n: Cohort, given: Appraising, terms: Terms, markets: Markets,
    gains: f8,
) -> None:  # fmt: skip
    """What a platform expects from its stake in each maker (million yuan), at merit seen with noise, less the ticket.

    Ideas without a platform have no gain.
    """
    offer, wage, noise = given
    for k in range(len(ideas.identity)):
        gains[k] = -1.0
        if ideas.platform[k] < 0:
            continue
        s, jobs = ideas.sector[k], float(staff_planned(seed, ideas.identity[k], n))
        error = noise * draws.normal(appraisal_luck(seed, ideas.identity[k], month).error)
        merit = ideas.merit[k] * maths.exp(error)
        per_job = markets.worker_revenue[s] * n.worker_revenue / markets.saturation[s]
        need = capital_need(jobs, terms.hours_fill, p) + terms.entry_cost
        gain = expected_gain(merit, jobs, per_job, offer.rent * terms.floor_per_job, terms.taxation, p)
        paid_in = need + n.runway * jobs * wage
        gains[k] = stake_gain(gain, min(offer.fund, paid_in), paid_in, p)


@compiled
def stake_gain(gain: float, ticket: float, paid_in: float, p: Rules) -> float:
    """What a fund expects from its part of what is paid in (million yuan): gains over the horizon less ticket and its cost."""
    return ticket / paid_in * gain * p.horizon - ticket * (1.0 + p.cost_of_capital * p.horizon)


@compiled
def consider(
    seed: int, month: int, ideas: Ideas, p: Rules, n: Cohort, offers: Offers, terms: Terms, markets: Markets,
    parents: Parents, counts: i8,
) -> None:  # fmt: skip
    """Consider each idea once, at its best channel; channel 0 means that it is not pursued."""
    for k in range(len(ideas.identity)):
        u = idea_luck(seed, ideas.identity[k], month)
        tastes = taste_luck(seed, ideas.identity[k], month)
        here, outside = lasting_match(seed, ideas.identity[k], offers.site)
        admission = admission_luck(seed, ideas.identity[k], month)
        counts[IDEAS] += 1
        s, merit = ideas.sector[k], ideas.merit[k]
        jobs = float(staff_planned(seed, ideas.identity[k], n))
        skilled = n.talent_share * jobs
        if p.choosing:
            ideas.merit[k] *= choose_sector(k, jobs, seed, month, ideas, p, n, terms, markets, parents)
            s, merit = ideas.sector[k], ideas.merit[k]
        per_job = sales_per_job(markets.worker_revenue[s], markets.saturation[s], n)
        need = capital_need(jobs, terms.hours_fill, p) + terms.entry_cost
        hours = hours_planned(jobs, p, terms.lending)
        best, best_utility, independent, short, borrows = 0, 0.0, False, False, False
        for channel in range(INDEPENDENT, TENANT + 1):
            offer = offers.alone
            if channel == SPIN_OFF and ideas.source[k] != SPIN_OFF:
                continue
            if channel == MAKER:
                if ideas.platform[k] < 0:
                    continue
                offer = offers.maker
            if channel == TENANT:
                offer = offers.tenant
            u_admission = admission.backed if channel == MAKER else admission.site
            if channel == MAKER and len(offers.backed) > 0:
                u_admission = 0.0 if offers.backed[k] else 1.0
            if u_admission >= offer.share or not is_admissible(jobs, skilled, 0, s, offer.rule):
                continue
            counts[BACKED] += channel == MAKER
            rent = offer.rent * terms.floor_per_job
            gain = expected_gain(merit, jobs, per_job, rent, terms.taxation, p)
            taste = (
                outside if channel == INDEPENDENT
                else draws.gumbel(tastes.spin_off) if channel == SPIN_OFF
                else draws.gumbel(tastes.maker) if channel == MAKER
                else here
            )  # fmt: skip
            worth = offer.worth + jobs * offer.worth_per_job
            for borrowed in (0.0, hours):
                rented = 12.0 * borrowed * terms.lending.price
                capital = need - borrowed * terms.lending.assets
                value = utility(gain - rented, capital, terms.entry_cost, worth, taste, p)
                if value > 0.0 and not can_finance(u.wealth, u.finance, capital, offer.fund, terms.finance_fill, p):
                    short = True
                elif value > 0.0:
                    independent = independent or (channel == INDEPENDENT and borrowed == 0.0)
                    if value > best_utility:
                        best, best_utility, borrows = channel, value, borrowed > 0.0
                if hours == 0.0:
                    break
        if ideas.source[k] == MAKER and best != MAKER:
            best = 0  # a maker without backing founds elsewhere
        ideas.channel[k], ideas.hours[k] = best, int(hours) if borrows else 0
        if best > 0:
            counts[FOUNDED + best] += 1
            counts[NEW_SECTOR] += markets.opened[s] >= 0
            counts[BORROWING] += borrows
            counts[NET_BORROWING] += borrows and best == INDEPENDENT and not independent
            if best == INDEPENDENT or not independent:
                counts[NET + best] += 1
        elif short:
            counts[UNFINANCED] += 1


def gather_ideas(world: World, rules: Any) -> Ideas:
    """The month's ideas: of residents, leavers, big enterprises' talent and makers."""
    table, books = world.enterprises, world.books
    residents = (
        rules.ideas_per_thousand * world.grown("mechanisms.entry.ideas_growth") / 12.0 * books.residents / 1000.0
    )
    asking = [platform for platform in world.platforms if platform.open_to_members]
    makers = [world.platform_rules(it).ideas_a_month / world.weight_of(it) for it in asking]
    means = Means(
        residents, rules.leavers_rate * int(books.people[LEAVERS]), rules.talent_rate, np.array(makers, np.float64)
    )
    platforms = np.array([(it.identity, world.host_row(it), it.index) for it in asking], np.int64).reshape(-1, 3)
    sources = sources_of_ideas(table.size, world.seed, world.month, table.view(TalentReads), means, platforms)
    total = int(sources[:, 1].sum())
    whole = np.zeros((8, total), np.int64)
    ideas = Ideas(whole[0], whole[1], whole[2], whole[3], whole[4], np.zeros(total), *whole[5:])
    list_ideas(world.seed, world.month, sources, ideas, rules, world.settings.group("population").sectors)
    return ideas


def apply(world: World) -> None:
    """A month of ideas; newborns' step founds those pursued."""
    world.ideas = None
    rules = world.rules("entry")
    if not rules.enabled:
        return
    ideas, counts = gather_ideas(world, rules), world.counters("entry")
    market, population, posted = world.group("market"), world.settings.group("population"), world.posted
    alone = Offer(market.outside_rent, 0.0, 0.0, 0.0, 1.0, EVERYONE)
    letting, site = world.rules("letting"), cheapest_site(world)
    offers = Offers(
        alone, maker_offer(world, rules, market), tenant_offer(world, site, rules, letting, market),
        site.index if site else 0, np.zeros(0, np.int8),
    )  # fmt: skip
    lending = world.rules("lending")
    borrowing = Borrowing(0.0, 0.0, 0.0)
    if lending.enabled and world.idle.prices[EQUIPMENT] > 0.0:
        price, fill = float(world.idle.prices[EQUIPMENT]), float(world.idle.fill[EQUIPMENT])
        borrowing = Borrowing(price, fill, lending.assets_an_hour)
    taxation = Taxation(world.group("levers").tax_relief, market.input_share, rules_of(world.rules("taxes")))
    terms = Terms(
        entry_cost(rules, world.group("levers")), population.floor_per_job,
        0.0 if lending.enabled else posted.hours_fill, posted.finance_fill, market.outside_rent,
        borrowing, taxation, population.knowledge_spread, world.rules("industries").unfit,
    )  # fmt: skip
    markets = world.sectors.view(Markets)
    cohort = cohort_of(world.rules("newborns"))
    given = world.seed, world.month, ideas, rules, cohort
    if rules.by_gain:
        gains, investors = np.zeros(len(ideas.identity)), world.rules("finance")
        noise = investors.merit_noise if investors.enabled else 0.0
        appraise_makers(*given, Appraising(offers.maker, world.group("labour").wage, noise), terms, markets, gains)
        offers = offers._replace(backed=most_gainful(gains, ideas, offers.maker.share))
    consider(*given, offers, terms, markets, world.enterprises.view(Parents), counts)
    if counts[BACKED] and market.coupled:
        world.posted = posted._replace(makers_taking=int(counts[FOUNDED_MAKER]) / int(counts[BACKED]))
    world.ideas = ideas


def maker_offer(world: World, rules: Any, market: Any) -> Offer:
    """The platforms' offer: the worth of last month's answers, a ticket, and the share of makers that they back.

    More makers are backed than there are tickets, as some of them found elsewhere or not at all.
    """
    fund = float(sum(platform.fund for platform in world.platforms))
    ideas, budget = 0.0, 0.0
    for platform in world.platforms:
        if platform.closed:
            continue
        named = world.platform_rules(platform)
        ideas += named.ideas_a_month
        budget += min(platform.fund, named.maker_fund / named.fund_months)
    tickets = budget / rules.maker_ticket if rules.maker_ticket else 0.0
    share = min(1.0, tickets / (ideas * max(world.posted.makers_taking, rules.least_taking))) if ideas else 0.0
    worth = rules.answer_worth * world.posted.answered
    return Offer(market.outside_rent, worth, 0.0, min(fund, rules.maker_ticket), share, EVERYONE)


def most_gainful(gains: Any, ideas: Ideas, share: float) -> Any:
    """Marks of the makers whom platforms back: a share of them all, those of the highest expected gain above 0."""
    number = math.ceil(share * np.count_nonzero(ideas.platform >= 0))
    best = (gains > 0.0).nonzero()[0]
    if len(best) > number:
        best = best[np.lexsort((ideas.identity[best], -gains[best]))[:number]]
    backed = np.zeros(len(gains), np.int8)
    backed[best] = 1
    return backed


def cheapest_site(world: World) -> SiteState | None:
    """The open site with the lowest rent asked, None without one."""
    sites = [site for site in world.sites if world.site_is_open(site)] if world.rules("letting").enabled else []
    years = world.rules("entry").horizon
    return min(sites, key=lambda site: (world.rent_asked(site, years), site.index), default=None)


def tenant_offer(world: World, site: SiteState | None, p: Any, letting: Any, market: Any) -> Offer:
    """A site's offer: rent asked, neighbours and services, fund, and the share of applicants admitted.

    A founder's match outside is with the best of several places.
    """
    if site is None:
        return Offer(market.outside_rent, 0.0, 0.0, 0.0, 0.0, EVERYONE)
    rules = world.site_rules(site)
    worth = world.neighbours_worth(site, p.horizon) - p.taste * maths.log(letting.places)
    rent, admitted = world.rent_asked(site, p.horizon) * rules.space, site.admission * letting.awareness
    each = world.worth_per_job(site, p.horizon)
    return Offer(rent, worth, each, min(site.fund, rules.ticket), admitted, admission_of(rules))


SHARED = ORIGINS[2:]  # channels that enterprises share: spin-off, maker, tenant
OUTCOMES = (
    Outcome("startups", "enterprises", "startups founded since the start, gross", 1, True,
            lambda m: m.weight * m.registrations),
    Outcome("startups_net", "enterprises", "startups since the start by a shared channel (spin-off, maker, tenant) or borrowed equipment, "
            "net of those who would start alone", 1,
            value=lambda m: m.weight * (sum(m.cumulative(f"net_{origin}") for origin in SHARED) + m.cumulative("net_borrowing"))),
    counted("founded_borrowing", "startups founded with equipment borrowed at the posted price", 1, "enterprises"),
    counted("net_borrowing", "startups that go alone, net of founders who would have started without borrowed equipment", 1, "enterprises"),
    *(
        outcome
        for origin, words in zip(ORIGINS[1:], ORIGIN_WORDS[1:], strict=True)
        for outcome in (
            Outcome(f"startups_{origin}", "enterprises", f"startups founded since the start, channel {words}", 1,
                    value=lambda m, o=origin: m.weight * m.cumulative(f"founded_{o}")),  # type: ignore[misc]
            Outcome(f"startups_net_{origin}", "enterprises", f"of those, net of founders who would have started alone: {words}", 1,
                    value=lambda m, o=origin: m.weight * m.cumulative(f"net_{o}")),  # type: ignore[misc]
        )
    ),
    counted("founded_new_sector", "startups founded in sectors opened in the run", 1, "enterprises"),
    counted("ideas", "ideas considered", unit="ideas"),
    Outcome("ideas_unfinanced", "ideas", "ideas worth pursuing that found no finance since the start", -1,
            value=lambda m: m.weight * m.cumulative("unfinanced_ideas")),
)  # fmt: skip

DRAWS = (
    count_luck, idea_luck, taste_luck, admission_luck, sector_taste_luck, appraisal_luck, plan_luck, skill_luck, match,
)  # fmt: skip

MECHANISM = Mechanism(
    "entry",
    Rules,
    steps=(
        Step(
            "consider",
            apply,
            loops=(sources_of_ideas, consider),
            groups=(
                "labour",
                "levers",
                "market",
                "mechanisms.adoption",
                "mechanisms.finance",
                "mechanisms.industries",
                "mechanisms.lending",
                "mechanisms.letting",
                "mechanisms.newborns",
                "mechanisms.taxes",
                "platforms",
                "population",
                "sites",
            ),
            draws=DRAWS,
            state=("posted.makers_taking",),
        ),
    ),
    counters=EVENTS,
    draws=DRAWS,
    outcomes=OUTCOMES,
)
