"""Machine code is kept per digest of the sources: a change anywhere in the package is never answered by old code."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
from worlds import SHIPPED, run, scenario

from sim.kernel import compiled

KERNEL = """
from sim.kernel.compiled import compiled
from sim.imported import term


@compiled
def kernel(x: float) -> float:
    return 2.0 * term(x)
"""

IMPORTED = """
from sim.kernel.compiled import compiled


@compiled
def term(x: float) -> float:
    return x + {constant}
"""

PRINTED = """
import numba
from sim.kernel import kernel
from sim.kernel.compiled import is_warm
warm = is_warm()
print(kernel(1.0), numba.config.CACHE_DIR, warm, sum(kernel.stats.cache_hits.values()), sep="|")
"""


def _package(folder: Path) -> Path:
    """A copy of the package's door to numba in ``folder``, with a kernel beside it that imports its term."""
    package = folder / "sim"
    package.mkdir()
    (package / "__init__.py").write_text("")
    shutil.copy(Path(compiled.__file__), package / "compiled.py")
    (package / "kernel.py").write_text(KERNEL)
    _edit(package, 1.0)
    return package


def _edit(package: Path, constant: float) -> None:
    (package / "imported.py").write_text(IMPORTED.format(constant=constant))


def _run(folder: Path, **environment: str) -> tuple[float, Path, bool, int]:
    """What a new process gets from the kernel: its value, its cache folder, warm before?, hits of the cache."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA_", "XDG_", "PYTHON"))}
    done = subprocess.run(
        [sys.executable, "-c", PRINTED],
        cwd=folder,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    value, cache, warm, hits = done.stdout.strip().split("|")
    return float(value), Path(cache), warm == "True", int(hits)


def test_an_edited_import_changes_the_kernel(tmp_path: Path) -> None:
    package = _package(tmp_path)
    home = str(tmp_path / "cache")
    value, first, warm, hits = _run(tmp_path, XDG_CACHE_HOME=home)
    assert (value, warm, hits) == (4.0, False, 0)
    assert first.is_relative_to(tmp_path / "cache" / "sim")

    value, again, warm, hits = _run(tmp_path, XDG_CACHE_HOME=home)
    assert (value, again, warm) == (4.0, first, True)
    assert hits == 1

    _edit(package, 10.0)
    value, other, warm, hits = _run(tmp_path, XDG_CACHE_HOME=home)
    assert (value, warm, hits) == (22.0, False, 0)
    assert other != first


def test_numba_alone_serves_the_old_code(tmp_path: Path) -> None:
    """The control: in one folder for all sources the edit goes unseen. Where this fails, the digest can go."""
    package = _package(tmp_path)
    shared = str(tmp_path / "shared")
    assert _run(tmp_path, NUMBA_CACHE_DIR=shared)[0] == 4.0
    _edit(package, 10.0)
    assert _run(tmp_path, NUMBA_CACHE_DIR=shared)[0] == 4.0


def test_a_cache_that_cannot_be_written_moves_to_a_temporary_folder(tmp_path: Path) -> None:
    _package(tmp_path)
    (tmp_path / "blocked").write_text("a file, where the cache would have its folder")
    (tmp_path / "temporary").mkdir()
    value, cache, _, _ = _run(tmp_path, XDG_CACHE_HOME=str(tmp_path / "blocked"), TMPDIR=str(tmp_path / "temporary"))
    assert value == 4.0
    assert cache.is_relative_to(tmp_path / "temporary")
    assert any(cache.rglob("*.nbi"))


def test_the_digest_is_of_the_sources_and_not_of_their_place(tmp_path: Path) -> None:
    caches = []
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        _package(tmp_path / name)
        caches.append(_run(tmp_path / name, XDG_CACHE_HOME=str(tmp_path / name))[1])
    assert caches[0] != caches[1]
    assert caches[0].name == caches[1].name


WORLD = """
import sim
sim.EcosystemModel(sim.load("shougang", overrides={"population.enterprises": 200}), rng=1).run_for(13)
"""


def test_a_second_process_compiles_nothing(tmp_path: Path) -> None:
    """A type that numba cannot find again by its name would be compiled for in each process anew."""
    subprocess.run([sys.executable, "-c", WORLD], check=True)  # compiles what no other test has needed yet
    shutil.copytree(compiled.cache_folder(), tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.tmp.*"))
    for index in tmp_path.glob("mechanisms_*/jobs.*.nbi"):
        index.unlink()  # the control: what is missing is seen to be compiled
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


READ = """
import sys
import sim
sim.load("shougang")
print([name for name in ("numba", "scipy") if name in sys.modules])
"""


def test_reading_a_scenario_imports_no_numba() -> None:
    done = subprocess.run([sys.executable, "-c", READ], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_threads_that_ask_at_once_get_one_compiled_function() -> None:
    kernel = compiled.Kernel(lambda x: x)
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: id(kernel.dispatcher), range(64)))) == 1


@compiled.compiled
def weighted(x: Any, factor: float) -> float:
    total = 0.0
    for place in range(len(x)):
        total += (place + 1) * x[place]
    return total * factor


def test_arguments_of_any_kind_reach_the_code_made_for_them() -> None:
    """Machine code once called is called directly: other types, steps and a lack of leave to write are still seen."""
    whole = np.arange(12)
    frozen = whole.copy()
    frozen.flags.writeable = False
    kinds = [
        whole, whole.astype(np.int32), whole.astype(float), whole[::2], whole[::-1], whole[:1], whole[:2:2],
        whole.astype(np.uint8), np.arange(24).reshape(12, 2)[:, 1], frozen,
    ]  # fmt: skip
    for factor in (2, 2.5):
        for x in kinds * 2:
            assert weighted(x, factor) == sum((place + 1) * value for place, value in enumerate(x.tolist())) * factor


def test_what_is_left_to_numba_is_not_looked_at_anew_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A class made on the fly is to numba another type than the one of the same name that it has code for."""
    asked: list[str] = []
    looked_up = compiled.Kernel._looked_up
    monkeypatch.setattr(
        compiled.Kernel, "_looked_up", lambda self, *it: asked.append(self.__name__) or looked_up(self, *it)
    )
    for _ in range(2):
        pair = namedtuple("Pair", "x factor")
        for _ in range(3):
            assert of_pair(pair(np.ones(3), 2.0)) == 6.0
        for _ in range(3):
            assert weighted(np.ones(6)[::2], 2.0) == 12.0
    assert asked.count("of_pair") == 2
    assert asked.count("weighted") <= 1


@compiled.compiled
def of_pair(pair: Any) -> float:
    return pair.x.sum() * pair.factor


def test_a_loop_is_always_called_with_the_types_that_its_code_was_made_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a class of named columns or numbers tells of the types in it is true."""
    called = compiled.Kernel.__call__
    found: dict[tuple[Any, ...], set[Any]] = {}

    def checked(self: compiled.Kernel, *given: Any) -> Any:
        kinds = tuple((it.dtype, it.flags.carray) if isinstance(it, np.ndarray) else type(it) for it in given)
        found.setdefault((self.py_func, kinds), set()).add(tuple(map(numba.typeof, given)))
        return called(self, *given)

    monkeypatch.setattr(compiled.Kernel, "__call__", checked)
    for name in SHIPPED:
        run(scenario(name, population__enterprises=80), 13, ledger=name == "economy")
    assert len(found) > 60
    assert {key: types for key, types in found.items() if len(types) > 1} == {}


FORKED = """
import gc, sys
from sim.runs import ready
ready.load_kernels()
from sim.kernel.compiled import Kernel
from sim.runs.replicate import run_replicate
from sim.model.catalogue import load

def loaded():
    kernels = [it for name in list(sys.modules) if name.startswith("sim.") for it in vars(sys.modules[name]).values()]
    return {(it.__module__, it.__name__, *it.signatures) for it in kernels if isinstance(it, Kernel)}

print(gc.isenabled(), gc.get_freeze_count() > 0)
before = loaded()
print(len(before) > 60)
run_replicate(load("shougang"), 1, 64)
print(sorted(loaded() - before))
"""


def test_workers_are_forked_with_every_loop_of_an_ordinary_world() -> None:
    done = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, check=True)
    assert done.stdout == "True True\nTrue\n[]\n"
