"""The report on a calibration: what was fitted to what, how far each key could be moved, and what was predicted."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.formats import counted, number, tick_labels
from sim.language import later, listed, recalled, tr, trc
from sim.report.html.bands import pair_chart
from sim.report.html.charts import ticks
from sim.report.html.markup import Markup, join, picture, table, tag
from sim.report.html.page import Report, Section, document
from sim.report.html.reproduce import study_commands, versions
from sim.report.html.rotation import HEADING as ROTATION_HEADING
from sim.report.html.rotation import WORDS, asked_cell, chart_and_table, median_cells, rotation_parts
from sim.report.html.stored import StoredCalibration
from sim.report.text.rotations import calibration_words, row_unit
from sim.runs.summary import csv_bytes
from sim.studies.estimators.posterior import FEWEST
from sim.studies.questions.calibrate import METHOD, TRUST
from sim.studies.questions.rotation import lies_within
from sim.studies.targets import FreeParameter
from sim.units import Everyday, brief, parameter_unit

_WIDTH, _HEIGHT, _SIDE, _TOP, _BOTTOM = 360, 150, 14, 26, 24  # units of a picture: about a pixel each
_BINS = 24
_LONG = 10_000  # from which ticks are so long that fewer have room
_SIGNS = later(
    "grey: the band; above: as it is; below, coloured: the posterior, with the line its 90% interval; ● median in the "
    "band; ✕ median out of it; ◆ what was asked for; ▸ beyond the axis"
)
_SIGNS_ALONE = later(
    "grey: the band; above: as it is; below, coloured: at the fitted values; ● in the band; ✕ out of it; ◆ what was "
    "asked for; ▸ beyond the axis"
)
_MARGINALS = later(
    "Bars: the posterior over the range that was tried; grey line: beforehand, when all of it is equally likely; bar "
    "above: the 90% interval; red: the fitted value."
)


def report_calibration(study: StoredCalibration) -> Report:
    """The page: fitted values and their posteriors first, then how the targets are met."""
    manifest, settings = study.manifest, study.manifest["design"]["settings"]
    sentence = _sentence(study)
    lines = _commands(study)
    remarks = [tag("p", tr(recalled(said, TRUST.values())), class_="warning") for said in manifest["remarks"]]
    rotation = join(tag("p", tr(WORDS)), rotation_parts(study.name, study.rotation)) if study.rotation else None
    sections = [
        Section("keys", tr("What was fitted"), join(_keys(study), _marginals(study))),
        Section("targets", tr("How the targets are met"), join(remarks, _targets(study))),
        *([Section("rotation", tr(ROTATION_HEADING), rotation)] if rotation else []),
    ]
    reproduction = join(
        tag("p", tr("With the same version, and the targets and ranges above in a file TARGETS.toml:")),
        tag("pre", tag("code", "\n".join(lines)), tabindex=0), versions([study.path.name], [_facts(study)]),
    )  # fmt: skip
    eyebrow = tr(
        "{name} · {candidates} candidates · {seeds} seeds from seed {seed} · effective sample size {size} · model "
        "{model}", name=study.name, candidates=settings["budget"], seeds=settings["replicates"], seed=settings["seed"],
        size=f"{manifest['effective_sample_size']:.0f}", model=manifest["model"],
    )  # fmt: skip
    title = tr("{title}: what it was calibrated to", title=calibration_words(manifest["title"]) or study.name)
    page = document(
        title, eyebrow, [sentence], sections, reproduction, _files(study),
        tr("sim report from {folders}", folders=study.path.name),
    )  # fmt: skip
    told = {"kind": "calibrate", "commands": lines, "fitted": manifest["fitted"], "misfit": manifest["misfit"],
            "effective_sample_size": manifest["effective_sample_size"], "remarks": manifest["remarks"],
            "targets": {row["target"]: {key: it for key, it in row.items() if key != "target"} for row in study.rows},
            **({"rotation": list(study.rotation)} if study.rotation else {})}  # fmt: skip
    return Report(study.path.name, page, (sentence,), told)


def _facts(study: StoredCalibration) -> dict[str, str]:
    manifest, settings = study.manifest, study.manifest["design"]["settings"]
    candidates = tr("{candidates}, {seeds} seeds each, from seed {seed}", candidates=settings["budget"],
                    seeds=settings["replicates"], seed=settings["seed"])  # fmt: skip
    digests = {name: str(it) for name, it in manifest["outputs"].items() if "/" not in name}
    return {
        tr("model"): str(manifest["model"]),
        tr("method"): tr(recalled(str(manifest["method"]), [METHOD])),
        tr("candidates"): candidates,
        **{tr("digest of {file} (SHA-256)", file=name): it for name, it in digests.items()},
        tr("commit"): str((manifest.get("git") or {}).get("commit", tr("not known"))),
        "Python": str(manifest.get("python", tr("not known"))),
    }


def _rows(study: StoredCalibration) -> list[dict[str, Any]]:
    """The targets; where the posterior has too few points to be shown, with the fitted values in its place."""
    if _told(study):
        return list(study.rows)
    return [row | {"fitted": _alone(row)} for row in study.rows]


def _alone(row: dict[str, Any]) -> dict[str, Any]:
    value = row["mean"]
    return {"median": value, "low": value, "high": value, "within": lies_within(tuple(row["wanted"]), value)}


def _sentence(study: StoredCalibration) -> str:
    """How many targets are met, and how far the misfit came down."""
    met = sum(bool(row["fitted"]["within"]) for row in _rows(study))
    misfit = study.manifest["misfit"]
    places = {
        "keys": counted(len(study.keys), "key"), "name": study.name, "met": met, "count": len(study.rows),
        "fitted": number(misfit["fitted"]), "own": number(misfit["as it is"]),
    }  # fmt: skip
    if _told(study):
        return tr(
            "With {keys} of {name} fitted, {met} of {count} targets have their posterior median in the band; the "
            "misfit is {fitted}, and was {own}.", **places,
        )  # fmt: skip
    return tr(
        "With {keys} of {name} fitted, {met} of {count} targets lie in the band; the misfit is {fitted}, and was "
        "{own}.", **places,
    )  # fmt: skip


def _keys(study: StoredCalibration) -> Markup:
    heads = (
        tr("key"), tr("fitted"), tr("median"), tr("90% interval"), tr("tried"), tr("unit"), trc("scenarios", "in"),
    )  # fmt: skip
    rows = []
    for key in study.keys:
        it = study.manifest["fitted"][key.key]
        unit = _unit(key)
        tried = unit.span(key.low, key.high)
        tried = tr("{range} (log)", range=tried) if key.log else tried
        interval = [unit.number(it["median"]), unit.span(it["low"], it["high"])] if _told(study) else ["-", "-"]
        rows.append((tag("code", key.key), brief(it["value"], unit), *interval, tried, unit.unit,
                     listed(key.scenarios)))  # fmt: skip
    return table(heads, rows, (1, 2, 3, 4), tr("Fitted values, and intervals of the posterior"))


def _marginals(study: StoredCalibration) -> Markup:
    if not _told(study):
        size = study.manifest["effective_sample_size"]
        few = tr("The posterior's effective sample size is {size}, below {least}: too few points to show it.",
                 size=f"{size:.0f}", least=f"{FEWEST:.0f}")  # fmt: skip
        return tag("p", few, class_="warning")
    figures = [
        tag("figure", tag("figcaption", tag("b", it.key.rpartition(".")[2]), " ",
                          tag("span", _unit(it).unit or tr("no unit")),
                          tag("small", tr("{key}, log scale", key=it.key) if it.log else it.key)),
            marginal_chart(f"marginal{index}", study, it))
        for index, it in enumerate(study.keys)
    ]  # fmt: skip
    note = tag("p", tr(_MARGINALS), class_="note")
    return join(tag("h3", tr("What each could be")), note, tag("div", figures, class_="charts"))


def _told(study: StoredCalibration) -> bool:
    """Whether the posterior has enough points to be shown."""
    return float(study.manifest["effective_sample_size"]) >= FEWEST


def _unit(key: FreeParameter) -> Everyday:
    return parameter_unit(key.unit, (key.low, key.high))


def marginal_chart(name: str, study: StoredCalibration, key: FreeParameter) -> Markup:
    """A key's posterior as bars over its range, with its interval and the fitted value."""
    it = study.manifest["fitted"][key.key]
    shares = np.array([key.share(value) for value in study.posterior[key.key]])
    heights, _ = np.histogram(shares, np.linspace(0.0, 1.0, _BINS + 1), weights=study.weights * _BINS)
    top, floor = max(float(heights.max()), 1.0), _HEIGHT - _BOTTOM

    def x(share: float) -> float:
        return round(_SIDE + (_WIDTH - 2 * _SIDE) * share, 1)

    def y(height: float) -> float:
        return round(floor - (floor - _TOP) * height / top, 1)

    bars = "".join(
        f"M{x(at / _BINS)} {floor}V{y(height)}H{x((at + 1) / _BINS)}V{floor}Z" for at, height in enumerate(heights)
    )
    low, fitted, high = (x(key.share(it[part])) for part in ("low", "value", "high"))
    unit = _unit(key)
    ends = (key.low * unit.factor, key.high * unit.factor)
    marks = (
        [ends[0], float(f"{math.sqrt(ends[0] * ends[1]):.3g}"), ends[1]]
        if key.log
        else [mark for mark in ticks(*ends, 2 if ends[1] >= _LONG else 4) if ends[0] <= mark <= ends[1]]
    )
    words = [number(mark) for mark in marks] if key.log else tick_labels(marks)
    places = [key.share(mark / unit.factor) for mark in marks]
    axis = [
        join(tag("path", d=f"M{x(share)} {floor}v4", class_="axis"),
             tag("text", label, x=x(share), y=_HEIGHT - 6,
                 class_=f"tick {'first' if share < 0.05 else 'y' if share > 0.95 else 'x'}"))
        for share, label in zip(places, words, strict=True)
    ]  # fmt: skip
    value = brief(it["value"], unit)
    said = tr(
        "{key}: fitted {value}, median {median} ({span}) {unit}", key=key.key, value=value,
        median=unit.number(it["median"]), span=unit.span(it["low"], it["high"]), unit=unit.unit,
    ).rstrip()  # fmt: skip
    side = -6 if key.share(it["value"]) > 0.6 else 6
    return picture(name, said, _WIDTH, _HEIGHT, [
        tag("path", d=bars, class_="bars s0"), tag("path", d=f"M{x(0)} {y(1.0)}H{x(1)}", class_="axis"),
        tag("path", d=f"M{low} {_TOP - 8}H{high}", class_="line s1"),
        tag("path", d=f"M{fitted} {_TOP - 14}V{floor}", class_="fitted-line"),
        tag("text", value, x=fitted + side, y=_TOP + 8, class_=f"told {'y' if side < 0 else 'first'}"),
        tag("path", d=f"M{x(0)} {floor}H{x(1)}", class_="axis"), axis,
    ])  # fmt: skip


def _targets(study: StoredCalibration) -> Markup:
    heads = (
        tr("target"), tr("asked for"), tr("as it is"), tr("fitted"), tr("tolerances off"), tr("posterior"),
        tr("in the band"),
    )  # fmt: skip
    told, rows = _told(study), _rows(study)
    numbers = table(heads, [_cells(row, told=told) for row in rows], (1, 2, 3, 4, 5), tr("Targets"))
    chart = pair_chart("met", study.name, rows, "as it is", "fitted")
    signs = tr(_SIGNS) if told else tr(_SIGNS_ALONE)
    return chart_and_table(tr("As it is, and fitted"), signs, chart, numbers)


def _cells(row: dict[str, Any], *, told: bool) -> tuple[Any, ...]:
    posterior, badge = median_cells(row, "fitted")
    error = tr("standard error {error}", error=row_unit(row).number(row["error"]))
    return (
        join(row["target"], tag("small", f"{row['scenario']}: {row['reading']}")),
        asked_cell(row),
        row_unit(row).number(row["as it is"]["median"]),
        join(row_unit(row).number(row["mean"]), tag("small", error)),
        number(None if row["mean"] is None else (row["mean"] - row["value"]) / row["tolerance"]),
        posterior if told else "-",
        badge,
    )


def _commands(study: StoredCalibration) -> list[str]:
    design = study.manifest["design"]
    settings = design["settings"]
    parts = [f"sim calibrate {shlex.quote(study.name)} --targets TARGETS.toml"]
    parts += [f"--{name} {settings[name]}" for name in ("budget", "replicates", "seed")]
    parts += ["--rotate"] * bool(design["rotate"])
    return study_commands(study, " ".join(parts))


def _files(study: StoredCalibration) -> list[Sequence[Any]]:
    keys = [it.key for it in study.keys]
    rows = zip(*(study.posterior[key].tolist() for key in keys), study.weights.tolist(), strict=True)
    files: list[Sequence[Any]] = [
        (name, (study.path / name).read_bytes(), tr("the scenario with the fitted values"), "text/plain")
        for name in study.manifest["outputs"] if name.endswith(".toml")
    ]  # fmt: skip
    files.append(("posterior.csv", csv_bytes([*keys, "weight"], rows), tr("the posterior"), "text/csv"))
    return files
