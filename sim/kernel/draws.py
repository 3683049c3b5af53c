"""Random numbers without state: a draw is a function of seed, identity, month and purpose.

The generator is Philox 4x32-10 (Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3");
``tests/test_draws.py`` checks the known-answer vectors of its authors. A block yields up to four uniforms, named by the
mechanism that declares it. Its number is never reused.
"""

from __future__ import annotations

import hashlib
import math
import sys
from collections import namedtuple
from typing import Any

import numpy as np

from sim.kernel import maths
from sim.kernel.compiled import compiled, equation
from sim.kernel.types import Index, Word, f8, i8

_WORDS = 4  # of a block
_MASK = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)
_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = np.uint64(0x9E3779B9)
_WEYL_1 = np.uint64(0xBB67AE85)
_IDENTITY_KEY = np.uint64(0x1D)
_TWO_TO_52_BITS = np.uint64(0x4330000000000000)


def seed_of(seed: int, replicate: int) -> int:
    """The seed (63 bits) of replicate 0, 1, 2, ... of a run with ``seed``.

    It is the first 63 bits of the SHA-256 of the text ``"sim replicate SEED NUMBER"``: the same for every scenario, so
    that replicates of two scenarios with one seed are pairs.
    """
    digest = hashlib.sha256(f"sim replicate {seed} {replicate}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


@equation
def philox(c0: Word, c1: Word, c2: Word, c3: Word, k0: Word, k1: Word) -> tuple[Any, Any, Any, Any]:
    """Philox 4x32-10 of a counter of four and a key of two 32-bit words (uint64 in and out): four 32-bit words."""
    a, b, c, d = np.uint64(c0), np.uint64(c1), np.uint64(c2), np.uint64(c3)
    key_0, key_1 = np.uint64(k0), np.uint64(k1)
    for _ in range(10):
        product_0 = _MULTIPLIER_0 * a
        product_1 = _MULTIPLIER_1 * c
        a, b, c, d = (
            (product_1 >> _SHIFT) ^ b ^ key_0,
            product_1 & _MASK,
            (product_0 >> _SHIFT) ^ d ^ key_1,
            product_0 & _MASK,
        )
        key_0 = (key_0 + _WEYL_0) & _MASK
        key_1 = (key_1 + _WEYL_1) & _MASK
    return a, b, c, d


@equation
def in_unit(word: Word) -> float:
    """A 32-bit word w (uint64) as (w + 1/2) / 2^32.

    Its bits behind those of 2^52 are the float 2^52 + w. This vectorises also on processors that cannot convert 64-bit
    integers to floats several at a time.
    """
    bits: Any = np.uint64(word) | _TWO_TO_52_BITS
    return (maths.number_of(bits) - (2.0**52 - 0.5)) * 2.0**-32


@equation
def uniforms(seed: int, identity: int, month: int, purpose: int) -> tuple[float, float, float, float]:
    """The four uniforms of one purpose: float64, strictly between 0 and 1."""
    number, who = np.uint64(seed), np.uint64(identity)
    a, b, c, d = philox(
        who & _MASK,
        who >> _SHIFT,
        np.uint64(int(month) & 0xFFFFFFFF),
        np.uint64(purpose),
        number & _MASK,
        number >> _SHIFT,
    )
    return in_unit(a), in_unit(b), in_unit(c), in_unit(d)


class Block:
    """Up to four uniforms of one purpose by name: called in a loop or in Python as ``meeting(seed, identity, month)``.

    Parameters
    ----------
    mechanism
        The mechanism that declares it.
    number
        The purpose, a word of the generator's counter, unique to the block.
    words
        Names of the uniforms in use, at most four.
    module
        The module that declares it; may be empty.

    Attributes
    ----------
    one
        The compiled expression behind a call.
    of
        The same for rows ``first`` to ``last`` of a column of identities, ``of(seed, identity, first, last, month)``: a
        named tuple of arrays. A loop needs it under a name of its module, as in ``meeting_of = meeting.of``.
    """

    def __init__(self, mechanism: str, number: int, words: tuple[str, ...], module: str = "") -> None:
        self.mechanism, self.number, self.words, self.module = mechanism, number, words, module
        kind = _words_class(words)

        def drawn(seed: int, identity: int, month: int) -> Any:
            first, second, third, fourth = uniforms(seed, identity, month, number)
            return kind(first, second, third, fourth)

        def drawn_of(seed: int, identity: i8, first: Index, last: Index, month: int) -> Any:
            size = last - first
            u = kind(np.empty(size), np.empty(size), np.empty(size), np.empty(size))
            for i in range(first, last):
                k = i - first
                u[0][k], u[1][k], u[2][k], u[3][k] = uniforms(seed, identity[i], month, number)
            return u

        for function, name in ((drawn, f"drawn_{number}"), (drawn_of, f"drawn_{number}_of")):
            function.__name__, function.__module__ = name, module or __name__  # so that a compiling process finds it
        self.one: Any = equation(drawn)
        self.of: Any = compiled(drawn_of)

    def __call__(self, seed: int, identity: int, month: int) -> Any:
        """The uniforms of one identity in one month, a named tuple of float64 strictly between 0 and 1."""
        return self.one(seed, identity, month)

    @property
    def _numba_type_(self) -> Any:
        """Numba's type of this block, for loops that call it."""
        return self.one._numba_type_

    def __repr__(self) -> str:
        return f"<block {self.number} of {self.mechanism}: {', '.join(self.words)}>"


def block(mechanism: str, ordinal: int, *words: str, number: int | None = None) -> Block:
    """A block of at most four named random numbers.

    Parameters
    ----------
    mechanism, ordinal
        The mechanism, and which of its blocks this is: their hash gives the purpose.
    words
        The names.
    number
        The purpose of a block of the shipped model; users' mechanisms give none.

    Examples
    --------
    >>> meeting = block("mentoring", 0, "meets", "gain")
    >>> u = meeting(1, 17, 0)
    >>> 0.0 < u.meets < 1.0
    True
    """
    if not 1 <= len(words) <= _WORDS:
        raise ValueError(f"{mechanism}: a block has one to {_WORDS} words, not {len(words)}")
    if number is None:
        digest = hashlib.sha256(f"{mechanism} {ordinal}".encode()).digest()
        number = 2**31 + int.from_bytes(digest[:4], "big") % 2**31
    return Block(mechanism, number, words, module=str(sys._getframe(1).f_globals.get("__name__", "")))


def _words_class(words: tuple[str, ...]) -> Any:
    """The named tuple of these words: one class for the same names, in this module, where pickle finds it."""
    name = f"Words_{'_'.join(words)}"
    if name not in globals():
        spare = [f"word_{index}" for index in range(len(words), _WORDS)]
        globals()[name] = namedtuple(name, [*words, *spare], module=__name__)
    return globals()[name]


@compiled
def child_identity(parent: int, month: int, channel: int, ordinal: int) -> Any:
    """A newcomer's identity (63 bits), from its parent's or host's, the month, the channel and its ordinal there."""
    who = np.uint64(parent)
    a, b, _, _ = philox(
        who & _MASK,
        who >> _SHIFT,
        np.uint64(int(month) & 0xFFFFFFFF),
        np.uint64(ordinal),
        np.uint64(channel),
        _IDENTITY_KEY,
    )
    return np.int64(((a << _SHIFT) | b) >> np.uint64(1))


@equation
def in_the_middle(u: float) -> bool:
    """Whether a uniform lies in the middle 85%, where its normal deviate is near 0."""
    return abs(u - 0.5) <= 0.425


@equation
def normal_in_the_middle(u: float) -> float:
    """The normal deviate of a uniform in the middle."""
    q = u - 0.5
    r = 0.180625 - q * q
    top = (
        (((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r
           + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r
        + 133.14166789178437745
    ) * r + 3.387132872796366608  # fmt: skip
    low = (
        (((((5226.495278852854561 * r + 28729.085735721942674) * r + 39307.89580009271061) * r
           + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r
        + 42.313330701600911252
    ) * r + 1.0  # fmt: skip
    return q * top / low


@equation
def normal_in_a_tail(u: float) -> float:
    """The normal deviate of any other uniform."""
    t = math.sqrt(-maths.log(min(u, 1.0 - u))) - 1.6
    top = (
        (((((7.7454501427834140764e-4 * t + 0.0227238449892691845833) * t + 0.24178072517745061177) * t
           + 1.27045825245236838258) * t + 3.64784832476320460504) * t + 5.7694972214606914055) * t
        + 4.6303378461565452959
    ) * t + 1.42343711074968357734  # fmt: skip
    low = (
        (((((1.05075007164441684324e-9 * t + 5.475938084995344946e-4) * t + 0.0151986665636164571966) * t
           + 0.14810397642748007459) * t + 0.68976733498510000455) * t + 1.6763848301838038494) * t
        + 2.05319162663775882187
    ) * t + 1.0  # fmt: skip
    return (-top if u < 0.5 else top) / low


@equation
def normal(u: float) -> float:
    """Standard normal deviate of a uniform: Wichura's AS241 (PPND16), relative error below 1e-15.

    Both expressions are evaluated, so that it vectorises. The third of AS241 is for uniforms nearer to 0 or 1 than
    1.4e-11; these come no nearer than 2^-33.
    """
    middle, tail = normal_in_the_middle(u), normal_in_a_tail(u)
    return middle if in_the_middle(u) else tail


@compiled
def normals(u: f8, z: f8, number: Index) -> None:
    """The normal deviates ``z`` of ``number`` uniforms, each by one expression only, which takes half the time."""
    rows, tail, others = np.empty(number, np.uint32), np.empty(number), np.uint64(0)
    for k in range(np.uint64(number)):
        z[k] = normal_in_the_middle(u[k])
    for k in range(np.uint64(number)):
        rows[others] = k
        others += np.uint64(not in_the_middle(u[k]))
    for k in range(others):
        tail[k] = u[rows[k]]
    for k in range(others):
        tail[k] = normal_in_a_tail(tail[k])
    for k in range(others):
        z[rows[k]] = tail[k]


@equation
def gumbel(u: float) -> float:
    """Standard Gumbel deviate of a uniform: the taste in a discrete choice."""
    return -maths.log(-maths.log(u))


@compiled
def poisson(u: float, mean: float) -> int:
    """Poisson count of a uniform by the inverse CDF; above a mean of 50 a rounded normal of the same moments."""
    if mean <= 0.0:
        return 0
    if mean > 50.0:
        return max(0, int(math.floor(mean + math.sqrt(mean) * normal(u) + 0.5)))
    term = maths.exp(-mean)
    total = term
    count = 0
    while u > total and count < 400:
        count += 1
        term *= mean / count
        total += term
    return count


@compiled
def binomial(u: float, number: int, share: float) -> int:
    """Binomial count of a uniform by the inverse CDF; above a variance of 50 a rounded normal."""
    if number <= 0 or share <= 0.0:
        return 0
    if share >= 1.0:
        return number
    if number * share * (1.0 - share) > 50.0:
        middle = number * share
        width = math.sqrt(number * share * (1.0 - share))
        return min(number, max(0, int(math.floor(middle + width * normal(u) + 0.5))))
    if share > 0.5:
        return number - binomial(1.0 - u, number, 1.0 - share)
    term = maths.exp(number * maths.log(1.0 - share))
    total = term
    count = 0
    while u > total and count < number:
        count += 1
        term *= (number - count + 1) / count * share / (1.0 - share)
        total += term
    return count


@equation
def round_stochastically(x: float, u: float) -> float:
    """``x`` rounded to a whole number: up with the probability of its fraction."""
    return maths.floor(x + u)


@compiled
def monthly(annual: float) -> float:
    """The monthly probability that adds up to ``annual`` over twelve months."""
    return -math.expm1(math.log1p(-min(annual, 1.0 - 1e-12)) / 12.0)
