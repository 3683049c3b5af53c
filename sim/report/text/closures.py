"""Of an appraisal, what follows where demand is given, and where incomes return as demand."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.formats import amount, number, people
from sim.language import tr
from sim.report.text.columns import columns
from sim.studies.questions.appraise import Appraisal


def closures_table(found: Appraisal, scale: float, unit: str) -> str:
    """Net jobs, others' jobs for each direct one and society's balance by closure; empty where only one was run."""
    if found.other_closure is None:
        return ""
    words = {"given": tr("given"), "income": tr("incomes return")}
    rows = [(words[name], *_cells(it, scale)) for name, it in found.closures.items()]
    heads = (tr("demand"), tr("net jobs"), tr("95% interval"), tr("others' per direct"), tr("balance"))
    said = tr("others' per direct: jobs of others for each direct one; balance in {unit}, present value", unit=unit)
    return "\n".join([columns(heads, rows, right=(1, 3, 4)), said])


def _cells(it: Appraisal, scale: float) -> tuple[str, ...]:
    jobs = it.interval(it.net("jobs"))
    ends = tr("{low} to {high}", low=people(jobs.low), high=people(jobs.high)) if it.seeds > 1 else ""
    ratio = it.multiplier
    told = number(ratio.value) if ratio.told else tr("cannot be told")
    return people(jobs.mean), ends, told, amount(float(np.mean(it.value)) / scale)


def closures_json(found: Appraisal) -> dict[str, Any]:
    """The same by closure."""
    return {
        name: {
            "net_jobs": dict(it.interval(it.net("jobs"))._asdict()),
            "others_jobs_per_direct_job": dict(it.multiplier._asdict()),
            "net_present_value": dict(it.interval(it.value)._asdict()),
        }
        for name, it in found.closures.items()
    }
