"""Remarks where silence would mislead: nothing is wrong with a scenario, but it may not say what it seems to say.

Each is one line, without the scenario's name. ``remarks`` are of a scenario, ``empty_outcomes`` of a result.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sim.language import later, listed, month_text, tr, trn
from sim.letters import argument
from sim.scenario import Row, describe
from sim.scenario.extending import SUFFIX, folders
from sim.scenario.schedule import Schedule
from sim.studies.rests import in_force
from sim.units import plausible, quantity

if TYPE_CHECKING:
    from sim.runs.result import Result
    from sim.scenario import Scenario

_MOST = 4  # values that are listed one by one
_LATE = 24  # months after the last dated tax rule from which the run outlasts them
_SET_BY = "set by "  # begins the source of a value for which no file gives one
_OF_THE_PLACE = ("sites.", "population.enterprises")
# Levers that act on tenants of sites, and on members of platforms.
_AT_SITES, _AT_PLATFORMS = ("levers.rent_subsidy", "levers.conversion_grant"), ("levers.platform_support",)


def remarks(scenario: Scenario) -> list[str]:
    """What to say about a scenario before it is run."""
    found = (
        _outside(scenario),
        _inherited(scenario),
        _sites(scenario),
        _levers(scenario),
        _taxes(scenario),
        _figures(scenario),
    )
    return [text for texts in found for text in texts]


def empty_outcomes(result: Result) -> list[str]:
    """Headline outcomes of a result that have no value in any replicate."""
    medians = {row.outcome: row.median for row in result.rows}
    empty = [name for name in result.scenario.headline if (it := medians.get(name, 0.0)) is None or math.isnan(it)]
    return [tr("{outcomes}: no value in this run", outcomes=_listed(empty))] if empty else []


def outside_range(scenario: Scenario) -> list[Row]:
    """Values in force outside of their plausible range; what a file says of its place, with a source, is no guess."""
    force = in_force(scenario)
    return [
        row
        for row in describe(scenario)
        if row.key in force
        and row.plausible
        and isinstance(row.value, int | float)
        and not row.plausible[0] <= row.value <= row.plausible[1]
        and not (row.key.startswith(_OF_THE_PLACE) and not row.source.startswith(_SET_BY))
    ]


def _outside(scenario: Scenario) -> Iterator[str]:
    """Values outside their plausible range; those of shipped files, which nobody chose for this run, are counted."""
    outside = outside_range(scenario)
    shipped = _shipped_names(scenario)
    own = [row for row in outside if not _is_shipped(scenario, row, shipped)]
    if own:
        said = [_outside_text(row, _set_in(scenario, row.key)) for row in own]
        yield tr("outside the plausible range: {values}", values=_listed(said))
    if count := len(outside) - len(own):
        yield trn(
            "{count} shipped value lies outside its plausible range: sim describe {name} --outside",
            "{count} shipped values lie outside their plausible range: sim describe {name} --outside",
            count, name=argument(scenario.path),
        )  # fmt: skip


def _shipped_names(scenario: Scenario) -> set[str]:
    """Names of the files that come with the program, without that of a file of one's own."""
    shipped = [folder.resolve() for folder in folders()[1:]]  # the first is one's own
    names = {path.name for folder in shipped for path in folder.glob(f"*{SUFFIX}")}
    own = Path(scenario.path)
    return names if own.resolve().parent in shipped else names - {own.name}


def _is_shipped(scenario: Scenario, row: Row, shipped: set[str]) -> bool:
    """Whether a value is that of a file that comes with the program, or a declared default.

    A stored scenario has one file for all; what an unsourced value was set by is still known there.
    """
    origin = scenario.origins[row.key]
    if origin.kind == "override":
        return False
    file = Path(origin.location.rpartition(":")[0]).name
    by = row.source.removeprefix(_SET_BY) if row.source.startswith(_SET_BY) else file
    return origin.kind == "default" or by in shipped


def _set_in(scenario: Scenario, key: str) -> str:
    """The file that sets a value, where the scenario inherits it; empty where it does not."""
    origin = scenario.origins[key]
    return Path(origin.location.rpartition(":")[0]).name if origin.kind == "parent" else ""


def _outside_text(row: Row, file: str) -> str:
    value, usual = quantity(row.value, row.unit), plausible(row.plausible, row.unit) if row.plausible else ""
    if file:
        return tr("{key} {value} (from {range}; set in {file})", key=row.key, value=value, range=usual, file=file)
    return tr("{key} {value} (from {range})", key=row.key, value=value, range=usual)


def _inherited(scenario: Scenario) -> Iterator[str]:
    """Sites and platforms of a parent beside those that the file adds: what it asks of "the site" is of all."""
    for group, names, sums in (
        ("sites", scenario.sites, later("outcomes of sites are sums")),
        ("platforms", scenario.platforms, later("outcomes of platforms are sums")),
    ):
        origins = {name: _origins(scenario, f"{group}.{name}.") for name in names}
        if not any("file" in its and "parent" not in its for its in origins.values()):
            continue
        for name, its in origins.items():
            if "parent" in its and "file" not in its:
                yield tr(
                    "{key} is inherited from {file}; {outcomes}; {name} = false under [{group}] leaves it out",
                    key=f"{group}.{name}", file=its["parent"], outcomes=tr(sums), name=name, group=group,
                )  # fmt: skip


def _origins(scenario: Scenario, prefix: str) -> dict[str, str]:
    """The kinds of origin of the values below a key, each with a file that has one."""
    found = (it for key, it in scenario.origins.items() if key.startswith(prefix))
    return {it.kind: Path(it.location.rpartition(":")[0]).name for it in found}


def _sites(scenario: Scenario) -> Iterator[str]:
    for name in scenario.sites:
        opens = str(scenario.values[f"sites.{name}.opens"])
        if scenario.values[f"sites.{name}.renovation"] is False:
            continue
        if not opens or scenario.month_of(opens) >= scenario.months:
            key = f"sites.{name}"
            yield tr("{key} never opens in the run, which ends in {month}", key=key, month=_end(scenario))
        elif not scenario.group("mechanisms.letting").enabled and not scenario.scheduled("mechanisms.letting"):
            yield tr("{key} is never let: mechanisms.letting is off", key=f"sites.{name}")


def _levers(scenario: Scenario) -> Iterator[str]:
    sites = any(_opens(scenario, f"sites.{name}", "renovation") for name in scenario.sites)
    platforms = any(_opens(scenario, f"platforms.{name}", "enabled") for name in scenario.platforms)
    for key in (key for key in in_force(scenario) if key.startswith("levers.")):
        declared = scenario.catalogue.declaration(key)
        if declared is None or declared.default != 0:
            continue
        value = scenario.values[key]
        months = range(scenario.months)
        if isinstance(value, Schedule) and not any(value.at(month) for month in months):
            yield tr("{key} never acts in the run, which ends in {month}", key=key, month=_end(scenario))
        elif key in _AT_SITES and not sites:
            yield tr("{key} never acts: no site is let in the run", key=key)
        elif key in _AT_PLATFORMS and not platforms:
            yield tr("{key} never acts: no platform is open in the run", key=key)


def _opens(scenario: Scenario, prefix: str, switch: str) -> bool:
    opens, on = str(scenario.values[f"{prefix}.opens"]), scenario.values[f"{prefix}.{switch}"]
    on = any((on.before, *on.values)) if isinstance(on, Schedule) else bool(on)
    return on and bool(opens) and scenario.month_of(opens) < scenario.months


def _taxes(scenario: Scenario) -> Iterator[str]:
    dated = [
        max(value.months)
        for key, value in scenario.values.items()
        if key.startswith("mechanisms.taxes.") and isinstance(value, Schedule)
    ]
    if dated and scenario.months - 1 - max(dated) > _LATE:
        last = month_text(scenario.calendar(max(dated)))
        yield tr("the last dated tax rule is of {last} and holds to the end of the run in {month}", last=last,
                 month=_end(scenario))  # fmt: skip


def _figures(scenario: Scenario) -> Iterator[str]:
    inherited: dict[str, list[str]] = {}
    for figure in scenario.reported_figures.values():
        if figure.stated:
            inherited.setdefault(figure.stated, []).append(figure.name)
    for file, names in inherited.items():
        yield tr("is held to the figures of {file}: {names}; NAME = false in [figures] leaves one out", file=file,
                 names=_listed(names))  # fmt: skip


def _end(scenario: Scenario) -> str:
    return month_text(scenario.calendar(scenario.months - 1))


def _listed(words: list[str]) -> str:
    said = listed(words[:_MOST])
    more = len(words) - _MOST
    return tr("{words} and {count} more (sim describe)", words=said, count=more) if more > 0 else said
