"""The month in order as tables: what each step does, reads and changes; and the state that steps work on."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable

import numpy as np

from sim.kernel import draws
from sim.model.state.accounts import ACCOUNTS, PEOPLE, TRANSFERS
from sim.model.state.enterprises import CLASSES, COLUMNS, NAMES, ORIGINS, STATUSES
from sim.model.state.links import Links
from sim.model.state.platforms import KINDS, PlatformState
from sim.model.state.sectors import Posted, Sectors
from sim.model.state.sites import SiteState
from sim.report.document.markdown import code, codes, sentence, table
from sim.report.document.rooms import room
from sim.report.document.steps import Step, opening, steps
from sim.report.document.uses import Uses, purposes

_PURPOSE = re.compile(r"^([A-Z]\w*) = (\d+)  # (.+)$", re.MULTILINE)


def order() -> str:
    """The steps of ``Ecosystem.step``, with the first sentence of what each module says of itself."""
    rows = (
        (str(number), code(step.call), code(step.file), sentence(step.about), sentence(step.function.about))
        for number, step in _numbered()
    )
    return table(("step", "call", "file", "the module", "this call"), rows)


def reads() -> str:
    """What every step reads: columns of the table, parameters, draws."""
    rows = (
        (
            str(number), code(step.call), codes(_in_order(step.uses.reads, NAMES)),
            codes(sorted(step.uses.parameters)), codes(_in_order(step.uses.purposes, purposes())),
        )
        for number, step in _numbered()
    )  # fmt: skip
    return table(("step", "call", "columns", "parameters", "draws"), rows)


def changes() -> str:
    """What every step changes: columns of the table, transfers booked, state beside the table."""
    rows = (
        (
            str(number), code(step.call), codes(_in_order(step.uses.writes, NAMES)),
            codes(_in_order(step.uses.transfers, TRANSFERS)), codes(sorted(step.uses.shared)),
        )
        for number, step in _numbered()
    )  # fmt: skip
    return table(("step", "call", "columns", "transfers", "beside the table"), rows)


def columns() -> str:
    """The attributes of an enterprise, and which steps change them after the opening."""
    rows = (
        (code(it.name), np.dtype(it.dtype).name, it.unit, it.meaning, _where(it.name, lambda uses: uses.writes))
        for it in COLUMNS
    )
    return table(("column", "type", "unit", "meaning", "changed by"), rows)


def kinds() -> str:
    """What the numbers in columns that hold a kind stand for, and other closed lists of names."""
    lists = {
        "`size_class`": CLASSES, "`origin`": ORIGINS, "`status`": STATUSES, "people without work here": PEOPLE,
        "resources of platforms": KINDS,
    }  # fmt: skip
    rows = ((what, ", ".join(f"{number} {name}" for number, name in enumerate(names))) for what, names in lists.items())
    return table(("what", "numbers and names"), rows)


def others() -> str:
    """The state of what is no enterprise: the attributes of each, as they are named in the code."""
    links = [name for name, value in vars(Links).items() if isinstance(value, property)]
    rows = (
        ("platform", codes(PlatformState.__dataclass_fields__)),
        ("site", codes(SiteState.__dataclass_fields__)),
        ("sector", codes(vars(Sectors()))),
        ("link", codes(links)),
        ("posted values", codes(Posted._fields)),
    )
    return table(("entity", "state"), rows)


def transfers() -> str:
    """Every named transfer, the account at its other end, and which steps book it."""
    rows = (
        (code(name), ACCOUNTS[account], _where(name, lambda uses: uses.transfers))
        for name, account in TRANSFERS.items()
    )
    return table(("transfer", "other end", "booked by"), rows)


def randomness() -> str:
    """Every purpose of draws, what its four words answer, and which steps draw it."""
    text = room(draws.__name__).file.read_text(encoding="utf-8")
    rows = (
        (number, code(name), words, _where(name, lambda uses: uses.purposes))
        for name, number, words in _PURPOSE.findall(text)
    )
    return table(("block", "purpose", "words", "drawn by"), rows)


def _numbered() -> Iterable[tuple[int, Step]]:
    return enumerate(steps(), start=1)


def _in_order(names: Collection[str], order: Iterable[str]) -> list[str]:
    return [name for name in order if name in names]


def _where(name: str, of: Callable[[Uses], Collection[str]]) -> str:
    """The calls, the opening among them, whose uses hold a name."""
    return codes(dict.fromkeys(step.call for step in (opening(), *steps()) if name in of(step.uses)))
