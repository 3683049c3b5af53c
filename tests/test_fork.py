"""Forks: a branch has the bytes of a run from the start, and nothing that is damaged or another's is gone on from."""

from __future__ import annotations

import json
import math
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import command
import mesa
import numpy as np
import pytest
from toy import Listener
from worlds import TOWN, different, different_outcomes, flat, run, state, town

from sim import api
from sim.agents.model import EcosystemModel
from sim.declare import Parameter
from sim.kernel.draws import seed_of
from sim.model.catalogue import load, model_catalogue
from sim.runs.branch import AT_FOUNDING, AT_LAUNCH, AT_VACATION, branched, first_part
from sim.runs.checkpoint import DERIVED, Damaged, restore, stamp_of, world_bytes
from sim.runs.errors import ResultError
from sim.runs.replicate import ecosystem
from sim.runs.result import Result
from sim.runs.store import Store
from sim.scenario import ScenarioError, Schedule, keys

pytestmark = pytest.mark.once  # compiled worlds and tables are the same on every interpreter

call = partial(command.call, "run", "--no-figures", "--workers", "1")
SMALL = {"population.enterprises": 120}
MONTH = 8  # 2011-09 in the town
NOW = "2011-09"
NAME = "town-enterprises-120"  # what is overridden is part of a result's name


def past_of(scenario: Any, out: Path, until: int | str = MONTH, replicates: int = 2, **how: Any) -> Result:
    return api.run(
        scenario, replicates=replicates, until=until, checkpoint=True, out=out,
        **{"workers": 1, "figures": False, "watcher": Listener()} | how,
    )  # fmt: skip


def branch(past: Any, settings: dict[str, Any] | None, out: Path, **how: Any) -> Result:
    return api.branch(past, settings, out=out, **{"workers": 1, "figures": False, "watcher": Listener()} | how)


def plain(scenario: Any, out: Path, **how: Any) -> Result:
    return api.run(scenario, out=out, workers=1, figures=False, watcher=Listener(), **how)


def table(result: Result) -> bytes:
    return (result.path / "outcomes.parquet").read_bytes()


def checkpoint(result: Result, replicate: int) -> Path:
    return result.path / "checkpoints" / f"{replicate}.world"


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """The first 8 of 14 months of a small town, two worlds."""
    return past_of(load(TOWN, {**SMALL, "run.months": 14}), tmp_path_factory.mktemp("past"))


# --- the same bytes

# Settings of a branch, and what the same is in a run from the start.
LEVERS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "several": (
        {"levers.rent_subsidy": 0.0004, "market.growth": -0.05, "mechanisms.entry.talent_rate": 0.002},
        {
            "levers.rent_subsidy": {"before": 0.0, "2011-06": 0.0002, NOW: 0.0004},
            "market.growth": {NOW: -0.05},
            "mechanisms.entry.talent_rate": {NOW: 0.002},
        },
    ),
    "a mechanism off": (
        {"mechanisms.letting.enabled": False, "mechanisms.chain.enabled": False},
        {"mechanisms.letting.enabled": {NOW: False}, "mechanisms.chain.enabled": {NOW: False}},
    ),
    "a schedule": (
        {"levers.demand": {"2011-11": 0.1}, "labour.wage": {NOW: 0.055, "2011-12": 0.07, "shape": "linear"}},
        {
            "levers.demand": {"before": 0.0, "2011-07": 0.02, "2011-11": 0.1},
            "labour.wage": {NOW: 0.055, "2011-12": 0.07, "shape": "linear"},
        },
    ),
    "nothing": ({}, {}),
    "what was so": ({"levers.demand": {"2011-07": 0.02}, "labour.wage": 0.055}, {}),
}


@pytest.mark.parametrize("which", LEVERS)
def test_a_branch_of_the_town_is_a_run_from_the_start(which: str, past: Result, tmp_path: Path) -> None:
    settings, scheduled = LEVERS[which]
    found = branch(past, settings, tmp_path / "branch")
    start = plain(load(TOWN, {**SMALL, "run.months": 14, "run.replicates": 2, **scheduled}), tmp_path / "start")
    assert (found.path.name, found.months, found.replicates) == (start.path.name, 14, (0, 1))
    assert table(found) == table(start)
    assert found.path.joinpath("summary.csv").read_bytes() == start.path.joinpath("summary.csv").read_bytes()


@pytest.mark.parametrize(
    ("name", "until", "key", "value"),
    [
        ("shougang", "2012-03", "levers.rent_subsidy", 0.0003),
        ("shougang", "2012-03", "sites.shougang.budget", 60.0),
        ("haier", 11, "platforms.haier.contacts_per_staff", 12.0),
        ("haier", 11, "mechanisms.adoption.innovation", 0.2),
    ],
)
def test_a_branch_of_a_shipped_scenario_is_a_run_from_the_start(
    name: str, until: int | str, key: str, value: float, tmp_path: Path
) -> None:
    """After the site's first letting, and after the launch of the platform."""
    given = {"population.enterprises": 300, "run.months": 18, "run.replicates": 2}
    past = past_of(load(name, given), tmp_path / "branch", until)
    found = branch(past, {key: value}, tmp_path / "branch")
    month = past.scenario.calendar(past.months)
    start = plain(load(name, {**given, key: {month: value}}), tmp_path / "start")
    same = plain(load(name, given), tmp_path / "start")
    assert (found.path.name, table(found)) == (start.path.name, table(start))
    assert table(found) != table(same)
    assert np.array_equal(found.table.cells[:, : past.months], past.table.cells, equal_nan=True)


def test_a_branch_may_be_gone_on_from_and_be_longer_than_its_past(past: Result, tmp_path: Path) -> None:
    first = branch(past, {"levers.demand": 0.1}, tmp_path, until=10, checkpoint=True)
    assert first.months == 10
    second = branch(first, {"levers.finance": 0.0}, tmp_path, months=16)
    scheduled = {
        "levers.demand": {"before": 0.0, "2011-07": 0.02, NOW: 0.1},
        "levers.finance": {"before": 0.0, NOW: 0.5, "2011-11": 0.0},
    }
    start = plain(load(TOWN, {**SMALL, "run.months": 16, "run.replicates": 2, **scheduled}), tmp_path / "start")
    assert (second.path.name, table(second)) == (start.path.name, table(start))


def test_workers_change_no_byte(past: Result, tmp_path: Path) -> None:
    with api.make_workers(2) as pool:
        other = past_of(load(TOWN, {**SMALL, "run.months": 14}), tmp_path, workers=pool)
        found = branch(other, {"levers.tax_relief": 0.0}, tmp_path, workers=pool)
    assert [checkpoint(other, n).read_bytes() for n in (0, 1)] == [checkpoint(past, n).read_bytes() for n in (0, 1)]
    assert table(found) == table(branch(past, {"levers.tax_relief": 0.0}, tmp_path / "one"))


def test_worlds_travel_to_a_cluster_and_back(past: Result, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    with api.make_workers(1, "local") as cluster:
        list(cluster.run(abs, [(1,)]))  # starts it
        cluster.elsewhere = True  # as if on other machines, where no path of this one holds
        other = past_of(load(TOWN, {**SMALL, "run.months": 14}), tmp_path, workers=cluster)
        found = branch(other, {"levers.tax_relief": 0.0}, tmp_path, workers=cluster)
    assert checkpoint(other, 1).read_bytes() == checkpoint(past, 1).read_bytes()
    assert table(found) == table(branch(past, {"levers.tax_relief": 0.0}, tmp_path / "here"))


# --- what a checkpoint holds


def thawed(months: int = 12, **overrides: Any) -> tuple[EcosystemModel, EcosystemModel]:
    """A town, and the same one from its checkpoint."""
    model = run(town(**overrides), months)
    return model, restore(world_bytes(model, {}), model.settings)


def test_every_attribute_of_a_world_is_kept_or_declared_derived() -> None:
    one, other = thawed()
    assert not different(state(one), state(other))
    kinds = [{name: type(part) for name, part in flat(model.world).items()} for model in (one, other)]
    assert kinds[0] == kinds[1]
    assert len(one.world.links) > 100
    assert len(one.world.platforms) > 2
    for kind, names in DERIVED.items():
        assert names <= vars({"World": one.world, "Recorder": one.recorder}.get(kind.__name__, one.enterprises)).keys()
    assert vars(other.recorder).keys() == vars(one.recorder).keys()
    assert all(site.state is state for site, state in zip(other.sites, other.world.sites, strict=True))


def test_a_model_keeps_no_state_beside_its_world() -> None:
    """What is added to the model must be added here, if it is made again, or to what a checkpoint holds."""
    mesas = vars(mesa.Model(rng=1)).keys()
    ours = {"seed", "settings", "world", "ledger", "recorder", "_record", "watchers", "platforms", "sites"}
    views = {"_views", "_objects", "_populations"}
    made_anew = {"datacollector"}  # reads the record
    assert vars(run(town(), 1)).keys() - mesas == ours | views | made_anew


def test_what_is_new_in_a_world_is_kept_or_refused() -> None:
    model = run(town(), 1)
    model.world.mood = {"a": [1, np.float64(0.1), np.zeros(3, np.int8)]}  # type: ignore[attr-defined]
    found: Any = restore(world_bytes(model, {}), model.settings).world
    assert repr(found.mood) == repr({"a": [1, np.float64(0.1), np.zeros(3, np.int8)]})
    model.world.mood = {1, 2}  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match=r"world\.mood is a set"):
        world_bytes(model, {})


def test_a_world_goes_on_as_if_nothing_had_been_between() -> None:
    one, other = thawed()
    one.run_for(14)
    other.run_for(14)
    assert not different(state(one), state(other))
    assert not different_outcomes(one, other)
    assert world_bytes(one, {}) == world_bytes(other, {})
    assert (one.steps, one.month, len(one.agents)) == (other.steps, other.month, len(other.agents))
    assert one.running == other.running


def test_the_bytes_tell_what_they_are_and_are_right_or_refused() -> None:
    data = world_bytes(run(town(), 2), {"model": "this"})
    assert stamp_of(data) == {"model": "this", "seed": 1, "month": 2}
    for place in range(0, len(data), 997):
        with pytest.raises(Damaged):
            stamp_of(data[:place] + bytes([data[place] ^ 255]) + data[place + 1 :])
    for cut in (0, 1, len(data) // 2, len(data) - 1):
        with pytest.raises(Damaged):
            stamp_of(data[:cut])


# --- what cannot be gone on from

DAMAGES: dict[str, Callable[[bytes, bytes], bytes]] = {
    "half-written": lambda data, _: data[: len(data) // 2],
    "empty": lambda *_: b"",
    "changed": lambda data, _: data[:3000] + bytes(200) + data[3200:],
    "another's": lambda _, other: other,
}


@pytest.mark.parametrize("how", DAMAGES)
def test_what_is_damaged_is_named_left_alone_and_not_used(how: str, tmp_path: Path) -> None:
    past = past_of(load(TOWN, {**SMALL, "run.months": 6}), tmp_path, 4)
    file, other = checkpoint(past, 1), checkpoint(past, 0)
    wrong = DAMAGES[how](file.read_bytes(), other.read_bytes())
    file.write_bytes(wrong)
    listener = Listener()
    found = branch(past, {"levers.demand": 0.1}, tmp_path, watcher=listener)
    reason = r"of another run \(seed \d+ and not \d+\)" if how == "another's" else "damaged or half-written"
    (said,) = listener.said
    assert said.startswith(f"{file}: ")
    assert re.search(reason + ".*: its replicate runs from the start$", said)
    assert file.read_bytes() == wrong
    start = plain(found.scenario, tmp_path / "start")
    assert table(found) == table(start)
    other.write_bytes(wrong[:100])
    with pytest.raises(ResultError, match="no checkpoint to continue from"):
        branch(past, {"levers.demand": 0.3}, tmp_path)
    mended = past_of(load(TOWN, {**SMALL, "run.months": 6}), tmp_path, 4)
    assert stamp_of(checkpoint(mended, 1).read_bytes())["seed"] == seed_of(mended.seed, 1)


def test_a_past_of_another_model_or_with_another_scenario_is_refused(tmp_path: Path) -> None:
    past = past_of(load(TOWN, {**SMALL, "run.months": 3}), tmp_path, 1, replicates=1)
    whole = past.path / "checkpoints" / "scenario.toml"
    text = whole.read_text()
    for wrong in (text.replace("depreciation = 0.08", "depreciation = 0.09"), text[:500], "depreciation = ["):
        whole.write_text(wrong)
        with pytest.raises(ResultError, match=r"checkpoints.scenario\.toml: damaged"):
            branch(past, {}, tmp_path)
    whole.write_text(text)
    here, store = ecosystem().version, Store(past.path)
    store.seal(store.manifest() | {"model": "0.0.9+0123"})
    with pytest.raises(ResultError, match=rf"written by model 0\.0\.9.0123, and this is {re.escape(here)}"):
        branch(past.path, {}, tmp_path)


def test_a_result_without_checkpoints_is_refused_and_gets_them(tmp_path: Path) -> None:
    scenario = load(TOWN, {**SMALL, "run.months": 3, "run.replicates": 2})
    bare = plain(scenario, tmp_path)
    before = {file.name: file.read_bytes() for file in bare.path.glob("*.*")}
    with pytest.raises(ResultError, match=r"has no checkpoints.*run it with --checkpoint"):
        branch(bare, {}, tmp_path)
    with pytest.raises(ResultError, match="no result with checkpoints of that name"):
        branch(NAME, {}, tmp_path)
    past = past_of(scenario, tmp_path, 3)
    assert {file.name: file.read_bytes() for file in past.path.glob("*.*")} == before
    assert branch(NAME, {}, tmp_path, months=4).months == 4


# --- what is asked for


def test_interrupted_runs_and_branches_go_on(tmp_path: Path) -> None:
    class Begins(Listener):
        def begin(self, name: str, done: int, of: int) -> None:
            self.begun = name, done, of

    scenario = load(TOWN, {**SMALL, "run.months": 5})
    with pytest.raises(KeyboardInterrupt):
        past_of(scenario, tmp_path, 3, watcher=Listener(stop_after=1))
    again = Begins()
    past = past_of(scenario, tmp_path, 3, watcher=again)
    assert again.begun == (NAME, 1, 2)
    with pytest.raises(KeyboardInterrupt):
        branch(past, {"levers.demand": 0.1}, tmp_path, watcher=Listener(stop_after=1))
    again = Begins()
    found = branch(past, {"levers.demand": 0.1}, tmp_path, watcher=again)
    assert again.begun == (f"{NAME}-demand", 1, 2)
    assert table(found) == table(plain(found.scenario, tmp_path / "start"))


def test_an_interrupt_while_worlds_are_written_ends_at_once(tmp_path: Path) -> None:
    """Worlds of some megabytes, which workers are still writing."""
    words = (
        "run shougang --set population.enterprises=40000 --replicates 6 --until 6 --checkpoint --workers 2 --no-figures"
    )
    command = [sys.executable, "-m", "sim", *words.split(), "--out", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as running:
        while not list(tmp_path.glob("*/checkpoints/*.world")):
            time.sleep(0.01)
            assert running.poll() is None
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
    assert (running.returncode, "interrupted" in said) == (130, True)
    for file in tmp_path.glob("*/checkpoints/*.world"):
        assert stamp_of(file.read_bytes())["month"] == 6


def test_no_more_replicates_than_the_past_has(past: Result, tmp_path: Path) -> None:
    listener = Listener()
    found = branch(past, {"levers.demand": 0.1}, tmp_path, replicates=5, watcher=listener)
    assert found.replicates == (0, 1)
    assert listener.said == [f"{past.path}: has 2 replicates: only these are branched"]
    assert branch(past, {"levers.demand": 0.15}, tmp_path, replicates=1).replicates == (0,)


def values_of(past: Any, settings: dict[str, Any], tmp_path: Path, month: int = MONTH) -> Any:
    file = tmp_path / "past.toml"
    file.write_text(load(TOWN, past).to_toml())
    return branched(file, model_catalogue(), "town", month, settings)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (0.0, 0.5, lambda m: 0.5 if m >= 8 else 0.0),
        ({"2011-03": 0.5, "2012-06": 0.0}, 0.5, lambda m: 0.5 if m >= 2 else 0.0),
        ({"2011-03": 0.5, "2012-06": 0.0}, {"2012-01": 0.3}, lambda m: (0.0, 0.5, 0.3)[(m >= 2) + (m >= 12)]),
        ({"2011-01": 0.1, "2012-01": 1.0, "shape": "linear"}, 0.2, lambda m: 0.2 if m >= 8 else 0.1 + m / 12 * 0.9),
        (
            {"2011-03": 0.5},
            {"2011-10": 0.5, "2011-12": 1.5, "shape": "linear"},
            lambda m: 0.0 if m < 2 else min(1.5, max(0.5, 0.5 + (m - 9) / 2)),
        ),
    ],
    ids=["number", "over a schedule", "a later month", "a line is cut", "a line begins"],
)
def test_the_past_stays_and_what_is_new_holds_from_the_branch_on(
    old: Any, new: Any, expected: Callable[[int], float], tmp_path: Path
) -> None:
    given = {"levers.knowledge_programme": old if isinstance(old, float) else {"before": 0.0, **old}}
    found = values_of(given, {"levers.knowledge_programme": new}, tmp_path).values["levers.knowledge_programme"]
    before = load(TOWN, given).values["levers.knowledge_programme"]
    for month in range(30):
        assert found.at(month) == pytest.approx(expected(month), abs=1e-12)
        if month < MONTH:
            assert found.at(month) == (before.at(month) if isinstance(before, Schedule) else before)


def test_the_command_and_its_object(past: Result, tmp_path: Path) -> None:
    done = call(str(TOWN), "--set", "population.enterprises=120", "--months", "14", "--replicates", "2", "--until", NOW,
                "--checkpoint", "--out", str(tmp_path))  # fmt: skip
    assert f"{NAME}: running 2 of 2 replicates" in done.stderr
    found = call("--from", NAME, "--set", "levers.demand=0.1", "--out", str(tmp_path), "--json")
    printed = json.loads(found.stdout)
    result = branch(past, {"levers.demand": 0.1}, tmp_path / "here")
    assert (Path(printed["results"]).name, printed["months"]) == (result.path.name, 14)


def test_everything_that_cannot_be_branched_is_said_at_once(past: Result, tmp_path: Path) -> None:
    settings = ("population.enterprises=300", "levers.demnd=3", "platforms.workshop.fee=2.0",
                "market.coupled=false", 'levers.demand={"2011-03"=0.1}', "labour.unemployment=0.2", "run.seed=3",
                "platforms.exchange.opens=2012-01", "sites.mill.released_staff=5.0")  # fmt: skip
    given = [part for setting in settings for part in ("--set", setting)]
    said = call("--from", str(past.path), *given, "--months", "8", "--out", str(tmp_path), code=2).stderr
    otherwise = "before the branch in 2011-09, allowed: in a run from the start"
    for text in (
        "levers.demnd: unknown key, did you mean levers.demand?",
        f"population.enterprises: is read at the founding in 2011-01, {otherwise}",
        f"labour.unemployment: is read at the founding in 2011-01, {otherwise}",
        f"run.seed: is read at the founding in 2011-01, {otherwise}",
        f"sites.mill.released_staff: is read when the site is vacated in 2011-01, {otherwise}",
        f"platforms.workshop.fee: is read at the platform's launch in 2011-01, {otherwise}",
        "market.coupled: cannot change over the months, allowed: in a run from the start",
        "platforms.exchange.opens: cannot change over the months, allowed: in a run from the start",
        "levers.demand: has other values before the branch, allowed: months from 2011-09 on",
        "run.months: 8 leaves nothing to run, allowed: more than the 8 months of the past",
    ):
        assert text in said
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_asked_together_is_said(past: Result, tmp_path: Path) -> None:
    out = "--out", str(tmp_path)
    assert "Missing argument SCENARIO" in call(*out, code=2).stderr
    said = call("shougang", "--from", str(past.path), "--seed", "3", "--events", *out, code=2).stderr
    assert all(word in said for word in ("SCENARIO: shougang is given", "--seed: 3 is given", "--events: is given"))
    said = call("shougang", "haier", "--until", "2020-01", *out, code=2).stderr
    assert said.count("is not within the run of") == 2
    assert f"did you mean {NAME}?" in said or f"is {NAME} meant?" in call(
        "--from", "twon-enterprises-120", "--out", str(past.path.parent), code=2
    ).stderr  # fmt: skip


@pytest.mark.parametrize(("until", "months"), [("8", 8), (NOW, 8), (24, 24), ("2013-01", 24)])
def test_a_month_is_a_number_or_a_date(until: int | str, months: int) -> None:
    assert first_part(load(TOWN), until).months == months


@pytest.mark.parametrize("until", ["0", "25", "2011-01", "2013-02", "soon", "-3"])
def test_a_month_outside_the_run_is_refused(until: str) -> None:
    with pytest.raises(ScenarioError, match="allowed: 1 to 24 months, or a month from 2011-02 to 2013-01"):
        first_part(load(TOWN), until)


def test_figures_belong_to_the_branch_that_reaches_them(tmp_path: Path) -> None:
    past = past_of(load("shougang", {"population.enterprises": 60}), tmp_path, 2, replicates=1)
    assert past.scenario.reported_figures == load(past.path / "scenario.toml").reported_figures == {}
    assert branch(past, {}, tmp_path).scenario.reported_figures == load("shougang").reported_figures


# --- which keys a world reads once


def scheduled_keys(*groups: str) -> list[str]:
    """Keys of the town that a scenario may schedule."""
    leaves = keys.known(model_catalogue()).parameters({"platforms": ("workshop",), "sites": ("mill",)})
    return [key for key, leaf in leaves if leaf.scheduled and key.startswith(groups)]


def is_read_once(key: str) -> bool:
    group, _, rest = key.partition(".")
    pattern = f"{group}.*.{rest.rpartition('.')[2]}" if group in keys.known(model_catalogue()).named else key
    return pattern in (*AT_FOUNDING, *AT_LAUNCH, *AT_VACATION)


def another(rule: Parameter, now: Any) -> Any:
    """The end of a parameter's range that is farther from a value; the other one of a switch."""
    if isinstance(now, bool):
        return not now
    most = min(10.0 * now + 1.0, math.inf if rule.high is None else rule.high)
    ends = [end for end in rule.plausible or (rule.low, most) if end is not None]
    return type(now)(max(ends, key=lambda end: abs(end - now)))


# The town has as many own platforms as it may have; the mill's fund is spent and its tenants are small, but none too
# small; nobody asks the workshop's for money; wages and talent's share of staff keep away from their limits.
# Enterprises hear of platforms from members, not by imitation, and big ones found none of their own; members know no
# more than others; the workshop's fee stays within its bounds, and it is no third party's.
NO_OCCASION = {
    "mechanisms.adoption.own_share", "mechanisms.adoption.own_cost", "sites.mill.ticket", "sites.mill.largest_tenant",
    "sites.mill.parts", "mechanisms.adoption.medium_factor",
    "platforms.workshop.ideas_a_month", "platforms.workshop.maker_fund", "platforms.workshop.fund_months",
    "mechanisms.adoption.own_interface_staff", "labour.least_talent_wage", "labour.most_talent_wage",
    "labour.most_talent_share", "labour.least_wage", "labour.most_wage", "sites.mill.fund", "sites.mill.least_staff",
    "sites.mill.oldest", "mechanisms.adoption.secrecy", "mechanisms.adoption.imitation", "mechanisms.adoption.most_own",
    "mechanisms.adoption.own_foreign_share", "platforms.workshop.fee_review", "platforms.workshop.reserve",
    "platforms.workshop.least_fee", "platforms.workshop.most_fee",
}  # fmt: skip


def test_what_cannot_be_branched_is_read_once_and_the_rest_is_not() -> None:
    """From one world each key is changed at once: those that are refused change nothing, and all others something."""
    model = run(town(), MONTH)
    data, same = world_bytes(model, {}), run(town(), MONTH + 12)
    groups = "labour.", "platforms.", "sites.", "mechanisms.population.", "mechanisms.adoption."
    asked = scheduled_keys(*groups)
    assert sum(map(is_read_once, asked)) == 8
    wrong = []
    for key in asked:
        leaf = keys.known(model_catalogue()).leaf(tuple(key.split(".")))
        assert leaf
        now = {NOW: another(leaf.parameter, town().values[key])}
        other = restore(data, town(**{key.replace(".", "__"): now}))
        other.run_for(12)
        if bool(different_outcomes(same, other)) == is_read_once(key):
            wrong.append(key)
    assert set(wrong) <= NO_OCCASION
