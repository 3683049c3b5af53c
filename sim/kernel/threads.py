"""Run a loop on all cores: a pool of threads takes pieces of the rows, each thread with its own sums.

Compiled loops release the GIL. Sums are integers, so that the division into pieces changes no bit.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from itertools import count, pairwise
from typing import Any

import numpy as np

BLOCK: Any = np.uint64(2048)  # rows of a block, whose temporary arrays fit the first-level cache
LEAST = 16384  # rows of a piece at least; fewer do not pay
PIECES = 8  # per thread, to balance the load: busy enterprises lie close together
VARIABLE = "SIM_THREADS"
_FIRST: Any = np.uint64(0)


def thread_count() -> int:
    """Threads that a loop may use: ``SIM_THREADS``, or the number of usable cores."""
    return _thread_count(os.environ.get(VARIABLE, ""))


@cache
def _thread_count(asked: str) -> int:
    if not asked:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not asked.isdecimal() or int(asked) < 1:
        raise ValueError(f"{VARIABLE}={asked!r} is not a whole number from 1 up")
    return int(asked)


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads)


@lru_cache(maxsize=16)
def _last(size: int) -> Any:
    return np.uint64(size)


def parts(size: int, most: int) -> list[tuple[int, int]]:
    """Rows 0 to ``size`` in at most ``most`` parts of whole blocks."""
    block = int(BLOCK)
    blocks = -(-size // block)
    count = max(1, min(most, size // LEAST))
    edges = [min(size, blocks * part // count * block) for part in range(count)] + [size]
    return list(pairwise(edges))


def sort(values: Any) -> None:
    """Sort numbers in place: partition them first, so that each thread sorts one part."""
    pieces = parts(len(values), thread_count())
    if len(pieces) > 1:
        values.partition([lo for lo, _ in pieces[1:]])
    running = [_pool(len(pieces)).submit(values[lo:hi].sort) for lo, hi in pieces[1:]]
    values[: pieces[0][1]].sort()
    for it in running:
        it.result()


def run(
    loop: Callable[..., Any], size: int, sums: Sequence[Any], given: tuple[Any, ...] = (), join: Any = np.add
) -> None:
    """Call ``loop(lo, hi, *given, *sums)`` on pieces of rows 0 to ``size``; a ``NamedTuple`` of sums is one argument.

    ``sums`` are int64 arrays, zero at first, that the loop adds to; the threads' are combined by ``join``. The bounds
    are unsigned: compilers vectorise loops whose index cannot be negative.
    """
    as_tuple = hasattr(sums, "_fields")
    given_sums = (sums,) if as_tuple else sums
    pieces = parts(size, thread_count() * PIECES) if size >= 2 * LEAST and thread_count() > 1 else []
    if len(pieces) < 2:
        loop(_FIRST, _last(size), *given, *given_sums)
        return
    turn = count()

    def work(sums_of_thread: Sequence[Any]) -> None:
        while (index := next(turn)) < len(pieces):
            lo, hi = pieces[index]
            loop(np.uint64(lo), np.uint64(hi), *given, *((sums_of_thread,) if as_tuple else sums_of_thread))

    # Each thread has its own sums: threads that write to one cache line wait for each other.
    make: Any = type(sums)._make if hasattr(sums, "_make") else list
    partial = [make([np.zeros_like(total) for total in sums]) for _ in range(min(thread_count(), len(pieces)))]
    running = [_pool(len(partial)).submit(work, sums_of_thread) for sums_of_thread in partial[1:]]
    work(partial[0])
    for it in running:
        it.result()
    for sums_of_thread in partial:
        for total, part in zip(sums, sums_of_thread, strict=True):
            join(total, part, out=total)
