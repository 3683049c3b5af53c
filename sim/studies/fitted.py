"""The scenario file that a calibration writes; it never overwrites a user's file."""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping
from pathlib import Path

from sim.declare import Value
from sim.formats import number
from sim.scenario import Fault, Scenario, ScenarioError
from sim.scenario.extending import chain
from sim.scenario.writing import toml_table, toml_text, toml_value
from sim.studies.targets import Targets

MARK = "# Written by sim calibrate, which may write it anew."
_OPTION = "--out-scenario"
_MOST = 6  # targets named one by one


def fitted_text(
    targets: Targets, values: Mapping[str, Value], intervals: Mapping[str, tuple[float, float, float]], name: str,
    folder: Path, calibration: str,
) -> str:  # fmt: skip
    """A scenario that extends ``name`` with its fitted values, to stand in ``folder``."""
    base = targets.scenarios[name]
    met = [it.name for it in targets.targets]
    to = ", ".join(met[:_MOST]) + (f" and {len(met) - _MOST} more" if len(met) > _MOST else "")
    keys = [it.key for it in targets.keys if name in it.scenarios]
    lines = [MARK, f"extends = {toml_text(_reference(base, folder))}", f"title = {toml_text(f'{base.title}, fitted')}"]
    for table, inside in itertools.groupby(sorted(keys, key=_table), key=_table):
        lines += ["", toml_table(table), *(f"{key.rpartition('.')[2]} = {toml_value(values[key])}" for key in inside)]
    lines += ["", "[sources]"]
    for key in keys:
        _, low, high = intervals[key]
        words = f"fitted: to {to} ({calibration}); 90% interval {number(low)} to {number(high)}"
        lines.append(f"{toml_text(key)} = {toml_text(words)}")
    return "\n".join(lines) + "\n"


def check_free(file: Path, base: Scenario) -> None:
    """ScenarioError where the file exists and no calibration wrote it, or the scenario extends it."""
    message = ""
    parents = [Path(it.path) for it in chain(base.path)]
    if file.suffix != ".toml":
        message = "is no scenario file, allowed: a name that ends in .toml"
    elif file.exists():
        if any(it.exists() and it.samefile(file) for it in parents):
            message = "is what the scenario is made of, allowed: another file"
        elif not _is_ours(file):
            message = "is there, and no calibration wrote it, allowed: a new file, or one that sim calibrate made"
    if message:
        raise ScenarioError([Fault(_OPTION, 0, str(file), message)])


def _is_ours(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return opened.readline().strip() == MARK.encode()
    except OSError:
        return False


def _reference(base: Scenario, folder: Path) -> str:
    """The reference to the base in a file of ``folder``: its name, or its relative path."""
    is_name = not base.path.endswith(".toml") and "/" not in base.path
    return base.path if is_name else Path(os.path.relpath(base.path, folder)).as_posix()


def _table(key: str) -> str:
    return key.rpartition(".")[0]
