"""``sim validate``: check the model against facts."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from sim.commands import options
from sim.commands.common import SOME_FAILED, errors, overridden, print_found, say, say_failed, watcher
from sim.language import tr


def validate(
    scenario: Annotated[
        str | None,
        options.scenario("[SCENARIO]", "Use only the facts of this scenario. Default: all facts."),
    ] = None,
    *,
    facts: Annotated[
        Path | None, typer.Option("--facts", metavar="FILE", help="A TOML file of facts in place of those shipped.")
    ] = None,
    settings: options.Settings = None,
    replicates: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Worlds of each scenario. Default: 50.")
    ] = None,
    seed: options.Seed = None,
    mechanisms: options.Mechanisms = None,
    workers: options.Workers = None,
    cluster: options.Cluster = None,
    out: options.Out = options.RESULTS,
    fresh: options.Fresh = False,
    yes: options.Yes = False,
    as_json: options.Json = False,
) -> None:
    """Check the model against facts, each with its source.

    Each fact is measured on its own scenario, over 50 worlds by default: median, 90% interval, the band for the median,
    pass or fail. Fitted and predicted facts are shown apart. A scenario file without facts uses those of the scenario
    that it extends. Failed facts are findings: the exit code is 0.
    """
    with errors():
        from sim import api
        from sim.language import file_name
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
        page = f"{file_name('validation')}.html"
        say(tr("page: {path}", path=found.path / page))
        failed = [say_failed(result) for result in found.results.values()]
        if any(failed):
            raise typer.Exit(SOME_FAILED)
