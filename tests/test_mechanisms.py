"""Mechanisms: each writes what it declares, each can be switched, each parameter and each outcome is alive."""

from __future__ import annotations

import importlib
import pkgutil
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from command import plain_python
from worlds import LEFT_OFF, SHIPPED, around, different_outcomes, run, scenario, town

from sim.agents.model import EcosystemModel
from sim.declare import declared
from sim.model import mechanisms
from sim.model.catalogue import model_catalogue
from sim.model.record import review
from sim.model.state.enterprises import FREE
from sim.model.state.world import World
from sim.report.document.uses import columns_of

CATALOGUE = model_catalogue()
GROUPS = CATALOGUE.parameter_groups
OUTCOMES = CATALOGUE.outcomes
NAMES = tuple(column.name for column in CATALOGUE.all_columns)

MODULES = {
    info.name: importlib.import_module(f"sim.model.mechanisms.{info.name}")
    for info in pkgutil.iter_modules(mechanisms.__path__)
} | {"review": review}


def declared_writes(module: Any) -> set[str]:
    """Columns of the classes whose name ends in ``Writes`` or that a loop is handed as its writes."""
    found: set[str] = set()
    for name, value in vars(module).items():
        if isinstance(value, type) and hasattr(value, "_fields") and (name.endswith("Writes") or name == "Wishes"):
            found.update(value._fields)
    return found & set(NAMES)


WRITES = {name: declared_writes(module) for name, module in MODULES.items()}

Watched = dict[str, set[str]]


def watch(model: EcosystemModel, there: Watched, elsewhere: Watched) -> None:
    """Keep every mechanism's writes from now on: to enterprises that were there, and to other rows."""
    table = model.enterprises
    before = {name: getattr(table, name).copy() for name in NAMES}

    def compare(mechanism: str, _: World) -> None:
        size = len(before["status"])
        alive = before["status"] != FREE
        stayed = alive & (table.identity[:size] == before["identity"])  # rows of those who leave are emptied
        for name in NAMES:
            now = getattr(table, name)
            changed = now[:size] != before[name]
            if changed[stayed].any():
                there[mechanism].add(name)
            if changed[~alive].any() or now[size:].any():
                elsewhere[mechanism].add(name)
        before.update({name: getattr(table, name).copy() for name in NAMES})

    model.watchers.append(compare)


@pytest.fixture(scope="module")
def seen() -> tuple[Watched, Watched]:
    watched: tuple[Watched, Watched] = defaultdict(set), defaultdict(set)
    for settings, months in (
        (town(), 48),  # hours are lent for three years
        (town(population__world="place", mechanisms__matching__enabled=False), 4),
        (town(**LEFT_OFF, mechanisms__industries__opening=0.9), 24),
    ):
        model = EcosystemModel(settings, rng=1)
        watch(model, *watched)
        model.run_for(months)
    return watched


def test_every_mechanism_with_a_switch_has_its_file() -> None:
    named = {key.removeprefix("mechanisms.") for key in GROUPS if key.startswith("mechanisms.")}
    assert (
        named
        == set(MODULES) - {"levers", "review"}
        == {it.name for it in CATALOGUE.mechanisms if it.rules} - {"levers"}
    )


@pytest.mark.parametrize("mechanism", MODULES)
def test_a_mechanism_writes_only_the_columns_that_it_declares(mechanism: str, seen: tuple[Watched, Watched]) -> None:
    there, _ = seen
    allowed = set(WRITES[mechanism])
    for step in CATALOGUE.by_name[mechanism].steps:
        # What births fill is the newcomers' alone.
        allowed |= {*step.writes} if mechanism == "newborns" else {*step.writes, *columns_of(step, "writes")}
    assert there.get(mechanism, set()) <= allowed


def test_only_births_and_arrivals_fill_free_rows(seen: tuple[Watched, Watched]) -> None:
    _, elsewhere = seen
    assert {"identity", "status", "born", "cash"} <= elsewhere["newborns"]
    # Matching marks that nobody is met in every row, free ones too.
    # In a place enterprises come from beyond the catchment, with columns of their own.
    assert {"identity", "started", "staff", "cash", "site"} <= elsewhere["letting"]
    assert {name: columns for name, columns in elsewhere.items() if name not in {"newborns", "letting"}} in (
        {},
        {"matching": {"partner_knowledge_0"}},
    )


@pytest.mark.parametrize("mechanism", MODULES)
def test_what_a_mechanism_declares_it_does_write(mechanism: str, seen: tuple[Watched, Watched]) -> None:
    """The control: the town is eventful enough that nothing declared stays unwritten."""
    there, elsewhere = seen
    written = there[mechanism] | elsewhere[mechanism]
    assert WRITES[mechanism] - written - {"host"} == set()


def test_a_write_that_is_not_declared_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: taxes that touch quality."""

    def touching(work: Callable[[World], Any]) -> Callable[[World], None]:
        def apply(world: World) -> None:
            work(world)
            world.enterprises.quality[0] *= 1.01

        return apply

    around(monkeypatch, "taxes.levy", touching)
    there: Watched = defaultdict(set)
    model = EcosystemModel(town(), rng=1)
    watch(model, there, defaultdict(set))
    model.run_for(2)
    assert there["taxes"] - WRITES["taxes"] == {"quality"}


# --- switches


@pytest.mark.parametrize("mechanism", [key for key in GROUPS if key.startswith("mechanisms.")])
def test_a_mechanism_can_be_switched_off_and_is_missed(mechanism: str) -> None:
    switch = f"{mechanism}.enabled"
    other = town(**{switch.replace(".", "__"): not town().values[switch]})
    assert len(different_outcomes(run(town(), 14), run(other, 14))) > 3


# --- parameters

READ = """
import json, sys
from sim.model.catalogue import model_catalogue
from worlds import LEFT_OFF, run, town

read = set()

def watch(kind, prefix):
    for place, name in enumerate(kind._fields):
        def value(group, place=place, key=f"{prefix}.{name}"):
            read.add(key)
            return group[place]
        setattr(kind, name, property(value))

def numbers(group):  # which would read them all
    kind = getattr(type(group), "Numbers", None)
    return group if kind is None else kind(*[group[group._fields.index(name)] for name in kind._fields])

whole = [module for name, module in sys.modules.items() if name.startswith("sim.") and hasattr(module, "numbers")]
assert whole
for module in whole:
    module.numbers = numbers
catalogue = model_catalogue()
for prefix, group in (*catalogue.parameter_groups.items(), *catalogue.named.items()):
    watch(group, prefix)
    if hasattr(group, "Numbers"):
        watch(group.Numbers, prefix)
run(town(population__world="place", population__host_staff=3000), 2)
experts = {"platforms__workshop__foreign_share": 1.0, "platforms__workshop__user_share": 0.0}
run(town(mechanisms__matching__rate=5.0, **experts), 14)
run(town(**LEFT_OFF, mechanisms__industries__opening=0.9), 14)
run(town(population__capital_intensity=0.001, market__overdraft_rate=1.0), 14)  # debts exceed assets
print(json.dumps(sorted(read)))
"""


@pytest.mark.once
def test_every_parameter_is_read_in_a_run() -> None:
    """In plain Python, where reading a field can be seen. The group ``run`` is read by those who run the model."""
    read = set(plain_python(READ))
    declared_keys = {
        f"{prefix}.{name}" for prefix, group in GROUPS.items() if prefix != "run" for name in declared(group)
    }
    read_names = {(key.split(".")[0], key.rpartition(".")[2]) for key in read if key.split(".")[0] in CATALOGUE.named}
    declared_names = {(kind, name) for kind, group in CATALOGUE.named.items() for name in declared(group)}
    assert declared_keys - read == set()
    assert declared_names - read_names == set()


# --- outcomes


# In so few years few startups grow big, and few big enterprises stop: tests/test_groups_outcomes.py has them by hand.
# No shipped scenario has two sites, or enterprises beyond its catchment: tests/test_sites.py has them.
TOO_RARE = {"cohort_big", "stop_rate_big", "strike_off_rate_big", "tenants_from_beyond", "jobs_from_beyond"} | {
    name for name in OUTCOMES if name.startswith(("site_2_", "site_3_"))
}
# Of mechanisms that no shipped scenario switches on: tests of their own have them.
OFF = {it.name for it in CATALOGUE.by_name["lending"].outcomes} | {
    "founded_borrowing", "net_borrowing", "platforms_closed", "returned_demand",
}  # fmt: skip


@pytest.mark.once
def test_no_outcome_is_constant_or_dead_in_all_shipped_scenarios() -> None:
    moving: set[str] = set()
    for name in (name for name in SHIPPED if not name.startswith("lever-")):  # their levers are in bundles
        few = {"population__enterprises": 8000} if name == "nation" else {}  # all of them take minutes
        settings = scenario(name, run__cohort=scenario(name).calendar(6), run__cohort_months=24, **few)
        record = run(settings, max(settings.months, 100)).record
        assert set(record) == set(OUTCOMES)
        for outcome, values in record.items():
            known = np.array(values)[~np.isnan(values)]
            if len(known) and np.ptp(known) > 0.0:
                moving.add(outcome)
    assert set(OUTCOMES) - moving - TOO_RARE == OFF
