"""``sim calibrate``: keys moved until outcomes meet their targets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.commands.common import (
    RESULTS,
    SOME_FAILED,
    ClusterOption,
    JsonOption,
    OutOption,
    ScenarioArgument,
    WithOption,
    WorkersOption,
    errors,
    print_json,
    say,
    watcher,
)
from sim.commands.studies import FreshOption, YesOption, asked_for

if TYPE_CHECKING:
    from sim.studies.questions.calibrate import Calibration


def calibrate(
    scenario: ScenarioArgument,
    targets: Annotated[Path, typer.Option("--targets", metavar="FILE", help="Targets, and keys to move: a TOML file.")],
    *,
    keys: Annotated[
        list[str] | None,
        typer.Option("--keys", metavar="KEY,...", help="Of the file's keys only these, or KEY=low:high; repeatable."),
    ] = None,
    budget: Annotated[
        int | None, typer.Option(metavar="N", help="Candidates to try. Default: the file's, or 400.")
    ] = None,
    rotate: Annotated[
        bool, typer.Option("--rotate", help="Also leave out each group of targets in turn, and predict it.")
    ] = False,
    replicates: Annotated[
        int | None, typer.Option(metavar="N", help="Seeds for every candidate. Default: the file's, or 4.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="S", help="Seed of worlds and draws. Default: the file's.")
    ] = None,
    place: Annotated[
        Path | None,
        typer.Option("--out-scenario", metavar="FILE", help="Write the fitted scenario here too, never over a user's."),
    ] = None,
    mechanisms: WithOption = None,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    out: OutOption = RESULTS,
    fresh: FreshOption = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Fit parameters to targets, with a posterior.

    Every candidate is tried on the same seeds in all scenarios that have a target. A search is followed by draws from
    an approximate posterior; the fitted values are written as a scenario that extends this one, the posterior as
    Parquet. What is kept already is not run again, and an interrupted calibration goes on where it was.
    """
    with errors(), asked_for():
        from sim import api

        listed = [key for text in keys or [] for key in text.split(",")]
        with api.make_workers(workers, cluster) as pool:
            found = api.calibrate(
                scenario, targets, listed, rotate=rotate, budget=budget, replicates=replicates, seed=seed,
                mechanisms=mechanisms or (), place=place, workers=pool, out=out, fresh=fresh, yes=yes,
                watcher=watcher(), shown=lambda it: _print(it, as_json=as_json),
            )  # fmt: skip
        say(f"figures: {found.path / 'figures'}")
        for failure in found.failures:
            say(f"{failure['scenario']}, replicate {failure['replicate']}: {failure['message']}")
            say(f"  repeat it: {failure['command']}")
        if found.failures:
            raise typer.Exit(SOME_FAILED)


def _print(found: Calibration, *, as_json: bool) -> None:
    from sim.report.text.calibrations import calibration_json, calibration_text

    if as_json:
        print_json(calibration_json(found))
    else:
        typer.echo(calibration_text(found) + "\n")
