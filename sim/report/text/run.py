"""A result as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.formats import counted, ranges_text
from sim.language import Sentence, in_english, later, listed, month_text, tr
from sim.report.sheets import chosen
from sim.report.shown import outcome_name, row_unit, title_words
from sim.report.text.columns import cell, columns
from sim.runs.posterior_sample import borrowed_lines, intervals_text
from sim.runs.result import Result
from sim.runs.seeds import own_seeds
from sim.runs.summary import COVERED, Row, judge
from sim.scenario import Scenario
from sim.units import Everyday

# The article's figure by its bound.
_FIGURES = {
    "": later("{value} in {month}"), "about": later("about {value} in {month}"),
    "at least": later("at least {value} in {month}"), "at most": later("at most {value} in {month}"),
}  # fmt: skip


# And without its month.
_BOUNDS = {
    "": later(" {value}"), "about": later("about {value}"), "at least": later("at least {value}"),
    "at most": later("at most {value}"),
}  # fmt: skip


def bound_words(bound: str, value: str) -> str:
    """A figure of the article with its bound in words."""
    return tr(_BOUNDS[bound], value=value)


def run_text(result: Result, headline: Sequence[str], *, everything: bool = False) -> str:
    """A result as a table of outcomes, with a line above and below."""
    scenario = result.scenario
    rows = {row.outcome: row for row in result.rows}
    shown = chosen(rows, headline, scenario.reported_figures, everything=everything)
    last = scenario.calendar(result.months - 1)
    table = columns(
        (tr("outcome"), tr("median"), tr("90% interval"), tr("unit"), tr("the article"), tr("score")),
        (
            (
                outcome_name(row.outcome), it.number(row.median), _interval(row, it), it.unit,
                _article(row), it.number(row.crps) if row.crps is not None else "",
            )
            for row, it in ((rows[name], row_unit(rows[name])) for name in shown)
        ),
        right=(1, 2, 5),
    )  # fmt: skip
    hidden = len(rows) - len(shown)
    lines = [
        f"{result.name}: {title_words(scenario.title)}" if scenario.title else result.name,
        _worlds(result),
        tr("outcomes in {month}, or in the month of the article's figure", month=month_text(last)),
        "",
        table,
        "",
        tr("intervals: none, of one replicate")
        if len(result.replicates) == 1
        else tr("intervals: {kind}", kind=tr(intervals_text(result.intervals))),
        *borrowed_lines(result.manifest.get("parameters", {})),
        *inherited_text(scenario),
        *([tr("{count} more outcomes: --all, or summary.csv", count=hidden)] if hidden else []),
        tr("more figures: sim plot {path}", path=result.path),
        tr("results: {path}", path=result.path),
    ]
    return "\n".join(lines)


def _interval(row: Row, it: Everyday) -> str:
    """The 90% interval; one replicate has none."""
    return it.span(row.low, row.high) if row.replicates > 1 else ""


def _worlds(result: Result) -> str:
    """How many worlds, on which seeds, and how many months of them."""
    count = counted(len(result.replicates), "replicate")
    months, first = result.months, month_text(result.scenario.calendar(0))
    if own := own_seeds(result.scenario):
        return tr("{replicates} on seeds {seeds}, {months} months from {month}", replicates=count,
                  seeds=ranges_text(own), months=months, month=first)  # fmt: skip
    return tr("{replicates} from seed {seed}, {months} months from {month}", replicates=count, seed=result.seed,
              months=months, month=first)  # fmt: skip


def verdict(row: Row) -> str:
    """Whether the outcome meets the article's figure, in words."""
    if row.article is None:
        return ""
    if row.met is None or row.low is None or row.high is None:
        return tr(row.reason)
    _, reason = judge(row.low, row.high, row.replicates, row.unit, row.article, row.bound, row_unit(row).told)
    if row.met:
        return tr("met") if reason == COVERED else tr("met ({reason})", reason=tr(reason))
    return tr("not met: {reason}", reason=tr(reason))


def inherited_text(scenario: Scenario) -> list[str]:
    """A line for each file of a parent whose figures of the article the scenario inherits."""
    files = dict.fromkeys(it.stated for it in scenario.reported_figures.values() if it.stated)
    return [
        tr(
            "the figures of {names} are inherited from {file}", file=file,
            names=listed(it.name for it in scenario.reported_figures.values() if it.stated == file),
        )
        for file in files
    ]  # fmt: skip


@in_english
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
    value = row_unit(row).told(row.article)
    figure = tr(_FIGURES[row.bound], value=value, month=month_text(row.month))
    if isinstance(row.reason, Sentence) and "month" in row.reason.places:  # that of the figure, which is not the row's
        figure = bound_words(row.bound, value).strip()
    judged = verdict(row)
    if not judged:
        return figure
    return cell(
        tr("{figure}: {verdict}", figure=figure, verdict=judged),
        "" if row.met is None else "good" if row.met else "bad",
    )
