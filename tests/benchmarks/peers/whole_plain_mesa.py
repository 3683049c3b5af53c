"""The full model as plain Mesa agents: one Python object and one method call each, from the same equations.

Nothing is compiled, so each equation runs as the Python that it is written in. An agent applies every mechanism to
itself, in the order of Mesa's ``AgentSet``. With ``library`` the random numbers are those of Python's ``random``, and
exponentials, logarithms and normal deviates the library's: faster in plain Python, and no longer the same bits.
"""

from __future__ import annotations

import os

os.environ["NUMBA_DISABLE_JIT"] = "1"

import math
import random
import statistics
from typing import Any

import mesa
import numpy as np
from serve import serve
from whole_ours import Peer as Whole

from sim.kernel import draws, maths

MASK = 0xFFFFFFFF


def philox(c0: Any, c1: Any, c2: Any, c3: Any, k0: Any, k1: Any) -> tuple[int, int, int, int]:
    """The same words as ``draws.philox`` from whole numbers of Python, which are faster there than numpy's."""
    a, b, c, d, key_0, key_1 = int(c0), int(c1), int(c2), int(c3), int(k0), int(k1)
    for _ in range(10):
        product_0, product_1 = 0xD2511F53 * a, 0xCD9E8D57 * c
        a, b, c, d = (product_1 >> 32) ^ b ^ key_0, product_1 & MASK, (product_0 >> 32) ^ d ^ key_1, product_0 & MASK
        key_0, key_1 = (key_0 + 0x9E3779B9) & MASK, (key_1 + 0xBB67AE85) & MASK
    return a, b, c, d


def uniforms(seed: int, identity: int, month: int, purpose: int) -> tuple[float, float, float, float]:
    """The same uniforms as ``draws.uniforms``."""
    seed, identity = int(seed), int(identity)
    words = philox(identity & MASK, identity >> 32, int(month) & MASK, purpose, seed & MASK, seed >> 32)
    a, b, c, d = words
    return (a + 0.5) * 2.0**-32, (b + 0.5) * 2.0**-32, (c + 0.5) * 2.0**-32, (d + 0.5) * 2.0**-32


class Enterprise(mesa.Agent):  # type: ignore[misc]
    """One enterprise: the row in which it stands, and the mechanisms that it applies to itself."""

    def __init__(self, model: mesa.Model, row: int) -> None:
        super().__init__(model)
        self.row = row

    def apply(self, mechanism: Any, given: tuple[Any, ...], sums: tuple[Any, ...]) -> None:
        mechanism(self.row, self.row + 1, *given, *sums)


class Peer(Whole):
    """The world of our full model, whose loops are calls of agents."""

    def __init__(self, request: dict[str, Any]) -> None:
        if request.get("variant") == "library":
            use_library()
        super().__init__(request)
        self.mesa = mesa.Model(rng=1)
        self.of_row: dict[int, Enterprise] = {}
        self.model.world.loop = self.loop

    def loop(self, mechanism: Any, reads: type, writes: type, *rest: Any, sums: tuple[Any, ...] = ()) -> None:
        world, table = self.model.world, self.model.enterprises
        given = (world.seed, world.month, table.view(reads), table.view(writes), *rest)
        for row in range(len(self.of_row), table.size):
            self.of_row[row] = Enterprise(self.mesa, row)
        self.mesa.agents.do("apply", mechanism, given, (sums,) if hasattr(sums, "_fields") else sums)


def use_library() -> None:
    """The library's random numbers and functions in place of our own."""
    inverse = statistics.NormalDist().inv_cdf
    one = random.random
    draws.uniforms = lambda *_: (one(), one(), one(), one())
    draws.normal = inverse
    maths.exp = lambda x: math.exp(min(max(x, -708.0), 708.0))
    maths.log = lambda x: math.log(x) if x > 0.0 else -745.0
    maths.floor = lambda x: float(math.floor(x))


if __name__ == "__main__":
    draws.philox, draws.uniforms = philox, uniforms
    np.seterr(over="ignore")
    serve(Peer, "mesa", "numpy")
