"""What the model cannot tell: that section of the model's document."""

from __future__ import annotations

import re
from pathlib import Path

from sim.language import later, trc
from sim.report.html.markup import Markup, listed, tag

HEADING = later("What the model cannot tell")
_DOCUMENT = "model.md"


def limits() -> list[str]:
    """The section's points, as Markdown; ``RuntimeError`` where the document or the section is not there."""
    package = Path(__file__).resolve().parents[2]
    # A source tree has the documents beside the package, a wheel inside it.
    for folder in (package.parent / "docs", package / "_docs"):
        if (folder / _DOCUMENT).is_file():
            text = (folder / _DOCUMENT).read_text(encoding="utf-8")
            section = re.search(rf"^## {HEADING}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
            points = re.findall(r"^- (.+?)(?=^- |\Z)", section[1], re.MULTILINE | re.DOTALL) if section else []
            if points:
                return [" ".join(point.split()) for point in points]
    raise RuntimeError(f"docs/{_DOCUMENT} has no section '{HEADING}' with a list")


def limits_list() -> Markup:
    return listed((inline(trc("limit", it)) for it in limits()), "limits")


def inline(text: str) -> list[Markup | str]:
    """Markdown's bold and code as markup."""
    made: list[Markup | str] = []
    for part in re.split(r"(\*\*.+?\*\*|`.+?`)", text):
        if part.startswith("**"):
            made.append(tag("b", part.strip("*")))
        elif part.startswith("`"):
            made.append(tag("code", part.strip("`")))
        else:
            made.append(part)
    return made
