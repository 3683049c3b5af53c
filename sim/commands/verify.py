"""``sim verify``: check the files of results against their digests, and repeat runs."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.commands import options
from sim.commands.common import FAILED, errors, print_json, print_text, say, watcher

if TYPE_CHECKING:
    from sim.runs.verify import Verified


def verify(
    results: Annotated[
        list[str], options.result("Folders of results or studies, a folder of them, or names: the newest result.")
    ],
    rerun: Annotated[
        bool, typer.Option("--rerun", help="Run an intact result, sweep or sensitivity study again and compare.")
    ] = False,
    mechanisms: options.Mechanisms = None,
    workers: options.Workers = None,
    out: Annotated[Path, typer.Option("--results", metavar="DIR", help="Folder of results.")] = options.RESULTS,
    as_json: options.Json = False,
) -> None:
    """Check every file of a result against its digest.

    Results, checkpoints, event logs and all studies are checked, and files that are damaged or missing are named.
    Exit code 0: all are as they were written; 1: one is damaged or missing, or a repeated run gave other bytes; 2:
    there is no such result, or it cannot be repeated.
    """
    with errors():
        from sim import api
        from sim.report.text.verified import faults_text, verified_text

        wrong = False
        for name in results:
            for found in api.verify(
                name, rerun=rerun, mechanisms=mechanisms or (), workers=workers, out=out, watcher=watcher()
            ):
                wrong |= not found.holds
                if as_json:
                    print_json(_json(found))
                    continue
                if faults := faults_text(found):
                    say(faults)
                print_text(partial(verified_text, found), end="")
        if wrong:
            raise typer.Exit(FAILED)


def _json(found: Verified) -> dict[str, Any]:
    return {
        "result": str(found.path),
        "holds": found.holds,
        "files": list(found.files),
        "wrong": [it._asdict() for it in found.wrong],
        "unknown": list(found.unknown),
        "repeated": None if found.repeated is None else list(found.repeated),
    }
