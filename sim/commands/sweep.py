"""``sim sweep``: some keys moved over a design, every point on the same seeds."""

from __future__ import annotations

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
    ScenarioArgument,
    SeedOption,
    SetOption,
    WithOption,
    WorkersOption,
    errors,
    print_json,
    say,
    watcher,
)
from sim.commands.studies import (
    FreshOption,
    MonthOption,
    OutcomeOption,
    YesOption,
    asked_for,
    load_until,
    say_complaints,
)

if TYPE_CHECKING:
    from sim.studies.questions.sweep import Sweep


def sweep(
    scenario: ScenarioArgument,
    *,
    vary: Annotated[
        list[str] | None,
        typer.Option("--vary", metavar="KEY=VALUES", help="start:stop:n, start:stop or a,b,c; can be repeated."),
    ] = None,
    design: Annotated[str, typer.Option(metavar="NAME", help="grid, latin or sobol.")] = "grid",
    samples: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Points of a latin or sobol design. Default: 64.")
    ] = None,
    outcomes: OutcomeOption = None,
    settings: SetOption = None,
    replicates: ReplicatesOption = None,
    seed: SeedOption = None,
    months: MonthsOption = None,
    month: MonthOption = None,
    mechanisms: WithOption = None,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    out: OutOption = RESULTS,
    fresh: FreshOption = False,
    yes: YesOption = False,
    everything: AllOption = False,
    as_json: JsonOption = False,
) -> None:
    """Move keys over a design and see the outcomes.

    A grid tries all combinations of the values; latin and sobol spread fewer points evenly. Every point is run on the
    same seeds and held against the scenario as it is. What is kept already is not run again.
    """
    with errors(), asked_for():
        from sim import api
        from sim.studies.designs import parse_vary

        chosen = load_until(
            [scenario], settings or [], month, mechanisms, replicates=replicates, seed=seed, months=months
        )[0]
        with api.make_workers(workers, cluster) as pool:
            found = api.sweep(
                chosen, parse_vary(vary or []), design, samples, outcomes,
                workers=pool, out=out, fresh=fresh, yes=yes, watcher=watcher(),
                shown=lambda it: _print_sweep(it, everything=everything, as_json=as_json),
            )  # fmt: skip
        say(f"figures: {found.path / 'figures'}")
        if say_complaints(found.failures, found.path):
            raise typer.Exit(SOME_FAILED)


def _print_sweep(found: Sweep, *, everything: bool, as_json: bool) -> None:
    from sim.report.text.sweeps import sweep_json, sweep_text

    if as_json:
        print_json(sweep_json(found))
    else:
        typer.echo(sweep_text(found, everything=everything) + "\n")
