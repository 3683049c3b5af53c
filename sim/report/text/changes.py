"""What was changed between two scenarios, as text."""

from __future__ import annotations

from collections.abc import Sequence

from sim.language import tr
from sim.letters import cells, wrapped
from sim.report.shown import source_words
from sim.report.text.columns import WIDTH, columns
from sim.studies.changes import Change
from sim.units import change


def changes_text(changed: Sequence[Change]) -> list[str]:
    """What was changed, a line a key, with the source of the old value."""
    if not changed:
        return [tr("changed: nothing")]
    rows = [
        (
            f"  {it.key}", change(it.old, it.new, it.unit),
            tr("{kind}: {source}", kind=tr(it.kind), source=source_words(it.source)) if it.source else tr(it.kind),
        )
        for it in changed
    ]  # fmt: skip
    if sum(max(map(cells, column)) + 2 for column in list(zip(*rows, strict=True))[:-1]) + 24 > WIDTH:
        return [tr("changed:"), *(line for row in rows for line in _apart(row))]
    return [tr("changed:"), *columns(("",) * 3, rows).split("\n")[1:]]


def _apart(row: Sequence[str]) -> list[str]:
    """A change that is too long for a line, its source below."""
    said = (" ".join(row[:2]), row[2])
    return [
        line
        for indent, text in zip(("  ", "      "), said, strict=True)
        for line in wrapped(text.strip(), WIDTH, initial_indent=indent, subsequent_indent="      ")
    ]
