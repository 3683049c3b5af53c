"""Two worlds side by side: a planted cause is named, and what is told of each adds up to what it recorded."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from command import call, call_json
from worlds import TOWN, nation, run, scenario, town

import sim.agents.model
from sim.agents.model import EcosystemModel
from sim.kernel.draws import seed_of
from sim.model.catalogue import model_catalogue
from sim.model.state.enterprises import INCUMBENT, ORIGINS
from sim.report.figures.traces import draw_trace
from sim.report.text.traces import trace_json, trace_text
from sim.runs.errors import Incompatible
from sim.runs.event_log import EVENTS, NUMBER, EventLog
from sim.runs.events import read_events, run_with_events
from sim.runs.executor import Workers
from sim.runs.options import RunOptions
from sim.runs.replicate import ecosystem
from sim.runs.store import Store
from sim.scenario import Scenario
from sim.studies.questions.trace import Trace, trace_worlds

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter


def short(settings: Scenario, months: int = 12) -> Scenario:
    return replace(settings, values={**settings.values, "run.months": months})


def logged(settings: Scenario, months: int, rng: int = 1) -> tuple[EcosystemModel, EventLog]:
    model = EcosystemModel(settings, rng=rng)
    log = EventLog(model)
    model.run_for(months)
    return model, log


# --- the event log


COUNT = model_catalogue().counters
COUNTED = {
    ("founded", "independent"): ("founded_independent",),
    ("founded", "spin_off"): ("founded_spin_off",),
    ("founded", "maker"): ("founded_maker",),
    ("founded", "tenant"): ("founded_tenant",),
    ("started", None): ("started",),
    ("adopted", None): ("adopted",),
    ("quit", None): ("quit",),
    ("let", "newborn"): ("tenants_newborn",),
    ("let", "moved in"): ("tenants_moved",),
    ("moved_out", None): ("graduated",),
    ("arrived", None): ("tenants_from_beyond",),
    ("matched", None): ("answers",),
    ("funded", "investor"): ("finance_given",),
    ("project_begun", "own"): ("projects_begun",),
    ("project_begun", "customer's"): ("parts_asked",),
    ("project_succeeded", None): ("projects_succeeded",),
    ("project_abandoned", None): ("projects_abandoned",),
    ("stopped", None): ("stopped",),
    ("resumed", None): ("resumed",),
    ("left", None): ("deregistered",),
}
AMOUNTS = {
    "matched": ("answer_months",),
    "project_succeeded": ("reached_months", "alone_months"),
}


def tally(log: EventLog) -> Counter[tuple[str, str | None]]:
    columns = log.columns()
    found: Counter[tuple[str, str | None]] = Counter()
    for number, detail in zip(columns["event"].tolist(), columns["detail"].tolist(), strict=True):
        event = EVENTS[number]
        found[event.name, None] += 1
        if detail >= 0:
            found[event.name, event.words[detail]] += 1
    return found


@pytest.mark.parametrize("which", ["town", "place", "nation", "haier"])
def test_events_tally_with_what_the_model_counts(which: str) -> None:
    settings = {
        "town": town,
        "place": lambda: town(population__world="place"),
        "nation": nation,
        "haier": lambda: scenario("haier", population__enterprises=400),
    }[which]()
    model, log = logged(settings, 24)
    total, found, columns = model.recorder.months["total"][-1], tally(log), log.columns()
    counted = {key: sum(int(total[COUNT[name]]) for name in names) for key, names in COUNTED.items()}
    assert {key: found[key] for key in counted} == counted
    for name, counts in AMOUNTS.items():
        amounts = columns["amount"][columns["event"] == NUMBER[name]]
        assert amounts.sum() == sum(int(total[COUNT[it]]) for it in counts)
    if which == "town":
        never = {key for key in counted if not counted[key]}
        assert never <= {("founded", "maker"), ("arrived", None)}, "what never happens is untested"
        assert found["launched", None] > 0
        assert found["class_changed", None] > 0
    if which == "haier":
        assert found["founded", "maker"] > 0
    if which == "place":
        assert found["arrived", None] > 0


def test_who_leaves_and_who_is_there_is_who_was_there_and_who_came() -> None:
    settings = town(population__world="place")
    opening = run(settings, 0).enterprises.identity.tolist()
    model, log = logged(settings, 24)
    columns = log.columns()
    founded, arrived, left = (
        columns["identity"][columns["event"] == NUMBER[name]].tolist() for name in ("founded", "arrived", "left")
    )
    table = model.enterprises
    assert arrived
    assert sorted([*opening, *founded, *arrived]) == sorted([*table.identity[table.alive].tolist(), *left])


def test_a_watched_world_is_the_same_world() -> None:
    watched, _ = logged(town(), 12)
    alone = run(town(), 12)
    assert all(np.array_equal(watched.record[name], alone.record[name], equal_nan=True) for name in alone.record)


def test_the_log_is_kept_beside_the_outcomes_with_the_same_bytes_however_it_came_about(tmp_path: Path) -> None:
    settings = short(town(), 8)

    def kept(out: Path, *replicates: int, fresh: bool = False) -> bytes:
        for number in replicates:
            asked = replace(settings, values={**settings.values, "run.replicates": number})
            with Workers(1) as here:
                result = run_with_events(asked, ecosystem(), RunOptions(out, here, fresh=fresh))
        assert Store(result.path).intact("events.parquet")
        return (result.path / "events.parquet").read_bytes()

    at_once = kept(tmp_path / "a", 2)
    assert kept(tmp_path / "b", 1, 2) == at_once
    assert kept(tmp_path / "a", 2, fresh=True) == at_once
    assert kept(tmp_path / "a", 1) == at_once, "a request for fewer changes nothing"
    (folder,) = (tmp_path / "b").iterdir()
    (folder / "events.parquet").write_bytes(b"damaged")
    assert kept(tmp_path / "b", 2) == at_once
    table = read_events(Store(folder))
    assert table is not None
    rows = table.to_pylist()
    order = [(row["replicate"], row["month"]) for row in rows]
    assert order == sorted(order)
    assert {row["replicate"] for row in rows} == {0, 1}
    assert {row["platform"] for row in rows if row["event"] == "launched"} == {"workshop"}
    assert {row["site"] for row in rows if row["event"] == "let"} <= {"mill", "yard"}
    weight = run(settings, 0).world.weight
    outcomes = pq.read_table(folder / "outcomes.parquet").to_pylist()
    for replicate in (0, 1):
        founded = sum(row["event"] == "founded" and row["replicate"] == replicate for row in rows)
        (last,) = (row for row in outcomes if (row["replicate"], row["month"]) == (replicate, 7))
        assert founded * weight == pytest.approx(last["startups"])


# --- the trace


LONG = 48


def place(name: str = "shougang") -> Scenario:
    """A site that opens after three years, in a catchment of 600 enterprises; each stands for one."""
    return short(scenario(name, population__enterprises=600, mechanisms__entry__ideas_per_thousand=80.0), LONG)


@cache
def traced() -> Trace:
    return trace_worlds(place(), place("shougang-idle"))


def test_equal_worlds_never_part() -> None:
    found = trace_worlds(short(town()), short(town()))
    assert found.first is None
    assert found.first_enterprise is None
    assert {row.differing for row in found.months} == {0}
    assert all(fate.diverged is None and fate.ends[0] == fate.ends[1] for fate in found.fates)
    assert found.startups_only == (Counter(), Counter())
    assert "town (2) beside town (1)" in trace_text(found), "both have one name, and are told apart"
    assert "nothing differs" in trace_text(found)


@pytest.mark.parametrize(
    ("key", "value", "mechanism"),
    [
        ("mechanisms.projects.begin", 0.2, "projects"),
        ("mechanisms.jobs.hire", 0.9, "jobs"),
        ("mechanisms.adoption.innovation", 0.9, "adoption"),
        ("mechanisms.entry.ideas_per_thousand", 60.0, "entry"),
        ("mechanisms.newborns.start_hazard", 0.9, "newborns"),
        ("mechanisms.taxes.vat", 0.03, "taxes"),
        ("mechanisms.demand.line_loss", 0.3, "demand"),
        ("mechanisms.finance.give_up", 1.0, "finance"),
        ("levers.talent_supply", 0.4, "levers"),
        ("mechanisms.letting.consider", 0.01, "letting"),
        ("mechanisms.idle_space.lent_share", 0.0, "idle_space"),
    ],
)
def test_a_planted_cause_is_named_with_its_month(key: str, value: float, mechanism: str) -> None:
    base: dict[str, Any] = {"levers__talent_supply": 0.0}
    planted = town(**base | {key.replace(".", "__"): {"2011-08": value}})
    found = trace_worlds(short(town(**base)), short(planted))
    assert found.first is not None
    assert (found.scenario.calendar(found.first.month), found.first.mechanism) == ("2011-08", mechanism)
    assert not any(row.differing for row in found.months[:7])
    assert found.months[-1].differing > 0
    assert [change.key for change in found.changed] == [key]


def test_a_column_and_its_values_are_named() -> None:
    """The first enterprise to differ is one whose column really differs then, and only then."""
    key = "mechanisms__jobs__hire"
    scenarios = short(town()), short(town(**{key: {"2011-08": 0.9}}))
    first = trace_worlds(*scenarios).first_enterprise
    assert first is not None
    assert first.mechanism == "jobs"
    for months, differ in ((7, False), (8, True)):
        values = []
        for settings in scenarios:
            table = run(settings, months, rng=seed_of(1, 0)).enterprises
            values.append(getattr(table, first.what)[table.identity == first.identity].item())
        assert (values[0] != values[1]) is differ
    assert first.first != first.second


def test_a_platform_of_one_world_only_is_named() -> None:
    settings = short(town(platforms__exchange__enabled=False), 6), short(town(), 6)
    for one, other in (settings, settings[::-1]):
        first = trace_worlds(one, other).first
        assert first is not None
        assert (first.month, first.mechanism, first.what) == (3, "adoption", "platforms.exchange.name")
        assert {first.first, first.second} == {None, "exchange"}
    joined = [
        fate.diverged for fate in trace_worlds(*settings).fates if fate.diverged and fate.diverged.what == "platform"
    ]
    assert {it.second for it in joined} == {"exchange"}
    assert {it.first for it in joined} <= {"workshop", None}


class Dropped(EcosystemModel):
    """A model that loses a newborn of month 5 in the very step in which it came, in the scenario named so."""

    def __init__(self, settings: Scenario, rng: int) -> None:
        super().__init__(settings, rng=rng)
        self.dropped = 0
        if settings.name == "dropped":
            self.watchers.append(self._drop)

    def _drop(self, mechanism: str, world: Any) -> None:
        table = world.enterprises
        if mechanism == "newborns" and world.month == 5:
            row = int(np.flatnonzero(table.alive & (table.born == 5))[0])
            type(self).lost = int(table.identity[row]), ORIGINS[table.origin[row]]
            self.leave([row])

    lost = (0, "")


def test_one_newborn_dropped_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sim.agents.model, "EcosystemModel", Dropped)  # a step of its own would be the one that is named
    found = trace_worlds(short(town(), 6), short(replace(town(), name="dropped"), 6))
    identity, origin = Dropped.lost
    first = found.first_enterprise
    assert first is not None
    assert (first.month, first.mechanism, first.what, first.identity) == (5, "newborns", "existence", identity)
    assert (first.first, first.second) == (True, False)
    assert found.months[4].differing == 0
    assert found.months[5].only_first >= 1
    (fate,) = (fate for fate in found.fates if fate.identity == identity)
    assert (fate.ends[1], fate.origin, fate.born) == (None, origin, 5)
    assert found.startups_only[0][origin] >= 1


def test_stakes_add_up_to_what_the_worlds_recorded() -> None:
    found = traced()
    for side, settings in enumerate((place(), place("shougang-idle"))):
        model = run(settings, LONG, rng=seed_of(1, 0))
        assert sum(total.jobs[side] for total in found.group_totals) == model.record["jobs"][-1]
        assert sum(total.taxes[side] for total in found.group_totals) == pytest.approx(
            model.record["taxes"][-1], abs=1e-9
        )
        came = [fate for fate in found.fates if fate.born >= 0 and fate.ends[side] is not None]
        founded = sum(fate.origin != ORIGINS[INCUMBENT] for fate in came)
        assert founded == model.record["startups"][-1]
        assert len(came) - founded == model.record["tenants_from_beyond"][-1]
        operating = sum(fate.ends[side] == "operating" for fate in found.fates)
        assert operating == model.record["firms_operating"][-1]
    assert len(found.fates) == sum(total.enterprises for total in found.group_totals)


def test_counts_of_those_that_differ_hang_together() -> None:
    found = traced()
    for row in found.months:
        assert row.differing == sum(row.by_mechanism.values())
        assert row.only_first + row.only_second <= row.differing <= row.alive
    assert found.months[-1].differing > 10
    one, other = found.startups_only
    assert other["tenant"] < one["tenant"], "tenants come where the site is renovated"
    diverged = {fate.identity for fate in found.fates if fate.diverged}
    assert {fate.identity for fate in found.fates if fate.ends[0] != fate.ends[1]} <= diverged


def test_who_survives_in_one_only_is_told_with_the_reason() -> None:
    """Less patience with debts stops enterprises for that reason, in that world."""
    patient, hasty = short(town(), 10), short(town(mechanisms__finance__give_up={"2011-08": 1.0}), 10)
    there, not_there = trace_worlds(patient, hasty).survivors_only
    assert there.total() > 2 * not_there.total()
    assert there.total() == there["suspended, distress"] + there["struck off, distress"]
    assert trace_worlds(hasty, patient).survivors_only == (not_there, there)


def test_in_a_nation_each_enterprise_counts_for_many() -> None:
    found = trace_worlds(short(nation(), 3), short(nation(levers__demand=0.1), 3))
    assert found.weight > 1
    model = run(short(nation(), 3), 3, rng=seed_of(1, 0))
    assert sum(total.jobs[0] for total in found.group_totals) == pytest.approx(model.record["jobs"][-1])


@pytest.mark.parametrize("key", ["run.months", "run.seed", "run.start"])
def test_what_does_not_run_alike_is_refused(key: str) -> None:
    other = replace(town(), values={**town().values, key: "2011-02" if key == "run.start" else 7})
    with pytest.raises(Incompatible, match=f"has {key} .* and .* has .*side by side"):
        trace_worlds(town(), other)


def test_as_text_as_json_and_drawn(tmp_path: Path) -> None:
    found = traced()
    text = trace_text(found)
    assert "first difference: 2011-01, idle_space: sites.shougang.work" in text
    assert text.startswith("shougang-idle beside shougang: replicate 0 of seed 1, 48 months from 2011-01")
    told = json.loads(json.dumps(trace_json(found)))
    assert len(told["months"]) == LONG
    assert len(told["enterprises"]) == sum(fate.diverged is not None for fate in found.fates)
    assert told["first_difference"]["mechanism"] == "idle_space"
    draw_trace(found, tmp_path)
    assert {path.name for path in (tmp_path / "figures").iterdir()} == {"parting.png", "parting.svg"}
    assert len((tmp_path / "enterprises.csv").read_text().splitlines()) == 1 + len(told["enterprises"])
    assert (tmp_path / "months.csv").read_text().splitlines()[-1].startswith("2014-12,")
    again = tmp_path / "again"
    draw_trace(found, again)
    assert all(
        (again / path.relative_to(tmp_path)).read_bytes() == path.read_bytes()
        for path in (tmp_path / "figures").iterdir()
    )


def test_worlds_whose_enterprises_are_equal_are_drawn_too(tmp_path: Path) -> None:
    found = trace_worlds(short(place(), 2), short(place("shougang-idle"), 2))
    assert found.first is not None
    assert found.first_enterprise is None
    assert "no enterprise ever differs" in trace_text(found)
    draw_trace(found, tmp_path)
    assert (tmp_path / "figures" / "parting.png").exists()


def test_the_command(own_folder: Path) -> None:
    (own_folder / "idle.toml").write_text(f'extends = "{TOWN}"\n[sites.mill]\nrenovation = false\n')

    asked = ["trace", TOWN, "idle.toml", "--seed", "3", "--months", "4"]
    told = json.loads(call(*asked, "--json", "--replicate", "1").stdout)
    assert (told["seed"], told["replicate"], told["world_seed"]) == (3, 1, seed_of(3, 1))
    text = call(*asked)
    assert "idle beside town: replicate 0 of seed 3, 4 months from 2011-01" in text.stdout
    (line,) = (line for line in text.stderr.splitlines() if line.startswith("figure and tables: "))
    assert (own_folder / line.partition(": ")[2] / "months.csv").exists()


def test_run_keeps_events_where_asked_to(tmp_path: Path) -> None:
    asked = ["run", TOWN, "--months", "3", "--replicates", "1", "--workers", "1", "--no-figures", "--out", tmp_path]
    for more, there in (([], False), (["--events"], True)):
        assert (Path(call_json(*asked, *more)["results"]) / "events.parquet").exists() is there
