"""A sweep in figures: lines over one key, a map over two, parallel coordinates over more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap, Normalize, TwoSlopeNorm

from sim.formats import minus, plain, seeds_text, short, signed
from sim.language import later, listed, month_text, paragraph, tr
from sim.letters import cells
from sim.report.figures.axes import heading, mark, note, note_of_difference, number_axis
from sim.report.figures.canvas import Page, page, style
from sim.report.figures.colours import BLUE, GREY, INK, VERMILION, light
from sim.report.sheets import and_unit, cut_words, source_words, title_of
from sim.report.shown import key_words, outcome_words, title_words
from sim.report.text.sweeps import axis_unit, outcome_unit
from sim.runs.seeds import begins
from sim.runs.store import Say, Store
from sim.studies.designs import Axis
from sim.studies.estimators.intervals import interval_kind
from sim.studies.questions.sweep import BASELINE, Sweep
from sim.units import brief

MOST_PANELS = 8
_DESIGNS = {"grid": later("grid"), "latin": later("latin"), "sobol": later("sobol")}
_MOST_NUMBERS = 7  # rows or columns of a map whose cells have room for their numbers
_DIVERGING, _RISING = "PuOr_r", "cividis"  # both fit for the colour-blind
# Of lines on white: brown to blue-green, dark enough all along, and told apart by the colour-blind.
_LINES = LinearSegmentedColormap.from_list("lines", ("#8c510a", "#808080", "#01665e"))
_BAND_50, _BAND_90 = light(BLUE, 0.45), light(BLUE, 0.22)
_TICK, _LETTER = 8, 0.058  # letters of a tick of a map, and inches a letter
_LONGEST = 120  # letters of a page's title
_HALF, _ACROSS = 24, 108  # letters above one of several parallel axes, and above all of them
_ALONE = 60  # letters of the title of a panel that is alone


def draw_sweep(sweep: Sweep, say: Say) -> None:
    """Draw the outcomes shown, in the sweep's folder."""
    with style():
        files = {name: data for stem, made in _pages(sweep).items() for name, data in made.files(stem).items()}
    Store(sweep.path).ensure(files, say)


def _pages(sweep: Sweep) -> dict[str, Page]:
    if len(sweep.axes) > 2:
        return {f"parallel-{name}": _parallel_page(sweep, name) for name in sweep.outcomes[:MOST_PANELS]}
    if len(sweep.axes) == 2:
        return {"map": map_page(sweep)}
    return {"lines": _line_page(sweep)}


def _line_page(sweep: Sweep) -> Page:
    axis = sweep.axes[0]
    names = sweep.outcomes[:MOST_PANELS]
    key = [("line", BLUE, tr("median")), ("band", _BAND_50, tr("middle 50% of seeds")),
           ("band", _BAND_90, tr("middle 90%")), ("mark", VERMILION, tr("the scenario as it is"))]  # fmt: skip
    words = tr("Lower axes: mean difference from the scenario as it is, 95% interval ({kind}).", kind=interval_kind())
    titles = _titles(sweep, names)
    made = _page(sweep, key, titles, len(names), words, tall=1.9, below=0.24)
    order = sorted(range(1, len(sweep.points)), key=lambda at: _place(sweep, axis, at))
    x = np.array([_place(sweep, axis, at) for at in order])
    own = _place(sweep, axis, BASELINE)
    for panel, name in enumerate(names):
        unit = outcome_unit(sweep, name)
        stats = {stat: values * unit.factor for stat, values in sweep.stats[name].items()}
        upper, lower = made.pair(panel)
        if axis.numeric:
            for low, high, colour in (("p5", "p95", _BAND_90), ("p25", "p75", _BAND_50)):
                upper.fill_between(x, stats[low][order], stats[high][order], color=colour, linewidth=0)
            upper.plot(x, stats["median"][order], color=BLUE, marker="o", markersize=2.5, linewidth=1.3)
            lower.fill_between(x, stats["low"][order], stats["high"][order], color=_BAND_50, linewidth=0)
            lower.plot(x, stats["difference"][order], color=BLUE, marker="o", markersize=2.5, linewidth=1.2)
        else:
            upper.vlines(x, stats["p5"][order], stats["p95"][order], color=_BAND_90, linewidth=7)
            upper.vlines(x, stats["p25"][order], stats["p75"][order], color=_BAND_50, linewidth=7)
            upper.plot(x, stats["median"][order], color=BLUE, marker="o", markersize=4, linewidth=0)
            lower.vlines(x, stats["low"][order], stats["high"][order], color=BLUE, linewidth=1.2)
            lower.plot(x, stats["difference"][order], color=BLUE, marker="o", markersize=4, linewidth=0)
        lower.axhline(0.0, color=INK, linewidth=0.7)
        if np.isfinite(own):
            mark(upper, own, stats["median"][BASELINE], VERMILION, markersize=4.5)
        bottom, top = upper.get_ylim()
        if 0 <= bottom <= 0.5 * top:
            upper.set_ylim(0.0, top)
        cut = "" if upper.get_ylim()[0] <= 0 <= upper.get_ylim()[1] else tr("axis not from 0")
        heading(upper, titles[panel], "   ".join(filter(None, (unit.unit, name, cut))))
        number_axis(upper.yaxis)
        number_axis(lower.yaxis, 3)
        _key_axis(upper, sweep, axis, x, labels=False)
        _key_axis(lower, sweep, axis, x)
        lower.set_xlabel(_words(sweep, axis, 60 if len(names) > 1 else 140))
        note_of_difference(lower, unit.unit)
    return made


def map_page(sweep: Sweep) -> Page:
    across, up = sweep.axes
    names = sweep.outcomes[:MOST_PANELS]
    grid = sweep.design == "grid"
    key = [("mark", INK, tr("the scenario as it is"))]
    if grid:
        words = tr(
            "Colour: mean difference from the scenario as it is; grey rings: cells not distinguishable from it at "
            "95%, or only with one seed ({kind}).",
            kind=interval_kind(),
        )
    else:
        words = tr(
            "Colour: mean difference from the scenario as it is; grey rings: points not distinguishable from it at "
            "95%, or only with one seed ({kind}).",
            kind=interval_kind(),
        )
    x, y = (np.array([_place(sweep, axis, at) for at in range(1, len(sweep.points))]) for axis in (across, up))
    levels = {axis.key: np.unique(values) for axis, values in ((across, x), (up, y))}
    ticks = {axis.key: _ticks(sweep, axis) for axis in (across, up)}
    titles = _titles(sweep, names)
    # Between panels there is room for the ticks of a colour bar, and for the next panel's label and ticks.
    left = 0.5 + _LETTER * (max(map(len, ticks[up.key])) if grid else _TICK)
    made = _page(sweep, key, titles, len(names), words, tall=1.6, below=0.3, columns=min(3, len(names)),
                 between=left + 0.5, left=left, right=0.65)  # fmt: skip
    for panel, name in enumerate(names):
        unit = outcome_unit(sweep, name)
        stats, axes = sweep.stats[name], made.axes(panel)
        values = stats["difference"][1:] * unit.factor
        norm, colours = _scale(values)
        axes.grid(visible=False)
        if grid:
            columns_, rows = levels[across.key], levels[up.key]
            field = np.full((len(rows), len(columns_)), np.nan)
            at = np.searchsorted(rows, y), np.searchsorted(columns_, x)
            field[at] = values
            axes.imshow(field, origin="lower", aspect="auto", cmap=colours, norm=norm, interpolation="nearest")
            places = np.column_stack((at[1], at[0])).astype(float)
            most = 64 // (1 + max(map(len, ticks[across.key]))) // min(3, len(names)) + 1
            for line, texts, room in (
                (axes.xaxis, ticks[across.key], most),
                (axes.yaxis, ticks[up.key], 10),
            ):
                step = -(-len(texts) // room)
                line.set_ticks(range(0, len(texts), step), texts[::step], fontsize=7)
            if max(field.shape) <= _MOST_NUMBERS:
                _numbers(axes, places, values, norm, colours)
            own = [float(np.interp(_place(sweep, axis, BASELINE), levels[axis.key], np.arange(len(levels[axis.key])),
                                   np.nan, np.nan)) for axis in (across, up)]  # fmt: skip
        else:
            places = np.column_stack((x, y))
            axes.scatter(x, y, c=values, cmap=colours, norm=norm, s=22, linewidths=0)
            own = [_place(sweep, axis, BASELINE) for axis in (across, up)]
            number_axis(axes.yaxis)
            _key_axis(axes, sweep, across, x)
        clear = ((stats["low"][1:] > 0) | (stats["high"][1:] < 0)) & ~(stats["hangs_on_one"][1:] > 0)
        unclear = np.isfinite(values) & ~clear  # of one seed too, which has no interval
        for colour, width in (("white", 2.6), (GREY, 1.0)):  # seen on dark and on pale cells
            axes.scatter(places[unclear, 0], places[unclear, 1], s=46, facecolors="none", edgecolors=colour,
                         linewidths=width, clip_on=False)  # fmt: skip
        if np.isfinite(own).all():
            mark(axes, own[0], own[1], INK, markersize=5, clip_on=False)
        bar = made.figure.colorbar(ScalarMappable(norm, colours), ax=axes, fraction=0.05, pad=0.03)
        bar.outline.set_visible(False)
        number_axis(bar.ax.yaxis)
        bar.ax.tick_params(labelsize=6.5)
        said = tr("difference, {unit}", unit=unit.of_difference)
        heading(axes, titles[panel], f"{said}   {name}")
        axes.set_xlabel(_words(sweep, across, 56), labelpad=4)
        axes.set_ylabel(_words(sweep, up, 42), labelpad=4)
    return made


def _ticks(sweep: Sweep, axis: Axis) -> list[str]:
    """The levels of a key as the ticks of a map, as tables write them; cut where they are long."""
    unit = axis_unit(sweep, axis.key)
    levels: Any = sorted(set(axis.levels)) if axis.numeric else axis.levels
    texts = [brief(value, unit) for value in levels]
    return [text if len(text) <= _TICK + 4 else f"{text[: _TICK + 3]}…" for text in texts]


def _parallel_page(sweep: Sweep, name: str) -> Page:
    unit = outcome_unit(sweep, name)
    means = sweep.stats[name]["mean"] * unit.factor
    words = tr("A line is a point of the design, coloured by the outcome's mean over seeds (the last axis).")
    letters = min(_HALF, round(_ACROSS / len(sweep.axes)))
    titles = [title_of(key_words(sweep.scenario.catalogue, axis.key), letters) for axis in sweep.axes]
    titles.append(title_of(outcome_words(sweep.scenario.catalogue, name), letters))
    made = _page(sweep, [("line", INK, tr("the scenario as it is"))], titles, 1, words, tall=1.7, columns=1,
                 left=1.1, right=1.1, below=0.1)  # fmt: skip
    axes = made.axes(0)
    axes.set_axis_off()
    places = np.array([[_place(sweep, axis, at) for axis in sweep.axes] for at in range(len(sweep.points))])
    full = np.column_stack((places, means))
    low, high = np.nanmin(full, axis=0), np.nanmax(full, axis=0)
    scaled = (full - low) / np.where(high > low, high - low, 1.0)
    x = np.arange(full.shape[1])
    norm = Normalize(float(low[-1]), float(high[-1]) if high[-1] > low[-1] else float(low[-1]) + 1)
    order = np.argsort(np.abs(scaled[1:, -1] - 0.5)) + 1  # extremes are drawn last, where they can be followed
    lines = LineCollection([np.column_stack((x, scaled[at])) for at in order], linewidths=1.1, alpha=0.85,
                           clip_on=False, colors=[_LINES(norm(full[at, -1])) for at in order])  # fmt: skip
    axes.add_collection(lines)
    axes.plot(x, scaled[BASELINE], color=INK, linewidth=2.2, zorder=5, clip_on=False)
    below = [short(axis.key) for axis in sweep.axes] + [name]
    units = [axis_unit(sweep, axis.key).unit for axis in sweep.axes] + [unit.unit]
    at_edge: Any = {"ha": "center", "fontsize": 7}
    for at, title in enumerate(titles):
        last = at == len(sweep.axes)
        axes.plot([at, at], [0, 1], color=INK if last else GREY, linewidth=1)
        ends = [minus(f"{end:,.4g}") for end in (low[at], high[at])]
        if not last and not sweep.axes[at].numeric:
            ends = [plain(sweep.axes[at].levels[0]), plain(sweep.axes[at].levels[-1])]
        note(axes, ends[0], (at, 0), (0, -4), va="top", **at_edge)
        note(axes, ends[1], (at, 1), (0, 3), va="bottom", **at_edge)
        note(axes, units[at], (at, 1), (0, 14), va="bottom", **at_edge)
        note(axes, title, (at, 1), (0, 25), va="bottom", **(at_edge | {"fontsize": 8}), color=INK,
             fontweight="bold" if last else "normal")  # fmt: skip
        note(axes, below[at], (at, 0), (0, -14), va="top", **at_edge)
    axes.set_xlim(0, len(titles) - 1)
    axes.set_ylim(0, 1)
    return made


def _titles(sweep: Sweep, names: Sequence[str]) -> list[str]:
    """The meanings of outcomes on lines that fit above their panels."""
    letters = {} if len(names) > 1 else {"letters": _ALONE}
    return [title_of(outcome_words(sweep.scenario.catalogue, name), **letters) for name in names]


def _page(
    sweep: Sweep, key: Sequence[Any], titles: Sequence[str], panels: int, words: str, *, tall: float, **how: Any
) -> Page:
    scenario = sweep.scenario
    meanings = [key_words(scenario.catalogue, axis.key) for axis in sweep.axes]
    first = title_words(scenario.title) or scenario.name
    title = tr("{scenario}: {varied}", scenario=first, varied=listed(it[:1].lower() + it[1:] for it in meanings))
    if cells(title) > _LONGEST:
        title = tr("{scenario}: {varied}", scenario=first, varied=listed(short(axis.key) for axis in sweep.axes))
    subtitle = tr(
        "{scenario} in {month}, {count} points ({design}), common seeds", scenario=scenario.name,
        month=month_text(sweep.month), count=len(sweep.points) - 1, design=tr(_DESIGNS[sweep.design]),
    )  # fmt: skip
    source = source_words(sweep.runs.manifest["model"], "sweep.parquet", [sweep.path.name])
    seeds = tr("{seeds} at every point.", seeds=seeds_text(sweep.replicates, begins(scenario)))
    footer = (paragraph(seeds, words), source)
    lines = max(title.count("\n") + 1 for title in titles)
    return page(title, subtitle, key, footer, panels, tall=tall, lines=lines, **how)


def _words(sweep: Sweep, axis: Axis, letters: int) -> str:
    """A key's meaning in so many letters, and below it the end of its name and its everyday unit."""
    unit = axis_unit(sweep, axis.key).unit
    words = cut_words(key_words(sweep.scenario.catalogue, axis.key), letters)
    return f"{words}\n{and_unit(short(axis.key), unit)}"


def _place(sweep: Sweep, axis: Axis, at: int) -> float:
    """A point's place along an axis: its number in the everyday unit, or that of its level, or NaN."""
    value = sweep.points[at][axis.key]
    if axis.numeric:
        return float(value) * axis_unit(sweep, axis.key).factor if isinstance(value, int | float) else np.nan
    return float(axis.levels.index(value)) if value in axis.levels else np.nan


def _key_axis(axes: Axes, sweep: Sweep, axis: Axis, x: Any, *, labels: bool = True) -> None:
    if not axis.numeric:
        axes.set_xticks(range(len(axis.levels)), _ticks(sweep, axis))
        axes.set_xlim(-0.5, len(axis.levels) - 0.5)
    else:
        number_axis(axes.xaxis, 7 if len(sweep.outcomes) == 1 else 4)
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
        if not np.isfinite(value):
            note(axes, tr("no value"), (x, y), (0, 0), ha="center", va="center", fontsize=6.5)
        else:
            red, green, blue, _ = mpl.colormaps[colours](norm(value))
            ink = INK if 0.3 * red + 0.59 * green + 0.11 * blue > 0.5 else "white"
            note(axes, minus(signed(float(value))), (x, y), (0, 9), ha="center", va="center", fontsize=6.5, color=ink)
