"""``sim sensitivity``: which uncertain parameters an outcome rests on."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from sim.commands import options
from sim.commands.common import (
    SOME_FAILED,
    WRONG,
    errors,
    fail,
    listed,
    load_until,
    print_found,
    say,
    say_failures,
    watcher,
)
from sim.language import tr

if TYPE_CHECKING:
    from sim.studies.questions.sensitivity import Sensitivities


def sensitivity(
    scenario: options.Scenario,
    *,
    outcomes: options.Outcomes = None,
    method: Annotated[str, typer.Option(metavar="NAME", help="morris (many keys) or sobol (few).")] = "morris",
    keys: Annotated[
        list[str] | None,
        typer.Option(
            "--keys", metavar="KEY,...", help="Keys, patterns such as market.*, KEY=low:high; can be repeated."
        ),
    ] = None,
    samples: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Trajectories of Morris (10), or rows of Sobol's base sample (64)."),
    ] = None,
    against: Annotated[
        list[str] | None,
        typer.Option(
            "--against",
            metavar="SCENARIO|KEY=VALUE",
            help="Study the difference from this scenario, or from the same one with this value; can be repeated.",
        ),
    ] = None,
    settings: options.Settings = None,
    replicates: Annotated[int | None, typer.Option(min=1, metavar="N", help="Seeds per point. Default: 8.")] = None,
    seed: options.Seed = None,
    months: options.Months = None,
    month: options.Month = None,
    mechanisms: options.Mechanisms = None,
    workers: options.Workers = None,
    cluster: options.Cluster = None,
    out: options.Out = options.RESULTS,
    fresh: options.Fresh = False,
    yes: options.Yes = False,
    everything: options.Everything = False,
    as_json: options.Json = False,
) -> None:
    """Rank uncertain parameters by effect on an outcome.

    Every parameter whose source is an assumption or a fit is moved within its range, on the same seeds. The variance is
    split into parameters and seed. With --against, the output shows where the sign of the difference changes.
    """
    with errors():
        from sim import api
        from sim.report.text.sensitivities import sensitivities_text
        from sim.studies.questions.sensitivity import answer_json

        given = {"replicates": replicates, "seed": seed, "months": months}
        chosen = load_until([scenario], settings or [], month, mechanisms, None, **given)[0]
        other = None
        if against:
            name, changed = _other(scenario, settings or [], against)
            other = load_until([name], changed, month, mechanisms, None, **given)[0]

        def to_json(found: Sensitivities) -> object:
            return {"results": str(found.path), **answer_json(found), "failures": found.failures}

        to_text = partial(sensitivities_text, everything=everything)
        with api.make_workers(workers, cluster) as pool:
            found = api.sensitivity(
                chosen, outcomes, method, listed(keys), samples, other, replicates=replicates,
                workers=pool, out=out, fresh=fresh, yes=yes, watcher=watcher(),
                shown=partial(print_found, to_json=to_json, to_text=to_text, as_json=as_json),
            )  # fmt: skip
        say(tr("figures: {path}", path=found.path / "figures"))
        if say_failures(found.failures, found.path):
            raise typer.Exit(SOME_FAILED)


def _other(scenario: str, settings: list[str], against: list[str]) -> tuple[str, list[str]]:
    """Name and settings of the other scenario: the settings of the first one apply to it too, unless it sets them."""
    names = [it for it in against if "=" not in it]
    if len(names) > 1:
        fail(f"--against: {', '.join(names)} are several scenarios, allowed: one", WRONG)
    anew = [it for it in against if "=" in it]
    keys = {it.partition("=")[0].strip() for it in anew}
    kept = [it for it in settings if it.partition("=")[0].strip() not in keys]
    return (names[0] if names else scenario), [*kept, *anew]
