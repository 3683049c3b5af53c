"""A JSON Schema (draft 2020-12) of scenario files, for editors to complete and check them."""

from __future__ import annotations

from typing import Any

from sim.catalogue import Catalogue
from sim.declare import Parameter, declared
from sim.scenario import keys, months
from sim.scenario.entries import LONGEST
from sim.scenario.keys import MONTH, Known, Leaf
from sim.scenario.quantities import PATTERN, takes_quantities

_TYPES: dict[type, str] = {bool: "boolean", int: "integer", float: "number", str: "string"}

# A letter first, then letters, digits, - and _, as far as every editor's patterns can say: letters of any script.
_NAME = rf"^[A-Za-z\u0080-\uffff][\w\u0080-\uffff-]{{0,{LONGEST - 1}}}$"


def schema(catalogue: Catalogue) -> dict[str, Any]:
    """The schema, with description, type, bounds and default of every key."""
    known = keys.known(catalogue)
    tables: dict[str, Any] = {}
    for prefix, group in known.groups.items():
        inner = tables
        *outer, last = prefix.split(".")
        for name in outer:
            inner = inner.setdefault(name, _table({}))["properties"]
        inner[last] = _group(known, prefix, group)
    for kind, group in known.named.items():
        tables[kind] = _by_name(_group(known, kind, group, named=True))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "scenario",
        **_table(
            {
                **{name: _declared(Leaf(parameter), default=False) for name, parameter in keys.ABOUT.items()},
                "headline": {"type": "array", "items": _outcome(known), "description": keys.HEADLINE.meaning},
                **tables,
                keys.FIGURES: _figures(known),
                keys.SOURCES: _sources(),
            }
        ),
    }


def _table(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _by_name(table: dict[str, Any]) -> dict[str, Any]:
    removed = {"const": False, "description": "leaves out that of a file that this one extends"}
    pattern = {_NAME: {"oneOf": [table, removed]}}
    return {"type": "object", "patternProperties": pattern, "additionalProperties": False}


def _group(known: Known, prefix: str, group: type, *, named: bool = False) -> dict[str, Any]:
    path = (prefix, "name") if named else tuple(prefix.split("."))
    properties: dict[str, Any] = {}
    for name in declared(group):
        leaf = known.leaf((*path, name))
        assert leaf is not None, name
        properties[name] = _declared(leaf)
    return {"description": (group.__doc__ or "").strip(), **_table(properties)}


def _declared(leaf: Leaf, *, default: bool = True) -> dict[str, Any]:
    parameter = leaf.parameter
    plain = _plain(leaf)
    said: dict[str, Any] = {"description": _description(parameter)}
    if default:
        said["default"] = parameter.default
    return said | ({"oneOf": [plain, _schedule(leaf, plain)]} if leaf.scheduled else plain)


def _plain(leaf: Leaf) -> dict[str, Any]:
    parameter = leaf.parameter
    found: dict[str, Any] = {"type": _TYPES[parameter.type]}
    if parameter.choices:
        found["enum"] = list(parameter.choices)
    if parameter.unit == MONTH:
        found["pattern"] = f"{months.PATTERN}|^$" if leaf.never else months.PATTERN
    if parameter.low is not None:
        found["minimum"] = parameter.low
    if parameter.high is not None:
        found["maximum"] = parameter.high
    if parameter.type in (int, float) and takes_quantities(parameter.unit):
        quantity = {"type": "string", "pattern": PATTERN, "description": 'with a unit, such as "25 yuan/m2/month"'}
        return {"anyOf": [found, quantity]}
    return found


def _schedule(leaf: Leaf, plain: dict[str, Any]) -> dict[str, Any]:
    shapes = ["step", "linear"] if leaf.parameter.type is float else ["step"]
    return {
        "type": "object",
        "description": 'values from given months on, such as { "2013-01" = 0.1, "2015-01" = 0.2 }',
        "properties": {
            "shape": {"enum": shapes, "default": "step", "description": "constant or linear between the months"},
            "before": {**plain, "description": "value before the first month"},
        },
        "patternProperties": {months.PATTERN: plain},
        "additionalProperties": False,
        "minProperties": 1,
    }


def _description(parameter: Parameter) -> str:
    unit = f" [{parameter.unit}]" if parameter.unit else ""
    plausible = f"; plausible {parameter.plausible[0]:g} to {parameter.plausible[1]:g}" if parameter.plausible else ""
    return f"{parameter.meaning}{unit}{plausible}"


def _outcome(known: Known) -> dict[str, Any]:
    return {"enum": list(known.outcomes)}


def _figures(known: Known) -> dict[str, Any]:
    figure = _table(
        {name: _declared(Leaf(parameter), default=False) for name, parameter in keys.REPORTED_FIGURE.items()}
    )
    return {
        "description": "the article's figures that outcomes of the same names must meet",
        "propertyNames": _outcome(known),
        **_by_name(figure),
    }


def _sources() -> dict[str, Any]:
    return {
        "type": "object",
        "description": 'evidence for values that this file sets: "key" = "KIND: words"',
        "additionalProperties": {"anyOf": [{"type": "string"}, {"type": "object"}]},
    }
