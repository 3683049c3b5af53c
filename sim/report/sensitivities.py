"""What an outcome rests on, as text and in figures: a tornado of effects, the indices, and whose the variance is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, FixedLocator

from sim.report.canvas import BLUE, FAINT, GREEN, GREY, INK, ORANGE, PURPLE, VERMILION, WIDTH, Page, label, page, style
from sim.report.pages import seeds_text
from sim.report.sweeps import plain_axis, short
from sim.report.tables import columns, plain, signed
from sim.runs.store import FIGURES, Say, Store
from sim.runs.summary import number, span
from sim.studies.estimators.indices import Estimate
from sim.studies.questions.sensitivity import Sensitivities
from sim.studies.stored_sensitivity import Sensitivity, Varied

MOST_ROWS = 15  # parameters of a table or a figure
_KIND_COLOURS = {"assumption": ORANGE, "fitted": BLUE, "evidence": GREEN, "article": PURPLE, "seed": FAINT}
_KIND_WORDS = {"assumption": "assumed", "seed": "luck"}


def sensitivities_text(made: Sensitivities, *, everything: bool = False) -> str:
    """For every outcome: whose the variance is, the parameters by their share, and where a sign flips."""
    parts = [_text(it, everything) for it in made.outcomes.values()]
    return "\n\n".join([*parts, f"results: {made.path}"])


def _text(it: Sensitivity, everything: bool) -> str:
    rows = it.parameters if everything else it.parameters[:MOST_ROWS]
    hidden = len(it.parameters) - len(rows)
    unit = f" {it.unit}" if it.unit else ""
    said = "it is" if it.against else "the scenario as it is has"
    own = f"{number(it.baseline)}{' with both as they are' if it.against else ''}"
    lines = [
        f"{_what(it)}: {_how(it)}",
        f"mean over the design {number(it.mean)}{unit}, {said} {own}",
        *_variance_text(it),
        "",
        _table(it, rows),
        *([f"{hidden} more parameters: --all, or indices.parquet"] if hidden else []),
    ]
    if it.against:
        lines += ["", *_flips_text(it)]
    return "\n".join(lines)


def _what(it: Sensitivity) -> str:
    of = f"{it.scenario} less {it.against}" if it.against else it.scenario
    return f"{of}: {it.outcome} in {it.month}"


def _how(it: Sensitivity) -> str:
    design = f"{it.samples} trajectories" if it.method == "morris" else f"a base sample of {it.samples}"
    return (
        f"{it.method.capitalize()}, {len(it.parameters)} parameters, {design}, {it.points:,} points, "
        f"{seeds_text(it.replicates, it.seed)} at each"
    )


def _variance_text(it: Sensitivity) -> list[str]:
    if math.isnan(it.split.parameters.value):
        return ["the variance is not split: that takes three seeds and three blocks of the design"]
    kinds = ", ".join(f"{_KIND_WORDS.get(kind, kind)} {share:.0%}" for kind, share in it.kinds.items())
    lines = [
        f"variance: parameters {_percent(it.split.parameters)}, seed {_percent(it.split.seed)}",
        f"by kind of source: {kinds}",
    ]
    if it.split.luck_in_means >= 0.01:
        lines.append(
            f"{it.split.luck_in_means:.0%} of what differs between points is luck that {it.replicates} seeds leave"
        )
    return lines


def _table(it: Sensitivity, rows: Sequence[Varied]) -> str:
    head = ("parameter", "range", "unit", "kind", "low to high", "95% interval")
    morris = it.method == "morris"
    heads = (*head, *(("mu*", "95%", "sigma") if morris else ("first", "95%", "total", "95%")), "share")
    body = []
    for row in rows:
        index = row.index
        known = (index.mu_star, index.sigma) if morris else (index.first, index.total)
        one, two = (estimate or Estimate(math.nan, math.nan, math.nan) for estimate in known)
        found = [number(one.value), _span(one), number(two.value), *([] if morris else [_span(two)])]
        body.append((row.key, f"{plain(row.low)} to {plain(row.high)}", row.unit, row.kind, signed(index.effect.value),
                     _span(index.effect), *found, f"{row.share:.1%}"))  # fmt: skip
    return columns(heads, body, right=(1, *range(4, len(heads))))


def _flips_text(it: Sensitivity) -> list[str]:
    lines = [f"the difference has the other sign than its mean at {it.other_sign:.0%} of points"]
    for flip in it.flips:
        mean = f"{signed(flip.mean.value)} ({_span(flip.mean)})"
        where = f"{flip.key} is in {number(flip.low)} to {number(flip.high)} {flip.unit}".rstrip()
        lines.append(f"the sign flips when {where}: {mean}")
    if not it.flips:
        lines.append("the sign flips in no fifth of any parameter's range, the others being anywhere in theirs")
    return lines


def draw_sensitivities(made: Sensitivities, say: Say) -> None:
    """Draw every outcome's page, in the study's folder."""
    with style():
        files = {f"{FIGURES}/{name}.{kind}": data for name, it in made.outcomes.items() for drawn in (_page(it),)
                 for kind, data in (("png", drawn.png()), ("svg", drawn.svg()))}  # fmt: skip
    Store(made.path).ensure(files, say)


def _page(it: Sensitivity) -> Page:
    rows = it.parameters[:MOST_ROWS]
    kinds = [kind for kind in it.kinds if kind != "seed"]
    key: list[Any] = [("band", _KIND_COLOURS[kind], kind) for kind in kinds]
    what = f"{label(it.outcome)}, {it.scenario}{f' less {it.against}' if it.against else ''}: what it rests on"
    left = len(it.parameters) - len(rows)
    shown = f"the {len(rows)} largest of {len(it.parameters)} parameters" if left else f"{len(rows)} parameters"
    words = "Lines: 95% intervals, over resamples of the design."
    footer = (f"{_how(it)}. {words}", f"Model {it.model}. Source: indices.parquet of {it.path.name}.")
    made = page(what, f"{it.month}; {shown}", key, footer, 1, tall=0.4 + 0.17 * len(rows))
    top = 1.05 if math.isnan(it.split.parameters.value) else 1.62
    height = (made.height - top - 0.62 - 0.35) / made.height
    bottom = (0.62 + 0.35) / made.height
    tornado = made.figure.add_axes((2.9 / WIDTH, bottom, 4.3 / WIDTH, height))
    indices = made.figure.add_axes((8.0 / WIDTH, bottom, 3.7 / WIDTH, height))
    if not math.isnan(it.split.parameters.value):
        _strip(made.figure.add_axes((2.9 / WIDTH, 1 - 1.26 / made.height, 8.8 / WIDTH, 0.16 / made.height)), it)
    _tornado(tornado, it, rows)
    if it.method == "morris":
        _scatter(indices, it, rows)
    else:
        _dots(indices, rows)
    return made


def _strip(axes: Axes, it: Sensitivity) -> None:
    """The whole variance as one bar, by kind of source, luck at the end."""
    begin = 0.0
    for kind, share in it.kinds.items():
        axes.barh(0, share, left=begin, color=_KIND_COLOURS[kind], edgecolor="white", linewidth=0.8)
        if share > 0.06:
            axes.text(begin + share / 2, 0, f"{_KIND_WORDS.get(kind, kind)} {share:.0%}", ha="center", va="center",
                      fontsize=7, color="white" if kind == "fitted" else INK)  # fmt: skip
        begin += share
    axes.set_xlim(0, 1)
    axes.set_axis_off()
    words = f"variance: parameters {_percent(it.split.parameters)},\nseed {_percent(it.split.seed)}"
    axes.text(-0.015, 0, words, ha="right", va="center", fontsize=7, color=GREY)


def _tornado(axes: Axes, it: Sensitivity, rows: Sequence[Varied]) -> None:
    heights = -np.arange(len(rows))
    for height, row in zip(heights, rows, strict=True):
        effect = row.index.effect
        axes.barh(height, effect.value, height=0.66, color=_KIND_COLOURS[row.kind])
        axes.plot([effect.low, effect.high], [height, height], color=INK, linewidth=0.8)
    axes.axvline(0.0, color=INK, linewidth=0.7)
    axes.yaxis.set_major_locator(FixedLocator(list(heights)))
    axes.yaxis.set_major_formatter(FixedFormatter([short(row.key) for row in rows]))
    axes.tick_params(axis="y", labelcolor=INK)
    axes.set_ylim(-len(rows) + 0.4, 0.6)
    unit = f", {it.unit}" if it.unit else ""
    _dress(axes, f"change from the low to the high end of the range, mean slope{unit}")
    plain_axis(axes.xaxis)


def _scatter(axes: Axes, it: Sensitivity, rows: Sequence[Varied]) -> None:
    """Morris's plane: how much a parameter matters against how much that depends on the others."""
    for place, row in enumerate(rows):
        mu, sigma = row.index.mu_star, row.index.sigma
        if mu is None or sigma is None:
            continue
        axes.plot([mu.low, mu.high], [sigma.value] * 2, color=FAINT, linewidth=0.8, zorder=1)
        axes.plot([mu.value] * 2, [sigma.low, sigma.high], color=FAINT, linewidth=0.8, zorder=1)
        axes.plot(mu.value, sigma.value, "o", color=_KIND_COLOURS[row.kind], markersize=4.5)
        if place < 6:
            axes.annotate(short(row.key), (mu.value, sigma.value), (4, 3), textcoords="offset points", fontsize=6.5,
                          color=INK)  # fmt: skip
    most = max(axes.get_xlim()[1], 1e-300)
    axes.plot([0, most], [0, most], color=GREY, linewidth=0.6, linestyle=(0, (4, 3)))
    axes.set_xlim(0, most)
    axes.set_ylim(bottom=0)
    _dress(axes, f"mu*: mean size of the effect{f', {it.unit}' if it.unit else ''}")
    axes.set_title("sigma: how much it depends on the others\nabove the dashed line: more than it matters by itself",
                   fontsize=7, color=GREY, loc="left")  # fmt: skip
    plain_axis(axes.xaxis)
    plain_axis(axes.yaxis)


def _dots(axes: Axes, rows: Sequence[Varied]) -> None:
    """First-order and total indices beside each other."""
    for place, row in enumerate(rows):
        for estimate, up, mark in ((row.index.first, 0.16, "o"), (row.index.total, -0.16, "s")):
            if estimate is None:
                continue
            colour = BLUE if mark == "o" else VERMILION
            axes.plot([estimate.low, estimate.high], [up - place] * 2, color=colour, linewidth=1)
            axes.plot(estimate.value, up - place, mark, color=colour, markersize=4)
    if rows and (first := rows[0].index.first) and (total := rows[0].index.total):
        axes.annotate("first order", (first.value, 0.16), (0, 6), textcoords="offset points", ha="center", fontsize=7,
                      color=BLUE)  # fmt: skip
        axes.annotate("total", (total.value, -0.16), (0, -10), textcoords="offset points", ha="center", fontsize=7,
                      color=VERMILION)  # fmt: skip
    axes.axvline(0.0, color=INK, linewidth=0.7)
    axes.set_ylim(-len(rows) + 0.4, 0.6)
    axes.yaxis.set_major_locator(FixedLocator([]))
    _dress(axes, "share of the variance between points: first order alone, total with interactions")


def _dress(axes: Axes, words: str) -> None:
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="x", color=FAINT, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.set_xlabel(words, fontsize=7, color=GREY, labelpad=3)


def _percent(estimate: Estimate) -> str:
    return f"{estimate.value:.0%} ({estimate.low:.0%} to {estimate.high:.0%})"


def _span(estimate: Estimate) -> str:
    return span(estimate.low, estimate.high)
