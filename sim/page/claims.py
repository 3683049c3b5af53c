"""The article's claims, each a button that loads its scenario beside the world without it."""

from __future__ import annotations

from sim.language import meaning
from sim.report.html.headline import sentences
from sim.report.html.markup import Markup, tag
from sim.studies.claims import questions


def claim_buttons() -> Markup:
    """A button for each pair of scenarios, with what is claimed of them."""
    items = []
    for file, asked in questions().items():
        key = f"claims {file.stem}"
        said = [meaning(key, it) for it in asked.claims]
        button = tag("button", meaning(key, asked.title), type="button", data_scenario=asked.scenario,
                     data_control=asked.control)  # fmt: skip
        items.append(tag("li", button, tag("small", sentences(*said))))
    return tag("ul", items, class_="claims")
