"""The model's machine code: whether it is on disk, and how it gets there and into a process."""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING

from sim.kernel.compiling import Progress, compile_all, is_compiled, load_all, modules_of
from sim.model.others import PREFIX
from sim.runs.executor import usable_cores

if TYPE_CHECKING:
    from collections.abc import Sequence


@cache
def modules() -> Sequence[str]:
    """Where the model's loops stand and are called."""
    return modules_of("sim.kernel", "sim.model")


def own_modules() -> list[str]:
    """Those of the user's own mechanisms in this process."""
    return sorted(name for name in sys.modules if name.startswith(PREFIX))


def is_ready() -> bool:
    """Whether every loop of the model, and of the user's own mechanisms in this process, is on disk."""
    return is_compiled(modules()) and all(is_compiled([name]) for name in own_modules())


def make_ready(say: Progress = lambda *_: None) -> None:
    """Compile what is missing, on all cores; ``say`` is told how many loops of how many are done."""
    compile_all(modules(), usable_cores(), say)
    for name in own_modules():
        compile_all([name], 1, say)


def load() -> None:
    """Take the model's loops into this process."""
    load_all(modules())
