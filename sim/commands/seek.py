"""``sim seek``: which mix of levers gives most, or which value of one key reaches a target."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import typer

from sim.commands import options
from sim.commands.common import (
    FAILED,
    SOME_FAILED,
    WRONG,
    errors,
    fail,
    full_keys,
    listed,
    load_until,
    print_found,
    say,
    say_failures,
    watcher,
)
from sim.language import tr


def seek(
    scenario: options.Scenario,
    *,
    levers: Annotated[
        list[str] | None,
        typer.Option("--levers", metavar="KEY=LOW:HIGH", help="A key to move, or KEY=a,b,c; can be repeated."),
    ] = None,
    maximise: Annotated[
        str | None,
        typer.Option(
            "--maximise",
            metavar="OUTCOME",
            help="What is to be high: an outcome, net_jobs (the default), "
            "net_enterprises, net_value_added, net_taxes or society.",
        ),
    ] = None,
    minimise: Annotated[
        str | None, typer.Option("--minimise", metavar="OUTCOME", help="What is to be low, such as cost.")
    ] = None,
    target: Annotated[
        str | None,
        typer.Option("--target", metavar="OUTCOME=VALUE", help="Instead: the value of one key that reaches this."),
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option("--budget", metavar="MONEY", help="Most that sponsors may spend: 50M is 50 million yuan."),
    ] = None,
    at_least: Annotated[
        list[str] | None,
        typer.Option("--at-least", metavar="OUTCOME=X", help="A mean that must be reached; can be repeated."),
    ] = None,
    at_most: Annotated[
        list[str] | None,
        typer.Option("--at-most", metavar="OUTCOME=X", help="A mean not to be exceeded; can be repeated."),
    ] = None,
    samples: Annotated[int | None, typer.Option(min=1, metavar="N", help="Mixes to try. Default: 64.")] = None,
    confirm: Annotated[
        int | None, typer.Option(min=2, metavar="N", help="Fresh seeds on which the best run anew. Default: 20.")
    ] = None,
    robustness: Annotated[
        int | None,
        typer.Option(min=0, metavar="N", help="Draws of the posterior, and of the assumptions. Default: 12; 0: none."),
    ] = None,
    assume: Annotated[
        list[str] | None,
        typer.Option("--assume", metavar="NAME=VALUE", help="Assume otherwise, as in sim appraise; repeatable."),
    ] = None,
    settings: options.Settings = None,
    replicates: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Seeds of the search. Default: 8; with --target 16.")
    ] = None,
    seed: options.Seed = None,
    months: options.Months = None,
    month: options.Month = None,
    mechanisms: options.Mechanisms = None,
    workers: options.Workers = None,
    cluster: options.Cluster = None,
    out: options.Out = options.RESULTS,
    fresh: options.Fresh = False,
    yes: options.Yes = False,
    as_json: options.Json = False,
) -> None:
    """Seek the best mix of levers, or a value for a target.

    Mixes are tried on common seeds; the best run anew on fresh ones, and at draws of the posterior and the assumptions.
    The answer: the best mix, the frontier of cost against outcome, how far each lever can be moved, the regret. Where
    noise hides it, no mix is named (exit code 1). Stored worlds are not run again.
    """
    with errors():
        from sim import api
        from sim.report.text.seek import reached_json, seek_json, seek_text, value_text
        from sim.studies.designs import parse_vary
        from sim.studies.mixes import FORMS, LEVERS

        of_mixes = {
            "--maximise": maximise, "--minimise": minimise, "--budget": budget, "--at-least": at_least,
            "--at-most": at_most, "--samples": samples, "--confirm": confirm, "--robustness": robustness,
        }  # fmt: skip
        if target is not None and (others := [name for name, value in of_mixes.items() if value not in (None, [])]):
            fail(f"--target: does not go with {', '.join(others)}, allowed: --levers KEY=LOW:HIGH", WRONG)
        base = load_until(
            [scenario], settings or [], month, mechanisms, replicates=replicates, seed=seed, months=months
        )[0]
        show = partial(print_found, as_json=as_json)
        with full_keys(base), api.make_workers(workers, cluster) as pool:
            lines = parse_vary(levers or [], LEVERS, FORMS)
            how: dict[str, Any] = {
                "assume": listed(assume), "replicates": replicates, "workers": pool, "out": out, "fresh": fresh,
                "yes": yes, "watcher": watcher(),
            }  # fmt: skip
            found: Any
            if target is not None:
                shown = partial(show, to_json=reached_json, to_text=value_text)
                found = api.seek_value(base, lines, target, **how, shown=shown)
            else:
                shown = partial(show, to_json=seek_json, to_text=seek_text)
                found = api.seek(
                    base, lines, maximise, minimise=minimise, budget=budget, at_least=at_least or (),
                    at_most=at_most or (), samples=samples, confirm=confirm, robustness=robustness, **how, shown=shown,
                )  # fmt: skip
        say(tr("figures: {path}", path=found.path / "figures"))
        if say_failures(found.failures, found.path, anywhere=True):
            raise typer.Exit(SOME_FAILED)
        if found.refused:
            raise typer.Exit(FAILED)
