"""What the shipped calibrations tried, aimed at and found, read off their files."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.evidence.facts import TARGETS
from sim.formats import exact
from sim.report.document.markdown import code, codes, span, table
from sim.report.document.shipped import place

_FITTED = ".fitted.toml"


def calibrations() -> str:
    """Each calibration with its effort and aims, then each key with what was tried and found."""
    return f"{_aims()}\n\n{_keys()}"


def _aims() -> str:
    rows = []
    for name, asked, fitted in _files():
        settings, targets = asked["calibration"], asked["targets"]
        rows.append(
            (
                code(name), code(str(fitted["extends"])), asked["title"], exact(settings["budget"]),
                exact(settings["replicates"]), exact(settings["seed"]),
                codes(it.get("fact", target) for target, it in targets.items()),
            )
        )  # fmt: skip
    return table(("calibration", "scenario", "what of", "candidates", "seeds each", "seed", "fitted to"), rows)


def _keys() -> str:
    rows = []
    for name, asked, fitted in _files():
        for key, tried in asked["keys"].items():
            interval = fitted["sources"][key].rpartition("90% interval ")[2]
            tried_in = span(tried["low"], tried["high"])
            rows.append((code(name), code(key), tried_in, exact(_value(fitted, key)), interval))
    return table(("calibration", "key", "tried", "fitted", "90% interval of the posterior"), rows)


def _files() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Name, targets and fitted scenario of every calibration that has been run."""
    for file in sorted((place() / TARGETS).glob(f"*{_FITTED}")):
        name = file.name.removesuffix(_FITTED)
        yield name, _toml(file.with_name(f"{name}.targets.toml")), _toml(file)


def _toml(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _value(document: dict[str, Any], key: str) -> Any:
    """The value at a dotted key."""
    found: Any = document
    for part in key.split("."):
        found = found[part]
    return found
