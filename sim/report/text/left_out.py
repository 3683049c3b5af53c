"""What a difference is without the replicate on which it depends, as text."""

from __future__ import annotations

from collections.abc import Iterable

from sim.formats import signed, span
from sim.studies.estimators.intervals import verdict
from sim.studies.questions.compare import Difference


def left_out_text(replicate: int, value: float, without: float, low: float, high: float) -> str:
    """``replicate 7 alone has -207,000; without it -5,100 (-9,000 to 200), not distinguishable from 0``."""
    told = verdict(without, low, high)
    return f"replicate {replicate} has {signed(value)}; without it {signed(without)} ({span(low, high)}), {told}"


def hanging(differences: Iterable[Difference]) -> list[str]:
    """A line for each difference whose verdict changes when one replicate is left out."""
    return [f"{it.outcome}: {without_one(it)}" for it in differences if it.hangs_on_one]


def without_one(it: Difference) -> str:
    values = (it.left_out_value, it.without, it.without_low, it.without_high)
    return left_out_text(it.left_out or 0, *(float("nan") if value is None else value for value in values))
