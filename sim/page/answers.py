"""The answer on so many seeds: the parts of the page that a move changes, in the order in which they are shown.

Intervals are given from ``INTERVALS_FROM`` seeds on. A verdict is given at 10 and at 30 seeds and stays what it was
between: to look at each seed and stop where the interval leaves zero out would find effects where there are none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from sim.formats import counted, label
from sim.language import Sentence, later, meaning, month_text, tr
from sim.page.asked import SEEDS, seed_words
from sim.page.queue import Key
from sim.report.comparison_sheets import comparison_sheets
from sim.report.html.appraisal import appraisal_tables
from sim.report.html.changed import changed_keys
from sim.report.html.comparison import months_of
from sim.report.html.decision import decision_part
from sim.report.html.headline import difference_cards, difference_sentence, result_cards, said_difference, words_of
from sim.report.html.markup import Markup, fold, join, table, tag
from sim.report.html.outcomes import differences_of
from sim.report.html.over_months import chart_key, charts
from sim.report.html.rests_on import parameters_by_kind
from sim.report.html.shared import month_readout
from sim.report.sheets import HEADLINE, Sheet, run_sheets
from sim.report.shown import difference_unit, is_nothing, told, told_span, verdict_words
from sim.runs.ensemble import Request
from sim.runs.executor import Failure
from sim.runs.record_bytes import from_bytes
from sim.runs.replicate import Model
from sim.runs.result import Result
from sim.runs.table import gather
from sim.scenario import Scenario
from sim.studies.appraisal.treated import of_measures
from sim.studies.changes import changes
from sim.studies.questions.compare import ComparedVariant, Comparison, Difference, compare_results
from sim.studies.questions.decision import decided
from sim.units import everyday

INTERVALS_FROM = 4  # seeds
_NOT_YET = later("a verdict comes with {count} seeds", count=SEEDS[0])
_NAN = float("nan")


class OnPage(Difference):
    """A difference in the page's words."""

    @property
    def which(self) -> Sentence:
        return seed_words(self.left_out or 0)


@dataclass(frozen=True)
class SeenDifference(OnPage):
    """A difference while seeds are still being run; ``said`` is its verdict, given at another number of seeds."""

    said: str = ""

    @property
    def robust(self) -> bool:
        return False

    @property
    def verdict(self) -> str:
        return self.said


@dataclass(frozen=True)
class Side:
    """A scenario of the answer, its name there, and its request."""

    label: str
    scenario: Scenario
    request: Request

    @cached_property
    def digest(self) -> str:
        """The request's, taken once."""
        return self.request.digest


class Answer:
    """What is known of a baseline and its variants on the first ``seeds`` seeds, for the outcomes ``names``.

    ``worlds`` are those that are done, failed ones included.
    """

    def __init__(
        self, model: Model, sides: Sequence[Side], worlds: Mapping[Key, Any], seeds: int, names: Sequence[str]
    ) -> None:
        self.model, self.sides, self.worlds, self.seeds = model, sides, worlds, seeds
        self.names = list(names)

    @property
    def failed(self) -> dict[int, str]:
        """Replicates in which a world failed, with the reason; they are in no pair."""
        return {
            replicate: f"{side.label}: {value.message}"
            for replicate in range(self.seeds) for side in reversed(self.sides)
            if isinstance(value := self.worlds.get(Key(side.digest, replicate)), Failure)
        }  # fmt: skip

    def results(self, seeds: int) -> list[Result]:
        """The results of all sides on the first seeds, in memory."""
        return [self._result(side, seeds) for side in self.sides]

    def _result(self, side: Side, seeds: int) -> Result:
        failed = self.failed
        numbers = [replicate for replicate in range(seeds) if replicate not in failed]
        outcomes = {name: self.model.outcomes[name] for name in self.names}
        columns = [list(self.model.outcomes).index(name) for name in self.names]
        kept = {replicate: self.worlds[Key(side.digest, replicate)][0][:, columns] for replicate in numbers}
        scenario = side.scenario
        figures = {name: it for name, it in scenario.reported_figures.items() if name in outcomes}
        manifest = {
            "name": scenario.name, "digest": side.digest, "scenario": scenario.digest(),
            "model": self.model.version, "seed": scenario.seed, "start": scenario.calendar(0),
            "months": scenario.months, "replicates": len(kept), "failures": [],
            "seeds": {str(replicate): side.request.world(replicate)[1] for replicate in numbers},
        }  # fmt: skip
        return Result(
            Path(side.request.folder), replace(scenario, reported_figures=figures), manifest,
            gather(kept, outcomes, scenario.months),
        )  # fmt: skip

    def comparison(self, seeds: int) -> Comparison:
        """The comparison on the first seeds."""
        labels = [side.label for side in self.sides]
        return compare_results(self.results(seeds), Path("-"), self.model.better, labels=labels)

    @cached_property
    def found(self) -> Comparison:
        """The comparison on all its seeds, in the page's words."""
        return self._on_page(self.seeds)

    def _on_page(self, seeds: int) -> Comparison:
        found = self.comparison(seeds)
        return replace(found, variants=tuple(
            replace(it, differences=tuple(OnPage(**vars(one)) for one in it.differences)) for it in found.variants
        ))  # fmt: skip

    @property
    def judged_at(self) -> int:
        """The number of seeds at which the verdict was given; 0 before the first one."""
        return max((it for it in SEEDS if it <= self.seeds), default=0)

    def seen(self) -> tuple[Comparison, Comparison | None]:
        """The comparison as it is shown, and that by which it is judged."""
        found = self.found
        judged = found if self.judged_at == self.seeds else self._on_page(self.judged_at) if self.judged_at else None
        if judged is found:
            return found, found
        return replace(found, variants=tuple(
            replace(it, differences=tuple(_seen(one, judged.variants[index][one.outcome] if judged else None)
                                          for one in it.differences))
            for index, it in enumerate(found.variants)
        )), judged  # fmt: skip

    def decision(self, seen: Comparison) -> Markup:
        """The decision cards, and why a variant has none where nobody decides what it changes."""
        records: dict[Key, Any] = {}

        def record(result: Result, replicate: int) -> Any:
            key = Key(result.digest, replicate)
            if key not in records:
                records[key] = from_bytes(self.worlds[key][1]) if self.worlds[key][1] else None
            return records[key]

        found = decided(seen, Path("-"), record)
        base, several = seen.baseline.scenario, len(self.sides) > 2
        made = []
        for it in found.variants:
            if it.decision:
                tables = appraisal_tables(it.decision.appraisal, it.label) if it.decision.appraisal else ()
                made.append(join(decision_part(it.decision), tables))
            else:
                made.append(_no_measure(base, it.result.scenario, it.label, several=several))
        return side_by_side(made)


def _seen(it: Difference, judged: Difference | None) -> Difference:
    """A difference before, or since, a verdict."""
    values = dict(vars(it))
    if it.seeds < INTERVALS_FROM:
        values |= {"low": _NAN, "high": _NAN, "hangs_on_one": False}
    said = _NOT_YET
    if judged is not None:
        said = later("{verdict} (at {count} seeds)", verdict=judged.verdict, count=judged.seeds)
    return SeenDifference(**values, said=said)


# --- parts of the page


def first_outcome(variant: ComparedVariant, names: Sequence[str]) -> str:
    """The outcome that leads: the first that differs in both worlds, by more than rounding; empty where none does."""
    known = {it.outcome: it for it in variant.differences}
    differ = (name for name in names if known[name].baseline and known[name].variant and not is_nothing(known[name]))
    return next(differ, "")


def lead_sentence(seen: Comparison, judged: Comparison | None, index: int, outcome: str) -> str:
    """The difference that leads, in words: a sentence of the report once it is judged."""
    if judged is not None:
        return difference_sentence(judged, judged.variants[index], judged.variants[index][outcome])
    variant = seen.variants[index]
    it = variant[outcome]
    unit = difference_unit(it)
    places = {
        "variant": variant.label, "name": words_of(outcome), "value": said_difference(it),
        "seeds": counted(it.seeds, "seed"), "later": SEEDS[0],
    }  # fmt: skip
    if span := told_span(it, unit):
        places["value"] = tr("{value} (95%: {span})", value=places["value"], span=span)
    if it.seeds >= INTERVALS_FROM:
        return tr("{variant}: {name} {value} on {seeds} so far; a verdict comes with {later} seeds.", **places)
    return tr("{variant}: {name} {value} on {seeds} so far; an interval comes with {few} seeds, a verdict comes with "
              "{later} seeds.", few=INTERVALS_FROM, **places)  # fmt: skip


def coming_card(sides: Sequence[Side]) -> Markup:
    """What stands where the decision card will be: it says of net jobs whether there are any, which is a verdict."""
    base = sides[0].scenario
    coming = tr("The decision card, with net jobs and cost, comes with {count} seeds.", count=SEEDS[0])
    return side_by_side([
        tag("p", coming, class_="note coming") if of_measures(base, it.scenario)[0]
        else _no_measure(base, it.scenario, it.label, several=len(sides) > 2)
        for it in sides[1:]
    ])  # fmt: skip


def _no_measure(base: Scenario, variant: Scenario, name: str, *, several: bool) -> Markup:
    """Why a variant has no decision card: it changes nothing that somebody decides."""
    kinds = {it.kind for it in changes(base, variant)}
    if kinds == {"assumption"}:
        said = tr("An assumption, not a measure: it has no cost.")
    else:
        said = tr("Not a measure of policy, a platform or a site: it has no cost.")
    return tag("p", tr("{name}: {said}", name=name, said=said) if several else said, class_="note")


def side_by_side(parts: Sequence[Markup]) -> Markup:
    """A part of each variant, beside one another where there are several and the page is wide enough."""
    return parts[0] if len(parts) == 1 else tag("div", [tag("div", it) for it in parts], class_="sides")


def compared_parts(seen: Comparison, names: Sequence[str], meanings: dict[str, str]) -> Markup:
    """Differences of the outcomes shown: of several variants in one table, of each as cards, and as a table."""
    several = len(seen.variants) > 1
    cards = [
        join(
            tag("h3", tr("{variant} less {baseline}", variant=it.label, baseline=seen.label)) if several else None,
            difference_cards(seen, it, names, meanings),
        )
        for it in seen.variants
    ]
    tables = [differences_of(it, seen.label, names, meanings) for it in seen.variants]
    together = _variants_table(seen, names, meanings) if several else None
    return join(together, side_by_side(cards), fold(tr("As a table"), *tables))


def _variants_table(seen: Comparison, names: Sequence[str], meanings: dict[str, str]) -> Markup:
    """The difference of every variant in every outcome shown, in one unit for each outcome."""
    rows = []
    for name in names:
        found = [it[name] for it in seen.variants]
        unit = everyday(
            found[0].unit, found[0].baseline, *(it.variant for it in found), *(it.difference for it in found)
        )
        cells = [
            join(tag("b", unit.signed(told(it))),
                 tag("small", " ", told_span(it, unit)) if math.isfinite(it.low) else None,
                 tag("small", " ", verdict_words(it)) if it.seeds >= SEEDS[0] else None)
            for it in found
        ]  # fmt: skip
        words = tag("span", label(name), title=meanings.get(name) or None)
        rows.append((words, unit.of_difference, unit.number(found[0].baseline), *cells))
    heads = (tr("outcome"), tr("unit"), seen.label, *(it.label for it in seen.variants))
    caption = tr("All variants: mean difference from {baseline}, 95% interval", baseline=seen.label)
    return table(heads, rows, range(2, len(heads)), caption)


def changed_part(seen: Comparison) -> Markup:
    """What was changed, old and new, with the sources."""
    return join(*(changed_keys(seen.baseline.scenario, it) for it in seen.variants))


def fans(seen: Comparison, names: Sequence[str], meanings: dict[str, str]) -> tuple[Markup, dict[str, Any]]:
    """Fans of the outcomes shown, without single runs, and what the script reads out of them."""
    sheets = [it for it in comparison_sheets(seen, names) if it.stem == HEADLINE]
    return months_of(seen, sheets, meanings, runs=0), month_readout(sheets, seen.baseline)


def baseline_part(result: Result, names: Sequence[str], meanings: dict[str, str]) -> Markup:
    """The baseline alone: what came out, before anything is changed."""
    seeds = counted(len(result.replicates), "seed")
    words = tr("As it is, on {seeds}: medians in {month}.", seeds=seeds, month=_last(result))
    if len(result.replicates) > 1:
        words = tr("As it is, on {seeds}: medians and 90% of seeds in {month}.", seeds=seeds, month=_last(result))
    return join(tag("p", words, class_="note"), result_cards(result, names, meanings))


def baseline_fans(result: Result, names: Sequence[str], meanings: dict[str, str]) -> tuple[Markup, dict[str, Any]]:
    """The baseline's fans alone."""
    sheets: list[Sheet] = run_sheets(result, names, names)[:1]
    single, marked = len(result.replicates) == 1, any(panel.mark for panel in sheets[0].panels)
    labels = (result.name,)
    drawn = join(
        chart_key(labels, differences=False, marked=marked, single=single, runs=0),
        charts(sheets[0].panels, labels, result.scenario, meanings, f"{sheets[0].stem}-", runs=0),
    )
    return drawn, month_readout(sheets, result)


def rests_part(scenario: Scenario, name: str) -> Markup:
    """What the baseline rests on, by kind of source."""
    return parameters_by_kind(name, scenario)


def outcome_words(model: Model) -> list[list[str]]:
    """Name and words of every outcome, for the list from which one is added."""
    return [[name, label(name), meaning(name, it.meaning)] for name, it in model.outcomes.items()]


def _last(result: Result) -> str:
    return month_text(result.scenario.calendar(result.months - 1))
