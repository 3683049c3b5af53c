"""Worlds kept at month 0: runs that continue from them have the bytes of runs from their opening."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from command import TESTS
from worlds import state, town

from sim.model.catalogue import model_catalogue
from sim.model.ecosystem import SWITCHED, Ecosystem
from sim.runs import openings
from sim.runs.batch import run_batch, runs_of
from sim.runs.executor import Workers
from sim.runs.openings import FOLDER, Openings, opening_digest, openings_in
from sim.runs.options import NEW_RECORDS, RunOptions
from sim.runs.replicate import ecosystem, run_recorded, run_replicate
from sim.scenario import Scenario

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

SPIN_UP: dict[str, Any] = {"run.spin_up": 20, "run.months": 6}
POLICY: dict[str, Any] = {"levers.tax_relief": 0.5, "levers.rent_subsidy": 0.001, "platforms.exchange.fee": 0.5}


@pytest.fixture
def kept(tmp_path: Path) -> Openings:
    return Openings(tmp_path / FOLDER, "test", 0.0)


def files(folder: Path) -> list[Path]:
    return sorted((folder / FOLDER).glob("*.world"))


def test_a_world_that_continues_has_the_state_of_one_from_the_opening(kept: Openings) -> None:
    settings = town(**SPIN_UP)
    for given in ({}, POLICY):
        other = town(**{**SPIN_UP, **given})
        first, second = (Ecosystem(it, 1, past=kept.of(it, 1)) for it in (settings, other))
        fresh = Ecosystem(other, 1)
        for world in (second, fresh):
            world.run_for(6)
        assert state(second) == state(fresh)
        assert first.record.cells().shape[0] == 0
    assert len(list(kept.folder.iterdir())) == 1  # policy and base share it


def test_what_no_policy_changes_has_an_opening_of_its_own() -> None:
    base = opening_digest(town(**SPIN_UP))
    assert opening_digest(town(**{**SPIN_UP, **POLICY})) == base
    for key, value in (("mechanisms.projects.solve", 0.3), ("run.start", "2011-02"), ("run.spin_up", 21)):
        assert opening_digest(town(**{**SPIN_UP, key: value})) != base
    assert not opening_digest(town())  # nothing is run before month 0


def test_only_months_before_the_first_count_of_a_schedule() -> None:
    key, base = "market.demand", town(**SPIN_UP)
    later = town(**{**SPIN_UP, key: {"before": base.values[key], base.calendar(2): 1.2}})
    sooner = town(**{**SPIN_UP, key: {"before": base.values[key], base.calendar(-3): 1.2}})
    assert opening_digest(later) != opening_digest(sooner)
    assert opening_digest(later) == opening_digest(
        town(**{**SPIN_UP, key: {"before": base.values[key], base.calendar(3): 1.4}})
    )


@pytest.mark.parametrize("name", ["shougang", "haier", "third-party", "new-industries"])
def test_nothing_that_does_not_count_is_read_before_month_0(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Groups of which no value counts are not read; of a site, nothing but what enters no state."""
    import sim

    settings = sim.load(name, overrides={"population.enterprises": 300, "run.spin_up": 3})
    read: set[str] = set()
    group = Scenario.group

    def reading(self: Scenario, prefix: str, month: int = 0) -> Any:
        if month < 0:
            read.add(prefix)
        return group(self, prefix, month)

    monkeypatch.setattr(Scenario, "group", reading)
    Ecosystem(settings, 1)
    assert "mechanisms.projects" in read
    later = [it for it in openings.LATER if it != "sites"]
    assert not [it for it in read if it.startswith(tuple(later))]


def test_mechanisms_that_are_off_before_month_0_are_those_that_do_not_count() -> None:
    names = {model_catalogue().by_name[it].prefix for it in SWITCHED}
    assert {it for it in openings.LATER if "." in it} < names | {"levers"}


def test_sites_have_no_part_in_what_is_kept(kept: Openings) -> None:
    import sim

    small = {"population.enterprises": 300, "run.spin_up": 6, "run.months": 9}
    plain = sim.load("shougang", overrides=small)
    cheap = sim.load("shougang", overrides={**small, "sites.shougang.rent": 0.00005, "sites.shougang.opens": "2011-03"})
    Ecosystem(plain, 2, past=kept.of(plain, 2))
    worlds = Ecosystem(cheap, 2, past=kept.of(cheap, 2)), Ecosystem(cheap, 2)
    for world in worlds:
        world.run_for(9)
    assert state(worlds[0]) == state(worlds[1])
    assert len(list(kept.folder.iterdir())) == 1


def test_damage_is_run_again_and_mended(kept: Openings) -> None:
    settings = town(**SPIN_UP)
    expected = run_replicate(settings, 1, 6, kept)
    (file,) = kept.folder.iterdir()
    whole = file.read_bytes()
    run_replicate(settings, 2, 6, kept)
    others = next(it for it in kept.folder.iterdir() if it != file).read_bytes()
    for damaged in (b"", whole[:50], whole[:-1] + b"\0", others):
        file.write_bytes(damaged)
        assert run_replicate(settings, 1, 6, kept).tobytes() == expected.tobytes()
        assert file.read_bytes() == whole


def test_the_least_recently_used_make_room_and_those_of_this_run_stay(
    kept: Openings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = town(**SPIN_UP)
    run_replicate(settings, 1, 6, kept)
    (old,) = kept.folder.iterdir()
    size = old.stat().st_size
    os.utime(old, (1, 1))
    monkeypatch.setattr(openings, "MOST_BYTES", size * 3 // 2)
    run_replicate(settings, 2, 6, kept)  # in a run that began after the old one was used
    assert old.exists()
    now = Openings(kept.folder, "test", 2.0)
    run_replicate(settings, 3, 6, now)
    assert not old.exists()
    assert len(list(kept.folder.iterdir())) == 1
    run_replicate(settings, 4, 6, now)  # no room
    assert len(list(kept.folder.iterdir())) == 1


def test_a_what_if_keeps_the_openings_that_its_scenarios_share(tmp_path: Path) -> None:
    base, policy = town(**SPIN_UP), town(**{**SPIN_UP, **POLICY})
    model = ecosystem()
    with Workers(1) as here:
        found = run_batch([base, policy], model, RunOptions(tmp_path, here, records=NEW_RECORDS))
        fresh = run_batch([base, policy], model, RunOptions(tmp_path / "fresh", here, fresh=True, records=NEW_RECORDS))
    assert len(files(tmp_path)) == base.replicates
    assert not files(tmp_path / "fresh")
    for one, other in zip(found, fresh, strict=True):
        assert one.table.cells.tobytes() == other.table.cells.tobytes()
        for name in ("records/0.record", "outcomes.parquet"):
            assert not (one.path / name).exists() or (one.path / name).read_bytes() == (other.path / name).read_bytes()
    assert (
        run_recorded(policy, 1, 6)[1] == run_recorded(policy, 1, 6, Openings(tmp_path / FOLDER, model.version, 0.0))[1]
    )


def test_worlds_of_an_assumption_are_not_kept(tmp_path: Path) -> None:
    model = ecosystem()
    with Workers(1) as here:
        options = RunOptions(tmp_path, here)
        solves = [town(**{**SPIN_UP, "mechanisms.projects.solve": it}) for it in (0.2, 0.3)]
        assert runs_of(model.run, solves, model, options) == [model.run] * 2
        assert runs_of(model.run, solves[:1], model, options) != [model.run]
        assert runs_of(model.run, [solves[0], solves[0]], model, options)[0] is not model.run
        assert runs_of(model.run, [town()], model, options) == [model.run]  # without spin-up


def test_nothing_is_kept_with_mechanisms_of_ones_own_nor_through_a_link(kept: Openings, tmp_path: Path) -> None:
    import sim

    own = sim.load("shougang", mechanisms=[TESTS / "mentoring.py"])
    assert kept.of(own, 1) is None
    assert kept.of(sim.load("shougang"), 1) is not None
    assert kept.of(town(), 1) is None  # without months before the first
    assert openings_in(tmp_path, "test") is not None
    (tmp_path / FOLDER).symlink_to(tmp_path / "elsewhere")
    assert openings_in(tmp_path, "test") is None
