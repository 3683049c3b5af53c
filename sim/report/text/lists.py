"""Lists of what there is, as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.language import is_chinese, meaning, tr, trc
from sim.report.text.columns import wrapped
from sim.units import everyday


def outcomes_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Each outcome with its unit; below, its meaning, its mechanism, and whether more or less of it is better."""
    names = max(len(row["outcome"]) for row in rows)
    lines = []
    for row in rows:
        lines.append(
            f"{row['outcome']:{names}}  {everyday(row['unit']).unit if is_chinese() else row['unit']}".rstrip()
        )
        better = {"more": tr("more is better"), "less": tr("less is better")}.get(row["better"], "")
        main = tr("a main outcome") if row["headline"] else ""
        said = (meaning(row["outcome"], row["meaning"]), tr("from {source}", source=row["source"]), better, main)
        lines += wrapped(trc("between changes", "; ").join(filter(None, said)))
    return "\n".join(lines)
