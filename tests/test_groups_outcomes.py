"""Groups, hazards, cohorts and gains in the outcomes: against tables made by hand and worlds counted naively."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from worlds import around, different, nation, run, state, town

from sim.agents.model import EcosystemModel
from sim.kernel.statistics import hill_exponent
from sim.model.catalogue import model_catalogue
from sim.model.record import review
from sim.model.record.reading import Months, annual, in_a_year
from sim.model.state.accounts import TICKS, ticks
from sim.model.state.enterprises import (
    BIG,
    CLASSES,
    FREE,
    INCUMBENT,
    MEDIUM,
    NEVER,
    OPERATING,
    ORIGINS,
    SMALL,
    SUSPENDED,
)
from sim.model.state.groups import AGES, GROUPS, YEARS, age_group
from sim.model.state.world import World
from sim.scenario import ScenarioError

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

AGE_FROM = (0, 12, 24, 36, 48, 60, 120, 180, 300)
COUNT = model_catalogue().counters
SPIN_OFF = ORIGINS.index("spin_off")


def age_name(months: int) -> str:
    return AGES[max(number for number, edge in enumerate(AGE_FROM) if months >= edge or edge == 0)]


def groups_of(row: dict[str, float], month: int, tiny: bool) -> set[str]:
    """The groups of one enterprise, in words."""
    found = {CLASSES[int(row["size_class"])], ORIGINS[int(row["origin"])], age_name(month - int(row["born"]))}
    found.add("exporter" if row["exporter"] else "non_exporter")
    return found | ({"micro"} if tiny else set())


def rows_of(model: EcosystemModel) -> dict[int, dict[str, float]]:
    """Every enterprise by identity, as a dictionary of its columns."""
    table = model.enterprises
    return {int(table.identity[i]): {name: table.columns[name][i] for name in table.columns} for i in table}


def known_last_year(row: dict[str, float], world: World) -> bool:
    """Whether an enterprise was micro in the year before, or is now if it is new."""
    return micro(row["staff_year_ago"] or row["staff"], row["revenue_12"] or 12.0 * row["revenue"], world)


def micro(staff: float, revenue: float, world: World) -> bool:
    return bool(staff < world.standard.micro_staff or revenue < world.standard.micro_revenue)


# --- a world counted naively, month by month


class Naive:
    """Counts over a world's months, by dictionaries of single enterprises."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **overrides: Any) -> None:
        self.model = EcosystemModel(town(**overrides), rng=1)
        self.stock: list[dict[str, Counter[str]]] = []
        self.stops: list[Counter[str]] = []
        self.strikes: list[Counter[str]] = []
        self.at_risk: dict[str, Counter[int]] = defaultdict(Counter)
        self.ends: dict[str, Counter[int]] = defaultdict(Counter)
        self.flows: list[dict[str, Counter[str]]] = []
        self.lost: Counter[str] = Counter()
        self.mature: list[tuple[float, float]] = []
        self.researching = 0
        self.researched: set[int] = set()
        self.startup_jobs = 0
        self._wrap(monkeypatch, "finance.close", self._ends)
        self._wrap(monkeypatch, "review.december", self._december)

    def _wrap(self, monkeypatch: pytest.MonkeyPatch, step: str, count: Callable[..., None]) -> None:
        def watching(work: Callable[[World], Any]) -> Callable[[World], Any]:
            def watched(world: World) -> Any:
                before = rows_of(self.model)
                result = work(world)
                count(world, before)
                return result

            return watched

        around(monkeypatch, step, watching)

    def _ends(self, world: World, before: dict[int, dict[str, float]]) -> None:
        after = rows_of(self.model)
        struck = {int(world.enterprises.identity[row]) for row in world.struck_off}
        stops, strikes = Counter[str](), Counter[str]()
        for who, row in before.items():
            lives = {"register": world.month - int(row["born"])} if row["origin"] != INCUMBENT else {}
            operates = row["status"] == OPERATING
            if operates and row["origin"] != INCUMBENT:
                lives["spin_off" if row["origin"] == SPIN_OFF else "other"] = world.month - int(row["started"])
            stopped = operates and after[who]["status"] == SUSPENDED
            for kind, months in lives.items():
                self.at_risk[kind][months // 12] += 1
                self.ends[kind][months // 12] += who in struck if kind == "register" else stopped
            groups = groups_of(row, world.month, known_last_year(row, world))
            stops.update(groups if stopped else ())
            strikes.update(groups if who in struck else ())
            for group in groups if stopped else ():
                self.lost[group] += int(row["staff_year_ago"])
        self.stops.append(stops)
        self.strikes.append(strikes)

    def _december(self, world: World, before: dict[int, dict[str, float]]) -> None:
        self.researched |= {who for who, row in before.items() if row["project_began"] != NEVER}
        if not world.is_december:
            return
        flows = {"created": Counter[str](), "destroyed": Counter[str](self.lost), "both": Counter[str](self.lost)}
        self.mature, self.startup_jobs, self.researching = [], 0, 0
        for who, row in before.items():
            now, then = int(row["staff"]), int(row["staff_year_ago"])
            for group in groups_of(row, world.month, known_last_year(row, world)):
                flows["created"][group] += max(0, now - then)
                flows["destroyed"][group] += max(0, then - now)
                flows["both"][group] += now + then
            if now and then and world.month - row["started"] >= 60:
                self.mature.append((math.log(0.5 * (now + then)), 2.0 * (now - then) / (now + then)))
            if row["status"] == OPERATING:
                self.startup_jobs += now if world.month - row["started"] < 12 else 0
                self.researching += who in self.researched
        self.flows.append(flows)
        self.lost = Counter()
        self.researched = {who for who, row in before.items() if row["project_began"] != NEVER}  # worked on in January

    def run_for(self, months: int) -> None:
        for _ in range(months):
            self.model.step()
            stock: dict[str, Counter[str]] = defaultdict(Counter)
            for row in rows_of(self.model).values():
                tiny = micro(row["staff"], 12.0 * row["revenue"], self.model.world)
                for group in groups_of(row, self.model.month - 1, tiny):
                    stock["registered"][group] += 1
                    if row["status"] == OPERATING:
                        stock["firms"][group] += 1
                        stock["jobs"][group] += int(row["staff"])
                        stock["revenue"][group] += int(ticks(row["revenue"]))
                        stock["assets"][group] += int(ticks(row["assets"]))
            self.stock.append(stock)

    def lives(self, *kinds: str) -> list[float]:
        """Yearly hazards by year of life."""
        found = []
        for year in range(YEARS):
            at_risk = sum(self.at_risk[kind][year] for kind in kinds)
            ends = sum(self.ends[kind][year] for kind in kinds)
            found.append(1.0 - (1.0 - ends / at_risk) ** 12 if at_risk else math.nan)
        return found


MONTHS = 40


@pytest.fixture(scope="module")
def naive() -> Iterator[Naive]:
    with pytest.MonkeyPatch.context() as patch:
        counted = Naive(patch)
        counted.run_for(MONTHS)
        yield counted


@pytest.mark.parametrize("what", ["registered", "firms", "jobs", "revenue", "assets"])
def test_stocks_by_group_are_those_counted_one_by_one(what: str, naive: Naive) -> None:
    record, w = naive.model.record, naive.model.world.weight
    scale = TICKS if what in ("revenue", "assets") else 1.0
    for group in GROUPS:
        assert record[f"{what}_{group}"] == [stock[what][group] * w / scale for stock in naive.stock], group


@pytest.mark.parametrize("what", ["registered", "firms", "jobs", "revenue", "assets"])
def test_groups_of_one_kind_add_up_to_all(what: str, naive: Naive) -> None:
    record = naive.model.record
    kinds = (CLASSES, ORIGINS, ("exporter", "non_exporter"), AGES)
    sums = [np.sum([record[f"{what}_{group}"] for group in kind], axis=0) for kind in kinds]
    for total in sums[1:]:
        assert total == pytest.approx(sums[0], rel=1e-12)
    assert (sums[0] > np.array(record[f"{what}_micro"])).all(), "micro enterprises are part of their class"


def test_names_that_were_there_say_the_same(naive: Naive) -> None:
    record = naive.model.record
    assert record["exporters"] == record["firms_exporter"]
    assert np.sum([record[f"firms_{name}"] for name in CLASSES], axis=0).tolist() == pytest.approx(
        record["firms_operating"]
    )
    registered = np.array(record["registered_small"]) + record["registered_medium"] + record["registered_big"]
    by_status = [record[f"firms_{name}"] for name in ("registered", "operating", "suspended")]
    assert registered == pytest.approx(np.sum(by_status, axis=0))


@pytest.mark.parametrize(
    ("rate", "ended", "stock"), [("stop_rate", "stops", "firms"), ("strike_off_rate", "strikes", "registered")]
)
def test_rates_of_ends_by_group_are_those_counted_one_by_one(rate: str, ended: str, stock: str, naive: Naive) -> None:
    for group in GROUPS:
        values = naive.model.record[f"{rate}_{group}"]
        assert np.isnan(values[:11]).all()
        for december in (11, 23, 35):
            year = slice(december - 11, december + 1)
            events = sum(month[group] for month in getattr(naive, ended)[year])
            mean = sum(month[stock][group] for month in naive.stock[year]) / 12.0
            expected = events / mean if mean else math.nan
            assert values[december] == pytest.approx(expected, rel=1e-12, nan_ok=True), group
            assert values[december : december + 4] == pytest.approx([expected] * 4, nan_ok=True), "kept"
    assert sum(sum(month.values()) for month in getattr(naive, ended)) > 100


def test_job_flows_by_group_are_those_counted_one_by_one(naive: Naive) -> None:
    record = naive.model.record
    for december, flows in zip((11, 23, 35), naive.flows, strict=True):
        for group in GROUPS:
            both = flows["both"][group]
            for name, kind in (("job_creation", "created"), ("job_destruction", "destroyed")):
                expected = 2.0 * flows[kind][group] / both if both else math.nan
                assert record[f"{name}_{group}"][december] == pytest.approx(expected, rel=1e-12, nan_ok=True)
        total = {kind: sum(flows[kind][name] for name in CLASSES) for kind in flows}
        for name, kind in (("job_creation_rate", "created"), ("job_destruction_rate", "destroyed")):
            assert record[name][december] == pytest.approx(2.0 * total[kind] / total["both"], rel=1e-12)
    assert record["job_destruction_age_1"][35] > 0.0


def test_hazards_are_those_counted_one_by_one(naive: Naive) -> None:
    record = naive.model.record
    register, operation = naive.lives("register"), naive.lives("spin_off", "other")
    assert not math.isnan(register[3])
    for year in range(YEARS):
        assert record[f"hazard_year_{year + 1}"][-1] == pytest.approx(register[year], rel=1e-9, nan_ok=True)
        assert record[f"stop_year_{year + 1}"][-1] == pytest.approx(operation[year], rel=1e-9, nan_ok=True)
    assert record["survival_3"][-1] == pytest.approx(np.prod([1.0 - stop for stop in operation[:3]]))
    assert math.isnan(record["survival_5"][-1]), "nobody is that old"
    ends_by_year = Counter()  # type: Counter[int]
    for kind in ("spin_off", "other"):
        ends_by_year.update(naive.ends[kind])
    ages = sum((year + 0.5) * ends for year, ends in ends_by_year.items()) / ends_by_year.total()
    assert record["exit_age"][-1] == pytest.approx(ages, rel=1e-12)
    for kind in ("spin_off", "other"):
        at_risk, ends = sum(naive.at_risk[kind].values()), sum(naive.ends[kind].values())
        assert ends
        assert record[f"stop_hazard_{kind}"][-1] == pytest.approx(1.0 - (1.0 - ends / at_risk) ** 12, rel=1e-9)


def test_rates_of_entry_and_exit_are_those_of_events_over_stocks(naive: Naive) -> None:
    record = naive.model.record
    for rate, event, stock in (
        ("exit_rate", "stopped", "firms"),
        ("deregistration_rate", "deregistered", "registered"),
        ("registration_rate", "startups", "registered"),
    ):
        events = record[event][23] - record[event][11]
        mean = np.mean(np.sum([record[f"{stock}_{name}"][12:24] for name in CLASSES], axis=0))
        assert record[rate][23] == pytest.approx(events / mean, rel=1e-12)
    started = naive.model.recorder.months["total"][:, COUNT["started"]]
    firms = np.array(record["firms_operating"][12:24]) / naive.model.world.weight
    assert record["entry_rate"][23] == pytest.approx((started[23] - started[11]) / firms.mean(), rel=1e-12)


def test_a_years_shares_are_those_counted_one_by_one(naive: Naive) -> None:
    record = naive.model.record
    firms, jobs = (record[name][35] / naive.model.world.weight for name in ("firms_operating", "jobs"))
    assert record["rd_share"][35] == pytest.approx(naive.researching / firms, rel=1e-12)
    assert record["startup_job_share"][35] == pytest.approx(naive.startup_jobs / jobs, rel=1e-12)
    size, grown = np.array(naive.mature).T
    assert record["growth_size_slope"][35] == pytest.approx(np.polyfit(size, grown, 1)[0], abs=1e-6)


# --- tables made by hand


@pytest.mark.parametrize("months", [0, 11, 12, 23, 47, 48, 59, 60, 119, 120, 179, 180, 299, 300, 999])
def test_ages_are_completed_years(months: int) -> None:
    assert AGES[age_group(months)] == age_name(months)


def still() -> EcosystemModel:
    """A world on the eve of a December's review, in which nobody's staff has changed and all are mature."""
    model = run(nation(), 11)
    table, world = model.enterprises, model.world
    table.staff_year_ago[:] = table.staff
    table.started[:] = np.where(table.alive, -100, 0)
    table.born[:], table.origin[:] = table.started, INCUMBENT
    world.year_lost[:] = 0
    world.year_months = 11
    return model


def operating_rows(model: EcosystemModel, number: int) -> Any:
    return np.flatnonzero(model.enterprises.status == OPERATING)[:number]


def test_job_flows_of_a_table_made_by_hand() -> None:
    """One grows by 50, one shrinks by 30, one is new with 10, and one that had 40 is struck off."""
    model = still()
    table, world = model.enterprises, model.world
    grows, shrinks, new, leaves = operating_rows(model, 4)
    for row, now, then, size_class in (
        (grows, 350, 300, MEDIUM), (shrinks, 20, 50, SMALL), (new, 10, 0, SMALL), (leaves, 40, 40, BIG),
    ):  # fmt: skip
        table.staff[row], table.staff_year_ago[row], table.size_class[row] = now, then, size_class
    table.started[new] = table.born[new] = 5
    table.exporter[:], table.origin[new] = 0, ORIGINS.index("maker")
    table.exporter[grows] = 1
    table.revenue_12[shrinks] = 2.9
    already = [int(row[GROUPS.index("big")]) for row in world.ended]
    model.leave([leaves])
    stock, before = int(table.staff.sum()), int(table.staff_year_ago.sum()) + 40
    review.apply(world)
    flows = {
        kind: dict(zip(GROUPS, row.tolist(), strict=True))
        for kind, row in zip(("won", "lost", "both"), world.job_flows, strict=True)
    }
    assert world.year["job_creation_rate"] == 60 / (0.5 * (stock + before))
    assert world.year["job_destruction_rate"] == 70 / (0.5 * (stock + before))
    assert world.year["young_creation_share"] == 10 / 60
    assert world.year["startup_job_share"] == 10 / stock
    assert {name: won for name, won in flows["won"].items() if won} == {
        "medium": 50, "small": 10, "micro": 10, "incumbent": 50, "maker": 10, "exporter": 50, "non_exporter": 10,
        "age_0": 10, "age_5_9": 50,
    }  # fmt: skip
    assert {name: lost for name, lost in flows["lost"].items() if lost} == {
        "small": 30, "micro": 30, "big": 40, "incumbent": 70, "non_exporter": 70, "age_5_9": 70
    }  # fmt: skip
    assert flows["both"]["exporter"] == 650
    assert flows["both"]["maker"] == flows["both"]["age_0"] == 10
    ended = [dict(zip(GROUPS, row.tolist(), strict=True)) for row in world.ended]
    assert [row["big"] for row in ended] == [1 + before_it for before_it in already], "it stopped and was struck off"


def test_an_enterprise_that_neither_starts_nor_stops_counts_nowhere() -> None:
    """The control."""
    model = still()
    review.apply(model.world)
    assert not model.world.job_flows[:2].any()
    assert model.world.year["job_creation_rate"] == model.world.year["job_destruction_rate"] == 0.0
    assert model.world.year["growth_size_slope"] == 0.0


@pytest.mark.parametrize("slope", [-0.04, 0.0, 0.02])
def test_a_planted_slope_of_growth_on_size_is_found(slope: float) -> None:
    model = still()
    table = model.enterprises
    rows = operating_rows(model, len(table.staff))
    size = np.exp(np.linspace(5.0, 10.0, len(rows)))
    growth = 0.05 + slope * np.log(size)
    table.staff[rows] = np.rint(size * (1.0 + 0.5 * growth))
    table.staff_year_ago[rows] = np.rint(size * (1.0 - 0.5 * growth))
    review.apply(model.world)
    assert model.world.year["growth_size_slope"] == pytest.approx(slope, abs=5e-4)


def test_the_cohort_of_a_table_made_by_hand() -> None:
    """Five registered in March and April 2013: two never started, one is big, one medium, one small."""
    model = run(nation(run__cohort="2013-03", run__cohort_months=2), 1)
    table = model.enterprises
    rows = operating_rows(model, 7)
    table.born[rows] = [2, 2, 3, 3, 3, 1, 4]
    table.status[rows[:2]] = [SUSPENDED, SUSPENDED]
    table.staff[rows] = [0, 0, 2000, 400, 15, 7, 8]
    table.size_class[rows[2:5]] = [BIG, MEDIUM, SMALL]
    table.exporter[rows] = [1, 0, 1, 1, 0, 1, 1]
    table.revenue[rows] = [0.0, 0.0, 40.0, 4.0, 0.25, 1.0, 1.0]
    model.world.month = 4
    for _ in range(4):
        model.recorder.record()
    w = model.world.weight
    found = {name: model.record[f"cohort_{name}"][-1] for name in ("registered", "operating", "jobs", "exporters")}
    assert found == {"registered": 5 * w, "operating": 3 * w, "jobs": 2415 * w, "exporters": 2 * w}
    assert model.record["cohort_revenue"][-1] == 44.25 * w
    assert model.record["cohort_mean_staff"][-1] == pytest.approx(805.0)
    assert (model.record["cohort_big"][-1], model.record["cohort_medium"][-1]) == (w, w)
    assert np.isnan(model.record["cohort_operating"][:2]).all()


# --- a cohort of a world


COHORT = {"run__cohort": "2011-05", "run__cohort_months": 3}


def test_a_cohort_is_followed_by_identity() -> None:
    model = EcosystemModel(town(**COHORT), rng=1)
    ever: set[int] = set()
    for month in range(30):
        model.step()
        rows = {who: row for who, row in rows_of(model).items() if 4 <= row["born"] < 7}
        ever |= rows.keys()
        operating = [row for row in rows.values() if row["status"] == OPERATING]
        expected = {
            "founded": len(ever),
            "registered": len(rows),
            "operating": len(operating),
            "jobs": sum(int(row["staff"]) for row in operating),
            "exporters": sum(int(row["exporter"]) for row in operating),
            "medium": sum(row["size_class"] == MEDIUM for row in operating),
            "revenue": sum(int(ticks(row["revenue"])) for row in operating) / TICKS,
        }
        for name, value in expected.items():
            found = model.record[f"cohort_{name}"][-1]
            if month < 4:
                assert math.isnan(found)
            else:
                assert found == pytest.approx(value * model.world.weight, rel=1e-12), (name, month)
    assert model.record["cohort_registered"][-1] < model.record["cohort_founded"][-1]


def test_a_cohort_changes_what_is_measured_and_nothing_else() -> None:
    with_it, without = run(town(**COHORT), 14), run(town(), 14)
    names = different(state(with_it), state(without))
    assert names
    assert all(name.startswith("record.cohort_") for name in names)
    assert all(
        math.isnan(value) for name in with_it.record if name.startswith("cohort") for value in without.record[name]
    )
    assert town(**COHORT).digest() != town().digest() != town(**COHORT | {"run__cohort_months": 4}).digest()


def test_a_cohort_before_the_run_is_refused() -> None:
    with pytest.raises(ScenarioError, match=r"run\.cohort: 2010-12 is before the run, allowed: from 2011-01"):
        town(run__cohort="2010-12")
    with pytest.raises(ScenarioError, match=r'run\.cohort: "soon" is not a month'):
        town(run__cohort="soon")


# --- the year-old


def test_the_year_old_are_those_counted_one_by_one() -> None:
    """Registered from December 2011 to February 2012, looked at in December 2012."""
    model = EcosystemModel(town(mechanisms__entry__ideas_per_thousand=60.0), rng=1)
    ever: set[int] = set()
    at_once: set[int] = set()
    first_staff: dict[int, int] = {}
    sales: Counter[int] = Counter()

    def watch(mechanism: str, world: World) -> None:
        if mechanism == "newborns":
            for who, row in rows_of(model).items():
                if 11 <= row["born"] <= 13:
                    ever.add(who)
                    if row["started"] == world.month:
                        first_staff[who] = int(row["staff"])
                        at_once.update([who] if row["born"] == world.month else [])
        if mechanism == "exports" and world.month > 11:
            sales.update({who: int(ticks(row["revenue"])) for who, row in rows_of(model).items() if who in ever})

    model.watchers.append(watch)
    model.run_for(24)
    record = model.record
    rows = {who: row for who, row in rows_of(model).items() if who in ever and row["status"] == OPERATING}
    sold = np.array([sales[who] / TICKS for who in rows if sales[who] / TICKS > 0.001])
    assert len(rows) > 20
    assert record["newborn_operating_at_registration"][-1] == len(at_once) / len(ever)
    assert record["newborn_operating"][-1] == len(rows) / len(ever)
    assert record["newborn_staff"][-1] == sum(int(row["staff"]) for row in rows.values()) / len(rows)
    assert record["newborn_staff_start"][-1] == sum(first_staff[who] for who in rows) / len(rows)
    assert record["newborn_with_revenue"][-1] == len(sold) / len(rows)
    assert record["newborn_revenue_median"][-1] == pytest.approx(np.median(sold), rel=1e-12)
    assert record["newborn_revenue_log_sd"][-1] == pytest.approx(np.log(sold).std(ddof=1), rel=1e-9)
    assert np.isnan(record["newborn_operating"][:23]).all()


# --- openness and gains


def test_projects_by_breadth_add_up_to_all() -> None:
    model = run(town(), 30)
    total = model.recorder.months["total"][-1]
    for kind in ("succeeded", "abandoned"):
        parts = [int(total[COUNT[f"{kind}_breadth_{breadth}"]]) for breadth in range(5)]
        assert sum(parts) == int(total[COUNT[f"projects_{kind}"]])
        assert min(parts) > 0
    rates = [model.record[f"success_rate_breadth_{breadth}"][-1] for breadth in range(5)]
    succeeded, abandoned = (int(total[COUNT[f"projects_{kind}"]]) for kind in ("succeeded", "abandoned"))
    assert min(rates) < succeeded / (succeeded + abandoned) < max(rates)


def with_success(rates: list[float], ended: list[int]) -> EcosystemModel:
    """A world whose count of projects is made by hand."""
    model = run(nation(), 1)
    total = model.recorder.months["total"]
    for breadth, (rate, number) in enumerate(zip(rates, ended, strict=True)):
        total[0, COUNT[f"succeeded_breadth_{breadth}"]] = round(rate * number)
        total[0, COUNT[f"abandoned_breadth_{breadth}"]] = number - round(rate * number)
    return model


@pytest.mark.parametrize("peak", [1.0, 2.0, 2.76, 3.5])
def test_the_peak_of_a_parabola_is_found(peak: float) -> None:
    rates = [0.6 - 0.04 * (breadth - peak) ** 2 for breadth in range(5)]
    model = with_success(rates, [40_000, 90_000, 30_000, 200_000, 10_000])
    assert model.record["openness_peak"][-1] == pytest.approx(peak / 4.0, abs=2e-3)


def test_the_peak_is_that_of_weighted_least_squares() -> None:
    rates, ended = [0.2, 0.31, 0.35, 0.30, 0.28], [1000, 400, 800, 200, 100]
    a, b, _ = np.polyfit(range(5), rates, 2, w=np.sqrt(ended))
    assert with_success(rates, ended).record["openness_peak"][-1] == pytest.approx(-b / (2.0 * a) / 4.0, rel=1e-9)


@pytest.mark.parametrize(
    "rates", [[0.4, 0.3, 0.2, 0.3, 0.4], [0.1, 0.2, 0.3, 0.4, 0.5], [0.1, 0.19, 0.27, 0.34, 0.4], [0.3] * 5]
)
def test_what_has_no_peak_within_has_none(rates: list[float]) -> None:
    """The control: a valley, a line, one that rises all the way, a plain."""
    assert math.isnan(with_success(rates, [1000] * 5).record["openness_peak"][-1])


def gains(monkeypatch: pytest.MonkeyPatch, step: str) -> list[int]:
    """From now on, ticks of yearly sales times the gain in productivity and quality that a step gives."""
    found: list[int] = []

    def watching(work: Callable[[World], Any]) -> Callable[[World], None]:
        def apply(world: World) -> None:
            table = world.enterprises
            productivity, quality, revenue = table.productivity.copy(), table.quality.copy(), 12.0 * table.revenue
            work(world)
            for before, after in ((productivity, table.productivity), (quality, table.quality)):
                grown = np.flatnonzero(after != before)
                found.extend(int(ticks(revenue[i] * (after[i] / before[i] - 1.0))) for i in grown)

        return apply

    around(monkeypatch, step, watching)
    return found


def test_gains_are_those_of_productivity_and_quality_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    own, learned = gains(monkeypatch, "projects.work"), gains(monkeypatch, "absorption.learn")
    model = run(town(), 20)
    record, w = model.record, model.world.weight
    assert record["private_gain"][-1] == pytest.approx(sum(own) * w / TICKS, rel=1e-9)
    assert record["spillover_gain"][-1] == sum(learned) * w / TICKS
    assert sum(own) > 0 < sum(learned)
    assert record["social_to_private"][-1] == pytest.approx(
        1.0 + record["spillover_gain"][-1] / record["private_gain"][-1]
    )
    research, wages = (sum(record[name]) for name in ("research", "rd_wages"))
    worth = 1.0 - model.world.group("market").input_share
    assert record["private_return"][-1] == pytest.approx(worth * record["private_gain"][-1] / (research + wages))
    # What an enterprise sold in the month in which it stopped is no sales of an operating one.
    research, wages, sales = (sum(record[name][-12:]) for name in ("research", "rd_wages", "revenue"))
    assert record["rd_intensity"][-1] == pytest.approx((research + wages) / sales, rel=5e-3)


def bounded(relative: float) -> float:
    """Relative revenue per worker, within the bounds up to which wages follow it."""
    return min(4.0, max(0.02, relative))


def test_wages_of_research_are_those_of_the_teams_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of each enterprise with a project, at its own wage of a skilled one, as far as the team goes."""
    found: list[float] = []

    def watching(work: Callable[[World], Any]) -> Callable[[World], None]:
        def apply(world: World) -> None:
            labour, rules = world.group("labour"), world.rules("projects")
            paid = 0.0
            for row in rows_of(model).values():
                if row["status"] == OPERATING and row["project_began"] != NEVER:
                    relative = 12.0 * row["revenue"] / row["staff"] / world.sectors.worker_revenue[int(row["sector"])]
                    rent = 12.0 * row["revenue"] / row["staff"] / row["worker_revenue"]
                    shared = bounded(relative) / bounded(rent) ** labour.rents_kept
                    wage = world.posted.wage * labour.wage / 12.0 * shared**labour.wage_elasticity
                    most = max(2.0 * rules.team, rules.team_share * row["talent"])
                    paid += min(row["talent"], most) * wage * world.posted.talent_wage
            found.append(paid * world.weight)
            work(world)

        return apply

    around(monkeypatch, "projects.work", watching)
    model = EcosystemModel(town(), rng=1)
    model.run_for(20)
    assert model.record["rd_wages"] == pytest.approx(found, rel=1e-4)
    assert sum(found) > 0.0
    assert max(row["talent"] for row in rows_of(model).values()) > 2.0 * model.world.rules("projects").team


def test_without_projects_nobody_is_paid_for_research() -> None:
    """The control."""
    assert not any(run(town(mechanisms__projects__enabled=False), 6).record["rd_wages"])


def test_without_contacts_nothing_spills_over() -> None:
    """The control."""
    model = run(town(mechanisms__absorption__enabled=False), 20)
    assert model.record["spillover_gain"][-1] == 0.0
    assert model.record["social_to_private"][-1] == 1.0


# --- how months and years are told


def test_a_running_total_of_twelve_months() -> None:
    assert in_a_year(np.arange(1, 31).cumsum()).tolist() == [sum(range(max(1, k - 11), k + 1)) for k in range(1, 31)]
    assert annual(np.array([0.0, 0.1, 1.0])) == pytest.approx([0.0, 1.0 - 0.9**12, 1.0])


@pytest.mark.parametrize(("start", "december"), [("2011-01", 11), ("2011-12", 12), ("2013-10", 14)])
def test_a_year_is_told_after_the_first_whole_one(start: str, december: int) -> None:
    """A December in the first eleven months ends no whole year."""
    model = run(nation(run__start=start), december + 3)
    values = Months(model.recorder).yearly(np.arange(december + 3.0))
    assert np.isnan(values[:december]).all()
    assert values[december:].tolist() == [december] * 3
    assert np.isnan(model.record["stop_rate_small"][:december]).all()
    assert not np.isnan(model.record["stop_rate_small"][december:]).any()


def test_who_has_left_counts_nowhere() -> None:
    model = run(town(), 20)
    table = model.enterprises
    free = int(np.count_nonzero(table.status == FREE))
    assert free > 0
    assert sum(model.record[f"registered_{name}"][-1] for name in CLASSES) == len(table) * model.world.weight


def test_a_trend_of_ideas_adds_registrations_year_by_year() -> None:
    size = {"population__enterprises": 4000}
    still, growing = (run(nation(**size | given), 36) for given in ({}, {"mechanisms.entry.ideas_growth": 0.3}))
    first, third = (
        [it.record["startups"][month + 11] - it.record["startups"][month - 1] for it in (still, growing)]
        for month in (1, 24)
    )
    assert growing.record["startups"][0] == still.record["startups"][0], "month 0 has no trend yet"
    assert first[1] / first[0] < third[1] / third[0]
    assert third[1] / third[0] == pytest.approx(1.3**2.5, rel=0.15)


def test_the_tail_of_exporters_is_that_of_their_staff() -> None:
    model = run(nation(population__enterprises=1000), 12)
    table = model.enterprises
    found = hill_exponent(table.staff[(table.status == OPERATING) & (table.exporter == 1)], top=0.25)
    assert model.record["size_tail_exporters"][-1] == pytest.approx(found)
