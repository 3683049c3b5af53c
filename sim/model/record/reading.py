"""The record of all months, from which outcomes are computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from sim.declare import Outcome
from sim.kernel import maths
from sim.model.record.tally import ASSETS, COHORT, EXPORTS, NUMBER, PER_GROUP, REVENUE, SITE, Recorder, cohort_months
from sim.model.state.accounts import TICKS
from sim.model.state.enterprises import BIG, CLASSES, OPERATING, ORIGINS
from sim.model.state.groups import AT_RISK, ENDED, OTHERS, REGISTER, SPIN_OFFS

YOUNG_YEARS = 8  # of operation in which the hazards of spin-offs and of other startups are compared


class Months:
    """The snapshots of all months; every method gives one number a month, along the last axis."""

    def __init__(self, recorder: Recorder) -> None:
        settings = recorder.world.settings
        catalogue = recorder.world.catalogue
        self._counters = catalogue.counters
        self._recorded = {column.name: index for index, column in enumerate(catalogue.recorded)}
        self.weight: float = recorder.world.weight
        self.sites = len(recorder.world.sites)
        self.months = recorder.months
        self.cohort = cohort_months(settings)
        index = np.arange(len(self.months))
        self.december = index - (settings.start[1] + index) % 12  # month of the last one, negative before the first

    def __getitem__(self, field: str) -> Any:
        """A field of the snapshots; the first axis is months."""
        return self.months[field]

    def cumulative(self, name: str) -> Any:
        """Events of a counter, cumulative since the start."""
        return self["total"][:, self._counters[name]]

    def in_a_year(self, name: str) -> Any:
        """Events of a counter in the last 12 months."""
        return in_a_year(self.cumulative(name))

    def sum_of(self, column: str) -> Any:
        """The sum of a recorded column over operating enterprises, scaled to real enterprises."""
        return self.weight * self["recorded"][:, self._recorded[column]] / TICKS

    def mean_of(self, column: str) -> Any:
        """The mean of a recorded column over operating enterprises; NaN if there are none."""
        return share(self["recorded"][:, self._recorded[column]] / TICKS, added(self["firms"][:, :, :, OPERATING]))

    def firms(self, status: int = OPERATING, size_class: int | None = None, startups: bool = False) -> Any:
        part = self["firms"][:, :, 1:, status] if startups else self["firms"][:, :, :, status]
        return self.weight * (added(part) if size_class is None else added(part[:, size_class]))

    def jobs(self, origins: Any = slice(None)) -> Any:
        """Staff of operating enterprises."""
        return self.weight * added(self["staff"][:, :, origins, OPERATING])

    def other(self, which: int) -> Any:
        return self.weight * self["other"][:, which]

    @cached_property
    def groups(self) -> Any:
        """Sums by group in the order of ``PER_GROUP``, shape (sums, groups, months)."""
        return np.moveaxis(self["groups"], 0, -1) * self.weight

    @cached_property
    def yearly_groups(self) -> dict[str, Any]:
        """Rates by group in the year to the last December, shape (groups, months)."""
        flows, ended = np.moveaxis(self["job_flows"], 0, -1), np.moveaxis(self["ended"], 0, -1)
        alive, firms = self["groups"][:, 0].T, self["groups"][:, 1].T
        return {
            "job_creation": share(2.0 * flows[0], flows[2]),
            "job_destruction": share(2.0 * flows[1], flows[2]),
            "stop_rate": self.yearly(share(12.0 * in_a_year(ended[0]), in_a_year(firms.cumsum(axis=-1)))),
            "strike_off_rate": self.yearly(share(12.0 * in_a_year(ended[1]), in_a_year(alive.cumsum(axis=-1)))),
        }

    def yearly(self, values: Any) -> Any:
        """Values of the last December; NaN before the first that ends a full year."""
        return np.where(self.december >= 11, values[..., np.maximum(self.december, 0)], np.nan)

    @cached_property
    def hazards(self) -> Any:
        """Yearly hazards since the start by year of life: of strike-off and stop, shape (2, years, months)."""
        lives = np.moveaxis(self["lives"], 0, -1)
        both = np.stack([lives[REGISTER], lives[SPIN_OFFS] + lives[OTHERS]])
        return annual(share(both[:, ENDED], both[:, AT_RISK]))

    @cached_property
    def stops(self) -> Any:
        """Stops of startups by year of operation, since the start, shape (years, months)."""
        lives = np.moveaxis(self["lives"], 0, -1)
        return lives[SPIN_OFFS, ENDED] + lives[OTHERS, ENDED]

    def stop_hazard(self, whose: int) -> Any:
        """Yearly hazard of stopping of young startups of one kind, since the start."""
        lives = self["lives"][:, whose, :, :YOUNG_YEARS].sum(axis=2)
        return annual(share(lives[:, ENDED], lives[:, AT_RISK]))

    def survival(self, years: int) -> Any:
        """Share of starters that still operate after ``years``, at the hazards of stopping since the start."""
        alive = np.ones(len(self.months))
        for year in range(years):
            alive = alive * (1.0 - self.hazards[1, year])
        return alive

    def of_cohort(self, name: str) -> Any:
        """A sum over the named cohort; NaN without a cohort and before its first month."""
        values = np.where(self._has_cohort, self["cohort"][:, COHORT.index(name)], np.nan)
        return values * (self.weight / TICKS if name == "revenue" else self.weight)

    def founded(self, first: Any, last: Any) -> Any:
        """Startups registered from month ``first`` to before ``last``, arrays by month."""
        return between(self.registrations, first, last)

    @cached_property
    def registrations(self) -> Any:
        """Startups registered since the start."""
        return sum(self.cumulative(f"founded_{origin}") for origin in ORIGINS[1:])

    def rate(self, events: Any, stock: str) -> Any:
        """Events in the year to the last December over the mean number of enterprises in it."""
        number = added(self["groups"][:, PER_GROUP.index(stock), : len(CLASSES)])
        return self.yearly(share(12.0 * in_a_year(events), in_a_year(number.cumsum())))

    def spent(self, *purposes: int) -> Any:
        """Ticks booked under these transfers since the start."""
        return self["flows"][:, list(purposes)].sum(axis=1).cumsum()

    def of_year_old(self, number: Any) -> Any:
        """A number of the last December over the enterprises registered 12 to 10 months before."""
        founded = self.founded(self.december - 12, self.december - 9)
        return share(number, np.where(self.december >= 12, founded, 0))

    def founded_in_cohort(self) -> Any:
        """Enterprises of the named cohort registered so far, struck off or not; NaN as in ``of_cohort``."""
        first, last = self.cohort
        so_far = np.arange(1, len(self.months) + 1)
        return self.weight * np.where(self._has_cohort, self.founded(first, np.minimum(last, so_far)), np.nan)

    @property
    def _has_cohort(self) -> Any:
        first, last = self.cohort
        return (np.arange(len(self.months)) >= first) & (first < last)

    def by_class(self, kind: int) -> Any:
        """One kind of money by class, in ticks."""
        return self["exports"] if kind == EXPORTS else self["groups"][:, _IN_GROUPS[kind], : len(CLASSES)]

    def money(self, kind: int) -> Any:
        return added(self.by_class(kind)) / TICKS * self.weight

    def big_share(self, kind: int) -> Any:
        """Big enterprises' share in the survey population."""
        column = self["survey"][:, kind]
        return share(column[:, BIG], added(column))

    def big_share_of_all(self, kind: int) -> Any:
        whole = self.by_class(kind)
        return share(whole[:, BIG], added(whole))

    def money_of(self, name: str) -> Any:
        """What a counter of ticks counts in each month (million yuan a month)."""
        return self.weight * np.diff(self.cumulative(name), prepend=0) / TICKS

    def flow(self, purpose: int) -> Any:
        return self["flows"][:, purpose] / TICKS * self.weight

    def taxes(self, which: int) -> Any:
        return self["taxes"][:, which] / TICKS * self.weight

    def site(self, name: str) -> Any:
        return self.weight * self["sites"][:, SITE.index(name)]

    def one_site(self, index: int, name: str) -> Any:
        """A number of one site, in the order of the scenario; NaN where there are fewer sites."""
        values = self.weight * self["site_apart"][:, index, SITE.index(name)]
        return values if index < self.sites else np.full(len(self.months), np.nan)

    def rent_of_site(self, index: int) -> Any:
        """Posted rent of one site (yuan a m2 and month); NaN where there are fewer sites."""
        return np.where(index < self.sites, self["site_rent_apart"][:, index] / 12.0 * 1e6, np.nan)

    def mean_log(self, group: int, trait: int) -> Any:
        """Geometric mean of a trait."""
        logs, firms = self["traits"][:, group, trait] / TICKS, self["traits"][:, group, NUMBER]
        return np.array(
            [maths.exp(log / n) if n else np.nan for log, n in zip(logs.tolist(), firms.tolist(), strict=True)]
        )


_IN_GROUPS = {REVENUE: PER_GROUP.index("revenue"), ASSETS: PER_GROUP.index("assets")}


def added(part: Any) -> Any:
    """The sum over all axes but months."""
    return part.sum(axis=tuple(range(1, part.ndim)))


def share(part: Any, whole: Any) -> Any:
    """The ratio of ``part`` to ``whole``; NaN where ``whole`` is 0."""
    return np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=whole != 0)


def between(total: Any, first: Any, last: Any) -> Any:
    """Increase of a running total from month ``first`` to before ``last``; 0 for months before the run."""
    whole = np.concatenate([[0], total])
    end = len(total)
    return whole[np.clip(last, 0, end)] - whole[np.clip(first, 0, end)]


def in_a_year(total: Any) -> Any:
    """Increase of a running total in the last 12 months, along the last axis."""
    before = np.zeros_like(total)
    before[..., 12:] = total[..., :-12]
    return total - before


def annual(monthly: Any) -> Any:
    """The yearly probability of a monthly one."""
    stays = 1.0 - monthly
    stays = stays * stays * stays  # three months
    stays = stays * stays
    return 1.0 - stays * stays


class Record(Mapping[str, list[float]]):
    """Every outcome by name, one value for each month done, computed on demand."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._catalogue = recorder.world.catalogue  # a catalogue can be pickled, its outcomes cannot
        self._months: Months | None = None  # those done at the last request
        self._known: dict[str, list[float]] = {}

    def __getitem__(self, name: str) -> list[float]:
        months = self._read()
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = np.asarray(self._value(name, months), float).tolist()
        return known

    def cells(self) -> Any:
        """All outcomes, shape (months, outcomes)."""
        months = self._read()
        cells = np.empty((len(months.months), len(self._catalogue.outcomes)))
        for column, name in enumerate(self._catalogue.outcomes):
            cells[:, column] = self._value(name, months)
        return cells

    def _value(self, name: str, months: Months) -> Any:
        value = self._catalogue.outcomes[name].value
        assert value is not None, name  # a catalogue with code has one for each
        return value(months)

    def _read(self) -> Months:
        if self._months is None or len(self._months.months) != self._recorder.done:
            self._months, self._known = Months(self._recorder), {}
        return self._months

    def __iter__(self) -> Iterator[str]:
        return iter(self._catalogue.outcomes)

    def __len__(self) -> int:
        return len(self._catalogue.outcomes)


def counted(name: str, meaning: str, better: int = 0, unit: str = "events") -> Outcome:
    """The outcome of a counter of the same name: events since the start."""
    return Outcome(name, unit, f"{meaning} since the start", better, value=lambda m: m.weight * m.cumulative(name))
