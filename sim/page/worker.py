"""A worker of the live page: one world at a time, ended where the page says that nobody waits for it.

Messages to a worker are ``("run", number, step, task)`` and ``("stop", number)``; from it ``("month", number, done,
of)``, ``("done", number, value, seconds)`` and ``("stopped", number)``. A number is given once, so that a late stop
ends no other world.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sim.page.stepping import Stopped
from sim.runs.executor import attempt

RUN, STOP, MONTH, DONE, STOPPED = "run", "stop", "month", "done", "stopped"
_EVERY = 0.25  # seconds between two messages about months


def serve(pipe: Any) -> None:
    """Run worlds until the other end of the pipe is closed."""
    while True:
        try:
            word, number, *more = pipe.recv()
        except (EOFError, OSError):
            return
        if word == RUN:
            _run(pipe, number, *more)


def _run(pipe: Any, number: int, step: Callable[..., Any], task: tuple[Any, ...]) -> None:
    began = time.perf_counter()
    said = began
    stopped = False

    def waited(done: int, of: int) -> bool:
        nonlocal said, stopped
        while pipe.poll():
            stopped |= tuple(pipe.recv()) == (STOP, number)
        if (now := time.perf_counter()) - said > _EVERY and not stopped:
            said = now
            pipe.send((MONTH, number, done, of))
        return not stopped

    def stepped(*asked: Any) -> Any:
        try:
            return step(*asked, waited)
        except Stopped:
            return Stopped

    try:
        value = attempt(stepped, task)
        if value is Stopped:
            pipe.send((STOPPED, number))
        else:
            pipe.send((DONE, number, value, time.perf_counter() - began))
    except (EOFError, OSError):
        return  # the page has gone
