"""What commands share: exit codes, error messages, loading of scenarios, progress, output."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from sim.commands.streams import put, put_json
from sim.language import ENGLISH, in_english, speaking, tr
from sim.letters import printable

if TYPE_CHECKING:
    from sim.runs.options import Watcher
    from sim.runs.result import Result
    from sim.scenario import Fault, Scenario
    from sim.studies.questions.calibrate import Calibration
    from sim.studies.questions.compare import Comparison
    from sim.studies.questions.seek import Sought
    from sim.studies.questions.seek_value import Reached
    from sim.studies.questions.sensitivity import Sensitivities
    from sim.studies.questions.sweep import Sweep

FAILED, WRONG, SOME_FAILED, INTERRUPTED = 1, 2, 3, 130
_MOST_FAILURES = 5  # listed one by one
_NEAR = 0.7  # similarity of a short key to the end of a full one
_COLOUR = re.compile(r"(\x1b\[\d+m)")  # a code of our own; all else that moves a cursor is escaped


@in_english
def print_json(value: object) -> None:
    """Print one JSON object on one line; NaN and infinity become null."""
    from sim.runs.store import clean

    put_json(clean(value))


def print_text(made: Callable[[], str], end: str = "\n") -> None:
    """Print a text within the width of a terminal, its tables in colour where the terminal has any."""
    from sim.report.text.columns import fitted, styled

    if _has_colour():
        from sim.report.text.colours import coloured

        with styled(coloured):
            text = "".join(it if _COLOUR.fullmatch(it) else printable(it) for it in _COLOUR.split(fitted(made())))
    else:
        text = printable(fitted(made()))
    put(text, end + "\n")


def _has_colour() -> bool:
    """Whether standard output is a terminal with colours that nobody has asked to do without."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return False
    from rich.console import Console

    return Console(file=sys.stdout).color_system is not None


def print_found(
    found: Any, to_json: Callable[[Any], object], to_text: Callable[[Any], str], *, as_json: bool, end: str = "\n"
) -> None:
    """Print an answer as JSON, or as text with ``end`` after its last line."""
    if as_json:
        with speaking(ENGLISH):
            print_json(to_json(found))
    else:
        print_text(lambda: to_text(found), end)


@contextmanager
def errors(
    interrupted: str = "interrupted: finished replicates are kept, and the same command continues from there",
) -> Iterator[None]:
    """Turn expected errors, and an interrupt, into a message and an exit code."""
    from sim.catalogue import CatalogueError
    from sim.runs.errors import Incompatible, NothingRan, ResultError, TooLarge, WrongAddress
    from sim.scenario import ScenarioError

    try:
        yield
    except NothingRan as error:
        fail(str(error), SOME_FAILED)
    except (ScenarioError, ResultError, Incompatible, WrongAddress, CatalogueError, TooLarge) as error:
        fail(str(error), WRONG)
    except OSError as error:
        fail(system_error(error), FAILED)
    except KeyboardInterrupt:
        fail(interrupted, INTERRUPTED)


def system_error(error: OSError) -> str:
    """What the system says is wrong with a file, or with the output."""
    return f"{error.filename or 'output'}: {error.strerror}" if error.strerror else str(error)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def fail(text: str, code: int) -> NoReturn:
    say(text)
    raise typer.Exit(code)


def say_failures(
    failures: Sequence[Mapping[str, Any]], folder: Path, *, of: int | None = None, anywhere: bool = False
) -> bool:
    """List failed replicates, each with the command that repeats it; whether there are any.

    ``of`` is their number with the others. Commands run in ``folder`` unless they run ``anywhere``.
    """
    if failures:
        say(f"{folder}: {len(failures)}{f' of {of}' if of else ''} replicates failed")
    place = "" if anywhere else f"cd {shlex.quote(str(folder))} && "
    for it in failures[:_MOST_FAILURES]:
        where = f"point {it['point']}, " if "point" in it else f"{it['scenario']}, " if "scenario" in it else ""
        say(f"{where}replicate {it['replicate']} (seed {it['seed']}): {it['message']}")
        say(f"  repeat it: {place}{it['command']}")
    if len(failures) > _MOST_FAILURES:
        say(f"and {len(failures) - _MOST_FAILURES} more: see {folder / 'manifest.json'}")
    return bool(failures)


def say_failed(result: Result) -> bool:
    """List the failed replicates of a result, of those asked for; whether there are any."""
    asked = result.scenario.replicates
    failures = [it for it in result.failures if it["replicate"] < asked]
    return say_failures(failures, result.path, of=asked)


def end_study(found: Sweep | Sensitivities | Calibration | Sought | Reached, *, anywhere: bool = False) -> None:
    """Name the figures of a study, and exit where replicates failed; ``anywhere`` as in ``say_failures``."""
    say(tr("figures: {path}", path=found.path / "figures"))
    if say_failures(found.failures, found.path, anywhere=anywhere):
        raise typer.Exit(SOME_FAILED)


def say_remarks(*scenarios: Scenario) -> None:
    """Say on stderr where the scenarios' silence would mislead; what holds of several is said of the first."""
    from sim.studies.remarks import remarks

    said: set[str] = set()
    for scenario in scenarios:
        new = [text for text in remarks(scenario) if text not in said]
        said |= set(new)
        for text in new:
            say_of(scenario.name, text)


def say_of(name: str, text: str) -> None:
    """A remark on a scenario or result, on a terminal in lines that fit."""
    from sim.letters import wrapped

    text = tr("{name}: {text}", name=name, text=text)
    if sys.stderr.isatty():
        width = get_terminal_size().columns
        text = "\n".join(wrapped(text, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False))
    say(text)


def say_failed_seeds(failed: int, of: int) -> None:
    """How many seeds of an appraisal failed."""
    say(tr("{failed} of {of} seeds failed", failed=failed, of=of))


def say_results(*results: Result) -> None:
    """Name results on stderr, with their folders and replicates."""
    from sim.formats import seeds_text
    from sim.runs.seeds import begins

    for result in results:
        seeds = seeds_text(len(result.replicates), begins(result.scenario))
        say(tr("{name}: {path}, {seeds}", name=result.name, path=result.path, seeds=seeds))


def print_comparison(
    comparison: Comparison, headline: Sequence[str], *, everything: bool, as_json: bool, only: bool = False
) -> None:
    """Print the results on stderr, and their differences on stdout."""
    from sim.report.text.comparison import comparison_json, variant_text

    results = [comparison.baseline, *(variant.result for variant in comparison.variants)]
    say_results(*results)
    say_remarks(*(replace(result.scenario, name=result.name) for result in results))
    if as_json:
        print_json(comparison_json(comparison))
        return
    for variant in comparison.variants:
        print_text(partial(variant_text, comparison, variant, headline, everything=everything, only=only))


def full_key(fault: Fault, scenario: Scenario) -> Fault:
    """The fault of a short key that is unknown, with the nearest full keys of the scenario."""
    if "." in fault.key or not fault.message.startswith("unknown key"):
        return fault
    ends: dict[str, list[str]] = {}
    for key in scenario.values:
        ends.setdefault(key.rpartition(".")[2], []).append(key)
    near = get_close_matches(fault.key, ends, 1, _NEAR)
    if not near:
        return fault
    return replace(fault, message=f"unknown key, did you mean {' or '.join(ends[near[0]][:3])}?")


@contextmanager
def full_keys(scenario: Scenario) -> Iterator[None]:
    """Name full keys where a short one of the scenario is unknown."""
    from sim.scenario import ScenarioError

    try:
        yield
    except ScenarioError as error:
        raise ScenarioError([full_key(file_beside(it), scenario) for it in error.faults]) from None


def pages_of(figures: str) -> bool | str:
    """What ``--figures`` of a comparison means."""
    known: dict[str, bool | str] = {"headline": True, "all": "all", "none": False}
    if figures not in known:
        fail(f'--figures: "{figures}" is not allowed, allowed: {", ".join(known)}', WRONG)
    return known[figures]


def load(
    names: Sequence[str],
    settings: Sequence[str],
    mechanisms: Sequence[Path] | None = None,
    seeds: str | None = None,
    **given: int | None,
) -> list[Scenario]:
    """All scenarios, or ScenarioError with the faults of all of them."""
    from sim.model.catalogue import load
    from sim.runs.seeds import with_seeds
    from sim.scenario import Fault, ScenarioError

    chosen, faults = overridden(settings, **given)
    own, wrong = _own_seeds(seeds, chosen)
    faults += wrong
    loaded = []
    for name in names:
        try:
            loaded.append(with_seeds(load(name, chosen, mechanisms=mechanisms or ()), own))
        except ScenarioError as error:
            faults += _with_full_keys([file_beside(it) for it in error.faults], name, mechanisms or ())
            if missing := _missing_files(Path(name), mechanisms or ()):
                message = f"was run with {', '.join(missing)}, allowed: --with FILE for each"
                faults.append(Fault(str(name), 0, "--with", message))
    if faults:
        raise ScenarioError(faults)
    return loaded


def _own_seeds(seeds: str | None, chosen: Mapping[str, Any]) -> tuple[Sequence[int], list[Fault]]:
    """The seeds of ``--seeds``, and its faults."""
    from sim.runs.seeds import read_seeds
    from sim.scenario import Fault, ScenarioError

    if seeds is None:
        return (), []
    also = [key for key in ("run.replicates", "run.seed") if key in chosen]
    faults = [Fault("--seeds", 0, key, f"--{key[4:]} is given too, allowed: one of them") for key in also]
    try:
        return read_seeds(seeds, "--seeds"), faults
    except ScenarioError as error:
        return (), [*faults, *error.faults]


def file_beside(fault: Fault) -> Fault:
    """The fault of a name that no scenario has, with the file of that name where there is one."""
    file = f"{fault.file}.toml"
    if fault.key != "file" or not fault.message.startswith("no scenario of this name") or not Path(file).is_file():
        return fault
    return replace(fault, message=f"no scenario of this name, did you mean the file {file}?")


def _with_full_keys(faults: Sequence[Fault], name: str, mechanisms: Sequence[Path]) -> list[Fault]:
    from sim.model.catalogue import load
    from sim.scenario import ScenarioError

    if not any("." not in it.key for it in faults):
        return list(faults)
    try:
        plain = load(name, mechanisms=mechanisms)
    except ScenarioError:
        return list(faults)
    return [full_key(it, plain) for it in faults]


def load_until(
    names: Sequence[str],
    settings: Sequence[str],
    month: str | None,
    mechanisms: Sequence[Path] | None = None,
    seeds: str | None = None,
    **given: int | None,
) -> list[Scenario]:
    """The scenarios, cut off after ``month`` if that is given: later months do not change its outcomes."""
    found = load(names, settings, mechanisms, seeds, **given)
    if month is None:
        return found
    from sim.scenario import Fault, ScenarioError

    faults = []
    for scenario in found:
        try:
            inside = 0 <= scenario.month_of(month) < scenario.months
        except ValueError:
            inside = False
        if not inside:
            span = f"{scenario.calendar(0)} to {scenario.calendar(scenario.months - 1)}"
            faults.append(Fault("--month", 0, scenario.name, f'"{month}" is outside its run, allowed: {span}'))
    if given.get("months") is not None:
        faults.append(Fault("--month", 0, "run.months", "is given by --months too, allowed: one of them"))
    if faults:
        raise ScenarioError(faults)
    return load(names, settings, mechanisms, seeds, **(given | {"months": found[0].month_of(month) + 1}))


def _missing_files(scenario: Path, mechanisms: Sequence[Path]) -> list[str]:
    """The mechanism files that the scenario of a stored result was run with, without those that are given."""
    from sim.model.catalogue import model_catalogue
    from sim.runs.declarations import declarations, files_of
    from sim.runs.store import SCENARIO, Store

    given = files_of(declarations(model_catalogue(mechanisms)))
    wanted = files_of(Store(scenario.parent).manifest()) if scenario.name == SCENARIO else []
    return [file for file in wanted if file not in given]


def listed(texts: Sequence[str] | None) -> list[str]:
    """The parts of a repeatable option that takes several at once, such as ``--keys A,B``."""
    return [part for text in texts or [] for part in text.split(",")]


def overridden(settings: Sequence[str], **given: int | None) -> tuple[dict[str, Any], list[Fault]]:
    """Values by key of ``--set`` and options such as ``--months``, and a fault for each key that both set."""
    from sim.scenario import Fault, overrides

    chosen = overrides(settings)
    faults: list[Fault] = []
    for name, value in given.items():
        key = f"run.{name}"
        if value is not None and key in chosen:
            faults.append(Fault("--set", 0, key, f"is given by --{name} too, allowed: one of them"))
        elif value is not None:
            chosen[key] = value
    return chosen, faults


def watcher() -> Watcher:
    """A progress bar on a terminal, elsewhere a line for each run."""
    from sim.runs.progress import Lines, watcher

    return watcher(Lines())
