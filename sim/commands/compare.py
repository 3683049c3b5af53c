"""``sim compare``: results that exist, against the first."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from sim.commands.common import (
    RESULTS,
    WRONG,
    AllOption,
    JsonOption,
    OutOption,
    errors,
    fail,
    print_json,
    say,
)

if TYPE_CHECKING:
    from sim.studies.compare import Comparison


def compare(
    results: Annotated[
        list[str], typer.Argument(metavar="RESULT", help="Result folders, or names: the newest result.")
    ],
    out: OutOption = RESULTS,
    unpaired: Annotated[bool, typer.Option("--unpaired", help="Compare results of different seeds.")] = False,
    everything: AllOption = False,
    as_json: JsonOption = False,
) -> None:
    """Compare results with the first one.

    Prints what was changed and, seed by seed, what that changed: the mean difference with its 95% interval.
    """
    with errors():
        if len(results) < 2:
            fail("compare needs two results or more", WRONG)
        from sim import api

        comparison = api.compare(
            results[0], results[1], *results[2:], out=out, unpaired=unpaired,
            shown=partial(_print_comparison, everything=everything, as_json=as_json),
        )  # fmt: skip
        say(f"figures: {comparison.path}")


def _print_comparison(comparison: Comparison, headline: Sequence[str], *, everything: bool, as_json: bool) -> None:
    from sim.report.tables import variant_json, variant_text

    for result in (comparison.baseline, *(variant.result for variant in comparison.variants)):
        say(f"{result.name}: {result.path}, {len(result.replicates)} replicates from seed {result.seed}")
    for variant in comparison.variants:
        if as_json:
            print_json(variant_json(comparison, variant))
        else:
            typer.echo(variant_text(comparison, variant, headline, everything=everything) + "\n")
