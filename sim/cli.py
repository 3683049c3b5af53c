"""The command ``sim``: data on stdout, everything else on stderr.

Exit codes: 0 done, 1 failed, 2 wrong usage or scenario, 3 some replicates failed, 130 interrupted. A command is a
file in ``sim/commands``; slow imports are made inside the command that needs them.
"""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import Annotated, Any

import typer

from sim.commands.app import app as live_page
from sim.commands.appraise import appraise
from sim.commands.calibrate import calibrate
from sim.commands.claims import claims
from sim.commands.common import FAILED, WRONG, fail, say, system_error
from sim.commands.compare import compare
from sim.commands.describe import describe, list_scenarios, outcomes, schema
from sim.commands.document import document
from sim.commands.explain import explain
from sim.commands.new import new
from sim.commands.plot import plot
from sim.commands.poster import poster
from sim.commands.report import report
from sim.commands.run import run
from sim.commands.seek import seek
from sim.commands.sensitivity import sensitivity
from sim.commands.speaking import Lang, with_language
from sim.commands.streams import prepare
from sim.commands.sweep import sweep
from sim.commands.trace import trace
from sim.commands.validate import validate
from sim.commands.verify import verify
from sim.commands.what_if import what_if
from sim.declare import DeprecatedKey
from sim.language import speaking
from sim.letters import NoGlyph
from sim.runs.environment import check_environment
from sim.runs.errors import WrongEnvironment
from sim.version import __version__

_python_shows = warnings.showwarning
app = typer.Typer(
    name="sim",
    help="An ecosystem of big, medium and small enterprises: run scenarios, compare them, test their assumptions.",
    epilog="Exit codes: 0 done, 1 failed, 2 wrong usage or scenario, 3 some replicates failed, 130 interrupted.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)


def main() -> None:
    """Run the command; output that cannot be written is an error of one line, and a closed pipe none."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # it was closed
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115  open to the end
    prepare()
    warnings.showwarning = show_warning
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except OSError as error:
        # What is still buffered goes nowhere, or the interpreter would fail on it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            print(system_error(error), file=sys.stderr)
        sys.exit(FAILED)


def show_warning(message: Warning | str, category: type[Warning], *place: Any, **where: Any) -> None:
    """A remark of ours as one line, any other warning as Python shows it."""
    if issubclass(category, NoGlyph | DeprecatedKey):
        say(str(message))
    else:
        _python_shows(message, category, *place, **where)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"sim {__version__}")
        raise typer.Exit


@app.callback()
def _sim(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    lang: Lang = None,
) -> None:
    del version
    try:
        check_environment()
    except WrongEnvironment as error:
        fail(str(error), WRONG)
    if lang is not None:
        context.with_resource(speaking(lang))


# What each help page shows how to do.
EXAMPLES: dict[str, tuple[str, ...]] = {
    "list": ("sim list", "sim list --json"),
    "outcomes": ("sim outcomes rent", "sim outcomes --scenario shougang site jobs"),
    "new": ("sim new mill.toml", "sim new mill.toml --yes --floor 40000 --try rent-subsidy"),
    "run": ("sim run shougang", "sim run shougang --set sites.shougang.rent=0.0004 --replicates 50"),
    "what-if": (
        "sim what-if shougang --set levers.rent_subsidy=0.0001 --name subsidy",
        "sim what-if shougang --variant more:levers.finance=1 --variant shougang-idle",
    ),
    "app": ("sim app", "sim app mill.toml --port 8400"),
    "compare": ("sim compare shougang-idle shougang", "sim compare shougang-idle shougang --outcome taxes --json"),
    "appraise": (
        "sim appraise shougang-idle shougang",
        "sim appraise shougang --set levers.rent_subsidy=0.0001 --assume discount=0",
    ),
    "sweep": ("sim sweep shougang --vary sites.shougang.rent=0.0002:0.0004:5",),
    "sensitivity": ("sim sensitivity shougang --outcome startups --keys market.outside_rent",),
    "seek": (
        "sim seek shougang --levers levers.rent_subsidy=0:0.0003 --budget 50M",
        "sim seek shougang --levers levers.entry_cost_cut=0:1 --target startups=1600",
    ),
    "calibrate": ("sim calibrate shougang --targets scenarios/calibration/shougang.targets.toml",),
    "plot": ("sim plot shougang", "sim plot shougang jobs site_taxes"),
    "poster": ("sim poster", "sim poster shougang-idle shougang"),
    "report": ("sim report shougang-idle shougang --out page.html",),
    "explain": ("sim explain shougang-idle shougang --outcome jobs",),
    "trace": ("sim trace shougang-idle shougang --seed 1",),
    "validate": ("sim validate", "sim validate haier"),
    "claims": ("sim claims shougang",),
    "verify": ("sim verify shougang", "sim verify results", "sim verify shougang --rerun --json"),
    "describe": ("sim describe shougang", "sim describe shougang rent", "sim describe shougang --outside"),
    "schema": ("sim schema",),
    "document": ("sim document --check",),
}


def _examples(name: str) -> str:
    """The examples of a command as the end of its help page, each on a line."""
    return "\n".join(["\b", "Examples:", *(f"  {it}" for it in EXAMPLES[name])])


_COMMANDS: dict[str, Any] = {
    "list": list_scenarios,
    "outcomes": outcomes,
    "new": new,
    "run": run,
    "what-if": what_if,
    "app": live_page,
    "compare": compare,
    "appraise": appraise,
    "sweep": sweep,
    "sensitivity": sensitivity,
    "seek": seek,
    "calibrate": calibrate,
    "plot": plot,
    "poster": poster,
    "report": report,
    "explain": explain,
    "trace": trace,
    "validate": validate,
    "claims": claims,
    "verify": verify,
    "describe": describe,
    "schema": schema,
    "document": document,
}
_WITHOUT_LANGUAGE = {"verify", "schema", "document"}  # they print and write nothing that has a Chinese form
for _name, _command in _COMMANDS.items():
    _offered = _command if _name in _WITHOUT_LANGUAGE else with_language(_command)
    app.command(_name, epilog=_examples(_name))(_offered)
