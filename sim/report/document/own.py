"""A page of a mechanism of the user's own: the tables of the model's document, of this mechanism alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from sim.catalogue import Catalogue
from sim.declare import Mechanism
from sim.model.catalogue import model_catalogue
from sim.report.document import month, settings
from sim.report.document.contents import outcomes
from sim.report.document.markdown import code, sentence, table
from sim.report.document.uses import Part, parts


def pages(files: Sequence[Path]) -> dict[str, str]:
    """A page in Markdown for every mechanism that these files declare, by its name; raises CatalogueError."""
    catalogue = model_catalogue(files)
    given = zip(catalogue.sources, catalogue.user_mechanisms, strict=True)
    return {name: page(catalogue.by_name[name], source.name, catalogue) for source, name in given}


def page(it: Mechanism, file: str, catalogue: Catalogue) -> str:
    """What a mechanism is, declares, does and changes; what it has none of is left out."""
    head = [f"# {it.name}", sentence(it.meaning), f"Declared in {code(file)}.{_in_place(it, catalogue)}"]
    chapters = [f"## {title}\n\n{text}" for title, text in _chapters(it, catalogue)]
    return "\n\n".join(text for text in (*head, *chapters) if text) + "\n"


def _in_place(it: Mechanism, catalogue: Catalogue) -> str:
    own = [name for name, old in catalogue.aliases.items() if old == it.name]
    return f" It is {code(own[0])}, and takes the place of the model's own {code(it.name)}." if own else ""


def _chapters(it: Mechanism, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    mine = [part for part in parts(catalogue)[1:] if part.mechanism is it]
    if it.rules is not None:
        yield "Parameters", settings.group_table(it.prefix, it.rules)
    if it.columns:
        yield "Columns", month.own_columns([it], catalogue)
    if len(it.counters):
        yield "Counters", month.counters([it])
    if it.draws:
        yield "Random numbers", month.randomness([it], catalogue)
    if it.outcomes:
        yield "Outcomes", outcomes([it])
    if mine:
        yield "Steps", _places(mine, catalogue)
        yield "What the steps read", month.reads(mine, catalogue)
        yield "What the steps change", month.changes(mine, catalogue)


def _places(mine: Sequence[Part], catalogue: Catalogue) -> str:
    """Steps with their place in the month."""
    names = [part.name for part in parts(catalogue)]
    last = len(names) - 1
    rows = (
        (
            f"{part.number} of {last}", code(part.name), code(names[part.number - 1]) if part.number > 1 else "",
            code(names[part.number + 1]) if part.number < last else "", sentence(part.step.apply.__doc__),
        )
        for part in mine
    )  # fmt: skip
    return table(("place", "step", "after", "before", "what it does"), rows)
