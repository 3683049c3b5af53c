"""``sim document``: what the program knows of itself, written into the model's own document."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from sim.commands.common import FAILED, WRONG, JsonOption, WithOption, errors, fail, print_json

_DOCUMENT = Path("docs/model.md")


def document(
    path: Annotated[
        Path | None, typer.Argument(metavar="PATH", help=f"The document; {_DOCUMENT}, or with --with the terminal.")
    ] = None,
    mechanisms: WithOption = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; end with 1 where a block is stale.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Write what the program knows of itself into its document.

    That is the blocks between two marks, begin and end: parameters, state, the month, outcomes, scenarios, facts.
    Names those that were stale. With --with, print a page of the mechanism that a file declares, or write it to PATH.
    """
    with errors():
        if mechanisms and check:
            fail("--check: is of the model's document, allowed: without --with", WRONG)
        if mechanisms:
            _page(mechanisms, path, as_json)
        else:
            _blocks(path or _DOCUMENT, check, as_json)


def _blocks(path: Path, check: bool, as_json: bool) -> None:
    from sim.report.document import DocumentError, blocks, rewritten
    from sim.runs.store import write_whole

    try:
        text, stale = rewritten(path.read_text(encoding="utf-8"), blocks())
    except FileNotFoundError:
        fail(f"{path}: no such file; name the document, or run this in the project's folder", WRONG)
    except (DocumentError, UnicodeDecodeError) as error:
        fail("\n".join(f"{path}: {line}" for line in str(error).splitlines()), WRONG)
    if stale and not check:
        write_whole(path, text.encode())
    if as_json:
        print_json({"document": str(path), "stale": stale, "written": bool(stale) and not check})
    else:
        for name in stale:
            typer.echo(f"{path}: {name} {'is stale' if check else 'written'}")
    if stale and check:
        fail(f"{path}: mend it with: sim document {path}", FAILED)


def _page(mechanisms: Sequence[Path], path: Path | None, as_json: bool) -> None:
    from sim.report.document import pages
    from sim.runs.store import write_whole

    made = pages(mechanisms)
    text = "\n".join(made.values())
    if path is not None:
        write_whole(path, text.encode())
    if as_json:
        print_json({"document": str(path) if path else None, "mechanisms": list(made), "page": text})
    elif path is None:
        typer.echo(text, nl=False)
    else:
        typer.echo(f"{path}: {', '.join(made)} written")
