"""Write the reference from the program: commands, keys, outcomes, Python. ``--check`` only names what is stale."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import typer

import sim
from sim import cli
from sim.model.catalogue import model_catalogue
from sim.studies.lists import outcome_rows, parameter_rows

PLACE = Path(__file__).resolve().parent / "reference"
NOTE = "<!-- Written by docs/reference.py (make docs). -->\n"


def commands() -> Iterator[str]:
    """Each command's help page, as a terminal of 100 columns shows it."""
    group = typer.main.get_command(cli.app)
    yield "# Commands\n"
    yield "Data goes to standard output, all else to standard error. " + str(cli.app.info.epilog) + "\n"
    context = group.make_context("sim", [], resilient_parsing=True)
    for name in group.list_commands(context):  # type: ignore[attr-defined]
        command = group.get_command(context, name)  # type: ignore[attr-defined]
        inner = command.context_class(
            command, info_name=name, parent=context, terminal_width=100, max_content_width=100
        )
        yield f"## sim {name}\n\n```text\n{_without_blanks(command.get_help(inner))}\n```\n"


def keys() -> Iterator[str]:
    """Every key that a scenario may set, a table for each of its tables."""
    yield "# Keys of a scenario\n"
    yield (
        "A file sets keys in `[tables]`; `NAME` is a name of your own. Units are the declared ones; a value may be a\n"
        "[quantity](../workbench.md#units) or a [schedule](../how-to/policy-in-stages.md). `sim describe SCENARIO`\n"
        "has the sources.\n"
    )
    rows = parameter_rows(model_catalogue())
    for table, inside in groupby(rows, key=lambda row: str(row["parameter"]).rpartition(".")[0]):
        yield f"## [{table}]\n\n| key | default | unit | meaning |\n| --- | --- | --- | --- |"
        for row in inside:
            name = str(row["parameter"]).rpartition(".")[2]
            yield f"| `{name}` | {_value(row['value'])} | {row['unit']} | {_cell(row['meaning'])} |"
        yield ""


def outcomes() -> Iterator[str]:
    """Every outcome, a table for each mechanism that it comes from."""
    yield "# Outcomes\n"
    yield "Columns of `outcomes.parquet`, a value a month. Bold ones are main outcomes; + and - say which is better.\n"
    for mechanism, inside in groupby(outcome_rows(model_catalogue()), key=lambda row: row["source"]):
        yield f"## {mechanism}\n\n| outcome | unit | better | meaning |\n| --- | --- | --- | --- |"
        for row in inside:
            name = f"**`{row['outcome']}`**" if row["headline"] else f"`{row['outcome']}`"
            better = {"more": "+", "less": "-"}.get(str(row["better"]), "")
            yield f"| {name} | {row['unit']} | {better} | {_cell(row['meaning'])} |"
        yield ""


def python() -> Iterator[str]:
    """The names of ``sim.__all__``, with their docstrings."""
    yield "# Python\n"
    yield "What `import sim` gives; all else may change. [Notebooks and Mesa](../notebook.md) has examples.\n"
    for name in sorted(set(sim.__all__) - {"__version__"}, key=str.lower):
        it = getattr(sim, name)
        signature = "" if inspect.isclass(it) else str(inspect.signature(it))
        shown = "\n".join(_parameters(name, signature))
        yield f"## sim.{name}\n\n```python\n{shown}\n```\n\n```text\n{inspect.getdoc(it)}\n```\n"


def _parameters(name: str, signature: str) -> Iterator[str]:
    """A signature on one line, or a parameter a line where that is long."""
    line = f"sim.{name}{signature}"
    if len(line) <= 100:
        yield line
        return
    it: Any = inspect.signature(getattr(sim, name))
    yield f"sim.{name}("
    star = False
    for parameter in it.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not star:
            yield "    *,"
        star = star or parameter.kind in (parameter.KEYWORD_ONLY, parameter.VAR_POSITIONAL)
        yield f"    {parameter},"
    yield f") -> {it.return_annotation}"


def _value(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"`{text}`" if text else ""


def _cell(text: object) -> str:
    return " ".join(str(text).split()).replace("|", r"\|")


def _without_blanks(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()


PAGES = {"commands": commands, "keys": keys, "outcomes": outcomes, "python": python}


def main() -> int:
    """Write what is stale, or name it."""
    check = "--check" in sys.argv[1:]
    stale = []
    for name, made in PAGES.items():
        path = PLACE / f"{name}.md"
        text = "\n".join([NOTE, *made()]).rstrip() + "\n"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if not check:
                path.write_text(text, encoding="utf-8")
    for name in stale:
        print(f"docs/reference/{name}.md: {'is stale, written by make docs' if check else 'written'}")
    return int(bool(stale) and check)


if __name__ == "__main__":
    sys.exit(main())
