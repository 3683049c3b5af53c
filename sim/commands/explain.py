"""``sim explain``: which of the differences between two scenarios made the difference in an outcome."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from sim.commands.common import (
    RESULTS,
    SOME_FAILED,
    ClusterOption,
    JsonOption,
    MonthsOption,
    OutOption,
    ReplicatesOption,
    SeedOption,
    SetOption,
    WithOption,
    WorkersOption,
    errors,
    load,
    print_json,
    say,
    say_failures,
    watcher,
)
from sim.commands.studies import asked_for

if TYPE_CHECKING:
    from sim.studies.questions.explain import Explanation


def explain(
    first: Annotated[str, typer.Argument(metavar="A", help="A name or a TOML file.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another one: what is explained is B less A.")],
    *,
    outcome: Annotated[str, typer.Option("--outcome", metavar="NAME", help="The outcome, in the last month.")],
    by: Annotated[
        str, typer.Option("--by", metavar="group|key", help="Parts: groups of keys, or single keys.")
    ] = "group",
    pairs: Annotated[int, typer.Option("--pairs", min=2, metavar="P", help="Orders drawn of more than 8 parts.")] = 16,
    yes: Annotated[
        bool, typer.Option("--yes", help="Start what takes long, or of which only a sample is run.")
    ] = False,
    settings: SetOption = None,
    replicates: ReplicatesOption = None,
    seed: SeedOption = None,
    months: MonthsOption = None,
    mechanisms: WithOption = None,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    out: OutOption = RESULTS,
    as_json: JsonOption = False,
) -> None:
    """Say which changes made the difference in an outcome.

    Shapley values over mechanisms, levers and places, on common seeds: they add up to the paired difference.
    """
    with errors(), asked_for():
        from sim import api

        one, other = load([first, second], settings or [], mechanisms, replicates=replicates, seed=seed, months=months)
        with api.make_workers(workers, cluster) as pool:
            found = api.explain(
                one, other, outcome, by=by, pairs=pairs, agreed=yes, workers=pool, out=out, watcher=watcher(),
                shown=partial(_print_explanation, as_json=as_json),
            )  # fmt: skip
        say(f"figure: {found.path}")
        if say_failures(found.first) | say_failures(found.second):
            raise typer.Exit(SOME_FAILED)


def _print_explanation(found: Explanation, *, as_json: bool) -> None:
    from sim.report.text.explanations import explanation_json, explanation_text

    for result in (found.first, found.second):
        say(f"{result.name}: {result.path}, {len(result.replicates)} replicates from seed {result.seed}")
    if as_json:
        print_json(explanation_json(found))
    else:
        typer.echo(explanation_text(found))
