"""Parameters of the world: its calendar, population, market, labour, levers, named platforms and named sites."""

from __future__ import annotations

from typing import NamedTuple

from sim.declare import Source, article, assumption, evidence, fitted, parameter
from sim.kernel.types import typed

_YEARBOOK = "China Statistical Yearbook 2009, table N1301e; counts of 2015"
_COHORT = "SAIC survey of the cohort founded in 2015 Q3"
_ADMISSION = evidence("a rule of the owner, here none")


def _standard(floor: str) -> Source:
    """Source of a threshold of the size standard of 2011 for industry."""
    return evidence("size standard of 2011, industry", f"size_standard_2011.industry.{floor}")


@typed
class Run(NamedTuple):
    """The run: its first month, length and replicates."""

    start: str = parameter("2011-01", "YYYY-MM", "calendar month of month 0", assumption("set by each scenario"))
    months: int = parameter(
        64, "month", "months to simulate", assumption("set by each scenario"), bounds=(1, 1200), plausible=(12, 300)
    )
    spin_up: int = parameter(
        0, "month", "months before the first, without levers, platforms and sites, in which projects, cash, ages and links settle",
        assumption("0: the opening is as declared; five years fill projects and cash"), bounds=(0, 1200), plausible=(0, 120),
    )  # fmt: skip
    replicates: int = parameter(
        30, "", "worlds to simulate", assumption("a choice"), bounds=(1, 100_000), plausible=(10, 1000)
    )
    seed: int = parameter(
        1, "", "seed of the first draw", assumption("a choice"), bounds=(0, 2**63 - 1), plausible=(0, 1_000_000)
    )
    cohort: str = parameter(
        "", "YYYY-MM", "first month of registration of a cohort to follow", assumption("a choice of what is measured")
    )
    cohort_months: int = parameter(
        12, "month", "months in which the cohort registers", assumption("a choice of what is measured"),
        bounds=(1, 1200), plausible=(1, 12),
    )  # fmt: skip


@typed
class Population(NamedTuple):
    """The enterprises at the start: a lognormal body of staff joined to a truncated Pareto tail."""

    world: str = parameter(
        "nation", "", "a sample of a nation, or every enterprise of a place", assumption("set by each scenario"),
        choices=("nation", "place"),
    )  # fmt: skip
    enterprises: int = parameter(
        2000, "enterprises", "enterprises at the start", assumption("a choice: precision against time"),
        bounds=(20, 25_000_000), plausible=(500, 100_000),
    )  # fmt: skip
    represents: float = parameter(
        383_148.0, "enterprises", "real enterprises that a nation's sample stands for; unused in a place",
        evidence("above-size industrial firms of 2015: 9,633 big, 54,070 medium, 319,445 small", "industry_counts.y2015"), bounds=(1, 1e9),
    )  # fmt: skip
    staff_median: float = parameter(
        142.4,
        "people",
        "median staff of the body",
        fitted(
            "class counts of 2015, mean staff 255", "industry_counts.y2015", "industry_counts.totals_2015.staff_million"
        ),
        bounds=(1, 5000),
    )
    staff_log_sd: float = parameter(
        0.7388, "", "standard deviation of the logarithm of staff in the body", fitted("class counts of 2015", "industry_counts.y2015"),
        bounds=(0.1, 3),
    )  # fmt: skip
    tail_from: float = parameter(
        385.0,
        "people",
        "staff at which the Pareto tail begins",
        fitted("class counts of 2015", "industry_counts.y2015"),
        bounds=(5, 10_000),
    )
    tail_exponent: float = parameter(
        1.341, "", "exponent of the Pareto tail's distribution function",
        fitted("class counts of 2015, within 1.3 to 1.55", "industry_counts.y2015"), bounds=(1.01, 3),
    )  # fmt: skip
    largest_staff: float = parameter(
        50_000.0, "people", "largest enterprise", assumption("order of the largest manufacturers"),
        bounds=(100, 1e6), plausible=(30_000, 100_000),
    )  # fmt: skip
    host_staff: int = parameter(
        0, "people", "staff of the enterprise that hosts the place's platform or site; 0 without one",
        assumption("set by each scenario"), bounds=(0, 1_000_000), plausible=(0, 100_000),
    )  # fmt: skip
    worker_revenue: float = parameter(
        0.7865, "million yuan a year", "median revenue per worker of a firm of 100 staff",
        fitted("revenue of 111 trn yuan over 97.75 million staff in 2015", "industry_counts.totals_2015.revenue_trn", "industry_counts.totals_2015.staff_million"), bounds=(0.01, 20),
    )  # fmt: skip
    worker_revenue_log_sd: float = parameter(
        0.6, "", "spread of the logarithm of revenue per worker", assumption("within-industry dispersion of labour "
        "productivity in China, order 0.6 to 0.9"), bounds=(0, 2), plausible=(0.4, 0.9),
    )  # fmt: skip
    worker_revenue_elasticity: float = parameter(
        0.12, "", "elasticity of revenue per worker on staff",
        evidence(f"revenue per worker by size, {_YEARBOOK}", "industry_by_size_2008"), bounds=(0, 0.5), plausible=(0.05, 0.2),
    )  # fmt: skip
    capital_intensity: float = parameter(
        0.6423, "million yuan", "median assets per worker of a firm of 100 staff",
        fitted("assets of 102.3 trn yuan over 97.75 million staff in 2015", "industry_counts.totals_2015.assets_trn", "industry_counts.totals_2015.staff_million"), bounds=(0.001, 20),
    )  # fmt: skip
    capital_intensity_log_sd: float = parameter(
        0.5, "", "spread of the logarithm of assets per worker", assumption("not published by firm"),
        bounds=(0, 2), plausible=(0.3, 0.8),
    )  # fmt: skip
    capital_revenue_correlation: float = parameter(
        0.7, "", "correlation of the logarithms of assets and revenue per worker", assumption("capital over output "
        "varies less than capital per worker"), bounds=(0, 1), plausible=(0.4, 0.9),
    )  # fmt: skip
    capital_intensity_elasticity: float = parameter(
        0.2138, "", "elasticity of assets per worker on staff", fitted("assets by size, within 0.20 to 0.30; asset share", "industry_by_size_2008.assets_per_worker_elasticity", "article.big_asset_share"),
        bounds=(0, 0.6), plausible=(0.20, 0.30),
    )  # fmt: skip
    survey_revenue: float = parameter(
        20.0, "million yuan a year", "revenue from which an enterprise is in the survey population",
        evidence("rule of the industrial survey from 2011"), bounds=(0, 1000),
    )  # fmt: skip
    big_staff: int = parameter(
        1000, "people", "staff from which an enterprise is big", _standard("big.staff_min"), bounds=(1, 1_000_000)
    )
    big_revenue: float = parameter(
        400.0, "million yuan a year", "sales from which it is big, if it has the staff", _standard("big.revenue_min"),
        bounds=(0, 1e6),
    )  # fmt: skip
    medium_staff: int = parameter(
        300, "people", "staff from which it is medium", _standard("medium.staff_min"), bounds=(1, 1_000_000)
    )
    medium_revenue: float = parameter(
        20.0, "million yuan a year", "sales from which it is medium, if it has the staff",
        _standard("medium.revenue_min"), bounds=(0, 1e6),
    )  # fmt: skip
    micro_staff: int = parameter(
        20, "people", "staff below which it is micro", _standard("small.staff_min"), bounds=(0, 1_000_000)
    )
    micro_revenue: float = parameter(
        3.0, "million yuan a year", "sales below which it is micro", _standard("small.revenue_min"), bounds=(0, 1e6)
    )
    sectors: int = parameter(
        6, "", "sectors at the start, two for each stage of the supply chain", assumption("a choice of detail"),
        bounds=(3, 12), plausible=(3, 12),
    )  # fmt: skip
    line_staff: float = parameter(
        20.0, "people", "staff that one product line occupies in a firm of 100 staff",
        assumption("fitted by eye to the spread of growth rates"), bounds=(1, 1000), plausible=(5, 60),
    )  # fmt: skip
    lines_exponent: float = parameter(
        0.6, "", "elasticity of the number of lines on staff", assumption("gives spread of growth ∝ staff^-0.3 at most"),
        bounds=(0.1, 1), plausible=(0.4, 0.9),
    )  # fmt: skip
    knowledge_spread: float = parameter(
        0.12, "", "standard deviation of knowledge around the sector's on each axis", assumption("unit-free space"),
        bounds=(0, 0.5), plausible=(0.05, 0.25),
    )  # fmt: skip
    most_knowledge: float = parameter(
        1.5, "", "most that an enterprise knows on an axis at the start", assumption("far beyond any sector's base"),
        bounds=(0.5, 10), plausible=(1.2, 2.0),
    )  # fmt: skip
    knowledge_middle: float = parameter(
        0.4, "", "base knowledge of sectors on each axis, mean over sectors", assumption("unit-free space"),
        bounds=(0, 1), plausible=(0.3, 0.5),
    )  # fmt: skip
    knowledge_circle: float = parameter(
        0.2, "", "radius of the circle on which the sectors lie in the first two axes", assumption("unit-free space"),
        bounds=(0, 1), plausible=(0.1, 0.3),
    )  # fmt: skip
    knowledge_wave: float = parameter(
        0.1, "", "distance of sectors from the middle on the third axis, up and down twice around the circle",
        assumption("unit-free space"), bounds=(0, 1), plausible=(0.0, 0.2),
    )  # fmt: skip
    talent_share: float = parameter(
        0.06, "share of staff", "skilled staff of a firm of 100 staff", assumption("R&D staff and engineers"),
        bounds=(0, 1), plausible=(0.03, 0.12),
    )  # fmt: skip
    talent_elasticity: float = parameter(
        0.10, "", "elasticity of the share of skilled staff on staff",
        assumption("the article: big enterprises have an advantage in talent", "article.claims"), bounds=(0, 0.5), plausible=(0.0, 0.25),
    )  # fmt: skip
    cash_months: float = parameter(
        2.5, "month", "cash at the start, in months of revenue", assumption("order of firms' liquid assets"),
        bounds=(0, 60), plausible=(1, 6),
    )  # fmt: skip
    floor_per_job: float = parameter(
        27.0, "m2", "floor that one job takes", evidence("Torch incubators of 2012: 24 to 30 m2 a job", "shougang.floor_per_job"),
        bounds=(1, 500), plausible=(24, 30),
    )  # fmt: skip
    energy: float = parameter(
        0.18, "tce per million yuan / 1000", "energy and material per output at the start, relative units",
        assumption("index"), bounds=(0.001, 10), plausible=(0.1, 0.3),
    )  # fmt: skip
    energy_log_sd: float = parameter(
        0.3, "", "spread of the logarithm of energy and material per output", assumption("not published by firm"),
        bounds=(0, 2), plausible=(0.2, 0.6),
    )  # fmt: skip
    productivity_log_sd: float = parameter(
        0.45, "", "spread of the logarithm of productivity relative to the sector's at the start",
        assumption("ninth over first decile of 3, between rich and poor countries: Syverson 2011"), bounds=(0, 1),
        plausible=(0.3, 0.6),
    )  # fmt: skip
    quality_log_sd: float = parameter(
        0.3, "", "spread of the logarithm of quality relative to the sector's at the start",
        assumption("less than productivity"), bounds=(0, 1), plausible=(0.1, 0.5),
    )  # fmt: skip
    mean_age: float = parameter(
        400.0, "month", "mean age at the start of a firm of 100 staff, exponential",
        assumption("as the ages that a world comes to rest at"), bounds=(1, 1000), plausible=(250, 500),
    )  # fmt: skip
    age_elasticity: float = parameter(
        0.2, "", "elasticity of mean age on staff at the start", assumption("as a world comes to rest at: large firms are old"),
        bounds=(0, 1), plausible=(0.1, 0.4),
    )  # fmt: skip
    least_revenue: float = parameter(
        0.0, "million yuan a year", "yearly sales below which an enterprise leaves the survey's population; 0 keeps all",
        evidence("0: all firms; the survey of industry has those of 20 million yuan and more since 2011"), bounds=(0, 1000),
    )  # fmt: skip


@typed
class Market(NamedTuple):
    """Demand, prices, inputs, investment and dividends."""

    coupled: bool = parameter(
        True,
        "",
        "whether firms share a market; otherwise aggregates stay at their opening values",
        assumption("switch"),
    )
    growth: float = parameter(
        0.0, "1/year", "growth of real demand beyond the trend of labour productivity",
        assumption("staff of industry stood still from 2013 to 2016"), bounds=(-0.2, 0.3), plausible=(-0.02, 0.03),
    )  # fmt: skip
    price_elasticity: float = parameter(
        1.2, "", "elasticity of a sector's demand on its relative price", assumption("can reverse the sign on jobs"),
        bounds=(0, 5), plausible=(0.5, 2.5),
    )  # fmt: skip
    price_share: float = parameter(
        0.5, "", "pass-through of efficiency gains into the price", assumption("pass-through"),
        bounds=(0, 1), plausible=(0.3, 0.8),
    )  # fmt: skip
    rivalry: float = parameter(
        1.5, "", "elasticity of a line's share of demand on quality and on price", assumption("between-variety"),
        bounds=(0, 6), plausible=(0.8, 3),
    )  # fmt: skip
    most_sales: float = parameter(
        5.0, "", "most sales for a pull, relative to the opening's: few enterprises cannot serve a sector's whole demand",
        assumption("capacity stretches for a while"), bounds=(1, 1000), plausible=(2, 10),
    )  # fmt: skip
    rivals_growth: float = parameter(
        0.0, "1/year", "growth of the pull of rivals outside a place; unused in a nation", assumption("set to keep the "
        "operating stock level"), bounds=(-0.2, 0.3), plausible=(0.0, 0.05),
    )  # fmt: skip
    local_share: float = parameter(
        0.5, "share of sales", "part of a sector's sales in a place for which its enterprises compete with each other only",
        assumption("half of sales are to customers nearby; 0: a newcomer takes sales from nobody in the place"), bounds=(0, 1),
        plausible=(0.2, 0.8),
    )  # fmt: skip
    sector_shock: float = parameter(
        0.0, "", "spread of a year's random change of the logarithm of a sector's demand",
        assumption("0: no sector's demand moves by itself; else the order of industries' output"), bounds=(0, 1),
        plausible=(0.0, 0.1),
    )  # fmt: skip
    sector_reversion: float = parameter(
        0.3, "1/year", "speed at which a sector's demand returns to its path", assumption("booms and slumps last some years"),
        bounds=(0, 12), plausible=(0.1, 1.0),
    )  # fmt: skip
    demand: float = parameter(
        1.0, "", "factor on demand in all sectors", assumption("1 is no change"), bounds=(0, 10), plausible=(0.8, 1.2)
    )
    input_share: float = parameter(
        0.78, "share of sales", "bought inputs", evidence("value added of industry near 22% of output"),
        bounds=(0, 0.99), plausible=(0.7, 0.82),
    )  # fmt: skip
    energy_bought: bool = parameter(
        False, "", "whether energy is bought at its price, beside other inputs, and projects save it where that pays; otherwise each "
        "success saves some", assumption("switch"),
    )  # fmt: skip
    energy_price: float = parameter(
        0.2, "share of sales", "cost of energy and material, for each unit of them per output: 0.2 times 0.18 is 3.6% of sales",
        assumption("energy of a few per cent of manufacturing's sales"), bounds=(0, 10), plausible=(0.1, 0.4),
    )  # fmt: skip
    outside_rent: float = parameter(
        0.0003, "million yuan a m2 and year", "rent of other landlords' floor", assumption("industrial floor"),
        bounds=(0, 0.1), plausible=(0.0001, 0.0015),
    )  # fmt: skip
    depreciation: float = parameter(
        0.08, "1/year", "depreciation of assets", assumption("accounting lives of plant"), bounds=(0, 1),
        plausible=(0.05, 0.12),
    )  # fmt: skip
    investment_speed: float = parameter(
        0.1652, "1/month", "part of the gap to target assets that is invested",
        fitted("assets per worker by size", "industry_by_size_2008.assets_per_worker"), bounds=(0, 1),
        plausible=(0.01, 0.2),
    )  # fmt: skip
    outside_capital: float = parameter(
        0.7, "share", "part of the investment not covered by cash that owners and investors finance",
        assumption("growth outruns retained profit: owners and banks pay for most of the rest"), bounds=(0, 1), plausible=(0.3, 1.0),
    )  # fmt: skip
    working_months: float = parameter(
        1.0, "month", "months of sales kept as working capital, not spent on investment",
        assumption("payment terms of a month"), bounds=(0, 60), plausible=(0.5, 3.0),
    )  # fmt: skip
    overdraft_rate: float = parameter(
        0.08, "1/year", "interest on cash below zero", assumption("lending rates of 2010 to 2015 near 6%, more for small firms"), bounds=(0, 1),
        plausible=(0.05, 0.15),
    )  # fmt: skip
    resale: float = parameter(
        0.5, "share", "price of surplus assets sold, over their book value",
        assumption("used equipment sells below its book value"), bounds=(0, 1), plausible=(0.3, 0.8),
    )  # fmt: skip
    payout: float = parameter(
        0.10, "1/month", "part of cash above the reserve that is paid as dividends", assumption("policy of owners"),
        bounds=(0, 1), plausible=(0.02, 0.3),
    )  # fmt: skip
    reserve_years: float = parameter(
        1.0, "year", "years of the team's wages kept as a cash reserve before dividends", assumption("policy of owners"),
        bounds=(0, 30), plausible=(0.25, 2.0),
    )  # fmt: skip


@typed
class Labour(NamedTuple):
    """Wages and people."""

    wage: float = parameter(
        0.055, "million yuan a year", "wage of a worker with charges", evidence("average wage of manufacturing 2015"),
        bounds=(0.001, 5), plausible=(0.04, 0.08),
    )  # fmt: skip
    wage_elasticity: float = parameter(
        0.7, "", "elasticity of a firm's wage on its revenue per worker", assumption("rent sharing"),
        bounds=(0, 1), plausible=(0.4, 0.9),
    )  # fmt: skip
    rents_kept: float = parameter(
        0.85, "share", "part of the effect on wages that is missing where a firm's revenue per worker differs from its usual one",
        assumption("elasticities of wages on rents of 0.05 to 0.15: Card, Cardoso, Heining & Kline 2018"),
        bounds=(0, 1), plausible=(0.75, 0.95),
    )  # fmt: skip
    least_relative_revenue: float = parameter(
        0.02, "", "revenue per worker relative to the sector's below which wages fall no further",
        assumption("a wage floor of a few per cent of the sector's wage"), bounds=(0.0001, 1), plausible=(0.01, 0.3),
    )  # fmt: skip
    most_relative_revenue: float = parameter(
        4.0, "", "revenue per worker relative to the sector's above which wages rise no further",
        assumption("rents are shared up to a point"), bounds=(1, 1000), plausible=(2, 10),
    )  # fmt: skip
    talent_premium: float = parameter(
        1.6, "", "wage of talent relative to a worker's at the start", assumption("order of graduates' premium"),
        bounds=(1, 10), plausible=(1.3, 2.5),
    )  # fmt: skip
    wage_response: float = parameter(
        0.05, "", "monthly response of the talent's wage to unmet requests", assumption("slow wages"),
        bounds=(0, 1), plausible=(0.01, 0.15),
    )  # fmt: skip
    least_talent_wage: float = parameter(
        1.0, "", "least wage of talent relative to a worker's", assumption("skilled people can do a worker's job"),
        bounds=(0.1, 1), plausible=(0.8, 1.0),
    )  # fmt: skip
    most_talent_wage: float = parameter(
        6.0, "", "most wage of talent relative to a worker's", assumption("others are attracted from elsewhere"),
        bounds=(1, 1000), plausible=(4, 10),
    )  # fmt: skip
    most_talent_share: float = parameter(
        0.9, "share of staff", "most skilled staff that an enterprise wants", assumption("some work needs no skill"),
        bounds=(0, 1), plausible=(0.6, 1.0),
    )  # fmt: skip
    unemployment: float = parameter(
        0.05, "share", "unemployed residents at the start", assumption("surveyed rate near 5%"), bounds=(0, 0.9),
        plausible=(0.03, 0.08),
    )  # fmt: skip
    tightness: float = parameter(
        0.05, "", "monthly response of workers' wages to staff that firms cannot find, less unemployment above the start's",
        assumption("wages move by some per cent in a year of scarce or idle hands"), bounds=(0, 1),
        plausible=(0.02, 0.15),
    )  # fmt: skip
    mobility: float = parameter(
        1.0, "1/year", "people who come from elsewhere in a year as wages double, over residents; log-linear, and they go as wages fall",
        assumption("0 for a nation; migrants answer wages, if slowly"), bounds=(0, 20), plausible=(0.0, 3.0),
    )  # fmt: skip
    least_wage: float = parameter(
        0.5, "", "least wage of workers relative to the start", assumption("minimum wages"), bounds=(0.01, 1),
        plausible=(0.4, 0.8),
    )  # fmt: skip
    most_wage: float = parameter(
        3.0, "", "most wage of workers relative to the start", assumption("firms give up before"), bounds=(1, 100),
        plausible=(2, 5),
    )  # fmt: skip
    talent_slack: float = parameter(
        0.03, "share", "unemployed talent at the start, of all talent", assumption("the article: lack of talent", "article.claims"),
        bounds=(0, 5), plausible=(0.0, 0.1),
    )  # fmt: skip


@typed
class Levers(NamedTuple):
    """Policy and market levers; zero is no change. Any other key can be scheduled too."""

    talent_supply: float = parameter(
        0.0, "share a year", "talent trained or attracted, added to all talent", assumption("a lever"),
        bounds=(-0.2, 1), plausible=(0.0, 0.1),
    )  # fmt: skip
    knowledge_programme: float = parameter(
        0.0, "", "relative increase of adoption rates and absorption by knowledge programmes", assumption("a lever"),
        bounds=(0, 5), plausible=(0.0, 1.0),
    )  # fmt: skip
    knowledge_programme_cost: float = parameter(
        0.02, "million yuan a year", "cost of a programme of strength 1 per operating enterprise",
        assumption("training and vouchers"), bounds=(0, 10), plausible=(0.005, 0.05),
    )  # fmt: skip
    talent_cost: float = parameter(
        0.1, "million yuan", "public cost of one more skilled person", assumption("training"), bounds=(0, 10),
        plausible=(0.05, 0.3),
    )  # fmt: skip
    entry_cost_cut: float = parameter(
        0.0, "share", "part of the administrative entry cost that reform removes", assumption("a lever"),
        bounds=(0, 1), plausible=(0.0, 0.8),
    )  # fmt: skip
    rent_subsidy: float = parameter(
        0.0, "million yuan a m2 and year", "subsidy to tenants of idle sites", assumption("a lever; Xiamen 2015 paid "
        "15 to 30 yuan a m2 and month", "tax_and_policy.idle_space_support_xiamen.rent_subsidy_yuan_m2_month"), bounds=(0, 0.1), plausible=(0.0, 0.00036),
    )  # fmt: skip
    conversion_grant: float = parameter(
        0.0, "million yuan a m2", "public grant to the renovation of a m2", assumption("a lever; Xiamen 2015: 200 yuan", "tax_and_policy.idle_space_support_xiamen.conversion_grant_yuan_m2"),
        bounds=(0, 0.1), plausible=(0.0, 0.0004),
    )  # fmt: skip
    tax_relief: float = parameter(
        0.0, "share", "part of young enterprises' taxes that is not collected", assumption("a lever"),
        bounds=(0, 1), plausible=(0.0, 0.5),
    )  # fmt: skip
    platform_support: float = parameter(
        0.0, "share", "part of platforms' fees that government pays", assumption("a lever"), bounds=(0, 1),
        plausible=(0.0, 0.8),
    )  # fmt: skip
    demand: float = parameter(
        0.0, "share", "public and private demand added", assumption("a lever"), bounds=(-0.5, 2), plausible=(0.0, 0.1)
    )
    demand_sector: int = parameter(
        -1,
        "",
        "sector in which demand is added, by its number; -1: in all",
        assumption("a lever"),
        bounds=(-1, 15),
        plausible=(-1, 8),
    )
    finance: float = parameter(
        0.0, "share", "outside finance added to the market's", assumption("a lever"), bounds=(-1, 10),
        plausible=(0.0, 1.0),
    )  # fmt: skip


@typed
class Platform(NamedTuple):
    """A named innovation platform."""

    kind: str = parameter(
        "own", "", "hosted by the biggest enterprise, or by a third party", article(), choices=("own", "third-party")
    )
    opens: str = parameter(
        "2013-10",
        "YYYY-MM",
        "month of launch",
        evidence("Haier's open platform, launched in October 2013", "haier.platform_launch"),
    )
    enabled: bool = parameter(True, "", "whether the platform is launched at all", assumption("switch"))
    open_to_members: bool = parameter(
        True, "", "whether other enterprises may join; otherwise the host alone uses it", article()
    )
    interface_staff: float = parameter(
        1150.0,
        "people",
        "staff that recruits and serves resources",
        evidence("Haier's interface staff", "haier.interface_staff"),
        bounds=(0, 1e6),
    )
    contacts_per_staff: float = parameter(
        3.35, "resources a person and month", "resources that one person of the interface staff recruits",
        fitted("100,000 resources by April 2016", "article.platform_resources"), bounds=(0, 1000),
    )  # fmt: skip
    campaign_log_sd: float = parameter(
        0.25, "", "spread of the logarithm of a month's recruiting success", assumption("campaigns succeed unevenly"),
        bounds=(0, 2), plausible=(0.1, 0.5),
    )  # fmt: skip
    member_pull: float = parameter(
        0.2, "resources a member and month", "resources that a member attracts",
        assumption("two-sided market"), bounds=(0, 1000), plausible=(0.0, 1.0),
    )  # fmt: skip
    lifetime: float = parameter(
        60.0, "month", "months that a resource stays", assumption("contacts age out"), bounds=(1, 1200),
        plausible=(24, 120),
    )  # fmt: skip
    foreign_share: float = parameter(
        0.3, "share", "foreign experts among recruited resources", assumption("the article names them, uncounted", "article.claims"),
        bounds=(0, 1), plausible=(0.1, 0.5),
    )  # fmt: skip
    user_share: float = parameter(
        0.3, "share", "users among recruited resources", assumption("the article names them, uncounted", "article.claims"),
        bounds=(0, 1), plausible=(0.1, 0.5),
    )  # fmt: skip
    fee: float = parameter(
        0.05, "million yuan a year", "fee of a member", assumption("order of a service subscription"), bounds=(0, 100),
        plausible=(0.0, 0.2),
    )  # fmt: skip
    fee_step: float = parameter(
        0.05, "share", "part by which the fee rises at a review where membership held since the last one, and is cut where it fell",
        assumption("a usual change of a price; 0: the fee stays as it is"), bounds=(0, 1), plausible=(0.0, 0.2),
    )  # fmt: skip
    fee_review: int = parameter(
        6, "month", "months from one review of the fee to the next", assumption("prices of services are changed once or twice a year"),
        bounds=(1, 120), plausible=(3, 12),
    )  # fmt: skip
    least_fee: float = parameter(
        0.005, "million yuan a year", "least fee that a review sets", assumption("what billing costs"), bounds=(0, 100),
        plausible=(0.0, 0.02),
    )  # fmt: skip
    most_fee: float = parameter(
        1.0, "million yuan a year", "most fee that a review sets", assumption("order of a consultant's retainer"), bounds=(0, 100),
        plausible=(0.2, 5.0),
    )  # fmt: skip
    reserve: float = parameter(
        0.0, "million yuan", "losses added up at which a third party closes its platform; 0: it never does",
        assumption("0: others pay for what fees do not cover"), bounds=(0, 1e5), plausible=(0, 200),
    )  # fmt: skip
    services: float = parameter(
        1.0, "", "services relative to a full own platform's", assumption("third parties offer fewer"), bounds=(0, 5),
        plausible=(0.3, 1.0),
    )  # fmt: skip
    real_time: bool = parameter(
        False, "", "whether members and foreign experts interact in real time, so that these answer at once", article()
    )
    ideas_a_month: float = parameter(
        500.0, "ideas a month", "ideas that makers bring to the platform", evidence("Haier: 500 ideas a month", "haier.ideas_a_month"),
        bounds=(0, 1e6),
    )  # fmt: skip
    maker_fund: float = parameter(
        1300.0, "million yuan", "fund that finances the platform's makers", evidence("Haier: 1.3 bn yuan, December 2015", "haier.dec_2015.fund_bn_yuan"),
        bounds=(0, 1e6),
    )  # fmt: skip
    fund_months: float = parameter(
        60.0, "month", "months over which the fund is spent, in even parts", assumption("a fund's investment period"),
        bounds=(1, 600), plausible=(36, 84),
    )  # fmt: skip


@typed
class Site(NamedTuple):
    """A named idle site: space that a relocated enterprise vacated, renovated and let."""

    vacated: str = parameter(
        "2011-01",
        "YYYY-MM",
        "month from which the space is idle",
        evidence("last furnace stopped 2010-12-19", "shougang.last_furnace_stopped"),
    )
    opens: str = parameter(
        "2012-01", "YYYY-MM", "month of the first letting", assumption("planning and first conversion")
    )
    renovation: bool = parameter(True, "", "whether the space is renovated and let at all", assumption("switch"))
    floor: float = parameter(
        900_000.0, "m2", "floor of buildings that can be renovated, released so far", assumption("8.63 km2 of ground, mostly open works", "shougang.area_km2"),
        bounds=(0, 1e8), plausible=(500_000, 2_000_000),
    )  # fmt: skip
    budget: float = parameter(
        14.0, "million yuan a month", "the owner's budget for renovation", assumption("not published"),
        bounds=(0, 1e5), plausible=(5, 40),
    )  # fmt: skip
    conversion_cost: float = parameter(
        0.0025, "million yuan a m2", "median cost of renovating a m2", assumption("1,500 to 5,000 yuan, wide"),
        bounds=(0.00001, 1), plausible=(0.0015, 0.005),
    )  # fmt: skip
    conversion_log_sd: float = parameter(
        0.5, "", "spread of the logarithm of that cost between buildings", assumption("wide"), bounds=(0, 2),
        plausible=(0.2, 0.8),
    )  # fmt: skip
    building: float = parameter(
        12_000.0, "m2", "floor of one building", assumption("works halls"), bounds=(100, 1e6), plausible=(5_000, 40_000)
    )
    rent: float = parameter(
        0.00045, "million yuan a m2 and year", "the owner's rent; the posted rent is this times a factor that responds to "
        "occupancy", assumption("below outside rent"), bounds=(0, 0.1), plausible=(0.0002, 0.001),
    )  # fmt: skip
    rent_subsidy: float = parameter(
        0.0, "million yuan a m2 and year", "public subsidy to this site's tenants, beside that of the levers",
        assumption("none known; Xiamen 2015 paid 15 to 30 yuan a m2 and month", "tax_and_policy.idle_space_support_xiamen.rent_subsidy_yuan_m2_month"), bounds=(0, 0.1),
        plausible=(0.0, 0.00036),
    )  # fmt: skip
    utilities: float = parameter(
        0.0, "million yuan a m2 and year", "charges for power, water and services beyond those of other floor",
        assumption("as elsewhere"), bounds=(0, 0.1), plausible=(0.0, 0.0003),
    )  # fmt: skip
    rent_response: float = parameter(
        0.015, "1/month", "response of the posted rent to occupancy above its target",
        assumption("an empty site's rent falls by about a sixth a year"), bounds=(0, 1), plausible=(0.005, 0.03),
    )  # fmt: skip
    target_occupancy: float = parameter(
        0.9, "share", "occupancy at which the posted rent does not change", assumption("natural vacancy of 10%"), bounds=(0.1, 1),
        plausible=(0.85, 0.95),
    )  # fmt: skip
    parts: float = parameter(
        1.0, "places", "separate places that the site represents, such as a nation's incubators; neighbours are those of one",
        assumption("one place, unless a scenario sets another number"), bounds=(1, 1e6), plausible=(1, 2000),
    )  # fmt: skip
    neighbours: float = parameter(
        0.02, "million yuan", "worth of a hundred neighbours to a tenant a year", assumption("agglomeration"),
        bounds=(0, 10), plausible=(0.0, 0.05),
    )  # fmt: skip
    term: float = parameter(
        36.0, "month", "term of a tenancy", assumption("incubators: three years"), bounds=(1, 600), plausible=(24, 60)
    )
    least_talent: float = parameter(
        0.0, "people", "skilled staff that the site requires of tenants and of founders' plans",
        assumption("open to all; incubators require technology enterprises"), bounds=(0, 1000), plausible=(0, 3),
    )  # fmt: skip
    least_staff: float = parameter(
        0.0, "people", "least staff of tenants and of founders' plans that the site admits", _ADMISSION, bounds=(0, 1e6)
    )
    most_staff: float = parameter(
        1e6, "people", "most staff of tenants and of founders' plans that the site admits", _ADMISSION, bounds=(1, 1e6)
    )
    oldest: float = parameter(
        12_000.0, "month", "months since registration up to which the site admits an enterprise",
        evidence("a rule of the owner, here none; of national incubators 24 months in 2010", "incubator_rules_2010.tenant_age_at_most_months"),
        bounds=(0, 12_000),
    )  # fmt: skip
    first_sector: int = parameter(0, "", "number of the first sector that the site admits", _ADMISSION, bounds=(0, 15))
    last_sector: int = parameter(
        15, "", "number of the last sector that the site admits; from population.sectors on they open in the run",
        _ADMISSION, bounds=(0, 15),
    )  # fmt: skip
    rent_free: float = parameter(
        0.0, "month", "months after moving in in which a tenant pays no rent", assumption("none known"),
        bounds=(0, 600), plausible=(0, 6),
    )  # fmt: skip
    space: float = parameter(
        1.0, "", "floor that a job takes at the site, relative to elsewhere", assumption("as elsewhere"),
        bounds=(0.1, 10), plausible=(0.8, 1.2),
    )  # fmt: skip
    contacts: float = parameter(
        0.0, "million yuan a year and job", "worth of a hundred neighbours for each job of a tenant, beside that for the whole tenant",
        assumption("none; with twice the density output a job rises by 2 to 5%: Combes & Gobillon 2015"), bounds=(0, 1), plausible=(0, 0.001),
    )  # fmt: skip
    services: float = parameter(
        0.0, "million yuan a year and job", "services that the owner buys for tenants, worth what they cost",
        assumption("none known"), bounds=(0, 1), plausible=(0, 0.002),
    )  # fmt: skip
    largest_tenant: float = parameter(
        4000.0, "m2", "floor above which a tenant has outgrown the site", assumption("incubators' rule"),
        bounds=(10, 1e6), plausible=(1000, 10_000),
    )  # fmt: skip
    equipment_hours: float = parameter(
        20_000.0, "hours a month", "idle equipment hours that the host lends", assumption("not published"),
        bounds=(0, 1e9), plausible=(5_000, 50_000),
    )  # fmt: skip
    released_staff: float = parameter(
        8_000.0, "people", "people who leave the enterprise as it relocates",
        assumption("22,000 of its staff remained to be resettled", "shougang.remaining_staff"), bounds=(0, 1e6), plausible=(2_000, 22_000),
    )  # fmt: skip
    fund: float = parameter(
        100.0,
        "million yuan",
        "fund for tenants, paid in so far",
        assumption("not published"),
        bounds=(0, 1e6),
        plausible=(0, 500),
    )
    ticket: float = parameter(
        0.2, "million yuan", "what the fund invests in one newborn tenant", assumption("seed money"), bounds=(0, 100),
        plausible=(0.0, 1.0),
    )  # fmt: skip
