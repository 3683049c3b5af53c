"""``sim appraise``: is a policy, a platform or a site worth it, for whom, at whose cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.commands import options
from sim.commands.common import (
    SOME_FAILED,
    WRONG,
    errors,
    fail,
    full_keys,
    listed,
    load,
    print_found,
    say,
    say_failed_seeds,
    say_remarks,
    watcher,
)
from sim.language import tr

if TYPE_CHECKING:
    from sim.studies.questions.appraise import Appraisal


def appraise(
    baseline: Annotated[str, options.scenario("BASELINE", "The world without: a name or a TOML file.")],
    variant: Annotated[
        str | None, options.scenario("VARIANT", "The world with it: another one; or give --set.")
    ] = None,
    *,
    settings: Annotated[
        list[str] | None, options.setting("--set", "A change that makes the variant; can be repeated.")
    ] = None,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="Name of the variant.")] = None,
    given: options.Given = None,
    assume: options.Assume = None,
    replicates: options.Replicates = None,
    seed: options.Seed = None,
    seeds: options.Seeds = None,
    months: options.Months = None,
    mechanisms: options.Mechanisms = None,
    parameters: options.Parameters = None,
    one_seed: options.OneSeed = False,
    closures: Annotated[
        bool, typer.Option("--closures", help="Also run with incomes that return as demand: both multipliers.")
    ] = False,
    workers: options.Workers = None,
    cluster: options.Cluster = None,
    out: options.Out = options.RESULTS,
    fresh: options.Fresh = False,
    as_json: options.Json = False,
) -> None:
    """Say whether a policy, platform or site is worth it.

    Runs the world without and with it on the same seeds, and follows every enterprise through both: from gross to net,
    in jobs, enterprises, value added and taxes; who pays and gains; cost per net job. Stored seeds are not run again.
    """
    with errors():
        from sim import api
        from sim.report.text.appraisal import appraisal_json, appraisal_text
        from sim.scenario import overrides
        from sim.studies.questions.what_if import Variant

        if (variant is None) == (not settings):
            fail("appraise needs one variant: a scenario after the baseline, or --set KEY=VALUE", WRONG)
        change: Any = overrides(settings) if settings else variant

        def show(found: Appraisal) -> None:
            print_found(found, appraisal_json, appraisal_text, as_json=as_json)

        base = load([baseline], given or [], mechanisms, seeds, replicates=replicates, seed=seed, months=months)[0]
        with full_keys(base), api.make_workers(workers, cluster) as pool:
            found = api.appraise(
                base, Variant(change, name or ""), assume=listed(assume), parameters=parameters, one_seed=one_seed,
                closures=closures,
                workers=pool, out=out, fresh=fresh, watcher=watcher(), shown=show,
            )  # fmt: skip
        say_remarks(found.baseline, found.variant)
        say(tr("tables and figures: {path}", path=found.path))
        if found.failures:
            say_failed_seeds(len(found.failures), found.baseline.replicates)
            for it in found.failures[:5]:
                say(f"replicate {it['replicate']} (seed {it['seed']}): {it['message']}")
            raise typer.Exit(SOME_FAILED)
