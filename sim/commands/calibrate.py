"""``sim calibrate``: fit parameters to targets."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from sim.commands import options
from sim.commands.common import SOME_FAILED, errors, listed, print_found, say, say_failures, watcher
from sim.language import tr


def calibrate(
    scenario: options.Scenario,
    targets: Annotated[
        Path, typer.Option("--targets", metavar="FILE", help="A TOML file of targets and of keys to move.")
    ],
    *,
    keys: Annotated[
        list[str] | None,
        typer.Option(
            "--keys", metavar="KEY,...", help="Only these keys of the file, or KEY=low:high; can be repeated."
        ),
    ] = None,
    budget: Annotated[
        int | None, typer.Option(metavar="N", help="Number of candidates. Default: the file's, or 400.")
    ] = None,
    rotate: Annotated[
        bool, typer.Option("--rotate", help="Also predict each group of targets by a fit to the others.")
    ] = False,
    replicates: Annotated[
        int | None, typer.Option(metavar="N", help="Seeds per candidate. Default: the file's, or 4.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="S", help="Seed of the worlds and the search. Default: the file's.")
    ] = None,
    place: Annotated[
        Path | None,
        typer.Option(
            "--out-scenario",
            metavar="FILE",
            help="Also write the fitted scenario here; your own files are never overwritten.",
        ),
    ] = None,
    mechanisms: options.Mechanisms = None,
    workers: options.Workers = None,
    cluster: options.Cluster = None,
    out: options.Out = options.RESULTS,
    fresh: options.Fresh = False,
    yes: options.Yes = False,
    as_json: options.Json = False,
) -> None:
    """Fit parameters to targets, with a posterior.

    Every candidate runs on the same seeds in all scenarios that have a target. After a search, an approximate posterior
    is sampled. The fitted values are written as a scenario that extends this one, the posterior as Parquet. Stored
    worlds are not run again, and an interrupted calibration continues where it stopped.
    """
    with errors():
        from sim import api
        from sim.report.text.calibrations import calibration_json, calibration_text

        show = partial(print_found, to_json=calibration_json, to_text=calibration_text, as_json=as_json)
        with api.make_workers(workers, cluster) as pool:
            found = api.calibrate(
                scenario, targets, listed(keys), rotate=rotate, budget=budget, replicates=replicates, seed=seed,
                mechanisms=mechanisms or (), place=place, workers=pool, out=out, fresh=fresh, yes=yes,
                watcher=watcher(), shown=show,
            )  # fmt: skip
        say(tr("figures: {path}", path=found.path / "figures"))
        if say_failures(found.failures, found.path, anywhere=True):
            raise typer.Exit(SOME_FAILED)
