"""Compile every loop that Python calls, before the first world needs it, on all cores, once for these sources.

Functions that only other loops call are compiled with those. A marker file, written last, lists the cached files, so
that a later process knows within a millisecond, without numba, that nothing is missing.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import importlib
import json
import os
import platform
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dis import get_instructions
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from sim.kernel import machine
from sim.kernel.cache import cache_folder
from sim.kernel.compiled import LOOPS, Kernel, is_jit_disabled

Progress = Callable[[int, int], None]
_PAUSE = 0.2  # seconds between checks of another process that compiles


def is_compiled(modules: Sequence[str]) -> bool:
    """Whether each loop of the modules is on disk, for this interpreter, numba and processor."""
    if is_jit_disabled():
        return True
    return _marked(modules) is not None


def compile_all(modules: Sequence[str], processes: int = 1, say: Progress = lambda *_: None) -> None:
    """Compile the loops of the modules that are not on disk.

    Parameters
    ----------
    modules
        Modules with loops, and modules that call them.
    processes
        How many compile at once; 1 is this process itself.
    say
        Called with the loops compiled and the loops in all, at the start and after each; not if none is missing.

    """
    if is_compiled(modules):
        return
    loops = called(modules)
    with _alone(lambda: _tell(say, loops)):
        missing = [loop for loop in loops if not (loop.is_loaded or _files(loop))]
        if missing:
            processes = processes if cache_folder() else 1  # workers pass machine code on through the cache
            _compile(
                missing, min(processes, len(missing)), lambda done: say(len(loops) - len(missing) + done, len(loops))
            )
        _mark(modules, loops)


def load_all(modules: Sequence[str]) -> None:
    """Load the loops of the modules from disk, or compile them."""
    if is_jit_disabled():
        return
    marked = _marked(modules)
    for loop in called(modules) if marked is None else map(_named, marked):
        loop.loaded()


def called(modules: Sequence[str]) -> list[Kernel]:
    """Loops of the modules, with a declared signature, that plain Python code in them calls."""
    found = [importlib.import_module(name) for name in modules]
    loops = [loop for name in modules for loop in LOOPS.get(name, []) if loop.declared is not None]
    compiled = {_location(loop.py_func.__code__) for name in modules for loop in LOOPS.get(name, [])}
    names: set[str] = set()
    by_name: set[int] = set()
    for module in found:
        here = _names_of(module, compiled)
        names |= here
        held = [vars(module)[name] for name in here & vars(module).keys()]
        by_name |= {id(getattr(it, "one", it)) for it in held}  # aliases, and blocks of random numbers
    return [loop for loop in loops if loop.__name__ in names or id(loop) in by_name]


def modules_of(*packages: str) -> list[str]:
    """Names of all modules in the packages."""
    found = []
    for package in packages:
        spec = find_spec(package)
        for folder in (spec.submodule_search_locations or []) if spec else []:
            for file in sorted(Path(folder).rglob("*.py")):
                parts = file.relative_to(folder).with_suffix("").parts
                found.append(".".join([package, *(part for part in parts if part != "__init__")]))
    return found


def _names_of(module: ModuleType, compiled: set[tuple[str, str, int]]) -> set[str]:
    """Names that plain Python code of a module uses."""
    loader = getattr(module.__spec__, "loader", None)
    code = loader.get_code(module.__name__) if loader else None
    if code is None:
        return set()
    # Module-level code also names what it defines: only reads count.
    names = {str(it.argval) for it in get_instructions(code) if it.opname == "LOAD_NAME"}
    within = [it for it in code.co_consts if isinstance(it, CodeType)]
    while within:
        inner = within.pop()
        if _location(inner) not in compiled:
            names |= {*inner.co_names}
            within += [it for it in inner.co_consts if isinstance(it, CodeType)]
    return names


def _location(code: CodeType) -> tuple[str, str, int]:
    return code.co_filename, code.co_name, code.co_firstlineno


def _files(loop: Kernel) -> list[Path]:
    return machine.files(loop.dispatcher, list((loop.declared or {}).values()))


def _compile(missing: Sequence[Kernel], processes: int, say: Callable[[int], None]) -> None:
    done = 0
    say(done)
    waiting: queue.SimpleQueue[Kernel] = queue.SimpleQueue()
    for loop in sorted(missing, key=_weight, reverse=True):  # the longest first, so that workers finish together
        waiting.put(loop)
    if processes > 1:
        for _ in _by_workers(waiting, processes):
            done += 1
            say(done)
    # Without workers; or a loop at which one died, so that the error is raised here.
    with machine.quietly():
        for loop in missing if processes == 1 else [loop for loop in missing if not _files(loop)]:
            loop.loaded()
            done += 1
            say(min(done, len(missing)))


def _by_workers(waiting: queue.SimpleQueue[Kernel], count: int) -> Iterator[Kernel]:
    """Yield each loop that a worker has compiled; those at which one died are left out."""
    finished: queue.SimpleQueue[Kernel | None] = queue.SimpleQueue()
    workers = [_worker() for _ in range(count)]

    def feed(worker: subprocess.Popen[str]) -> None:
        assert worker.stdin
        assert worker.stdout
        with contextlib.suppress(OSError, queue.Empty):
            while True:
                loop = waiting.get_nowait()
                worker.stdin.write(f"{loop.__module__} {loop.__name__}\n")
                worker.stdin.flush()
                if worker.stdout.readline() != "done\n":
                    break
                finished.put(loop)
        finished.put(None)

    feeders = [threading.Thread(target=feed, args=(worker,), daemon=True) for worker in workers]
    try:
        for feeder in feeders:
            feeder.start()
        while count:
            if (loop := finished.get()) is None:
                count -= 1
            else:
                yield loop
    finally:
        for worker, feeder in zip(workers, feeders, strict=True):
            worker.kill()
            if feeder.ident is not None:
                feeder.join()
            with contextlib.suppress(OSError), worker:  # closes its pipes
                pass


def _worker() -> subprocess.Popen[str]:
    paths = [path or str(os.getcwd()) for path in sys.path]  # noqa: PTH109  the meaning of ""
    return subprocess.Popen(
        [sys.executable, "-c", "from sim.kernel.compiling import work; work()"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # so that Ctrl-C does not reach it
    )


def work() -> None:
    """In a worker: compile the loops named on standard input, and answer each, until it ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # other output goes to standard error
    gc.disable()  # a tenth of the time; what is not collected is some megabytes a loop
    with machine.quietly():
        for line in sys.stdin:
            module, name = line.split()
            try:
                _named((module, name)).loaded()
            except Exception as error:  # noqa: BLE001  the parent compiles it again and raises it
                print(f"{module}.{name}: {error}", file=sys.stderr)
                break
            try:
                print("done", file=answers, flush=True)
            except BrokenPipeError:  # who asked has ended
                os._exit(0)


def _weight(loop: Kernel) -> int:
    """Estimate of a loop's compile time: size of its bytecode and of all that it calls."""
    code, within = 0, [loop]
    seen = {id(loop)}
    while within:
        function = within.pop().py_func
        code += len(function.__code__.co_code)
        for it in _calls(function):
            if id(it) not in seen:
                seen.add(id(it))
                within.append(it)
    return code


def _calls(function: Any) -> list[Kernel]:
    names = function.__code__.co_names
    values = [function.__globals__.get(name) for name in names]
    values += [vars(module).get(name) for module in values if isinstance(module, ModuleType) for name in names]
    return [it for it in values if isinstance(it, Kernel)]


@contextlib.contextmanager
def _alone(waiting: Callable[[], None]) -> Iterator[None]:
    """Hold a lock, so that one process at a time compiles; ``waiting`` is called while another one does.

    Where files cannot be locked both compile, and the last one's code stays.
    """
    folder = cache_folder()
    try:
        import fcntl

        handle = (folder / "compiling.lock").open("w") if folder else None
    except (ImportError, OSError):
        handle = None
    if handle is None:
        yield
        return
    with handle:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waiting()
                time.sleep(_PAUSE)
            except OSError:
                break
            else:
                break
        yield


def _tell(say: Progress, loops: Sequence[Kernel]) -> None:
    there = sum(bool(_files(loop)) for loop in loops)
    if there < len(loops):
        say(there, len(loops))


def _marker(modules: Sequence[str]) -> Path | None:
    """The marker file; its name is a digest of all that machine code depends on beside the sources."""
    if (folder := cache_folder()) is None:
        return None
    depends = [sorted(modules), *_here()]
    return folder / f"compiled-{hashlib.sha256(json.dumps(depends).encode()).hexdigest()[:16]}.json"


@cache
def _here() -> list[str | None]:
    return [
        sys.implementation.cache_tag, sys.version, version("numba"), version("llvmlite"), _processor(),
        os.environ.get("NUMBA_CPU_NAME"), os.environ.get("NUMBA_CPU_FEATURES"), str(Path(__file__).parent),
    ]  # fmt: skip


def _processor() -> str:
    """The processor and its features, from the system or else from LLVM, which takes longer to import."""
    lines = []
    try:
        with Path("/proc/cpuinfo").open() as file:
            for line in file:  # of the first core
                if not line.strip():
                    break
                if line.partition(":")[0].strip() in (
                    "vendor_id",
                    "cpu family",
                    "model",
                    "model name",
                    "flags",
                    "Features",
                ):
                    lines.append(line.strip())
    except OSError:
        pass
    if not lines:
        from llvmlite import binding  # type: ignore[import-untyped]

        lines = [binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten()]
    return " ".join([platform.machine(), *lines])


def _mark(modules: Sequence[str], loops: Sequence[Kernel]) -> None:
    """Write the marker, unless a file is missing: the cached files, and the loops that Python calls."""
    marker, found = _marker(modules), [_files(loop) for loop in loops]
    if marker is None or not all(found):
        return
    files = sorted({str(file.relative_to(marker.parent)) for files in found for file in files})
    listed = {"files": files, "loops": [(loop.__module__, loop.__name__) for loop in loops]}
    new = marker.with_suffix(f".{os.getpid()}.tmp")
    with contextlib.suppress(OSError):  # a full disk: the next process tries again
        new.write_text(json.dumps(listed))
        new.replace(marker)


def _marked(modules: Sequence[str]) -> list[tuple[str, str]] | None:
    """Module and name of each loop that the marker lists; None without a marker, or where a file is missing."""
    marker = _marker(modules)
    try:
        if marker is None:
            return None
        listed = json.loads(marker.read_text())
        whole = all((marker.parent / name).is_file() for name in listed["files"])
        return [(module, name) for module, name in listed["loops"]] if whole else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _named(loop: tuple[str, str]) -> Kernel:
    """The loop of this module and name."""
    module, name = loop
    importlib.import_module(module)
    return next(it for it in LOOPS[module] if it.__name__ == name)
