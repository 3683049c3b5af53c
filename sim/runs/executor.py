"""Where tasks run: in this process or in worker processes on this machine.

A task that raises, or whose worker dies, gives a ``Failure`` and takes no other task with it.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing import connection, forkserver
from operator import itemgetter
from types import ModuleType, TracebackType
from typing import Any

THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "SIM_THREADS",
)


@dataclass(frozen=True)
class Failure:
    """A task that gave no value: what was wrong, on one line."""

    message: str


def usable_cores() -> int:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def attempt(function: Callable[..., Any], task: Sequence[Any]) -> Any:
    """The value of ``function(*task)``, or the failure that it raised."""
    try:
        return function(*task)
    except Exception as error:  # noqa: BLE001  whatever is wrong with one replicate, the others go on
        text = " ".join(str(error).split())
        return Failure(f"{type(error).__name__}: {text}" if text else type(error).__name__)


class Workers:
    """A number of workers, made when first needed; as a context it leaves no process behind.

    ``preload`` names the modules that every worker has from its start. ``remote`` says that they may be on other
    machines, where what was compiled here is not at hand.
    """

    remote = False

    def __init__(self, count: int | None = None, preload: Sequence[str] = ()) -> None:
        self.count = usable_cores() if count is None else count
        if self.count < 1:
            raise ValueError(f"workers: {count} is not at least 1")
        self._preload = list(preload)
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._pool is None:
            return
        if kind is not None:
            self._end_now()
        else:
            self._pool.shutdown()
        self._pool = None

    @property
    def running(self) -> bool:
        """Whether worker processes are there already."""
        return self._pool is not None

    def start(self) -> None:
        """Begin to start the workers' server, which imports while this process goes on."""
        if self.count > 1:
            _start_server(self._preload)

    def run(self, function: Callable[..., Any], tasks: Iterable[Sequence[Any]]) -> Iterator[tuple[int, Any]]:
        """Index and value, or ``Failure``, of ``function(*task)`` of every task, in the order in which they finish.

        Tasks are taken one by one as workers come free: no more are in hand than twice the workers.
        """
        numbered = enumerate(tasks)
        first = list(islice(numbered, 2))
        rest = chain(first, numbered)
        if self.count == 1 or len(first) < 2:
            for index, task in rest:
                yield index, attempt(function, task)
            return
        running: dict[Future[Any], tuple[int, Sequence[Any]]] = {}
        held: tuple[int, Sequence[Any]] | None = None
        while True:
            try:
                while len(running) < 2 * self.count and (held := held or next(rest, None)) is not None:
                    running[self._submit(function, held[1])] = held
                    held = None
                if not running:
                    return
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    value = future.result()
                    yield running.pop(future)[0], value
            except BrokenProcessPool:
                # Some worker died, and nobody knows at which of these tasks: each is tried again, alone.
                yield from self._finished(running)
                self._end_now()
                for index, task in sorted(running.values(), key=itemgetter(0)):
                    yield index, self._alone(function, task)
                running.clear()

    def _finished(self, running: dict[Future[Any], tuple[int, Sequence[Any]]]) -> Iterator[tuple[int, Any]]:
        for future in list(running):
            if future.done() and future.exception() is None:
                yield running.pop(future)[0], future.result()

    def _alone(self, function: Callable[..., Any], task: Sequence[Any]) -> Any:
        try:
            return self._submit(function, task).result()
        except BrokenProcessPool:
            self._end_now()
            return Failure("the worker process died at it, twice")

    def _submit(self, function: Callable[..., Any], task: Sequence[Any]) -> Future[Any]:
        with _main_hidden():  # a worker is started here, if there is work for another one
            return self._open().submit(attempt, function, task)

    def _open(self) -> ProcessPoolExecutor:
        if self._pool is None:
            _start_server(self._preload)
            # Mesa sets the global start method when imported, so the context is said here.
            context = multiprocessing.get_context("forkserver")
            self._pool = ProcessPoolExecutor(self.count, mp_context=context, initializer=_begin)
        return self._pool

    def _end_now(self) -> None:
        """End the workers without waiting for their tasks: they ignore the keyboard's interrupt, and may be long."""
        if self._pool is not None:
            processes = list((getattr(self._pool, "_processes", None) or {}).values())
            for process in processes:
                process.terminate()
            # A worker may have ended in the middle of a long message; the pool would wait for the rest of it as long as
            # this process itself could still write it.
            results = getattr(self._pool, "_result_queue", None)
            if results is not None:
                results._writer.close()
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


def _start_server(preload: list[str]) -> None:
    """Start the server that forks workers: one thread each for arithmetic, and deaf to the keyboard's interrupt.

    Both must be so before the server's first import; workers inherit them.
    """
    multiprocessing.get_context("forkserver").set_forkserver_preload(preload)
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    with _interrupt_blocked(), _main_hidden():
        forkserver.ensure_running()
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value


@contextlib.contextmanager
def _main_hidden() -> Iterator[None]:
    """Hide the user's script from workers: each would run it again from the top, and start workers of its own."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextlib.contextmanager
def _interrupt_blocked() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin() -> None:
    """What a worker does first: ignore the keyboard's interrupt, and end when its parent has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
