"""A page of small panels: its geometry, colours, axes and words."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import XAxis, YAxis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.image import imsave
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FixedFormatter, FixedLocator, Formatter, MaxNLocator
from numpy.typing import NDArray

from sim.formats import label, tick_labels
from sim.runs.store import FIGURES, write_whole

# Okabe and Ito's colours, which people who do not tell red from green can tell apart.
BLUE, ORANGE, GREEN, PURPLE, SKY, VERMILION = "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00"
SERIES = (BLUE, ORANGE, GREEN, PURPLE, SKY)
INK, GREY, FAINT = "#1a1a1a", "#5f5f5f", "#d9d9d9"

COLUMNS = 4
WIDTH = 12.0  # inches, as are all that follow
_LEFT, _RIGHT, _TOP, _BOTTOM = 0.62, 0.22, 1.46, 0.50
_ACROSS, _HEIGHT, _DOWN = 0.58, 1.42, 0.66
_YEARS = 5  # labels of an axis
HALO = [withStroke(linewidth=2.2, foreground="white")]  # of words that lie on lines
_DPI = 130
_TITLE = 88  # letters of the title's size that a page's width holds

Colour = str | tuple[float, float, float]
KeyEntry = tuple[str, Colour, str]  # kind of mark, colour, words

_STYLE: Any = {
    "font.family": ["DejaVu Sans"],
    "font.size": 7.5,
    "axes.linewidth": 0.6,
    "axes.edgecolor": GREY,
    "axes.unicode_minus": True,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.major.size": 2.5,
    "ytick.major.size": 0.0,
    "xtick.major.width": 0.6,
    "svg.hashsalt": "sim",
    "svg.fonttype": "path",
    "path.simplify": True,
}


@contextmanager
def style() -> Iterator[None]:
    """Draw in this house's style, whatever the user's own settings are."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_STYLE)
        yield


@dataclass(frozen=True)
class Page:
    """A figure with places for panels, counted from the upper left; sizes in inches."""

    figure: Figure
    height: float
    columns: int
    panel: float

    def axes(self, place: int, top: float = 0.0, bottom: float = 0.0) -> Axes:
        """The axes of a panel, less ``top`` and ``bottom`` inches of its height."""
        row, column = divmod(place, self.columns)
        width = (WIDTH - _LEFT - _RIGHT - (self.columns - 1) * _ACROSS) / self.columns
        left = _LEFT + column * (width + _ACROSS)
        low = self.height - _TOP - (row + 1) * self.panel - row * _DOWN
        size = self.panel - top - bottom
        axes = self.figure.add_axes((left / WIDTH, (low + bottom) / self.height, width / WIDTH, size / self.height))
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.grid(axis="y", color=FAINT, linewidth=0.5)
        axes.set_axisbelow(True)
        return axes

    def text(self, x: float, y: float, words: str, **how: Any) -> None:
        """Words ``x`` inches from the left and ``y`` from the top (from the bottom where negative)."""
        up = self.height - y if y >= 0 else -y
        self.figure.text(x / WIDTH, up / self.height, words, **how)

    def key(self, x: float, y: float, entries: Sequence[KeyEntry]) -> None:
        """What the marks mean, in a row from ``x``: kind ("line", "thin", "band" or "mark"), colour, words."""
        for kind, colour, words in entries:
            self._sample(kind, colour, x, self.height - y)
            self.text(x + 0.36, y, words, color=GREY, fontsize=7.5, va="center")
            x += 0.36 + 0.058 * len(words) + 0.2

    def _sample(self, kind: str, colour: Colour, x: float, up: float) -> None:
        if kind == "mark":
            self.figure.text(
                (x + 0.16) / WIDTH, up / self.height, "◆", color=colour, fontsize=8, ha="center", va="center"
            )
            return
        thick = {"line": 0.022, "thin": 0.009, "band": 0.11}[kind]
        low = (up - thick / 2) / self.height
        patch = Rectangle((x / WIDTH, low), 0.28 / WIDTH, thick / self.height, color=colour, linewidth=0)
        patch.set_transform(self.figure.transFigure)
        self.figure.add_artist(patch)

    def png(self) -> bytes:
        # As savefig does, but that it draws everything twice.
        sink = io.BytesIO()
        self.figure.set_dpi(_DPI)
        canvas: Any = FigureCanvasAgg(self.figure)
        canvas.draw()
        imsave(sink, np.asarray(canvas.buffer_rgba()), format="png", pil_kwargs={"compress_level": 4})
        return sink.getvalue()

    def svg(self) -> bytes:
        sink = io.BytesIO()
        canvas: Any = FigureCanvasSVG(self.figure)
        canvas.print_svg(sink, metadata={"Date": None})
        return sink.getvalue()

    def files(self, stem: str) -> dict[str, bytes]:
        """PNG and SVG by file name, among the figures of a folder."""
        return {f"{FIGURES}/{stem}.png": self.png(), f"{FIGURES}/{stem}.svg": self.svg()}


def page(
    title: str,
    subtitle: str,
    key: Sequence[KeyEntry],
    footer: Sequence[str],
    panels: int,
    *,
    tall: float = 1.0,
) -> Page:
    """An empty page with its words and its key; ``tall`` stretches the panels."""
    columns = min(COLUMNS, max(2, panels))
    rows = -(-panels // columns)
    panel = _HEIGHT * tall
    height = _TOP + rows * panel + (rows - 1) * _DOWN + _BOTTOM + 0.12 * len(footer)
    figure = Figure(figsize=(WIDTH, height), facecolor="white")
    made = Page(figure, height, columns, panel)
    size = 14.0 * min(1.0, _TITLE / max(1, len(title)))
    made.text(0.18, 0.32, title, fontsize=size, fontweight="bold", color=INK, va="center")
    made.text(0.18, 0.60, subtitle, fontsize=9, color=GREY, va="center")
    made.key(0.18, 0.88, key)
    for line, words in enumerate(reversed(footer)):
        made.text(0.18, -(0.12 + 0.14 * line), words, fontsize=6.5, color=GREY)
    return made


def dress(axes: Axes, name: str, unit: str, years: tuple[float, float], *, below: bool = False) -> None:
    """Name and unit above the axis, numbers without offset, calendar years below unless a panel ``below`` has them."""
    heading(axes, name, unit)
    calendar_axis(axes, years, labels=not below)
    number_axis(axes.yaxis)


def heading(axes: Axes, name: str, unit: str) -> None:
    """An outcome's name and unit above a panel."""
    above: Any = {"textcoords": "offset points", "xycoords": "axes fraction", "annotation_clip": False}
    axes.annotate(label(name), (0, 1), (0, 17), fontsize=8.5, fontweight="bold", color=INK, **above)
    if unit:
        axes.annotate(unit, (0, 1), (0, 7), fontsize=7, color=GREY, **above)


def calendar_axis(axes: Axes, years: tuple[float, float], *, labels: bool = True) -> None:
    """Years as whole numbers, at most five of them, at January; a run shorter than two years has months."""
    first, last = years
    axes.set_xlim(first, last)
    whole = np.arange(np.ceil(first - 1e-9), np.floor(last + 1e-9) + 1)
    if len(whole) > 1:
        step = max(1, -(-len(whole) // _YEARS))
        ticks, words = whole[::step], [f"{year:.0f}" for year in whole[::step]]
    else:
        ticks = np.linspace(first, last, 3)
        words = [f"{int(tick + 1e-6)}-{int((tick + 1e-6) % 1 * 12) + 1:02d}" for tick in ticks]
    axes.xaxis.set_major_locator(FixedLocator(list(ticks)))
    if labels:
        axes.xaxis.set_major_formatter(FixedFormatter(words))
    else:
        axes.tick_params(axis="x", labelbottom=False)


def number_axis(axis: XAxis | YAxis, count: int = 4) -> None:
    """About ``count`` ticks, their numbers without offset or power of ten."""
    axis.set_major_locator(MaxNLocator(count))
    axis.set_major_formatter(_Numbers())
    if axis.axis_name == "y":
        axis.set_tick_params(pad=2)


class _Numbers(Formatter):
    """All ticks of an axis with the same decimals: as many as the finest of them needs."""

    def format_ticks(self, values: Any) -> list[str]:
        return tick_labels([float(value) for value in values])

    def __call__(self, x: float, pos: Any = None) -> str:  # noqa: ARG002  matplotlib's signature
        return self.format_ticks([x])[0]


def months_as_years(start: tuple[int, int], months: int) -> NDArray[np.float64]:
    """The middle of each month, as a year with its fraction."""
    year, month = start
    return np.asarray(year + (month - 0.5 + np.arange(months)) / 12.0, dtype=np.float64)


def write_figure(folder: Path, stem: str, drawn: Page) -> None:
    """A page as PNG and SVG, among the figures of a folder."""
    for name, data in drawn.files(stem).items():
        write_whole(folder / name, data)
