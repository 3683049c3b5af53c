"""Where the time of a month goes, as text and as JSON."""

from __future__ import annotations

from typing import Any

from sim.formats import counted, number, percent, whole
from sim.language import tr
from sim.report.text.columns import columns
from sim.runs.profile import Profile


def profile_text(found: Profile) -> str:
    """Where a month's time goes, the costliest mechanism first."""
    rows = [(name, number(cost), percent(cost / found.total)) for name, cost in found.nanoseconds.items()]
    rows.append((tr("all"), number(found.total), ""))
    threads = counted(found.threads, "thread")
    return "\n".join(
        [
            tr(
                "{scenario}: {months} months of {enterprises} enterprises on {threads}", scenario=found.scenario,
                months=found.months, enterprises=whole(found.enterprises), threads=threads,
            ),
            "",
            columns((tr("mechanism"), tr("ns an enterprise and month"), tr("share")), rows, right=(1, 2)),
        ]
    )  # fmt: skip


def profile_json(found: Profile) -> dict[str, Any]:
    """The same as one object."""
    return {"profile": {**vars(found), "total": found.total}}
