"""What ``import sim`` makes public is documented in NumPy style, and its examples print what they say."""

from __future__ import annotations

import doctest
import inspect
import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

import sim
from sim import api
from sim.agents.platforms_and_sites import IdleSite, InnovationPlatform
from sim.agents.population import Population
from sim.agents.views import Enterprise, EnterpriseLeft
from sim.renamed import renamed
from sim.report.html.writing import Written
from sim.runs.options import Watcher
from sim.runs.summary import Row
from sim.runs.table import Table
from sim.scenario import ScenarioError
from sim.studies.changes import Change
from sim.studies.claims import Claim
from sim.studies.estimators.choice import Regret
from sim.studies.estimators.indices import Estimate, Index, Split
from sim.studies.estimators.root import Root
from sim.studies.questions import (
    calibrate,
    claims,
    compare,
    explain,
    seek,
    seek_value,
    sensitivity,
    sweep,
    trace,
    validate,
    what_if,
)
from sim.studies.stored_sensitivity import Sensitivity, SignChange, VariedParameter

FUNCTIONS = [*(it for name in sim.__all__ if inspect.isfunction(it := getattr(api, name, None))), api.make_workers]
CLASSES = [
    sim.EcosystemModel, sim.Result, Table, Watcher, Enterprise, Population, InnovationPlatform, IdleSite,
    EnterpriseLeft, Written, compare.Comparison, compare.ComparedVariant, compare.Difference, what_if.Variant,
    explain.Explanation, trace.Trace, sweep.Sweep, sensitivity.Sensitivities, Sensitivity, calibrate.Calibration,
    validate.Validation, claims.Finding, claims.Findings, seek.Sought, seek_value.Reached,
]  # fmt: skip
# What is only found inside a result needs no example of its own.
PARTS = [
    Row, Change, explain.Part, trace.Divergence, trace.Month, trace.Fate, trace.GroupTotal, VariedParameter, SignChange,
    Estimate, Index, Split, calibrate.Fit, calibrate.Evaluation, calibrate.Span, validate.Verdict,
    Claim, claims.Range, claims.Flip, seek.Mix, seek.LeverRange, Regret, Root,
]  # fmt: skip
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def _id(it: Any) -> str:
    return f"{it.__module__.removeprefix('sim.')}.{it.__qualname__}" if it is not sim else "sim"


def _sections(it: Any) -> dict[str, str]:
    """The docstring's sections by heading; what stands before the first one is under the empty one."""
    parts = re.split(r"^(\w[\w ]*)\n-{3,}$", inspect.cleandoc(it.__doc__ or ""), flags=re.MULTILINE)
    return {"": parts[0]} | dict(zip(parts[1::2], parts[2::2], strict=True))


def _named(section: str) -> set[str]:
    """The names that a section of parameters or attributes describes."""
    heads = re.findall(r"^(\*?\w[\w, *]*)$", section, re.MULTILINE)
    return {name.strip(" *") for head in heads for name in head.split(",")}


def _run(it: Any) -> doctest.TestResults:
    """Run the examples of a docstring; what differs is printed."""
    (found,) = doctest.DocTestFinder(recurse=False).find(it, _id(it), globs={"sim": sim, "Path": Path})
    return doctest.DocTestRunner(optionflags=OPTIONS).run(found)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all examples: what two of them run is run once."""
    return tmp_path_factory.mktemp("examples")


@pytest.mark.once
@pytest.mark.slow
@pytest.mark.parametrize("it", [sim, *FUNCTIONS, *CLASSES], ids=_id)
def test_examples_print_what_they_say(
    it: Any, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    done = _run(it)
    assert done.attempted > 0
    assert not done.failed, capsys.readouterr().out


def test_an_example_that_prints_something_else_fails() -> None:
    def wrong() -> None:
        """No example of this prints what it says.

        >>> 1 + 1
        3
        """

    assert _run(wrong).failed == 1


@pytest.mark.parametrize("it", FUNCTIONS, ids=_id)
def test_functions_have_their_sections_and_every_parameter(it: FunctionType) -> None:
    sections = _sections(it)
    assert sections[""].strip()
    assert {"Parameters", "Returns", "Examples"} <= set(sections)
    assert "Raises" in sections or it is api.make_workers
    assert _named(sections["Parameters"]) == set(inspect.signature(it).parameters)


@pytest.mark.parametrize("it", [*CLASSES, *PARTS], ids=_id)
def test_classes_have_their_sections_and_every_field(it: type) -> None:
    sections = _sections(it)
    assert sections[""].strip()
    assert "Examples" in sections or it in PARTS
    names = {field.name for field in fields(it)} if is_dataclass(it) else set()
    names |= set(it._fields) if issubclass(it, tuple) else set()  # type: ignore[attr-defined]
    told = _named(sections.get("Parameters", "")) | _named(sections.get("Attributes", ""))
    assert names <= told
    silent = {name for name, value in vars(it).items() if _is_public(name, value) and not value.__doc__}
    assert silent <= told


def _is_public(name: str, value: Any) -> bool:
    return not name.startswith("_") and (inspect.isfunction(value) or isinstance(value, property))


@pytest.mark.parametrize(
    ("call", "old", "new"),
    [
        (lambda **more: sim.explain("nowhere", "nowhere", "jobs", **more), "agreed", "yes"),
        (lambda **more: sim.calibrate("nowhere", "none.toml", **more), "place", "out_scenario"),
    ],
    ids=["explain", "calibrate"],
)
def test_a_renamed_keyword_is_taken_by_both_names(call: Callable[..., Any], old: str, new: str) -> None:
    with pytest.raises(ScenarioError, match="nowhere"):
        call(**{new: None})
    with pytest.warns(DeprecationWarning, match=f"{old}= is now {new}="), pytest.raises(ScenarioError, match="nowhere"):
        call(**{old: None})
    with pytest.raises(TypeError, match="not both"):
        call(**{old: None, new: None})


def test_a_value_under_a_former_name_arrives_under_the_new_one() -> None:
    @renamed(old="new")
    def told(new: int = 0) -> int:
        return new

    with pytest.warns(DeprecationWarning, match="old= is now new="):
        assert told(old=3) == 3


def test_an_attribute_is_read_by_its_former_name() -> None:
    split = Split(Estimate(0.9, 0.8, 1.0), Estimate(0.1, 0.0, 0.2), 0.03)
    with pytest.warns(DeprecationWarning, match="Split.luck_in_means is now seed_in_means"):
        assert split.luck_in_means == split.seed_in_means == 0.03
