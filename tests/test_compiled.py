"""Loops are called with what they declare, and machine code is kept per digest of the sources, for all processes."""

from __future__ import annotations

import inspect
import os
import pickle
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numba
import numpy as np
import pytest

from sim.declare import assumption, parameter
from sim.kernel import compiled, machine
from sim.kernel.compiled import Kernel, equation
from sim.kernel.types import Index, f8, f8_2d, i4, i8, numbers, typed
from sim.version import sources_digest

KERNEL = Path(compiled.__file__).parent
JIT = os.environ.get("NUMBA_DISABLE_JIT", "0") == "0"

# --- named tuples that check what they are given


@typed
class Columns(NamedTuple):
    staff: i4
    cash: f8


@typed
class Rules(NamedTuple):
    x: float
    number: int = 7
    on: bool = True


@typed
class Group(NamedTuple):
    name: str = parameter("a", "", "a name", assumption())
    share: float = parameter(1.0, "", "a share", assumption(), plausible=(0, 1))
    most: int = parameter(1, "", "a number", assumption(), plausible=(0, 1))


def columns() -> Columns:
    return Columns(np.arange(3, dtype=np.int32), np.ones(3))


def kinds(of: tuple[Any, ...]) -> list[type]:
    return [type(it) for it in of]


def test_numbers_become_what_their_field_declares() -> None:
    assert repr(Rules(3, 3.0, np.bool_(False))) == "Rules(x=3.0, number=3, on=False)"
    assert kinds(Rules(np.float32(3), np.int8(3))) == [float, int, bool]
    assert repr(Rules(x=1)._replace(x=2)) == "Rules(x=2.0, number=7, on=True)"
    assert repr(Rules._make([1, 2, True])) == "Rules(x=1.0, number=2, on=True)"
    assert repr(Group("b", 1, 2.0)) == "Group(name='b', share=1.0, most=2)"


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: Rules(1.0, 3.7), "Rules.number: found 3.7 (float), wanted a whole number"),
        (lambda: Rules("1"), "Rules.x: found '1' (str), wanted a number"),
        (lambda: Rules(1.0)._replace(number=0.5), "Rules.number: found 0.5"),
        (lambda: Rules._make([1.0, 1, 2]), "Rules.on: found 2 (int), wanted True or False"),
        (lambda: Group(1, 1.0, 1), "Group.name: found 1 (int), wanted text"),
        (Group, "Group.name: found a Parameter"),
        (lambda: Columns(np.arange(3), np.ones(3)), "Columns.staff: found a int64 array, wanted a contiguous int32 a"),
        (lambda: columns()._replace(cash=np.ones(6)[::2]), "Columns.cash: found a float64 array, not contiguous, want"),
        (lambda: columns()._replace(cash=np.ones((3, 2))), "Columns.cash: found a float64 array of 2 dimensions, want"),
        (lambda: columns()._replace(cash=np.ones(3, ">f8")), "Columns.cash: found a >f8 array, wanted"),
        (lambda: columns()._replace(cash=np.broadcast_to(np.ones(1), 1)), "read-only, wanted a contiguous float64"),
        (lambda: columns()._replace(cash=[1.0]), "Columns.cash: found a list, wanted"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_field_is_said(made: Any, message: str) -> None:
    with pytest.raises(TypeError) as said:
        made()
    assert message in str(said.value)


def test_typed_tuples_are_pickled_and_stay_what_they_are() -> None:
    assert pickle.loads(pickle.dumps(Rules(3))) == Rules(3.0)  # noqa: S301
    again = pickle.loads(pickle.dumps(columns()))  # noqa: S301
    assert type(again) is Columns
    assert again.cash.dtype is not np.dtype(float), "the control: numpy gives a pickled column a type of its own"
    assert kept(again) == 3.0
    assert list(inspect.signature(Rules).parameters) == ["x", "number", "on"]


def test_machine_code_sees_the_numbers_of_a_group_alone() -> None:
    group: Any = Group("b", 1, 2)
    assert numbers(group) == (1.0, 2)
    assert numbers(group)._fields == ("share", "most")
    assert type(pickle.loads(pickle.dumps(numbers(group)))) is type(numbers(group))  # noqa: S301
    assert numbers(Rules(3)) == Rules(3)
    assert of_group(group) == of_group(numbers(group)) == 2.0


# --- calls from Python


@compiled.compiled
def kept(c: Columns) -> float:
    return c.cash.sum()


@compiled.compiled
def half(r: Rules) -> float:
    return r.x / 2


@compiled.compiled
def of_group(g: Group) -> float:
    return g.share * g.most


@compiled.compiled
def added(
    lo: Index, hi: Index, number: int, factor: float, on: bool, x: f8, y: f8_2d, pair: tuple[int, float]
) -> float:
    total = 0.0
    for i in range(lo, hi):
        total += x[i] + y[0, i]
    return (total * factor + number + pair[0] * pair[1]) if on else 0.0


def given(**other: Any) -> list[Any]:
    usual = {
        "lo": np.uint64(0), "hi": np.uint64(3), "number": 1, "factor": 2.0, "on": True, "x": np.ones(3),
        "y": np.ones((2, 3)), "pair": (2, 0.5),
    }  # fmt: skip
    return list((usual | other).values())


def test_a_class_of_numbers_is_not_taken_for_another_one() -> None:
    assert [half(Rules(3)), half(Rules(3.7)), half(Rules(3))] == [1.5, 1.85, 1.5]


def test_arguments_that_are_the_same_thing_are_taken() -> None:
    assert added(*given()) == 14.0
    for other in (
        {"lo": 0}, {"hi": np.int32(3)}, {"number": np.int64(1)}, {"number": np.uint8(1)}, {"number": True},
        {"factor": 2}, {"factor": np.float64(2)}, {"factor": np.float32(2)}, {"on": np.bool_(True)},
        {"x": pickle.loads(pickle.dumps(np.ones(3)))}, {"pair": (np.int64(2), np.float64(0.5))},  # noqa: S301
    ):  # fmt: skip
        assert added(*given(**other)) == 14.0, other


@pytest.mark.skipif(not JIT, reason="plain Python takes what it gets")
@pytest.mark.parametrize(
    ("argument", "value", "found"),
    [
        ("number", 1.0, "found 1.0 (float), wanted a whole number"),
        ("number", 2**63, "found 9223372036854775808"),
        ("lo", -1, "found -1 (int), wanted a whole number from 0 up"),
        ("factor", "2", "found '2' (str), wanted a number"),
        ("factor", None, "found None (NoneType)"),
        ("on", 1, "found 1 (int), wanted True or False"),
        ("x", np.ones(3, int), "found a int64 array, wanted a contiguous float64 array"),
        ("x", np.ones(6)[::2], "not contiguous"),
        ("x", [1.0], "found a list"),
        ("y", np.ones(3), "found a float64 array, wanted a contiguous float64 array of 2 dimensions"),
        ("pair", (2.0, 0.5), "found 2.0 (float)"),
        ("pair", (2,), "found a tuple"),
    ],
)
def test_what_is_wrong_with_an_argument_is_said(argument: str, value: Any, found: str) -> None:
    for _ in range(2):  # a first call and a later one
        with pytest.raises((TypeError, OverflowError)) as said:
            added(*given(**{argument: value}))
        if said.type is TypeError:
            assert str(said.value).startswith(f"added(), {argument}: ")
            assert found in str(said.value)
        else:
            assert argument == "number", "machine code sees that a number is too large"


def test_too_few_arguments_are_said_with_their_loop() -> None:
    with pytest.raises(TypeError, match=r"added\(\) missing 1 required"):
        added(*given()[:-1])  # type: ignore[call-arg, arg-type]


@typed
class Other(NamedTuple):
    staff: i4
    cash: f8


def test_a_tuple_of_another_class_is_refused() -> None:
    assert kept(columns()) == 3.0
    if JIT:
        with pytest.raises(TypeError, match=r"kept\(\), c: found a Other, wanted Columns"):
            kept(Other(*columns()))  # type: ignore[arg-type]


class Loose(NamedTuple):
    cash: f8


def test_a_class_that_does_not_check_is_refused() -> None:
    @compiled.compiled
    def of_loose(c: Loose) -> float:
        return c.cash.sum()

    if JIT:
        with pytest.raises(TypeError, match=r"of_loose: c: Loose must be @typed"):
            of_loose(Loose(np.ones(1)))


# --- calls from compiled code


@equation
def one_of(x: float) -> float:
    return (x + 2**53) - 2**53


@compiled.compiled
def bytes_of(x: i8) -> int:
    return x.itemsize


@compiled.compiled
def called_from_a_loop(c: Columns) -> tuple[Any, Any]:
    return one_of(np.int64(1)), bytes_of(c.staff)  # type: ignore[arg-type]


def test_compiled_code_calls_by_the_types_that_it_has() -> None:
    """What the declared signature was compiled for is no reason to convert: a float64 has no 2^53 + 1."""
    assert (one_of(1), bytes_of(np.ones(1, int))) == ((0.0, 8) if JIT else (1, 8))
    assert called_from_a_loop(columns()) == (1, 4)


# --- what numba keeps to itself


@pytest.mark.skipif(not JIT, reason="there is no machine code")
def test_what_numba_keeps_to_itself_is_as_it_was() -> None:
    """Where this fails, ``sim.kernel.machine`` names what has changed."""
    added(*given())
    kernel: Any = added
    types = machine.machine_types(list(kernel.declared.values()))
    assert types == tuple(map(numba.typeof, given()))
    assert [*kernel.dispatcher.overloads] == [types], "one signature"
    code = machine.entry(kernel.dispatcher, list(kernel.declared.values()))
    assert code is kernel.dispatcher.overloads[types].entry_point
    assert code(*given()) == 14.0
    assert [file.suffix for file in machine.files(kernel.dispatcher, list(kernel.declared.values()))] == [".nbc"]
    for it in (columns(), Rules(3), numbers(Group("a", 1, 1))):
        kind = compiled.kind_of(type(it)) if type(it) is not Group.Numbers else compiled.kind_of(Group)  # type: ignore[attr-defined]
        assert kind is not None
        assert machine.machine_types([kind]) == (numba.typeof(it),)


@pytest.mark.skipif(not JIT, reason="there is no machine code")
def test_a_call_looks_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    added(*given())

    def asked(*_: Any) -> Any:  # a second search would give the same value, only later
        raise AssertionError

    monkeypatch.setattr(machine, "entry", asked)
    monkeypatch.setattr(Kernel, "loaded", asked)
    monkeypatch.setattr(type(added.dispatcher), "_compile_for_args", asked)  # type: ignore[attr-defined]
    assert added(*given()) == 14.0


def test_threads_that_ask_at_once_get_one_compiled_function() -> None:
    kernel = compiled.Kernel(lambda x: x)
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: id(kernel.dispatcher), range(64)))) == 1


PLAIN = """
import numpy as np
from sim.kernel.compiled import compiled
from sim.kernel.compiling import compile_all, is_compiled
from test_compiled import Columns, added, columns, given
assert type(added) is type(lambda: 0), added
assert is_compiled(["sim.kernel.draws"])
compile_all(["sim.kernel.draws"])
added(*given(number=1.0))
try:
    columns()._replace(staff=np.ones(3))
except TypeError as error:
    print(error)
"""


def test_without_machine_code_tuples_still_check() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PLAIN], env=os.environ | {"NUMBA_DISABLE_JIT": "1"}, cwd=Path(__file__).parent,
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "Columns.staff: found a float64 array, wanted a contiguous int32 array\n"


# --- loops that are not declared


@compiled.compiled
def weighted(x: Any, factor: float) -> float:
    return float(x[0]) * factor


def test_a_loop_with_an_argument_of_no_declared_type_is_refused_when_python_calls_it() -> None:
    with pytest.raises(TypeError, match=r"weighted: an argument has no declared type"):
        weighted(np.arange(3), 2.0)


# --- machine code on disk: a copy of the package's door to numba, with loops beside it

LOOPS = """
from sim.kernel.compiled import compiled, equation
from sim.kernel.types import Index, i8
from sim.imported import term


@compiled
def kernel(x: float) -> float:
    return 2.0 * term(x)


@compiled
def second(lo: Index, hi: Index, x: i8) -> int:
    return inner(lo, hi, x)


@compiled
def inner(lo: Index, hi: Index, x: i8) -> int:
    return x[lo:hi].sum()


@equation
def doubled(x: float) -> float:
    return 2.0 * x
"""

ALONE = """
import numba
from sim.imported import term


@numba.njit(cache=True)
def without_the_door(x):
    return 2.0 * term(x)
"""

CALLS = """
from sim import loops
from sim.loops import second as renamed


class Caller:
    def call(self, x):
        return [renamed(0, 3, it) for it in x], loops.kernel(1.0), loops.doubled(2.0)
"""

IMPORTED = """
from sim.kernel.compiled import compiled


@compiled
def term(x: float) -> float:
    return x + {constant}
"""


def _package(folder: Path) -> Path:
    package = folder / "sim"
    (package / "kernel").mkdir(parents=True)
    for name in ("__init__", "cache", "checks", "compiled", "compiling", "machine", "types"):
        shutil.copy(KERNEL / f"{name}.py", package / "kernel")
    (package / "__init__.py").write_text("")
    for name in ("version.py", "declare.py"):
        shutil.copy(KERNEL.parent / name, package / name)
    (package / "loops.py").write_text(LOOPS)
    (package / "calls.py").write_text(CALLS)
    _edit(package, 1.0)
    return package


def _edit(package: Path, constant: float) -> None:
    (package / "imported.py").write_text(IMPORTED.format(constant=constant))
    version = package / "version.py"
    if "imported.py" not in version.read_text():
        version.write_text(version.read_text().replace("_SOURCES = (", '_SOURCES = ("imported.py", '))


def _run(folder: Path, code: str, **environment: str) -> tuple[list[str], str]:
    """What a new process prints and what it says on stderr."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA_", "XDG_", "PYTHON"))}
    kept |= {"HOME": str(folder / "home"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=kept | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines(), done.stderr


VALUE = """
from sim.loops import kernel
from sim.kernel.cache import cache_folder
print(kernel(1.0), cache_folder(), sum(kernel.stats.cache_hits.values()), sep="|")
"""


def _value(folder: Path, **environment: str) -> tuple[float, Path, int, str]:
    """A loop's value in a new process, the folder of its code, hits of the cache, and what it said."""
    lines, said = _run(folder, VALUE, **environment)
    value, cache, hits = lines[-1].split("|")
    return float(value), Path(cache), int(hits), said


@pytest.mark.parametrize("variable", ["XDG_CACHE_HOME", "NUMBA_CACHE_DIR", "HOME"])
def test_an_edited_import_changes_the_loop(tmp_path: Path, variable: str) -> None:
    package = _package(tmp_path)
    place = {variable: str(tmp_path / "cache")}
    value, first, hits, said = _value(tmp_path, **place)
    assert (value, hits) == (4.0, 0)
    assert said == "compiling parts of the model, once for this version\n"
    below = {"XDG_CACHE_HOME": "cache/sim", "NUMBA_CACHE_DIR": "cache", "HOME": "cache/.cache/sim"}[variable]
    assert first.parent == tmp_path / below
    assert _value(tmp_path, **place) == (4.0, first, 1, "")
    _edit(package, 10.0)
    value, other, hits, _ = _value(tmp_path, **place)
    assert (value, hits) == (22.0, 0)
    assert other.parent == first.parent
    assert other != first


def test_numba_alone_serves_the_old_code(tmp_path: Path) -> None:
    """The control: in one folder for all sources the edit goes unseen. Where this fails, the digest can go."""
    package, alone = _package(tmp_path), "from sim.alone import without_the_door; print(without_the_door(1.0))"
    (package / "alone.py").write_text(ALONE)
    shared = str(tmp_path / "shared")
    assert _run(tmp_path, alone, NUMBA_CACHE_DIR=shared)[0] == ["4.0"]
    _edit(package, 10.0)
    assert _run(tmp_path, alone, NUMBA_CACHE_DIR=shared)[0] == ["4.0"]


CHANGED = """
import os
from sim.loops import kernel, second
import numba
import numpy as np
numba.config.CACHE_DIR = ""
kernel(1.0)
os.environ["NUMBA_NUM_THREADS"] = "1"  # numba reads all of its variables again
second(0, 3, np.ones(3, int))
"""


def test_code_stays_in_its_folder_whatever_numba_reads(tmp_path: Path) -> None:
    package = _package(tmp_path)
    _run(tmp_path, CHANGED, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert {it.name.split("-")[0] for it in tmp_path.rglob("*.nbc")} == {
        "loops.kernel", "imported.term", "loops.second", "loops.inner",
    }  # fmt: skip
    assert all(it.is_relative_to(tmp_path / "cache") for it in tmp_path.rglob("*.nbc"))
    assert not list(package.rglob("*.nb?"))


def test_a_cache_that_cannot_be_written_moves_to_one_private_folder(tmp_path: Path) -> None:
    package = _package(tmp_path)
    (tmp_path / "blocked").write_text("a file, where the cache would have its folder")
    (tmp_path / "temporary").mkdir()
    place = {"XDG_CACHE_HOME": str(tmp_path / "blocked"), "TMPDIR": str(tmp_path / "temporary")}
    value, cache, hits, said = _value(tmp_path, **place)
    assert (value, hits, cache.parent) == (4.0, 0, tmp_path / "temporary")
    assert said.startswith(f"{tmp_path / 'blocked'}") or str(cache) in said
    assert cache.stat().st_mode & 0o777 == 0o700
    assert _value(tmp_path, **place) == (4.0, cache, 1, ""), "a later process finds it there, and says nothing"

    shutil.move(cache, tmp_path / "elsewhere")
    cache.symlink_to(tmp_path / "elsewhere")
    for spoil in (lambda: None, lambda: (cache.unlink(), cache.mkdir(), cache.chmod(0o770))):
        spoil()
        value, none, hits, said = _value(tmp_path, **place)
        assert (value, none, hits) == (4.0, Path("None"), 0)
        assert said.startswith("neither ")
        assert said.count("\n") == 2
    assert not list(package.rglob("*.nb?")), "nor is it written beside the sources"


# --- all loops at once

COMPILE = """
import sys
from sim.kernel import compiling
modules = compiling.modules_of("sim")
before = compiling.is_compiled(modules)
assert "numba" not in sys.modules
compiling.compile_all(modules, {processes}, lambda *done: print(*done))
print(before, compiling.is_compiled(modules), *sorted(it.__name__ for it in compiling.called(modules)))
"""
CALL = """
import numpy as np
from sim.calls import Caller
print(Caller().call([np.ones(3, int)]))
"""


@pytest.mark.parametrize("processes", [1, 2])
def test_loops_are_compiled_before_they_are_called(tmp_path: Path, processes: int) -> None:
    _package(tmp_path)
    place = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    code = COMPILE.format(processes=processes)
    lines, said = _run(tmp_path, code, **place)
    assert lines[:-1] == ["0 3", "1 3", "2 3", "3 3"]
    assert lines[-1] == "False True doubled kernel second", "`inner` and `term` are called by loops alone"
    assert not said
    assert _run(tmp_path, code, **place) == (["True True doubled kernel second"], "")
    assert _run(tmp_path, CALL, **place) == (["([3], 4.0, 4.0)"], ""), "nothing is left to compile"

    next((tmp_path / "cache").rglob("loops.second*.nbc")).unlink()
    lines, _ = _run(tmp_path, code, **place)
    assert lines == ["2 3", "3 3", "False True doubled kernel second"]
    for marker in (tmp_path / "cache").rglob("compiled-*.json"):
        marker.unlink()
    assert _run(tmp_path, code, **place)[0] == ["False True doubled kernel second"], "only the marker was missing"


def test_other_processors_and_interpreters_are_told_apart(tmp_path: Path) -> None:
    _package(tmp_path)
    place = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    _run(tmp_path, COMPILE.format(processes=1), **place)
    asked = """
from sim.kernel import compiling
modules = compiling.modules_of("sim")
found = [compiling.is_compiled(modules), compiling.is_compiled(modules[1:])]
for change in ("sys.version", "version", "_processor"):
    compiling._here.cache_clear()
    before = compiling.version, compiling._processor, compiling.sys.version
    if change == "sys.version":
        compiling.sys.version = "4.0"
    else:
        setattr(compiling, change, lambda *_: "another")
    found.append(compiling.is_compiled(modules))
    compiling.version, compiling._processor, compiling.sys.version = before
print(found)
"""
    assert _run(tmp_path, asked, **place)[0] == ["[True, False, False, False, False]"]
    assert _run(tmp_path, asked, NUMBA_CPU_NAME="generic", **place)[0] == ["[False, False, False, False, False]"]


def test_processes_that_start_at_once_compile_once(tmp_path: Path) -> None:
    _package(tmp_path)
    place = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "NUMBA_DEBUG_CACHE": "1"}
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: _run(tmp_path, COMPILE.format(processes=1), **place), range(2)))
    assert all(lines[-1].split()[1] == "True" for lines, _ in both)
    saved = [line for lines, _ in both for line in lines if "data saved" in line]
    assert len(saved) == len(set(saved)) == 5


FAILS = """
from sim.kernel.compiled import compiled
@compiled
def wrong(x: float) -> float:
    return x.nothing
def call():
    return wrong(1.0)
"""


def test_a_loop_that_cannot_be_compiled_is_said(tmp_path: Path) -> None:
    package = _package(tmp_path)
    (package / "fails.py").write_text(FAILS)
    code = COMPILE.format(processes=2).replace("compiling.compile_all", "try: compiling.compile_all")
    code = code.split("print(before")[0] + "\nexcept Exception as error: print(type(error).__name__)"
    code += "\nprint(compiling.is_compiled(modules))"
    lines, said = _run(tmp_path, code, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert lines[-2:] == ["TypingError", "False"]
    assert "sim.fails.wrong: " in said


CONSTANTS = """
from numba import njit
from sim.kernel.compiled import compiled, equation


@equation
def times(x: float, number: int) -> float:
    return x * number


@compiled
def both(x: float) -> float:
    return times(x, 1) + times(x, 2)


@njit
def times_alone(x, number):
    return x * number


@njit
def both_alone(x):
    return times_alone(x, 1) + times_alone(x, 2)
"""
ENTRIES = """
from sim.constants import both, both_alone, times, times_alone


def entries(dispatcher):
    libraries = [it.library for it in dispatcher.overloads.values()]
    return [sum("cpython" in it.name for it in library.get_defined_functions()) for library in libraries]


print(both(1.0), entries(both.dispatcher), entries(times.within))
print(times(1.0, 3), entries(times.dispatcher))
print(both_alone(1.0), entries(times_alone))
"""


def test_what_loops_call_is_compiled_once_for_all_constants_and_without_an_entry_for_python(tmp_path: Path) -> None:
    """Where the last line differs numba does so itself, and ``sim.kernel.machine`` need not."""
    (_package(tmp_path) / "constants.py").write_text(CONSTANTS)
    lines, _ = _run(tmp_path, ENTRIES, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert lines == ["3.0 [1] [0]", "3.0 [1]", "3.0 [1, 1]"]


CALLED_LATER = """
from sim.kernel.compiled import compiled
from sim.loops import kernel


@compiled
def twice(x: float) -> float:
    return 2.0 * kernel(x)
"""


def test_what_python_calls_is_stored_without_what_other_loops_need_and_serves_them_still(tmp_path: Path) -> None:
    package = _package(tmp_path)
    (package / "later.py").write_text(CALLED_LATER)
    place = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    assert _value(tmp_path, **place)[0] == 4.0
    assert _value(tmp_path, **place)[2] == 1, "loaded"
    lines, _ = _run(
        tmp_path, "from sim.later import kernel, twice; print(kernel(1.0), twice(1.0), kernel(2.0))", **place
    )
    assert lines == ["4.0 8.0 6.0"]
    assert _run(tmp_path, "from sim.later import twice; print(twice(1.0))", **place) == (["8.0"], "")
    read = """
import pickle, sys
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        file.seek(32)  # behind the digest
        pickle.load(file)  # the key
        (_, _, (machine_code, bitcode)), *_ = pickle.load(file)
        print(len(bitcode))
"""
    stored = [str(it) for it in (tmp_path / "cache").rglob("loops.kernel-*.nbc")]
    stored.sort(key=lambda it: ".within" in it)
    of_python, of_loops = map(int, _run(tmp_path, f"import sys; sys.argv[1:] = {stored}\n{read}")[0])
    assert of_python < of_loops


FAMILY = """
import sys
from sim.kernel import compiled


def made(number):
    def power(x: float) -> float:
        return x + number

    return compiled.compiled(power)


print([made(int(number))(1.0) for number in sys.argv[1:]])
"""


def _of_family(folder: Path, cache: str, *numbers: int) -> tuple[str, str]:
    """What functions made for the numbers give of 1.0 in a new process, and what it said."""
    code = f"import sys; sys.argv[1:] = {[str(it) for it in numbers]}; import family"
    lines, said = _run(folder, code, XDG_CACHE_HOME=str(folder / cache))
    return lines[0], said


def test_two_processes_keep_functions_of_one_name_apart(tmp_path: Path) -> None:
    """Made by one factory, they have one name.

    Numba numbers their files: of two processes that write number 1 at once, the index of one and the code of the other
    can stay.
    """
    _package(tmp_path)
    (tmp_path / "family.py").write_text(FAMILY)
    assert _of_family(tmp_path, "first", 1)[0] == "[2.0]"
    assert _of_family(tmp_path, "other", 2)[0] == "[3.0]"
    for code in (tmp_path / "other").rglob("family.*.nbc"):
        shutil.copy(code, tmp_path / "first" / code.relative_to(tmp_path / "other"))
    assert _of_family(tmp_path, "first", 1, 2) == ("[2.0, 3.0]", ""), "what either has compiled serves both"


KIN = """
from sim.kernel.compiled import compiled


def made(number):
    def power(x: float) -> float:
        return x + number

    return compiled(power)


one, two = made(1), made(2)


@compiled
def first(x: float) -> float:
    return one(x)


@compiled
def second(x: float) -> float:
    return two(x)


@compiled
def both(x: float) -> float:
    return 10.0 * one(x) + two(x)
"""


def test_functions_of_one_name_from_two_processes_are_linked_apart(tmp_path: Path) -> None:
    """Numba names machine code by the function and its number in the process, which both processes begin at 1."""
    (_package(tmp_path) / "kin.py").write_text(KIN)
    place = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    for name in ("first", "second"):
        _run(tmp_path, f"from sim.kin import {name}; {name}(1.0)", **place)
    assert _run(tmp_path, "from sim.kin import both; print(both(1.0))", **place)[0] == ["23.0"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
def test_a_forked_process_numbers_functions_apart() -> None:
    from numba.core.bytecode import FunctionIdentity

    def number() -> int:
        return int(FunctionIdentity.from_function(number).unique_id)  # type: ignore[no-untyped-call]

    added(*given())  # numba is there, as the model uses it
    read, write = os.pipe()
    if not (child := os.fork()):
        os.write(write, str(number()).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert abs(int(os.read(read, 100)) - number()) > 1_000_000
    os.close(read)
    os.close(write)


def test_damaged_or_foreign_code_is_compiled_again(tmp_path: Path) -> None:
    _package(tmp_path)
    (tmp_path / "family.py").write_text(FAMILY)
    assert _of_family(tmp_path, "cache", 1, 2)[0] == "[2.0, 3.0]"
    one, two = (tmp_path / "cache").rglob("family.*.nbc")
    whole = one.read_bytes(), two.read_bytes()
    middle = len(whole[0]) // 2
    for spoiled in (b"", whole[0][:-1], whole[0][:middle] + b"#" + whole[0][middle + 1 :], whole[1]):
        one.write_bytes(spoiled)
        again = "[2.0, 3.0]", "compiling parts of the model, once for this version\n"
        assert _of_family(tmp_path, "cache", 1, 2) == again


# --- the model itself


def test_the_model_is_compiled_for_no_constant() -> None:
    from sim.kernel.cache import cache_folder
    from sim.runs.code import compile_model

    compile_model()
    folder, compiled_for = cache_folder(), []
    assert folder
    for code in folder.rglob("*.nbc"):
        with code.open("rb") as file:
            file.seek(32)  # behind the digest
            try:
                (types, *_), _ = pickle.load(file)  # noqa: S301
            except ModuleNotFoundError:  # a mechanism of another test
                continue
        compiled_for.append((code.name, types))
    assert len(compiled_for) > 400
    assert [it for it in compiled_for if "Literal" in str(it)] == []


WORLD = """
import sim
sim.EcosystemModel(sim.load("shougang", overrides={"population.enterprises": 200}), rng=1).run_for(13)
"""


def test_a_second_process_compiles_nothing(tmp_path: Path) -> None:
    """A type that numba cannot find again by its name would be compiled for again in each process."""
    from sim.kernel.cache import cache_folder

    subprocess.run([sys.executable, "-c", WORLD], check=True)  # compiles what no other test has needed yet
    folder = cache_folder()
    assert folder
    copy = tmp_path / sources_digest()
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("*.tmp"))
    for code in copy.glob("mechanisms_*/jobs.*.nbc"):
        code.unlink()  # the control: what is missing is seen to be compiled
    for compiles in (True, False):
        done = subprocess.run(
            [sys.executable, "-c", WORLD],
            env=os.environ | {"NUMBA_CACHE_DIR": str(tmp_path), "NUMBA_DEBUG_CACHE": "1"},
            capture_output=True,
            text=True,
            check=True,
        )
        saved = [line for line in done.stdout.splitlines() if "data saved" in line]
        assert bool(saved) == compiles, saved
        assert ("compiling" in done.stderr) == compiles, done.stderr


READ = """
import sys
import sim
sim.load("shougang")
print([name for name in ("numba", "scipy") if name in sys.modules])
"""


def test_reading_a_scenario_imports_no_numba() -> None:
    done = subprocess.run([sys.executable, "-c", READ], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


FORKED = """
import gc, sys
from sim.runs import code, ready
code.compile_model()
code.load_model()
from sim.kernel.compiled import LOOPS
from sim.runs.replicate import run_replicate
from sim.model.catalogue import load

def loaded():
    loops = [it for loops in LOOPS.values() for it in loops]
    return {(it.__module__, it.__name__, *it.signatures) for it in loops if "dispatcher" in vars(it)}

print(gc.isenabled(), gc.get_freeze_count() > 0)
before = loaded()
print(len(before) > 60)
run_replicate(load("shougang"), 1, 64)
print(sorted(loaded() - before))
"""


def test_workers_are_forked_with_every_loop_of_an_ordinary_world() -> None:
    done = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, check=True)
    assert done.stdout == "True True\nTrue\n[]\n"
