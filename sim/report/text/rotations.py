"""Rotations as text, as JSON and as a table of numbers: of each target what was fitted, and what was predicted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from sim.formats import band_text, bound_text
from sim.language import in_english, later, listed, meaning, tr
from sim.report.text.columns import columns
from sim.runs.summary import csv_bytes
from sim.studies.estimators.posterior import TRUSTED
from sim.studies.questions.rotation import Rotation, Row
from sim.units import Everyday, everyday

HEADING = later("rotation: each target as predicted by a fit to the others")


def rotations_text(rotations: Sequence[Rotation], model: str) -> str:
    """Every rotation with its settings, doubts and table."""
    lines = [tr(HEADING)]
    for it in rotations:
        title = f"{it.name}: {calibration_words(it.title)}"
        lines += ["", title, f"{count_text(it)}; {made_text(it)}", *remarks(it, model), ""]
        lines += [rotation_table(it.rows)]
    return "\n".join([*lines, "", tr("intervals: parameter: 90% of the posterior, of means over seeds")])


def rotation_table(rows: Iterable[Row]) -> str:
    """A line a target."""
    heads = (
        tr("target"), tr("group"), tr("asked for"), tr("band"), tr("fitted"), tr("90% interval"), "", tr("predicted"),
        tr("90% interval"), "", tr("effective sample"), tr("unit"),
    )  # fmt: skip
    cells = []
    for row in rows:
        said, unit = [], row_unit(row)
        for kind in ("fitted", "predicted"):
            one = row[kind]
            within = tr("in") if one["within"] else tr("out")
            said += [unit.number(one["median"]), unit.span(one["low"], one["high"]), within]
        cells.append((row["target"], meaning("group", row["group"]), asked_text(row), wanted_text(row), *said,
                      f"{row['predicted']['ess']:.0f}", unit.unit))  # fmt: skip
    return columns(heads, cells, right=(2, 4, 5, 7, 8, 10))


def calibration_words(title: str) -> str:
    """The title of a calibration, in the reader's language."""
    return meaning("calibration", title)


def target_words(row: Row) -> str:
    """A target in words, in the reader's language; its name where it has none."""
    fact, title = row.get("fact", ""), str(row["title"] or row["target"])
    said = meaning(f"fact {fact}", title)
    return said if said != title else meaning("target", title)


def count_text(it: Rotation) -> str:
    """How many targets lie in their bands."""
    fitted, predicted = (sum(bool(row[kind]["within"]) for row in it.rows) for kind in ("fitted", "predicted"))
    return tr("{predicted} of {count} medians in their bands when predicted, {fitted} when fitted",
              predicted=predicted, count=len(it.rows), fitted=fitted)  # fmt: skip


def made_text(it: Rotation) -> str:
    return tr(
        "{candidates} candidates a fit, each on {seeds} seeds from seed {seed}, model {model}",
        candidates=it.candidates, seeds=it.replicates, seed=it.seed, model=it.model,
    )  # fmt: skip


def remarks(it: Rotation, model: str) -> list[str]:
    """Reasons to doubt a rotation for this version of the model; none where all is well."""
    said = [tr("stale, run make calibrate again: {what}", what=tr(it.stale))] if it.stale else []
    if it.model != model:
        said.append(tr("made with model {one}, and the facts above are of {other}", one=it.model, other=model))
    if len(it.groups) == 1:
        said.append(tr("there is one group: without it nothing is fitted to, and what is predicted is what the keys' "
                       "ranges alone say"))  # fmt: skip
    few = list(dict.fromkeys(meaning("group", row["group"]) for row in it.rows if row["predicted"]["ess"] < TRUSTED))
    if few:
        said.append(tr("without {groups} the effective sample size is below {least}: too small to trust the ends of "
                       "those intervals", groups=listed(few), least=f"{TRUSTED:.0f}"))  # fmt: skip
    return said


def asked_text(row: Row) -> str:
    unit = row_unit(row)
    return f"{bound_text(row['bound'], row['value'] * unit.factor)} ± {unit.number(row['tolerance'])}"


def row_unit(row: Row) -> Everyday:
    """The everyday unit of a target: its value, band, medians and intervals."""
    return everyday(row["unit"], row["value"])


def band_of(row: Row) -> tuple[float, float]:
    low, high = row["wanted"]
    return (-math.inf if low is None else float(low), math.inf if high is None else float(high))


def wanted_text(row: Row, *, declared: bool = False) -> str:
    """The band in the everyday unit, or as it is stored."""
    low, high = row["wanted"]
    return band_text(low, high) if declared else band_text(*map(row_unit(row).of, (low, high)))


@in_english
def rotations_json(rotations: Sequence[Rotation], model: str) -> list[dict[str, Any]]:
    return [{**asdict(it), "rows": [dict(row) for row in it.rows], "remarks": remarks(it, model)} for it in rotations]


@in_english
def rotation_csv(rotations: Sequence[Rotation]) -> bytes:
    """A row a target, numbers in full."""
    parts = ("median", "mean", "low", "high", "world_low", "world_high", "within", "ess")
    heads = ("rotation", "target", "group", "reading", "unit", "value", "tolerance", "bound", "wanted",
             *(f"{kind}_{part}" for kind in ("fitted", "predicted") for part in parts))  # fmt: skip
    rows = [
        (it.name, *(row[head] for head in heads[1:8]), wanted_text(row, declared=True),
         *(row[kind][part] for kind in ("fitted", "predicted") for part in parts))
        for it in rotations for row in it.rows
    ]  # fmt: skip
    return csv_bytes(heads, rows)
