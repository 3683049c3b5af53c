"""Faults of scenario files: file, line and key, the fault and what is allowed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

OVERRIDE = "--set"
_LONGEST = 60
_BARE = re.compile(r"[A-Za-z0-9_-]{1,60}")


@dataclass(frozen=True, order=True)
class Fault:
    """One fault of a scenario.

    Parameters
    ----------
    file
        The file as it was given.
    line
        Its line from 1; 0 without one.
    key
        The key at fault.
    message
        What is wrong, and what is allowed.

    """

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        location = f"{self.file}:{self.line}" if self.line else self.file
        return f"{printable(location)}: {printable(self.key)}: {printable(self.message)}"


class ScenarioError(ValueError):
    """An invalid scenario; its text has a line for each fault.

    Parameters
    ----------
    faults
        All its faults, which the attribute ``faults`` holds once each.

    Examples
    --------
    >>> import sim
    >>> from sim.scenario import ScenarioError
    >>> try:
    ...     sim.load("shougang", overrides={"run.months": 0})
    ... except ScenarioError as error:
    ...     print(error.faults[0].message)
    0 is out of bounds, allowed: a whole number from 1 to 1200 (month)

    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(dict.fromkeys(faults))
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n".join(str(fault) for fault in self.faults)


def printable(text: str) -> str:
    """The text on one line, with control characters as escapes: they could move a terminal's cursor."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def shown(value: object) -> str:
    """A value as messages quote it: in TOML, cut if long."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "an array"
    if isinstance(value, int) and abs(value) >= 10**_LONGEST:
        return f"a whole number of over {_LONGEST} digits"
    text = str(value)
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST - 3]}..."
    return f'"{text}"' if isinstance(value, str) else text


def key_text(path: Iterable[str]) -> str:
    """A path of names as a dotted key, quoted as in TOML."""
    return ".".join(part if _BARE.fullmatch(part) else shown(part) for part in path)
