"""``sim poster``: an appraisal on one page."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.commands import options
from sim.commands.common import SOME_FAILED, errors, listed, load, print_json, say_failed_seeds, watcher
from sim.commands.streams import put
from sim.language import tr


def poster(
    baseline: Annotated[str, options.scenario("BASELINE", "The world without: a name or a TOML file.")] = (
        "together-apart"
    ),
    variant: Annotated[str, options.scenario("VARIANT", "The world with it.")] = "together",
    *,
    assume: options.Assume = None,
    replicates: options.Replicates = None,
    seed: options.Seed = None,
    seeds: options.Seeds = None,
    months: options.Months = None,
    mechanisms: options.Mechanisms = None,
    workers: options.Workers = None,
    out: options.Out = options.RESULTS,
    as_json: options.Json = False,
) -> None:
    """Draw an appraisal as a poster of one page.

    It says what is shared, what came of it net, at whose cost, and how sure that is. Appraises the variant against the
    baseline as `sim appraise` does; stored seeds are not run again. Writes poster.pdf and poster.png of A3 in the
    appraisal's folder.
    """
    with errors():
        from sim import api

        base = load([baseline], [], mechanisms, seeds, replicates=replicates, seed=seed, months=months)[0]
        with api.make_workers(workers) as pool:
            found = api.appraise(base, variant, assume=listed(assume), workers=pool, out=out, watcher=watcher())
        files = [str(path) for path in api.poster(found)]
        if as_json:
            print_json({"files": files})
        else:
            put("\n".join(tr("poster: {path}", path=file) for file in files))
        if found.failures:
            say_failed_seeds(len(found.failures), found.baseline.replicates)
            raise typer.Exit(SOME_FAILED)
