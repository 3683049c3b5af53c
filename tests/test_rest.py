"""Rest: the rule on samples with a known answer, its faults in a file, and the shipped worlds at rest in short."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import api
from sim.evidence.facts import checks
from sim.model.catalogue import model_catalogue
from sim.scenario import ScenarioError
from sim.studies.estimators.rest import block_means, rest

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

YEARS = np.arange(300) / 12.0
WORLDS = np.random.default_rng(5).normal(size=(12, 1))


@pytest.mark.parametrize(
    ("values", "state"),
    [
        (100.0 * np.exp(0.02 * WORLDS) * np.ones(300), "holds"),  # worlds differ, none changes
        (100.0 * np.exp(0.01 * YEARS + 0.0 * WORLDS), "drifts"),  # 1% a year
        (100.0 * np.exp(-0.01 * YEARS + 0.0 * WORLDS), "drifts"),
        (100.0 * np.exp(0.02 * WORLDS * YEARS), "unresolved"),  # each world moves, their mean cannot be told
        (100.0 * np.exp(0.5 * (YEARS > 10) * (YEARS <= 15) + 0.0 * WORLDS), "drifts"),  # and comes back
    ],
)
def test_known_answers(values: Any, state: str) -> None:
    found = rest(values, 0.10)
    assert found is not None
    assert found.state == state


def test_the_deciding_block_is_the_one_that_drifts() -> None:
    found = rest(100.0 * np.exp(0.5 * ((YEARS >= 10) & (YEARS < 15)) + 0.0 * WORLDS), 0.10)
    assert found is not None
    assert found.block == 2
    assert found.change == pytest.approx(0.5)
    assert found.low == pytest.approx(found.high)


def test_a_tolerance_widens_what_holds() -> None:
    values = 100.0 * np.exp(0.008 * YEARS + 0.0 * WORLDS)
    states = [found.state for tolerance in (0.05, 0.2) if (found := rest(values, tolerance))]
    assert states == ["drifts", "holds"]


def test_months_without_a_value_are_left_out_and_nothing_is_compared_with_nothing() -> None:
    decembers = np.where(np.arange(120) % 12 == 11, 7.0, np.nan)
    assert block_means(np.array([decembers, decembers]), 60).tolist() == [[7.0, 7.0], [7.0, 7.0]]
    assert rest(np.full((3, 120), np.nan), 0.1) is None
    assert rest(np.ones((1, 120)), 0.1) is None  # one world has no standard error
    assert rest(np.ones((3, 100)), 0.1) is None  # not two blocks
    assert rest(np.zeros((3, 120)), 0.1) is None


CHECK = """[own]
title = "a fact"
source = "a book"
scenario = "economy"
outcome = "jobs"
months = ["2001-01", "2015-12"]
rule = "rest"
band = [-0.1, 0.1]
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[-0.1, 0.1]", "[0.0, 0.1]", "is no tolerance"),
        ('"2015-12"]', '"2008-12"]', "rest needs ten years"),
        ('["2001-01", "2015-12"]', '"last"', "rest needs ten years"),
        ('rule = "rest"', 'rule = "rest"\nagainst = "cohort"\nform = "difference"', 'rule is "rest"'),
    ],
)
def test_what_the_rule_cannot_judge_is_refused(old: str, new: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "facts.toml"
    file.write_text(CHECK)
    assert checks(model_catalogue(), file)["own"].rule == "rest"
    (tmp_path / "broken.toml").write_text(CHECK.replace(old, new))
    with pytest.raises(ScenarioError, match=message):
        checks(model_catalogue(), tmp_path / "broken.toml")


@pytest.mark.once
@pytest.mark.parametrize(
    ("name", "least"), [("economy-at-rest", 12), ("manufacturing-at-rest", 11), ("shougang-at-rest", 5)]
)
def test_shipped_worlds_at_rest_do_not_drift(name: str, least: int, tmp_path: Path) -> None:
    """The short form: fewer and smaller worlds cannot tell rest, but tell a drift. Openings are known to drift."""
    found = api.validate(name, settings={"population.enterprises": 4000}, replicates=6, out=tmp_path)
    settled = [it for it in found.rest if it.check.group != "openings"]
    assert len(settled) >= least
    assert [f"{it.check.name}: {it.reason}" for it in settled if it.reason.startswith("drifts")] == []


@pytest.mark.once
def test_a_world_that_is_not_at_rest_drifts(tmp_path: Path) -> None:
    """The negative control: with the growth of firms and their closure off, the same statistics drift."""
    off = {"mechanisms.growth.enabled": False, "mechanisms.finance.closure": 0.0, "population.enterprises": 2000}
    found = api.validate("economy-at-rest", settings=off, replicates=3, out=tmp_path)
    assert any(it.reason.startswith("drifts") for it in found.rest)
