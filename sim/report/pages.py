"""What is drawn of a run, and where the pictures go.

Pages are put together here from stored results and drawn by ``sim.report.figures``, in the workers where some are
running: this file does not import matplotlib.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.report.themes import pages
from sim.runs.drawn import intervals_text
from sim.runs.executor import Failure, Workers
from sim.runs.replicate import Cells
from sim.runs.result import Result, open_result
from sim.runs.store import FIGURES, OUTCOMES, Say, Store

if TYPE_CHECKING:
    from sim.studies.estimators.intervals import Interval

_BANDS = "Bands are percentiles over worlds, month by month: 25 to 75 and 5 to 95 ({})."
MARKS = "Diamonds: the source article's figures, with an arrow where it gives a bound."


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
    files = drawn_files(sheets, workers)
    with store.locked(say):
        if store.manifest().get("outputs", {}).get(OUTCOMES) == manifest["outputs"][OUTCOMES]:
            store.add(files)


def run_sheets(result: Result, headline: Sequence[str]) -> list[Sheet]:
    """Every outcome on one page: those of the headline and those with an article's figure on the first."""
    scenario, table = result.scenario, result.table
    first = [*headline, *scenario.figures]
    title = scenario.title or result.name
    span = f"{scenario.calendar(0)} to {scenario.calendar(table.months - 1)}"
    count = len(result.replicates)
    seeds = (
        f"{count} draws on seed {result.seed}" if result.intervals == "parameter" else seeds_text(count, result.seed)
    )
    bands = f"{seeds}. {_BANDS.format(intervals_text(result.intervals))}"
    source = f"Model {result.manifest['model']}. Source: outcomes.parquet of {result.path.name}."
    sheets = []
    for stem, names in pages(table.names, first).items():
        words = f"{result.name}, {span}: {stem.replace('-', ' ')}"
        panels = tuple(run_panel(result, name) for name in names)
        footer = (f"{bands} {MARKS}" if any(panel.mark for panel in panels) else bands, source)
        sheets.append(Sheet(stem, title, words, footer, scenario.start, (result.name,), panels))
    return sheets


def run_panel(result: Result, name: str) -> Panel:
    figure = result.scenario.figures.get(name)
    mark = None
    if figure is not None:
        month = result.scenario.month_of(figure.month)
        if 0 <= month < result.table.months:
            mark = Mark(float(figure.value), month, figure.bound)
    return Panel(name, result.table.unit(name), (result.table.of(name),), mark)


def seeds_text(count: int, seed: int) -> str:
    return f"{count} seeds from seed {seed}" if count != 1 else f"One seed, from seed {seed}"


def drawn_files(sheets: Sequence[Sheet], workers: Workers) -> dict[str, bytes]:
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
