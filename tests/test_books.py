"""Books: money, people, talent, floor and hours balance after every mechanism, and a fault is found and named."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command import call
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from worlds import SHIPPED, around, nation, run, scenario, town

import sim.model
from sim.agents.model import EcosystemModel
from sim.declare import declared
from sim.model.catalogue import model_catalogue
from sim.model.mechanisms import jobs, letting, newborns
from sim.model.record.ledger import LedgerError
from sim.model.state.accounts import ENTERPRISES, GOVERNMENT, HOUSEHOLDS, TICKS, TRAINING, UNEMPLOYED, WAGES
from sim.model.state.enterprises import OPERATING, REGISTERED
from sim.model.state.world import World

pytestmark = pytest.mark.once  # compiled worlds and tables are the same on every interpreter

CATALOGUE = model_catalogue()
SWITCHES = [key for key in CATALOGUE.parameter_groups if key.startswith("mechanisms.")]

QUICK = settings(
    max_examples=30, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip


@pytest.mark.parametrize("name", SHIPPED)
def test_the_books_of_every_shipped_scenario_balance(name: str) -> None:
    run(scenario(name, population__enterprises=400), 26, ledger=True)


@pytest.mark.parametrize("world", ["nation", "place"])
@pytest.mark.parametrize("mechanism", [None, *SWITCHES])
def test_the_books_balance_where_everything_happens(world: str, mechanism: str | None) -> None:
    """Also with any one mechanism switched off."""
    off = {f"{mechanism}.enabled".replace(".", "__"): False} if mechanism else {}
    model = run(town(population__world=world, **off), 13 if mechanism else 30, ledger=True)
    assert model.month


def test_flows_of_a_month_are_the_changes_of_the_accounts() -> None:
    model = run(town(), 6)
    books = model.world.books
    for _ in range(8):
        before = books.accounts.copy()
        model.step()
        assert int(books.month.sum()) == int(books.accounts[ENTERPRISES] - before[ENTERPRISES])
        assert int(books.month[WAGES]) < 0
        assert books.accounts.sum() == 0


def test_only_transfers_change_cash_and_flows() -> None:
    written = {
        path.stem
        for path in Path(sim.model.__path__[0]).rglob("*.py")
        for line in ast.walk(ast.parse(path.read_text()))
        if isinstance(line, ast.AugAssign) and isinstance(line.target, ast.Subscript)
        if ast.unparse(line.target.value).rpartition(".")[2] == "cash"
        or (ast.unparse(line.target.value).rpartition(".")[2] == "flows" and path.stem != "review")  # of jobs there
    }
    assert written == {"accounts"}


# --- planted faults


def plant(monkeypatch: pytest.MonkeyPatch, module: Any, month: int, fault: Callable[[World], Any]) -> None:
    """From ``month`` on, the mechanism commits a fault after its work."""

    def committing(work: Callable[[World], Any]) -> Callable[[World], Any]:
        def apply(world: World) -> Any:
            result = work(world)
            if world.month == month:
                fault(world)
            return result

        return apply

    name = module.MECHANISM.name
    around(monkeypatch, f"{name}.{module.MECHANISM.steps[0].name}", committing)


def first(world: World, status: int = OPERATING) -> int:
    return int(np.flatnonzero(world.enterprises.status == status)[3])


def pay_without_a_name(world: World) -> None:
    world.enterprises.cash[first(world)] += 1.0


def pay_less_than_a_tick(world: World) -> None:
    world.enterprises.cash[first(world)] += 0.3 / TICKS


def flow_without_an_enterprise(world: World) -> None:
    world.books.flows[WAGES] -= 7


def grant_without_a_name(world: World) -> None:
    """What adds up over all accounts, and is no payment."""
    world.books.accounts[GOVERNMENT] -= 5
    world.books.accounts[HOUSEHOLDS] += 5


def grant_from_nobody(world: World) -> None:
    world.books.accounts[GOVERNMENT] += 5


def make_a_person(world: World) -> None:
    world.enterprises.staff[first(world)] += 1


def lose_a_skilled_person(world: World) -> None:
    row = int(np.flatnonzero(world.enterprises.talent > 0)[0])
    world.enterprises.talent[row] -= 1


def train_more_than_there_are(world: World) -> None:
    table, row = world.enterprises, first(world)
    world.books.skilled[UNEMPLOYED] -= int(table.staff[row] + 1 - table.talent[row])
    table.talent[row] = table.staff[row] + 1


def employ_before_the_start(world: World) -> None:
    world.enterprises.staff[first(world, REGISTERED)] += 1
    world.books.people[UNEMPLOYED] -= 1


def owe_people(world: World) -> None:
    world.enterprises.staff[first(world)] += int(world.books.people[UNEMPLOYED]) + 1
    world.books.people[UNEMPLOYED] = -1


def let_too_little(world: World) -> None:
    row = int(np.flatnonzero(world.enterprises.site == 0)[0])
    world.enterprises.floor[row] -= 1.0


def make_floor(world: World) -> None:
    world.sites[0].renovated += 10


def lend_too_much(world: World) -> None:
    world.enterprises.borrowed_hours[first(world)] += world.hours_offered + 1.0


BY_ENTERPRISE = {pay_less_than_a_tick, train_more_than_there_are, employ_before_the_start}


@pytest.mark.parametrize(
    ("module", "fault", "account"),
    [
        (jobs, pay_without_a_name, "cash: enterprises hold"),
        (jobs, pay_less_than_a_tick, "cash"),
        (newborns, pay_without_a_name, "cash: enterprises hold"),
        (jobs, flow_without_an_enterprise, "cash: enterprises hold"),
        (letting, grant_from_nobody, "all accounts: add up to 5 ticks"),
        (jobs, grant_without_a_name, "households: changed by"),
        (jobs, make_a_person, "people: add up to"),
        (jobs, lose_a_skilled_person, "talent: add up to"),
        (newborns, train_more_than_there_are, "talent"),
        (newborns, employ_before_the_start, "people"),
        (jobs, owe_people, "people: without work -1"),
        (letting, let_too_little, "floor: mill"),
        (letting, make_floor, "floor: mill"),
        (newborns, lend_too_much, "equipment hours"),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_a_planted_fault_is_found_and_named(
    module: Any, fault: Callable[[World], Any], account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = EcosystemModel(town(), rng=1, ledger=True)
    model.run_for(5)
    plant(monkeypatch, module, 7, fault)
    model.run_for(2)
    with pytest.raises(LedgerError) as caught:
        model.step()
    text = str(caught.value)
    assert text.startswith(f"{module.__name__.rpartition('.')[2]}, month 7 (2011-08): {account}"), text
    named = [identity for identity in model.enterprises.identity.tolist() if identity and str(identity) in text]
    assert len(named) == (fault in BY_ENTERPRISE), text


def test_nothing_is_found_where_nothing_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the same, with a fault that is none."""
    plant(monkeypatch, jobs, 7, lambda world: world.books.pay(TRAINING, 3.0))
    run(town(), 9, ledger=True)


def test_without_the_ledger_a_fault_goes_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch, jobs, 3, pay_without_a_name)
    run(nation(), 5)


def test_a_run_checks_the_books_on_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = ("--no-figures", "--workers", "1", "--out", tmp_path)
    asked = ("run", "place", "--set", "population.enterprises=60", "--months", "5", "--replicates", "1", *out)
    call(*asked, "--ledger")
    (table,) = tmp_path.glob("*/outcomes.parquet")
    whole = table.read_bytes()
    call(*asked, "--fresh")
    assert table.read_bytes() == whole
    plant(monkeypatch, jobs, 3, pay_without_a_name)
    assert "1 stored worlds are not checked: --fresh runs them again" in call(*asked, "--ledger").stderr
    assert "LedgerError: jobs, month 3" in call(*asked, "--ledger", "--fresh", code=3).stderr
    assert "--ledger: events: cannot go with --events" in call(*asked, "--ledger", "--events", code=2).stderr
    past = call("run", "--from", table.parent, "--ledger", code=2).stderr
    assert "--ledger: is given with --from, whose past is not checked" in past


# --- written states and parameters


def restate(model: EcosystemModel, cash: list[int], staff: list[int]) -> None:
    """Write cash (ticks) and staff, with the books as they then are: money from households, people from elsewhere."""
    table, books = model.enterprises, model.world.books
    rows = np.flatnonzero(table.status == OPERATING)
    ticks = np.array(list(itertools.islice(itertools.cycle(cash), len(rows))), np.int64)
    people = np.array(list(itertools.islice(itertools.cycle(staff), len(rows))), np.int64)
    before = int((table.cash[rows] * TICKS).astype(np.int64).sum())
    table.cash[rows] = ticks / TICKS
    for accounts in (books.accounts, books.began):  # nothing of it is booked in this month
        accounts[ENTERPRISES] += int(ticks.sum()) - before
        accounts[HOUSEHOLDS] -= int(ticks.sum()) - before
    more = int(people.sum() - table.staff[rows].sum())
    skilled = np.minimum(table.talent[rows], people)
    fewer = int(table.talent[rows].sum() - skilled.sum())
    table.staff[rows], table.talent[rows] = people, skilled
    books.residents += more
    books.residents_skilled -= fewer
    model.ledger.check("restated")  # type: ignore[union-attr]


@QUICK
@given(
    cash=st.lists(st.integers(-(2**36), 2**40), min_size=1, max_size=12),
    staff=st.lists(st.integers(0, 200_000), min_size=1, max_size=12),
    rng=st.integers(0, 2**63 - 1),
)
def test_books_balance_from_any_state(cash: list[int], staff: list[int], rng: int) -> None:
    model = run(town(population__enterprises=60), 4, rng=rng, ledger=True)
    restate(model, cash, staff)
    model.run_for(3)


def numbers() -> list[tuple[str, float, float, type]]:
    """Every number that may change over months, with a range well beyond the plausible and within its bounds."""
    groups = {prefix: group for prefix, group in CATALOGUE.parameter_groups.items() if prefix not in CATALOGUE.fixed}
    groups |= {key: CATALOGUE.group(key) for key in ("platforms.workshop", "sites.mill")}
    found = []
    for prefix, group in groups.items():
        for name, rule in declared(group).items():
            if name in {"foreign_share", "user_share"} or isinstance(rule.default, bool | str):
                continue  # bound to each other, or no number
            low, high = rule.plausible or (0.5 * rule.default, 2.0 * rule.default)
            low, high = low - 2.0 * (high - low), high + 2.0 * (high - low)
            low = low if rule.low is None else max(low, rule.low)
            high = high if rule.high is None else min(high, rule.high)
            found.append((f"{prefix}.{name}", low, high, rule.type))
    return found


@st.composite
def overridden(draw: st.DrawFn) -> dict[str, float]:
    """Some numbers, each at a bound, near it or between the two."""
    chosen = draw(st.lists(st.sampled_from(numbers()), min_size=1, max_size=5, unique_by=lambda it: it[0]))
    values = {}
    for key, low, high, kind in chosen:
        part = draw(st.sampled_from([0.0, 1e-6, 1e-3, 0.03, 0.3, 0.9, 1.0]))
        values[key] = kind(low + part * (high - low))
    return values


@QUICK
@given(values=overridden())
def test_books_balance_far_beyond_plausible_parameters(values: dict[str, float]) -> None:
    small = {"population__enterprises": 60}
    run(town(**small, **{key.replace(".", "__"): value for key, value in values.items()}), 8, ledger=True)
