"""The command ``sim``: data on stdout, everything else on stderr.

Exit codes: 0 done, 1 failed, 2 wrong usage or scenario, 3 some replicates failed, 130 interrupted. A command is a
file in ``sim/commands``; slow imports are made inside the command that needs them.
"""

from __future__ import annotations

from typing import Annotated

import typer

from sim.commands.appraise import appraise
from sim.commands.calibrate import calibrate
from sim.commands.claims import claims
from sim.commands.compare import compare
from sim.commands.describe import describe, list_scenarios, schema
from sim.commands.document import document
from sim.commands.explain import explain
from sim.commands.new import new
from sim.commands.plot import plot
from sim.commands.report import report
from sim.commands.run import run
from sim.commands.sensitivity import sensitivity
from sim.commands.sweep import sweep
from sim.commands.trace import trace
from sim.commands.validate import validate
from sim.commands.what_if import what_if
from sim.version import __version__

app = typer.Typer(
    name="sim",
    help="An ecosystem of big, medium and small enterprises: run scenarios, compare them, test their assumptions.",
    epilog="Exit codes: 0 done, 1 failed, 2 wrong usage or scenario, 3 some replicates failed, 130 interrupted.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)


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


app.command("list")(list_scenarios)
app.command("new")(new)
app.command("run")(run)
app.command("what-if")(what_if)
app.command("compare")(compare)
app.command("appraise")(appraise)
app.command("sweep")(sweep)
app.command("sensitivity")(sensitivity)
app.command("calibrate")(calibrate)
app.command("plot")(plot)
app.command("report")(report)
app.command("explain")(explain)
app.command("trace")(trace)
app.command("validate")(validate)
app.command("claims")(claims)
app.command("describe")(describe)
app.command("schema")(schema)
app.command("document")(document)
