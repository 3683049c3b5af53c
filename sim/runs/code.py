"""The compiled model: whether it is on disk, how it is compiled and how it is loaded."""

from __future__ import annotations

import contextlib
from functools import cache
from typing import TYPE_CHECKING

from sim.kernel.compiling import Progress, compile_all, is_compiled, load_all, modules_of
from sim.model.user_mechanisms import module_name
from sim.runs.executor import usable_cores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.catalogue import Catalogue


@cache
def modules() -> Sequence[str]:
    """The modules with compiled loops and with their callers."""
    return modules_of("sim.kernel", "sim.model")


def is_model_compiled() -> bool:
    """Whether every loop of the shipped model is on disk."""
    return is_compiled(modules())


def compile_model(say: Progress = lambda *_: None) -> None:
    """Compile what is missing, on all cores; ``say`` is told how many loops of how many are done."""
    compile_all(modules(), usable_cores(), say)


def compile_own(catalogue: Catalogue, say: Progress = lambda *_: None) -> None:
    """Compile what is missing of own mechanisms; a loop that cannot be compiled fails in the worlds that call it."""
    for source in catalogue.sources:
        with contextlib.suppress(Exception):
            compile_all([module_name(source)], 1, say)


def load_model() -> None:
    """Load the compiled loops into this process."""
    load_all(modules())
