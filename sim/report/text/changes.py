"""What was changed between two scenarios, as text."""

from __future__ import annotations

from collections.abc import Sequence

from sim.formats import plain
from sim.report.text.columns import columns
from sim.studies.changes import Change


def changes_text(changed: Sequence[Change]) -> list[str]:
    """What was changed, a line a key, with the source of the old value."""
    if not changed:
        return ["changed: nothing"]
    rows = [
        (f"  {it.key}", plain(it.old), "->", plain(it.new), it.unit, ": ".join(filter(None, (it.kind, it.source))))
        for it in changed
    ]
    return ["changed:", *columns(("",) * 6, rows).split("\n")[1:]]
