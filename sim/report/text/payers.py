"""Of an appraisal, who pays which tax and who loses the sales that others gain: tables and JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.formats import amount
from sim.language import later, tr, trc
from sim.report.text.columns import columns
from sim.studies.appraisal.paired import GROUPS
from sim.studies.appraisal.payers import TAXES, WORLDS
from sim.studies.appraisal.sellers import OTHER, SALES, SAME
from sim.studies.questions.appraise import MODELLED, Appraisal

CLASSES = {
    "small_incumbent": later("small, incumbent"), "small_newcomer": later("small, newcomer"),
    "medium_incumbent": later("medium, incumbent"), "medium_newcomer": later("medium, newcomer"),
    "big_incumbent": later("big, incumbent"), "big_newcomer": later("big, newcomer"),
}  # fmt: skip
_OTHERS = {SAME: later("others in sectors where they gain"), OTHER: later("others in other sectors")}


def taxes_table(found: Appraisal, scale: float, unit: str) -> str:
    """Taxes paid over the run by kind and payer, and those stated and not paid; means over seeds."""
    if not found.taxes_add_up:
        return tr("who pays which tax: not known: a mechanism of your own levies taxes otherwise than the model")
    relieved = any(found.tax(kind, group, "relief", world).any() for kind, group in _payers() for world in WORLDS)
    asked = [("paid", world) for world in WORLDS] + ([("relief", world) for world in WORLDS] if relieved else [])

    def row(words: str, parts: list[tuple[str, str]]) -> tuple[str, ...]:
        means = [_mean([found.tax(*part, *it) for part in parts]) / scale for it in asked]
        if not any(means):
            return ()
        return words, *map(amount, means[:2]), amount(means[1] - means[0]), *map(amount, means[2:])

    rows: list[tuple[str, ...]] = []
    for kind, words in TAXES.items():
        rows.append(row(tr(words), [(kind, group) for group in GROUPS]))
        rows += [row(f"  {tr(CLASSES[group])}", [(kind, group)]) for group in GROUPS]
    rows.append(row(tr("ALL"), list(_payers())))
    heads = [tr("without"), tr("with"), trc("difference", "more")]
    heads += [tr("relief"), tr("relief with")] if relieved else []
    table = columns((tr("who pays which tax"), *heads), list(filter(None, rows)), right=range(1, 6))
    said = [tr("{unit} over the run, not discounted; by class and age at first sight", unit=unit)]
    if relieved:
        said.append(tr("relief: stated and not paid, without the measure and with it"))
    return "\n".join([table, *said])


def sales_table(found: Appraisal, treated: str, scale: float, unit: str) -> str:
    """Sales that the treated gain and others lose, over the run; means over seeds."""
    if not found.sales_add_up:
        return tr("who loses the sales: not known: a mechanism of your own books sales otherwise than the model")

    def row(words: str, parts: list[Any]) -> tuple[str, ...]:
        """A row of the sums over places of the parts."""
        means = [part / scale for part in parts]
        return (words, *map(amount, means), amount(sum(means))) if any(means) else ()

    rows = [row(treated, [_mean([found.sales_of_treated(it)]) for it in SALES])] if found.treatments else []
    for sector, words in _OTHERS.items():
        of = {group: [_mean([found.sales_of_others(it, sector, group)]) for it in SALES] for group in GROUPS}
        rows.append(
            row(
                tr(words) if found.treatments else tr("enterprises"), [sum(it) for it in zip(*of.values(), strict=True)]
            )
        )
        rows += [row(f"  {tr(CLASSES[group])}", parts) for group, parts in of.items()]
    rows.append(row(tr("ALL"), [_mean([found.sales(it)]) for it in SALES]))
    heads = (tr("who gains and loses sales"), *map(tr, SALES.values()), tr("both"))
    table = columns(heads, list(filter(None, rows)), right=(1, 2, 3))
    said = [tr("{unit} over the run, not discounted; differences on the same seeds", unit=unit)]
    gained = _mean([found.sales_of_treated(it) for it in SALES])
    others = _mean([found.sales(it) for it in SALES]) - gained
    if found.treatments and others < 0 < gained:
        lost = f"{-100 * others / gained:.0f}"
        said.append(tr("of 100 yuan that they gain, others here lose {lost}", lost=lost))
    if found.rivals != MODELLED:
        lost = amount(-_mean([found.sales("sales_home")]) / scale)
        said.append(tr("at home, rivals outside the place, which are no firms of the model: {value}", value=lost))
    return "\n".join([table, *said])


def payers_json(found: Appraisal) -> dict[str, Any] | None:
    """Taxes by kind and payer, of both worlds; None where they are not known."""
    if not found.taxes_add_up:
        return None
    return {
        kind: {
            group: {
                f"{what}_{world}": _valued(found, found.tax(kind, group, what, world))
                for what in ("stated", "paid", "relief")
                for world in WORLDS
            }
            for group in GROUPS
        }
        for kind in TAXES
    }


def sales_json(found: Appraisal) -> dict[str, Any] | None:
    """Changes of sales by who has them; None where they are not known."""
    if not found.sales_add_up:
        return None
    others = {
        f"others_in_{sector}_sectors": {
            group: {where: _valued(found, found.sales_of_others(where, sector, group)) for where in SALES}
            for group in GROUPS
        }
        for sector in _OTHERS
    }
    outside = None if found.rivals == MODELLED else _valued(found, -found.sales("sales_home"))
    return {
        "treated": {where: _valued(found, found.sales_of_treated(where)) for where in SALES},
        **others,
        "all": {where: _valued(found, found.sales(where)) for where in SALES},
        "rivals_outside_the_place": outside,
    }


def _payers() -> Iterator[tuple[str, str]]:
    return ((kind, group) for kind in TAXES for group in GROUPS)


def _mean(parts: list[Any]) -> float:
    return float(np.mean(sum(parts)))


def _valued(found: Appraisal, values: Any) -> dict[str, float]:
    return dict(found.interval(values)._asdict())
