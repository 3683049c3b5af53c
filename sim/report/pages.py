"""What is drawn of a run and of a comparison, and where the pictures go.

Pages are put together here from stored results and drawn by ``sim.report.figures``, in the workers where some are
running: this file does not import matplotlib.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.report.themes import HEADLINE, pages
from sim.runs.executor import Failure, Workers
from sim.runs.replicate import Cells
from sim.runs.result import Result, open_result
from sim.runs.store import FIGURES, OUTCOMES, Say, Store
from sim.studies.compare import Comparison, Interval, difference_interval, pairs, with_value

MOST = 8  # panels on the second page of a comparison
_BANDS = (
    "Bands are percentiles over seeds, month by month: 25 to 75 and 5 to 95. "
    "Diamonds: the source article's figures, with an arrow where it gives a bound."
)
_DIFFERENCES = "Lower axes: mean of the others less {}, with its 95% interval, month by month."


@dataclass(frozen=True)
class Mark:
    """An article's figure: value in the outcome's unit, months since the start, kind of bound."""

    value: float
    month: int
    bound: str


@dataclass(frozen=True)
class Panel:
    """One outcome: replicates x months for every scenario, and for a comparison the differences over the months."""

    outcome: str
    unit: str
    series: tuple[Cells, ...]
    mark: Mark | None = None
    differences: tuple[Interval, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """One page: its words and panels. ``start`` is year and month of month 0; ``labels`` name the series."""

    stem: str
    title: str
    subtitle: str
    footer: tuple[str, ...]
    start: tuple[int, int]
    labels: tuple[str, ...]
    panels: tuple[Panel, ...]


def draw_run(result: Result, workers: Workers, say: Say, headline: Sequence[str]) -> None:
    """Draw the pages of all that the result's folder holds, where they are not there yet: the headline page first."""
    store = Store(result.path)
    manifest = store.manifest()
    whole = result
    if result.replicates != tuple(int(number) for number in manifest["seeds"]):
        whole = open_result(result.path)
    sheets = run_sheets(whole, headline)
    wanted = {f"{FIGURES}/{sheet.stem}.{kind}" for sheet in sheets for kind in ("png", "svg")}
    if wanted <= set(manifest["outputs"]) and all(map(store.intact, wanted)):
        return
    files = _files(sheets, workers)
    with store.locked(say):
        if store.manifest().get("outputs", {}).get(OUTCOMES) == manifest["outputs"][OUTCOMES]:
            store.add(files)


def draw_comparison(comparison: Comparison, headline: Sequence[str]) -> None:
    """Write a comparison's table and draw its pages, in its folder."""
    (comparison.path / FIGURES).mkdir(parents=True, exist_ok=True)
    comparison.table.to_csv(comparison.path / "comparison.csv", index=False)
    with Workers(1) as here:
        for name, data in _files(comparison_sheets(comparison, headline), here).items():
            (comparison.path / name).write_bytes(data)


def run_sheets(result: Result, headline: Sequence[str]) -> list[Sheet]:
    """Every outcome on one page: those of the headline and those with an article's figure on the first."""
    scenario, table = result.scenario, result.table
    first = [*headline, *scenario.figures]
    title = scenario.title or result.name
    span = f"{scenario.calendar(0)} to {scenario.calendar(table.months - 1)}"
    footer = (
        f"{_seeds(len(result.replicates), result.seed)}. {_BANDS}",
        f"Model {result.manifest['model']}. Source: outcomes.parquet of {result.path.name}.",
    )
    sheets = []
    for stem, names in pages(table.names, first).items():
        words = f"{result.name}, {span}: {stem.replace('-', ' ')}"
        panels = tuple(_run_panel(result, name) for name in names)
        sheets.append(Sheet(stem, title, words, footer, scenario.start, (result.name,), panels))
    return sheets


def _run_panel(result: Result, name: str) -> Panel:
    figure = result.scenario.figures.get(name)
    mark = None
    if figure is not None:
        month = result.scenario.month_of(figure.month)
        if 0 <= month < result.table.months:
            mark = Mark(float(figure.value), month, figure.bound)
    return Panel(name, result.table.unit(name), (result.table.of(name),), mark)


def comparison_sheets(comparison: Comparison, headline: Sequence[str]) -> list[Sheet]:
    """Two pages: the headline outcomes, and of the rest those whose difference stands out most."""
    results = [comparison.baseline, *(variant.result for variant in comparison.variants)]
    first = results[0]
    known = [difference.outcome for difference in comparison.variants[0].differences]
    shown = [name for name in dict.fromkeys((*headline, *first.scenario.figures)) if name in known]
    rest = [name for name in _by_evidence(comparison) if name not in shown]
    labels = (comparison.label, *(variant.label for variant in comparison.variants))
    how = "paired seed by seed" if comparison.paired else "not paired (Welch)"
    count = min(difference.seeds for variant in comparison.variants for difference in variant.differences)
    folders = ", ".join(result.path.name for result in results)
    footer = (
        f"{_seeds(count, first.seed)}, {how}. {_DIFFERENCES.format(comparison.label)}",
        f"Model {first.manifest['model']}. Source: outcomes.parquet of {folders}.",
    )
    title = f"{', '.join(labels[1:])} against {labels[0]}"
    span = f"{first.scenario.calendar(0)} to {first.scenario.calendar(first.table.months - 1)}"
    sheets = []
    for stem, names, words in (
        (HEADLINE, shown[: 2 * MOST], "headline outcomes"),
        ("largest", rest[:MOST], "where else they differ most, for the width of the interval"),
    ):
        panels = tuple(_comparison_panel(comparison, results, name) for name in names)
        if panels:
            sheets.append(Sheet(stem, title, f"{span}: {words}", footer, first.scenario.start, labels, panels))
    return sheets


def _comparison_panel(comparison: Comparison, results: list[Result], name: str) -> Panel:
    first, *others = results
    paired = comparison.paired
    common = set(first.replicates).intersection(*(other.replicates for other in others)) if paired else set()
    tables = [result.table.only(sorted(common)) if paired else result.table for result in results]
    panel = replace(_run_panel(first, name), series=tuple(table.of(name) for table in tables))
    over_months = (difference_over_months(*pairs(first, other, name, paired), paired) for other in others)
    return replace(panel, differences=tuple(over_months))


def difference_over_months(old: Cells, new: Cells, paired: bool) -> Interval:
    """Mean difference with its interval for each month, of the seeds that have a value; NaN where none has."""
    if np.isfinite(old).all() and np.isfinite(new).all():
        return difference_interval(old, new, paired)
    found = []
    for before, after in zip(old.T, new.T, strict=True):
        some = with_value(before, after, paired)
        found.append(difference_interval(*some, paired) if all(map(len, some)) else (np.nan, np.nan, np.nan))
    return Interval(*np.array(found, dtype=np.float64).T)


def _by_evidence(comparison: Comparison) -> list[str]:
    """Outcomes whose difference is not zero, by how many interval half-widths it is away from it, the most first."""
    best: dict[str, float] = {}
    for variant in comparison.variants:
        for it in variant.differences:
            half = (it.high - it.low) / 2
            if it.difference and np.isfinite(half):
                distance = abs(it.difference) / half if half > 0 else np.inf
                best[it.outcome] = max(best.get(it.outcome, 0.0), distance)
    return sorted(best, key=lambda name: -best[name])


def _seeds(count: int, seed: int) -> str:
    return f"{count} seeds from seed {seed}" if count != 1 else f"One seed, from seed {seed}"


def _files(sheets: Sequence[Sheet], workers: Workers) -> dict[str, bytes]:
    """PNG and SVG of each page by file name; drawn by the workers if they are running, else here."""
    drawn: Iterable[tuple[int, Any]]
    if workers.running:
        drawn = workers.run(_drawn, [(sheet,) for sheet in sheets])
    else:
        drawn = ((place, _drawn(sheet)) for place, sheet in enumerate(sheets))
    files: dict[str, bytes] = {}
    for place, data in drawn:
        if isinstance(data, Failure):
            raise RuntimeError(f"figure {sheets[place].stem}: {data.message}")
        for kind, picture in data.items():
            files[f"{FIGURES}/{sheets[place].stem}.{kind}"] = picture
    return files


def _drawn(sheet: Sheet) -> dict[str, bytes]:
    from sim.report.figures import draw

    return draw(sheet)
