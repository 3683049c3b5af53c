"""``sim report``: stored results as one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.commands.common import RESULTS, errors, print_json


def report(
    results: Annotated[
        list[str],
        typer.Argument(metavar="RESULT", help="Result folders, or names: the newest result; or one study's folder."),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="The file. Default: report-....html in --results.")
    ] = None,
    folder: Annotated[Path, typer.Option("--results", metavar="DIR", help="Where results are kept.")] = RESULTS,
    unpaired: Annotated[bool, typer.Option("--unpaired", help="Compare results of different seeds.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON: one object.")] = False,
) -> None:
    """Write results as one HTML file, to hand on.

    The file needs nothing else. One result: what came out. Several: the others against the first. A sweep: a slider
    for every key that was varied. A sensitivity study: what the outcomes rest on. A calibration: what was fitted, and
    to what.
    """
    with errors():
        from sim import api

        written = api.write_report(*results, out=out, folder=folder, unpaired=unpaired)
        if as_json:
            print_json({"report": str(written.path), "headline": " ".join(written.headline), **written.about})
            return
        for sentence in written.headline:
            typer.echo(sentence)
        typer.echo(f"report: {written.path}")
