"""``sim compare``: results that exist, against the first."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from sim.commands.common import RESULTS, WRONG, AllOption, JsonOption, OutOption, errors, fail, print_comparison, say


def compare(
    results: Annotated[
        list[str], typer.Argument(metavar="RESULT", help="Result folders, or names: the newest result.")
    ],
    out: OutOption = RESULTS,
    unpaired: Annotated[
        bool, typer.Option("--unpaired", help="Compare as two sets of worlds, not seed by seed.")
    ] = False,
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
            shown=partial(print_comparison, everything=everything, as_json=as_json),
        )  # fmt: skip
        say(f"figures: {comparison.path}")
