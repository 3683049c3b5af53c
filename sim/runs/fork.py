"""Runs that write checkpoints, and branches that continue from them: several branches share one past.

A past is a result with a checkpoint for each replicate at the end of its last month, and the whole scenario of which it
is the first part. A branch has the bytes of a run of its scenario from the start, and is stored as such.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.catalogue import Catalogue
from sim.kernel.draws import seed_of
from sim.model.catalogue import load
from sim.runs.batch import run_tasks
from sim.runs.branch import branched
from sim.runs.declarations import KEY, files_of
from sim.runs.ensemble import Ensemble, Request
from sim.runs.errors import ResultError
from sim.runs.executor import Failure
from sim.runs.options import RunOptions, Watcher
from sim.runs.replicate import Cells, Model
from sim.runs.result import Result, find_result
from sim.runs.store import CHECKPOINTS, SCENARIO, Store, write_whole
from sim.scenario import ScenarioError

if TYPE_CHECKING:
    from sim.scenario import Scenario

_WHOLE = f"{CHECKPOINTS}/{SCENARIO}"


@dataclass(frozen=True)
class Past:
    """A result from which branches continue: its folder, name, seed and last month, and the digest of its request."""

    store: Store
    name: str
    seed: int
    month: int
    replicates: int  # up to the last one with a checkpoint
    request: str
    catalogue: Catalogue

    def checkpoint(self, replicate: int, version: str) -> bytes:
        """One replicate's world; ResultError, which names the file, where it is missing, damaged or of another run."""
        return _checkpoint(self.store, replicate, version, self.request, seed_of(self.seed, replicate), self.month)

    def branch(self, settings: Mapping[str, Any]) -> Scenario:
        """The scenario of a branch; raises ScenarioError with every setting that cannot change in one."""
        return branched(self.store.path / _WHOLE, self.catalogue, self.name, self.month, settings)


def find_past(name: str | Path | Result, results: Path, version: str, catalogue: Catalogue) -> Past:
    """The result in a folder, or the newest one of a scenario under ``results`` that has checkpoints.

    ``catalogue`` has the mechanisms that it was run with. ResultError where there is none, or where another version of
    the model wrote it.
    """
    result = find_result(name, results, CHECKPOINTS)
    manifest, store = result.manifest, Store(result.path)
    again = f"run it with --checkpoint: sim run {result.name} --until {result.months} --checkpoint"
    if not list(store.path.glob(_file("*"))):
        raise ResultError(f"{store.path}: has no checkpoints to continue from; {again}")
    lacking = files_of(manifest)
    if lacking and [it["digest"] for it in manifest[KEY]] != [source.digest for source in catalogue.sources]:
        raise ResultError(f"{store.path}: was run with {', '.join(lacking)}; give the same files: --with FILE")
    if manifest["model"] != version:
        raise ResultError(f"{store.path}: written by model {manifest['model']}, and this is {version}; {again}")
    numbers = [int(file.stem) for file in (store.path / CHECKPOINTS).glob("*.world") if file.stem.isdecimal()]
    past = Past(store, result.name, result.seed, result.months, max(numbers, default=-1) + 1, result.digest, catalogue)
    try:
        whole = load(store.path / _WHOLE, catalogue=catalogue)
        intact = Request(replace(whole, values=whole.values | {"run.months": past.month}), version).digest
    except ScenarioError as error:
        raise ResultError(f"{store.path / _WHOLE}: damaged; {again}\n{error}") from None
    if intact != past.request:
        raise ResultError(f"{store.path / _WHOLE}: damaged (it is not the scenario of this result); {again}")
    return past


def run_forked(
    scenario: Scenario,
    model: Model,
    options: RunOptions,
    *,
    past: Past | None = None,
    whole: Scenario | None = None,
) -> Result:
    """The result of a scenario whose replicates continue from their checkpoints in ``past``, where it is given.

    With ``whole``, the scenario of which this one is the first part, each replicate writes a checkpoint; stored
    replicates without one are run again. A replicate without an intact checkpoint in ``past`` runs from the start;
    ResultError where all would. Each replicate is stored as soon as it is done.
    """
    workers, watcher = options.workers, options.watcher
    request = Request(scenario, model.version)
    store = Store(options.out / request.folder)
    with store.locked(watcher.say):
        if options.fresh:
            store.clear()
        ensemble = Ensemble(request, model, store, watcher.say)
        missing = set(ensemble.missing)
        todo = [it for it in range(scenario.replicates) if it in missing or (whole and not _holds(store, request, it))]
        worlds = _worlds(past, todo, model.version, watcher)
        stamp = {"model": model.version, "request": request.digest} if whole else None
        if whole:
            for aside in store.path.glob(f"{CHECKPOINTS}/.*"):
                aside.unlink()  # half-written by a worker that was terminated
            store.write(_WHOLE, whole.to_toml().encode())

        def tasks() -> Iterator[tuple[Any, ...]]:
            for replicate in todo:
                there = (past.store.path / _file(replicate)).resolve() if past and replicate in worlds else None
                asked = scenario, seed_of(scenario.seed, replicate), scenario.months
                # Workers of this machine read and write files: an interrupted long message would block.
                if workers.remote:
                    yield *asked, there and there.read_bytes(), stamp
                else:
                    yield *asked, there, stamp, (store.path / _file(replicate)).resolve()

        if todo:
            watcher.begin(scenario.name, scenario.replicates - len(todo), scenario.replicates)
        try:
            for place, value in run_tasks(advance, tasks(), model, scenario.catalogue, options) if todo else ():
                replicate = todo[place]
                cells, checkpoint = (value, None) if isinstance(value, Failure) else value
                if checkpoint:
                    store.write(_file(replicate), checkpoint)
                if replicate in missing:
                    ensemble.take(replicate, cells)
                elif isinstance(value, Failure):
                    watcher.say(f"replicate {replicate}: no checkpoint: {value.message}")
                watcher.advance()
        finally:
            if todo:
                watcher.end()
        return ensemble.publish(workers.count)


def advance(
    scenario: Scenario,
    seed: int,
    months: int,
    world: Path | bytes | None = None,
    stamp: Mapping[str, Any] | None = None,
    file: Path | None = None,
) -> tuple[Cells, bytes | None]:
    """The outcomes of one world, months x outcomes, and with ``stamp`` a checkpoint of its end.

    The world continues from ``world``, a checkpoint or its file, where given. The checkpoint is written to ``file``
    where given, and returned otherwise.
    """
    from sim.agents.model import EcosystemModel
    from sim.runs.checkpoint import restore, world_bytes

    data = world.read_bytes() if isinstance(world, Path) else world
    model = EcosystemModel(scenario, rng=seed) if data is None else restore(data, scenario)
    model.run_for(months - model.month)
    cells = model.record.cells()
    kept = None if stamp is None else world_bytes(model, stamp)
    if kept is None or file is None:
        return cells, kept
    write_whole(file, kept)
    return cells, None


def _worlds(past: Past | None, replicates: Sequence[int], version: str, watcher: Watcher) -> set[int]:
    """The replicates with an intact checkpoint; the others are reported."""
    found: set[int] = set()
    if past is None or not replicates:
        return found
    faults = []
    for replicate in replicates:
        try:
            past.checkpoint(replicate, version)
            found.add(replicate)
        except ResultError as error:
            faults.append(str(error))
    if not found:
        raise ResultError("\n".join([*faults, f"{past.store.path}: no checkpoint to continue from"]))
    for fault in faults:
        watcher.say(f"{fault}: its replicate runs from the start")
    return found


def _holds(store: Store, request: Request, replicate: int) -> bool:
    it = request.scenario
    try:
        _checkpoint(store, replicate, request.version, request.digest, seed_of(it.seed, replicate), it.months)
    except ResultError:
        return False
    return True


def _checkpoint(store: Store, replicate: int, version: str, request: str, seed: int, month: int) -> bytes:
    from sim.runs.checkpoint import Damaged, stamp_of

    file = store.path / _file(replicate)
    try:
        data = file.read_bytes()
        stamp = stamp_of(data)
    except FileNotFoundError:
        raise ResultError(f"{file}: missing") from None
    except Damaged:
        raise ResultError(f"{file}: damaged or half-written") from None
    wanted = {"model": version, "request": request, "seed": seed, "month": month}
    if stamp != wanted:
        other = ", ".join(
            f"{name} {stamp.get(name)} and not {it}" for name, it in wanted.items() if stamp.get(name) != it
        )
        raise ResultError(f"{file}: of another run ({other})")
    return data


def _file(replicate: int | str) -> str:
    return f"{CHECKPOINTS}/{replicate}.world"
