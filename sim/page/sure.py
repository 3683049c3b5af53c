"""How sure: the claim that a variant has more, or less, of an outcome, tested as ``sim claims`` tests one.

A shipped claim is tested by its file. Of a change of one's own the claim is made: the outcome that leads, the sign that
it has, and the mechanisms that use what is changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from sim.formats import counted
from sim.language import later, meaning, month_text, tr
from sim.page.asked import seed_words
from sim.page.moved import Case, Moved, OfMoved, Screen, cost_words, possible
from sim.page.used import mechanisms_of
from sim.report.html.headline import sentences, words_of
from sim.report.html.markup import Markup, fold, join, listed, table, tag
from sim.report.text.claims import outcome_unit, range_rows, reasons
from sim.runs.replicate import Model
from sim.scenario import Scenario
from sim.studies.changes import changes
from sim.studies.claims import Claim, Claims, questions, read_claims
from sim.studies.estimators.intervals import Interval
from sim.studies.estimators.verdicts import Verdict
from sim.studies.questions.claims import Cases, Finding, Range, cases_of, findings_of

SEEDS = 4  # of ranges and joint draws
SAMPLES = 32  # joint draws


class Sure(OfMoved):
    """The test of a claim about a variant and the baseline, on the answer's seeds."""

    def __init__(
        self, model: Model, base: Scenario, variant: Scenario, outcome: str, seeds: int, labels: tuple[str, str],
        difference: float, step: Callable[..., Any], most: int = 0,
    ) -> None:  # fmt: skip
        self._model, self._labels = model, labels
        self.file, claims = _shipped(model, base, variant, outcome)
        if claims is None:
            claims = _made(model, base, variant, outcome, labels, difference)
        self._claims = claims
        self._cases: Cases | None = None
        if claims is None:
            return
        made = cases_of(claims, SAMPLES, posterior=False)
        sides = (base, variant)
        few = min(seeds, SEEDS)
        own = 1 + len(made.off)
        self._most = most if most < len(made.assumptions) else 0
        self._first_end = own
        cases = [
            Case(
                made.held(values, variant),
                made.held(values, base, control=True),
                *((seeds, min(index, 1)) if index < own else (few, 2, self._assumption(made, index))),
            )
            for index, values in enumerate(made.values)
        ]
        self._cases, self._few = made, few
        # A case that contradicts itself has no value.
        self._run = [at for at, it in enumerate(cases) if not at or possible(sides, it.variant, it.base)]
        column = list(model.outcomes).index(claims.claims[0].outcome)
        screen = Screen(most, column) if self._most else None
        self._moved = Moved(model, sides, [cases[at] for at in self._run], step, screen)

    def _assumption(self, made: Cases, index: int) -> int:
        """The assumption of which a case is an end; -1 of a joint draw."""
        at = index - self._first_end
        return at // 2 if at < len(made.ends) else -1

    @property
    def assumptions(self) -> int:
        """How many assumptions are moved."""
        return len(self._cases.assumptions) if self._cases else 0

    @property
    def refusal(self) -> str:
        """Why there is nothing to test; empty where there is."""
        if self._cases is None:
            return tr("The difference is 0: there is no sign to test. Lead with another outcome.")
        return ""

    def cost(self, seconds: float, workers: int) -> str:
        """What it takes, before it is run; ``seconds`` a world."""
        assert self._cases is not None
        it = self._cases
        if self._most:
            what = tr(
                "The same test, with the {most} assumptions that move the difference most on one seed at both ends of "
                "the range on {seeds}", most=self._most, seeds=counted(self._few, "seed"),
            )  # fmt: skip
            return cost_words(what, self._moved.worlds, seconds, workers)
        what = tr(
            "The claim: {claim} Its test: {cases} with mechanisms off, {assumptions} at both ends of the range and "
            "{draws} on {seeds}, in both scenarios", claim=_claimed(self._claims), cases=counted(len(it.off), "case"),
            assumptions=counted(len(it.assumptions), "assumption"), draws=counted(len(it.joint), "joint draw"),
            seeds=counted(self._few, "seed"),
        )  # fmt: skip
        return cost_words(what, self._moved.worlds, seconds, workers)

    def answer(self) -> Markup | None:
        """The verdict of each claim with what it rests on; before all is run what is known so far."""
        cases, claims = self._cases, self._claims
        assert cases is not None
        assert claims is not None
        found = self._moved.differences()
        others = np.full((len(cases.values), *found.shape[1:]), np.nan)
        others[self._run] = found
        whole = others[0].copy()
        others[0, self._few :] = np.nan
        if not np.isfinite(whole).any():
            return None
        stay = self._moved.stay
        if stay is not None:
            kept = [at for at in range(len(others)) if (it := self._assumption(cases, at)) < 0 or it in stay]
            others = others[kept]
            cases = replace(cases, assumptions=[row for at, row in enumerate(cases.assumptions) if at in stay])
        findings = findings_of(claims, cases, list(self._model.outcomes), whole, others)
        parts = [self._one(it) for it in findings]
        if self._most:
            said = tr("Of {count} assumptions the {most} that move the difference most on one seed are tested over "
                      "their ranges; the joint draws move all.", count=self.assumptions, most=self._most)  # fmt: skip
            parts.append(tag("p", said, class_="note"))
        if self.file:
            parts.append(_file_fold(self.file))
        return join(*parts)

    def _one(self, it: Finding) -> Markup:
        done = self.whole
        if it.seeds < SEEDS and not done:
            it = replace(it, difference=Interval(it.difference.mean, np.nan, np.nan))
        so_far = reasons(it if done else replace(it, off=self._off_so_far(it)), verdict=False, which=seed_words)
        # The first reason begins with the verdict, which stands above.
        said = [next(so_far), *list(reasons(it, which=seed_words))[1:]] if done else list(so_far)
        judged = _verdict(it) if done else tr("The verdict comes when all is run.")
        claims = self._claims
        assert claims is not None
        lead = tag("p", tag("b", judged), " ", meaning(f"claims {claims.name}", it.claim.text))
        month = month_text(claims.scenario.calendar(claims.scenario.months - 1))
        heads = (
            tr("assumption"), tr("kind"), tr("at its low"), tr("at its high"), tr("elasticity"), tr("range"),
        )  # fmt: skip
        known = it if done else replace(it, ranges=tuple(one for one in it.ranges if _is_known(one)))
        rows = [(tag("code", key), *rest) for key, *rest in range_rows(known)]
        unit = outcome_unit(it).of_difference
        caption = tr("{name} in {month}, {unit}", name=words_of(it.claim.outcome), month=month, unit=unit).rstrip(
            ", ，"
        )
        over = tr("{assumptions} over the range", assumptions=counted(len(rows), "assumption"))
        every = fold(over, table(heads, rows, (2, 3, 4), caption))
        return join(lead, listed(said), every if rows else None)

    def _off_so_far(self, it: Finding) -> dict[str, Interval]:
        """The mechanisms without which all seeds have been run."""
        assert self._cases is not None
        there = self._moved.there.all(axis=1)
        done = [self._cases.off[at - 1] for index, at in enumerate(self._run)
                if 0 < at <= len(self._cases.off) and there[index]]  # fmt: skip
        return {name: found for name, found in it.off.items() if (name,) in done}


def _is_known(it: Range) -> bool:
    return bool(np.isfinite([it.at_low.mean, it.at_high.mean]).all())


def _verdict(it: Finding) -> str:
    return tr(_MEANINGS[it.verdict])


_MEANINGS = {
    Verdict.ROBUST: later("Robust: the sign stays over the ranges of all assumptions, and the mechanisms carry it."),
    Verdict.FRAGILE: later("Fragile: the sign hangs on what is assumed."),
    Verdict.ASSERTED: later("Asserted: it stays without the mechanisms, or is in proportion to one number put in."),
    Verdict.NOT_DISTINGUISHABLE: later(
        "Not distinguishable: the seeds do not tell it from 0, or only with one of them."
    ),
    Verdict.CONTRADICTED: later("Contradicted: the difference has the other sign."),
}


def _claimed(claims: Claims | None) -> str:
    assert claims is not None
    return sentences(*(meaning(f"claims {claims.name}", it.text) for it in claims.claims))


def _file_fold(file: Path) -> Markup:
    more = tag("p", tr("On 30 seeds, with 64 joint draws: "), tag("code", f"sim claims {file.stem}"), class_="note")
    return fold(
        tr("The file: {file}", file=f"claims/{file.name}"),
        tag("pre", file.read_text(encoding="utf-8"), tabindex=0),
        more,
    )


@cache
def _pairs() -> dict[tuple[str, str], Path]:
    """The shipped files of claims by scenario and control."""
    return {(asked.scenario, asked.control): file for file, asked in questions().items()}


def _shipped(model: Model, base: Scenario, variant: Scenario, outcome: str) -> tuple[Path | None, Claims | None]:
    """The shipped claims about these two scenarios as they are: that on the outcome, or all where none is on it."""
    file = _pairs().get((variant.name, base.name))
    if file is None:
        return None, None
    claims = read_claims(file, base.catalogue, model.outcomes, {"run.months": base.months})
    if (claims.scenario.digest(), claims.control.digest()) != (variant.digest(), base.digest()):
        return None, None
    some = tuple(it for it in claims.claims if it.outcome == outcome) or claims.claims
    return file, Claims(claims.name, claims.title, variant, base, claims.assumptions, some)


def _made(
    model: Model, base: Scenario, variant: Scenario, outcome: str, labels: tuple[str, str], difference: float
) -> Claims | None:
    """The claim that a change of one's own makes; None where there is no difference."""
    if not difference:
        return None
    known = model.outcomes[outcome]
    sign = 1 if difference > 0 else -1
    label, against = labels
    places = {"variant": label, "baseline": against, "name": words_of(outcome)}
    if sign > 0:
        text = tr("{variant} raises {name}, against {baseline}.", **places)
    else:
        text = tr("{variant} lowers {name}, against {baseline}.", **places)
    keys = [it.key for it in changes(base, variant)]
    names = (it.name for it in mechanisms_of(keys, base.catalogue))
    carried = tuple(it for it in names if _is_on(it, base) or _is_on(it, variant))
    claim = Claim("own", text, outcome, known.unit, sign, carried)
    return Claims("own", label, variant, base, (), (claim,))


def _is_on(mechanism: str, scenario: Scenario) -> bool:
    return bool(scenario.values.get(f"mechanisms.{mechanism}.enabled"))
