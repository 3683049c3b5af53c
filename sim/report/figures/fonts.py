"""Fonts of figures: DejaVu Sans, and for the letters that it lacks those of other scripts that are installed."""

from __future__ import annotations

import logging
import multiprocessing
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any

from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, findSystemFonts, fontManager, get_font, weight_dict
from matplotlib.text import Text

from sim.letters import NoGlyph

# Looked up letter by letter, in this order: text that DejaVu Sans can write looks the same wherever it is drawn.
_FAMILIES = (
    "DejaVu Sans",
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans SC", "Source Han Sans CN", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "Microsoft YaHei", "SimHei", "PingFang SC", "Hiragino Sans GB", "Heiti TC",
    "Arial Unicode MS", "Noto Sans", "Noto Sans Devanagari", "Noto Sans Thai",
)  # fmt: skip
_BOLD_FROM = 600  # weight
_MOST = 12  # letters that are named
_told: set[str] = set()  # letters without a glyph that somebody was told of


@cache
def families() -> list[str]:
    """The families that are installed, in the order in which they are asked for a letter."""
    there = set(fontManager.get_font_names())
    return [name for name in _FAMILIES if name in there]


def forget() -> None:
    """Look for fonts as at the start, and warn again of letters that none has."""
    for known in (families, _glyphs, _charmap, bold_families, _found_new_fonts):
        known.cache_clear()
    _told.clear()


@contextmanager
def told(figure: Figure) -> Iterator[None]:
    """Draw the figure with one remark on letters that no font has, in place of a warning at each of them."""
    texts: list[Any] = [it for it in figure.findobj(Text) if not it.get_text().isascii()]
    tell(it.get_text() for it in texts)
    for it in texts:
        if it.get_fontfamily() != families():  # made before fonts were found that are installed since
            it.set_fontfamily(families())
    for it in texts:
        if it.get_fontweight() == "bold" and not _all_bold(it.get_text()):
            it.set_fontweight("normal")  # one weight within a line, where only its Latin letters have a bold face
    logger = logging.getLogger("matplotlib.font_manager")  # which says that a fallback has no bold letters
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", r"Glyph \d+ ")
            yield
    finally:
        logger.setLevel(level)


def tell(texts: Iterable[str]) -> None:
    """Warn of letters in these texts that no font has, once for each; workers leave it to the process above them."""
    wanted = {letter for text in texts if not text.isascii() for letter in text if letter.isprintable()}
    missing = _without_glyph(wanted)
    if missing and _found_new_fonts():
        missing = _without_glyph(wanted)
    missing = [letter for letter in missing if letter not in _told]
    if not missing or multiprocessing.parent_process() is not None:
        return
    _told.update(missing)
    more = f" and {len(missing) - _MOST} more" if len(missing) > _MOST else ""
    warnings.warn(
        f"figures: no installed font has {''.join(missing[:_MOST])}{more}: boxes stand for them. Install one that "
        "does, such as Noto Sans CJK or WenQuanYi Micro Hei (Debian: fonts-noto-cjk, fonts-wqy-microhei)",
        NoGlyph,
        stacklevel=2,
    )


def _without_glyph(letters: set[str]) -> list[str]:
    return sorted(letter for letter in letters if ord(letter) not in _glyphs())


@cache
def _glyphs() -> frozenset[int]:
    """The letters that any of the families has."""
    return frozenset().union(*map(_charmap, families()))


def _all_bold(text: str) -> bool:
    """Whether the families in which a text is drawn all have a bold face."""
    drawn = {next((it for it in families() if ord(letter) in _charmap(it)), "") for letter in text}
    return drawn - {""} <= bold_families()


@cache
def _charmap(family: str) -> frozenset[int]:
    return frozenset(get_font(findfont(FontProperties(family=[family]))).get_charmap())


@cache
def bold_families() -> frozenset[str]:
    """The families that have a bold face."""
    return frozenset(
        it.name for it in fontManager.ttflist if int(weight_dict.get(str(it.weight), it.weight)) >= _BOLD_FROM
    )


@cache
def _found_new_fonts() -> bool:
    """Whether there are fonts that were installed after matplotlib listed what there is; they are listed now."""
    known = {it.fname for it in fontManager.ttflist}
    new = [file for file in findSystemFonts() if file not in known]
    for file in new:
        with suppress(OSError, RuntimeError):  # a file that is no font, or of another kind
            fontManager.addfont(file)
    families.cache_clear()
    _glyphs.cache_clear()
    bold_families.cache_clear()
    return bool(new)
