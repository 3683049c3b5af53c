"""Fonts of figures: DejaVu Sans, and for the letters that it lacks those of other scripts that are installed."""

from __future__ import annotations

import multiprocessing
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache

from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font
from matplotlib.text import Text

from sim.letters import NoGlyph

# Looked up letter by letter, in this order: text that DejaVu Sans can write looks the same wherever it is drawn.
_FAMILIES = (
    "DejaVu Sans",
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans SC", "Source Han Sans CN", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "Microsoft YaHei", "SimHei", "PingFang SC", "Hiragino Sans GB", "Heiti TC",
    "Arial Unicode MS", "Noto Sans", "Noto Sans Devanagari", "Noto Sans Thai",
)  # fmt: skip
_MOST = 12  # letters that are named
_told: set[str] = set()  # letters without a glyph that somebody was told of


@cache
def families() -> list[str]:
    """The families that are installed, in the order in which they are asked for a letter."""
    there = set(fontManager.get_font_names())
    return [name for name in _FAMILIES if name in there]


@contextmanager
def told(figure: Figure) -> Iterator[None]:
    """Draw the figure with one remark on letters that no font has, in place of a warning at each of them."""
    tell(it.get_text() for it in figure.findobj(Text) if isinstance(it, Text))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+ ")
        yield


def tell(texts: Iterable[str]) -> None:
    """Warn of letters in these texts that no font has, once for each; workers leave it to the process above them."""
    wanted = {letter for text in texts if not text.isascii() for letter in text if letter.isprintable()} - _told
    if not wanted or multiprocessing.parent_process() is not None:
        return
    missing = sorted(letter for letter in wanted if ord(letter) not in _glyphs())
    if missing:
        _told.update(missing)
        more = f" and {len(missing) - _MOST} more" if len(missing) > _MOST else ""
        warnings.warn(
            f"figures: no installed font has {''.join(missing[:_MOST])}{more}: boxes stand for them. Install one that "
            "does, such as Noto Sans CJK or WenQuanYi Micro Hei (Debian: fonts-noto-cjk, fonts-wqy-microhei)",
            NoGlyph,
            stacklevel=2,
        )


@cache
def _glyphs() -> frozenset[int]:
    """The letters that any of the families has."""
    return frozenset().union(*(get_font(findfont(FontProperties(family=[it]))).get_charmap() for it in families()))
