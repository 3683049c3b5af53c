"""Whether what a comparison changes is worth it: an appraisal of each variant, or why there is none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sim.language import later
from sim.runs.errors import Incompatible, NoRecords
from sim.runs.store import Store
from sim.studies.appraisal.assumptions import declared_assumptions
from sim.studies.appraisal.treated import of_measures
from sim.studies.questions.appraise import Decision, Records, appraise_results, stored_record

if TYPE_CHECKING:
    from sim.studies.questions.compare import ComparedVariant, Comparison


def decided(comparison: Comparison, out: Path, records: Records = stored_record) -> Comparison:
    """The comparison with a decision on each variant that differs in a policy, a platform or a site."""
    variants = tuple(replace(it, decision=_decision(comparison, it, out, records)) for it in comparison.variants)
    return replace(comparison, variants=variants)


def _decision(comparison: Comparison, variant: ComparedVariant, out: Path, records: Records) -> Decision | None:
    measures, others = of_measures(comparison.baseline.scenario, variant.result.scenario)
    if not measures:
        return None
    if others:
        keys, more = ", ".join(others[:2]), len(others) - 2
        if more > 0:
            return Decision(None, later("the two also differ in {keys} and {more} more, which nobody decides",
                                        keys=keys, more=more))  # fmt: skip
        return Decision(None, later("the two also differ in {keys}, which nobody decides", keys=keys))
    if not comparison.paired:
        return Decision(None, later("the seeds are not paired"))
    if not variant.same_model:
        return Decision(None, later("the two were run by different versions of the model"))
    whole = comparison.baseline.months
    if records is stored_record and any(
        int(Store(it.path).manifest()["months"]) != whole for it in (comparison.baseline, variant.result)
    ):
        return Decision(
            None, later("results of different length are compared, and an appraisal needs their whole runs")
        )
    names = (comparison.label, variant.label)
    try:
        found = appraise_results(comparison.baseline, variant.result, declared_assumptions(), out, names, records)
    except NoRecords as error:
        return Decision(None, error.reason, error.command)
    except Incompatible as error:
        return Decision(None, str(error))
    # Worlds with drawn parameters have their range beside the interval of their mean.
    return Decision(replace(found, drawn=found) if comparison.baseline.manifest.get("parameters") else found)
