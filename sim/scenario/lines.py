"""The line of each key in a TOML text.

``tomllib`` gives values without lines. This scanner never fails: in invalid text it finds as many keys as it can.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from typing import NamedTuple

Path = tuple[str, ...]

DEEPEST = 12  # names in a key; tomllib's time grows with its square
_PART = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_SPACE = re.compile(r"[ \t]*")
_BLANK = re.compile(r"(?:[ \t\n]+|#[^\n]*)*")
_PLAIN = re.compile(r"[^,\]}\n#]*")
_INSIDE = re.compile(r"""[^\[\]{}"'#]*""")
_STRING = re.compile(
    r"""
    \"{3} (?: [^\\] | \\. )*? \"{3,5}
    | '{3} .*? '{3,5}
    | \" (?!\"\") (?: [^"\\\n] | \\[^\n] )* \"?
    | ' (?!'') [^'\n]* '?
    """,
    re.DOTALL | re.VERBOSE,
)


class Statement(NamedTuple):
    """A table header, or a key with its value: first and last line, and the full key."""

    first: int
    last: int
    path: Path
    header: bool


class Located(NamedTuple):
    """Lines by key, all statements in order, and the first line of a key too deep to be read (0 if none)."""

    lines: dict[Path, int]
    statements: list[Statement]
    too_deep: int

    def line(self, path: Path) -> int:
        """The line of a key, or of the nearest table around it; 1 if neither is known."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def statement(self, line: int) -> Statement | None:
        """The statement that includes a line."""
        index = bisect_left(self.statements, line + 1, key=lambda statement: statement.first) - 1
        if index >= 0 and self.statements[index].last >= line:
            return self.statements[index]
        return None


def locate(text: str) -> Located:
    """The lines, from 1, of every key in a text with newlines as line ends."""
    scanner = _Scanner(text)
    scanner.scan()
    return Located(scanner.lines, scanner.statements, scanner.too_deep)


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.statements: list[Statement] = []
        self.too_deep = 0
        self._breaks = [found.start() for found in re.finditer("\n", text)]

    def scan(self) -> None:
        table: Path = ()
        self._skip(_BLANK)
        while self.at < len(self.text):
            first = self._line()
            header = self._next() == "["
            if header:
                self.at += 2 if self.text.startswith("[[", self.at) else 1
                path = table = self._key()[: DEEPEST + 1]
                self._note(path, first)
            else:
                path = (table + self._key())[: DEEPEST + 1]
                self._note(path, first)
                self._value_after_equals(path)
            self.statements.append(Statement(first, self._line(), path, header))
            self._to_line_end()
            self._skip(_BLANK)

    def _next(self) -> str:
        return self.text[self.at : self.at + 1]

    def _line(self) -> int:
        return bisect_left(self._breaks, self.at) + 1

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()

    def _to_line_end(self) -> None:
        end = self.text.find("\n", self.at)
        self.at = len(self.text) if end < 0 else end + 1

    def _note(self, path: Path, line: int) -> None:
        if len(path) > DEEPEST:
            self.too_deep = self.too_deep or line
            return
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], line)

    def _key(self) -> Path:
        parts: list[str] = []
        while True:
            self._skip(_SPACE)
            found = _PART.match(self.text, self.at)
            if not found:
                break
            parts.append(_unquoted(found.group()))
            self.at = found.end()
            self._skip(_SPACE)
            if self._next() != ".":
                break
            self.at += 1
        return tuple(parts)

    def _value_after_equals(self, path: Path) -> None:
        if self._next() != "=":
            return
        self.at += 1
        self._skip(_SPACE)
        if self._next() == "{" and len(path) <= DEEPEST:
            self._inline_table(path)
        elif self._next() in ("[", "{"):
            self._bracketed()
        elif self._next() in ('"', "'"):
            self._string()
        else:
            self._skip(_PLAIN)

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        while True:
            self._skip(_BLANK)
            line = self._line()
            key = self._key()
            if key:
                here = (path + key)[: DEEPEST + 1]
                self._note(here, line)
                self._value_after_equals(here)
                self._skip(_BLANK)
            if self._next() != ",":
                break
            self.at += 1
        if self._next() == "}":
            self.at += 1

    def _bracketed(self) -> None:
        depth = 0
        while self.at < len(self.text):
            letter = self._next()
            if letter in ('"', "'"):
                self._string()
            elif letter == "#":
                self._to_line_end()
            else:
                depth += 1 if letter in "[{" else -1
                self.at += 1
            if depth == 0:
                return
            self._skip(_INSIDE)

    def _string(self) -> None:
        found = _STRING.match(self.text, self.at)
        # Only an unclosed string of several lines does not match: it extends to the end of the text.
        self.at = found.end() if found else len(self.text)


def _unquoted(part: str) -> str:
    if part[0] not in "\"'":
        return part
    if part[0] == '"' and "\\" in part:
        try:
            return str(tomllib.loads(f"key = {part}")["key"])
        except tomllib.TOMLDecodeError:
            pass
    return part[1:-1]
