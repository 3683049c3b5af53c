"""The article's figures are met at the shipped defaults, and what the README tells people to do works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sim

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

README = Path(__file__).parents[1] / "README.md"
FIGURES = {
    "shougang": ("site_enterprises", "site_jobs", "site_taxes"),
    "haier": ("platform_resources",),
    "manufacturing": ("big_asset_share", "big_export_share"),
}


@pytest.mark.parametrize("name", FIGURES)
def test_the_articles_figures_are_met(name: str, tmp_path: Path) -> None:
    summary = sim.run(name, out=tmp_path, figures=False).summary
    for outcome in FIGURES[name]:
        row = summary.loc[outcome]
        assert row["low"] <= row["article"] <= row["high"], outcome
        wide = row["high"] - row["low"] > 0.1 if row["unit"] == "share" else row["high"] > 3 * row["low"]
        assert not wide, outcome


def test_a_figure_that_cannot_be_met_is_not(tmp_path: Path) -> None:
    """The control: the site's figures where nothing is renovated."""
    summary = sim.run("shougang-idle", replicates=2, out=tmp_path, figures=False).summary
    assert not any(summary.loc[list(FIGURES["shougang"]), "met"])


@pytest.mark.usefixtures("own_folder")
def test_the_readmes_python_runs() -> None:
    (snippet,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    told: dict[str, object] = {}
    # A comparison's figures are drawn: those of each run have tests of their own, and take a minute.
    few = re.sub(r"(sim\.run\([^)]*)replicates=10", r"\1replicates=2, figures=False", snippet)
    exec(few.replace("replicates=10", "replicates=2"), told)  # noqa: S102 - our own page
    assert isinstance(told["model"], sim.EcosystemModel)
    assert told["model"].month == 24


def test_the_readmes_scenario_is_valid(tmp_path: Path) -> None:
    (snippet,) = re.findall(r"```toml\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    folder = README.parent / "scenarios"
    (tmp_path / "shougang.toml").write_bytes((folder / "shougang.toml").read_bytes())
    (tmp_path / "mine.toml").write_text(snippet, encoding="utf-8")
    scenario = sim.load(tmp_path / "mine.toml")
    assert scenario.group("levers", scenario.month_of("2014-06")).rent_subsidy == pytest.approx(0.00012)
    assert scenario.group("levers", scenario.month_of("2015-06")).rent_subsidy == 0.0


def test_the_workbenchs_child_leaves_out_what_it_says(tmp_path: Path) -> None:
    page = README.parent / "docs" / "workbench.md"
    (snippet,) = re.findall(r"```toml\n(extends.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    folder = README.parent / "scenarios"
    for name in ("together", "shougang"):
        (tmp_path / f"{name}.toml").write_bytes((folder / f"{name}.toml").read_bytes())
    (tmp_path / "mine.toml").write_text(snippet, encoding="utf-8")
    scenario = sim.load(tmp_path / "mine.toml")
    assert scenario.platforms == ("host",)
    figures = scenario.reported_figures
    assert "site_taxes" not in figures
    assert (figures["site_jobs"].source.text, figures["site_jobs"].stated) == ("a census of the zone", "")
    assert figures["site_enterprises"].stated == "shougang.toml"
