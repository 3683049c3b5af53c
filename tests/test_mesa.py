"""What a Mesa user expects of ``EcosystemModel`` works."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref

import mesa
import numpy as np
import pytest

import sim
from sim.agents import BigEnterprise, EnterpriseLeft, IdleSite, InnovationPlatform, MediumEnterprise, SmallEnterprise
from sim.model.state.enterprises import OPERATING


@pytest.fixture(scope="module")
def together() -> sim.EcosystemModel:
    model = sim.EcosystemModel(sim.load("together", overrides={"population.enterprises": 400}), rng=1)
    model.run_for(40)
    return model


def test_agents_are_mesa_agents_by_type(together: sim.EcosystemModel) -> None:
    assert isinstance(together, mesa.Model)
    kinds = together.agents_by_type
    enterprises = [len(kinds[kind]) for kind in (BigEnterprise, MediumEnterprise, SmallEnterprise)]
    assert sum(enterprises) == len(together.enterprises)
    assert len(kinds[InnovationPlatform]) == len(together.platforms) >= 2
    assert len(kinds[IdleSite]) == 1
    assert len(together.agents) == sum(enterprises) + len(together.platforms) + 1
    site = next(iter(kinds[IdleSite]))
    assert site.renovated + site.idle == site.floor > 0
    assert all(isinstance(agent, mesa.Agent) for agent in together.agents[:5])


def test_columns_through_the_agent_sets(together: sim.EcosystemModel) -> None:
    small, table = together.agents_by_type[SmallEnterprise], together.enterprises
    operating = small.select(lambda agent: agent.status == OPERATING)
    assert operating.agg("staff", sum) == int(table.staff[(table.size_class == 0)].sum())
    by_sector = operating.groupby("sector").count()
    assert sum(by_sector.values()) == len(operating)
    largest = operating.sort("staff", ascending=False)[0]
    assert largest.staff == int(table.staff[table.size_class == 0].max())
    assert len(operating.shuffle()) == len(operating)
    assert operating.map(lambda agent: agent.staff) == operating.get("staff")


def test_run_for_is_so_many_steps() -> None:
    scenario = sim.load("shougang", overrides={"population.enterprises": 200})
    one, other = sim.EcosystemModel(scenario, rng=3), sim.EcosystemModel(scenario, rng=3)
    one.run_for(4)
    for _ in range(4):
        other.step()
    assert one.month == other.month == 4
    assert one.record["jobs"] == other.record["jobs"]
    assert len(one.record["jobs"]) == 4


def test_two_models_do_not_mix_and_rng_is_taken_as_in_mesa() -> None:
    scenario = sim.load("shougang", overrides={"population.enterprises": 200})
    first, second = sim.EcosystemModel(scenario, rng=1), sim.EcosystemModel(scenario, rng=2)
    first.step()
    assert second.month == 0
    assert second.record["jobs"] == []
    assert first.enterprises.columns["cash"] is not second.enterprises.columns["cash"]
    drawn = sim.EcosystemModel(scenario, rng=np.random.default_rng(7)).seed
    assert drawn == sim.EcosystemModel(scenario, rng=np.random.default_rng(7)).seed
    assert sim.EcosystemModel(scenario).seed != sim.EcosystemModel(scenario).seed


def test_an_agent_that_leaves_says_so_and_its_books_close() -> None:
    scenario = sim.load("shougang", overrides={"population.enterprises": 200})
    model = sim.EcosystemModel(scenario, rng=1, ledger=True)
    model.step()
    agent = model.agents_by_type[SmallEnterprise][3]
    identity, before = agent.unique_id, len(model.enterprises)
    agent.remove()
    assert len(model.enterprises) == before - 1
    assert agent.unique_id == identity
    with pytest.raises(EnterpriseLeft):
        _ = agent.staff
    model.step()  # the ledger is on: an exit that left a gap would raise


def test_data_collector_with_model_and_agent_reporters() -> None:
    model = sim.EcosystemModel(sim.load("shougang-idle", overrides={"population.enterprises": 100}), rng=1)
    collector = mesa.DataCollector(
        model_reporters={"jobs": lambda m: int(m.enterprises.staff.sum())},
        agenttype_reporters={SmallEnterprise: {"staff": "staff"}},
    )
    rows = 0
    for _ in range(2):
        model.step()
        collector.collect(model)
        rows += len(model.agents_by_type[SmallEnterprise])
    assert list(collector.get_model_vars_dataframe()["jobs"]) == model.record["jobs"]
    staff = collector.get_agenttype_vars_dataframe(SmallEnterprise)["staff"]
    assert len(staff) == rows
    assert int(staff.sum()) <= sum(model.record["jobs"])


def test_pickle_and_copy_go_on_alike() -> None:
    model = sim.EcosystemModel(sim.load("together", overrides={"population.enterprises": 150}), rng=5)
    model.run_for(6)
    held = model.agents[2]
    twin = pickle.loads(pickle.dumps(model))  # noqa: S301 - our own bytes
    deep = copy.deepcopy(model)
    for one in (model, twin, deep):
        one.run_for(6)
    assert model.record["taxes"] == twin.record["taxes"] == deep.record["taxes"]
    assert held.model is model


def test_a_model_that_nobody_holds_is_collected() -> None:
    model = sim.EcosystemModel(sim.load("shougang", overrides={"population.enterprises": 100}), rng=1)
    model.step()
    kept = [model.agents[0].staff, model.sites[0].floor]
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None
    assert kept[1] > 0


def test_transfer_is_the_way_to_change_cash() -> None:
    model = sim.EcosystemModel(sim.load("shougang", overrides={"population.enterprises": 100}), rng=1, ledger=True)
    agent = model.agents_by_type[SmallEnterprise][0]
    before = agent.cash
    with pytest.raises(AttributeError, match="transfer"):
        agent.cash = before + 1.0
    model.transfer(agent, 1.0, "outside_equity")
    assert agent.cash == before + 1.0
    with pytest.raises(ValueError, match="is not a named transfer"):
        model.transfer(agent, 1.0, "gift")
    model.step()
