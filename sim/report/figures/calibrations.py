"""Figures of a calibration: what each key may be, and how far off the targets are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from sim.formats import bound_text, number
from sim.report.figures.axes import heading, mark, note, number_axis
from sim.report.figures.canvas import KeyEntry, Page, page, style
from sim.report.figures.colours import BLUE, GREY, HALO, INK, ORANGE, VERMILION
from sim.runs.store import Say, Store
from sim.studies.questions.calibrate import Calibration, Fit
from sim.studies.targets import FreeParameter, Target

_BINS = 24
_FARTHEST = 6.0  # tolerances that a panel shows to either side
_WITHIN = "#dfeee8"
_ROW = 0.23  # inches a target


def draw_calibration(found: Calibration, say: Say) -> None:
    """Add the figures to the study's folder: what the keys may be, and how the targets are met."""
    with style():
        files = _marginals(found).files("marginals") | _targets(found).files("targets")
    Store(found.path).ensure(files, say)


def _footer(found: Calibration, kind: str) -> tuple[str, ...]:
    settings, posterior = found.targets.settings, found.fit.posterior
    tried = f"{settings.budget} candidates on {settings.replicates} common seeds from seed {settings.seed}"
    return (
        f"{tried}; effective sample size of the posterior {posterior.effective:.0f}. {kind}",
        f"Model {found.manifest['model']}. Source: posterior.parquet and evaluations.parquet of {found.path.name}.",
    )


def _marginals(found: Calibration) -> Page:
    targets, fit = found.targets, found.fit
    key: list[KeyEntry] = [("band", BLUE, "posterior"), ("line", ORANGE, "its 90% interval"),
                           ("thin", GREY, "beforehand: all values of the range equally likely"),
                           ("line", VERMILION, "fitted"), ("thin", INK, "as it is")]  # fmt: skip
    title = f"What {targets.base} is fitted with"
    made = page(title, targets.title or "marginal posteriors of the keys", key,
                _footer(found, "Intervals: parameter."), len(targets.keys))  # fmt: skip
    for place, it in enumerate(targets.keys):
        _marginal(made.axes(place), it, fit, targets.as_it_is(it))
    return made


def _marginal(axes: Axes, key: FreeParameter, fit: Fit, before: float) -> None:
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
    fitted = float(fit.best.values[key.key])
    if key.low <= before <= key.high:
        axes.axvline(before, color=INK, linewidth=0.9, linestyle=(0, (3, 2)))
    axes.axvline(fitted, color=VERMILION, linewidth=1.3)
    right = key.share(fitted) > 0.6
    note(axes, number(fitted), (fitted, top * 0.8), (-4 if right else 4, 0), color=VERMILION, fontweight="bold",
         ha="right" if right else "left", path_effects=HALO)  # fmt: skip
    axes.set_ylim(0.0, top)
    axes.set_yticks([])
    if key.log:
        axes.set_xscale("log")
        ticks = (key.low, math.sqrt(key.low * key.high), key.high)
        axes.set_xticks(ticks, [number(tick) for tick in ticks])
        axes.minorticks_off()
    else:
        number_axis(axes.xaxis)
    axes.set_xlim(ends[0], ends[-1])
    heading(axes, key.key, f"{key.unit or 'no unit'}{', log scale' if key.log else ''}")


def _unrounded(key: FreeParameter, share: float) -> float:
    low, high = key.low, key.high + key.whole
    return low * math.exp(share * math.log(high / low)) if key.log else low + share * (high - low)


def _targets(found: Calibration) -> Page:
    """A line a target: its error in tolerances before fitting, fitted, and predicted without its group."""
    targets = found.targets.targets
    key: list[KeyEntry] = [("mark", GREY, "as it is"), ("mark", BLUE, "fitted"), ("line", BLUE, "90% of the posterior"),
                           ("band", _WITHIN, "within a tolerance")]  # fmt: skip
    if found.rotation:
        key += [("mark", VERMILION, "predicted without its group"), ("line", VERMILION, "90% of that posterior")]
    tall = (0.35 + _ROW * len(targets) * (1.6 if found.rotation else 1.0)) / 1.42
    made = page(f"How {found.targets.base} meets its targets", found.targets.title or "in tolerances off", key,
                _footer(found, "Intervals: parameter (of the means over seeds)."), 1, tall=tall, columns=1, left=3.24,
                right=0.84)  # fmt: skip
    axes = made.axes(0)
    axes.grid(axis="x")
    axes.axvspan(-1.0, 1.0, color=_WITHIN, linewidth=0, zorder=0)
    axes.axvline(0.0, color=INK, linewidth=0.7)
    without = {fit.left_out: fit for fit in found.rotation}
    for place, it in enumerate(targets):
        drift = 0.17 if found.rotation else 0.0
        _mark(axes, place - drift, _off(it, found.fit.evaluations[0].means[place]), GREY)
        _whisker(axes, place - drift, it, found.fit, place, BLUE)
        _mark(axes, place - drift, _off(it, found.fit.best.means[place]), BLUE)
        if found.rotation:
            _whisker(axes, place + drift, it, without[it.group], place, VERMILION)
            _mark(axes, place + drift, _off(it, without[it.group].span(place).mean), VERMILION)
        how: Any = {"xycoords": axes.get_yaxis_transform(), "va": "center", "fontsize": 7}
        note(axes, it.name, (-0.385, place), (0, 0), color=INK, fontweight="bold", **how)
        wanted = f"{bound_text(it.bound, it.value)} ± {number(it.tolerance)}"
        note(
            axes, f"{number(found.fit.best.means[place])}, wanted {wanted}", (-0.015, place), (0, 0), ha="right", **how
        )
    axes.set_xlim(-_FARTHEST - 0.4, _FARTHEST + 0.4)
    axes.set_ylim(len(targets) - 0.5, -0.5)
    axes.set_yticks([])
    number_axis(axes.xaxis, 7)
    axes.set_xlabel(f"tolerances off; beyond {_FARTHEST:g} at the edge", fontsize=7.5)
    return made


def _off(target: Target, mean: float) -> float:
    """Tolerances off, on both sides of a bound too, no farther than the panel shows."""
    return min(max((mean - target.value) / target.tolerance, -_FARTHEST), _FARTHEST)


def _mark(axes: Axes, at: float, off: float, colour: str) -> None:
    mark(axes, off, at, colour, "D" if abs(off) < _FARTHEST else ">" if off > 0 else "<", markersize=4.5)


def _whisker(axes: Axes, at: float, target: Target, fit: Fit, place: int, colour: str) -> None:
    span = fit.span(place)
    ends: Sequence[float] = [_off(target, span.low), _off(target, span.high)]
    axes.plot(ends, [at, at], color=colour, linewidth=1.8, solid_capstyle="butt", zorder=3)
