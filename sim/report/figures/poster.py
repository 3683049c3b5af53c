"""A poster on one page of A3: what is shared, what came of it net, at whose cost, how sure."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.figure import Figure

from sim.letters import wrapped
from sim.report.figures.axes import note
from sim.report.figures.canvas import png_of, style
from sim.report.figures.colours import BLUE, GREY, HALO, INK, ORANGE, VERMILION, light
from sim.report.figures.fonts import told
from sim.report.text.poster import Bar, Poster

WIDE, TALL = 16.54, 11.69  # inches of A3, as are all lengths here
_DPI = 120
_EDGE, _GAP = 0.55, 0.5
_TOP = 9.62  # of the columns, from below
_LEFT = 5.1  # width of the first column
_HEAD, _TEXT, _SMALL = 17, 11, 10  # sizes of letters
_LINE, _BETWEEN = 0.205, 0.07  # from a line of text to the next, and more from one paragraph to the next
_LETTERS = 58  # of the text's size that fit the first column
_BLUE = light(BLUE, 0.12)


def draw_poster(it: Poster) -> dict[str, bytes]:
    """PDF and PNG by file name; in another language than English its code is in the name."""
    with style():
        figure = page_of(it)
        return {f"{it.stem}.pdf": _pdf(figure, it.title), f"{it.stem}.png": png_of(figure, _DPI)}


def _pdf(figure: Figure, title: str) -> bytes:
    sink = io.BytesIO()
    canvas: Any = FigureCanvasPdf(figure)
    with told(figure):
        canvas.print_pdf(sink, metadata={"Title": title, "CreationDate": None, "Creator": None, "Producer": None})
    return sink.getvalue()


def page_of(it: Poster) -> Figure:
    figure = Figure(figsize=(WIDE, TALL), facecolor="white")
    _say(figure, it.title, _EDGE, TALL - 0.75, size=33, weight="bold")
    _say(figure, it.subtitle, _EDGE, TALL - 1.25, size=13, colour=GREY)
    shared, policies, net, cost, sure = it.heads
    right = _EDGE + _LEFT + _GAP
    across = WIDE - _EDGE - right
    down = _paragraphs(figure, it.shared, _EDGE, _heading(figure, shared, _EDGE, _TOP))
    if it.policies:
        down = _paragraphs(figure, it.policies, _EDGE, _heading(figure, policies, _EDGE, down - 0.25))
    _paragraphs(figure, it.sure, _EDGE, _heading(figure, sure, _EDGE, down - 0.25))
    below = _numbers(figure, it, right, across, _heading(figure, net, right, _TOP))
    half = (across - _GAP) / 2
    top = below - 0.45
    _say(figure, "\n".join(wrapped(it.chain, 58)), right, top + 0.1, size=_SMALL, colour=GREY, va="top")
    _steps(_axes(figure, right + 1.6, 0.85, half - 2.2, top - 1.55), it)
    second = right + half + _GAP
    _heading(figure, cost, second, top)
    _say(figure, "\n".join(wrapped(it.worth, 60)), second, top - 0.22, size=_SMALL, colour=GREY, va="top")
    _parties(_axes(figure, second + 1.75, 0.85, half - 2.45, top - 1.55), it)
    _say(figure, it.source, _EDGE, 0.3, size=8.5, colour=GREY)
    return figure


def _say(
    figure: Figure, words: str, x: float, y: float, *, size: float, colour: str = INK, weight: str = "normal",
    va: str = "center",
) -> None:  # fmt: skip
    """Words at a place in inches from the lower left."""
    figure.text(
        x, y, words, fontsize=size, color=colour, fontweight=weight, va=va, linespacing=1.3,
        transform=figure.dpi_scale_trans,
    )  # fmt: skip


def _heading(figure: Figure, words: str, x: float, y: float) -> float:
    """A section's title; where its content begins."""
    _say(figure, words, x, y, size=_HEAD, colour=BLUE, weight="bold")
    return y - 0.42


def _paragraphs(figure: Figure, texts: Sequence[str], x: float, y: float) -> float:
    """Texts one below the other; where they end."""
    for text in texts:
        lines = wrapped(text, _LETTERS)
        _say(figure, "\n".join(lines), x, y + 0.1, size=_TEXT, va="top")
        y -= _LINE * len(lines) + _BETWEEN
    return y


def _numbers(figure: Figure, it: Poster, x: float, across: float, y: float) -> float:
    """The four numbers in a row of boxes; where they end."""
    tall, gap = 1.55, 0.2
    wide = (across - gap * (len(it.numbers) - 1)) / len(it.numbers)
    for index, (number, words, interval, clear) in enumerate(it.numbers):
        left = x + index * (wide + gap)
        axes = _axes(figure, left, y - tall + 0.15, wide, tall)
        axes.set_facecolor(_BLUE)
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines[["bottom"]].set_visible(False)
        _say(
            figure, number, left + 0.18, y - 0.43, size=30, weight="bold", colour=INK if clear else GREY, va="baseline"
        )
        _say(figure, "\n".join(wrapped(words, 24)), left + 0.18, y - 0.62, size=11.5, va="top")
        _say(figure, "\n".join(wrapped(interval, 26)), left + 0.18, y - 0.9, size=9.5, colour=GREY, va="top")
    return y - tall + 0.15


def _axes(figure: Figure, x: float, y: float, wide: float, tall: float) -> Axes:
    axes = figure.add_axes((x / WIDE, y / TALL, wide / WIDE, tall / TALL))
    axes.grid(visible=False)
    return axes


def _steps(axes: Axes, it: Poster) -> None:
    """A waterfall from gross to net."""
    *steps, net = it.steps
    at = 0.0
    for row, bar in enumerate(steps):
        colour = GREY if row == 0 else BLUE if bar.value.mean > 0 else ORANGE
        axes.barh(row, bar.value.mean, left=at, height=0.6, color=colour)
        at += bar.value.mean
        axes.plot([at, at], [row - 0.3, row + 1.3], color=GREY, linewidth=0.7)
        _value(axes, bar, row, max(at, at - bar.value.mean))
    _bar(axes, net, len(steps), bold=True)
    _rows(axes, it.steps, 20)


def _parties(axes: Axes, it: Poster) -> None:
    """A bar for each party, then society's balance below a line."""
    for row, bar in enumerate(it.parties):
        _bar(axes, bar, row, bold=row == len(it.parties) - 1)
    axes.axhline(len(it.parties) - 1.5, color=GREY, linewidth=0.8)
    _rows(axes, it.parties, 22)


def _bar(axes: Axes, bar: Bar, row: int, *, bold: bool) -> None:
    mean, low, high = bar.value
    axes.barh(row, mean, height=0.6, color=BLUE if mean >= 0 else VERMILION)
    right = max(0.0, mean)
    if np.isfinite(low):
        axes.plot([low, high], [row, row], color=INK, linewidth=1.4)
        right = max(right, high)
    _value(axes, bar, row, right, bold=bold)


def _value(axes: Axes, bar: Bar, row: int, right: float, *, bold: bool = False) -> None:
    note(axes, bar.said, (right, row), (6, 0), va="center", fontsize=11.5, color=INK, path_effects=HALO,
         fontweight="bold" if bold else "normal")  # fmt: skip


def _rows(axes: Axes, bars: Sequence[Bar], letters: int) -> None:
    """Words left of the bars; no numbers below, as each bar has its own."""
    axes.axvline(0.0, color=INK, linewidth=0.9)
    axes.set_yticks(range(len(bars)), ["\n".join(wrapped(bar.words, letters)) for bar in bars])
    axes.tick_params(axis="y", labelsize=11.5, labelcolor=INK)
    axes.set_xticks([])
    axes.spines[["bottom"]].set_visible(False)
    axes.set_ylim(len(bars) - 0.5, -0.5)
