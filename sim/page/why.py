"""Why: the difference of a variant shared out among what it changes, on the worlds of every combination of its parts.

The shares are Shapley values, as those of ``sim explain``; here the worlds are the page's, and nothing is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.formats import counted, span_text
from sim.language import tr
from sim.page.controls import part_words
from sim.page.queue import Key, Wanted
from sim.report.html.headline import with_unit_of, words_of
from sim.report.html.markup import Markup, join, table, tag
from sim.runs.ensemble import Request
from sim.runs.executor import Failure
from sim.runs.replicate import Model
from sim.scenario import Scenario
from sim.studies.questions.explain import grouped_differences, interval_of, mixed, shapley
from sim.units import everyday

MOST_PARTS = 6


class Why:
    """The question why a variant differs from the baseline in one outcome, on so many seeds."""

    def __init__(
        self, model: Model, base: Scenario, variant: Scenario, outcome: str, seeds: int, labels: tuple[str, str]
    ) -> None:
        self._model, self._outcome, self._seeds, self._labels = model, outcome, seeds, labels
        self._sides = (base, variant)
        groups = grouped_differences(base, variant)
        if len(groups) == 1:
            groups = grouped_differences(base, variant, "key")
        self.parts = groups
        names = list(groups)
        count = len(names) if len(names) <= MOST_PARTS else 0
        self._requests = [
            Request(
                mixed(base, variant, groups, [name for bit, name in enumerate(names) if mask >> bit & 1]), model.version
            )
            for mask in range(2**count)
        ]
        self._digests = [it.digest for it in self._requests]
        if count:  # the ends are the two that are compared, whose worlds are there
            self._digests[0], self._digests[-1] = (Request(it, model.version).digest for it in (base, variant))

    def wanted(self) -> list[Wanted]:
        """The worlds of the combinations, but for the two that are compared anyway."""
        return [
            Wanted(Key(digest, replicate), *request.world(replicate))
            for replicate in range(self._seeds)
            for digest, request in list(zip(self._digests, self._requests, strict=True))[1:-1]
        ]

    @property
    def refusal(self) -> str:
        """Why there is nothing to run; empty where there is."""
        if len(self.parts) == 1:
            return tr("Only {part} is changed: all of the difference is its.", part=next(iter(self.parts)))
        if len(self.parts) > MOST_PARTS:
            return tr(
                "{count} parts are changed, and at most {most} are told apart here; of more: save, and sim explain of "
                "the two results' scenarios with --outcome {outcome}.", count=len(self.parts), most=MOST_PARTS,
                outcome=self._outcome,
            )  # fmt: skip
        return ""

    def cost(self, seconds: float, workers: int, kept: Any) -> str:
        """What it takes, before it is run; ``seconds`` a world."""
        left = [it for it in self.wanted() if it.key not in kept]
        places = {
            "parts": counted(len(self.parts), "part"), "seeds": counted(self._seeds, "seed"),
            "worlds": counted(len(left), "world"), "time": span_text(len(left) * seconds / max(1, workers)),
        }  # fmt: skip
        if seconds:
            return tr("Every combination of {parts} on {seeds}: {worlds} to run, about {time}.", **places)
        return tr("Every combination of {parts} on {seeds}: {worlds} to run.", **places)

    def answer(self, worlds: Mapping[Key, Any]) -> Markup | None:
        """The share of each part, with its interval; None until all worlds are done."""
        column = list(self._model.outcomes).index(self._outcome)
        values: dict[int, list[float]] = {mask: [] for mask in range(len(self._digests))}
        for replicate in range(self._seeds):
            row = [worlds.get(Key(digest, replicate)) for digest in self._digests]
            if any(it is None for it in row):
                return None
            last = [np.nan if isinstance(it, Failure) else float(it[0][-1, column]) for it in row]  # type: ignore[index]
            if np.isfinite(last).all():
                for mask, value in enumerate(last):
                    values[mask].append(value)
        if not values[0]:
            return tag("p", tr("No seed gives every combination a value."), class_="note")
        cells = {mask: np.array(found) for mask, found in values.items()}
        shares = shapley(cells, len(self.parts))
        total = float(np.mean(cells[len(cells) - 1] - cells[0]))
        unit = everyday(self._model.outcomes[self._outcome].unit, total)
        found = sorted(
            ((name, interval_of(share)) for name, share in zip(self.parts, shares, strict=True)),
            key=lambda it: -abs(float(it[1].mean)),
        )
        rows = [
            (part_words(name, *self._sides), unit.signed(float(it.mean)),
             unit.span(float(it.low), float(it.high)) or "-", unit.of_difference or "-")
            for name, it in found
        ]  # fmt: skip
        label, against = self._labels
        words = tr(
            "{variant} less {baseline}, {name}: {value} on {seeds}, shared out among what is changed. The shares add "
            "up to it.", variant=label, baseline=against, name=words_of(self._outcome),
            value=with_unit_of(unit.signed(total), unit), seeds=counted(len(cells[0]), "seed"),
        )  # fmt: skip
        heads = (tr("part"), tr("share"), tr("95% interval"), tr("unit"))
        return join(tag("p", words), table(heads, rows, (1, 2), tr("What each part adds (Shapley value)")))
