"""Declarations of a user's own mechanisms in a manifest, so that a result can be read without their files.

No code is read from a result, only names, units and bounds.
"""

from __future__ import annotations

import json
import shlex
from collections import namedtuple
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from sim.catalogue import Catalogue
from sim.declare import Column, Counters, Mechanism, Outcome, Parameter, declared
from sim.declare import Source as Evidence
from sim.model.catalogue import model_catalogue
from sim.runs.errors import ResultError

if TYPE_CHECKING:
    from sim.scenario import Scenario

KEY = "mechanisms"  # of a manifest


def declarations(catalogue: Catalogue) -> dict[str, Any]:
    """The part of a manifest about mechanisms that are not shipped with the model; empty without any."""
    pairs = zip(catalogue.user_mechanisms, catalogue.sources, strict=True)
    told = [{"file": source.name, "digest": source.digest, **_told(catalogue.by_name[name])} for name, source in pairs]
    return {KEY: told} if told else {}


def catalogue_of(manifest: Mapping[str, Any]) -> Catalogue:
    """The catalogue that a result was made with: the shipped one, and what its manifest declares beside it.

    Raises ResultError for declarations that cannot be read.
    """
    return _declared(json.dumps(manifest[KEY])) if manifest.get(KEY) else model_catalogue()


@cache
def _declared(text: str) -> Catalogue:
    """The catalogue of declarations in JSON, made once in a process."""
    told, shipped = json.loads(text), model_catalogue()
    try:
        others = [_read(it) for it in told]
        mechanisms = {it.name: it for it in shipped.mechanisms} | {it.name: it for it in others}
        return replace(
            shipped,
            mechanisms=tuple(mechanisms.values()),
            month=tuple(step for step in shipped.month if mechanisms[step.partition(".")[0]].steps),
            user_mechanisms=tuple(it.name for it in others),
            missing=tuple(files_of({KEY: told})),
            remake=None,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ResultError(f"the mechanisms that the manifest declares cannot be read ({error})") from None


def files_of(manifest: Mapping[str, Any]) -> list[str]:
    """The files of the mechanisms that a result was made with, each with its digest."""
    return [f"{it['file']} ({it['digest']})" for it in manifest.get(KEY, ())]


def with_options(manifest: Mapping[str, Any]) -> str:
    """The options by which a command gets the mechanisms of a result; empty without any."""
    return "".join(f" --with {shlex.quote(it['file'])}" for it in manifest.get(KEY, ()))


def command_of_world(path: str, changes: Mapping[str, Any], seed: int, months: int, catalogue: Catalogue) -> str:
    """The command that runs one world of a scenario again."""
    files = [source.name for source in catalogue.sources]
    loaded = f"'{path}'" if not changes else f"sim.load('{path}', {dict(changes)}{_given(files)})"
    with_files = "" if changes else _given(files)
    return f'python -c "import sim; sim.EcosystemModel({loaded}, rng={seed}{with_files}).run_for({months})"'


def failure_of_world(
    path: str, scenario: Scenario, changes: Mapping[str, Any], replicate: int, seed: int, message: str
) -> dict[str, Any]:
    """The entry of a failed replicate in a manifest, with the command that repeats it."""
    command = command_of_world(path, changes, seed, scenario.months, scenario.catalogue)
    return {"replicate": replicate, "seed": seed, "message": message, "command": command}


def _given(files: list[str]) -> str:
    return f", mechanisms={files}" if files else ""


def _told(it: Mechanism) -> dict[str, Any]:
    parameters = {name: asdict(parameter) for name, parameter in declared(it.rules).items()} if it.rules else {}
    return {
        "name": it.name,
        "prefix": it.prefix,
        "meaning": it.meaning,
        "parameters": parameters,
        "columns": [asdict(column) for column in it.columns],
        "counters": list(it.counters.names),
        "outcomes": [
            {name: getattr(outcome, name) for name in ("name", "unit", "meaning", "better", "headline")}
            for outcome in it.outcomes
        ],
    }


def _read(told: Mapping[str, Any]) -> Mechanism:
    parameters = {name: _parameter(it) for name, it in told["parameters"].items()}
    rules: Any = namedtuple("Rules", list(parameters), defaults=list(parameters.values())) if parameters else None
    if rules is not None:
        rules.__doc__ = str(told["meaning"])
    return Mechanism(
        str(told["name"]),
        rules,
        prefix=str(told["prefix"]),
        columns=tuple(Column(**it) for it in told["columns"]),
        counters=Counters(*map(str, told["counters"])),
        outcomes=tuple(Outcome(**it) for it in told["outcomes"]),
        file=str(told["file"]),
        meaning=str(told["meaning"]),
    )


def _parameter(told: Mapping[str, Any]) -> Parameter:
    source = Evidence(told["source"]["kind"], str(told["source"]["text"]), tuple(told["source"]["facts"]))
    plausible = tuple(told["plausible"]) if told["plausible"] is not None else None
    given = dict(told) | {"source": source, "plausible": plausible, "choices": tuple(told["choices"])}
    return Parameter(**given)
