"""What came out: outcomes of one result, or differences between results; the article's figures."""

from __future__ import annotations

from collections.abc import Sequence

from sim.formats import label, ratio_text
from sim.report.html.headline import figure_badge
from sim.report.html.markup import Markup, fold, join, table, tag
from sim.report.shown import difference_unit, row_unit
from sim.report.text.left_out import hanging
from sim.report.text.run import inherited_text
from sim.runs.result import Result
from sim.runs.summary import Row
from sim.studies.questions.compare import ComparedVariant, Difference


def outcomes_of(result: Result, names: Sequence[str], meanings: dict[str, str]) -> Markup:
    """Median and intervals of the first outcomes; all others on demand."""
    heads = ("outcome", "median", "5%", "25%", "75%", "95%", "unit", "month")
    caption = f"{result.name}: percentiles over {len(result.replicates)} seeds"
    return _tables(heads, {row.outcome: _row(row, meanings) for row in result.rows}, names, range(1, 6), caption)


def differences_of(variant: ComparedVariant, against: str, names: Sequence[str], meanings: dict[str, str]) -> Markup:
    """Means, paired differences and intervals of the first outcomes; all others on demand."""
    heads = ("outcome", against, variant.label, "difference", "95% interval", "unit", "better in", "pairing", "verdict")
    rows = {it.outcome: _difference(it, meanings) for it in variant.differences}
    made = _tables(heads, rows, names, (1, 2, 3, 4, 6, 7), f"{variant.label} against {against}: means over seeds")
    known = {it.outcome: it for it in variant.differences}
    notes = [tag("p", note, class_="note") for note in hanging(known[name] for name in names)]
    rest = [
        tag("p", note, class_="note") for note in hanging(it for it in variant.differences if it.outcome not in names)
    ]
    others = fold(f"{len(rest)} other differences depend on one seed", rest) if rest else None
    return join(made, notes, others)


def _tables(
    heads: Sequence[str],
    rows: dict[str, list[Markup | str]],
    names: Sequence[str],
    numbers: Sequence[int],
    caption: str,
) -> Markup:
    rest = [row for name, row in rows.items() if name not in names]
    others = fold(f"{len(rest)} more outcomes", table(heads, rest, numbers, f"{caption}: all other outcomes"))
    return join(table(heads, [rows[name] for name in names], numbers, caption), others if rest else None)


def article_figures(results: Sequence[Result], labels: Sequence[str]) -> Markup | None:
    """The article's figures: value, what came out, met or not and why, for every result that has some."""
    rows = []
    for name, result in zip(labels, results, strict=True):
        for row in result.rows:
            if row.article is None:
                continue
            unit = row_unit(row)
            rows.append((
                label(row.outcome), name, f"{row.bound} {unit.number(row.article)}", row.month,
                unit.number(row.median), unit.span(row.low, row.high), unit.unit, figure_badge(row),
                unit.number(row.crps),
            ))  # fmt: skip
    if not rows:
        return None
    heads = ("figure", "result", "the article", "month", "median", "90% interval", "unit", "met", "score")
    told = (
        "Met: the 90% interval covers the figure, or lies wholly on the allowed side of a bound, and is narrow enough "
        "to say something. Score: continuous ranked probability score, in the outcome's unit; 0 is best."
    )
    inherited = [
        f"{name}: {said}." for name, it in zip(labels, results, strict=True) for said in inherited_text(it.scenario)
    ]
    notes = [tag("p", said, class_="note") for said in (told, *inherited)]
    return join(table(heads, rows, (2, 4, 5, 8), "The article's figures"), notes)


def _row(row: Row, meanings: dict[str, str]) -> list[Markup | str]:
    unit = row_unit(row)
    numbers = map(unit.number, (row.median, row.low, row.p25, row.p75, row.high))
    return [_name(row.outcome, meanings), *numbers, unit.unit, row.month]


def _difference(it: Difference, meanings: dict[str, str]) -> list[Markup | str]:
    unit = difference_unit(it)
    return [
        _name(it.outcome, meanings), unit.number(it.baseline), unit.number(it.variant), unit.signed(it.difference),
        unit.span(it.low, it.high) or "-", unit.unit,
        "-" if it.better_share is None else f"{it.better_share:.0%}",
        ratio_text(it.variance_reduction) or "-", it.verdict,
    ]  # fmt: skip


def _name(name: str, meanings: dict[str, str]) -> Markup:
    return tag("span", label(name), title=meanings.get(name) or None)
