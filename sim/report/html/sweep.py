"""The report on a sweep: a slider for every varied key, and the outcomes at every simulated point."""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sim.formats import counted, label, plain, seeds_text, tick_labels
from sim.language import later, listed, meaning, month_text, tr, trc
from sim.report.html.charts import ticks, value_range
from sim.report.html.headline import words_of
from sim.report.html.markup import Markup, fold, join, table, tag
from sim.report.html.page import Report, Section, document
from sim.report.html.reproduce import study_commands, study_reproduction
from sim.report.html.rests_on import kind_badge, parameters_by_kind
from sim.report.html.stored import Stored
from sim.report.sheets import chosen
from sim.report.shown import source_words, sweep_unit, title_words
from sim.report.text.left_out import left_out_text
from sim.report.text.sweeps import value_text
from sim.runs.seeds import begins, worlds_option
from sim.runs.store import Store
from sim.runs.summary import csv_bytes
from sim.scenario import describe
from sim.studies.estimators.signs import replicate_words
from sim.studies.questions.sweep import BASELINE, LEFT_OUT, SHOWN, is_told_at, statistics, verdict_at
from sim.units import Everyday, brief, parameter_unit, with_unit

_DIGITS = 8  # of a number that the page's script reads
_MOST = 12  # outcomes that can be chosen
_COLUMNS = ("p5", "median", "p95", "difference", "low", "high")  # of a point, as the script reads them

_DESIGNS = {"grid": later("grid"), "latin": later("latin"), "sobol": later("sobol")}

Stats = dict[str, Any]


def report_sweep(sweep: Stored, headline: Sequence[str]) -> Report:
    """The page: sliders and answer first, then every point as a table."""
    names = _names(sweep, headline)
    stats = {name: statistics(sweep.cells[:, :, sweep.names.index(name)]) for name in names}
    lead = _lead(stats)
    sentence = _sentence(sweep, lead, stats[lead])
    design, axes, units = sweep.manifest["design"], sweep.manifest["design"]["keys"], _units(sweep)
    rows = {row.key: row for row in describe(sweep.scenario)}
    order = [lead, *(name for name in names if name != lead)]
    count = len(sweep.cells) - 1
    points = tr("{design} of {count} points over {keys}", design=tr(_DESIGNS[design["design"]]), count=count,
                keys=counted(len(axes), "key"))  # fmt: skip
    eyebrow = " · ".join(
        (sweep.name, points, seeds_text(sweep.replicates, begins(sweep.scenario)), month_text(sweep.manifest["month"]),
         tr("model {version}", version=sweep.manifest["model"]))
    )  # fmt: skip
    varied = [
        (tag("code", axis["key"]), value_text(_own(sweep, axis["key"]), units[axis["key"]]),
         _span(axis, units[axis["key"]]), units[axis["key"]].unit,
         [kind_badge(rows[axis["key"]].kind), " ", source_words(rows[axis["key"]].source)],
         meaning(axis["key"], rows[axis["key"]].meaning))
        for axis in axes
    ]  # fmt: skip
    lines = _commands(sweep)
    heads = (
        tr("key"), tr("baseline"), tr("values"), tr("unit"), tr("the baseline's value rests on"), tr("meaning"),
    )  # fmt: skip
    sections = [
        Section("explore", tr("Move the keys"), _explorer(sweep, order, rows)),
        Section("changed", tr("What was varied"), table(heads, varied, (1,), tr("Keys that were varied"))),
        Section("points", tr("Every simulated point"), join([_points(sweep, name, stats[name]) for name in order])),
        Section("rests", tr("What it rests on"), parameters_by_kind(sweep.name, sweep.scenario)),
    ]
    title = tr("{title}: {keys} varied", title=title_words(sweep.scenario.title) or sweep.name,
               keys=listed(axis["key"].rpartition(".")[2] for axis in axes))  # fmt: skip
    page = document(
        title, eyebrow, [sentence], sections, study_reproduction(sweep, lines),
        [("points.csv", _csv(sweep, stats), tr("every point and outcome"))],
        tr("sim report from {folders}", folders=sweep.path.name),
        data={"sweep-data": _data(sweep, order, stats)},
    )  # fmt: skip
    found = {
        name: [{key: float(values[at]) for key, values in found.items()} | {"point": _point(sweep, at)}
               for at in range(len(sweep.cells))]
        for name, found in stats.items()
    }  # fmt: skip
    return Report(
        sweep.path.name, page, (sentence,), {"kind": "sweep", "commands": lines, "lead": lead, "points": found}
    )


def _names(sweep: Stored, headline: Sequence[str]) -> list[str]:
    """The outcomes given to the sweep, and the scenario's headline."""
    store, asked = Store(sweep.path), []
    if store.intact(SHOWN):
        import csv

        with (sweep.path / SHOWN).open(encoding="utf-8", newline="") as file:
            asked = list(dict.fromkeys(row["outcome"] for row in csv.DictReader(file)))
    return chosen(sweep.names, [*asked, *headline], sweep.scenario.reported_figures, everything=False)[:_MOST]


def _lead(stats: Stats) -> str:
    """The first outcome that some point moves, whichever seed is left out, and the baseline has."""
    moved = (
        name
        for name, it in stats.items()
        if it["mean"][BASELINE] and any(is_told_at(it, at) for at in range(len(it["mean"])))
    )
    return next(moved, next(iter(stats)))


def _sentence(sweep: Stored, name: str, stats: Stats) -> str:
    """The largest difference from the baseline, with its interval and where it is; first one of more than one seed."""
    far = np.abs(np.nan_to_num(stats["difference"]))
    hangs = (stats["hangs_on_one"] > 0) & ((stats["low"] > 0) | (stats["high"] < 0))
    at = int(np.argmax(far if hangs[far > 0].all() else np.where(hangs, 0.0, far)))
    unit = sweep_unit(sweep.units[name], stats)
    of = len(sweep.cells) - 1
    if not far[at]:
        own = with_unit(unit.number(stats["median"][BASELINE]), unit.unit)
        return tr("None of {points} points moves {outcome} from the baseline's {own}.", points=of,
                  outcome=words_of(name), own=own)  # fmt: skip
    beyond = int(np.sum(far > far[at]))
    farther = tr("{count} farther only with one seed", count=beyond) if beyond else ""
    said = tr(
        "Of {points} points the farthest from the baseline in {outcome} is {difference} {unit} (95%: {span}) at "
        "{place}, after {months} months, on {seeds} common seeds", points=of, outcome=words_of(name),
        difference=unit.signed(float(stats["difference"][at])), unit=unit.of_difference,
        span=unit.span(stats["low"][at], stats["high"][at]) or tr(verdict_at(stats, at)), place=_where(sweep, at),
        months=sweep.manifest["months"], seeds=int(stats["seeds"][at]),
    )  # fmt: skip
    rest = tr(verdict_at(stats, at)) if hangs[at] else farther
    return tr("{said}.", said=trc("between changes", "; ").join(filter(None, (said, rest))))


def _point(sweep: Stored, at: int) -> dict[str, Any]:
    keys = [axis["key"] for axis in sweep.manifest["design"]["keys"]]
    if at == BASELINE:
        return {key: _own(sweep, key) for key in keys}
    return dict(zip(keys, sweep.manifest["design"]["points"][at - 1], strict=True))


def _where(sweep: Stored, at: int) -> str:
    units = _units(sweep)
    said = (f"{key} = {with_unit(value_text(value, units[key]), units[key].unit)}"
            for key, value in _point(sweep, at).items())  # fmt: skip
    return listed(said)


def _units(sweep: Stored) -> dict[str, Everyday]:
    """The everyday unit of every varied key, at all points."""
    design = sweep.manifest["design"]
    return {
        axis["key"]: parameter_unit(axis["unit"], [_own(sweep, axis["key"]), *(point[k] for point in design["points"])])
        for k, axis in enumerate(design["keys"])
    }


def _own(sweep: Stored, key: str) -> Any:
    """The baseline's value; None for a schedule."""
    value = sweep.scenario.values[key]
    return value if isinstance(value, bool | int | float | str) else None


def _span(axis: Mapping[str, Any], unit: Everyday) -> str:
    if "levels" in axis:
        return listed(brief(value, unit) for value in axis["levels"])
    return tr("{low} to {high}", low=brief(axis["low"], unit), high=brief(axis["high"], unit))


def _points(sweep: Stored, name: str, stats: Stats) -> Markup:
    axes = sweep.manifest["design"]["keys"]
    unit, units = sweep_unit(sweep.units[name], stats), _units(sweep)
    varied = [_head(axis["key"], units[axis["key"]]) for axis in axes]
    heads = (
        tr("point"), *varied, tr("median"), tr("90% interval"), tr("difference"), tr("95% interval"), tr("verdict"),
        tr("seeds"),
    )  # fmt: skip
    rows = []
    for at in range(len(sweep.cells)):
        low, high = float(stats["low"][at]), float(stats["high"][at])
        rows.append((
            tr("baseline") if at == BASELINE else at,
            *(value_text(value, units[key]) for key, value in _point(sweep, at).items()),
            unit.number(stats["median"][at]), unit.span(stats["p5"][at], stats["p95"][at]),
            *_difference(stats, at, unit, low, high), int(stats["seeds"][at]),
        ))  # fmt: skip
    count = len(heads)
    made = table(heads, rows, (*range(1, count - 2), count - 1), listed((label(name), unit.unit)))
    notes = [tag("p", tr("at {place}: {said}", place=_where(sweep, at), said=said), class_="note")
             for at in range(1, len(sweep.cells)) if (said := _hangs(stats, at, unit))]  # fmt: skip
    made = join(made, notes) if notes else made
    return fold(listed((label(name), unit.unit)), made)


def _head(key: str, unit: Everyday) -> str:
    return listed(filter(None, (key.rpartition(".")[2], unit.unit)))


def _difference(stats: Stats, at: int, unit: Everyday, low: float, high: float) -> tuple[str, str, str]:
    """Difference from the baseline, its interval and the verdict; the baseline has none."""
    if at == BASELINE:
        return "-", "-", tr("as it is")
    mean = float(stats["difference"][at])
    return unit.signed(mean), unit.span(low, high) or "-", tr(verdict_at(stats, at))


def _explorer(sweep: Stored, names: Sequence[str], rows: Mapping[str, Any]) -> Markup:
    """The sliders, the answer, and room for the charts that the script draws."""
    design = sweep.manifest["design"]
    grid = design["design"] == "grid"
    options = [tag("option", label(name), value=name) for name in names]
    units = _units(sweep)
    controls = [tag("label", tr("Outcome"), tag("select", options, id="outcome"))]
    for index, axis in enumerate(design["keys"]):
        controls.append(
            _slider(index, axis, meaning(axis["key"], rows[axis["key"]].meaning), units[axis["key"]], grid=grid)
        )
    controls += [tag("button", tr("To the nearest simulated point"), type="button", id="snap"),
                 tag("button", tr("To the point nearest to the baseline"), type="button",
                     id="to-baseline")]  # fmt: skip
    answer = tag(
        "div", tag("p", tag("span", id="state", class_="badge"), " ", tag("small", id="state-words")),
        tag("p", id="level", class_="big"), tag("p", id="band", class_="note"), tag("p", id="difference"),
        class_="answer", aria_live="polite", id="answer",
    )  # fmt: skip
    how = (
        tr(
            "Simulated points are shown as they came out. Between them every number is interpolated multilinearly: "
            "such numbers are estimates, and their intervals leave out the error of interpolation."
        )
        if grid
        else tr(
            "A design of this kind has no grid to interpolate on: what is shown is the simulated point nearest to the "
            "sliders, each key measured by its range."
        )
    )
    every = tr("All outcomes at this position")
    columns = (
        tr("outcome"), tr("median"), tr("90% interval"), tr("difference"), tr("95% interval"), tr("unit"),
    )  # fmt: skip
    live = tag("table", tag("caption", every),
               tag("thead", tag("tr", [tag("th", head, scope="col", class_="n" if index in (1, 3) else None)
                                       for index, head in enumerate(columns)])),
               tag("tbody", id="live"))  # fmt: skip
    others = tr("the other keys as the sliders stand") if grid else tr("every simulated point")
    charts = [
        tag("figure", tag("figcaption", tag("b", axis["key"]), " ", tag("span", units[axis["key"]].unit),
                          tag("small", others)),
            tag("svg", tag("title", axis["key"]), id=f"slice{index}", viewBox="0 0 360 220", role="img"))
        for index, axis in enumerate(design["keys"])
    ]  # fmt: skip
    scripts = tr("The sliders need a browser that runs scripts; every point is in the tables below.")
    return join(
        tag("noscript", tag("p", scripts)),
        tag("div", tag("div", controls, class_="controls", role="group", aria_label=tr("Position in the design")),
            tag("div", answer, tag("div", charts, class_="charts"),
                tag("div", live, class_="scroll", tabindex=0, role="region", aria_label=every),
                tag("p", how, class_="note")), class_="sweep"),
    )  # fmt: skip


def _slider(index: int, axis: Mapping[str, Any], words: str, unit: Everyday, *, grid: bool) -> Markup:
    """One key: on a grid the slider's places 0, 1, 2 ... are its levels; elsewhere its range in hundredths."""
    levels = axis.get("levels")
    last = len(levels) - 1 if levels else 100
    step = "any" if not levels else 0.125 if grid and _numeric(levels) else 1
    ends = [brief(end, unit) for end in ((levels[0], levels[-1]) if levels else (axis["low"], axis["high"]))]
    shown = [brief(value, unit) for value in levels] if levels and len(levels) <= 5 else ends
    return tag(
        "label", tag("code", axis["key"]), tag("output", id=f"value{index}", for_=f"key{index}"),
        tag("input", type="range", id=f"key{index}", min=0, max=last, step=step, value=0, title=words or None,
            disabled=last == 0),
        tag("span", [tag("span", value) for value in shown], class_="levels", aria_hidden="true"),
    )  # fmt: skip


def _numeric(levels: Sequence[Any]) -> bool:
    return all(type(value) in (int, float) for value in levels)


def _data(sweep: Stored, names: Sequence[str], stats: Mapping[str, Stats]) -> dict[str, Any]:
    """What the script reads: keys, points, and the outcomes at every point."""
    design = sweep.manifest["design"]
    keys, units = [], _units(sweep)
    for axis in design["keys"]:
        levels, unit = axis.get("levels"), units[axis["key"]]
        own = _own(sweep, axis["key"])
        keys.append({
            "key": axis["key"], "unit": unit.unit, "factor": unit.factor,
            "levels": levels, "low": axis.get("low"), "high": axis.get("high"),
            "labels": [brief(value, unit) for value in levels] if levels else None, "own": own,
            "numeric": levels is None or _numeric(levels),
        })  # fmt: skip
    return {
        "grid": design["design"] == "grid",
        "keys": keys,
        "points": design["points"],
        "names": [_where(sweep, at) for at in range(1, len(sweep.cells))],
        "outcomes": [_outcome(sweep, name, stats[name]) for name in names],
        "month": month_text(sweep.manifest["month"]),
    }


def _outcome(sweep: Stored, name: str, stats: Stats) -> dict[str, Any]:
    """An outcome at every simulated point, as numbers and as text, and the axis of its charts."""
    cells = sweep.cells[:, :, sweep.names.index(name)]
    unit = sweep_unit(sweep.units[name], stats)
    points = np.column_stack([stats[column] * unit.factor for column in _COLUMNS])
    shown = Everyday(unit.unit)  # the numbers are in it already
    low, high, _ = value_range([points[:, :3, None]])
    marks = ticks(low, high, 4)
    return {
        "name": name, "label": label(name), "unit": unit.unit, "apart": unit.of_difference,
        "values": [[_digits(x) for x in point] for point in points[1:]],
        "texts": [[(shown.signed if column == "difference" else shown.number)(x)
                   for column, x in zip(_COLUMNS, point, strict=True)] for point in points[1:].tolist()],
        "hangs": [_hangs(stats, at, unit) for at in range(1, len(sweep.cells))],
        "seeds": (np.isfinite(cells) & np.isfinite(cells[BASELINE])).sum(axis=1)[1:].tolist(),
        "baseline": _digits(stats["median"][BASELINE] * unit.factor),
        "low": low, "high": high, "ticks": list(zip(marks, tick_labels(marks), strict=True)),
    }  # fmt: skip


def _hangs(stats: Stats, at: int, unit: Everyday) -> str:
    """What a difference is without the one replicate that decides its verdict; empty where none does."""
    if not stats["hangs_on_one"][at]:
        return ""
    replicate, *left = (float(stats[it][at]) for it in LEFT_OUT[:-1])
    return left_out_text(unit, replicate_words(int(replicate)), *left)


def _digits(x: Any) -> float | None:
    return float(f"{float(x):.{_DIGITS}g}") if math.isfinite(x) else None


def _commands(sweep: Stored) -> list[str]:
    """The sweep's command. It lists a grid's values; a latin or sobol design is drawn again from the seed."""
    design = sweep.manifest["design"]
    vary = []
    for axis in design["keys"]:
        values = ",".join(map(_argument, axis["levels"])) if "levels" in axis else f"{axis['low']!r}:{axis['high']!r}"
        vary.append("--vary " + shlex.quote(f"{axis['key']}={values}"))
    how = "" if design["design"] == "grid" else f" --design {design['design']} --samples {len(design['points'])}"
    file = shlex.quote(f"{sweep.name}.toml")
    return study_commands(
        sweep, f"sim sweep {file} {' '.join(vary)}{how} {worlds_option(sweep.scenario, sweep.replicates)}"
    )


def _argument(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _csv(sweep: Stored, stats: Stats) -> bytes:
    keys = [axis["key"] for axis in sweep.manifest["design"]["keys"]]
    columns = list(next(iter(stats.values())))
    rows = [
        (at, *(plain(value) for value in _point(sweep, at).values()), name, sweep.units[name],
         *("" if not math.isfinite(found[column][at]) else repr(float(found[column][at])) for column in columns))
        for name, found in stats.items()
        for at in range(len(sweep.cells))
    ]  # fmt: skip
    return csv_bytes(("point", *keys, "outcome", "unit", *columns), rows)
