"""One loop on all cores: pieces of the rows by a pool of threads, each with sums of its own.

Compiled loops release the interpreter's lock. What they add up is whole numbers, so that no division into parts
changes a bit.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import count, pairwise
from typing import Any

import numpy as np

BLOCK: Any = np.uint64(2048)  # rows of a block: what a loop keeps of them stays in the nearest cache
LEAST = 16384  # rows below which a thread of its own does not pay
PIECES = 8  # a thread: who is done takes the next, for enterprises with most to do lie close together
VARIABLE = "SIM_THREADS"
_FIRST: Any = np.uint64(0)


def thread_count() -> int:
    """Threads that a loop may take: ``SIM_THREADS``, or as many as there are usable cores."""
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


def parts(size: int, most: int) -> list[tuple[int, int]]:
    """Rows 0 to ``size`` in at most ``most`` parts of whole blocks."""
    block = int(BLOCK)
    blocks = -(-size // block)
    count = max(1, min(most, size // LEAST))
    edges = [min(size, blocks * part // count * block) for part in range(count)] + [size]
    return list(pairwise(edges))


def sort(values: Any) -> None:
    """Sort numbers in place: put roughly in order first, so that each thread has a part of its own to sort."""
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
    """``loop(lo, hi, *given, *sums)`` over rows 0 to ``size``; sums in a ``NamedTuple`` are handed on as that.

    ``sums`` are int64 arrays that the loop adds to (or, with another ``join``, combines what it finds with), from 0.
    The bounds are unsigned: an index that cannot be negative is one that a compiler can take several at a time.
    """
    pieces = parts(size, thread_count() * PIECES) if size >= 2 * LEAST and thread_count() > 1 else []
    as_tuple = hasattr(sums, "_fields")
    if len(pieces) < 2:
        loop(_FIRST, np.uint64(size), *given, *((sums,) if as_tuple else sums))
        return
    turn = count()

    def work(sums_of_thread: Sequence[Any]) -> None:
        while (index := next(turn)) < len(pieces):
            lo, hi = pieces[index]
            loop(np.uint64(lo), np.uint64(hi), *given, *((sums_of_thread,) if as_tuple else sums_of_thread))

    # Two threads that write to one cache line wait for each other: each has sums of its own.
    make: Any = type(sums)._make if hasattr(sums, "_make") else list
    partial = [make([np.zeros_like(total) for total in sums]) for _ in range(min(thread_count(), len(pieces)))]
    running = [_pool(len(partial)).submit(work, sums_of_thread) for sums_of_thread in partial[1:]]
    work(partial[0])
    for it in running:
        it.result()
    for sums_of_thread in partial:
        for total, part in zip(sums, sums_of_thread, strict=True):
            join(total, part, out=total)
