"""The article's claims, each a button that loads its scenario beside the world without it."""

from __future__ import annotations

import tomllib

from sim.language import meaning
from sim.report.html.headline import sentences
from sim.report.html.markup import Markup, tag
from sim.studies.claims import files_of


def claim_buttons() -> Markup:
    """A button for each pair of scenarios, with what is claimed of them."""
    items = []
    for file in files_of():
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        key = f"claims {file.stem}"
        said = [meaning(key, it["claim"]) for it in table["claims"].values()]
        button = tag("button", meaning(key, table["title"]), type="button", data_scenario=table["scenario"],
                     data_control=table["control"])  # fmt: skip
        items.append(tag("li", button, tag("small", sentences(*said))))
    return tag("ul", items, class_="claims")
