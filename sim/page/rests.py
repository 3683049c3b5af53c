"""What an answer rests on: every assumed or fitted value moved to both ends of its range, in both scenarios."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from sim.formats import counted
from sim.language import tr, trc
from sim.page.controls import meaning_of, part_words
from sim.page.moved import Case, Moved, OfMoved, Screen, cost_words, possible
from sim.page.used import used_by
from sim.report.html.charts import effect_chart
from sim.report.html.headline import sentences, with_unit_of, words_of
from sim.report.html.markup import Markup, fold, join, table, tag
from sim.report.html.rests_on import kind_badge
from sim.report.text.claims import flip_words
from sim.report.text.sensitivities import MOST_ROWS
from sim.runs.replicate import Cells, Model
from sim.scenario import Row, Scenario
from sim.studies.changes import changes
from sim.studies.designs import Axis
from sim.studies.estimators.indices import Estimate
from sim.studies.estimators.intervals import Interval
from sim.studies.estimators.verdicts import crossing_at_ends, effect
from sim.studies.questions.claims import Flip
from sim.studies.uncertain import uncertain
from sim.units import brief, everyday, parameter_unit, with_unit

SEEDS = 4  # from which there are intervals


class _Found(NamedTuple):
    row: Row
    axis: Axis
    at_low: float
    at_high: float
    effect: Interval
    seeds: int


class Rests(OfMoved):
    """The question what the difference of a variant in one outcome rests on."""

    def __init__(
        self, model: Model, base: Scenario, variant: Scenario, outcome: str, seeds: int, labels: tuple[str, str],
        step: Callable[..., Any], most: int = 0,
    ) -> None:  # fmt: skip
        self._model, self._outcome, self._labels, self._base = model, outcome, labels, base
        self._column = list(model.outcomes).index(outcome)
        differing = {it.key for it in changes(base, variant)}
        rows, _ = uncertain(variant)
        sides = (base, variant)
        self._rows: list[tuple[Row, Axis]] = []
        cases = [Case({}, {}, min(seeds, SEEDS))]
        first = used_by(differing, base.catalogue)
        for row, axis in sorted(rows, key=lambda it: not it[0].key.startswith(first)):
            ends = [Case(values, {key: it for key, it in values.items() if key in base.values}, min(seeds, SEEDS), 1,
                         len(self._rows))
                    for values in ({row.key: axis.at(0.0)}, {row.key: axis.at(1.0)})]  # fmt: skip
            if row.key not in differing and all(possible(sides, it.variant, it.base) for it in ends):
                self._rows.append((row, axis))
                cases += ends
        self._most = most if most < len(self._rows) else 0
        self._moved = Moved(model, sides, cases, step, Screen(most, self._column) if self._most else None)

    @property
    def assumptions(self) -> int:
        """How many values are moved."""
        return len(self._rows)

    @property
    def refusal(self) -> str:
        """Why there is nothing to run; empty where there is."""
        return "" if self._rows else tr("No assumed or fitted value is left to move: both scenarios differ in all.")

    def cost(self, seconds: float, workers: int) -> str:
        """What it takes, before it is run; ``seconds`` a world."""
        if self._most:
            what = tr(
                "All at both ends of their ranges on one seed, and the {most} that move the difference most on {seeds}",
                most=self._most, seeds=counted(self._moved.seeds, "seed"),
            )  # fmt: skip
            return cost_words(what, self._moved.worlds, seconds, workers, 4 * len(self._rows))
        what = tr(
            "{values}, each at both ends of its range, in both scenarios, on {seeds}",
            values=counted(len(self._rows), "assumed or fitted value"), seeds=counted(self._moved.seeds, "seed"),
        )  # fmt: skip
        return cost_words(what, self._moved.worlds, seconds, workers, 4 * len(self._rows))

    def answer(self) -> Markup | None:
        """What is known so far, the parameter that moves the difference most first; None of nothing."""
        cells = self._moved.differences()[:, :, self._column]
        there = self._moved.there
        found = [
            it for index, (row, axis) in enumerate(self._rows, 1)
            if (it := _found(row, axis, cells[2 * index - 1], cells[2 * index], there[2 * index - 1 : 2 * index + 1]))
        ]  # fmt: skip
        own = cells[0][np.isfinite(cells[0])]
        if not found or not len(own):
            return None
        found.sort(key=lambda it: -abs(it.effect.mean))
        mean = float(own.mean())
        unit = everyday(self._model.outcomes[self._outcome].unit, mean, found[0].at_low, found[0].at_high)
        label, against = self._labels
        first = found[0]
        words = [
            tr(
                "{variant} less {baseline}, {name}: {value} as it is, on {seeds}. Most moves it {key} ({kind}: "
                "{words}): {low} at the low end of its range, {high} at the high end.", variant=label, baseline=against,
                name=words_of(self._outcome), value=with_unit_of(unit.signed(mean), unit),
                seeds=counted(len(own), "seed"), key=first.row.key, kind=tr(first.row.kind),
                words=meaning_of(self._base, first.row.key),
                low=unit.signed(first.at_low), high=unit.signed(first.at_high),
            )
        ]  # fmt: skip
        if len(found) < len(self._rows):
            words.append(tr("So far {done} of {count} values are moved.", done=len(found), count=len(self._rows)))
        screened = self._moved.stay is not None
        flip = _flip([it for it in found if it.seeds > 1] if screened else found, mean)
        if self._most and self.whole:
            places = {"count": len(self._rows), "seeds": counted(self._moved.seeds, "seed"), "most": self._most}
            words.append(
                tr("On one seed all {count} values are moved, on {seeds} the {most} that move it most there.", **places)
            )
        if flip:
            words.append(tr("The sign changes {where}, all else as it is.", where=flip_words(flip)))
        elif self.whole and screened:
            words.append(tr("None of these within its range changes the sign; several together may: see how sure."))
        elif self.whole:
            words.append(tr("No single value within its range changes the sign; several together may: see how sure."))
        shown = [it for it in found if it.effect.mean][:MOST_ROWS]
        said = trc("between changes", "; ").join(f"{it.row.key} {unit.signed(it.effect.mean)}" for it in shown)
        chart = effect_chart(
            "rests", tr("Change of the difference from the low to the high end: {changes}.", changes=said),
            [(it.row.key, it.row.kind, Estimate(*(unit.factor * _or(end, it.effect.mean) for end in it.effect)))
             for it in shown])  # fmt: skip
        caption = tag(
            "figcaption", tag("b", tr("What each value moves")), " ", tag("span", unit.of_difference),
            tag("small", tr("change of the difference from the low to the high end of its range, all else as it is; "
                            "line: 95% interval, from {count} seeds on", count=SEEDS)),
        )  # fmt: skip
        heads = (
            tr("parameter"), tr("kind"), tr("range"), tr("at its low"), tr("at its high"), tr("change"),
            tr("95% interval"), tr("seeds"),
        )  # fmt: skip
        rows = [
            (part_words(it.row.key, self._base), kind_badge(it.row.kind), _range(it.row, it.axis),
             unit.signed(it.at_low), unit.signed(it.at_high), unit.signed(it.effect.mean),
             unit.span(it.effect.low, it.effect.high) or "-", it.seeds)
            for it in found
        ]  # fmt: skip
        caption_all = f"{words_of(self._outcome)}, {unit.of_difference}".rstrip(", ")
        every = fold(tr("All {count} values", count=len(rows)), table(heads, rows, (3, 4, 5, 6, 7), caption_all))
        return join(tag("p", sentences(*words)), tag("figure", caption, chart, class_="wide", tabindex=0), every)


def _found(row: Row, axis: Axis, low: Cells, high: Cells, there: Any) -> _Found | None:
    """An end less the other on the seeds that have both; None where none has."""
    both = there.all(axis=0) & np.isfinite(low) & np.isfinite(high)
    if not both.any():
        return None
    change = high[both] - low[both]
    whole = effect(change)
    if len(change) < SEEDS:
        whole = Interval(whole.mean, math.nan, math.nan)
    return _Found(row, axis, float(low[both].mean()), float(high[both].mean()), whole, len(change))


def _range(row: Row, axis: Axis) -> str:
    unit = parameter_unit(row.unit, (axis.low, axis.high))
    return with_unit(tr("{low} to {high}", low=brief(axis.low, unit), high=brief(axis.high, unit)), unit.unit)


def _or(end: float, mean: float) -> float:
    return end if math.isfinite(end) else mean


def _flip(found: list[_Found], mean: float) -> Flip | None:
    """The value of one parameter at which the sign changes, nearest to it as a part of its range."""
    values = [(float(it.axis.at(0.0)), float(it.row.value), float(it.axis.at(1.0))) for it in found]
    crossing = crossing_at_ends(values, [(it.at_low, mean, it.at_high) for it in found])
    if crossing is None:
        return None
    row = found[crossing.parameter].row
    return Flip(row.key, row.unit, crossing.value, crossing.upwards)
