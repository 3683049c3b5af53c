"""``sim what-if``: compare a scenario with variants of it, on the same seeds."""

from __future__ import annotations

import re
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
    full_keys,
    load,
    pages_of,
    print_comparison,
    say,
    say_failed,
    watcher,
)
from sim.language import tr

if TYPE_CHECKING:
    from sim.studies.questions.what_if import Variant

_CAP = 500  # as sim.studies.questions.what_if.MOST, which takes long to import


def what_if(
    scenario: options.Scenario,
    *,
    settings: Annotated[
        list[str] | None,
        options.setting("--set", "A change of the variant; several make one variant."),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="Name of the variant of --set.")] = None,
    others: Annotated[
        list[str] | None,
        typer.Option(
            "--variant",
            metavar="VARIANT",
            help="One more variant: a scenario (name or file), or [NAME:]KEY=VALUE,KEY=VALUE; can be repeated.",
        ),
    ] = None,
    given: options.Given = None,
    until_width: Annotated[
        list[str] | None,
        typer.Option(
            "--until-width",
            metavar="OUTCOME=WIDTH",
            help="Add replicates until the 95% interval of the difference is at most this wide: a number in the "
            "outcome's unit, or with % of the baseline's mean; can be repeated.",
        ),
    ] = None,
    at_most: Annotated[int, typer.Option(min=2, metavar="N", help="Replicates that --until-width may reach.")] = _CAP,
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
    outcomes: options.Outcomes = None,
    figures: options.AllFigures = "headline",
    everything: options.Everything = False,
    as_json: options.Json = False,
) -> None:
    """Change a scenario and see the effect.

    Runs the scenario and its variants on the same seeds; stored replicates are not run again. Prints the changes, the
    mean differences paired by seed with their 95% intervals, and the sources of the parameters behind them.
    """
    with errors():
        from sim import api
        from sim.scenario import overrides

        if name and not settings:
            fail("--name names the variant of --set, and there is none", WRONG)
        if not (settings or others):
            fail("what-if needs a change: --set KEY=VALUE, or --variant", WRONG)
        base = load([scenario], given or [], mechanisms, seeds, replicates=replicates, seed=seed, months=months)[0]
        first: list[Any] = [_named(overrides(settings), name or "")] if settings else []
        with full_keys(base), api.make_workers(workers, cluster) as pool:
            comparison = api.what_if(
                base, *first, *map(_variant, others or []), until_width=until_width or (), at_most=at_most,
                parameters=parameters, one_seed=one_seed, workers=pool, out=out, watcher=watcher(),
                outcomes=outcomes, figures=pages_of(figures),
                shown=partial(print_comparison, everything=everything, as_json=as_json, only=bool(outcomes)),
            )  # fmt: skip
        say(tr("figures: {path}", path=comparison.path))
        failed = [say_failed(it) for it in (comparison.baseline, *(it.result for it in comparison.variants))]
        if any(failed):
            raise typer.Exit(SOME_FAILED)


def _variant(text: str) -> Variant:
    """The variant of a ``--variant``: a text with an equals sign is settings, unless a file has that name."""
    from sim.scenario import overrides

    if "=" not in text or Path(text).exists():
        return _named(text, "")
    name, colon, settings = text.partition(":")
    if not colon or "=" in name:
        name, settings = "", text
    return _named(overrides(split_settings(settings)), name.strip())


def _named(given: Any, name: str) -> Variant:
    from sim.studies.questions.what_if import Variant

    return Variant(given, name)


def split_settings(text: str) -> list[str]:
    """Settings, split at commas outside of brackets, quotes and numbers such as ``50,000 yuan/year``."""
    parts, depth, quote = [""], 0, ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        depth += 0 if quote else (letter in "[{") - (letter in "]}")
        if letter == "," and not depth and not quote:
            parts.append("")
        else:
            parts[-1] += letter
    settings = parts[:1]
    for part in parts[1:]:
        if re.match(r"\d{3}(?!\d)", part) and settings[-1][-1:].isdigit():
            settings[-1] += f",{part}"
        else:
            settings.append(part)
    return settings
