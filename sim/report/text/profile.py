"""Where the time of a month goes, as text and as JSON."""

from __future__ import annotations

from typing import Any

from sim.formats import counted, number
from sim.report.text.columns import columns
from sim.runs.profile import Profile


def profile_text(found: Profile) -> str:
    """Where a month's time goes, the costliest mechanism first."""
    rows = [(name, number(cost), f"{cost / found.total:.0%}") for name, cost in found.nanoseconds.items()]
    rows.append(("all", number(found.total), ""))
    threads = counted(found.threads, "thread")
    return "\n".join(
        [
            f"{found.scenario}: {found.months} months of {found.enterprises:,.0f} enterprises on {threads}",
            "",
            columns(("mechanism", "ns an enterprise and month", "share"), rows, right=(1, 2)),
        ]
    )


def profile_json(found: Profile) -> dict[str, Any]:
    """The same as one object."""
    return {"profile": {**vars(found), "total": found.total}}
