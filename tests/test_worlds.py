"""Worlds that differ by little or by nothing: only what was changed changes, and no order counts."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from worlds import (
    LEFT_OFF,
    around,
    different,
    different_outcomes,
    nation,
    permuted,
    run,
    scenario,
    state,
    state_by_identity,
    town,
)

from sim.agents.model import EcosystemModel
from sim.declare import Parameter, declared
from sim.kernel import threads
from sim.model.catalogue import model_catalogue
from sim.model.state.enterprises import FREE, OPERATING
from sim.model.state.links import Links, askers, bid_of
from sim.model.state.ring import Ring
from sim.model.state.world import World
from sim.scenario import Scenario

GROUPS = model_catalogue().parameter_groups
MECHANISMS = [key for key in GROUPS if key.startswith("mechanisms.")]

# With these off and the market uncoupled, no enterprise reads what another does.
UNCOUPLED = {"market__coupled": False} | {
    f"mechanisms__{name}__enabled": False
    for name in ("adoption", "matching", "absorption", "chain", "letting", "idle_space", "industries")
}


def test_the_same_scenario_and_seed_give_the_same_world() -> None:
    assert not different(state(run(town(), 15)), state(run(town(), 15)))


def test_another_seed_gives_another_world() -> None:
    """The control."""
    one, other = run(town(), 3), run(town(), 3, rng=2)
    assert {"jobs", "revenue", "exports", "startups"} <= set(different_outcomes(one, other))


# --- parameters of what is switched off


# Newborns whose staff and sales are all alike have the middle of the cohort's, and traits of their own.
STILL_READ = {
    "mechanisms.newborns": (
        "staff_mean", "talent_share", "revenue_median", "operating_at_registration", "start_hazard", "worker_revenue",
        "runway", "worker_revenue_log_sd", "productivity_log_sd", "quality_log_sd", "gap", "energy_log_sd",
        "most_lines",
    ),
    "mechanisms.finance": ("opening_hurdle",),  # posted, though nobody asks
}  # fmt: skip


def changed(rule: Parameter) -> Any:
    """Another allowed value of a parameter."""
    if isinstance(rule.default, bool):
        return not rule.default
    if rule.choices:
        return next(it for it in rule.choices if it != rule.default)
    if isinstance(rule.default, str):
        return "staff,revenue,assets,sector,founded\n" + 120 * "7,,,,\n"  # a register
    assert isinstance(rule.default, int | float)
    low, high = rule.low, rule.high
    default = rule.default
    for other in (default * 1.25 + 1, default * 1.25, default * 0.75, default * 0.75 - 1):
        value = type(default)(other)
        if value != default and (low is None or value >= low) and (high is None or value <= high):
            return value
    raise AssertionError(rule)


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_parameters_of_a_mechanism_that_is_off_change_nothing(mechanism: str) -> None:
    off = {f"{mechanism}.enabled".replace(".", "__"): False}
    others = {
        f"{mechanism}.{name}".replace(".", "__"): changed(rule)
        for name, rule in declared(GROUPS[mechanism]).items()
        if name != "enabled" and name not in STILL_READ.get(mechanism, "")
    }
    small = {"population__enterprises": 120}
    one, other = run(town(**small, **off), 13), run(town(**small, **off, **others), 13)
    assert not different(state(one), state(other))


# --- one newborn less


def without_one(monkeypatch: pytest.MonkeyPatch, month: int) -> list[int]:
    """From now on the first idea pursued in ``month`` is given up; its identity is kept in the list."""
    dropped: list[int] = []

    def dropping(considered: Callable[[World], Any]) -> Callable[[World], None]:
        def apply(world: World) -> None:
            considered(world)
            ideas = world.ideas
            pursued = np.flatnonzero(ideas.channel)
            if world.month == month and len(pursued):
                dropped.append(int(ideas.identity[pursued[0]]))
                ideas.channel[pursued[0]] = 0

        return apply

    around(monkeypatch, "entry.consider", dropping)
    return dropped


def rows_by_identity(model: EcosystemModel) -> dict[int, tuple[float, ...]]:
    table = model.enterprises
    return {int(table.identity[row]): tuple(float(values[row]) for values in table.columns.values()) for row in table}


def lifetime(months: int, settings: Scenario, rng: int = 1) -> tuple[EcosystemModel, set[int]]:
    """A world after some months, and the identities of all enterprises that it has ever had."""
    model = EcosystemModel(settings, rng=rng)
    ever: set[int] = set()
    for _ in range(months):
        model.step()
        table = model.enterprises
        ever.update(table.identity[table.alive].tolist())
    return model, ever


def test_one_newborn_less_changes_nothing_else_where_nothing_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = nation(**UNCOUPLED, population__enterprises=400)
    with_it = run(settings, 40)
    dropped = without_one(monkeypatch, 3)
    without = run(settings, 40)
    (identity,) = dropped
    one, other = rows_by_identity(with_it), rows_by_identity(without)
    one.pop(identity, None)
    assert len(one) > 300
    assert one == other


def share_that_differs(monkeypatch: pytest.MonkeyPatch, settings: Scenario, months: int) -> float:
    """Enterprises ever founded that only one of two worlds has, one newborn apart, as a share of all."""
    _, one = lifetime(months, settings)
    with monkeypatch.context() as patch:
        dropped = without_one(patch, 3)
        _, other = lifetime(months, settings)
    assert len(dropped) == 1
    assert dropped[0] in one - other
    return len(one ^ other) / len(one | other)


@pytest.mark.parametrize(
    ("settings", "months"),
    [
        (nation(population__enterprises=2000), 240),
        (nation(population__enterprises=600, market__coupled=False), 120),
        (town(population__enterprises=600, population__world="place"), 60),
    ],
    ids=["coupled", "uncoupled", "platforms and sites"],
)
def test_one_newborn_less_does_not_spread(settings: Scenario, months: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With all mechanisms at work."""
    assert share_that_differs(monkeypatch, settings, months) < 0.03


# --- orders


@pytest.mark.parametrize("months", [0, 9])
def test_the_order_of_rows_and_links_counts_for_nothing(months: int) -> None:
    start = run(town(), months)
    shuffled = permuted(start, 5)
    assert months == 0 or len(start.world.links) > 100
    assert not np.array_equal(start.enterprises.identity, shuffled.enterprises.identity)
    for model in (start, shuffled):
        model.run_for(13)
    assert not different_outcomes(start, shuffled)
    assert not different(state_by_identity(start), state_by_identity(shuffled))


def test_the_comparison_by_identity_sees_two_enterprises_changed_over() -> None:
    """The control: two enterprises exchange their quality."""
    model = run(nation(), 1)
    before = state_by_identity(model)
    quality = model.enterprises.quality
    quality[[0, 1]] = quality[[1, 0]]
    assert different(before, state_by_identity(model)) == ["enterprises.quality"]


def assert_sorted_anew(world: World) -> None:
    """The ring is as if made of all operating enterprises."""
    table = world.enterprises
    world.ring.sort(table)
    rows = np.flatnonzero(table.status == OPERATING)
    rows = rows[np.argsort(table.identity[rows])]
    assert np.array_equal(world.ring.row, rows)
    assert np.array_equal(world.ring.identity, table.identity[rows])
    assert np.array_equal(world.ring.stage, table.sector[rows] % 3)


def test_two_enterprises_of_one_identity_are_found_on_the_ring_and_off_it() -> None:
    world = run(town(), 9).world
    table, ring = world.enterprises, world.ring
    ring.sort(table)
    off = np.flatnonzero(table.alive & (table.status != OPERATING))
    assert len(off) > 1
    assert not ring.has_twice(table)
    for values, index, other in (
        (ring.identity, 1, ring.identity[0]),
        (table.identity, off[0], table.identity[off[1]]),
        (table.identity, off[0], ring.identity[0]),
    ):
        before, values[index] = values[index], other
        assert ring.has_twice(table)
        values[index] = before
    assert not ring.has_twice(table)


def in_small_pieces(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    """Give threads pieces of so few rows that a town has several: compiled, a world of ten thousands takes long."""
    monkeypatch.setattr(threads, "BLOCK", np.uint64(rows))
    monkeypatch.setattr(threads, "LEAST", rows)


@pytest.mark.parametrize("pieces", [1, 3])
def test_the_ring_kept_from_month_to_month_is_the_operating_by_identity(
    pieces: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a user closes enterprises, where another takes the row of one that the ring still holds, in parts."""
    monkeypatch.setenv(threads.VARIABLE, str(pieces))
    in_small_pieces(monkeypatch, 64)
    model = run(town(), 1)
    assert len(threads.parts(len(model.world.ring.row), pieces)) == pieces
    world, table = model.world, model.enterprises
    for month in range(24):
        assert_sorted_anew(world)
        model.leave(world.ring.row[::40])
        if month % 2:
            rows = table.add(3)
            table.identity[rows], table.status[rows] = [10**12 + month, 2**62 + month, 2**63 - 100 + month], OPERATING
            assert_sorted_anew(world)
            model.leave(rows)
        model.step()


@pytest.mark.parametrize("name", ["shougang", "haier", "economy"])
def test_free_rows_hold_nothing(name: str) -> None:
    """Newcomers are written into them as they are."""
    model = run(scenario(name, population__enterprises=300), 40)
    table = model.enterprises
    free = table.status == FREE
    unused = len(table.columns["status"]) - table.size
    assert free.sum() > 0
    assert unused > 0
    for column, values in table.columns.items():
        nothing = {-1} if column in ("platform", "site") else {0}
        if column == "partner_knowledge_0":  # matching marks that nobody is met in every row
            nothing = {0, -1}
        assert set(values[: table.size][free].tolist()) <= nothing, column
        assert (values[table.size :] == 0).all(), column


def test_the_month_is_booked_the_same_whether_or_not_anybody_looks() -> None:
    plain, checked, watched = run(town(), 1), run(town(), 1, ledger=True), run(town(), 1)
    watched.watchers.append(lambda mechanism, world: None)  # noqa: ARG005
    for model in (plain, checked, watched):
        model.run_for(12)
        assert not model.world.books.flows.any()
        assert not different(state(model), state(plain))
        assert model.recorder.months.tobytes() == plain.recorder.months.tobytes()


def in_chunks(length: int, backwards: bool) -> Callable[..., None]:
    def loop(self: World, kernel: Any, reads: type, writes: type, *rest: Any, sums: tuple[Any, ...] = ()) -> None:
        table = self.enterprises
        starts = list(range(0, table.size, length))
        for low in reversed(starts) if backwards else starts:
            edges = np.uint64(low), np.uint64(min(low + length, table.size))
            handed = (sums,) if hasattr(sums, "_fields") else sums
            kernel(*edges, self.seed, self.month, table.view(reads), table.view(writes), *rest, *handed)

    return loop


@pytest.mark.parametrize(("length", "backwards"), [(150, False), (37, True)])
def test_loops_over_chunks_equal_one_call(length: int, backwards: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run(town(), 14)
    monkeypatch.setattr(World, "loop", in_chunks(length, backwards))  # as threads might take them, in any order
    assert not different(state(whole), state(run(town(), 14)))


@pytest.mark.parametrize("number", [2, 3, 7])
def test_threads_equal_one(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts so small that a town has many; the control shows that sums which threads share would be seen."""
    in_small_pieces(monkeypatch, 16)
    monkeypatch.setenv(threads.VARIABLE, "1")
    whole = run(town(), 14)
    monkeypatch.setenv(threads.VARIABLE, str(number))
    assert len(threads.parts(whole.enterprises.size, number)) == number
    assert not different(state(whole), state(run(town(), 14)))


@pytest.mark.once
def test_threads_equal_one_with_all_that_is_off_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = town(**LEFT_OFF, mechanisms__industries__opening=0.9)
    in_small_pieces(monkeypatch, 16)
    monkeypatch.setenv(threads.VARIABLE, "1")
    whole = run(settings, 14)
    monkeypatch.setenv(threads.VARIABLE, "2")
    assert not different(state(whole), state(run(settings, 14)))


def test_each_thread_adds_to_sums_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """And all pieces are worked on, each once."""
    monkeypatch.setenv(threads.VARIABLE, "3")
    total, seen = np.zeros(2, np.int64), []

    def loop(lo: int, hi: int, mine: Any) -> None:
        seen.append((int(lo), int(hi), mine is total))
        mine += np.array([1, int(hi) - int(lo)])

    threads.run(loop, 100_000, (total,))
    assert total.tolist() == [6, 100_000]
    assert sorted((lo, hi) for lo, hi, _ in seen) == threads.parts(100_000, 6)
    assert not any(shared for *_, shared in seen)


@pytest.mark.parametrize("number", [1, 2, 7])
def test_threads_sort_as_one_does(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(threads.VARIABLE, str(number))
    in_small_pieces(monkeypatch, 16)
    rng = np.random.default_rng(1)
    for size in (0, 1, 31, 32, 1000):
        for values in (rng.normal(size=size), rng.integers(0, 5, size), np.full(size, 2.0)):
            ascending = np.sort(values)
            threads.sort(values)
            assert np.array_equal(values, ascending)


@pytest.mark.parametrize("asked", ["0", "-1", "two", "1.5"])
def test_a_wrong_number_of_threads_is_refused(asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(threads.VARIABLE, asked)
    with pytest.raises(ValueError, match="SIM_THREADS"):
        threads.thread_count()


def test_rows_and_links_of_the_largest_world_fit_their_types() -> None:
    """Rows also in the 31 bits that a bid has for one; with room to grow."""
    catalogue = model_catalogue()
    found = map(catalogue.declaration, ("population.enterprises", "mechanisms.chain.most_links"))
    most, links_each = (int(it.high) for it in found if it and it.high)
    assert most == 25_000_000
    index_of = askers(np.zeros(0, np.int64), np.zeros(0, np.int8))[1]
    rows = (Links().buyer, Links().supplier, Links().agreed, Ring().row, index_of)
    assert min(*(np.iinfo(it.dtype).max for it in rows), 2**31 - 2) > 80 * most
    assert np.iinfo(np.uint32).max > 3 * most * links_each  # links by number in `renew` and `agree`
    bid = int(bid_of(1.0 - 2.0**-33, np.uint32(80 * most)))
    assert bid < 2**63
    assert bid % 2**31 - 1 == 80 * most


# --- a stop and a resume, two at once


@pytest.mark.parametrize("months", [0, 1, 7, 12])
def test_a_world_that_was_kept_and_taken_up_again_is_the_same(months: int) -> None:
    whole = run(town(), 15)
    model = pickle.loads(pickle.dumps(run(town(), months)))  # noqa: S301 - of our own making
    model.run_for(15 - months)
    assert not different(state(whole), state(model))
    assert [agent.unique_id for agent in model.agents] == [agent.unique_id for agent in whole.agents]


def test_two_models_in_one_process_do_not_mix() -> None:
    alone = [run(town(), 10), run(nation(), 10, rng=4)]
    together = [EcosystemModel(town(), rng=1), EcosystemModel(nation(), rng=4)]
    for _ in range(10):
        for model in together:
            model.step()
            assert {agent.model for agent in model.agents} == {model}
    for one, other in zip(alone, together, strict=True):
        assert not different(state(one), state(other))
