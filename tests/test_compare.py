"""Comparisons: differences with a known answer, pairs and nothing else, exact zeros."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import toy
from scipy import stats
from toy import run, with_replicates

from sim.model.catalogue import load
from sim.report.comparison_sheets import by_evidence
from sim.report.html.outcomes import differences_of
from sim.report.text.changes import changes_text
from sim.report.text.comparison import comparison_json, variant_text
from sim.report.text.left_out import notes_without_one
from sim.runs.errors import Incompatible
from sim.runs.result import Result
from sim.runs.store import clean
from sim.runs.summary import median_interval
from sim.runs.table import Table
from sim.studies.changes import changes
from sim.studies.estimators.influence import influence, influences
from sim.studies.estimators.intervals import (
    difference_interval,
    difference_over_months,
    interval_kind,
    mean_interval,
    t_quantile,
    variance_reduction,
)
from sim.studies.estimators.signs import sign_of
from sim.studies.questions.compare import Comparison, Difference, compare_results
from sim.studies.rests import in_force, rests_on, rests_text

pytestmark = pytest.mark.once  # compiled worlds and tables are the same on every interpreter

BETTER = {name: outcome.better for name, outcome in toy.OUTCOMES.items()}
LEVERS = '[levers]\ntalent_supply = {{ "2011-02" = {} }}\n'


def compare(*results: Result, out: Path = Path("unused"), **how: Any) -> Comparison:
    return compare_results(results, out, BETTER, **how)


def of(comparison: Comparison, outcome: str) -> Difference:
    return next(it for it in comparison.variants[0].differences if it.outcome == outcome)


@pytest.fixture
def old(tmp_path: Path) -> Result:
    return run(toy.scenario(tmp_path, run__replicates=12), tmp_path)


@pytest.fixture
def new(tmp_path: Path) -> Result:
    return run(toy.scenario(tmp_path, "variant", run__replicates=9, market__growth=0.05), tmp_path)


# --- the statistics


def test_the_paired_interval_of_a_symmetric_sample_is_the_t_interval() -> None:
    rng = np.random.default_rng(1)
    before, half = rng.normal(size=16), rng.normal(size=8)
    after = before + 0.4 + np.concatenate((half, -half))
    found = difference_interval(before, after, paired=True)
    expected = stats.ttest_rel(after, before).confidence_interval(0.95)
    assert found.mean == pytest.approx(np.mean(after - before))
    assert (found.low, found.high) == (pytest.approx(expected.low), pytest.approx(expected.high))


def test_a_long_tail_pulls_the_interval_its_way() -> None:
    drawn = np.random.default_rng(2).exponential(size=30)
    found, turned = mean_interval(drawn), mean_interval(-drawn)
    assert found.high - found.mean > 1.2 * (found.mean - found.low)
    assert (turned.low, turned.high) == (pytest.approx(-found.high), pytest.approx(-found.low))


def test_one_definition_holds_from_few_draws_on_and_no_interval_widens_as_draws_are_added() -> None:
    drawn = np.random.default_rng(2).exponential(size=(30, 4000))
    found = {count: mean_interval(drawn[:count]) for count in (4, *range(8, 13), 20, 30)}
    widths = {count: float(np.mean(it.high - it.low)) for count, it in found.items()}
    for count in range(8, 12):
        plain = t_quantile(count) / np.sqrt(count + 1) / (t_quantile(count - 1) / np.sqrt(count))
        assert widths[count + 1] / widths[count] == pytest.approx(float(plain), abs=0.03), count
    covered = {count: float(np.mean((it.low <= 1.0) & (it.high >= 1.0))) for count, it in found.items()}
    for count, least in ((4, 0.87), (10, 0.90), (20, 0.93), (30, 0.938)):
        assert covered[count] > least, covered
    ten, half = drawn[:10], t_quantile(9) * np.std(drawn[:10], axis=0, ddof=1) / np.sqrt(10)
    assert covered[10] > np.mean(np.abs(ten.mean(axis=0) - 1.0) <= half) + 0.01, "better than the plain interval"
    assert "corrected" in interval_kind()


def test_the_unpaired_interval_is_welchs() -> None:
    rng = np.random.default_rng(2)
    before, after = rng.normal(size=15), 3 * rng.normal(size=7)
    found = difference_interval(before, after, paired=False)
    expected = stats.ttest_ind(after, before, equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == (pytest.approx(expected.low), pytest.approx(expected.high))


@pytest.mark.parametrize("paired", [True, False])
def test_the_interval_covers_a_known_difference_as_often_as_it_says(paired: bool) -> None:
    rng = np.random.default_rng(3)
    before, after = rng.normal(size=(2, 10, 4000))  # 4,000 trials of 10 seeds
    found = difference_interval(before, after + 0.5, paired)
    assert 0.94 < np.mean((found.low <= 0.5) & (found.high >= 0.5)) < 0.962
    assert np.mean((found.low <= 0.0) & (found.high >= 0.0)) < 0.9, "a wrong answer must be covered less often"


# The differences of the shipped pairs have a skewness of 0.6 in the middle, of 1.7 in one of ten; exponential draws: 2.
SKEWED = [
    (lambda rng, size: rng.normal(size=size), 0.0, 0.0),
    (lambda rng, size: rng.gamma(4.0, size=size), 4.0, 3.672),
    (lambda rng, size: rng.exponential(size=size), 1.0, np.log(2.0)),
    (lambda rng, size: -rng.lognormal(0.0, 0.5, size=size), -np.exp(0.125), -1.0),
]


@pytest.mark.parametrize("seeds", [20, 30])
@pytest.mark.parametrize(("draw", "mean", "median"), SKEWED)
def test_intervals_of_skewed_differences_cover_93_to_97_percent(
    draw: Any, mean: float, median: float, seeds: int
) -> None:
    drawn = draw(np.random.default_rng(7), (seeds, 4000))
    found = mean_interval(drawn)
    assert 0.93 <= np.mean((found.low <= mean) & (found.high >= mean)) <= 0.97
    middles = np.array([median_interval(sample) for sample in drawn.T])
    assert 0.93 <= np.mean((middles[:, 1] <= median) & (middles[:, 2] >= median)) <= 0.97


def test_too_few_draws_give_no_interval_of_the_median() -> None:
    assert median_interval(np.array([])) == (None, None, None)
    assert median_interval(np.arange(5.0)) == (2.0, None, None)
    middle, low, high = median_interval(np.arange(6.0))
    assert (middle, low + high) == (2.5, pytest.approx(5.0))  # type: ignore[operator]
    assert 0.0 < low < 1.0  # type: ignore[operator]


def test_pairs_are_worth_having() -> None:
    rng = np.random.default_rng(4)
    luck = rng.normal(size=20)
    before, after = luck + 0.05 * rng.normal(size=20), luck + 0.1
    paired, unpaired = (difference_interval(before, after, paired) for paired in (True, False))
    assert paired.high - paired.low < 0.2 * (unpaired.high - unpaired.low)


def test_power_is_how_many_times_as_many_runs_independent_seeds_would_take() -> None:
    rng = np.random.default_rng(5)
    luck = rng.normal(size=4000)
    before, after = (luck + 0.25 * rng.normal(size=4000) for _ in range(2))
    worth = variance_reduction(before, after)
    assert worth == pytest.approx(2 * (1 + 0.25**2) / (2 * 0.25**2), rel=0.1)  # variances of known parts
    assert variance_reduction(before, rng.normal(size=4000)) == pytest.approx(1.0, rel=0.1)
    assert variance_reduction(before, before + 2.0) is None
    more = round(100 * float(worth or 0))
    paired = difference_interval(before[:100], after[:100], paired=True)
    unpaired = difference_interval(rng.choice(before, more), rng.choice(after, more), paired=False)
    assert unpaired.high - unpaired.low == pytest.approx(paired.high - paired.low, rel=0.15)


def test_months_without_a_value_have_no_difference() -> None:
    before = np.array([[np.nan, np.nan, 1.0], [np.nan, 2.0, 1.0], [np.nan, 2.0, 2.0]])
    after = before + np.array([[1.0], [2.0], [3.0]])
    found = difference_over_months(before, after, paired=True)
    np.testing.assert_array_equal(found.mean, [np.nan, 2.5, 2.0])
    assert np.isnan(found.low[0])
    assert found.low[1] == difference_interval(before[1:, 1], after[1:, 1], paired=True).low


# --- a difference that depends on one seed

ROBUST = np.array([1.0, 1.1, 0.9, 1.2, 0.8, 1.0, 1.1, 0.9, 1.0, 1.3, 0.7, 1.0])


def test_leaving_one_out_is_the_interval_of_the_others() -> None:
    rng = np.random.default_rng(8)
    drawn = rng.exponential(size=(14, 60)) - 0.4
    drawn[rng.random(drawn.shape) < 0.2] = np.nan
    found = influences(drawn)
    decided = 0
    for at, column in enumerate(drawn.T):
        rows = np.flatnonzero(np.isfinite(column))
        others = {row: mean_interval(column[rows[rows != row]]) for row in rows}
        whole = sign_of(*mean_interval(column[rows]))
        changing = [row for row in rows if sign_of(*others[row]) != whole]
        away = [abs(others[row].mean - column[rows].mean()) for row in changing or rows]
        assert found.replicate[at] == (changing or list(rows))[int(np.argmax(away))]
        assert found.decides[at] == bool(changing)
        assert found.value[at] == column[found.replicate[at]]
        np.testing.assert_allclose([it[at] for it in found.without], others[found.replicate[at]], rtol=1e-9)
        decided += bool(changing)
    assert 3 < decided < 57, "the sample has both kinds"


def test_below_six_seeds_none_is_left_out() -> None:
    assert influence(np.arange(5.0)) is None
    assert influence(np.array([*np.arange(5.0), np.nan])) is None
    assert influence(np.arange(6.0)) is not None


def test_what_differs_on_one_seed_alone_is_nothing_without_it() -> None:
    for count in range(6, 41):
        for value in (12.0, 1.0, -3.0, 0.1):
            found = influence(np.array([0.0] * (count - 1) + [value]))
            assert found is not None
            assert (found.replicate, found.value, found.without) == (count - 1, value, (0.0, 0.0, 0.0))
            assert not found.decides, "neither with nor without it there is a difference"
    found = influence(np.array([2.0] * 9 + [-31.0]))
    assert found is not None
    assert found.without == pytest.approx((2.0, 2.0, 2.0))
    assert found.decides


def moved(old: Result, tmp_path: Path, by: Any) -> Result:
    """The result with jobs moved by so much in each replicate."""
    cells = old.table.cells.copy()
    cells[:, :, old.table.names.index("jobs")] += by[:, None]
    table = Table(old.table.replicates, old.table.names, old.table.units, cells)
    return Result(tmp_path / "moved", old.scenario, old.manifest, table)


def test_a_difference_that_depends_on_one_seed_says_which_and_how_much(old: Result, tmp_path: Path) -> None:
    comparison = compare(old, moved(old, tmp_path, toy.HANGING))
    jobs = of(comparison, "jobs")
    assert jobs.low > 0
    assert jobs.verdict == "more, only with replicate 11"
    assert not jobs.robust
    assert (jobs.left_out, jobs.left_out_value) == (11, pytest.approx(1.03))
    assert jobs.without == pytest.approx(toy.HANGING[:11].mean())
    assert jobs.without_low is not None
    assert jobs.without_low < 0
    text = variant_text(comparison, comparison.variants[0], ["jobs"])
    assert "more, only with replicate 11" in text
    assert "jobs: replicate 11 has +1.03; without it +0.257 (-0.0" in text
    assert "not distinguishable from 0" in " ".join(text.split())
    told = as_json(comparison)["outcomes"]["jobs"]
    assert (told["verdict"], told["hangs_on_one"], told["left_out"]) == ("more, only with replicate 11", True, 11)
    row = next(row for row in comparison.rows if row["outcome"] == "jobs")
    assert row["hangs_on_one"] is True
    assert row["left_out_value"] == pytest.approx(1.03)
    assert "jobs" not in by_evidence(comparison)


def test_page_and_terminal_say_alike_what_depends_on_one_seed(old: Result, tmp_path: Path) -> None:
    comparison = compare(old, moved(old, tmp_path, toy.HANGING))
    variant = comparison.variants[0]
    (said,) = notes_without_one([of(comparison, "jobs")])
    assert said in variant_text(comparison, variant, ["jobs"])
    page = unescape(str(differences_of(variant, "old", ["jobs"], {})))
    assert f'<p class="note">{said.replace("jobs", "Jobs", 1)}</p>' in page
    robust = of(compare(old, moved(old, tmp_path, ROBUST)), "jobs")
    assert notes_without_one([robust]) == []


def test_a_difference_of_all_seeds_does_not_depend_on_one(old: Result, tmp_path: Path) -> None:
    comparison = compare(old, moved(old, tmp_path, ROBUST))
    jobs = of(comparison, "jobs")
    assert (jobs.verdict, jobs.robust, jobs.hangs_on_one) == ("more", True, False)
    assert jobs.left_out == 9
    assert "replicate" not in variant_text(comparison, comparison.variants[0], ["jobs"])
    assert "jobs" in by_evidence(comparison)


def test_one_seed_that_hides_a_difference_is_named(old: Result, tmp_path: Path) -> None:
    comparison = compare(old, moved(old, tmp_path, np.array([*ROBUST[:11], -30.0])))
    jobs = of(comparison, "jobs")
    assert (jobs.verdict, jobs.hangs_on_one) == ("not distinguishable from 0", True)
    text = variant_text(comparison, comparison.variants[0], ["jobs"])
    assert "jobs: replicate 11 has -30; without it +1 (" in text
    assert "), more\n" in text


# --- pairs


def test_seed_by_seed_on_the_seeds_in_common(old: Result, new: Result) -> None:
    comparison = compare(old, new)
    startups = of(comparison, "startups")
    assert startups.seeds == 9
    assert startups.paired
    assert startups.difference == pytest.approx(6 * 2.0)  # six months at two more, whatever the luck
    assert startups.variant - startups.baseline == pytest.approx(startups.difference)
    assert startups.baseline == pytest.approx(old.table.of("startups")[:9, -1].mean())
    assert (startups.better_share, startups.verdict) == (1.0, "more")
    cost = of(comparison, "fiscal_cost")
    assert (cost.better_share, cost.verdict) == (0.0, "more")
    assert of(comparison, "big_asset_share").better_share is None


def test_what_is_the_same_differs_by_exactly_nothing(old: Result, tmp_path: Path) -> None:
    twin = run(toy.scenario(tmp_path, "twin", run__replicates=12), tmp_path)
    comparison = compare(old, twin)
    assert comparison.variants[0].changed == ()
    for it in comparison.variants[0].differences:
        assert (it.difference, it.low, it.high) == (0.0, 0.0, 0.0)
        assert it.verdict == "equal on every seed"
    told = variant_text(comparison, comparison.variants[0], ("startups",))
    assert "0%" not in told, "in none better and in none worse says nothing"
    assert "intervals: Student's t, corrected" in told


def test_one_pair_has_no_interval(old: Result, new: Result) -> None:
    one = Result(new.path, new.scenario, new.manifest, new.table.only([3]))
    it = of(compare(old, one), "startups")
    assert it.seeds == 1
    assert np.isnan(it.low)
    assert it.verdict == "no interval from one seed"


def test_an_outcome_that_has_no_value_says_so(old: Result) -> None:
    empty = Table(old.table.replicates, old.table.names, old.table.units, np.full_like(old.table.cells, np.nan))
    it = of(compare(old, Result(old.path, old.scenario, old.manifest, empty)), "jobs")
    assert (it.seeds, it.verdict) == (0, "no value")


def test_the_verdict_needs_the_interval_clear_of_zero() -> None:
    def told(low: float, high: float) -> str:
        return Difference("x", "", 1.0, 2.0, (low + high) / 2, low, high, None, True, 5).verdict

    assert told(-1.0, 3.0) == "not distinguishable from 0"
    assert told(0.0, 3.0) == "not distinguishable from 0"
    assert told(0.1, 3.0) == "more"
    assert told(-3.0, -0.1) == "less"


# --- what cannot be compared


def test_other_seeds_are_refused_with_the_reason_or_compared_unpaired(old: Result, tmp_path: Path) -> None:
    other = run(toy.scenario(tmp_path, "other", run__seed=2), tmp_path)
    with pytest.raises(Incompatible, match=r"seed 1 and .* has seed 2.*--unpaired"):
        compare(old, other)
    comparison = compare(old, other, unpaired=True)
    it = of(comparison, "startups")
    assert not it.paired
    assert it.better_share is None
    assert it.baseline == pytest.approx(old.table.of("startups")[:, -1].mean())


@pytest.mark.parametrize("change", [{"run__months": 7}, {"run__start": "2011-02"}])
def test_other_months_are_refused(old: Result, tmp_path: Path, change: dict[str, Any]) -> None:
    other = run(toy.scenario(tmp_path, "other", **change), tmp_path)
    for unpaired in (False, True):
        with pytest.raises(Incompatible, match="months from 2011-0"):
            compare(old, other, unpaired=unpaired)


def test_no_seed_in_common_is_refused(old: Result) -> None:
    first, last = (Result(old.path, old.scenario, old.manifest, old.table.only(part)) for part in ([0, 1], [2, 3]))
    with pytest.raises(Incompatible, match="no replicate in common"):
        compare(first, last)


# --- what was changed


def test_changes_are_named_with_unit(tmp_path: Path) -> None:
    first = toy.scenario(tmp_path, "first", LEVERS.format("0.1"), run__replicates=5)
    second = toy.scenario(tmp_path, "second", LEVERS.format("0.2"), market__growth=0.05)
    found = {it.key: it for it in changes(first, second)}
    assert list(found) == ["market.growth", "levers.talent_supply"], "the number of replicates is no change"
    growth = found["market.growth"]
    assert (growth.old, growth.new, growth.unit) == (0.03, 0.05, "1/year")
    assert (growth.kind, growth.source) == ("assumption", "set by --set"), "the source of the old value"
    assert found["levers.talent_supply"].new["2011-02"] == 0.2
    said = ["market.growth", "3", "->", "5%/year", "assumption:", "set", "by", "--set"]
    assert changes_text((growth,))[1].split() == said
    lines = changes_text(tuple(found.values()))  # a schedule leaves no room for a source beside it
    assert (lines[1] + lines[2]).split() == said
    assert max(map(len, lines)) <= 80


def test_a_site_that_only_one_has_is_a_change(tmp_path: Path) -> None:
    text = "[sites.works]\n"
    found = changes(toy.scenario(tmp_path, "without"), toy.scenario(tmp_path, "with", text))
    assert found
    assert all(it.key.startswith("sites.works.") and it.old is None for it in found)


# --- what is printed


def test_several_variants_and_names_that_are_told_apart(old: Result, new: Result, tmp_path: Path) -> None:
    again = run(toy.scenario(tmp_path, market__growth=0.01), tmp_path)
    comparison = compare(old, new, again)
    assert [comparison.label, *(it.label for it in comparison.variants)] == [old.path.name, "variant", again.path.name]
    table = comparison.table
    assert list(dict.fromkeys(table.scenario)) == ["variant", again.path.name]
    assert len(table) == 2 * len(toy.OUTCOMES)
    assert {"outcome", "baseline", "variant", "difference", "low", "high", "better_share", "verdict"} <= set(
        table.columns
    )


def as_json(comparison: Comparison) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(clean(comparison_json(comparison)), allow_nan=False))
    return found


def test_as_json_and_as_text(old: Result, new: Result) -> None:
    comparison = compare(old, new)
    found = as_json(comparison)
    assert [(it["key"], it["old"], it["new"]) for it in found["changed"]] == [("market.growth", 0.03, 0.05)]
    wanted = {
        "unit",
        "baseline",
        "variant",
        "difference",
        "low",
        "high",
        "better_share",
        "paired",
        "rests_on",
        "variance_reduction",
    }
    assert set(found["outcomes"]) == set(toy.OUTCOMES)
    assert all(wanted <= set(it) for it in found["outcomes"].values())
    assert found["outcomes"]["startups"]["median"] == pytest.approx(12.0)
    text = variant_text(comparison, comparison.variants[0], ["startups"])
    assert "variant against toy: 9 seeds, paired seed by seed" in text
    assert "more outcomes: --all" in text
    assert "project_duration" not in text
    assert "project_duration" in variant_text(comparison, comparison.variants[0], ["startups"], everything=True)


def test_several_variants_are_one_object(old: Result, new: Result, tmp_path: Path) -> None:
    third = run(toy.scenario(tmp_path, "third", run__replicates=9, population__enterprises=900), tmp_path)
    found = as_json(compare(old, new, third))
    assert list(found["variants"]) == ["variant", "third"]
    assert found["variants"]["variant"]["outcomes"] == as_json(compare(old, new))["outcomes"]
    assert [it["key"] for it in found["variants"]["third"]["changed"]] == ["market.growth", "population.enterprises"][
        1:
    ]


# --- what it rests on


def test_what_is_off_is_not_rested_on() -> None:
    base = load("shougang")
    known = in_force(base)
    assert known["mechanisms.letting.consider"].kind == "fitted"
    assert known["mechanisms.taxes.exempt"].kind == "evidence"
    assert not [key for key in known if key.startswith(("run.", "levers.")) or key.endswith(".enabled")]
    off = in_force(load("shougang", {"mechanisms.letting.enabled": False}))
    assert set(known) - set(off) == {key for key in known if key.startswith("mechanisms.letting.")} != set()
    pulled = in_force(load("shougang", {"levers.talent_supply": {"2014-01": 0.02}}))
    assert set(pulled) - set(known) == {"levers.talent_supply", "levers.talent_cost", "levers.knowledge_programme_cost"}


def test_counts_are_of_both_and_without_what_is_asked() -> None:
    base, changed = load("shougang"), load("shougang", {"market.outside_rent": 0.001})
    counts = rests_on(base, changed, but={"market.outside_rent"})
    assert sum(counts.values()) == len(in_force(base)) - 1
    assert rests_on(base) == rests_on(base, base)
    assert sum(rests_on(base, load("haier")).values()) > sum(rests_on(base).values())
    assert (
        rests_text({"article": 0, "evidence": 9, "fitted": 12, "assumption": 61}) == "61 assumed, 12 fitted, 9 evidence"
    )


def test_a_table_says_what_its_outcomes_rest_on(old: Result, new: Result) -> None:
    comparison = compare(old, new)
    counts = rests_on(old.scenario, but={"market.growth"})
    assert as_json(comparison)["outcomes"]["jobs"]["rests_on"] == counts
    assert rests_text(counts) in variant_text(comparison, comparison.variants[0], [])
    assert rests_text(counts) in set(comparison.table.rests_on)


def test_other_versions_of_the_model_are_said(old: Result, new: Result) -> None:
    newer = Result(new.path, new.scenario, new.manifest | {"model": "2"}, new.table)
    comparison = compare(old, newer)
    assert "different versions" in variant_text(comparison, comparison.variants[0], [])
    assert "different versions" not in variant_text(compare(old, new), compare(old, new).variants[0], [])


def test_the_folder_is_named_by_what_is_compared(old: Result, new: Result, tmp_path: Path) -> None:
    paths = {compare(old, new).path, compare(new, old).path, compare(old, new, unpaired=True).path}
    assert len(paths) == 3
    more = run(with_replicates(new.scenario, 12), tmp_path)
    assert compare(old, more).path not in paths
    assert compare(old, new).path.name.startswith("compare-toy-vs-variant-")
