"""The facts as tables, each with what rests on it."""

from __future__ import annotations

import math
from collections import defaultdict

from sim.catalogue import Catalogue
from sim.evidence.evidence import Fact, facts
from sim.evidence.facts import Check, checks
from sim.formats import exact
from sim.model.catalogue import model_catalogue
from sim.report.document.markdown import code, codes, span, table
from sim.report.document.shipped import fact_of, own_figures


class UnknownFacts(LookupError):
    """Names that sources cite and that are neither a fact nor a table of facts."""


def evidence() -> str:
    """Every fact with its trust and source, the parameters whose source names it, and the figures that state it."""
    rests = resting()
    rows = (
        (code(it.name), _value(it), it.unit, it.trust, it.source, it.note, ", ".join(rests[it.name])) for it in facts()
    )
    return table(("fact", "value", "unit", "trust", "source", "note", "what rests on it"), rows)


def trust() -> str:
    """How many facts can be trusted how far, and on how many of them something rests."""
    rests = resting()
    rows = []
    for kind in dict.fromkeys(it.trust for it in facts()):
        of_kind = [it for it in facts() if it.trust == kind]
        rows.append((kind, str(len(of_kind)), str(sum(bool(rests[it.name]) for it in of_kind))))
    return table(("trust", "facts", "of which something rests on"), rows)


def held_to() -> str:
    """Every fact that the model is tested against: where it is measured, its band, what was fitted to it."""
    rows = (
        (
            code(it.name), it.title, it.group, _measured(it), " to ".join(dict.fromkeys(it.months)),
            span(*(end if math.isfinite(end) else None for end in it.band)), it.rule, codes(it.evidence) or it.source,
            it.note, it.fitted_by, it.finding,
        )
        for it in checks(model_catalogue()).values()
    )  # fmt: skip
    heads = ("fact", "what", "group", "measured as", "months", "band", "rule", "evidence", "note", "fitted by",
             "finding")  # fmt: skip
    return table(heads, rows)


def _measured(it: Check) -> str:
    per = f" / {code(it.per)}" if it.per else ""
    than = f" / ({' / '.join(map(code, it.than))})" if it.than else ""
    against = f", {it.form} to {code(it.against)}" if it.against else ""
    return f"{code(it.outcome)}{per}{than} of {code(it.scenario)}{against}"


def resting(catalogue: Catalogue | None = None) -> dict[str, list[str]]:
    """What rests on each fact: keys of parameters, facts that the model is tested against, figures of scenarios."""
    known = catalogue or model_catalogue()
    found: dict[str, list[str]] = defaultdict(list)
    unknown = []
    names = [it.name for it in facts()]
    citing = [(code(key), it.source.facts) for key, it in known.parameters()]
    citing += [(f"fact {code(name)}", it.evidence) for name, it in checks(known).items()]
    for who, cited in citing:
        for one in cited:
            meant = [name for name in names if name == one or name.startswith(f"{one}.")]
            unknown += [f"{who} cites {one}"] if not meant else []
            for name in meant:
                found[name].append(who)
    for scenario, figure in own_figures():
        if name := fact_of(figure):
            found[name].append(f"figure {code(figure.name)} of {code(scenario)}")
    if unknown:
        raise UnknownFacts("; ".join(unknown))
    return found


def _value(it: Fact) -> str:
    values = it.value if isinstance(it.value, tuple) else (it.value,)
    text = "; ".join(exact(value) for value in values)
    return f"{text} ({span(*it.range)})" if it.range else text
