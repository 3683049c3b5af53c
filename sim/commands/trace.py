"""``sim trace``: where two paired worlds part, enterprise by enterprise."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from sim.commands.common import (
    RESULTS,
    JsonOption,
    MonthsOption,
    OutOption,
    SeedOption,
    SetOption,
    WithOption,
    errors,
    load,
    print_json,
    say,
)

if TYPE_CHECKING:
    from sim.studies.questions.trace import Trace


def trace(
    first: Annotated[str, typer.Argument(metavar="A", help="A name or a TOML file.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another one: its world runs in step with A's.")],
    seed: SeedOption = None,
    replicate: Annotated[int, typer.Option(min=0, metavar="R", help="Which of the run's worlds.")] = 0,
    settings: SetOption = None,
    months: MonthsOption = None,
    mechanisms: WithOption = None,
    out: OutOption = RESULTS,
    as_json: JsonOption = False,
) -> None:
    """Say where two worlds on one seed part, and what comes of it.

    The first month and mechanism in which a state differs, the startups of one world only, who survives in one only
    and why not in the other, and the jobs and taxes of each.
    """
    with errors():
        from sim import api

        chosen = load([first, second], settings or [], mechanisms, seed=seed, months=months)
        found = api.trace(*chosen, replicate=replicate, out=out, shown=partial(_print_trace, as_json=as_json))
        say(f"figure and tables: {out / found.folder}")


def _print_trace(found: Trace, *, as_json: bool) -> None:
    from sim.report.text.traces import trace_json, trace_text

    if as_json:
        print_json(trace_json(found))
    else:
        typer.echo(trace_text(found))
