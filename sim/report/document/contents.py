"""All blocks of the document, by name, in the order of the document."""

from __future__ import annotations

from collections.abc import Iterable

from sim.declare import Mechanism
from sim.model.catalogue import model_catalogue
from sim.report.document import calibrations, evidence, layout, month, settings, shipped
from sim.report.document.markdown import code, table
from sim.report.document.uses import parts

_BETTER = {1: "more", -1: "less", 0: ""}


def blocks() -> dict[str, str]:
    """Every block, made from the declarations of this version."""
    catalogue = model_catalogue()
    chosen = parts(catalogue)
    return {
        "kinds": month.kinds(),
        "columns": month.columns(catalogue),
        "entities": month.others(),
        "transfers": month.transfers(catalogue),
        "month": month.order(chosen),
        "month-reads": month.reads(chosen, catalogue),
        "month-changes": month.changes(chosen, catalogue),
        "draws": month.randomness(catalogue.mechanisms, catalogue),
        "counters": month.counters(catalogue.mechanisms),
        "outcomes": outcomes(catalogue.mechanisms),
        **{
            settings.block_of(prefix): settings.group_table(prefix, group)
            for prefix, group in settings.groups().items()
        },
        "scenarios": shipped.scenarios(),
        "figures": shipped.figures(),
        "scenario-values": shipped.values(),
        "sources": settings.kinds(),
        "fitted": shipped.fitted(),
        "trust": evidence.trust(),
        "evidence": evidence.evidence(),
        "facts": evidence.held_to(),
        "calibration": calibrations.calibrations(),
        "layout": layout.layout(),
    }


def outcomes(mechanisms: Iterable[Mechanism]) -> str:
    """Every outcome with its mechanism, whether more or less of it is better, and whether it is a main one."""
    rows = (
        (code(one.name), code(it.name), one.unit, one.meaning, _BETTER[one.better], "yes" if one.headline else "")
        for it in mechanisms
        for one in it.outcomes
    )
    return table(("outcome", "mechanism", "unit", "meaning", "better", "headline"), rows)
