"""What a Mesa user expects of ``EcosystemModel`` works."""

from __future__ import annotations

import copy
import gc
import inspect
import pickle
import weakref

import mesa
import numpy as np
import pytest

import sim
from sim.agents import (
    BigEnterprise,
    Enterprise,
    EnterpriseLeft,
    IdleSite,
    InnovationPlatform,
    MediumEnterprise,
    SmallEnterprise,
)
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


def test_any_integer_type_is_the_same_world() -> None:
    scenario = sim.load("shougang", overrides={"population.enterprises": 200})
    models = [sim.EcosystemModel(scenario, rng=rng) for rng in (3, np.int64(3), np.uint8(3), np.array(3))]
    for model in models:
        model.run_for(2)
    assert {model.seed for model in models} == {3}
    assert len({tuple(model.record["jobs"]) for model in models}) == 1
    assert sim.EcosystemModel(scenario, rng=np.random.SeedSequence(5)).seed == (
        sim.EcosystemModel(scenario, rng=np.random.SeedSequence(5)).seed
    )


@pytest.mark.parametrize("rng", [3.0, np.float64(3), True, np.True_, "3", [1, 2], -1, 2**63])
def test_what_is_no_seed_is_refused(rng: object) -> None:
    with pytest.raises(ValueError, match=r"rng: .*allowed: a whole number from 0 to"):
        sim.EcosystemModel("shougang", rng=rng)  # type: ignore[arg-type]


def _batch(parameters: dict[str, object], seeds: list[int], **how: object) -> list[dict[str, object]]:
    """Mesa's runner over some seeds: from Mesa 3.5 on it takes them itself."""
    own = {"rng": seeds}
    takes = "rng" in inspect.signature(mesa.batch_run).parameters
    parameters, options = ({**parameters}, own) if takes else ({**parameters, **own}, {})
    found: list[dict[str, object]] = mesa.batch_run(
        sim.EcosystemModel, parameters, number_processes=1, display_progress=False, **how, **options
    )
    return found


def test_batch_run_runs_it_as_it_is() -> None:
    found = _batch({"scenario": ["shougang", "shougang-idle"]}, [1, 2], max_steps=3)
    assert {(it["scenario"], it["rng"]) for it in found} == {
        (name, seed) for name in ("shougang", "shougang-idle") for seed in (1, 2)
    }
    for it in found:
        model = sim.EcosystemModel(str(it["scenario"]), rng=it["rng"])  # type: ignore[arg-type]
        model.run_for(4)
        # Mesa 3.3 goes one step beyond the most.
        assert it["jobs"] in model.record["jobs"][2:4]
        assert set(model.record) <= set(it)


def test_batch_run_gives_every_month_and_ends_with_the_scenario() -> None:
    scenario = sim.load("shougang", overrides={"population.enterprises": 200, "run.months": 3})
    found = _batch({"scenario": [scenario]}, [7], data_collection_period=1)
    model = sim.EcosystemModel(scenario, rng=7)
    model.run_for(3)
    assert [it["jobs"] for it in found] == model.record["jobs"]
    assert not model.running
    model.step()  # who steps it further, may
    assert model.month == 4


def test_a_filter_over_all_kinds_of_agent(together: sim.EcosystemModel) -> None:
    """As in Mesa, a filter meets platforms and sites too, which have no staff."""
    with pytest.raises(AttributeError):
        together.agents.select(lambda it: it.staff > 100)
    meant = together.agents.select(lambda it: it.staff > 100, agent_type=Enterprise)
    careful = together.agents.select(lambda it: getattr(it, "staff", 0) > 100)
    assert meant.to_list() == careful.to_list()
    assert len(meant) == int((together.enterprises.staff[together.enterprises.alive] > 100).sum())
    places = together.agents.select(agent_type=(InnovationPlatform, IdleSite))
    assert len(places) == len(together.platforms) + len(together.sites)
    named = together.agents.select(lambda it: not isinstance(it, Enterprise) and it.name == "shougang")
    assert [type(it) for it in named] == [IdleSite]


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
