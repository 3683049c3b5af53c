"""What the reports on results share: the line above the title, the source, the months under the pointer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.declare import Outcome
from sim.formats import seeds_text
from sim.language import listed, meaning, month_text, tr
from sim.report.html import charts, over_months
from sim.report.sheets import Sheet
from sim.runs.result import Result
from sim.runs.seeds import begins


def meanings_of(outcomes: Mapping[str, Outcome]) -> dict[str, str]:
    """The meaning of each outcome."""
    return {name: meaning(name, outcome.meaning) for name, outcome in outcomes.items()}


def eyebrow(results: Sequence[Result]) -> str:
    """Names, months, seeds and model."""
    first = results[0]
    names = listed(dict.fromkeys(result.name for result in results))
    ends = (month_text(first.scenario.calendar(at)) for at in (0, first.months - 1))
    span = tr("{first} to {last}", **dict(zip(("first", "last"), ends, strict=True)))
    seeds = f"{seeds_text(len(first.replicates), begins(first.scenario))} · " if len(results) == 1 else ""
    return f"{names} · {span} · {seeds}{tr('model {version}', version=first.manifest['model'])}"


def source_words(results: Sequence[Result]) -> str:
    """Where the page comes from."""
    return tr("sim report from {folders}", folders=listed(result.path.name for result in results))


def month_readout(sheets: Sequence[Sheet], result: Result) -> dict[str, Any]:
    """What the script needs to show the month under the pointer."""
    return {
        "left": charts.LEFT, "width": charts.WIDTH - charts.LEFT - charts.RIGHT,
        "months": [month_text(result.scenario.calendar(at)) for at in range(result.months)],
        "said": {f"{sheet.stem}-{index}": over_months.readout(panel, sheet.labels)
                 for sheet in sheets for index, panel in enumerate(sheet.panels)},
    }  # fmt: skip
