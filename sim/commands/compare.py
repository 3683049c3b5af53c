"""``sim compare``: compare stored results with the first one."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from sim.commands import options
from sim.commands.common import WRONG, errors, fail, pages_of, print_comparison, say
from sim.language import tr


def compare(
    results: Annotated[list[str], options.result("Folders of results, or names: the newest result.")],
    out: options.Out = options.RESULTS,
    unpaired: Annotated[
        bool, typer.Option("--unpaired", help="Compare as independent samples, not paired by seed.")
    ] = False,
    common_months: Annotated[
        bool, typer.Option("--common-months", help="Compare results of different length over the months that all have.")
    ] = False,
    outcomes: options.Outcomes = None,
    figures: options.AllFigures = "headline",
    everything: options.Everything = False,
    as_json: options.Json = False,
) -> None:
    """Compare results with the first one.

    Prints the changes, and the mean differences paired by seed with their 95% intervals.
    """
    with errors():
        if len(results) < 2:
            fail("compare needs two results or more", WRONG)
        from sim import api

        comparison = api.compare(
            results[0], results[1], *results[2:], out=out, unpaired=unpaired, common_months=common_months,
            outcomes=outcomes, figures=pages_of(figures),
            shown=partial(print_comparison, everything=everything, as_json=as_json, only=bool(outcomes)),
        )  # fmt: skip
        say(tr("figures: {path}", path=comparison.path))
