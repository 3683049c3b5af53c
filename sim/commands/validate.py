"""``sim validate``: the model held to facts, on many seeds."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.commands.common import (
    RESULTS,
    SOME_FAILED,
    ClusterOption,
    JsonOption,
    OutOption,
    ReplicatesOption,
    SeedOption,
    SetOption,
    WithOption,
    WorkersOption,
    errors,
    overridden,
    print_json,
    say,
    say_failures,
    watcher,
)
from sim.commands.studies import FreshOption, YesOption, asked_for

if TYPE_CHECKING:
    from sim.studies.questions.validate import Validation


def validate(
    scenario: Annotated[
        str | None, typer.Argument(metavar="[SCENARIO]", help="Only the facts of this one. Default: all facts.")
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
    """Hold the model to facts, each with its source.

    Each fact is measured on its own scenario, over 50 worlds unless --replicates says otherwise: median, 90% interval,
    the band in which the median must lie, pass or fail; what the model was fitted to and what it predicts apart.
    A scenario file that has no facts is held to those of what it extends. Facts that fail are findings: the exit code
    is 0.
    """
    with errors(), asked_for():
        from sim import api
        from sim.scenario import ScenarioError

        chosen, faults = overridden(settings or [], replicates=replicates, seed=seed)
        if faults:
            raise ScenarioError(faults)
        with api.make_workers(workers, cluster) as pool:
            found = api.validate(
                scenario, facts=facts, settings=chosen, mechanisms=mechanisms or (), workers=pool, out=out, fresh=fresh,
                yes=yes, watcher=watcher(), shown=partial(_print, as_json=as_json),
            )  # fmt: skip
        say(f"page: {found.path / 'validation.html'}")
        failed = [say_failures(result) for result in found.results.values()]
        if any(failed):
            raise typer.Exit(SOME_FAILED)


def _print(found: Validation, *, as_json: bool) -> None:
    from sim.report.text.validation import validation_json, validation_text

    if as_json:
        print_json(validation_json(found))
    else:
        typer.echo(validation_text(found) + "\n")
