"""A calibration as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.formats import bound_text, number
from sim.language import meaning, tr
from sim.report.text.columns import columns
from sim.report.text.rotations import calibration_words, rotation_table
from sim.studies.questions.calibrate import Calibration, rotation_rows, trust
from sim.studies.targets import FreeParameter, Target
from sim.units import Everyday, brief, everyday, parameter_unit


def calibration_text(found: Calibration) -> str:
    """What was fitted to what, with which values and how well."""
    targets, fit = found.targets, found.fit
    settings = targets.settings
    first = f"{targets.base}: {calibration_words(targets.title)}" if targets.title else targets.base
    sampled = tr(
        "posterior: {draws} draws, effective sample size {effective}, acceptance {acceptance}",
        draws=len(fit.sampled), effective=f"{fit.posterior.effective:.0f}",
        acceptance=number(fit.posterior.acceptance),
    )  # fmt: skip
    heads = (tr("key"), tr("fitted"), tr("median"), tr("90% interval"), tr("range"), tr("unit"))
    rows = []
    for key in targets.keys:
        middle, low, high = fit.interval(key.key)
        unit = parameter_unit(key.unit, (key.low, key.high))
        rows.append((key.key, brief(fit.best.values[key.key], unit), unit.number(middle), unit.span(low, high),
                     _range(key, unit), unit.unit))  # fmt: skip
    of_targets = (
        tr("target"), tr("as it is"), tr("fitted"), tr("error"), tr("wanted"), tr("tolerances off"), tr("posterior"),
        tr("90% of worlds"), tr("unit"),
    )  # fmt: skip
    lines = [
        tr("{name}: {candidates} candidates, each on {seeds} seeds from seed {seed}", name=first,
           candidates=len(fit.evaluations) - 2, seeds=settings.replicates, seed=settings.seed),
        tr("misfit {own} as it is, {best} fitted; {sampled}", own=number(fit.evaluations[0].misfit),
           best=number(fit.best.misfit), sampled=sampled),
        "",
        columns(heads, rows, right=(1, 2, 3)),
        "",
        columns(of_targets, _target_rows(found), right=(1, 2, 3, 4, 5, 6, 7)),
    ]  # fmt: skip
    if found.rotation:
        lines += ["", tr("fitted, and predicted from the other groups of targets:"), "",
              rotation_table(rotation_rows(targets, fit, found.rotation))]  # fmt: skip
    remarks = [tr(said) for said in trust(fit, targets)]
    remarks += [
        tr("without {group}: {said}", group=meaning("group", it.left_out), said=tr(said))
        for it in found.rotation
        for said in trust(it, targets)
        if "effective" in said
    ]
    lines += ["", *remarks] if remarks else []
    lines += ["", tr("intervals of keys and posterior: parameter; of worlds: both parameter and stochastic")]
    lines += [tr("fitted scenario: {path}", path=path) for path in found.scenario_files]
    return "\n".join([*lines, tr("results: {path}", path=found.path)])


def calibration_json(found: Calibration) -> dict[str, Any]:
    """The same as one object."""
    targets, fit = found.targets, found.fit
    said = ("name", "title", "digest", "model", "design", "fitted", "misfit", "effective_sample_size", "acceptance",
            "remarks", "failures")  # fmt: skip
    told = {name: found.manifest[name] for name in said}
    met = {
        it.name: {
            "fact": it.fact, "group": it.group, "scenario": it.scenario, "value": it.value, "tolerance": it.tolerance,
            "bound": it.bound, "as_it_is": fit.evaluations[0].means[index], "fitted": fit.best.means[index],
            "error": fit.best.errors[index], "deviation": it.deviation(fit.best.means[index]),
            "posterior": vars(fit.span(index)),
        }
        for index, it in enumerate(targets.targets)
    }  # fmt: skip
    rotation = {"rotation": rotation_rows(targets, fit, found.rotation)} if found.rotation else {}
    files = {"results": str(found.path), "scenarios": [str(path) for path in found.scenario_files]}
    return {**files, **told, "targets": met, **rotation}


def wanted_text(it: Target) -> str:
    """A target's value, bound and tolerance in its everyday unit."""
    unit = everyday(it.unit, it.value)
    return f"{bound_text(it.bound, it.value * unit.factor)} ± {unit.number(it.tolerance)}"


def _target_rows(found: Calibration) -> list[Sequence[str]]:
    fit = found.fit
    before, after = fit.evaluations[0].means, fit.best.means
    rows: list[Sequence[str]] = []
    for index, it in enumerate(found.targets.targets):
        seen, unit = fit.span(index), everyday(it.unit, it.value)
        rows.append((
            it.name, unit.number(before[index]), unit.number(after[index]), unit.number(fit.best.errors[index]),
            wanted_text(it), number(it.deviation(after[index])), unit.span(seen.low, seen.high),
            unit.span(seen.world_low, seen.world_high), unit.unit,
        ))  # fmt: skip
    return rows


def _range(key: FreeParameter, unit: Everyday) -> str:
    """The range that was tried."""
    said = unit.span(key.low, key.high)
    return tr("{range} (log)", range=said) if key.log else said
