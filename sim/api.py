"""What the command line and Python share: run a scenario, compare results."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.runs.executor import Workers
from sim.runs.replicate import Model, ecosystem
from sim.runs.result import Result, find_result

if TYPE_CHECKING:
    from sim.runs.ensemble import Watcher
    from sim.scenario import Scenario
    from sim.studies.compare import Comparison

RESULTS = Path("results")


def run(
    scenario: Scenario | str | Path,
    replicates: int | None = None,
    seed: int | None = None,
    months: int | None = None,
    workers: int | Workers | None = None,
    out: str | Path | None = None,
    fresh: bool = False,
    *,
    watcher: Watcher | None = None,
    shown: Callable[[Result, Sequence[str]], None] | None = None,
) -> Result:
    """Run a scenario (or its path or name) and keep the result under ``out`` (``results/``), figures included.

    Replicates, seed and months stand for the scenario's own. What the result's folder holds already is not run
    again, unless ``fresh``. ``workers`` is a number of processes: 1 is this process, None one for each usable core.
    A failed replicate does not raise: see ``Result.failures``. ``shown`` is called with the result and
    its first outcomes before the figures are drawn. Raises ScenarioError for a scenario that cannot be used.
    """
    from sim.report.pages import draw_run
    from sim.runs.ensemble import Request, Watcher, run_ensemble

    chosen = with_run(scenario, replicates=replicates, seed=seed, months=months)
    model, watcher = ecosystem(), watcher or Watcher()
    with _opened(workers) as pool:
        result = run_ensemble(
            Request(chosen, model.version), model, Path(out or RESULTS), pool, watcher, fresh=fresh, warm=_is_warm
        )
        first = headline(chosen, model)
        if shown:
            shown(result, first)
        if result.replicates:
            draw_run(result, pool, watcher.say, first)
    return result


def compare(
    first: Result | str | Path,
    second: Result | str | Path,
    *more: Result | str | Path,
    out: str | Path | None = None,
    unpaired: bool = False,
    shown: Callable[[Comparison, Sequence[str]], None] | None = None,
) -> Comparison:
    """Compare results with the first one, paired seed by seed; table and figures are kept under ``out`` (``results/``).

    A result is given by itself, by its folder, or by its scenario's name: the newest one under ``out``. ``shown`` is
    called before the figures are drawn. Raises ResultError for what is no result, Incompatible for results that
    cannot be compared.
    """
    from sim.report.comparison import draw_comparison
    from sim.studies.compare import compare_results

    folder = Path(out or RESULTS)
    results = [it if isinstance(it, Result) else find_result(it, folder) for it in (first, second, *more)]
    model = ecosystem()
    better = {name: outcome.better for name, outcome in model.outcomes.items()}
    comparison = compare_results(results, folder, better, unpaired=unpaired)
    outcomes = headline(results[0].scenario, model)
    if shown:
        shown(comparison, outcomes)
    draw_comparison(comparison, outcomes)
    return comparison


def with_run(scenario: Scenario | str | Path, **given: int | None) -> Scenario:
    """The scenario, loaded where it is a path or name, with other ``replicates``, ``seed`` or ``months``."""
    from sim.scenario import Origin, load

    overrides: dict[str, Any] = {f"run.{name}": value for name, value in given.items() if value is not None}
    if isinstance(scenario, str | Path):
        return load(scenario, overrides)
    for key, value in overrides.items():
        _check(key, value)
    origins = {**scenario.origins, **{key: Origin("override", "run()") for key in overrides}}
    return replace(scenario, values={**scenario.values, **overrides}, origins=origins) if overrides else scenario


def headline(scenario: Scenario, model: Model) -> Sequence[str]:
    """The outcomes to show first: the scenario's own choice, else the model's."""
    return scenario.headline or [name for name, outcome in model.outcomes.items() if outcome.headline]


@contextmanager
def _opened(workers: int | Workers | None) -> Iterator[Workers]:
    if isinstance(workers, Workers):
        yield workers
        return
    with make_workers(workers) as made:
        yield made


def make_workers(count: int | None = None) -> Workers:
    """Workers that have the model from their start."""
    return Workers(count, preload=("sim.model", "sim.outcomes"))


def _is_warm() -> bool:
    from sim.compiled import is_warm

    return is_warm()


def _check(key: str, value: int) -> None:
    from sim.declare import declared
    from sim.parameters import GROUPS
    from sim.scenario import Fault, ScenarioError

    rule = declared(GROUPS["run"])[key.removeprefix("run.")]
    low, high = rule.low, rule.high
    if type(value) is not int or (low is not None and value < low) or (high is not None and value > high):
        raise ScenarioError(
            [Fault("run()", 0, key, f"{value!r} is not allowed, allowed: a whole number of {low} to {high}")]
        )
