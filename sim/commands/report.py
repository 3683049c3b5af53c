"""``sim report``: write stored results as one HTML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.commands import options
from sim.commands.common import errors, print_json, print_text
from sim.language import tr


def report(
    results: Annotated[
        list[str],
        options.result("Folders of results, or names: the newest result; or the folder of one study."),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="The file. Default: report-....html in --results.")
    ] = None,
    folder: Annotated[Path, typer.Option("--results", metavar="DIR", help="Folder of results.")] = options.RESULTS,
    unpaired: Annotated[
        bool, typer.Option("--unpaired", help="Compare as independent samples, not paired by seed.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON: one object.")] = False,
) -> None:
    """Write results as one HTML file.

    The file is self-contained. One result is summarised, several are compared with the first. The page of a sweep has a
    slider for every key; that of a sensitivity study ranks the parameters; that of a calibration shows fit and targets;
    that of sim seek shows the best mix and what it costs, or the value that reaches a target.
    """
    with errors():
        from sim import api

        written = api.write_report(*results, out=out, folder=folder, unpaired=unpaired)
        if as_json:
            print_json({"report": str(written.path), "headline": " ".join(written.headline), **written.about})
            return
        print_text(lambda: "\n".join([*written.headline, tr("report: {path}", path=written.path)]), end="")
