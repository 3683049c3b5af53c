"""``sim list``, ``sim outcomes``, ``sim describe``, ``sim schema``: what there is."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.commands import options
from sim.commands.common import WRONG, errors, fail, load, print_json, print_text
from sim.commands.streams import put, put_json
from sim.language import tr

Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="[WORD]...", help="Only those with these words in name, meaning or source."),
]


def list_scenarios(as_json: options.Json = False) -> None:
    """List the scenarios."""
    from sim.report.text.columns import columns
    from sim.scenario import shipped
    from sim.studies.lists import scenario_rows

    if as_json:
        print_json({"scenarios": scenario_rows()})
        return
    from sim.report.shown import title_words

    rows = [(scenario.name, title_words(scenario.title)) for scenario in shipped()]
    print_text(lambda: columns(("", ""), rows).partition("\n")[2], end="")


def outcomes(
    words: Words = None,
    *,
    scenario: Annotated[
        str | None, typer.Option("--scenario", metavar="SCENARIO", help="Mark the main outcomes of this one.")
    ] = None,
    mechanisms: options.Mechanisms = None,
    as_json: options.Json = False,
) -> None:
    """List the outcomes, with their meanings.

    Each has its unit, its meaning, the mechanism that it comes from, and whether more or less of it is better.
    """
    with errors():
        from sim.model.catalogue import model_catalogue
        from sim.report.text.lists import outcomes_text
        from sim.studies.lists import nearest, outcome_rows, with_word

        chosen = load([scenario], [], mechanisms)[0] if scenario is not None else None
        catalogue = model_catalogue(mechanisms or ()) if chosen is None else chosen.catalogue
        rows = outcome_rows(catalogue, chosen.headline if chosen else ())
        found = with_word(rows, " ".join(words or ()))
        if as_json:
            print_json({"outcomes": found})
        elif not found:
            fail(f"no outcome has {' and '.join(words or ())}{nearest(words or (), rows)}", WRONG)
        else:
            print_text(lambda: outcomes_text(found), end="")


def describe(
    scenario: options.Scenario,
    words: Words = None,
    *,
    outside: Annotated[
        bool, typer.Option("--outside", help="Only values in force that lie outside of their plausible range.")
    ] = False,
    settings: options.Settings = None,
    mechanisms: options.Mechanisms = None,
    as_json: options.Json = False,
) -> None:
    """Print every parameter of a scenario, with its source.

    Each has its value, unit, range, the origin of the value, the source that it rests on, and its meaning.
    """
    with errors():
        from sim.report.text.description import description_json, description_text
        from sim.studies.lists import nearest, parameter_rows, with_word
        from sim.studies.remarks import outside_range

        chosen = load([scenario], settings or [], mechanisms)[0]
        rows = parameter_rows(chosen.catalogue, chosen)
        kept = {str(row["parameter"]) for row in with_word(rows, " ".join(words or ()))}
        if outside and (kept or not words):
            kept &= {row.key for row in outside_range(chosen)}
            if not (kept or as_json):
                put(tr("no value lies outside of its plausible range"))
                return
        if as_json:
            print_json(description_json(chosen, kept))
        elif not kept:
            fail(f"no parameter of {scenario} has {' and '.join(words or ())}{nearest(words or (), rows)}", WRONG)
        else:
            print_text(lambda: description_text(chosen, kept), end="")


def schema(mechanisms: options.Mechanisms = None) -> None:
    """Print a JSON Schema of scenario files, for editors."""
    with errors():
        from sim.model.catalogue import model_catalogue
        from sim.scenario import schema as made

        put_json(made(model_catalogue(mechanisms or ())), indent=2)
