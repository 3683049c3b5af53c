"""What a difference is without the replicate on which it depends, as text."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sim.language import Sentence, tr
from sim.report.shown import difference_unit
from sim.studies.estimators.signs import sign_of, sign_words
from sim.studies.questions.compare import Difference
from sim.units import Everyday


def left_out_text(unit: Everyday, which: Sentence, value: float, without: float, low: float, high: float) -> str:
    """``replicate 7 has -207,000; without it -5,100 (-9,000 to 200), not distinguishable from 0``.

    ``which`` names the replicate. Values are in the declared unit, and said in ``unit``.
    """
    return tr(
        "{which} has {value}; without it {without} ({interval}), {verdict}", which=tr(which),
        value=unit.signed(value), without=unit.signed(without), interval=unit.span(low, high),
        verdict=tr(sign_words(sign_of(without, low, high))),
    )  # fmt: skip


def notes_without_one(differences: Iterable[Difference], named: Callable[[str], str] = str) -> list[str]:
    """A line for each difference whose verdict changes when one replicate is left out; ``named`` names its outcome."""
    return [tr("{name}: {said}", name=named(it.outcome), said=without_one(it)) for it in differences if it.hangs_on_one]


def without_one(it: Difference) -> str:
    values = (it.left_out_value, it.without, it.without_low, it.without_high)
    numbers = (float("nan") if value is None else value for value in values)
    return left_out_text(difference_unit(it), it.which, *numbers)
