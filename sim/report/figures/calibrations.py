"""Figures of a calibration: what each key may be, and how far off the targets are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from sim.formats import short
from sim.language import paragraph, tr
from sim.report.figures.axes import heading, mark, note, number_axis
from sim.report.figures.canvas import KeyEntry, Page, page, style
from sim.report.figures.colours import BLUE, GREY, INK, ORANGE, VERMILION
from sim.report.sheets import cut_words, source_words, title_of
from sim.report.shown import key_words, outcome_words
from sim.report.text.calibrations import wanted_text
from sim.runs.store import Say, Store
from sim.studies.estimators.posterior import FEWEST, TRUSTED
from sim.studies.questions.calibrate import Calibration, Fit
from sim.studies.targets import FreeParameter, Target
from sim.units import brief, everyday, parameter_unit, with_unit

_NAMES, _LETTERS = 5.2, 48  # inches left of the targets' axis, and letters of a name in them
_BINS = 24
_FARTHEST = 6.0  # tolerances that a panel shows to either side
_WITHIN = "#dfeee8"
_ROW = 0.23  # inches a target


def draw_calibration(found: Calibration, say: Say) -> None:
    """Add the figures to the study's folder: what the keys may be, and how the targets are met."""
    with style():
        files = marginals_page(found).files("marginals") | targets_page(found).files("targets")
    Store(found.path).ensure(files, say)


def _footer(found: Calibration, kind: str) -> tuple[str, ...]:
    settings, posterior = found.targets.settings, found.fit.posterior
    sizes = {"size": f"{posterior.effective:.0f}", "few": f"{FEWEST:.0f}", "trusted": f"{TRUSTED:.0f}"}
    tried = tr(
        "{count} candidates on {seeds} common seeds from seed {first}",
        count=settings.budget, seeds=settings.replicates, first=settings.seed,
    )  # fmt: skip
    size = tr("effective sample size of the posterior {size}", **sizes)
    if posterior.effective < FEWEST:
        size = tr("effective sample size of the posterior {size}, below {few}: no posterior is drawn", **sizes)
    elif posterior.effective < TRUSTED:
        size = tr(
            "effective sample size of the posterior {size}, below {trusted}: not to be trusted at the ends of "
            "intervals",
            **sizes,
        )
    data = tr("{first} and {second}", first="posterior.parquet", second="evaluations.parquet")
    return (
        paragraph(tr("{tried}; {size}.", tried=tried, size=size), kind),
        source_words(found.manifest["model"], data, [found.path.name]),
    )


def marginals_page(found: Calibration) -> Page:
    targets, fit = found.targets, found.fit
    key: list[KeyEntry] = [("line", VERMILION, tr("fitted")), ("thin", INK, tr("as it is"))]
    if fit.posterior.effective >= FEWEST:
        key = [("band", BLUE, tr("posterior")), ("line", ORANGE, tr("its 90% interval")),
               ("thin", GREY, tr("beforehand: all values of the range equally likely")), *key]  # fmt: skip
    catalogue = targets.scenarios[targets.base].catalogue
    titles = [title_of(key_words(catalogue, it.key)) for it in targets.keys]
    made = page(tr("What {name} is fitted with", name=targets.base),
                targets.title or tr("marginal posteriors of the keys"), key,
                _footer(found, tr("Intervals: parameter.")), len(targets.keys), columns=min(4, max(2, len(titles))),
                right=0.45, tall=1.0 if fit.posterior.effective >= FEWEST else 0.35, below=0.1,
                lines=1 + max(title.count("\n") + 1 for title in titles))  # fmt: skip
    for index, (it, title) in enumerate(zip(targets.keys, titles, strict=True)):
        _marginal(made.axes(index), it, title, fit, targets.as_it_is(it))
    return made


def _marginal(axes: Axes, key: FreeParameter, title: str, fit: Fit, before: float) -> None:
    """Densities of a key in its own unit, with ticks in the everyday one."""
    unit, top = parameter_unit(key.unit, (key.low, key.high)), 1.0
    ends = [_unrounded(key, share) for share in (0.0, 1.0)]
    if fit.posterior.effective >= FEWEST:
        top = _posterior(axes, key, fit)
    fitted = float(fit.best.values[key.key])
    if key.low <= before <= key.high:
        axes.axvline(before, color=INK, linewidth=0.9, linestyle=(0, (3, 2)), zorder=4)
    axes.axvline(fitted, color=VERMILION, linewidth=1.3)
    note(axes, tr("fitted {value}", value=brief(fitted, unit)), (1, 1), (0, 16), xycoords="axes fraction",
         color=VERMILION, fontweight="bold", fontsize=7, ha="right")  # fmt: skip
    axes.set_ylim(0.0, top)
    axes.set_yticks([])
    if key.log:
        axes.set_xscale("log")
        ticks = [key.low, float(f"{math.sqrt(key.low * key.high):.3g}"), key.high]
        axes.minorticks_off()
    else:
        ticks = list(MaxNLocator(4).tick_values(ends[0] * unit.factor, ends[-1] * unit.factor))
        ticks = [tick / unit.factor for tick in ticks if ends[0] * unit.factor <= tick <= ends[-1] * unit.factor]
    axes.set_xticks(ticks, [unit.number(tick) for tick in ticks])
    axes.set_xlim(ends[0], ends[-1])
    below = unit.unit or tr("no unit")
    if key.log:
        below = tr("{unit}, log scale", unit=below)
    heading(axes, title, f"{short(key.key)}\n{below}")


def _posterior(axes: Axes, key: FreeParameter, fit: Fit) -> float:
    """Draw a key's posterior with its interval; the panel's height."""
    values = np.array([float(it.values[key.key]) for it in fit.sampled])
    edges = np.linspace(0.0, 1.0, _BINS + 1)
    ends = [_unrounded(key, share) for share in edges]
    shares = np.array([key.share(value) for value in values])
    heights, _ = np.histogram(shares, edges, weights=fit.posterior.weights * _BINS)
    axes.stairs(heights, ends, fill=True, color=BLUE, alpha=0.75)
    axes.hlines(1.0, ends[0], ends[-1], color=GREY, linewidth=0.8)
    top = max(float(heights.max()), 1.0) * 1.22
    _, low, high = fit.interval(key.key)
    axes.plot([low, high], [top * 0.93] * 2, color=ORANGE, linewidth=2.0, solid_capstyle="butt")
    return top


def _unrounded(key: FreeParameter, share: float) -> float:
    low, high = key.low, key.high + key.whole
    return low * math.exp(share * math.log(high / low)) if key.log else low + share * (high - low)


def targets_page(found: Calibration) -> Page:
    """A line a target: its error in tolerances before fitting, fitted, and predicted without its group."""
    targets = found.targets.targets
    key: list[KeyEntry] = [
        ("mark", GREY, tr("as it is")),
        ("mark", BLUE, tr("fitted")),
        ("band", _WITHIN, tr("within a tolerance")),
    ]
    if found.fit.posterior.effective >= FEWEST:
        key.insert(2, ("line", BLUE, tr("90% of the posterior")))
    if found.rotation:
        key.append(("mark", VERMILION, tr("predicted without its group")))
    if any(fit.posterior.effective >= FEWEST for fit in found.rotation):
        key.append(("line", VERMILION, tr("90% of that posterior")))
    catalogue = found.targets.scenarios[found.targets.base].catalogue
    tall = (0.35 + _ROW * len(targets) * (1.6 if found.rotation else 1.0)) / 1.42
    made = page(tr("How {name} meets its targets", name=found.targets.base),
                found.targets.title or tr("in tolerances off"), key,
                _footer(found, tr("Intervals: parameter (of the means over seeds).")), 1, tall=tall, columns=1,
                left=_NAMES, right=0.5, below=0.1, lines=0)  # fmt: skip
    axes = made.axes(0)
    axes.grid(axis="x")
    axes.axvspan(-1.0, 1.0, color=_WITHIN, linewidth=0, zorder=0)
    axes.axvline(0.0, color=INK, linewidth=0.7)
    without = {fit.left_out: fit for fit in found.rotation}
    for index, it in enumerate(targets):
        drift = 0.17 if found.rotation else 0.0
        _mark(axes, index - drift, _off(it, found.fit.evaluations[0].means[index]), GREY)
        _whisker(axes, index - drift, it, found.fit, index, BLUE)
        _mark(axes, index - drift, _off(it, found.fit.best.means[index]), BLUE)
        if found.rotation:
            _whisker(axes, index + drift, it, without[it.group], index, VERMILION)
            _mark(axes, index + drift, _off(it, without[it.group].span(index).mean), VERMILION)
        how: Any = {"xycoords": axes.get_yaxis_transform(), "va": "center", "fontsize": 7}
        width = 12.0 - _NAMES - 0.5
        name = cut_words(it.title or outcome_words(catalogue, it.reading.outcome), _LETTERS)
        note(axes, name[:1].upper() + name[1:], ((0.18 - _NAMES) / width, index), (0, 0), color=INK, fontweight="bold",
             **how)  # fmt: skip
        unit = everyday(it.unit, it.value)
        mean, wanted = unit.number(found.fit.best.means[index]), with_unit(wanted_text(it), unit.unit)
        said = tr("{mean}, wanted {wanted}", mean=mean, wanted=wanted)
        note(axes, said, (-0.012, index), (0, 0), ha="right", **how)
    axes.set_xlim(-_FARTHEST - 0.4, _FARTHEST + 0.4)
    axes.set_ylim(len(targets) - 0.5, -0.5)
    axes.set_yticks([])
    number_axis(axes.xaxis, 7)
    axes.set_xlabel(tr("tolerances off; beyond {most} at the edge", most=f"{_FARTHEST:g}"), fontsize=7.5)
    return made


def _off(target: Target, mean: float) -> float:
    """Tolerances off, on both sides of a bound too, no farther than the panel shows."""
    return min(max((mean - target.value) / target.tolerance, -_FARTHEST), _FARTHEST)


def _mark(axes: Axes, at: float, off: float, colour: str) -> None:
    mark(axes, off, at, colour, "D" if abs(off) < _FARTHEST else ">" if off > 0 else "<", markersize=4.5)


def _whisker(axes: Axes, at: float, target: Target, fit: Fit, index: int, colour: str) -> None:
    """The posterior's interval; an arrow where all of it lies beyond the axis; nothing where points are too few."""
    if fit.posterior.effective < FEWEST:
        return
    span = fit.span(index)
    ends: Sequence[float] = [_off(target, span.low), _off(target, span.high)]
    if ends[0] == ends[1] and abs(ends[0]) == _FARTHEST:
        axes.plot(ends[:1], [at], marker=">" if ends[0] > 0 else "<", color=colour, markersize=5, fillstyle="none")
        return
    axes.plot(ends, [at, at], color=colour, linewidth=1.8, solid_capstyle="butt", zorder=3)
