"""Several ensembles at once: what is missing of all of them runs over one pool, and each is kept in its own folder."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.runs.ensemble import Ensemble, Request, Watcher
from sim.runs.executor import Workers
from sim.runs.replicate import Model, run_checked
from sim.runs.result import Result
from sim.runs.store import Store

if TYPE_CHECKING:
    from sim.catalogue import Catalogue
    from sim.runs.posterior_sample import PosteriorSample
    from sim.scenario import Scenario

IsCompiled = Callable[[], bool]


def run_batch(
    scenarios: Sequence[Scenario],
    model: Model,
    out: Path,
    workers: Workers,
    watcher: Watcher | None = None,
    *,
    fresh: bool = False,
    is_compiled: IsCompiled = lambda: True,
    sample: PosteriorSample | None = None,
) -> list[Result]:
    """The result of each scenario, in their order, of its first ``run.replicates`` replicates; see ``batch_results``.

    All tables are in memory at the end: take them from ``batch_results`` one by one where they are many.
    """
    found = dict(
        batch_results(scenarios, model, out, workers, watcher, fresh=fresh, is_compiled=is_compiled, sample=sample)
    )
    return [found[place] for place in range(len(scenarios))]


def batch_results(
    scenarios: Sequence[Scenario],
    model: Model,
    out: Path,
    workers: Workers,
    watcher: Watcher | None = None,
    *,
    fresh: bool = False,
    is_compiled: IsCompiled = lambda: True,
    sample: PosteriorSample | None = None,
) -> Iterator[tuple[int, Result]]:
    """Place and result of each scenario as soon as it is complete, kept in its folder under ``out``.

    Only replicates that the folders do not hold are run; ``fresh`` empties them first. Each is kept as soon as it is
    done, so an interrupt loses nothing finished. A folder always holds and describes every replicate published in it:
    a request for fewer changes no file. A failed replicate is recorded, and tried again by the next request.
    With ``sample`` every replicate has its own parameters. Where ``is_compiled`` is false, the model is compiled before
    workers start on this machine.
    """
    watcher = watcher or Watcher()
    say = _once(watcher.say)
    # Folders are locked in the order of their names, so that two batches never wait for each other.
    places = _by_folder(scenarios, model, sample)
    wanted = {folder: max((scenarios[place] for place in places[folder]), key=_replicates) for folder in sorted(places)}
    incomplete, done = [], 0
    for folder, scenario in wanted.items():
        store = Store(out / folder)
        if fresh:
            incomplete.append(folder)
            continue
        with store.locked(say):
            ensemble = Ensemble(Request(scenario, model.version, sample), model, store, say)
            result = ensemble.publish(workers.count) if ensemble.complete else None
        done += scenario.replicates - len(ensemble.missing)
        del ensemble  # what is not complete is read again when its turn comes: only a few are in memory at once
        if result is None:
            incomplete.append(folder)
        else:
            yield from _shares(result, scenarios, places[folder])
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
                ensemble = Ensemble(Request(wanted[folder], model.version, sample), model, store, say)
                locks[folder] = lock.pop_all()
            for replicate, task in ensemble.tasks():
                at_work[count] = folder, ensemble, replicate
                count += 1
                yield task
            if not ensemble.missing:  # another process has run it in the meantime
                publish(folder, ensemble)

    watcher.begin(_title([wanted[folder] for folder in incomplete]), done, sum(map(_replicates, wanted.values())))
    try:
        for index, value in values(run_checked, tasks(), workers, watcher, is_compiled, scenarios[0].catalogue):
            folder, ensemble, replicate = at_work.pop(index)
            ensemble.take(replicate, value)
            watcher.advance()
            if ensemble.complete:
                publish(folder, ensemble)
            while ready:
                folder, result = ready.popleft()
                yield from _shares(result, scenarios, places[folder])
        for folder, result in ready:
            yield from _shares(result, scenarios, places[folder])
    finally:
        watcher.end()
        for lock in locks.values():
            lock.close()


def values(
    function: Callable[..., Any],
    tasks: Iterator[tuple[Any, ...]],
    workers: Workers,
    watcher: Watcher,
    is_compiled: IsCompiled,
    catalogue: Catalogue,
) -> Iterator[tuple[int, Any]]:
    """Index and value, or failure, of each task; where the model is not compiled, that is done first."""
    if not workers.remote:
        compile_first(watcher, is_compiled, catalogue)
    yield from workers.run(function, tasks)


def compile_first(watcher: Watcher, is_compiled: IsCompiled, catalogue: Catalogue) -> None:
    """Compile what is missing of the model on this machine, before workers start on it."""
    if not is_compiled():
        from sim.runs.code import compile_model

        compile_model(watcher.compiling)
    if catalogue.sources:
        from sim.runs.code import compile_own

        compile_own(catalogue, watcher.compiling)


def _by_folder(scenarios: Sequence[Scenario], model: Model, sample: PosteriorSample | None) -> dict[str, list[int]]:
    """Places of the scenarios by the folder of their results: two that say the same share one."""
    places: dict[str, list[int]] = {}
    for place, scenario in enumerate(scenarios):
        places.setdefault(Request(scenario, model.version, sample).folder, []).append(place)
    return places


def _shares(result: Result, scenarios: Sequence[Scenario], places: Sequence[int]) -> Iterator[tuple[int, Result]]:
    """What each of those who asked for a folder gets of it."""
    for place in places:
        scenario = scenarios[place]
        yield place, Result(result.path, scenario, result.manifest, result.table.only(range(scenario.replicates)))


def _replicates(scenario: Scenario) -> int:
    return scenario.replicates


def _title(scenarios: Sequence[Scenario]) -> str:
    more = len(scenarios) - 1
    return f"{scenarios[0].name} and {more} more" if more else scenarios[0].name


def _once(say: Callable[[str], None]) -> Callable[[str], None]:
    """Say nothing twice: what is wrong with a folder is found each time that it is read."""
    said: set[str] = set()

    def saying(text: str) -> None:
        if text not in said:
            said.add(text)
            say(text)

    return saying
