"""An appraisal's two figures: the chain from gross to net as a waterfall, and who pays and gains."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.formats import amount, minus, seeds_text
from sim.report.figures.axes import note, number_axis
from sim.report.figures.canvas import KeyEntry, Page, page, style
from sim.report.figures.colours import BLUE, GREY, HALO, INK, ORANGE, PURPLE, VERMILION
from sim.report.text.appraisal import said_of_rivals, treated_text, unit_of
from sim.runs.noted import write_noted
from sim.runs.seeds import begins
from sim.studies.appraisal.treated import PLATFORM, SITE
from sim.studies.appraisal.welfare import WHO
from sim.studies.estimators.intervals import interval_kind
from sim.studies.money import money_year
from sim.studies.questions.appraise import Appraisal

_TITLES = {"jobs": "Jobs", "enterprises": "Enterprises", "value_added": "Value added", "taxes": "Taxes paid"}


def draw_appraisal(found: Appraisal) -> None:
    """Draw both figures in the appraisal's folder."""
    with style():
        files = {**_chain(found).files("chain"), **_who(found).files("who")}
    write_noted(found.path, files)


def _footer(found: Appraisal) -> tuple[str, str]:
    it = found
    discount = it.assumptions["discount"].value
    rivals = f" {said_of_rivals(it).capitalize()}." if said_of_rivals(it) else ""
    kind = interval_kind()
    seeds = f"Mean over {seeds_text(it.seeds, begins(it.baseline))}, paired. Whiskers: 95% intervals ({kind})."
    assumed = f"Discount {100 * discount:.3g}% a year; other assumptions in assumptions.csv."
    return (
        f"{seeds} On every seed the parts add up.{rivals}",
        f"{assumed} Model {it.model}. Source: seeds.csv of {it.path.name}.",
    )


def _subtitle(found: Appraisal) -> str:
    base = found.baseline
    return f"{found.variant.name} against {base.name}, {base.calendar(0)} to {base.calendar(base.months - 1)}"


def _chain(found: Appraisal) -> Page:
    """A waterfall for each measure, from what the treated have to the net."""
    scale, unit = unit_of(found)
    key: list[KeyEntry] = [
        ("band", GREY, f"at {treated_text(found)}" if found.treatments else "without it"),
        ("band", ORANGE, "not due to the measure"), ("band", BLUE, "adds"), ("band", VERMILION, "takes away"),
        ("line", INK, "95% interval of the net"), *_key_of_drawn(found),
    ]  # fmt: skip
    made = page("From gross to net", _subtitle(found), key, _footer(found), 4, tall=1.35, columns=2, left=1.65, lines=1,
                right=0.9, below=0.18)  # fmt: skip
    made.grid.update(wspace=0.74)
    for place, (measure, title) in enumerate(_TITLES.items()):
        money = measure in ("value_added", "taxes")
        by = scale if money else 1.0
        net = [x / by for x in found.interval(found.net(measure))]
        bars = _bars(found, measure, by)
        axes = made.axes(place)
        axes.grid(visible=False)
        note(axes, title, (0, 1), (0, 8), xycoords="axes fraction", fontsize=8.5, fontweight="bold", color=INK)
        note(axes, unit if money else "people at the end" if measure == "jobs" else "operating at the end", (1, 1),
             (0, 8), xycoords="axes fraction", fontsize=7, ha="right")  # fmt: skip
        at = 0.0
        for row, (_, value, colour) in enumerate(bars):
            axes.barh(row, value, left=at, height=0.62, color=colour)
            at += value
            axes.plot([at, at], [row - 0.31, row + 1.31], color=GREY, linewidth=0.5)
            right = max(at, at - value)
            note(
                axes,
                minus(amount(value)),
                (right, row),
                (4, 0),
                va="center",
                fontsize=7.5,
                color=INK,
                path_effects=HALO,
            )
        last = len(bars)
        axes.barh(last, net[0], height=0.62, color=BLUE if net[0] >= 0 else VERMILION)
        right = max(net[0], 0.0)
        if math.isfinite(net[1]):
            axes.plot(net[1:], [last, last], color=INK, linewidth=1.0)
            right = max(right, net[2])
        if found.drawn:
            right = max(right, _draw_range(axes, found.drawn, found.drawn.net(measure), by, last))
        note(axes, minus(amount(net[0])), (right, last), (4, 0), va="center", fontsize=7.5, color=INK,
             fontweight="bold")  # fmt: skip
        axes.axvline(0.0, color=INK, linewidth=0.8)
        axes.set_yticks(range(last + 1), [*(words for words, *_ in bars), "net"])
        axes.tick_params(axis="y", labelsize=7.5, labelcolor=INK)
        axes.set_ylim(last + 0.6, -0.6)
        number_axis(axes.xaxis, 4)
    return made


def _key_of_drawn(found: Appraisal) -> list[KeyEntry]:
    return [("line", PURPLE, "90% of worlds with drawn parameters")] if found.drawn else []


def _draw_range(axes: Any, drawn: Appraisal, values: Any, by: float, row: int) -> float:
    """Draw the range of worlds with drawn parameters below the interval over seeds; returns its right end."""
    found = drawn.range(values / by)
    axes.plot([found.low, found.high], [row + 0.18] * 2, color=PURPLE, linewidth=1.6)
    return found.high


def _bars(found: Appraisal, measure: str, by: float) -> list[tuple[str, float, str]]:
    """Words, mean and colour of each step before the net."""

    def mean(values: Any) -> float:
        return float(np.mean(values)) / by

    others = mean(found.others(measure))
    bars = []
    if found.treatments:
        bars.append(("gross", mean(found.gross(measure)), GREY))
        if found.moved_in("jobs").any():
            bars.append(("moved in from the area", -mean(found.moved_in(measure)), ORANGE))
        bars.append(("founded or there anyway", -mean(found.there_anyway(measure)), ORANGE))
    bars.append(("others' gain or loss", others, BLUE if others >= 0 else VERMILION))
    return bars


def _who(found: Appraisal) -> Page:
    """A bar for each party, and society's balance, with intervals."""
    scale, unit = unit_of(found)
    names = [name for name in WHO if found.who[name].any()]
    labels = [WHO[name] for name in names] + ["society's balance"]
    rows, drawn = ([*(it.who[name] for name in names), it.value] for it in (found, found.drawn or found))
    key: list[KeyEntry] = [("band", BLUE, "gains"), ("band", VERMILION, "pays"), ("line", INK, "95% interval")]
    key += _key_of_drawn(found)
    kinds = {it.kind for it in found.treatments}
    what = "the site" if kinds == {SITE} else "the platform" if kinds == {PLATFORM} else "the measure"
    base = found.baseline.calendar(found.base)
    said = f"{_subtitle(found)}; {unit} of {money_year(found.baseline)}, worth in {base}"
    made = page(f"Who pays for {what}, and who gains", said, key, _footer(found), 1, tall=0.22 * len(rows) + 0.2,
                columns=1, left=1.9, right=1.0, below=0.15, lines=0)  # fmt: skip
    axes = made.axes(0)
    axes.grid(visible=False)
    for row, values in enumerate(rows):
        mean, low, high = (x / scale for x in found.interval(values))
        axes.barh(row, mean, height=0.62, color=BLUE if mean >= 0 else VERMILION)
        right = max(0.0, mean)
        if math.isfinite(low):
            axes.plot([low, high], [row, row], color=INK, linewidth=1.0)
            right = max(right, high)
        if found.drawn:
            right = max(right, _draw_range(axes, found.drawn, drawn[row], scale, row))
        bold = "bold" if row == len(rows) - 1 else "normal"
        note(axes, minus(amount(mean)), (right, row), (5, 0), va="center", fontsize=8, color=INK, fontweight=bold)
    axes.axhline(len(rows) - 1.5, color=GREY, linewidth=0.6)
    axes.axvline(0.0, color=INK, linewidth=0.8)
    axes.set_yticks(range(len(rows)), labels)
    axes.tick_params(axis="y", labelsize=8.5, labelcolor=INK)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlabel(unit, fontsize=8)
    number_axis(axes.xaxis, 7)
    return made
