"""Hash every outcome of a set of worlds, to know which versions of the model give the same bytes: ``make same``.

The worlds are the shipped scenarios (``nation`` as a sample) and worlds with many parameters drawn from their
plausible ranges. ``docs/same-bytes.json`` keeps the hashes by version of the model. Where an older version has the
same ones, what was printed of it in hours holds for the version that is here, and the documents say so. ``--check``
writes nothing and ends with 1 where the hashes kept of this version are not those that it gives; names of worlds
restrict it to those.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from sim.agents.model import EcosystemModel
from sim.model.catalogue import load, model_catalogue, version_of
from sim.report.document.versions import SAME_BYTES, hashes_by_version
from sim.scenario import Scenario, ScenarioError, Schedule

SEED = 1
SHIPPED = sorted(path.stem for path in (Path(__file__).resolve().parents[1] / "scenarios").glob("*.toml"))
REDUCED = {"nation": {"population.enterprises": 20_000}}
# Scenarios of which parameters are drawn, how many worlds of each, and how many parameters of a world.
DRAWN, WORLDS, PARAMETERS = ("chain", "early-stage-economy", "haier", "new-industries", "shougang", "together"), 4, 40
SHORT = {"run.months": 24, "run.spin_up": 6}


def main(words: Sequence[str] | None = None) -> int:
    """Run the worlds and keep their hashes, or compare them with those kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="worlds; all by default")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    asked = parser.parse_args(words)
    if unknown := sorted(set(asked.names) - set(worlds())):
        parser.error(f"{', '.join(unknown)}: no such world, allowed: {', '.join(worlds())}")
    version, kept = version_of(model_catalogue()), hashes_by_version()
    found = dict(hashes(asked.names or list(worlds())))
    if asked.check:
        return int(bool(compared(version, found, kept.get(version, {}))))
    for earlier, old in kept.items():
        compared(f"{version} against {earlier}", found, old)
    if not asked.names:
        SAME_BYTES.write_text(json.dumps(kept | {version: found}, indent=1) + "\n", encoding="utf-8")
    return 0


def compared(said: str, found: Mapping[str, str], kept: Mapping[str, str]) -> list[str]:
    """The worlds whose hashes are not those kept, which are printed after the number of the others."""
    other = [name for name, it in found.items() if kept.get(name) != it]
    print(f"{said}: {len(found) - len(other)} of {len(found)} worlds the same", *other, sep="\n  ")
    return other


def worlds() -> dict[str, tuple[str, int]]:
    """Every world: its scenario, and the number of its draw; 0 is the scenario as it is shipped."""
    drawn = {f"{name}, draw {number}": (name, number) for name in DRAWN for number in range(1, WORLDS + 1)}
    return {name: (name, 0) for name in SHIPPED} | drawn


def hashes(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The hash of each world, by its name."""
    with ProcessPoolExecutor(max_workers=2) as pool:
        for name, found in zip(names, pool.map(hash_of, names), strict=True):
            print(f"{found}  {name}", file=sys.stderr)
            yield name, found


def hash_of(name: str) -> str:
    """The hash of all outcomes of all months of a world, or of the reason why it stops."""
    scenario, number = worlds()[name]
    model = EcosystemModel(drawn(scenario, number) if number else load(scenario, REDUCED.get(scenario, {})), rng=SEED)
    try:
        model.run_for(model.settings.months)
    except ArithmeticError as error:
        return f"stops: {error}"
    outcomes = model.settings.catalogue.outcomes
    return hashlib.sha256("\n".join(outcomes).encode() + model.record.cells().tobytes()).hexdigest()[:16]


def drawn(name: str, number: int) -> Scenario:
    """A scenario with parameters drawn from their plausible ranges; those that it refuses are left as they are."""
    own, rng = load(name, SHORT), random.Random(f"{name} {number}")  # noqa: S311 - repeatable, and no secret
    values: dict[str, float] = {}
    for key in rng.sample(sorted(own.values), len(own.values)):
        declared, value = own.catalogue.declaration(key), own.values[key]
        if declared is None or declared.type is not float or declared.plausible is None or isinstance(value, Schedule):
            continue
        tried: Mapping[str, float] = values | {key: rng.uniform(*declared.plausible)}
        try:
            load(name, SHORT | dict(tried))
        except ScenarioError:
            continue
        values = dict(tried)
        if len(values) == PARAMETERS:
            break
    return load(name, SHORT | values)


if __name__ == "__main__":
    sys.exit(main())
