"""Options and arguments that commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from sim.commands import completion

RESULTS = Path("results")


def scenario(metavar: str, words: str) -> Any:
    """An argument that is a scenario."""
    return typer.Argument(metavar=metavar, help=words, autocompletion=completion.scenarios)


def result(words: str) -> Any:
    """An argument that is a stored result."""
    return typer.Argument(metavar="RESULT", help=words, autocompletion=completion.results)


def setting(name: str, words: str) -> Any:
    """An option that sets keys."""
    return typer.Option(name, metavar="KEY=VALUE", help=words, autocompletion=completion.keys)


Scenario = Annotated[str, scenario("SCENARIO", "A name or a TOML file.")]
Settings = Annotated[list[str] | None, setting("--set", "Set a parameter; can be repeated.")]
Given = Annotated[list[str] | None, setting("--given", "Change the baseline and all variants; can be repeated.")]
Replicates = Annotated[int | None, typer.Option(min=1, metavar="N", help="Number of worlds. Default: the scenario's.")]
Seed = Annotated[int | None, typer.Option(min=0, metavar="S", help="Seed of the first world. Default: the scenario's.")]
Seeds = Annotated[
    str | None,
    typer.Option("--seeds", metavar="S,S:S,...", help="Seeds of your own, one a world: such as 3,7,20:30 (both ends)."),
]
Months = Annotated[int | None, typer.Option(min=1, metavar="M", help="Number of months. Default: the scenario's.")]
Workers = Annotated[
    int | None, typer.Option(min=1, metavar="W", help="Number of processes; 1 is this one. Default: one per core.")
]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster", metavar="ADDRESS", help="Run on a dask cluster: its scheduler's address, or local to start one."
    ),
]
Parameters = Annotated[
    str | None,
    typer.Option(
        "--parameters",
        metavar="posterior[:FILE|:NAME]",
        help="Draw the parameters of each world from a posterior: the scenario's, a file's, or another scenario's.",
    ),
]
OneSeed = Annotated[
    bool, typer.Option("--one-seed", help="With --parameters: one seed for all worlds, so that only parameters differ.")
]
Mechanisms = Annotated[
    list[Path] | None,
    typer.Option("--with", metavar="FILE.py", help="Add the mechanism of a Python file; can be repeated."),
]
Assume = Annotated[
    list[str] | None,
    typer.Option("--assume", metavar="NAME=VALUE", help="Assume otherwise, such as discount=0.05; repeatable."),
]
Out = Annotated[Path, typer.Option(metavar="DIR", help="Folder of results.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, one object per line.")]
Everything = Annotated[bool, typer.Option("--all", help="Show all outcomes, not only the main ones.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Run again what is stored already.")]
Outcomes = Annotated[
    list[str] | None,
    typer.Option(
        "--outcome", metavar="NAME", help="An outcome; can be repeated. Default: the main ones.",
        autocompletion=completion.outcomes,
    ),
]  # fmt: skip
Figures = Annotated[
    list[str] | None,
    typer.Option(
        "--figures", metavar="all|GROUP|OUTCOME", help="Draw more than the headline page: all pages, those of a group "
        "(jobs, site, taxes...), or an outcome; can be repeated.",
    ),
]  # fmt: skip
AllFigures = Annotated[
    str, typer.Option("--figures", metavar="headline|all|none", help="Draw the headline page, all pages, or none.")
]
Month = Annotated[
    str | None, typer.Option("--month", metavar="YYYY-MM", help="Month of the outcomes. Default: the last one.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Run even if it takes more than ten minutes.")]
