"""What is shown of a run: the outcomes of each page, and the data of each panel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.formats import seeds_text
from sim.runs.posterior_sample import intervals_text
from sim.runs.replicate import Cells
from sim.runs.result import Result
from sim.studies.estimators.intervals import Interval

HEADLINE = "headline"
PER_PAGE = 16  # most panels of a legible page
FEWEST = 4  # fewest panels of a page
# A page's name, and the words of which one in an outcome's name puts it there: the first page that has one.
THEMES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("dynamics", ("tail", "shape", "slope", "creation", "destruction")),
    ("site", ("site", "sites", "floor", "occupancy", "tenants", "hours", "equipment", "rent", "graduated")),
    ("balances", ("balance",)),
    ("taxes", ("tax", "taxes", "fiscal", "vat", "subsidy", "grants")),
    ("jobs", ("job", "jobs", "talent", "hired", "shed", "leavers", "unemployed", "residents", "wage")),
    ("knowledge", ("answer", "answers", "requests", "contacts", "breadth", "knowledge", "unmet", "links")),
    ("platforms", ("platform", "platforms", "member", "members", "resources", "adopted")),
    ("projects", ("project", "projects", "begun", "succeeded", "rd", "duration", "success", "research", "parts")),
    ("productivity", ("productivity", "quality", "energy", "material", "suppliers", "price")),
    ("startups", ("startups", "founded", "ideas", "entry")),
    ("industries", ("sector", "sectors", "mode", "modes", "structural", "followers")),
    ("money", ("finance", "equity", "revenue", "assets", "asset", "exports", "export", "exporters", "profit")),
    ("enterprises", ("firms", "small", "medium", "big", "micro", "stopped", "resumed", "deregistered")),
)
REST = "more"
_BANDS = "Bands are percentiles over worlds, month by month: 25 to 75 and 5 to 95 ({})."
MARKS = "Diamonds: the source article's figures, with an arrow where it gives a bound."
_PERCENTILES = (5.0, 25.0, 50.0, 75.0, 95.0)


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


def run_sheets(result: Result, headline: Sequence[str]) -> list[Sheet]:
    """Every outcome on one page: those of the headline and those with an article's figure on the first."""
    scenario, table = result.scenario, result.table
    first = [*headline, *scenario.reported_figures]
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
    figure = result.scenario.reported_figures.get(name)
    mark = None
    if figure is not None:
        month = result.scenario.month_of(figure.month)
        if 0 <= month < result.table.months:
            mark = Mark(float(figure.value), month, figure.bound)
    return Panel(name, result.table.unit(name), (result.table.of(name),), mark)


def chosen(names: Iterable[str], headline: Sequence[str], figures: Iterable[str], *, everything: bool) -> list[str]:
    """The outcomes to show: the headline's and those with an article's figure, or all."""
    known = list(names)
    first = [name for name in dict.fromkeys((*headline, *figures)) if name in known]
    return [*first, *(name for name in known if name not in first)] if everything or not first else first


def pages(names: Sequence[str], headline: Iterable[str]) -> dict[str, list[str]]:
    """The outcomes of each page, by the page's name: the headline first, every outcome on exactly one page."""
    first = [name for name in dict.fromkeys(headline) if name in names] or list(names[:PER_PAGE])
    found: dict[str, list[str]] = {}
    for name in names:
        if name not in first:
            words = set(name.split("_"))
            theme = next((theme for theme, known in THEMES if words & set(known)), REST)
            found.setdefault(theme, []).append(name)
    order = [theme for theme, _ in THEMES] + [REST]
    parts = {HEADLINE: first}
    few = [name for theme in order if len(found.get(theme, ())) < FEWEST for name in found.pop(theme, ())]
    found[REST] = found.get(REST, []) + few
    for theme in order:
        parts |= _split(theme, found.get(theme, []))
    return parts


def _split(theme: str, names: list[str]) -> dict[str, list[str]]:
    """A page, or several of about the same length where it would hold too much."""
    count = -(-len(names) // PER_PAGE)
    if count <= 1:
        return {theme: names} if names else {}
    length = -(-len(names) // count)
    return {f"{theme}-{place + 1}": names[place * length : (place + 1) * length] for place in range(count)}


def percentiles(cells: Cells) -> Cells:
    """The 5th, 25th, 50th, 75th and 95th percentile over replicates for each month, missing values left out."""
    finite = np.isfinite(cells)
    ascending, number = np.sort(np.where(finite, cells, np.inf), axis=0), finite.sum(axis=0)
    bands = np.full((len(_PERCENTILES), cells.shape[1]), np.nan)
    for count in np.unique(number[number > 0]):  # months with as many values at once
        bands[:, number == count] = np.percentile(ascending[:count, number == count], _PERCENTILES, axis=0)
    return bands


def year_ticks(start: tuple[int, int], months: int, most: int) -> list[tuple[int, str]]:
    """Months since the start that are Januaries, with the year; if fewer than two, the first and last month."""
    year, month = start
    found = [(at, str(year + (month - 1 + at) // 12)) for at in range((13 - month) % 12, months, 12)]
    if len(found) > 1:
        return found[:: -(-len(found) // most)]
    ends = dict.fromkeys((0, months - 1))
    return [(at, f"{year + (month - 1 + at) // 12}-{(month - 1 + at) % 12 + 1:02d}") for at in ends]
