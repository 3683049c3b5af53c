"""The page around the sections: one file, with its style and its script inside and nothing outside."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from sim.report.html.markup import Markup, island, tag


@dataclass(frozen=True)
class Section:
    """A part of the page: its name in the address, its heading and what it holds."""

    name: str
    heading: str
    content: Markup


def document(
    title: str, eyebrow: str, leads: Sequence[str], opening: Markup | None, sections: Sequence[Section],
    data: dict[str, Any], footer: str,
) -> bytes:  # fmt: skip
    """The file. Its policy lets no script run but its own, and nothing be loaded from anywhere."""
    script = _file("script.js")
    style = _file("style.css")
    allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{allowed}'"
    head = tag(
        "head", tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title), tag("style", Markup(style)),
    )  # fmt: skip
    links = tag("ul", [tag("li", tag("a", it.heading, href=f"#{it.name}")) for it in sections])
    body = tag(
        "body",
        tag("header", tag("p", eyebrow, class_="eyebrow"), tag("h1", title),
            [tag("p", lead, class_="lead") for lead in leads], opening),
        tag("nav", links, aria_label="Sections"),
        tag("main", [tag("section", tag("h2", it.heading), it.content, id=it.name) for it in sections]),
        tag("footer", footer),
        [island(name, value) for name, value in data.items()],
        tag("script", Markup(script)),
    )  # fmt: skip
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n".encode()


def _file(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
