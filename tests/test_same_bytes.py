"""The hashes by which versions of the model are known to give the same bytes."""

import importlib.util

import pytest
from command import ROOT

from sim.model.catalogue import model_catalogue, version_of
from sim.report.document import versions


@pytest.fixture(scope="module")
def same_bytes():
    spec = importlib.util.spec_from_file_location("same_bytes", ROOT / "docs" / "same_bytes.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_shipped_scenario_and_draw_has_a_hash_for_this_version(same_bytes):
    kept = versions.hashes_by_version().get(version_of(model_catalogue()))
    assert kept is not None, "make same"
    assert sorted(kept) == sorted(same_bytes.worlds())
    assert not [name for name, it in kept.items() if it.startswith("stops") and name in same_bytes.SHIPPED]


@pytest.mark.parametrize("name", ["chain", "haier-domestic", "shougang, draw 1"])
def test_a_world_gives_the_hash_that_is_kept(same_bytes, name):
    assert same_bytes.hash_of(name) == versions.hashes_by_version()[version_of(model_catalogue())][name]


def test_a_world_of_other_numbers_has_another_hash(same_bytes, monkeypatch):
    kept = versions.hashes_by_version()[version_of(model_catalogue())]["chain"]
    monkeypatch.setattr(same_bytes, "SEED", 2)
    assert same_bytes.hash_of("chain") != kept


def test_drawn_parameters_differ_between_draws_and_not_between_calls(same_bytes):
    first, second = same_bytes.drawn("shougang", 1), same_bytes.drawn("shougang", 2)
    assert first.values != second.values
    assert first.values == same_bytes.drawn("shougang", 1).values


def test_figures_of_a_version_with_the_same_bytes_hold(monkeypatch):
    own = version_of(model_catalogue())
    kept = {"0.9.0+a": {"w": "1"}, "0.8.0+b": {"w": "2"}, own: {"w": "1"}}
    monkeypatch.setattr(versions, "hashes_by_version", lambda: kept)
    assert versions.of_model("0.9.0+a") == f"of the model 0.9.0+a, the bytes of which {own} gives too"
    assert versions.of_model("0.8.0+b") == "of an earlier version of the model: 0.8.0+b"
    assert versions.holds("0.9.0+a")
    assert versions.holds(own)
    assert not versions.holds("0.8.0+b")
    assert not versions.holds(None)
