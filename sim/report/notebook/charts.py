"""Charts of a notebook: pictures that carry their own style, whatever the page around them has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

import numpy as np

from sim.formats import label, number, signed, span
from sim.report.html.charts import Line, difference_chart, effect_chart, fan_chart
from sim.report.html.markup import Markup, tag
from sim.report.sheets import Panel, percentiles, run_panel
from sim.runs.result import Result
from sim.studies.estimators.indices import Estimate
from sim.studies.estimators.intervals import difference_over_months
from sim.studies.questions.compare import Comparison, pairs

_COLOURS = ("#0072b2", "#c44e00", "#00805d", "#a6487f", "#6a6f78")
_STYLE = "".join(f".s{place}{{--c:{colour}}}" for place, colour in enumerate(_COLOURS)) + (
    "svg{background:#fff}text{font:12px sans-serif;fill:#5b5f66}.line{fill:none;stroke:var(--c);stroke-width:2}"
    ".band{fill:var(--c);fill-opacity:.18}.grid{stroke:#e6e3dc}.axis,.zero,.interval-line{stroke:#1b1c1e}"
    ".cursor{visibility:hidden}.y,.marked{text-anchor:end}.x,.none{text-anchor:middle}.first{text-anchor:start}"
    ".end{font-weight:600;fill:var(--c)}.mark,.marked{fill:#b3261e}rect{fill:#0072b2;fill-opacity:.55}"
    ".loss{fill:#c44e00}"
)
_MOST_BARS = 12


def fans(result: Result, names: Iterable[str]) -> Iterator[Markup]:
    """A picture for each outcome of a run: median, and bands of 50% and 90% of the worlds, over the months."""
    scenario = result.scenario
    for name in names:
        panel = run_panel(result, name)
        bands = percentiles(panel.series[0])
        low, _, middle, _, high = bands[:, -1]
        last = scenario.calendar(result.months - 1)
        words = f"{_words(panel)}, {scenario.calendar(0)} to {last}; median and 90% of worlds in {last}: "
        words += f"{number(middle)}, {span(low, high)}"
        line = Line(result.name, bands, np.empty((0, result.months)))
        chart, _ = fan_chart(name, words, [line], scenario.start, panel.mark)
        yield _figure(chart, _words(panel), words)


def differences(comparison: Comparison, names: Iterable[str]) -> Iterator[Markup]:
    """A picture for each outcome of a comparison: mean differences with their 95% intervals over the months."""
    first, scenario = comparison.baseline, comparison.baseline.scenario
    last = scenario.calendar(first.months - 1)
    for name in names:
        panel = run_panel(first, name)
        both = [pairs(first, it.result, name, comparison.paired) for it in comparison.variants]
        found = [difference_over_months(old, new, comparison.paired) for old, new in both]
        told = "; ".join(
            f"{it.label} {signed(float(one.mean[-1]))} ({span(float(one.low[-1]), float(one.high[-1]))})"
            for it, one in zip(comparison.variants, found, strict=True)
        )
        words = f"difference from {comparison.label} in {_words(panel)}, with its 95% interval; in {last}: {told}"
        title = [f"{_words(panel)}: difference from {comparison.label}"]
        if len(found) > 1:
            colours = zip(comparison.variants, _COLOURS[1:], strict=False)
            title += [tag("span", f" \N{EM DASH} {it.label}", style=f"color:{colour}") for it, colour in colours]
        yield _figure(difference_chart(name, words, found, scenario.start), title, words)


def effects(title: str, bars: Sequence[tuple[str, Estimate]]) -> Markup:
    """One picture with a bar for each effect, and its interval."""
    shown = [(name, "loss" if it.value < 0 else "gain", it) for name, it in bars[:_MOST_BARS]]
    told = "; ".join(f"{name} {signed(it.value)} ({span(it.low, it.high)})" for name, _, it in shown)
    return _figure(effect_chart("effects", title, shown), title, f"{title}: {told}", wide=True)


def _words(panel: Panel) -> str:
    return f"{label(panel.outcome)}, {panel.unit}" if panel.unit else label(panel.outcome)


def _figure(drawn: Markup, title: str | Sequence[str], words: str, *, wide: bool = False) -> Markup:
    """A picture under its title; ``words`` tell screen readers what it shows."""
    width, height = re.findall(r'viewBox="0 0 (\d+) (\d+)"', drawn)[0]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
    alone = drawn.replace("<svg", head, 1).replace(">", f"><style>{_STYLE}</style>", 1)
    shown = tag("img", src=f"data:image/svg+xml,{quote(alone, safe=_SAFE)}", alt=words, width=width, height=height)
    how = "margin:8px" if wide else "display:inline-block;margin:8px"
    return tag("figure", tag("figcaption", title), shown, style=how)


_SAFE = " =:/;,.-_()!*~+@{}|"
