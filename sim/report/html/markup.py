"""Building HTML and SVG; text that is not markup is escaped."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from sim.formats import whole
from sim.language import tr

_VOID = frozenset({"meta", "br", "img", "input", "col", "link"})

_MONTH = re.compile(r"\d{4}(-\d\d|年\d{1,2}月)")


class Markup(str):
    """Text that is markup and is not escaped."""

    __slots__ = ()


def tag(name: str, /, *children: Any, **attributes: Any) -> Markup:
    """An element; texts in it are escaped, None is left out, lists are laid flat.

    An attribute's underscores become hyphens, one at its end falls away; None and False leave it out, True gives it
    no value.
    """
    head = name
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        word = key.removesuffix("_").replace("_", "-")
        head += f" {word}" if value is True else f' {word}="{html.escape(str(value), quote=True)}"'
    if name in _VOID:
        return Markup(f"<{head}>")
    return Markup(f"<{head}>{join(*children)}</{name}>")


def join(*children: Any) -> Markup:
    """Markup of several things one after the other."""
    return Markup("".join(_flat(children)))


def _flat(children: Iterable[Any]) -> Iterable[str]:
    for child in children:
        if child is None:
            continue
        if isinstance(child, str):
            yield child if isinstance(child, Markup) else html.escape(child, quote=False)
        elif isinstance(child, Iterable):
            yield from _flat(child)
        else:
            yield html.escape(str(child), quote=False)


def table(
    heads: Sequence[Any], rows: Iterable[Sequence[Any]], numbers: Sequence[int] = (), caption: str = ""
) -> Markup:
    """A table whose columns ``numbers`` are set to the right, in a box that scrolls where it is too wide.

    On a phone the cells of a row stand one below the other, each after its head. A head may not be empty: screen
    readers say it with every cell.
    """
    assert all(heads), heads
    named = ";".join(f"--h{place}:{_quoted(head)}" for place, head in enumerate(heads[1:], 2))

    def cells(kind: str, row: Sequence[Any], **how: Any) -> list[Markup]:
        return [tag(kind, cell, class_="n" if index in numbers else _when(cell), **how)
                for index, cell in enumerate(row)]  # fmt: skip

    body = [tag("tr", tag("th", row[0], scope="row", class_=_when(row[0])), cells("td", row)[1:]) for row in rows]
    made = tag(
        "table", tag("caption", caption) if caption else None,
        tag("thead", tag("tr", cells("th", heads, scope="col"))), tag("tbody", body),
        class_="rows", style=named,
    )  # fmt: skip
    return tag("div", made, class_="scroll", tabindex=0, role="region", aria_label=caption or tr("table"))


def _quoted(head: Any) -> str:
    """The text of a head as a string of CSS."""
    text = html.unescape(re.sub(r"<[^>]*>", "", head)) if isinstance(head, Markup) else str(head)
    return "'" + re.sub(r"[\\'\n]", lambda found: f"\\{ord(found.group()):x} ", text) + "'"


def _when(cell: Any) -> str | None:
    """The class of a cell that is a month, which stays on one line."""
    return "when" if isinstance(cell, str) and _MONTH.fullmatch(cell) else None


def fold(summary: Any, *children: Any) -> Markup:
    """Content that opens on a click."""
    return tag("details", tag("summary", summary), *children)


def listed(items: Iterable[Any], class_: str | None = None) -> Markup:
    return tag("ul", [tag("li", item) for item in items], class_=class_)


def picture(
    name: str, words: str, width: int, height: int, drawn: Any, class_: str | None = None, **how: Any
) -> Markup:
    """An SVG image; ``words`` describe it to screen readers."""
    title = tag("title", words, id=f"{name}-title")
    return tag("svg", title, drawn, viewBox=f"0 0 {width} {height}", role="img", class_=class_,
               aria_labelledby=f"{name}-title", **how)  # fmt: skip


def island(name: str, value: Any) -> Markup:
    """Data for the page's script, as JSON that cannot end its element."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    safe = text.replace("<", "\\u003c").replace("&", "\\u0026")
    return tag("script", Markup(safe), type="application/json", id=name)


def download(name: str, data: bytes, words: str, kind: str = "text/csv") -> Markup:
    """A link that saves bytes which the page carries."""
    held = base64.b64encode(data).decode()
    size = f"{whole(len(data) / 1000)} kB" if len(data) >= 1000 else tr("{count} bytes", count=len(data))
    link = tag("a", words, href=f"data:{kind};charset=utf-8;base64,{held}", download=name)
    return join(link, " ", tag("small", f"{name}, {size}"))
