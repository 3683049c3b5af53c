"""What came out: outcomes of one result, or differences between results; the article's figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sim.formats import label, percent, ratio_text
from sim.language import month_text, tr
from sim.report.html.headline import figure_badge
from sim.report.html.markup import Markup, fold, join, table, tag
from sim.report.shown import difference_unit, row_unit, told, told_span, verdict_words
from sim.report.text.left_out import notes_without_one
from sim.report.text.run import bound_words, inherited_text
from sim.runs.result import Result
from sim.runs.summary import Row
from sim.studies.questions.compare import ComparedVariant, Difference


def outcomes_of(result: Result, names: Sequence[str], meanings: dict[str, str]) -> Markup:
    """Median and intervals of the first outcomes; all others on demand."""
    heads = (tr("outcome"), tr("median"), "5%", "25%", "75%", "95%", tr("unit"), tr("month"))
    caption = tr("{name}: percentiles over {count} seeds", name=result.name, count=len(result.replicates))
    return _tables(heads, {row.outcome: _row(row, meanings) for row in result.rows}, names, range(1, 6), caption)


def differences_of(variant: ComparedVariant, against: str, names: Sequence[str], meanings: dict[str, str]) -> Markup:
    """Means, paired differences and intervals of the first outcomes; all others on demand."""
    heads = (
        tr("outcome"), against, variant.label, tr("difference"), tr("95% interval"), tr("unit"), tr("better in"),
        tr("pairing"), tr("verdict"),
    )  # fmt: skip
    rows = {it.outcome: _difference(it, meanings) for it in variant.differences}
    caption = tr("{variant} against {baseline}: means over seeds", variant=variant.label, baseline=against)
    made = _tables(heads, rows, names, (1, 2, 3, 4, 6, 7), caption)
    known = {it.outcome: it for it in variant.differences}
    notes = _notes(known[name] for name in names)
    rest = _notes(it for it in variant.differences if it.outcome not in names)
    others = fold(tr("{count} other differences depend on one seed", count=len(rest)), rest) if rest else None
    return join(made, notes, others)


def _notes(differences: Iterable[Difference]) -> list[Markup]:
    return [tag("p", said, class_="note") for said in notes_without_one(differences, label)]


def _tables(
    heads: Sequence[str],
    rows: dict[str, list[Markup | str]],
    names: Sequence[str],
    numbers: Sequence[int],
    caption: str,
) -> Markup:
    rest = [row for name, row in rows.items() if name not in names]
    more = table(heads, rest, numbers, tr("{caption}: all other outcomes", caption=caption))
    others = fold(tr("{count} more outcomes", count=len(rest)), more)
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
                label(row.outcome), name, bound_words(row.bound, unit.number(row.article)), month_text(row.month),
                unit.number(row.median), unit.span(row.low, row.high), unit.unit, figure_badge(row),
                unit.number(row.crps),
            ))  # fmt: skip
    if not rows:
        return None
    heads = (
        tr("figure"), tr("result"), tr("the article"), tr("month"), tr("median"), tr("90% interval"), tr("unit"),
        tr("met"), tr("score"),
    )  # fmt: skip
    told = tr(
        "Met: the 90% interval covers the figure, or lies wholly on the allowed side of a bound, and is narrow enough "
        "to say something. Score: continuous ranked probability score, in the outcome's unit; 0 is best."
    )
    inherited = [
        tr("{name}: {said}.", name=name, said=said)
        for name, it in zip(labels, results, strict=True)
        for said in inherited_text(it.scenario)
    ]
    notes = [tag("p", said, class_="note") for said in (told, *inherited)]
    return join(table(heads, rows, (2, 4, 5, 8), tr("The article's figures")), notes)


def _row(row: Row, meanings: dict[str, str]) -> list[Markup | str]:
    unit = row_unit(row)
    numbers = map(unit.number, (row.median, row.low, row.p25, row.p75, row.high))
    return [_name(row.outcome, meanings), *numbers, unit.unit, month_text(row.month)]


def _difference(it: Difference, meanings: dict[str, str]) -> list[Markup | str]:
    unit = difference_unit(it)
    return [
        _name(it.outcome, meanings), unit.number(it.baseline), unit.number(it.variant), unit.signed(told(it)),
        told_span(it, unit) or "-", unit.unit,
        "-" if it.better_share is None else percent(it.better_share),
        ratio_text(it.variance_reduction) or "-", verdict_words(it),
    ]  # fmt: skip


def _name(name: str, meanings: dict[str, str]) -> Markup:
    return tag("span", label(name), title=meanings.get(name) or None)
