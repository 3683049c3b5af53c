"""``sim sweep``: run a scenario at many points of some parameters."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from sim.commands import options
from sim.commands.common import SOME_FAILED, errors, load_until, print_found, say, say_failures, watcher
from sim.language import tr


def sweep(
    scenario: options.Scenario,
    *,
    vary: Annotated[
        list[str] | None,
        typer.Option("--vary", metavar="KEY=VALUES", help="start:stop:n, start:stop or a,b,c; can be repeated."),
    ] = None,
    design: Annotated[str, typer.Option(metavar="NAME", help="grid, latin or sobol.")] = "grid",
    samples: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Points of a latin or sobol design. Default: 64.")
    ] = None,
    outcomes: options.Outcomes = None,
    settings: options.Settings = None,
    replicates: options.Replicates = None,
    seed: options.Seed = None,
    seeds: options.Seeds = None,
    months: options.Months = None,
    month: options.Month = None,
    mechanisms: options.Mechanisms = None,
    workers: options.Workers = None,
    cluster: options.Cluster = None,
    out: options.Out = options.RESULTS,
    fresh: options.Fresh = False,
    yes: options.Yes = False,
    everything: options.Everything = False,
    as_json: options.Json = False,
) -> None:
    """Run a scenario at many points of some parameters.

    A grid has all combinations of the values; latin and sobol spread fewer points evenly. Every point runs on the same
    seeds and is compared with the scenario as it is. Stored points are not run again.
    """
    with errors():
        from sim import api
        from sim.report.text.sweeps import sweep_json, sweep_text
        from sim.studies.designs import parse_vary

        to_text = partial(sweep_text, everything=everything)

        chosen = load_until(
            [scenario], settings or [], month, mechanisms, seeds, replicates=replicates, seed=seed, months=months
        )[0]
        with api.make_workers(workers, cluster) as pool:
            found = api.sweep(
                chosen, parse_vary(vary or []), design, samples, outcomes,
                workers=pool, out=out, fresh=fresh, yes=yes, watcher=watcher(),
                shown=partial(print_found, to_json=sweep_json, to_text=to_text, as_json=as_json),
            )  # fmt: skip
        say(tr("figures: {path}", path=found.path / "figures"))
        if say_failures(found.failures, found.path):
            raise typer.Exit(SOME_FAILED)
