"""Over the months: fans with faint runs, and the differences below them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.formats import label, number, signed, span
from sim.language import month_text, tr, trc
from sim.report.html.charts import RUNS, Line, difference_chart, fan_chart
from sim.report.html.markup import Markup, fold, join, table, tag
from sim.report.sheets import Panel, left_out, percentiles
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
    """A figure for every panel with something to see: name, unit, chart, read-out, and its numbers as a table."""
    drawn = [_figure(panel, labels, scenario, meanings, f"{stem}{index}", runs)
             for index, panel in enumerate(panels) if not panel.empty]  # fmt: skip
    note = tag("p", left_out(panels), class_="note") if len(drawn) < len(panels) else None
    return join(tag("div", drawn, class_="charts") if drawn else None, note)


def chart_key(
    labels: Sequence[str], *, differences: bool, marked: bool, single: bool = False, runs: int = RUNS
) -> Markup:
    """What colours, bands and marks mean."""
    parts = [tag("li", tag("i", class_=f"swatch s{index}"), name) for index, name in enumerate(labels)]
    said = [tr("line: the only seed") if single else tr("line: median; bands: middle 50% and 90% of seeds")]
    if runs and not single:
        said.append(tr("faint: up to {count} single seeds", count=runs))
    if differences:
        said.append(tr("lower chart: mean paired difference with its 95% interval, month by month"))
    if marked:
        said.append(tr("diamond: the article's figure"))
    words = trc("between changes", "; ").join(said)
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
            parts.append(tr("{name} {said}", name=name, said=said) if len(labels) > 1 else said)
        parts += [
            tr("difference {value}", value=_difference(it, month))
            for it in panel.differences
            if np.isfinite(it.low[month])
        ]
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
        (name, run, scenario.calendar(month), *(_plain(panel.series[index][run, month]) for panel in panels))
        for index, name in enumerate(labels)
        for run in range(min(RUNS, len(panels[0].series[index])))
        for month in range(panels[0].series[index].shape[1])
    ]
    return csv_bytes(("result", "run", "month", *(panel.outcome for panel in panels)), rows)


def _figure(
    panel: Panel, labels: Sequence[str], scenario: Scenario, meanings: dict[str, str], name: str, runs: int
) -> Markup:
    panel = panel.shown
    bands = [percentiles(cells) for cells in panel.series]
    lines = [Line(words, band, cells[:runs] if len(cells) > 1 else cells[:0])
             for words, band, cells in zip(labels, bands, panel.series, strict=True)]  # fmt: skip
    last, between = month_text(scenario.calendar(bands[0].shape[1] - 1)), trc("between changes", "; ")
    ends = between.join(f"{line.name} {_median(line.bands[:, -1])}" for line in lines)
    words = tr(
        "{name}, {unit}, {first} to {last}. Median and 90% of seeds in {last}: {ends}.", name=label(panel.outcome),
        unit=panel.unit, first=month_text(scenario.calendar(0)), last=last, ends=ends,
    )  # fmt: skip
    chart, beyond = fan_chart(name, words, lines, scenario.start, panel.mark)
    drawn = [chart]
    if panel.differences:
        words = tr(
            "Difference in {name} from {baseline}, 95% interval; in {month}: {told}.", name=label(panel.outcome),
            baseline=labels[0], month=last, told=between.join(_difference(it, -1) for it in panel.differences),
        )  # fmt: skip
        unit = Everyday(panel.unit).of_difference
        below = tr("difference, {unit}, 95% interval", unit=unit) if unit else tr("difference, 95% interval")
        drawn.append(tag("p", below, class_="below"))
        drawn.append(difference_chart(f"{name}d", words, panel.differences, scenario.start))
    meaning = meanings.get(panel.outcome, "")
    said = ", ".join(filter(None, (panel.outcome, tr("the first year goes beyond the axis") if beyond else "")))
    caption = tag("figcaption", tag("b", meaning[:1].upper() + meaning[1:] or label(panel.outcome)), " ",
                  tag("span", panel.unit), tag("small", said))  # fmt: skip
    line = tag("p", f"{last}: {readout(panel, labels)[-1]}", class_="readout", data_for=name)
    return tag("figure", caption, drawn, line, fold(tr("Numbers"), _numbers(panel, labels, bands, scenario)))


def _numbers(panel: Panel, labels: Sequence[str], bands: Sequence[Any], scenario: Scenario) -> Markup:
    """The chart as a table: each December, and the last month."""
    months = bands[0].shape[1]
    chosen = [at for at in range(months) if scenario.calendar(at).endswith("-12") or at == months - 1]
    heads = [tr("month")]
    for name in labels:
        heads += [tr("{name} median", name=name), tr("5% to 95%")]
    if panel.differences:
        heads += [tr("{variant} less {baseline} (95%)", variant=name, baseline=labels[0]) for name in labels[1:]]
    rows = []
    for at in chosen:
        row = [month_text(scenario.calendar(at))]
        for band in bands:
            row += [number(band[2, at]), span(band[0, at], band[4, at])]
        row += [_difference(it, at) for it in panel.differences]
        rows.append(row)
    caption = f"{label(panel.outcome)}, {panel.unit}"
    if panel.difference:  # a page may have the same outcome of each variant
        caption = tr("{variant}, the difference in each seed: {caption}", variant=labels[0], caption=caption)
    return table(heads, rows, range(1, len(heads)), caption)


def _median(band: Cells) -> str:
    """A median with its 90% interval."""
    if not np.isfinite(band[0]):
        return "-"
    return tr("{value} ({span})", value=number(band[2]), span=span(band[0], band[4]))


def _difference(it: Interval, month: int) -> str:
    """A mean difference with its interval; one seed has none."""
    value, ends = signed(float(it.mean[month])), span(it.low[month], it.high[month])
    return tr("{value} ({span})", value=value, span=ends) if ends else value


def _plain(x: Any) -> str:
    return repr(float(x)) if np.isfinite(x) else ""
