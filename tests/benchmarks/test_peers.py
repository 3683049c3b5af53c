"""The gate before the peers' times: the same rule passes in two programs, another rule does not."""

from __future__ import annotations

from typing import Any

import pytest
from equality import judge
from peers import FOLDER, NUMPY, OURS, Program, rule

pytestmark = pytest.mark.once  # what it tests does not depend on the interpreter

PAIRS = 4
FIRMS, MONTHS = 1_000, 24


@pytest.fixture(scope="module")
def reference() -> dict[str, Any]:
    return _sample(Program(NUMPY), first=1)


def _sample(program: Program, first: int, **altered: float) -> dict[str, Any]:
    seeds = list(range(first, first + 10))
    given = {"firms": FIRMS, "months": MONTHS, "seeds": seeds, "variant": ""}
    try:
        return program.ask("sample", rule={**rule(), **altered}, **given)
    finally:
        program.close()


@pytest.mark.once
def test_ours_is_equal_in_distribution_to_numpy(reference: dict[str, Any]) -> None:
    verdict = judge(_sample(Program(OURS), first=101), reference, PAIRS)
    assert verdict.equal, verdict


@pytest.mark.parametrize(("name", "factor"), [("begin", 1.2), ("speed", 0.7), ("exit", 1.2)])
def test_an_altered_rule_is_refused(reference: dict[str, Any], name: str, factor: float) -> None:
    altered = _sample(Program(OURS), first=201, **{name: factor * rule()[name]})
    verdict = judge(altered, reference, PAIRS)
    assert not verdict.equal, verdict


def test_the_rule_names_what_the_programs_read() -> None:
    source = (FOLDER / "core_numpy.py").read_text("utf-8")
    unused = [name for name in rule() if f"rule.{name}" not in source]
    assert not unused


@pytest.mark.once
def test_ours_counts_the_same_on_any_number_of_chunks() -> None:
    """Draws hang on identity: a larger population begins with the smaller one's firms, and steps them alike."""
    answers = []
    for firms in (FIRMS, 70_000):  # one chunk, three chunks
        program = Program(OURS)
        given = {"firms": firms, "months": 3, "seeds": [1], "variant": ""}
        answers.append(program.ask("sample", rule=rule(), **given)["columns"][0])
        program.close()
    assert all(answers[0][name] == answers[1][name][:FIRMS] for name in answers[0])
