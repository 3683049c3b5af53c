"""Which mix of levers gives most: a search on common seeds, the best run again on others, and how robust it is.

First mixes are tried within the levers' ranges, all on the same seeds (``sim.studies.estimators.search``). The highest
of many means is too high: it was chosen because the seeds of the search helped it. So the best mixes, and some of the
frontier of cost against outcome, are run again on fresh seeds, and what is said of them is of these alone. Last the
best mixes, and the scenario as it is, run at draws of the posterior and of the assumptions: the regret is what the
chosen one misses there.

The folder, ``seek-NAME-DIGEST``, holds ``mixes.parquet`` (a row a mix that was tried: levers, means, what was found on
fresh seeds), ``seek.json`` (the answer), ``mixes-worlds.parquet``, ``scenario.toml``, figures and ``manifest.json``.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from sim.declare import Value
from sim.language import later, tr
from sim.notebooks import in_notebooks
from sim.renamed import FormerName
from sim.runs.ensemble import folder_name
from sim.runs.errors import NothingRan
from sim.runs.kept import Kept
from sim.runs.options import RunOptions
from sim.runs.replicate import Cells, Model
from sim.runs.seals import to_json
from sim.runs.store import SCENARIO, Store, clean, short_digest
from sim.runs.table import to_parquet
from sim.scenario import Schedule
from sim.studies.aims import Aim
from sim.studies.appraisal.totals import COST, totals
from sim.studies.appraisal.treated import FREE
from sim.studies.designs import Axis, scheduled
from sim.studies.estimators.choice import Regret, beaten, first_unbeaten, regret, seeds_to_tell, told
from sim.studies.estimators.intervals import Interval
from sim.studies.estimators.search import Score, Shares, apart, frontier, ranking, search, spread
from sim.studies.estimators.verdicts import effect
from sim.studies.followed_worlds import MIXES, FollowedWorlds
from sim.studies.mixes import Question, Values, draws_of, own_shares, rounded
from sim.studies.points import Point
from sim.studies.study_files import about_study, digest_of_study, publish

if TYPE_CHECKING:
    from pandas import DataFrame

ANSWER, TABLE = "seek.json", "mixes.parquet"
SAMPLES, REPLICATES, CONFIRM, DRAWS = 64, 8, 20, 12
FINALISTS = 4  # mixes among which the best is chosen
FRONTIER = 6  # mixes of the frontier that are run on fresh seeds
DRAW_SEEDS = 3  # of every candidate in every draw
SAID = {  # why no mix is named, and remarks: they are stored in English, and pages look them up here
    "none": later("on fresh seeds none of the best mixes is within the limits"),
    "beyond": later("on fresh seeds the means of the best mixes are beyond a limit, though within its noise"),
    "nothing": later("none of the mixes changes {outcome} on any seed"),
    "worse": later("no mix is better than the scenario as it is: the best has {outcome} that is worse"),
    "seeds": later(
        "noise hides it: the best mix cannot be told from the scenario as it is on {count} seeds; about {needed} would "
        "be needed if it is as large as it looks"
    ),
    "noise": later("noise hides it: the best mix cannot be told from the scenario as it is on {count} seeds"),
    "doubt": later("the interval of {names} goes beyond its limit"),
    "no value": later("no mix has a value on any seed"),
    "nearest": later("no mix within these ranges is within the limits; the nearest has {limits}"),
    "posterior": later("{left} of {count} draws of the posterior cannot be, or failed: left out"),
    "assumptions": later("{left} of {count} draws of the assumptions cannot be, or failed: left out"),
    "free": later("the model charges nobody for {levers}: its cost is not in the frontier"),
    "and": later("{one}; {others}"),  # of limits, of which each is one of the next two
    "at most": later("{outcome} {found}, asked for at most {value}"),
    "at least": later("{outcome} {found}, asked for at least {value}"),
}


class Measured(NamedTuple):
    """A mix on some seeds: each an array with a value for each seed, NaN where there is none."""

    net: Cells  # of the aim, less that of the scenario as it is
    level: Cells  # of the aim
    cost: Cells
    bounded: tuple[Cells, ...]  # what the bounds are on


@dataclass(frozen=True, eq=False)
class Mix:
    """A mix of levers, as found on fresh seeds. Intervals are 95%, money is million yuan.

    Attributes
    ----------
    number
        Its number among the mixes tried.
    values
        Values by key.
    net
        The aim less that of the scenario as it is, paired by seed.
    level
        The aim itself.
    cost
        The sponsors' outlay at present value; NaN where costs are not known.
    bounded
        What each limit is on, the budget first.
    searched
        The mean of ``net`` on the seeds of the search, which is too high for a mix that was chosen by it.
    """

    number: int
    values: Values
    net: Interval
    level: Interval
    cost: Interval
    bounded: tuple[Interval, ...]
    searched: float


class LeverRange(NamedTuple):
    """A lever, and how far it can be moved.

    Attributes
    ----------
    key, unit
        The lever and its unit.
    own
        Its value in the scenario as it is; None for a schedule.
    low, high
        The range that was searched; of single values the first and the last.
    best
        Its value in the best mix; None where none is named.
    good
        The values of the mixes that are as good within noise: the least and the largest, or those of single values.
    whole_range
        Whether they reach over at least nine tenths of the range.
    """

    key: str
    unit: str
    own: Value | None
    low: Value
    high: Value
    best: Value | None
    good: tuple[Value, ...]
    whole_range: bool


@in_notebooks
@dataclass(frozen=True, eq=False)
class Sought(Kept):
    """The best mix of levers, the frontier of cost against outcome, and how robust the mix is.

    Attributes
    ----------
    path
        Folder of the study.
    question
        What was asked, as checked.
    best
        The mix; None where none can be named, for the reason in ``refused``.
    refused
        Why no mix is named, in words; empty where one is.
    baseline_holds
        Whether the scenario as it is is within all limits. Where it is, a mix is named only if it is told from it.
    seeds
        About how many fresh seeds it would take to name one, where noise hides it.
    finalists
        The mixes among which the best was chosen, in the order of the search.
    frontier
        Mixes than which none gives as much at a lower cost, from cheap to dear.
    ranges
        Each lever with the values that are as good within noise.
    regrets
        What the mix misses over draws of the posterior and of the assumptions.
    tried
        The mixes of the search: values, and mean net effect, cost and whether all limits hold.
    as_good
        The numbers of those that are as good as the best within noise.
    remarks
        What speaks against the answer, in words.
    manifest
        What ``manifest.json`` holds.

    Examples
    --------
    >>> levers = {"levers.entry_cost_cut": "0:1"}
    >>> how = {"replicates": 2, "months": 12, "workers": 1}
    >>> found = sim.seek("shougang", levers, "startups", samples=8, confirm=4, robustness=0, **how)
    >>> found.best.values["levers.entry_cost_cut"] > 0.5
    True
    >>> found.mixes.columns.tolist()[:3]
    ['number', 'levers.entry_cost_cut', 'net']
    """

    path: Path
    question: Question
    best: Mix | None
    refused: str
    baseline_holds: bool
    seeds: int | None
    finalists: tuple[Mix, ...]
    frontier: tuple[Mix, ...]
    ranges: tuple[LeverRange, ...]
    regrets: tuple[Regret, ...]
    tried: tuple[dict[str, Any], ...]
    as_good: tuple[int, ...]
    remarks: tuple[str, ...]
    manifest: dict[str, Any]
    own_holds = FormerName("baseline_holds")

    def __repr__(self) -> str:
        return (
            f"<Sought: {self.question.aim.name} of {self.question.scenario.name}, {len(self.tried)} mixes, {self.path}>"
        )

    @property
    def costs(self) -> bool:
        """Whether costs are known, and some mix has one."""
        return self.question.followed and any(abs(row["cost"]) > 0 for row in self.tried)

    @property
    def mixes(self) -> DataFrame:
        """A row for each mix that was tried, as pandas."""
        frame: DataFrame = _table(self).to_pandas()
        return frame


# --- the study


def run_seek(
    question: Question, model: Model, options: RunOptions, *, samples: int = SAMPLES, confirm: int = CONFIRM,
    draws: int = DRAWS,
) -> Sought:  # fmt: skip
    """Seek the best mix, in its folder under ``out``.

    Raises
    ------
    NothingRan
        Where the scenario as it is has no value.
    TooLarge
        Where it takes long and is not ``allow_long``.
    """
    scenario, say = question.scenario, options.watcher.say
    for key in scheduled(question.levers, scenario):
        say(tr("{key}: its schedule gives way to one value over all months", key=key))
    kinds = draws_of(question, draws)
    design = _design(question, samples, confirm, kinds)
    digest = digest_of_study("seek", scenario, model.version, design)
    store = Store(options.out / f"seek-{folder_name(scenario.name)}-{digest}")
    with store.locked(say):
        if options.fresh:
            store.clear()
        began = time.perf_counter()
        count = scenario.replicates
        again = FINALISTS + (FRONTIER if question.followed else 0) + 1
        at_draws = sum(map(len, kinds.values())) * (FINALISTS + 1) * DRAW_SEEDS
        expected = (samples + 1) * count + again * confirm + at_draws
        worlds = FollowedWorlds(
            scenario, model, store, options, followed=question.followed, expected=expected,
            smaller="a smaller --samples, --replicates, --confirm or --robustness",
        )  # fmt: skip
        options.watcher.begin(f"seek {scenario.name}", 0, expected)
        try:
            found = _Seek(question, worlds, samples, confirm).run(kinds)
        finally:
            options.watcher.end()
        answer = replace(found, path=store.path)
        files = {
            TABLE: to_parquet(_table(answer)),
            ANSWER: to_json(clean(answer_json(answer))),
            MIXES: worlds.parquet(),
            SCENARIO: scenario.to_toml().encode(),
        }
        about = about_study("seek", scenario, digest, design, model)
        spent = time.perf_counter() - began
        manifest = publish(store, about, scenario.catalogue, worlds, files, spent, options.workers.count)
    return replace(answer, manifest=manifest)


class _Tried(NamedTuple):
    values: Values
    shares: Shares
    measured: Measured
    score: Score


class _Seek:
    """One search, with what was tried."""

    def __init__(self, question: Question, worlds: FollowedWorlds, samples: int, confirm: int) -> None:
        self._q, self._worlds, self._samples = question, worlds, samples
        count = question.scenario.replicates
        self._searched, self._fresh = range(count), range(count, count + confirm)
        self._tried: list[_Tried] = []
        self._base: dict[range, Cells] = {}  # the scenario as it is

    def run(self, kinds: Mapping[str, Sequence[Values]]) -> Sought:
        q = self._q
        base = self._measure([{}], self._searched)[0]
        if not np.isfinite(base.level).any():
            raise NothingRan(f"{q.scenario.name}: no seed of the scenario as it is has {q.aim.name}")
        own = own_shares(q)
        known = [(own, self._score(base))] if own is not None else []
        self._baseline_holds = self._score(base).holds
        search(len(q.levers), self._samples, q.scenario.seed, self._evaluate, known)
        scores = [it.score for it in self._tried]
        places = [it.shares for it in self._tried]
        order = ranking(scores)
        holding = _distinct([it for it in order if scores[it].holds], self._tried)
        finalists = apart(holding, places, FINALISTS)
        own_costs = q.followed and self._score(base).holds_but_cost
        line = _distinct(_beside_own(scores, own_costs), self._tried)
        wanted = list(dict.fromkeys([*finalists, *spread(line, FRONTIER)]))
        fresh = dict(zip(wanted, self._measure([self._tried[it].values for it in wanted], self._fresh), strict=True))
        remarks = _remarks(q)
        best, refused, seeds = self._chosen(finalists, fresh, order, remarks)
        good = self._as_good(best, holding)
        regrets = self._regrets(kinds, finalists, best, remarks) if best is not None else ()
        mixes = {it: self._mix(it, fresh[it]) for it in wanted}
        told_line = _on_frontier(wanted, mixes, q.sign, own_costs)
        return Sought(
            path=Path(),
            question=q,
            best=None if best is None else mixes[best],
            refused=refused,
            baseline_holds=self._baseline_holds,
            seeds=seeds,
            finalists=tuple(mixes[it] for it in finalists),
            frontier=tuple(mixes[it] for it in told_line),
            ranges=tuple(self._range(axis, best, good) for axis in q.levers),
            regrets=tuple(regrets),
            tried=tuple(self._row(number, fresh.get(number)) for number in range(len(self._tried))),
            as_good=tuple(sorted(good)),
            remarks=tuple(remarks),
            manifest={},
        )

    # --- measuring

    def _measure(self, mixes: Sequence[Values], numbers: range) -> list[Measured]:
        """Mixes on some seeds, beside the scenario as it is."""
        scenario = self._q.scenario
        if numbers not in self._base:
            (self._base[numbers],) = self._worlds.rows([Point(scenario, {})], [numbers])
        rows = self._worlds.rows([Point(scenario, mix) for mix in mixes], [numbers] * len(mixes))
        return [self._measured(self._base[numbers], it) for it in rows]

    def _measured(self, base: Cells, rows: Cells) -> Measured:
        q, names = self._q, self._worlds.outcomes
        amounts: dict[str, Cells] = {}
        if q.followed:
            amounts = totals(base[:, len(names) :], rows[:, len(names) :], q.scenario, q.assumed)

        def level(aim: Aim) -> Cells:
            return amounts[aim.name] if aim.total else rows[:, names.index(aim.name)]

        own = level(q.aim)
        net = own if q.aim.total else own - base[:, names.index(q.aim.name)]
        cost = amounts.get(COST, np.full(len(rows), np.nan))
        return Measured(net, own, cost, tuple(level(it.aim) for it in q.bounds))

    def _score(self, it: Measured) -> Score:
        means = [effect(cells).mean for cells in it.bounded]
        bounds = self._q.bounds
        over = [it.over(mean) if math.isfinite(mean) else math.inf for it, mean in zip(bounds, means, strict=True)]
        first = over[:1] if self._q.budget else [0.0]
        rest = over[1:] if self._q.budget else over
        return Score(self._q.sign * effect(it.net).mean, effect(it.cost).mean, (*first, *rest))

    def _evaluate(self, batch: Sequence[Shares]) -> list[Score]:
        mixes = [{it.key: rounded(it, it.at(x)) for it, x in zip(self._q.levers, one, strict=True)} for one in batch]
        found = self._measure(mixes, self._searched)
        scores = [self._score(it) for it in found]
        self._tried += map(_Tried, mixes, batch, found, scores)
        return scores

    # --- choosing

    def _chosen(
        self, finalists: Sequence[int], fresh: Mapping[int, Measured], order: Sequence[int], remarks: list[str]
    ) -> tuple[int | None, str, int | None]:
        """The best mix; or why none is named, and how many seeds might name one."""
        q = self._q
        if not finalists:
            return None, self._unreached(order), None
        means = {it: self._score(fresh[it]) for it in finalists}
        usable = [it for it in finalists if means[it].holds]
        if not usable:
            usable = [it for it in finalists if self._may_hold(fresh[it])]
            if not usable:
                return None, SAID["none"], None
            remarks.append(SAID["beyond"])
        values = q.sign * np.array([fresh[it].net for it in usable])
        best = usable[first_unbeaten(values, range(len(usable)))]
        net = q.sign * fresh[best].net
        if not self._baseline_holds or (told(net) and effect(net).mean > 0):
            remarks += self._in_doubt(fresh[best]) if means[best].holds else []
            return best, "", None
        if not (net[np.isfinite(net)] != 0).any():
            return None, later(SAID["nothing"], outcome=q.aim.name), None
        if told(net):
            return None, later(SAID["worse"], outcome=q.aim.name), None
        count = int(np.isfinite(net).sum())
        needed = seeds_to_tell(net)
        said = later(SAID["noise"], count=count)
        if needed:
            said = later(SAID["seeds"], count=count, needed=f"{needed:,}")
        return None, said, needed

    def _may_hold(self, it: Measured) -> bool:
        """Whether the intervals of all limits reach to what is allowed."""
        for bound, cells in zip(self._q.bounds, it.bounded, strict=True):
            found = effect(cells)
            if bound.over(found.low if bound.sign > 0 else found.high) > 0 or not math.isfinite(found.mean):
                return False
        return True

    def _in_doubt(self, it: Measured) -> list[str]:
        """The limits that may be broken: their interval goes beyond."""
        beyond = [
            bound.aim.name
            for bound, cells in zip(self._q.bounds, it.bounded, strict=True)
            if bound.over(effect(cells).high if bound.sign > 0 else effect(cells).low) > 0
        ]
        return [later(SAID["doubt"], names=", ".join(beyond))] if beyond else []

    def _unreached(self, order: Sequence[int]) -> str:
        """That no mix is within the limits, and how near the nearest comes."""
        if not order:
            return SAID["no value"]
        nearest = self._tried[order[0]].measured
        said = [
            later(SAID["at most" if it.sign > 0 else "at least"], outcome=it.aim.name,
                  found=f"{effect(cells).mean:.4g}", value=f"{it.value:g}")
            for it, cells in zip(self._q.bounds, nearest.bounded, strict=True)
            if it.over(effect(cells).mean) > 0
        ]  # fmt: skip
        limits: str = said[-1] if said else ""
        for one in reversed(said[:-1]):
            limits = later(SAID["and"], one=one, others=limits)
        return later(SAID["nearest"], limits=limits)

    def _as_good(self, best: int | None, holding: Sequence[int]) -> set[int]:
        """The mixes within the limits that the best does not distinguishably beat on the seeds of the search."""
        if best is None:
            return set()
        values = self._q.sign * np.array([self._tried[it].measured.net for it in holding])
        behind = beaten(values, list(holding).index(best))
        return {it for it, is_behind in zip(holding, behind, strict=True) if not is_behind}

    def _range(self, axis: Axis, best: int | None, good: set[int]) -> LeverRange:
        own = self._q.scenario.values[axis.key]
        low, high = (axis.levels[0], axis.levels[-1]) if axis.levels else (axis.at(0.0), axis.at(1.0))
        values = [self._tried[it].values[axis.key] for it in good]
        if axis.levels:
            some = tuple(it for it in axis.levels if it in values)
            whole = len(some) == len(axis.levels)
        else:
            numbers: Any = sorted(values, key=float)
            some = (numbers[0], numbers[-1]) if numbers else ()
            whole = bool(numbers) and numbers[-1] - numbers[0] >= 0.9 * (axis.high - axis.low)
        return LeverRange(
            axis.key, axis.unit, None if isinstance(own, Schedule) else own, low, high,
            None if best is None else self._tried[best].values[axis.key], some, whole,
        )  # fmt: skip

    # --- robustness

    def _regrets(
        self, kinds: Mapping[str, Sequence[Values]], finalists: Sequence[int], best: int, remarks: list[str]
    ) -> list[Regret]:
        mixes = [self._tried[it].values for it in finalists]
        index = list(finalists).index(best)
        seeds = self._fresh[:DRAW_SEEDS] if len(self._fresh) else self._searched[:DRAW_SEEDS]
        found = []
        for kind, drawn in kinds.items():
            values, holds = [], []
            rows = self._draws_measured(mixes, seeds, drawn)
            for row in rows:
                net = [self._q.sign * effect(it.net).mean for it in row]
                values.append([*net, *([0.0] if self._baseline_holds else [])])
                holds.append(self._score(row[index]).holds)
            if not values:
                continue
            found.append(regret(kind, np.array(values), index, holds))
            if left := len(drawn) - found[-1].draws:
                remarks.append(later(SAID[kind], left=left, count=len(drawn)))
        return found

    def _draws_measured(
        self, mixes: Sequence[Values], seeds: Sequence[int], drawn: Sequence[Values]
    ) -> list[list[Measured]]:
        """All mixes at all draws, as one queue of worlds."""
        scenario = self._q.scenario
        points = [Point(scenario, {**draw, **mix}) for draw in drawn for mix in ({}, *mixes)]
        rows = self._worlds.rows(points, [seeds] * len(points))
        each = len(mixes) + 1
        return [[self._measured(rows[at], row) for row in rows[at + 1 : at + each]] for at in range(0, len(rows), each)]

    # --- what is told

    def _mix(self, number: int, it: Measured) -> Mix:
        tried = self._tried[number]
        return Mix(
            number, tried.values, effect(it.net), effect(it.level), effect(it.cost), tuple(map(effect, it.bounded)),
            effect(tried.measured.net).mean,
        )  # fmt: skip

    def _row(self, number: int, fresh: Measured | None) -> dict[str, Any]:
        tried = self._tried[number]
        nothing = Interval(math.nan, math.nan, math.nan)
        net = effect(fresh.net) if fresh else nothing
        return {
            "number": number,
            "values": tried.values,
            "net": effect(tried.measured.net).mean,
            "level": effect(tried.measured.level).mean,
            "cost": effect(tried.measured.cost).mean,
            "holds": tried.score.holds,
            "fresh_net": net.mean,
            "fresh_low": net.low,
            "fresh_high": net.high,
            "fresh_cost": effect(fresh.cost).mean if fresh else math.nan,
        }


def _distinct(order: Sequence[int], tried: Sequence[_Tried]) -> list[int]:
    """An order without mixes of the same values."""
    seen: dict[tuple[Value, ...], int] = {}
    for it in order:
        seen.setdefault(tuple(tried[it].values.values()), it)
    return list(seen.values())


def _on_frontier(places: Sequence[int], mixes: Mapping[int, Mix], sign: int, own: bool) -> list[int]:
    """Of mixes on fresh seeds those of the frontier."""
    scores = [Score(sign * mixes[it].net.mean, mixes[it].cost.mean) for it in places]
    return [places[it] for it in _beside_own(scores, own)]


def _beside_own(scores: Sequence[Score], own: bool) -> list[int]:
    """The frontier of scores; with ``own`` the scenario as it is, which costs and changes nothing, is one of them."""
    found = frontier([*scores, Score(0.0, 0.0)] if own else scores)
    return [it for it in found if it < len(scores)]


def _remarks(q: Question) -> list[str]:
    free = [it.key for it in q.levers if it.key in FREE]
    if not free:
        return []
    return [later(SAID["free"], levers=", ".join(free))]


# --- what is written


def _design(q: Question, samples: int, confirm: int, kinds: Mapping[str, Sequence[Values]]) -> dict[str, Any]:
    return {
        "levers": [it.asked() for it in q.levers],
        "aim": q.aim.name,
        "sign": q.sign,
        "budget": q.budget.value if q.budget else None,
        "limits": [it.asked for it in q.limits],
        "assumed": {it.name: it.value for it in q.assumed.values()},
        "samples": samples,
        "replicates": q.scenario.replicates,
        "confirm": confirm,
        "draws": {kind: [len(drawn), short_digest([dict(it) for it in drawn])] for kind, drawn in kinds.items()},
    }


def _table(it: Sought) -> pa.Table:
    rows = it.tried
    columns: dict[str, Any] = {"number": pa.array([row["number"] for row in rows], pa.int64())}
    for axis in it.question.levers:
        columns[axis.key] = pa.array([row["values"][axis.key] for row in rows])
    for name in ("net", "level", "cost", "fresh_net", "fresh_low", "fresh_high", "fresh_cost"):
        columns[name] = pa.array([row[name] for row in rows], pa.float64())
    columns["holds"] = pa.array([row["holds"] for row in rows], pa.bool_())
    columns["as_good"] = pa.array([row["number"] in it.as_good for row in rows], pa.bool_())
    return pa.table(columns)


def answer_json(it: Sought) -> dict[str, Any]:
    """The answer as one object of JSON."""
    q = it.question
    return {
        "scenario": q.scenario.name,
        "seed": q.scenario.seed,
        "replicates": q.scenario.replicates,
        "months": q.scenario.months,
        "month": q.scenario.calendar(q.scenario.months - 1),
        "aim": {"name": q.aim.name, "unit": q.aim.unit, "sign": q.sign},
        "budget": q.budget.value if q.budget else None,
        "limits": [
            {"name": one.aim.name, "unit": one.aim.unit, "kind": "at most" if one.sign > 0 else "at least",
             "value": one.value}
            for one in q.limits
        ],
        "best": it.best and mix_json(it.best, q),
        "refused": it.refused,
        "own_holds": it.baseline_holds,
        "seeds_needed": it.seeds,
        "finalists": [mix_json(one, q) for one in it.finalists],
        "frontier": [mix_json(one, q) for one in it.frontier],
        "levers": [one._asdict() for one in it.ranges],
        "regret": [one._asdict() for one in it.regrets],
        "tried": len(it.tried),
        "as_good": list(it.as_good),
        "remarks": list(it.remarks),
    }  # fmt: skip


def mix_json(it: Mix, q: Question) -> dict[str, Any]:
    """A mix in JSON."""
    return {
        "number": it.number,
        "values": dict(it.values),
        "net": it.net._asdict(),
        "level": it.level._asdict(),
        "cost": it.cost._asdict(),
        "limits": {one.aim.name: found._asdict() for one, found in zip(q.bounds, it.bounded, strict=True)},
        "searched": it.searched,
    }
