"""An ensemble: the replicates of one request, run where they are missing and kept in the request's folder."""

from __future__ import annotations

import hashlib
import json
import re
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.runs.executor import Failure, Workers
from sim.runs.provenance import provenance
from sim.runs.replicate import Cells, Model, seed_of
from sim.runs.result import Result
from sim.runs.store import MANIFEST, OUTCOMES, SCENARIO, SUMMARY, Store, digest_of, to_json
from sim.runs.summary import summarise, to_csv
from sim.runs.table import gather, to_bytes

if TYPE_CHECKING:
    from sim.scenario import Scenario


@dataclass(frozen=True)
class Request:
    """What is asked for: a scenario with its seed, months and number of replicates, and the model's version."""

    scenario: Scenario
    version: str

    @property
    def digest(self) -> str:
        """12 hexadecimal digits of all that can change a replicate; the number of replicates is not in it."""
        asked = (self.scenario.digest(), self.scenario.seed, self.scenario.months, self.version)
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:12]

    @property
    def folder(self) -> str:
        """NAME-DIGEST."""
        return f"{re.sub(r'[^A-Za-z0-9_.-]+', '-', self.scenario.name)}-{self.digest}"


class Watcher:
    """Whom an ensemble tells how it gets on; this one says what matters on stderr, and no more."""

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def begin(self, name: str, done: int, of: int) -> None:
        """A run begins, some of its replicates done already."""

    def advance(self) -> None:
        """One more replicate is done."""

    def end(self) -> None:
        """The run has ended."""


def run_ensemble(
    request: Request,
    model: Model,
    out: Path,
    workers: Workers,
    watcher: Watcher | None = None,
    *,
    fresh: bool = False,
    warm: Callable[[], bool] = lambda: True,
) -> Result:
    """The result of a request in its folder under ``out``, of its first ``request.scenario.replicates`` replicates.

    Only replicates that the folder does not hold are run; ``fresh`` empties it first. Each is kept as soon as it is
    done, so an interrupt loses nothing finished. The folder always holds and describes every replicate published in
    it: a request for fewer changes no file. A failed replicate is recorded, and tried again by the next request.
    ``warm`` tells whether the model is compiled; where it is not, the first replicate runs here, before workers start.
    """
    watcher = watcher or Watcher()
    scenario, store = request.scenario, Store(out / request.folder)
    asked = range(scenario.replicates)
    with store.locked(watcher.say):
        if fresh:
            store.clear()
        began = time.perf_counter()
        kept = store.kept(model.outcomes, scenario.months, watcher.say)
        missing = [replicate for replicate in asked if replicate not in kept]
        failures: dict[int, str] = {}
        if missing:
            if not (store.path / SCENARIO).exists():
                store.write(SCENARIO, scenario.to_toml().encode())
            watcher.begin(scenario.name, len(asked) - len(missing), len(asked))
            try:
                for replicate, value in _run(request, model, missing, workers, watcher, warm):
                    if isinstance(value, Failure):
                        failures[replicate] = value.message
                    else:
                        store.keep(replicate, value)
                        kept[replicate] = value
                    watcher.advance()
            finally:
                watcher.end()
        manifest = _publish(request, model, store, kept, failures, missing, time.perf_counter() - began, workers.count)
        table = gather({r: kept[r] for r in asked if r in kept}, model.outcomes, scenario.months)
        return Result(store.path, scenario, manifest, table)


def _run(
    request: Request, model: Model, missing: list[int], workers: Workers, watcher: Watcher, warm: Callable[[], bool]
) -> Any:
    scenario = request.scenario
    tasks = [(model.run, scenario, seed_of(scenario.seed, replicate), scenario.months, len(model.outcomes))
             for replicate in missing]  # fmt: skip
    first = 0
    if not warm():
        watcher.say("compiling the model: once for this version, about a minute or two")
        first = 1
        with Workers(1) as here:
            for _, value in here.run(_checked, tasks[:1]):
                yield missing[0], value
    for index, value in workers.run(_checked, tasks[first:]):
        yield missing[first + index], value


def _checked(run: Callable[[Any, int, int], Cells], scenario: Any, seed: int, months: int, outcomes: int) -> Cells:
    """One replicate as float64, months x outcomes; ValueError where the model gives another shape."""
    cells = np.ascontiguousarray(run(scenario, seed, months), dtype=np.float64)
    if cells.shape != (months, outcomes):
        raise ValueError(f"the model gave outcomes of shape {cells.shape}, not {(months, outcomes)}")
    return cells


def _publish(
    request: Request, model: Model, store: Store, kept: dict[int, Cells], failures: dict[int, str],
    tried: list[int], seconds: float, workers: int,
) -> dict[str, Any]:  # fmt: skip
    """Bring the folder's files up to what it holds; the manifest."""
    scenario, before = request.scenario, store.manifest()
    trusted = store.table(lambda _: None)
    published = trusted.replicates if trusted else ()
    numbers = sorted({*published, *(r for r in range(scenario.replicates) if r in kept)})
    failed = [entry for entry in before.get("failures", ()) if entry["replicate"] not in {*kept, *tried}]
    failed += [_failure(scenario, replicate, failures[replicate]) for replicate in sorted(failures)]
    table = gather({r: kept[r] for r in numbers}, model.outcomes, scenario.months)
    # The article's figures are no part of the digest: where they changed, so does the summary.
    summary = to_csv(summarise(table, scenario, scenario.figures)) if numbers else b""
    if (
        (tuple(numbers), failed) == (published, before.get("failures"))
        and store.intact(SCENARIO)
        and (not numbers or (store.intact(SUMMARY) and digest_of(summary) == before["outputs"][SUMMARY]))
    ):
        store.tidy(published)
        return before
    outputs = {SCENARIO: store.write(SCENARIO, scenario.to_toml().encode())}
    data = b""
    if numbers:
        outputs[SUMMARY] = store.write(SUMMARY, summary)
        data = to_bytes(table, _about(request))
        outputs[OUTCOMES] = digest_of(data)
    manifest = {
        "name": scenario.name,
        "digest": request.digest,
        "scenario": scenario.digest(),
        "model": request.version,
        "seed": scenario.seed,
        "start": scenario.calendar(0),
        "months": scenario.months,
        "replicates": len(numbers),
        "seeds": {str(replicate): seed_of(scenario.seed, replicate) for replicate in numbers},
        "failures": failed,
        "outputs": outputs,
        "replaces": before.get("outputs", {}).get(OUTCOMES) if trusted else None,
        "wall_seconds": round(seconds, 3),
        "replicates_run": len(tried),
        "workers": workers,
        **provenance(),
    }
    store.write(MANIFEST, to_json(manifest))
    if numbers:
        store.write(OUTCOMES, data)
    store.tidy(table.replicates)
    return manifest


def _about(request: Request) -> dict[str, str]:
    scenario = request.scenario
    return {
        "scenario": scenario.name,
        "digest": request.digest,
        "model": request.version,
        "seed": str(scenario.seed),
        "start": scenario.calendar(0),
    }


def _failure(scenario: Scenario, replicate: int, message: str) -> dict[str, Any]:
    seed = seed_of(scenario.seed, replicate)
    command = f"""python -c "import sim; sim.EcosystemModel('{SCENARIO}', rng={seed}).run_for({scenario.months})" """
    return {"replicate": replicate, "seed": seed, "message": message, "command": command.strip()}
