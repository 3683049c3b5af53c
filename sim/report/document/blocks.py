"""Blocks of a document: the text between ``<!-- name: begin -->`` and ``<!-- name: end -->``."""

from __future__ import annotations

import re
from collections.abc import Mapping

_BLOCK = re.compile(r"<!-- (?P<name>[\w-]+): begin -->\n(?P<text>.*?)<!-- (?P=name): end -->", re.DOTALL)
_MARK = re.compile(r"<!-- ([\w-]+): (begin|end) -->")


class DocumentError(Exception):
    """A document whose marks do not fit the blocks there are; a line for every fault."""


def rewritten(text: str, made: Mapping[str, str]) -> tuple[str, list[str]]:
    """The document with every block replaced by ``made``, and the names of the stale ones."""
    _check(text, made)
    stale: list[str] = []

    def put(found: re.Match[str]) -> str:
        name = found["name"]
        block = f"<!-- {name}: begin -->\n{_inside(made[name])}<!-- {name}: end -->"
        if block != found[0]:
            stale.append(name)
        return block

    return _BLOCK.sub(put, text), stale


def _inside(text: str) -> str:
    return f"\n{text}\n\n" if text else ""


def _check(text: str, made: Mapping[str, str]) -> None:
    """Every block has its place once, and every place its block; a begin is followed by its own end."""
    faults = []
    marks = [(found[1], found[2], text.count("\n", 0, found.start()) + 1) for found in _MARK.finditer(text)]
    for name, kind, line in marks:
        if name not in made:
            faults.append(f"line {line}: no block is called {name!r}; there are {', '.join(made)}")
        elif sum((name, kind) == mark[:2] for mark in marks) > 1:
            faults.append(f"line {line}: the {kind} of {name!r} stands here more than once")
    for index in range(0, len(marks), 2):
        pair = marks[index : index + 2]
        name, kind, line = pair[0]
        if kind != "begin" or [mark[:2] for mark in pair] != [(name, "begin"), (name, "end")]:
            faults.append(f"line {line}: <!-- {name}: {kind} --> is not one of a pair, begin and end")
            break
    there = {name for name, _, _ in marks}
    faults += [f"no place for the block {name!r}: write {begin(name)}" for name in made if name not in there]
    if faults:
        raise DocumentError("\n".join(faults))


def begin(name: str) -> str:
    """The two marks of a block, to be written by hand."""
    return f"<!-- {name}: begin --> and, on a line after it, <!-- {name}: end -->"
