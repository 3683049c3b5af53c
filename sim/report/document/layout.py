"""The layout of the code: every folder, and every file of the model, with its docstring."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from sim.report.document.markdown import sentence

_WHOLE = ("model", "kernel")  # folders whose files are listed


def layout() -> str:
    """The tree of the package, a folder a line with its docstring."""
    rows = list(_rows(Path(__file__).resolve().parents[2], "", True))
    width = max(len(name) for name, _ in rows)
    lines = [f"{name:<{width}}  {words}".rstrip() for name, words in rows]
    return "\n".join(["```", "sim/", *lines, "```"])


def _rows(folder: Path, indent: str, whole: bool) -> Iterator[tuple[str, str]]:
    """Names and words of what is in a folder: files first where they are shown, then folders."""
    places = sorted(folder.iterdir(), key=lambda place: (place.is_dir(), place.name))
    for place in places:
        if place.is_dir() and (place / "__init__.py").is_file():
            yield f"{indent}  {place.name}/", _words(place / "__init__.py")
            yield from _rows(place, f"{indent}  ", (whole and place.name in _WHOLE) or "model" in place.parts[-2:-1])
        elif whole and place.suffix == ".py" and place.name != "__init__.py":
            yield f"{indent}  {place.name}", _words(place)


def _words(file: Path) -> str:
    return sentence(ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))))
