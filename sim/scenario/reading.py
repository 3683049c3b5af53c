"""Read one scenario file: its table and the line of every key, or the faults."""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.scenario.faults import Fault, key_text
from sim.scenario.lines import DEEPEST, Located, Statement, locate

LARGEST = 1_000_000  # bytes
_MOST_RETRIES = 20
_TWICE = re.compile(r"Cannot overwrite|Cannot declare|Cannot mutate|Cannot redefine|Duplicate")
_TWICE_INSIDE = re.compile(r"Duplicate inline table key '(.*?)'")
_PLACE = re.compile(r" \((?:at line (\d+), column (\d+)|at end of document)\)$")


@dataclass(frozen=True)
class Document:
    """A file's table, the lines of its keys, and the faults; not ``whole`` if a part could not be read."""

    path: str
    table: dict[str, Any] = field(default_factory=dict)
    located: Located = field(default_factory=lambda: Located({}, [], 0))
    faults: tuple[Fault, ...] = ()
    whole: bool = True

    def fault(self, path: tuple[str, ...], message: str) -> Fault:
        """A fault of one key of this file."""
        return Fault(self.path, self.located.line(path), key_text(path), message)


class Unreadable(Exception):
    """The file cannot be read at all: the fault, what is allowed, and the line."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.line = line


def read(path: str) -> Document:
    """Read one file. Nothing is raised: the document holds the faults."""
    try:
        text = _text(path)
    except Unreadable as unreadable:
        return Document(path, faults=(Fault(path, unreadable.line, "file", str(unreadable)),), whole=False)
    located = locate(text)
    if located.too_deep:
        message = f"has over {DEEPEST} names, allowed: a key that the model knows"
        return Document(path, faults=(Fault(path, located.too_deep, "key", message),), whole=False)
    return _parse(path, text, located)


def _text(path: str) -> str:
    """The text of a file, with newlines as line ends."""
    try:
        status = Path(path).stat()
        if stat.S_ISDIR(status.st_mode):
            raise Unreadable("is a directory, allowed: a file in TOML")
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("is a device, pipe or socket, allowed: a file in TOML")
        if status.st_size > LARGEST:
            raise Unreadable(f"has {status.st_size:,} bytes, allowed: at most {LARGEST:,}")
        with Path(path).open("rb") as file:
            data = file.read(LARGEST + 1)  # a file may grow, or report 0 bytes and have more
    except FileNotFoundError:
        raise Unreadable("no such file, allowed: a file in TOML or a name from `sim list`") from None
    except PermissionError:
        raise Unreadable("may not be read, allowed: a file that you have permission to read") from None
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise Unreadable(f"cannot be read ({reason}), allowed: a file in TOML") from None
    if len(data) > LARGEST:
        raise Unreadable(f"has over {LARGEST:,} bytes, allowed: at most {LARGEST:,}")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("is text in UTF-16, allowed: TOML in UTF-8")
    if b"\0" in data:
        raise Unreadable("is a binary file, allowed: TOML in UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable("is not text in UTF-8, allowed: TOML in UTF-8", line) from None
    if not text.strip():
        raise Unreadable("is empty, allowed: a scenario in TOML")
    return text.replace("\r\n", "\n") + "\n"


def _parse(path: str, text: str, located: Located) -> Document:
    """Parse the text without the statements that are not TOML: each of those is a fault."""
    faults: list[Fault] = []
    rows = text.split("\n")
    whole = True
    while True:
        try:
            table = tomllib.loads("\n".join(rows))
        except (ValueError, RecursionError) as error:  # ValueError: also a number of thousands of digits
            line = _error_line(error, rows, located)
            statement = located.statement(line)
            faults.append(_syntax_fault(path, line, statement, located, error))
            # Of a key given twice the first counts; nothing else is lost.
            whole = whole and statement is not None and not statement.header and bool(_TWICE.match(str(error)))
        else:
            if not table and not faults:
                faults.append(Fault(path, 1, "file", "sets nothing, allowed: a scenario in TOML"))
            return Document(path, table, located, tuple(faults), whole)
        # Leave the statement out and parse again, to find the faults after it.
        spoilt = [row for row in _rows(statement, located) if rows[row - 1].strip()] if statement else []
        if not spoilt or len(faults) >= _MOST_RETRIES:
            return Document(path, {}, located, tuple(faults), whole=False)
        for row in spoilt:
            rows[row - 1] = ""


def _rows(statement: Statement, located: Located) -> Iterator[int]:
    """The lines of a statement; of a header those of its table, whose keys would else belong to another table."""
    last = statement.last
    if statement.header:
        following = (other.first - 1 for other in located.statements if other.header and other.first > statement.first)
        last = next(following, located.statements[-1].last)
    yield from range(statement.first, last + 1)


def _error_line(error: Exception, rows: list[str], located: Located) -> int:
    found = _PLACE.search(str(error))
    if found and found.group(1):
        return int(found.group(1))
    if found:  # unclosed at the end: opened in the last statement
        return located.statements[-1].first if located.statements else 1
    for statement in located.statements:
        try:
            tomllib.loads("\n".join(rows[statement.first - 1 : statement.last]))
        except tomllib.TOMLDecodeError:
            continue
        except (ValueError, RecursionError):
            return statement.first
    return 1


def _syntax_fault(path: str, line: int, statement: Statement | None, located: Located, error: Exception) -> Fault:
    known = statement.path if statement else ()
    text = str(error)
    found = _PLACE.search(text)
    if inner := _TWICE_INSIDE.match(text):
        known = (*known, inner.group(1))
    if isinstance(error, RecursionError):
        message = "is nested too deeply, allowed: a value that the key takes"
    elif not isinstance(error, tomllib.TOMLDecodeError):
        message = "holds a number of too many digits, allowed: a number that the key takes"
    elif _TWICE.match(text):
        first = located.line(known)
        before = f" (first in line {first})" if known and first < line else ""
        message = f"is given twice, or in two ways{before}, allowed: each key and each table once"
    else:
        where = f", column {found.group(2)}" if found and found.group(2) else ""
        message = f"is not TOML ({_PLACE.sub('', text)}{where}), allowed: a statement such as key = 1 or [table]"
    return Fault(path, line, key_text(known) if known else "syntax", message)
