"""Contradictions between values that are each valid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sim.declare import Value
from sim.scenario.register import parse
from sim.scenario.scenario import Scenario
from sim.scenario.schedule import Schedule


class Contradiction(NamedTuple):
    """The keys that contradict each other, the first of which is reported, and the message."""

    keys: tuple[str, ...]
    message: str


def contradictions(scenario: Scenario) -> Iterator[Contradiction]:
    """Every contradiction between the values of a scenario."""
    yield from _run(scenario)
    yield from _sites(scenario)
    yield from _platforms(scenario)
    yield from _population(scenario)
    yield from _register(scenario)


def _run(scenario: Scenario) -> Iterator[Contradiction]:
    if scenario.months < 1:
        yield Contradiction(("run.months",), f"{scenario.months} is no run, allowed: at least 1")
        return
    first, last = scenario.calendar(0), scenario.calendar(scenario.months - 1)
    cohort = str(scenario.values["run.cohort"])
    if cohort and cohort < first:
        yield Contradiction(("run.cohort", "run.start"), f"{cohort} is before the run, allowed: from {first}")
    for figure in scenario.reported_figures.values():
        if not first <= figure.month <= last:
            yield Contradiction(
                (f"figures.{figure.name}.month", "run.start", "run.months"),
                f"{figure.month} is outside the run, allowed: from {first} to {last}",
            )


def _sites(scenario: Scenario) -> Iterator[Contradiction]:
    for name in scenario.sites:
        opens, vacated = f"sites.{name}.opens", f"sites.{name}.vacated"
        first, last = str(scenario.values[vacated]), str(scenario.values[opens])
        if first and last and last < first:
            yield Contradiction((opens, vacated), f"{last} is before the space is vacated, allowed: from {first}")


def _platforms(scenario: Scenario) -> Iterator[Contradiction]:
    for name in scenario.platforms:
        foreign, users = f"platforms.{name}.foreign_share", f"platforms.{name}.user_share"
        for month in _turns(scenario, foreign, users):
            total = _at(scenario, foreign, month) + _at(scenario, users, month)
            if total > 1:
                message = f"and user_share are {total:g} in {scenario.calendar(month)}, allowed: together at most 1"
                yield Contradiction((foreign, users), message)
                break


def _population(scenario: Scenario) -> Iterator[Contradiction]:
    largest, tail = "population.largest_staff", "population.tail_from"
    if _at(scenario, largest, 0) <= _at(scenario, tail, 0):
        message = f"is not above tail_from, allowed: more than {_at(scenario, tail, 0):g}"
        yield Contradiction((largest, tail), message)
    for what in ("staff", "revenue"):
        for upper, lower in (("big", "medium"), ("medium", "micro")):
            over, under = (f"population.{name}_{what}" for name in (upper, lower))
            if _at(scenario, over, 0) < _at(scenario, under, 0):
                message = f"is below {lower}_{what}, allowed: at least {_at(scenario, under, 0):g}"
                yield Contradiction((over, under), message)


def _register(scenario: Scenario) -> Iterator[Contradiction]:
    key, size, sectors = "mechanisms.population.register", "population.enterprises", "population.sectors"
    if not (text := str(scenario.values.get(key, ""))):
        return
    try:
        firms = parse(text, int(_at(scenario, sectors, 0)), scenario.calendar(0))
    except ValueError as wrong:
        yield Contradiction((key, "run.start", sectors), str(wrong))
        return
    if len(firms) != _at(scenario, size, 0):
        yield Contradiction((size, key), f"is not the number of firms in the register, allowed: {len(firms)}")


def _turns(scenario: Scenario, *keys: str) -> list[int]:
    """The months in which one of these values changes, and month 0."""
    schedules = (value for key in keys if isinstance(value := scenario.values[key], Schedule))
    return sorted({0}.union(*(schedule.months for schedule in schedules)))


def _at(scenario: Scenario, key: str, month: int) -> float:
    value: Value | Schedule = scenario.values[key]
    return float(value.at(month) if isinstance(value, Schedule) else value)
