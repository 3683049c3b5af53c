"""Options that commands of studies share, and the refusal of large studies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.commands.common import WRONG, fail, load, say

if TYPE_CHECKING:
    from pathlib import Path

    from sim.scenario import Scenario

OutcomeOption = Annotated[
    list[str] | None,
    typer.Option("--outcome", metavar="NAME", help="An outcome; can be repeated. Default: the main ones."),
]
MonthOption = Annotated[
    str | None, typer.Option("--month", metavar="YYYY-MM", help="Month of the outcomes. Default: the last one.")
]
YesOption = Annotated[bool, typer.Option("--yes", help="Run even if it takes more than ten minutes.")]


def load_until(
    names: Sequence[str],
    settings: Sequence[str],
    month: str | None,
    mechanisms: Sequence[Path] | None = None,
    **given: int | None,
) -> list[Scenario]:
    """The scenarios, cut off after ``month`` if that is given: later months do not change its outcomes."""
    found = load(names, settings, mechanisms, **given)
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
    return load(names, settings, mechanisms, **(given | {"months": found[0].month_of(month) + 1}))


@contextmanager
def asked_for() -> Iterator[None]:
    """Turn the refusal of a large study into a message and an exit code."""
    from sim.studies.cost import TooLarge

    try:
        yield
    except TooLarge as error:
        fail(str(error), WRONG)


def say_complaints(failures: Sequence[dict[str, Any]], path: Path) -> bool:
    """List the failed replicates; whether there are any."""
    from sim.studies.points import complaints

    for line in complaints(failures, path):
        say(line)
    return bool(failures)
