"""An appraisal: its card, its tables and its JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from sim import letters
from sim.formats import amount, number, people, whole
from sim.language import in_english, is_chinese, large, later, listed, meaning, month_text, tr, trc, trn
from sim.report.text.closures import closures_json, closures_table
from sim.report.text.columns import columns
from sim.report.text.payers import CLASSES, payers_json, sales_json, sales_table, taxes_table
from sim.runs.posterior_sample import borrowed_lines
from sim.studies.appraisal.paired import GROUPS
from sim.studies.appraisal.terms import CHANGES, MEASURES
from sim.studies.appraisal.treated import FREE, WORDS
from sim.studies.appraisal.welfare import PACE_YEARS, WHO
from sim.studies.estimators.fieller import Ratio
from sim.studies.estimators.intervals import Interval
from sim.studies.money import money_year
from sim.studies.questions.appraise import MODELLED, NOT_MODELLED, Appraisal, Trend
from sim.units import change

WIDTH, MOST_LINES = 78, 16
_BILLIONS_FROM = 20_000.0  # million yuan
_ROUGH_FROM = 20_000.0  # m2: of less, 10,000 are too coarse
_ONE_FIRM = 0.25  # part of the net from which the most changed firm is mentioned
_CHANGED = {
    "founded": later("founded because of it"),
    "survived": later("survived because of it"),
    "grew": later("grew or shrank"),
    "died": later("died because of it"),
    "unfounded": later("not founded because of it"),
}
RESOURCE_WORDS = {
    "sales": later("sales"),
    "inputs": later("inputs"),
    "labour": later("labour at its opportunity cost"),
    "investment": later("investment"),
    "research": later("research and platform staff of hosts"),
    "entry_cost": later("entry costs"),
    "moving": later("moving"),
    "outside_rent": later("floor elsewhere"),
    "renovation": later("renovation"),
    "programmes": later("programmes and training"),
    "other": later("other resources"),
    "public_money": later("cost of raising public money"),
    "assets_left": later("assets at the end"),
}
_TREND = {Trend.STEADY: later("are steady"), Trend.RISE: later("still rise"), Trend.FALL: later("still fall")}
_OUTLAY = {
    "public": later("the state"), "site_owner": later("sites' owners"), "platforms": later("platforms and their hosts"),
}  # fmt: skip


def ends(it: Interval | Ratio) -> str:
    """An interval in brackets; empty where there is none."""
    return _ends(amount(it.low), amount(it.high)) if np.isfinite(it.low) and np.isfinite(it.high) else ""


def _ends(low: str, high: str) -> str:
    return tr("[{low} to {high}]", low=low, high=high)


def unit_of(found: Appraisal) -> tuple[float, str]:
    """The unit of an appraisal's money: million yuan, or billion where amounts are large; in Chinese 万元 or 亿元."""
    largest = max(abs(float(np.mean(values))) for values in found.who.values())
    if is_chinese():
        return (100.0, "亿元") if largest >= 1000.0 else (0.01, "万元")
    return (1000.0, "billion yuan") if largest >= _BILLIONS_FROM else (1.0, "million yuan")


def treated_text(found: Appraisal) -> str:
    """The treated, in words."""
    words = {WORDS[it.kind] for it in found.treatments}
    return tr(words.pop()) if len(words) == 1 else tr("those treated")


def said_of_rivals(found: Appraisal) -> str:
    """Whether the model knows to whom sales are lost."""
    if found.rivals == MODELLED:
        return ""
    return tr("rivals' sales left out") if found.rivals == NOT_MODELLED else tr("rivals outside left out")


# --- the card


def appraisal_card(found: Appraisal) -> list[str]:
    """The answer in at most 16 lines of 78 columns; one more where parameters were drawn too."""
    it, scale, unit = found, *unit_of(found)
    last = it.baseline.calendar(it.baseline.months - 1)
    lines = [title_line(it)]
    lines += _chain_lines(it)
    value_added, taxes = (amount(float(np.mean(it.net(name))) / scale) for name in ("value_added", "taxes"))
    lines.append(
        tr(
            "Net to {year}: value added {value_added}, taxes {taxes} {unit}.  Jobs {trend}.",
            year=last[:4], value_added=value_added, taxes=taxes, unit=unit, trend=tr(_TREND[it.trend]),
        )
    )  # fmt: skip
    lines.append(
        tr(
            "WHO PAYS, WHO GAINS  {unit} of {year}, worth in {month} at {rate}% a year",
            unit=unit, year=money_year(it.baseline), month=month_text(it.baseline.calendar(it.base)),
            rate=f"{100 * it.assumptions['discount'].value:.3g}",
        )
    )  # fmt: skip
    lines += _who_lines(it, scale)
    value = Interval(*(x / scale for x in it.interval(it.value)))
    left = amount(float(np.mean(it.if_empty)) / scale)
    empty = tr("{value} if they stay empty", value=left) if left_floor(it) else ""
    lines += aligned([amount_line(tr("SOCIETY'S BALANCE"), value, empty or unsure(value))])
    lines.append("  ".join(filter(None, (over_cost_text(it), payback_text(it)))))
    lines.append(cost_text(it))
    lines += drawn_lines(it, scale)
    lines.append(mind_text(it, scale))
    return [line.rstrip() for line in lines]


def drawn_lines(it: Appraisal, scale: float) -> list[str]:
    """Net jobs and society's balance where parameters are drawn from a posterior too; nothing where they are not."""
    if it.drawn is None:
        return []
    jobs, balance = it.drawn.range(it.drawn.net("jobs")), it.drawn.range(it.drawn.value / scale)
    ranges = {
        "low": people(jobs.low), "high": people(jobs.high), "least": amount(balance.low), "most": amount(balance.high),
    }  # fmt: skip
    if it.drawn.parameters.get("borrowed"):
        return [tr("BORROWED FIT  in 90% of worlds net jobs {low} to {high}, balance {least} to {most}", **ranges)]
    return [tr("PARAMETERS DRAWN  in 90% of worlds net jobs {low} to {high}, balance {least} to {most}", **ranges)]


def title_parts(it: Appraisal) -> tuple[str, str]:
    """Which scenario against which; the months and the seeds."""
    first, last = (month_text(it.baseline.calendar(month)) for month in (0, it.baseline.months - 1))
    span = trn("{first} to {last}, {count} seed", "{first} to {last}, {count} seeds", it.seeds, first=first, last=last)
    return tr("{variant} against {baseline}", variant=it.variant.name, baseline=it.baseline.name), span


def title_line(it: Appraisal) -> str:
    """Both in one line."""
    title, span = title_parts(it)
    room = WIDTH - letters.cells(span) - 2
    return letters.left(letters.shortened(title, room), room + 2) + span


def _chain_lines(it: Appraisal) -> list[str]:
    """From gross to net, in jobs and enterprises."""
    none = tr("Nobody can be said to be treated, so there is no gross: it starts at net.")
    return [*([] if it.treatments else [none]), *aligned(chain_lines(it))]


def chain_lines(it: Appraisal) -> list[CardLine]:
    """From gross to net in jobs, as far as somebody can be said to be treated; net enterprises."""
    net, firms = it.interval(it.net("jobs")), it.interval(it.net("enterprises"))
    lines: list[CardLine] = []
    if it.treatments:
        lines.append(counted_line(tr("Jobs at {treated}", treated=treated_text(it)), it.interval(it.gross("jobs"))))
        if it.moved_in("jobs").any():
            moved = people(-float(np.mean(it.moved_in("jobs"))))
            there = tr("there without it, elsewhere in the area")
            lines.append((f"  {tr('moved in from the area')}", moved, "", [there]))
        lines.append(counted_line(f"  {tr('founded or there anyway')}", it.interval(-it.there_anyway("jobs"))))
        others = tr("others' gain or loss")
        lines.append(counted_line(f"  {others}", it.interval(it.others("jobs")), said_of_rivals(it)))
    said = [unsure(net)]
    if part := net_of_gross(it):
        said.append(tr("{part} of 100", part=part))
    if not said[0]:
        said.append(residents_text(it))
    lines.append(counted_line(tr("NET JOBS"), net, *said))
    if it.assumptions["home_displaced"].value:
        lines.append(counted_line(f"  {tr('in the whole country')}", it.in_country))
    some = [unsure(firms)] if unsure(firms) else classes_text(it)
    lines.append(counted_line(tr("NET ENTERPRISES"), firms, *some))
    return lines


def net_of_gross(it: Appraisal) -> str:
    """How many of 100 jobs at the treated are net; empty where that is no part, or cannot be told."""
    net, gross = it.interval(it.net("jobs")), float(np.mean(it.gross("jobs")))
    is_part = it.treatments and gross >= net.mean > 0 and not unsure(net)  # more than all of it is others'
    return f"{100 * net.mean / gross:.0f}" if is_part else ""


def residents_text(it: Appraisal) -> str:
    """Which part of the net jobs goes to residents, below 0 where they lose jobs; empty where there is no gain."""
    net = float(np.mean(it.net("jobs")))
    if net <= 0:
        return ""
    here = 1.0 - float(np.mean(it.from_elsewhere)) / net
    if abs(here) < 0.005:
        return tr("none residents'")
    return tr("all residents'") if here >= 0.995 else tr("{part}% residents'", part=f"{100 * here:.0f}")


def classes_text(it: Appraisal) -> list[str]:
    """Which part of the net enterprises are small, and new."""
    parts = {group: float(np.mean(it.chain[f"enterprises.net_{group}"])) for group in GROUPS}
    total = sum(parts.values())
    if not total:
        return []
    small = sum(value for group, value in parts.items() if group.startswith("small")) / total
    new = sum(value for group, value in parts.items() if group.endswith("newcomer")) / total
    return [tr("{share} small", share=_share(small)), tr("{share} new", share=_share(new))]


def _share(part: float) -> str:
    if 0.995 <= part <= 1.005:
        return tr("all")
    return tr("nearly all") if 0.9 <= part <= 1.1 else f"{100 * part:.0f}%"


def _who_lines(it: Appraisal, scale: float) -> list[str]:
    """Who gains and loses, the largest first, in two lines at most; landlords where floor is left behind."""
    means = {name: float(np.mean(it.who[name])) / scale for name in WHO if name != "landlords" or not left_floor(it)}
    order = sorted(means, key=lambda name: -abs(means[name]))
    texts = [f"{tr(WHO[name])} {signed_amount(means[name])}" for name in order if amount(means[name]) != "0"]
    lines = [f"  {line}" for line in _rows_of(texts, WIDTH - 2)[:2]] or [f"  {tr('nobody')}"]
    if left_floor(it):
        now = float(np.mean(it.who["landlords"])) / scale
        then = now + float(np.mean(it.if_empty - it.value)) / scale
        floor = float(np.mean(it.floor_left_behind))
        floor = round(floor, -4 if floor >= _ROUGH_FROM else -3)
        said = tr(
            "{who} {now}; {then} if the {floor} m2 left behind stay empty",
            who=tr(WHO["landlords"]), now=amount(now), then=amount(then),
            floor=large(floor) if is_chinese() else whole(floor),
        )  # fmt: skip
        lines.append(f"  {said}")
    return lines


def _rows_of(texts: list[str], width: int) -> list[str]:
    """Texts three spaces apart, in lines of so many cells; none is broken."""
    lines: list[str] = []
    for text in texts:
        if lines and letters.cells(longer := f"{lines[-1]}   {text}") <= width:
            lines[-1] = longer
        else:
            lines.append(text)
    return lines


def left_floor(it: Appraisal) -> bool:
    """Whether firms that moved in left floor behind, of which landlords elsewhere may stay without rent."""
    return bool(it.moved_in("jobs").any()) and float(np.mean(it.floor_left_behind)) >= 5_000


def payback_text(it: Appraisal) -> str:
    """When a measure is paid back."""
    month, inside = it.payback
    last = it.baseline.calendar(it.baseline.months - 1)[:4]
    if month is None and float(np.mean(it.value)) > 0:
        return tr("Paid back only by assets left at the end.")
    if month is None:
        return tr("Not paid back by {year}, nor in {years} years at this pace.", year=last, years=PACE_YEARS)
    when = it.baseline.calendar(month)
    if inside:
        return tr("Paid back in {month}.", month=month_text(when))
    return tr("Not paid back by {year}; in {then} at this pace.", year=last, then=when[:4])


def over_cost_text(it: Appraisal) -> str:
    """Benefit over cost, or why there is none; empty where sponsors earn what they spend, which the next line says."""
    ratio = it.benefit_over_cost
    if ratio is None and any(part.any() for part in it.outlay.values()):
        return ""
    if ratio is None:
        return tr("No outlay.")
    if not outlay_told(it):
        return tr("Benefit over cost cannot be told: the outlay may be 0.")
    return tr("Benefit over cost {ratio}.", ratio=f"{ratio:.2f}")


def outlay_told(it: Appraisal) -> bool:
    """Whether the sponsors' outlay can be told from 0; of one seed it is taken as it is."""
    return not unsure(it.interval(it.cost))


def cost_text(it: Appraisal) -> str:
    """Cost per net job and per job-year, or why there is none."""
    if _free(it):
        return tr("COST PER NET JOB  not known: the model charges nobody for this lever")
    net = it.net("jobs")
    if not net.any():
        return tr("COST PER NET JOB  none: no net jobs")
    if float(np.mean(it.cost)) <= 0:
        return tr("COST PER NET JOB  none: the sponsors earn as much as they spend")
    if not outlay_told(it):
        return tr("COST PER NET JOB  cannot be told: the outlay may be 0; rank by the balance")
    job, year = it.cost_per_job, it.cost_per_job_year
    if it.seeds == 1:
        return tr("COST PER NET JOB  {price}, from one seed: no interval", price=_price(job.value))
    if not job.told or unsure(it.interval(net)):  # their intervals are made otherwise, and may differ at an edge
        return tr("COST PER NET JOB  cannot be told: net jobs may be none; rank by the balance")
    if job.value < 0:
        return tr("COST PER NET JOB  none: net jobs are fewer than without it")
    millions = abs(job.value) >= 1
    places = {
        "price": _price(job.value), "interval": _prices(job), "a_year": _priced(year.value, millions=millions),
        "yearly": _prices(year, millions=millions) if year.told else "",
    }  # fmt: skip
    choices = (
        tr("COST PER NET JOB  {price} {interval}; {a_year} per job-year {yearly}", **places),
        tr("COST PER NET JOB  {price} {interval}; {a_year} per job-year", **places),
    )
    known = year.told and year.value > 0  # net job-years may be lost where there are net jobs at the end
    fits = (it for it in choices if known and letters.cells(it) <= WIDTH)
    return next(fits, tr("COST PER NET JOB  {price} {interval}", **places))


def mind_text(it: Appraisal, scale: float) -> str:
    """What would mislead most."""
    if not it.differs:
        return tr("MIND: the worlds do not differ in this run; the measure begins later, or does nothing.")
    if _free(it):
        return tr("MIND: the model charges nobody for this lever: its own cost is missing.")
    if it.drawn and it.drawn.chain is not it.chain and not _within(it):
        return tr("MIND: the values set lie at the edge of the posterior: trust the draws.")
    net, rest = (float(np.mean(f("value_added"))) for f in (it.net, it.without_largest))
    whole, without = amount(net / scale), amount(rest / scale)
    if it.treatments and abs(net - rest) > _ONE_FIRM * abs(net) and whole != without:
        return tr(
            "MIND: without each seed's most changed firm value added is {rest}, not {whole}.",
            whole=whole, rest=without,
        )  # fmt: skip
    months = it.baseline.months
    if it.is_site:
        let = f"{it.months_let:.0f}"
        return tr("MIND: let for {let} of {months} months; floor and firms outlast the run.", let=let, months=months)
    if it.trend is not Trend.STEADY:
        return tr("MIND: net jobs {trend}: over more months the answer is another.", trend=tr(_TREND[it.trend]))
    if it.rivals == NOT_MODELLED:
        return tr("MIND: firms of a place share no demand, so that displacement is too small.")
    return tr("MIND: sales, wages and inputs are at the model's prices; see the assumptions.")


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
    price = _priced(million, millions=millions)
    return tr("{price} million yuan", price=price) if millions else tr("{price} yuan", price=price)


def _prices(it: Ratio, *, millions: bool | None = None) -> str:
    millions = abs(it.value) >= 1 if millions is None else millions
    return _ends(_priced(it.low, millions=millions), _priced(it.high, millions=millions))


def _priced(million: float, *, millions: bool) -> str:
    """A price in yuan, or in million yuan; in Chinese in yuan with 万 and 亿."""
    if is_chinese():
        return large(_rounded(1e6 * million)) if np.isfinite(million) else "-"
    return number(_rounded(million)) if millions else whole(_rounded(1e6 * million))


def _rounded(x: float) -> float:
    return float(f"{x:.2g}")


CardLine = tuple[str, str, str, list[str]]  # words, a mean, its interval, and what to say as far as it fits


def counted_line(words: str, it: Interval, *after: str) -> CardLine:
    """A line of people or enterprises; "none" where there is none on every seed."""
    return _line(words, it, people, after)


def amount_line(words: str, it: Interval, *after: str) -> CardLine:
    """The same of money."""
    return _line(words, it, amount, after)


def _line(words: str, it: Interval, written: Callable[[float], str], after: Sequence[str]) -> CardLine:
    if is_none(it):
        return words, tr("none"), "", list(after)
    said = _ends(written(it.low), written(it.high)) if np.isfinite(it.low) and np.isfinite(it.high) else ""
    return words, written(it.mean), said, list(after)


def is_none(it: Interval) -> bool:
    """Whether there is none on any seed, as far as several tell."""
    return bool(it.mean == it.low == it.high == 0)


def aligned(lines: list[CardLine]) -> list[str]:
    """Lines of the card with their numbers in one column."""
    wide = max(8, *(len(mean) + 1 for _, mean, *_ in lines))
    found = []
    for words, mean, interval, after in lines:
        start = f"{letters.left(words, 25)}{mean:>{wide}}  {interval}{'  ' if interval else ''}"
        said = list(filter(None, after))
        while said and letters.cells(start + trc("between remarks", ", ").join(said)) > WIDTH:
            said.pop()
        found.append((start + trc("between remarks", ", ").join(said)).rstrip())
    return found


def unsure(it: Interval) -> str:
    """That there may be none; empty where there is some, where there is none on every seed, and of one seed."""
    some = it.low > 0 or it.high < 0 or not np.isfinite(it.low)
    return "" if some or is_none(it) else tr("may be none")


# --- tables


def appraisal_text(found: Appraisal) -> str:
    """The card, then the chain, the balance and what is assumed."""
    scale, unit = unit_of(found)
    parts = ["\n".join(appraisal_card(found)), chain_table(found, scale, unit), balance_table(found, scale, unit)]
    parts += [taxes_table(found, scale, unit), sales_table(found, treated_text(found), scale, unit)]
    parts += filter(None, [closures_table(found, scale, unit)])
    return "\n\n".join([*parts, assumptions_table(found)])


def chain_rows(it: Appraisal) -> list[tuple[str, dict[str, Any]]]:
    """The terms of the chain with their values on each seed by measure, from gross to net; none that says nothing."""

    def term(words: str, values: Any) -> tuple[str, dict[str, Any]]:
        return words, {measure: values(measure) for measure in MEASURES}

    def part(group: str, name: str) -> tuple[str, dict[str, Any]]:
        return term(f"  {tr(_CHANGED[name])}", lambda measure: it.chain[f"{measure}.{group}_{name}"])

    some_there = (it.brought_in("jobs") != it.gross("jobs")).any()
    rows = [
        term(tr("gross"), it.gross),
        *([term(f"  {tr('at those that it brings in')}", it.brought_in)] if some_there else []),
        term(tr("moved in from the area"), lambda measure: -it.moved_in(measure)),
        term(tr("founded or there anyway"), lambda measure: -it.there_anyway(measure)),
        term(tr("direct additional"), it.direct),
        *(part("direct", name) for name in CHANGES if name != "unfounded"),
    ]
    others = [term(tr("others, net"), it.others), *(part("others", name) for name in CHANGES)]
    terms = [*(rows if it.treatments else []), *others]
    return [*(row for row in terms if any(values.any() for values in row[1].values())), term(tr("NET"), it.net)]


def chain_table(found: Appraisal, scale: float, unit: str) -> str:
    """From gross to net, mean over seeds, for each measure."""

    def cell(measure: str, x: float) -> str:
        return people(x) if MEASURES[measure] != "million yuan" else amount(x / scale)

    rows = [
        (words, *(cell(measure, float(np.mean(values[measure]))) for measure in MEASURES))
        for words, values in chain_rows(found)
    ]
    intervals = {measure: found.interval(found.net(measure)) for measure in MEASURES}
    rows += [
        (f"  {words}", *(cell(measure, getattr(intervals[measure], name)) for measure in MEASURES))
        for name, words in (("low", tr("95% interval, low")), ("high", tr("95% interval, high")))
        if found.seeds > 1
    ]
    rows.append((f"  {tr('median')}", *(cell(measure, float(np.median(found.net(measure)))) for measure in MEASURES)))
    rows.append(
        (
            f"  {tr('without the most changed firm')}",
            *(cell(measure, float(np.mean(found.without_largest(measure)))) for measure in MEASURES),
        )
    )
    if it := found.drawn:
        ranges = {measure: it.range(it.net(measure)) for measure in MEASURES}
        rows += [
            (f"  {words}", *(cell(measure, getattr(ranges[measure], name)) for measure in MEASURES))
            for name, words in (
                ("mean", tr("mean with drawn parameters")),
                ("low", tr("5% of worlds with drawn parameters")),
                ("high", tr("95% of worlds with drawn parameters")),
            )
        ]
    heads = (tr("from gross to net"), tr("jobs"), tr("enterprises"), tr("value added"), tr("taxes"))
    short = unit.replace("million", "mn").replace("billion", "bn")
    rows.insert(0, ("", meaning("unit", "people"), "", short, short))
    parts = [columns(heads, rows, right=(1, 2, 3, 4))]
    groups = [
        (tr(CLASSES[group]), *(people(float(np.mean(found.chain[f"{m}.net_{group}"]))) for m in _COUNTED))
        for group in GROUPS
        if any(found.chain[f"{m}.net_{group}"].any() for m in _COUNTED)
    ]
    if groups:
        classes = (tr("net by class and age at first sight"), tr("jobs"), tr("enterprises"))
        parts.append(columns(classes, groups, right=(1, 2)))
    if found.rivals != MODELLED:
        said = tr("Others: {rivals}, so that displacement is too small.", rivals=said_of_rivals(found))
        parts[-1] += f"\n{said}"
    return "\n\n".join(parts)


_COUNTED = ("jobs", "enterprises")


def balance_table(found: Appraisal, scale: float, unit: str) -> str:
    """Society's balance by resource and by who, and the sponsors' outlay."""
    drawn = found.drawn
    heads = [tr("mean"), tr("95% interval"), *([tr("90% of draws")] if drawn else [])]
    none = [""] * len(heads)

    def valued(words: str, values: Callable[[Appraisal], Any]) -> tuple[str, ...]:
        """A row; empty where all seeds have 0."""
        if not any(values(it).any() for it in (found, drawn or found)):
            return ()
        seeds = found.interval(values(found) / scale)
        ranges = [seeds, *([drawn.range(values(drawn) / scale)] if drawn else [])]
        return words, amount(seeds.mean), *(ends(it).strip("[]") for it in ranges)

    rows: list[tuple[str, ...]] = []
    for words, labels, field in ((tr("by resource"), RESOURCE_WORDS, "resources"), (tr("by who"), WHO, "who")):
        rows.append((words, *none))
        rows += [valued(f"  {tr(label)}", partial(_part, field, name)) for name, label in labels.items()]
        balance = tr("SOCIETY'S BALANCE")
        rows.append(valued(f"  {balance}", lambda it: it.value))
    rows.append((tr("outlay of sponsors, less what they earn"), *none))
    rows += [valued(f"  {tr(_OUTLAY[name])}", partial(_part, "outlay", name)) for name in found.outlay]
    rows.append(valued(f"  {tr('TOTAL')}", lambda it: it.cost))
    rates = listed(
        tr("{value} at {rate}%", value=amount(float(np.mean(values)) / scale), rate=f"{100 * rate:.3g}")
        for rate, values in found.other_rates.items()
    )
    said = [tr("balance at other discount rates: {rates}", rates=rates)]
    if left_floor(found):
        value = amount(float(np.mean(found.if_empty)) / scale)
        said.append(tr("balance if floor left behind stays empty: {value}", value=value))
    for line in borrowed_lines(drawn.parameters) if drawn else ():
        said += letters.wrapped(line, WIDTH, subsequent_indent="  ")
    heads = [tr("present value, {unit}", unit=unit), *heads]
    return "\n".join([columns(heads, list(filter(None, rows)), right=(1,)), *said])


def _part(field: str, name: str, found: Appraisal) -> Any:
    return getattr(found, field)[name]


def assumptions_table(found: Appraisal) -> str:
    """What is assumed beyond the model."""
    rows = [
        (
            it.name, f"{it.value:g}{'*' if it.changed else ''}",
            tr("{low} to {high}", low=f"{it.low:g}", high=f"{it.high:g}"), meaning("unit", it.unit),
            meaning(f"assumption {it.name}", it.meaning),
        )
        for it in found.assumptions.values()
    ]  # fmt: skip
    heads = (tr("assumed (--assume NAME=VALUE)"), tr("value"), tr("range"), tr("unit"), tr("meaning"))
    table = columns(heads, rows, right=(1,))
    lines = [table]
    if any(it.changed for it in found.assumptions.values()):
        lines.append(tr("* changed by --assume"))
    keys = trc("between changes", "; ").join(f"{it.key} {change(it.old, it.new, it.unit)}" for it in found.changed[:8])
    more = len(found.changed) - 8
    said = tr("differs: {keys} and {more} more", keys=keys, more=more) if more > 0 else tr("differs: {keys}", keys=keys)
    lines.append(tr("source of each: assumptions.csv"))
    return "\n".join([*lines, *letters.wrapped(said, WIDTH, subsequent_indent="  ")])


# --- JSON


@in_english
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
        "trend": _TREND[it.trend],
        "differs": it.differs,
        "assumptions": {name: vars(one) for name, one in it.assumptions.items()},
        "card": appraisal_card(it),
        "drawn": drawn,
        "closures": closures_json(it),
        "failures": list(it.failures),
        "results": str(it.path),
    }
