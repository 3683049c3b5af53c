"""``sim plot``: draw figures of a stored result."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.commands import options
from sim.commands.common import errors
from sim.commands.streams import put
from sim.language import file_name, tr


def plot(
    result: Annotated[str, options.result("Folder of a result, or a name: the newest result.")],
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="all|GROUP|OUTCOME", help="What to draw: all pages, a group such as jobs, outcomes."),
    ] = None,
    workers: options.Workers = None,
    out: options.Out = options.RESULTS,
) -> None:
    """Draw figures of a stored result.

    They are kept in its folder; figures/index.html there shows them all, and lists outcomes that have none. Without
    names, all pages are drawn.
    """
    with errors():
        from sim import api

        drawn = api.plot(result, *(names or ()), out=out, workers=workers)
        put(tr("figures: {path}", path=f"{Path(drawn[0]).parent / file_name('index')}.html"))
