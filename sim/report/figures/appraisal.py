"""An appraisal's two figures: the chain from gross to net as a waterfall, and who pays and gains."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.formats import amount, minus, seeds_text
from sim.language import later, month_text, paragraph, tr
from sim.report.figures.axes import note, number_axis
from sim.report.figures.canvas import KeyEntry, Page, page, style
from sim.report.figures.colours import BLUE, GREY, HALO, INK, ORANGE, PURPLE, VERMILION
from sim.report.sheets import source_words
from sim.report.text.appraisal import said_of_rivals, treated_text, unit_of
from sim.runs.noted import write_noted
from sim.runs.seeds import begins
from sim.studies.appraisal.treated import PLATFORM, SITE
from sim.studies.appraisal.welfare import WHO
from sim.studies.estimators.intervals import interval_kind
from sim.studies.money import money_year
from sim.studies.questions.appraise import Appraisal

_TITLES = {
    "jobs": later("Jobs"), "enterprises": later("Enterprises"), "value_added": later("Value added"),
    "taxes": later("Taxes paid"),
}  # fmt: skip


def draw_appraisal(found: Appraisal) -> None:
    """Draw both figures in the appraisal's folder."""
    with style():
        files = {**_chain(found).files("chain"), **_who(found).files("who")}
    write_noted(found.path, files)


def _footer(found: Appraisal) -> tuple[str, str]:
    it = found
    discount = it.assumptions["discount"].value
    rivals = tr("{remark}.", remark=said_of_rivals(it).capitalize()) if said_of_rivals(it) else ""
    seeds = tr(
        "Mean over {seeds}, paired. Whiskers: 95% intervals ({kind}).",
        seeds=seeds_text(it.seeds, begins(it.baseline)), kind=interval_kind(),
    )  # fmt: skip
    assumed = tr("Discount {rate}% a year; other assumptions in assumptions.csv.", rate=f"{100 * discount:.3g}")
    return (
        paragraph(seeds, tr("On every seed the parts add up."), rivals),
        paragraph(assumed, source_words(it.model, "seeds.csv", [it.path.name])),
    )


def _subtitle(found: Appraisal) -> str:
    base = found.baseline
    return tr(
        "{variant} against {baseline}, {first} to {last}", variant=found.variant.name, baseline=base.name,
        first=month_text(base.calendar(0)), last=month_text(base.calendar(base.months - 1)),
    )  # fmt: skip


def _chain(found: Appraisal) -> Page:
    """A waterfall for each measure, from what the treated have to the net."""
    scale, unit = unit_of(found)
    key: list[KeyEntry] = [
        ("band", GREY, tr("at {treated}", treated=treated_text(found)) if found.treatments else tr("without it")),
        ("band", ORANGE, tr("not due to the measure")), ("band", BLUE, tr("adds")),
        ("band", VERMILION, tr("takes away")), ("line", INK, tr("95% interval of the net")), *_key_of_drawn(found),
    ]  # fmt: skip
    made = page(tr("From gross to net"), _subtitle(found), key, _footer(found), 4, tall=1.35, columns=2, left=1.65,
                lines=1, right=0.9, below=0.18)  # fmt: skip
    made.grid.update(wspace=0.74)
    for index, (measure, title) in enumerate(_TITLES.items()):
        money = measure in ("value_added", "taxes")
        by = scale if money else 1.0
        net = [x / by for x in found.interval(found.net(measure))]
        bars = _bars(found, measure, by)
        axes = made.axes(index)
        axes.grid(visible=False)
        note(axes, tr(title), (0, 1), (0, 8), xycoords="axes fraction", fontsize=8.5, fontweight="bold", color=INK)
        counted = tr("people at the end") if measure == "jobs" else tr("operating at the end")
        note(axes, unit if money else counted, (1, 1), (0, 8), xycoords="axes fraction", fontsize=7, ha="right")
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
        axes.set_yticks(range(last + 1), [*(words for words, *_ in bars), tr("net")])
        axes.tick_params(axis="y", labelsize=7.5, labelcolor=INK)
        axes.set_ylim(last + 0.6, -0.6)
        number_axis(axes.xaxis, 4)
    return made


def _key_of_drawn(found: Appraisal) -> list[KeyEntry]:
    return [("line", PURPLE, tr("90% of worlds with drawn parameters"))] if found.drawn else []


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
        bars.append((tr("gross"), mean(found.gross(measure)), GREY))
        if found.moved_in("jobs").any():
            bars.append((tr("moved in from the area"), -mean(found.moved_in(measure)), ORANGE))
        bars.append((tr("founded or there anyway"), -mean(found.there_anyway(measure)), ORANGE))
    bars.append((tr("others' gain or loss"), others, BLUE if others >= 0 else VERMILION))
    return bars


def _who(found: Appraisal) -> Page:
    """A bar for each party, and society's balance, with intervals."""
    scale, unit = unit_of(found)
    names = [name for name in WHO if found.who[name].any()]
    labels = [*(tr(WHO[name]) for name in names), tr("society's balance")]
    rows, drawn = ([*(it.who[name] for name in names), it.value] for it in (found, found.drawn or found))
    key: list[KeyEntry] = [
        ("band", BLUE, tr("gains")),
        ("band", VERMILION, tr("pays")),
        ("line", INK, tr("95% interval")),
    ]
    key += _key_of_drawn(found)
    kinds = {it.kind for it in found.treatments}
    title = tr("Who pays for the measure, and who gains")
    if kinds in ({SITE}, {PLATFORM}):
        title = tr("Who pays for the site, and who gains")
        if kinds == {PLATFORM}:
            title = tr("Who pays for the platform, and who gains")
    said = tr(
        "{worlds}; {unit} of {year}, worth in {month}", worlds=_subtitle(found), unit=unit,
        year=money_year(found.baseline), month=month_text(found.baseline.calendar(found.base)),
    )  # fmt: skip
    made = page(title, said, key, _footer(found), 1, tall=0.22 * len(rows) + 0.2, columns=1, left=1.9, right=1.0,
                below=0.15, lines=0)  # fmt: skip
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
