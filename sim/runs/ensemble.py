"""An ensemble: the replicates of one request, and the folder in which they are kept; ``batch`` runs them."""

from __future__ import annotations

import hashlib
import json
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.kernel.draws import seed_of
from sim.runs.declarations import command_of_world, declarations
from sim.runs.executor import Failure
from sim.runs.provenance import provenance
from sim.runs.replicate import Cells, Model
from sim.runs.result import Result
from sim.runs.store import MANIFEST, OUTCOMES, SCENARIO, SUMMARY, Say, Store, digest_of, to_json
from sim.runs.summary import summarise, to_csv
from sim.runs.table import gather, to_bytes

if TYPE_CHECKING:
    from sim.runs.posterior_sample import PosteriorSample
    from sim.scenario import Scenario


@dataclass(frozen=True)
class Request:
    """What is asked for: a scenario with its seed, months and number of replicates, and the model's version.

    With ``sample`` every replicate has parameters of its own.
    """

    scenario: Scenario
    version: str
    sample: PosteriorSample | None = None

    @property
    def digest(self) -> str:
        """12 hexadecimal digits of all that can change a replicate; the number of replicates is not in it."""
        asked: tuple[Any, ...] = (self.scenario.digest(), self.scenario.seed, self.scenario.months, self.version)
        if self.sample is not None:
            asked += (self.sample.asked(self.scenario),)
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:12]

    @property
    def folder(self) -> str:
        """NAME-DIGEST."""
        return f"{re.sub(r'[^A-Za-z0-9_.-]+', '-', self.scenario.name)}-{self.digest}"

    def world(self, replicate: int) -> tuple[Scenario, int]:
        """Scenario and seed of a replicate."""
        if self.sample is not None:
            return self.sample.world(self.scenario, replicate)
        return self.scenario, seed_of(self.scenario.seed, replicate)


COMPILING = "compiling the model, once for this version"


class Watcher:
    """Receives messages and progress of a run; this one writes messages to stderr and ignores progress.

    A subclass overrides what it needs.

    Examples
    --------
    >>> from sim.runs.ensemble import Watcher
    >>> class Counter(Watcher):
    ...     done = 0
    ...     def advance(self):
    ...         self.done += 1
    >>> watcher = Counter()
    >>> _ = sim.run("shougang", replicates=2, months=6, workers=1, figures=False, fresh=True, watcher=watcher)
    >>> watcher.done
    2
    """

    _compiles = False

    def say(self, text: str) -> None:
        """A message."""
        print(text, file=sys.stderr, flush=True)

    def begin(self, name: str, done: int, of: int) -> None:
        """A run begins; ``done`` of its ``of`` replicates are kept already."""

    def advance(self) -> None:
        """One more replicate is done."""

    def end(self) -> None:
        """The run has ended."""

    def compiling(self, done: int, of: int) -> None:
        """The model is being compiled, once for each version; ``done`` of ``of`` loops are done."""
        if not self._compiles:
            self._compiles = True
            self.say(f"{COMPILING}: {of - done} of {of} loops")


@dataclass
class Ensemble:
    """A request at work in its folder, which must be locked: what is kept of it, what is missing, what failed."""

    request: Request
    model: Model
    store: Store
    say: Say

    def __post_init__(self) -> None:
        scenario = self.request.scenario
        self._began = time.perf_counter()
        self._asked = range(scenario.replicates)
        self._kept = self.store.kept(self.model.outcomes, scenario.months, self.say)
        self._failures: dict[int, str] = {}
        self.missing = [replicate for replicate in self._asked if replicate not in self._kept]
        self._left = len(self.missing)

    @property
    def complete(self) -> bool:
        """Whether every missing replicate has been run."""
        return not self._left

    def tasks(self) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """Each missing replicate, with what ``run_checked`` takes for it."""
        scenario = self.request.scenario
        if self.missing and not (self.store.path / SCENARIO).exists():
            self.store.write(SCENARIO, scenario.to_toml().encode())
        for replicate in self.missing:
            yield replicate, (self.model.run, *self.request.world(replicate), scenario.months, len(self.model.outcomes))

    def take(self, replicate: int, value: Cells | Failure) -> None:
        """Keep what a replicate gave, at once."""
        if isinstance(value, Failure):
            self._failures[replicate] = value.message
        else:
            self.store.keep(replicate, value)
            self._kept[replicate] = value
        self._left -= 1

    def publish(self, workers: int) -> Result:
        """Bring the folder's files up to what it holds; the result, of the replicates asked for."""
        manifest = self._published(time.perf_counter() - self._began, workers)
        kept = {replicate: self._kept[replicate] for replicate in self._asked if replicate in self._kept}
        table = gather(kept, self.model.outcomes, self.request.scenario.months)
        return Result(self.store.path, self.request.scenario, manifest, table)

    def _published(self, seconds: float, workers: int) -> dict[str, Any]:
        scenario, store, before = self.request.scenario, self.store, self.store.manifest()
        trusted = store.table(lambda _: None)
        published = trusted.replicates if trusted else ()
        numbers = sorted({*published, *(replicate for replicate in self._asked if replicate in self._kept)})
        settled = {*self._kept, *self.missing}
        failed = [entry for entry in before.get("failures", ()) if entry["replicate"] not in settled]
        failed += [_failure(self.request, replicate, self._failures[replicate]) for replicate in sorted(self._failures)]
        table = gather(
            {replicate: self._kept[replicate] for replicate in numbers}, self.model.outcomes, scenario.months
        )
        # The article's figures are no part of the digest: where they changed, so does the summary.
        summary = to_csv(summarise(table, scenario, scenario.reported_figures)) if numbers else b""
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
            data = to_bytes(table, _about(self.request))
            outputs[OUTCOMES] = digest_of(data)
        manifest = {
            "name": scenario.name,
            "digest": self.request.digest,
            "scenario": scenario.digest(),
            "model": self.request.version,
            "seed": scenario.seed,
            "start": scenario.calendar(0),
            "months": scenario.months,
            "replicates": len(numbers),
            "seeds": {str(replicate): self.request.world(replicate)[1] for replicate in numbers},
            **({"parameters": sample.asked(scenario)} if (sample := self.request.sample) else {}),
            "failures": failed,
            "outputs": outputs,
            "replaces": before.get("outputs", {}).get(OUTCOMES) if trusted else None,
            "wall_seconds": round(seconds, 3),
            "replicates_run": len(self.missing),
            "workers": workers,
            **declarations(scenario.catalogue),
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


def _failure(request: Request, replicate: int, message: str) -> dict[str, Any]:
    scenario, seed = request.world(replicate)
    drawn = request.sample.values(request.scenario, replicate) if request.sample else {}
    command = command_of_world(SCENARIO, drawn, seed, scenario.months, scenario.catalogue)
    return {"replicate": replicate, "seed": seed, "message": message, "command": command}
