"""Parameters as tables: one a group, and their number by kind of source."""

from __future__ import annotations

from collections import Counter
from typing import get_args

from sim.declare import Kind, declared
from sim.formats import exact
from sim.model.catalogue import model_catalogue
from sim.report.document.markdown import code, sentence, span, table

KINDS: tuple[Kind, ...] = get_args(Kind)


def groups() -> dict[str, type]:
    """Every group by the beginning of its keys, ``platforms.NAME`` and ``sites.NAME`` among them."""
    catalogue = model_catalogue()
    return catalogue.parameter_groups | {f"{kind}.NAME": group for kind, group in catalogue.named.items()}


def block_of(prefix: str) -> str:
    """The name of the block that holds a group's table."""
    return f"parameters-{prefix.removesuffix('.NAME').replace('.', '-')}"


def group_table(prefix: str, group: type) -> str:
    """The parameters of a group, each with all that is declared of it."""
    rows = (
        (
            code(name), exact(it.default), it.unit, span(it.low, it.high) or ", ".join(it.choices),
            span(*it.plausible) if it.plausible else "", it.meaning, it.source.kind, it.source.text,
        )
        for name, it in declared(group).items()
    )  # fmt: skip
    heads = ("key", "default", "unit", "bounds", "plausible", "meaning", "kind", "source")
    return f"**`{prefix}`** {sentence(group.__doc__)}\n\n{table(heads, rows)}"


def kinds() -> str:
    """How many numbers of each group rest on what; switches, dates and names are no figures."""
    rows, total = [], Counter[Kind]()
    for prefix, group in groups().items():
        figures = [it for it in declared(group).values() if it.type in (int, float)]
        counted = Counter(it.source.kind for it in figures)
        total += counted
        if figures:
            rows.append((code(prefix), *(str(counted[kind]) for kind in KINDS), str(counted.total())))
    rows.append(("all", *(str(total[kind]) for kind in KINDS), str(total.total())))
    return table(("group", *KINDS, "all"), rows)
