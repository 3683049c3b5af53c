"""Results as text and as JSON. Text is for a terminal of any width: nothing is wrapped, nothing cut."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.runs.drawn import intervals_text
from sim.runs.result import Result
from sim.runs.summary import Row, number, span
from sim.studies.estimators.intervals import EQUAL
from sim.studies.rests import rests_text, shares_text

if TYPE_CHECKING:
    from sim.runs.profile import Profile
    from sim.scenario import Scenario
    from sim.studies.changes import Change
    from sim.studies.questions.compare import Comparison, Difference, Variant

_WIDEST = 24  # letters of a value in a column


def columns(heads: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> str:
    """Rows in columns, two spaces apart; the columns ``right`` are set to the right."""
    cells = [list(heads), *map(list, rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = (
        "  ".join(
            text.rjust(width) if place in right else text.ljust(width)
            for place, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    )
    return "\n".join(lines)


def chosen(names: Iterable[str], headline: Sequence[str], figures: Iterable[str], *, everything: bool) -> list[str]:
    """The outcomes to show: the headline's and those with an article's figure, or all."""
    known = list(names)
    first = [name for name in dict.fromkeys((*headline, *figures)) if name in known]
    return [*first, *(name for name in known if name not in first)] if everything or not first else first


def run_text(result: Result, headline: Sequence[str], *, everything: bool = False) -> str:
    """A result as a table of outcomes, with a line above and below."""
    scenario = result.scenario
    rows = {row.outcome: row for row in result.rows}
    shown = chosen(rows, headline, scenario.figures, everything=everything)
    last = scenario.calendar(result.months - 1)
    table = columns(
        ("outcome", "median", "90% interval", "unit", "the article", "", "score"),
        (
            (
                row.outcome, number(row.median), span(row.low, row.high), row.unit,
                _article(row), verdict(row), number(row.crps) if row.crps is not None else "",
            )
            for row in (rows[name] for name in shown)
        ),
        right=(1, 2, 6),
    )  # fmt: skip
    hidden = len(rows) - len(shown)
    months = f"{result.months} months from {scenario.calendar(0)}"
    when = f"outcomes in {last}, or in the month of the article's figure"
    lines = [
        f"{result.name}: {scenario.title}" if scenario.title else result.name,
        f"{_counted(len(result.replicates), 'replicate')} from seed {result.seed}, {months}; {when}",
        "",
        table,
        "",
        f"intervals: {intervals_text(result.intervals)}",
        *([f"{hidden} more outcomes: --all, or summary.csv"] if hidden else []),
        f"results: {result.path}",
    ]
    return "\n".join(lines)


def profile_text(found: Profile) -> str:
    """Where a month's time goes, the costliest mechanism first."""
    rows = [(name, number(cost), f"{cost / found.total:.0%}") for name, cost in found.nanoseconds.items()]
    rows.append(("all", number(found.total), ""))
    threads = _counted(found.threads, "thread")
    return "\n".join(
        [
            f"{found.scenario}: {found.months} months of {found.enterprises:,.0f} enterprises on {threads}",
            "",
            columns(("mechanism", "ns an enterprise and month", "share"), rows, right=(1, 2)),
        ]
    )


def profile_json(found: Profile) -> dict[str, Any]:
    """The same as one object."""
    return {"profile": {**vars(found), "total": found.total}}


def verdict(row: Row) -> str:
    """How the outcome stands to the article's figure, in words."""
    if row.article is None:
        return ""
    if row.met is None:
        return row.reason
    if row.met:
        return "met" if row.reason == "covered" else f"met ({row.reason})"
    return f"not met: {row.reason}"


def run_json(result: Result) -> dict[str, Any]:
    """A result as one object, every outcome in it."""
    return {
        "results": str(result.path),
        "scenario": result.name,
        "digest": result.digest,
        "seed": result.seed,
        "replicates": len(result.replicates),
        "months": result.months,
        "model": result.manifest["model"],
        "intervals": result.intervals,
        "parameters": result.manifest.get("parameters"),
        "failures": result.failures,
        "outcomes": {
            row.outcome: {key: value for key, value in vars(row).items() if key != "outcome"} for row in result.rows
        },
    }


def variant_text(comparison: Comparison, variant: Variant, headline: Sequence[str], *, everything: bool = False) -> str:
    """One variant against the baseline: what was changed, the differences, and what they rest on."""
    first, differences = comparison.baseline, {it.outcome: it for it in variant.differences}
    shown = chosen(differences, headline, first.scenario.figures, everything=everything)
    paired, variance = comparison.paired, comparison.variance
    how = "paired seed by seed" if paired else "not paired: two sets of worlds, whatever their seeds"
    heads = ["outcome", comparison.label, variant.label, "difference", "95% interval", "unit", "better in", "pairing"]
    rows = [
        [
            it.outcome, number(it.baseline), number(it.variant), signed(it.difference), span(it.low, it.high),
            it.unit, _better(it), _times(it.power), it.verdict,
            *([shares_text(variance.get(it.outcome, {}))] if variance else []),
        ]
        for it in (differences[name] for name in shown)
    ]  # fmt: skip
    table = columns([*heads, "verdict", *(["variance by source"] if variance else [])], rows, right=(1, 2, 3, 4, 6, 7))
    hidden = len(differences) - len(shown)
    last = first.scenario.calendar(first.months - 1)
    lines = [
        f"{variant.label} against {comparison.label}: {_counted(comparison.seeds, 'seed')}, {how}; means in {last}",
        *([] if variant.same_model else ["the two were run by different versions of the model"]),
        "",
        *changes_text(variant.changed),
        "",
        table,
        "",
        f"intervals: {comparison.interval_kind}; over worlds: {intervals_text(first.intervals)}",
        *(["pairing: how many times fewer runs the interval takes than on independent seeds"] if paired else []),
        rests_line(variant.rests_on),
        *([width_text(it) for it in comparison.until if it["variant"] == variant.label]),
        *([f"{hidden} more outcomes: --all, or comparison.csv"] if hidden else []),
    ]
    return "\n".join(lines)


def rests_line(counts: Mapping[str, int]) -> str:
    """What all outcomes of a comparison rest on, in a line."""
    return f"every outcome rests on {sum(counts.values())} parameters in force: {rests_text(counts)}"


def width_text(state: Mapping[str, Any]) -> str:
    """What became of a wish for a narrow interval."""
    said = f"{state['outcome']}: interval {number(state['width'])} wide, {number(state['wanted'])} wanted"
    if state["reached"]:
        return f"{said}: reached on {_counted(state['seeds'], 'seed')}"
    needs = f", about {state['forecast']:,} would do" if state["width"] > state["wanted"] else ""
    return f"{said}: not reached, stopped {state['stopped']}{needs}"


def changes_text(changed: Sequence[Change]) -> list[str]:
    """What was changed, a line a key, with the source of the old value."""
    if not changed:
        return ["changed: nothing"]
    rows = [
        (f"  {it.key}", plain(it.old), "->", plain(it.new), it.unit, ": ".join(filter(None, (it.kind, it.source))))
        for it in changed
    ]
    return ["changed:", *columns(("",) * 6, rows).split("\n")[1:]]


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """A comparison as one object: of one variant as it is, of several each under ``variants`` by its label."""
    first = comparison.baseline
    about = {
        "comparison": str(comparison.path),
        "baseline": str(first.path),
        "month": first.scenario.calendar(first.months - 1),
        "intervals": first.intervals,
    }
    until = {"until_width": list(comparison.until)} if comparison.until else {}
    if len(comparison.variants) == 1:
        return about | variant_json(comparison, comparison.variants[0]) | until
    return about | {"variants": {it.label: variant_json(comparison, it) for it in comparison.variants}} | until


def variant_json(comparison: Comparison, variant: Variant) -> dict[str, Any]:
    return {
        "variant": str(variant.result.path),
        "name": variant.label,
        "seeds": max((it.seeds for it in variant.differences), default=0),
        "same_model": variant.same_model,
        "changed": [vars(it) for it in variant.changed],
        "outcomes": {
            it.outcome: {key: value for key, value in vars(it).items() if key != "outcome"}
            | {
                "verdict": it.verdict,
                "rests_on": variant.rests_on,
                "variance_by_kind": comparison.variance.get(it.outcome),
            }
            for it in variant.differences
        },
    }


def description_text(scenario: Scenario) -> str:
    """Every parameter of a scenario: value, unit, range, where the value came from, and its source."""
    from sim.scenario import describe, range_text

    heads = ("parameter", "value", "unit", "range", "from", "kind", "source")
    described = describe(scenario)
    rows = (
        (
            row.key, "schedule" if _long(row.value) else plain(row.value), row.unit,
            f"{number(row.plausible[0])} to {number(row.plausible[1])}" if row.plausible else range_text(*row.bounds),
            row.place or row.origin, row.kind, row.source,
        )
        for row in described
    )  # fmt: skip
    head, *lines = columns(heads, rows, right=(1,)).split("\n")
    table = [head]
    for row, line in zip(described, lines, strict=True):
        table += [line, f"    {row.value}"] if _long(row.value) else [line]
    figures = []
    for it in scenario.figures.values():
        source = ": ".join(filter(None, (it.source.kind, it.source.text)))
        figures.append(f"  {it.name}: {it.bound} {number(it.value)} in {it.month} ({source})")
    return "\n".join(
        [
            f"{scenario.name}: {scenario.title}" if scenario.title else scenario.name,
            *([scenario.summary] if scenario.summary else []),
            *(["", "must meet:", *figures] if figures else []),
            "",
            *table,
        ]
    )


def description_json(scenario: Scenario) -> dict[str, Any]:
    """The same as one object."""
    from sim.scenario import describe

    return {
        "scenario": scenario.name,
        "title": scenario.title,
        "summary": scenario.summary,
        "digest": scenario.digest(),
        "headline": list(scenario.headline),
        "figures": {
            name: {
                "value": it.value,
                "month": it.month,
                "bound": it.bound,
                "kind": it.source.kind,
                "source": it.source.text,
            }
            for name, it in scenario.figures.items()
        },
        "parameters": [row._asdict() for row in describe(scenario)],
    }


def signed(x: float) -> str:
    """A difference with its sign; zero has none."""
    return f"+{number(x)}" if x > 0 else number(x)


def _long(value: Any) -> bool:
    """Whether a value would make its column too wide: a schedule of several months."""
    return isinstance(value, str) and len(value) > _WIDEST


def _better(it: Difference) -> str:
    """In how many of the seeds the variant is better; nothing where all are equal."""
    return "" if it.better_share is None or it.verdict == EQUAL else f"{it.better_share:.0%}"


def _times(power: float | None) -> str:
    return "" if power is None else f"{power:,.0f}x" if power >= 10 else f"{power:.1f}x"


def _article(row: Row) -> str:
    return "" if row.article is None else f"{row.bound} {number(row.article)} in {row.month}".strip()


def plain(value: Any) -> str:
    if value is None:
        return "(none)"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, dict):
        return ", ".join(f"{key} {plain(inner)}" for key, inner in value.items())
    return str(value) if value != "" else '""'


def _counted(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
