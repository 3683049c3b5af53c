"""What a poster says of an appraisal: what is shared, what came of it net, at whose cost, how sure."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sim.report.poster_words import LANGUAGES, Language
from sim.report.text.appraisal import said_of_rivals
from sim.scenario import Fault, Scenario, ScenarioError, Schedule
from sim.studies.appraisal.treated import FREE
from sim.studies.appraisal.welfare import WHO
from sim.studies.estimators.intervals import Interval
from sim.studies.money import money_year
from sim.studies.questions.appraise import Appraisal
from sim.studies.rests import rests_on
from sim.units import quantity

_MOST = 8  # things that are shared, and policies
_NUMBERS = ("jobs", "enterprises", "value_added", "taxes")


@dataclass(frozen=True)
class Bar:
    """Words, mean and 95% interval."""

    words: str
    value: Interval


@dataclass(frozen=True)
class Poster:
    """The texts and numbers of a poster, in one language."""

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
    language: Language


def poster_of(found: Appraisal, language: str = "en") -> Poster:
    """The poster of an appraisal in a language; ScenarioError where there is no such one."""
    if language not in LANGUAGES:
        message = f"is no language of a poster, allowed: {', '.join(LANGUAGES)}"
        raise ScenarioError([Fault("--lang", 0, language, message)])
    say = (words := LANGUAGES[language]).say
    base = found.baseline
    first, last = base.calendar(0), base.calendar(base.months - 1)
    jobs, value = found.interval(found.net("jobs")), found.interval(found.value)
    steps = [("gross", found.gross("jobs")), ("moved_in", -found.moved_in("jobs"))]
    steps += [("there_anyway", -found.there_anyway("jobs")), ("others", found.others("jobs"))]
    bars = [Bar(say(name), found.interval(cells)) for name, cells in steps if cells.any()]
    parties = [Bar(say(name), found.interval(found.who[name])) for name in WHO if found.who[name].any()]
    named = {"variant": words.named(found.variant.title or found.variant.name)}
    named["baseline"] = words.named(base.title or base.name)
    rate = f"{100 * found.assumptions['discount'].value:.3g}"
    return Poster(
        title=say("title"),
        subtitle=say("subtitle", **named, first=first, last=last, seeds=found.seeds),
        heads=(say("shared"), say("policies"), say("net"), say("cost"), say("sure")),
        shared=tuple(_shared(found, words)),
        policies=tuple(_policies(found, words)),
        numbers=tuple(_number(found, name, words) for name in _NUMBERS),
        chain=say("chain"),
        steps=(*bars, Bar(say("net_bar"), jobs)),
        worth=say("worth", year=money_year(base), base=base.calendar(found.base), rate=rate),
        parties=(*parties, Bar(say("balance"), value)),
        sure=tuple(_sure(found, words, jobs, value, last)),
        source=say("source", model=found.model, folder=found.path.name),
        language=words,
    )


def _number(found: Appraisal, name: str, words: Language) -> tuple[str, str, str, bool]:
    it = found.interval(found.net(name))
    money = name in ("value_added", "taxes")
    write = words.money if money else words.count
    below = words.say("money") if money else ""
    if math.isfinite(it.low):
        sentence = ("interval_of_money" if money else "interval") + "_none" * _holds_zero(it)
        below = words.say(sentence, low=write(it.low), high=write(it.high))
    return write(it.mean), words.say(name), below, not _holds_zero(it)


def _shared(found: Appraisal, words: Language) -> list[str]:
    """The platforms and sites that the one world has and the other has not."""
    one, other = found.baseline, found.variant
    said = []
    for name in other.platforms:
        if _on(other, f"platforms.{name}.enabled") and not _on(one, f"platforms.{name}.enabled"):
            kind = str(other.values[f"platforms.{name}.kind"])
            said.append(
                words.say(
                    kind, name=words.named(name), month=other.values[f"platforms.{name}.opens"] or other.calendar(0)
                )
            )
    said += [
        words.say("site", name=words.named(name), floor=words.in_units(_quantity(other, f"sites.{name}.floor")))
        for name in other.sites
        if _on(other, f"sites.{name}.renovation") and not _on(one, f"sites.{name}.renovation")
    ]
    return _first(said, words) or [words.say("nothing")]


def _policies(found: Appraisal, words: Language) -> list[str]:
    """The levers that are pulled in the one world otherwise than in the other."""
    one, other = found.baseline, found.variant
    levers = [key for key in other.values if key in words.sentences and other.values[key] != one.values.get(key)]
    return _first([words.say(key, value=words.in_units(_quantity(other, key))) for key in levers], words)


def _first(said: list[str], words: Language) -> list[str]:
    return said if len(said) <= _MOST else [*said[: _MOST - 1], words.say("more", count=len(said) - _MOST + 1)]


def _on(scenario: Scenario, key: str) -> bool:
    value = scenario.values.get(key, False)
    return any(value.values) if isinstance(value, Schedule) else bool(value)


def _quantity(scenario: Scenario, key: str) -> str:
    """A value in its everyday unit: of a schedule the largest."""
    value = scenario.values[key]
    declared = scenario.catalogue.declaration(key)
    shown = max(value.values) if isinstance(value, Schedule) else value
    return quantity(shown, declared.unit if declared else "")


def _sure(found: Appraisal, words: Language, jobs: Interval, value: Interval, last: str) -> list[str]:
    say = words.say
    gains, balance = (round(float(np.mean(it > 0)) * found.seeds) for it in (found.net("jobs"), found.value))
    said = [say("may_be_none" if _holds_zero(jobs) else "clear", part=gains, seeds=found.seeds)]
    said.append(say("balance_may_be_none" if _holds_zero(value) else "balance_clear", part=balance, seeds=found.seeds))
    middle = {
        "jobs": words.count(float(np.median(found.net("jobs")))),
        "value": words.money(float(np.median(found.value))),
    }
    said.append(say("middle", **middle))
    if found.floor_left_behind.any():
        said.append(say("empty_floor", value=words.money(float(np.mean(found.if_empty)))))
    counts = rests_on(found.baseline, found.variant, but={it.key for it in found.changed})
    known = {kind: counts.get(kind, 0) for kind in ("assumption", "fitted", "evidence")}
    said.append(say("rests", assumed=known["assumption"], fitted=known["fitted"], evidence=known["evidence"]))
    if said_of_rivals(found):
        said.append(say("rivals"))
    if FREE & {it.key for it in found.changed}:
        said.append(say("free"))
    return [*said, say("cannot", last=last)]


def _holds_zero(it: Interval) -> bool:
    return not math.isfinite(it.low) or it.low <= 0 <= it.high
