"""What is shown of each class: a text as the command line writes it, and figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sim.language import tr
from sim.report.html.markup import Markup
from sim.report.notebook.page import page
from sim.runs.replicate import ecosystem
from sim.runs.result import Result

View = Callable[[Any], tuple[Callable[[], str], Iterable[Markup]]]

_MOST_KEYS = 40  # of a scenario


def html_of(it: object) -> str:
    """The HTML of an object: of its class or the nearest one above that has a view, else its ``repr``."""
    for kind in type(it).__mro__:
        if view := VIEWS.get(kind.__name__):
            return page(*view(it))
    return page(lambda: repr(it))


def _scenario(it: Any) -> tuple[Callable[[], str], Iterable[Markup]]:
    from sim.report.text.description import overview_text

    return lambda: overview_text(it, _MOST_KEYS), ()


def _result(it: Any) -> tuple[Callable[[], str], Iterable[Markup]]:
    from sim.report.notebook.charts import fans
    from sim.report.text.run import run_text

    first = _first(it)
    return lambda: run_text(it, first), fans(it, first) if it.replicates else ()


def _comparison(it: Any) -> tuple[Callable[[], str], Iterable[Markup]]:
    from sim.report.comparison_sheets import first_outcomes
    from sim.report.notebook.charts import differences
    from sim.report.text.comparison import variant_text

    first = _first(it.baseline)

    def made() -> str:
        return "\n\n".join(variant_text(it, variant, first) for variant in it.variants)

    return made, differences(it, first_outcomes(it, first))


def _appraisal(it: Any) -> tuple[Callable[[], str], Iterable[Markup]]:
    from sim.report.notebook.charts import effects
    from sim.report.text.appraisal import appraisal_text, unit_of
    from sim.studies.appraisal.welfare import WHO
    from sim.studies.estimators.indices import Estimate

    def figures() -> Iterator[Markup]:
        scale, unit = unit_of(it)
        found = {name: it.interval(values / scale) for name, values in it.who.items() if values.any()}
        bars = [(WHO[name], Estimate(*one)) for name, one in sorted(found.items(), key=lambda one: -abs(one[1].mean))]
        if bars:
            yield effects(f"Who pays and who gains, present value, {unit}", bars)

    return lambda: appraisal_text(it), figures()


def _explanation(it: Any) -> tuple[Callable[[], str], Iterable[Markup]]:
    from sim.report.notebook.charts import effects
    from sim.report.text.explanations import explanation_text
    from sim.studies.estimators.indices import Estimate

    bars = [(part.group, Estimate(part.value, part.low, part.high)) for part in it.parts]
    return lambda: explanation_text(it), (effects(f"What each part adds to {it.outcome}, {it.unit}", bars),)


def _sweep(it: Any) -> tuple[Callable[[], str], Iterable[Markup]]:
    from sim.formats import plain, short
    from sim.report.notebook.charts import effects
    from sim.report.text.sweeps import sweep_text
    from sim.studies.estimators.indices import Estimate

    def figures() -> Iterator[Markup]:
        for name in it.outcomes:
            found = it.stats[name]
            bars = [
                (", ".join(f"{short(key)} {plain(value)}" for key, value in point.items()),
                 Estimate(*(float(found[part][at]) for part in ("difference", "low", "high"))))
                for at, point in enumerate(it.points)
                if at
            ]  # fmt: skip
            yield effects(f"Difference in {name} from the scenario as it is, {it.units[name]}", bars)

    return lambda: sweep_text(it), figures()


def _sensitivities(it: Any) -> tuple[Callable[[], str], Iterable[Markup]]:
    from sim.report.notebook.charts import effects
    from sim.report.text.sensitivities import sensitivities_text

    def figures() -> Iterator[Markup]:
        for name, found in it.outcomes.items():
            bars = [(one.key, one.index.effect) for one in found.parameters]
            yield effects(f"Effect of each parameter over its range on {name}, {found.unit}", bars)

    return lambda: sensitivities_text(it), figures()


def _validation(it: Any) -> tuple[Callable[[], str], Iterable[Markup]]:
    from sim.report.text.validation import validation_text

    return lambda: validation_text(it), ()


def _calibration(it: Any) -> tuple[Callable[[], str], Iterable[Markup]]:
    from sim.report.text.calibrations import calibration_text

    return lambda: calibration_text(it), ()


def _findings(it: Any) -> tuple[Callable[[], str], Iterable[Markup]]:
    from sim.report.text.claims import claims_text

    return lambda: claims_text(it), ()


def _trace(it: Any) -> tuple[Callable[[], str], Iterable[Markup]]:
    from sim.report.text.traces import trace_text

    return lambda: trace_text(it), ()


def _sought(it: Any) -> tuple[Callable[[], str], Iterable[Markup]]:
    from sim.report.text.seek import seek_text

    return lambda: seek_text(it), ()


def _reached(it: Any) -> tuple[Callable[[], str], Iterable[Markup]]:
    from sim.report.text.seek import value_text

    return lambda: value_text(it), ()


def _written(it: Any) -> tuple[Callable[[], str], Iterable[Markup]]:
    return lambda: "\n".join([*it.headline, "", tr("report: {path}", path=it.path)]), ()


def _verified(it: Any) -> tuple[Callable[[], str], Iterable[Markup]]:
    from sim.report.text.verified import faults_text, verified_text

    return lambda: "\n".join(filter(None, [verified_text(it), faults_text(it)])), ()


def _first(result: Result) -> list[str]:
    """The outcomes to show first."""
    return list(ecosystem(result.scenario.catalogue).headline(result.scenario))


# By the name of the class, so that no study is imported for another one.
VIEWS: dict[str, View] = {
    "Scenario": _scenario,
    "Result": _result,
    "Comparison": _comparison,
    "Appraisal": _appraisal,
    "Explanation": _explanation,
    "Sweep": _sweep,
    "Sensitivities": _sensitivities,
    "Validation": _validation,
    "Calibration": _calibration,
    "Findings": _findings,
    "Trace": _trace,
    "Sought": _sought,
    "Reached": _reached,
    "Written": _written,
    "Verified": _verified,
}
