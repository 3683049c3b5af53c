"""Variables of the environment that say how worlds are computed: a wrong one is refused before anything runs."""

from __future__ import annotations

import os

from sim.runs.errors import WrongEnvironment

_LEAST = {"SIM_THREADS": 1, "NUMBA_NUM_THREADS": 1, "NUMBA_DISABLE_JIT": 0}
_DIGITS = 9


def check_environment() -> None:
    """WrongEnvironment where a variable is no whole number, or too small; an empty one is as good as none."""
    said = {name: os.environ.get(name, "") for name in _LEAST}
    wrong = [
        f'{name}: "{value}" is not allowed, allowed: a whole number from {_LEAST[name]} up'
        for name, value in said.items()
        if value and not (value.isdecimal() and len(value) <= _DIGITS and int(value) >= _LEAST[name])
    ]
    if wrong:
        raise WrongEnvironment("\n".join(wrong))
