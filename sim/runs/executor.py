"""Where tasks run: in this process or in worker processes on this machine.

A task that raises, or whose worker dies, gives a ``Failure``; the other tasks go on.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing import connection, forkserver, resource_tracker
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
    """A task without a value: the reason, on one line."""

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
    except Exception as error:  # noqa: BLE001  the other replicates go on
        text = " ".join(str(error).split())
        return Failure(f"{type(error).__name__}: {text}" if text else type(error).__name__)


class Workers:
    """Worker processes, started when first needed; as a context manager it ends them.

    Parameters
    ----------
    count
        Number of processes; 1 is this process. Default: one for each usable core.
    preload
        Names of modules that every worker has imported.

    Attributes
    ----------
    count
        Number of processes.
    remote
        Whether workers may be on other machines, which lack the code that is compiled here.

    Raises
    ------
    ValueError
        Where ``count`` is below 1.

    Examples
    --------
    >>> from sim.api import make_workers
    >>> with make_workers(1) as workers:
    ...     dict(workers.run(divmod, [(7, 2), (9, 4)]))
    {0: (3, 1), 1: (2, 1)}
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
        """Whether worker processes are running."""
        return self._pool is not None

    def start(self) -> None:
        """Start the workers' server, which imports modules in the background."""
        if self.count > 1:
            _start_server(self._preload)

    def run(self, function: Callable[..., Any], tasks: Iterable[Sequence[Any]]) -> Iterator[tuple[int, Any]]:
        """Call a function on every task.

        Tasks are taken one by one as workers become free; at most twice as many as workers are pending.

        Parameters
        ----------
        function
            The function; of several processes it must be one that can be pickled.
        tasks
            Its arguments, by position.

        Returns
        -------
        Iterator of (int, Any)
            Index of the task and value, or ``Failure``, in the order in which they finish.
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
                # A worker died at one of these tasks: each is tried again, alone.
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
        with _main_hidden():  # it may start a worker
            return self._open().submit(attempt, function, task)

    def _open(self) -> ProcessPoolExecutor:
        if self._pool is None:
            _start_server(self._preload)
            # Mesa sets the global start method when imported, so the context is given here.
            context = multiprocessing.get_context("forkserver")
            self._pool = ProcessPoolExecutor(self.count, mp_context=context, initializer=_initialise)
        return self._pool

    def _end_now(self) -> None:
        """End the workers without waiting for their tasks, which may be long."""
        if self._pool is not None:
            processes = list((getattr(self._pool, "_processes", None) or {}).values())
            for process in processes:
                process.terminate()
            # A worker may have ended in the middle of a long message; the pool would wait for the rest of it while
            # this process keeps the queue open for writing.
            results = getattr(self._pool, "_result_queue", None)
            if results is not None:
                results._writer.close()
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


def _start_server(preload: list[str]) -> None:
    """Start the server that forks workers, with one thread for arithmetic and without Ctrl-C.

    Both must be set before the server's first import; workers inherit them.
    """
    multiprocessing.get_context("forkserver").set_forkserver_preload(["sim.runs.begun", *preload])
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    resource_tracker.ensure_running()  # its start, which the server's would make, unblocks Ctrl-C
    try:
        with _interrupt_blocked(), _main_hidden():
            forkserver.ensure_running()
    except OSError as error:
        if "too long" not in str(error):
            raise
        folder = tempfile.gettempdir()
        raise OSError(f"{folder}: too long a name for the sockets of workers; set TMPDIR to a shorter one") from None
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _main_hidden() -> Iterator[None]:
    """Hide the user's script from workers: each would run it again and start its own workers."""
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


def _initialise() -> None:
    """Initialise a worker: it ignores Ctrl-C and ends with its parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with_parent, args=(parent.sentinel,), daemon=True).start()


def _end_with_parent(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)


def local_workers(count: int | None = None) -> Workers:
    """Processes on this machine, forked with the model loaded."""
    return Workers(count, preload=("sim.runs.ready",))


def started_process(target: Callable[..., None]) -> tuple[Any, Any]:
    """A process of its own with the model loaded, and this end of a pipe whose other end ``target`` is called with.

    It is forked as workers are, ignores Ctrl-C and ends with this process.
    """
    context = multiprocessing.get_context("forkserver")
    here, there = context.Pipe()
    _start_server(["sim.runs.ready"])
    process = context.Process(target=_initialised, args=(target, there), daemon=True)
    with _main_hidden():
        process.start()
    there.close()
    return process, here


def _initialised(target: Callable[..., None], *arguments: Any) -> None:
    _initialise()
    target(*arguments)
