"""Worker processes of the live page, and who is told when a world is done."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Protocol

from sim.page import worker
from sim.page.kept import Held, Kept
from sim.page.queue import Entry, Key, Queue, Wanted
from sim.page.stepping import step_world
from sim.runs.executor import Failure, started_process

_TRIES = 2  # of a world at which the worker dies


class Waiting(Protocol):
    """Somebody who waits for worlds."""

    def arrived(self, key: Key) -> None:
        """A world is done and kept."""

    def month(self, key: Key, done: int, of: int) -> None:
        """A world at work has done so many of its months."""


@dataclass
class _Worker:
    process: Any
    pipe: Any
    number: int = -1  # of its task
    entry: Entry | None = None  # its world; None where it is idle


class Pool:
    """Worlds run in worker processes; it lives in an event loop, ``loop``, that hears their pipes.

    ``step`` runs a world: of scenario, seed, past and ``waited``.
    """

    def __init__(self, workers: int, loop: Any, step: Callable[..., Any] = step_world) -> None:
        self.kept, self.held = Kept(), Held()
        self.seconds = 0.0  # what a world took of late
        self.count, self._loop, self._step = workers, loop, step
        self._queue, self._numbers = Queue(), count()
        self._workers: list[_Worker] = []
        self._told: dict[Hashable, Waiting] = {}

    def start(self) -> None:
        """Start the workers, which load the model."""
        while len(self._workers) < self.count:
            self._workers.append(self._begun())

    def close(self) -> None:
        """End the workers, whatever they are at."""
        for it in self._workers:
            self._loop.remove_handler(it.pipe.fileno())
            it.pipe.close()
            it.process.terminate()
        for it in self._workers:
            it.process.join()
        self._workers.clear()

    @property
    def processes(self) -> list[int]:
        """The process of each worker."""
        return [it.process.pid for it in self._workers]

    def want(self, who: Waiting, worlds: Sequence[Wanted]) -> None:
        """From now on ``who`` waits for these worlds and no others; those that are kept are not waited for."""
        self._told[id(who)] = who
        for key in self._queue.want(id(who), [it for it in worlds if it.key not in self.kept]):
            self._cut(key)
        self._hand_out()

    def leave(self, who: Waiting) -> None:
        """Somebody waits no longer for anything."""
        self.want(who, ())
        del self._told[id(who)]

    def _begun(self) -> _Worker:
        process, pipe = started_process(worker.serve)
        made = _Worker(process, pipe)
        self._loop.add_handler(pipe.fileno(), lambda *_: self._hear(made), self._loop.READ)
        return made

    def _cut(self, key: Key) -> None:
        for it in self._workers:
            if it.entry and it.entry.wanted.key == key:
                with contextlib.suppress(OSError):  # it has died, which is heard at its pipe
                    it.pipe.send((worker.STOP, it.number))

    def _hand_out(self) -> None:
        for it in self._workers:
            if it.entry is None and (entry := self._queue.next()):
                wanted = entry.wanted
                it.entry, it.number = entry, next(self._numbers)
                task = (wanted.scenario, wanted.seed, wanted.past)
                with contextlib.suppress(OSError):
                    it.pipe.send((worker.RUN, it.number, wanted.step or self._step, task))

    def _hear(self, it: _Worker) -> None:
        try:
            word, _, *more = it.pipe.recv()
        except (EOFError, OSError):
            self._died(it)
            return
        entry = it.entry
        assert entry is not None
        if word == worker.MONTH:
            for who in entry.waiting:
                self._told[who].month(entry.wanted.key, *more)
            return
        it.entry = None
        if word == worker.DONE:
            value, seconds = more
            if not isinstance(value, Failure) and entry.wanted.step is None:
                self.seconds = 0.5 * (self.seconds + seconds) if self.seconds else seconds
            self._done(entry, value)
        else:
            self._queue.again(entry.wanted.key)  # somebody may have come to wait for it since
        self._hand_out()

    def _done(self, entry: Entry, value: Any) -> None:
        key = entry.wanted.key
        self.kept.put(key, value)
        for who in self._queue.done(key):
            self._told[who].arrived(key)

    def _died(self, it: _Worker) -> None:
        """A worker has died: another takes its place, and its world is tried once more."""
        self._loop.remove_handler(it.pipe.fileno())
        it.pipe.close()
        it.process.join()
        self._workers[self._workers.index(it)] = self._begun()
        if it.entry:
            it.entry.deaths += 1
            if it.entry.deaths < _TRIES:
                self._queue.again(it.entry.wanted.key)
            else:
                self._done(it.entry, Failure("the worker process died at it, twice"))
        self._hand_out()
