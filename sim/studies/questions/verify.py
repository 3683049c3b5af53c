"""Whether what is kept is what was computed: digests of all files and, where it is asked for, the run itself again."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from sim.catalogue import Catalogue
from sim.model.catalogue import load
from sim.runs.batch import run_batch
from sim.runs.declarations import KEY, files_of
from sim.runs.ensemble import Request
from sim.runs.errors import ResultError
from sim.runs.events import read_events, replicates_of, run_with_events
from sim.runs.fork import run_forked
from sim.runs.options import ALL_RECORDS, RunOptions
from sim.runs.replicate import Model
from sim.runs.seeds import with_seeds
from sim.runs.store import CHECKPOINTS, EVENTS, OUTCOMES, RECORDS, SCENARIO, SUMMARY, Store
from sim.runs.verify import WORLD, Verified, Wrong, verify_folder
from sim.scenario import Scenario, ScenarioError
from sim.studies.points import REPLICATES, VARIANT
from sim.studies.questions.sensitivity import INDICES, run_sensitivity
from sim.studies.questions.sweep import TABLE, run_sweep
from sim.studies.stored_sensitivity import ANSWER


def verify_result(folder: Path, model: Model, catalogue: Catalogue, options: RunOptions | None) -> Verified:
    """What is wrong in the folder of a result or study; with ``options`` an intact one is run again and compared.

    ResultError where it cannot be run again from its folder.
    """
    found = verify_folder(folder)
    if options is None or not found.holds:
        return found
    with tempfile.TemporaryDirectory(prefix="sim-verify-") as space:
        again, names = _repeated(Store(folder), model, catalogue, replace(options, out=Path(space)))
        compared = [name for name in names if (folder / name).exists()]
        other = [name for name in compared if _bytes(again / name) != _bytes(folder / name)]
    wrong = tuple(Wrong(name, "a repeated run gives other bytes") for name in other)
    same = tuple(name for name in compared if name not in other)
    return replace(found, wrong=(*found.wrong, *wrong), repeated=same)


def _bytes(file: Path) -> bytes | None:
    return file.read_bytes() if file.exists() else None


def _repeated(store: Store, model: Model, catalogue: Catalogue, options: RunOptions) -> tuple[Path, Sequence[str]]:
    """A folder in which the run was repeated, and the names of what a run gives bit for bit."""
    manifest = store.manifest()
    kinds: dict[str, Callable[..., tuple[Path, Sequence[str]]]] = {
        "": _run, "sweep": _sweep, "sensitivity": _sensitivity,
    }  # fmt: skip
    kind = str(manifest.get("kind", ""))
    if not manifest or kind not in kinds:
        what = f"a {kind} study" if kind else f"{store.path.name}"
        raise ResultError(f"{store.path}: {what} cannot be repeated from its folder: repeat its command with --out DIR")
    if manifest["model"] != model.version:
        raise ResultError(f"{store.path}: written by model {manifest['model']}, and this is {model.version}")
    lacking = files_of(manifest)
    if lacking and [it["digest"] for it in manifest[KEY]] != [source.digest for source in catalogue.sources]:
        raise ResultError(f"{store.path}: was run with {', '.join(lacking)}; give the same files: --with FILE")
    if posterior := manifest.get("parameters"):
        raise ResultError(
            f"{store.path}: its worlds have parameters of posterior {posterior['posterior']}, which no result holds: "
            "repeat its command with --out DIR"
        )
    made, names = kinds[kind](store, manifest, partial(_scenario, store, manifest, catalogue), model, options)
    return made, names


def _scenario(store: Store, manifest: dict[str, Any], catalogue: Catalogue, file: str = SCENARIO) -> Scenario:
    try:
        found = load(store.path / file, catalogue=catalogue)
        return replace(with_seeds(found, manifest.get("own_seeds", ())), name=manifest["name"])
    except ScenarioError as error:
        raise ResultError(f"{store.path / file}: cannot be read by this version:\n{error}") from None


def _run(
    store: Store, manifest: dict[str, Any], scenario: Callable[..., Scenario], model: Model, options: RunOptions
) -> tuple[Path, Sequence[str]]:
    """The result of a run, with its event log, records and checkpoints."""
    failed = [it["replicate"] for it in manifest["failures"]]
    count = 1 + max([*map(int, manifest["seeds"]), *failed])
    asked = _of(scenario(), count)
    if Request(asked, model.version).digest != manifest["digest"]:
        raise ResultError(f"{store.path}: {SCENARIO} does not give the request of the manifest; run the scenario again")
    held = [file for kind in (RECORDS, CHECKPOINTS) for file in (store.path / kind).glob(f"*{WORLD}")]
    worlds = [f"{file.parent.name}/{file.name}" for file in held]
    recorded = any(it.startswith(RECORDS) for it in worlds)
    if any(it.startswith(CHECKPOINTS) for it in worlds):
        whole = _of(scenario(f"{CHECKPOINTS}/{SCENARIO}"), count)
        made = run_forked(asked, model, options, whole=whole)
    else:
        log = read_events(store)
        if log is not None:  # a result that has got more replicates since has the events of the first ones
            run_with_events(_of(asked, 1 + max(replicates_of(log))), model, options)
        made = run_batch([asked], model, options)[0]
    if recorded:
        made = run_batch([asked], model, replace(options, records=ALL_RECORDS))[0]
    return made.path, [OUTCOMES, SUMMARY, EVENTS, *sorted(worlds)]


def _of(scenario: Scenario, replicates: int) -> Scenario:
    return replace(scenario, values={**scenario.values, "run.replicates": replicates})


def _sweep(
    store: Store, manifest: dict[str, Any], scenario: Callable[..., Scenario], model: Model, options: RunOptions
) -> tuple[Path, Sequence[str]]:
    asked = manifest["design"]
    vary = {it["key"]: it["levels"] if "levels" in it else f"{it['low']!r}:{it['high']!r}" for it in asked["keys"]}
    samples = None if asked["design"] == "grid" else len(asked["points"])
    base = _of(scenario(), manifest["replicates"])
    shown = [next(iter(model.outcomes))]  # the table has all of them
    made = run_sweep(base, vary, model, options, design=asked["design"], samples=samples, outcomes=shown)
    _refuse_other(store, made.path)
    return made.path, [REPLICATES, TABLE]


def _sensitivity(
    store: Store, manifest: dict[str, Any], scenario: Callable[..., Scenario], model: Model, options: RunOptions
) -> tuple[Path, Sequence[str]]:
    asked, answer = manifest["design"], json.loads((store.path / ANSWER).read_bytes())
    keys = [f"{it['key']}={it['low']!r}:{it['high']!r}" for it in asked["keys"]]
    base = _of(scenario(), manifest["replicates"])
    against = None
    if answer["against"]:
        against = replace(_of(scenario(VARIANT), manifest["replicates"]), name=answer["against"])
    made = run_sensitivity(
        base, list(answer["outcomes"]), model, options,
        method=asked["method"], keys=keys, samples=asked["samples"], against=against,
    )  # fmt: skip
    _refuse_other(store, made.path)
    return made.path, [REPLICATES, INDICES, ANSWER]


def _refuse_other(store: Store, made: Path) -> None:
    if Store(made).manifest()["digest"] != store.manifest()["digest"]:
        raise ResultError(f"{store.path}: its design cannot be repeated from its folder: repeat its command, --out DIR")
