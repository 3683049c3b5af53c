"""A sweep: some keys moved over a design, every point on the same seeds, and what that does to the outcomes.

Its folder, ``sweep-NAME-DIGEST``, holds ``replicates.parquet`` (a row a point's digest and replicate, every outcome in
the last month), ``sweep.parquet`` (a row a point and outcome: the keys' values, mean, median, percentiles, and the
paired difference from the baseline with its 95% interval; point 0 is the baseline, the scenario as it is),
``sweep.csv`` (of it the outcomes last shown), ``scenario.toml``, figures and ``manifest.json``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from pyarrow import csv

from sim.declare import Value
from sim.formats import counted
from sim.language import tr
from sim.notebooks import in_notebooks
from sim.runs.errors import ResultError
from sim.runs.kept import Drawn
from sim.runs.options import RunOptions
from sim.runs.replicate import Cells, Model
from sim.runs.store import Store
from sim.runs.table import to_parquet
from sim.scenario import Scenario, ScenarioError, Schedule
from sim.studies.designs import (
    DESIGNS,
    Axis,
    axes,
    choice_faults,
    outcome_faults,
    points,
    refuse_contradictions,
    scheduled,
)
from sim.studies.estimators.influence import influences
from sim.studies.estimators.intervals import difference_over_months
from sim.studies.estimators.signs import CLEAR, Sign, replicate_words, sign_of, sign_words
from sim.studies.points import Point, Runs, Study, run_points

if TYPE_CHECKING:
    from pandas import DataFrame

TABLE, SHOWN = "sweep.parquet", "sweep.csv"
BASELINE = 0  # the number of the point that is the scenario as it is
LEFT_OUT = ("left_out", "left_out_value", "without", "without_low", "without_high", "hangs_on_one")
_PERCENTILES = {"p5": 5.0, "p25": 25.0, "median": 50.0, "p75": 75.0, "p95": 95.0}


@in_notebooks
@dataclass(frozen=True, eq=False)
class Sweep(Drawn):
    """A scenario run at many points, with statistics of the last month.

    Attributes
    ----------
    path
        Folder of the study.
    scenario
        The baseline.
    design
        ``grid``, ``latin`` or ``sobol``.
    axes
        The keys that are varied.
    points
        Values by key at each point; the baseline is the first.
    units
        Unit of each outcome.
    outcomes
        Outcomes to show.
    stats
        By outcome, arrays of shape (points,) in its unit: ``mean``, ``median``, ``p5``, ``p25``, ``p75``, ``p95``, the
        number of ``seeds`` with a value, the paired ``difference`` from the baseline with ``low`` and ``high``, and, as
        of a ``Difference``, ``left_out``, ``left_out_value``, ``without``, ``without_low``, ``without_high`` and
        ``hangs_on_one``.
    runs
        Values of single replicates.
    replicates
        Seeds at every point.

    Examples
    --------
    >>> found = sim.sweep("shougang", {"levers.entry_cost_cut": "0:1:3"}, replicates=2, months=12, workers=1)
    >>> found.month, found.replicates
    ('2011-12', 2)
    >>> found.stats["startups"]["difference"][0]
    np.float64(0.0)
    >>> {"point", "outcome", "mean", "difference"} <= set(found.table.columns)
    True
    """

    path: Path
    scenario: Scenario
    design: str
    axes: tuple[Axis, ...]
    points: tuple[Mapping[str, Value | None], ...]
    units: dict[str, str]
    outcomes: tuple[str, ...]
    stats: dict[str, dict[str, Cells]]
    runs: Runs

    def __repr__(self) -> str:
        points = f"{counted(len(self.points) - 1, 'point')} ({self.design})"
        return f"<Sweep of {self.scenario.name}: {points}, {counted(self.replicates, 'seed')}, {self.path}>"

    @property
    def replicates(self) -> int:
        return int(self.runs.cells.shape[1])

    @property
    def month(self) -> str:
        """The calendar month of the statistics: the last one."""
        return self.scenario.calendar(self.scenario.months - 1)

    @property
    def failures(self) -> list[dict[str, Any]]:
        """Replicates that failed."""
        return self.runs.failures

    @cached_property
    def table(self) -> DataFrame:
        """A row for each point and outcome, as pandas."""
        frame: DataFrame = sweep_table(self, tuple(self.stats)).to_pandas()
        return frame


def run_sweep(
    scenario: Scenario,
    vary: Mapping[str, str | Sequence[Value]],
    model: Model,
    options: RunOptions,
    *,
    design: str = "grid",
    samples: int | None = None,
    outcomes: Sequence[str] = (),
) -> Sweep:
    """Run a sweep in its folder under ``out`` and write its tables.

    ScenarioError with every fault of keys, values, design and outcomes; TooLarge where it takes long and is not
    ``allow_long``.
    """
    lines = _checked(scenario, vary, design, outcomes, model)
    changes = points(lines, design, samples, scenario.seed)
    refuse_contradictions(Point(scenario, it).scenario for it in changes)
    for key in scheduled(lines, scenario):
        options.watcher.say(tr("{key}: its schedule gives way to one value over all months", key=key))
    asked = {
        "design": design,
        "keys": [axis.asked() for axis in lines],
        "points": [list(it.values()) for it in changes],
    }
    study = Study("sweep", scenario, asked, [Point(scenario, it) for it in ({}, *changes)])
    runs = run_points(study, model, options)
    if not np.isfinite(runs.cells[BASELINE]).any():
        raise ResultError(f"{runs.path}: no replicate of the baseline is finished, so there is nothing to differ from")
    keys = [axis.key for axis in lines]
    own = {key: None if isinstance(value := scenario.values[key], Schedule) else value for key in keys}
    made = Sweep(
        path=runs.path,
        scenario=scenario,
        design=design,
        axes=tuple(lines),
        points=(own, *changes),
        units={name: it.unit for name, it in model.outcomes.items()},
        outcomes=tuple(outcomes),
        stats={name: statistics(runs.cells[:, :, index]) for index, name in enumerate(model.outcomes)},
        runs=runs,
    )
    files = {TABLE: to_parquet(sweep_table(made, tuple(made.stats))), SHOWN: _csv(made)}
    Store(made.path).ensure(files, options.watcher.say)
    return made


def statistics(cells: Cells) -> dict[str, Cells]:
    """One outcome (points x replicates, NaN without a value) in a few numbers by point, differences from point 0."""
    finite = np.isfinite(cells)
    seeds = finite.sum(axis=1)
    some = seeds > 0
    found = {name: np.full(len(cells), np.nan) for name in ("mean", *_PERCENTILES)}
    if some.any():
        found["mean"][some] = np.nanmean(cells[some], axis=1)
    whole = some & ~np.isnan(cells).any(axis=1)  # the percentiles of these are the same bits without a call for each
    for rows, percentile in ((whole, np.percentile), (some & ~whole, np.nanpercentile)):
        if rows.any():
            bands = percentile(cells[rows], [*_PERCENTILES.values()], axis=1)
            for name, values in zip(_PERCENTILES, bands, strict=True):
                found[name][rows] = values
    baseline = np.broadcast_to(cells[BASELINE][:, None], cells.T.shape)
    difference = difference_over_months(baseline, cells.T, paired=True)  # points stand where months do elsewhere
    interval = {"difference": difference.mean, "low": difference.low, "high": difference.high}
    return {**found, "seeds": seeds.astype(np.float64), **interval, **_left_out(cells - cells[BASELINE])}


def _left_out(differences: Cells) -> dict[str, Cells]:
    """At each point the replicate on which the difference depends most; NaN below six seeds."""
    found = influences(differences.T)
    return dict(
        zip(
            LEFT_OUT,
            (np.where(found.replicate < 0, np.nan, found.replicate), found.value, *found.without, found.decides * 1.0),
            strict=True,
        )
    )


def verdict_at(stats: Mapping[str, Cells], at: int) -> str:
    """What can be said of the difference at a point, as a ``Difference`` says it."""
    return sign_words(
        _sign_at(stats, at), replicate_words(int(stats["left_out"][at])) if stats["hangs_on_one"][at] else None
    )


def is_told_at(stats: Mapping[str, Cells], at: int) -> bool:
    """Whether the interval at a point leaves 0 out, whichever seed is left out."""
    return _sign_at(stats, at) in CLEAR and not stats["hangs_on_one"][at]


def _sign_at(stats: Mapping[str, Cells], at: int) -> Sign:
    return sign_of(*(float(stats[it][at]) for it in ("difference", "low", "high")))


def sweep_table(sweep: Sweep, names: Sequence[str]) -> pa.Table:
    """The table of some outcomes, sorted by outcome and point."""
    count = len(sweep.points)
    columns: dict[str, Any] = {"point": np.tile(np.arange(count), len(names))}
    for axis in sweep.axes:
        columns[axis.key] = pa.array([point[axis.key] for point in sweep.points] * len(names))
    columns["outcome"] = pa.array([name for name in names for _ in range(count)], pa.string())
    columns["unit"] = pa.array([sweep.units[name] for name in names for _ in range(count)], pa.string())
    for name in ("mean", *_PERCENTILES, "difference", "low", "high", *LEFT_OUT):
        columns[name] = np.concatenate([sweep.stats[outcome][name] for outcome in names])
    columns["seeds"] = np.concatenate([sweep.stats[outcome]["seeds"] for outcome in names]).astype(np.int64)
    return pa.table(columns)


def _csv(sweep: Sweep) -> bytes:
    sink = pa.BufferOutputStream()
    csv.write_csv(sweep_table(sweep, sweep.outcomes), sink)
    return bytes(sink.getvalue())


def _checked(
    scenario: Scenario, vary: Mapping[str, str | Sequence[Value]], design: str, outcomes: Sequence[str], model: Model
) -> list[Axis]:
    faults = [*choice_faults("--design", design, DESIGNS), *outcome_faults("--outcome", outcomes, model.outcomes)]
    try:
        found = axes(vary, scenario, design)
    except ScenarioError as error:
        raise ScenarioError([*error.faults, *faults]) from None
    if faults:
        raise ScenarioError(faults)
    return found
