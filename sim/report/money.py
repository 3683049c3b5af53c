"""Searches with their money in the reader's unit: million yuan as it is declared; in Chinese 万元."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sim.language import Sentence, is_chinese, later, meaning
from sim.studies.aims import Aim, Limit
from sim.studies.estimators.intervals import Interval
from sim.studies.questions.seek import SAID, Mix, Sought
from sim.units import Everyday, everyday

_MONEY = "million yuan"


def declared_unit(unit: str) -> Everyday:
    """A declared unit in words; in Chinese money is in 万元."""
    return everyday(unit, 1.0) if is_chinese() and unit.startswith(_MONEY) else Everyday(meaning("unit", unit))


def scaled(found: Interval, factor: float) -> Interval:
    """An interval in another unit."""
    return Interval(*(factor * value for value in found))


def sought_in_words(it: Sought) -> Sought:
    """What was sought with units in words, and its money in the reader's unit. Made once, where it is shown."""
    q = it.question
    aim, cost = declared_unit(q.aim.unit), declared_unit(_MONEY)
    limits = {bound.aim.name: declared_unit(bound.aim.unit) for bound in q.bounds}
    bounds = [declared_unit(bound.aim.unit).factor for bound in q.bounds]

    def mixes(found: Iterable[Mix]) -> tuple[Mix, ...]:
        return tuple(
            replace(
                one, net=scaled(one.net, aim.factor), level=scaled(one.level, aim.factor),
                cost=scaled(one.cost, cost.factor), searched=aim.factor * one.searched,
                bounded=tuple(map(scaled, one.bounded, bounds)),
            )
            for one in found
        )  # fmt: skip

    def row(tried: dict[str, Any]) -> dict[str, Any]:
        nets = {name: aim.factor * tried[name] for name in ("net", "fresh_net", "fresh_low", "fresh_high")}
        return tried | nets | {"cost": cost.factor * tried["cost"]}

    return replace(
        it,
        question=replace(
            q, aim=_in_words(q.aim), budget=q.budget and _limit(q.budget), limits=tuple(map(_limit, q.limits))
        ),
        best=mixes([it.best])[0] if it.best else None,
        refused=_said(it.refused, limits),
        remarks=tuple(_said(one, limits) for one in it.remarks),
        finalists=mixes(it.finalists),
        frontier=mixes(it.frontier),
        regrets=tuple(
            one._replace(mean=aim.factor * one.mean, p95=aim.factor * one.p95, gain=aim.factor * one.gain)
            for one in it.regrets
        ),
        tried=tuple(map(row, it.tried)),
    )


def _in_words(aim: Aim) -> Aim:
    return aim._replace(unit=declared_unit(aim.unit).unit)


def _limit(it: Limit) -> Limit:
    return it._replace(aim=_in_words(it.aim), value=declared_unit(it.aim.unit).factor * it.value)


def _said(text: str, limits: Mapping[str, Everyday]) -> str:
    """A sentence in which limits have their numbers in the reader's unit."""
    if not isinstance(text, Sentence):
        return text
    places = {name: _said(it, limits) if isinstance(it, str) else it for name, it in text.places.items()}
    if text.text in (SAID["at most"], SAID["at least"]) and (unit := limits[str(places["outcome"])]).factor != 1:
        for name in ("found", "value"):
            places[name] = f"{unit.factor * float(str(places[name])):.4g}{unit.unit}"
    return later(text.text, **places)
