"""``sim run``: run scenarios and print their outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.commands import options
from sim.commands.common import (
    SOME_FAILED,
    WRONG,
    errors,
    fail,
    listed,
    load,
    overridden,
    print_json,
    print_text,
    say_failed,
    say_of,
    say_remarks,
    watcher,
)
from sim.letters import as_path, file_word

if TYPE_CHECKING:
    from sim.runs.result import Result
    from sim.scenario import Fault, Scenario


def run(
    scenarios: Annotated[list[str] | None, options.scenario("SCENARIO", "Names or TOML files.")] = None,
    *,
    settings: options.Settings = None,
    replicates: options.Replicates = None,
    seed: options.Seed = None,
    seeds: options.Seeds = None,
    months: options.Months = None,
    mechanisms: options.Mechanisms = None,
    parameters: options.Parameters = None,
    one_seed: options.OneSeed = False,
    workers: options.Workers = None,
    cluster: options.Cluster = None,
    out: options.Out = options.RESULTS,
    fresh: options.Fresh = False,
    until: Annotated[
        str | None, typer.Option(metavar="M", help="Stop after M months, or before a month such as 2015-01.")
    ] = None,
    checkpoint: Annotated[
        bool, typer.Option("--checkpoint", help="Keep the state of every world at the end, for --from.")
    ] = False,
    past: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="RESULT", help="Continue from the checkpoints of a result; --set applies from there on."
        ),
    ] = None,
    events: Annotated[
        bool, typer.Option("--events", help="Write events.parquet, the events of each enterprise.")
    ] = False,
    ledger: Annotated[
        bool,
        typer.Option(
            "--ledger", help="Check all books after each mechanism; one that does not balance fails its world."
        ),
    ] = False,
    figures: options.Figures = None,
    no_figures: Annotated[bool, typer.Option("--no-figures", help="Draw no figure.")] = False,
    profiled: Annotated[
        bool, typer.Option("--profile", help="Run one more world and print the time of each mechanism.")
    ] = False,
    everything: options.Everything = False,
    as_json: options.Json = False,
) -> None:
    """Run scenarios and print their outcomes.

    Each outcome is printed with its median, its 90% interval and the article's figure.
    Stored replicates are not run again; a request for more replicates runs the missing ones.
    With --checkpoint and then --from, several branches share one past: each equals a run from the start.
    """
    with errors():
        if cluster is None and replicates != 1 and past is None and (fresh or not _held(scenarios or [], out)):
            from sim.runs.executor import local_workers

            local_workers(workers).start()  # their server imports while this process does
        from sim import api
        from sim.scenario import ScenarioError
        from sim.studies.remarks import empty_outcomes

        given = {"--events": events, "--ledger": ledger}
        if wrong := _wrong_together(scenarios or [], past, seed, seeds, drawn=parameters or one_seed, given=given):
            fail("\n".join(wrong), WRONG)
        how: dict[str, Any] = {"out": out, "fresh": fresh, "until": until, "checkpoint": checkpoint}
        how["figures"] = listed(figures) or not no_figures
        how["shown"] = partial(_print_run, everything=everything, as_json=as_json)
        runs: list[partial[Result]]
        if past is not None:
            asked, faults = overridden(settings or [], replicates=replicates, months=months)
            runs = [partial(api.branch, past, asked, mechanisms=mechanisms or (), **how)]
        else:
            chosen = load(
                scenarios or [], settings or [], mechanisms, seeds, replicates=replicates, seed=seed, months=months
            )
            faults = _outside(chosen, until)
            how |= {"events": events, "parameters": parameters, "one_seed": one_seed, "ledger": ledger}
            runs = [partial(api.run, scenario, **how) for scenario in chosen]
        if faults:
            raise ScenarioError(faults)
        if past is None:
            say_remarks(*chosen)
        failed = False
        with api.make_workers(workers, cluster) as pool:
            for go in runs:
                result = go(workers=pool, watcher=watcher())
                failed |= say_failed(result)
                for text in empty_outcomes(result):
                    say_of(result.name, text)
                if profiled:
                    _print_profile(result.scenario, as_json=as_json)
        if failed:
            raise typer.Exit(SOME_FAILED)


def _held(scenarios: Sequence[str], out: Path) -> bool:
    """Whether every scenario has a result under its name, so that there may be nothing to run."""
    return all(any(out.glob(f"{as_path(file_word(name))}-*/")) for name in scenarios)


def _wrong_together(
    scenarios: Sequence[str],
    past: str | None,
    seed: int | None,
    seeds: str | None,
    *,
    drawn: str | bool | None,
    given: Mapping[str, bool],
) -> list[str]:
    """Messages on options that cannot be combined."""
    if past is None:
        return [] if scenarios else ["Missing argument SCENARIO, allowed: names or TOML files, or --from RESULT"]
    wrong = [f"SCENARIO: {name} is given with --from, whose result has its own" for name in scenarios]
    if seed is not None:
        wrong.append(f"--seed: {seed} is given with --from, whose result has its own")
    if seeds is not None:
        wrong.append(f"--seeds: {seeds} is given with --from, whose result has its own")
    if drawn:
        wrong.append("--parameters: is given with --from, whose worlds have theirs")
    if given["--events"]:
        wrong.append("--events: is given with --from, whose checkpoints have no events of the months before")
    if given["--ledger"]:
        wrong.append("--ledger: is given with --from, whose past is not checked")
    return wrong


def _outside(scenarios: Sequence[Scenario], until: str | None) -> list[Fault]:
    """A fault for each scenario whose run does not reach a month."""
    from sim.runs.branch import first_part
    from sim.scenario import ScenarioError

    faults: list[Fault] = []
    for scenario in scenarios if until is not None else ():
        try:
            first_part(scenario, str(until))
        except ScenarioError as error:
            faults += error.faults
    return faults


def _print_run(result: Result, headline: Sequence[str], *, everything: bool, as_json: bool) -> None:
    from sim.report.text.run import run_json, run_text

    if as_json:
        print_json(run_json(result))
    else:
        print_text(partial(run_text, result, headline, everything=everything))


def _print_profile(scenario: Scenario, *, as_json: bool) -> None:
    from sim.report.text.profile import profile_json, profile_text
    from sim.runs.profile import profile

    found = profile(scenario)
    if as_json:
        print_json(profile_json(found))
    else:
        print_text(partial(profile_text, found))
