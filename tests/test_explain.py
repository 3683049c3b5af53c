"""Shares of a difference: games with known Shapley values, sums that are exact, mixtures that are what they say."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import toy
from command import call

from sim.report.figures.canvas import style
from sim.report.figures.explanations import draw_explanation, waterfall
from sim.report.text.explanations import explanation_json, explanation_text
from sim.runs.errors import Incompatible, TooLarge
from sim.runs.executor import Workers
from sim.runs.options import RunOptions
from sim.runs.replicate import Cells
from sim.scenario import Scenario, ScenarioError
from sim.studies.estimators.intervals import Interval, difference_interval
from sim.studies.questions.explain import (
    Explanation,
    Part,
    drawn_orders,
    explain_difference,
    grouped_differences,
    interval_of,
    masks_of,
    mixed,
    shapley,
    shapley_of_orders,
)

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

KEYS = ("market.growth", "labour.wage", "levers.demand", "mechanisms.letting.consider")
SECOND = dict(zip((key.replace(".", "__") for key in KEYS), (0.05, 0.09, 0.2, 0.9), strict=True))


def _moved(scenario: Scenario) -> list[float]:
    """1 for each of the keys that has the second scenario's value."""
    return [float(scenario.values[key] == value) for key, value in zip(KEYS, SECOND.values(), strict=True)]


def _cells(seed: int, months: int, startups: float) -> Cells:
    cells = np.zeros((months, len(toy.OUTCOMES)))
    cells[:, 0] = np.random.default_rng(seed).normal(size=months) + startups
    return cells


def _luck(seed: int) -> float:
    return float(np.random.default_rng([seed, 1]).normal())


def additive(scenario: Scenario, seed: int, months: int) -> Cells:
    a, b, c, _ = _moved(scenario)
    return _cells(seed, months, 5.0 * a - 2.0 * b + _luck(seed) * c)


def together_only(scenario: Scenario, seed: int, months: int) -> Cells:
    """Growth and wage do something only together: +8, and 1 each; the fourth key does nothing."""
    a, b, c, _ = _moved(scenario)
    return _cells(seed, months, a + b + 8.0 * a * b + 3.0 * c)


def all_three(scenario: Scenario, seed: int, months: int) -> Cells:
    a, b, c, _ = _moved(scenario)
    return _cells(seed, months, (9.0 + _luck(seed)) * a * b * c)


def tangled(scenario: Scenario, seed: int, months: int) -> Cells:
    """Every combination has a luck of its own on every seed."""
    key = sum(int(moved) << bit for bit, moved in enumerate(_moved(scenario)))
    return _cells(seed, months, float(np.random.default_rng([seed, key]).normal()))


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Scenario, Scenario]:
    return toy.scenario(tmp_path, "first"), toy.scenario(tmp_path, "second", **SECOND)


def explain(pair: tuple[Scenario, Scenario], out: Path, run: Any, **how: Any) -> Explanation:
    with Workers(1) as here:
        return explain_difference(*pair, "startups", toy.model(run), toy.options(out / "results", here, how), **how)


def part(explanation: Explanation, group: str) -> Part:
    return next(it for it in explanation.parts if it.group == group)


# --- known answers


def test_what_adds_up_is_given_to_whom_it_belongs(pair: tuple[Scenario, Scenario], tmp_path: Path) -> None:
    found = explain(pair, tmp_path, additive)
    assert [it.group for it in found.parts][:2] == ["market", "labour"], "the largest first"
    assert (part(found, "market").value, part(found, "labour").value) == (pytest.approx(5.0), pytest.approx(-2.0))
    assert part(found, "market").high - part(found, "market").low == pytest.approx(0.0, abs=1e-9)
    levers = part(found, "levers")
    luck = np.array([_luck(seed) for seed in map(int, found.first.manifest["seeds"].values())])
    expected = difference_interval(np.zeros(4), luck, paired=True)
    assert (levers.value, levers.low, levers.high) == pytest.approx(tuple(map(float, expected)))
    assert found.combinations == 16


def test_what_two_do_together_is_halved_and_who_does_nothing_gets_nothing(
    pair: tuple[Scenario, Scenario], tmp_path: Path
) -> None:
    found = explain(pair, tmp_path, together_only)
    assert {it.group: pytest.approx(it.value) for it in found.parts} == {
        "market": 5.0, "labour": 5.0, "levers": 3.0, "mechanisms.letting": 0.0,
    }  # fmt: skip
    nothing = part(found, "mechanisms.letting")
    assert nothing.low == pytest.approx(0.0, abs=1e-9) == nothing.high


def test_what_three_do_together_is_shared_by_three(pair: tuple[Scenario, Scenario], tmp_path: Path) -> None:
    found = explain(pair, tmp_path, all_three)
    three = [part(found, group) for group in ("market", "labour", "levers")]
    assert [it.value for it in three] == pytest.approx([found.total.mean / 3] * 3)
    assert three[0].high - three[0].low == pytest.approx((found.total.high - found.total.low) / 3), "on every seed"
    assert found.total.mean == pytest.approx(9.0, abs=3.0)


def test_the_parts_add_up_to_the_paired_difference_on_every_seed() -> None:
    rng = np.random.default_rng(5)
    values = {mask: rng.normal(size=7) for mask in range(2**5)}
    np.testing.assert_allclose(shapley(values, 5).sum(axis=0), values[31] - values[0], rtol=0, atol=1e-13)
    orders = drawn_orders(5, 3)
    shares = shapley_of_orders(values, orders)
    np.testing.assert_allclose(shares.sum(axis=0), np.tile(values[31] - values[0], (3, 1)), rtol=0, atol=1e-13)


def test_the_means_add_up_too(pair: tuple[Scenario, Scenario], tmp_path: Path) -> None:
    found = explain(pair, tmp_path, tangled)
    assert sum(it.value for it in found.parts) == pytest.approx(found.total.mean, abs=1e-12)
    assert found.variant - found.baseline == pytest.approx(found.total.mean, abs=1e-12)


def test_all_orders_drawn_would_give_the_exact_shares() -> None:
    """Many drawn orders come near to the exact values; few miss them by about what their interval says."""
    rng = np.random.default_rng(6)
    values = {mask: rng.normal() + 0.01 * rng.normal(size=30) for mask in range(2**4)}
    exact = shapley(values, 4).mean(axis=1)
    many = shapley_of_orders(values, drawn_orders(4, 2000)).mean(axis=(1, 2))
    np.testing.assert_allclose(many, exact, atol=0.03)
    few = [interval_of(shares) for shares in shapley_of_orders(values, drawn_orders(4, 12))]
    assert all(it.low - 0.1 < truth < it.high + 0.1 for it, truth in zip(few, exact, strict=True))
    assert max(it.high - it.low for it in few) > 0.1, "the width must tell that orders were drawn"


def test_orders_come_with_their_reverses_and_need_few_combinations() -> None:
    orders = drawn_orders(10, 4)
    assert orders == drawn_orders(10, 4)
    assert all(order[::-1] == other for order, other in zip(orders[::2], orders[1::2], strict=True))
    assert {0, 2**10 - 1} <= set(masks_of(orders))
    assert len(masks_of(orders)) <= 8 * 9 + 2


# --- many parts, and what is kept


MANY = {f"market__{name}": value for name, value in (
    ("growth", 0.05), ("input_share", 0.5), ("outside_rent", 0.0007), ("payout", 0.03), ("depreciation", 0.2),
    ("price_elasticity", 1.7), ("investment_speed", 0.04),
)} | {"labour__wage": 0.09, "levers__demand": 0.2}  # fmt: skip


def test_of_many_parts_orders_are_drawn_and_that_is_asked_for(tmp_path: Path) -> None:
    pair = toy.scenario(tmp_path, "first"), toy.scenario(tmp_path, "second", **MANY)
    with pytest.raises(TooLarge, match=r"worlds.*\n.*some orders are drawn: start it with --yes"):
        explain(pair, tmp_path, additive, by="key", pairs=2)
    found = explain(pair, tmp_path, additive, by="key", pairs=2, allow_long=True)
    assert len(found.parts) == 9
    assert found.orders == 4
    assert found.combinations <= 4 * 8 + 2
    assert sum(it.value for it in found.parts) == pytest.approx(found.total.mean, abs=1e-12)
    assert part(found, "market.growth").value == pytest.approx(5.0)
    assert part(found, "market.payout").value == pytest.approx(0.0, abs=1e-12)


def test_what_is_there_is_not_run_again(pair: tuple[Scenario, Scenario], tmp_path: Path) -> None:
    first = explain(pair, tmp_path, additive)
    again = explain(pair, tmp_path, toy.fail_always)
    assert explanation_json(again) == explanation_json(first)


def test_an_outcome_without_a_value_or_a_name_is_refused(pair: tuple[Scenario, Scenario], tmp_path: Path) -> None:
    with Workers(1) as here:
        ask = (toy.model(), RunOptions(tmp_path / "results", here, toy.Listener()))
        with pytest.raises(ScenarioError, match="startps: is no outcome, did you mean startups"):
            explain_difference(*pair, "startps", *ask)
        with pytest.raises(Incompatible, match="say the same"):
            explain_difference(pair[0], pair[0], "startups", *ask)
    with pytest.raises(Incompatible, match="no seed on which"):
        explain(pair, tmp_path / "elsewhere", toy.fail_always)


# --- mixtures


def test_a_mixture_has_each_value_from_where_it_says(pair: tuple[Scenario, Scenario]) -> None:
    groups = grouped_differences(*pair)
    assert groups == {key.rpartition(".")[0]: (key,) for key in KEYS}
    assert mixed(*pair, groups, []) is pair[0]
    assert mixed(*pair, groups, list(groups)) is pair[1]
    some = mixed(*pair, groups, ["labour", "levers"])
    differing = {key for key in some.values if some.values[key] != pair[0].values[key]}
    assert differing == {"labour.wage", "levers.demand"}
    assert {key for key in some.values if some.values[key] != pair[1].values[key]} == set(KEYS) - differing
    assert some.origins["labour.wage"].kind == "override"


SITE = '[sites.{}]\nvacated = "2011-01"\nopens = "2011-03"\n'


def test_a_place_that_only_one_has_is_one_part(tmp_path: Path) -> None:
    first = toy.scenario(tmp_path, "first", SITE.format("mill"))
    second = toy.scenario(tmp_path, "second", SITE.format("mill") + SITE.format("yard"), sites__mill__rent=0.001)
    for by in ("group", "key"):
        groups = grouped_differences(first, second, by)
        assert set(groups) == {"sites.yard", "sites.mill" if by == "group" else "sites.mill.rent"}
        only = mixed(first, second, groups, ["sites.yard"])
        assert only.sites == ("mill", "yard")
        assert only.values["sites.mill.rent"] == first.values["sites.mill.rent"]
        assert only.values.keys() == second.values.keys()
        rent = mixed(first, second, groups, set(groups) - {"sites.yard"})
        assert (rent.sites, rent.values.keys()) == (("mill",), first.values.keys())
        back = mixed(second, first, groups, ["sites.yard"])
        assert back.digest() == rent.digest(), "a place may be taken away as well"


def test_a_mixture_that_contradicts_itself_is_said_with_its_keys(tmp_path: Path) -> None:
    first = toy.scenario(tmp_path, "first", SITE.format("mill"))
    later = {"sites__mill__vacated": "2011-04", "sites__mill__opens": "2011-06"}
    second = toy.scenario(tmp_path, "second", SITE.format("mill"), **later)
    groups = grouped_differences(first, second, "key")
    with pytest.raises(Incompatible, match=r"(?s)vacated of second contradicts.*sites.mill.opens.*explain by group"):
        mixed(first, second, groups, ["sites.mill.vacated"])
    assert list(grouped_differences(first, second)) == ["sites.mill"]


def test_places_in_another_order_cannot_be_mixed(tmp_path: Path) -> None:
    one, other = SITE.format("mill") + SITE.format("yard"), SITE.format("yard") + SITE.format("mill")
    first = toy.scenario(tmp_path, "first", one)
    second = toy.scenario(tmp_path, "second", other, market__growth=0.05, labour__wage=0.09)
    with pytest.raises(Incompatible, match="sites: first has mill, yard and second has yard, mill"):
        mixed(first, second, grouped_differences(first, second), ["market"])


@pytest.mark.parametrize(("key", "value"), [("run__months", 7), ("run__seed", 2), ("run__replicates", 5)])
def test_what_does_not_run_alike_is_refused(tmp_path: Path, key: str, value: int) -> None:
    first, second = toy.scenario(tmp_path, "first"), toy.scenario(tmp_path, "second", **{key: value})
    with pytest.raises(Incompatible, match=f"{key.replace('__', '.')} is .* and {value}"):
        grouped_differences(first, second)


# --- what is printed and drawn


def test_as_text_as_json_and_drawn(pair: tuple[Scenario, Scenario], tmp_path: Path) -> None:
    found = explain(pair, tmp_path, together_only)
    text = explanation_text(found)
    assert "startups in 2011-06: second less first, 4 seeds" in text
    assert "market.growth" in text
    told = json.loads(json.dumps(explanation_json(found)))
    assert told["total"] == pytest.approx(13.0)
    assert {"value", "low", "high"} <= set(told["parts"]["market"])
    assert told["parts"]["market"]["changed"][0]["key"] == "market.growth"
    draw_explanation(found)
    assert {path.name for path in found.figures} == {"waterfall.png", "waterfall.svg"}
    lines = (found.path / "parts.csv").read_text().splitlines()
    assert len(lines) == 6
    assert lines[-1].startswith("total,13.0")
    before = {path.name: path.read_bytes() for path in found.figures}
    draw_explanation(found)
    assert {path.name: path.read_bytes() for path in found.figures} == before


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_no_words_of_the_waterfall_lie_on_others(pair: tuple[Scenario, Scenario], tmp_path: Path, sign: float) -> None:
    found = explain(pair, tmp_path, together_only)
    total = Interval(13_000.0 * sign, math.nan, math.nan)
    parts = tuple(replace(it, value=1e3 * sign * it.value, low=math.nan, high=math.nan) for it in found.parts)
    with style():
        axes = waterfall(replace(found, parts=parts, total=total)).axes(0).figure.axes[0]
        boxes = [it.get_window_extent() for it in axes.texts]
    assert len(boxes) == len(parts) + 2
    assert not [(one, two) for one, two in combinations(boxes, 2) if one.overlaps(two)]
    assert all(box.x1 < axes.figure.bbox.x1 for box in boxes)


def test_the_command(pair: tuple[Scenario, Scenario], toy_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy.use(monkeypatch, together_only)
    (toy_folder / "second.toml").write_text(pair[1].to_toml())
    asked = [
        "explain",
        "first.toml",
        "second.toml",
        "--outcome",
        "startups",
        "--workers",
        "1",
        "--replicates",
        "3",
        "--months",
        "4",
    ]
    told = json.loads(call(*asked, "--json").stdout)
    assert told["seeds"] == 3
    assert sum(it["value"] for it in told["parts"].values()) == pytest.approx(told["total"])
    assert "mechanisms.letting.consider" in call(*asked, "--by", "key").stdout
    assert "--by: keys" in call(*asked, "--by", "keys", code=2).stderr
