"""The state of one simulated world, which the mechanisms read and write."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from sim.declare import declared
from sim.kernel import draws, maths, threads
from sim.model.state.accounts import Books, hire, transfer
from sim.model.state.enterprises import CLASSES, Enterprises, end_tenancies
from sim.model.state.groups import GROUPS, LIVES
from sim.model.state.idle import IdleResources
from sim.model.state.links import Links
from sim.model.state.platforms import PLATFORM_ROOT, PlatformState, own_platform
from sim.model.state.ring import Ring
from sim.model.state.sectors import MAX_SECTORS, Posted, Sectors
from sim.model.state.sites import SITE_ROOT, Charge, SiteState
from sim.parameters import Levers, numbers
from sim.scenario import Scenario, Schedule

IDLE, LENT = 0, 1  # equipment hours
NO_LEVERS = Levers(*(it.default for it in declared(Levers).values()))  # type: ignore[arg-type]


def with_none(values: Iterable[Any], none: Any = 0.0) -> Any:
    """A value for each platform or site as an array, with a last element for enterprises without one (index -1)."""
    return np.array([*values, none])


class World:
    """Everything that changes over the months, and the scenario."""

    def __init__(self, settings: Scenario, seed: int) -> None:
        self.settings = settings
        self.seed = seed
        register = settings.group("mechanisms.population").register  # of the first month: it has no earlier one
        self.first_month = 0 if register else -settings.group("run").spin_up
        self.month = self.first_month
        self._december = settings.month_of("2000-12")  # months from the start to one of them
        population = settings.group("population")
        self.is_nation = population.world == "nation"
        self.weight = population.represents / population.enterprises if self.is_nation else 1.0
        self.catalogue = settings.catalogue
        self.enterprises = Enterprises(self.catalogue.all_columns, population.enterprises * 5 // 4)
        self.sectors = Sectors()
        self.books = Books()
        self.counts = np.zeros(len(self.catalogue.counters), np.int64)  # of the month, by mechanism
        self.ideas: Any = None  # of the month, from entry to newborns
        self.kept: dict[str, Any] = {}  # state of users' mechanisms, by mechanism
        hurdle = settings.group("mechanisms.finance").opening_hurdle
        # At the opening nothing is rationed, and no enterprise has been financed or answered.
        self.posted = Posted(1.0, 1.0, settings.group("labour").talent_premium, 1.0, 1.0, hurdle, 0.0, 0.0, 1.0, 1.0)
        self.platforms: list[PlatformState] = []
        self.links = Links()
        self.ring = Ring()
        self.pulls = np.zeros((MAX_SECTORS, 3), np.int64)  # pull and its logs of productivity and quality, ticks
        self.incomes = np.zeros((3, 12), np.int64)  # ticks of wages, dividends and taxes in the last 12 months
        self.usual_incomes = np.zeros(3, np.int64)  # ticks a year, to which they are compared
        self.taxes = np.zeros(3, np.int64)  # ticks this month: stated, paid, paid by startups
        self.hours = np.zeros(2, np.int64)  # equipment hours: idle, lent
        self.hours_offered = 0
        self.idle = IdleResources()
        self.succeeded: Any = np.zeros(0, np.int8)  # marks rows whose project succeeded this month
        self.ended = np.zeros((2, len(GROUPS)), np.int64)  # enterprises stopped, struck off since the start, by group
        self.lives = np.zeros(LIVES, np.int64)  # of enterprises born in the run: months at risk and ends
        self.year_lost = np.zeros(len(GROUPS), np.int64)  # jobs of last December that ended with their enterprise
        self.job_flows = np.zeros((3, len(GROUPS)), np.int64)  # last year's: created, destroyed, in both Decembers
        self.year: dict[str, float] = {}  # statistics of the last December
        self.year_months = 0  # months since the last December
        self.reclassed: Any = np.zeros(0, np.int64)  # rows whose class changed in this month's review
        self.struck_off: Any = np.zeros(0, np.int64)  # rows of enterprises struck off, not freed yet
        self.opening_enterprises = population.enterprises
        self.member_shares: Any = np.zeros(len(CLASSES))  # of operating enterprises by class, after last adoptions
        self.sites = [self._make_site(name, index) for index, name in enumerate(settings.sites)]
        self.site_taxes = np.zeros(len(self.sites), np.int64)
        self._named_platforms = list(settings.platforms)

    def _make_site(self, name: str, index: int) -> SiteState:
        rules = self.settings.group(f"sites.{name}")
        vacated, opens = self.settings.month_of(rules.vacated), self.settings.month_of(rules.opens)
        identity = int(draws.child_identity(SITE_ROOT, 0, 0, index))
        floor = int(rules.floor / self.weight)
        return SiteState(name, index, identity, vacated, opens, floor, rules.rent, rules.fund, rules.fund)

    def grown(self, key: str) -> float:
        """What grows at the yearly rate of a parameter, relative to month 0."""
        return float(maths.exp(self.since_start(key, math.log1p)))

    def since_start(self, key: str, of: Callable[[float], float] = float) -> float:
        """The yearly rate of a parameter, or ``of`` it, summed over the months since month 0, each at its own rate."""
        group, _, name = key.rpartition(".")
        now, value = float(getattr(self.group(group), name)), self.settings.values[key]
        if not isinstance(value, Schedule) or self.month <= 0:
            return of(now) * self.month / 12.0
        rates: Any = map(value.at, range(self.month))
        return math.fsum(map(of, rates)) / 12.0

    @property
    def is_december(self) -> bool:
        return (self.month - self._december) % 12 == 0

    @property
    def standard(self) -> Any:
        """The population's parameters for loops, among them the size standard."""
        return numbers(self.settings.group("population"))

    def rules(self, mechanism: str) -> Any:
        """The parameters of a mechanism in this month."""
        return self.settings.group(self.catalogue.by_name[mechanism].prefix, self.month)

    def counters(self, mechanism: str) -> Any:
        """Counts of a mechanism's events this month, in the order of their declaration."""
        return self.counts[self.catalogue.counter_ranges[self.catalogue.aliases.get(mechanism, mechanism)]]

    def complete_opening(self, lo: int, hi: int, points: Any) -> None:
        """Fill single mechanisms' columns in rows ``lo`` to ``hi`` of the opening population."""
        for it in self.catalogue.mechanisms:
            for column in it.columns:
                if column.founding:
                    self.enterprises.columns[column.name][lo:hi] = column.founding
            if it.founding:
                it.founding(self, lo, hi, points)

    def complete_newborns(self, rows: Any) -> None:
        """Fill single mechanisms' columns in the rows of newcomers."""
        if not len(rows):
            return
        for column in self.catalogue.given_at_birth:
            self.enterprises.columns[column.name][rows] = column.birth
        for fill in self.catalogue.births:
            fill(self, rows)

    def group(self, prefix: str) -> Any:
        """A group of parameters in this month; before month 0 no lever is used."""
        if self.month < 0 and prefix == "levers":
            return NO_LEVERS
        return self.settings.group(prefix, self.month)

    def loop(self, kernel: Any, reads: type, writes: type, *rest: Any, sums: tuple[Any, ...] = ()) -> None:
        """Apply a compiled loop to all rows, on all cores.

        It is called as ``kernel(lo, hi, seed, month, reads, writes, *rest, *sums)``, writes to rows ``lo`` to ``hi``
        and adds integers to ``sums``; threads share nothing else. A ``NamedTuple`` of sums stays one argument.
        """
        table = self.enterprises
        threads.run(kernel, table.size, sums, (self.seed, self.month, table.view(reads), table.view(writes), *rest))

    def count(self, name: str, number: int = 1) -> None:
        self.counts[self.catalogue.counters[name]] += number

    def site_is_open(self, site: SiteState) -> bool:
        return self.month >= site.opens and site.renovated > 0

    def begin_month(self) -> None:
        """Clear the month's counters and update the ring."""
        self.counts[:] = 0
        self.books.began[:] = self.books.accounts
        self.books.month[:] = 0
        self.books.payments[:] = 0
        self.books.fiscal_cost = 0
        self.ring.sort(self.enterprises)

    def release(self) -> None:
        """Free the rows of enterprises that left."""
        self.ring.release(self.enterprises, self.struck_off)
        self.enterprises.release(self.struck_off)
        self.struck_off = np.zeros(0, np.int64)

    def site_rules(self, site: SiteState) -> Any:
        return self.group(f"sites.{site.name}")

    def charge(self, site: SiteState) -> Charge:
        """What a tenant pays at a site; levers and the site subsidise at most the rent."""
        rules = self.site_rules(site)
        subsidy = min(site.rent, float(self.group("levers").rent_subsidy + rules.rent_subsidy))
        return Charge(site.rent, float(rules.utilities), subsidy)

    def rent_asked(self, site: SiteState, years: float) -> float:
        """What a newcomer pays a m2 and year, mean over ``years``: rent-free months count."""
        charge, months = self.charge(site), float(self.site_rules(site).rent_free)
        due = max(0.0, 1.0 - months / (12.0 * years))
        return (charge.rent - charge.subsidy) * due + charge.utilities

    def neighbours_worth(self, site: SiteState, years: float) -> float:
        """The worth of a site's tenants to one more over ``years`` (million yuan); only those of one part count."""
        rules = self.site_rules(site)
        return float(years * rules.neighbours * (site.tenants * self.weight / float(rules.parts)) / 100.0)

    def worth_per_job(self, site: SiteState, years: float) -> float:
        """The worth of a site's contacts and services over ``years``, for each job of a tenant (million yuan)."""
        rules = self.site_rules(site)
        contacts = rules.contacts * (site.tenants * self.weight / float(rules.parts)) / 100.0
        return float(years * (contacts + rules.services))

    def platform_rules(self, platform: PlatformState) -> Any:
        """The parameters of a named platform, or of one founded in the run."""
        named = platform.name in self.settings.platforms
        return self.group(f"platforms.{platform.name}") if named else own_platform(self.rules("adoption"))

    def weight_of(self, platform: PlatformState) -> float:
        """Real enterprises that a member represents: 1 on a platform founded in the run, which its host uses alone."""
        return self.weight if platform.name in self.settings.platforms else 1.0

    def marks(self) -> Any:
        """A zero for each row, for a loop to mark."""
        return np.zeros(self.enterprises.size, np.int8)

    @staticmethod
    def marked(marks: Any) -> Any:
        """Rows whose mark is not zero."""
        return (marks != 0).nonzero()[0]  # nonzero is several times faster on booleans

    def marked_by_identity(self, marks: Any) -> list[int]:
        """The marked rows, sorted by identity."""
        rows = self.marked(marks)
        return list(rows[self.enterprises.identity[rows].argsort()].tolist()) if len(rows) else []

    def transfer(self, row: int, amount: float, purpose: int) -> None:
        """Book ``amount`` (million yuan, positive to the enterprise) on a row, and add it to taxable profit."""
        table = self.enterprises
        table.profit_year[row] += transfer(row, amount, table.cash, self.books.flows, purpose)

    def row_of(self, identity: int) -> int:
        """Row of the enterprise with this identity, -1 if it left."""
        return self.ring.row_of(self.enterprises, identity)

    def host_row(self, platform: PlatformState) -> int:
        """Row of a platform's host, -1 without one."""
        return self.row_of(platform.host) if platform.host else -1

    def launch_platforms(self) -> None:
        """Launch the named platforms that are due; the largest enterprise that hosts none hosts an own one."""
        for name in list(self._named_platforms):
            rules = self.group(f"platforms.{name}")
            if not rules.enabled or self.month < max(0, self.settings.month_of(rules.opens)):
                continue
            host = 0
            if rules.kind == "own" and len(self.ring):
                hosts = {platform.host for platform in self.platforms}
                free = [row for row in self.ring.row.tolist() if int(self.enterprises.identity[row]) not in hosts]
                if not free:  # every enterprise hosts one: it waits
                    continue
                row = max(free, key=self._rank)
                host = int(self.enterprises.identity[row])
                self.enterprises.platform[row] = len(self.platforms)
            self._named_platforms.remove(name)
            self._add_platform(name, rules, host)

    def host_platform(self, row: int) -> None:
        """Found an own platform of the enterprise in ``row``, which alone uses it."""
        table = self.enterprises
        table.platform[row] = len(self.platforms)
        self._add_platform(f"own-{len(self.platforms)}", own_platform(self.rules("adoption")), int(table.identity[row]))

    def _rank(self, row: int) -> tuple[int, int]:
        return int(self.enterprises.staff[row]), int(self.enterprises.identity[row])

    def _add_platform(self, name: str, rules: Any, host: int) -> None:
        index = len(self.platforms)
        named = self.settings.platforms
        ordinal = named.index(name) if name in named else self.month + len(named)
        identity = int(draws.child_identity(host or PLATFORM_ROOT, PLATFORM_ROOT, PLATFORM_ROOT, ordinal))
        self.platforms.append(
            PlatformState(
                name,
                index,
                identity,
                rules.kind,
                host,
                self.month,
                rules.open_to_members,
                rules.fee,
                rules.services,
                rules.interface_staff,
                rules.maker_fund,
            )
        )

    def hire_people(self, staff: int, talent: int) -> None:
        """Take people from the unemployed, and the rest from elsewhere in the economy."""
        hire(self.books.people, self.books.skilled, staff, talent)

    def release_people(self, staff: int, talent: int) -> None:
        """Add people who lose their job to the unemployed."""
        self.hire_people(-staff, -talent)

    def vacate(self, rows: Any) -> None:
        """End the tenancies of the rows and return their floor."""
        if not len(rows):
            return
        table, back = self.enterprises, np.zeros(len(self.sites), np.int64)
        end_tenancies(rows, table.site, table.floor, back)
        for site in self.sites:
            site.let -= int(back[site.index])
