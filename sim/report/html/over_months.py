"""Over the months: fans with faint runs, and the differences below them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.formats import label, number, signed, span
from sim.report.html.charts import RUNS, Line, difference_chart, fan_chart
from sim.report.html.markup import Markup, fold, table, tag
from sim.report.sheets import Panel, percentiles
from sim.runs.replicate import Cells
from sim.runs.summary import csv_bytes
from sim.scenario import Scenario
from sim.studies.estimators.intervals import Interval
from sim.units import Everyday

_NAMES = ("p5", "p25", "p50", "p75", "p95")


def charts(
    panels: Sequence[Panel], labels: Sequence[str], scenario: Scenario, meanings: dict[str, str], stem: str,
    *, runs: int = RUNS,
) -> Markup:  # fmt: skip
    """A figure for every panel: name, unit, chart, read-out, and its numbers as a table."""
    return tag("div", [_figure(panel, labels, scenario, meanings, f"{stem}{place}", runs)
                       for place, panel in enumerate(panels)], class_="charts")  # fmt: skip


def chart_key(
    labels: Sequence[str], *, differences: bool, marked: bool, single: bool = False, runs: int = RUNS
) -> Markup:
    """What colours, bands and marks mean."""
    parts = [tag("li", tag("i", class_=f"swatch s{place}"), name) for place, name in enumerate(labels)]
    words = (
        "line: the only seed"
        if single
        else "line: median; bands: middle 50% and 90% of seeds" + f"; faint: up to {runs} single seeds" * bool(runs)
    )
    if differences:
        words += "; lower chart: mean paired difference with its 95% interval, month by month"
    if marked:
        words += "; diamond: the article's figure"
    return tag("ul", parts if len(labels) > 1 else None, tag("li", words), class_="key")


def readout(panel: Panel, labels: Sequence[str]) -> list[str]:
    """Each month in words: medians, 90% of seeds, differences with their intervals."""
    panel = panel.shown
    bands = [percentiles(cells) for cells in panel.series]
    months = []
    for month in range(bands[0].shape[1]):
        parts = []
        for name, band, cells in zip(labels, bands, panel.series, strict=True):
            said = _median(band[:, month]) if len(cells) > 1 else number(band[2, month])
            parts.append(f"{name} {said}" if len(labels) > 1 else said)
        parts += [f"difference {_difference(it, month)}" for it in panel.differences if np.isfinite(it.low[month])]
        months.append(" · ".join(parts))
    return months


def months_csv(panels: Sequence[Panel], labels: Sequence[str], scenario: Scenario) -> bytes:
    """The fans: a row for each outcome, result and month."""
    rows = [
        (panel.outcome, panel.unit, name, scenario.calendar(month), *map(_plain, band))
        for panel in panels
        for name, cells in zip(labels, panel.series, strict=True)
        for month, band in enumerate(percentiles(cells).T)
    ]
    return csv_bytes(("outcome", "unit", "result", "month", *_NAMES), rows)


def differences_csv(panels: Sequence[Panel], labels: Sequence[str], scenario: Scenario) -> bytes:
    """The differences over the months: a row for each outcome, variant and month."""
    rows = [
        (panel.outcome, panel.unit, name, scenario.calendar(month), *map(_plain, point))
        for panel in panels
        for name, interval in zip(labels[1:], panel.differences, strict=True)
        for month, point in enumerate(zip(*interval, strict=True))
    ]
    return csv_bytes(("outcome", "unit", "variant", "month", "mean", "low", "high"), rows)


def runs_csv(panels: Sequence[Panel], labels: Sequence[str], scenario: Scenario) -> bytes:
    """The faint runs: a row for each result, run and month, a column an outcome."""
    rows = [
        (name, run, scenario.calendar(month), *(_plain(panel.series[place][run, month]) for panel in panels))
        for place, name in enumerate(labels)
        for run in range(min(RUNS, len(panels[0].series[place])))
        for month in range(panels[0].series[place].shape[1])
    ]
    return csv_bytes(("result", "run", "month", *(panel.outcome for panel in panels)), rows)


def _figure(
    panel: Panel, labels: Sequence[str], scenario: Scenario, meanings: dict[str, str], name: str, runs: int
) -> Markup:
    panel = panel.shown
    bands = [percentiles(cells) for cells in panel.series]
    lines = [Line(words, band, cells[:runs] if len(cells) > 1 else cells[:0])
             for words, band, cells in zip(labels, bands, panel.series, strict=True)]  # fmt: skip
    last = scenario.calendar(bands[0].shape[1] - 1)
    ends = "; ".join(f"{line.name} {_median(line.bands[:, -1])}" for line in lines)
    words = f"{label(panel.outcome)}, {panel.unit}, {scenario.calendar(0)} to {last}. "
    words += f"Median and 90% of seeds in {last}: {ends}."
    chart, beyond = fan_chart(name, words, lines, scenario.start, panel.mark)
    drawn = [chart]
    if panel.differences:
        told = "; ".join(_difference(it, -1) for it in panel.differences)
        words = f"Difference in {label(panel.outcome)} from {labels[0]}, 95% interval; in {last}: {told}."
        unit = Everyday(panel.unit).of_difference
        drawn.append(tag("p", ", ".join(filter(None, ("difference", unit, "95% interval"))), class_="below"))
        drawn.append(difference_chart(f"{name}d", words, panel.differences, scenario.start))
    meaning = meanings.get(panel.outcome, "")
    said = ", ".join(filter(None, (panel.outcome, "the first year goes beyond the axis" if beyond else "")))
    caption = tag("figcaption", tag("b", meaning[:1].upper() + meaning[1:] or label(panel.outcome)), " ",
                  tag("span", panel.unit), tag("small", said))  # fmt: skip
    line = tag("p", f"{last}: {readout(panel, labels)[-1]}", class_="readout", data_for=name)
    return tag("figure", caption, drawn, line, fold("Numbers", _numbers(panel, labels, bands, scenario)))


def _numbers(panel: Panel, labels: Sequence[str], bands: Sequence[Any], scenario: Scenario) -> Markup:
    """The chart as a table: each December, and the last month."""
    months = bands[0].shape[1]
    chosen = [at for at in range(months) if scenario.calendar(at).endswith("-12") or at == months - 1]
    heads = ["month"]
    for name in labels:
        heads += [f"{name} median", "5% to 95%"]
    heads += [f"{name} less {labels[0]} (95%)" for name in labels[1:]] if panel.differences else []
    rows = []
    for at in chosen:
        row = [scenario.calendar(at)]
        for band in bands:
            row += [number(band[2, at]), span(band[0, at], band[4, at])]
        row += [_difference(it, at) for it in panel.differences]
        rows.append(row)
    return table(heads, rows, range(1, len(heads)), f"{label(panel.outcome)}, {panel.unit}")


def _median(band: Cells) -> str:
    """A median with its 90% interval."""
    return f"{number(band[2])} ({span(band[0], band[4])})" if np.isfinite(band[0]) else "-"


def _difference(it: Interval, month: int) -> str:
    return f"{signed(float(it.mean[month]))} ({span(it.low[month], it.high[month])})"


def _plain(x: Any) -> str:
    return repr(float(x)) if np.isfinite(x) else ""
