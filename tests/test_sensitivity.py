"""Sensitivity: indices, screening and shares of variance with known answers, each with a negative control."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import toy
from command import call
from toy import Listener, damage

from sim.declare import Outcome
from sim.model.catalogue import load
from sim.report.figures.sensitivities import draw_sensitivities
from sim.report.text.sensitivities import sensitivities_text
from sim.runs.errors import ResultError
from sim.runs.executor import Workers
from sim.runs.replicate import Cells, Model
from sim.scenario import Scenario, ScenarioError, describe
from sim.studies.estimators.indices import Estimate, split
from sim.studies.estimators.unit_cube import trajectories
from sim.studies.questions.sensitivity import INDICES, Sensitivities, answer_json, run_sensitivity
from sim.studies.rests import in_force
from sim.studies.stored_sensitivity import ANSWER, Sensitivity, all_stored
from sim.studies.uncertain import UNCERTAIN, uncertain

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

# Keys that take any number, and the range on which a test moves each: the unit cube of the functions below.
RANGES = {"market.demand": (1.0, 3.0), "market.rivalry": (0.5, 1.5), "market.price_elasticity": (0.0, 4.0),
          "market.payout": (0.2, 0.8)}  # fmt: skip
SIZE = "population.enterprises"
OUTCOMES = {"answer": Outcome("answer", "people", "the function"), "nothing": Outcome("nothing", "", "no value ever")}


def model(function: Callable[..., float]) -> Model:
    """The function of the keys in the unit cube, the seed and the scenario, in the model's place."""

    def run(scenario: Scenario, seed: int, months: int) -> Cells:
        cube = [(float(scenario.values[key]) - low) / (high - low) for key, (low, high) in RANGES.items()]  # type: ignore[arg-type]
        return np.tile([function(np.array(cube), seed, scenario), np.nan], (months, 1))

    return Model(run, OUTCOMES, "function")


def ask(function: Callable[..., float], tmp_path: Path, count: int = 3, replicates: int = 1, **how: Any) -> Sensitivity:
    return study(function, tmp_path, count, replicates, **how).outcomes["answer"]


def study(
    function: Callable[..., float], tmp_path: Path, count: int = 3, replicates: int = 1, **how: Any
) -> Sensitivities:
    how = {"keys": [f"{key}={low}:{high}" for key, (low, high) in RANGES.items()][:count], **how}
    scenario = how.pop("scenario", None) or toy.scenario(tmp_path, run__replicates=replicates, run__months=1)
    outcomes = how.pop("outcomes", ["answer"])
    with Workers(1) as here:
        return run_sensitivity(scenario, outcomes, model(function), toy.options(tmp_path, here, how), **how)


def by_key(found: Sensitivity, count: int) -> list[Any]:
    rows = {row.key: row for row in found.parameters}
    return [rows[key] for key in list(RANGES)[:count]]


def ishigami(x: Cells, *_: Any) -> float:
    """Ishigami and Homma 1990, a = 7, b = 0.1, on (-pi, pi)."""
    a, b, c = np.pi * (2 * x[:3] - 1)
    return float(np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a))


def sobol_g(x: Cells, *_: Any) -> float:
    return float(np.prod((np.abs(4 * x - 2) + G) / (1 + G)))


G = np.array([0.0, 1.0, 4.5, 9.0])
_PARTS = 1 / 3 / (1 + G) ** 2
_WHOLE = np.prod(1 + _PARTS) - 1
KNOWN = {
    "ishigami": (ishigami, [0.3139, 0.4424, 0.0], [0.5576, 0.4424, 0.2437]),
    "sobol_g": (sobol_g, list(_PARTS / _WHOLE), list(_PARTS * np.prod(1 + _PARTS) / (1 + _PARTS) / _WHOLE)),
}


def covered(rows: Sequence[Any], first: Sequence[float], total: Sequence[float]) -> bool:
    """The criterion: every index in its interval, and no interval so wide that it says nothing."""
    found = [(row.index.first, truth) for row, truth in zip(rows, first, strict=True)]
    found += [(row.index.total, truth) for row, truth in zip(rows, total, strict=True)]
    return all(it.low <= truth <= it.high and it.high - it.low < 0.3 for it, truth in found)


@pytest.mark.parametrize("name", KNOWN)
def test_indices_of_functions_with_a_known_answer(name: str, tmp_path: Path) -> None:
    function, first, total = KNOWN[name]
    found = ask(function, tmp_path, len(first), method="sobol", samples=512)
    rows = by_key(found, len(first))
    assert covered(rows, first, total)
    for wrong in range(len(first)):
        assert not covered(rows, [it + 0.2 * (place == wrong) for place, it in enumerate(first)], total)
        assert not covered(rows, first, [it + 0.2 * (place == wrong) for place, it in enumerate(total)])
    assert [row.key for row in found.parameters[:1]] == [list(RANGES)[int(np.argmax(total))]]
    np.testing.assert_allclose([row.share for row in rows], np.array(total) / sum(total), atol=0.05)
    assert np.isnan(found.split.seed.value), "one seed tells nothing of luck"


def test_the_effect_is_the_slope_over_the_range(tmp_path: Path) -> None:
    def linear(x: Cells, *_: Any) -> float:
        return float(5 * x[0] - 3 * x[1])

    for method, samples in (("morris", 4), ("sobol", 256)):
        rows = by_key(ask(linear, tmp_path, 3, method=method, samples=samples), 3)
        for row, slope in zip(rows, (5, -3, 0), strict=True):
            np.testing.assert_allclose(row.index.effect, slope, atol=1e-9)
        np.testing.assert_allclose([row.share for row in rows], [25 / 34, 9 / 34, 0], atol=0.05)


def test_morris_tells_what_matters_from_what_does_not(tmp_path: Path) -> None:
    def crooked(x: Cells, *_: Any) -> float:
        return float(10 * x[0] + 8 * (2 * x[1] - 1) ** 2 + 6 * x[0] * x[3])  # the third key does nothing

    rows = by_key(ask(crooked, tmp_path, 4, samples=40), 4)
    mu_star = [row.index.mu_star for row in rows]
    sigma = [row.index.sigma for row in rows]
    assert mu_star[2] == sigma[2] == Estimate(0, 0, 0)
    assert min(mu_star[k].low for k in (0, 1, 3)) > 1.0, "what does something is not screened out"
    assert mu_star[0].low <= 13 <= mu_star[0].high
    assert not mu_star[0].low <= 20 <= mu_star[0].high
    assert rows[1].index.effect.low < 0 < rows[1].index.effect.high, "up and down: no sign"
    assert sigma[1].value > mu_star[1].value > sigma[0].value


def test_noise_does_not_make_a_dummy_matter(tmp_path: Path) -> None:
    def noisy(x: Cells, seed: int, *_: Any) -> float:
        return float(10 * x[0] + 4 * x[1] + np.random.default_rng(seed).normal() * 20)

    found = ask(noisy, tmp_path, 3, replicates=4)
    assert by_key(found, 3)[2].index.mu_star.value == pytest.approx(0, abs=1e-9), "common seeds: luck cancels"
    assert found.split.seed_in_means == pytest.approx(0, abs=1e-9)


# --- parameters and seed


def stochastic(luck: float, scatter: float) -> Callable[..., float]:
    """Uniform parameters of variance (144 + 36)/12 = 15, luck common to all points, scatter of its own at each."""

    def run(x: Cells, seed: int, *_: Any) -> float:
        own = np.random.default_rng([seed % 2**32, *(int(it * 2**31) for it in x[:2])])
        return float(12 * x[0] + 6 * x[1] + luck * np.random.default_rng(seed).normal() + scatter * own.normal())

    return run


def test_the_variance_is_split_into_parameters_and_seed(tmp_path: Path) -> None:
    found = ask(stochastic(2, 3), tmp_path, 2, replicates=20, method="sobol", samples=64)
    truth = 15 / (15 + 4 + 9)
    share, seed = found.split.parameters, found.split.seed
    assert share.low <= truth <= share.high
    assert share.high - share.low < 0.35
    assert seed.low <= 1 - truth <= seed.high
    assert share.value + seed.value == pytest.approx(1)
    assert not share.low <= 15 / (15 + 9 / 20) <= share.high, "the luck left in the means is not the parameters'"
    assert found.split.seed_in_means == pytest.approx(0.45 / 15.45, abs=0.02)
    assert sum(found.kinds.values()) == pytest.approx(1)
    assert by_key(found, 2)[0].share == pytest.approx(share.value * 144 / 180, abs=0.06)


def test_luck_alone_and_no_luck() -> None:
    rng = np.random.default_rng(1)
    luck = split(np.broadcast_to(rng.normal(size=8), (20, 2, 8)))
    np.testing.assert_allclose(luck.parameters, 0, atol=1e-12)
    none = split(np.broadcast_to(rng.normal(size=(20, 2, 1)), (20, 2, 8)))
    assert none.parameters.value == pytest.approx(1)
    nothing = split(np.ones((20, 2, 8)))
    assert nothing.parameters == nothing.seed == (0, 0, 0), "nothing varies: the seed does nothing either"
    assert np.isnan(split(np.ones((20, 2, 1))).parameters.value)


def test_the_split_is_unbiased_and_its_interval_covers() -> None:
    rng = np.random.default_rng(2)
    truth, hits, wrong, values = 1 / 1.8, 0, 0, []
    for _ in range(300):
        points, luck = rng.uniform(-1, 1, (40, 2, 1)) * 3**0.5, rng.normal(size=(1, 1, 20)) * 0.3**0.5
        found = split(points + luck + rng.normal(size=(40, 2, 20)) * 0.5**0.5).parameters
        hits += found.low <= truth <= found.high
        wrong += found.low <= truth + 0.15 <= found.high
        values.append(found.value)
    assert np.mean(values) == pytest.approx(truth, abs=0.012)
    assert 0.91 <= hits / 300 <= 0.985
    assert wrong / 300 < 0.5, "a wrong answer must be covered far less often"


def test_trajectories_hang_together_and_do_not_count_as_independent() -> None:
    rng = np.random.default_rng(3)
    means = [split(_along(trajectories(6, 10, seed)) + rng.normal(size=(10, 7, 6))).parameters for seed in range(60)]
    between = 6 * (16 + 1) / (16 - 1) / 12  # six parameters of slope 1 on 16 levels
    truth = between / (between + 1)
    assert np.mean([it.value for it in means]) == pytest.approx(truth, abs=0.05)
    assert np.mean([it.low <= truth <= it.high for it in means]) > 0.88


def _along(design: Cells) -> Cells:
    return design.sum(axis=2)[:, :, None]


# --- differences


def test_where_the_sign_flips(tmp_path: Path) -> None:
    def tipping(x: Cells, seed: int, scenario: Scenario) -> float:
        size = float(str(scenario.values[SIZE])) / 1000
        return float(size * (10 * x[0] - 3 + x[1]) + np.random.default_rng(seed).normal())

    small = toy.scenario(tmp_path, "small", run__months=1, population__enterprises=1000)
    large = toy.scenario(tmp_path, "large", run__months=1, population__enterprises=2000)
    found = study(tipping, tmp_path, 3, scenario=large, against=small, samples=30).outcomes["answer"]
    assert found.baseline == pytest.approx(tipping(_cube(large), 1, large) - tipping(_cube(small), 1, small))
    assert [flip.key for flip in found.flips] == ["market.demand"]
    flip = found.flips[0]
    assert (flip.low, flip.high) == pytest.approx((1.0, 1.4)), "the lowest fifth of 1 to 3: 10 x < 2.5"
    assert flip.mean.high < 0 < found.mean
    assert found.other_sign == pytest.approx(0.25, abs=0.08)
    same = study(tipping, tmp_path, 3, scenario=large, samples=4).outcomes["answer"]
    assert same.flips == (), "an outcome of one scenario has no sign to flip"
    with pytest.raises(ScenarioError, match="nothing is left to move"):
        study(tipping, tmp_path, scenario=large, against=small, keys=[SIZE])


def _cube(scenario: Scenario) -> Cells:
    return np.array([(float(str(scenario.values[key])) - low) / (high - low) for key, (low, high) in RANGES.items()])


# --- which parameters


def test_by_default_every_guess_in_force_is_moved_within_its_range() -> None:
    scenario = load("shougang")
    found, _ = uncertain(scenario)
    moved = {row.key: axis for row, axis in found}
    guessed = {row.key: row for row in describe(scenario) if row.kind in UNCERTAIN}
    used = in_force(scenario)
    left = {
        key
        for key, row in guessed.items()
        if key in used and key not in moved and type(scenario.values[key]) in (int, float)
    }
    assert {key for key in left if not key.startswith(("run.", "levers."))} == {
        SIZE,
        "population.sectors",
        "sites.shougang.parts",
    } | {key for key in left if scenario.values[key] == 0 and not guessed[key].plausible}
    assert len(moved) > 120
    assert {"fitted", "assumption"} == {row.kind for row, _ in found}
    for row, axis in found:
        low, high = row.bounds
        assert low is None or low <= axis.low, row.key
        assert high is None or axis.high <= high, row.key
        assert axis.low <= row.value <= axis.high, row.key  # type: ignore[operator]
        assert axis.whole == (type(row.value) is int)
    rent, staff = moved["market.outside_rent"], moved["population.staff_median"]
    assert (rent.low, rent.high) == (0.0001, 0.0015), "as declared"
    assert (staff.low, staff.high) == pytest.approx((7.2, 10.8)), "20% around 9, where no range is declared"


def test_what_is_off_is_not_moved() -> None:
    off = load("shougang", {"mechanisms.entry.enabled": False})
    assert not [row.key for row, _ in uncertain(off)[0] if row.key.startswith("mechanisms.entry.")]
    pulled = load("shougang", {"levers.tax_relief": 0.2})
    assert "levers.tax_relief" in {row.key for row, _ in uncertain(pulled)[0]}


def test_keys_patterns_and_ranges_of_ones_own(tmp_path: Path) -> None:
    scenario = load("shougang")
    found, _ = uncertain(scenario, ["market.rivalry", "sites.*.rent*", "market.payout=0.1:0.2", SIZE])
    moved = {row.key: (axis.low, axis.high) for row, axis in found}
    assert moved["market.payout"] == (0.1, 0.2)
    (rent,) = uncertain(scenario, ["sites.shougang.rent=20 yuan/m2/month:40 yuan/m2/month"])[0]
    assert (rent[1].low, rent[1].high) == (0.00024, 0.00048)
    assert {"sites.shougang.rent", SIZE} < set(moved)
    keys = ["market.rivlry", "run.seed", "market.payout=0:9", "market.demand=a:b", "population.world"]
    with pytest.raises(ScenarioError) as caught:
        study(ishigami, tmp_path, outcomes=["anser"], method="sobol", samples=30, keys=keys)
    said = str(caught.value)
    assert len(caught.value.faults) == 7
    for words in ("did you mean answer?", "16 or 32", "did you mean market.rivalry?", "a key of the model",
                  "9.0 is out of bounds", '"a:b" is no range', "KEY=low:high"):  # fmt: skip
        assert words in said, words


# --- kept


def noisy(x: Cells, seed: int, *_: Any) -> float:
    return float(10 * x[0] + 4 * x[1] * x[2] + np.random.default_rng([seed % 2**32, int(x[0] * 2**31)]).normal())


def stored(out: Path, scenario: Scenario, outcome: str, version: str) -> Sensitivity | None:
    return all_stored(out, scenario, [outcome], version).get(outcome)


def test_what_is_stored_is_read_back(tmp_path: Path) -> None:
    made = study(noisy, tmp_path, replicates=4)
    scenario = made.scenario
    back = stored(tmp_path, scenario, "answer", "function")
    assert repr(back) == repr(made.outcomes["answer"])
    written = json.loads((made.path / ANSWER).read_bytes())
    assert written == answer_json(made)
    assert sum(written["outcomes"]["answer"]["kinds"].values()) == pytest.approx(1)
    assert stored(tmp_path, scenario, "nothing", "function") is None
    assert stored(tmp_path, scenario, "answer", "another version") is None
    assert stored(tmp_path, toy.scenario(tmp_path, run__months=1, market__growth=0.2), "answer", "function") is None
    assert stored(tmp_path, toy.scenario(tmp_path, run__months=2), "answer", "function") is None
    damage(made.path / ANSWER)
    assert stored(tmp_path, scenario, "answer", "function") is None
    assert repr(study(noisy, tmp_path, replicates=4).outcomes) == repr(made.outcomes)
    assert repr(stored(tmp_path, scenario, "answer", "function")) == repr(back), "mended by the same request"


def test_a_difference_is_not_taken_for_the_outcome(tmp_path: Path) -> None:
    other = toy.scenario(tmp_path, "other", run__months=1, run__replicates=1, population__enterprises=1000)
    made = study(noisy, tmp_path, against=other)
    assert stored(tmp_path, made.scenario, "answer", "function") is None


def test_an_interrupt_changes_no_byte(tmp_path: Path) -> None:
    clean = study(noisy, tmp_path / _folder(tmp_path, "clean"), replicates=3)
    with pytest.raises(KeyboardInterrupt):
        study(noisy, tmp_path / _folder(tmp_path, "stopped"), replicates=3, watcher=Listener(stop_after=30))
    listener = Listener()
    again = study(noisy, tmp_path / "stopped", replicates=3, watcher=listener)
    assert listener.done == 41 * 3 - 32 - 2
    for name in (INDICES, ANSWER):
        assert (again.path / name).read_bytes() == (clean.path / name).read_bytes()


def _folder(tmp_path: Path, name: str) -> str:
    (tmp_path / name).mkdir()
    return name


def test_an_outcome_without_values_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match="nothing has no value in any seed at 40 of 40 points"):
        study(noisy, tmp_path, outcomes=["nothing"])


def test_points_that_fail_are_left_out_with_their_block(tmp_path: Path) -> None:
    def brittle(x: Cells, *_: Any) -> float:
        if x[0] > 0.95:
            raise ArithmeticError("too much demand")
        return float(x[0])

    made = study(brittle, tmp_path, samples=20)
    assert made.failures
    found = made.outcomes["answer"]
    assert 8 <= found.points < 80
    assert by_key(found, 3)[0].index.effect.value == pytest.approx(1)


# --- what is shown


@pytest.mark.parametrize("method", ["morris", "sobol"])
def test_text_and_figures(tmp_path: Path, method: str) -> None:
    other = toy.scenario(tmp_path, "other", run__months=1, run__replicates=4, population__enterprises=1000)
    made = study(noisy, tmp_path, replicates=4, method=method, samples=8, against=other)
    text = sensitivities_text(made)
    assert "toy less other: answer in 2011-01" in text
    assert "variance: parameters" in text
    draw_sensitivities(made, print)
    assert [path.name for path in made.figures] == ["answer.png", "answer.svg"]


def test_the_command(toy_folder: Path) -> None:
    toy.scenario(toy_folder)
    common = [
        "sensitivity",
        "toy.toml",
        "--outcome",
        "startups",
        "--workers",
        "1",
        "--months",
        "3",
        "--replicates",
        "3",
        "--samples",
        "4",
    ]
    common += ["--keys", "market.growth,market.rivalry"]

    def told(*more: str) -> Mapping[str, Any]:
        done = call(*common, "--json", *more)
        assert "worlds" in done.stderr
        return json.loads(done.stdout)  # type: ignore[no-any-return]

    found = told()
    first = found["outcomes"]["startups"]["parameters"][0]
    assert (first["key"], first["kind"], found["replicates"], found["months"]) == ("market.growth", "assumption", 3, 3)
    against = told("--against", "market.demand=1.1", "--set", "market.demand=0.9")
    assert against["against"] == "toy"
    assert against["outcomes"]["startups"]["mean"] == 0, "the toy's startups do not depend on demand"
    assert "did you mean sobol?" in call(*common, "--method", "sobl", code=2).stderr
    assert "several scenarios" in call(*common, "--against", "a", "--against", "b", code=2).stderr
