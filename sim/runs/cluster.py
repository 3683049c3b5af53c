"""The workers of a dask.distributed cluster, with the interface of the processes of this machine.

Tasks and values are sent as compressed pickle, so the scheduler handles plain bytes; several short tasks are sent as
one. The scheduler repeats the tasks of a worker that died. A worker with another version of the model gets no tasks:
its version is checked when it appears, and again for each group, as it may join while tasks run.
"""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import queue
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.runs.certificate import security_of
from sim.runs.errors import ClusterError, WrongAddress
from sim.runs.executor import THREADS, Failure, Workers, attempt
from sim.runs.groups import Task, TaskGroups
from sim.runs.options import Watcher

if TYPE_CHECKING:
    from types import TracebackType

    from distributed import Client, Future

LOCAL = "local"
_PERIOD = 1.0  # seconds between two checks of the workers
PATIENCE = 15.0  # seconds to wait for the scheduler's answer
_FILES = 65_536  # files that the client may open
_TRIES = 3  # attempts at a task that a worker could not start


@dataclass(frozen=True)
class Refused:
    """The answer of a worker with another version of the model."""

    worker: str
    version: str


def model_here() -> tuple[str, bool]:
    """The model's version in this process, and whether it is compiled on this machine."""
    from sim.runs.code import is_model_compiled
    from sim.runs.replicate import ecosystem

    return ecosystem().version, is_model_compiled()


@cache
def prepare() -> tuple[str, bool]:
    """Prepare a worker: one thread for arithmetic unless its environment sets more. Returns ``model_here()``."""
    for name in THREADS:
        os.environ.setdefault(name, "1")
    return model_here()


@cache
def compile_here() -> None:
    """Compile what is missing of the model on this machine; its other workers wait."""
    from sim.runs.code import compile_model

    compile_model()


def perform(version: str, packed: bytes) -> bytes | Refused:
    """Run a group on a worker: its seconds, and the packed value or the failure of each task.

    Refused where the model has another version.
    """
    found, _ = prepare()
    if found != version:
        from distributed import get_worker

        return Refused(get_worker().address, found)
    compile_here()
    began = time.perf_counter()
    function, tasks = unpack(packed)
    values = [attempt(_packed, (function, task)) for task in tasks]
    return pickle.dumps((time.perf_counter() - began, values), pickle.HIGHEST_PROTOCOL)


def _packed(function: Callable[..., Any], task: Sequence[Any]) -> bytes:
    return pack(function(*task))


def pack(value: Any) -> bytes:
    """Compressed pickle; a higher level takes longer than it saves."""
    return zlib.compress(pickle.dumps(value, pickle.HIGHEST_PROTOCOL), 1)


def unpack(packed: bytes) -> Any:
    return pickle.loads(zlib.decompress(packed))  # noqa: S301  it comes from a worker of the user's own cluster


class Cluster(Workers):
    """The workers of a dask cluster.

    Parameters
    ----------
    address
        Address of the scheduler, or ``local`` to start a cluster on this machine.
    count
        Workers that ``local`` starts. Default: one for each usable core. The attribute is the cluster's threads.
    say
        Receives messages, such as workers that are refused. Default: they go to stderr.
    """

    def __init__(self, address: str, count: int | None = None, say: Callable[[str], None] | None = None) -> None:
        super().__init__(count)
        self.remote = address != LOCAL
        if self.remote and not address.rpartition(":")[2].isdigit():
            raise WrongAddress(f"cluster: {address} is no address, allowed: {LOCAL}, or such as tcp://HOST:8786")
        if self.remote and count is not None:
            raise WrongAddress(f"workers: the cluster at {address} has its own, {count} cannot be asked for")
        self.address = address
        self._say = say or Watcher().say
        self._client: Client | None = None
        self._process: subprocess.Popen[str] | None = None
        self._space = ""  # folder of the temporary files of a cluster on this machine
        self._levels: dict[str, int] = {}
        self._version = ""
        self._wrong: dict[str, str] = {}  # what is wrong with a worker, by address: nothing if it is usable
        self._looked = -_PERIOD
        self._told: set[str] = set()

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._client is not None:
            with contextlib.suppress(Exception):  # the scheduler may be gone
                self._client.close(timeout=2)
            self._client = None
        if self._process is not None:
            assert self._process.stdin
            assert self._process.stdout
            self._process.stdin.close()  # ends it
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process.stdout.close()
            self._process = None
            shutil.rmtree(self._space, ignore_errors=True)  # it was killed
        for name, level in self._levels.items():
            logging.getLogger(name).setLevel(level)
        self._levels.clear()

    @property
    def running(self) -> bool:
        """Always false: figures are drawn in this process rather than sent to another machine."""
        return False

    def start(self) -> None:
        """Start a cluster on this machine in the background."""
        if self.remote or self._process is not None:
            return
        paths = [path or str(os.getcwd()) for path in sys.path]  # noqa: PTH109  what the interpreter means by ""
        self._space = tempfile.mkdtemp(prefix="sim-")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sim.runs.local_cluster", str(self.count), self._space],
            env=os.environ | dict.fromkeys(THREADS, "1") | {"PYTHONPATH": os.pathsep.join(paths)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # it must not receive Ctrl-C
        )

    def run(self, function: Callable[..., Any], tasks: Iterable[Sequence[Any]]) -> Iterator[tuple[int, Any]]:
        """Index and value, or ``Failure``, of ``function(*task)`` of every task, in the order in which they finish.

        Short tasks are sent in ``TaskGroups``, at most two a thread of the cluster. If workers died at a group
        as often as the scheduler allows, its tasks are sent again one by one. A task that fails in this way again may
        only have waited beside one that kills its worker: it is retried alone, after all others.
        ClusterError where no scheduler answers, where it goes away, or where no worker has this model.
        """
        died: dict[int, tuple[Sequence[Any], int]] = {}
        yield from self._wave(function, enumerate(tasks), died)
        for index, (task, times) in sorted(died.items()):
            again: dict[int, tuple[Sequence[Any], int]] = {}
            yield from self._wave(function, [(index, task)], again)
            for _, more in again.values():
                yield index, Failure(f"the worker process died at it, {times + more} times")

    def _wave(
        self, function: Callable[..., Any], tasks: Iterable[Task], died: dict[int, tuple[Sequence[Any], int]]
    ) -> Iterator[tuple[int, Any]]:
        """Values of the tasks; those at which workers died go into ``died``, with the number of deaths."""
        groups = TaskGroups(tasks)
        running: dict[Future[Any], list[Task]] = {}
        done: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()
        unbegun: Counter[int] = Counter()
        if not groups:
            return
        client = self.connected()
        try:
            while groups or running:
                self._look(client)
                # Wait for the first value before thousands of single tasks are sent.
                while len(running) < 2 * self.count and groups and (groups.measured or done.empty()):
                    group = groups.cut(self.count)
                    future = self._send(client, function, group)
                    running[future] = group
                    future.add_done_callback(done.put)
                for future, answer in self._answers(client, done):
                    group = running.pop(future)
                    index, task = group[0]
                    if isinstance(answer, bytes):
                        seconds, values = pickle.loads(answer)  # noqa: S301  as in unpack
                        groups.took(seconds, len(group))
                        for (index, _), value in zip(group, values, strict=True):
                            yield index, value if isinstance(value, Failure) else unpack(value)
                    elif isinstance(answer, Refused):
                        self._refuse(answer.worker, self._other(answer.version))
                        groups.apart(group)
                    elif deaths := _deaths(answer):
                        if len(group) > 1:
                            groups.apart(group)
                        else:
                            died[index] = task, deaths
                    elif unbegun[index] < _TRIES:  # most likely on a worker without the package: check the workers
                        unbegun.update(index for index, _ in group)
                        self._looked = -_PERIOD
                        groups.apart(group)
                    else:
                        yield index, Failure(" ".join(f"{type(answer).__name__}: {answer}".split()))
        finally:
            if running and client.status == "running":
                with contextlib.suppress(Exception):
                    client.cancel(list(running))

    def _send(self, client: Client, function: Callable[..., Any], group: Sequence[Task]) -> Future[Any]:
        # Workers are named only where some are refused: a thousand of them are a long list.
        some = any(self._wrong.values())
        named = [worker for worker, wrong in self._wrong.items() if not wrong] if some else None
        packed = pack((function, [tuple(task) for _, task in group]))  # shared objects are sent once
        with _interrupt_held():  # an interrupt inside ``submit`` leaves a broken future
            return client.submit(
                perform, self._version, packed, workers=named, allow_other_workers=some, pure=False, key=None
            )

    def _answers(self, client: Client, done: queue.SimpleQueue[Future[Any]]) -> Iterator[tuple[Future[Any], Any]]:
        """Futures that are done, with their value or an error of dask."""
        batch: list[Future[Any]] = []
        with contextlib.suppress(queue.Empty):
            batch.append(done.get(timeout=_PERIOD))
            while True:
                batch.append(done.get_nowait())
        self._check_there(client, batch)  # ``gather`` would wait for a lost scheduler
        with self._asked():
            found = client.gather(dict(enumerate(batch)), errors="skip") if batch else {}
        self._check_there(client, batch)
        for index, future in enumerate(batch):
            yield future, future.exception() if found[index] is None else found[index]

    def _check_there(self, client: Client, futures: Iterable[Future[Any]]) -> None:
        if client.status != "running" or any(future.cancelled() for future in futures):
            raise self._gone()

    def connected(self) -> Client:
        """The client of the scheduler; a local cluster is started first. ClusterError where none answers."""
        if self._client is not None:
            return self._client
        from distributed import Client

        _allow_files()
        self._version, _ = model_here()
        for name in ("distributed", "distributed.client", "tornado.application"):  # errors are reported here
            logger = logging.getLogger(name)
            self._levels[name] = logger.level
            logger.setLevel(logging.CRITICAL)
        security = None  # that of dask's settings, where the scheduler is somebody else's
        if not self.remote:
            self.start()
            assert self._process
            assert self._process.stdout
            self.address = self._process.stdout.readline().strip()
            if not self.address:
                raise ClusterError(f"the local cluster did not start (exit code {self._process.wait()})")
            if folder := self._process.stdout.readline().strip():
                security = security_of(Path(folder))
        try:
            self._client = Client(
                self.address, timeout=PATIENCE, set_as_default=False, direct_to_workers=False, security=security
            )
        except (OSError, ValueError) as error:
            why = " ".join(str(error).split())
            raise ClusterError(f"no dask scheduler answers at {self.address}: {why}") from None
        return self._client

    def _look(self, client: Client) -> None:
        """Count the threads of the cluster, and check the version of new workers."""
        if time.monotonic() < self._looked + _PERIOD:
            return
        with self._asked():
            threads: dict[str, int] = client.nthreads()
            new = [worker for worker in threads if worker not in self._wrong]
            answers = client.run(prepare, workers=new, on_error="return") if new else {}
        self._looked = time.monotonic()
        self._wrong = {worker: wrong for worker, wrong in self._wrong.items() if worker in threads}
        for worker, answer in answers.items():
            if isinstance(answer, OSError):
                continue  # it is gone, or is checked again
            if isinstance(answer, BaseException):
                self._refuse(worker, " ".join(f"cannot give its model ({answer})".split()))
            elif answer[0] != self._version:
                self._refuse(worker, self._other(answer[0]))
            else:
                self._wrong[worker] = ""
                if self.remote and not answer[1]:
                    self._once("workers compile the model first, once on each machine: about a minute or two")
        usable = [worker for worker, wrong in self._wrong.items() if not wrong]
        self.count = sum(threads[worker] for worker in usable)
        if not threads and self.remote:
            self._once(f"no worker at {self.address} yet: waiting for one")
        elif threads and not usable and len(self._wrong) == len(threads):
            wrong = "; ".join(f"{worker} {wrong}" for worker, wrong in sorted(self._wrong.items()))
            raise ClusterError(f"no worker at {self.address} can be used: {wrong}")

    def _refuse(self, worker: str, wrong: str) -> None:
        self._wrong[worker] = wrong
        self._once(f"worker {worker} {wrong}: refused")

    def _other(self, version: str) -> str:
        return f"has model {version}, and not {self._version}"

    def _once(self, text: str) -> None:
        if text not in self._told:
            self._told.add(text)
            self._say(text)

    @contextlib.contextmanager
    def _asked(self) -> Iterator[None]:
        try:
            yield
        except OSError:
            raise self._gone() from None

    def _gone(self) -> ClusterError:
        return ClusterError(
            f"the dask scheduler at {self.address} went away: what is finished is kept, and the same command goes on"
        )


def _deaths(error: object) -> int:
    """How many workers died at a task, where that is the error."""
    from distributed import KilledWorker

    return error.allowed_failures + 1 if isinstance(error, KilledWorker) else 0


@contextlib.contextmanager
def _interrupt_held() -> Iterator[None]:
    """Delay Ctrl-C until the block is done.

    Blocking the signal is not enough: dask's threads receive it, and Python passes it on to the main thread.
    """
    handler = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield
        return
    came: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        if came:
            signal.raise_signal(signal.SIGINT)


def _allow_files() -> None:
    """Let this process open more files: a batch of small ensembles locks a folder for each that is running."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if resource.RLIM_INFINITY != soft < wanted:
        with contextlib.suppress(OSError, ValueError):  # some systems allow less than they say
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
