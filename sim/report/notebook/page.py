"""HTML of a text's tables and lines, and of figures beside them, in a limited number of bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sim.formats import counted
from sim.report.html.markup import Markup, join, tag
from sim.report.text.columns import Table, parts

MOST_BYTES = 50_000
_ROOM = MOST_BYTES - 1_000  # for what is around the parts
_ROWS = 60  # of a table, at most
_FEWEST = 5
_LETTERS = 20_000  # of a text between tables
_NUMBER = "text-align:right;white-space:nowrap;padding:1px 8px"
_TEXT = "text-align:left;padding:1px 8px"
_FIRST = f"{_TEXT};white-space:pre-wrap"  # what is part of a row above is indented


def page(made: Callable[[], str], figures: Iterable[Markup] = ()) -> str:
    """What ``made`` writes as HTML: tables as tables, all else as it stands, and as many figures as there is room for.

    No text is taken for markup. Of a table that is too long the first rows are shown.
    """
    written, rows = list(parts(made)), _ROWS
    while True:
        body = join(_table(it, rows) if isinstance(it, Table) else _text(it) for it in written)
        if _size(body) <= _ROOM or rows <= _FEWEST:
            break
        rows //= 2
    if _size(body) > _ROOM:
        body = _text("\n".join(it for it in written if isinstance(it, str))[: _ROOM // 8])
    shown: list[Markup] = []
    room = _ROOM - _size(body)
    for figure in figures:
        room -= _size(figure)
        if room < 0:
            break
        shown.append(figure)
    return tag("div", body, tag("div", shown) if shown else None)


def _size(text: str) -> int:
    return len(text.encode())


def _text(text: str) -> Markup:
    return tag("pre", text[:_LETTERS], style="white-space:pre-wrap;font-family:monospace")


def _table(it: Table, most: int) -> Markup:
    """The first rows of a table; a column in which nothing stands is left out."""
    filled = [place for place in range(len(it.heads)) if not place or any(row[place] for row in it.rows)]

    def cells(kind: str, row: Sequence[str], **how: str) -> list[Markup]:
        return [tag(kind, row[at], style=_NUMBER if at in it.right else _TEXT, **how) for at in filled[1:]]

    head = tag("tr", tag("th", it.heads[0], scope="col", style=_TEXT), cells("th", it.heads, scope="col"))
    body = [tag("tr", tag("th", row[0], scope="row", style=_FIRST), cells("td", row)) for row in it.rows[:most]]
    more = len(it.rows) - most
    rest = tag("p", f"and {counted(more, 'row')} more") if more > 0 else None
    return tag("div", tag("table", tag("thead", head), tag("tbody", body)), rest, style="overflow-x:auto")
