"""Outcomes: each declared once with unit, meaning and how it is read off the months' snapshots."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from sim.declare import Outcome
from sim.kernel import maths
from sim.model.record.tally import (
    ASSETS,
    COHORT,
    ENERGY,
    EXPORTS,
    INCUMBENTS,
    MEAN,
    NEW_MODE,
    NUMBER,
    PER_GROUP,
    PRODUCTIVITY,
    QUALITY,
    REVENUE,
    SITE,
    SQUARE,
    STARTUPS,
    SUPPLIERS,
    YEAR,
    YOUNG_JOBS,
    Recorder,
    cohort_months,
)
from sim.model.state.economy import (
    ACCOUNTS,
    INCOME_TAX,
    LEAVERS,
    OUTSIDE_EQUITY,
    RESEARCH,
    SALES_ABROAD,
    SALES_HOME,
    TICKS,
    UNEMPLOYED,
    VAT,
)
from sim.model.state.enterprises import BIG, CLASSES, OPERATING, ORIGINS, REGISTERED, SUSPENDED
from sim.model.state.groups import AT_RISK, ENDED, GROUPS, OTHERS, REGISTER, SPIN_OFFS, YEARS
from sim.model.state.world import COUNT, FOREIGN, USER

YOUNG_YEARS = 8  # of operation in which the hazards of spin-offs and of other startups are compared


class Months:
    """What outcomes are read from: the snapshots of all months; every answer is an array with one number a month."""

    def __init__(self, recorder: Recorder) -> None:
        settings = recorder.world.settings
        self.w: float = recorder.world.weight
        self.sites = len(recorder.world.sites)
        self.months = recorder.months
        self.cohort = cohort_months(settings)
        number = np.arange(len(self.months))
        self.december = number - (settings.start[1] + number) % 12  # the last one, below 0 before the first

    def __getitem__(self, field: str) -> Any:
        """A field of the snapshots; the first axis is months."""
        return self.months[field]

    def since(self, name: str) -> Any:
        """Events of this name since the start."""
        return self["total"][:, COUNT[name]]

    def firms(self, status: int = OPERATING, size_class: int | None = None, startups: bool = False) -> Any:
        part = self["firms"][:, :, 1:, status] if startups else self["firms"][:, :, :, status]
        return self.w * (added(part) if size_class is None else added(part[:, size_class]))

    def jobs(self, origins: Any = slice(None)) -> Any:
        """Staff of operating enterprises."""
        return self.w * added(self["staff"][:, :, origins, OPERATING])

    def other(self, which: int) -> Any:
        return self.w * self["other"][:, which]

    @cached_property
    def groups(self) -> Any:
        """Sums by group in the order of ``PER_GROUP``, shape (sums, groups, months)."""
        return np.moveaxis(self["groups"], 0, -1) * self.w

    @cached_property
    def yearly_groups(self) -> dict[str, Any]:
        """Rates by group, of the last year that ended in a December, shape (groups, months)."""
        flows, ended = np.moveaxis(self["job_flows"], 0, -1), np.moveaxis(self["ended"], 0, -1)
        alive, firms = self["groups"][:, 0].T, self["groups"][:, 1].T
        return {
            "job_creation": share(2.0 * flows[0], flows[2]),
            "job_destruction": share(2.0 * flows[1], flows[2]),
            "stop_rate": self.yearly(share(12.0 * in_a_year(ended[0]), in_a_year(firms.cumsum(axis=-1)))),
            "strike_off_rate": self.yearly(share(12.0 * in_a_year(ended[1]), in_a_year(alive.cumsum(axis=-1)))),
        }

    def yearly(self, values: Any) -> Any:
        """What a number was in December, kept until the next; NaN before a December that ends a whole year."""
        return np.where(self.december >= 11, values[..., np.maximum(self.december, 0)], np.nan)

    @cached_property
    def hazards(self) -> Any:
        """Yearly hazards since the start by year of life: struck off and stopped, shape (2, years, months)."""
        lives = np.moveaxis(self["lives"], 0, -1)
        both = np.stack([lives[REGISTER], lives[SPIN_OFFS] + lives[OTHERS]])
        return annual(share(both[:, ENDED], both[:, AT_RISK]))

    def stop_hazard(self, whose: int) -> Any:
        """Yearly hazard of stopping of young startups of one kind, since the start."""
        lives = self["lives"][:, whose, :, :YOUNG_YEARS].sum(axis=2)
        return annual(share(lives[:, ENDED], lives[:, AT_RISK]))

    def survival(self, years: int) -> Any:
        """Share that operates so many years after its start, if it stopped at the hazards of the years before."""
        alive = np.ones(len(self.months))
        for year in range(years):
            alive = alive * (1.0 - self.hazards[1, year])
        return alive

    def of_cohort(self, name: str) -> Any:
        """A sum over the named cohort; NaN without one and before its first month."""
        values = np.where(self._has_cohort, self["cohort"][:, COHORT.index(name)], np.nan)
        return values * (self.w / TICKS if name == "revenue" else self.w)

    def founded(self, first: Any, last: Any) -> Any:
        """Startups registered from month ``first`` to before ``last``, both by month."""
        return between(self.registrations, first, last)

    @cached_property
    def registrations(self) -> Any:
        """Startups registered since the start."""
        return sum(self.since(f"founded_{origin}") for origin in ORIGINS[1:])

    def rate(self, events: Any, stock: str) -> Any:
        """Events of the last year over the mean number of enterprises in it, each December."""
        number = added(self["groups"][:, PER_GROUP.index(stock), : len(CLASSES)])
        return self.yearly(share(12.0 * in_a_year(events), in_a_year(number.cumsum())))

    def ended(self, breadth: int) -> tuple[Any, Any]:
        """Projects of this breadth since the start: those that succeeded, and those that succeeded or were given up."""
        succeeded = self.since(f"succeeded_breadth_{breadth}")
        return succeeded, succeeded + self.since(f"abandoned_breadth_{breadth}")

    def openness_peak(self) -> Any:
        """Where a quadratic through success by breadth, weighted by number, peaks: least squares by Cramer's rule."""
        pairs = [self.ended(breadth) for breadth in range(5)]
        s = [sum(1.0 * n * k**power for k, (_, n) in enumerate(pairs)) for power in range(5)]
        t = [sum(1.0 * won * k**power for k, (won, _) in enumerate(pairs)) for power in range(3)]
        bend = determinant((s[0], s[1], t[0]), (s[1], s[2], t[1]), (s[2], s[3], t[2]))
        slope = determinant((s[0], t[0], s[2]), (s[1], t[1], s[3]), (s[2], t[2], s[4]))
        peak = share(-slope, 2.0 * bend)
        return np.where((bend < 0.0) & (peak > 0.0) & (peak < 4.0), peak / 4.0, np.nan)

    def spent(self, *purposes: int) -> Any:
        """Ticks that went under these transfers since the start."""
        return self["flows"][:, list(purposes)].sum(axis=1).cumsum()

    def of_year_old(self, number: Any) -> Any:
        """A number each December, kept until the next, over those registered 12 to 10 months before."""
        founded = self.founded(self.december - 12, self.december - 9)
        return share(number, np.where(self.december >= 12, founded, 0))

    def founded_in_cohort(self) -> Any:
        """Enterprises of the named cohort registered so far, gone or not; NaN as in ``of_cohort``."""
        first, last = self.cohort
        so_far = np.arange(1, len(self.months) + 1)
        return self.w * np.where(self._has_cohort, self.founded(first, np.minimum(last, so_far)), np.nan)

    @property
    def _has_cohort(self) -> Any:
        first, last = self.cohort
        return (np.arange(len(self.months)) >= first) & (first < last)

    def by_class(self, kind: int) -> Any:
        """One kind of money by class, in ticks."""
        return self["exports"] if kind == EXPORTS else self["groups"][:, _IN_GROUPS[kind], : len(CLASSES)]

    def money(self, kind: int) -> Any:
        return added(self.by_class(kind)) / TICKS * self.w

    def big_share(self, kind: int) -> Any:
        """Big enterprises' part in the survey's population."""
        column = self["survey"][:, kind]
        return share(column[:, BIG], added(column))

    def big_share_of_all(self, kind: int) -> Any:
        whole = self.by_class(kind)
        return share(whole[:, BIG], added(whole))

    def flow(self, purpose: int) -> Any:
        return self["flows"][:, purpose] / TICKS * self.w

    def taxes(self, which: int) -> Any:
        return self["taxes"][:, which] / TICKS * self.w

    def site(self, name: str) -> Any:
        return self.w * self["sites"][:, SITE.index(name)]

    def mean_log(self, group: int, trait: int) -> Any:
        """Geometric mean of a trait."""
        logs, firms = self["traits"][:, group, trait] / TICKS, self["traits"][:, group, NUMBER]
        return np.array(
            [maths.exp(log / n) if n else np.nan for log, n in zip(logs.tolist(), firms.tolist(), strict=True)]
        )


_IN_GROUPS = {REVENUE: PER_GROUP.index("revenue"), ASSETS: PER_GROUP.index("assets")}


def added(part: Any) -> Any:
    """The sum over all axes but that of months."""
    return part.sum(axis=tuple(range(1, part.ndim)))


def share(part: Any, whole: Any) -> Any:
    """Part of a whole, NaN of nothing."""
    return np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=whole != 0)


def between(total: Any, first: Any, last: Any) -> Any:
    """What came from month ``first`` to before ``last``, of a running total; months before the run bring nothing."""
    whole = np.concatenate([[0], total])
    end = len(total)
    return whole[np.clip(last, 0, end)] - whole[np.clip(first, 0, end)]


def determinant(a: Any, b: Any, c: Any) -> Any:
    """Determinant of three rows of three."""
    return a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0])


def in_a_year(total: Any) -> Any:
    """What came in the last 12 months, of a running total along the last axis."""
    before = np.zeros_like(total)
    before[..., 12:] = total[..., :-12]
    return total - before


def annual(monthly: Any) -> Any:
    """The yearly probability of what has this probability in a month."""
    stays = 1.0 - monthly
    stays = stays * stays * stays  # three months
    stays = stays * stays
    return 1.0 - stays * stays


OUTCOMES: dict[str, Outcome] = {}
_VALUES: dict[str, Callable[[Months], Any]] = {}


def outcome(
    name: str, unit: str, meaning: str, value: Callable[[Months], Any], better: int = 0, headline: bool = False
) -> None:
    OUTCOMES[name] = Outcome(name, unit, meaning, better, headline)
    _VALUES[name] = value


class Record(Mapping[str, list[float]]):
    """Every outcome by name, one value a month done; worked out when asked for."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._months: Months | None = None  # as many as were done when something was last asked for
        self._known: dict[str, list[float]] = {}

    def __getitem__(self, name: str) -> list[float]:
        months = self._read()
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = np.asarray(_VALUES[name](months), float).tolist()
        return known

    def cells(self) -> Any:
        """All outcomes, months x outcomes."""
        months = self._read()
        cells = np.empty((len(months.months), len(OUTCOMES)))
        for place, name in enumerate(OUTCOMES):
            cells[:, place] = _VALUES[name](months)
        return cells

    def _read(self) -> Months:
        if self._months is None or len(self._months.months) != self._recorder.done:
            self._months, self._known = Months(self._recorder), {}
        return self._months

    def __iter__(self) -> Iterator[str]:
        return iter(OUTCOMES)

    def __len__(self) -> int:
        return len(OUTCOMES)


def _structural_change(m: Months) -> Any:
    sales = m["sectors"]
    shares = sales / np.maximum(1, added(sales))[:, None]
    # From the left: a sum in pairs would hang on the number of months.
    return 0.5 * np.cumsum(np.abs(shares - shares[:1]), axis=1)[:, -1]


def _spread(m: Months) -> Any:
    firms = added(m["firms"][:, :, :, OPERATING])
    mean, square = share(m["other"][:, MEAN] / TICKS, firms), share(m["other"][:, SQUARE] / TICKS, firms)
    return np.sqrt(np.maximum(0.0, square - mean * mean))


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
_WHO = {
    **{name: f"{name} enterprises" for name in CLASSES},
    "micro": "micro enterprises, counted in their class too",
    **{name: f"enterprises of origin {name}" for name in ORIGINS},
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
    ("job_creation", "share a year", "gross job creation of the last year (DHS rate)"),
    ("job_destruction", "share a year", "gross job destruction of the last year (DHS rate)"),
    ("stop_rate", "share a year", "stops in the last year over the mean number operating"),
    (
        "strike_off_rate",
        "share a year",
        "strike-offs in the last year over the mean number registered (who has stopped is small and micro from the next December on)",
    ),
)
for _group, _name in enumerate(GROUPS):
    for _place, (_what, _unit, _words, _scale, _better) in enumerate(_PER_GROUP):
        outcome(f"{_what}_{_name}", _unit, f"{_words}: {_WHO[_name]}",
                lambda m, p=_place, g=_group, s=_scale: m.groups[p, g] / s, _better)  # type: ignore[misc]  # fmt: skip
    for _what, _unit, _words in _PER_GROUP_A_YEAR:
        outcome(f"{_what}_{_name}", _unit, f"{_words}, last December: {_WHO[_name]}",
                lambda m, y=_what, g=_group: m.yearly_groups[y][g])  # type: ignore[misc]  # fmt: skip
outcome("jobs", "people", "jobs at operating enterprises", lambda m: m.jobs(), 1, True)
outcome("jobs_startups", "people", "jobs at startups", lambda m: m.jobs(origins=slice(1, None)), 1)
outcome("jobs_young", "people", "jobs at enterprises younger than five years", lambda m: m.other(YOUNG_JOBS), 1)
outcome("talent", "people", "skilled staff", lambda m: m.w * added(m["talent"]), 1)
outcome("talent_big_share", "share", "big enterprises' part of skilled staff",
        lambda m: share(m["talent"][:, BIG], added(m["talent"])))  # fmt: skip
outcome("hired", "people", "people hired since the start", lambda m: m.w * m.since("hired"))
outcome("shed", "people", "people shed since the start", lambda m: m.w * m.since("shed"))
outcome("talent_wage", "workers' wages", "wage of talent", lambda m: m["talent_wage"])
outcome("talent_unmet", "people", "unmet requests for talent, this month",
        lambda m: m.w * m["talent_unmet"], -1)  # fmt: skip
outcome("unemployed", "people", "residents without work", lambda m: m.w * m["people"][:, UNEMPLOYED], -1)
outcome("leavers", "people", "leavers of relocated enterprises who look for a venture",
        lambda m: m.w * m["people"][:, LEAVERS])  # fmt: skip
outcome("revenue", "million yuan a month", "sales", lambda m: m.money(REVENUE), 1)
outcome("assets", "million yuan", "assets", lambda m: m.money(ASSETS), 1)
outcome("exports", "million yuan a month", "exports", lambda m: m.money(EXPORTS), 1, True)
outcome("exporters", "enterprises", "exporters", lambda m: m.groups[1, GROUPS.index("exporter")], 1)
outcome("big_asset_share", "share", "big enterprises' part of assets, survey population", lambda m: m.big_share(ASSETS),
        0, True)  # fmt: skip
outcome("big_export_share", "share", "big enterprises' part of exports, survey population",
        lambda m: m.big_share(EXPORTS), 0, True)  # fmt: skip
outcome(
    "big_revenue_share", "share", "big enterprises' part of sales, survey population", lambda m: m.big_share(REVENUE)
)
outcome("big_asset_share_all", "share", "big enterprises' part of assets, all", lambda m: m.big_share_of_all(ASSETS))
outcome("big_export_share_all", "share", "big enterprises' part of exports, all", lambda m: m.big_share_of_all(EXPORTS))
outcome("taxes", "million yuan", "taxes paid since the start", lambda m: m.taxes(1), 1, True)
outcome("taxes_stated", "million yuan", "taxes stated since the start", lambda m: m.taxes(0))
outcome("taxes_startups", "million yuan", "taxes paid by startups since the start",
        lambda m: m.taxes(2), 1)  # fmt: skip
outcome("vat", "million yuan a month", "value-added tax paid", lambda m: -m.flow(VAT))
outcome("income_tax", "million yuan a month", "corporate income tax paid", lambda m: -m.flow(INCOME_TAX))
outcome("fiscal_cost", "million yuan", "public spending on levers and tax relief since the start",
        lambda m: (m["fiscal"] + m["taxes"][:, 0] - m["taxes"][:, 1]) / TICKS * m.w, -1)  # fmt: skip
outcome("research", "million yuan a month", "spending on projects and platforms", lambda m: -m.flow(RESEARCH), 1)
outcome("rd_wages", "million yuan a month", "wages of the skilled staff who work on projects, paid with all others",
        lambda m: m.w * np.diff(m.since("rd_wages"), prepend=0) / TICKS, 1)  # fmt: skip
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
outcome("rd_cycle", "month", "months of work on projects for each success since the start: the mean time to a success",
        lambda m: share(m.since("project_months"), m.since("projects_succeeded")), -1, True)  # fmt: skip
outcome("success_rate", "share", "successes among projects that ended since the start",
        lambda m: share(m.since("projects_succeeded"), m.since("projects_succeeded") + m.since("projects_abandoned")), 1)  # fmt: skip
outcome("answer_time", "month", "mean time from request to answer since the start",
        lambda m: share(m.since("answer_months"), m.since("answers")), -1)  # fmt: skip
outcome("answer_time_foreign", "month", "the same for foreign experts' answers",
        lambda m: share(m.since("answer_months_foreign"), m.since("answers_foreign")), -1)  # fmt: skip
outcome("breadth", "kinds of partner", "mean breadth of projects begun since the start",
        lambda m: share(m.since("breadth"), m.since("projects_begun")))  # fmt: skip
for _breadth in range(5):
    outcome(f"success_rate_breadth_{_breadth}", "share", f"successes among ended projects that drew on {_breadth} kinds of partner, since the start",
            lambda m, b=_breadth: share(*m.ended(b)), 1)  # type: ignore[misc]  # fmt: skip
outcome("openness_peak", "share", "share of kinds of partner at which success peaks: a quadratic through the rates by breadth, weighted",
        lambda m: m.openness_peak())  # fmt: skip
outcome("rd_share", "share", "operating enterprises with a project under way in the last calendar year",
        lambda m: m["year"][:, YEAR.index("rd_share")], 1)  # fmt: skip
outcome("rd_intensity", "share", "spending on projects and platforms, and wages for work on projects, over sales, since the start",
        lambda m: share(m.since("rd_wages") - m.spent(RESEARCH), m.spent(SALES_HOME, SALES_ABROAD)), 1)  # fmt: skip
outcome("private_gain", "million yuan a year", "yearly sales times the relative gain of own successes, added up since the start",
        lambda m: m.w * m.since("private_gain") / TICKS, 1)  # fmt: skip
outcome("spillover_gain", "million yuan a year", "yearly sales times the relative gain of what partners, chain and neighbours taught, since the start",
        lambda m: m.w * m.since("spillover_gain") / TICKS, 1)  # fmt: skip
outcome("social_to_private", "", "gains of own successes and of spill-overs, over those of own successes, since the start",
        lambda m: share(m.since("private_gain") + m.since("spillover_gain"), m.since("private_gain")), 1)  # fmt: skip
outcome("private_return", "share a year", "value added by the gains of own successes over spending on research, wages for it among it, since the start",
        lambda m: share((1.0 - m["input_share"]) * m.since("private_gain"), m.since("rd_wages") - m.spent(RESEARCH)), 1)  # fmt: skip
outcome("sectors_opened", "sectors", "sectors opened since the start", lambda m: m.since("sectors_opened"), 1)
outcome("modes_opened", "modes", "new ways of selling opened since the start", lambda m: m.since("modes_opened"), 1)
outcome("platforms", "platforms", "platforms launched", lambda m: m["platforms"], 1)
outcome("platform_members", "enterprises", "members of platforms", lambda m: m.w * added(m["members"]), 1)
outcome("platform_resources", "resources", "resources on named platforms",
        lambda m: added(m["resources"]), 1, True)  # fmt: skip
outcome("platform_resources_foreign", "resources", "foreign experts among them",
        lambda m: m["resources"][:, FOREIGN], 1)  # fmt: skip
outcome("platform_resources_users", "resources", "users among them",
        lambda m: m["resources"][:, USER], 1)  # fmt: skip
for _code, _class in enumerate(CLASSES):
    outcome(f"member_share_{_class}", "share", f"platform members among operating {_class} enterprises",
            lambda m, c=_code: share(m["members"][:, c], added(m["firms"][:, c, :, OPERATING])))  # type: ignore[misc]  # fmt: skip
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
        lambda m: m.w * m["sites_taxes_12"] / TICKS, 1)  # fmt: skip
outcome("site_floor_idle", "m2", "floor idle at idle sites", lambda m: m.site("idle"), -1)
outcome("site_floor_renovated", "m2", "floor renovated", lambda m: m.site("renovated"), 1)
outcome("site_floor_let", "m2", "floor let", lambda m: m.site("let"), 1)
outcome(
    "site_occupancy", "share", "floor let of floor renovated", lambda m: share(m.site("let"), m.site("renovated")), 1
)
outcome("site_rent", "yuan a m2 and month", "posted rent, mean of sites",
        lambda m: share(m["sites_rent"] / 12.0 * 1e6, np.full(len(m.months), m.sites)))  # fmt: skip
outcome("hours_lent_now", "hours a month", "equipment hours lent", lambda m: m.w * m["hours_lent"], 1)
outcome(
    "productivity_incumbents",
    "index",
    "productivity of incumbents, geometric mean",
    lambda m: m.mean_log(INCUMBENTS, PRODUCTIVITY),
    1,
)
outcome(
    "productivity_startups",
    "index",
    "productivity of startups",
    lambda m: m.mean_log(STARTUPS, PRODUCTIVITY),
    1,
)
outcome("quality_incumbents", "index", "quality of incumbents", lambda m: m.mean_log(INCUMBENTS, QUALITY), 1)
outcome("quality_startups", "index", "quality of startups", lambda m: m.mean_log(STARTUPS, QUALITY), 1)
outcome("productivity_suppliers", "index", "productivity of suppliers, geometric mean",
        lambda m: m.mean_log(SUPPLIERS, PRODUCTIVITY), 1)  # fmt: skip
outcome("energy_intensity", "index", "energy and material per output",
        lambda m: share(m["other"][:, ENERGY], added(m["sectors"])), -1)  # fmt: skip
outcome("new_mode_firms", "enterprises", "enterprises that sell in the new mode", lambda m: m.other(NEW_MODE), 1)
outcome("new_sector_sales", "million yuan a month", "sales of sectors opened in the run",
        lambda m: m.w * added(m["sectors"] * m["opened"]) / TICKS, 1)  # fmt: skip
outcome("structural_change", "share", "sales that changed sector since the start", _structural_change)
outcome("knowledge_spread", "", "spread of mean knowledge among operating enterprises", _spread)
outcome("outside_equity", "million yuan a month", "outside investors' money", lambda m: m.flow(OUTSIDE_EQUITY), 1)
for _account, _name in enumerate(ACCOUNTS):
    if _account:
        outcome(f"balance_{_name}", "million yuan", f"balance of {_name} since the start",
                lambda m, a=_account: m.w * m["accounts"][:, a] / TICKS)  # type: ignore[misc]  # fmt: skip
for _year in range(1, YEARS + 1):
    outcome(f"hazard_year_{_year}", "share a year", f"hazard of being struck off in year {_year} of registration, of enterprises born in the run, since the start",
            lambda m, y=_year: m.hazards[0, y - 1])  # type: ignore[misc]  # fmt: skip
    outcome(f"stop_year_{_year}", "share a year", f"hazard of stopping in year {_year} of operation, of enterprises born in the run, since the start",
            lambda m, y=_year: m.hazards[1, y - 1])  # type: ignore[misc]  # fmt: skip
for _year in (1, 3, 5, 10):
    outcome(f"survival_{_year}", "share", f"enterprises still operating {_year} years after they started, at the hazards of stopping since the start",
            lambda m, y=_year: m.survival(y), 1)  # type: ignore[misc]  # fmt: skip
for _name, _whose, _words in (("spin_off", SPIN_OFFS, "spin-offs"), ("other", OTHERS, "startups of other origins")):
    outcome(f"stop_hazard_{_name}", "share a year", f"hazard of stopping of {_words} younger than {YOUNG_YEARS} years, since the start",
            lambda m, k=_whose: m.stop_hazard(k))  # type: ignore[misc]  # fmt: skip
outcome(
    "cohort_founded",
    "enterprises",
    "enterprises of the named cohort registered so far",
    lambda m: m.founded_in_cohort(),
)
for _what, _unit, _words in (
    ("registered", "enterprises", "of them still on the register"), ("operating", "enterprises", "of them operating"),
    ("jobs", "people", "jobs at them"), ("revenue", "million yuan a month", "their sales"),
    ("exporters", "enterprises", "exporters among them"), ("medium", "enterprises", "medium enterprises among them"),
    ("big", "enterprises", "big enterprises among them"),
):  # fmt: skip
    outcome(f"cohort_{_what}", _unit, f"{_words} (the named cohort)", lambda m, w=_what: m.of_cohort(w))  # type: ignore[misc]
outcome("cohort_mean_staff", "people", "mean staff of those that operate (the named cohort)",
        lambda m: share(m.of_cohort("jobs"), m.of_cohort("operating")))  # fmt: skip
for _name, _unit, _words, _better in (
    ("job_creation_rate", "share a year", "gross job creation (DHS rate), last December's review", 0),
    ("job_destruction_rate", "share a year", "gross job destruction (DHS rate)", 0),
    ("young_creation_share", "share", "part of gross job creation by enterprises younger than five years", 0),
    ("startup_job_share", "share", "part of jobs at enterprises that started less than a year ago, last December", 0),
    ("size_tail", "", "exponent of the size tail, Hill on the top 5%", 0),
    ("size_tail_ks", "", "distance of the size tail from the Pareto of that exponent (Kolmogorov-Smirnov)", 0),
    ("size_tail_lognormal", "", "normalised likelihood ratio of the Pareto tail against a cut-off lognormal: positive favours the Pareto", 0),
    ("size_tail_revenue", "", "exponent of the tail of yearly revenue, Hill on the top 5%", 0),
    ("growth_shape", "", "Subbotin shape of growth rates: 1 is a tent, 2 Gaussian", 0),
    ("growth_gaussian", "", "normalised likelihood ratio of that shape against the Gaussian: above 1.64 rejects it", 0),
    ("growth_spread_slope", "", "slope of the spread of growth on size, in logarithms", 0),
    ("growth_size_slope", "", "slope of staff's growth (DHS) on the logarithm of staff, enterprises of five years and more", 0),
    ("newborn_staff_start", "people", "mean staff with which those registered 10 to 12 months before started, of those operating last December", 0),
    ("newborn_staff", "people", "their mean staff last December", 0),
    ("newborn_with_revenue", "share", "those of them with sales above 1,000 yuan in the year", 0),
    ("newborn_revenue_median", "million yuan", "median sales of the year of those with sales", 0),
    ("newborn_revenue_log_sd", "", "spread of the logarithm of these sales", 0),
):  # fmt: skip
    outcome(_name, _unit, _words, lambda m, n=_name: m["year"][:, YEAR.index(n)], _better)  # type: ignore[misc]
outcome("newborn_operating_at_registration", "share", "enterprises registered 10 to 12 months before last December that started in that month, of all of them",
        lambda m: m.of_year_old(between(m.since("started_at_once"), m.december - 12, m.december - 9)))  # fmt: skip
outcome("newborn_operating", "share", "enterprises registered 10 to 12 months before last December that operated then, of all of them, struck off or not",
        lambda m: m.of_year_old(m["year"][:, YEAR.index("newborns_operating")]))  # fmt: skip
for _name, _words, _events, _stock in (
    ("entry_rate", "starts of operation in the last year over the mean number operating", "started", "firms"),
    ("exit_rate", "stops in the last year over the mean number operating", "stopped", "firms"),
    (
        "deregistration_rate",
        "strike-offs in the last year over the mean number registered",
        "deregistered",
        "registered",
    ),
):
    outcome(_name, "share a year", f"{_words}, last December", lambda m, e=_events, s=_stock: m.rate(m.since(e), s))  # type: ignore[misc]
outcome("registration_rate", "share a year", "registrations in the last year over the mean number registered, last December",
        lambda m: m.rate(m.registrations, "registered"))  # fmt: skip
