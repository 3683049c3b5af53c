"""Lists of what there is, as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.report.text.columns import wrapped


def outcomes_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Each outcome with its unit; below, its meaning, its mechanism, and whether more or less of it is better."""
    names = max(len(row["outcome"]) for row in rows)
    lines = []
    for row in rows:
        lines.append(f"{row['outcome']:{names}}  {row['unit']}".rstrip())
        better = f"{row['better']} is better" if row["better"] else ""
        main = "a main outcome" if row["headline"] else ""
        lines += wrapped("; ".join(filter(None, (row["meaning"], f"from {row['source']}", better, main))))
    return "\n".join(lines)
