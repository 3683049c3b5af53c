"""One loop on all cores: parts of the rows by a pool of threads, each with sums of its own.

Compiled loops release the interpreter's lock. What they add up is whole numbers, so that no division into parts
changes a bit.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

BLOCK: Any = np.uint64(2048)  # rows of a block: what a loop keeps of them stays in the nearest cache
LEAST = 16384  # rows below which a thread of its own does not pay
VARIABLE = "SIM_THREADS"
_FIRST: Any = np.uint64(0)


def number() -> int:
    """Threads that a loop may take: ``SIM_THREADS``, or as many as there are usable cores."""
    return _number(os.environ.get(VARIABLE, ""))


@cache
def _number(asked: str) -> int:
    if not asked:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not asked.isdecimal() or int(asked) < 1:
        raise ValueError(f"{VARIABLE}={asked!r} is not a whole number from 1 up")
    return int(asked)


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads)


def parts(size: int, threads: int) -> list[tuple[int, int]]:
    """Rows 0 to ``size`` in at most ``threads`` parts of whole blocks."""
    block = int(BLOCK)
    blocks = -(-size // block)
    count = max(1, min(threads, size // LEAST))
    edges = [min(size, blocks * part // count * block) for part in range(count)] + [size]
    return list(pairwise(edges))


def run(loop: Callable[..., Any], size: int, sums: Sequence[Any], given: tuple[Any, ...] = ()) -> None:
    """``loop(lo, hi, *given, *sums)`` over rows 0 to ``size``; ``sums`` are int64 arrays that the loop adds to.

    The bounds are unsigned: an index that cannot be negative is one that a compiler can take several at a time.
    """
    pieces = parts(size, number()) if size >= 2 * LEAST else []
    if len(pieces) < 2:
        loop(_FIRST, np.uint64(size), *given, *sums)
        return
    # Two threads that write to one cache line wait for each other: each piece has sums of its own.
    own = [[np.zeros_like(total) for total in sums] for _ in pieces]
    each = [(np.uint64(lo), np.uint64(hi), *given, *mine) for (lo, hi), mine in zip(pieces, own, strict=True)]
    running = [_pool(len(pieces)).submit(loop, *it) for it in each[1:]]
    loop(*each[0])
    for it in running:
        it.result()
    for mine in own:
        for total, part in zip(sums, mine, strict=True):
            np.add(total, part, out=total)
