"""``sim trace``: where two worlds on one seed diverge."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from sim.commands import options
from sim.commands.common import errors, load, print_found, say
from sim.language import tr


def trace(
    first: Annotated[str, options.scenario("A", "A name or a TOML file.")],
    second: Annotated[str, options.scenario("B", "Another one, run month by month beside A.")],
    seed: options.Seed = None,
    replicate: Annotated[int, typer.Option(min=0, metavar="R", help="Number of the world, from 0.")] = 0,
    settings: options.Settings = None,
    months: options.Months = None,
    mechanisms: options.Mechanisms = None,
    out: options.Out = options.RESULTS,
    as_json: options.Json = False,
) -> None:
    """Find where two worlds on one seed diverge, and for whom.

    Prints the first month and mechanism in which a state differs, the startups and the survivors of one world only,
    with the reason in the other, and the jobs and taxes of each group.
    """
    with errors():
        from sim import api
        from sim.report.text.traces import trace_json, trace_text

        show = partial(print_found, to_json=trace_json, to_text=trace_text, as_json=as_json, end="")
        chosen = load([first, second], settings or [], mechanisms, seed=seed, months=months)
        found = api.trace(*chosen, replicate=replicate, out=out, shown=show)
        say(tr("figure and tables: {path}", path=out / found.folder))
