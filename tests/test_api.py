"""What ``import sim`` and ``sim.declare`` make public is documented in NumPy style; examples print what they say."""

from __future__ import annotations

import ast
import doctest
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

import sim
from sim import agents, api, declare
from sim.language import speaking
from sim.renamed import renamed
from sim.scenario import ScenarioError
from sim.studies.estimators.indices import Estimate, Split

# Their fields are in docs/model.md.
ELSEWHERE = ("sim.model", "sim.kernel", "sim.parameters", "sim.catalogue")


@cache
def _imported(module: str) -> dict[str, str]:
    """The module of each name that a module imports from the package, for types alone too."""
    tree = ast.parse(inspect.getsource(import_module(module)))
    imports = [it for it in ast.walk(tree) if isinstance(it, ast.ImportFrom) and (it.module or "").startswith("sim")]
    return {name.asname or name.name: str(it.module) for it in imports for name in it.names}


def _classes_in(annotation: Any, module: str) -> list[type]:
    """The documented classes of the package that an annotation names."""
    found = []
    for name in re.findall(r"[A-Za-z_]\w*", annotation if isinstance(annotation, str) else ""):
        value = getattr(import_module(module), name, None) or (
            getattr(import_module(_imported(module)[name]), name) if name in _imported(module) else None
        )
        if (
            isinstance(value, type)
            and value.__module__.startswith("sim.")
            and not value.__module__.startswith(ELSEWHERE)
        ):
            found.append(value)
    return found


def _own(kind: type) -> Iterator[tuple[str, str, Any]]:
    """Module, name and value of each public member of a class that the package writes."""
    for it in kind.__mro__:
        if it.__module__.startswith("sim.") and not it.__module__.startswith(ELSEWHERE):
            yield from ((it.__module__, name, value) for name, value in vars(it).items() if not name.startswith("_"))


def _members(kind: type) -> Iterator[type]:
    """The classes of its fields, and of what its properties and methods give."""
    for it in kind.__mro__:
        if it.__module__.startswith("sim."):
            for name, annotation in vars(it).get("__annotations__", {}).items():
                yield from () if name.startswith("_") else _classes_in(annotation, it.__module__)
    for module, _, value in _own(kind):
        function = value.fget if isinstance(value, property) else getattr(value, "func", value)
        if inspect.isfunction(function):
            yield from _classes_in(function.__annotations__.get("return"), module)


def _reached(kinds: list[type]) -> list[type]:
    """What is only found inside these, at any depth."""
    found = dict.fromkeys(kinds)
    for kind in (queue := list(kinds)):
        new = [it for it in dict.fromkeys(_members(kind)) if it not in found]
        found |= dict.fromkeys(new)
        queue += new
    return [it for it in found if it not in kinds]


_CALLS = [*(it for name in sim.__all__ if inspect.isfunction(it := getattr(api, name, None))), api.make_workers]
_DECLARED = [it for it in vars(declare).values() if getattr(it, "__module__", "") == "sim.declare"]
FUNCTIONS = [*_CALLS, *(it for it in _DECLARED if inspect.isfunction(it))]
# What a user holds: what the functions take and give, and agents. A class of enterprises says what it adds to others.
_NAMED = [it for call in _CALLS for it in call.__annotations__.values()]
_AGENTS = [getattr(agents, name) for name in agents.__all__]
CLASSES = list(
    dict.fromkeys(
        [sim.EcosystemModel, sim.Result, ScenarioError, *(it for text in _NAMED for it in _classes_in(text, "sim.api"))]
        + [it for it in _DECLARED if inspect.isclass(it) and it is not declare.DeprecatedKey]
        + [it for it in _AGENTS if it is not agents.LazyAgents and agents.Enterprise not in it.__bases__]
    )
)
# What is only found inside of it needs no example of its own.
PARTS = _reached([*CLASSES, *_AGENTS])
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


METHODS = {
    f"{_id(kind)}.{name}": value
    for kind in [*CLASSES, *_AGENTS]
    for _, name, value in _own(kind)
    if inspect.isfunction(value) and len(inspect.signature(value).parameters) > 1
}
# What must have an example, and what has one besides.
EXAMPLES = [
    *(sim, speaking, *FUNCTIONS, *CLASSES),
    *(it for it in (*PARTS, *METHODS.values()) if "Examples" in _sections(it)),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all examples: what two of them run is run once."""
    return tmp_path_factory.mktemp("examples")


@pytest.mark.once
@pytest.mark.slow
@pytest.mark.parametrize("it", EXAMPLES, ids=_id)
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
    assert {"Returns", "Examples"} <= set(sections)
    assert "Raises" in sections or it not in _CALLS or it is api.make_workers
    assert _named(sections.get("Parameters", "")) == set(inspect.signature(it).parameters)


def test_the_classes_are_those_of_the_functions() -> None:
    named = {it.__name__ for it in CLASSES}
    assert {"Appraisal", "Comparison", "Result", "Verified", "Watcher", "Workers", "Population"} <= named
    assert {"Scenario", "ScenarioError", "Mechanism", "Step", "Column", "Outcome", "Counters"} <= named
    assert {"Difference", "Interval", "Table", "Ratio", "Assumption"} <= {it.__name__ for it in PARTS}


@pytest.mark.parametrize("it", [*CLASSES, *PARTS], ids=_id)
def test_classes_have_their_sections_and_every_field(it: type) -> None:
    sections = _sections(it)
    assert sections[""].strip()
    assert "Examples" in sections or it in PARTS
    names = {field.name for field in fields(it) if field.init} if is_dataclass(it) else set()
    names |= set(it._fields) if issubclass(it, tuple) else set()  # type: ignore[attr-defined]
    told = _named(sections.get("Parameters", "")) | _named(sections.get("Attributes", ""))
    assert names <= told
    # What is declared to be public is a field, a property or a function; each is described.
    silent = {name for _, name, value in _own(it) if _is_documentable(value) and not value.__doc__}
    assert silent <= told


@pytest.mark.parametrize("name", METHODS)
def test_methods_have_their_sections_and_every_parameter(name: str) -> None:
    method = METHODS[name]
    sections = _sections(method)
    assert sections[""].strip()
    assert _named(sections.get("Parameters", "")) == set(inspect.signature(method).parameters) - {"self"}
    assert "Returns" in sections or method.__annotations__["return"] == "None"


def _is_documentable(value: Any) -> bool:
    return inspect.isfunction(value) or isinstance(value, property | cached_property)


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
