"""What a poster says of an appraisal: what is shared, what came of it net, at whose cost, how sure."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.formats import amount, minus, people
from sim.language import (
    LANGUAGES,
    file_name,
    is_chinese,
    language,
    large,
    later,
    meaning,
    month_text,
    speaking,
    tr,
)
from sim.letters import decoded
from sim.report.shown import title_words
from sim.report.text.appraisal import said_of_rivals
from sim.scenario import Fault, Scenario, ScenarioError, Schedule
from sim.studies.appraisal.treated import FREE
from sim.studies.appraisal.welfare import WHO
from sim.studies.estimators.intervals import Interval
from sim.studies.estimators.signs import Sign, sign_words
from sim.studies.money import money_year
from sim.studies.questions.appraise import Appraisal
from sim.studies.rests import rests_on
from sim.units import quantity

_MOST = 8  # things that are shared, and policies
_KINDS = {
    "own": later("{name}: a big enterprise's open platform, from {month}"),
    "third-party": later("{name}: a platform that belongs to no maker, from {month}"),
}
LEVERS = {
    "levers.talent_supply": later("More skilled people: {value}"),
    "levers.knowledge_programme": later("Knowledge programmes, of strength {value}"),
    "levers.entry_cost_cut": later("Cheaper entry: {value} less"),
    "levers.tax_relief": later("Relief from taxes for the young: {value}"),
    "levers.platform_support": later("Support of platforms' fees: {value}"),
    "levers.rent_subsidy": later("A rent subsidy: {value}"),
    "levers.conversion_grant": later("A grant to renovation: {value}"),
    "levers.finance": later("Outside finance: {value} more"),
    "levers.demand": later("Additional demand: {value}"),
}
_NUMBERS = {
    "jobs": later("net jobs"), "enterprises": later("net enterprises"), "value_added": later("net value added"),
    "taxes": later("net taxes"),
}  # fmt: skip
_UNITS = {"jobs": "people", "enterprises": "enterprises"}
_MONEY = ("value_added", "taxes")
_PARTIES = WHO | {"platforms": later("platforms and their hosts")}


@dataclass(frozen=True)
class Bar:
    """Words, mean and 95% interval, and the mean as a text."""

    words: str
    value: Interval
    said: str


@dataclass(frozen=True)
class Poster:
    """The texts and numbers of a poster, in one language, and the stem of its files."""

    title: str
    subtitle: str
    heads: tuple[str, str, str, str, str]
    shared: tuple[str, ...]
    policies: tuple[str, ...]
    numbers: tuple[tuple[str, str, str, bool], ...]  # number, what it is, its interval, and whether that is clear of 0
    chain: str
    steps: tuple[Bar, ...]  # the last is the net
    worth: str
    parties: tuple[Bar, ...]  # the last is society's balance
    sure: tuple[str, ...]
    source: str
    stem: str


def poster_of(found: Appraisal, code: str | None = None) -> Poster:
    """The poster of an appraisal in a language, that of the moment by default; ScenarioError where there is none."""
    if code is not None and code not in LANGUAGES:
        message = f"is no language of a poster, allowed: {', '.join(LANGUAGES)}"
        raise ScenarioError([Fault("--lang", 0, code, message)])
    with speaking(code or language()):
        return _made(found)


def _made(found: Appraisal) -> Poster:
    base = found.baseline
    first, last = (month_text(base.calendar(month)) for month in (0, base.months - 1))
    steps = [
        (tr("at those who share"), found.gross("jobs")), (tr("moved in from the area"), -found.moved_in("jobs")),
        (tr("founded or there anyway"), -found.there_anyway("jobs")),
        (tr("others' gain or loss"), found.others("jobs")),
    ]  # fmt: skip
    bars = [_bar(words, found.interval(cells), count) for words, cells in steps if cells.any()]
    parties = [
        _bar(tr(words), found.interval(found.who[name]), money)
        for name, words in _PARTIES.items()
        if found.who[name].any()
    ]
    jobs, value = found.interval(found.net("jobs")), found.interval(found.value)
    return Poster(
        title=tr("What sharing platforms and idle space brings, and to whom"),
        subtitle=tr(
            "{variant}, against {baseline}: the same place from {first} to {last}, in {seeds} possible courses of "
            "events",
            variant=title_words(found.variant.title) or found.variant.name,
            baseline=title_words(base.title) or base.name, first=first, last=last, seeds=found.seeds,
        ),
        heads=(
            tr("What is shared"), tr("What government adds"), tr("What came of it, net"),
            tr("Who gains, and at whose cost"), tr("How sure"),
        ),
        shared=tuple(_shared(found)),
        policies=tuple(_policies(found)),
        numbers=tuple(_number(found, name) for name in _NUMBERS),
        chain=tr("From jobs that are counted at those who share to jobs that are there because of it"),
        steps=(*bars, _bar(tr("net jobs"), jobs, count)),
        worth=tr(
            "Million yuan of {year}, worth in {base} at {rate}% a year, with 95% intervals", year=money_year(base),
            base=month_text(base.calendar(found.base)), rate=f"{100 * found.assumptions['discount'].value:.3g}",
        ),
        parties=(*parties, _bar(tr("society's balance"), value, money)),
        sure=tuple(_sure(found, jobs, value, last)),
        source=tr(
            "A model's finding under its assumptions, not a forecast. Model {model}. Source: seeds.csv of {folder}.",
            model=found.model, folder=decoded(found.path.name),
        ),
        stem=file_name("poster"),
    )  # fmt: skip


def count(x: float) -> str:
    """A number of people or enterprises."""
    return large(x) if is_chinese() else minus(people(x))


def money(x: float) -> str:
    """An amount of million yuan; in Chinese in yuan with 万 and 亿."""
    return large(1e6 * x) if is_chinese() else minus(amount(x))


def _bar(words: str, value: Interval, said: Callable[[float], str]) -> Bar:
    return Bar(words, value, said(value.mean))


def _number(found: Appraisal, name: str) -> tuple[str, str, str, bool]:
    """A number, in Chinese with its unit; what it is; its interval, in English with the unit of money."""
    it, write = found.interval(found.net(name)), money if name in _MONEY else count
    number, unit, below = write(it.mean), "million yuan" if name in _MONEY else "", ""
    if is_chinese():
        number, unit = f"{number}{meaning('unit', _UNITS.get(name, 'yuan'))}", ""
    if math.isfinite(it.low):
        ends = {"low": write(it.low), "high": write(it.high)}
        below = tr("95% interval {low} to {high}", **ends)
        if _holds_zero(it):
            below = tr("95% interval {low} to {high}: may be none", **ends)
    return number, tr(_NUMBERS[name]), "; ".join(filter(None, (unit, below))), not _holds_zero(it)


def _shared(found: Appraisal) -> list[str]:
    """The platforms and sites that the one world has and the other has not."""
    one, other = found.baseline, found.variant
    said = []
    for name in other.platforms:
        if _on(other, f"platforms.{name}.enabled") and not _on(one, f"platforms.{name}.enabled"):
            opens = str(other.values[f"platforms.{name}.opens"]) or other.calendar(0)
            kind = _KINDS[str(other.values[f"platforms.{name}.kind"])]
            said.append(tr(kind, name=meaning("name", name), month=month_text(opens)))
    said += [
        tr("{name}: {floor} of idle floor, renovated and let", name=meaning("name", name), floor=_floor(other, name))
        for name in other.sites
        if _on(other, f"sites.{name}.renovation") and not _on(one, f"sites.{name}.renovation")
    ]
    return _first(said) or [tr("Nothing: the two worlds differ in other things")]


def _floor(scenario: Scenario, site: str) -> str:
    key = f"sites.{site}.floor"
    value = scenario.values[key]
    if is_chinese() and isinstance(value, float):
        return f"{large(value)}{meaning('unit', 'm2')}"
    return _quantity(scenario, key)


def _policies(found: Appraisal) -> list[str]:
    """The levers that are pulled in the one world otherwise than in the other."""
    one, other = found.baseline, found.variant
    pulled = [key for key in other.values if key in LEVERS and other.values[key] != one.values.get(key)]
    return _first([tr(LEVERS[key], value=_quantity(other, key)) for key in pulled])


def _first(said: list[str]) -> list[str]:
    return said if len(said) <= _MOST else [*said[: _MOST - 1], tr("and {count} more", count=len(said) - _MOST + 1)]


def _on(scenario: Scenario, key: str) -> bool:
    value = scenario.values.get(key, False)
    return any(value.values) if isinstance(value, Schedule) else bool(value)


def _quantity(scenario: Scenario, key: str) -> str:
    """A value in its everyday unit: of a schedule the largest."""
    value = scenario.values[key]
    declared = scenario.catalogue.declaration(key)
    shown = max(value.values) if isinstance(value, Schedule) else value
    return quantity(shown, declared.unit if declared else "")


def _sure(found: Appraisal, jobs: Interval, value: Interval, last: str) -> list[str]:
    gains, balances = (round(float(np.mean(it > 0)) * found.seeds) for it in (found.net("jobs"), found.value))
    part = {"part": gains, "seeds": found.seeds}
    if _holds_zero(jobs):
        said = [tr("In {part} of {seeds} courses of events there are more jobs with sharing than without. The interval "
                   "of their mean holds zero: there may be no gain.", **part)]  # fmt: skip
    else:
        said = [tr("In {part} of {seeds} courses of events there are more jobs with sharing than without. The interval "
                   "of their mean is clear of zero: chance does not explain it.", **part)]  # fmt: skip
    part["part"] = balances
    if _holds_zero(value):
        said.append(tr("In {part} of {seeds} society's balance is above zero. The interval of its mean holds zero: it "
                       "may be a gain or a loss.", **part))  # fmt: skip
    else:
        said.append(tr("In {part} of {seeds} society's balance is above zero. The interval of its mean is clear of "
                       "zero.", **part))  # fmt: skip
    said.append(
        tr(
            "In the middle one of them net jobs are {jobs}, and society's balance is {value} million yuan.",
            jobs=count(float(np.median(found.net("jobs")))), value=money(float(np.median(found.value))),
        )
    )  # fmt: skip
    if found.floor_left_behind.any():
        mean = money(float(np.mean(found.if_empty)))
        said.append(tr("If the floor that tenants leave behind stays empty, the mean balance is {value}.", value=mean))
    counts = rests_on(found.baseline, found.variant, but={it.key for it in found.changed})
    known = {kind: counts.get(kind, 0) for kind in ("assumption", "fitted", "evidence")}
    said.append(
        tr(
            "All of it rests on {assumed} assumed, {fitted} fitted and {evidence} evidenced numbers.",
            assumed=known["assumption"], fitted=known["fitted"], evidence=known["evidence"],
        )
    )  # fmt: skip
    if said_of_rivals(found):
        said.append(tr("Sales that rivals outside the place lose are left out."))
    if FREE & {it.key for it in found.changed}:
        said.append(tr("For some measures the model charges nobody: their own cost is missing."))
    said.append(
        tr(
            "The model cannot tell what becomes of land prices and housing, what is gained outside the books, or what "
            "comes after {last}.",
            last=last,
        )
    )
    if found.seeds == 1:  # of the two intervals there is none
        alone = tr(sign_words(Sign.ONE_SEED))
        said[:2] = [f"{alone[:1].upper()}{alone[1:]}{'。' if is_chinese() else '.'}"]
    return said


def _holds_zero(it: Interval) -> bool:
    return not math.isfinite(it.low) or it.low <= 0 <= it.high
