"""What is shown of a run: the outcomes of each page, and the data of each panel."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from sim.formats import label, seeds_text
from sim.language import later, listed, meaning, month_text, paragraph, tr
from sim.letters import decoded, wrapped
from sim.report.shown import title_words
from sim.runs.posterior_sample import intervals_text
from sim.runs.replicate import Cells
from sim.runs.result import Result
from sim.runs.seeds import begins
from sim.studies.estimators.intervals import Interval
from sim.units import everyday, shown_in

HEADLINE = "headline"
PER_PAGE = 16  # most panels of a legible page
FEWEST = 4  # fewest panels of a page
# A page's name, and the words of which one in an outcome's name puts it there: the first page that has one.
THEMES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("dynamics", ("tail", "shape", "slope", "creation", "destruction", "gaussian")),
    ("lending", ("lending", "equipment", "laboratory", "data", "specialist", "borrowing")),
    ("site", ("site", "sites", "floor", "occupancy", "tenants", "hours", "equipment", "rent", "graduated")),
    ("balances", ("balance",)),
    ("taxes", ("tax", "taxes", "fiscal", "vat", "subsidy", "grants")),
    ("jobs", ("job", "jobs", "talent", "hired", "shed", "leavers", "unemployed", "residents", "wage", "people")),
    ("knowledge", ("answer", "answers", "requests", "contacts", "breadth", "knowledge", "unmet", "links")),
    ("platforms", ("platform", "platforms", "member", "members", "resources", "adopted")),
    ("projects", ("project", "projects", "begun", "succeeded", "rd", "duration", "success", "research", "parts")),
    ("productivity", ("productivity", "quality", "energy", "material", "suppliers", "price")),
    ("startups", ("startups", "founded", "ideas", "entry")),
    ("newcomers", ("newborn", "cohort")),
    ("orders", ("orders",)),
    ("industries", ("sector", "sectors", "mode", "modes", "structural", "followers")),
    ("exits", ("hazard", "stop", "survival", "exit")),
    ("register", ("registered", "registration", "deregistration", "strike")),
    ("spillovers", ("private", "spillover", "openness")),
    (
        "money",
        (
            "finance",
            "equity",
            "revenue",
            "assets",
            "asset",
            "exports",
            "export",
            "exporter",
            "exporters",
            "profit",
            "dividends",
            "return",
            "returned",
        ),
    ),
    ("enterprises", ("firms", "small", "medium", "big", "micro", "stopped", "resumed", "deregistered")),
)
REST = "more"
# What the pages of each name have.
THEME_WORDS = {
    HEADLINE: later("main outcomes"), "dynamics": later("sizes and growth of firms"),
    "site": later("idle sites, their floor and tenants"), "lending": later("idle resources at posted prices"),
    "balances": later("balances of accounts"),
    "taxes": later("taxes and public money"), "jobs": later("jobs and people"),
    "exits": later("who stops, and who survives"), "register": later("the register: entries and strike-offs"),
    "spillovers": later("gains of research and spill-overs"),
    "newcomers": later("the newly founded in their first years"), "orders": later("orders along the chain"),
    "knowledge": later("knowledge and contacts"), "platforms": later("platforms and their members"),
    "projects": later("research projects"), "productivity": later("productivity and quality"),
    "startups": later("startups"), "industries": later("industries and modes"),
    "money": later("money, assets and exports"), "enterprises": later("enterprises"), REST: later("other outcomes"),
}  # fmt: skip
_COUNTS = frozenset({"enterprises", "people", "events", "resources", "ideas", "platforms", "sectors", "modes"})
_TITLE_LINES = 3
_TITLE_LETTERS = 39
_FIRST_YEAR, _LONG = 12, 36  # months that do not set an axis, of a run that is longer
_WIDENS = 1.25  # times as wide an axis as a steady trend makes it, from which the first year is cut
MARKS = later("Diamonds: the source article's figures, with an arrow where it gives a bound.")
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
    meaning: str = ""
    difference: bool = False
    declared: str = ""  # the declared unit, of a panel in its everyday one

    @cached_property
    def shown(self) -> Panel:
        """The panel in its everyday unit; tables of numbers keep the declared one."""
        sizes = [_largest(self.series), _largest([it.mean for it in self.differences])]
        it = shown_in(self.unit, sizes[:1]) if self.unit == "month" else everyday(self.unit, *sizes)
        by, mark = it.factor, self.mark
        return replace(
            self, unit=it.of_difference if self.difference else it.unit, declared=self.unit,
            series=tuple(cells * by for cells in self.series), mark=mark and replace(mark, value=mark.value * by),
            differences=tuple(Interval(*(values * by for values in one)) for one in self.differences),
        )  # fmt: skip

    @property
    def title(self) -> str:
        """The meaning, on lines that fit above a panel; the name as words where there is none."""
        return title_of(self.meaning or label(self.outcome))

    @property
    def below(self) -> str:
        """The unit, and the name where the title is the meaning."""
        return f"{self.unit}   {self.outcome}".strip() if self.meaning else self.unit

    @property
    def counts(self) -> bool:
        """Whether values are whole numbers."""
        return (self.declared or self.unit) in _COUNTS

    @property
    def empty(self) -> bool:
        """Whether there is nothing to see: no value, or only 0."""
        return self.mark is None and not any(np.nan_to_num(cells).any() for cells in self.series)


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

    @property
    def seen(self) -> Sheet:
        """The page without panels that show nothing, which its footer names; all of them where nothing else is left."""
        panels = tuple(panel for panel in self.panels if not panel.empty)
        if not panels or len(panels) == len(self.panels):
            return self
        return replace(self, panels=panels, footer=(*self.footer, left_out(self.panels)))


def left_out(panels: Iterable[Panel]) -> str:
    """Which panels have nothing to see, in words."""
    names = listed(panel.outcome for panel in panels if panel.empty)
    return tr("Left out, without a value or always 0: {names}.", names=names)


def title_of(text: str, letters: int = _TITLE_LETTERS, lines: int = _TITLE_LINES) -> str:
    """A meaning on lines that fit above a panel, without what stands in brackets where there is no room for it."""
    for words in (text, re.sub(r" \([^)]*\)|（[^）]*）", "", text)):
        first = words[:1].upper() + words[1:]
        found = wrapped(first, letters, break_on_hyphens=False)
        if len(found) <= lines:
            break
    if len(found) > lines:
        found = wrapped(first, letters, break_on_hyphens=False, max_lines=lines, placeholder=" ...")
    return "\n".join(found)


def cut_words(text: str, letters: int) -> str:
    """The words of a text that so many letters have room for, with dots where there are more."""
    return wrapped(" ".join(text.split()), letters, max_lines=1, placeholder=" ...")[0] if text.strip() else ""


def and_unit(words: str, unit: str) -> str:
    """What is measured, and its unit where it has one."""
    return tr("{measure}, {unit}", measure=words, unit=unit) if unit else words


def axis_ends(parts: Iterable[Cells], others: Iterable[float] = ()) -> tuple[float, float, bool] | None:
    """The least and the largest value to show, and whether the first year goes beyond them; None without a value.

    ``parts`` end with an axis of months, ``others`` are values that are always shown, such as medians. In a run of more
    than three years the first is left out where it would widen the axis much: a world that opens without a past moves a
    lot. Parts that never fall are shown whole: a total begins at nothing.
    """
    cells = list(parts)
    finite = [it[np.isfinite(it)] for it in (np.concatenate([part.ravel() for part in cells] or [np.zeros(0)]),
                                             np.array(list(others), float))]  # fmt: skip
    whole = np.concatenate(finite)
    if not len(whole):
        return None
    low, high = _from_zero(whole)
    late = [_late(part) for part in cells if part.shape[-1] > _LONG]
    if late and len(kept := np.concatenate([*late, finite[1]])):
        least, most = _from_zero(kept)
        months = max(part.shape[-1] for part in cells)
        if high - low > _WIDENS * (most - least) * months / (months - _FIRST_YEAR) > 0:
            return least, most, True
    return low, high, False


def _late(part: Cells) -> Cells:
    """The known values after the first year, or all of what never falls."""
    kept = part[..., _FIRST_YEAR:] if (np.diff(part, axis=-1) < 0).any() else part
    return np.asarray(kept[np.isfinite(kept)])


def _from_zero(values: Cells) -> tuple[float, float]:
    """The ends of values, with 0 where that is near."""
    low, high = float(np.min(values)), float(np.max(values))
    return (0.0 if 0 <= low <= 0.5 * high else low), (0.0 if 0.5 * low <= high <= 0 else high)


def _largest(parts: Iterable[Cells]) -> float:
    """The largest size of any value; 0 without one."""
    return max((float(np.max(np.abs(part[np.isfinite(part)]), initial=0.0)) for part in parts), default=0.0)


def run_sheets(result: Result, headline: Sequence[str], names: Sequence[str] | None = None) -> list[Sheet]:
    """Every outcome, or those of ``names``, on one page: the headline's and those with an article's figure first."""
    scenario, table = result.scenario, result.table
    first = [*headline, *scenario.reported_figures]
    title = title_words(scenario.title) or result.name
    count = len(result.replicates)
    one = result.intervals == "parameter"
    seeds = seeds_text(count, begins(result.scenario))
    if one:
        seeds = tr("{count} draws on seed {seed}", count=count, seed=result.seed)
    bands = tr(
        "{seeds}. Bands are percentiles over worlds, month by month: 25 to 75 and 5 to 95 ({kind}).",
        seeds=seeds, kind=intervals_text(result.intervals),
    )  # fmt: skip
    source = source_words(result.manifest["model"], "outcomes.parquet", [result.path.name])
    sheets = []
    for stem, there in pages(table.names if names is None else names, first).items():
        words = _subtitle(result, page_words(stem))
        panels = tuple(run_panel(result, name) for name in there)
        footer = (paragraph(bands, tr(MARKS)) if any(panel.mark for panel in panels) else bands, source)
        sheets.append(Sheet(stem, title, words, footer, scenario.start, (result.name,), panels))
    return sheets


def outcome_sheet(result: Result, name: str) -> Sheet:
    """A page of one outcome."""
    sheet = run_sheets(result, [name], [name])[0]
    return replace(sheet, stem=f"outcome-{name}", subtitle=_subtitle(result, name))


def _subtitle(result: Result, what: str) -> str:
    return tr("{name}, {span}: {what}", name=result.name, span=span_words(result), what=what)


def span_words(result: Result) -> str:
    """The first and the last month of a result."""
    ends = (result.scenario.calendar(month) for month in (0, result.table.months - 1))
    first, last = map(month_text, ends)
    return tr("{first} to {last}", first=first, last=last)


def source_words(model: str, data: str, folders: Iterable[str]) -> str:
    """The model's version, and the files that a figure is drawn from."""
    return tr(
        "Model {model}. Source: {data} of {folders}.", model=model, data=data, folders=listed(map(decoded, folders))
    )


def empty_outcomes(result: Result) -> list[str]:
    """Outcomes without a value, or always 0, and without a figure of the article."""
    return [name for name in result.table.names if run_panel(result, name).empty]


def page_words(stem: str) -> str:
    """What the page of a name has: ``jobs-2`` is the second page on jobs and people."""
    theme, _, count = stem.partition("-")
    words = tr(THEME_WORDS.get(theme, stem))
    return tr("{words}, page {count}", words=words, count=count) if count else words


def run_panel(result: Result, name: str) -> Panel:
    figure = result.scenario.reported_figures.get(name)
    mark = None
    if figure is not None:
        month = result.scenario.month_of(figure.month)
        if 0 <= month < result.table.months:
            mark = Mark(float(figure.value), month, figure.bound)
    known = result.scenario.catalogue.outcomes.get(name)
    words = meaning(name, known.meaning) if known else ""
    return Panel(name, result.table.unit(name), (result.table.of(name),), mark, meaning=words)


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
    return [(at, month_text(f"{year + (month - 1 + at) // 12}-{(month - 1 + at) % 12 + 1:02d}")) for at in ends]
