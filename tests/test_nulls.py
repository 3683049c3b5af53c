"""Nulls: what is empty, zero or has nothing to do reproduces the control bit for bit."""

from __future__ import annotations

from pathlib import Path

import pytest
from worlds import different_outcomes, nation, run, scenario, town

from sim.declare import declared
from sim.model.catalogue import load, model_catalogue
from sim.scenario import Scenario

pytestmark = pytest.mark.once  # compiled worlds and tables are the same on every interpreter

MONTHS = 30

# No resources, no services, no ideas, no fund, no fee; nobody may join.
EMPTY = """
interface_staff = 0.0
services = 0.0
ideas_a_month = 0.0
maker_fund = 0.0
member_pull = 0.0
fee = 0.0
open_to_members = false
"""

# A site of no floor that released nobody and nothing.
NO_FLOOR = """
floor = 0.0
released_staff = 0.0
equipment_hours = 0.0
fund = 0.0
"""

# Where big enterprises may launch platforms of their own, a host of an empty one has one already.
NONE_OF_THEIR_OWN = {"mechanisms.adoption.most_own": 0}

OF_PLATFORMS = (
    "platform", "member_", "adopted", "duration_member", "duration_outsider", "success_rate_member",
    "success_rate_outsider",
)  # fmt: skip
OF_SITES = ("site_",)


def written(folder: Path, text: str, parent: str = "manufacturing", **overrides: object) -> Scenario:
    file = folder / "null.toml"
    file.write_text(f'extends = "{parent}.toml"\n{text}', encoding="utf-8")
    source = Path(__file__).parents[1] / "scenarios" / f"{parent}.toml"
    (folder / source.name).write_bytes(source.read_bytes())
    return load(file, {"population.enterprises": 300, "run.spin_up": 0} | overrides)


def beyond(names: tuple[str, ...], one: Scenario, other: Scenario) -> list[str]:
    """Outcomes that differ between two scenarios and do not name the platform or the site."""
    differing = different_outcomes(run(one, MONTHS), run(other, MONTHS))
    return [name for name in differing if not name.startswith(names)]


def test_an_empty_third_partys_platform_changes_nothing(tmp_path: Path) -> None:
    table = f'[platforms.nothing]\nkind = "third-party"\nopens = "2013-03"\n{EMPTY}'
    control = nation(population__enterprises=300)
    assert not beyond(("platforms",), control, written(tmp_path, table))


def test_an_empty_own_platform_changes_nothing_but_its_hosts_membership(tmp_path: Path) -> None:
    table = f'[platforms.nothing]\nkind = "own"\nopens = "2013-03"\n{EMPTY}'
    control = written(tmp_path, "", **NONE_OF_THEIR_OWN)
    assert not beyond(OF_PLATFORMS, control, written(tmp_path, table, **NONE_OF_THEIR_OWN))


def test_a_platform_that_is_not_empty_changes_the_world(tmp_path: Path) -> None:
    """The control: resources and services alone."""
    full = EMPTY.replace("services = 0.0", "services = 1.0").replace("interface_staff = 0.0", "interface_staff = 90.0")
    table = f'[platforms.something]\nkind = "third-party"\nopens = "2013-01"\n{full.replace("false", "true")}'
    busy = {"mechanisms.adoption.innovation": 0.9, "mechanisms.projects.begin": 0.5}
    differing = beyond(OF_PLATFORMS, written(tmp_path, "", **busy), written(tmp_path, table, **busy))
    assert {"answers", "research", "revenue"} <= set(differing)


def test_a_platform_that_is_switched_off_changes_nothing_at_all(tmp_path: Path) -> None:
    table = '[platforms.nothing]\nenabled = false\nopens = "2013-01"\n'
    assert not beyond((), nation(population__enterprises=300), written(tmp_path, table))


def test_a_site_of_no_floor_changes_nothing(tmp_path: Path) -> None:
    table = f'[sites.nothing]\nvacated = "2013-01"\nopens = "2013-03"\n{NO_FLOOR}'
    assert not beyond(("site_rent", "site_1_"), nation(population__enterprises=300), written(tmp_path, table))


def test_a_site_that_is_never_renovated_lets_nothing(tmp_path: Path) -> None:
    table = f'[sites.idle]\nvacated = "2013-01"\nopens = "2013-03"\nrenovation = false\n{NO_FLOOR}'
    table = table.replace("floor = 0.0", "floor = 5000.0")
    assert not beyond(
        ("site_rent", "site_1_", "site_floor_idle"), nation(population__enterprises=300), written(tmp_path, table)
    )


def test_a_site_with_floor_changes_the_world(tmp_path: Path) -> None:
    """The control."""
    table = f'[sites.something]\nvacated = "2013-01"\nopens = "2013-02"\n{NO_FLOOR}'
    table = table.replace("floor = 0.0", "floor = 50000.0\nbudget = 1000.0\nlargest_tenant = 20000.0")
    busy = {"mechanisms.letting.consider": 2.0, "mechanisms.letting.awareness": 1.0, "market.outside_rent": 0.001}
    differing = beyond(OF_SITES, written(tmp_path, "", **busy), written(tmp_path, table, **busy))
    assert {"revenue", "vat", "balance_sites"} & set(differing)


LEVERS = [name for name in declared(model_catalogue().group("levers")) if not name.endswith(("_cost", "_sector"))]


@pytest.mark.parametrize("lever", LEVERS)
def test_a_lever_at_zero_is_no_lever(lever: str) -> None:
    """Zero as a schedule, and the cost of what is not used; in a town where every lever could act."""
    zero = {f"levers__{name}": 0.0 for name in LEVERS}
    off = {"2011-01": 0.0, "2011-10": 0.0}
    control = town(**zero)
    assert not beyond((), control, town(**zero | {f"levers__{lever}": off}))
    assert not beyond((), control, town(**zero, levers__talent_cost=1.0, levers__knowledge_programme_cost=1.0))


@pytest.mark.parametrize("lever", LEVERS)
def test_a_lever_changes_the_world_and_has_its_price(lever: str) -> None:
    """The control: the same lever above zero."""
    zero: dict[str, float] = {f"levers__{name}": 0.0 for name in LEVERS}
    zero["mechanisms__finance__tickets"] = 10.0  # finance is scarce: where it is not, more of it changes nothing
    value = 0.0003 if lever in {"rent_subsidy", "conversion_grant"} else 0.5
    differing = beyond((), town(**zero), town(**zero | {f"levers__{lever}": value}))
    assert differing
    paid_by_government = {
        "talent_supply",
        "knowledge_programme",
        "rent_subsidy",
        "conversion_grant",
        "platform_support",
    }
    assert "fiscal_cost" in differing or lever not in paid_by_government | {"tax_relief"}


# A mechanism with nothing to do, whose switch then changes nothing.
IDLE = {
    "entry": {"entry.ideas_per_thousand": 0.0, "entry.leavers_rate": 0.0, "entry.talent_rate": 0.0},
    "adoption": {"adoption.innovation": 0.0, "adoption.imitation": 0.0, "adoption.at_start": 0.0},
    "resources": NONE_OF_THEIR_OWN,
    "projects": {"projects.begin": 0.0, "chain.part_asked": 0.0},
    "matching": {"matching.alone": 0.0} | NONE_OF_THEIR_OWN,
    "industries": {"industries.opening": 0.0},
    "absorption": {"absorption.rate": 0.0, "absorption.depreciation": 0.0},
    "chain": {"chain.part_asked": 0.0, "chain.renewal": 0.0, "absorption.contact": 0.0},
    "idle_space": {"idle_space.idle_hours": 0.0, "idle_space.lent_share": 0.0},
    "letting": {},
    "demand": {"demand.line_loss": 0.0, "demand.line_birth": 0.0, "demand.shock": 0.0, "demand.reversion": 0.0,
               "demand.ramp": 0.0, "entry.ideas_per_thousand": 0.0, "entry.talent_rate": 0.0},
    "taxes": {"taxes.vat": 0.0, "taxes.vat_small": 0.0, "taxes.income_tax": 0.0, "taxes.low_profit_rate": 0.0},
    "exports": {"exports.least": 1.0},
}  # fmt: skip

# What counts what was looked at, and not what came of it.
COUNTING = {
    "adoption": ("adopted",), "matching": ("requests", "answer_time"),
    "absorption": ("contacts",), "chain": ("links_renewed",), "idle_space": ("hours_asked",),
}  # fmt: skip


@pytest.mark.parametrize("mechanism", IDLE)
def test_a_mechanism_with_nothing_to_do_may_as_well_be_off(mechanism: str) -> None:
    idle = {f"mechanisms.{key.removeprefix('mechanisms.')}".replace(".", "__"): v for key, v in IDLE[mechanism].items()}
    on = scenario("manufacturing", population__enterprises=300, **idle)
    off = scenario("manufacturing", population__enterprises=300, **idle, **{f"mechanisms__{mechanism}__enabled": False})
    assert not beyond(COUNTING.get(mechanism, ()), on, off)


def test_every_outcome_compared_is_there() -> None:
    record = run(nation(), 1).record
    for prefix in (*OF_PLATFORMS, *OF_SITES, *(name for names in COUNTING.values() for name in names)):
        assert any(name.startswith(prefix) for name in record), prefix
