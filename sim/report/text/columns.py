"""Rows in columns, within the width of a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

WIDTH = 80
_GAP = "  "
_LEAST = 24  # letters of a last column that goes on in the lines below


def columns(heads: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = (), *, keys: int = 1) -> str:
    """Rows in columns, two spaces apart; the columns ``right`` are set to the right.

    Where they are wider than a terminal, a long text in the last column goes on below; else the columns follow in
    tables of their own, each with the first ``keys`` columns, and without the rows that have nothing there.
    """
    cells = [list(heads), *map(list, rows)]
    right = set(right)
    found = []
    for places in _blocks(cells, right, keys):
        rest = [line for line in cells[1:] if len(places) == len(heads) or any(line[it] for it in places[keys:])]
        if rest or not cells[1:]:
            found.append("\n".join(_lines([[line[it] for it in places] for line in (cells[0], *rest)],
                                          {n for n, it in enumerate(places) if it in right})))  # fmt: skip
    return "\n\n".join(found)


def sentence(text: str, indent: str = "  ") -> list[str]:
    """A sentence on lines that fit a terminal; what has no space in it is not broken."""
    return textwrap.wrap(text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _blocks(cells: Sequence[Sequence[str]], right: set[int], keys: int) -> Iterator[list[int]]:
    """The columns of each table."""
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    first, last = list(range(keys)), len(widths) - 1
    places = first
    for place in range(keys, len(widths)):
        taken = sum(widths[it] + len(_GAP) for it in places)
        fits = taken + widths[place] <= WIDTH
        goes_on = place == last and place not in right and taken + _LEAST <= WIDTH
        if len(places) > keys and not fits and not goes_on:
            yield places
            places = first
        places = [*places, place]
    yield places


def _lines(cells: Sequence[Sequence[str]], right: set[int]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    before = sum(width + len(_GAP) for width in widths[:-1])
    room = max(_LEAST, WIDTH - before)
    goes_on = len(widths) - 1 not in right and widths[-1] > room
    for line in cells:
        *some, last = line
        parts = textwrap.wrap(last, room) if goes_on and last else [last]
        shown = [text.rjust(width) if place in right else text.ljust(width)
                 for place, (text, width) in enumerate(zip((*some, parts[0]), widths, strict=True))]  # fmt: skip
        yield _GAP.join(shown).rstrip()
        for part in parts[1:]:
            yield " " * before + part
