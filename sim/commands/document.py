"""``sim document``: write the generated tables of the model's document."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from sim.commands import options
from sim.commands.common import FAILED, WRONG, errors, fail, print_json
from sim.commands.streams import put

_DOCUMENT = Path("docs/model.md")


def document(
    path: Annotated[
        Path | None, typer.Argument(metavar="PATH", help=f"The file. Default: {_DOCUMENT}; with --with, the terminal.")
    ] = None,
    mechanisms: options.Mechanisms = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; exit with 1 if a block is stale.")] = False,
    as_json: options.Json = False,
) -> None:
    """Write the generated tables of the model's document.

    These are the blocks between begin and end marks: parameters, state, the month, outcomes, scenarios, facts. Prints
    the names of stale ones. With --with, prints a page on the mechanism of a file, or writes it to PATH.
    """
    with errors():
        if mechanisms and check:
            fail("--check: checks the model's document, allowed: without --with", WRONG)
        if mechanisms:
            _page(mechanisms, path, as_json)
        else:
            _blocks(path or _DOCUMENT, check, as_json)


def _blocks(path: Path, check: bool, as_json: bool) -> None:
    from sim.disk import write_whole
    from sim.report.document import DocumentError, blocks, rewritten

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
            put(f"{path}: {name} {'is stale' if check else 'written'}")
    if stale and check:
        fail(f"{path}: mend it with: sim document {path}", FAILED)


def _page(mechanisms: Sequence[Path], path: Path | None, as_json: bool) -> None:
    from sim.disk import write_whole
    from sim.report.document import pages

    made = pages(mechanisms)
    text = "\n".join(made.values())
    if path is not None:
        write_whole(path, text.encode())
    if as_json:
        print_json({"document": str(path) if path else None, "mechanisms": list(made), "page": text})
    elif path is None:
        put(text, end="")
    else:
        put(f"{path}: {', '.join(made)} written")
