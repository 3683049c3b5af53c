"""The facts as tables, each with what rests on it."""

from __future__ import annotations

from collections import defaultdict

from sim.evidence import Fact, facts
from sim.report.odd.markdown import code, number, span, table
from sim.report.odd.settings import parameters
from sim.report.odd.shipped import fact_of, own_figures


class UnknownFacts(LookupError):
    """Names that sources cite and that are neither a fact nor a table of facts."""


def evidence() -> str:
    """Every fact with its trust and source, the parameters whose source names it, and the figures that state it."""
    rests = resting()
    rows = (
        (
            code(it.name), _value(it), it.unit, it.trust, it.source, it.note, ", ".join(rests[it.name]),
        )
        for it in facts()
    )  # fmt: skip
    return table(("fact", "value", "unit", "trust", "source", "note", "what rests on it"), rows)


def trust() -> str:
    """How many facts can be trusted how far, and on how many of them something rests."""
    rests = resting()
    rows = []
    for kind in dict.fromkeys(it.trust for it in facts()):
        of_kind = [it for it in facts() if it.trust == kind]
        rows.append((kind, str(len(of_kind)), str(sum(bool(rests[it.name]) for it in of_kind))))
    return table(("trust", "facts", "of which something rests on"), rows)


def resting() -> dict[str, list[str]]:
    """What rests on each fact: keys of parameters, and figures as ``scenario: outcome``."""
    found: dict[str, list[str]] = defaultdict(list)
    unknown = []
    names = [it.name for it in facts()]
    for key, parameter in parameters():
        for cited in parameter.source.facts:
            meant = [name for name in names if name == cited or name.startswith(f"{cited}.")]
            unknown += [f"{key} cites {cited}"] if not meant else []
            for name in meant:
                found[name].append(code(key))
    for scenario, figure in own_figures():
        if name := fact_of(figure):
            found[name].append(f"{code(scenario)}: {code(figure.name)}")
    if unknown:
        raise UnknownFacts("; ".join(unknown))
    return found


def _value(it: Fact) -> str:
    values = it.value if isinstance(it.value, tuple) else (it.value,)
    text = "; ".join(number(value) for value in values)
    return f"{text} ({span(*it.range)})" if it.range else text
