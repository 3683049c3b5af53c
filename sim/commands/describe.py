"""``sim list``, ``sim describe``, ``sim schema``: scenarios and their parameters."""

from __future__ import annotations

import json

import typer

from sim.commands import options
from sim.commands.common import errors, load, print_json


def list_scenarios() -> None:
    """List the scenarios."""
    from sim.report.text.columns import columns
    from sim.scenario import shipped

    rows = [(scenario.name, scenario.title) for scenario in shipped()]
    typer.echo(columns(("", ""), rows).partition("\n")[2])


def describe(
    scenario: options.Scenario,
    settings: options.Settings = None,
    mechanisms: options.Mechanisms = None,
    as_json: options.Json = False,
) -> None:
    """Print every parameter of a scenario, with its source.

    Each has its value, unit, range, the origin of the value, and the source that it rests on.
    """
    with errors():
        from sim.report.text.description import description_json, description_text

        chosen = load([scenario], settings or [], mechanisms)[0]
        if as_json:
            print_json(description_json(chosen))
        else:
            typer.echo(description_text(chosen))


def schema(mechanisms: options.Mechanisms = None) -> None:
    """Print a JSON Schema of scenario files, for editors."""
    with errors():
        from sim.model.catalogue import model_catalogue
        from sim.scenario import schema as made

        typer.echo(json.dumps(made(model_catalogue(mechanisms or ())), indent=2, ensure_ascii=False))
