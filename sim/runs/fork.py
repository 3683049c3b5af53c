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
from sim.disk import remove_asides, write_whole
from sim.kernel.draws import seed_of
from sim.language import tr
from sim.model.catalogue import load
from sim.runs.batch import run_tasks
from sim.runs.branch import branched
from sim.runs.declarations import KEY, files_of
from sim.runs.ensemble import Ensemble, Request
from sim.runs.errors import ResultError
from sim.runs.executor import Failure
from sim.runs.noted import write_noted
from sim.runs.options import RunOptions, Watcher
from sim.runs.replicate import Cells, Model
from sim.runs.result import Result, find_result
from sim.runs.seeds import world_seed
from sim.runs.store import CHECKPOINTS, SCENARIO, Store
from sim.scenario import ScenarioError

if TYPE_CHECKING:
    from sim.scenario import Scenario

_WHOLE = f"{CHECKPOINTS}/{SCENARIO}"


@dataclass(frozen=True)
class Checkpoints:
    """The checkpoints of a result: the world of each replicate at the end of its last month."""

    store: Store
    version: str  # of the model
    request: str  # digest of the result's request
    seed: int  # of the scenario
    month: int  # the last one

    def file(self, replicate: int) -> Path:
        return self.store.path / CHECKPOINTS / f"{replicate}.world"

    def fault(self, replicate: int) -> str:
        """Why a replicate has no checkpoint: missing, damaged or of another run; empty where it has one."""
        from sim.runs.checkpoint import Damaged, stamp_of

        file, seed = self.file(replicate), seed_of(self.seed, replicate)
        try:
            stamp = stamp_of(file.read_bytes())
        except FileNotFoundError:
            return f"{file}: missing"
        except Damaged:
            return f"{file}: damaged or half-written"
        wanted = {"model": self.version, "request": self.request, "seed": seed, "month": self.month}
        other = [f"{name} {stamp.get(name)} and not {it}" for name, it in wanted.items() if stamp.get(name) != it]
        return f"{file}: of another run ({', '.join(other)})" if other else ""


@dataclass(frozen=True)
class PastResult:
    """A result from which branches continue."""

    name: str
    checkpoints: Checkpoints
    replicates: int  # up to the last one with a checkpoint
    catalogue: Catalogue

    @property
    def path(self) -> Path:
        return self.checkpoints.store.path

    @property
    def month(self) -> int:
        return self.checkpoints.month

    def branch(self, settings: Mapping[str, Any]) -> Scenario:
        """The scenario of a branch; raises ScenarioError with every setting that cannot change in one."""
        return branched(self.path / _WHOLE, self.catalogue, self.name, self.month, settings)


def find_past(name: str | Path | Result, results: Path, version: str, catalogue: Catalogue) -> PastResult:
    """The result in a folder, or the newest one of a scenario under ``results`` that has checkpoints.

    ``catalogue`` has the mechanisms that it was run with. ResultError where there is none, or where another version of
    the model wrote it.
    """
    result = find_result(name, results, CHECKPOINTS)
    manifest, store = result.manifest, Store(result.path)
    again = f"run it with --checkpoint: sim run {result.name} --until {result.months} --checkpoint"
    files = list((store.path / CHECKPOINTS).glob("*.world"))
    if not files:
        raise ResultError(f"{store.path}: has no checkpoints to continue from; {again}")
    lacking = files_of(manifest)
    if lacking and [it["digest"] for it in manifest[KEY]] != [source.digest for source in catalogue.sources]:
        raise ResultError(f"{store.path}: was run with {', '.join(lacking)}; give the same files: --with FILE")
    if manifest["model"] != version:
        raise ResultError(f"{store.path}: written by model {manifest['model']}, and this is {version}; {again}")
    numbers = [int(file.stem) for file in files if file.stem.isdecimal()]
    checkpoints = Checkpoints(store, version, result.digest, result.seed, result.months)
    try:
        whole = load(store.path / _WHOLE, catalogue=catalogue)
        intact = Request(replace(whole, values=whole.values | {"run.months": result.months}), version).digest
    except ScenarioError as error:
        raise ResultError(f"{store.path / _WHOLE}: damaged; {again}\n{error}") from None
    if intact != result.digest:
        raise ResultError(f"{store.path / _WHOLE}: damaged (it is not the scenario of this result); {again}")
    return PastResult(result.name, checkpoints, max(numbers, default=-1) + 1, catalogue)


def run_forked(
    scenario: Scenario,
    model: Model,
    options: RunOptions,
    *,
    past: PastResult | None = None,
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
        own = Checkpoints(store, model.version, request.digest, scenario.seed, scenario.months)
        missing = set(ensemble.missing)
        todo = [it for it in range(scenario.replicates) if it in missing or (whole and own.fault(it))]
        worlds = _worlds(past, todo, watcher) if past else ()
        stamp = {"model": model.version, "request": request.digest} if whole else None
        if whole:
            remove_asides(store.path / CHECKPOINTS)
            write_noted(store.path / CHECKPOINTS, {SCENARIO: whole.to_toml().encode()})

        def tasks() -> Iterator[tuple[Any, ...]]:
            for replicate in todo:
                there = past.checkpoints.file(replicate).resolve() if past and replicate in worlds else None
                asked = scenario, world_seed(scenario, replicate), scenario.months
                # Workers of this machine read and write files: an interrupted long message would block.
                if workers.remote:
                    yield *asked, there and there.read_bytes(), stamp
                else:
                    yield *asked, there, stamp, own.file(replicate).resolve()

        if todo:
            watcher.begin(scenario.name, scenario.replicates - len(todo), scenario.replicates)
        try:
            for index, value in run_tasks(advance, tasks(), model, scenario.catalogue, options) if todo else ():
                replicate = todo[index]
                cells, checkpoint = (value, None) if isinstance(value, Failure) else value
                if checkpoint:
                    write_whole(own.file(replicate), checkpoint)
                if replicate in missing:
                    ensemble.take(replicate, cells)
                elif isinstance(value, Failure):
                    watcher.say(
                        tr(
                            "replicate {replicate}: no checkpoint: {message}",
                            replicate=replicate,
                            message=value.message,
                        )
                    )
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


def _worlds(past: PastResult, replicates: Sequence[int], watcher: Watcher) -> set[int]:
    """The replicates with an intact checkpoint; the others are reported."""
    faults = {replicate: past.checkpoints.fault(replicate) for replicate in replicates}
    wrong = [fault for fault in faults.values() if fault]
    if wrong and len(wrong) == len(faults):
        raise ResultError("\n".join([*wrong, f"{past.path}: no checkpoint to continue from"]))
    for fault in wrong:
        watcher.say(tr("{fault}: its replicate runs from the start", fault=fault))
    return {replicate for replicate, fault in faults.items() if not fault}
