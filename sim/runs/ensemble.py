"""An ensemble: the replicates of one request, and the folder in which they are stored; ``batch`` runs them."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.letters import as_path, cut, word
from sim.runs.declarations import declarations, failure_of_world
from sim.runs.executor import Failure
from sim.runs.names import overridden
from sim.runs.options import ALL_RECORDS, NO_RECORDS
from sim.runs.provenance import provenance
from sim.runs.records import has_record, write_record
from sim.runs.replicate import Cells, Model
from sim.runs.result import Result
from sim.runs.seals import digest_of
from sim.runs.seeds import own_seeds, world_seed
from sim.runs.store import EVENTS, MANIFEST, OUTCOMES, SCENARIO, SUMMARY, Say, Store
from sim.runs.summary import summarise, to_csv
from sim.runs.table import gather, to_bytes

if TYPE_CHECKING:
    from sim.runs.posterior_sample import PosteriorSample
    from sim.scenario import Scenario


@dataclass(frozen=True)
class Request:
    """A scenario with its seed, months and number of replicates, and the model's version.

    With ``sample`` every replicate has its own parameters.
    """

    scenario: Scenario
    version: str
    sample: PosteriorSample | None = None

    @property
    def digest(self) -> str:
        """12 hexadecimal digits of everything that can change a replicate, but not of their number."""
        asked: tuple[Any, ...] = (self.scenario.digest(), self.scenario.seed, self.scenario.months, self.version)
        if self.sample is not None:
            asked += (self.sample.asked(self.scenario),)
        if seeds := own_seeds(self.scenario):
            asked += ({"seeds": seeds},)
        return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:12]

    @property
    def folder(self) -> str:
        """NAME-DIGEST."""
        return f"{folder_name(self.scenario.name)}-{self.digest}"

    def world(self, replicate: int) -> tuple[Scenario, int]:
        """Scenario and seed of a replicate."""
        if self.sample is not None:
            return self.sample.world(self.scenario, replicate)
        return self.scenario, world_seed(self.scenario, replicate)

    def missing(self, out: Path) -> list[int]:
        """The replicates that the result's folder under ``out`` has not published."""
        manifest = Store(out / self.folder).manifest()
        stored = manifest.get("seeds", {}) if manifest.get("digest") == self.digest else {}
        return [number for number in range(self.scenario.replicates) if str(number) not in stored]


def folder_name(name: str) -> str:
    """The name with only what a folder's may have everywhere, and as much of it as one has room for."""
    return as_path(cut(word(name)))


def as_stored(scenario: Scenario, version: str, out: Path, sample: PosteriorSample | None = None) -> Scenario:
    """The scenario under the name by which ``out`` has its result; unchanged where it has none."""
    request = Request(scenario, version, sample)
    digest = request.digest
    stored = sorted(manifest.parent.name for manifest in out.glob(f"*-{digest}/{MANIFEST}"))
    if not stored or request.folder in stored:
        return scenario
    return replace(scenario, name=stored[0].removesuffix(f"-{digest}"))


@dataclass
class Ensemble:
    """The stored, missing and failed replicates of a request, whose folder must be locked."""

    request: Request
    model: Model
    store: Store
    say: Say
    records: str = NO_RECORDS

    def __post_init__(self) -> None:
        scenario = self.request.scenario
        self._began = time.perf_counter()
        self._asked = range(scenario.replicates)
        self._kept = self.store.kept(self.request.digest, self.model.outcomes, scenario.months, self.say)
        self._journal = self.store.journal((scenario.months, len(self.model.outcomes)), self.say)
        self._failures: dict[int, str] = {}
        wanted = self.model.recorded is not None and self.records == ALL_RECORDS
        self.missing = [
            replicate
            for replicate in self._asked
            if replicate not in self._kept
            or (wanted and not has_record(self.store.path, replicate, self.request.digest))
        ]
        self._left = len(self.missing)

    @property
    def complete(self) -> bool:
        """Whether every missing replicate has been run."""
        return not self._left

    def tasks(self, run: Callable[..., Any]) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """Each missing replicate, with what ``run_checked`` or ``run_recorded_checked`` takes for it."""
        scenario = self.request.scenario
        if self.missing and not (self.store.path / SCENARIO).exists():
            self.store.write(SCENARIO, scenario.to_toml().encode())
        for replicate in self.missing:
            yield replicate, (run, *self.request.world(replicate), scenario.months, len(self.model.outcomes))

    def take(self, replicate: int, value: Cells | tuple[Cells, bytes] | Failure) -> None:
        """Store the outcomes of a replicate, and its record."""
        if isinstance(value, Failure):
            self._failures[replicate] = value.message
        else:
            if isinstance(value, tuple):
                value, record = value
                write_record(self.store.path, replicate, self.request.digest, record)
            self._journal.add((self.request.digest, replicate), value)
            self._kept[replicate] = value
        self._left -= 1

    def publish(self, workers: int) -> Result:
        """Update the folder's files; the result has the replicates asked for."""
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
        # Reported figures are not part of the digest; where they change, so does the summary.
        summary = to_csv(summarise(table, scenario)) if numbers else b""
        if (
            (tuple(numbers), failed) == (published, before.get("failures"))
            and store.intact(SCENARIO)
            and (not numbers or (store.intact(SUMMARY) and digest_of(summary) == before["outputs"][SUMMARY]))
        ):
            store.tidy(journal=self._kept.keys() <= set(numbers))
            return before
        outputs = {SCENARIO: store.write(SCENARIO, scenario.to_toml().encode())}
        data = b""
        if numbers:
            outputs[SUMMARY] = store.write(SUMMARY, summary)
            about = {"scenario": scenario.name, "digest": self.request.digest, "model": self.request.version}
            data = to_bytes(table, about | {"seed": str(scenario.seed), "start": scenario.calendar(0)})
            outputs[OUTCOMES] = digest_of(data)
        if store.intact(EVENTS):  # it names its replicates
            outputs[EVENTS] = before["outputs"][EVENTS]
        manifest = {
            "name": scenario.name,
            "digest": self.request.digest,
            "scenario": scenario.digest(),
            "model": self.request.version,
            "seed": scenario.seed,
            "start": scenario.calendar(0),
            "months": scenario.months,
            "replicates": len(numbers),
            "overridden": overridden(scenario),
            "seeds": {str(replicate): self.request.world(replicate)[1] for replicate in numbers},
            **({"own_seeds": seeds} if (seeds := own_seeds(scenario)) else {}),
            **({"parameters": sample.asked(scenario)} if (sample := self.request.sample) else {}),
            "failures": failed,
            "outputs": outputs,
            "wall_seconds": round(seconds, 3),
            "replicates_run": len(self.missing),
            "workers": workers,
            **declarations(scenario.catalogue),
            **provenance(),
        }
        manifest = store.publish(manifest, OUTCOMES, data)
        store.tidy(journal=self._kept.keys() <= set(numbers))
        return manifest


def _failure(request: Request, replicate: int, message: str) -> dict[str, Any]:
    scenario, seed = request.world(replicate)
    drawn = request.sample.values(request.scenario, replicate) if request.sample else {}
    return failure_of_world(SCENARIO, scenario, drawn, replicate, seed, message)
