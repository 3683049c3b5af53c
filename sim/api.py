"""What the command line and Python share: run a scenario, compare results, ask what if."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.model.catalogue import Own, model_catalogue
from sim.runs.executor import Workers
from sim.runs.pool import local_workers
from sim.runs.replicate import Model, ecosystem, refuse_missing
from sim.runs.result import Result, find_result

if TYPE_CHECKING:
    from sim.catalogue import Catalogue
    from sim.declare import Value
    from sim.report.html.writing import Written
    from sim.runs.ensemble import Watcher
    from sim.runs.posterior_sample import PosteriorSample
    from sim.scenario import Scenario
    from sim.studies.questions.calibrate import Calibration
    from sim.studies.questions.compare import Comparison
    from sim.studies.questions.explain import Explanation
    from sim.studies.questions.sensitivity import Sensitivities
    from sim.studies.questions.sweep import Sweep
    from sim.studies.questions.trace import Trace
    from sim.studies.questions.validate import Validation
    from sim.studies.questions.what_if import Variant

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
    until: int | str | None = None,
    checkpoint: bool = False,
    events: bool = False,
    figures: bool = True,
    parameters: str | None = None,
    one_seed: bool = False,
    mechanisms: Sequence[Own] = (),
    watcher: Watcher | None = None,
    shown: Callable[[Result, Sequence[str]], None] | None = None,
) -> Result:
    """Run a scenario (or its path or name) and keep the result under ``out`` (``results/``), with ``figures`` drawn.

    Replicates, seed and months stand for the scenario's own. What the result's folder holds already is not run
    again, unless ``fresh``. ``workers`` is a number of processes: 1 is this process, None one for each usable core.
    A failed replicate does not raise: see ``Result.failures``. With ``events`` the folder gets ``events.parquet``: what
    happened to which enterprise, when and by which mechanism (``sim.runs.event_log.EVENTS``). ``until`` stops after so
    many months, or before a calendar month such as ``"2015-01"``; with ``checkpoint`` the folder keeps every world as
    it is then, for ``branch``. ``parameters`` of ``posterior`` or ``posterior:FILE`` draws each replicate's from a
    posterior that ``calibrate`` left, with ``one_seed`` all on the seed of the first. ``shown`` is called with the
    result and its first outcomes before the figures are drawn.
    Raises ScenarioError for a scenario that cannot be used.
    """
    from sim.runs.batch import run_batch
    from sim.runs.branch import first_part
    from sim.runs.ensemble import Watcher

    whole = chosen = with_run(scenario, mechanisms, replicates=replicates, seed=seed, months=months)
    if until is not None:
        chosen = first_part(whole, until)
    model, watcher, folder = _model(chosen), watcher or Watcher(), Path(out or RESULTS)
    sample = _sample(parameters, chosen, one_seed=one_seed, but={"checkpoint": checkpoint, "events": events})
    with _opened(workers) as pool:
        if checkpoint:
            from sim.runs.fork import run_forked

            result = run_forked(
                chosen, model, folder, pool, watcher, whole=whole, fresh=fresh, is_compiled=_is_compiled
            )
            fresh = False
        if events:
            from sim.runs.events import run_with_events

            result = run_with_events(chosen, model, folder, pool, watcher, fresh=fresh, is_compiled=_is_compiled)
        elif not checkpoint:
            result = run_batch(
                [chosen], model, folder, pool, watcher, fresh=fresh, is_compiled=_is_compiled, sample=sample
            )[0]
        _show_run(result, headline(chosen, model), pool, watcher, shown, figures=figures)
    return result


def branch(
    past: Result | str | Path,
    settings: Mapping[str, Any] | None = None,
    *,
    replicates: int | None = None,
    months: int | None = None,
    until: int | str | None = None,
    checkpoint: bool = False,
    workers: int | Workers | None = None,
    out: str | Path | None = None,
    fresh: bool = False,
    figures: bool = True,
    mechanisms: Sequence[Own] = (),
    watcher: Watcher | None = None,
    shown: Callable[[Result, Sequence[str]], None] | None = None,
) -> Result:
    """Go on from the checkpoints of a result, with ``settings`` in force from their month on; the rest as in ``run``.

    ``past`` is a result, its folder, or a scenario's name: the newest result of it under ``out`` with checkpoints. The
    result is that of a run from the start with the settings scheduled at that month: the same folder and bytes.
    ``months`` is the length of the whole, the past's scenario's unless given. Raises ResultError where nothing can be
    gone on from, ScenarioError for settings that cannot change in a branch.
    """
    from sim.runs.branch import first_part
    from sim.runs.ensemble import Watcher
    from sim.runs.fork import find_past, run_forked

    catalogue = model_catalogue(mechanisms)
    model, watcher, folder = ecosystem(catalogue), watcher or Watcher(), Path(out or RESULTS)
    found = find_past(past, folder, model.version, catalogue)
    given = {"run.replicates": replicates, "run.months": months}
    wanted = {**(settings or {}), **{key: value for key, value in given.items() if value is not None}}
    whole = found.branch({"run.replicates": found.replicates, **wanted})
    if whole.replicates > found.replicates:
        watcher.say(f"{found.store.path}: {found.replicates} replicates there, so {found.replicates} are branched")
        whole = with_run(whole, replicates=found.replicates)
    chosen = whole if until is None else first_part(whole, until, after=found.month)
    with _opened(workers) as pool:
        result = run_forked(
            chosen, model, folder, pool, watcher, past=found, whole=whole if checkpoint else None, fresh=fresh,
            is_compiled=_is_compiled,
        )  # fmt: skip
        _show_run(result, headline(chosen, model), pool, watcher, shown, figures=figures)
    return result


def _show_run(
    result: Result,
    first: Sequence[str],
    pool: Workers,
    watcher: Watcher,
    shown: Callable[[Result, Sequence[str]], None] | None,
    *,
    figures: bool,
) -> None:
    if shown:
        shown(result, first)
    if figures and result.replicates:
        from sim.report.figures.run import draw_run

        draw_run(result, pool, watcher.say, first)


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
    from sim.report.figures.comparison import draw_comparison
    from sim.studies.questions.compare import compare_results

    folder = Path(out or RESULTS)
    results = [it if isinstance(it, Result) else find_result(it, folder) for it in (first, second, *more)]
    model = ecosystem(results[0].scenario.catalogue)
    comparison = compare_results(results, folder, _better(model), unpaired=unpaired)
    outcomes = headline(results[0].scenario, model)
    if shown:
        shown(comparison, outcomes)
    draw_comparison(comparison, outcomes, Workers(1))
    return comparison


def what_if(
    scenario: Scenario | str | Path,
    *variants: Mapping[str, Any] | Scenario | str | Path | Variant,
    until_width: Mapping[str, str | float] | Sequence[str] = (),
    at_most: int = 500,
    replicates: int | None = None,
    seed: int | None = None,
    months: int | None = None,
    parameters: str | None = None,
    one_seed: bool = False,
    workers: int | Workers | None = None,
    out: str | Path | None = None,
    mechanisms: Sequence[Own] = (),
    watcher: Watcher | None = None,
    shown: Callable[[Comparison, Sequence[str]], None] | None = None,
) -> Comparison:
    """Hold variants of a scenario against it, seed by seed; results, table and figures are kept under ``out``.

    A variant is a mapping of keys to values, or another scenario or its path or name, or a ``Variant`` with a name of
    its own; all get the scenario's seed, months and replicates, and what is overridden in the scenario is so in them.
    ``until_width`` such as ``{"startups": "5%"}`` adds replicates, ``at_most`` so many in all, until the 95% interval
    of the difference is no wider than that share of the baseline's mean (or than a number in the outcome's unit).
    ``parameters`` and ``one_seed`` are as in ``run``: a pair of worlds has the same draw.
    Raises ScenarioError with the faults of all scenarios.
    """
    from sim.report.figures.comparison import draw_comparison
    from sim.runs.batch import run_batch
    from sim.runs.ensemble import Watcher
    from sim.runs.errors import NothingRan
    from sim.studies.held import as_stored
    from sim.studies.questions.compare import compare_results
    from sim.studies.questions.what_if import Variant, asked, run_until

    if isinstance(until_width, Mapping):
        until_width = [f"{name}={width}" for name, width in until_width.items()]
    base = with_run(scenario, mechanisms, replicates=replicates, seed=seed, months=months)
    model, watcher, folder = _model(base), watcher or Watcher(), Path(out or RESULTS)
    wanted = [it if isinstance(it, Variant) else Variant(it) for it in variants]
    others, widths = asked(base, wanted, until_width, model.outcomes)
    names = [base.name, *(it.name for it in others)]
    labels = names if len(set(names)) == len(names) else None
    sample = _sample(parameters, base, one_seed=one_seed)
    held = [as_stored(it, model.version, folder, sample) for it in (base, *others)]
    with _opened(workers) as pool:

        def compared(seeds: int) -> Comparison:
            scenarios = [with_run(it, replicates=seeds) for it in held]
            results = run_batch(scenarios, model, folder, pool, watcher, is_compiled=_is_compiled, sample=sample)
            for result in results:
                if not result.replicates:
                    raise NothingRan(f"{result.path}: every replicate failed: {result.failures[0]['message']}")
            return compare_results(results, folder, _better(model), labels=labels)

        if widths:
            comparison = run_until(compared, widths, base.replicates, at_most, watcher.say)
        else:
            comparison = compared(base.replicates)
        first = headline(base, model)
        if shown:
            shown(comparison, first)
        draw_comparison(comparison, first, pool)
    return comparison


def explain(
    first: Scenario | str | Path,
    second: Scenario | str | Path,
    outcome: str,
    *,
    by: str = "group",
    pairs: int = 16,
    agreed: bool = False,
    replicates: int | None = None,
    seed: int | None = None,
    months: int | None = None,
    workers: int | Workers | None = None,
    out: str | Path | None = None,
    mechanisms: Sequence[Own] = (),
    watcher: Watcher | None = None,
    shown: Callable[[Explanation], None] | None = None,
) -> Explanation:
    """Say which of the differences between two scenarios made the difference in an outcome of the last month.

    Shapley values of the differing mechanisms, levers and places (``by="key"``: of single keys) on common seeds: they
    add up to the paired difference. Every combination of at most 8 parts is run, of more ``pairs`` orders and their
    reverses; what is under ``out`` already is not run again. Raises Incompatible for scenarios that cannot be mixed,
    TooLarge for what takes long, or of which only a sample is run, unless ``agreed``.
    """
    from sim.studies.questions.explain import explain_difference

    chosen = [with_run(it, mechanisms, replicates=replicates, seed=seed, months=months) for it in (first, second)]
    with _opened(workers) as pool:
        explanation = explain_difference(
            chosen[0], chosen[1], outcome, _model(chosen[0]), Path(out or RESULTS), pool, watcher,
            by=by, pairs=pairs, allow_long=agreed, is_compiled=_is_compiled,
        )  # fmt: skip
    if shown:
        shown(explanation)

    from sim.report.figures.explanations import draw_explanation

    draw_explanation(explanation)
    return explanation


def trace(
    first: Scenario | str | Path,
    second: Scenario | str | Path,
    *,
    seed: int | None = None,
    replicate: int = 0,
    months: int | None = None,
    out: str | Path | None = None,
    mechanisms: Sequence[Own] = (),
    shown: Callable[[Trace], None] | None = None,
) -> Trace:
    """Run one replicate of two scenarios side by side, and say where the worlds part and what comes of it for whom.

    Tables and figure are kept in ``Trace.folder`` under ``out``. Raises Incompatible where start or months differ.
    """
    from sim.studies.questions.trace import trace_worlds

    chosen = [with_run(it, mechanisms, seed=seed, months=months) for it in (first, second)]
    refuse_missing(chosen[0].catalogue)
    found = trace_worlds(chosen[0], chosen[1], replicate=replicate)
    if shown:
        shown(found)

    from sim.report.figures.traces import draw_trace

    draw_trace(found, Path(out or RESULTS) / found.folder)
    return found


def write_report(
    *results: Result | str | Path,
    out: str | Path | None = None,
    folder: str | Path | None = None,
    unpaired: bool = False,
) -> Written:
    """Write stored results as one HTML file that needs nothing else: one result, several against the first, or a study.

    Results are given as to ``compare``; a sweep, a sensitivity study or a calibration by its folder. They are looked
    for under ``folder`` (``results/``), where the report goes too unless ``out`` names a file. Raises ResultError for
    what is no result, Incompatible for results that cannot be held against one another.
    """
    from sim.report.html.writing import write

    place = Path(out) if out is not None else None
    return write(
        results,
        Path(folder or RESULTS),
        place,
        lambda it: ecosystem(it.catalogue).outcomes,
        lambda it: headline(it, ecosystem(it.catalogue)),
        unpaired=unpaired,
    )


def sweep(
    scenario: Scenario | str | Path,
    vary: Mapping[str, str | Sequence[Value]],
    design: str = "grid",
    samples: int | None = None,
    outcomes: Sequence[str] | None = None,
    *,
    replicates: int | None = None,
    seed: int | None = None,
    months: int | None = None,
    workers: int | Workers | None = None,
    out: str | Path | None = None,
    fresh: bool = False,
    yes: bool = False,
    mechanisms: Sequence[Own] = (),
    watcher: Watcher | None = None,
    shown: Callable[[Sweep], None] | None = None,
) -> Sweep:
    """Move keys over a design, every point on the same seeds, and keep the study under ``out`` (``results/``).

    ``vary`` gives each key its values, or the text ``start:stop:n``, ``a,b,c`` or, not on a grid, ``start:stop``.
    ``design`` is ``grid``, ``latin`` or ``sobol`` (of ``samples`` points). Outcomes are those of the last month; those
    to show are the scenario's main ones. Raises ScenarioError for what cannot be varied, TooLarge where more than ten
    minutes are needed and not agreed to with ``yes``.
    """
    from sim.runs.ensemble import Watcher
    from sim.studies.questions.sweep import run_sweep

    chosen = with_run(scenario, mechanisms, replicates=replicates, seed=seed, months=months)
    model, watcher = _model(chosen), watcher or Watcher()
    with _opened(workers) as pool:
        found = run_sweep(
            chosen, vary, model, Path(out or RESULTS), pool, watcher, design=design,
            samples=samples, outcomes=outcomes or headline(chosen, model), allow_long=yes, fresh=fresh,
            is_compiled=_is_compiled,
        )  # fmt: skip
    if shown:
        shown(found)

    from sim.report.figures.sweeps import draw_sweep

    draw_sweep(found, watcher.say)
    return found


def sensitivity(
    scenario: Scenario | str | Path,
    outcomes: Sequence[str] | None = None,
    method: str = "morris",
    keys: Sequence[str] = (),
    samples: int | None = None,
    against: Scenario | str | Path | None = None,
    *,
    replicates: int | None = None,
    seed: int | None = None,
    months: int | None = None,
    workers: int | Workers | None = None,
    out: str | Path | None = None,
    fresh: bool = False,
    yes: bool = False,
    mechanisms: Sequence[Own] = (),
    watcher: Watcher | None = None,
    shown: Callable[[Sensitivities], None] | None = None,
) -> Sensitivities:
    """Move every assumed or fitted parameter (or ``keys``) within its range, and say what the outcomes rest on.

    ``method`` is ``morris`` (``samples`` trajectories, 10) or ``sobol`` (a base sample of 64). With ``against`` the
    outcomes are paired differences of the scenario from that one. Every point has the same 8 ``replicates`` unless
    others are given. Kept, and refused where too large, as a sweep is.
    """
    from sim.runs.ensemble import Watcher
    from sim.studies.questions.sensitivity import REPLICATES, run_sensitivity

    given = {"replicates": REPLICATES if replicates is None else replicates, "seed": seed, "months": months}
    chosen = with_run(scenario, mechanisms, **given)
    same = given | {"seed": chosen.seed, "months": chosen.months}
    other = None if against is None else with_run(against, mechanisms, **same)
    model, watcher = _model(chosen), watcher or Watcher()
    with _opened(workers) as pool:
        found = run_sensitivity(
            chosen, outcomes or headline(chosen, model), model, Path(out or RESULTS), pool, watcher,
            method=method, keys=keys, samples=samples, against=other, allow_long=yes,
            fresh=fresh, is_compiled=_is_compiled,
        )  # fmt: skip
    if shown:
        shown(found)

    from sim.report.figures.sensitivities import draw_sensitivities

    draw_sensitivities(found, watcher.say)
    return found


def calibrate(
    scenario: Scenario | str | Path,
    targets: str | Path,
    keys: Sequence[str] = (),
    *,
    rotate: bool = False,
    budget: int | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    place: str | Path | None = None,
    workers: int | Workers | None = None,
    out: str | Path | None = None,
    fresh: bool = False,
    yes: bool = False,
    mechanisms: Sequence[Own] = (),
    watcher: Watcher | None = None,
    shown: Callable[[Calibration], None] | None = None,
) -> Calibration:
    """Move keys until outcomes meet the targets of a file, and say how far each could be moved from there.

    ``keys`` choose among the file's keys, or add one as ``KEY=low:high``; ``budget`` candidates are tried, each on the
    same ``replicates`` seeds; ``rotate`` does it once more without each group of targets, and predicts that. The fitted
    scenario is in the study's folder under ``out`` (``results/``), and at ``place`` where that is given. Kept, and
    refused where too large, as a sweep is. Raises ScenarioError for a file of targets that cannot be used.
    """
    from sim.runs.ensemble import Watcher
    from sim.studies.questions.calibrate import run_calibration
    from sim.studies.targets import read_targets

    base = with_run(scenario, mechanisms)
    model, watcher = _model(base), watcher or Watcher()
    given = {"budget": budget, "replicates": replicates, "seed": seed}
    asked = read_targets(targets, base, model.outcomes, keys, given)
    with _opened(workers) as pool:
        found = run_calibration(
            asked, model, Path(out or RESULTS), pool, watcher, rotate=rotate,
            place=None if place is None else Path(place), allow_long=yes, fresh=fresh, is_compiled=_is_compiled,
        )  # fmt: skip
    if shown:
        shown(found)

    from sim.report.figures.calibrations import draw_calibration

    draw_calibration(found, watcher.say)
    return found


def validate(
    scenario: str | Path | None = None,
    *,
    facts: str | Path | None = None,
    settings: Mapping[str, Any] | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    workers: int | Workers | None = None,
    out: str | Path | None = None,
    fresh: bool = False,
    yes: bool = False,
    mechanisms: Sequence[Own] = (),
    watcher: Watcher | None = None,
    shown: Callable[[Validation], None] | None = None,
) -> Validation:
    """Hold the model to the facts that are shipped, or to those of the file ``facts``, on 50 ``replicates``.

    With ``scenario`` only its own facts are held, or where a file has none those of what it extends. Scenarios are run,
    with ``settings`` in all of them, as ``run`` would run them and kept where that would keep them; page and tables are
    in ``Validation.path``, with what kept rotations of the shipped calibrations predict. Raises ScenarioError with the
    faults of facts and scenarios, TooLarge where more than ten minutes are needed and not agreed to with ``yes``.
    """
    from sim.evidence.facts import calibrated, checks
    from sim.report.html.validation import validation_page
    from sim.report.text.validation import facts_csv, validation_json
    from sim.runs.ensemble import Watcher
    from sim.runs.store import clean, to_json, write_whole
    from sim.studies.questions.rotation import kept_rotations, rotations_of
    from sim.studies.questions.validate import REPLICATES, of_scenario, validate_model

    catalogue = model_catalogue(mechanisms)
    wanted = list(checks(catalogue, Path(facts) if facts is not None else None).values())
    given = {"run.replicates": replicates, "run.seed": seed}
    chosen = {"run.replicates": REPLICATES, **(settings or {})}
    chosen |= {key: value for key, value in given.items() if value is not None}
    if scenario is not None:
        wanted = of_scenario(wanted, str(scenario))
    loaded = _loaded([name for it in wanted for name in (it.scenario, it.against) if name], chosen, catalogue)
    loaded |= {it.against: with_run(loaded[it.against], seed=loaded[it.scenario].seed) for it in wanted if it.against}
    model = ecosystem(catalogue)
    fitted = calibrated() if facts is None else {}
    rotations = rotations_of(kept_rotations(model.outcomes), wanted) if facts is None else []
    with _opened(workers) as pool:
        found = validate_model(
            wanted, loaded, fitted, model, Path(out or RESULTS), pool, watcher or Watcher(),
            rotations=rotations, allow_long=yes, fresh=fresh, is_compiled=_is_compiled,
        )  # fmt: skip
    if shown:
        shown(found)
    command = _validate_command(scenario, facts, settings or {}, loaded.values())
    write_whole(found.path / "validation.html", validation_page(found, command))
    write_whole(found.path / "validation.json", to_json(clean(validation_json(found))))
    write_whole(found.path / "facts.csv", facts_csv(found))
    return found


def _loaded(names: Sequence[str], settings: Mapping[str, Any], catalogue: Catalogue) -> dict[str, Scenario]:
    """Scenarios by name; ScenarioError with the faults of all of them."""
    from sim.model.catalogue import load
    from sim.scenario import Fault, ScenarioError

    found: dict[str, Scenario] = {}
    faults: list[Fault] = []
    for name in dict.fromkeys(names):
        try:
            found[name] = load(name, settings, catalogue=catalogue)
        except ScenarioError as error:
            faults += error.faults
    if faults:
        raise ScenarioError(faults)
    return found


def _validate_command(
    scenario: str | Path | None, facts: str | Path | None, settings: Mapping[str, Any], ran: Iterable[Scenario]
) -> str:
    """The command that does the same."""
    from sim.scenario.writing import toml_value

    def written(value: Any) -> str:
        if not isinstance(value, Mapping):
            return toml_value(value)
        return f"{{ {', '.join(f'{toml_value(key)} = {toml_value(point)}' for key, point in value.items())} }}"

    first = next(iter(ran))
    own = {key: value for key, value in settings.items() if key not in ("run.replicates", "run.seed")}
    words = ["sim", "validate", *([str(scenario)] if scenario is not None else [])]
    words += ["--facts", str(facts)] if facts is not None else []
    words += [word for key, value in own.items() for word in ("--set", f"{key}={written(value)}")]
    words += ["--replicates", str(first.replicates), "--seed", str(first.seed)]
    return shlex.join(words)


def with_run(scenario: Scenario | str | Path, mechanisms: Sequence[Own] = (), **given: int | None) -> Scenario:
    """The scenario with other ``replicates``, ``seed`` or ``months``; a path or name is loaded with ``mechanisms``."""
    from sim.model.catalogue import load
    from sim.scenario import Origin

    overrides: dict[str, Any] = {f"run.{name}": value for name, value in given.items() if value is not None}
    if isinstance(scenario, str | Path):
        return load(scenario, overrides, mechanisms=mechanisms)
    if mechanisms:
        raise TypeError("a scenario that is loaded has its mechanisms: give them to sim.load(..., mechanisms=...)")
    for key, value in overrides.items():
        _check(key, value)
    origins = {**scenario.origins, **{key: Origin("override", "run()") for key in overrides}}
    return replace(scenario, values={**scenario.values, **overrides}, origins=origins) if overrides else scenario


def _model(scenario: Scenario) -> Model:
    """The model that runs a scenario; CatalogueError where the code of a mechanism is not at hand."""
    refuse_missing(scenario.catalogue)
    return ecosystem(scenario.catalogue)


def headline(scenario: Scenario, model: Model) -> Sequence[str]:
    """The outcomes to show first: the scenario's own choice, else the model's."""
    return scenario.headline or [name for name, outcome in model.outcomes.items() if outcome.headline]


def _sample(
    parameters: str | None, scenario: Scenario, *, one_seed: bool, but: Mapping[str, bool] | None = None
) -> PosteriorSample | None:
    """The draws that are asked for; ScenarioError where they go with nothing, or not with something of ``but``."""
    from sim.runs.posterior_sample import read_sample
    from sim.scenario import Fault, ScenarioError

    if parameters is None:
        if one_seed:
            raise ScenarioError([Fault("--one-seed", 0, scenario.name, "goes with --parameters posterior")])
        return None
    if faults := [
        Fault("--parameters", 0, name, "cannot draw parameters") for name, asked in (but or {}).items() if asked
    ]:
        raise ScenarioError(faults)
    return read_sample(parameters, scenario, one_seed=one_seed)


def _better(model: Model) -> dict[str, int]:
    return {name: outcome.better for name, outcome in model.outcomes.items()}


@contextmanager
def _opened(workers: int | Workers | None) -> Iterator[Workers]:
    if isinstance(workers, Workers):
        yield workers
        return
    with make_workers(workers) as made:
        yield made


def make_workers(count: int | None = None, cluster: str | None = None) -> Workers:
    """Processes on this machine, or with ``cluster`` the workers of a dask cluster; to be used in a ``with``.

    ``cluster`` is a scheduler's address, or ``local`` for a cluster of ``count`` workers that is started here.
    """
    if cluster is not None:
        from sim.runs.cluster import Cluster

        return Cluster(cluster, count)
    return local_workers(count)


def _is_compiled() -> bool:
    from sim.runs.code import is_model_compiled

    return is_model_compiled()


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
