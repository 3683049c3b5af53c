"""Worlds in a browser, month by month: ``solara run docs/page.py`` (see docs/notebook.md for the versions)."""

from mesa.visualization import SolaraViz, make_plot_component

import sim

SCENARIOS = ["shougang", "shougang-idle"]
CHOICES = {
    "scenario": {"type": "Select", "value": "shougang", "values": SCENARIOS, "label": "scenario"},
    "rng": {"type": "SliderInt", "value": 1, "min": 1, "max": 20, "step": 1, "label": "seed"},
}
plots = [make_plot_component(name) for name in ("site_jobs", "jobs", "startups", "taxes")]
page = SolaraViz(sim.EcosystemModel("shougang", rng=1), components=plots, model_params=CHOICES, name="Shougang")
