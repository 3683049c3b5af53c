"""The month in order as tables: what each step does, reads and changes; and the state that steps work on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

import numpy as np

from sim.catalogue import Catalogue
from sim.declare import Column, Mechanism
from sim.formats import exact
from sim.model.state.accounts import ACCOUNTS, PEOPLE, TRANSFERS
from sim.model.state.enterprises import CLASSES, ORIGINS, STATUSES
from sim.model.state.links import Links
from sim.model.state.platforms import KINDS, PlatformState
from sim.model.state.sectors import Posted, Sectors
from sim.model.state.sites import SiteState
from sim.report.document.markdown import code, codes, sentence, table
from sim.report.document.uses import Part, Uses, blocks_of, drawn_by, file_of, name_of, name_of_block, parts, uses


def order(chosen: Iterable[Part]) -> str:
    """Steps with their mechanism's file, what the mechanism is, and what the step does."""
    rows = []
    for part in chosen:
        it, does = part.mechanism, sentence(part.step.apply.__doc__)
        rows.append((str(part.number), code(part.name), code(file_of(it.file)), sentence(it.meaning), does))
    return table(("", "step", "file", "the mechanism", "the step"), rows)


def reads(chosen: Iterable[Part], catalogue: Catalogue) -> str:
    """What steps read: columns of the table, groups of parameters, random numbers."""
    rows = []
    for part in chosen:
        of = uses(part, catalogue)
        draws = codes(map(name_of_block, of.draws))
        rows.append((str(part.number), code(part.name), codes(of.reads), codes(of.groups), draws))
    return table(("", "step", "columns", "parameters", "random numbers"), rows)


def changes(chosen: Iterable[Part], catalogue: Catalogue) -> str:
    """What steps change: columns of the table, transfers booked, other state."""
    rows = []
    for part in chosen:
        of = uses(part, catalogue)
        rows.append((str(part.number), code(part.name), codes(of.writes), codes(of.transfers), codes(of.state)))
    return table(("", "step", "columns", "transfers", "beside the table"), rows)


def columns(catalogue: Catalogue) -> str:
    """The attributes of an enterprise, and which steps change them: shared ones, then those of single mechanisms."""
    rows = ((*_described(it), _changed_by(it.name, catalogue)) for it in catalogue.columns)
    shared = table(("column", "type", "unit", "meaning", "changed by"), rows)
    return f"{shared}\n\n{own_columns(catalogue.mechanisms, catalogue)}"


def own_columns(mechanisms: Iterable[Mechanism], catalogue: Catalogue) -> str:
    """Columns of single mechanisms, with what an enterprise has at the opening, at birth, and a row after its exit."""
    rows = (
        (
            *_described(column), code(it.name), _given(column.founding, it.founding), _given(column.birth, it.birth),
            exact(column.exit), _changed_by(column.name, catalogue),
        )
        for it in mechanisms for column in it.columns
    )  # fmt: skip
    heads = ("own column", "type", "unit", "meaning", "mechanism", "at the opening", "at birth", "exit", "changed by")
    return table(heads, rows)


def counters(mechanisms: Iterable[Mechanism]) -> str:
    """The events that each mechanism counts."""
    rows = ((code(it.name), codes(it.counters.names)) for it in mechanisms if len(it.counters))
    return table(("mechanism", "counters"), rows)


def kinds() -> str:
    """The names behind the numbers of columns that hold a kind, and other closed lists."""
    lists = {
        "`size_class`": CLASSES, "`origin`": ORIGINS, "`status`": STATUSES, "people without work here": PEOPLE,
        "resources of platforms": KINDS,
    }  # fmt: skip
    rows = ((what, ", ".join(f"{number} {name}" for number, name in enumerate(names))) for what, names in lists.items())
    return table(("what", "numbers and names"), rows)


def others() -> str:
    """The state of all but enterprises: attributes as named in the code."""
    links = [name for name, value in vars(Links).items() if isinstance(value, property)]
    rows = (
        ("platform", codes(PlatformState.__dataclass_fields__)),
        ("site", codes(SiteState.__dataclass_fields__)),
        ("sector", codes(name for name in vars(Sectors()) if not name.startswith("_"))),
        ("link", codes(links)),
        ("posted values", codes(Posted._fields)),
    )
    return table(("entity", "state"), rows)


def transfers(catalogue: Catalogue) -> str:
    """Every named transfer, the account at its other end, and which steps book it."""
    rows = (
        (code(name), ACCOUNTS[account], _where(name, lambda of: of.transfers, catalogue))
        for name, account in TRANSFERS.items()
    )
    return table(("transfer", "other end", "booked by"), rows)


def randomness(mechanisms: Collection[Mechanism], catalogue: Catalogue) -> str:
    """Blocks of random numbers: the words of each in order, and which steps draw them."""
    rows = (
        (
            str(block.number), code(name_of_block(block)), codes(it.name for it in owners), code(file_of(block.module)),
            codes(block.words), codes(drawn_by(block, catalogue)),
        )
        for block, owners in blocks_of(catalogue).items() if any(it in mechanisms for it in owners)
    )  # fmt: skip
    return table(("number", "block", "mechanisms", "file", "words", "drawn by"), rows)


def _described(it: Column) -> tuple[str, str, str, str]:
    return code(it.name), np.dtype(it.dtype).name, it.unit, it.meaning


def _given(value: float, function: Callable[..., None] | None) -> str:
    """A column's value at the opening or at birth: the declared one, or what a function of the mechanism gives."""
    return f"by {code(name_of(function))}" if function is not None and not value else exact(value)


def _changed_by(column: str, catalogue: Catalogue) -> str:
    return _where(column, lambda of: of.writes, catalogue)


def _where(name: str, of: Callable[[Uses], Collection[str]], catalogue: Catalogue) -> str:
    """The steps, the opening among them, whose declaration has a name."""
    return codes(part.name for part in parts(catalogue) if name in of(uses(part, catalogue)))
