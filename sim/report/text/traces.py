"""Two worlds that part, as text and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sim.formats import brief, number, percent, signed
from sim.language import later, listed, meaning, month_text, tr, trc
from sim.report.money import declared_unit
from sim.report.text.changes import changes_text
from sim.report.text.columns import columns
from sim.studies.questions.trace import Divergence, Fate, Trace
from sim.studies.rests import rests_on, rests_text

MOST_MECHANISMS = 5  # shown singly in a table or figure

# What becomes of an enterprise, and why.
_ENDS = (
    later("registered"), later("operating"), later("suspended"), later("struck off"), later("no lines"),
    later("distress"), later("never started"),
)  # fmt: skip


def trace_text(trace: Trace) -> str:
    """Where two worlds part and what comes of it, as tables."""
    it, scenario = trace, trace.scenario
    names = it.first_name, it.second_name
    lines = [
        tr(
            "{variant} beside {baseline}: replicate {replicate} of seed {seed}, {months} months from {month}",
            variant=names[1], baseline=names[0], replicate=it.replicate, seed=it.seed, months=len(it.months),
            month=month_text(scenario.calendar(0)),
        ),
        *changes_text(it.changed),
        "",
    ]  # fmt: skip
    if it.first is None:
        return "\n".join([*lines, tr("nothing differs: every state of every month is the same in both")])
    lines.append(tr("first difference: {what}", what=_divergence(it, it.first)))
    if it.first_enterprise is None:
        return "\n".join([*lines, tr("no enterprise ever differs")])
    if it.first_enterprise != it.first:
        lines.append(tr("first enterprise: {what}", what=_divergence(it, it.first_enterprise)))
    lines += [
        "",
        tr(
            "enterprises that differ in any state, in staff, in being there, and by the mechanism in which each first "
            "did:"
        ),
        _months_text(it),
        "",
    ]
    one, other = it.startups_only
    lines += [tr("startups in one world only:"), *_beside(tr("channel"), names, one, other), ""]
    one, other = it.survivors_only
    lines.append(tr("there in both, operating at the end in one only:"))
    lines += [*_beside(tr("what became of it in the other"), names, one, other), "", _stakes_text(it)]
    lines.append(tr("what is the same in both rests on {kinds}", kinds=rests_text(trace_rests(it))))
    return "\n".join(lines)


def trace_rests(trace: Trace) -> dict[str, int]:
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
        "rests_on": trace_rests(it),
        "changed": [vars(change) for change in it.changed],
        "first_difference": _divergence_json(it, it.first),
        "first_enterprise": _divergence_json(it, it.first_enterprise),
        "months": [vars(row) | {"month": it.scenario.calendar(row.month)} for row in it.months],
        "startups_only": dict(zip(names, map(dict, it.startups_only), strict=True)),
        "survivors_only": dict(zip(names, map(dict, it.survivors_only), strict=True)),
        "stakes": {
            total.group: {key: value for key, value in vars(total).items() if key != "group"}
            for total in it.group_totals
        },
        "enterprises": [fate_json(it, fate) for fate in it.fates if fate.diverged],
    }


FATE = (
    "identity", "origin", "born", "parted", "mechanism", "column", "first_end", "first_reason", "second_end",
    "second_reason", "first_staff", "second_staff", "first_taxes", "second_taxes",
)  # fmt: skip


def fate_json(trace: Trace, fate: Fate) -> dict[str, Any]:
    diverged = fate.diverged
    born = "" if fate.born < 0 else trace.scenario.calendar(fate.born)
    when = (trace.scenario.calendar(diverged.month), diverged.mechanism, diverged.what) if diverged else ("", "", "")
    ends = [part for pair in zip(fate.ends, fate.reasons, strict=True) for part in pair]
    told = (*ends, *fate.staff, *fate.taxes)
    return dict(zip(FATE, (fate.identity, fate.origin, born, *when, *told), strict=True))


def _divergence(trace: Trace, divergence: Divergence) -> str:
    places = {
        "month": month_text(trace.scenario.calendar(divergence.month)), "mechanism": divergence.mechanism,
        "enterprise": divergence.identity, "what": divergence.what, "old": brief(divergence.first, 6),
        "new": brief(divergence.second, 6),
    }  # fmt: skip
    if divergence.identity and divergence.what == "existence":
        where = trace.first_name if divergence.first else trace.second_name
        return tr("{month}, {mechanism}: enterprise {enterprise} exists in {where} only", where=where, **places)
    if divergence.identity:
        return tr("{month}, {mechanism}: {what} of enterprise {enterprise} {old} -> {new}", **places)
    return tr("{month}, {mechanism}: {what} {old} -> {new}", **places)


def _divergence_json(trace: Trace, it: Divergence | None) -> dict[str, Any] | None:
    if it is None:
        return None
    return it._asdict() | {"month": trace.scenario.calendar(it.month), "identity": it.identity or None}


def mechanisms_of(trace: Trace) -> list[str]:
    """Mechanisms in which enterprises first differed, the one with most of them first."""
    found: Counter[str] = Counter()
    for row in trace.months:
        found.update(row.by_mechanism)
    return [name for name, _ in found.most_common()]


def _months_text(trace: Trace) -> str:
    """Each December and the last month."""
    shown = mechanisms_of(trace)[:MOST_MECHANISMS]
    last = trace.months[-1].month
    rows = []
    for row in trace.months:
        calendar = trace.scenario.calendar(row.month)
        if row.month == last or (calendar.endswith("-12") and row.differing):
            others = row.differing - sum(row.by_mechanism.get(name, 0) for name in shown)
            counts = [*(row.by_mechanism.get(name, 0) for name in shown), others]
            share = percent(row.differing / max(1, row.alive), 1)
            rows.append((month_text(calendar), number(row.alive), number(row.differing), share, number(row.other_staff),
                         number(row.only_first + row.only_second), *map(number, counts)))  # fmt: skip
    heads = (
        tr("month"), tr("alive"), tr("differ"), tr("share"), tr("in staff"), tr("in one only"),
        *(meaning("mechanism", name) for name in shown), tr("others"),
    )  # fmt: skip
    if not any(row[-1] != "0" for row in rows):
        heads, rows = heads[:-1], [row[:-1] for row in rows]
    return columns(heads, rows, right=range(1, len(heads)))


def _beside(head: str, names: Sequence[str], one: Counter[str], other: Counter[str]) -> list[str]:
    rows = [(f"  {_said(name)}", number(one[name]), number(other[name])) for name, _ in (one + other).most_common()]
    rows.append((f"  {tr('all')}", number(sum(one.values())), number(sum(other.values()))))
    only = (tr("{name} only", name=name) for name in names)
    return columns((f"  {head}", *only), rows, right=(1, 2)).split("\n")


def _said(name: str) -> str:
    """An origin; or what became of an enterprise, and why."""
    return listed(tr(part) for part in name.split(", "))


def _stakes_text(trace: Trace) -> str:
    names = trace.first_name, trace.second_name
    money = declared_unit("million yuan")
    rows: list[tuple[str, float, float, float, float, float]] = [
        (tr(it.group), it.enterprises, *it.jobs, money.factor * it.taxes[0], money.factor * it.taxes[1])
        for it in trace.group_totals
    ]
    _, *numbers = zip(*rows, strict=True)
    sums: Any = map(sum, numbers)
    rows.append((tr("all"), *sums))
    told = [
        (group, number(count), *map(number, (one, other)), signed(other - one), *map(number, (tax_one, tax_other)),
         signed(tax_other - tax_one))
        for group, count, one, other, tax_one, tax_other in rows
    ]  # fmt: skip
    heads = (
        tr("at stake"), tr("enterprises"), tr("jobs"), tr("jobs"), trc("difference", "more"), tr("taxes"), tr("taxes"),
        trc("difference", "more"),
    )  # fmt: skip
    above = ("", "", *names, "", *names, "")
    note = tr("jobs at the end, people; taxes over the run, million yuan")
    if trace.weight != 1:
        more = tr("each enterprise stands for {count}", count=number(trace.weight))
        note = trc("between changes", "; ").join([note, more])
    return columns(heads, [above, *told], right=range(1, 8)) + f"\n{note}"
