"""The tables of an appraisal on a page, folded: those that the command prints."""

from __future__ import annotations

from collections.abc import Callable

from sim.language import listed, tr
from sim.report.html.markup import Markup, fold, join, table, tag
from sim.report.text.appraisal import balance_table, chain_table, treated_text, unit_of
from sim.report.text.closures import closures_table
from sim.report.text.columns import Table, parts
from sim.report.text.payers import sales_table, taxes_table
from sim.studies.questions.appraise import Appraisal


def appraisal_tables(found: Appraisal, name: str = "") -> Markup:
    """From gross to net, society's balance, taxes and sales; closures of demand where both were run.

    ``name`` is the variant's in the comparison, as a page may have the same tables of several; its scenario's where
    none is given.
    """
    name = name or found.variant.name
    scale, unit = unit_of(found)
    made: list[tuple[str, Callable[[], str]]] = [
        (tr("From gross to net"), lambda: chain_table(found, scale, unit)),
        (tr("Society’s balance: by resource, by who, and sponsors’ outlay"), lambda: balance_table(found, scale, unit)),
        (tr("Who pays which tax"), lambda: taxes_table(found, scale, unit)),
        (tr("Who gains and loses sales"), lambda: sales_table(found, treated_text(found), scale, unit)),
    ]
    if found.other_closure is not None:
        made.append((tr("Where incomes return as demand"), lambda: closures_table(found, scale, unit)))
    return join(
        fold(heading, [_part(it, tr("{name}: {said}", name=name, said=heading)) for it in parts(written)])
        for heading, written in made
    )


def _part(part: str | Table, caption: str) -> Markup:
    """A table, or the lines below one."""
    if isinstance(part, str):
        return tag("p", part, class_="note lines")
    rows = [(_first(row[0]), *row[1:]) for row in part.rows]
    return table(part.heads, rows, sorted(part.right), listed((caption, part.heads[0])))


def _first(words: str) -> Markup | str:
    """The first cell of a row; what is part of a row above is set in, and the row of units has a name."""
    return tag("span", words.strip(), class_="part") if words.startswith(" ") else words or tr("unit")
