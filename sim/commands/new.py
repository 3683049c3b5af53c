"""``sim new``: write a scenario of a place of one's own, with its control and variants."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.commands.common import INTERRUPTED, WRONG, errors, fail, say
from sim.commands.streams import put

if TYPE_CHECKING:
    from sim.places.questions import Question

_INTERRUPTED = "interrupted"


def new(
    file: Annotated[Path, typer.Argument(metavar="FILE.toml", help="The scenario to write.")],
    *,
    name: Annotated[
        str | None, typer.Option("--name", metavar="TEXT", help="Name of the place. Default: The old mill.")
    ] = None,
    floor: Annotated[
        str | None, typer.Option("--floor", metavar="M2", help="Floor that can be let. Default: 40,000 m2.")
    ] = None,
    rent: Annotated[
        str | None,
        typer.Option("--rent", metavar="YUAN", help="Rent there, a m2 and month. Default: 25 yuan/m2/month."),
    ] = None,
    rent_around: Annotated[
        str | None,
        typer.Option(
            "--rent-around",
            metavar="YUAN",
            help="Rent elsewhere in the area, a m2 and month. Default: 42 yuan/m2/month.",
        ),
    ] = None,
    vacated: Annotated[
        str | None,
        typer.Option(
            "--vacated", metavar="YYYY-MM", help="Month in which it was or will be vacated. Default: 2025-01."
        ),
    ] = None,
    opens: Annotated[
        str | None,
        typer.Option(
            "--opens", metavar="YYYY-MM", help="Month of the first letting. Default: a year after it is vacated."
        ),
    ] = None,
    firms: Annotated[
        str | None,
        typer.Option(
            "--firms",
            metavar="A,B,C,D|FILE.csv",
            help="Firms in the area with under 10, 10 to 99, 100 to 299, 300 and more people; or a file with a row for "
            "each firm: staff, and if known revenue, assets, sector, founded. Default: 1500,455,37,8.",
        ),
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option("--columns", metavar="OURS=THEIRS,...", help="Columns of the file, such as staff=Employees."),
    ] = None,
    grant: Annotated[
        str | None,
        typer.Option("--grant", metavar="YUAN", help="Public grant to its renovation, a m2. Default: 0 yuan/m2."),
    ] = None,
    trials: Annotated[
        str | None,
        typer.Option(
            "--try",
            metavar="NAME[=AMOUNT],...",
            help="What to try, a variant each: rent-subsidy, rent (yuan a m2 and month), grant (yuan a m2), fund "
            "(million yuan), entry-cost, tax-relief, finance (per cent), or none. Default: rent-subsidy,rent.",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: defaults for what no option answers.")] = False,
) -> None:
    """Write a scenario of a place of your own.

    Asks nine questions about a vacated site and the firms around it. Writes its scenario, the control in which it stays
    empty and a variant for each thing to try, and says the next commands. What is there is not overwritten.
    """
    with errors(interrupted=_INTERRUPTED):
        from sim.language import tr
        from sim.places.files import EXISTS, commands, files, scenario_file, write
        from sim.places.questions import QUESTIONS, answered, faults_in
        from sim.report.text import columns as text
        from sim.scenario import Fault, ScenarioError

        given = {
            "name": name, "floor": floor, "rent": rent, "rent-around": rent_around, "vacated": vacated, "opens": opens,
            "firms": firms, "grant": grant, "try": trials,
        }  # fmt: skip
        texts = {key: text for key, text in given.items() if text is not None}
        if columns is not None:
            texts["columns"] = columns
        path = scenario_file(file)
        open_ones = [question for question in QUESTIONS if question.name not in texts]
        if open_ones and not yes:
            if not on_a_terminal():
                wanted = ", ".join(question.option for question in open_ones)
                fail(f"sim new: {wanted}: not given and nobody to ask, allowed: these options, or --yes", WRONG)
            if faults := faults_in(texts):
                raise ScenarioError(faults)
            if path.exists():  # said before the first question
                raise ScenarioError([Fault(str(path), 0, "file", EXISTS)])
            say(tr("Enter takes what is in brackets."))
            for question in open_ones:
                texts[question.name] = _ask(question, texts)
        answers = answered(texts)
        made = files(path, answers)
        write(made)
        rows = [(str(it.path), it.title) for it in made]
        put(text.columns(("", ""), rows).partition("\n")[2])
        put("\n" + tr("next:"))
        for command in commands(path, answers):
            put(f"  {command}")


def on_a_terminal() -> bool:
    """Whether somebody can answer."""
    return sys.stdin is not None and sys.stdin.isatty()  # None: it was closed


def _ask(question: Question, texts: dict[str, str]) -> str:
    """Ask until the answer is a valid one."""
    from sim.language import tr
    from sim.places.questions import faults_in

    while True:
        try:
            text: str = typer.prompt(tr(question.text), question.default_after(texts), err=True)
        except typer.Abort as ended:  # of the end of the input as of an interrupt: which one it was is its context
            say("")
            if isinstance(ended.__context__, EOFError):
                fail(f"sim new: {question.option}: not answered, allowed: this option, or --yes", WRONG)
            fail(_INTERRUPTED, INTERRUPTED)
        known = faults_in(texts)
        faults = [it for it in faults_in(texts | {question.name: text}) if it not in known]
        if not faults:
            return text
        for fault in faults:
            say(fault.message if fault.key == question.option else str(fault))
