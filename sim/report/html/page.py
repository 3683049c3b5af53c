"""The page around the sections: one file, with its style and its script inside and nothing outside."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from sim.language import html_tag, is_chinese, later, tr
from sim.report.html.limits import HEADING, limits_list
from sim.report.html.markup import Markup, download, island, listed, tag
from sim.report.html.script_words import translated

SOURCES = later("Every number comes from stored results; this page loads nothing from anywhere.")


@dataclass(frozen=True)
class Section:
    """A part of the page: its name in the address, its heading and its content."""

    name: str
    heading: str
    content: Markup


@dataclass(frozen=True)
class Report:
    """A finished page: its file's stem, its bytes, the sentences of its headline, and the rest of ``--json``."""

    stem: str
    page: bytes
    headline: tuple[str, ...]
    about: dict[str, Any]


def document(
    title: str, eyebrow: str, leads: Sequence[str], sections: Sequence[Section], reproduction: Markup,
    files: Sequence[Sequence[Any]], source: str, *, opening: Markup | None = None,
    data: Mapping[str, Any] | None = None,
) -> bytes:  # fmt: skip
    """The file. Its policy lets only its own script run, and loads nothing.

    After ``sections`` come what every page has: the model's limits, how to reproduce the page, and ``files`` to save,
    each the arguments of ``download``. ``data`` is what the script reads.
    """
    sections = [
        *sections,
        Section("limits", tr(HEADING), limits_list()),
        Section("reproduce", tr("How to reproduce it"), reproduction),
        Section("data", tr("Data"), listed(download(*file) for file in files)),
    ]
    script, style = file_text("months.js") + file_text("sweep.js"), file_text("style.css")
    allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{allowed}'"
    head = head_of(title, style, tag("meta", http_equiv="Content-Security-Policy", content=policy))
    body = tag(
        "body",
        tag("header", tag("p", eyebrow, class_="eyebrow"), tag("h1", title),
            [tag("p", lead, class_="lead") for lead in leads], opening),
        tag("nav", listed(tag("a", it.heading, href=f"#{it.name}") for it in sections), aria_label=tr("Sections")),
        tag("main", [tag("section", tag("h2", it.heading), it.content, id=it.name) for it in sections]),
        tag("footer", tr("Written by {source}. {sources}", source=source, sources=SOURCES)),
        [island(name, value) for name, value in (data or {}).items()],
        island("words", translated(script)) if is_chinese() else None,
        tag("script", Markup(script)),
    )  # fmt: skip
    return whole_page(head, body).encode(errors="backslashreplace")


def head_of(title: str, style: str, more: Markup) -> Markup:
    """The head of a page of one file."""
    return tag(
        "head", tag("meta", charset="utf-8"), more,
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title), tag("style", Markup(style)),
    )  # fmt: skip


def whole_page(head: Markup, body: Markup) -> str:
    """A page of HTML."""
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang=html_tag())}\n"


def file_text(name: str) -> str:
    """A file of this package, such as the style."""
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
