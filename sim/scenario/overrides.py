"""Overrides of a file: ``KEY=VALUE`` on the command line, or a mapping in Python."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sim.scenario.entries import Layer, fill
from sim.scenario.faults import OVERRIDE, Fault, ScenarioError, key_text, shown
from sim.scenario.keys import Known

# Text without quotes. What has brackets or quotes must be TOML.
_BARE_WORDS = re.compile(r"[^\[\]{}\"'=\n]*")


def overrides(texts: Iterable[str]) -> dict[str, Any]:
    """Parse command-line arguments KEY=VALUE; raises ScenarioError with every invalid one.

    A value is TOML (``0.2``, ``true``, ``{"2013-01" = 0.1}``), or text without quotes.
    """
    found: dict[str, Any] = {}
    faults: list[Fault] = []
    for text in texts:
        key, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not key:
            faults.append(Fault(OVERRIDE, 0, key or "key", f"{shown(text)} sets nothing, allowed: KEY=VALUE"))
            continue
        if key in found:
            faults.append(Fault(OVERRIDE, 0, key, "is given twice, allowed: each key once"))
            continue
        try:
            found[key] = _value(value)
        except ValueError:
            message = f"{shown(value)} is not a value, allowed: a value of TOML or words without quotes"
            faults.append(Fault(OVERRIDE, 0, key, message))
    if faults:
        raise ScenarioError(faults)
    return found


def override_layer(given: Mapping[str, Any], names: Mapping[str, Collection[str]], known: Known) -> Layer:
    """The layer of these overrides; ``names`` are the platforms and sites of the files."""
    layer = Layer(OVERRIDE)
    for key, value in given.items():
        path = tuple(part.strip("'\"") for part in str(key).split("."))
        around = next((path[:n] for n in range(1, len(path)) if known.leaf(path[:n])), None)
        if path[0] == "extends":
            layer.refuse(path, "cannot be overridden, allowed: any key but this")
        elif around:
            layer.refuse(path, f"is part of a value, allowed: the whole of {key_text(around)}")
        else:
            nested = value
            for part in reversed(path):
                nested = {part: nested}
            fill(layer, nested, known)
    for kind, there in names.items():
        # A file may add a platform; in an override it is more likely a typing error.
        for name in layer.names.get(kind, {}).keys() - there:
            layer.refuse(
                (kind, name), f"the scenario has no {kind}.{name}, allowed: {', '.join(sorted(there)) or 'none'}"
            )
    return layer


def _value(text: str) -> Any:
    try:
        table = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        if not _BARE_WORDS.fullmatch(text):
            raise ValueError(text) from None
        return text
    if len(table) != 1:
        raise ValueError(text)
    return table["value"]
