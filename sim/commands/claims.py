"""``sim claims``: claims about scenarios, tested."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from sim.commands import options
from sim.commands.common import SOME_FAILED, errors, print_found, print_text, say_failures, watcher

if TYPE_CHECKING:
    from sim.studies.questions.claims import Findings


def claims(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME|FILE]...", help="Shipped claims, or files of claims. Default: all shipped."),
    ] = None,
    *,
    samples: Annotated[
        int | None, typer.Option(min=2, metavar="N", help="Joint draws of the assumptions. Default: 64.")
    ] = None,
    replicates: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Seeds of the difference. Default: 30; other cases have 8.")
    ] = None,
    seed: options.Seed = None,
    months: options.Months = None,
    mechanisms: options.Mechanisms = None,
    workers: options.Workers = None,
    cluster: options.Cluster = None,
    out: options.Out = options.RESULTS,
    fresh: options.Fresh = False,
    yes: options.Yes = False,
    everything: Annotated[bool, typer.Option("--all", help="Show the range of every assumption.")] = False,
    table: Annotated[bool, typer.Option("--table", help="Print one table of all claims, without reasons.")] = False,
    as_json: options.Json = False,
) -> None:
    """Test claims about pairs of scenarios.

    Is a difference there, what carries it, and where does its sign change? The two scenarios run on common seeds: as
    they are, without the mechanisms that should carry it, over the range of each assumption, at joint draws of all of
    them, and at draws from the posterior. A verdict is robust, fragile, asserted, not distinguishable or contradicted.
    """
    with errors():
        from sim import api
        from sim.report.text.claims import claims_table, claims_text
        from sim.studies.questions.claims import findings_json

        def as_object(it: Findings) -> dict[str, object]:
            return {"results": str(it.path), **findings_json(it), "failures": it.failures}

        show = partial(
            print_found, to_json=as_object, to_text=partial(claims_text, everything=everything), as_json=as_json
        )
        with api.make_workers(workers, cluster) as pool:
            found = api.claims(
                names or (), samples=samples, replicates=replicates, seed=seed, months=months,
                mechanisms=mechanisms or (), workers=pool, out=out, fresh=fresh, yes=yes, watcher=watcher(),
                shown=None if table and not as_json else show,
            )  # fmt: skip
        if table and not as_json:
            print_text(partial(claims_table, found))
        failed = [say_failures(runs.failures, runs.path) for it in found for runs in it.runs]
        if any(failed):
            raise typer.Exit(SOME_FAILED)
