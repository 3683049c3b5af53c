"""Rough inputs: valid texts with pieces changed, tokens exchanged, or values put in the place of others."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Any, TypeVar

from hypothesis import currently_in_test_context, note

PIECES = (
    b"[run]", b"[", b"]", b"=", b'"', b"'''", b"\\", b"\n", b"\0", b"\xff", b"\xe4\xb8", b"{", b"}", b".", b",", b"-",
    b"1e999", b"nan", b"inf", b"99999999999999999999", b"0x", b"25 yuan/m2/month", b"8 ha", b"**", b"/0", b"2015-13",
    b'extends = "small.toml"', b'extends = "it.toml"', b"months = 1", b"#", b" ", b"\r", b"\t", b"(" * 40, b"[" * 500,
    b"a." * 200, b"\xef\xbb\xbf", b"true", b"[platforms.x]", b"[sites.y]", b"9" * 5000, b"\xed\xa0\x80", b"%00", b"../",
    "\N{FULLWIDTH DIGIT NINE}".encode(), "\N{RIGHT-TO-LEFT OVERRIDE}".encode(), "\N{COMBINING ACUTE ACCENT}".encode(),
)  # fmt: skip
VALUES = (
    "0", "1", "-1", "0.0", "-0.0", "1e-320", "1.5", "1e308", "inf", "-inf", "nan", "9223372036854775807",
    "-9223372036854775809", "1_000", "0xff", "true", "false", '""', '"x"', '"\\u202e"', '"8 ha"', '"25 yuan/m2/month"',
    '"1.3 bn yuan"', '"2015-01"', '"9999-12"', "[]", "[[]]", '["jobs"]', "[1, 2]", "{}", "{ a = 1 }", "2015-01-01",
    "07:32:00", '{ "2013-01" = 0.1 }', '{ "2013-01" = 0.1, shape = "linear" }', '{ before = 1, "2013-01" = 2 }',
    '{ "2014-01" = 1, "2013-01" = 2 }', '"""\nx\n"""', '"' + "y" * 3000 + '"', "1" * 400,
)  # fmt: skip
Made = TypeVar("Made")
_TOKEN = re.compile(rb"\w+|\s+|[^\w\s]")
_PLAIN: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**53, 2**63, 10**40, 0.5, 1e308, float("inf"), float("nan"), "", "x", "jobs",
    "2013-01", "\x00", "\ud800", "\N{RIGHT-TO-LEFT OVERRIDE}", "__proto__", "../x", "a" * 500, [], {}, [[]], [{}],
    {"a": {}},
)  # fmt: skip


def mutated(data: bytes, rng: random.Random) -> bytes:
    """The data with a few pieces flipped, cut, doubled, moved or put in, or with tokens exchanged."""
    if rng.random() < 0.3:
        return shown(_exchanged(data, rng))
    made = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        at = rng.randrange(len(made) + 1)
        to = min(len(made), at + rng.choice((1, 1, 4, 40)))
        match rng.randrange(5):
            case 0 if at < len(made):
                made[at] ^= 1 << rng.randrange(8)
            case 1:
                del made[at:to]
            case 2:
                made[at:at] = made[at:to]
            case 3:
                made[at:at] = rng.choice(PIECES)
            case _:
                made[at:to] = rng.randbytes(to - at)
    return shown(bytes(made))


def shown(made: Made) -> Made:
    """What was made, which Hypothesis tells of the smallest input that fails."""
    if currently_in_test_context():
        note(repr(made)[:500])
    return made


def _exchanged(data: bytes, rng: random.Random) -> bytes:
    """The data with some of its words, numbers and signs in each other's place, or with a value in their place."""
    tokens = _TOKEN.findall(data)
    for _ in range(rng.choice((1, 1, 2, 4)) if tokens else 0):
        at = rng.randrange(len(tokens))
        tokens[at] = rng.choice(tokens) if rng.random() < 0.5 else rng.choice(VALUES).encode()
    return b"".join(tokens)


def statements(keys: Sequence[str], rng: random.Random) -> bytes:
    """Lines of TOML that give keys of the model values that they may not have."""
    chosen = [f"{rng.choice(keys)} = {rng.choice(VALUES)}" for _ in range(rng.choice((1, 2, 5)))]
    return shown("\n".join(chosen).encode() + b"\n")


def retyped(value: Any, rng: random.Random) -> Any:
    """A table of JSON in which one value is of another kind, missing, renamed, or nested deep."""
    return shown(_retyped(value, rng))


def _retyped(value: Any, rng: random.Random) -> Any:
    if isinstance(value, dict) and value and rng.random() < 0.8:
        key = rng.choice(list(value))
        made = dict(value)
        match rng.randrange(8):
            case 0:
                del made[key]
            case 1:
                made[rng.choice(("", "x", "\x00", key + " ", key * 50))] = made.pop(key)
            case _:
                made[key] = _retyped(value[key], rng)
        return made
    if isinstance(value, list) and value and rng.random() < 0.8:
        at = rng.randrange(len(value))
        return [*value[:at], _retyped(value[at], rng), *value[at + rng.randrange(2) :]]
    if rng.random() < 0.03:
        deep: Any = rng.choice(_PLAIN)
        for _ in range(rng.choice((10, 300))):
            deep = [deep] if rng.random() < 0.5 else {"a": deep}
        return deep
    return rng.choice(_PLAIN)
