"""Merge layers, the last on top, into one scenario with every value, its origin and its source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sim.catalogue import Catalogue
from sim.declare import Source, Value
from sim.letters import file_word
from sim.scenario import keys, months
from sim.scenario.entries import Layer, Points
from sim.scenario.faults import OVERRIDE
from sim.scenario.keys import FIGURES, Known, Path
from sim.scenario.rules import contradictions
from sim.scenario.scenario import Origin, ReportedFigure, Scenario
from sim.scenario.schedule import Schedule

Values = Mapping[str, Value | Schedule]

_START, _MONTHS = ("run", "start"), ("run", "months")


def merged(layers: list[Layer], path: str, catalogue: Catalogue) -> Scenario:
    """The scenario of these layers; contradictions between them are added to the faults of one of them."""
    stack = _Stack(layers, keys.known(catalogue))
    values = dict(_values(stack))
    scenario = Scenario(
        name=file_word(path),
        title=_one_line(stack.entry(("title",))),
        summary=_one_line(stack.entry(("summary",))),
        path=path,
        headline=stack.entry(("headline",)) or (),
        values=values,
        origins={key: _origin(stack, _path(key)) for key in values},
        sources=_sources(stack, values),
        reported_figures={figure.name: figure for figure in _reported_figures(stack, values)},
        platforms=stack.names("platforms"),
        sites=stack.names("sites"),
        catalogue=catalogue,
    )
    if all(layer.whole for layer in layers):
        _refuse_contradictions(stack, scenario)
    return scenario


class _Stack:
    """Layers, of which the uppermost that sets a key counts."""

    def __init__(self, layers: list[Layer], known: Known) -> None:
        self.layers = layers
        self.known = known
        self.own = sum(layer.file != OVERRIDE for layer in layers) - 1  # the index of the scenario's own file
        wrong = (path for layer in layers for path in layer.wrong)
        self._wrong = {path[:length] for path in wrong for length in range(1, len(path) + 1)}

    def top(self, path: Path) -> int:
        """The index of the uppermost layer that sets a path; -1 if none does."""
        return next((n for n in reversed(range(len(self.layers))) if path in self.layers[n].entries), -1)

    def entry(self, path: Path) -> Any:
        """The value in the uppermost layer that sets a path; None if none does."""
        number = self.top(path)
        return self.layers[number].entries[path] if number >= 0 else None

    def names(self, kind: str) -> tuple[str, ...]:
        """The user's names of one kind, in the order of the layers."""
        return tuple(dict.fromkeys(name for layer in self.layers for name in layer.names.get(kind, ())))

    def is_wrong(self, path: Path) -> bool:
        """Whether a fault was found at this path or below it, in any layer."""
        return path in self._wrong


def _values(stack: _Stack) -> Iterator[tuple[str, Value | Schedule]]:
    first = _run_value(stack, _START)
    for key, leaf in _declared(stack):
        value: Value | Schedule = leaf.parameter.default
        for layer in stack.layers:
            entry = layer.entries.get(_path(key))
            if isinstance(entry, Points):
                # Before a schedule's first month the value of the layer below holds.
                before = value.before if isinstance(value, Schedule) else value
                offsets = tuple(months.number(month) - months.number(str(first)) for month in entry.months)
                value = Schedule(offsets, entry.values, entry.linear, before if entry.before is None else entry.before)
            elif entry is not None and not isinstance(entry, tuple):
                value = entry
        yield key, value


def _run_value(stack: _Stack, path: Path) -> Any:
    leaf = stack.known.leaf(path)
    assert leaf is not None, path
    found = stack.entry(path)
    return leaf.parameter.default if found is None else found


def _origin(stack: _Stack, path: Path) -> Origin:
    number = stack.top(path)
    if number < 0:
        return Origin("default")
    layer = stack.layers[number]
    if layer.file == OVERRIDE:
        return Origin("override", layer.location(path))
    return Origin("file" if number == stack.own else "parent", layer.location(path))


def _sources(stack: _Stack, values: Values) -> dict[str, Source]:
    """The source of every value that is not the default."""
    found: dict[str, Source] = {}
    for layer in stack.layers:
        for path in layer.entries:
            if (key := ".".join(path)) in values:
                found[key] = Source("assumption", f"set by {layer.name}")
        for key, source in layer.sources.items():
            if key in values:
                found[key] = source
            else:
                layer.refuse((keys.SOURCES, key), "is not in this scenario, allowed: a platform or site that it has")
    declared = {key: leaf.parameter.default for key, leaf in _declared(stack)}
    said = {key for layer in stack.layers for key in layer.sources}
    return {key: found[key] for key in values if key in found and (key in said or values[key] != declared[key])}


def _declared(stack: _Stack) -> Iterator[tuple[str, keys.Leaf]]:
    return stack.known.parameters({kind: stack.names(kind) for kind in stack.known.named})


def _reported_figures(stack: _Stack, values: Values) -> Iterator[ReportedFigure]:
    for name in stack.names(FIGURES):
        paths = {part: (FIGURES, name, part) for part in keys.REPORTED_FIGURE}
        said = {part: stack.entry(path) for part, path in paths.items()}
        missing = [part for part in ("value", "month") if said[part] is None]
        for part in missing:
            layer = next(layer for layer in reversed(stack.layers) if name in layer.names.get(FIGURES, ()))
            if layer.whole and not stack.is_wrong(paths[part]):
                layer.refuse(paths[part], "is missing, allowed: a figure with value and month")
        if missing or _is_cut_off(stack, values, said["month"], max(map(stack.top, paths.values()))):
            continue
        given: dict[str, Any] = {
            part: keys.REPORTED_FIGURE[part].default if said[part] is None else said[part]
            for part in keys.REPORTED_FIGURE
        }
        tops = {part: stack.top(path) for part, path in paths.items()}
        changed = max(tops[part] for part in ("value", "month", "bound"))
        if any(name in layer.names.get(FIGURES, ()) for layer in stack.layers[:changed]):
            # A figure that replaces a parent's does not have its source.
            if tops["source"] < changed:
                given["source"] = "assumption"
            if tops["text"] < changed:
                given["text"] = f"set by {stack.layers[changed].name}"
        source = Source(given["source"], _one_line(given["text"]))
        stated = given["stated"] if tops["stated"] >= changed else ""
        if not stated and changed < stack.own:
            stated = stack.layers[changed].name
        yield ReportedFigure(name, given["value"], given["month"], given["bound"], source, _one_line(stated))


def _is_cut_off(stack: _Stack, values: Values, month: str, layer: int) -> bool:
    """Whether a layer above a figure's moved the run away from the figure's month, which is not the figure's fault."""
    offset = months.number(month) - months.number(str(values["run.start"]))
    outside = not 0 <= offset < int(str(values["run.months"]))
    return outside and max(stack.top(_START), stack.top(_MONTHS)) > layer


def _refuse_contradictions(stack: _Stack, scenario: Scenario) -> None:
    for contradiction in contradictions(scenario):
        paths = [_path(key) for key in contradiction.keys]
        if any(map(stack.is_wrong, paths)):
            continue
        # The fault belongs to the layer that set one of the keys last.
        setter = max(paths, key=stack.top)
        stack.layers[stack.top(setter)].refuse(paths[0], contradiction.message, line_of=setter)


def _path(key: str) -> Path:
    return tuple(key.split("."))


def _one_line(text: object) -> str:
    return " ".join(str(text or "").split())
