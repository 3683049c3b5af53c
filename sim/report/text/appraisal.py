"""An appraisal: its card, its tables and its JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from sim import letters
from sim.formats import amount, number, people
from sim.report.text.columns import columns
from sim.report.text.payers import payers_json, sales_json, sales_table, taxes_table
from sim.runs.posterior_sample import borrowed_lines
from sim.studies.appraisal.paired import GROUPS
from sim.studies.appraisal.terms import CHANGES, MEASURES
from sim.studies.appraisal.treated import FREE, WORDS
from sim.studies.appraisal.welfare import PACE_YEARS, WHO
from sim.studies.estimators.fieller import Ratio
from sim.studies.estimators.intervals import Interval
from sim.studies.money import money_year
from sim.studies.questions.appraise import MODELLED, NOT_MODELLED, Appraisal
from sim.units import change

WIDTH, MOST_LINES = 78, 16
_BILLIONS_FROM = 20_000.0  # million yuan
_ONE_FIRM = 0.25  # part of the net from which the most changed firm is mentioned
_CHANGED = {
    "founded": "founded because of it",
    "survived": "survived because of it",
    "grew": "grew or shrank",
    "died": "died because of it",
    "unfounded": "not founded because of it",
}
RESOURCE_WORDS = {
    "sales": "sales",
    "inputs": "inputs",
    "labour": "labour at its opportunity cost",
    "investment": "investment",
    "research": "research and platform staff of hosts",
    "entry_cost": "entry costs",
    "moving": "moving",
    "outside_rent": "floor elsewhere",
    "renovation": "renovation",
    "programmes": "programmes and training",
    "other": "other resources",
    "public_money": "cost of raising public money",
    "assets_left": "assets at the end",
}
_OUTLAY = {"public": "the state", "site_owner": "sites' owners", "platforms": "platforms and their hosts"}


def ends(it: Interval | Ratio) -> str:
    """An interval in brackets; empty where there is none."""
    return f"[{amount(it.low)} to {amount(it.high)}]" if np.isfinite(it.low) and np.isfinite(it.high) else ""


def unit_of(found: Appraisal) -> tuple[float, str]:
    """The unit of an appraisal's money: million yuan, or billion where amounts are large."""
    largest = max(abs(float(np.mean(values))) for values in found.who.values())
    return (1000.0, "billion yuan") if largest >= _BILLIONS_FROM else (1.0, "million yuan")


def treated_text(found: Appraisal) -> str:
    """The treated, in words."""
    words = {WORDS[it.kind] for it in found.treatments}
    return words.pop() if len(words) == 1 else "those treated"


def said_of_rivals(found: Appraisal) -> str:
    """Whether the model knows to whom sales are lost."""
    if found.rivals == MODELLED:
        return ""
    return "rivals' sales left out" if found.rivals == NOT_MODELLED else "rivals outside left out"


# --- the card


def appraisal_card(found: Appraisal) -> list[str]:
    """The answer in at most 16 lines of 78 columns; one more where parameters were drawn too."""
    it, scale, unit = found, *unit_of(found)
    last = it.baseline.calendar(it.baseline.months - 1)
    lines = [title_line(it)]
    lines += _chain_lines(it)
    value_added, taxes = (float(np.mean(it.net(name))) / scale for name in ("value_added", "taxes"))
    net = f"value added {amount(value_added)}, taxes {amount(taxes)} {unit}"
    lines.append(f"Net to {last[:4]}: {net}.  Jobs {it.trend}.")
    rate = it.assumptions["discount"].value
    worth = f"{unit} of {money_year(it.baseline)}, worth in {it.baseline.calendar(it.base)} at {100 * rate:.3g}% a year"
    lines.append(f"WHO PAYS, WHO GAINS  {worth}")
    lines += _who_lines(it, scale)
    value = Interval(*(x / scale for x in it.interval(it.value)))
    empty = f"{amount(float(np.mean(it.if_empty)) / scale)} if they stay empty" if left_floor(it) else ""
    lines += aligned([("SOCIETY'S BALANCE", amount(value.mean), ends(value), [empty or unsure(value)])])
    ratio = it.benefit_over_cost
    over = "No outlay." if ratio is None else f"Benefit over cost {ratio:.2f}."
    lines.append(f"{over}  {payback_text(it)}")
    lines.append(cost_text(it))
    lines += drawn_lines(it, scale)
    lines.append(mind_text(it, scale))
    return [line.rstrip() for line in lines]


def drawn_lines(it: Appraisal, scale: float) -> list[str]:
    """Net jobs and society's balance where parameters are drawn from a posterior too; nothing where they are not."""
    if it.drawn is None:
        return []
    jobs, balance = it.drawn.range(it.drawn.net("jobs")), it.drawn.range(it.drawn.value / scale)
    said = (
        f"net jobs {people(jobs.low)} to {people(jobs.high)}, balance {amount(balance.low)} to {amount(balance.high)}"
    )
    return [f"{'BORROWED FIT' if it.drawn.parameters.get('borrowed') else 'PARAMETERS DRAWN'}  in 90% of worlds {said}"]


def title_line(it: Appraisal) -> str:
    """Which scenario against which, the months and the seeds."""
    last = it.baseline.calendar(it.baseline.months - 1)
    span = f"{it.baseline.calendar(0)} to {last}, {it.seeds} seed{'s' if it.seeds != 1 else ''}"
    title = f"{it.variant.name} against {it.baseline.name}"
    room = WIDTH - len(span) - 2
    return letters.left(letters.shortened(title, room), room + 2) + span


def _chain_lines(it: Appraisal) -> list[str]:
    """From gross to net, in jobs and enterprises."""
    net, firms = it.interval(it.net("jobs")), it.interval(it.net("enterprises"))
    gross = float(np.mean(it.gross("jobs")))
    lines = []
    if it.treatments:
        lines.append(counted_line(f"Jobs at {treated_text(it)}", it.interval(it.gross("jobs"))))
        if it.moved_in("jobs").any():
            moved = people(-float(np.mean(it.moved_in("jobs"))))
            lines.append(("  moved in from the area", moved, "", ["there without it, elsewhere in the area"]))
        lines.append(counted_line("  founded or there anyway", it.interval(-it.there_anyway("jobs"))))
        lines.append(counted_line("  others' gain or loss", it.interval(it.others("jobs")), said_of_rivals(it)))
    said = [unsure(net)]
    if it.treatments and gross >= net.mean > 0 and not said[0]:  # more than all of it is others'
        said.append(f"{100 * net.mean / gross:.0f} of 100")
    if not said[0]:
        said.append(residents_text(it))
    lines.append(counted_line("NET JOBS", net, *said))
    if it.assumptions["home_displaced"].value:
        lines.append(counted_line("  in the whole country", it.in_country))
    lines.append(counted_line("NET ENTERPRISES", firms, *([unsure(firms)] if unsure(firms) else classes_text(it))))
    none = [] if it.treatments else ["Nobody can be said to be treated, so there is no gross: it starts at net."]
    return [*none, *aligned(lines)]


def residents_text(it: Appraisal) -> str:
    """Which part of the net jobs goes to residents; empty where there is no gain."""
    net = float(np.mean(it.net("jobs")))
    if net <= 0:
        return ""
    here = 1.0 - float(np.mean(it.from_elsewhere)) / net
    if here < 0.005:
        return "none residents'"
    return "all residents'" if here >= 0.995 else f"{100 * here:.0f}% residents'"


def classes_text(it: Appraisal) -> list[str]:
    """Which part of the net enterprises are small, and new."""
    parts = {group: float(np.mean(it.chain[f"enterprises.net_{group}"])) for group in GROUPS}
    total = sum(parts.values())
    if not total:
        return []
    small = sum(value for group, value in parts.items() if group.startswith("small")) / total
    new = sum(value for group, value in parts.items() if group.endswith("newcomer")) / total
    return [f"{_share(small)} small", f"{_share(new)} new"]


def _share(part: float) -> str:
    return "all" if 0.995 <= part <= 1.005 else "nearly all" if 0.9 <= part <= 1.1 else f"{100 * part:.0f}%"


def _who_lines(it: Appraisal, scale: float) -> list[str]:
    """Who gains and loses, the largest first, in two lines at most; landlords where floor is left behind."""
    means = {name: float(np.mean(it.who[name])) / scale for name in WHO if name != "landlords" or not left_floor(it)}
    order = sorted(means, key=lambda name: -abs(means[name]))
    texts = [f"{WHO[name]} {signed_amount(means[name])}" for name in order if amount(means[name]) != "0"]
    wrapped = textwrap.wrap("   ".join(text.replace(" ", "\0") for text in texts), WIDTH - 2)
    lines = [f"  {line.replace(chr(0), ' ')}" for line in wrapped[:2]] or ["  nobody"]
    if left_floor(it):
        now = float(np.mean(it.who["landlords"])) / scale
        then = now + float(np.mean(it.if_empty - it.value)) / scale
        floor = round(float(np.mean(it.floor_left_behind)), -4)
        empty = f"{amount(then)} if the {floor:,.0f} m2 left behind stay empty"
        lines.append(f"  {WHO['landlords']} {amount(now)}; {empty}")
    return lines


def left_floor(it: Appraisal) -> bool:
    """Whether firms that moved in left floor behind, of which landlords elsewhere may stay without rent."""
    return bool(it.moved_in("jobs").any()) and float(np.mean(it.floor_left_behind)) >= 5_000


def payback_text(it: Appraisal) -> str:
    """When a measure is paid back."""
    month, inside = it.payback
    last = it.baseline.calendar(it.baseline.months - 1)[:4]
    if month is None and float(np.mean(it.value)) > 0:
        return "Paid back only by assets left at the end."
    if month is None:
        return f"Not paid back by {last}, nor in {PACE_YEARS} years at this pace."
    when = it.baseline.calendar(month)
    return f"Paid back in {when}." if inside else f"Not paid back by {last}; in {when[:4]} at this pace."


def cost_text(it: Appraisal) -> str:
    """Cost per net job and per job-year, or why there is none."""
    if _free(it):
        return "COST PER NET JOB  not known: the model charges nobody for this lever"
    if float(np.mean(it.cost)) <= 0:
        return "COST PER NET JOB  none: the sponsors earn as much as they spend"
    job, year = it.cost_per_job, it.cost_per_job_year
    if it.seeds == 1:
        return f"COST PER NET JOB  {_price(job.value)}, from one seed: no interval"
    if not job.told:
        return "COST PER NET JOB  cannot be told: net jobs may be none; rank by the balance"
    if job.value < 0:
        return "COST PER NET JOB  none: net jobs are fewer than without it"
    text = f"COST PER NET JOB  {_price(job.value)} {_prices(job)}"
    millions = abs(job.value) >= 1
    per_year = f"; {_priced(year.value, millions=millions)} per job-year" if year.told else ""
    choices = (f"{per_year} {_prices(year, millions=millions)}", per_year)
    return text + next((it for it in choices if year.told and len(text + it) <= WIDTH), "")


def mind_text(it: Appraisal, scale: float) -> str:
    """What would mislead most."""
    if not it.differs:
        return "MIND: the worlds do not differ in this run; the measure begins later, or does nothing."
    if _free(it):
        return "MIND: the model charges nobody for this lever: its own cost is missing."
    if it.drawn and it.drawn.chain is not it.chain and not _within(it):
        return "MIND: the values set lie at the edge of the posterior: trust the draws."
    net, rest = (float(np.mean(f("value_added"))) for f in (it.net, it.without_largest))
    if it.treatments and abs(net - rest) > _ONE_FIRM * abs(net):
        texts = amount(net / scale), amount(rest / scale)
        return f"MIND: without each seed's most changed firm value added is {texts[1]}, not {texts[0]}."
    months = it.baseline.months
    if it.is_site:
        return f"MIND: let for {it.months_let:.0f} of {months} months; floor and firms outlast the run."
    if it.trend != "are steady":
        return f"MIND: net jobs {it.trend}: with more --months the answer is another."
    if it.rivals == NOT_MODELLED:
        return "MIND: firms of a place share no demand, so that displacement is too small."
    return "MIND: sales, wages and inputs are at the model's prices; see the assumptions."


def _within(it: Appraisal) -> bool:
    """Whether the net jobs at the scenario's own values lie in the range of worlds with drawn parameters."""
    drawn: Any = it.drawn
    jobs = drawn.range(drawn.net("jobs"))
    return bool(jobs.low <= float(np.mean(it.net("jobs"))) <= jobs.high)


def _free(it: Appraisal) -> bool:
    """Whether what acts are only levers for which the model charges nobody."""
    return all(change.key in FREE for change in it.changed)


def signed_amount(x: float) -> str:
    return f"+{amount(x)}" if x > 0 else amount(x)


def _price(million: float) -> str:
    """Million yuan as a price that is easy to read."""
    millions = abs(million) >= 1
    return f"{_priced(million, millions=millions)}{' million' if millions else ''} yuan"


def _prices(it: Ratio, *, millions: bool | None = None) -> str:
    millions = abs(it.value) >= 1 if millions is None else millions
    return f"[{_priced(it.low, millions=millions)} to {_priced(it.high, millions=millions)}]"


def _priced(million: float, *, millions: bool) -> str:
    """A price in yuan, or in million yuan."""
    return number(_rounded(million)) if millions else f"{_rounded(1e6 * million):,.0f}"


def _rounded(x: float) -> float:
    return float(f"{x:.2g}")


CardLine = tuple[str, str, str, list[str]]  # words, a mean, its interval, and what to say as far as it fits


def counted_line(words: str, it: Interval, *after: str) -> CardLine:
    said = f"[{people(it.low)} to {people(it.high)}]" if np.isfinite(it.low) else ""
    return words, people(it.mean), said, list(after)


def aligned(lines: list[CardLine]) -> list[str]:
    """Lines of the card with their numbers in one column."""
    wide = max(8, *(len(mean) + 1 for _, mean, *_ in lines))
    found = []
    for words, mean, interval, after in lines:
        start = f"{words:<25}{mean:>{wide}}  {interval}{'  ' if interval else ''}"
        said = list(filter(None, after))
        while said and len(start + ", ".join(said)) > WIDTH:
            said.pop()
        found.append((start + ", ".join(said)).rstrip())
    return found


def unsure(it: Interval) -> str:
    return "" if it.low > 0 or it.high < 0 or not np.isfinite(it.low) else "may be none"


# --- tables


def appraisal_text(found: Appraisal) -> str:
    """The card, then the chain, the balance and what is assumed."""
    scale, unit = unit_of(found)
    parts = ["\n".join(appraisal_card(found)), chain_table(found, scale, unit), balance_table(found, scale, unit)]
    parts += [taxes_table(found, scale, unit), sales_table(found, treated_text(found), scale, unit)]
    return "\n\n".join([*parts, assumptions_table(found)])


def chain_rows(found: Appraisal) -> list[tuple[str, dict[str, Any]]]:
    """The terms of the chain with their values on each seed by measure, from gross to net."""
    it = found

    def term(words: str, values: Any) -> tuple[str, dict[str, Any]]:
        return words, {measure: values(measure) for measure in MEASURES}

    def part(group: str, name: str) -> tuple[str, dict[str, Any]]:
        return term(f"  {_CHANGED[name]}", lambda measure: it.chain[f"{measure}.{group}_{name}"])

    rows = [
        term("gross", it.gross),
        term("  at those that it brings in", it.brought_in),
        term("moved in from the area", lambda measure: -it.moved_in(measure)),
        term("founded or there anyway", lambda measure: -it.there_anyway(measure)),
        term("direct additional", it.direct),
        *(part("direct", name) for name in CHANGES if name != "unfounded"),
    ]
    others = [term("others, net", it.others), *(part("others", name) for name in CHANGES)]
    return [*(rows if it.treatments else []), *others, term("NET", it.net)]


def chain_table(found: Appraisal, scale: float, unit: str) -> str:
    """From gross to net, mean over seeds, for each measure."""

    def cell(measure: str, x: float) -> str:
        return people(x) if MEASURES[measure] != "million yuan" else amount(x / scale)

    rows = [
        (words, *(cell(measure, float(np.mean(values[measure]))) for measure in MEASURES))
        for words, values in chain_rows(found)
        if words.strip() == "NET" or any(values[measure].any() for measure in MEASURES)
        if not words.endswith("brings in") or (values["jobs"] != found.gross("jobs")).any()
    ]
    intervals = {measure: found.interval(found.net(measure)) for measure in MEASURES}
    rows += [
        (f"  95% interval, {words}", *(cell(measure, getattr(intervals[measure], words)) for measure in MEASURES))
        for words in ("low", "high")
        if found.seeds > 1
    ]
    rows.append(("  median", *(cell(measure, float(np.median(found.net(measure)))) for measure in MEASURES)))
    rows.append(
        (
            "  without the most changed firm",
            *(cell(measure, float(np.mean(found.without_largest(measure)))) for measure in MEASURES),
        )
    )
    if it := found.drawn:
        ranges = {measure: it.range(it.net(measure)) for measure in MEASURES}
        rows += [
            (f"  {words} drawn parameters", *(cell(measure, getattr(ranges[measure], name)) for measure in MEASURES))
            for name, words in (("mean", "mean with"), ("low", "5% of worlds with"), ("high", "95% of worlds with"))
        ]
    heads = ("from gross to net", "jobs", "enterprises", "value added", "taxes")
    short = unit.replace("million", "mn").replace("billion", "bn")
    rows.insert(0, ("", "people", "", short, short))
    parts = [columns(heads, rows, right=(1, 2, 3, 4))]
    groups = [
        (group.replace("_", ", "), *(people(float(np.mean(found.chain[f"{m}.net_{group}"]))) for m in _COUNTED))
        for group in GROUPS
        if any(found.chain[f"{m}.net_{group}"].any() for m in _COUNTED)
    ]
    if groups:
        parts.append(columns(("net by class and age at first sight", "jobs", "enterprises"), groups, right=(1, 2)))
    if found.rivals != MODELLED:
        parts[-1] += f"\nOthers: {said_of_rivals(found)}, so that displacement is too small."
    return "\n\n".join(parts)


_COUNTED = ("jobs", "enterprises")


def balance_table(found: Appraisal, scale: float, unit: str) -> str:
    """Society's balance by resource and by who, and the sponsors' outlay."""
    drawn = found.drawn
    heads = ["mean", "95% interval", *(["90% of draws"] if drawn else [])]
    none = [""] * len(heads)

    def valued(words: str, values: Callable[[Appraisal], Any]) -> tuple[str, ...]:
        """A row; empty where all seeds have 0."""
        if not any(values(it).any() for it in (found, drawn or found)):
            return ()
        seeds = found.interval(values(found) / scale)
        ranges = [seeds, *([drawn.range(values(drawn) / scale)] if drawn else [])]
        return words, amount(seeds.mean), *(ends(it).strip("[]") for it in ranges)

    rows: list[tuple[str, ...]] = []
    for words, labels, field in (("by resource", RESOURCE_WORDS, "resources"), ("by who", WHO, "who")):
        rows.append((words, *none))
        rows += [valued(f"  {label}", partial(_part, field, name)) for name, label in labels.items()]
        rows.append(valued("  SOCIETY'S BALANCE", lambda it: it.value))
    rows.append(("outlay of sponsors, less what they earn", *none))
    rows += [valued(f"  {_OUTLAY[name]}", partial(_part, "outlay", name)) for name in found.outlay]
    rows.append(valued("  TOTAL", lambda it: it.cost))
    rates = ", ".join(
        f"{amount(float(np.mean(values)) / scale)} at {100 * rate:.3g}%" for rate, values in found.other_rates.items()
    )
    said = [f"balance at other discount rates: {rates}"]
    if left_floor(found):
        said.append(f"balance if floor left behind stays empty: {amount(float(np.mean(found.if_empty)) / scale)}")
    for line in borrowed_lines(drawn.parameters) if drawn else ():
        said += textwrap.wrap(line, WIDTH, subsequent_indent="  ")
    return "\n".join([columns((f"present value, {unit}", *heads), list(filter(None, rows)), right=(1,)), *said])


def _part(field: str, name: str, found: Appraisal) -> Any:
    return getattr(found, field)[name]


def assumptions_table(found: Appraisal) -> str:
    """What is assumed beyond the model."""
    rows = [
        (it.name, f"{it.value:g}{'*' if it.changed else ''}", f"{it.low:g} to {it.high:g}", it.unit)
        for it in found.assumptions.values()
    ]
    table = columns(("assumed (--assume NAME=VALUE)", "value", "range", "unit"), rows, right=(1,))
    changed = "\n* changed by --assume" if any(it.changed for it in found.assumptions.values()) else ""
    keys = [f"{it.key} {change(it.old, it.new, it.unit)}" for it in found.changed[:8]]
    more = f" and {len(found.changed) - 8} more" if len(found.changed) > 8 else ""
    said = textwrap.fill(f"differs: {'; '.join(keys)}{more}", WIDTH, subsequent_indent="  ")
    return f"{table}{changed}\nmeaning and source of each: assumptions.csv\n{said}"


# --- JSON


def appraisal_json(found: Appraisal) -> dict[str, Any]:
    """The same as one object; money is million yuan."""

    def valued(values: Any) -> dict[str, float]:
        return dict(found.interval(values)._asdict())

    it = found
    drawn = it.drawn and {
        "worlds": it.drawn.seeds,
        "parameters": dict(it.drawn.parameters),
        "net": {measure: dict(it.drawn.range(it.drawn.net(measure))._asdict()) for measure in MEASURES},
        "net_present_value": dict(it.drawn.range(it.drawn.value)._asdict()),
        "outlay": dict(it.drawn.range(it.drawn.cost)._asdict()),
    }
    return {
        "baseline": it.baseline.name,
        "variant": it.variant.name,
        "model": it.model,
        "seed": it.baseline.seed,
        "seeds": it.seeds,
        "start": it.baseline.calendar(0),
        "end": it.baseline.calendar(it.baseline.months - 1),
        "base": it.baseline.calendar(it.base),
        "treated": [vars(one) for one in it.treatments],
        "changed": [vars(one) for one in it.changed],
        "chain": {
            measure: {
                "gross": valued(it.gross(measure)) if it.treatments else None,
                "brought_in": valued(it.brought_in(measure)) if it.treatments else None,
                "moved_in": valued(it.moved_in(measure)),
                "there_anyway": valued(it.there_anyway(measure)),
                "direct": valued(it.direct(measure)),
                "direct_parts": {name: valued(it.chain[f"{measure}.direct_{name}"]) for name in CHANGES},
                "others": valued(it.others(measure)),
                "others_parts": {name: valued(it.chain[f"{measure}.others_{name}"]) for name in CHANGES},
                "net": valued(it.net(measure)),
                "net_median": float(np.median(it.net(measure))),
                "largest": valued(it.chain[f"{measure}.largest"]),
                "net_without_largest": valued(it.without_largest(measure)),
                "unit": unit,
            }
            for measure, unit in MEASURES.items()
        },
        "net_by_class_and_age": {
            measure: {group: valued(it.chain[f"{measure}.net_{group}"]) for group in GROUPS} for measure in _COUNTED
        },
        "net_jobs_from_elsewhere": valued(it.from_elsewhere),
        "net_jobs_of_residents": valued(it.net("jobs") - it.from_elsewhere),
        "net_jobs_in_country": dict(it.in_country._asdict()),
        "taxes_by_kind_and_payer": payers_json(it),
        "rivals_sales": it.rivals,
        "sales_lost": sales_json(it),
        "net_present_value": valued(it.value),
        "by_resource": {name: valued(values) for name, values in it.resources.items()},
        "by_who": {name: valued(values) for name, values in it.who.items()},
        "at_other_rates": {f"{rate:g}": valued(values) for rate, values in it.other_rates.items()},
        "if_floor_left_behind_stays_empty": valued(it.if_empty),
        "floor_left_behind": valued(it.floor_left_behind),
        "outlay": {name: valued(values) for name, values in it.outlay.items()} | {"total": valued(it.cost)},
        "benefit_over_cost": it.benefit_over_cost,
        "cost_per_net_job": dict(it.cost_per_job._asdict()),
        "cost_per_job_year": dict(it.cost_per_job_year._asdict()),
        "payback": None if it.payback[0] is None else it.baseline.calendar(it.payback[0]),
        "payback_within_run": it.payback[1],
        "trend": it.trend,
        "differs": it.differs,
        "assumptions": {name: vars(one) for name, one in it.assumptions.items()},
        "card": appraisal_card(it),
        "drawn": drawn,
        "failures": list(it.failures),
        "results": str(it.path),
    }
