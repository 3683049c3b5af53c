"""Calibration: keys moved until outcomes meet their targets, and how far each could be moved from there.

A candidate is a value for every key. It is tried on the same seeds as every other, in every scenario that has a target;
its misfit is the sum over targets of weight x ((mean over seeds - value) / tolerance)^2. First optuna's tree-structured
Parzen estimator (Bergstra et al. 2011, "Algorithms for hyper-parameter optimization", NIPS 24) searches for a low
misfit; then ``posterior`` draws from the posterior that the misfit stands for. In a rotation all of that is done once
more for every group of targets, left out in turn.

Its folder, ``calibrate-NAME-DIGEST``, holds ``evaluations.parquet`` (a row a candidate: keys, mean and standard error
of every target, misfit), ``posterior.parquet`` (keys, weight), ``worlds.parquet``, ``NAME-fitted.toml``, in a rotation
``rotation.json`` and ``rotation.parquet``, figures and ``manifest.json``.
"""

from __future__ import annotations

import json
import math
import textwrap
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from sim.declare import Value
from sim.disk import write_whole
from sim.language import Sentence, later
from sim.notebooks import in_notebooks
from sim.runs.ensemble import Request, folder_name
from sim.runs.kept import Kept
from sim.runs.options import RunOptions
from sim.runs.replicate import Model
from sim.runs.seals import to_json
from sim.runs.store import Store, clean, short_digest
from sim.runs.table import to_parquet
from sim.studies.estimators.posterior import TRUSTED, Floats, Posterior, distances, quantiles, sample
from sim.studies.fitted import check_free, fitted_text
from sim.studies.questions.rotation import lies_within, rotation_json, wanted_band
from sim.studies.study_files import publish
from sim.studies.targets import FreeParameter, Target, Targets, changed, scheduled
from sim.studies.worlds import WORLDS, Worlds

if TYPE_CHECKING:
    from pandas import DataFrame

EVALUATIONS, POSTERIOR = "evaluations.parquet", "posterior.parquet"
ROTATION, ROTATION_TABLE = "rotation.json", "rotation.parquet"
AS_IT_IS, SEARCH, SAMPLE, FITTED = "as it is", "search", "posterior", "fitted"
INTERVAL = (0.05, 0.95)
AS_GOOD = 1.0  # misfit above the lowest, up to which a candidate fits as well: one standard deviation
_DIGITS = 4  # of a fitted value: more would claim more than is known

Values = Mapping[str, Value]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A candidate and its misfit.

    Attributes
    ----------
    stage
        ``as it is``, ``search``, ``posterior`` or ``fitted``.
    values
        Values by key; empty for the scenarios as they are.
    share
        Position in the unit cube, of shape (keys,).
    seeds
        Values of the targets, of shape (targets, seeds); NaN where a world has none.
    misfit
        Weighted sum over targets of squared deviations in tolerances.
    """

    stage: str
    values: Values
    share: tuple[float, ...]
    seeds: Floats
    misfit: float

    @property
    def means(self) -> list[float]:
        """Mean of each target over seeds."""
        return [_mean(row) for row in self.seeds]

    @property
    def errors(self) -> list[float]:
        """Standard errors of the means; NaN with fewer than two seeds."""
        return [_error(row) for row in self.seeds]


@dataclass(frozen=True, eq=False)
class Span:
    """A target in the posterior, in its unit.

    Attributes
    ----------
    mean, median
        Of the mean over seeds.
    low, high
        90% interval of the mean over seeds: parameters vary.
    world_low, world_high
        90% interval of single worlds: parameters and seeds vary.
    """

    mean: float
    median: float
    low: float
    high: float
    world_low: float
    world_high: float


@dataclass(frozen=True, eq=False, repr=False)
class Fit:
    """A search with its posterior.

    Attributes
    ----------
    left_out
        The group of targets that was left out; empty for none.
    evaluations
        The candidates, in the order in which they were run.
    posterior
        Points with weights.
    best
        Of the candidates that fit as well as any (``AS_GOOD``), the one nearest to the posterior's mean.
    """

    left_out: str
    evaluations: tuple[Evaluation, ...]
    posterior: Posterior
    best: Evaluation

    @property
    def sampled(self) -> list[Evaluation]:
        """The candidates of the posterior, in the order of its weights."""
        return [it for it in self.evaluations if it.stage == SAMPLE]

    def interval(self, key: str) -> tuple[float, float, float]:
        """Median and 90% interval of a key in the posterior."""
        values = np.array([float(it.values[key]) for it in self.sampled])
        low, middle, high = quantiles(values, self.posterior.weights, (INTERVAL[0], 0.5, INTERVAL[1]))
        return middle, low, high

    def span(self, index: int) -> Span:
        """Mean, median and intervals of the target at ``index``."""
        weights = self.posterior.weights
        means = np.array([it.means[index] for it in self.sampled])
        worlds = np.array([it.seeds[index] for it in self.sampled])
        known = np.isfinite(means) & (weights > 0)
        mean = float(np.sum(weights[known] * means[known]) / np.sum(weights[known])) if known.any() else math.nan
        low, middle, high = quantiles(means, weights, (INTERVAL[0], 0.5, INTERVAL[1]))
        outer = quantiles(worlds.reshape(-1), np.repeat(weights, worlds.shape[1]) / worlds.shape[1], INTERVAL)
        return Span(mean, middle, low, high, *outer)


@in_notebooks
@dataclass(frozen=True, eq=False)
class Calibration(Kept):
    r"""A calibration: fitted values and an approximate posterior.

    Attributes
    ----------
    path
        Folder of the study.
    targets
        The targets, and the keys that were moved.
    fit
        The fit to all targets.
    rotation
        With ``rotate``: a fit without each group of targets.
    manifest
        What ``manifest.json`` holds.

    Examples
    --------
    >>> lines = [
    ...     '[keys."mechanisms.entry.ideas_per_thousand"]', "low = 0.3", "high = 2.0",
    ...     "[targets.startups]", 'outcome = "startups"', 'months = "2011-12"', "value = 180", "tolerance = 10",
    ... ]
    >>> _ = Path("targets.toml").write_text("\n".join(lines))
    >>> found = sim.calibrate("shougang", "targets.toml", budget=12, replicates=2, workers=1)
    >>> found.posterior.columns.tolist()
    ['mechanisms.entry.ideas_per_thousand', 'weight']
    >>> [file.name for file in found.scenario_files]
    ['shougang-fitted.toml']
    """

    path: Path
    targets: Targets
    fit: Fit
    rotation: tuple[Fit, ...]
    manifest: dict[str, Any]

    def __repr__(self) -> str:
        keys = textwrap.shorten(", ".join(self.fitted), 80, placeholder=" ...")
        return f"<Calibration of {keys}: misfit {self.fit.best.misfit:.3g}, {self.path}>"

    @property
    def fitted(self) -> Values:
        """Fitted values, to four digits."""
        return self.fit.best.values

    @property
    def scenario_files(self) -> list[Path]:
        """The fitted scenarios."""
        return [self.path / name for name in self.manifest["outputs"] if name.endswith(".toml")]

    @property
    def posterior(self) -> DataFrame:
        """A row for each sample as pandas: keys and ``weight``."""
        frame: DataFrame = _posterior_table(self.targets, self.fit, "").to_pandas()
        return frame

    @property
    def evaluations(self) -> DataFrame:
        """A row for each candidate, as pandas."""
        frame: DataFrame = _evaluations_table(self.targets, (self.fit, *self.rotation)).to_pandas()
        return frame


def run_calibration(
    targets: Targets,
    model: Model,
    options: RunOptions,
    *,
    rotate: bool = False,
    out_scenario: Path | None = None,
) -> Calibration:
    """Run a calibration in its folder under ``out``; ``out_scenario`` is another file for the fitted scenario.

    ScenarioError where that one may not be written; TooLarge where it takes long and is not ``allow_long``.
    """
    watcher = options.watcher
    base = targets.scenarios[targets.base]
    if out_scenario is not None:
        check_free(out_scenario, base)
    for remark in scheduled(targets.keys, targets.scenarios):
        watcher.say(remark)
    design = _design(targets, rotate=rotate)
    digest = _digest(targets, design, model.version)
    store = Store(options.out / f"calibrate-{folder_name(base.name)}-{digest}")
    with store.locked(watcher.say):
        if options.fresh:
            store.clear()
        began = time.perf_counter()
        groups, settings = targets.groups if rotate else (), targets.settings
        tried = settings.budget + 2 + len(groups) * (settings.rotated + 1)
        expected = len(_candidate_worlds(targets, {})) * settings.replicates * tried
        worlds = Worlds(targets.scenarios, targets.readings, model, store, options, expected=expected)
        watcher.begin(f"calibrate {base.name}", 0, expected)
        try:
            fits = [_fit(targets, worlds)]
            fits += [_fit_without(targets, worlds, fits[0], group) for group in groups]
        finally:
            watcher.end()
        files = _files(targets, fits, store.path, model.version)
        files[WORLDS] = worlds.parquet()
        manifest = _publish(store, targets, design, digest, model, fits, worlds, files,
                            time.perf_counter() - began, options.workers.count)  # fmt: skip
    if out_scenario is not None:
        said = intervals(targets, fits[0])
        text = fitted_text(targets, fits[0].best.values, said, base.name, out_scenario.parent, store.path.name)
        write_whole(out_scenario, text.encode())
    return Calibration(store.path, targets, fits[0], tuple(fits[1:]), manifest)


def intervals(targets: Targets, fit: Fit) -> dict[str, tuple[float, float, float]]:
    """Median and 90% interval of every key."""
    return {it.key: fit.interval(it.key) for it in targets.keys}


METHOD = later("optuna TPE, then population Monte Carlo with a Gaussian kernel (see sim.studies.estimators.posterior)")
TRUST = {
    "few": later(
        "the posterior's effective sample size is {size}, below {least}: too small to trust the ends of its intervals; "
        "a larger budget helps"
    ),
    "misfit": later(
        "the misfit of the fit is {misfit}, well above {weight}, one tolerance a target: the targets are not met "
        "together within these ranges"
    ),
    "error": later(
        "{target}: the standard error over seeds is {part} of the tolerance, more than half: more replicates help"
    ),
    "low": later("{key}: the fitted value is at the low end of its range, which cuts it off"),
    "high": later("{key}: the fitted value is at the high end of its range, which cuts it off"),
}


def trust(fit: Fit, targets: Targets) -> list[Sentence]:
    """What speaks against a fit, in words; nothing where all is well."""
    said = []
    effective = fit.posterior.effective
    if effective < TRUSTED:
        said.append(later(TRUST["few"], size=f"{effective:.0f}", least=f"{TRUSTED:.0f}"))
    weight = sum(it.weight for it in targets.targets if it.group != fit.left_out)
    if fit.best.misfit > 2 * max(weight, 1.0):
        said.append(later(TRUST["misfit"], misfit=f"{fit.best.misfit:.3g}", weight=f"{weight:g}"))
    for target, error in zip(targets.targets, fit.best.errors, strict=True):
        if error > target.tolerance / 2:
            part = error / target.tolerance
            said.append(later(TRUST["error"], target=target.name, part=f"{part:.2g}"))
    for key in targets.keys:
        share = key.share(float(fit.best.values[key.key]))
        if not 0.02 < share < 0.98:
            said.append(later(TRUST["low" if share < 0.5 else "high"], key=key.key))
    return said


# --- one fit


class _Trials:
    """Candidates that were tried for some of the targets, and a way to try more of them."""

    def __init__(self, targets: Targets, worlds: Worlds, left_out: str, known: Sequence[Evaluation] = ()) -> None:
        self._targets, self._worlds, self.left_out = targets, worlds, left_out
        self._weights = [0.0 if it.group == left_out else it.weight for it in targets.targets]
        self.found = [replace(it, misfit=_misfit(targets, self._weights, it.seeds)) for it in known]

    def of(self, stage: str) -> list[Evaluation]:
        return [it for it in self.found if it.stage == stage]

    def add(self, stage: str, candidates: Sequence[tuple[Values, tuple[float, ...]]]) -> list[Evaluation]:
        """Try candidates, values with their shares of the ranges."""
        self.found.extend(_evaluate(self._targets, self._worlds, self._weights, stage, candidates))
        return self.found[-len(candidates) :]

    def at(self, stage: str, shares: Sequence[tuple[float, ...]]) -> list[Evaluation]:
        """Try candidates so far along their ranges."""
        keys = self._targets.keys
        return self.add(stage, [({it.key: it.at(x) for it, x in zip(keys, one, strict=True)}, one) for one in shares])

    def off(self, tried: Sequence[Evaluation]) -> Floats:
        """Deviations whose squares make up the misfit, candidates x targets."""
        counted = [index for index, weight in enumerate(self._weights) if weight > 0]
        roots = [math.sqrt(self._weights[index]) for index in counted]
        return np.array([
            [root * self._targets.targets[at].deviation(it.means[at]) for root, at in zip(roots, counted, strict=True)]
            for it in tried
        ])  # fmt: skip

    def sampled(self, size: int, before: Posterior | None = None) -> Posterior:
        """Try so many more candidates of the posterior; those of the one ``before`` are among what is known."""
        settings, searched, counted = self._targets.settings, self.of(SEARCH), self.of(SAMPLE)
        return sample(
            lambda points: self.off(self.at(SAMPLE, [tuple(map(float, row)) for row in points])),
            np.array([it.share for it in searched]),
            self.off(searched),
            size,
            settings.generations,
            settings.seed,
            (before, self.off(counted)) if before else None,
        )

    def fit(self, posterior: Posterior) -> Fit:
        """With the best candidate once more in few digits."""
        sampled = self.of(SAMPLE)
        tried = [*self.of(SEARCH), *sampled]
        lowest = min(it.misfit for it in tried)
        good = [it for it in tried if it.misfit <= lowest + AS_GOOD]
        shares = np.array([it.share for it in good]), np.array([it.share for it in sampled])
        best = good[int(np.argmin(distances(*shares, posterior.weights)))]
        rounded = {it.key: _rounded(it, best.values[it.key]) for it in self._targets.keys}
        (last,) = self.add(FITTED, [(rounded, best.share)])
        return Fit(self.left_out, tuple(self.found), posterior, last)


def _fit(targets: Targets, worlds: Worlds) -> Fit:
    """Search, then the posterior."""
    trials, settings = _Trials(targets, worlds, left_out=""), targets.settings
    trials.add(AS_IT_IS, [({}, ())])
    _search(targets, lambda shares: [it.misfit for it in trials.at(SEARCH, shares)])
    return trials.fit(trials.sampled(settings.budget - settings.searched))


def _fit_without(targets: Targets, worlds: Worlds, whole: Fit, left_out: str) -> Fit:
    """The posterior of the targets without a group, gone on with from what was run for all of them."""
    trials = _Trials(targets, worlds, left_out, [it for it in whole.evaluations if it.stage != FITTED])
    return trials.fit(trials.sampled(targets.settings.rotated, whole.posterior))


def _search(targets: Targets, tried: Callable[[list[tuple[float, ...]]], list[float]]) -> None:
    """Optuna's search in the unit cube: what it asks for hangs on the seed and on what it was told before, alone."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    keys, settings = targets.keys, targets.settings
    sampler = optuna.samplers.TPESampler(
        seed=settings.seed % 2**32, multivariate=True, constant_liar=True,
        n_startup_trials=max(2, min(settings.searched // 3, 4 * len(keys) + 8)),
    )  # fmt: skip
    study = optuna.create_study(sampler=sampler)
    cube: dict[str, optuna.distributions.BaseDistribution] = {
        it.key: optuna.distributions.FloatDistribution(0.0, 1.0) for it in keys
    }
    own = {it: targets.as_it_is(it) for it in keys}
    study.enqueue_trial({it.key: 0.5 if math.isnan(value) else it.share(value) for it, value in own.items()})
    done = 0
    while done < settings.searched:
        trials = [study.ask(cube) for _ in range(min(settings.batch, settings.searched - done))]
        misfits = tried([tuple(float(trial.params[it.key]) for it in keys) for trial in trials])
        for trial, misfit in zip(trials, misfits, strict=True):
            study.tell(trial, misfit)
        done += len(trials)


def _rounded(key: FreeParameter, value: Value) -> Value:
    """A fitted value in as many digits as it deserves."""
    return value if key.whole else min(max(float(f"{value:.{_DIGITS}g}"), key.low), key.high)


def _candidate_worlds(targets: Targets, values: Values) -> list[tuple[str, Values]]:
    """Every scenario that a candidate is tried in, with its values there."""
    needed = dict.fromkeys(name for it in targets.targets for name in (it.scenario, it.against) if name)
    return [(name, changed(targets.keys, values, name) if values else {}) for name in needed]


def _evaluate(
    targets: Targets, worlds: Worlds, weights: Sequence[float], stage: str,
    candidates: Sequence[tuple[Values, tuple[float, ...]]],
) -> list[Evaluation]:  # fmt: skip
    """Try candidates, all of them at once so that no core waits."""
    asked = [_candidate_worlds(targets, values) for values, _ in candidates]
    read = iter(worlds.of([it for one in asked for it in one]))
    found = []
    for (values, share), one in zip(candidates, asked, strict=True):
        by_scenario = {name: np.array(next(read)) for name, _ in one}
        seeds = np.array([_measured(targets, it, by_scenario) for it in targets.targets])
        found.append(Evaluation(stage, values, share, seeds, _misfit(targets, weights, seeds)))
    return found


def _misfit(targets: Targets, weights: Sequence[float], seeds: Floats) -> float:
    return math.fsum(
        weight * square(target.deviation(_mean(row)))
        for weight, target, row in zip(weights, targets.targets, seeds, strict=True)
        if weight > 0
    )


def _measured(targets: Targets, target: Target, worlds: Mapping[str, Floats]) -> Floats:
    """A target's number on every seed."""
    column = targets.readings.index(target.reading)
    value = worlds[target.scenario][:, column]
    if not target.against:
        return value
    other = worlds[target.against][:, column]
    if target.form == "difference":
        return value - other
    return np.divide(value - other, other, out=np.full_like(value, np.nan), where=other != 0)


def square(x: float) -> float:
    return x * x


def _mean(row: Floats) -> float:
    finite = [float(x) for x in row if math.isfinite(x)]
    return math.fsum(finite) / len(finite) if finite else math.nan


def _error(row: Floats) -> float:
    finite = [float(x) for x in row if math.isfinite(x)]
    if len(finite) < 2:
        return math.nan
    mean = math.fsum(finite) / len(finite)
    return math.sqrt(math.fsum(square(x - mean) for x in finite) / (len(finite) - 1) / len(finite))


# --- what is written


def _design(targets: Targets, *, rotate: bool) -> dict[str, Any]:
    settings = asdict(targets.settings)
    if not (rotate and settings["rotation_budget"]):
        del settings["rotation_budget"]  # it changes nothing
    return {
        "settings": settings,
        "keys": {it.key: it.asked() for it in targets.keys},
        "targets": {it.name: it.asked() for it in targets.targets},
        "rotate": rotate,
    }


def _digest(targets: Targets, design: Mapping[str, Any], version: str) -> str:
    """Of all that can change a number of the calibration, ten digits."""
    bases = {name: Request(it, version).digest for name, it in targets.scenarios.items()}
    return short_digest(("calibrate", bases, design))


def _files(targets: Targets, fits: Sequence[Fit], path: Path, version: str) -> dict[str, bytes]:
    fit = fits[0]
    files = {
        EVALUATIONS: to_parquet(_evaluations_table(targets, fits)),
        POSTERIOR: to_parquet(_posterior_table(targets, fit, path.name)),
    }
    said = intervals(targets, fit)
    for name in dict.fromkeys(name for it in targets.keys for name in it.scenarios):
        files[f"{name}-fitted.toml"] = fitted_text(targets, fit.best.values, said, name, path, path.name).encode()
    if len(fits) > 1:
        rows = rotation_rows(targets, fit, fits[1:])
        files[ROTATION] = to_json(clean(rotation_json(targets, rows, version)))
        files[ROTATION_TABLE] = to_parquet(pa.Table.from_pylist([_flat(row) for row in rows]))
    return files


def rotation_rows(targets: Targets, fit: Fit, rotation: Sequence[Fit]) -> list[dict[str, Any]]:
    """Of every target what the fit to all gives, and what the fit without its group predicts."""
    without = {it.left_out: it for it in rotation}
    rows = []
    for index, it in enumerate(targets.targets):
        fold = without[it.group]
        wanted = wanted_band(it.asked())
        fitted, predicted = asdict(fit.span(index)), asdict(fold.span(index))
        rows.append({
            "target": it.name, "title": it.title, "fact": it.fact, "unit": it.unit, **it.asked(),
            "wanted": [*wanted],
            "fitted": fitted | {"within": lies_within(wanted, fitted["median"]), "ess": fit.posterior.effective},
            "predicted": predicted | {
                "within": lies_within(wanted, predicted["median"]), "ess": fold.posterior.effective,
            },
        })  # fmt: skip
    return rows


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            flat |= {f"{name}_{inner}": it for inner, it in value.items()}
        elif isinstance(value, list):
            flat |= {f"{name}_low": value[0], f"{name}_high": value[1]}
        else:
            flat[name] = value
    return flat


def _evaluations_table(targets: Targets, fits: Sequence[Fit]) -> pa.Table:
    rows = [(fit.left_out, number, it) for fit in fits for number, it in enumerate(fit.evaluations)]
    columns: dict[str, Any] = {
        "left_out": pa.array([it[0] for it in rows], pa.string()),
        "number": pa.array([it[1] for it in rows], pa.int64()),
        "stage": pa.array([it[2].stage for it in rows], pa.string()),
    }
    for key in targets.keys:
        columns[key.key] = pa.array(
            [it.values.get(key.key) for _, _, it in rows], pa.int64() if key.whole else pa.float64()
        )
    columns["misfit"] = pa.array([it.misfit for _, _, it in rows], pa.float64())
    means, errors = [it.means for _, _, it in rows], [it.errors for _, _, it in rows]
    for index, target in enumerate(targets.targets):
        columns[target.name] = pa.array([it[index] for it in means], pa.float64())
        columns[f"{target.name} error"] = pa.array([it[index] for it in errors], pa.float64())
    return pa.table(columns)


def _posterior_table(targets: Targets, fit: Fit, folder: str) -> pa.Table:
    """Sorted by the keys' values; the metadata tell in which scenarios a key is moved."""
    keys = [it.key for it in targets.keys]
    rows = sorted(
        (tuple(it.values[key] for key in keys), float(weight))
        for it, weight in zip(fit.sampled, fit.posterior.weights, strict=True)
        if weight > 0
    )
    columns: dict[str, Any] = {
        it.key: pa.array([row[0][index] for row in rows], pa.int64() if it.whole else pa.float64())
        for index, it in enumerate(targets.keys)
    }
    columns["weight"] = pa.array([row[1] for row in rows], pa.float64())
    moved = {it.key: {"scenarios": [*it.scenarios], "inherited": it.inherited} for it in targets.keys}
    return pa.table(columns).replace_schema_metadata({"moved": json.dumps(moved), "calibration": folder})


def _publish(
    store: Store, targets: Targets, design: Mapping[str, Any], digest: str, model: Model, fits: Sequence[Fit],
    worlds: Worlds, files: Mapping[str, bytes], seconds: float, workers: int,
) -> dict[str, Any]:  # fmt: skip
    fit = fits[0]
    said = intervals(targets, fit)
    about = {
        "kind": "calibrate",
        "name": targets.base,
        "title": targets.title,
        "digest": digest,
        "model": model.version,
        "method": METHOD,
        "optuna": metadata.version("optuna"),
        "scenarios": {name: it.digest() for name, it in targets.scenarios.items()},
        "design": design,
        "units": {it.name: it.unit for it in targets.targets},
        "fitted": {key: {"value": value, "median": said[key][0], "low": said[key][1], "high": said[key][2]}
                   for key, value in fit.best.values.items()},
        "misfit": clean({"as it is": fit.evaluations[0].misfit, "fitted": fit.best.misfit}),
        "effective_sample_size": fit.posterior.effective,
        "acceptance": fit.posterior.acceptance,
        "tempers": list(fit.posterior.tempers),
        "remarks": trust(fit, targets),
    }  # fmt: skip
    return publish(store, about, targets.scenarios[targets.base].catalogue, worlds, files, seconds, workers)
