"""Outcomes of enterprises, jobs, sales and accounts that belong to no single mechanism."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.declare import Mechanism, Outcome
from sim.model.record.reading import YOUNG_YEARS, Months, added, between, share
from sim.model.record.tally import (
    ASSETS,
    ENERGY,
    INCUMBENTS,
    MEAN,
    PRODUCTIVITY,
    QUALITY,
    REVENUE,
    SQUARE,
    STARTUPS,
    SUPPLIERS,
    YEAR,
    YOUNG_JOBS,
)
from sim.model.state.accounts import ACCOUNTS, LEAVERS, TICKS, UNEMPLOYED
from sim.model.state.enterprises import BIG, CLASSES, OPERATING, ORIGIN_WORDS, ORIGINS, REGISTERED, SUSPENDED
from sim.model.state.groups import GROUPS, OTHERS, SPIN_OFFS, YEARS

_COUNTED = {
    "registered": (REGISTERED, "registered and not started"),
    "operating": (OPERATING, "operating"),
    "suspended": (SUSPENDED, "suspended"),
}
_WHO = {
    **{name: f"{name} enterprises" for name in CLASSES},
    "micro": "micro enterprises, counted in their class too",
    **{name: f"enterprises of origin {words}" for name, words in zip(ORIGINS, ORIGIN_WORDS, strict=True)},
    "exporter": "exporters",
    "non_exporter": "enterprises that do not export",
    "age_0": "enterprises in the year after registration",
    **{
        f"age_{age}": f"enterprises {age} completed {'year' if age == 1 else 'years'} after registration"
        for age in range(1, 5)
    },
    "age_5_9": "enterprises 5 to 9 years after registration",
    "age_10_14": "enterprises 10 to 14 years after registration",
    "age_15_24": "enterprises 15 to 24 years after registration",
    "age_25_up": "enterprises 25 years after registration and more",
}
_PER_GROUP = (
    ("registered", "enterprises", "on the register, operating or not", 1.0, 0),
    ("firms", "enterprises", "operating", 1.0, 0),
    ("jobs", "people", "jobs", 1.0, 1),
    ("revenue", "million yuan a month", "sales", TICKS, 0),
    ("assets", "million yuan", "assets", TICKS, 0),
)
_PER_GROUP_A_YEAR = (
    ("job_creation", "gross job creation of the last year (DHS rate)"),
    ("job_destruction", "gross job destruction of the last year (DHS rate)"),
    ("stop_rate", "stops in the last year over the mean number operating"),
    ("strike_off_rate", "strike-offs in the last year over the mean number registered (who has stopped is small and micro from the next December on)"),
)  # fmt: skip
_SHAPES = (
    ("job_creation_rate", "share a year", "gross job creation (DHS rate), last December's review"),
    ("job_destruction_rate", "share a year", "gross job destruction (DHS rate)"),
    ("job_creation_kept", "share", "jobs created in the year before last December's that were still there in the last one"),
    ("job_reallocation_excess", "share a year", "jobs created and destroyed beyond the net change, last December's review"),
    ("young_creation_share", "share", "part of gross job creation by enterprises younger than five years"),
    ("startup_job_share", "share", "part of jobs at enterprises that started less than a year ago, last December"),
    ("size_tail", "", "exponent of the size tail, Hill on the top 5%"),
    ("size_tail_ks", "", "distance of the size tail from the Pareto of that exponent (Kolmogorov-Smirnov)"),
    ("size_tail_lognormal", "", "normalised likelihood ratio of the Pareto tail against a cut-off lognormal: positive favours the Pareto"),
    ("size_tail_revenue", "", "exponent of the tail of yearly revenue, Hill on the top 5%"),
    ("growth_shape", "", "Subbotin shape of growth rates: 1 is a tent, 2 Gaussian"),
    ("growth_gaussian", "", "normalised likelihood ratio of that shape against the Gaussian: above 1.64 rejects it"),
    ("growth_spread_slope", "", "slope of the spread of growth on size, in logarithms"),
    ("growth_size_slope", "", "slope of staff's growth (DHS) on the logarithm of staff, enterprises of five years and more"),
    ("newborn_staff_start", "people", "mean staff with which those registered 10 to 12 months before started, of those operating last December"),
    ("newborn_staff", "people", "their mean staff last December"),
    ("newborn_with_revenue", "share", "those of them with sales above 1,000 yuan in the year"),
    ("newborn_revenue_median", "million yuan", "median sales of the year of those with sales"),
    ("newborn_revenue_log_sd", "", "spread of the logarithm of these sales"),
    ("size_tail_exporters", "", "exponent of the tail of exporters' staff, Hill on the top quarter"),
    ("labour_productivity_90_10", "", "sales per worker that a tenth of enterprises exceed, over those that nine tenths exceed"),
)  # fmt: skip


def of_group(group: int, name: str) -> tuple[Outcome, ...]:
    """The outcomes of one group of enterprises."""
    sums = tuple(
        Outcome(f"{what}_{name}", unit, f"{words}: {_WHO[name]}", better,
                value=lambda m, p=index, s=scale: m.groups[p, group] / s)  # type: ignore[misc]
        for index, (what, unit, words, scale, better) in enumerate(_PER_GROUP)
    )  # fmt: skip
    rates = tuple(
        Outcome(f"{what}_{name}", "share a year", f"{words}, last December: {_WHO[name]}",
                value=lambda m, y=what: m.yearly_groups[y][group])  # type: ignore[misc]
        for what, words in _PER_GROUP_A_YEAR
    )  # fmt: skip
    return sums + rates


def of_year_of_life(year: int) -> tuple[Outcome, Outcome]:
    """The hazards of one year of life."""
    return (
        Outcome(f"hazard_year_{year}", "share a year", f"hazard of being struck off in year {year} of registration, of enterprises born in the run, since the start",
                value=lambda m: m.hazards[0, year - 1]),
        Outcome(f"stop_year_{year}", "share a year", f"hazard of stopping in year {year} of operation, of enterprises born in the run, since the start",
                value=lambda m: m.hazards[1, year - 1]),
    )  # fmt: skip


def structural_change(m: Months) -> Any:
    """Half the sum of absolute changes in sectors' shares of sales since the first month."""
    sales = m["sectors"]
    shares = sales / np.maximum(1, added(sales))[:, None]
    # A running sum: pairwise summation would depend on the number of months.
    return 0.5 * np.cumsum(np.abs(shares - shares[:1]), axis=1)[:, -1]


def knowledge_spread(m: Months) -> Any:
    """Standard deviation of mean knowledge among operating enterprises."""
    firms = added(m["firms"][:, :, :, OPERATING])
    mean, square = share(m["other"][:, MEAN] / TICKS, firms), share(m["other"][:, SQUARE] / TICKS, firms)
    return np.sqrt(np.maximum(0.0, square - mean * mean))


OUTCOMES = (
    Outcome("startups_operating", "enterprises", "startups that operate", 1, True, lambda m: m.firms(startups=True)),
    *(
        Outcome(f"firms_{status}", "enterprises", f"enterprises {words}", value=lambda m, c=code: m.firms(c))  # type: ignore[misc]
        for status, (code, words) in _COUNTED.items()
    ),
    *(outcome for group, name in enumerate(GROUPS) for outcome in of_group(group, name)),
    Outcome("jobs", "people", "jobs at operating enterprises", 1, True, lambda m: m.jobs()),
    Outcome("jobs_startups", "people", "jobs at startups", 1, value=lambda m: m.jobs(origins=slice(1, None))),
    Outcome("jobs_young", "people", "jobs at enterprises younger than five years", 1, value=lambda m: m.other(YOUNG_JOBS)),
    Outcome("talent", "people", "skilled staff", 1, value=lambda m: m.weight * added(m["talent"])),
    Outcome("talent_big_share", "share", "big enterprises' part of skilled staff",
            value=lambda m: share(m["talent"][:, BIG], added(m["talent"]))),
    Outcome("unemployed", "people", "residents without work", -1, value=lambda m: m.weight * m["people"][:, UNEMPLOYED]),
    Outcome("leavers", "people", "leavers of relocated enterprises who look for a venture",
            value=lambda m: m.weight * m["people"][:, LEAVERS]),
    Outcome("revenue", "million yuan a month", "sales", 1, value=lambda m: m.money(REVENUE)),
    Outcome("assets", "million yuan", "assets", 1, value=lambda m: m.money(ASSETS)),
    Outcome("big_asset_share", "share", "big enterprises' part of assets, survey population", 0, True,
            lambda m: m.big_share(ASSETS)),
    Outcome("big_revenue_share", "share", "big enterprises' part of sales, survey population",
            value=lambda m: m.big_share(REVENUE)),
    Outcome("big_asset_share_all", "share", "big enterprises' part of assets, all",
            value=lambda m: m.big_share_of_all(ASSETS)),
    Outcome("productivity_incumbents", "index", "productivity of incumbents, geometric mean", 1,
            value=lambda m: m.mean_log(INCUMBENTS, PRODUCTIVITY)),
    Outcome("productivity_startups", "index", "productivity of startups", 1,
            value=lambda m: m.mean_log(STARTUPS, PRODUCTIVITY)),
    Outcome("quality_incumbents", "index", "quality of incumbents", 1, value=lambda m: m.mean_log(INCUMBENTS, QUALITY)),
    Outcome("quality_startups", "index", "quality of startups", 1, value=lambda m: m.mean_log(STARTUPS, QUALITY)),
    Outcome("productivity_suppliers", "index", "productivity of suppliers, geometric mean", 1,
            value=lambda m: m.mean_log(SUPPLIERS, PRODUCTIVITY)),
    Outcome("energy_intensity", "index", "energy and material per output", -1,
            value=lambda m: share(m["other"][:, ENERGY], added(m["sectors"]))),
    Outcome("structural_change", "share", "sales that changed sector since the start", value=structural_change),
    Outcome("knowledge_spread", "", "spread of mean knowledge among operating enterprises", value=knowledge_spread),
    *(
        Outcome(f"balance_{name}", "million yuan", f"balance of {name} since the start",
                value=lambda m, a=account: m.weight * m["accounts"][:, a] / TICKS)  # type: ignore[misc]
        for account, name in enumerate(ACCOUNTS) if account
    ),
    *(outcome for year in range(1, YEARS + 1) for outcome in of_year_of_life(year)),
    *(
        Outcome(f"survival_{year}", "share", f"enterprises still operating {year} {'year' if year == 1 else 'years'} after they started, at the hazards of stopping since the start", 1,
                value=lambda m, y=year: m.survival(y))  # type: ignore[misc]
        for year in range(1, YEARS + 1)
    ),
    *(
        Outcome(f"stop_hazard_{name}", "share a year", f"hazard of stopping of {words} younger than {YOUNG_YEARS} years, since the start",
                value=lambda m, k=whose: m.stop_hazard(k))  # type: ignore[misc]
        for name, whose, words in (("spin_off", SPIN_OFFS, "spin-offs"), ("other", OTHERS, "startups of other origins"))
    ),
    Outcome("exit_age", "year", "mean years of operation of startups that stopped within ten years of their start, since the start",
            value=lambda m: share((m.stops * (np.arange(YEARS)[:, None] + 0.5)).sum(axis=0), m.stops.sum(axis=0))),
    Outcome("cohort_founded", "enterprises", "enterprises of the named cohort registered so far",
            value=lambda m: m.founded_in_cohort()),
    *(
        Outcome(f"cohort_{what}", unit, f"{words} (the named cohort)", value=lambda m, w=what: m.of_cohort(w))  # type: ignore[misc]
        for what, unit, words in (
            ("registered", "enterprises", "of them still on the register"),
            ("operating", "enterprises", "of them operating"), ("jobs", "people", "jobs at them"),
            ("revenue", "million yuan a month", "their sales"), ("exporters", "enterprises", "exporters among them"),
            ("medium", "enterprises", "medium enterprises among them"), ("big", "enterprises", "big enterprises among them"),
        )
    ),
    Outcome("cohort_mean_staff", "people", "mean staff of those that operate (the named cohort)",
            value=lambda m: share(m.of_cohort("jobs"), m.of_cohort("operating"))),
    *(
        Outcome(name, unit, words, value=lambda m, n=name: m["year"][:, YEAR.index(n)])  # type: ignore[misc]
        for name, unit, words in _SHAPES
    ),
    Outcome("newborn_operating_at_registration", "share", "enterprises registered 10 to 12 months before last December that started in that month, of all of them",
            value=lambda m: m.of_year_old(between(m.cumulative("started_at_once"), m.december - 12, m.december - 9))),
    Outcome("newborn_operating", "share", "enterprises registered 10 to 12 months before last December that operated then, of all of them, struck off or not",
            value=lambda m: m.of_year_old(m["year"][:, YEAR.index("newborns_operating")])),
    Outcome("entry_rate", "share a year", "starts of operation in the last year over the mean number operating, last December",
            value=lambda m: m.rate(m.cumulative("started"), "firms")),
    Outcome("exit_rate", "share a year", "stops in the last year over the mean number operating, last December",
            value=lambda m: m.rate(m.cumulative("stopped"), "firms")),
    Outcome("deregistration_rate", "share a year", "strike-offs in the last year over the mean number registered, last December",
            value=lambda m: m.rate(m.cumulative("deregistered"), "registered")),
    Outcome("registration_rate", "share a year", "registrations in the last year over the mean number registered, last December",
            value=lambda m: m.rate(m.registrations, "registered")),
)  # fmt: skip

MECHANISM = Mechanism("record", outcomes=OUTCOMES)
