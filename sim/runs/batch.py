"""Several ensembles at once: their missing replicates share one pool, and each is stored in its own folder."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from sim.language import tr
from sim.runs.ensemble import Ensemble, Request
from sim.runs.large import is_large, needs, refuse_too_large
from sim.runs.openings import OpeningsOfWorkers, opening_digest, openings_in
from sim.runs.options import ALL_RECORDS, NEW_RECORDS, RunOptions, Watcher
from sim.runs.replicate import Model, run_checked, run_recorded_checked
from sim.runs.result import Result
from sim.runs.store import Store

if TYPE_CHECKING:
    from sim.catalogue import Catalogue
    from sim.runs.posterior_sample import PosteriorSample
    from sim.scenario import Scenario


Run = Callable[..., Any]  # of a scenario, a seed and months


def run_batch(
    scenarios: Sequence[Scenario], model: Model, options: RunOptions, sample: PosteriorSample | None = None
) -> list[Result]:
    """The results of the scenarios, in their order, each of its first ``run.replicates`` replicates.

    All tables stay in memory; of many scenarios take them one by one from ``batch_results``.
    """
    found = dict(batch_results(scenarios, model, options, sample))
    return [found[index] for index in range(len(scenarios))]


def batch_results(
    scenarios: Sequence[Scenario], model: Model, options: RunOptions, sample: PosteriorSample | None = None
) -> Iterator[tuple[int, Result]]:
    """Index and result of each scenario as soon as it is complete and stored.

    Only replicates that are not stored are run, unless ``options.fresh``. Each is stored as soon as it is done, so an
    interrupt loses no finished one. A folder holds and describes every replicate published in it: a request for fewer
    changes no file. A failed replicate is recorded, and run again by the next request. With ``sample`` every replicate
    has its own parameters. ``options.records`` says whether the records are kept that an appraisal needs.
    """
    out, workers, watcher, fresh = options.out, options.workers, options.watcher, options.fresh
    say = _once(watcher.say)
    # Folders are locked in the order of their names, so that two batches never wait for each other.
    indices = _by_folder(scenarios, model, sample)
    wanted = {
        folder: max((scenarios[index] for index in indices[folder]), key=attrgetter("replicates"))
        for folder in sorted(indices)
    }
    incomplete, done = [], 0
    missing = {folder: scenario.replicates for folder, scenario in wanted.items()}
    for folder, scenario in wanted.items():
        store = Store(out / folder)
        if fresh:
            incomplete.append(folder)
            continue
        with store.locked(say):
            ensemble = Ensemble(Request(scenario, model.version, sample), model, store, say, options.records)
            result = ensemble.publish(workers.count) if ensemble.complete else None
        missing[folder] = len(ensemble.missing)
        done += scenario.replicates - missing[folder]
        del ensemble  # an incomplete one is read again in its turn: only a few are in memory at once
        if result is None:
            incomplete.append(folder)
        else:
            yield from _results_of(result, scenarios, indices[folder])
    if not incomplete:
        return
    ready: deque[tuple[str, Result]] = deque()
    at_work: dict[int, tuple[str, Ensemble, int]] = {}
    locks: dict[str, ExitStack] = {}

    def publish(folder: str, ensemble: Ensemble) -> None:
        with locks.pop(folder):
            ready.append((folder, ensemble.publish(workers.count)))

    def tasks() -> Iterator[tuple[Any, ...]]:
        count = 0
        for folder in incomplete:
            store = Store(out / folder)
            with ExitStack() as lock:
                lock.enter_context(store.locked(say))
                if fresh:
                    store.clear()
                ensemble = Ensemble(Request(wanted[folder], model.version, sample), model, store, say, options.records)
                locks[folder] = lock.pop_all()
            for replicate, task in ensemble.tasks(run_of[folder]):
                at_work[count] = folder, ensemble, replicate
                count += 1
                yield task
            if not ensemble.missing:  # another process has run it in the meantime
                publish(folder, ensemble)

    large = {folder: wanted[folder] for folder in incomplete if model.continues and is_large(wanted[folder])}
    keeps = options.records == ALL_RECORDS or (options.records == NEW_RECORDS and not large)
    recorded = model.recorded if keeps else None
    run_of = dict(zip(wanted, runs_of(recorded or model.run, list(wanted.values()), model, options), strict=True))
    number = sum(scenario.replicates for scenario in wanted.values())
    if not workers.remote and large:
        compile_first(model, next(iter(large.values())).catalogue, watcher)
        for folder, scenario in large.items():
            found = needs(scenario, missing[folder], workers.count)
            say(str(found))
            refuse_too_large(found)
    if not workers.remote and model.continues and number - done == 1:  # it runs in this process
        run_of = {folder: partial(run, report=watcher.month) for folder, run in run_of.items()}
    title, more = wanted[incomplete[0]].name, len(incomplete) - 1
    if more:
        title = tr("{name} and {count} more", name=title, count=more)
    watcher.begin(title, done, number)
    checked = run_recorded_checked if recorded else run_checked
    try:
        for index, value in run_tasks(checked, tasks(), model, scenarios[0].catalogue, options):
            folder, ensemble, replicate = at_work.pop(index)
            ensemble.take(replicate, value)
            watcher.advance()
            if ensemble.complete:
                publish(folder, ensemble)
            while ready:
                folder, result = ready.popleft()
                yield from _results_of(result, scenarios, indices[folder])
        for folder, result in ready:
            yield from _results_of(result, scenarios, indices[folder])
    finally:
        watcher.end()
        for lock in locks.values():
            lock.close()


def run_tasks(
    function: Callable[..., Any],
    tasks: Iterator[tuple[Any, ...]],
    model: Model,
    catalogue: Catalogue,
    options: RunOptions,
) -> Iterator[tuple[int, Any]]:
    """Index and value, or failure, of each task; the model is compiled first where it is not."""
    if not options.workers.remote:
        compile_first(model, catalogue, options.watcher)
    yield from options.workers.run(function, tasks)


def runs_of(run: Run, scenarios: Sequence[Scenario], model: Model, options: RunOptions) -> list[Run]:
    """How to run the worlds of each scenario: those worth keeping at month 0 continue from what is kept.

    These are worlds of a scenario that begins as another one does, and here, where a later command may ask for them,
    those of a scenario that is alone; in a study of an assumption each begins in its own way.
    """
    if not model.continues or options.fresh:
        return [run] * len(scenarios)
    remote = options.workers.remote
    openings = OpeningsOfWorkers(model.version) if remote else openings_in(options.out, model.version, time.time())
    if openings is None:
        return [run] * len(scenarios)
    digests = [opening_digest(it) for it in scenarios]
    number = Counter(digests)
    continued = partial(run, openings=openings)
    alone = len(scenarios) == 1 and not remote
    return [continued if it and (alone or number[it] > 1) else run for it in digests]


def compile_first(model: Model, catalogue: Catalogue, watcher: Watcher) -> None:
    """Compile what is missing of the model on this machine, before workers start."""
    if not model.is_compiled():
        from sim.runs.code import compile_model

        compile_model(watcher.compiling)
    if catalogue.sources:
        from sim.runs.code import compile_own

        compile_own(catalogue, watcher.compiling)


def _by_folder(scenarios: Sequence[Scenario], model: Model, sample: PosteriorSample | None) -> dict[str, list[int]]:
    """Indices of the scenarios by the folder of their results; equal scenarios share one."""
    indices: dict[str, list[int]] = {}
    for index, scenario in enumerate(scenarios):
        indices.setdefault(Request(scenario, model.version, sample).folder, []).append(index)
    return indices


def _results_of(result: Result, scenarios: Sequence[Scenario], indices: Sequence[int]) -> Iterator[tuple[int, Result]]:
    """The result of each scenario that shares a folder."""
    for index in indices:
        scenario = scenarios[index]
        yield index, Result(result.path, scenario, result.manifest, result.table.only(range(scenario.replicates)))


def _once(say: Callable[[str], None]) -> Callable[[str], None]:
    """``say`` without repetition: a fault of a folder is found each time that it is read."""
    said: set[str] = set()

    def saying(text: str) -> None:
        if text not in said:
            said.add(text)
            say(text)

    return saying
