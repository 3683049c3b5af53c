"""Outcomes: each declared once with unit, meaning and how it is read off a month's tally."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from sim.compiled import compiled
from sim.declare import Outcome
from sim.economy import (
    ACCOUNTS,
    FEE_SUPPORT,
    INCOME_TAX,
    LEAVERS,
    MAX_SECTORS,
    OUTSIDE_EQUITY,
    RENT_SUBSIDY,
    RESEARCH,
    TICKS,
    UNEMPLOYED,
    VAT,
    ticks,
)
from sim.enterprises import BIG, CLASSES, FREE, INCUMBENT, OPERATING, ORIGINS, REGISTERED, SUSPENDED
from sim.world import COUNT, COUNTS, FOREIGN, USER, World

ALL, SURVEY = 0, 1
REVENUE, ASSETS, EXPORTS = 0, 1, 2
MICRO_STAFF, MICRO_REVENUE = 20, 3.0  # below either, an enterprise is micro (2011 standard)


class Reads(NamedTuple):
    status: Any
    size_class: Any
    origin: Any
    sector: Any
    exporter: Any
    platform: Any
    staff: Any
    talent: Any
    started: Any
    revenue: Any
    revenue_12: Any
    assets: Any
    exports: Any
    productivity: Any
    quality: Any
    energy: Any
    knowledge_0: Any
    knowledge_1: Any
    knowledge_2: Any
    mode: Any


class Tally(NamedTuple):
    """Sums over enterprises in whole numbers, by class, origin and status."""

    firms: Any  # (classes, origins, statuses)
    staff: Any  # (classes, origins)
    talent: Any  # (classes,)
    money: Any  # (2 populations, classes, 3): revenue of the month, assets, exports of the month; ticks
    members: Any  # (classes,)
    sectors: Any  # (sectors,) revenue of the month, ticks
    logs: Any  # (2 origins, 3): logs of productivity and quality, number; ticks
    other: Any  # micro firms, micro staff, exporters, energy used, young staff, suppliers' log productivity and number,
    #             knowledge: sum and sum of squares, new mode's firms


def _empty() -> Tally:
    shape = len(CLASSES), len(ORIGINS), 4
    return Tally(
        np.zeros(shape, np.int64), np.zeros(shape[:2], np.int64), np.zeros(3, np.int64), np.zeros((2, 3, 3), np.int64),
        np.zeros(3, np.int64), np.zeros(MAX_SECTORS, np.int64), np.zeros((2, 3), np.int64), np.zeros(10, np.int64),
    )  # fmt: skip


@compiled
def tally_up(lo: int, hi: int, month: int, r: Any, t: Any, survey_revenue: float) -> None:
    """Add every enterprise to the tally."""
    for i in range(lo, hi):
        if r.status[i] == FREE:
            continue
        c, o = r.size_class[i], r.origin[i]
        t.firms[c, o, r.status[i]] += 1
        if r.status[i] != OPERATING:
            continue
        t.staff[c, o] += r.staff[i]
        t.talent[c] += r.talent[i]
        t.members[c] += r.platform[i] >= 0
        t.sectors[r.sector[i]] += ticks(r.revenue[i])
        populations = 2 if r.revenue_12[i] >= survey_revenue else 1
        for population in range(populations):
            t.money[population, c, REVENUE] += ticks(r.revenue[i])
            t.money[population, c, ASSETS] += ticks(r.assets[i])
            t.money[population, c, EXPORTS] += ticks(r.exports[i])
        startup = 1 if o != INCUMBENT else 0
        log_productivity = ticks(math.log(r.productivity[i]))
        t.logs[startup, 0] += log_productivity
        t.logs[startup, 1] += ticks(math.log(r.quality[i]))
        t.logs[startup, 2] += 1
        micro = r.staff[i] < MICRO_STAFF or 12.0 * r.revenue[i] < MICRO_REVENUE
        t.other[0] += micro
        t.other[1] += r.staff[i] if micro else 0
        t.other[2] += r.exporter[i]
        t.other[3] += ticks(r.energy[i] * r.revenue[i])
        t.other[4] += r.staff[i] if month - r.started[i] < 60 else 0
        if r.sector[i] % 3 == 0:
            t.other[5] += log_productivity
            t.other[6] += 1
        mean = (r.knowledge_0[i] + r.knowledge_1[i] + r.knowledge_2[i]) / 3.0
        t.other[7] += ticks(mean)
        t.other[8] += ticks(mean * mean)
        t.other[9] += r.mode[i]


class Month:
    """What outcomes are read from: a month's tally beside the world."""

    def __init__(self, world: World, recorder: Recorder) -> None:
        self.world = world
        self.w: float = world.weight
        self.t: Tally = recorder.tally
        self.total: Any = recorder.total
        self.taxes: Any = recorder.taxes
        self.fiscal: int = recorder.fiscal
        self.opening_sectors: Any = recorder.opening_sectors

    def since(self, name: str) -> int:
        """Events of this name since the start."""
        return int(self.total[COUNT[name]])

    def firms(self, status: int = OPERATING, size_class: int | None = None, startups: bool = False) -> float:
        part = self.t.firms[:, 1:, status] if startups else self.t.firms[:, :, status]
        return self.w * int(part.sum() if size_class is None else part[size_class].sum())

    def money(self, kind: int, population: int = ALL) -> float:
        return int(self.t.money[population, :, kind].sum()) / TICKS * self.w

    def big_share(self, kind: int, population: int = SURVEY) -> float:
        column = self.t.money[population, :, kind]
        return share(int(column[BIG]), int(column.sum()))

    def flow(self, purpose: int) -> float:
        return int(self.world.books.month[purpose]) / TICKS * self.w

    def site(self, name: str) -> float:
        return float(sum(getattr(site, name) for site in self.world.sites))

    def mean_log(self, startup: int, which: int) -> float:
        number = int(self.t.logs[startup, 2])
        return math.exp(int(self.t.logs[startup, which]) / TICKS / number) if number else math.nan


def share(part: float, whole: float) -> float:
    """Part of a whole, NaN of nothing."""
    return part / whole if whole else math.nan


OUTCOMES: dict[str, Outcome] = {}
_VALUES: dict[str, Callable[[Month], float]] = {}


def outcome(
    name: str, unit: str, meaning: str, value: Callable[[Month], float], better: int = 0, headline: bool = False
) -> None:
    OUTCOMES[name] = Outcome(name, unit, meaning, better, headline)
    _VALUES[name] = value


class Recorder:
    """Keeps every outcome, one value a month."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.values: dict[str, list[float]] = {name: [] for name in OUTCOMES}
        self.total = np.zeros(len(COUNTS), np.int64)
        self.taxes = np.zeros(3, np.int64)  # ticks since the start: stated, paid, paid by startups
        self.fiscal = 0  # ticks of public spending since the start
        self.tally = _empty()
        self.opening_sectors: Any = None

    def record(self) -> None:
        """Record the month that just passed."""
        world = self.world
        self.tally = _empty()
        table = world.enterprises
        survey = world.settings.group("population").survey_revenue
        tally_up(0, table.size, world.month, table.view(Reads), self.tally, survey)
        self.total += world.counts
        self.taxes += world.taxes
        books = world.books
        self.fiscal += books.fiscal_cost + int(books.month[FEE_SUPPORT]) + int(books.month[RENT_SUBSIDY])
        if self.opening_sectors is None:
            self.opening_sectors = self.tally.sectors / max(1, int(self.tally.sectors.sum()))
        month = Month(world, self)
        for name, value in _VALUES.items():
            self.values[name].append(float(value(month)))


def _structural_change(m: Month) -> float:
    now = m.t.sectors / max(1, int(m.t.sectors.sum()))
    return 0.5 * sum(abs(a - b) for a, b in zip(now.tolist(), m.opening_sectors.tolist(), strict=True))


def _spread(m: Month) -> float:
    number = int(m.t.firms[:, :, OPERATING].sum())
    if not number:
        return math.nan
    mean, square = int(m.t.other[7]) / TICKS / number, int(m.t.other[8]) / TICKS / number
    return math.sqrt(max(0.0, square - mean * mean))


_COUNTED = {
    "registered": (REGISTERED, "registered and not started"),
    "operating": (OPERATING, "operating"),
    "suspended": (SUSPENDED, "suspended"),
}

outcome("startups", "enterprises", "startups founded since the start, gross", lambda m: m.w * sum(
    m.since(f"founded_{origin}") for origin in ORIGINS[1:]), 1, True)  # fmt: skip
outcome("startups_net", "enterprises", "startups through a shared channel (spin-off, maker, tenant) since the start, "
        "net of founders who would have started alone", lambda m: m.w * sum(m.since(f"net_{o}") for o in ORIGINS[2:]), 1)  # fmt: skip
for _origin in ORIGINS[1:]:
    outcome(f"startups_{_origin}", "enterprises", f"startups founded since the start, channel {_origin}",
            lambda m, o=_origin: m.w * m.since(f"founded_{o}"), 1)  # type: ignore[misc]  # fmt: skip
    outcome(f"startups_net_{_origin}", "enterprises", f"of those, net of founders who would have started alone: {_origin}",
            lambda m, o=_origin: m.w * m.since(f"net_{o}"), 1)  # type: ignore[misc]  # fmt: skip
outcome("startups_operating", "enterprises", "startups that operate", lambda m: m.firms(startups=True), 1, True)
outcome("startups_stopped", "enterprises", "startups that stopped since the start",
        lambda m: m.w * m.since("startups_stopped"), -1)  # fmt: skip
outcome("ideas", "ideas", "ideas considered since the start", lambda m: m.w * m.since("ideas"))
outcome("ideas_unfinanced", "ideas", "ideas worth pursuing that found no finance since the start",
        lambda m: m.w * m.since("unfinanced_ideas"), -1)  # fmt: skip
for _status, (_code, _words) in _COUNTED.items():
    outcome(f"firms_{_status}", "enterprises", f"enterprises {_words}", lambda m, c=_code: m.firms(c))  # type: ignore[misc]
for _code, _class in enumerate(CLASSES):
    outcome(f"firms_{_class}", "enterprises", f"operating {_class} enterprises",
            lambda m, c=_code: m.firms(OPERATING, c))  # type: ignore[misc]  # fmt: skip
    outcome(f"jobs_{_class}", "people", f"jobs at {_class} enterprises",
            lambda m, c=_code: m.w * int(m.t.staff[c].sum()), 1)  # type: ignore[misc]  # fmt: skip
for _code, _origin in enumerate(ORIGINS):
    outcome(f"jobs_{_origin}", "people", f"jobs at enterprises of origin {_origin}",
            lambda m, o=_code: m.w * int(m.t.staff[:, o].sum()), 1)  # type: ignore[misc]  # fmt: skip
outcome(
    "firms_micro", "enterprises", "operating micro enterprises, counted in small", lambda m: m.w * int(m.t.other[0])
)
outcome("jobs", "people", "jobs at operating enterprises", lambda m: m.w * int(m.t.staff.sum()), 1, True)
outcome("jobs_startups", "people", "jobs at startups", lambda m: m.w * int(m.t.staff[:, 1:].sum()), 1)
outcome("jobs_micro", "people", "jobs at micro enterprises", lambda m: m.w * int(m.t.other[1]), 1)
outcome("jobs_young", "people", "jobs at enterprises younger than five years", lambda m: m.w * int(m.t.other[4]), 1)
outcome("talent", "people", "skilled staff", lambda m: m.w * int(m.t.talent.sum()), 1)
outcome("talent_big_share", "share", "big enterprises' part of skilled staff",
        lambda m: share(int(m.t.talent[BIG]), int(m.t.talent.sum())))  # fmt: skip
outcome("hired", "people", "people hired since the start", lambda m: m.w * m.since("hired"))
outcome("shed", "people", "people shed since the start", lambda m: m.w * m.since("shed"))
outcome("talent_wage", "workers' wages", "wage of talent", lambda m: m.world.posted.talent_wage)
outcome("talent_unmet", "people", "unmet requests for talent, this month",
        lambda m: m.w * int(m.world.counts[COUNT["talent_asked"]] - m.world.counts[COUNT["talent_hired"]]), -1)  # fmt: skip
outcome("unemployed", "people", "residents without work", lambda m: m.w * int(m.world.books.people[UNEMPLOYED]), -1)
outcome("leavers", "people", "leavers of relocated enterprises who look for a venture",
        lambda m: m.w * int(m.world.books.people[LEAVERS]))  # fmt: skip
outcome("revenue", "million yuan a month", "sales", lambda m: m.money(REVENUE), 1)
outcome("assets", "million yuan", "assets", lambda m: m.money(ASSETS), 1)
outcome("exports", "million yuan a month", "exports", lambda m: m.money(EXPORTS), 1, True)
outcome("exporters", "enterprises", "exporters", lambda m: m.w * int(m.t.other[2]), 1)
outcome("big_asset_share", "share", "big enterprises' part of assets, survey population", lambda m: m.big_share(ASSETS),
        0, True)  # fmt: skip
outcome("big_export_share", "share", "big enterprises' part of exports, survey population",
        lambda m: m.big_share(EXPORTS), 0, True)  # fmt: skip
outcome(
    "big_revenue_share", "share", "big enterprises' part of sales, survey population", lambda m: m.big_share(REVENUE)
)
outcome("big_asset_share_all", "share", "big enterprises' part of assets, all", lambda m: m.big_share(ASSETS, ALL))
outcome("big_export_share_all", "share", "big enterprises' part of exports, all", lambda m: m.big_share(EXPORTS, ALL))
outcome("taxes", "million yuan", "taxes paid since the start", lambda m: int(m.taxes[1]) / TICKS * m.w, 1, True)
outcome("taxes_stated", "million yuan", "taxes stated since the start", lambda m: int(m.taxes[0]) / TICKS * m.w)
outcome("taxes_startups", "million yuan", "taxes paid by startups since the start",
        lambda m: int(m.taxes[2]) / TICKS * m.w, 1)  # fmt: skip
outcome("vat", "million yuan a month", "value-added tax paid", lambda m: -m.flow(VAT))
outcome("income_tax", "million yuan a month", "corporate income tax paid", lambda m: -m.flow(INCOME_TAX))
outcome("fiscal_cost", "million yuan", "public spending on levers and tax relief since the start",
        lambda m: (m.fiscal + int(m.taxes[0] - m.taxes[1])) / TICKS * m.w, -1)  # fmt: skip
outcome("research", "million yuan a month", "spending on projects and platforms", lambda m: -m.flow(RESEARCH), 1)
for _event, _words, _better in (
    ("projects_begun", "projects begun", 1), ("projects_succeeded", "projects that succeeded", 1),
    ("projects_abandoned", "projects given up", -1), ("parts_asked", "new parts asked of suppliers", 1),
    ("begun_small", "projects begun by small enterprises", 1), ("begun_medium", "by medium ones", 1),
    ("begun_big", "by big ones", 1), ("succeeded_small", "successes of small enterprises", 1),
    ("succeeded_medium", "of medium ones", 1), ("succeeded_big", "of big ones", 1),
    ("requests", "requests open, months added up", 0), ("answers", "requests answered", 1),
    ("answers_foreign", "requests answered by foreign experts", 1), ("contacts", "contacts that taught", 1),
    ("answers_crossing", "requests answered by an enterprise of another class", 1),
    ("links_renewed", "supply links looked at again", 0), ("followers", "followers into new sectors and modes", 1),
    ("stopped", "enterprises that stopped", -1), ("resumed", "that resumed", 1), ("deregistered", "struck off", 0),
    ("adopted", "platform adoptions", 1), ("finance_asked", "requests for outside finance", 0),
    ("finance_given", "tickets of outside finance", 1), ("hours_lent", "equipment hours granted", 1),
    ("hours_asked", "equipment hours asked for", 0), ("graduated", "tenants that left an idle site running", 0),
):  # fmt: skip
    outcome(_event, "events", f"{_words} since the start", lambda m, e=_event: m.w * m.since(e), _better)  # type: ignore[misc]
for _with, _words in (
    ("reached", "with a partner found"), ("alone", "without a partner"), ("member", "of platform members"),
    ("outsider", "of enterprises without a platform"),
):  # fmt: skip
    outcome(f"duration_{_with}", "month", f"mean duration of successful projects {_words}, since the start; longer ones had more time to find a partner",
            lambda m, e=_with: share(m.since(f"{e}_months"), m.since(f"succeeded_{e}")), -1)  # type: ignore[misc]  # fmt: skip
outcome("rd_cycle", "month", "mean duration of successful projects since the start; the first to end are the quick ones",
        lambda m: share(m.since("reached_months") + m.since("alone_months"), m.since("projects_succeeded")), -1, True)  # fmt: skip
outcome("success_rate", "share", "successes among projects that ended since the start",
        lambda m: share(m.since("projects_succeeded"), m.since("projects_succeeded") + m.since("projects_abandoned")), 1)  # fmt: skip
outcome("answer_time", "month", "mean time from request to answer since the start",
        lambda m: share(m.since("answer_months"), m.since("answers")), -1)  # fmt: skip
outcome("answer_time_foreign", "month", "the same for foreign experts' answers",
        lambda m: share(m.since("answer_months_foreign"), m.since("answers_foreign")), -1)  # fmt: skip
outcome("breadth", "kinds of partner", "mean breadth of projects begun since the start",
        lambda m: share(m.since("breadth"), m.since("projects_begun")))  # fmt: skip
outcome("sectors_opened", "sectors", "sectors opened since the start", lambda m: float(m.since("sectors_opened")), 1)
outcome(
    "modes_opened", "modes", "new ways of selling opened since the start", lambda m: float(m.since("modes_opened")), 1
)
outcome("platforms", "platforms", "platforms launched", lambda m: float(len(m.world.platforms)), 1)
outcome("platform_members", "enterprises", "members of platforms", lambda m: m.w * int(m.t.members.sum()), 1)
outcome("platform_resources", "resources", "resources on named platforms",
        lambda m: float(sum(p.resources for p in m.world.platforms if p.name in m.world.settings.platforms)), 1, True)  # fmt: skip
outcome("platform_resources_foreign", "resources", "foreign experts among them",
        lambda m: float(sum(int(p.counts[FOREIGN].sum()) for p in m.world.platforms if p.name in m.world.settings.platforms)), 1)  # fmt: skip
outcome("platform_resources_users", "resources", "users among them",
        lambda m: float(sum(int(p.counts[USER].sum()) for p in m.world.platforms if p.name in m.world.settings.platforms)), 1)  # fmt: skip
for _code, _class in enumerate(CLASSES):
    outcome(f"member_share_{_class}", "share", f"platform members among operating {_class} enterprises",
            lambda m, c=_code: share(int(m.t.members[c]), int(m.t.firms[c, :, OPERATING].sum())))  # type: ignore[misc]  # fmt: skip
outcome(
    "site_enterprises", "enterprises", "enterprises ever admitted to idle sites", lambda m: m.site("admitted"), 1, True
)
outcome(
    "site_enterprises_newborn", "enterprises", "of those, admitted as newborns", lambda m: m.site("admitted_newborn"), 1
)
outcome("site_tenants", "enterprises", "tenants that operate at idle sites", lambda m: m.site("tenants"), 1)
outcome("site_jobs", "people", "jobs of tenants at idle sites", lambda m: m.site("jobs"), 1, True)
outcome("site_taxes", "million yuan", "taxes paid by tenants since opening", lambda m: m.site("taxes") / TICKS, 1, True)
outcome("site_taxes_12", "million yuan", "taxes paid by tenants in the last 12 months",
        lambda m: sum(sum(site.taxes_year) for site in m.world.sites) / TICKS, 1)  # fmt: skip
outcome("site_floor_idle", "m2", "floor idle at idle sites", lambda m: m.site("idle"), -1)
outcome("site_floor_renovated", "m2", "floor renovated", lambda m: m.site("renovated"), 1)
outcome("site_floor_let", "m2", "floor let", lambda m: m.site("let"), 1)
outcome(
    "site_occupancy", "share", "floor let of floor renovated", lambda m: share(m.site("let"), m.site("renovated")), 1
)
outcome("site_rent", "yuan a m2 and month", "posted rent, mean of sites",
        lambda m: share(sum(site.rent for site in m.world.sites) / 12.0 * 1e6, len(m.world.sites)))  # fmt: skip
outcome("hours_lent_now", "hours a month", "equipment hours lent", lambda m: m.w * int(m.world.hours[1]), 1)
outcome("productivity_incumbents", "index", "productivity of incumbents, geometric mean", lambda m: m.mean_log(0, 0), 1)
outcome("productivity_startups", "index", "productivity of startups", lambda m: m.mean_log(1, 0), 1)
outcome("quality_incumbents", "index", "quality of incumbents", lambda m: m.mean_log(0, 1), 1)
outcome("quality_startups", "index", "quality of startups", lambda m: m.mean_log(1, 1), 1)
outcome("productivity_suppliers", "index", "productivity of suppliers, geometric mean",
        lambda m: math.exp(int(m.t.other[5]) / TICKS / int(m.t.other[6])) if int(m.t.other[6]) else math.nan, 1)  # fmt: skip
outcome("energy_intensity", "index", "energy and material per output",
        lambda m: share(int(m.t.other[3]), int(m.t.money[ALL, :, REVENUE].sum())), -1)  # fmt: skip
outcome("new_mode_firms", "enterprises", "enterprises that sell in the new mode", lambda m: m.w * int(m.t.other[9]), 1)
outcome("new_sector_sales", "million yuan a month", "sales of sectors opened in the run",
        lambda m: m.w * int(m.t.sectors[m.world.sectors.opened >= 0].sum()) / TICKS, 1)  # fmt: skip
outcome("structural_change", "share", "sales that changed sector since the start", _structural_change)
outcome("knowledge_spread", "", "spread of mean knowledge among operating enterprises", _spread)
outcome("outside_equity", "million yuan a month", "outside investors' money", lambda m: m.flow(OUTSIDE_EQUITY), 1)
for _account, _name in enumerate(ACCOUNTS):
    if _account:
        outcome(f"balance_{_name}", "million yuan", f"balance of {_name} since the start",
                lambda m, a=_account: m.w * int(m.world.books.accounts[a]) / TICKS)  # type: ignore[misc]  # fmt: skip
for _name, _unit, _words, _better in (
    ("job_creation_rate", "share a year", "gross job creation (DHS rate), last December's review", 0),
    ("job_destruction_rate", "share a year", "gross job destruction (DHS rate)", 0),
    ("young_creation_share", "share", "part of gross job creation by enterprises younger than five years", 0),
    ("size_tail", "", "exponent of the size tail, Hill on the top 5%", 0),
    ("growth_shape", "", "Subbotin shape of growth rates: 1 is a tent, 2 Gaussian", 0),
    ("growth_spread_slope", "", "slope of the spread of growth on size, in logarithms", 0),
):
    outcome(_name, _unit, _words, lambda m, n=_name: m.world.year.get(n, math.nan), _better)  # type: ignore[misc]
