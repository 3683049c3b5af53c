"""What was sought, in figures: the frontier of cost against outcome and how far levers can be moved; or a target."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from sim.catalogue import Catalogue
from sim.formats import brief, label, minus, number, percent, seeds_text, short
from sim.language import is_chinese, listed, meaning, month_text, paragraph, tr
from sim.report.figures.axes import heading, mark, note, number_axis
from sim.report.figures.canvas import KeyEntry, Page, page, style
from sim.report.figures.colours import BLUE, FAINT, HALO, INK, ORANGE, SKY, VERMILION, light
from sim.report.money import declared_unit, scaled, sought_in_words
from sim.report.sheets import and_unit, source_words
from sim.report.shown import key_words, outcome_words, title_words
from sim.report.text.seek import bound_words, budget_is_far, found_text, good_text, lever_text, lever_unit
from sim.runs.store import Say, Store
from sim.studies.aims import Aim
from sim.studies.estimators.intervals import interval_kind
from sim.studies.mixes import share_of
from sim.studies.questions.seek import Mix, Sought
from sim.studies.questions.seek_value import Reached

_AS_GOOD = light(BLUE, 0.35)
_DEAD = "#b0b0b0"
_NEAR = 0.12  # of the axis: so near to its lower end that nothing can be written below


def draw_seek(found: Sought, say: Say) -> None:
    """Draw the frontier and the levers, in the study's folder."""
    with style():
        files = seek_page(found).files("seek")
    Store(found.path).ensure(files, say)


def draw_value(found: Reached, say: Say) -> None:
    """Draw the curve and where it reaches the target, in the study's folder."""
    with style():
        files = value_page(found).files("target")
    Store(found.path).ensure(files, say)


# --- a mix


def seek_page(it: Sought) -> Page:
    it = sought_in_words(it)
    q, scenario = it.question, it.question.scenario
    within = bound_words(it)
    name = _short_words(q.aim)
    title = tr("Most {outcome}", outcome=name) if q.sign > 0 else tr("Least {outcome}", outcome=name)
    if within:
        title = tr("{sought}, within {bound}", sought=title, bound=within[0])
    subtitle = tr(
        "{scenario}, {month}, against the scenario as it is", scenario=title_words(scenario.title) or scenario.name,
        month=month_text(scenario.calendar(scenario.months - 1)),
    )  # fmt: skip
    if within[1:]:
        subtitle = tr("{scenario}; {bounds}", scenario=subtitle, bounds=listed(within[1:]))
    costs = it.costs
    key: list[KeyEntry] = [
        ("dot", _DEAD, tr("mix tried")),
        *([("dot", SKY, tr("as good as the best within noise"))] if it.best else []),
        ("line", BLUE, tr("frontier, on fresh seeds") if costs else tr("run on fresh seeds")),
        *([("mark", VERMILION, tr("best mix"))] if it.best else []),
        ("mark", INK, tr("scenario as it is")),
        *([("line", ORANGE, tr("budget"))] if q.budget and not budget_is_far(it) else []),
    ]
    fresh = it.manifest["design"]["confirm"]
    words = paragraph(
        tr("Mixes tried: means over {seeds}.", seeds=seeds_text(scenario.replicates, scenario.seed)),
        tr("Whiskers: 95% intervals on {count} fresh seeds ({kind}).", count=fresh, kind=interval_kind()),
    )
    data = tr("{first} and {second}", first="mixes.parquet", second="seek.json")
    footer = [words, source_words(it.manifest["model"], data, [it.path.name])]
    if it.best is None:
        footer.insert(0, tr("No mix is named: {reason}.", reason=it.refused))
    rows, draws = len(it.ranges), len(it.regrets)
    parts = [0.36 * rows + 0.25, *([0.62, 0.32 * draws + 0.1] if draws else [])]  # inches, the second one between
    tall = max(3.1, sum(parts))
    made = page(title, subtitle, key, footer, 1, tall=tall / 1.42, columns=1, left=0.75, right=0.3, below=0.25)
    grid = made.grid[0].subgridspec(1, 2, width_ratios=(5.0, 3.9), wspace=0.16)
    main = made.figure.add_subplot(grid[0, 0])
    _frontier(main, it) if costs else _along(main, it)
    heights = [*parts, max(1e-3, tall - sum(parts))]
    right = grid[0, 1].subgridspec(len(heights), 1, height_ratios=heights, hspace=0.0)
    _levers(made.figure.add_subplot(right[0]), it)
    if draws:
        _regrets(made.figure.add_subplot(right[2].subgridspec(1, 2, width_ratios=(0.2, 1), wspace=0)[0, 1]), it)
    return made


def _points(it: Sought) -> tuple[Any, Any, Any]:
    """Which mixes are shown: number, cost, net."""
    rows = [row for row in it.tried if math.isfinite(row["net"])]
    return (
        np.array([row["number"] for row in rows], int),
        np.array([row["cost"] for row in rows], float),
        np.array([row["net"] for row in rows], float),
    )


def _frontier(axes: Axes, it: Sought) -> None:
    """Outcome against cost."""
    q = it.question
    numbers, cost, net = _points(it)
    good = np.isin(numbers, it.as_good)
    axes.axhline(0.0, color=INK, linewidth=0.7)
    axes.scatter(cost[~good], net[~good], s=9, color=_DEAD, linewidths=0)
    axes.scatter(cost[good], net[good], s=13, color=SKY, linewidths=0, zorder=3)
    line = [(one.cost.mean, one.net.mean) for one in it.frontier]
    if it.baseline_holds and all(x > 0 or q.sign * y < 0 for x, y in line):
        line = sorted([*line, (0.0, 0.0)])
    axes.plot([x for x, _ in line], [y for _, y in line], color=BLUE, linewidth=1.4, zorder=4)
    for one in it.frontier:
        _cross(axes, one, BLUE)
    mark(axes, 0.0, 0.0, INK, markersize=5)
    if q.budget and budget_is_far(it):
        said = tr("budget {value}: beyond the axis", value=number(q.budget.value))
        note(axes, said, (1.0, 0.02), (-3, 0), ha="right", color=ORANGE, path_effects=HALO, xycoords="axes fraction")
    elif q.budget:
        axes.axvline(q.budget.value, color=ORANGE, linewidth=1.3, zorder=2)
    if it.best:
        _cross(axes, it.best, VERMILION)
        mark(axes, it.best.cost.mean, it.best.net.mean, VERMILION, markersize=7)
    heading(axes, _net_words(it), _unit_words(q.aim))
    axes.set_xlabel(tr("cost: the sponsors' outlay at present value, million yuan"))
    number_axis(axes.xaxis, 6)
    number_axis(axes.yaxis, 6)


def _net_words(it: Sought) -> str:
    aim = it.question.aim
    words = _meaning(it.question.scenario.catalogue, aim)
    return words if aim.total else tr("{outcome}: change", outcome=words)


def _cross(axes: Axes, one: Mix, colour: str) -> None:
    """Both intervals of a mix."""
    if math.isfinite(one.net.low):
        axes.plot([one.cost.mean] * 2, [one.net.low, one.net.high], color=colour, linewidth=1.0, zorder=5)
    if math.isfinite(one.cost.low):
        axes.plot([one.cost.low, one.cost.high], [one.net.mean] * 2, color=colour, linewidth=1.0, zorder=5)


def _along(axes: Axes, it: Sought) -> None:
    """Outcome along the first lever, where costs are not known."""
    q = it.question
    axis = q.levers[0]
    rows = [row for row in it.tried if math.isfinite(row["net"])]
    x = np.array([_place(it, row["values"]) for row in rows])
    net = np.array([row["net"] for row in rows])
    good = np.isin([row["number"] for row in rows], it.as_good)
    axes.axhline(0.0, color=INK, linewidth=0.7)
    axes.scatter(x[~good], net[~good], s=9, color=_DEAD, linewidths=0)
    axes.scatter(x[good], net[good], s=13, color=SKY, linewidths=0, zorder=3)
    for one in it.finalists:
        at = _place(it, one.values)
        if math.isfinite(one.net.low):
            axes.plot([at, at], [one.net.low, one.net.high], color=BLUE, linewidth=1.1, zorder=4)
        mark(axes, at, one.net.mean, BLUE, markersize=4)
    own = q.scenario.values[axis.key]
    if isinstance(own, int | float) and not axis.levels:
        mark(axes, float(own) * lever_unit(axis).factor, 0.0, INK, markersize=5, clip_on=False)
    if it.best:
        mark(axes, _place(it, it.best.values), it.best.net.mean, VERMILION, markersize=7)
    heading(axes, _net_words(it), _unit_words(q.aim))
    axes.set_xlabel(and_unit(short(axis.key), lever_unit(axis).unit))
    if axis.levels:
        axes.set_xticks(range(len(axis.levels)), [brief(value) for value in axis.levels])
    else:
        number_axis(axes.xaxis, 6)
    number_axis(axes.yaxis, 6)


def _place(it: Sought, values: Any) -> float:
    axis = it.question.levers[0]
    value = values[axis.key]
    return float(axis.levels.index(value)) if axis.levels else float(value) * lever_unit(axis).factor


def _levers(axes: Axes, it: Sought) -> None:
    """A row for each lever: its range, what is as good within noise, the best value, that of the scenario as it is."""
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    for row, (one, axis) in enumerate(zip(it.ranges, it.question.levers, strict=True)):
        axes.plot([0, 1], [row, row], color=FAINT, linewidth=5, solid_capstyle="butt", zorder=1)
        if one.good and not axis.levels:
            ends = [share_of(axis, value) for value in one.good]
            axes.plot(ends, [row, row], color=_AS_GOOD, linewidth=5, solid_capstyle="butt", zorder=2)
        elif one.good:
            for value in one.good:
                axes.plot([share_of(axis, value)], [row], color=_AS_GOOD, marker="s", markersize=6, zorder=2)
        own = share_of(axis, one.own)
        if 0 <= own <= 1:
            mark(axes, own, row, INK, markersize=4.5, clip_on=False)
        if one.best is not None:
            mark(axes, share_of(axis, one.best), row, VERMILION, markersize=6.5, clip_on=False)
        for at, value, side in ((0.0, one.low, "left"), (1.0, one.high, "right")):
            note(axes, lever_text(value, lever_unit(one)), (at, row), (0, -11), ha=side, va="center", fontsize=6.5)
        words = f"{short(one.key)}{f' = {lever_text(one.best, lever_unit(one))}' if one.best is not None else ''}"
        note(axes, words, (0.0, row), (0, 8), va="center", fontsize=7.5, color=INK, path_effects=HALO)
        if unit := lever_unit(one).unit:
            note(axes, unit, (1.0, row), (0, 8), ha="right", va="center", fontsize=6.5)
        if one.good:
            note(axes, good_text(one), (0.5, row), (0, -11), ha="center", va="center", fontsize=6.5, color=BLUE)
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(len(it.ranges) - 0.4, -0.6)
    axes.set_xticks([])
    axes.set_yticks([])
    heading(axes, tr("How far each lever can be moved"),
            tr("band: as good within noise, between the ends of the range"))  # fmt: skip


def _regrets(axes: Axes, it: Sought) -> None:
    """What the best mix gains and misses over draws, with the 95th percentile of what it misses."""
    axes.grid(visible=False)
    labels = []
    for row, one in enumerate(it.regrets):
        axes.barh(row - 0.2, one.gain, height=0.34, color=BLUE)
        axes.barh(row + 0.2, one.mean, height=0.34, color=VERMILION)
        axes.plot([one.mean, one.p95], [row + 0.2] * 2, color=INK, linewidth=1.0)
        labels.append(_draws_words(one.draws, one.kind))
        right = max(one.gain, one.p95, 0.0)
        note(
            axes,
            tr("best in {share}", share=percent(one.best)),
            (right, row),
            (6, 0),
            va="center",
            fontsize=7,
            path_effects=HALO,
        )
    axes.axvline(0.0, color=INK, linewidth=0.7)
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    number_axis(axes.xaxis, 5)
    axes.margins(x=0.24)
    heading(
        axes,
        tr("Where the world is another"),
        tr("mean gain (blue) and regret (red, line to the 95th percentile), {unit}", unit=_unit_words(it.question.aim)),
    )


def _draws_words(count: int, kind: str) -> str:
    """What a pair of bars is over, on two lines."""
    if kind == "posterior":
        return tr("{count} draws of\nthe posterior", count=count)
    return tr("{count} draws of\nthe assumptions", count=count)


# --- a target


def _meaning(catalogue: Catalogue, aim: Aim) -> str:
    """What an aim is, in words."""
    return _short_words(aim, lower=False) if aim.total else outcome_words(catalogue, aim.name)


def _unit_words(aim: Aim) -> str:
    """The unit of an aim, in which its values are drawn."""
    return declared_unit(aim.unit).unit


def _short_words(aim: Aim, *, lower: bool = True) -> str:
    """The name of an aim as words."""
    words = tr(label(aim.name)) if aim.total else meaning(aim.name, label(aim.name))
    return words.lower() if lower and not is_chinese() else words


def value_page(it: Reached) -> Page:
    target, root, scenario = it.target, it.root, it.target.scenario
    aim, axis = target.aim, target.lever
    money = declared_unit(aim.unit)
    wanted = money.factor * target.value
    lever = key_words(scenario.catalogue, axis.key)
    title = tr(
        "{lever}: what brings {outcome} to {value}", lever=lever, outcome=_short_words(aim), value=number(wanted)
    )
    subtitle = tr(
        "{scenario}, {month}", scenario=title_words(scenario.title) or scenario.name,
        month=month_text(scenario.calendar(scenario.months - 1)),
    )  # fmt: skip
    key: list[KeyEntry] = [
        ("line", BLUE, tr("mean")), ("band", light(BLUE, 0.3), tr("95% interval of the mean")),
        ("line", ORANGE, tr("target")),
    ]  # fmt: skip
    if not it.refused:
        key += [("mark", VERMILION, tr("the value")),
                ("band", light(VERMILION, 0.22), tr("95% interval of the value"))]  # fmt: skip
    seeds = seeds_text(scenario.replicates, scenario.seed)
    words = tr("{seeds} at every value ({kind}).", seeds=seeds, kind=interval_kind())
    footer = (words, source_words(it.manifest["model"], "curve.csv", [it.path.name]))
    made = page(title, subtitle, key, footer, 1, tall=2.0, columns=1, left=0.75, right=0.4, below=0.25)
    axes = made.axes(0)
    curve = {x: scaled(found, money.factor) for x, found in it.curve.items() if math.isfinite(found.mean)}
    unit = lever_unit(axis)
    x = [value * unit.factor for value in curve]
    if not it.refused:
        axes.axvspan(root.low * unit.factor, root.high * unit.factor, color=light(VERMILION, 0.22), linewidth=0)
    axes.fill_between(
        x, [one.low for one in curve.values()], [one.high for one in curve.values()], color=light(BLUE, 0.3),
        linewidth=0,
    )  # fmt: skip
    axes.plot(x, [one.mean for one in curve.values()], color=BLUE, marker="o", markersize=2.5, linewidth=1.3)
    axes.axhline(wanted, color=ORANGE, linewidth=1.2)
    if not it.refused:
        at = root.value * unit.factor
        mark(axes, at, wanted, VERMILION, markersize=7)
        value, first, last = (found_text(one, axis) for one in (root.value, root.low, root.high))
        first, last = f"{'< ' * root.open_low}{first}", f"{'> ' * root.open_high}{last}"
        ends = tr("{value}  [{first} to {last}]", value=value, first=first, last=last)
        low, high = axes.get_ylim()
        height, va = (0.97, "top") if wanted < (low + high) / 2 else (0.04, "bottom")  # where no curve is
        side = "left" if share_of(axis, root.value) < 0.5 else "right"
        note(axes, minus(ends), (at, height), (5 if side == "left" else -5, 0), ha=side, va=va, fontsize=8.5,
             color=INK, path_effects=HALO, xycoords=("data", "axes fraction"))  # fmt: skip
    own = scenario.values[axis.key]
    if isinstance(own, int | float) and not isinstance(own, bool) and axis.low <= own <= axis.high and x:
        at = float(own) * unit.factor
        mean = float(np.interp(at, x, [one.mean for one in curve.values()]))
        mark(axes, at, mean, INK, markersize=5)
        means = [one.mean for one in curve.values()]
        low, high = axes.get_ylim()
        left = means[-1] < means[0]
        if mean < low + _NEAR * (high - low):  # above, as the axis is below
            place: dict[str, Any] = {"offset": (0, 8), "ha": "center"}
        else:  # below the curve
            place = {"offset": (-6 if left else 6, -12), "ha": "right" if left else "left"}
        note(axes, tr("as it is"), (at, mean), fontsize=7, path_effects=HALO, **place)
    heading(axes, _meaning(scenario.catalogue, aim), "   ".join(filter(None, (_unit_words(aim), aim.name))))
    axes.set_xlabel(f"{lever}\n{and_unit(axis.key, unit.unit)}")
    number_axis(axes.xaxis, 7)
    number_axis(axes.yaxis, 6)
    return made
