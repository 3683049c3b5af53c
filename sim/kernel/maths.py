"""Exponential, logarithm and rounding from + - * / and bit operations alone.

Library functions take one number at a time, and their last bit depends on the processor. These expressions vectorise
and give the same bits everywhere, within one unit in the last place (``tests/test_maths.py``).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.kernel.compiled import equation

_ROUNDS = 6755399441055744.0  # 1.5 * 2^52: adding and subtracting it rounds to whole numbers
_ROUNDS_BITS = 0x4338000000000000
_HALF_ROOT_BITS = 0x3FE6A09E667F3BCD  # of sqrt(2) / 2
_LOG2_E = 1.4426950408889634
_LN2_HIGH = 0.6931471803691238  # its last 21 bits are zero: an integer times it is exact
_LN2_LOW = 1.9082149292705877e-10
_MOST = 708.0  # beyond it exp overflows or is subnormal


@equation
def bits_of(x: float) -> int:
    """The 64 bits of a float, as an integer."""
    bits: Any = np.float64(x).view(np.int64)
    return bits


@equation
def number_of(bits: int) -> float:
    """The float with these 64 bits."""
    return np.int64(bits).view(np.float64)


@equation
def nearest(x: float) -> float:
    """The nearest whole number, halves to the even one, for abs(x) < 2^51."""
    return (x + _ROUNDS) - _ROUNDS


@equation
def whole_number(x: float) -> int:
    """The nearest whole number as an integer, for abs(x) < 2^51."""
    return bits_of(x + _ROUNDS) - _ROUNDS_BITS


@equation
def floor(x: float) -> float:
    """The greatest whole number not above ``x``, for abs(x) < 2^51."""
    near = nearest(x)
    return near - 1.0 if near > x else near


@equation
def exp(x: float) -> float:
    """E to the power of ``x``, clipped to -708 and 708.

    x = n ln 2 + r with abs(r) <= ln(2) / 2, and Taylor's series of e^r to the 13th power.
    """
    x = min(max(x, -_MOST), _MOST)
    shifted = x * _LOG2_E + _ROUNDS
    n = shifted - _ROUNDS
    r = (x - n * _LN2_HIGH) - n * _LN2_LOW
    tail = 1.6059043836821613e-10
    tail = tail * r + 2.08767569878681e-09
    tail = tail * r + 2.505210838544172e-08
    tail = tail * r + 2.755731922398589e-07
    tail = tail * r + 2.7557319223985893e-06
    tail = tail * r + 2.48015873015873e-05
    tail = tail * r + 0.0001984126984126984
    tail = tail * r + 0.001388888888888889
    tail = tail * r + 0.008333333333333333
    tail = tail * r + 0.041666666666666664
    tail = tail * r + 0.16666666666666666
    tail = tail * r + 0.5
    bits: Any = np.int64(bits_of(1.0 + (r + r * r * tail))) + (np.int64(bits_of(shifted)) << np.int64(52))
    return number_of(bits)


@equation
def log(x: float) -> float:
    """Natural logarithm of a normal ``x`` > 0, after fdlibm's ``e_log`` (Sun Microsystems 1993).

    x = 2^k (1 + f) with 1 + f between sqrt(2) / 2 and sqrt(2), and a series in s = f / (2 + f).
    """
    bits: Any = np.int64(bits_of(x))
    k: Any = (bits - np.int64(_HALF_ROOT_BITS)) >> np.int64(52)
    f = number_of(bits - (k << np.int64(52))) - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = z * (0.6666666666666735 + w * (0.2857142874366239 + w * (0.1818357216161805 + w * 0.14798198605116586)))
    odd = w * (0.3999999999940942 + w * (0.22222198432149784 + w * 0.15313837699209373))
    half = 0.5 * f * f
    n = number_of(k + _ROUNDS_BITS) - _ROUNDS
    return n * _LN2_HIGH - ((half - (s * (half + (even + odd)) + n * _LN2_LOW)) - f)


@equation
def power(x: float, y: float) -> float:
    """``x`` to the power of ``y``, for x > 0; within 1e-13 of its size for abs(y log x) < 100."""
    return exp(y * log(x))
