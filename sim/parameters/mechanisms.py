"""Parameters of the seventeen mechanisms, one group each; `enabled` switches the mechanism."""

from __future__ import annotations

from typing import Any, NamedTuple

from sim.declare import assumption, evidence, fitted, parameter

_COHORT = "SAIC survey of the cohort founded in 2015 Q3"


def _switch() -> Any:
    return parameter(True, "", "whether the mechanism runs", assumption("switch"))


class PopulationRules(NamedTuple):
    """1 Starting population."""

    enabled: bool = _switch()


class Entry(NamedTuple):
    """2 Entry from one pool of potential founders."""

    enabled: bool = _switch()
    ideas_per_thousand: float = parameter(
        0.68, "ideas a year per 1,000 residents", "ideas of potential founders among residents at work or looking for it",
        fitted("entry of 9% of the operating stock a year (Eurostat birth rate)", "survival.eu.birth_rate"), bounds=(0, 1000),
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
        0.32, "million yuan", "median founder's own means, family's included", assumption("household wealth"),
        bounds=(0.001, 100), plausible=(0.1, 0.6),
    )  # fmt: skip
    wealth_log_sd: float = parameter(
        0.9, "", "spread of the logarithm of founders' means", assumption("household wealth"), bounds=(0, 3),
        plausible=(0.6, 1.2),
    )  # fmt: skip
    taste: float = parameter(
        0.08, "million yuan", "scale of the taste for a channel", assumption("unseen reasons"), bounds=(0, 10),
        plausible=(0.03, 0.2),
    )  # fmt: skip
    cost_of_capital: float = parameter(
        0.10, "1/year", "yearly cost of a founder's capital", assumption("informal credit"), bounds=(0, 2),
        plausible=(0.05, 0.2),
    )  # fmt: skip
    maker_ticket: float = parameter(
        0.5, "million yuan", "what a platform's fund puts into one maker", assumption("angel tickets"), bounds=(0, 100),
        plausible=(0.1, 2.0),
    )  # fmt: skip
    least_taking: float = parameter(
        0.05, "share", "least share of the makers backed that platforms expect to found; the fewer found, the more are backed for a ticket",
        assumption("no more than twenty are backed for a ticket"), bounds=(0.001, 1), plausible=(0.02, 0.2),
    )  # fmt: skip
    inheritance: float = parameter(
        0.6, "share", "part of the parent's or the platform's knowledge, and of a spin-off parent's revenue per worker, that comes along",
        assumption("spin-offs live longer: Eriksson & Kuhn; Fackler et al.", "stylised_facts.spin_offs"), bounds=(0, 1), plausible=(0.3, 0.9),
    )  # fmt: skip
    answer_worth: float = parameter(
        0.15, "million yuan", "worth of a platform that answers every request, to a founder",
        assumption("a solved component saves months of a team"), bounds=(0, 10), plausible=(0.05, 0.5),
    )  # fmt: skip
    hours_worth: float = parameter(
        0.0001, "million yuan", "capital that a borrowed equipment hour a month replaces",
        assumption("machine rates near 100 yuan an hour"), bounds=(0, 0.01), plausible=(0.00005, 0.0003),
    )  # fmt: skip
    hours_per_job: float = parameter(
        20.0, "hours a month", "equipment hours that a newcomer asks for each job", assumption("part-time use"),
        bounds=(0, 1000), plausible=(5, 60),
    )  # fmt: skip


class Newborns(NamedTuple):
    """3 Newborns: the cohort of 2015."""

    enabled: bool = _switch()
    staff_mean: float = parameter(
        9.27, "people", "mean staff that founders plan; larger plans find finance less often",
        fitted(f"6.2 staff at the start, {_COHORT}", "new_firm_cohort_2015q3.staff.at_start"), bounds=(1, 1000),
    )  # fmt: skip
    staff_log_sd: float = parameter(
        0.8, "", "spread of the logarithm of staff", assumption("not published"), bounds=(0, 3), plausible=(0.5, 1.2)
    )
    opening_team: float = parameter(
        0.9431, "share", "part of the planned team that is there at the start",
        fitted(f"staff of 6.2 at the start and 7.0 a year later, {_COHORT}", "new_firm_cohort_2015q3.staff"), bounds=(0, 1),
    )  # fmt: skip
    joining: float = parameter(
        0.15, "1/month", "part of the missing team that joins in a month", evidence("hiring: 0.05 to 0.3 a month"),
        bounds=(0, 1), plausible=(0.05, 0.3),
    )  # fmt: skip
    settling: float = parameter(
        24.0, "month", "months after the start in which a team fills up and finds first customers",
        assumption("founders' patience"), bounds=(1, 240), plausible=(12, 36),
    )  # fmt: skip
    with_revenue: float = parameter(
        0.8266, "share", "newborns that sell from their start on", fitted(f"82.7% with revenue within a year, {_COHORT}", "new_firm_cohort_2015q3.with_revenue"),
        bounds=(0, 1),
    )  # fmt: skip
    first_sale: float = parameter(
        0.03, "1/month", "hazard at which a young team without customers finds its first", assumption("slow starts"),
        bounds=(0, 1), plausible=(0.01, 0.1),
    )  # fmt: skip
    runway: float = parameter(
        0.437, "year", "wages that founders put in beyond the capital they need", fitted("survival of the first year", "survival.eu.y1", "survival.us_1994_cohort.y1"),
        bounds=(0, 10),
    )  # fmt: skip
    talent_share: float = parameter(
        0.15, "share of staff", "skilled staff of a newcomer", assumption("founders are skilled more often"), bounds=(0, 1),
        plausible=(0.05, 0.3),
    )  # fmt: skip
    revenue_median: float = parameter(
        0.01242, "million yuan a year", "median rate of sales at the start",
        fitted(f"median first-year revenue 0.089, {_COHORT}", "new_firm_cohort_2015q3.revenue_first_year.median"), bounds=(0.0001, 1000),
    )  # fmt: skip
    revenue_log_sd: float = parameter(
        3.682, "", "spread of the logarithm of the rate of sales at the start",
        fitted(f"spread of 2.08 of first-year revenue, {_COHORT}", "new_firm_cohort_2015q3.revenue_first_year.log_sd"), bounds=(0, 5),
    )  # fmt: skip
    revenue_staff_correlation: float = parameter(
        0.4, "", "correlation of the logarithms of staff and revenue", assumption("jointly drawn"), bounds=(-1, 1),
        plausible=(0.2, 0.7),
    )  # fmt: skip
    operating_at_registration: float = parameter(
        0.404,
        "share",
        "newborns that operate at once",
        evidence(_COHORT, "new_firm_cohort_2015q3.operating_at_registration"),
        bounds=(0, 1),
    )
    start_hazard: float = parameter(
        0.09749, "1/month", "hazard at which a registered newborn starts",
        fitted(f"69.9% operating after a year net of stops, {_COHORT}", "new_firm_cohort_2015q3.operating_after_a_year"), bounds=(0, 1),
    )  # fmt: skip
    worker_revenue: float = parameter(
        0.85, "", "revenue per worker at maturity, relative to the sector's", assumption("entrants are less productive"),
        bounds=(0.01, 5), plausible=(0.5, 1.0),
    )  # fmt: skip
    worker_revenue_log_sd: float = parameter(
        0.5, "", "spread of the logarithm of revenue per worker at maturity, around that mean",
        assumption("near that of the stock"), bounds=(0, 2), plausible=(0.3, 0.9),
    )  # fmt: skip
    productivity_log_sd: float = parameter(
        0.1, "", "spread of the logarithm of productivity around the sector's", assumption("as the stock's"), bounds=(0, 1),
        plausible=(0.05, 0.25),
    )  # fmt: skip
    quality_log_sd: float = parameter(
        0.1, "", "spread of the logarithm of quality around the sector's", assumption("as the stock's"), bounds=(0, 1),
        plausible=(0.05, 0.25),
    )  # fmt: skip
    energy_log_sd: float = parameter(
        0.3, "", "spread of the logarithm of energy and material per output", assumption("as the stock's"), bounds=(0, 2),
        plausible=(0.2, 0.6),
    )  # fmt: skip
    most_lines: int = parameter(
        2, "lines", "most product lines of a newborn, each number from one on as likely", assumption("one product or two"),
        bounds=(1, 100), plausible=(1, 3),
    )  # fmt: skip


class Adoption(NamedTuple):
    """4 Platform adoption: Bass (1969) by class."""

    enabled: bool = _switch()
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
    own_cost: float = parameter(
        60.0, "million yuan a year", "fixed cost of an own platform", assumption("hundreds of staff"), bounds=(0, 1e5),
        plausible=(20, 200),
    )  # fmt: skip
    own_share: float = parameter(
        0.005, "share of sales", "part of sales up to which an enterprise carries that cost", assumption("part of R&D"),
        bounds=(0, 1), plausible=(0.002, 0.02),
    )  # fmt: skip
    most_own: int = parameter(
        240, "platforms", "own platforms that are told apart; later hosts turn to third parties",
        assumption("a limit of detail"), bounds=(0, 1000), plausible=(100, 1000),
    )  # fmt: skip
    own_interface_staff: float = parameter(
        60.0, "people", "staff that finds and serves resources at an own platform without a name, set at its launch",
        assumption("a department; Haier's has a thousand"), bounds=(0, 1e5), plausible=(20, 200),
    )  # fmt: skip
    own_foreign_share: float = parameter(
        0.2, "share", "foreign experts among the resources that an own platform without a name recruits",
        assumption("fewer than the named ones'"), bounds=(0, 0.7), plausible=(0.05, 0.3),
    )  # fmt: skip
    quit: float = parameter(
        0.05, "1/year", "hazard at which a member leaves", assumption("churn of subscriptions"), bounds=(0, 1),
        plausible=(0.02, 0.15),
    )  # fmt: skip


class Resources(NamedTuple):
    """5 Platform resources."""

    enabled: bool = _switch()
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


class Projects(NamedTuple):
    """6 Projects."""

    enabled: bool = _switch()
    begin: float = parameter(
        0.03209, "1/year", "rate at which each team of skilled staff begins a project while the enterprise has none",
        fitted("11.5 to 13.7% of enterprises do R&D, 2011 to 2012", "all_firms.doing_rd_share.y2011", "all_firms.doing_rd_share.y2012"), bounds=(0, 12),
    )  # fmt: skip
    reach: float = parameter(
        0.15, "", "spread of needed knowledge on each axis",
        assumption("unit-free space"), bounds=(0.01, 2), plausible=(0.08, 0.3),
    )  # fmt: skip
    lead: float = parameter(
        0.10, "", "distance by which needed knowledge is ahead of the sector's base on each axis",
        assumption("projects ask for more than everyone knows"), bounds=(0, 1), plausible=(0.0, 0.25),
    )  # fmt: skip
    learned: float = parameter(
        0.15, "share", "part of the gap to a component's knowledge that solving it closes",
        assumption("learning by doing"), bounds=(0, 1), plausible=(0.05, 0.4),
    )  # fmt: skip
    solve: float = parameter(
        0.45, "1/month", "probability that a component is solved with full effort and all knowledge at hand",
        assumption("fitted with the duration"), bounds=(0, 1), plausible=(0.3, 0.9),
    )  # fmt: skip
    distance_scale: float = parameter(
        0.2076, "", "distance over which that probability falls to 1/e",
        fitted("success and private return of research", "stylised_facts.open_innovation_effect.base_success",
               "stylised_facts.spillovers.private_return"), bounds=(0.01, 2), plausible=(0.15, 0.5),
    )  # fmt: skip
    capital_share: float = parameter(
        0.4, "", "elasticity of effort on capital; talent's is the rest", assumption("Cobb-Douglas"), bounds=(0, 1),
        plausible=(0.2, 0.6),
    )  # fmt: skip
    team: float = parameter(
        6.0, "people", "talent that halves the effort's gap", assumption("size of a team"), bounds=(0.1, 1000),
        plausible=(2, 15),
    )  # fmt: skip
    most_teams: float = parameter(
        2.0, "teams", "teams at work on a project of size one; of larger ones as many for each part of their size",
        assumption("beyond it more people get in each other's way"), bounds=(0.1, 100), plausible=(1.0, 4.0),
    )  # fmt: skip
    team_share: float = parameter(
        0.6944, "share", "part of all skilled staff who work on a project where that is more than one team",
        fitted("0.71% of sales spent on research in 2011; that it grows with sales: Cohen & Klepper 1996", "all_firms.doing_rd_share.rd_to_sales_2011"), bounds=(0, 1),
        plausible=(0.1, 0.7),
    )  # fmt: skip
    capital: float = parameter(
        4.0, "million yuan", "cash that halves the effort's gap", assumption("budget of a project"), bounds=(0.01, 1000),
        plausible=(1, 15),
    )  # fmt: skip
    contact_hours: float = parameter(
        0.04, "share", "part of the team's hours that each kind of partner takes", assumption("costs of coordination"),
        bounds=(0, 0.5), plausible=(0.03, 0.15),
    )  # fmt: skip
    abandon: float = parameter(
        0.04561, "1/month", "hazard at which a project is given up",
        fitted("35% of projects succeed", "stylised_facts.open_innovation_effect.base_success"), bounds=(0, 1),
        plausible=(0.01, 0.06),
    )  # fmt: skip
    cost: float = parameter(
        0.03, "million yuan a person and month", "materials and tests a project spends, per skilled person of the team",
        assumption("order of R&D spending per head"), bounds=(0, 10), plausible=(0.01, 0.06),
    )  # fmt: skip
    gain: float = parameter(
        0.1603, "", "largest gain of productivity or quality from one success",
        fitted("private return to research of 0.21", "stylised_facts.spillovers.private_return"), bounds=(0, 1),
        plausible=(0.02, 0.2),
    )  # fmt: skip
    productivity_share: float = parameter(
        0.5, "share", "successes that raise productivity; the others raise quality", assumption("each as likely"),
        bounds=(0, 1), plausible=(0.3, 0.7),
    )  # fmt: skip
    new_lines: float = parameter(
        0.04, "share of lines", "new lines from one success, at least one", assumption("renewal of the range"),
        bounds=(0, 1), plausible=(0.01, 0.1),
    )  # fmt: skip
    energy_saving: float = parameter(
        0.02, "share", "energy and material per output that a success saves", assumption("cleaner processes"),
        bounds=(0, 1), plausible=(0.005, 0.05),
    )  # fmt: skip


class Matching(NamedTuple):
    """7 Matching of open requests and resources."""

    enabled: bool = _switch()
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


class Industries(NamedTuple):
    """8 New industries and modes."""

    enabled: bool = _switch()
    opening: float = parameter(
        0.004, "1/year", "hazard at which a big enterprise that scans opens a new sector or mode", assumption("rare"),
        bounds=(0, 1), plausible=(0.001, 0.02),
    )  # fmt: skip
    scanning: float = parameter(
        50.0, "enterprises", "big enterprises of a nation that scan for new industries, whatever the sample; in a "
        "place all do", assumption("the few at the front"), bounds=(0, 1e5), plausible=(20, 200),
    )  # fmt: skip
    abroad: float = parameter(
        1.5, "", "factor on that hazard for members of platforms with foreign experts",
        assumption("the article: learn from foreign experience", "article.claims"), bounds=(0, 20), plausible=(1.0, 3.0),
    )  # fmt: skip
    size: float = parameter(
        0.06, "share", "mature demand of a new sector, relative to all demand at the start", assumption("a new industry"),
        bounds=(0, 1), plausible=(0.02, 0.15),
    )  # fmt: skip
    taken: float = parameter(
        0.4, "share", "part of a new sector's demand that old sectors lose", assumption("substitution"), bounds=(0, 1),
        plausible=(0.1, 0.8),
    )  # fmt: skip
    midpoint: float = parameter(
        60.0, "month", "months until half of the mature demand", assumption("S-curve"), bounds=(1, 600),
        plausible=(36, 120),
    )  # fmt: skip
    steepness: float = parameter(
        0.07, "1/month", "steepness of the S-curve", assumption("S-curve"), bounds=(0.001, 1), plausible=(0.03, 0.12)
    )
    follow: float = parameter(
        0.03, "1/year", "hazard at which a follower enters a new sector at double sales for its pull",
        assumption("followers are drawn"), bounds=(0, 5), plausible=(0.01, 0.1),
    )  # fmt: skip
    cost: float = parameter(
        0.05, "share of yearly sales", "cost of opening a sector or mode", assumption("set-up"), bounds=(0, 5),
        plausible=(0.01, 0.2),
    )  # fmt: skip
    mode_demand: float = parameter(
        0.08, "share", "demand that lines sold in the new mode find beyond the old", assumption("reach of the new mode"),
        bounds=(0, 2), plausible=(0.02, 0.2),
    )  # fmt: skip
    mode_cost: float = parameter(
        0.01, "share of sales", "running cost of the new mode", assumption("commissions"), bounds=(0, 1),
        plausible=(0.0, 0.03),
    )  # fmt: skip
    sector_share: float = parameter(
        0.5, "share", "openings that are of a new sector; the others are of a new mode", assumption("each as likely"),
        bounds=(0, 1), plausible=(0.3, 0.7),
    )  # fmt: skip
    most_a_year: float = parameter(
        0.9, "1/year", "most probability of opening, or of following, within a year", assumption("some never move"),
        bounds=(0.01, 0.99), plausible=(0.7, 0.99),
    )  # fmt: skip
    least_left: float = parameter(
        0.1, "share", "part of its opening demand that an old sector keeps", assumption("some customers stay"),
        bounds=(0, 1), plausible=(0.05, 0.3),
    )  # fmt: skip
    step: float = parameter(
        0.15, "", "distance by which what anyone in a new sector knows is ahead of the old sector's on each axis",
        assumption("unit-free space"), bounds=(0, 1), plausible=(0.05, 0.25),
    )  # fmt: skip
    most_base: float = parameter(
        1.0, "", "most that anyone in a new sector knows on an axis, without research",
        assumption("unit-free space: the edge of what is known to all"), bounds=(0.1, 10), plausible=(0.8, 1.2),
    )  # fmt: skip


class Absorption(NamedTuple):
    """9 Absorption and spill-over."""

    enabled: bool = _switch()
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
    imitation: float = parameter(
        0.2, "1/year", "part of a lead in productivity or quality over the sector's usual one that others imitate",
        assumption("persistence of productivity near 0.8 a year: Foster, Haltiwanger & Syverson 2008"),
        bounds=(0, 1), plausible=(0.1, 0.3),
    )  # fmt: skip
    efficiency: float = parameter(
        0.657, "", "productivity that a unit of knowledge learned from a partner adds",
        fitted("social over private return to research", "stylised_facts.spillovers.social_return", "stylised_facts.spillovers.private_return"), bounds=(0, 2),
        plausible=(0.05, 1.0),
    )  # fmt: skip


class Chain(NamedTuple):
    """10 Industrial chain."""

    enabled: bool = _switch()
    staff_per_link: float = parameter(
        150.0, "people", "staff for each supplier link beyond the first", assumption("number of suppliers ∝ size"),
        bounds=(1, 1e6), plausible=(50, 500),
    )  # fmt: skip
    most_links: int = parameter(
        6, "links", "most supplier links of one enterprise", assumption("main suppliers"), bounds=(1, 50),
        plausible=(3, 12),
    )  # fmt: skip
    renewal: float = parameter(
        0.15, "1/year", "hazard at which a link is looked at again", assumption("links last for years"), bounds=(0, 1),
        plausible=(0.05, 0.3),
    )  # fmt: skip
    candidates: int = parameter(
        4, "enterprises", "candidates that a buyer compares", assumption("short lists"), bounds=(1, 50),
        plausible=(2, 10),
    )  # fmt: skip
    circle: int = parameter(
        24, "enterprises", "enterprises among which candidates of the right place in the chain are looked for",
        assumption("a circle of acquaintances"), bounds=(1, 1000), plausible=(12, 60),
    )  # fmt: skip
    taste: float = parameter(
        0.2, "", "scale of the taste for a supplier, in logarithm of quality over price", assumption("unseen reasons"),
        bounds=(0, 5), plausible=(0.05, 0.5),
    )  # fmt: skip
    part_asked: float = parameter(
        0.3, "share", "suppliers that a buyer's success asks for a new part", assumption("co-development"),
        bounds=(0, 1), plausible=(0.1, 0.6),
    )  # fmt: skip


class IdleSpace(NamedTuple):
    """11 Relocation, idle space and equipment."""

    enabled: bool = _switch()
    idle_hours: float = parameter(
        1.0, "hours a month a person", "equipment hours that a big enterprise has idle for each member of staff",
        assumption("utilisation near 75%"), bounds=(0, 500), plausible=(0.2, 5.0),
    )  # fmt: skip
    lent_share: float = parameter(
        0.1, "share", "idle hours that hosts offer", assumption("early stage"), bounds=(0, 1), plausible=(0.02, 0.3)
    )
    borrowing_months: int = parameter(
        36, "month", "months after the start in which an enterprise may use borrowed equipment hours",
        assumption("the term of a tenancy in incubators"), bounds=(0, 1200), plausible=(12, 60),
    )  # fmt: skip
    leavers_stay: float = parameter(
        0.96, "1/month", "leavers of a relocated enterprise who still look for a venture a month later",
        assumption("two years"), bounds=(0, 1), plausible=(0.9, 0.99),
    )  # fmt: skip


class Letting(NamedTuple):
    """12 Letting."""

    enabled: bool = _switch()
    consider: float = parameter(
        0.15, "1/year", "hazard at which an operating enterprise looks for other floor", assumption("leases of years"),
        bounds=(0, 12), plausible=(0.08, 0.33),
    )  # fmt: skip
    most_considering: float = parameter(
        0.95, "1/year", "most probability of looking for other floor within a year, however high the hazard is set",
        assumption("some never look"), bounds=(0.01, 0.99), plausible=(0.8, 0.99),
    )  # fmt: skip
    awareness: float = parameter(
        0.5, "share", "of those, who look at the site", assumption("information"), bounds=(0, 1), plausible=(0.2, 1.0)
    )
    moving_cost: float = parameter(
        0.01, "million yuan a person", "cost of moving", assumption("a month's value added"), bounds=(0, 1),
        plausible=(0.003, 0.03),
    )  # fmt: skip
    taste: float = parameter(
        0.10, "million yuan", "scale of the taste for the site", assumption("unseen reasons"), bounds=(0, 10),
        plausible=(0.03, 0.3),
    )  # fmt: skip
    renewal: float = parameter(
        0.6, "share", "tenants that stay for another term", assumption("graduation rules are soft"), bounds=(0, 1),
        plausible=(0.3, 0.9),
    )  # fmt: skip
    crowding: float = parameter(
        1.3, "", "needed floor over let floor above which a tenant that gets no more has outgrown its site",
        assumption("teams can move closer for a while"), bounds=(1, 100), plausible=(1.1, 1.6),
    )  # fmt: skip
    horizon: float = parameter(
        3.0, "year", "years of rent that a mover compares", assumption("a term"), bounds=(0.1, 30), plausible=(1, 5)
    )


class Demand(NamedTuple):
    """13 Lines and demand."""

    enabled: bool = _switch()
    line_loss: float = parameter(
        0.008798, "1/month", "hazard at which a line dies", fitted("operating survival of the EU and US cohorts", "survival.eu.y1", "survival.eu.y5", "survival.us_1994_cohort"),
        bounds=(0, 1),
    )  # fmt: skip
    line_birth: float = parameter(
        0.007, "1/month", "lines born for each line while the sector is as saturated as at the start",
        fitted("balance of the stock"), bounds=(0, 1),
    )  # fmt: skip
    saturation: float = parameter(
        1.0, "", "elasticity of births of lines on the sector's saturation", assumption("new lines get rarer"),
        bounds=(0, 10), plausible=(0.5, 3),
    )  # fmt: skip
    line_log_sd: float = parameter(
        1.2, "", "standard deviation of the logarithm of line sizes", evidence("0.8 to 1.6"), bounds=(0, 3),
        plausible=(0.8, 1.6),
    )  # fmt: skip
    shock: float = parameter(
        0.20, "", "monthly Gaussian shock to the logarithm of one line's size", assumption("with the reversion, sizes of lines spread by 1.0"), bounds=(0, 1), plausible=(0.10, 0.30),
    )  # fmt: skip
    reversion: float = parameter(
        0.02, "1/month", "speed at which sizes of lines revert", assumption("two to five years"), bounds=(0, 1),
        plausible=(0.01, 0.05),
    )  # fmt: skip
    ramp: float = parameter(
        0.07139, "1/month", "speed at which a young firm's sales close the gap to maturity",
        fitted("spread of first-year revenue and survival", "new_firm_cohort_2015q3.revenue_first_year.log_sd",
               "survival.eu.y5"), bounds=(0, 1), plausible=(0.02, 0.2),
    )  # fmt: skip
    ramp_months: int = parameter(
        36, "month", "months after the start in which a firm's sales close the gap at that speed",
        assumption("young firms settle within three years"), bounds=(0, 1200), plausible=(12, 60),
    )  # fmt: skip


class Jobs(NamedTuple):
    """14 Jobs."""

    enabled: bool = _switch()
    hire: float = parameter(
        0.05337, "1/month", "part of missing staff hired in a month",
        fitted("gross job creation of 0.10 a year; elsewhere 0.05 to 0.3 a month", "stylised_facts.job_flows.creation"),
        bounds=(0, 1), plausible=(0.05, 0.3),
    )  # fmt: skip
    shed: float = parameter(
        0.06434, "1/month", "part of staff in excess shed in a month",
        fitted("gross job destruction of 0.10 a year; elsewhere 0.05 to 0.3 a month", "stylised_facts.job_flows.destruction"),
        bounds=(0, 1), plausible=(0.05, 0.3),
    )  # fmt: skip
    crew: float = parameter(
        2.0, "people", "founders and minimum crew", assumption("smallest team"), bounds=(1, 100), plausible=(1, 4)
    )
    patience: float = parameter(
        24.0, "month", "age until which a young team is not cut", assumption("founders' patience"), bounds=(1, 240),
        plausible=(12, 36),
    )  # fmt: skip


class Finance(NamedTuple):
    """15 Finance and exit."""

    enabled: bool = _switch()
    ticket: float = parameter(
        5.0, "million yuan", "largest ticket", evidence("Zhongguancun Inno Way: mean near 5 million yuan", "zhongguancun_inno_way.first_year.mean_ticket"),
        bounds=(0, 1000),
    )  # fmt: skip
    ticket_years: float = parameter(
        2.0, "year", "wages of the team that a middling ticket pays", assumption("a round lasts 18 to 24 months"),
        bounds=(0, 100), plausible=(1.0, 3.0),
    )  # fmt: skip
    ticket_log_sd: float = parameter(
        0.5, "", "spread of the logarithm of a ticket around that", assumption("terms differ widely"), bounds=(0, 3),
        plausible=(0.3, 0.8),
    )  # fmt: skip
    merit_noise: float = parameter(
        0.3, "", "spread of the logarithm of merit as investors see it", assumption("merit of the young is hard to see"),
        bounds=(0, 3), plausible=(0.1, 0.6),
    )  # fmt: skip
    tickets: float = parameter(
        1.2, "a year per 1,000 enterprises", "tickets that outside investors can give", assumption("thin market"),
        bounds=(0, 1e6), plausible=(0.3, 5.0),
    )  # fmt: skip
    asking_months: float = parameter(
        6.0, "month", "months of costs in cash under which a young enterprise asks", assumption("runway"), bounds=(0, 60),
        plausible=(3, 12),
    )  # fmt: skip
    hurdle_response: float = parameter(
        0.1, "", "monthly response of the hurdle to tickets asked above those there", assumption("posted threshold"),
        bounds=(0, 1), plausible=(0.05, 0.3),
    )  # fmt: skip
    opening_hurdle: float = parameter(
        1.0, "", "merit from which outside finance is given at the start", assumption("what a sector's usual enterprise has"),
        bounds=(0.001, 1000), plausible=(0.7, 1.5),
    )  # fmt: skip
    most_pressure: float = parameter(
        20.0, "", "tickets given over those there, less one, above which the hurdle rises no faster",
        assumption("investors take a month to see how many ask"), bounds=(0, 1000), plausible=(5, 50),
    )  # fmt: skip
    least_hurdle: float = parameter(
        0.05, "", "least hurdle, however little is asked for", assumption("nobody backs what is worth nothing"),
        bounds=(0.001, 1), plausible=(0.01, 0.3),
    )  # fmt: skip
    most_hurdle: float = parameter(
        50.0, "", "most hurdle, however much is asked for", assumption("beyond any merit"), bounds=(1, 10_000),
        plausible=(10, 100),
    )  # fmt: skip
    give_up: float = parameter(
        0.02237, "1/month", "hazard at which operation stops while cash is below zero", fitted("operating survival", "survival.eu.y1", "survival.eu.y5", "survival.us_1994_cohort"),
        bounds=(0, 1),
    )  # fmt: skip
    resume: float = parameter(
        0.02, "1/month", "hazard at which a suspended enterprise resumes", assumption("rare"), bounds=(0, 1),
        plausible=(0.005, 0.05),
    )  # fmt: skip
    restart_staff: float = parameter(
        2.0, "people", "staff with which a suspended enterprise resumes", assumption("its founders"), bounds=(1, 100),
        plausible=(1, 4),
    )  # fmt: skip
    deregister_stopped: float = parameter(
        0.03073, "1/month", "hazard at which a suspended enterprise is struck off",
        fitted("register's hazards by year of life, SAIC 2013", "survival.china_hazard_by_year_of_life"), bounds=(0, 1),
    )  # fmt: skip
    deregister_idle: float = parameter(
        0.002293, "1/month", "hazard at which a registered one that never started is struck off, after its months of grace",
        fitted("register's hazards by year of life, SAIC 2013", "survival.china_hazard_by_year_of_life"), bounds=(0, 1),
    )  # fmt: skip
    idle_grace: float = parameter(
        6.0, "month", "months that a registered enterprise may take to start before it can be struck off",
        assumption("company law allows to revoke a licence after six months without business (from memory)"),
        bounds=(0, 1200), plausible=(6, 12),
    )  # fmt: skip


class Taxes(NamedTuple):
    """16 Taxes."""

    enabled: bool = _switch()
    vat: float = parameter(
        0.17,
        "",
        "standard rate of value-added tax",
        evidence("rate in force to 2018", "tax_and_policy.vat.standard"),
        bounds=(0, 1),
    )
    vat_small: float = parameter(
        0.03,
        "",
        "rate on sales of small-scale payers",
        evidence("rate in force from 2009", "tax_and_policy.vat.small_scale"),
        bounds=(0, 1),
    )
    small_scale: float = parameter(
        0.8, "million yuan a year", "sales up to which a payer is small-scale", evidence("0.5 industry, 0.8 trade"),
        bounds=(0, 100),
    )  # fmt: skip
    exempt: float = parameter(
        0.005, "million yuan a month", "sales up to which a small trader is exempt",
        evidence("5,000 yuan from 2009; up to 20,000 from November 2011; 20,000 from August 2013; 30,000 from October 2014", "tax_and_policy.vat.exempt_below_yuan_a_month"), bounds=(0, 1),
    )  # fmt: skip
    invoiced: float = parameter(
        0.8, "share", "part of value added and profit that is declared and taxed", assumption("exemptions, deductions, gaps"),
        bounds=(0, 1), plausible=(0.3, 1.0),
    )  # fmt: skip
    income_tax: float = parameter(
        0.25,
        "",
        "standard rate of corporate income tax",
        evidence("law of 2008", "tax_and_policy.corporate_income_tax.standard"),
        bounds=(0, 1),
    )
    low_profit_rate: float = parameter(
        0.10,
        "",
        "effective rate of low-profit enterprises",
        evidence("half the base at 20%", "tax_and_policy.corporate_income_tax.low_profit"),
        bounds=(0, 1),
    )
    low_profit_ceiling: float = parameter(
        0.03, "million yuan a year", "taxable profit up to which it applies",
        evidence("0.03 in 2010, 0.06 in 2012, 0.10 in 2014, 0.20 in January and 0.30 in October 2015", "tax_and_policy.corporate_income_tax.low_profit_ceiling_yuan"), bounds=(0, 100),
    )  # fmt: skip
    loss_years: float = parameter(
        5.0, "year", "years over which losses are carried forward, as an even decay", evidence("five years"),
        bounds=(1, 100),
    )  # fmt: skip
    young: float = parameter(
        60.0, "month", "age up to which relief for young enterprises holds", assumption("five years"), bounds=(0, 1200),
        plausible=(24, 96),
    )  # fmt: skip


class Exports(NamedTuple):
    """17 Exports."""

    enabled: bool = _switch()
    intercept: float = parameter(
        -2.6, "", "logit of the share of sales abroad at 100 staff and productivity 1",
        assumption("exports near a ninth of sales"), bounds=(-20, 20), plausible=(-4, -1.5),
    )  # fmt: skip
    staff_slope: float = parameter(
        0.186,
        "",
        "logit's slope in the logarithm of staff",
        fitted("57% of exports from big enterprises", "article.big_export_share"),
        bounds=(-5, 5),
    )
    taste: float = parameter(
        0.5, "", "spread of firms' lasting taste for exporting, in the logit", assumption("most sell little abroad"),
        bounds=(0, 5), plausible=(0.3, 1.2),
    )  # fmt: skip
    least: float = parameter(
        0.05, "share of sales", "share of sales below which an enterprise does not export", assumption("fixed costs"),
        bounds=(0, 1), plausible=(0.01, 0.1),
    )  # fmt: skip
    productivity_slope: float = parameter(
        1.0, "", "logit's slope in the logarithm of productivity", assumption("exporters are more productive"),
        bounds=(-5, 10), plausible=(0.3, 2.0),
    )  # fmt: skip
    price_elasticity: float = parameter(
        1.5, "", "elasticity of demand abroad on productivity", assumption("the world price is elastic"), bounds=(0, 10),
        plausible=(0.5, 4),
    )  # fmt: skip
    demand: float = parameter(
        1.0, "", "factor on demand abroad", assumption("1 is no change"), bounds=(0, 10), plausible=(0.7, 1.3)
    )


MECHANISMS: dict[str, type] = {
    "population": PopulationRules,
    "entry": Entry,
    "newborns": Newborns,
    "adoption": Adoption,
    "resources": Resources,
    "projects": Projects,
    "matching": Matching,
    "industries": Industries,
    "absorption": Absorption,
    "chain": Chain,
    "idle_space": IdleSpace,
    "letting": Letting,
    "demand": Demand,
    "jobs": Jobs,
    "finance": Finance,
    "taxes": Taxes,
    "exports": Exports,
}
