"""The names by which figures of a run are asked for: pages, outcomes, or all."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

from sim.report.sheets import pages
from sim.scenario import Fault, ScenarioError

ALL = "all"


def group_of(stem: str) -> str:
    """The group of a page: that of ``jobs-2`` is ``jobs``."""
    return re.sub(r"-\d+$", "", stem)


def refuse_unknown(asked: Iterable[str], outcomes: Sequence[str], headline: Sequence[str]) -> None:
    """Raise ScenarioError where a name is of no page and no outcome."""
    stems = list(pages(outcomes, headline))
    groups = list(dict.fromkeys(group_of(stem) for stem in stems))
    faults = []
    for name in asked:
        if name not in (ALL, *groups, *stems, *outcomes):
            near = difflib.get_close_matches(name, [*groups, *outcomes], 1)
            hint = f", nearest: {near[0]}" if near else ""
            message = f"is no page and no outcome{hint}, allowed: {ALL}, {', '.join(groups)}, or an outcome"
            faults.append(Fault("--figures", 0, name, message))
    if faults:
        raise ScenarioError(faults)
