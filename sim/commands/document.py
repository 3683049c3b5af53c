"""``sim document``: what the program knows of itself, written into the model's own document."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.commands.common import FAILED, WRONG, JsonOption, errors, fail, print_json


def document(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="The document.")] = Path("docs/model.md"),
    check: Annotated[bool, typer.Option("--check", help="Write nothing; end with 1 where a block is stale.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Write what the program knows of itself into its document.

    That is the blocks between two marks, begin and end: parameters, state, the month, outcomes, scenarios, facts.
    Names those that were stale.
    """
    with errors():
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
