"""The command ``sim``: data on stdout, everything else on stderr.

Exit codes: 0 done, 1 failed, 2 wrong usage or scenario, 3 some replicates failed, 130 interrupted. What takes long to
import is imported in the command that needs it.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from sim import __version__

if TYPE_CHECKING:
    from sim.runs.ensemble import Watcher
    from sim.runs.result import Result
    from sim.scenario import Scenario
    from sim.studies.compare import Comparison

FAILED, WRONG, SOME_FAILED, INTERRUPTED = 1, 2, 3, 130
_MOST_FAILURES = 5  # said one by one

app = typer.Typer(
    name="sim",
    help="An ecosystem of big, medium and small enterprises: run scenarios, compare them, see what they rest on.",
    epilog="Exit codes: 0 done, 1 failed, 2 wrong usage or scenario, 3 some replicates failed, 130 interrupted.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)

OutOption = Annotated[Path, typer.Option(metavar="DIR", help="Where results are kept.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON: one object a line.")]
AllOption = Annotated[bool, typer.Option("--all", help="Show every outcome, not the main ones only.")]
RESULTS = Path("results")


def main() -> None:
    app()


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"sim {__version__}")
        raise typer.Exit


@app.callback()
def _sim(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del version


@app.command("list")
def list_scenarios() -> None:
    """The scenarios, a line each."""
    from sim.scenario import shipped

    found = shipped()
    width = max((len(scenario.name) for scenario in found), default=0)
    for scenario in found:
        typer.echo(f"{scenario.name:<{width}}  {scenario.title}".rstrip())


@app.command()
def run(
    scenarios: Annotated[list[str], typer.Argument(metavar="SCENARIO", help="Names or TOML files.")],
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a parameter; can be repeated.")
    ] = None,
    replicates: Annotated[int | None, typer.Option(min=1, metavar="N", help="Worlds to run.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, metavar="S", help="Seed of the run.")] = None,
    months: Annotated[int | None, typer.Option(min=1, metavar="M", help="Months to run.")] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, metavar="W", help="Processes; 1 is this one. Default: one for each core.")
    ] = None,
    out: OutOption = RESULTS,
    fresh: Annotated[bool, typer.Option("--fresh", help="Run again what is kept already.")] = False,
    everything: AllOption = False,
    as_json: JsonOption = False,
) -> None:
    """Run scenarios, and say what came out.

    Each outcome is printed with its median, its 90% interval and the article's figure beside it.
    What is kept of the same request is not run again; a request for more replicates adds what is missing.
    """
    with _errors():
        from sim import api

        chosen = _load(scenarios, settings or [], replicates=replicates, seed=seed, months=months)
        failed = False
        with api.make_workers(workers) as pool:
            for scenario in chosen:
                result = api.run(
                    scenario, workers=pool, out=out, fresh=fresh, watcher=_watcher(),
                    shown=partial(_print_run, everything=everything, as_json=as_json),
                )  # fmt: skip
                failed |= _say_failures(result)
        if failed:
            raise typer.Exit(SOME_FAILED)


@app.command()
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
    with _errors():
        if len(results) < 2:
            _fail("compare needs two results or more", WRONG)
        from sim import api

        comparison = api.compare(
            results[0], results[1], *results[2:], out=out, unpaired=unpaired,
            shown=partial(_print_comparison, everything=everything, as_json=as_json),
        )  # fmt: skip
        _say(f"figures: {comparison.path}")


@app.command()
def describe(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A name or a TOML file.")],
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a parameter; can be repeated.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Every parameter of a scenario, with its source.

    Value, unit, range, where the value came from, and what it rests on.
    """
    with _errors():
        from sim.report.tables import description_json, description_text

        chosen = _load([scenario], settings or [])[0]
        typer.echo(_json(description_json(chosen)) if as_json else description_text(chosen))


@app.command()
def schema() -> None:
    """A JSON Schema of scenario files, for editors."""
    from sim.scenario import schema as made

    typer.echo(json.dumps(made(), indent=2, ensure_ascii=False))


# --- what is printed


def _print_run(result: Result, headline: Sequence[str], *, everything: bool, as_json: bool) -> None:
    from sim.report.tables import run_json, run_text

    typer.echo(_json(run_json(result)) if as_json else run_text(result, headline, everything=everything) + "\n")


def _print_comparison(comparison: Comparison, headline: Sequence[str], *, everything: bool, as_json: bool) -> None:
    from sim.report.tables import variant_json, variant_text

    for result in (comparison.baseline, *(variant.result for variant in comparison.variants)):
        _say(f"{result.name}: {result.path}, {len(result.replicates)} replicates from seed {result.seed}")
    for variant in comparison.variants:
        if as_json:
            typer.echo(_json(variant_json(comparison, variant)))
        else:
            typer.echo(variant_text(comparison, variant, headline, everything=everything) + "\n")


def _json(value: object) -> str:
    from sim.report.tables import clean

    return json.dumps(clean(value), ensure_ascii=False, allow_nan=False)


# --- what goes wrong


@contextmanager
def _errors() -> Iterator[None]:
    """Turn what can go wrong into a message and an exit code."""
    from sim.runs.errors import Incompatible, ResultError
    from sim.scenario import ScenarioError

    try:
        yield
    except (ScenarioError, ResultError, Incompatible) as error:
        _fail(str(error), WRONG)
    except OSError as error:
        _fail(f"{error.filename}: {error.strerror}" if error.filename else str(error), FAILED)
    except KeyboardInterrupt:
        _fail("interrupted: what is finished is kept, and the same command goes on from there", INTERRUPTED)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _fail(text: str, code: int) -> NoReturn:
    _say(text)
    raise typer.Exit(code)


def _say_failures(result: Result) -> bool:
    """Say which of the replicates asked for failed, and how each is repeated; whether there are any."""
    failures = [it for it in result.failures if it["replicate"] < result.scenario.replicates]
    if failures:
        _say(f"{result.path}: {len(failures)} of {result.scenario.replicates} replicates failed")
    for failure in failures[:_MOST_FAILURES]:
        _say(f"replicate {failure['replicate']} (seed {failure['seed']}): {failure['message']}")
        _say(f"  repeat it: cd {shlex.quote(str(result.path))} && {failure['command']}")
    if len(failures) > _MOST_FAILURES:
        _say(f"and {len(failures) - _MOST_FAILURES} more: see {result.path / 'manifest.json'}")
    return bool(failures)


def _load(names: Sequence[str], settings: Sequence[str], **given: int | None) -> list[Scenario]:
    """Every scenario, or ScenarioError with the faults of all of them."""
    from sim.scenario import Fault, ScenarioError, load, overrides

    chosen = overrides(settings)
    faults: list[Fault] = []
    for name, value in given.items():
        key = f"run.{name}"
        if value is not None and key in chosen:
            faults.append(Fault("--set", 0, key, f"is given by --{name} too, allowed: one of them"))
        elif value is not None:
            chosen[key] = value
    loaded = []
    for name in names:
        try:
            loaded.append(load(name, chosen))
        except ScenarioError as error:
            faults += error.faults
    if faults:
        raise ScenarioError(faults)
    return loaded


# --- progress


def _watcher() -> Watcher:
    """A progress bar on a terminal; off one, a line when a run begins."""
    from sim.runs.ensemble import Watcher

    class Lines(Watcher):
        def begin(self, name: str, done: int, of: int) -> None:
            self.say(f"{name}: running {of - done} of {of} replicates")

    if not sys.stderr.isatty():
        return Lines()
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    class Bar(Watcher):
        def __init__(self) -> None:
            self._bar = Progress(
                TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
                TextColumn("left"), TimeRemainingColumn(), console=Console(stderr=True), transient=True,
            )  # fmt: skip

        def say(self, text: str) -> None:
            self._bar.console.print(text, markup=False, highlight=False, soft_wrap=True)

        def begin(self, name: str, done: int, of: int) -> None:
            self._task = self._bar.add_task(name, completed=done, total=of)
            self._bar.start()

        def advance(self) -> None:
            self._bar.advance(self._task)

        def end(self) -> None:
            self._bar.stop()

    return Bar()
