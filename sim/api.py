"""The calls of ``import sim``, which the commands use too: run a scenario, compare results, study parameters."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.language import tr
from sim.letters import file_word
from sim.model.catalogue import MechanismLike, model_catalogue
from sim.notebooks import draw_with, in_notebooks
from sim.renamed import renamed
from sim.runs.environment import check_environment
from sim.runs.executor import Workers, local_workers
from sim.runs.options import NEW_RECORDS, NO_RECORDS, RunOptions, Watcher
from sim.runs.replicate import Model, ecosystem, refuse_missing
from sim.runs.result import Result, find_result
from sim.scenario import Scenario

if TYPE_CHECKING:
    from pandas import DataFrame

    from sim.catalogue import Catalogue
    from sim.declare import Value
    from sim.report.html.writing import Written
    from sim.runs.posterior_sample import PosteriorSample
    from sim.runs.verify import Verified
    from sim.studies.questions.appraise import Appraisal
    from sim.studies.questions.calibrate import Calibration
    from sim.studies.questions.claims import Findings
    from sim.studies.questions.compare import Comparison
    from sim.studies.questions.explain import Explanation
    from sim.studies.questions.seek import Sought
    from sim.studies.questions.seek_value import Reached
    from sim.studies.questions.sensitivity import Sensitivities
    from sim.studies.questions.sweep import Sweep
    from sim.studies.questions.trace import Trace
    from sim.studies.questions.validate import Validation
    from sim.studies.questions.what_if import Variant

RESULTS = Path("results")


def _drawn(it: object) -> str:
    """What a notebook shows of an object."""
    from sim.report.notebook.views import html_of

    return html_of(it)


draw_with(_drawn)
in_notebooks(Scenario, lambda it: f"<{type(it).__name__} {it.name}: {it.title or it.path}>")

Seeds = str | Iterable[int]  # a user's own: integers, or such as "3,7,20:30"


def run(
    scenario: Scenario | str | Path,
    replicates: int | None = None,
    seed: int | None = None,
    months: int | None = None,
    workers: int | Workers | None = None,
    out: str | Path | None = None,
    fresh: bool = False,
    *,
    seeds: Seeds | None = None,
    until: int | str | None = None,
    checkpoint: bool = False,
    events: bool = False,
    figures: bool | str | Sequence[str] = True,
    parameters: str | None = None,
    one_seed: bool = False,
    ledger: bool = False,
    mechanisms: Sequence[MechanismLike] = (),
    watcher: Watcher | None = None,
    shown: Callable[[Result, Sequence[str]], None] | None = None,
) -> Result:
    """Run a scenario and keep its result.

    Parameters
    ----------
    scenario
        A loaded scenario, the name of a shipped one, or a TOML file.
    replicates, seed, months
        Number of worlds, seed of the first one, and months to simulate. Default: the scenario's own.
    workers
        Number of processes; 1 is this process. Default: one for each usable core.
    out
        Folder of results. Default: ``results``.
    fresh
        Whether to run again what the folder holds already.
    seeds
        Seeds of your own, one for each world, in place of ``replicates`` and ``seed``: ``[3, 7]`` of any integer type,
        or ``"3,7,20:30"`` with both ends. ``EcosystemModel(scenario, rng=3)`` is the world of seed 3.
    until
        Stop after this number of months, or before this calendar month ``"YYYY-MM"``.
    checkpoint
        Whether to keep the state of every world at the end, for ``branch``.
    events
        Whether to write ``events.parquet``: a row for each event of an enterprise (``sim.runs.event_log.EVENTS``).
    figures
        True draws the headline page, False none; ``"all"``, or names of pages (``"jobs"``) or outcomes, draws those.
    parameters
        ``"posterior"`` or ``"posterior:FILE"``: each world draws its parameters from a posterior of ``calibrate``.
        ``"posterior:NAME"`` borrows that of another scenario: ``"posterior:shougang"`` for a place of one's own.
    one_seed
        With ``parameters``: all worlds have the same seed, so that only their parameters differ.
    ledger
        Whether to check all books after each mechanism of every world that runs: a world with a book that does not
        balance fails. It takes longer, and the outcomes are the same.
    mechanisms
        Mechanisms of your own, or the files that declare them.
    watcher
        Receives messages and progress. Default: messages go to stderr, with a bar in a notebook or on a terminal.
    shown
        Called with the result and the names of its main outcomes before the figures are drawn.

    Returns
    -------
    Result
        Outcomes of shape (replicates, months, outcomes), each in its own unit. A replicate that failed is in
        ``Result.failures``; it raises nothing.

    Raises
    ------
    ScenarioError
        With every fault of the scenario and the options.

    See Also
    --------
    branch : Continue a result from its checkpoints.
    what_if : Run a scenario and variants of it on the same seeds.

    Examples
    --------
    >>> result = sim.run("shougang", replicates=3, months=12, workers=1, figures=False)
    >>> result.table.cells.shape[:2]
    (3, 12)
    >>> print(f"{result.summary.loc['startups', 'median']:.0f} {result.table.unit('startups')}")
    282 enterprises
    """
    from sim.runs.batch import run_batch
    from sim.runs.branch import first_part
    from sim.runs.ensemble import Request
    from sim.runs.replicate import run_replicate
    from sim.runs.seeds import own_seeds
    from sim.scenario import Fault, ScenarioError

    whole = chosen = _named(with_run(scenario, mechanisms, seeds, replicates=replicates, seed=seed, months=months))
    if until is not None:
        chosen = first_part(whole, until)
    if checkpoint and own_seeds(chosen):
        message = "cannot go with --checkpoint, allowed: --replicates and --seed"
        raise ScenarioError([Fault("--seeds", 0, "seeds", message)])
    if ledger and (other := [name for name, asked in (("checkpoint", checkpoint), ("events", events)) if asked]):
        faults = [Fault("--ledger", 0, it, f"cannot go with --{it}, allowed: without it") for it in other]
        raise ScenarioError(faults)
    model = _model(chosen)
    sample = _sample(parameters, chosen, one_seed=one_seed, but={"checkpoint": checkpoint, "events": events})
    drawn = _figures(figures, model, chosen)
    with _options(out, workers, watcher, shown, fresh=fresh, records=NEW_RECORDS) as options:
        if ledger:
            missing = Request(chosen, model.version, sample).missing(options.out)
            if not fresh and (kept := chosen.replicates - len(missing)):
                options.watcher.say(tr("{name}: {count} stored worlds are not checked: --fresh runs them again",
                                       name=chosen.name, count=kept))  # fmt: skip
            model = replace(model, run=partial(run_replicate, ledger=True), recorded=None)
        if checkpoint:
            from sim.runs.fork import run_forked

            result = run_forked(chosen, model, options, whole=whole)
        if events:
            from sim.runs.events import run_with_events

            result = run_with_events(chosen, model, replace(options, fresh=fresh and not checkpoint))
        elif not checkpoint:
            result = run_batch([chosen], model, options, sample)[0]
        _show_run(result, model.headline(chosen), options, drawn)
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
    figures: bool | str | Sequence[str] = True,
    mechanisms: Sequence[MechanismLike] = (),
    watcher: Watcher | None = None,
    shown: Callable[[Result, Sequence[str]], None] | None = None,
) -> Result:
    """Continue a result from its checkpoints, with other settings from then on.

    The result is the same, byte for byte, as that of a run from the start with ``settings`` scheduled at that month.

    Parameters
    ----------
    past
        A result with checkpoints, its folder, or a scenario's name: its newest result with checkpoints under ``out``.
    settings
        Values by key, in force from the month of the checkpoints.
    replicates, months
        Number of worlds, and months of the whole run from its start. Default: those of the past.
    until, checkpoint, workers, out, fresh, figures, mechanisms, watcher, shown
        As in ``run``.

    Returns
    -------
    Result
        The whole run, with the months before the branch.

    Raises
    ------
    ResultError
        Where ``past`` has no checkpoints that this model can use.
    ScenarioError
        Where a setting cannot change within a run.

    Examples
    --------
    >>> past = sim.run("shougang", replicates=2, months=12, until=6, checkpoint=True, workers=1, figures=False)
    >>> result = sim.branch(past, {"levers.entry_cost_cut": 0.5}, workers=1, figures=False)
    >>> past.months, result.months
    (6, 12)
    """
    from sim.runs.branch import first_part
    from sim.runs.fork import find_past, run_forked
    from sim.runs.names import own_name

    catalogue = model_catalogue(mechanisms)
    model = ecosystem(catalogue)
    with _options(out, workers, watcher, shown, fresh=fresh) as options:
        found = find_past(past, options.out, model.version, catalogue)
        given = {"run.replicates": replicates, "run.months": months}
        wanted = {**(settings or {}), **{key: value for key, value in given.items() if value is not None}}
        whole = own_name(found.branch({"run.replicates": found.replicates, **wanted}))
        if whole.replicates > found.replicates:
            options.watcher.say(
                tr("{path}: has {count} replicates: only these are branched", path=found.path, count=found.replicates)
            )
            whole = with_run(whole, replicates=found.replicates)
        chosen = whole if until is None else first_part(whole, until, after=found.month)
        drawn = _figures(figures, model, chosen)
        result = run_forked(chosen, model, options, past=found, whole=whole if checkpoint else None)
        _show_run(result, model.headline(chosen), options, drawn)
    return result


def _named(scenario: Scenario) -> Scenario:
    """A scenario that has its file's name, under a name that says what is overridden."""
    from sim.runs.names import own_name

    return own_name(scenario) if scenario.name == file_word(scenario.path) else scenario


def _figures(figures: bool | str | Sequence[str], model: Model, scenario: Scenario) -> tuple[str, ...]:
    """The pages to draw; ScenarioError where one is unknown, before anything runs."""
    if isinstance(figures, bool):
        return ("headline",) if figures else ()
    from sim.report.figure_names import refuse_unknown

    asked = (figures,) if isinstance(figures, str) else tuple(figures)
    refuse_unknown(asked, tuple(model.outcomes), model.headline(scenario))
    return ("headline", *asked)


def _show_run(result: Result, first: Sequence[str], options: RunOptions, figures: Sequence[str]) -> None:
    options.show(result, first)
    if figures and result.replicates:
        from sim.report.figures.run import draw_run

        draw_run(result, options.workers, options.watcher.say, first, figures)


def load(
    path_or_name: str | Path,
    overrides: Mapping[str, Any] | None = None,
    folder: str | Path | None = None,
    *,
    mechanisms: Sequence[MechanismLike] = (),
    catalogue: Catalogue | None = None,
) -> Scenario:
    """Load the scenario of a file, or of a name such as ``shougang``.

    Parameters
    ----------
    path_or_name
        A TOML file, or the name of a shipped scenario; names are searched in ``folder`` first.
    overrides
        Values by key, which replace those of the file: in the declared unit, or such as ``"25 yuan/m2/month"``.
    folder
        A folder of scenarios of your own.
    mechanisms
        Mechanisms of your own, or the files that declare them.
    catalogue
        A catalogue, instead of mechanisms.

    Returns
    -------
    Scenario
        Every value that a run needs, with its origin and source.

    Raises
    ------
    ScenarioError
        With every fault of the file, of the files that it extends and of the overrides.

    Examples
    --------
    >>> scenario = sim.load("shougang", {"sites.shougang.rent": "25 yuan/m2/month"})
    >>> scenario.values["sites.shougang.rent"], scenario.months
    (0.0003, 64)
    """
    from sim.model.catalogue import load as load_scenario

    return load_scenario(path_or_name, overrides, folder, mechanisms=mechanisms, catalogue=catalogue)


def new(
    file: str | Path,
    *,
    name: str | None = None,
    floor: float | str | None = None,
    rent: float | str | None = None,
    rent_around: float | str | None = None,
    vacated: str | None = None,
    opens: str | None = None,
    firms: Sequence[int] | str | Path | None = None,
    columns: Mapping[str, str] | str | None = None,
    grant: float | str | None = None,
    trials: Mapping[str, float | str] | Sequence[str] | str | None = None,
) -> list[Path]:
    """Write a scenario of a place of your own, its control and a variant for each thing to try, as ``sim new`` does.

    What is not given has the default of ``sim new``.

    Parameters
    ----------
    file
        The scenario to write; the others are written beside it. What is there is not overwritten.
    name
        Name of the place.
    floor
        Floor that can be let: m2, or such as ``"4 ha"``.
    rent, rent_around
        Rent there and elsewhere in the area: yuan a m2 and month, or with another unit.
    vacated, opens
        Month in which it was or will be vacated, and of the first letting: ``"YYYY-MM"``.
    firms
        Firms in the area with under 10, 10 to 99, 100 to 299, 300 and more people; or a CSV file with a row for each.
    columns
        Names of the file's columns by ours: ``{"staff": "Employees"}``.
    grant
        Public grant to its renovation: yuan a m2.
    trials
        What to try, with its amount where it is not the usual one: ``{"rent-subsidy": 10}``, or names.

    Returns
    -------
    list of Path
        The files: the place, its control, then the others.

    Raises
    ------
    ScenarioError
        With every answer that is wrong, and every file that is there already.

    Examples
    --------
    >>> [path.name for path in sim.new("mill.toml", floor="4 ha", trials={"rent-subsidy": 10})]
    ['mill.toml', 'mill-idle.toml', 'mill-rent-subsidy.toml']
    """
    from sim.places.files import files, scenario_file, write
    from sim.places.questions import answered

    def text(value: Any) -> str:
        if isinstance(value, Mapping):
            return ",".join(f"{key}={it}" for key, it in value.items())
        return str(value) if isinstance(value, str | Path | int | float) else ",".join(map(str, value))

    given = {
        "name": name, "floor": floor, "rent": rent, "rent-around": rent_around, "vacated": vacated, "opens": opens,
        "firms": firms, "columns": columns, "grant": grant, "try": trials,
    }  # fmt: skip
    made = files(
        scenario_file(Path(file)), answered({key: text(value) for key, value in given.items() if value is not None})
    )
    write(made)
    return [it.path for it in made]


def scenarios(word: str = "") -> DataFrame:
    """List the scenarios that have a name.

    Parameters
    ----------
    word
        Only those that have these words in their name, title or summary.

    Returns
    -------
    DataFrame
        Indexed by name: ``title``, ``summary``, ``extends`` and ``file``.

    Raises
    ------
    OSError
        Where a scenario's file cannot be opened.

    Examples
    --------
    >>> sim.scenarios().loc["shougang", "title"]
    "Shougang's vacated site"
    """
    from sim.studies.lists import scenario_rows, with_word

    return _frame(with_word(scenario_rows(), word), "name")


def outcomes(
    scenario: Scenario | str | Path | None = None, word: str = "", *, mechanisms: Sequence[MechanismLike] = ()
) -> DataFrame:
    """List the outcomes of the model.

    Parameters
    ----------
    scenario
        A scenario, as in ``run``, whose main outcomes are marked. Default: the model's own.
    word
        Only those that have these words in their name, meaning or source.
    mechanisms
        As in ``run``.

    Returns
    -------
    DataFrame
        Indexed by outcome: ``unit``, ``meaning``, ``source`` (the mechanism that it comes from), ``better`` (more, less
        or neither) and ``headline``.

    Raises
    ------
    ScenarioError
        With every fault of the scenario.

    Examples
    --------
    >>> sim.outcomes().loc["site_jobs", ["unit", "meaning"]].tolist()
    ['people', 'jobs of tenants at idle sites']
    """
    from sim.studies.lists import outcome_rows, with_word

    chosen = None if scenario is None else with_run(scenario, mechanisms)
    catalogue = model_catalogue(mechanisms) if chosen is None else chosen.catalogue
    return _frame(with_word(outcome_rows(catalogue, chosen.headline if chosen else ()), word), "outcome")


def parameters(
    scenario: Scenario | str | Path | None = None, word: str = "", *, mechanisms: Sequence[MechanismLike] = ()
) -> DataFrame:
    """List the parameters of a scenario, or of the model.

    Parameters
    ----------
    scenario
        A scenario, as in ``run``. Default: the parameters as they are declared, with ``platforms.NAME`` and
        ``sites.NAME`` for those of each platform and site.
    word
        Only those that have these words in their key, meaning or source.
    mechanisms
        As in ``run``.

    Returns
    -------
    DataFrame
        Indexed by key: ``value``, ``unit``, ``meaning``, ``kind`` and ``source`` of the value, ``least`` and ``most``
        that are allowed, ``plausible_low`` and ``plausible_high``, and ``origin`` (where the value is set).

    Raises
    ------
    ScenarioError
        With every fault of the scenario.

    Examples
    --------
    >>> sim.parameters("shougang").loc["sites.shougang.rent", ["value", "unit", "kind"]].tolist()
    [0.0003, 'million yuan a m2 and year', 'assumption']
    >>> sim.parameters("shougang", "rent subsidy").index.tolist()
    ['levers.rent_subsidy', 'sites.shougang.rent_subsidy']
    """
    from sim.studies.lists import parameter_rows, with_word

    chosen = None if scenario is None else with_run(scenario, mechanisms)
    catalogue = model_catalogue(mechanisms) if chosen is None else chosen.catalogue
    return _frame(with_word(parameter_rows(catalogue, chosen), word), "parameter")


def _frame(rows: Sequence[Mapping[str, Any]], index: str) -> DataFrame:
    from pandas import DataFrame

    return DataFrame(rows).set_index(index) if rows else DataFrame({index: []}).set_index(index)


def plot(
    result: Result | str | Path,
    *names: str,
    out: str | Path | None = None,
    workers: int | Workers | None = None,
) -> list[Path]:
    """Draw figures of a stored result in its folder, with a page ``figures/index.html`` that shows them.

    Parameters
    ----------
    result
        A result, its folder, or a scenario's name, as in ``compare``.
    *names
        Names of pages such as ``"jobs"``, or of outcomes. Default: all pages.
    out, workers
        As in ``run``.

    Returns
    -------
    list of Path
        All pictures in the result's folder, the headline page first.

    Raises
    ------
    ScenarioError
        Where a name is unknown.

    Examples
    --------
    >>> result = sim.run("shougang", replicates=2, months=12, workers=1, figures=False)
    >>> [path.name for path in sim.plot(result, "site_tenants", workers=1)]
    ['headline.png', 'headline.svg', 'outcome-site_tenants.png', 'outcome-site_tenants.svg']
    """
    from sim.report.figures.run import draw_run

    folder = Path(out or RESULTS)
    found = find_result(result, folder)
    first = ecosystem(found.scenario.catalogue).headline(found.scenario)
    with _options(out, workers, None, None) as options:
        draw_run(found, options.workers, options.watcher.say, first, ("headline", *(names or ("all",))))
    return found.figures


def compare(
    first: Result | str | Path,
    second: Result | str | Path,
    *more: Result | str | Path,
    out: str | Path | None = None,
    unpaired: bool = False,
    common_months: bool = False,
    outcomes: Sequence[str] | None = None,
    figures: bool | str = True,
    shown: Callable[[Comparison, Sequence[str]], None] | None = None,
) -> Comparison:
    """Compare results with the first one.

    The table and the figures are kept in a folder of their own under ``out``.

    Parameters
    ----------
    first, second, *more
        A result, its folder, or a scenario's name: its newest result under ``out``.
    out
        Folder of results. Default: ``results``.
    unpaired
        Whether to compare as independent samples, with Welch's intervals. By default results are paired seed by seed.
    common_months
        Whether to compare results of different length over the months that all have. By default they are refused.
    outcomes
        Outcomes to show first. Default: the scenario's main ones.
    figures
        True draws the headline page, ``"all"`` all pages, False none.
    shown
        Called with the comparison and the names of the main outcomes before the figures are drawn.

    Returns
    -------
    Comparison
        Differences from the first result in the last month, in each outcome's unit, with 95% intervals.

    Raises
    ------
    ResultError
        Where there is no such result, or it is damaged.
    Incompatible
        Where months, seeds or drawn parameters do not match.

    Examples
    --------
    >>> old = sim.run("shougang", replicates=3, months=12, workers=1, figures=False)
    >>> lower = sim.load("shougang", {"levers.entry_cost_cut": 0.5})
    >>> new = sim.run(lower, replicates=3, months=12, workers=1, figures=False)
    >>> difference = sim.compare(old, new).variants[0]["startups"]
    >>> print(f"{difference.difference:+.0f} {difference.unit}: {difference.verdict}")
    +76 enterprises: more
    """
    from sim.report.figures.comparison import draw_comparison
    from sim.studies.questions.compare import compare_results, in_common_months
    from sim.studies.questions.decision import decided

    folder = Path(out or RESULTS)
    results = [find_result(it, folder, say=Watcher().say) for it in (first, second, *more)]
    if common_months:
        results = in_common_months(results)
    model = ecosystem(results[0].scenario.catalogue)
    comparison = decided(compare_results(results, folder, model.better, unpaired=unpaired), folder)
    first_shown = _outcomes(outcomes, model, results[0].scenario)
    if shown:
        shown(comparison, first_shown)
    draw_comparison(comparison, first_shown, Workers(1), figures)
    return comparison


def what_if(
    scenario: Scenario | str | Path,
    *variants: Mapping[str, Any] | Scenario | str | Path | Variant,
    until_width: Mapping[str, str | float] | Sequence[str] = (),
    at_most: int = 500,
    outcomes: Sequence[str] | None = None,
    figures: bool | str = True,
    replicates: int | None = None,
    seed: int | None = None,
    seeds: Seeds | None = None,
    months: int | None = None,
    parameters: str | None = None,
    one_seed: bool = False,
    workers: int | Workers | None = None,
    out: str | Path | None = None,
    mechanisms: Sequence[MechanismLike] = (),
    watcher: Watcher | None = None,
    shown: Callable[[Comparison, Sequence[str]], None] | None = None,
) -> Comparison:
    """Run a scenario and variants of it on the same seeds, and compare them.

    Parameters
    ----------
    scenario
        The baseline, as in ``run``.
    *variants
        What each variant changes: values by key, another scenario (loaded, name or file), or a ``Variant`` with a name.
        A variant has the baseline's seed, months, replicates and overrides.
    until_width
        Add replicates until the 95% interval of an outcome's difference is at most this wide, from end to end:
        ``{"startups": "5%"}`` of the baseline's mean, or ``{"startups": 3}`` in the outcome's unit.
    at_most
        Replicates that ``until_width`` may reach.
    outcomes, figures
        As in ``compare``.
    replicates, seed, seeds, months, parameters, one_seed, workers, out, mechanisms, watcher
        As in ``run``. A baseline and its variants have the same draws of ``parameters``.
    shown
        As in ``compare``.

    Returns
    -------
    Comparison
        Differences from the baseline, as of ``compare``.

    Raises
    ------
    ScenarioError
        With the faults of all scenarios and options.
    NothingRan
        Where every replicate of a scenario failed.

    Examples
    --------
    >>> found = sim.what_if("shougang", {"levers.entry_cost_cut": 0.5}, replicates=3, months=12, workers=1)
    >>> found.variants[0].label, found.variants[0]["startups"].verdict
    ('shougang-entry_cost_cut-0.5', 'more')
    """
    from sim.report.figures.comparison import draw_comparison
    from sim.runs.batch import run_batch
    from sim.runs.ensemble import as_stored
    from sim.runs.errors import NothingRan
    from sim.runs.seeds import own_seeds
    from sim.scenario import Fault, ScenarioError
    from sim.studies.questions.compare import compare_results
    from sim.studies.questions.decision import decided
    from sim.studies.questions.what_if import Variant, asked, run_until

    if isinstance(until_width, Mapping):
        until_width = [f"{name}={width}" for name, width in until_width.items()]
    base = with_run(scenario, mechanisms, seeds, replicates=replicates, seed=seed, months=months)
    if until_width and own_seeds(base):
        message = "adds replicates, and seeds are given, allowed: one of them"
        raise ScenarioError([Fault("--until-width", 0, "--seeds", message)])
    model = _model(base)
    wanted = [it if isinstance(it, Variant) else Variant(it) for it in variants]
    others, widths = asked(base, wanted, until_width, model.outcomes)
    first = _outcomes(outcomes, model, base)
    names = [base.name, *(it.name for it in others)]
    labels = names if len(set(names)) == len(names) else None
    sample = _sample(parameters, base, one_seed=one_seed)
    with _options(out, workers, watcher, shown, records=NEW_RECORDS) as options:
        named = [as_stored(it, model.version, options.out, sample) for it in (base, *others)]

        def compared(seeds: int) -> Comparison:
            results = run_batch([with_run(it, replicates=seeds) for it in named], model, options, sample)
            for result in results:
                if not result.replicates:
                    raise NothingRan(f"{result.path}: every replicate failed: {result.failures[0]['message']}")
            return compare_results(results, options.out, model.better, labels=labels)

        if widths:
            comparison = run_until(compared, widths, base.replicates, at_most, options.watcher.say)
        else:
            comparison = compared(base.replicates)
        comparison = decided(comparison, options.out)
        options.show(comparison, first)
        draw_comparison(comparison, first, options.workers, figures)
    return comparison


def appraise(
    baseline: Scenario | str | Path,
    variant: Mapping[str, Any] | Scenario | str | Path | Variant,
    *,
    assume: Mapping[str, float] | Sequence[str] = (),
    replicates: int | None = None,
    seed: int | None = None,
    seeds: Seeds | None = None,
    months: int | None = None,
    parameters: str | None = None,
    one_seed: bool = False,
    closures: bool = False,
    workers: int | Workers | None = None,
    out: str | Path | None = None,
    fresh: bool = False,
    mechanisms: Sequence[MechanismLike] = (),
    watcher: Watcher | None = None,
    shown: Callable[[Appraisal], None] | None = None,
) -> Appraisal:
    """Appraise a policy, a platform or a site: from gross to net, what it costs whom, and whether it is worth it.

    Both worlds run on the same seeds, and every enterprise is followed through both. On every seed the parts of the
    chain add up to the difference, and society's balance by resource is that by who has it. With ``parameters`` both
    also run with parameters drawn from a posterior, and the intervals of those worlds stand beside the seeds' own.

    Parameters
    ----------
    baseline
        The scenario without the measure, as in ``run``.
    variant
        The scenario with it, as in ``what_if``: values by key, another scenario, or a ``Variant`` with a name.
    assume
        What is assumed beyond the model, by name: ``{"discount": 0.05}``, or as ``"discount=0.05"``. Defaults, ranges
        and sources are in ``Appraisal.assumptions``.
    replicates, seed, seeds, months, parameters, one_seed, workers, out, fresh, mechanisms, watcher
        As in ``what_if`` and ``run``. Seeds that are stored are not run again, whatever is assumed.
    closures
        Whether to run both worlds also with the other closure of demand (``mechanisms.incomes.closure``): how many jobs
        of others follow each direct one where demand is given, and where incomes return as demand.
    shown
        Called with the appraisal before the figures are drawn.

    Returns
    -------
    Appraisal
        The chain, balances and costs on each seed; money is million yuan.

    Raises
    ------
    Incompatible
        Where the scenarios differ in an assumption, which is no measure.
    ScenarioError
        With the faults of the scenarios and options.
    NothingRan
        Where every seed failed.

    Examples
    --------
    >>> found = sim.appraise("shougang", {"levers.entry_cost_cut": 0.5}, replicates=2, months=12, workers=1)
    >>> bool((sum(found.who.values()) - sum(found.resources.values()) < 1e-9).all())
    True
    """
    from sim.runs.batch import run_batch
    from sim.runs.ensemble import as_stored
    from sim.runs.errors import NothingRan
    from sim.runs.options import ALL_RECORDS
    from sim.studies.appraisal.assumptions import assumptions
    from sim.studies.appraisal.treated import treatments
    from sim.studies.questions.appraise import CLOSURE, CLOSURES, appraise_results, closure_of, publish_appraisal
    from sim.studies.questions.what_if import Variant, asked

    base = with_run(baseline, mechanisms, seeds, replicates=replicates, seed=seed, months=months)
    model = _model(base)
    assumed = assumptions(assume)
    (other,), _ = asked(base, [variant if isinstance(variant, Variant) else Variant(variant)], (), model.outcomes)
    sample = _sample(parameters, base, one_seed=one_seed)
    treatments(base, other)  # before anything runs
    with _options(out, workers, watcher, shown, fresh=fresh, records=ALL_RECORDS) as options:

        def appraised(draws: PosteriorSample | None, *worlds: Scenario) -> Appraisal:
            named = [as_stored(it, model.version, options.out, draws) for it in worlds]
            first, second = run_batch(named, model, options, draws)
            for result in (first, second):
                if not result.replicates:
                    raise NothingRan(f"{result.path}: every seed failed: {result.failures[0]['message']}")
            return appraise_results(first, second, assumed, options.out, (worlds[0].name, worlds[1].name))

        found = appraised(None, base, other)
        if closures:
            closure = {CLOSURE: next(it for it in CLOSURES if it != closure_of(base))}
            pair = [asked(it, [Variant(closure)], (), model.outcomes)[0][0] for it in (base, other)]
            found = found.beside_closure(appraised(None, *pair))
        if sample:
            found = found.beside(appraised(sample, base, other))
        publish_appraisal(found, sample.asked(base) if sample else {})
        options.show(found)

        from sim.report.figures.appraisal import draw_appraisal

        draw_appraisal(found)
    return found


@renamed(agreed="yes")
def explain(
    first: Scenario | str | Path,
    second: Scenario | str | Path,
    outcome: str,
    *,
    by: str = "group",
    pairs: int = 16,
    yes: bool = False,
    replicates: int | None = None,
    seed: int | None = None,
    seeds: Seeds | None = None,
    months: int | None = None,
    workers: int | Workers | None = None,
    out: str | Path | None = None,
    mechanisms: Sequence[MechanismLike] = (),
    watcher: Watcher | None = None,
    shown: Callable[[Explanation], None] | None = None,
) -> Explanation:
    """Attribute the difference between two scenarios in one outcome to the settings in which they differ.

    The parts are Shapley values: what each adds to the outcome of the last month, averaged over the orders in which the
    settings can change. On every seed they add up to the paired difference. Up to 8 parts, every combination is run.

    Parameters
    ----------
    first, second
        The two scenarios, as in ``run``. What is explained is ``second`` less ``first``.
    outcome
        Name of the outcome.
    by
        ``"group"`` takes settings together by mechanism, levers, platform or site; ``"key"`` takes them one by one.
    pairs
        With more than 8 parts: the number of random orders, each of which is also run in reverse.
    yes
        Whether to run what takes more than ten minutes, or only a sample of the orders.
    replicates, seed, seeds, months, workers, out, mechanisms, watcher
        As in ``run``.
    shown
        Called with the explanation before the figure is drawn.

    Returns
    -------
    Explanation
        Parts in the outcome's unit, with 95% intervals, the largest first.

    Raises
    ------
    Incompatible
        Where the scenarios do not differ, or cannot be combined.
    TooLarge
        Where ``yes`` is needed.

    Examples
    --------
    >>> other = sim.load("shougang", {"levers.entry_cost_cut": 0.5, "market.growth": 0.05})
    >>> found = sim.explain("shougang", other, "startups", replicates=3, months=12, workers=1)
    >>> [part.group for part in found.parts]
    ['levers', 'market']
    >>> abs(round(sum(part.value for part in found.parts) - found.total.mean, 9))
    0.0
    """
    from sim.runs.seeds import read_seeds
    from sim.studies.questions.explain import explain_difference

    given = {"replicates": replicates, "seed": seed, "months": months}
    own = None if seeds is None else read_seeds(seeds)
    chosen = [with_run(it, mechanisms, own, **given) for it in (first, second)]
    with _options(out, workers, watcher, shown, allow_long=yes) as options:
        explanation = explain_difference(chosen[0], chosen[1], outcome, _model(chosen[0]), options, by=by, pairs=pairs)
    options.show(explanation)

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
    mechanisms: Sequence[MechanismLike] = (),
    shown: Callable[[Trace], None] | None = None,
) -> Trace:
    """Run one world of two scenarios month by month, and find where they diverge and which enterprises that affects.

    The tables and the figure are kept under ``out``, in the folder that ``Trace.folder`` names.

    Parameters
    ----------
    first, second
        The two scenarios, as in ``run``.
    seed, months, out, mechanisms
        As in ``run``.
    replicate
        Number of the world, from 0.
    shown
        Called with the trace before the figure is drawn.

    Returns
    -------
    Trace
        The first difference, its month and mechanism; every enterprise in both worlds; jobs (people) and taxes
        (million yuan).

    Raises
    ------
    Incompatible
        Where start, months or seed differ.

    Examples
    --------
    >>> found = sim.trace("shougang-idle", "shougang", months=6)
    >>> found.first.month, found.first.mechanism, found.first.what
    (0, 'idle_space', 'sites.shougang.work')
    >>> len(found.months)
    6
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
    """Write stored results as one self-contained HTML file.

    Parameters
    ----------
    *results
        One result, several to compare with the first, or one study (a sweep, a sensitivity study, a calibration, or
        what was sought) by its folder. A result is given as to ``compare``.
    out
        The file. Default: a name made from the results, in ``folder``.
    folder
        Folder of results. Default: ``results``.
    unpaired
        As in ``compare``.

    Returns
    -------
    Written
        The file and its main findings.

    Raises
    ------
    ResultError
        Where there is no such result or study, or it is damaged.
    Incompatible
        Where the results cannot be compared.

    Examples
    --------
    >>> result = sim.run("shougang", replicates=3, months=12, workers=1, figures=False)
    >>> written = sim.write_report(result, out="report.html")
    >>> written.path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    True
    """
    from sim.report.html.writing import write

    return write(results, Path(folder or RESULTS), None if out is None else Path(out), unpaired=unpaired)


def poster(appraisal: Appraisal, language: str | None = None) -> list[Path]:
    """Draw an appraisal as a poster of one page: what is shared, what came of it net, at whose cost, how sure.

    Parameters
    ----------
    appraisal
        What ``appraise`` gives.
    language
        ``"en"``, or ``"zh"`` for a page in Chinese. Default: that of the moment, English unless another is spoken.

    Returns
    -------
    list of Path
        ``poster.pdf`` and ``poster.png`` in the appraisal's folder, ``poster-zh.pdf`` and so on.

    Raises
    ------
    ScenarioError
        Where there is no such language.

    Examples
    --------
    >>> found = sim.appraise("shougang", {"levers.entry_cost_cut": 0.5}, replicates=2, months=12, workers=1)
    >>> [path.name for path in sim.poster(found)]
    ['poster.pdf', 'poster.png']
    """
    from sim.disk import write_all
    from sim.report.figures.poster import draw_poster
    from sim.report.text.poster import poster_of
    from sim.runs.noted import refuse_links

    files = draw_poster(poster_of(appraisal, language))
    refuse_links(appraisal.path)
    write_all(appraisal.path, files)
    return [appraisal.path / name for name in files]


def sweep(
    scenario: Scenario | str | Path,
    vary: Mapping[str, str | Sequence[Value]],
    design: str = "grid",
    samples: int | None = None,
    outcomes: Sequence[str] | None = None,
    *,
    replicates: int | None = None,
    seed: int | None = None,
    seeds: Seeds | None = None,
    months: int | None = None,
    workers: int | Workers | None = None,
    out: str | Path | None = None,
    fresh: bool = False,
    yes: bool = False,
    mechanisms: Sequence[MechanismLike] = (),
    watcher: Watcher | None = None,
    shown: Callable[[Sweep], None] | None = None,
) -> Sweep:
    """Run a scenario at many points of some parameters, every point on the same seeds.

    Parameters
    ----------
    scenario
        The baseline, as in ``run``.
    vary
        Values by key: a list, or text such as ``"0.1:0.5:5"`` (start, stop, number), ``"a,b,c"`` or, except on a grid,
        ``"0.1:0.5"``.
    design
        ``"grid"`` (all combinations), ``"latin"`` (Latin hypercube) or ``"sobol"``.
    samples
        Points of a Latin hypercube or a Sobol sequence. Default: 64.
    outcomes
        Outcomes to show. Default: the scenario's main ones.
    replicates, seed, seeds, months, workers, out, fresh, mechanisms, watcher
        As in ``run``.
    yes
        Whether to run what takes more than ten minutes.
    shown
        Called with the study before the figures are drawn.

    Returns
    -------
    Sweep
        Statistics of every outcome in the last month, one value for each point, in the outcome's unit.

    Raises
    ------
    ScenarioError
        Where a key cannot be varied, or the design is wrong.
    TooLarge
        Where ``yes`` is needed.

    Examples
    --------
    >>> found = sim.sweep("shougang", {"levers.entry_cost_cut": "0:1:3"}, replicates=2, months=12, workers=1)
    >>> [point["levers.entry_cost_cut"] for point in found.points]  # the baseline first
    [0.0, 0.0, 0.5, 1.0]
    >>> found.stats["startups"]["mean"].shape
    (4,)
    """
    from sim.studies.questions.sweep import run_sweep

    chosen = with_run(scenario, mechanisms, seeds, replicates=replicates, seed=seed, months=months)
    model = _model(chosen)
    outcomes = outcomes or model.headline(chosen)
    with _options(out, workers, watcher, shown, fresh=fresh, allow_long=yes) as options:
        found = run_sweep(chosen, vary, model, options, design=design, samples=samples, outcomes=outcomes)
    options.show(found)

    from sim.report.figures.sweeps import draw_sweep

    draw_sweep(found, options.watcher.say)
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
    mechanisms: Sequence[MechanismLike] = (),
    watcher: Watcher | None = None,
    shown: Callable[[Sensitivities], None] | None = None,
) -> Sensitivities:
    """Rank uncertain parameters by their effect on outcomes, or on the difference between two scenarios.

    Every parameter whose source is an assumption or a fit is moved within its range, on the same seeds.

    Parameters
    ----------
    scenario
        The scenario, as in ``run``.
    outcomes
        Names of outcomes, in the last month. Default: the scenario's main ones.
    method
        ``"morris"`` (elementary effects) or ``"sobol"`` (variance-based indices).
    keys
        Parameters to move: keys, patterns such as ``"market.*"``, or ``"KEY=low:high"``. Default: all uncertain ones.
    samples
        Trajectories of Morris (default 10), or rows of Sobol's base sample (default 64).
    against
        Study the paired difference of ``scenario`` from this scenario.
    replicates
        Seeds at every point. Default: 8.
    seed, months, workers, out, fresh, mechanisms, watcher
        As in ``run``.
    yes, shown
        As in ``sweep``.

    Returns
    -------
    Sensitivities
        For each outcome: variance by parameter and seed, effects in the outcome's unit, with 95% intervals.

    Raises
    ------
    ScenarioError
        With every fault of the scenario and the options.
    ResultError
        Where an outcome has no value at too many points.
    TooLarge
        Where ``yes`` is needed.

    Examples
    --------
    >>> found = sim.sensitivity(
    ...     "shougang", ["startups"], keys=["levers.entry_cost_cut=0:1", "market.growth"], samples=2, replicates=2,
    ...     months=12, workers=1,
    ... )
    >>> [it.key for it in found.outcomes["startups"].parameters]
    ['levers.entry_cost_cut', 'market.growth']
    """
    from sim.studies.questions.sensitivity import REPLICATES, run_sensitivity

    given = {"replicates": REPLICATES if replicates is None else replicates, "seed": seed, "months": months}
    chosen = with_run(_from_first(scenario), mechanisms, None, **given)
    same = given | {"seed": chosen.seed, "months": chosen.months}
    other = None if against is None else with_run(_from_first(against), mechanisms, None, **same)
    model = _model(chosen)
    outcomes = outcomes or model.headline(chosen)
    with _options(out, workers, watcher, shown, fresh=fresh, allow_long=yes) as options:
        found = run_sensitivity(
            chosen, outcomes, model, options, method=method, keys=keys, samples=samples, against=other
        )
    options.show(found)

    from sim.report.figures.sensitivities import draw_sensitivities

    draw_sensitivities(found, options.watcher.say)
    return found


def seek(
    scenario: Scenario | str | Path,
    levers: Mapping[str, str | Sequence[Value]],
    maximise: str | None = None,
    *,
    minimise: str | None = None,
    budget: str | float | None = None,
    at_least: Mapping[str, Any] | Sequence[str] = (),
    at_most: Mapping[str, Any] | Sequence[str] = (),
    samples: int | None = None,
    confirm: int | None = None,
    robustness: int | None = None,
    assume: Mapping[str, float] | Sequence[str] = (),
    replicates: int | None = None,
    seed: int | None = None,
    months: int | None = None,
    workers: int | Workers | None = None,
    out: str | Path | None = None,
    fresh: bool = False,
    yes: bool = False,
    mechanisms: Sequence[MechanismLike] = (),
    watcher: Watcher | None = None,
    shown: Callable[[Sought], None] | None = None,
) -> Sought:
    """Seek the mix of levers that gives most, within a budget and limits.

    Mixes are tried on common seeds. The best of them, and some of the frontier of cost against outcome, run again on
    fresh seeds: what is said of them is of these alone. Then they run at draws of the posterior and the assumptions.

    Parameters
    ----------
    scenario
        The scenario, as in ``run``; every mix is compared with it.
    levers
        What can be moved, by key: a range ``"LOW:HIGH"``, or single values as a list or as ``"a,b,c"``.
    maximise, minimise
        An outcome in the last month, less that of the scenario as it is; or ``"net_jobs"`` (the default),
        ``"net_enterprises"``, ``"net_value_added"``, ``"net_taxes"``, ``"society"``, ``"cost"`` or ``"public_cost"``
        of its appraisal.
    budget
        The most that sponsors may spend, at present value: a number in million yuan, ``"50M"``, or a quantity.
    at_least, at_most
        Limits on means, by name: ``{"site_taxes": 80}``, or as ``["site_taxes=80"]``.
    samples
        Mixes to try. Default: 64.
    confirm
        Fresh seeds for the best mixes. Default: 20.
    robustness
        Draws of the posterior, and of the assumptions, at which they run. Default: 12; 0 leaves it out.
    assume
        As in ``appraise``.
    replicates
        Seeds of the search. Default: 8.
    seed, months, workers, out, fresh, mechanisms, watcher
        As in ``run``.
    yes, shown
        As in ``sweep``.

    Returns
    -------
    Sought
        The best mix with intervals, or why none can be named; the frontier; how far each lever can be moved; regret.

    Raises
    ------
    ScenarioError
        With every fault of the levers, the aim and the limits.
    Incompatible
        Where a net effect or cost is asked for, and a lever is one that nobody decides.
    TooLarge
        Where ``yes`` is needed.

    Examples
    --------
    >>> levers = {"levers.entry_cost_cut": "0:1"}
    >>> how = {"replicates": 2, "months": 12, "workers": 1}
    >>> found = sim.seek("shougang", levers, "startups", samples=8, confirm=4, robustness=0, **how)
    >>> found.refused, found.best.net.low > 0
    ('', True)
    """
    from sim.studies.appraisal.assumptions import assumptions
    from sim.studies.mixes import read_question
    from sim.studies.questions.seek import CONFIRM, DRAWS, REPLICATES, SAMPLES, run_seek

    count = REPLICATES if replicates is None else replicates
    base = with_run(_from_first(scenario), mechanisms, replicates=count, seed=seed, months=months)
    model = _model(base)
    question = read_question(
        base, levers, model, maximise=maximise, minimise=minimise, budget=budget, at_least=at_least, at_most=at_most,
        assumed=assumptions(assume),
    )  # fmt: skip
    sizes = {
        "samples": SAMPLES if samples is None else samples,
        "confirm": CONFIRM if confirm is None else confirm,
        "draws": DRAWS if robustness is None else robustness,
    }
    with _options(out, workers, watcher, shown, fresh=fresh, allow_long=yes) as options:
        found = run_seek(question, model, options, **sizes)
    options.show(found)

    from sim.report.figures.seek import draw_seek

    draw_seek(found, options.watcher.say)
    return found


def seek_value(
    scenario: Scenario | str | Path,
    levers: Mapping[str, str | Sequence[Value]],
    target: Mapping[str, Any] | str,
    *,
    assume: Mapping[str, float] | Sequence[str] = (),
    replicates: int | None = None,
    seed: int | None = None,
    months: int | None = None,
    workers: int | Workers | None = None,
    out: str | Path | None = None,
    fresh: bool = False,
    yes: bool = False,
    mechanisms: Sequence[MechanismLike] = (),
    watcher: Watcher | None = None,
    shown: Callable[[Reached], None] | None = None,
) -> Reached:
    """Seek the value of one key that brings the mean of an outcome to a target.

    Parameters
    ----------
    scenario
        The scenario, as in ``run``.
    levers
        The key with its range: ``{"sites.shougang.rent": "0.0001:0.0006"}``.
    target
        What is to be reached: ``{"site_enterprises": 600}``, or as ``"site_enterprises=600"``; names as in ``seek``.
    assume
        As in ``appraise``.
    replicates
        Seeds at every value. Default: 16.
    seed, months, workers, out, fresh, mechanisms, watcher
        As in ``run``.
    yes, shown
        As in ``sweep``.

    Returns
    -------
    Reached
        The value with its 95% interval in the key's unit, or why none can be named, and the curve.

    Raises
    ------
    ScenarioError
        With every fault of the key and the target.
    Incompatible
        Where a net effect or cost is asked for, and the key is one that nobody decides.
    TooLarge
        Where ``yes`` is needed.

    Examples
    --------
    >>> found = sim.seek_value(
    ...     "shougang", {"levers.entry_cost_cut": "0:1"}, "startups=330", replicates=3, months=12, workers=1
    ... )
    >>> found.root.low <= found.value <= found.root.high
    True
    """
    from sim.studies.appraisal.assumptions import assumptions
    from sim.studies.questions.seek_value import REPLICATES, read_target, run_seek_value

    count = REPLICATES if replicates is None else replicates
    base = with_run(_from_first(scenario), mechanisms, replicates=count, seed=seed, months=months)
    model = _model(base)
    asked = read_target(base, levers, target, model, assumptions(assume))
    with _options(out, workers, watcher, shown, fresh=fresh, allow_long=yes) as options:
        found = run_seek_value(asked, model, options)
    options.show(found)

    from sim.report.figures.seek import draw_value

    draw_value(found, options.watcher.say)
    return found


def claims(
    names: Sequence[str] = (),
    *,
    samples: int | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    months: int | None = None,
    workers: int | Workers | None = None,
    out: str | Path | None = None,
    fresh: bool = False,
    yes: bool = False,
    mechanisms: Sequence[MechanismLike] = (),
    watcher: Watcher | None = None,
    shown: Callable[[Findings], None] | None = None,
) -> list[Findings]:
    """Test claims about pairs of scenarios: is the difference there, what carries it, where does its sign change.

    Parameters
    ----------
    names
        Names of shipped claims, or files of claims. Default: all shipped.
    samples
        Joint draws of the assumptions. Default: 64.
    replicates
        Seeds of the difference. Default: 30. Other cases have 8 of them.
    seed, months, workers, out, fresh, mechanisms, watcher
        As in ``run``.
    yes
        As in ``sweep``.
    shown
        Called with each file's findings as soon as they are there.

    Returns
    -------
    list of Findings
        One for each file, its claims in order.

    Raises
    ------
    ScenarioError
        With every fault of the files and their scenarios.
    TooLarge
        Where ``yes`` is needed.

    Examples
    --------
    >>> (found,) = sim.claims(["lever-conversion-grant"], samples=2, replicates=2, months=12, workers=1)
    >>> print({it.claim.name: it.verdict for it in found.findings}["floor"])
    not distinguishable
    """
    from sim.studies.claims import files_of, read_claims
    from sim.studies.questions.claims import REPLICATES, SAMPLES, run_claims

    catalogue = model_catalogue(mechanisms)
    model = ecosystem(catalogue)
    asked = {"run.replicates": REPLICATES if replicates is None else replicates, "run.seed": seed, "run.months": months}
    given = {key: value for key, value in asked.items() if value is not None}
    read = [read_claims(file, catalogue, model.outcomes, given) for file in files_of(names)]
    found = []
    with _options(out, workers, watcher, shown, fresh=fresh, allow_long=yes) as options:
        for one in read:
            found.append(run_claims(one, model, options, samples=SAMPLES if samples is None else samples))
            options.show(found[-1])
    return found


@renamed(place="out_scenario")
def calibrate(
    scenario: Scenario | str | Path,
    targets: str | Path,
    keys: Sequence[str] = (),
    *,
    rotate: bool = False,
    budget: int | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    out_scenario: str | Path | None = None,
    workers: int | Workers | None = None,
    out: str | Path | None = None,
    fresh: bool = False,
    yes: bool = False,
    mechanisms: Sequence[MechanismLike] = (),
    watcher: Watcher | None = None,
    shown: Callable[[Calibration], None] | None = None,
) -> Calibration:
    r"""Fit parameters to targets, and sample an approximate posterior around the fit.

    Parameters
    ----------
    scenario
        The scenario to fit, as in ``run``.
    targets
        A TOML file of targets and of keys to move (``docs/workbench.md``).
    keys
        Use only these keys of the file, or add one as ``"KEY=low:high"``.
    rotate
        Whether to repeat the fit without each group of targets, and predict that group.
    budget
        Number of candidates. Default: the file's, or 400.
    replicates
        Seeds for every candidate. Default: the file's, or 4.
    seed
        Seed of the search and the worlds. Default: the file's, or 1.
    out_scenario
        Also write the fitted scenario to this file, which must be new or an earlier fit.
    workers, out, fresh, mechanisms, watcher
        As in ``run``.
    yes, shown
        As in ``sweep``.

    Returns
    -------
    Calibration
        Fitted values and the posterior, in each parameter's unit. The fitted scenario is a TOML file in its folder.

    Raises
    ------
    ScenarioError
        Where the file of targets cannot be used.
    TooLarge
        Where ``yes`` is needed.

    Examples
    --------
    >>> lines = [
    ...     '[keys."mechanisms.entry.ideas_per_thousand"]', "low = 0.3", "high = 2.0",
    ...     "[targets.startups]", 'outcome = "startups"', 'months = "2011-12"', "value = 180", "tolerance = 10",
    ... ]
    >>> _ = Path("targets.toml").write_text("\n".join(lines))
    >>> found = sim.calibrate("shougang", "targets.toml", budget=12, replicates=2, workers=1)
    >>> found.fitted
    {'mechanisms.entry.ideas_per_thousand': 0.7392}
    """
    from sim.studies.questions.calibrate import run_calibration
    from sim.studies.targets import read_targets

    base = with_run(_from_first(scenario), mechanisms)
    model = _model(base)
    given = {"budget": budget, "replicates": replicates, "seed": seed}
    asked = read_targets(targets, base, model.outcomes, keys, given)
    copy = None if out_scenario is None else Path(out_scenario)
    with _options(out, workers, watcher, shown, fresh=fresh, allow_long=yes) as options:
        found = run_calibration(asked, model, options, rotate=rotate, out_scenario=copy)
    options.show(found)

    from sim.report.figures.calibrations import draw_calibration

    draw_calibration(found, options.watcher.say)
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
    mechanisms: Sequence[MechanismLike] = (),
    watcher: Watcher | None = None,
    shown: Callable[[Validation], None] | None = None,
) -> Validation:
    r"""Check the model against facts, each over many seeds.

    Parameters
    ----------
    scenario
        Use only the facts of this scenario, or those of the scenario that it extends. Default: all facts.
    facts
        A TOML file of facts in place of the shipped ones.
    settings
        Values by key, in all scenarios that are run.
    replicates
        Worlds of each scenario. Default: 50.
    seed, workers, out, fresh, mechanisms, watcher
        As in ``run``.
    yes
        Whether to run what takes more than ten minutes.
    shown
        Called with the verdicts before the page is written.

    Returns
    -------
    Validation
        A verdict for each fact: median and 90% interval in the fact's unit, and whether it passes. A page and tables,
        with the predictions of stored rotations, are in ``Validation.path``.

    Raises
    ------
    ScenarioError
        With the faults of facts and scenarios.
    NothingRan
        Where every world of a scenario failed.
    TooLarge
        Where ``yes`` is needed.

    Examples
    --------
    >>> lines = [
    ...     "[startups]", 'title = "startups of the first year"', 'group = "example"', 'scenario = "shougang"',
    ...     'outcome = "startups"', 'months = "2011-12"', "band = [250, 320]", 'source = "made up"', 'note = "made up"',
    ... ]
    >>> _ = Path("facts.toml").write_text("\n".join(lines))
    >>> found = sim.validate(facts="facts.toml", settings={"run.months": 12}, replicates=3, workers=1)
    >>> [(verdict.value, verdict.passed) for verdict in found.verdicts]
    [(282.0, True)]
    """
    from sim.evidence.facts import calibrated, checks
    from sim.language import file_name
    from sim.report.html.validation import validation_page
    from sim.report.text.validation import facts_csv, validation_json
    from sim.runs.noted import write_noted
    from sim.runs.seals import to_json
    from sim.runs.store import clean
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
    with _options(out, workers, watcher, shown, fresh=fresh, allow_long=yes) as options:
        found = validate_model(wanted, loaded, fitted, model, options, rotations=rotations)
    options.show(found)
    command = _validate_command(scenario, facts, settings or {}, loaded.values())
    files = {
        f"{file_name('validation')}.html": validation_page(found, command),
        "validation.json": to_json(clean(validation_json(found))),
        "facts.csv": facts_csv(found),
    }
    write_noted(found.path, files)
    return found


def verify(
    result: Result | str | Path,
    rerun: bool = False,
    workers: int | Workers | None = None,
    out: str | Path | None = None,
    *,
    mechanisms: Sequence[MechanismLike] = (),
    watcher: Watcher | None = None,
) -> list[Verified]:
    """Check every file of a result or study against its digest.

    Parameters
    ----------
    result
        A result, the folder of one or of a study, a folder of such folders, or a name: the newest result.
    rerun
        Whether to run an intact result, sweep or sensitivity study again, and compare the bytes.
    workers, out, watcher
        As in ``run``.
    mechanisms
        The mechanisms of your own that it was run with.

    Returns
    -------
    list of Verified
        What was found in each folder; ``wrong`` names the files that are damaged, missing or not repeated.

    Raises
    ------
    ResultError
        Where there is no such result, or it cannot be run again from its folder.

    Examples
    --------
    >>> result = sim.run("shougang", replicates=2, months=12, workers=1, figures=False)
    >>> (found,) = sim.verify(result, rerun=True, workers=1)
    >>> found.holds, found.repeated[:2]
    (True, ('outcomes.parquet', 'summary.csv'))
    """
    from sim.runs.verify import folders_of
    from sim.studies.questions.verify import verify_result

    where = result.path if isinstance(result, Result) else result
    folders = folders_of(where, Path(out or RESULTS))
    catalogue = model_catalogue(mechanisms)
    model = ecosystem(catalogue)
    if not rerun:
        return [verify_result(folder, model, catalogue, None) for folder in folders]
    with _options(out, workers, watcher, None) as options:
        return [verify_result(folder, model, catalogue, options) for folder in folders]


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
    from sim.studies.changes import as_setting

    first = next(iter(ran))
    own = {key: value for key, value in settings.items() if key not in ("run.replicates", "run.seed")}
    words = ["sim", "validate", *([str(scenario)] if scenario is not None else [])]
    words += ["--facts", str(facts)] if facts is not None else []
    words += [word for key, value in own.items() for word in ("--set", as_setting(key, value))]
    words += ["--replicates", str(first.replicates), "--seed", str(first.seed)]
    words += [word for source in first.catalogue.sources for word in ("--with", source.name)]
    return shlex.join(words)


def with_run(
    scenario: Scenario | str | Path,
    mechanisms: Sequence[MechanismLike] = (),
    seeds: Seeds | None = None,
    **given: int | None,
) -> Scenario:
    """A scenario with other replicates, months or seeds; a name or file is loaded first."""
    from sim.model.catalogue import load
    from sim.runs.seeds import own_seeds, read_seeds, with_seeds
    from sim.scenario import Fault, Origin, ScenarioError, keys
    from sim.scenario.values import InvalidValue, checked

    overrides: dict[str, Any] = {f"run.{name}": value for name, value in given.items() if value is not None}
    both = [key for key in ("run.replicates", "run.seed") if seeds is not None and key in overrides]
    if both:
        raise ScenarioError([Fault("run()", 0, key, "is given with seeds, allowed: one of them") for key in both])
    chosen = () if seeds is None else read_seeds(seeds)
    if isinstance(scenario, str | Path):
        return with_seeds(load(scenario, overrides, mechanisms=mechanisms), chosen)
    if mechanisms:
        raise TypeError("a scenario that is loaded has its mechanisms: give them to sim.load(..., mechanisms=...)")
    faults = []
    for key, value in overrides.items():
        leaf = keys.known(scenario.catalogue).leaf(tuple(key.split(".")))
        assert leaf is not None, key
        try:
            overrides[key] = checked(value, leaf)
        except InvalidValue as wrong:
            faults.append(Fault("run()", 0, key, str(wrong)))
    own = chosen or own_seeds(scenario)
    if not faults and own and overrides.get("run.replicates", 0) > len(own):
        message = f"{overrides['run.replicates']} worlds, and {len(own)} seeds are given, allowed: a seed for each"
        faults.append(Fault("run()", 0, "run.replicates", message))
    if faults:
        raise ScenarioError(faults)
    if overrides:
        origins = {**scenario.origins, **{key: Origin("override", "run()") for key in overrides}}
        scenario = replace(scenario, values={**scenario.values, **overrides}, origins=origins)
    if "run.seed" in overrides:
        scenario = with_seeds(scenario, ())
    return with_seeds(scenario, chosen) if chosen else scenario


def _from_first(scenario: Scenario | str | Path) -> Scenario | str | Path:
    """The scenario whose seeds follow from its first one: a design of points begins there too."""
    from sim.runs.seeds import with_seeds

    return scenario if isinstance(scenario, str | Path) else with_seeds(scenario, ())


def _model(scenario: Scenario) -> Model:
    """The model that runs a scenario; CatalogueError where the code of one of its mechanisms is missing."""
    refuse_missing(scenario.catalogue)
    return ecosystem(scenario.catalogue)


def _outcomes(names: Sequence[str] | None, model: Model, scenario: Scenario) -> Sequence[str]:
    """The outcomes to show first: those of ``names``, or the main ones; ScenarioError where one is unknown."""
    from sim.scenario import ScenarioError
    from sim.studies.designs import outcome_faults

    if faults := outcome_faults("--outcome", names or (), model.outcomes):
        raise ScenarioError(faults)
    return list(names) if names else model.headline(scenario)


def _sample(
    parameters: str | None, scenario: Scenario, *, one_seed: bool, but: Mapping[str, bool] | None = None
) -> PosteriorSample | None:
    """The parameter draws asked for; ScenarioError where they do not go with another option."""
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


@contextmanager
def _options(
    out: str | Path | None,
    workers: int | Workers | None,
    watcher: Watcher | None,
    shown: Callable[..., None] | None,
    *,
    fresh: bool = False,
    allow_long: bool = False,
    records: str = NO_RECORDS,
) -> Iterator[RunOptions]:
    """The options of a run; workers that are not given are ended after it."""
    from sim.runs import progress

    check_environment()
    folder, watcher = Path(out or RESULTS), watcher or progress.watcher()
    with nullcontext(workers) if isinstance(workers, Workers) else make_workers(workers) as pool:
        yield RunOptions(folder, pool, watcher, fresh, allow_long, records, shown)


def make_workers(count: int | None = None, cluster: str | None = None) -> Workers:
    """Processes on this machine, or with ``cluster`` the workers of a dask cluster; use it in a ``with`` statement.

    Parameters
    ----------
    count
        Number of processes. Default: one for each usable core.
    cluster
        Address of a scheduler, or ``"local"`` to start a cluster of ``count`` workers on this machine.

    Returns
    -------
    Workers
        For the ``workers`` of ``run`` and the other calls.

    Examples
    --------
    >>> from sim.api import make_workers
    >>> with make_workers(1) as workers:
    ...     result = sim.run("shougang", replicates=2, months=6, workers=workers, figures=False)
    >>> result.replicates
    (0, 1)
    """
    if cluster is not None:
        from sim.runs.cluster import Cluster

        return Cluster(cluster, count)
    return local_workers(count)
