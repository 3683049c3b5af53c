"""A judge of mutants: ``python -m soak.judge`` reads a mutant a line and writes what has seen it a line, as JSON.

Nothing is compiled. For each mutant the process forks: in the child the functions of the mutant take the place of their
own, then the hand arithmetic is done, then the small worlds are run, in blocks of few rows.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import equations
import numpy as np
import small_world

from sim.kernel import threads

LATE = 3
_ROWS = 32  # of a block
_SECONDS = 80.0  # of the processor for a mutant, ten times what is needed without one


def swap(module: str, text: str) -> None:
    """Let the functions and methods of a module do what those of another text of it do, which differs in one at least.

    The function objects are kept, so modules that imported them run the new code too.
    """
    target, swapped = importlib.import_module(module), 0
    for code in _within(compile(text, target.__file__ or module, "exec")):
        owner = target if "." not in code.co_qualname else getattr(target, code.co_qualname.split(".")[0])
        if (own := _function(vars(owner).get(code.co_name))) is not None and _differ(own.__code__, code):
            own.__code__ = code
            swapped += 1
    if not swapped:
        raise LookupError(f"no function of {module} differs")


def _within(module: CodeType) -> Iterator[CodeType]:
    """Code of a module's functions and of the methods of its classes."""
    for code in module.co_consts:
        if isinstance(code, CodeType) and not code.co_name.startswith("<"):
            if code.co_flags & inspect.CO_NEWLOCALS:
                yield code
            else:
                yield from (it for it in code.co_consts if isinstance(it, CodeType) and not it.co_name.startswith("<"))


def _function(it: Any) -> Any:
    """The function behind a name: a property's, a cached one, or itself."""
    it = getattr(it, "fget", None) or getattr(it, "func", None) or it
    it = inspect.unwrap(it) if callable(it) else None
    return it if inspect.isfunction(it) else None


def _differ(one: CodeType, other: CodeType) -> bool:
    """Whether they do something else, wherever their lines are."""
    inner = [[it for it in code.co_consts if isinstance(it, CodeType)] for code in (one, other)]
    plain = [[repr(it) for it in code.co_consts if not isinstance(it, CodeType)] for code in (one, other)]
    return (
        one.co_code != other.co_code or plain[0] != plain[1] or one.co_names != other.co_names
        or any(_differ(*pair) for pair in zip(*inner, strict=True))
    )  # fmt: skip


def seen_by(kept: small_world.Kept) -> str:
    """What sees that a mechanism is another one: arithmetic, or the books, numbers or end of the small worlds."""
    try:
        if equations.wrong():
            return "arithmetic"
    except Exception:  # noqa: BLE001  the test would fail with it
        return "arithmetic"
    try:
        return small_world.fault(kept).partition(":")[0]
    except Exception:  # noqa: BLE001  likewise
        return "books"


def called(kept: small_world.Kept) -> list[str]:
    """The functions of the mechanisms that the small worlds call, as FILE:NAME."""
    found: set[str] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event == "call" and f"{os.sep}mechanisms{os.sep}" in code.co_filename:
            found.add(f"{Path(code.co_filename).name}:{code.co_qualname.split('.<locals>')[0]}")

    sys.setprofile(note)
    try:
        if wrong := equations.wrong() or small_world.fault(kept):
            raise RuntimeError(f"without a mutant: {wrong}")
    finally:
        sys.setprofile(None)
    return sorted(found)


def _forked(mutant: dict[str, str], kept: small_world.Kept) -> dict[str, str]:
    """What a child of this process finds; one that takes too long is seen by that."""
    here, there = os.pipe()
    if not (child := os.fork()):
        signal.signal(signal.SIGPROF, lambda *_: os._exit(LATE))
        signal.setitimer(signal.ITIMER_PROF, _SECONDS)
        with contextlib.suppress(BaseException):
            try:
                _forget()
                swap(mutant["module"], mutant["text"])
                found = {"seen": seen_by(kept)}
            except Exception as error:  # noqa: BLE001  the parent process reports it
                found = {"error": repr(error)}
            os.write(there, json.dumps(found).encode())
        os._exit(0)
    os.close(there)
    with os.fdopen(here, "rb") as file:
        said = file.read()
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status) == LATE:
        return {"seen": "time"}
    return dict(json.loads(said)) if said else {"seen": "a crash"}


def _in_small_blocks() -> None:
    """Let loops have several pieces of rows in a small world, and these several blocks."""
    for module in list(sys.modules.values()):
        if module.__name__.startswith("sim.") and hasattr(module, "BLOCK"):
            vars(module)["BLOCK"] = np.uint64(_ROWS)
    os.environ[threads.VARIABLE] = "2"
    vars(threads).update(LEAST=_ROWS, _pool=lambda _: _AtOnce())


class _AtOnce:
    """A pool of threads that does what it is given at once: threads do not outlive a fork."""

    def submit(self, task: Callable[..., None], *given: Any) -> Future[None]:
        done: Future[None] = Future()
        done.set_result(task(*given))
        return done


def _forget() -> None:
    """Let values that functions of the mechanisms keep be found anew."""
    for name, module in list(sys.modules.items()):
        if name.startswith("sim.model."):
            for it in list(vars(module).values()):
                if hasattr(it, "cache_clear"):
                    it.cache_clear()


def main() -> None:
    numbers = small_world.kept()
    _in_small_blocks()
    print(json.dumps({"calls": called(numbers)}), flush=True)
    for line in sys.stdin:
        print(json.dumps(_forked(json.loads(line), numbers)), flush=True)


if __name__ == "__main__":
    main()
