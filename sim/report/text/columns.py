"""Rows in columns, within the width of a terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

from sim import letters
from sim.letters import cells as cells_of
from sim.studies.estimators.signs import CLEAR, Sign

WIDTH = 80
_GAP = "  "
_MARK = "\0table "
_ROW = re.compile(r"\S {2,}\S")  # columns, two spaces apart
_LEAST = 24  # letters of a last column that goes on in the lines below
Says = Literal["", "good", "bad", "unclear"]  # what a cell says, whatever its language
Style = Callable[[str, Says, bool], str]  # a cell's text, what it says, and whether it is a head


class Cell(str):  # noqa: SLOT000  a subclass of str has no slots of its own
    """The text of a cell that passes, fails or cannot be told; ``cell`` makes it."""

    says: Says = ""


def cell(text: str, says: Says) -> Cell:
    """A cell's text with what it says."""
    made = Cell(text)
    made.says = says
    return made


def sign_cell(text: str, sign: Sign) -> Cell:
    """A verdict on a difference; one without a sign is set back."""
    return cell(text, "" if sign in CLEAR or sign is Sign.ALIKE else "unclear")


@dataclass(frozen=True)
class Table:
    """Rows under their heads; the columns ``right`` are set to the right."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[int]


_style: ContextVar[Style | None] = ContextVar("style", default=None)
_apart: ContextVar[list[Table] | None] = ContextVar("apart", default=None)


@contextmanager
def styled(style: Style) -> Iterator[None]:
    """Tables that are made within have their cells styled."""
    token = _style.set(style)
    try:
        yield
    finally:
        _style.reset(token)


def parts(made: Callable[[], str]) -> Iterator[str | Table]:
    """What ``made`` writes, its tables with heads as tables and all else as text, in order."""
    tables: list[Table] = []
    token = _apart.set(tables)
    try:
        text = made()
    finally:
        _apart.reset(token)
    lines: list[str] = []
    for line in text.split("\n"):
        if line.startswith(_MARK):
            if any(lines):
                yield "\n".join(lines).strip("\n")
            yield tables[int(line.removeprefix(_MARK))]
            lines = []
        else:
            lines.append(line)
    if any(lines):
        yield "\n".join(lines).strip("\n")


def columns(heads: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = (), *, keys: int = 1) -> str:
    """Rows in columns, two spaces apart; the columns ``right`` are set to the right.

    Where they are wider than a terminal, a long text in the last column goes on below; else the columns follow in
    tables of their own, each with the first ``keys`` columns, and without the rows that have nothing there.
    """
    cells = [list(heads), *map(list, rows)]
    right = set(right)
    if (apart := _apart.get()) is not None and any(heads):
        apart.append(Table(tuple(heads), tuple(map(tuple, cells[1:])), frozenset(right)))
        return f"{_MARK}{len(apart) - 1}"
    found = []
    for places in _blocks(cells, right, keys):
        rest = [line for line in cells[1:] if len(places) == len(heads) or any(line[it] for it in places[keys:])]
        if rest or not cells[1:]:
            found.append("\n".join(_lines([[line[it] for it in places] for line in (cells[0], *rest)],
                                          {n for n, it in enumerate(places) if it in right})))  # fmt: skip
    return "\n\n".join(found)


def wrapped(text: str) -> list[str]:
    """A text below a row, indented."""
    return letters.wrapped(text, WIDTH, initial_indent="    ", subsequent_indent="      ", break_long_words=False)


def fitted(text: str) -> str:
    """The text with its sentences on lines that fit a terminal; rows of tables, and commands to type, stay whole.

    What has no space in it, such as a path, is not broken.
    """
    return "\n".join(part for line in text.split("\n") for part in _fitted(line))


def _fitted(line: str) -> list[str]:
    words = line.strip()
    if cells_of(line) <= WIDTH or _ROW.search(words) or words.startswith("sim "):
        return [line]
    indent = line[: len(line) - len(line.lstrip())]
    return letters.wrapped(
        words, WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  ", break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def _blocks(cells: Sequence[Sequence[str]], right: set[int], keys: int) -> Iterator[list[int]]:
    """The columns of each table."""
    widths = [max(map(cells_of, column)) for column in zip(*cells, strict=True)]
    first, last = list(range(keys)), len(widths) - 1
    places = first
    for index in range(keys, len(widths)):
        taken = sum(widths[it] + len(_GAP) for it in places)
        fits = taken + widths[index] <= WIDTH
        goes_on = index == last and index not in right and taken + _LEAST <= WIDTH
        if len(places) > keys and not fits and not goes_on:
            yield places
            places = first
        places = [*places, index]
    yield places


def _lines(cells: Sequence[Sequence[str]], right: set[int]) -> Iterator[str]:
    widths = [max(map(cells_of, column)) for column in zip(*cells, strict=True)]
    before = sum(width + len(_GAP) for width in widths[:-1])
    room = max(_LEAST, WIDTH - before)
    goes_on = len(widths) - 1 not in right and widths[-1] > room
    style = _style.get()
    for row, line in enumerate(cells):
        *some, last = line
        parts = letters.wrapped(last, room, break_on_hyphens=False) if goes_on and last else [last]
        shown = [letters.right(text, width) if index in right else letters.left(text, width)
                 for index, (text, width) in enumerate(zip((*some, parts[0]), widths, strict=True))]  # fmt: skip
        if style:
            says: list[Says] = [it.says if isinstance(it, Cell) else "" for it in line]
            shown = [style(text, word, row == 0) for text, word in zip(
                [*shown[:-1], shown[-1].rstrip()], says, strict=True)]  # fmt: skip
        yield _GAP.join(shown).rstrip()
        for part in parts[1:]:
            yield " " * before + part
