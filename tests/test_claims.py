"""Claims as tests: the rules of the verdicts on effects of known kinds, files of claims, and the command."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import command
import numpy as np
import pytest
import toy
from typer.testing import Result

from sim import api
from sim.model.catalogue import model_catalogue
from sim.page.claims import claim_buttons
from sim.report.text.claims import claims_text
from sim.runs.replicate import Cells
from sim.scenario import Scenario, ScenarioError
from sim.studies.claims import files_of, question_of, questions, read_claims
from sim.studies.estimators.influence import Influence, influence
from sim.studies.estimators.intervals import Interval
from sim.studies.estimators.verdicts import (
    Verdict,
    crossing_at_ends,
    crossing_in_draws,
    effect,
    elasticity,
    is_gone,
    is_proportional,
    judge,
)

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

RNG = np.random.default_rng(1)
NOTHING = Interval(0.0, -1.0, 1.0)
CLEAR = Interval(10.0, 8.0, 12.0)

# --- rules on arrays


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, Verdict.ROBUST),
        ({"difference": NOTHING}, Verdict.NOT_DISTINGUISHABLE),
        ({"sign": -1}, Verdict.CONTRADICTED),
        ({"remaining": Interval(10.0, 8.0, 12.0)}, Verdict.ASSERTED),
        ({"remaining": Interval(1.5, 1.0, 2.0)}, Verdict.ASSERTED),
        ({"remaining": Interval(0.9, 0.8, 1.0)}, Verdict.ROBUST),
        ({"remaining": Interval(-10.0, -12.0, -8.0)}, Verdict.ROBUST),
        ({"remaining": Interval(math.nan, math.nan, math.nan)}, Verdict.ROBUST),
        ({"proportional": True}, Verdict.ASSERTED),
        ({"right": 0.94}, Verdict.FRAGILE),
        ({"right": 0.95}, Verdict.ROBUST),
        ({"right": 0.5, "proportional": True}, Verdict.ASSERTED),
        ({"right": 0.5, "difference": NOTHING}, Verdict.NOT_DISTINGUISHABLE),
    ],
)
def test_the_first_rule_that_applies_decides(given: dict[str, Any], wanted: str) -> None:
    case = {"sign": 1, "difference": CLEAR, "left_out": None, "remaining": NOTHING, "proportional": False, "right": 1.0}
    assert judge(**(case | given)) == wanted


def test_a_difference_that_hangs_on_one_seed_is_not_distinguishable() -> None:
    """Of a skewed sample the interval leaves zero out, and without its largest value it does not."""
    drawn = np.array([0.4, -0.5, 0.6, -0.3, 0.5, -0.4, 0.3, -0.2, 0.5, 0.3, 0.2, 0.9]) + 0.13
    whole, most = effect(drawn), influence(drawn)
    assert whole.low > 0
    assert most is not None
    assert most.replicate == 11
    assert most.without.low <= 0
    assert judge(1, whole, most, NOTHING, False, 1.0) == Verdict.NOT_DISTINGUISHABLE
    steady = np.array([1.0, 1.1, 0.9, 1.2, 0.8, 1.0, 1.1, 0.9])
    assert judge(1, effect(steady), influence(steady), NOTHING, False, 1.0) == Verdict.ROBUST
    assert influence(np.array([1.0, math.nan, 2.0, 1.0, 1.0, 1.0])) is None


def test_what_remains() -> None:
    assert is_gone(NOTHING, CLEAR)
    assert is_gone(Interval(0.9, 0.8, 1.0), CLEAR)
    assert not is_gone(Interval(1.1, 1.0, 1.2), CLEAR)
    assert not is_gone(Interval(-2.0, -3.0, -1.0), Interval(-10.0, -12.0, -8.0))


@pytest.mark.parametrize(
    ("power", "proportional"), [(0.0, False), (0.5, False), (1.0, True), (1.15, False), (2, False)]
)
def test_elasticity_of_a_power_is_its_exponent(power: float, proportional: bool) -> None:
    at_low, at_own, at_high = (-3.0 * value**power for value in (0.2, 0.5, 0.9))
    assert elasticity(0.2, 0.9, at_low, at_high) == pytest.approx(power)
    assert is_proportional((0.2, 0.5, 0.9), (at_low, at_own, at_high)) is proportional


def test_proportional_at_both_ends_alone_is_not_enough() -> None:
    assert is_proportional((1.0, 2.0, 3.0), (1.0, 2.1, 3.0))
    assert not is_proportional((1.0, 2.0, 3.0), (1.0, 2.5, 3.0))
    assert not is_proportional((1.0, 1.1, 1.2), (1.0, 1.1, 1.2)), "of a narrow range any difference may look so"


def test_an_elasticity_that_cannot_be_measured_is_none() -> None:
    for low, high, at_low, at_high in ((0.0, 1.0, 0.0, 5.0), (1.0, 1.1, 1.0, 1.1), (-1.0, 1.0, 1, 2), (1, 2, -1, 2)):
        assert math.isnan(elasticity(low, high, at_low, at_high))
        assert not is_proportional((low, high, high), (at_low, at_high, at_high))


def test_where_a_sign_changes() -> None:
    """Two lines, of which one crosses zero at 0.25; in draws it is the second of two parameters, below 0.3."""
    found = crossing_at_ends([(0.0, 1.0, 2.0), (0.0, 0.5, 1.0)], [(1.0, 1.0, 1.0), (-1.0, 1.0, 3.0)])
    assert found is not None
    assert (found.parameter, found.value, found.upwards) == (1, pytest.approx(0.25), False)
    assert crossing_at_ends([(0.0, 1.0, 2.0)], [(1.0, 1.0, 1.0)]) is None
    drawn = RNG.random((200, 2))
    threshold = crossing_in_draws(drawn, drawn[:, 1] > 0.3)
    assert threshold is not None
    assert (threshold.parameter, threshold.upwards) == (1, False)
    assert threshold.value == pytest.approx(0.3, abs=0.02)
    assert crossing_in_draws(drawn, np.ones(200, bool)) is None


# --- a toy whose effects are known

TREATED, RATE, LEVEL = "market.growth", "mechanisms.letting.awareness", "population.worker_revenue"
FILE = """
title = "A toy"
scenario = "treated.toml"
control = "control.toml"
assumptions = ["mechanisms.letting.awareness=0.1:0.4", "population.worker_revenue=0.1:0.5"]

[claims.robust]
claim = "Letting raises startups."
outcome = "startups"
unit = "enterprises"
sign = "more"
mechanisms = ["letting"]

[claims.fragile]
claim = "Letting raises jobs."
outcome = "jobs"
unit = "people"
sign = "more"
mechanisms = ["letting"]

[claims.proportional]
claim = "Letting fills the site."
outcome = "site_enterprises"
unit = "enterprises"
sign = "more"
mechanisms = ["letting"]

[claims.without]
claim = "Letting costs."
outcome = "fiscal_cost"
unit = "million yuan"
sign = "more"
mechanisms = ["letting", "entry"]

[claims.absent]
claim = "Letting moves shares."
outcome = "big_asset_share"
unit = "share"
sign = "more"
mechanisms = ["letting"]

[claims.contradicted]
claim = "Letting lowers startups."
outcome = "startups"
unit = "enterprises"
sign = "less"
mechanisms = ["letting"]
"""
WANTED = {
    "robust": Verdict.ROBUST, "fragile": Verdict.FRAGILE, "proportional": Verdict.ASSERTED, "without": Verdict.ASSERTED,
    "absent": Verdict.NOT_DISTINGUISHABLE, "contradicted": Verdict.CONTRADICTED,
}  # fmt: skip


def effects(scenario: Scenario, seed: int, months: int) -> Cells:
    """Effects of ``market.growth`` on all but the big's share.

    On startups in any case, on jobs by revenue above 0.2, on the site in proportion to awareness, on cost without
    letting too.
    """
    values = scenario.values
    noise = np.random.default_rng(seed).normal(size=6)
    apart = np.random.default_rng(seed + round(1e6 * float(values[TREATED]))).normal(size=6)
    treated = float(values[TREATED]) * bool(values["mechanisms.letting.enabled"])
    rate, level = float(values[RATE]), float(values[LEVEL])
    startups = 100 + 400 * treated * (1 + rate) + noise[0] + 0.3 * apart[0]
    jobs = 1000 + 4000 * treated * (level - 0.2) + noise[1] + 0.3 * apart[1]
    site = 1000 * treated * rate + noise[2] + 0.01 * apart[2]
    cost = 300 * float(values[TREATED]) + noise[3] + 0.3 * apart[3]
    row = [startups, jobs, site, 0.4 + 0.01 * apart[4], cost, 12.0]
    return np.tile(row, (months, 1))


def failing(scenario: Scenario, seed: int, months: int) -> Cells:
    if float(scenario.values[LEVEL]) == 0.1:
        raise ArithmeticError("the books do not balance")
    return effects(scenario, seed, months)


@pytest.fixture(autouse=True)
def in_a_folder(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = own_folder / "scenarios" / "claims"
    folder.mkdir(parents=True)
    (folder / "toy.toml").write_text(FILE)
    common = 'title = "A toy"\n[run]\nstart = "2011-01"\nmonths = 6\n[population]\nworker_revenue = 0.3\n'
    (folder / "treated.toml").write_text(f"{common}[mechanisms.letting]\nawareness = 0.2\n[market]\ngrowth = 0.05\n")
    (folder / "control.toml").write_text('extends = "treated.toml"\n[market]\ngrowth = 0.0\n')
    toy.use(monkeypatch, effects)
    return folder


def call(*arguments: object, code: int = 0) -> Result:
    return command.call("claims", "--workers", 1, *arguments, code=code)


def test_effects_of_known_kinds_get_their_verdicts() -> None:
    (found,) = api.claims(["toy"], workers=1, watcher=toy.Listener())
    verdicts = {it.claim.name: it.verdict for it in found.findings}
    assert verdicts == WANTED
    by_name = {it.claim.name: it for it in found.findings}
    robust, fragile, proportional = (by_name[name] for name in ("robust", "fragile", "proportional"))
    assert robust.difference.low < 400 * 0.05 * 1.2 < robust.difference.high
    assert robust.off["letting"].low <= 0 <= robust.off["letting"].high
    assert robust.right == 1.0
    assert 0.6 < fragile.right < 0.9  # a quarter of the range has the other sign
    assert fragile.flip is not None
    assert fragile.flip.key == LEVEL
    assert fragile.flip.value == pytest.approx(0.2, abs=0.02)
    assert not fragile.flip.upwards
    assert [it.key for it in proportional.proportional] == [RATE]
    assert by_name["without"].remaining.mean == pytest.approx(15, abs=1)
    assert set(by_name["without"].off) == {"letting", "entry"}
    assert robust.posterior is None


def test_a_claim_without_its_effect_is_not_robust(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: where the toy ignores what is claimed, no claim is robust or fragile."""
    toy.use(monkeypatch)
    (found,) = api.claims(["toy"], workers=1, watcher=toy.Listener(), samples=8, replicates=12)
    assert {it.verdict for it in found.findings if it.claim.outcome == "big_asset_share"} == {
        Verdict.NOT_DISTINGUISHABLE
    }
    assert {it.verdict for it in found.findings if it.claim.outcome == "startups"} == {
        Verdict.ASSERTED,
        Verdict.CONTRADICTED,
    }


def test_the_command_and_what_it_keeps(in_a_folder: Path) -> None:
    first = call("toy", "--samples", "16")
    assert "A toy: treated less control in 2011-06" in first.stdout
    for name, verdict in WANTED.items():
        assert any(line.startswith(name) and line.endswith(verdict) for line in first.stdout.splitlines()), name
    assert "proportional to mechanisms.letting.awareness" in first.stdout
    assert "the sign flips where population.worker_revenue is below" in " ".join(first.stdout.split())
    assert max(map(len, first.stdout.splitlines())) <= 80
    again = call("toy", "--samples", "16", "--json")
    made = json.loads(again.stdout)
    assert {name: it["verdict"] for name, it in made["claims"].items()} == WANTED
    assert json.loads((Path(made["results"]) / "claims.json").read_text()) == {
        key: value for key, value in made.items() if key not in ("results", "failures")
    }
    assert "worlds" not in again.stderr  # all is kept
    assert "elasticity" in call("toy", "--samples", "16", "--all").stdout
    assert call(str(in_a_folder / "toy.toml"), "--samples", "16").stdout == first.stdout


def test_json_is_an_object_a_line(in_a_folder: Path) -> None:
    (in_a_folder / "second.toml").write_text((in_a_folder / "toy.toml").read_text())
    files = (str(in_a_folder / "toy.toml"), str(in_a_folder / "second.toml"))
    lines = call(*files, "--samples", "4", "--replicates", "6", "--json").stdout.splitlines()
    assert [json.loads(line)["name"] for line in lines] == ["toy", "second"]


def test_worlds_that_fail_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    toy.use(monkeypatch, failing)
    found = call("toy", "--samples", "8", "--replicates", "10", code=3)
    assert "the books do not balance" in found.stderr
    assert "repeat it" in found.stderr


def test_a_difference_that_hangs_on_one_seed_says_so() -> None:
    (found,) = api.claims(["toy"], workers=1, watcher=toy.Listener(), samples=8, replicates=10)
    first = found.findings[0]
    hanging = replace(first, verdict=Verdict.NOT_DISTINGUISHABLE, left_out=Influence(7, 100.0, NOTHING, decides=True))
    text = claims_text(replace(found, findings=(hanging,)))
    assert "without replicate 7 the interval is -1 to 1: it hangs on one seed" in text
    assert "hangs on one seed" not in claims_text(replace(found, findings=(first,)))


# --- files

WRONG = {
    'title = "A toy"': ("titel = 1", "titel: unknown key, did you mean title?"),
    'scenario = "treated.toml"': ('scenario = "shougan"', "no scenario of this name"),
    '"mechanisms.letting.awareness=0.1:0.4"': ("1", "assumptions: holds what is not text, allowed: an array of keys"),
    'outcome = "jobs"': ('outcome = "job"', 'claims.fragile.outcome: "job" is no outcome, did you mean jobs?'),
    'unit = "share"': ('unit = "people"', 'claims.absent.unit: "people" is not the outcome\'s, allowed: share'),
    'sign = "less"': ('sign = "fewer"', "claims.contradicted.sign:"),
    'mechanisms = ["letting", "entry"]': (
        'mechanisms = ["leting"]',
        "claims.without.mechanisms: leting is no mechanism with a switch, did you mean letting?",
    ),
    'claim = "Letting moves shares."': ("", "claims.absent.claim: is missing, allowed: text"),
}  # fmt: skip


@pytest.mark.parametrize("old", WRONG)
def test_a_fault_is_named_with_its_place(old: str, in_a_folder: Path) -> None:
    new, words = WRONG[old]
    (in_a_folder / "toy.toml").write_text(FILE.replace(old, new))
    assert words in call("toy", code=2).stderr


def test_all_faults_are_named_at_once(in_a_folder: Path) -> None:
    text = FILE
    for old, (new, _) in WRONG.items():
        text = text.replace(old, new)
    (in_a_folder / "toy.toml").write_text(text)
    said = call("toy", code=2).stderr
    for _, words in WRONG.values():
        assert words in said
    assert f"{in_a_folder / 'toy.toml'}:" in said or "scenarios/claims/toy.toml:" in said


def test_names_and_keys_that_are_not_there(in_a_folder: Path) -> None:
    assert "no claims of this name, did you mean toy?" in call("tooy", code=2).stderr
    (in_a_folder / "toy.toml").write_text(FILE.replace("population.worker_revenue=", "population.worker_revenu="))
    assert "did you mean population.worker_revenue?" in call("toy", code=2).stderr
    (in_a_folder / "toy.toml").write_text('title = "Nothing"\nscenario = "shougang"\ncontrol = "haier"\n')
    said = call("toy", code=2).stderr
    assert "claims: has no claim, allowed: at least one [claims.NAME]" in said
    assert "control: starts in 2013-01, allowed: 2011-01 as scenario" in said


def test_the_live_page_opens_beside_files_that_ask_nothing_or_have_a_fault(in_a_folder: Path) -> None:
    assert {it.stem for it in files_of()} > {it.stem for it in questions()} >= {"toy"}
    before = claim_buttons()
    assert "data-scenario" in before
    for wrong in ("title = 3\n[claims.one]\nclaim = 'a claim'\n", "title = \n", "claims = 3\n"):
        (in_a_folder / "wrong.toml").write_text(wrong)
        assert claim_buttons() == before
    with pytest.raises(ScenarioError, match=r"wrong.toml:1: claims: 3 is no table"):
        question_of(in_a_folder / "wrong.toml")


def test_shipped_claims_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each names mechanisms, outcomes and units of the model, and assumptions that can be moved."""
    monkeypatch.chdir(Path(__file__).resolve().parents[1])
    catalogue = model_catalogue()
    files = files_of()
    assert {"shougang", "haier", "third-party", "chain", "new-industries", "together"} <= {it.stem for it in files}
    for file in files:
        read = read_claims(file, catalogue, catalogue.outcomes, {})
        assert read.claims
    with pytest.raises(ScenarioError, match="no claims of this name"):
        files_of(["nowhere"])
