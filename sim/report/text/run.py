"""A result as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.formats import counted, ranges_text
from sim.report.sheets import chosen
from sim.report.shown import row_unit
from sim.report.text.columns import columns
from sim.runs.posterior_sample import intervals_text
from sim.runs.result import Result
from sim.runs.seeds import own_seeds
from sim.runs.summary import COVERED, Row, judge
from sim.scenario import Scenario


def run_text(result: Result, headline: Sequence[str], *, everything: bool = False) -> str:
    """A result as a table of outcomes, with a line above and below."""
    scenario = result.scenario
    rows = {row.outcome: row for row in result.rows}
    shown = chosen(rows, headline, scenario.reported_figures, everything=everything)
    last = scenario.calendar(result.months - 1)
    table = columns(
        ("outcome", "median", "90% interval", "unit", "the article", "score"),
        (
            (
                row.outcome, it.number(row.median), it.span(row.low, row.high), it.unit,
                _article(row), it.number(row.crps) if row.crps is not None else "",
            )
            for row, it in ((rows[name], row_unit(rows[name])) for name in shown)
        ),
        right=(1, 2, 5),
    )  # fmt: skip
    hidden = len(rows) - len(shown)
    months = f"{result.months} months from {scenario.calendar(0)}"
    when = f"outcomes in {last}, or in the month of the article's figure"
    lines = [
        f"{result.name}: {scenario.title}" if scenario.title else result.name,
        f"{_worlds(result)}, {months}",
        when,
        "",
        table,
        "",
        f"intervals: {intervals_text(result.intervals)}",
        *inherited_text(scenario),
        *([f"{hidden} more outcomes: --all, or summary.csv"] if hidden else []),
        f"more figures: sim plot {result.path}",
        f"results: {result.path}",
    ]
    return "\n".join(lines)


def _worlds(result: Result) -> str:
    """How many worlds, and on which seeds."""
    count = counted(len(result.replicates), "replicate")
    own = own_seeds(result.scenario)
    return f"{count} on seeds {ranges_text(own)}" if own else f"{count} from seed {result.seed}"


def verdict(row: Row) -> str:
    """Whether the outcome meets the article's figure, in words."""
    if row.article is None:
        return ""
    if row.met is None or row.low is None or row.high is None:
        return row.reason
    _, reason = judge(row.low, row.high, row.replicates, row.unit, row.article, row.bound, row_unit(row).told)
    if row.met:
        return "met" if reason == COVERED else f"met ({reason})"
    return f"not met: {reason}"


def inherited_text(scenario: Scenario) -> list[str]:
    """A line for each file of a parent whose figures of the article the scenario inherits."""
    files = dict.fromkeys(it.stated for it in scenario.reported_figures.values() if it.stated)
    return [
        f"the figures of {', '.join(it.name for it in scenario.reported_figures.values() if it.stated == file)} "
        f"are inherited from {file}"
        for file in files
    ]


def run_json(result: Result) -> dict[str, Any]:
    """A result as one object, every outcome in it."""
    return {
        "results": str(result.path),
        "scenario": result.name,
        "digest": result.digest,
        "seed": result.seed,
        **({"own_seeds": seeds} if (seeds := own_seeds(result.scenario)) else {}),
        "replicates": len(result.replicates),
        "months": result.months,
        "model": result.manifest["model"],
        "intervals": result.intervals,
        "parameters": result.manifest.get("parameters"),
        "inherited_figures": {it.name: it.stated for it in result.scenario.reported_figures.values() if it.stated},
        "failures": result.failures,
        "outcomes": {
            row.outcome: {key: value for key, value in vars(row).items() if key != "outcome"} for row in result.rows
        },
    }


def _article(row: Row) -> str:
    """The article's figure, and whether it is met."""
    if row.article is None:
        return ""
    figure = f"{row.bound} {row_unit(row).told(row.article)} in {row.month}"
    return ": ".join(filter(None, (figure.strip(), verdict(row))))
