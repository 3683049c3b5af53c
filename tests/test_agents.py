"""Agents over the table behave as Mesa's own: Mesa's AgentSet, filled with the same views, is the judge."""

from __future__ import annotations

import copy
import gc
import pickle
import statistics
import weakref
from dataclasses import dataclass

import mesa
import numpy as np
import pytest
from mesa.agent import AgentSet

from sim.agents import (
    BigEnterprise,
    Enterprise,
    EnterpriseLeft,
    IdleSite,
    InnovationPlatform,
    LazyAgents,
    MediumEnterprise,
    Population,
    SmallEnterprise,
)
from sim.catalogue import Catalogue
from sim.model.catalogue import model_catalogue
from sim.model.state.enterprises import BIG, MEDIUM, OPERATING, REGISTERED, SMALL, Enterprises

CATALOGUE = model_catalogue()
COLUMNS = CATALOGUE.all_columns
CLASSES = {SMALL: SmallEnterprise, MEDIUM: MediumEnterprise, BIG: BigEnterprise}


@dataclass
class Record:
    identity: int
    interface_staff: float
    members: int = 0

    @property
    def crowd(self) -> int:
        return self.members * 2


@dataclass
class Settings:
    catalogue: Catalogue


class Town(LazyAgents):
    """A minimal model: what its columns are, a table, a month and exits."""

    def __init__(self, number: int = 300, rng: int = 1, places: bool = False) -> None:
        super().__init__(rng=rng)
        self.settings = Settings(CATALOGUE)
        self.month = 12
        self.sector_names = ("textiles", "machines", "software")
        self.enterprises = Enterprises(COLUMNS, number)
        self.found(number, first=2**62 + 1)
        self.platforms = [InnovationPlatform(self, "haier", 0, Record(2**61, 3.5, 4))] if places else []
        self.sites = [IdleSite(self, "shougang", 0, Record(2**61 + 1, 1.0))] if places else []

    def found(self, number: int, first: int) -> np.ndarray:
        e, rows = self.enterprises, self.enterprises.add(number)
        e.identity[rows] = first + np.arange(number)
        e.status[rows] = np.where(np.arange(number) % 5 == 0, REGISTERED, OPERATING)
        e.staff[rows] = 1 + np.arange(number) * 7919 % 101
        e.size_class[rows] = np.select([e.staff[rows] > 95, e.staff[rows] > 60], [BIG, MEDIUM], SMALL)
        e.sector[rows] = np.arange(number) % 3
        e.born[rows] = -np.arange(number)
        e.revenue[rows] = np.sqrt(np.arange(number) * 37 % 211)
        for axis in range(3):
            e.columns[f"knowledge_{axis}"][rows] = np.arange(number) / 7 + axis
        return rows

    def leave(self, rows: np.ndarray) -> None:
        self.agents.forget(rows)
        self.enterprises.release(rows)

    def step(self) -> None:
        self.month += 1


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def crowded() -> Town:
    return Town(60, places=True)


def judge(model: Town) -> AgentSet:
    """Mesa's own set of the same agents."""
    return AgentSet(model.agents.to_list(), random=model.random)


# Views


def test_attributes_are_the_rows_columns_in_plain_numbers(town: Town) -> None:
    for position, agent in enumerate(town.agents):
        for column in COLUMNS:
            value = getattr(agent, column.name)
            assert value == town.enterprises.columns[column.name][position]
            assert type(value) is (float if column.dtype in ("f4", "f8") else int)


def test_attributes_are_documented_with_meaning_and_unit() -> None:
    for column in COLUMNS:
        text = getattr(Enterprise, column.name).__doc__
        assert column.meaning[1:] in text
        assert column.unit in text
    assert "staff" in dir(BigEnterprise)


def test_what_is_read_off_columns(town: Town) -> None:
    agent = town.agents[7]
    assert (agent.unique_id, agent.model, agent.pos) == (2**62 + 8, town, None)
    assert (agent.status_name, agent.origin_name, agent.sector_name) == ("operating", "incumbent", "machines")
    assert agent.class_name == ("small", "medium", "big")[agent.size_class]
    assert agent.knowledge == (1.0, 2.0, 3.0)
    assert agent.age == 12 + 7
    town.step()
    assert agent.age == 12 + 8
    assert agent.rng is town.rng
    assert agent.random is town.random


def test_repr_names_class_identity_and_staff(town: Town) -> None:
    agent = town.agents[3]
    assert repr(agent) == f"<{type(agent).__name__} {str(agent.unique_id)[:4]}… staff={agent.staff}>"


def test_setting_writes_the_row_and_no_other(town: Town) -> None:
    before = {name: values.copy() for name, values in town.enterprises.columns.items()}
    agent = town.agents[11]
    agent.staff, agent.quality, agent.funded = np.int64(40), 2, True
    assert (agent.staff, agent.quality, agent.funded) == (40, 2.0, 1)
    before["staff"][11], before["quality"][11], before["funded"][11] = 40, 2.0, 1
    assert all(np.array_equal(before[name], values) for name, values in town.enterprises.columns.items())


@pytest.mark.parametrize(
    ("name", "value", "error", "words"),
    [
        ("staff", 1.5, TypeError, r"staff is a whole number \(people\), not 1.5"),
        ("staff", "many", TypeError, "whole number"),
        ("staff", 2**40, ValueError, "between"),
        ("funded", 300, ValueError, "between -128 and 127"),
        ("quality", "good", TypeError, "quality is a number"),
        ("quality", True, TypeError, "quality is a number"),
        ("assets", float("nan"), ValueError, r"finite number \(million yuan\)"),
        ("assets", float("inf"), ValueError, "finite"),
        ("cash", 5.0, AttributeError, "named transfers only: use model.transfer"),
        ("identity", 5, AttributeError, "never changes"),
        ("unique_id", 5, AttributeError, "never changes"),
        ("status", 2, AttributeError, "month"),
        ("size_class", 2, AttributeError, "review"),
        ("model", None, AttributeError, "stays"),
        ("pos", (1, 1), AttributeError, "no position"),
        ("class_name", "big", AttributeError, "follows from other attributes"),
        ("staf", 5, AttributeError, "no attribute 'staf' to set; did you mean 'staff'?"),
        ("_row", 5, AttributeError, "no attribute '_row'"),
    ],
)
def test_what_cannot_be_set_is_refused_with_the_reason(town: Town, name, value, error, words) -> None:
    before = {column: values.copy() for column, values in town.enterprises.columns.items()}
    agent = town.agents[11]
    with pytest.raises(error, match=words):
        setattr(agent, name, value)
    with pytest.raises(error, match=words):
        town.agents.set(name, value)
    assert all(np.array_equal(before[column], values) for column, values in town.enterprises.columns.items())
    assert agent == town.agents[11]


def test_unknown_attributes_name_the_nearest_one(town: Town) -> None:
    with pytest.raises(AttributeError, match=r"SmallEnterprise has no attribute 'staf'; did you mean 'staff'\?"):
        _ = town.agents[0].staf
    with pytest.raises(AttributeError, match="cannot be deleted"):
        del town.agents[0].staff
    assert not hasattr(town.agents[0], "colour")


def test_enterprises_are_not_made_by_hand(town: Town) -> None:
    with pytest.raises(TypeError, match="founded by the model"):
        SmallEnterprise(town)
    with pytest.raises(TypeError, match="founded by the model"):
        SmallEnterprise.create_agents(town, 2)
    with pytest.raises(TypeError, match="cannot be registered"):
        town.register_agent(town.agents[0])


def test_one_view_an_enterprise_while_anybody_holds_it(town: Town) -> None:
    held = town.agents[5]
    assert town.agents[5] is held
    assert town.agents.to_list()[5] is held
    assert town.agents.sort("unique_id", ascending=True)[5] is held
    assert any(agent is held for agent in town.agents)
    assert any(agent is held for agent in town.agents.groupby("sector").groups[2])
    assert held == town.agents[5]
    assert hash(held) == hash(town.agents[5])
    assert held != town.agents[6]
    assert held != 5


# Leaving


def test_a_view_of_an_enterprise_that_left_says_so(town: Town) -> None:
    agent, row = town.agents[9], 9
    identity, kind, before = agent.unique_id, type(agent), hash(agent)
    agent.remove()
    assert len(town.agents) == 299
    newcomer_row = town.found(1, first=77)
    assert newcomer_row.tolist() == [row]  # its row is another's now
    derived = ("model", "pos", "age", "knowledge", "class_name", "rng", "wrong")
    for name in [*(column.name for column in COLUMNS), *derived]:
        with pytest.raises(EnterpriseLeft):
            getattr(agent, name)
        with pytest.raises(EnterpriseLeft):
            hasattr(agent, name)
        with pytest.raises(EnterpriseLeft):
            getattr(agent, name, None)
        with pytest.raises(EnterpriseLeft):
            setattr(agent, name, 1)
    for method in ("remove", "step", "advance"):
        with pytest.raises(EnterpriseLeft):
            getattr(agent, method)()
    assert agent.unique_id == identity
    assert repr(agent) == f"<{kind.__name__} {str(identity)[:4]}… left>"
    assert hash(agent) == before
    assert agent == agent  # noqa: PLR0124
    assert agent not in town.agents
    assert town.agents[row] != agent
    assert town.agents[row].unique_id == 77


def test_the_error_is_one_that_defaults_do_not_hide() -> None:
    assert issubclass(EnterpriseLeft, ReferenceError)
    assert not issubclass(EnterpriseLeft, AttributeError | LookupError)


def test_sets_drop_those_that_left_and_never_take_their_successors(town: Town) -> None:
    chosen = town.agents.select(lambda agent: agent.sector == 1)
    kept = chosen.get("unique_id")
    leaver = chosen[3]
    leaver.remove()
    town.found(1, first=88)
    assert len(chosen) == len(kept) - 1
    assert chosen.get("unique_id") == [identity for identity in kept if identity != 2**62 + 11]
    assert leaver not in chosen
    assert all(agent.sector == 1 for agent in chosen)


def test_leaving_while_a_loop_runs(town: Town) -> None:
    seen = []

    def close_the_next(agent: Enterprise) -> None:
        seen.append(agent.unique_id)
        following = town.agents[town.agents.index(agent) + 1 :]
        if following:
            following[0].remove()

    town.agents.do(close_the_next)
    assert seen == [2**62 + 1 + place for place in range(0, 300, 2)]
    assert len(town.agents) == 150


def test_a_class_review_moves_the_view_that_is_held(town: Town) -> None:
    agent = town.agents_by_type[SmallEnterprise][0]
    number, group = hash(agent), {agent: "held"}
    rows = np.flatnonzero(town.enterprises.identity == agent.unique_id)
    town.enterprises.size_class[rows] = BIG
    town.agents.reclass(rows)
    assert type(agent) is BigEnterprise
    assert hash(agent) == number
    assert group[agent] == "held"
    assert agent in town.agents_by_type[BigEnterprise]
    assert agent not in town.agents_by_type[SmallEnterprise]
    assert town.agents_by_type[BigEnterprise].select(lambda other: other is agent)[0] is agent
    town.enterprises.size_class[:] = MEDIUM
    town.agents.reclass()
    assert isinstance(agent, MediumEnterprise)


# Sets


def test_length_order_and_positions(town: Town) -> None:
    agents = town.agents
    assert len(agents) == 300
    assert [agent.unique_id for agent in agents] == [2**62 + 1 + place for place in range(300)]
    assert agents[-1].unique_id == 2**62 + 300
    assert [agent.unique_id for agent in agents[2:9:3]] == [2**62 + 3, 2**62 + 6, 2**62 + 9]
    assert next(reversed(agents)) is agents[299]
    assert agents.index(agents[4]) == 4
    assert agents.count(agents[4]) == 1
    assert agents[4] in agents
    assert "somebody" not in agents
    assert isinstance(agents, AgentSet)
    assert repr(agents) == "<Population of 300 agents>"
    for position in (300, -301):
        with pytest.raises(IndexError):
            agents[position]
    with pytest.raises(ValueError, match="not in the set"):
        agents.index(agents[4], 5)


def test_live_sets_follow_the_table(town: Town) -> None:
    agents, small = town.agents, town.agents_by_type[SmallEnterprise]
    before = len(agents), len(small)
    town.found(10, first=5)
    assert (len(agents), len(small)) == (before[0] + 10, before[1] + 6)
    assert town.agents is agents
    town.leave(np.arange(300))
    assert (len(agents), len(small)) == (10, 6)
    assert len(list(small)) == 6
    assert [agent.unique_id for agent in agents] == list(range(5, 15))


@pytest.mark.parametrize("places", [False, True])
def test_sets_choose_and_order_as_mesa_does(places: bool) -> None:
    town = Town(90, places=places)
    town.enterprises.staff[:] %= 7  # many equal ones: sorting must be stable both ways
    mine, mesas = town.agents, judge(town)
    odd = lambda agent: agent.unique_id % 2 == 1  # noqa: E731
    assert list(mine) == list(mesas)
    for arguments in (
        {},
        {"filter_func": odd},
        {"filter_func": odd, "at_most": 7},
        {"filter_func": odd, "at_most": 0.1},
        {"at_most": 5},
        {"at_most": 0},
        {"at_most": 1},
        {"at_most": 1.0},
        {"at_most": 0.33},
        {"agent_type": Enterprise},
        {"agent_type": MediumEnterprise},
        {"agent_type": IdleSite},
        {"agent_type": mesa.Agent},
        {"agent_type": BigEnterprise, "filter_func": odd, "at_most": 2},
        {"agent_type": (BigEnterprise, InnovationPlatform)},
    ):
        assert list(mine.select(**arguments)) == list(mesas.select(**arguments)), arguments
        assert list(mine.copy().select(inplace=True, **arguments)) == list(mesas.select(**arguments)), arguments
    firms, mesas_firms = mine.select(agent_type=Enterprise), mesas.select(agent_type=Enterprise)
    for ascending in (True, False):
        assert list(mine.sort("unique_id", ascending)) == list(mesas.sort("unique_id", ascending))
        for key in ("staff", "revenue", "class_name", "age", "knowledge", lambda agent: -agent.staff % 3):
            assert list(firms.sort(key, ascending)) == list(mesas_firms.sort(key, ascending)), key


@pytest.mark.parametrize("by", ["sector", "staff", "revenue", "class_name", "knowledge", "age", lambda a: a.staff % 4])
def test_groups_are_mesas(town: Town, by) -> None:
    chosen = town.agents.shuffle()
    mine, mesas = chosen.groupby(by), AgentSet(list(chosen), random=town.random).groupby(by)
    assert list(mine.groups) == list(mesas.groups)
    assert [type(key) for key in mine.groups] == [type(key) for key in mesas.groups]
    assert {key: list(group) for key, group in mine} == {key: list(group) for key, group in mesas}
    assert mine.count() == mesas.count()
    assert mine.agg("staff", sum) == mesas.agg("staff", sum)
    assert mine.agg("revenue", max) == mesas.agg("revenue", max)
    assert mine.map(len) == mesas.map(len)
    assert mine.map("get", "staff") == mesas.map("get", "staff")
    listed = town.agents.groupby(by, result_type="list")
    assert all(type(group) is list for group in listed.groups.values())
    assert listed.agg("staff", sum) == mesas.agg("staff", sum)
    assert len(mine) == len(mesas)
    assert mine.do(lambda group: group.set("lines", len(group))) is mine
    assert all(agent.lines == len(group) for _, group in mesas for agent in group)


def test_columns_are_read_as_mesa_reads_attributes(town: Town) -> None:
    mine, mesas = town.agents, judge(town)
    derived = ("age", "knowledge", "class_name", "origin_name", "status_name", "sector_name", "unique_id", "pos")
    for name in [*(column.name for column in COLUMNS), *derived]:
        assert mine.get(name) == mesas.get(name)
        assert {type(value) for value in mine.get(name)} == {type(value) for value in mesas.get(name)}
    assert mine.get(["staff", "revenue", "class_name"]) == mesas.get(["staff", "revenue", "class_name"])
    assert mine.get("colour", handle_missing="default", default_value=3) == [3] * 300
    with pytest.raises(AttributeError, match="colour"):
        mine.get("colour")
    with pytest.raises(ValueError, match="handle_missing"):
        mine.get("staff", handle_missing="ignore")


def test_aggregates_are_mesas(town: Town) -> None:
    mine, mesas = town.agents, judge(town)
    for function in (sum, min, max, len, np.mean, np.std, np.max, statistics.median, lambda values: values.count(5)):
        assert mine.agg("staff", function) == mesas.agg("staff", function)
        assert type(mine.agg("staff", function)) is type(mesas.agg("staff", function))
        assert mine.agg("revenue", function) == pytest.approx(mesas.agg("revenue", function), rel=1e-14)
    assert mine.agg("staff", [min, max, np.mean]) == mesas.agg("staff", [min, max, np.mean])
    assert mine.agg("class_name", set) == {"small", "medium", "big"}
    nobody = mine.select(at_most=0)
    assert nobody.agg("staff", sum) == 0
    with pytest.raises(ValueError, match="empty"):
        nobody.agg("staff", max)
    assert nobody.get("staff") == []


def test_setting_a_column_of_a_set(town: Town) -> None:
    chosen = town.agents.select(lambda agent: agent.sector == 2)
    assert chosen.set("quality", 3) is chosen
    assert chosen.get("quality") == [3.0] * 100
    assert town.agents.select(lambda agent: agent.sector != 2).agg("quality", max) == 0.0


def test_doing_and_mapping(town: Town) -> None:
    agents = town.agents
    assert agents.map(lambda agent, extra, times=1: agent.staff * times + extra, 2, times=3) == [
        3 * staff + 2 for staff in agents.get("staff")
    ]
    assert agents.map("__repr__")[0] == repr(agents[0])
    assert agents.do("step") is agents
    with pytest.raises(AttributeError, match="dance"):
        agents.do("dance")
    agents.select(lambda agent: agent.sector == 0).do("remove")
    assert len(agents) == 200
    order: list[int] = []
    assert agents.shuffle_do(lambda agent: order.append(agent.unique_id)) is agents
    assert order != agents.get("unique_id")
    assert sorted(order) == agents.get("unique_id")


def test_shuffles_draw_from_the_models_generator() -> None:
    one, same, other = Town(rng=1), Town(rng=1), Town(rng=2)
    orders = [town.agents.shuffle().get("unique_id") for town in (one, same, other)]
    assert orders[0] == orders[1]
    assert orders[0] != orders[2]
    assert sorted(orders[0]) == one.agents.get("unique_id")
    assert one.agents.shuffle().get("unique_id") != orders[0]
    assert one.agents.random is one.random


def test_ordering_in_place_of_a_live_set_keeps_up_with_the_table(town: Town) -> None:
    assert town.agents.sort("staff", inplace=True) is town.agents
    staff = town.agents.get("staff")
    assert staff == sorted(staff, reverse=True)
    first = town.agents[0]
    first.remove()
    town.found(2, first=1)
    assert town.agents.get("unique_id")[-2:] == [1, 2]
    assert town.agents.get("staff")[:-2] == staff[1:]
    town.agents.shuffle(inplace=True)
    assert len(set(town.agents.get("unique_id"))) == 301


def test_members_of_a_live_set_follow_from_the_model(town: Town) -> None:
    agent = town.agents[0]
    for attempt in (
        lambda: town.agents.discard(agent),
        lambda: town.agents.remove(agent),
        lambda: town.agents.select(at_most=3, inplace=True),
        lambda: town.agents_by_type[BigEnterprise].add(town.agents_by_type[SmallEnterprise][0]),
        town.agents.clear,
    ):
        with pytest.raises(TypeError, match="follows the model"):
            attempt()
    with pytest.raises(AttributeError):
        town.agents = town.agents.copy()
    assert len(town.agents) == 300
    town.agents.add(agent)  # it is there
    stranger = Town(5).agents[0]
    town.agents.discard(stranger)  # it is not
    with pytest.raises(KeyError):
        town.agents.remove(stranger)


def test_members_of_a_fixed_set(town: Town) -> None:
    chosen = town.agents.select(at_most=3)
    fourth = town.agents[3]
    chosen.add(fourth)
    chosen.add(fourth)
    assert list(chosen) == town.agents[:4]
    chosen.discard(town.agents[1])
    chosen.remove(town.agents[0])
    with pytest.raises(KeyError):
        chosen.remove(town.agents[0])
    assert list(chosen) == town.agents[2:4]
    with pytest.raises(ValueError, match="not an agent of this model"):
        chosen.add(Town(5).agents[0])
    fourth.remove()
    with pytest.raises(ValueError, match="not an agent of this model"):
        chosen.add(fourth)


def test_set_operators(town: Town) -> None:
    even = town.agents.select(lambda agent: agent.unique_id % 2 == 0)
    small = town.agents.select(lambda agent: agent.staff < 30)
    ids = lambda agents: set(agents.get("unique_id"))  # noqa: E731
    assert ids(even & small) == ids(even) & ids(small)
    assert ids(even | small) == ids(even) | ids(small)
    assert ids(even - small) == ids(even) - ids(small)
    assert ids(even ^ small) == ids(even) ^ ids(small)
    assert isinstance(even & small, Population)
    assert even & small <= even
    assert even == town.agents.select(lambda agent: agent.unique_id % 2 == 0)
    assert even.isdisjoint(town.agents - even)


# Platforms, sites and a user's own agents


def test_platforms_and_sites_wrap_their_records(crowded: Town) -> None:
    platform = crowded.platforms[0]
    assert (platform.name, platform.index, platform.unique_id, platform.pos) == ("haier", 0, 2**61, None)
    assert platform.model is crowded
    assert repr(platform) == "<InnovationPlatform haier>"
    assert (platform.interface_staff, platform.members, platform.crowd) == (3.5, 4, 8)
    platform.members = 9
    assert platform.state.members == 9
    assert crowded.sites[0].members == 0
    assert "interface_staff" in dir(platform)
    for name in ("member", "crowd", "unique_id", "name", "state"):
        with pytest.raises(AttributeError, match=r"'member'|'crowd'|cannot be set"):
            setattr(platform, name, 1)
    with pytest.raises(AttributeError, match=r"no attribute 'member'; did you mean 'members'\?"):
        _ = platform.member
    with pytest.raises(TypeError, match="belongs to the scenario"):
        platform.remove()
    with pytest.raises(TypeError, match="belongs to the scenario"):
        crowded.deregister_agent(platform)
    with pytest.raises(ValueError, match="has the identity of"):
        InnovationPlatform(crowded, "twin", 1, Record(2**61, 0.0))


def test_platforms_and_sites_are_agents_like_the_others(crowded: Town) -> None:
    assert len(crowded.agents) == 62
    assert list(crowded.agents)[-2:] == [*crowded.platforms, *crowded.sites]
    assert crowded.platforms[0] in crowded.agents
    assert crowded.platforms[0] not in crowded.agents_by_type[IdleSite]
    with pytest.raises(AttributeError, match="'staff'"):
        crowded.agents.get("staff")
    with pytest.raises(AttributeError, match="'staff'"):
        crowded.agents.agg("staff", sum)
    with pytest.raises(AttributeError, match="'staff'"):
        crowded.agents.sort("staff")
    mesas = judge(crowded)
    for names in ("staff", "members", ["staff", "members", "knowledge"], "unique_id"):
        mixed = crowded.agents.shuffle()
        wanted = AgentSet(list(mixed), random=crowded.random)
        assert mixed.get(names, "default", -1) == wanted.get(names, "default", -1)
    assert crowded.agents.get("unique_id") == mesas.get("unique_id")
    assert crowded.agents_by_type[InnovationPlatform].agg("members", sum) == 4
    crowded.agents_by_type[IdleSite].set("members", 7)
    assert crowded.sites[0].members == 7
    with pytest.raises(AttributeError, match="'quality'"):
        crowded.agents.set("quality", 2.0)
    assert crowded.agents.select(agent_type=Enterprise).agg("quality", max) == 0.0  # nothing was written


def test_agents_by_type_has_all_types_also_empty_ones(town: Town, crowded: Town) -> None:
    types = [BigEnterprise, MediumEnterprise, SmallEnterprise, InnovationPlatform, IdleSite]
    for model in (town, crowded):
        assert list(model.agents_by_type) == types
        assert model.agent_types == types
        assert sum(len(agents) for agents in model.agents_by_type.values()) == len(model.agents)
        for kind, agents in model.agents_by_type.items():
            assert all(type(agent) is kind for agent in agents)
            assert len(agents) == len(list(agents))
    assert len(town.agents_by_type[IdleSite]) == 0


def test_a_users_own_agents_join(town: Town) -> None:
    class Mayor(mesa.Agent):
        def __init__(self, model: Town) -> None:
            super().__init__(model)
            self.votes = 3

    mayor = Mayor(town)
    assert isinstance(mayor.unique_id, int)
    assert mayor in town.agents
    assert list(town.agents_by_type[Mayor]) == [mayor]
    assert town.agents.select(agent_type=Mayor).agg("votes", sum) == 3
    two = town.agents.select(lambda agent: agent is mayor)
    mayor.remove()
    assert mayor not in town.agents
    assert len(two) == 0
    assert len(town.agents) == 300
    with pytest.raises(KeyError):
        town.deregister_agent(mayor)


def test_removing_all_agents(crowded: Town) -> None:
    crowded.deregister_agent(crowded.agents[0])
    assert len(crowded.agents) == 61
    crowded.remove_all_agents()
    assert crowded.agents.to_list() == [*crowded.platforms, *crowded.sites]


# Who holds whom


def test_what_a_user_took_lives_on_in_mesas_weak_sets(town: Town) -> None:
    by_list = AgentSet(list(town.agents), random=town.random)
    by_slice = AgentSet(town.agents[:10], random=town.random)
    by_doing = AgentSet([], random=town.random)
    other = Town(20)
    other.agents.do(by_doing.add)
    gc.collect()
    assert (len(by_list), len(by_slice), len(by_doing)) == (300, 10, 20)
    town.agents[0].remove()
    gc.collect()
    assert (len(by_list), len(by_slice)) == (299, 9)


def test_loops_leave_no_views_behind(town: Town) -> None:
    traces = []
    town.agents.do(lambda agent: traces.append(agent.unique_id))
    town.agents.select(lambda agent: agent.staff > 50).sort(lambda agent: agent.staff).map("step")
    town.agents.groupby(lambda agent: agent.sector).agg("staff", sum)
    town.agents.get("sector_name")
    assert not town._views
    for agent in town.agents:
        if agent.unique_id == traces[10]:
            break
    assert len(town._views) <= 2
    kept = [agent for agent in town.agents if agent.sector == 0]
    assert set(town._views) >= {agent.unique_id for agent in kept}
    assert len(town._views) <= len(kept) + 2


def test_a_view_taken_within_a_loop_is_the_same_afterwards(town: Town) -> None:
    taken = []
    town.agents.do(lambda agent: taken.append(agent) if agent.sector == 1 else None)
    assert all(agent is town.agents[place] for agent, place in zip(taken, range(1, 300, 3), strict=True))


def test_a_loop_holds_a_few_views_at_a_time(town: Town) -> None:
    held: list[int] = []
    count = lambda agent: held.append(len(town._views)) or len(held)  # noqa: ARG005, E731
    town.agents.do(count).shuffle_do(count).select(count).sort(count)
    mesa.DataCollector(agent_reporters={"held": count}).collect(town)
    assert len(held) == 5 * 300
    assert max(held) <= 3


def test_a_model_without_references_is_collected_with_its_table() -> None:
    town = Town(50, places=True)
    town.step()
    held, chosen = town.agents[3], town.agents.select(at_most=4)
    chosen.do("step")
    traces = [weakref.ref(town), weakref.ref(town.enterprises), weakref.ref(town.platforms[0]), weakref.ref(held)]
    del town, held, chosen
    gc.collect()
    assert [trace() for trace in traces] == [None] * 4


def test_two_models_in_one_process_do_not_mix() -> None:
    one, other = Town(40), Town(40)
    other.enterprises.staff[:] = 5
    assert one.agents[3].staff != 5
    assert one.agents[3] != other.agents[3]
    assert one.agents[3] not in other.agents
    one.agents[3].staff = 77
    assert other.agents.agg("staff", set) == {5}
    one.agents[3].remove()
    assert (len(one.agents), len(other.agents)) == (39, 40)


# Copies


@pytest.mark.parametrize("copied", [lambda it: pickle.loads(pickle.dumps(it)), copy.deepcopy])  # noqa: S301
def test_a_copied_model_is_another_with_its_own_views(crowded: Town, copied) -> None:
    held, chosen, leaver = crowded.agents[3], crowded.agents.select(at_most=5), crowded.agents[20]
    crowded.platforms[0].members = 6
    leaver.remove()
    town, view, subset, left, named = copied((crowded, held, chosen, leaver, {held: "held"}))
    assert town is not crowded
    assert view is town.agents[3]
    assert view.model is town
    assert named[view] == "held"
    assert town.platforms[0] in town.agents
    assert (town.platforms[0].members, town.platforms[0].model) == (6, town)
    assert subset.to_list() == town.agents[:5]
    with pytest.raises(EnterpriseLeft):
        _ = left.staff
    view.staff = 99
    assert held.staff != 99
    held.remove()
    assert len(town.agents) == len(crowded.agents) + 1
    month = crowded.month
    town.step()
    assert (town.month, crowded.month) == (month + 1, month)
    again = copied(town)
    assert town.agents.shuffle().get("unique_id") == again.agents.shuffle().get("unique_id")


def test_shallow_copies(town: Town) -> None:
    agent = town.agents[2]
    assert copy.copy(agent) is agent
    snapshot = copy.copy(town.agents)
    town.found(1, first=3)
    assert len(snapshot) == 300
    assert len(town.agents) == 301


# Collecting data


def test_data_collector(town: Town) -> None:
    collector = mesa.DataCollector(
        model_reporters={"firms": lambda model: len(model.agents), "month": "month"},
        agent_reporters={"staff": "staff", "double": lambda agent: agent.staff * 2, "knowledge": "knowledge"},
        agenttype_reporters={BigEnterprise: {"revenue": "revenue"}, Enterprise: {"sector": "sector"}},
    )
    collector.collect(town)
    town.step()
    town.agents[0].remove()
    collector.collect(town)
    assert collector.get_model_vars_dataframe()["firms"].tolist() == [300, 299]
    assert collector.get_model_vars_dataframe()["month"].tolist() == [12, 13]
    frame = collector.get_agent_vars_dataframe()
    assert len(frame) == 599
    assert frame.loc[1, "staff"].tolist() == town.agents.get("staff")
    assert frame.loc[1].index.tolist() == town.agents.get("unique_id")
    assert (frame["double"] == 2 * frame["staff"]).all()
    big = town.agents_by_type[BigEnterprise]
    assert collector.get_agenttype_vars_dataframe(BigEnterprise).loc[1, "revenue"].tolist() == big.get("revenue")
    assert len(collector.get_agenttype_vars_dataframe(Enterprise)) == 599


def test_data_collector_over_mixed_agents(crowded: Town) -> None:
    collector = mesa.DataCollector(
        agent_reporters={"name": lambda agent: getattr(agent, "name", "")},
        agenttype_reporters={InnovationPlatform: {"members": "members"}, IdleSite: {"members": "members"}},
    )
    collector.collect(crowded)
    assert collector.get_agent_vars_dataframe()["name"].tolist()[-2:] == ["haier", "shougang"]
    assert collector.get_agenttype_vars_dataframe(InnovationPlatform)["members"].tolist() == [4]
