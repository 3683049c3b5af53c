"""Parameters that differ between worlds: a sample from the posterior of a calibration."""

from __future__ import annotations

import difflib
import json
import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any, Literal

from sim.declare import Source, Value
from sim.language import later, listed, tr
from sim.runs.seals import digest_of
from sim.runs.seeds import world_seed
from sim.scenario import Fault, Origin, Scenario, ScenarioError
from sim.scenario.extending import chain, folders

Intervals = Literal["stochastic", "parameter", "both"]

POSTERIOR = "posterior"
FILE = "posterior.parquet"
_OPTION = "--parameters"
_GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0
_WORDS: dict[str, str] = {
    "stochastic": later("stochastic: a seed for each world, one set of parameters"),
    "parameter": later("parameter: a draw from the posterior for each world, one seed"),
    "both": later("both parameter and stochastic: a draw from the posterior and a seed for each world"),
}


@dataclass(frozen=True)
class PosteriorSample:
    """A posterior, of which every replicate draws its parameters."""

    name: str  # of the file
    digest: str
    keys: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]  # sorted points with a value for each key
    below: tuple[float, ...]  # cumulative weight of the points
    named: Mapping[str, tuple[str, ...]]  # the scenarios in which a key was fitted
    inherited: tuple[str, ...]  # keys that are drawn in every scenario that leaves them at the default
    calibration: str  # name of its folder, which fitted scenarios give as the source of their values
    one_seed: bool = False  # whether all worlds have the seed of replicate 0
    borrowed: str = ""  # name of the scenario whose fit it is, where it is asked for by that name

    @property
    def intervals(self) -> Intervals:
        """What varies between the worlds."""
        return "parameter" if self.one_seed else "both"

    def moved(self, scenario: Scenario) -> tuple[str, ...]:
        """The keys that are drawn in a scenario.

        A scenario inherits what is drawn in one that it extends. What an override or its own file sets keeps its value.
        """
        lineage = _lineage(scenario)
        return tuple(key for key in self.keys if key in scenario.values and self._moves(scenario, key, lineage))

    def _moves(self, scenario: Scenario, key: str, lineage: Sequence[str]) -> bool:
        origin = scenario.origins[key]
        if origin.kind == "override":
            return False
        if key in self.inherited and origin.kind == "default":
            return True
        source = scenario.sources.get(key)
        if source is not None and source.kind == "fitted" and self.calibration in source.text:
            return True
        # A base of places of one's own says whose fit its values are.
        if source is not None and self.borrowed and f"fitted at {self.borrowed}'" in source.text.lower():
            return True
        fitted = [index for index, name in enumerate(lineage) if name in self.named[key]]
        file = Path(origin.location.rpartition(":")[0]).stem
        set_at = len(lineage) if origin.kind == "default" else lineage.index(file) if file in lineage else 0
        return bool(fitted) and set_at >= fitted[0]

    def values(self, scenario: Scenario, replicate: int) -> dict[str, Value]:
        """The draw of a replicate: its multiple of the golden ratio, through the cumulative weights.

        The sequence is evenly spread from its start, so few replicates cover the posterior, as in systematic
        resampling, and a replicate's draw does not depend on their number.
        """
        share = (0.5 + _GOLDEN * replicate) % 1.0 * self.below[-1]
        row = self.rows[min(bisect_right(self.below, share), len(self.rows) - 1)]
        moved = self.moved(scenario)
        return {key: value for key, value in zip(self.keys, row, strict=True) if key in moved}

    def world(self, scenario: Scenario, replicate: int) -> tuple[Scenario, int]:
        """Scenario and seed of a replicate."""
        drawn = self.values(scenario, replicate)
        sources = dict.fromkeys(drawn, Source("fitted", f"draw {replicate} of {self.name}"))
        origins = dict.fromkeys(drawn, Origin("override", self.name))
        made = replace(
            scenario,
            values={**scenario.values, **drawn},
            sources=scenario.sources | sources,
            origins=scenario.origins | origins,
        )
        return made, world_seed(scenario, 0 if self.one_seed else replicate)

    def asked(self, scenario: Scenario) -> dict[str, Any]:
        """What can change a result, in JSON; of a borrowed fit also the keys that are not drawn."""
        moved = self.moved(scenario)
        said = {"posterior": self.digest, "keys": list(moved), "intervals": self.intervals}
        if self.borrowed:
            left = [key for key in self.keys if key not in moved]
            said["borrowed"] = self.borrowed
            said["kept"] = [key for key in left if key in scenario.values]
            said["absent"] = [key for key in left if key not in scenario.values]
        return said


def read_sample(text: str, scenario: Scenario, *, one_seed: bool = False) -> PosteriorSample:
    """The sample of ``posterior`` (the scenario's own), ``posterior:FILE`` or ``posterior:NAME``.

    A scenario's posterior is ``posterior.parquet`` beside its file, as ``sim calibrate`` leaves them, or else
    ``calibration/NAME.posterior.parquet`` from there, or that of the nearest scenario which it extends and which has
    one, or ``calibration/defaults.posterior.parquet``. ``posterior:NAME`` is that of another scenario, borrowed: what
    the scenario at hand sets itself keeps its value. ScenarioError where there is none, or it draws no key of the
    scenario.
    """
    word, _, given = text.partition(":")
    if word != POSTERIOR:
        raise _wrong(text, f"is not known, allowed: {POSTERIOR}, {POSTERIOR}:FILE.parquet or {POSTERIOR}:NAME")
    named = given and not Path(given).suffix and not Path(given).is_file()
    places = _places(given, given) if named else [Path(given)] if given else _places(scenario.path, scenario.name)
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise _wrong(text, _none_found(given or scenario.name, places))
    read = _read(found, text, one_seed=one_seed)
    if named and given not in _lineage(scenario):
        read = replace(read, borrowed=given)
    if not read.moved(scenario):
        raise _wrong(
            text, f"{found} moves no key of {scenario.name}, allowed: a posterior of what it leaves at a default"
        )
    return read


def _places(path: str, name: str) -> list[Path]:
    """Where the posterior of a scenario may be, the nearest first."""
    files = [Path(it.path) for it in chain(path)]
    beside, folder = files[0].parent, "calibration"
    places = [beside / FILE, beside / folder / f"{name}.{FILE}"]
    places += [file.parent / folder / f"{file.stem}.{FILE}" for file in files]
    return list(dict.fromkeys([*places, beside / folder / f"defaults.{FILE}"]))


def _none_found(name: str, places: Sequence[Path]) -> str:
    """What is wrong where a scenario has no posterior, and which could be borrowed."""
    fits = sorted(it.name.removesuffix(f".{FILE}") for folder in folders() for it in folder.glob(f"*/*.{FILE}"))
    near = difflib.get_close_matches(name, fits, 1)
    hint = f", nearest: {near[0]}" if near else ""
    own = f"{POSTERIOR}:FILE of sim calibrate, or {POSTERIOR}:NAME, the fit of another: {', '.join(fits)}"
    return f"{name} has no posterior ({', '.join(map(str, places))}){hint}, allowed: {own}"


def _lineage(scenario: Scenario) -> list[str]:
    """The scenario's name, then those of its file and of the files that it extends, the nearest first."""
    return [scenario.name, *_names_of_files(scenario.path, Path.cwd())]


@lru_cache(maxsize=64)  # asked once a world
def _names_of_files(path: str, _folder: Path) -> tuple[str, ...]:
    """Names of the files of a scenario, given by a shipped name or by a path from the present folder."""
    return tuple(Path(it.path).stem for it in chain(path))


def intervals_text(intervals: str) -> str:
    """What varies between worlds, in words."""
    return _WORDS[intervals]


def borrowed_lines(asked: Mapping[str, Any]) -> list[str]:
    """Whose fit is borrowed, and what of it is not drawn, of what a manifest says of its parameters."""
    if not asked.get("borrowed"):
        return []
    said = [tr("fitted to {name}, borrowed: {keys}", name=asked["borrowed"], keys=listed(asked["keys"]))]
    if asked["kept"]:
        said.append(tr("not drawn, as the scenario sets them: {keys}", keys=listed(asked["kept"])))
    if asked["absent"]:
        said.append(tr("not drawn, as the scenario has no such key: {keys}", keys=listed(asked["absent"])))
    return said


def _read(file: Path, text: str, *, one_seed: bool) -> PosteriorSample:
    import pyarrow as pa
    from pyarrow import parquet

    data = file.read_bytes()
    try:
        table = parquet.ParquetFile(pa.BufferReader(data)).read(use_threads=False)
        moved = json.loads(table.schema.metadata[b"moved"])
        calibration = table.schema.metadata[b"calibration"].decode()
        *keys, weight = table.column_names
        rows = tuple(zip(*(table.column(key).to_pylist() for key in keys), strict=True))
        weights = table.column(weight).to_pylist()
        if weight != "weight" or not keys or set(moved) != set(keys) or not rows:
            raise ValueError(weight)
    except (pa.ArrowInvalid, ValueError, KeyError, TypeError):
        raise _wrong(text, f"{file} is no posterior, allowed: posterior.parquet of sim calibrate") from None
    named = {key: tuple(it["scenarios"]) for key, it in moved.items()}
    inherited = tuple(key for key, it in moved.items() if it["inherited"])
    digest = digest_of(data)[:12]
    below = tuple(accumulate(weights))
    return PosteriorSample(
        f"{file.name} {digest}", digest, tuple(keys), rows, below, named, inherited, calibration, one_seed
    )


def _wrong(text: str, message: str) -> ScenarioError:
    return ScenarioError([Fault(_OPTION, 0, text, message)])
