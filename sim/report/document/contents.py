"""All blocks of the document, by name, in the order of the document."""

from __future__ import annotations

from sim.model.catalogue import model_catalogue
from sim.report.document import calibrations, evidence, month, settings, shipped
from sim.report.document.markdown import code, table

_BETTER = {1: "more", -1: "less", 0: ""}


def blocks() -> dict[str, str]:
    """Every block as it is made from the declarations of this version."""
    return {
        "kinds": month.kinds(),
        "columns": month.columns(),
        "entities": month.others(),
        "transfers": month.transfers(),
        "month": month.order(),
        "month-reads": month.reads(),
        "month-changes": month.changes(),
        "draws": month.randomness(),
        "outcomes": outcomes(),
        **{settings.block_of(prefix): settings.group_table(prefix) for prefix in settings.groups()},
        "scenarios": shipped.scenarios(),
        "figures": shipped.figures(),
        "scenario-values": shipped.values(),
        "sources": settings.kinds(),
        "fitted": shipped.fitted(),
        "trust": evidence.trust(),
        "evidence": evidence.evidence(),
        "facts": evidence.held_to(),
        "calibration": calibrations.calibrations(),
    }


def outcomes() -> str:
    """Every outcome, whether more or less of it is better, and whether it is one of the main ones."""
    rows = (
        (code(it.name), it.unit, it.meaning, _BETTER[it.better], "yes" if it.headline else "")
        for it in model_catalogue().outcomes.values()
    )
    return table(("outcome", "unit", "meaning", "better", "headline"), rows)
