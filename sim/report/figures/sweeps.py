"""A sweep in figures: lines over one key, a map over two, parallel coordinates over more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import Normalize, TwoSlopeNorm

from sim.formats import label, number, plain, seeds_text, short, signed
from sim.report.figures.axes import heading, mark, note, note_of_difference, number_axis
from sim.report.figures.canvas import Page, page, style
from sim.report.figures.colours import BLUE, GREY, INK, VERMILION, light
from sim.runs.seeds import begins
from sim.runs.store import Say, Store
from sim.studies.designs import Axis
from sim.studies.estimators.intervals import interval_kind
from sim.studies.questions.sweep import BASELINE, Sweep

MOST_PANELS = 8
_MOST_NUMBERS = 7  # rows or columns of a map whose cells have room for their numbers
_DIVERGING, _RISING = "PuOr_r", "cividis"  # both fit for the colour-blind
_SEEN = 0.72  # part of the rising colours that can be seen as lines on white
_BAND_50, _BAND_90 = light(BLUE, 0.45), light(BLUE, 0.22)


def draw_sweep(sweep: Sweep, say: Say) -> None:
    """Draw the outcomes shown, in the sweep's folder."""
    with style():
        files = {name: data for stem, made in _pages(sweep).items() for name, data in made.files(stem).items()}
    Store(sweep.path).ensure(files, say)


def _pages(sweep: Sweep) -> dict[str, Page]:
    if len(sweep.axes) > 2:
        return {f"parallel-{name}": _parallel_page(sweep, name) for name in sweep.outcomes[:MOST_PANELS]}
    if len(sweep.axes) == 2:
        return {"map": _map_page(sweep)}
    return {"lines": _line_page(sweep)}


def _line_page(sweep: Sweep) -> Page:
    axis = sweep.axes[0]
    names = sweep.outcomes[:MOST_PANELS]
    key = [("line", BLUE, "mean"), ("band", _BAND_50, "middle 50% of seeds"), ("band", _BAND_90, "middle 90%"),
           ("mark", VERMILION, "the scenario as it is")]  # fmt: skip
    words = f"Lower axes: mean difference from the scenario as it is, 95% interval ({interval_kind(sweep.replicates)})."
    made = _page(sweep, key, len(names), 1.9, words, below=0.14)
    order = sorted(range(1, len(sweep.points)), key=lambda at: _place(sweep, axis, at))
    x = np.array([_place(sweep, axis, at) for at in order])
    own = _place(sweep, axis, BASELINE)
    for panel, name in enumerate(names):
        stats = sweep.stats[name]
        upper, lower = made.pair(panel)
        if axis.numeric:
            for low, high, colour in (("p5", "p95", _BAND_90), ("p25", "p75", _BAND_50)):
                upper.fill_between(x, stats[low][order], stats[high][order], color=colour, linewidth=0)
            upper.plot(x, stats["mean"][order], color=BLUE, marker="o", markersize=2.5, linewidth=1.3)
            lower.fill_between(x, stats["low"][order], stats["high"][order], color=_BAND_50, linewidth=0)
            lower.plot(x, stats["difference"][order], color=BLUE, marker="o", markersize=2.5, linewidth=1.2)
        else:
            upper.vlines(x, stats["p5"][order], stats["p95"][order], color=_BAND_90, linewidth=7)
            upper.vlines(x, stats["p25"][order], stats["p75"][order], color=_BAND_50, linewidth=7)
            upper.plot(x, stats["mean"][order], color=BLUE, marker="o", markersize=4, linewidth=0)
            lower.vlines(x, stats["low"][order], stats["high"][order], color=BLUE, linewidth=1.2)
            lower.plot(x, stats["difference"][order], color=BLUE, marker="o", markersize=4, linewidth=0)
        lower.axhline(0.0, color=INK, linewidth=0.7)
        if np.isfinite(own):
            mark(upper, own, stats["mean"][BASELINE], VERMILION, markersize=4.5)
        heading(upper, label(name), sweep.units[name])
        number_axis(upper.yaxis)
        number_axis(lower.yaxis, 3)
        _key_axis(upper, axis, x, labels=False)
        _key_axis(lower, axis, x)
        lower.set_xlabel(_words(axis))
        note_of_difference(lower, sweep.units[name])
    return made


def _map_page(sweep: Sweep) -> Page:
    across, up = sweep.axes
    names = sweep.outcomes[:MOST_PANELS]
    grid = sweep.design == "grid"
    cells = "cells" if grid else "points"
    key = [("mark", INK, "the scenario as it is")]
    words = (
        f"Colour: mean difference from the scenario as it is; grey rings: {cells} not distinguishable from it at 95%, "
        f"or only with one seed ({interval_kind(sweep.replicates)})."
    )
    # Between panels there is room for the ticks of a colour bar, and for the next panel's label and ticks.
    made = _page(sweep, key, len(names), 1.6, words, below=0.2, columns=min(3, max(2, len(names))), between=1.35,
                 left=0.85, right=0.65)  # fmt: skip
    x, y = (np.array([_place(sweep, axis, at) for at in range(1, len(sweep.points))]) for axis in (across, up))
    for panel, name in enumerate(names):
        stats, axes = sweep.stats[name], made.axes(panel)
        values = stats["difference"][1:]
        norm, colours = _scale(values)
        axes.grid(visible=False)
        if grid:
            columns_, rows = np.unique(x), np.unique(y)
            field = np.full((len(rows), len(columns_)), np.nan)
            at = np.searchsorted(rows, y), np.searchsorted(columns_, x)
            field[at] = values
            axes.imshow(field, origin="lower", aspect="auto", cmap=colours, norm=norm, interpolation="nearest")
            places = np.column_stack((at[1], at[0])).astype(float)
            for line, (axis, levels) in ((axes.xaxis, (across, columns_)), (axes.yaxis, (up, rows))):
                texts = [plain(value) for value in axis.levels] if not axis.numeric else [number(it) for it in levels]
                step = -(-sum(map(len, texts)) // 32) if line is axes.xaxis else -(-len(texts) // 8)
                line.set_ticks(range(0, len(texts), step), texts[::step], fontsize=6)
            if max(field.shape) <= _MOST_NUMBERS:
                _numbers(axes, places, values, norm, colours)
            own = [float(np.interp(_place(sweep, axis, BASELINE), levels, np.arange(len(levels)), np.nan, np.nan))
                   for axis, levels in ((across, columns_), (up, rows))]  # fmt: skip
        else:
            places = np.column_stack((x, y))
            axes.scatter(x, y, c=values, cmap=colours, norm=norm, s=22, linewidths=0)
            own = [_place(sweep, axis, BASELINE) for axis in (across, up)]
            number_axis(axes.yaxis)
            _key_axis(axes, across, x)
        unclear = (stats["low"][1:] <= 0) & (stats["high"][1:] >= 0) | (stats["hangs_on_one"][1:] > 0)
        rings: dict[str, Any] = {"facecolors": "none", "edgecolors": GREY, "linewidths": 0.7, "clip_on": False}
        axes.scatter(places[unclear, 0], places[unclear, 1], s=46, **rings)
        if np.isfinite(own).all():
            mark(axes, own[0], own[1], INK, markersize=5, clip_on=False)
        bar = made.figure.colorbar(ScalarMappable(norm, colours), ax=axes, fraction=0.05, pad=0.03)
        bar.outline.set_visible(False)
        number_axis(bar.ax.yaxis)
        bar.ax.tick_params(labelsize=6.5)
        heading(axes, label(name), sweep.units[name])
        axes.set_xlabel(_words(across))
        axes.set_ylabel(_words(up))
    return made


def _parallel_page(sweep: Sweep, name: str) -> Page:
    stats = sweep.stats[name]
    words = "A line is a point of the design, coloured by the outcome's mean over seeds (the last axis)."
    made = _page(sweep, [("line", VERMILION, "the scenario as it is")], 1, 2.1, words, columns=1, left=0.48, right=0.48)
    axes = made.axes(0)
    axes.set_axis_off()
    places = np.array([[_place(sweep, axis, at) for axis in sweep.axes] for at in range(len(sweep.points))])
    full = np.column_stack((places, stats["mean"]))
    low, high = np.nanmin(full, axis=0), np.nanmax(full, axis=0)
    scaled = (full - low) / np.where(high > low, high - low, 1.0)
    x = np.arange(full.shape[1])
    norm = Normalize(float(low[-1]), float(high[-1]) if high[-1] > low[-1] else float(low[-1]) + 1)
    colours = mpl.colormaps[_RISING]
    order = np.argsort(np.abs(scaled[1:, -1] - 0.5)) + 1  # extremes are drawn last, where they can be followed
    lines = LineCollection([np.column_stack((x, scaled[at])) for at in order], linewidths=0.9, alpha=0.75,
                           colors=[colours(_SEEN * norm(full[at, -1])) for at in order])  # fmt: skip
    axes.add_collection(lines)
    axes.plot(x, scaled[BASELINE], color=VERMILION, linewidth=1.8, zorder=5)
    names = [short(axis.key) for axis in sweep.axes] + [label(name)]
    units = [axis.unit for axis in sweep.axes] + [sweep.units[name]]
    for at, (title, unit) in enumerate(zip(names, units, strict=True)):
        axes.plot([at, at], [0, 1], color=INK if at == len(names) - 1 else GREY, linewidth=1)
        last = at == len(sweep.axes)
        ends = (number(low[at]), number(high[at]))
        if not last and not sweep.axes[at].numeric:
            ends = (plain(sweep.axes[at].levels[0]), plain(sweep.axes[at].levels[-1]))
        for height, end, up in ((-0.05, ends[0], "top"), (1.04, ends[1], "bottom")):
            axes.text(at, height, end, ha="center", va=up, fontsize=7, color=GREY)
        weight = "bold" if last else "normal"
        axes.text(at, 1.17, title, ha="center", va="bottom", fontsize=7.5, color=INK, fontweight=weight)
        axes.text(at, 1.165, unit, ha="center", va="top", fontsize=6.5, color=GREY)
    axes.set_xlim(-0.3, len(names) - 0.7)
    axes.set_ylim(-0.12, 1.3)
    return made


def _page(sweep: Sweep, key: Sequence[Any], panels: int, tall: float, words: str, **how: Any) -> Page:
    scenario = sweep.scenario
    title = f"{scenario.title or scenario.name}: {', '.join(short(axis.key) for axis in sweep.axes)}"
    subtitle = f"{scenario.name} in {sweep.month}, {len(sweep.points) - 1} points ({sweep.design}), common seeds"
    source = f"Model {sweep.runs.manifest['model']}. Source: sweep.parquet of {sweep.path.name}."
    footer = (f"{seeds_text(sweep.replicates, begins(scenario))} at every point. {words}", source)
    return page(title, subtitle, key, footer, panels, tall=tall, **how)


def _words(axis: Axis) -> str:
    return f"{short(axis.key)}, {axis.unit}" if axis.unit else short(axis.key)


def _place(sweep: Sweep, axis: Axis, at: int) -> float:
    """A point's place along an axis: its number, or that of its level, or NaN."""
    value = sweep.points[at][axis.key]
    if axis.numeric:
        return float(value) if isinstance(value, int | float) else np.nan
    return float(axis.levels.index(value)) if value in axis.levels else np.nan


def _key_axis(axes: Axes, axis: Axis, x: Any, *, labels: bool = True) -> None:
    if not axis.numeric:
        axes.set_xticks(range(len(axis.levels)), [plain(value) for value in axis.levels])
        axes.set_xlim(-0.5, len(axis.levels) - 0.5)
    else:
        number_axis(axes.xaxis)
        if len(x) > 1:
            room = (x.max() - x.min()) * 0.03
            axes.set_xlim(x.min() - room, x.max() + room)
    axes.tick_params(axis="x", labelbottom=labels)


def _scale(values: Any) -> tuple[Normalize, str]:
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)
    if low < 0 < high:
        most = max(-low, high)
        return TwoSlopeNorm(0.0, -most, most), _DIVERGING
    return Normalize(low, high if high > low else low + 1), _RISING


def _numbers(axes: Axes, places: Any, values: Any, norm: Normalize, colours: str) -> None:
    for (x, y), value in zip(places, values, strict=True):
        if np.isfinite(value):
            red, green, blue, _ = mpl.colormaps[colours](norm(value))
            ink = INK if 0.3 * red + 0.59 * green + 0.11 * blue > 0.5 else "white"
            note(axes, signed(float(value)), (x, y), (0, 8), ha="center", va="center", fontsize=5.5, color=ink)
