"""``sim explain``: attribute the difference between two scenarios in an outcome to their settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sim.commands import options
from sim.commands.common import SOME_FAILED, errors, load, print_found, say, say_failed, say_results, watcher
from sim.language import tr

if TYPE_CHECKING:
    from sim.studies.questions.explain import Explanation


def explain(
    first: Annotated[str, options.scenario("A", "A name or a TOML file.")],
    second: Annotated[str, options.scenario("B", "Another one: B less A is explained.")],
    *,
    outcome: Annotated[str, typer.Option("--outcome", metavar="NAME", help="The outcome, in the last month.")],
    by: Annotated[
        str, typer.Option("--by", metavar="group|key", help="Parts: groups of keys, or single keys.")
    ] = "group",
    pairs: Annotated[
        int, typer.Option("--pairs", min=2, metavar="P", help="Random orders, with more than 8 parts.")
    ] = 16,
    yes: Annotated[
        bool, typer.Option("--yes", help="Run even if it takes long, or if only a sample of the orders is run.")
    ] = False,
    settings: options.Settings = None,
    replicates: options.Replicates = None,
    seed: options.Seed = None,
    seeds: options.Seeds = None,
    months: options.Months = None,
    mechanisms: options.Mechanisms = None,
    workers: options.Workers = None,
    cluster: options.Cluster = None,
    out: options.Out = options.RESULTS,
    as_json: options.Json = False,
) -> None:
    """Attribute the difference of two scenarios to settings.

    The parts are Shapley values of mechanisms, levers, platforms and sites on common seeds. They add up to the paired
    difference.
    """
    with errors():
        from sim import api
        from sim.report.text.explanations import explanation_json, explanation_text

        def show(found: Explanation) -> None:
            say_results(found.first, found.second)
            print_found(found, explanation_json, explanation_text, as_json=as_json, end="")

        given = {"replicates": replicates, "seed": seed, "months": months}
        one, other = load([first, second], settings or [], mechanisms, seeds, **given)
        with api.make_workers(workers, cluster) as pool:
            found = api.explain(
                one, other, outcome, by=by, pairs=pairs, yes=yes, workers=pool, out=out, watcher=watcher(),
                shown=show,
            )  # fmt: skip
        say(tr("figure: {path}", path=found.path))
        if say_failed(found.first) | say_failed(found.second):
            raise typer.Exit(SOME_FAILED)
