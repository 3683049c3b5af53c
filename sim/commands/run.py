"""``sim run``: run scenarios, and say what came out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from sim.commands.common import (
    RESULTS,
    SOME_FAILED,
    AllOption,
    ClusterOption,
    JsonOption,
    MonthsOption,
    OutOption,
    ReplicatesOption,
    SeedOption,
    SetOption,
    WorkersOption,
    errors,
    load,
    print_json,
    say_failures,
    watcher,
)

if TYPE_CHECKING:
    from sim.runs.result import Result
    from sim.scenario import Scenario


def run(
    scenarios: Annotated[list[str], typer.Argument(metavar="SCENARIO", help="Names or TOML files.")],
    settings: SetOption = None,
    replicates: ReplicatesOption = None,
    seed: SeedOption = None,
    months: MonthsOption = None,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    out: OutOption = RESULTS,
    fresh: Annotated[bool, typer.Option("--fresh", help="Run again what is kept already.")] = False,
    events: Annotated[bool, typer.Option("--events", help="Keep events.parquet: what happened to whom.")] = False,
    figures: Annotated[bool, typer.Option(help="Draw the figures; they come after the table.")] = True,
    profiled: Annotated[
        bool, typer.Option("--profile", help="Run one more world, and say where a month's time goes.")
    ] = False,
    everything: AllOption = False,
    as_json: JsonOption = False,
) -> None:
    """Run scenarios, and say what came out.

    Each outcome is printed with its median, its 90% interval and the article's figure beside it.
    What is kept of the same request is not run again; a request for more replicates adds what is missing.
    """
    with errors():
        from sim import api

        chosen = load(scenarios, settings or [], replicates=replicates, seed=seed, months=months)
        failed = False
        with api.make_workers(workers, cluster) as pool:
            for scenario in chosen:
                result = api.run(
                    scenario,
                    workers=pool,
                    out=out,
                    fresh=fresh,
                    events=events,
                    figures=figures,
                    watcher=watcher(),
                    shown=partial(_print_run, everything=everything, as_json=as_json),
                )
                failed |= say_failures(result)
                if profiled:
                    _print_profile(result.scenario, as_json=as_json)
        if failed:
            raise typer.Exit(SOME_FAILED)


def _print_run(result: Result, headline: Sequence[str], *, everything: bool, as_json: bool) -> None:
    from sim.report.tables import run_json, run_text

    if as_json:
        print_json(run_json(result))
    else:
        typer.echo(run_text(result, headline, everything=everything) + "\n")


def _print_profile(scenario: Scenario, *, as_json: bool) -> None:
    from sim.report.tables import profile_json, profile_text
    from sim.runs.profile import profile

    found = profile(scenario)
    if as_json:
        print_json(profile_json(found))
    else:
        typer.echo(profile_text(found) + "\n")
