"""Each lever alone: its scenario sets nothing else, and it moves what it names in the direction that it should."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from command import ROOT
from worlds import run, scenario, town

import sim
from sim.agents.model import EcosystemModel
from sim.model.catalogue import load, model_catalogue
from sim.model.state.accounts import FEE_SUPPORT, FEES, RENT_SUBSIDY, TICKS
from sim.report.document.shipped import scenarios
from sim.runs.declarations import declared
from sim.studies.changes import changes

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

LEVERS = [name for name in declared(model_catalogue().group("levers")) if not name.endswith(("_cost", "_sector"))]
ALONE = sorted((ROOT / "scenarios").glob("lever-*.toml"))
BUNDLES = ("early-stage-talent", "early-stage-policy", "early-stage-market")
SEEDS = (1, 2, 3)
SCARCE = {"mechanisms__finance__tickets": 10.0}  # where finance is not scarce, what needs less of it is no gain


@cache
def worlds(months: int = 24, **given: Any) -> tuple[EcosystemModel, ...]:
    """Three towns in which no lever is used but those given."""
    unused = {f"levers__{lever}": 0.0 for lever in LEVERS}
    return tuple(run(town(**unused | given), months, seed) for seed in SEEDS)


def more(outcome: str, months: int = 24, common: dict[str, Any] | None = None, **lever: float) -> list[float]:
    """By how much an outcome is more with a lever than without, in each of the three."""
    without = worlds(months, **common or {})
    found = worlds(months, **(common or {}) | {f"levers__{key}": value for key, value in lever.items()})
    return [new.record[outcome][-1] - old.record[outcome][-1] for old, new in zip(without, found, strict=True)]


# --- scenarios


def text(name: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / "scenarios" / f"{name}.toml").read_text())


def lever_of(name: str) -> str:
    (lever,) = text(name)["levers"]
    return str(lever)


def test_every_lever_has_a_scenario() -> None:
    assert sorted(lever_of(path.stem) for path in ALONE) == sorted(LEVERS)


@pytest.mark.parametrize("name", [path.stem for path in ALONE])
def test_a_levers_scenario_differs_from_its_control_in_that_lever_alone(name: str) -> None:
    control = text(name)["extends"].removesuffix(".toml")
    it = load(name)
    assert [change.key for change in changes(load(control), it)] == [f"levers.{lever_of(name)}"]
    assert it.summary.startswith("One lever alone: ")
    assert it.summary.endswith(f" Control: {control}.")
    row = next(line for line in scenarios().splitlines() if line.startswith(f"| `{name}` "))
    assert f"| `{control}` | `{control}` |" in row


@pytest.mark.parametrize("name", BUNDLES)
def test_a_bundle_says_which_levers_it_holds(name: str) -> None:
    it = load(name)
    assert it.title.endswith(" levers together")
    assert it.summary.startswith("A bundle: ")
    named = re.search(r"Alone: ([\w, -]+)\.", it.summary)
    assert named
    assert {lever_of(one) for one in named[1].split(", ")} == set(text(name)["levers"])
    for one in named[1].split(", "):
        assert text(one)["levers"].items() <= text(name)["levers"].items(), "of the same strength"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of this file: levers with one control share its worlds."""
    return tmp_path_factory.mktemp("levers")


@pytest.mark.parametrize("name", [path.stem for path in ALONE])
def test_a_shipped_lever_reaches_whom_it_names(name: str, folder: Path) -> None:
    """In its own scenario, at its own strength: the outcome of its first claim moves in the claimed direction."""
    file = tomllib.loads((ROOT / "scenarios" / "claims" / f"{name}.toml").read_text())
    claim = next(iter(file["claims"].values()))
    found = sim.what_if(
        file["control"], file["scenario"], replicates=3, outcomes=[claim["outcome"]], figures=False, out=folder
    )
    row = next(it for it in found.rows if it["outcome"] == claim["outcome"])
    assert claim["sign"] == "more"
    assert row["difference"] > 0


# --- effects


def test_demand_is_more_demand() -> None:
    old, new = (worlds(1, **given)[0] for given in ({}, {"levers__demand": 0.1}))
    factors = new.world.sectors.sales_factor / old.world.sectors.sales_factor
    assert factors[new.world.sectors.open == 1] == pytest.approx(1.1)
    assert new.record["revenue"][0] > old.record["revenue"][0]
    assert min(more("jobs", demand=0.2)) > 0


def test_demand_in_one_sector_is_more_demand_in_it_alone() -> None:
    sector = 2
    old, new = (worlds(1, **given)[0] for given in ({}, {"levers__demand": 0.1, "levers__demand_sector": sector}))
    before, after = (world.world.sectors.sales_factor[: len(world.world.sectors.open)] for world in (old, new))
    changed = after / before
    assert changed[sector] == pytest.approx(1.1)
    assert (changed[[s for s in range(9) if s != sector]] == 1.0).all()


def test_talent_supply_is_more_skilled_people_at_their_cost() -> None:
    for old, new in zip(worlds(1), worlds(1, levers__talent_supply=0.12), strict=True):
        skilled = old.world.books.residents_skilled
        added = new.world.books.residents_skilled - skilled
        assert added == round(0.01 * skilled)
        cost = new.world.settings.group("levers").talent_cost * added * new.world.weight
        assert new.record["fiscal_cost"][-1] - old.record["fiscal_cost"][-1] == pytest.approx(cost, rel=1e-5)


def test_knowledge_programmes_raise_adoption_and_absorption_at_their_cost() -> None:
    assert min(more("platform_members", common={"mechanisms__absorption__enabled": False}, knowledge_programme=0.5)) > 0
    assert min(more("spillover_gain", common={"mechanisms__adoption__enabled": False}, knowledge_programme=0.5)) > 0
    assert min(more("fiscal_cost", knowledge_programme=0.5)) > 0


def test_a_cut_of_entry_costs_lets_more_ideas_be_founded() -> None:
    assert min(more("startups", common=SCARCE, entry_cost_cut=0.5)) > 0


def test_relief_is_part_of_young_enterprises_taxes_and_is_booked() -> None:
    """Startups are all young. That incumbents' ages are drawn apart from their size is no matter of the lever."""
    for old, new in zip(worlds(), worlds(levers__tax_relief=0.5), strict=True):
        before, after = (it.record["taxes_startups"][-1] for it in (old, new))
        assert 0.4 < after / before < 0.6
        gone = new.record["taxes_stated"][-1] - new.record["taxes"][-1]
        assert new.record["fiscal_cost"][-1] == pytest.approx(gone)
        assert gone > before - after
        assert old.record["taxes_stated"][-1] == old.record["taxes"][-1]


def test_support_of_fees_pays_part_of_them() -> None:
    for it in worlds(levers__platform_support=0.5):
        fees, support = it.world.books.month[FEES], it.world.books.month[FEE_SUPPORT]
        assert fees < 0
        assert support == pytest.approx(-0.5 * fees, rel=1e-3)
        assert it.record["fiscal_cost"][-1] > 0
    assert not any(it.world.books.month[FEE_SUPPORT] for it in worlds())


def test_finance_is_more_tickets() -> None:
    assert min(more("finance_given", common=SCARCE, finance=0.5)) > 0


def site(lever: str, value: float, months: int) -> tuple[EcosystemModel, EcosystemModel]:
    """A small catchment of Shougang's site, let from the first year on, without a lever and with it."""
    early = {"population__enterprises": 600, "sites__shougang__opens": "2011-03", "sites__shougang__floor": 60_000.0}
    return run(scenario("shougang", **early), months), run(scenario("shougang", **early, **{lever: value}), months)


def test_a_rent_subsidy_reaches_tenants_and_brings_more_of_them() -> None:
    old, new = site("levers__rent_subsidy", 0.0002, 24)
    assert new.record["site_enterprises"][-1] > old.record["site_enterprises"][-1]
    assert new.world.books.month[RENT_SUBSIDY] > old.world.books.month[RENT_SUBSIDY] == 0
    assert new.record["fiscal_cost"][-1] > 0


def test_a_conversion_grant_renovates_more_floor_and_is_paid_by_the_m2() -> None:
    old, new = site("levers__conversion_grant", 0.0002, 11)
    before, after = (it.record["site_floor_renovated"][-1] for it in (old, new))
    assert after > before
    assert new.record["fiscal_cost"][-1] == pytest.approx(0.0002 * after, abs=2 / TICKS * new.world.weight)
