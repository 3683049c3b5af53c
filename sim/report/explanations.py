"""What is said and drawn of a difference in parts, and of two worlds that part."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.report.tables import changes_text, columns, signed
from sim.runs.store import FIGURES, write_whole
from sim.runs.summary import csv_bytes, number, span
from sim.studies.estimators.intervals import interval_kind
from sim.studies.rests import rests_on, rests_text, source_of

if TYPE_CHECKING:
    from sim.report.canvas import Page
    from sim.studies.questions.explain import Explanation
    from sim.studies.questions.trace import Fate, Parting, Trace

_MOST_MECHANISMS = 5  # shown one by one in a table or figure


# --- a difference in parts


def explanation_text(explanation: Explanation) -> str:
    """The parts as a table, the largest first, with what each of them changes."""
    it, names = explanation, explanation.names
    rests = _rests(it)
    how = f"all {it.combinations} combinations run"
    if it.orders:
        how = f"{it.orders} orders drawn, {it.combinations} combinations run"
    rows = [
        (part.group, signed(part.value), span(part.low, part.high), it.unit, ", ".join(rests[part.group]))
        for part in it.parts
    ]
    rows.append(("total", signed(it.total.mean), span(it.total.low, it.total.high), it.unit, ""))
    lines = [
        f"{it.outcome} in {it.month}: {names[1]} less {names[0]}, {it.seeds} seeds, paired seed by seed; {how}",
        f"{number(it.baseline)} -> {number(it.variant)} {it.unit}",
        "",
        columns(("part", "adds", "95% interval", "unit", "its values rest on"), rows, right=(1, 2)),
        "",
        *changes_text([change for part in it.parts for change in part.changed]),
        "",
        f"what is the same in both rests on {rests_text(_rest_of_it(it))}",
    ]
    return "\n".join(lines)


def explanation_json(explanation: Explanation) -> dict[str, Any]:
    """The same as one object."""
    it = explanation
    rests = _rests(it)
    return {
        "outcome": it.outcome,
        "unit": it.unit,
        "month": it.month,
        "first": str(it.first.path),
        "second": str(it.second.path),
        "model": it.first.manifest["model"],
        "seed": it.first.seed,
        "seeds": it.seeds,
        "combinations": it.combinations,
        "orders": it.orders,
        "baseline": it.baseline,
        "variant": it.variant,
        "total": it.total.mean,
        "low": it.total.low,
        "high": it.total.high,
        "parts": {
            part.group: {
                "value": part.value,
                "low": part.low,
                "high": part.high,
                "rests_on": rests[part.group],
                "changed": [vars(change) for change in part.changed],
            }
            for part in it.parts
        },
        "rests_on": _rest_of_it(it),
        "results": str(it.path),
    }


def draw_explanation(explanation: Explanation) -> None:
    """Write the table of parts and draw the waterfall, in the explanation's folder."""
    from sim.report.canvas import style

    rows = [(part.group, part.value, part.low, part.high) for part in explanation.parts]
    parts = csv_bytes(("part", "value", "low", "high"), [*rows, ("total", *explanation.total)])
    write_whole(explanation.path / "parts.csv", parts)
    with style():
        _write_figure(explanation.path, "waterfall", _waterfall(explanation))


def _rests(explanation: Explanation) -> dict[str, list[str]]:
    """The kinds of source of each part's values in the second scenario, or in the first where only that has the key."""
    one, other = explanation.first.scenario, explanation.second.scenario

    def kind(key: str) -> str:
        return source_of(other if key in other.values else one, key).kind

    return {part.group: sorted({kind(change.key) for change in part.changed}) for part in explanation.parts}


def _rest_of_it(explanation: Explanation) -> dict[str, int]:
    """The parameters behind both scenarios by kind of source, but those that differ."""
    differing = [change.key for part in explanation.parts for change in part.changed]
    return rests_on(explanation.first.scenario, explanation.second.scenario, but=differing)


def _waterfall(explanation: Explanation) -> Page:
    """Bars from the first scenario's mean to the second's, one part after another, with their intervals."""
    from sim.report.canvas import BLUE, GREY, INK, VERMILION, KeyEntry, page

    it = explanation
    one, other = it.names
    names = [one, *(part.group for part in it.parts), other]
    adds = "Parts are Shapley values: on every seed they add up to the difference."
    drawn = f" over seeds and {it.orders} orders drawn (Student's t)"
    if not it.orders:
        drawn = f" over seeds, every combination run ({interval_kind(it.seeds)})"
    results = f"{it.first.path.name}, {it.second.path.name} and {it.combinations - 2} mixtures"
    rests = rests_text(_rest_of_it(it))
    footer = (
        f"Mean over {it.seeds} seeds from seed {it.first.seed}, paired. Whiskers: 95% intervals{drawn}. {adds}",
        f"Rests on {rests}. Model {it.first.manifest['model']}. Source: outcomes.parquet of {results}.",
    )
    title = f"What made the difference in {it.outcome.replace('_', ' ')}"
    said = f"{other} less {one}, {it.month}: {signed(it.total.mean)} {it.unit}"
    key: list[KeyEntry] = [("band", BLUE, "adds")] if any(part.value >= 0 for part in it.parts) else []
    key += [("band", VERMILION, "takes away")] if any(part.value < 0 for part in it.parts) else []
    made = page(title, said, [*key, ("band", GREY, "all together")], footer, 1, tall=0.24 * len(names))
    width, height = made.figure.get_size_inches()
    low, high = 0.62 + 0.12 * len(footer), made.height - 1.15
    left = 0.3 + 0.075 * max(map(len, names))
    axes = made.figure.add_axes((left / width, low / height, (width - left - 1.0) / width, (high - low) / height))
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0, labelsize=8.5, labelcolor=INK)
    at = 0.0
    marks = []
    for place, part in enumerate(it.parts, 1):
        axes.barh(place, part.value, left=at, height=0.62, color=BLUE if part.value >= 0 else VERMILION)
        _whisker(axes, place, at + part.low, at + part.high)
        marks.append((place, max(at, at + part.value, at + part.high), part.value))
        at += part.value
        axes.plot([at, at], [place - 0.31, place + 1.31], color=GREY, linewidth=0.6)
    axes.plot([0, 0], [-0.31, 1.31], color=GREY, linewidth=0.6)
    last = len(names) - 1
    axes.barh(last, it.total.mean, height=0.62, color=GREY)
    _whisker(axes, last, it.total.low, it.total.high)
    marks.append((last, max(0.0, it.total.mean, it.total.high), it.total.mean))
    for place, right, value in marks:
        axes.annotate(signed(value), (right, place), (5, 0), textcoords="offset points", va="center", fontsize=8,
                      color=INK, annotation_clip=False)  # fmt: skip
    axes.axvline(0.0, color=INK, linewidth=0.8)
    axes.annotate(f"mean {number(it.baseline)}", (0.0, 0), (5, 0), textcoords="offset points", va="center", fontsize=8,
                  color=GREY, annotation_clip=False)  # fmt: skip
    axes.annotate(f"mean {number(it.variant)}", (1.0, last), (8, 0), xycoords=axes.get_yaxis_transform(),
                  textcoords="offset points", va="center", fontsize=8, color=GREY, annotation_clip=False)  # fmt: skip
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(last + 0.6, -0.6)
    axes.set_xlabel(f"difference from {one}, {it.unit}" if it.unit else f"difference from {one}",
                    fontsize=8, color=GREY)  # fmt: skip
    _plain_x(axes)
    return made


def _whisker(axes: Any, place: int, low: float, high: float) -> None:
    if math.isfinite(low):  # one seed gives no interval
        axes.plot([low, high], [place, place], color="#1a1a1a", linewidth=1.0)


def _plain_x(axes: Any) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(7))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.6g}".replace("-", "\N{MINUS SIGN}")))


# --- two worlds that part


def trace_text(trace: Trace) -> str:
    """Where two worlds part and what comes of it, as tables."""
    it, scenario = trace, trace.scenario
    names = it.first_name, it.second_name
    months = f"{len(it.months)} months from {scenario.calendar(0)}"
    lines = [
        f"{names[1]} beside {names[0]}: replicate {it.replicate} of seed {it.seed}, {months}",
        *changes_text(it.changed),
        "",
    ]
    if it.first is None:
        return "\n".join([*lines, "nothing differs: every state of every month is the same in both"])
    lines.append(f"first difference: {_parting(it, it.first)}")
    if it.first_enterprise is None:
        return "\n".join([*lines, "no enterprise ever differs"])
    if it.first_enterprise != it.first:
        lines.append(f"first enterprise: {_parting(it, it.first_enterprise)}")
    lines += [
        "",
        "enterprises that differ in any state, in staff, in being there, and by the mechanism in which each first did:",
        _months_text(it),
        "",
    ]
    one, other = it.startups_only
    lines += ["startups in one world only:", *_beside("channel", names, one, other), ""]
    one, other = it.survivors_only
    lines.append("there in both, operating at the end in one only:")
    lines += [*_beside("what became of it in the other", names, one, other), "", _stakes_text(it)]
    lines.append(f"what is the same in both rests on {rests_text(_trace_rests(it))}")
    return "\n".join(lines)


def _trace_rests(trace: Trace) -> dict[str, int]:
    return rests_on(trace.scenario, but=[change.key for change in trace.changed])


def trace_json(trace: Trace) -> dict[str, Any]:
    """The same as one object, with every enterprise that differs."""
    it = trace
    names = it.first_name, it.second_name
    return {
        "first": names[0],
        "second": names[1],
        "seed": it.seed,
        "replicate": it.replicate,
        "world_seed": it.world_seed,
        "weight": it.weight,
        "rests_on": _trace_rests(it),
        "changed": [vars(change) for change in it.changed],
        "first_difference": _parting_json(it, it.first),
        "first_enterprise": _parting_json(it, it.first_enterprise),
        "months": [vars(row) | {"month": it.scenario.calendar(row.month)} for row in it.months],
        "startups_only": dict(zip(names, map(dict, it.startups_only), strict=True)),
        "survivors_only": dict(zip(names, map(dict, it.survivors_only), strict=True)),
        "stakes": {
            stake.group: {key: value for key, value in vars(stake).items() if key != "group"} for stake in it.stakes
        },
        "enterprises": [_fate_json(it, fate) for fate in it.fates if fate.parted],
    }


def draw_trace(trace: Trace, folder: Path) -> None:
    """Write the tables of months and enterprises and draw how far the worlds part, in ``folder``."""
    from sim.report.canvas import style

    fates = [_fate_json(trace, fate) for fate in trace.fates if fate.parted]
    heads = list(_FATE)
    write_whole(folder / "enterprises.csv", csv_bytes(heads, ([fate[head] for head in heads] for fate in fates)))
    mechanisms = _mechanisms(trace)
    write_whole(
        folder / "months.csv",
        csv_bytes(
            ("month", "alive", "differing", "only_first", "only_second", "other_staff", *mechanisms),
            (
                (trace.scenario.calendar(row.month), row.alive, row.differing, row.only_first, row.only_second,
                 row.other_staff, *(row.by_mechanism.get(name, 0) for name in mechanisms))
                for row in trace.months
            ),
        ),
    )  # fmt: skip
    with style():
        _write_figure(folder, "parting", _parting_page(trace))


_FATE = (
    "identity", "origin", "born", "parted", "mechanism", "column", "first_end", "first_reason", "second_end",
    "second_reason", "first_staff", "second_staff", "first_taxes", "second_taxes",
)  # fmt: skip


def _fate_json(trace: Trace, fate: Fate) -> dict[str, Any]:
    parted = fate.parted
    born = "" if fate.born < 0 else trace.scenario.calendar(fate.born)
    when = (trace.scenario.calendar(parted.month), parted.mechanism, parted.what) if parted else ("", "", "")
    ends = [part for pair in zip(fate.ends, fate.reasons, strict=True) for part in pair]
    told = (*ends, *fate.staff, *fate.taxes)
    return dict(zip(_FATE, (fate.identity, fate.origin, born, *when, *told), strict=True))


def _parting(trace: Trace, parting: Parting) -> str:
    when = f"{trace.scenario.calendar(parting.month)}, {parting.mechanism}"
    if not parting.identity:
        return f"{when}: {parting.what} {_value(parting.first)} -> {_value(parting.second)}"
    if parting.what == "existence":
        where = trace.first_name if parting.first else trace.second_name
        return f"{when}: enterprise {parting.identity} exists in {where} only"
    return (
        f"{when}: {parting.what} of enterprise {parting.identity} {_value(parting.first)} -> {_value(parting.second)}"
    )


def _parting_json(trace: Trace, parting: Parting | None) -> dict[str, Any] | None:
    if parting is None:
        return None
    return parting._asdict() | {"month": trace.scenario.calendar(parting.month), "identity": parting.identity or None}


def _value(value: Any) -> str:
    return "(none)" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


def _mechanisms(trace: Trace) -> list[str]:
    """Mechanisms in which enterprises first differed, the one with most of them first."""
    found: Counter[str] = Counter()
    for row in trace.months:
        found.update(row.by_mechanism)
    return [name for name, _ in found.most_common()]


def _months_text(trace: Trace) -> str:
    """Each December and the last month."""
    shown = _mechanisms(trace)[:_MOST_MECHANISMS]
    last = trace.months[-1].month
    rows = []
    for row in trace.months:
        calendar = trace.scenario.calendar(row.month)
        if row.month == last or (calendar.endswith("-12") and row.differing):
            others = row.differing - sum(row.by_mechanism.get(name, 0) for name in shown)
            counts = [*(row.by_mechanism.get(name, 0) for name in shown), others]
            share = f"{row.differing / max(1, row.alive):.1%}"
            rows.append((calendar, number(row.alive), number(row.differing), share, number(row.other_staff),
                         number(row.only_first + row.only_second), *map(number, counts)))  # fmt: skip
    heads = ("month", "alive", "differ", "share", "in staff", "in one only", *shown, "others")
    if not any(row[-1] != "0" for row in rows):
        heads, rows = heads[:-1], [row[:-1] for row in rows]
    return columns(heads, rows, right=range(1, len(heads)))


def _beside(head: str, names: Sequence[str], one: Counter[str], other: Counter[str]) -> list[str]:
    rows = [(f"  {name}", number(one[name]), number(other[name])) for name, _ in (one + other).most_common()]
    rows.append(("  all", number(sum(one.values())), number(sum(other.values()))))
    return columns((f"  {head}", *(f"{name} only" for name in names)), rows, right=(1, 2)).split("\n")


def _stakes_text(trace: Trace) -> str:
    names = trace.first_name, trace.second_name
    rows: list[tuple[str, float, float, float, float, float]] = [
        (stake.group, stake.enterprises, *stake.jobs, *stake.taxes) for stake in trace.stakes
    ]
    _, *numbers = zip(*rows, strict=True)
    sums: Any = map(sum, numbers)
    rows.append(("all", *sums))
    told = [
        (group, number(count), *map(number, (one, other)), signed(other - one), *map(number, (tax_one, tax_other)),
         signed(tax_other - tax_one))
        for group, count, one, other, tax_one, tax_other in rows
    ]  # fmt: skip
    heads = ("at stake", "enterprises", "jobs", "jobs", "more", "taxes", "taxes", "more")
    above = ("", "", *names, "", *names, "")
    note = "jobs at the end, people; taxes over the run, million yuan"
    if trace.weight != 1:
        note += f"; each enterprise stands for {number(trace.weight)}"
    return columns(heads, [above, *told], right=range(1, 8)) + f"\n{note}"


def _parting_page(trace: Trace) -> Page:
    """Share of enterprises that differ, by the mechanism in which each first did; enterprises of one world only."""
    import numpy as np

    from sim.report.canvas import BLUE, GREEN, GREY, INK, ORANGE, PURPLE, SKY, VERMILION, dress, months_as_years, page

    it = trace
    colours: tuple[str, ...] = (BLUE, ORANGE, GREEN, PURPLE, SKY)
    shown = _mechanisms(it)[:_MOST_MECHANISMS]
    years = months_as_years(it.scenario.start, len(it.months))
    alive = np.array([max(1, row.alive) for row in it.months])
    parts = [np.array([row.by_mechanism.get(name, 0) for row in it.months]) for name in shown]
    others = np.array([row.differing for row in it.months]) - sum(parts, np.zeros(len(it.months)))
    names = list(shown)
    if others.any():
        parts, names, colours = [*parts, others], [*names, "others"], (*colours[: len(shown)], GREY)
    names_of = it.first_name, it.second_name
    rests = rests_text(_trace_rests(it))
    counted = "An enterprise counts under the mechanism in which a state of it first differed."
    footer = (
        f"One pair of worlds, replicate {it.replicate} of seed {it.seed}: one seed has no interval. {counted}",
        f"Rests on {rests}. Model {it.version}. Source: months.csv in {it.folder}.",
    )
    first = it.first_enterprise
    said = (
        "no enterprise ever differs"
        if first is None
        else f"first in {it.scenario.calendar(first.month)}, in {first.mechanism}"
    )
    made = page(f"{names_of[1]} beside {names_of[0]}: where two worlds part", said, (), footer, 2, tall=1.9)
    axes = made.axes(0)
    box = axes.get_position()
    axes.set_position((box.x0, box.y0, 0.8 * box.width, box.height))  # room for the labels
    if parts:
        axes.stackplot(years, [100.0 * part / alive for part in parts], colors=colours, linewidth=0)
    dress(axes, "enterprises that differ", "% of those alive in either world", (years[0], years[-1]))
    axes.set_ylim(0, max(1.0, 105.0 * max(row.differing / max(1, row.alive) for row in it.months)))
    below = 0.0
    top = axes.get_ylim()[1]
    placed = -top
    for name, part in zip(names, parts, strict=True):
        height = 100.0 * part[-1] / alive[-1]
        placed = max(below + height / 2, placed + 0.055 * top)
        axes.annotate(f"{name} {height:.1f}%", (1.0, placed), (4, 0), xycoords=axes.get_yaxis_transform(),
                      textcoords="offset points", va="center", fontsize=7.5, color=INK,
                      annotation_clip=False)  # fmt: skip
        below += height
    axes = made.axes(1)
    ends = []
    for name, colour, counts in zip(
        names_of, (BLUE, VERMILION), ([row.only_first for row in it.months], [row.only_second for row in it.months]),
        strict=True,
    ):  # fmt: skip
        axes.plot(years, counts, color=colour, linewidth=1.5)
        ends.append((counts[-1], name, colour))
    dress(axes, "alive in one world only", "enterprises", (years[0], years[-1]))
    axes.set_ylim(0, 1.05 * max(1, *(count for count, _, _ in ends), axes.get_ylim()[1] / 1.05))
    placed = -axes.get_ylim()[1]
    for count, name, colour in sorted(ends):
        placed = max(count, placed + 0.06 * axes.get_ylim()[1])
        axes.annotate(f"{name} {number(count)}", (1.0, placed), (-3, 5), xycoords=axes.get_yaxis_transform(),
                      textcoords="offset points", ha="right", fontsize=8, color=colour,
                      annotation_clip=False)  # fmt: skip
    return made


# --- files


def _write_figure(folder: Path, stem: str, drawn: Page) -> None:
    for kind, data in (("png", drawn.png()), ("svg", drawn.svg())):
        write_whole(folder / FIGURES / f"{stem}.{kind}", data)
