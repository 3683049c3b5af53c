"""The controls of a scenario: a slider, a switch, a choice or a text for each parameter, from its declaration."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sim.language import later, meaning, tr
from sim.report.html.markup import Markup, join, tag
from sim.report.shown import source_words
from sim.scenario import Scenario, Schedule, keys
from sim.scenario.keys import MONTH, Leaf
from sim.studies.changes import as_plain
from sim.studies.rests import source_of
from sim.units import Everyday, brief, parameter_unit, with_unit

if TYPE_CHECKING:
    from collections.abc import Iterator

# As the article groups them. The first prefix that fits decides; what fits none is in the last group.
GROUPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("advantages", later("Advantages of big, medium and small"), (
        "population.", "mechanisms.population.", "mechanisms.absorption.", "mechanisms.projects.",
    )),
    ("platforms", later("Platforms"), (
        "platforms.", "mechanisms.adoption.", "mechanisms.resources.", "mechanisms.matching.",
    )),
    ("idle", later("Idle resources"), (
        "sites.", "mechanisms.idle_space.", "mechanisms.lending.", "mechanisms.letting.",
    )),
    ("chain", later("The industrial chain"), ("mechanisms.chain.", "mechanisms.orders.")),
    ("industries", later("New industries"), ("mechanisms.industries.", "mechanisms.frontier.")),
    ("policy", later("Policy"), ("levers.", "mechanisms.taxes.")),
    ("early", later("The early stage"), ("mechanisms.entry.", "mechanisms.newborns.", "mechanisms.finance.")),
    ("markets", later("Markets and labour"), ("",)),
)  # fmt: skip
# The tables within a group; a platform or a site has its own name.
_TABLES = {
    "population": later("Enterprises at the opening"), "market": later("Markets"), "labour": later("Labour"),
    "levers": later("Measures of policy"), "mechanisms.population": later("Opening population"),
    "mechanisms.entry": later("Entry"), "mechanisms.newborns": later("New enterprises"),
    "mechanisms.adoption": later("Who joins a platform"), "mechanisms.resources": later("Resources of platforms"),
    "mechanisms.projects": later("Research projects"), "mechanisms.matching": later("Matching of requests"),
    "mechanisms.industries": later("New sectors"), "mechanisms.absorption": later("Absorption of knowledge"),
    "mechanisms.frontier": later("Technical frontier"), "mechanisms.chain": later("Supply chain"),
    "mechanisms.idle_space": later("Idle space"), "mechanisms.lending": later("Lending of idle resources"),
    "mechanisms.letting": later("Letting of sites"), "mechanisms.growth": later("Growth of enterprises"),
    "mechanisms.demand": later("Demand for products"), "mechanisms.orders": later("Orders along the chain"),
    "mechanisms.incomes": later("Incomes that return as demand"),
    "mechanisms.jobs": later("Hiring and leaving of jobs"),
    "mechanisms.finance": later("Finance and exits"), "mechanisms.taxes": later("Taxes"),
    "mechanisms.exports": later("Exports"),
}  # fmt: skip
_HIDDEN = ("run.",)  # the same in all that are compared
_STEPS = 100  # of a slider, at least
_WHOLE = frozenset({"mechanisms.population.register"})  # texts of many lines


def groups_of(scenario: Scenario) -> list[dict[str, Any]]:
    """The groups with their controls, as the page reads them."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name, *_ in GROUPS}
    for key, leaf in _parameters(scenario):
        if key.startswith(_HIDDEN) or key in _WHOLE:
            continue
        group = next(name for name, _, prefixes in GROUPS if key.startswith(prefixes))
        found[group].append(control(scenario, key, leaf))
    return [
        {"name": name, "title": tr(title), "controls": found[name],
         "tables": {table: table_title(table) for it in found[name] if (table := it["key"].rpartition(".")[0])}}
        for name, title, _ in GROUPS if found[name]
    ]  # fmt: skip


def table_title(table: str) -> str:
    """The name of a table of parameters, in words; that of one of a user's own mechanism is its key."""
    kind, _, name = table.partition(".")
    if kind == "platforms":
        return tr("The platform {name}", name=meaning("name", name))
    if kind == "sites":
        return tr("The site {name}", name=meaning("name", name))
    return tr(_TABLES[table]) if table in _TABLES else table


def meaning_of(scenario: Scenario, key: str) -> str:
    """What a key of the scenario means; the key itself where it has no declaration."""
    it, table = scenario.catalogue.declaration(key), key.rpartition(".")[0]
    if not it or not it.meaning:
        return key
    said = meaning(key, it.meaning)
    # A switch means its mechanism, and many platforms or sites have a parameter each.
    own = key.endswith(".enabled") or table.startswith(("platforms.", "sites."))
    return tr("{table}: {said}", table=table_title(table), said=said) if own else said


def part_words(name: str, *scenarios: Scenario) -> Markup:
    """A key, or a table of keys, in words and as it is named in the first of the scenarios that has it."""
    scenario = next((it for it in scenarios if name in it.values), None)
    words = meaning_of(scenario, name) if scenario else table_title(name)
    return join(words[:1].upper() + words[1:] if words != name else None, " ", tag("code", name))


def control(scenario: Scenario, key: str, leaf: Leaf) -> dict[str, Any]:
    """One control; numbers are in the declared unit, and ``factor`` brings them to the everyday one."""
    it, value = leaf.parameter, as_plain(scenario, key)
    source = source_of(scenario, key)
    made: dict[str, Any] = {
        "key": key, "meaning": meaning(key, it.meaning), "kind": source.kind, "source": source_words(source.text),
        "value": value, "scheduled": leaf.scheduled,
    }  # fmt: skip
    if it.choices:
        return made | {"type": "choice", "choices": [[word, meaning(key, word)] for word in it.choices]}
    if it.type is bool:
        return made | {"type": "switch"}
    if it.type is str:
        return made | {"type": "month" if it.unit == MONTH else "text"}
    held = scenario.values[key]
    numbers = [held.before, *held.values] if isinstance(held, Schedule) else [held]
    points = [float(point) for point in numbers]
    unit = parameter_unit(it.unit, [*points, *(it.plausible or ())])
    low, high = _ends(points, it.plausible, (it.low, it.high))
    return made | {
        "type": "number", "unit": unit.unit, "factor": unit.factor, "whole": it.type is int,
        "bounds": [it.low, it.high], "plausible": list(it.plausible) if it.plausible else None,
        "range": _range(it.plausible, unit) if it.plausible else "", **_slider(low, high, unit, whole=it.type is int),
    }  # fmt: skip


def _range(ends: tuple[float, float], unit: Everyday) -> str:
    """A plausible range as tables have it, in the unit of the slider."""
    low, high = (brief(end, unit) for end in ends)
    return with_unit(tr("{low} to {high}", low=low, high=high), unit.unit)


def leaf_of(scenario: Scenario, key: str) -> Leaf | None:
    """The declaration of a key that the scenario has; None of another."""
    return keys.known(scenario.catalogue).leaf(tuple(key.split("."))) if key in scenario.values else None


def _parameters(scenario: Scenario) -> Iterator[tuple[str, Leaf]]:
    names = {"platforms": scenario.platforms, "sites": scenario.sites}
    return keys.known(scenario.catalogue).parameters(names)


def _ends(
    points: list[float], plausible: tuple[float, float] | None, bounds: tuple[float | None, float | None]
) -> tuple[float, float]:
    """The ends of a slider: the plausible range with the values in it; else from 0 to twice the value, in bounds."""
    if plausible:
        return min(plausible[0], *points), max(plausible[1], *points)
    least, most = (math.inf if it is None else it for it in bounds)
    low, high = min(0.0, *(2 * point for point in points)), max(0.0, *(2 * point for point in points))
    low = max(low, least) if math.isfinite(least) else low
    high = min(high or 1.0, most)
    return min(low, *points), max(high, *points)


def _slider(low: float, high: float, unit: Everyday, *, whole: bool) -> dict[str, Any]:
    """Ends and step of a slider, in the everyday unit, on round numbers."""
    start, end = low * unit.factor, high * unit.factor
    if end <= start:
        end = start + 1.0
    rough = (end - start) / _STEPS
    step = 10.0 ** math.floor(math.log10(rough))
    step *= next(it for it in (1, 2, 5, 10) if it * step >= rough * 0.999)
    if whole and unit.factor == 1:
        step = max(1.0, step)
    round_to = 12
    return {
        "low": round(math.floor(start / step + 1e-9) * step, round_to),
        "high": round(math.ceil(end / step - 1e-9) * step, round_to), "step": round(step, round_to),
    }  # fmt: skip
