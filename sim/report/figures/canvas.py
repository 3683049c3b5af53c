"""A page of small panels: its grid, style, words and key."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.image import imsave
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.language import file_name
from sim.letters import cells, wrapped
from sim.report.figures.colours import FAINT, GREY, INK
from sim.report.figures.fonts import families, told
from sim.runs.store import FIGURES

WIDTH = 12.0  # inches, as are all lengths of a page
_COLUMNS = 4
_LEFT, _RIGHT, _TOP, _BOTTOM = 0.62, 0.22, 1.12, 0.50
_HEADING, _LINE = 0.17, 0.135  # above a panel: its unit, and a line of its title
_ACROSS, _HEIGHT, _DOWN = 0.58, 1.42, 0.36
_DPI = 130
_KEY, _SAMPLE, _KEY_LINE = 195, 9, 0.17  # letters of the key that fit, those that a mark takes, and inches a line
_TITLE, _FOOTER = 88, 248  # letters of the title's size and of the footer's that fit the page's width

Colour = str | tuple[float, float, float]
KeyEntry = tuple[str, Colour, str]  # kind of mark ("line", "thin", "band", "mark" or "dot"), colour, words

STYLE: Any = {
    "font.size": 7.5,
    "text.parse_math": False,  # a $ of the user's is a $
    "axes.axisbelow": True,
    "axes.edgecolor": GREY,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.labelcolor": GREY,
    "axes.labelpad": 2.0,
    "axes.labelsize": 7,
    "axes.linewidth": 0.6,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.unicode_minus": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.5,
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
    """Draw in one style, whatever the user's own settings are."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update({**STYLE, "font.family": families()})
        yield


@dataclass(frozen=True)
class Page:
    """A figure with a grid of panels, counted from the upper left."""

    figure: Figure
    grid: GridSpec

    def axes(self, index: int) -> Axes:
        """The axes of a panel."""
        return self.figure.add_subplot(self.grid[index])

    def pair(self, index: int) -> tuple[Axes, Axes]:
        """Two axes in a panel: one for values, and below it one for differences."""
        parts = self.grid[index].subgridspec(2, 1, height_ratios=(0.57, 0.35), hspace=0.17)
        return self.figure.add_subplot(parts[0]), self.figure.add_subplot(parts[1])

    def png(self) -> bytes:
        return png_of(self.figure, _DPI)

    def svg(self) -> bytes:
        sink = io.BytesIO()
        canvas: Any = FigureCanvasSVG(self.figure)
        with told(self.figure):
            canvas.print_svg(sink, metadata={"Date": None})
        return sink.getvalue()

    def files(self, stem: str) -> dict[str, bytes]:
        """PNG and SVG by file name, among the figures of a folder; in another language its code is in the name."""
        stem = file_name(stem)
        return {f"{FIGURES}/{stem}.png": self.png(), f"{FIGURES}/{stem}.svg": self.svg()}


def png_of(figure: Figure, dpi: int) -> bytes:
    """A figure as PNG; ``savefig`` would draw everything twice."""
    sink = io.BytesIO()
    figure.set_dpi(dpi)
    canvas: Any = FigureCanvasAgg(figure)
    with told(figure):
        canvas.draw()
    imsave(sink, np.asarray(canvas.buffer_rgba()), format="png", pil_kwargs={"compress_level": 4})
    return sink.getvalue()


def page(
    title: str, subtitle: str, key: Sequence[KeyEntry], footer: Sequence[str], panels: int, *, tall: float = 1.0,
    columns: int = 0, left: float = _LEFT, right: float = _RIGHT, below: float = 0.0, between: float = _ACROSS,
    lines: int = 1,
) -> Page:  # fmt: skip
    """An empty page with its words and its key.

    ``tall`` stretches the panels, ``columns`` sets their number in a row, ``left`` and ``right`` are the margins,
    ``below`` is the room for labels under each panel and ``between`` that from one to the next, all in inches.
    ``lines`` is the most lines of a panel's title.
    """
    columns = columns or min(_COLUMNS, max(1, panels))
    rows = -(-panels // columns)
    footer = [part for line in footer for part in wrapped(line, _FOOTER, break_on_hyphens=False)]
    heading = _HEADING + _LINE * lines if lines else 0.0
    panel, down, bottom = _HEIGHT * tall, _DOWN + heading + below, _BOTTOM + below + 0.12 * len(footer)
    across_key = min(len(key), max(1, int(_KEY / max((cells(words) for *_, words in key), default=1))))
    if sum(cells(words) + _SAMPLE for *_, words in key) <= _KEY:
        across_key = len(key)
    top = _TOP + heading + (_KEY_LINE * (-(-len(key) // across_key) - 1) if key else 0.0)
    height = top + rows * panel + (rows - 1) * down + bottom
    figure = Figure(figsize=(WIDTH, height), facecolor="white")
    across = (WIDTH - left - right - (columns - 1) * between) / columns
    grid = GridSpec(
        rows, columns, figure, left / WIDTH, bottom / height, 1 - right / WIDTH, 1 - top / height,
        wspace=between / across, hspace=down / panel,
    )  # fmt: skip
    inches: Any = {"transform": figure.dpi_scale_trans}
    size = 14.0 * min(1.0, _TITLE / max(1, cells(title)))
    figure.text(0.18, height - 0.32, title, fontsize=size, fontweight="bold", color=INK, va="center", **inches)
    figure.text(0.18, height - 0.60, subtitle, fontsize=9, color=GREY, va="center", **inches)
    figure.text(0.18, 0.11, "\n".join(footer), fontsize=6.5, color=GREY, va="bottom", linespacing=1.35, **inches)
    if key:
        figure.legend(
            [_sample(kind, colour) for kind, colour, _ in key], [words for *_, words in key], loc="upper left",
            bbox_to_anchor=(0.18, height - 0.80), bbox_transform=figure.dpi_scale_trans, ncols=across_key,
            frameon=False, borderpad=0, borderaxespad=0, handlelength=2.7, handleheight=1.0, columnspacing=2.4,
            labelcolor=GREY,
        )  # fmt: skip
    return Page(figure, grid)


def _sample(kind: str, colour: Colour) -> Artist:
    """A mark of the key."""
    if kind == "band":
        return Patch(color=colour, linewidth=0)
    if kind == "dot":
        return Line2D([], [], color=colour, marker="o", markersize=3.6, linewidth=0)
    if kind == "mark":
        return Line2D([], [], color=colour, marker="D", markersize=4, linewidth=0)
    return Line2D([], [], color=colour, linewidth=1.6 if kind == "line" else 0.65)
