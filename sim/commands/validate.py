"""``sim validate``: check the model against facts."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from sim.commands.common import (
    RESULTS,
    SOME_FAILED,
    ClusterOption,
    FreshOption,
    JsonOption,
    OutOption,
    ReplicatesOption,
    SeedOption,
    SetOption,
    WithOption,
    WorkersOption,
    errors,
    overridden,
    print_found,
    say,
    say_failures,
    watcher,
)
from sim.commands.studies import YesOption, asked_for


def validate(
    scenario: Annotated[
        str | None,
        typer.Argument(metavar="[SCENARIO]", help="Use only the facts of this scenario. Default: all facts."),
    ] = None,
    *,
    facts: Annotated[
        Path | None, typer.Option("--facts", metavar="FILE", help="A TOML file of facts in place of those shipped.")
    ] = None,
    settings: SetOption = None,
    replicates: ReplicatesOption = None,
    seed: SeedOption = None,
    mechanisms: WithOption = None,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    out: OutOption = RESULTS,
    fresh: FreshOption = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
) -> None:
    """Check the model against facts, each with its source.

    Each fact is measured on its own scenario, over 50 worlds by default: median, 90% interval, the band for the median,
    pass or fail. Fitted and predicted facts are shown apart. A scenario file without facts uses those of the scenario
    that it extends. Failed facts are findings: the exit code is 0.
    """
    with errors(), asked_for():
        from sim import api
        from sim.report.text.validation import validation_json, validation_text
        from sim.scenario import ScenarioError

        chosen, faults = overridden(settings or [], replicates=replicates, seed=seed)
        if faults:
            raise ScenarioError(faults)
        show = partial(print_found, to_json=validation_json, to_text=validation_text, as_json=as_json)
        with api.make_workers(workers, cluster) as pool:
            found = api.validate(
                scenario, facts=facts, settings=chosen, mechanisms=mechanisms or (), workers=pool, out=out, fresh=fresh,
                yes=yes, watcher=watcher(), shown=show,
            )  # fmt: skip
        say(f"page: {found.path / 'validation.html'}")
        failed = [say_failures(result) for result in found.results.values()]
        if any(failed):
            raise typer.Exit(SOME_FAILED)
